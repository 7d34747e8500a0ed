"""The ONNX files that pages run, against torch: logits, gates, masks and maps, meddled or not."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from published import published
from torch import nn

from scse import UNet, cSE, insert, load, override, record, scSE
from scse.export import Gated, check, export, main, onnx_of

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


@pytest.mark.parametrize("kind", ["scse", "cse", "sse", "none"])
@pytest.mark.parametrize(("task", "seed", "size"), [("digits", 0, 96), ("brain", 4, 128)])
def test_shipped_networks_say_what_torch_says(site, task, seed, size, kind):
    """In the very files that the book serves."""
    name = f"{task}-unet-{kind}-seed{seed}"
    path = site / "_static" / "onnx" / f"{name}.onnx"
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


# Networks of other libraries, and other forms of blocks


class Twice(nn.Module):
    """A block that runs two times."""

    def __init__(self):
        super().__init__()
        self.first, self.gate, self.last = nn.Conv2d(1, 4, 3), scSE(4), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        x = self.gate(self.first(x))
        return {"out": self.last(self.gate(x.roll(1, 1)))}


class Attend(nn.Module):
    """Nobody knows this block: its gates are named by ``where``."""

    def __init__(self):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid())
        self.look = nn.Sequential(nn.Conv2d(4, 1, 3, padding=1), nn.Sigmoid())

    def forward(self, x):
        return x * self.score(x.mean((2, 3)))[:, :, None, None] * self.look(x)


class InPlace(nn.Module):
    """A network that works on the image itself."""

    def __init__(self):
        super().__init__()
        self.net = rank(2)

    def forward(self, x):
        return self.net(x.sub_(0.5).mul_(2))


class Mirrored(nn.Module):
    """A network that makes two images of one, and returns their mean."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), scSE(4), nn.Conv2d(4, 2, 1))

    def forward(self, x):
        a, b = self.net(torch.cat([x, x.flip(3)]))
        return (a + b.flip(2))[None] / 2


class Gate(nn.Module):
    """An attention gate: of two maps it gates the second."""

    def __init__(self):
        super().__init__()
        self.project = nn.ModuleList([nn.Conv2d(4, 2, 1), nn.Conv2d(4, 2, 1)])
        self.psi = nn.Sequential(nn.Conv2d(2, 1, 1), nn.Sigmoid())

    def forward(self, signal, x):
        return x * self.psi(torch.relu(self.project[0](signal) + self.project[1](x)))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(1, 4, 5, padding=2)
        self.gate, self.last = Gate(), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.last(self.gate(self.left(x), x=self.right(x)))


class Pyramid(nn.Module):
    """A block that runs on maps of two sizes, smaller ones first."""

    def __init__(self):
        super().__init__()
        self.first, self.gate, self.last = nn.Conv2d(1, 4, 3), scSE(4), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        x = self.first(x)
        small = self.gate(x[..., ::2, ::2])
        return self.last(self.gate(x) + small.repeat_interleave(2, 2).repeat_interleave(2, 3))


def unbiased():
    convolution = nn.Conv3d(1, 8, 3, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm3d(8), scSE(8), nn.Conv3d(8, 2, 1))


def rank(n):
    convolution = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[n - 1]
    return nn.Sequential(convolution(1, 4, 3), nn.ReLU(), scSE(4), convolution(4, 2, 1))


def inserted():
    """Blocks behind modules that know nothing of them, one of which runs twice."""
    again = nn.Conv2d(4, 4, 1)
    stem = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(True))
    net = nn.Sequential(stem, again, again, nn.Conv2d(4, 2, 1)).eval()
    blocks = insert(net, torch.zeros(1, 1, 9, 9), ["0", "1"])
    for parameter in blocks.parameters():
        nn.init.normal_(parameter)
    return net


def smp(**options):
    make = published("segmentation_models_pytorch", "Unet")
    small = {"encoder_weights": None, "in_channels": 1, "classes": 3, "encoder_depth": 3}
    return make("resnet18", decoder_channels=(32, 16, 16), **small, **options)


def timm(name):
    return published("timm", "create_model")(name, in_chans=1, num_classes=5)


FOREIGN = {
    "lines": (lambda: rank(1), (1, 1, 20), None),
    "volumes": (lambda: rank(3), (1, 1, 5, 6, 7), None),
    "volumes without a bias": (unbiased, (1, 1, 5, 6, 7), None),
    "twice": (Twice, (1, 1, 9, 9), None),
    "attention": (Attention, (1, 1, 9, 9), {"gate": {"spatial": "gate.psi"}}),
    "pyramid": (Pyramid, (1, 1, 12, 14), None),
    "in place": (InPlace, (1, 1, 9, 9), None),
    "mirrored": (Mirrored, (1, 1, 9, 9), None),
    "inserted": (inserted, (1, 1, 9, 9), None),
    "where": (
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), Attend(), nn.Conv2d(4, 2, 1)),
        (1, 1, 9, 9),
        ["1.score", "1.look"],
    ),
    "smp": (lambda: smp(decoder_attention_type="scse"), (1, 1, 32, 32), None),
    "monai": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 8, 3),
            published("monai.networks.blocks.squeeze_and_excitation", "ChannelSELayer")(2, 8),
        ),
        (1, 1, 9, 9),
        None,
    ),
    **{
        name: (lambda name=name: timm(name), (1, 1, 64, 64), None)
        for name in ("seresnet18", "ecaresnet26t", "mobilenetv3_small_100")
    },
    "logits": (  # its gate is the sigmoid, in a function, of what its module puts out
        lambda: nn.Sequential(
            nn.Conv2d(1, 8, 3), published("timm.layers.cbam", "LightCbamModule")(8, rd_channels=2)
        ),
        (1, 1, 12, 12),
        None,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOREIGN)
