"""The chapter on the gradient: its figure against torch, its numbers, and the formulas of all rules.

js/test/gradient_paths_golden.json is what torch's autograd says of the figure;
js/test/gradient_paths.test.js holds the page to it. Write it anew with
``python tests/test_backwards.py``.
"""

import functools
import json
import re
from pathlib import Path

import pytest
import torch
import traitlets

from scse import UNet
from scse.widgets import GradientPaths
from scse.widgets.gradient_paths import NUDGED, PATHS

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "gradient_paths_golden.json"


# The figure


@functools.cache
def small():
    torch.manual_seed(3)
    net = UNet(1, 3, width=4, depth=2).eval()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if ".se." in name:
                weight.mul_(3)
    image = torch.randn(1, 8, 12).cumsum(2)
    return net, ("a picture", image, (image[0] > 0).long() + (image[0] > 1))


STATES = (
    {},
    {"gradient": "class", "channel": 5, "channel_shift": 1.5, "tried": [-1.0]},
    {"gradient": "pixel", "mask_shift": -2.0, "channel_shift": -4.0, "tried": [-2.0, 0.0]},
    {"gradient": "ones", "nudge": "kink", "tried": [-3.0, -1.0], "channel": 2, "position": 3},
    {"nudge": "tie", "channel": 6, "tried": [-4.0, -1.0], "mask_shift": 1.0},
    {"block": "encoder1", "channel": 3, "gradient": "loss", "tried": [-1.5]},
)
FIRST = {
    "block": "bottleneck",
    "gradient": "loss",
    "channel": 0,
    "channel_shift": 0.0,
    "mask_shift": 0.0,
    "position": -1,
    "nudge": "value",
    "tried": [],
}


def make(**options):
    net, sample = small()
    return GradientPaths(net, sample, blocks=["bottleneck", "encoder1"], **options)


def plain(value):
    if torch.is_tensor(value):
        return value.flatten().tolist()
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    return list(value) if isinstance(value, tuple) else value


def golden():
    figure = make()
    return {
        "blocks": {
            block["name"]: {
                "x": plain(figure._maps[block["name"]].values()),
                "g": {
                    kind: plain(figure._gradient(block["name"], kind))
                    for kind in ("loss", "pixel", "class", "ones")
                },
                "arrays": plain(figure._weights[block["name"]]),
            }
            for block in figure.manifest["blocks"]
        },
        "beside": figure.manifest["beside"],
        "states": [
            {
                "state": {**FIRST, **state},
                "quantities": figure.quantities(state),
                **plain(figure.evaluate(state)),
            }
            for state in STATES
        ],
    }


def leaves(value):
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    assert stored == pytest.approx(fresh, rel=1e-4, abs=1e-6), (
        "js/test/gradient_paths_golden.json is stale: python tests/test_backwards.py"
    )


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
