"""js/test/golden.json is what torch says; js/test/maths.test.js holds the page's maths to it.

Write it anew with ``python tests/test_widgets_golden.py``.
"""

import json
import math
from pathlib import Path

import pytest
import test_edits
import torch

from scse import scSE
from scse.edits import replacement
from scse.metrics import dice, mean_dice
from scse.rules import BRANCHES, COMBINE, RULES

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
        outputs = {"none": u, "cse": u * c, "sse": u * s}
        for combine in COMBINE:
            if RULES[combine].maps > 1:
                continue  # Û is no matter of gates alone
            other = scSE(CHANNELS, r=CHANNELS // HIDDEN, combine=combine).double().eval()
            other.load_state_dict(block.state_dict())
            outputs[combine] = other(u)
        mixing = scSE(CHANNELS, r=CHANNELS // HIDDEN, combine="concat").double().eval()
        mixing.load_state_dict(block.state_dict(), strict=False)
        merge = {**linear(mixing.merge, 13), "output": mixing(u).flatten().tolist()}
        logits = {name: head(output) for name, output in outputs.items()}
    segmentations = {name: value.argmax(1).flatten() for name, value in logits.items()}
    return {
        "grid": grid().tolist(),
        "rules": rules(),
        "edits": edits(),
        "checked": {
            "sites": test_edits.SITES,
            "right": test_edits.RIGHT,
            # Not the one whose length is what is wrong with it.
            "refused": [e for e, _ in test_edits.REFUSED if len(json.dumps(e)) < 1000],
        },
        **weights,
        "head": {"weight": head.weight.flatten(1).tolist(), "bias": head.bias.tolist()},
        "u": u.flatten().tolist(),
        "label": label.tolist(),
        "z": z.flatten().tolist(),
        "before": before.flatten().tolist(),
        "hidden": hidden.flatten().tolist(),
        "channel": c.flatten().tolist(),
        "spatial": s.flatten().tolist(),
        "merge": merge,
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


def grid():
    """Activations and gates to try a rule on: three rows of numbers."""
    u, gates = torch.tensor([-2.0, 0.0, 3.0]), torch.tensor([0.0, 0.25, 0.875])
    return torch.stack([axis.flatten() for axis in torch.meshgrid(u, gates, gates, indexing="ij")])


def rules():
    """Every rule on the grid, and what else its row says."""
    shaped = grid().double()[:, :, None, None]
    return {
        name: {
            "branches": list(row.branches),
            "neutral": dict(row.neutral),
            "identity": row.identity and dict(row.identity),
            "gain": row.gain(3.0),
            "formula": row.formula,
            "alone": dict(row.alone),
            # concat is no matter of single activations
            "values": None if name == "concat" else row.apply(*shaped).flatten().tolist(),
        }
        for name, row in RULES.items()
    }


EDITS = (
    ("channel", {"base": "own"}),
    ("channel", {"base": "own", "set": {"0": 0.25, "4": 1}}),
    ("channel", {"base": "neutral"}),
    ("channel", {"base": "zero", "set": {"2": 0.5}}),
    ("channel", {"base": "one"}),
    ("channel", {"base": "flat"}),
    ("channel", {"base": "invert", "set": {"1": 0}}),
    ("channel", {"base": "mean"}),
    ("channel", {"base": "from", "from": 1, "set": {"5": 0.125}}),
    ("spatial", {"base": "flat"}),
    ("spatial", {"base": "invert"}),
    ("spatial", {"base": "from", "from": 1}),
    ("spatial", {"base": "own", "strokes": [{"width": 1, "value": 0, "points": [1.5, 1.5]}]}),
    (
        "spatial",
        {
            "base": "one",
            "set": {"7": 0.75},
            "strokes": [
                {"width": 1.5, "value": 0.25, "points": [-1, 0.5, 3.25, 3, 6, 1]},
                {"width": 0.5, "value": 1, "points": [4.5, 0, 4.5, 9]},
            ],
        },
    ),
)


def edits():
    """What each edit makes of a gate; what the page must make of the same."""
    channel = numbers(1, CHANNELS, 1, 1, seed=11).abs()
    spatial = numbers(1, 1, *SIZE, seed=12).abs()
    own = {"channel": channel, "spatial": spatial}
    lent = {branch: 1 - 0.5 * gate for branch, gate in own.items()}
    neutral = {"channel": 0.0, "spatial": 1.0}
    assert tuple(own) == BRANCHES
    return {
        "own": {branch: gate.flatten().tolist() for branch, gate in own.items()},
        "lent": {branch: gate.flatten().tolist() for branch, gate in lent.items()},
        "neutral": neutral,
        "positions": list(SIZE),
        "cases": [
            {
                "branch": branch,
                "edit": edit,
                "used": replacement(
                    edit, neutral=neutral[branch], lend=lambda _, branch=branch: lent[branch]
                )(own[branch])
                .flatten()
                .tolist(),
            }
            for branch, edit in EDITS
        ],
    }


def flat(value, path=""):
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in flat(part, f"{path}/{key}").items()}
    if isinstance(value, list):
        return {k: v for i, part in enumerate(value) for k, v in flat(part, f"{path}/{i}").items()}
    return {path: value}


def test_golden_values_are_current():
    stored, now = flat(json.loads(GOLDEN.read_text())), flat(golden())
    stale = "js/test/golden.json is stale: python tests/test_widgets_golden.py"
    assert stored.keys() == now.keys(), stale
    for key, value in now.items():
        close = isinstance(value, float)
        assert stored[key] == (pytest.approx(value, rel=1e-12, abs=1e-12) if close else value), (
            stale
        )


def test_golden_values_tell_the_variants_apart():
    outputs = golden()["outputs"]
    values = [tuple(round(v, 9) for v in output) for output in outputs.values()]
    assert len(set(values)) == len(outputs)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n")
