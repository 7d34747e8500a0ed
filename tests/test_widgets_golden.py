"""js/test/golden.json is what torch says; js/test/maths.test.js holds the page's maths to it.

Write it anew with ``python tests/test_widgets_golden.py``.
"""

import json
import math
from pathlib import Path

import pytest
import torch

from scse import scSE
from scse.metrics import dice, mean_dice

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "golden.json"
CHANNELS, HIDDEN, SIZE, CLASSES = 6, 3, (4, 5), 3


def numbers(*shape, seed):
    """Float64 values in -1 … 1 that are the same on every machine."""
    count = math.prod(shape)
    values = [math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.9 for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def linear(layer, seed):
    with torch.no_grad():
        layer.weight.copy_(numbers(*layer.weight.shape, seed=seed))
        layer.bias.copy_(numbers(*layer.bias.shape, seed=seed + 1))
    return {"weight": layer.weight.tolist(), "bias": layer.bias.tolist()}


def golden():
    block = scSE(CHANNELS, r=CHANNELS // HIDDEN).double().eval()
    weights = {
        "fc1": linear(block.channel.fc1, 1),
        "fc2": linear(block.channel.fc2, 3),
        "project": linear(block.spatial.project, 5),
    }
    head = torch.nn.Conv2d(CHANNELS, CLASSES, 1).double()
    with torch.no_grad():
        head.weight.copy_(numbers(*head.weight.shape, seed=7))
        head.bias.copy_(numbers(CLASSES, seed=8))
    u = 3 * numbers(1, CHANNELS, *SIZE, seed=9)
    label = torch.tensor([(i * i + i // 3) % CLASSES for i in range(math.prod(SIZE))])

    with torch.no_grad():
        z = u.mean((2, 3))
        before = block.channel.fc1(z)
        hidden = before.relu()
        c, s = block.gates(u)
        outputs = {"none": u, "cse": u * c, "sse": u * s, "scse": block(u)}
        for combine in ("max", "mul"):
            other = scSE(CHANNELS, r=CHANNELS // HIDDEN, combine=combine).double().eval()
            other.load_state_dict(block.state_dict())
            outputs[combine] = other(u)
        logits = {name: head(output) for name, output in outputs.items()}
    segmentations = {name: value.argmax(1).flatten() for name, value in logits.items()}
    return {
        **weights,
        "head": {"weight": head.weight.flatten(1).tolist(), "bias": head.bias.tolist()},
        "u": u.flatten().tolist(),
        "label": label.tolist(),
        "z": z.flatten().tolist(),
        "before": before.flatten().tolist(),
        "hidden": hidden.flatten().tolist(),
        "channel": c.flatten().tolist(),
        "spatial": s.flatten().tolist(),
        "outputs": {name: value.flatten().tolist() for name, value in outputs.items()},
        "logits": {name: value.flatten().tolist() for name, value in logits.items()},
        "segmentations": {name: value.tolist() for name, value in segmentations.items()},
        "dice": {
            name: dice(value, label, CLASSES).tolist() for name, value in segmentations.items()
        },
        "mean_dice": {
            name: mean_dice(value, label, CLASSES) for name, value in segmentations.items()
        },
    }


def flat(value, path=""):
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in flat(part, f"{path}/{key}").items()}
    if isinstance(value, list):
        return {k: v for i, part in enumerate(value) for k, v in flat(part, f"{path}/{i}").items()}
    return {path: value}


def test_golden_values_are_current():
    stored = flat(json.loads(GOLDEN.read_text()))
    assert stored == pytest.approx(flat(golden()), rel=1e-12, abs=1e-12), (
        "js/test/golden.json is stale: python tests/test_widgets_golden.py"
    )


def test_golden_values_tell_the_variants_apart():
    outputs = golden()["outputs"]
    values = [tuple(round(v, 9) for v in output) for output in outputs.values()]
    assert len(set(values)) == len(outputs)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n")
