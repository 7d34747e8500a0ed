"""The ONNX files that pages run, against torch: logits, gates, masks and maps, meddled or not."""

import numpy as np
import onnxruntime
import pytest
import torch

from scse import UNet, load, override, record
from scse.export import export, export_shipped, main

close = {"rtol": 0, "atol": 1e-4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("onnx")


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def run(path, image, changes=None):
    """Outputs by name; gates that are not changed stay at keep 1 and value 0."""
    opened = session(path)
    feeds = {"image": image.numpy()}
    for entry in opened.get_inputs()[1:]:
        start = np.full(entry.shape, float(entry.name.endswith(".keep")), np.float32)
        given = (changes or {}).get(entry.name)
        feeds[entry.name] = start if given is None else given.numpy().reshape(entry.shape)
    return dict(zip([o.name for o in opened.get_outputs()], opened.run(None, feeds)))


def picture(size, seed=0):
    return torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["scse", "cse", "sse", "none"])
@pytest.mark.parametrize(("task", "seed", "size"), [("digits", 0, 96), ("brain", 4, 128)])
def test_shipped_networks_say_what_torch_says(folder, task, seed, size, kind):
    name = f"{task}-unet-{kind}-seed{seed}"
    path = export_shipped(name, folder)
    image = picture(size)
    outputs = run(path, image)
    seen = record(load(name), image)
    np.testing.assert_allclose(outputs["logits"], seen.logits, **close)
    for block, values in seen.items():
        np.testing.assert_allclose(outputs[f"{block}.maps"], values.input, **close)
        for branch in ("channel", "spatial"):
            gate = getattr(values, branch)
            assert (f"{block}.{branch}" in outputs) == (gate is not None)
            if gate is not None:
                np.testing.assert_allclose(outputs[f"{block}.{branch}"], gate, **close)


def test_overruled_gates_are_those_of_override(folder):
    net = UNet(1, 3, width=4, depth=3).eval()
    image = picture(32)
    inputs, outputs = export(net, image, folder / "small.onnx")
    assert inputs[:3] == ["image", "encoder1.channel.keep", "encoder1.channel.value"]
    assert outputs[0] == "logits"
    assert outputs[-1] == "decoder1.maps"
    keep = torch.tensor([1.0, 0, 1, 0, 1, 1, 0.5, -1])
    value = torch.tensor([0, 0.3, 0, 0.9, 0, 0, 0, 1.0])
    mask = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    changes = {
        "encoder2.channel.keep": keep,
        "encoder2.channel.value": value,
        "bottleneck.spatial.keep": torch.zeros(8, 8),
        "bottleneck.spatial.value": mask,
    }
    given = {
        "encoder2": {"channel": lambda gate: keep[:, None, None] * gate + value[:, None, None]},
        "bottleneck": {"spatial": mask},
    }
    with override(net, given):
        seen = record(net, image)
    found = run(folder / "small.onnx", image, changes)
    np.testing.assert_allclose(found["logits"], seen.logits, **close)
    # What comes out is the network's own gate, before it is overruled.
    own = record(net, image)["encoder2"].channel
    np.testing.assert_allclose(found["encoder2.channel"], own, **close)
    np.testing.assert_allclose(found["decoder1.maps"], seen["decoder1"].input, **close)


def test_file_tells_nothing_of_the_machine_that_made_it(folder):
    export(UNet(1, 2, width=2, depth=2), picture(8), folder / "tiny.onnx")
    content = (folder / "tiny.onnx").read_bytes()
    assert b"stack_trace" not in content
    assert b".py" not in content


def test_a_batch_is_refused(folder):
    with pytest.raises(ValueError, match="one image at a time, got a batch of 2"):
        export(UNet(1, 2, width=2, depth=2), torch.zeros(2, 1, 8, 8), folder / "batch.onnx")


def test_command_line_lists_what_there_is(capsys):
    with pytest.raises(SystemExit):
        main(["brain-unet-gate"])
    assert "shipped are brain-unet-" in capsys.readouterr().err