def test_any_network_with_its_gates_as_inputs(name):
    """`check` compares it with `record`, and with `override` of all its gates at once."""
    make, shape, where = FOREIGN[name]
    torch.manual_seed(0)
    net = make().eval()
    images = [torch.randn(shape) for _ in range(2)]
    gated = Gated(net, images[0], where)
    gated.eval()
    before = [image.clone() for image in images]
    content = onnx_of(gated, images[0])
    check(content, gated, images)
    assert all(map(torch.equal, images, before))
    assert gated.changed
    assert gated.inputs()[0] == "image"


def test_a_file_that_says_something_else_is_found_out():
    torch.manual_seed(0)
    net, image = rank(2).eval(), torch.randn(1, 1, 9, 9)
    gated = Gated(net, image).eval()
    content = onnx_of(gated, image)
    with torch.no_grad():
        net[2].spatial.project.bias += 0.1
    with pytest.raises(ValueError, match=r"logits differs from torch by .*, in numbers up to"):
        check(content, gated, [image])


def test_gates_that_are_told_wrong_are_found_out():
    """Those that come out: the logits do not show it."""
    torch.manual_seed(0)
    net, image = nn.Sequential(cSE(4), cSE(4)).eval(), torch.randn(1, 4, 9, 9)
    gated = Gated(net, image).eval()
    model = onnx.load_from_string(onnx_of(gated, image))
    other = {"0.channel": "1.channel", "1.channel": "0.channel"}
    for node in model.graph.node:
        node.input[:] = [other.get(name, name) for name in node.input]
        node.output[:] = [other.get(name, name) for name in node.output]
    with pytest.raises(ValueError, match=r"0.channel differs from torch"):
        check(model.SerializeToString(), gated, [image])


def test_gates_that_were_exchanged_are_found_out():
    torch.manual_seed(0)
    net, image = nn.Sequential(cSE(4), cSE(4)).eval(), torch.randn(1, 4, 9, 9)
    gated = Gated(net, image).eval()
    model = onnx.load_from_string(onnx_of(gated, image))
    check(model.SerializeToString(), gated, [image])
    other = {"0.channel.value": "1.channel.value", "1.channel.value": "0.channel.value"}
    for node in model.graph.node:
        node.input[:] = [other.get(name, name) for name in node.input]
    with pytest.raises(ValueError, match="differs from torch"):
        check(model.SerializeToString(), gated, [image])


def test_weights_of_half_precision_take_half_the_bytes(folder):
    torch.manual_seed(0)
    net = UNet(1, 3, width=8, depth=3).eval()
    image = picture(32)
    export(net, image, folder / "whole.onnx")
    with torch.no_grad():
        for tensor in net.parameters():
            tensor.copy_(tensor.half().float())
    export(net, image, folder / "half.onnx")
    sizes = [(folder / f"{name}.onnx").stat().st_size for name in ("whole", "half")]
    assert sizes[0] - sizes[1] > 1.7 * sum(p.numel() for p in net.parameters())
    found = run(folder / "half.onnx", image)
    np.testing.assert_allclose(found["logits"], net(image).detach(), **close)


def test_the_mode_of_a_network_stays(folder):
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4).eval(), cSE(4)).train()
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    export(net, picture(9), folder / "mode.onnx")
    assert [module.training for module in net] == [True, False, True]
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_what_is_no_network_or_no_image_is_refused(folder):
    with pytest.raises(TypeError, match="net must be an nn.Module, got str"):
        export("net", picture(9), folder / "wrong.onnx")
    with pytest.raises(TypeError, match=r"image must be a torch.Tensor \(1, .*, got ndarray"):
        export(cSE(1), picture(9).numpy(), folder / "wrong.onnx")
    with pytest.raises(ValueError, match="one image at a time, got a batch of 2"):
        export(cSE(1), torch.zeros(2, 1, 9, 9), folder / "wrong.onnx")
    assert not (folder / "wrong.onnx").exists()


def test_a_folder_that_is_a_file_is_said_at_once(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as stop:
        main(["digits-unet-none", "--folder", str(tmp_path / "file")])
    assert stop.value.code == 2
    assert "file cannot be made: File exists" in capsys.readouterr().err


def test_names_that_come_once_serve_the_export_and_its_check(folder):
    net, image = nn.Sequential(nn.Conv2d(1, 4, 3), cSE(4)).eval(), picture(9)
    gated = Gated(net, image, (name for name in ["1.channel"])).eval()
    assert gated.inputs() == ["image", "1.channel.channel.keep", "1.channel.channel.value"]
    check(onnx_of(gated, image), gated, [image])
