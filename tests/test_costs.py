"""What it costs: formulas against modules, the figure, and the numbers that the chapter names.

js/test/costs_golden.json is what Python says of the figure; js/test/costs.test.js holds the page to
it. Write it anew with ``python tests/test_costs.py``.
"""

import json
import re
from pathlib import Path

import pytest
import torch
import traitlets
from torch.utils.flop_counter import FlopCounterMode

from scse import UNet, cSE, scSE, sSE
from scse import costs as formulas
from scse.widgets import Costs

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "costs_golden.json"

STATES = (
    {},
    {"kind": "cse", "r": 16, "channels": 24, "height": 3, "width": 512, "bytes": 2, "batch": 8},
    {"kind": "sse", "channels": 1024, "height": 4, "width": 4, "balance": 64, "depth": 2},
    {"kind": "max", "r": 32, "channels": 16, "base": 64, "kernel": 5, "weights": True},
    {"kind": "mul", "r": 1, "rank": 3, "size": 64, "depth": 5, "base": 16, "doubling": False},
    {"kind": "concat", "r": 8, "bottleneck": False, "base": 4, "depth": 6, "size": 512},
)


def make_block(kind, channels, r=2):
    if kind == "sse":
        return sSE(channels)
    return cSE(channels, r) if kind == "cse" else scSE(channels, r, combine=kind)


def size(module):
    return sum(p.numel() for p in module.parameters())


# The formulas


@pytest.mark.parametrize("kind", formulas.KINDS)
@pytest.mark.parametrize(("channels", "r"), [(64, 2), (24, 16), (3, 8), (1, 2)])
def test_parameters_of_a_block_are_those_of_the_module(kind, channels, r):
    module = make_block(kind, channels, r)
    assert formulas.block(kind, channels, 9, r).parameters == size(module)
    weights = sum(p.numel() for name, p in module.named_parameters() if "bias" not in name)
    assert formulas.block(kind, channels, 9, r, biases=False).parameters == weights


@pytest.mark.parametrize("kind", formulas.KINDS)
def test_macs_of_its_layers_are_those_that_torch_counts(kind):
    """torch counts matrix products and convolutions; products with a gate come on top."""
    module, x = make_block(kind, 24, 4), torch.randn(1, 24, 6, 10)
    with FlopCounterMode(display=False) as counter:
        module(x)
    products = {"cse": 1, "sse": 1, "add": 1, "max": 2, "mul": 3, "concat": 2}[kind]
    macs = formulas.block(kind, 24, 60, 4).macs
    assert macs == counter.get_total_flops() // 2 + products * x.numel()


@pytest.mark.parametrize("se", ["scse", "cse", "sse"])
def test_a_unet_is_counted_stage_by_stage(se):
    net = UNet(1, 4, width=8, depth=4, se=se, r=4).eval()
    stages = formulas.unet({"scse": "add"}.get(se, se), 4, size=32)
    *inner, head = stages
    assert [stage.name for stage in inner] == list(net.stages)
    for stage in inner:
        module = net.get_submodule(stage.name)
        assert stage.own.parameters == size(module.convolutions), stage.name
        assert stage.block.parameters == size(module.se), stage.name
    assert head.own.parameters == size(net.head)
    plain = UNet(1, 4, width=8, depth=4, se=None).eval()
    with FlopCounterMode(display=False) as counter:
        plain(torch.randn(1, 1, 32, 32))
    assert sum(stage.own.macs for stage in stages) == counter.get_total_flops() // 2


def test_three_dimensions_and_other_kernels():
    """By layers of torch: UNet itself is 2-D, with 3×3 kernels."""
    first, *_ = formulas.unet("add", width=16, size=32, rank=3, kernel=5, weights=True)
    layers = [torch.nn.Conv3d(1, 16, 5, bias=False), torch.nn.Conv3d(16, 16, 5, bias=False)]
    assert first.own.parameters == sum(map(size, layers))
    assert first.own.macs == first.own.parameters * 32**3
    assert first.block.macs == formulas.block("add", 16, 32**3).macs


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of cse, sse, .*, got 'scse'"):
        formulas.block("scse", 8, 9)


# The figure


def test_the_figure_is_made_of_the_formulas():
    now = Costs().evaluate()
    assert now["block"] == {"parameters": 4257, "macs": 2_101_248, "hidden": 32}
    package = now["ways"]["package"]
    assert package["passes"] == [6, 14]
    assert package["bytes"] == 4 * (6 * 64 * 128 * 128 + 4257)
    assert package["intensity"] == pytest.approx(2_101_248 / package["bytes"])
    beside = now["convolution"]
    assert beside["time"] == max(beside["bytes"], beside["macs"] / 4)
    assert package["time"] == pytest.approx(package["bytes"] / beside["time"])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"channels": 65}, "channels must be one of 2, 4, 8"),
        ({"r": 3}, "r must be one of 1, 2, 4, 8, 16, 32, got 3"),
        ({"rank": 1}, "rank must be one of 2, 3, got 1"),
        ({"kind": "eca"}, "eca"),
        ({"view": "both"}, "both"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        Costs(**state)


def test_what_it_cannot_be_made_of_is_refused():
    with pytest.raises(ValueError, match="classes must be a whole number of at least 1, got 0"):
        Costs(classes=0)
    with pytest.raises(TypeError, match="unknown keywords colour"):
        Costs(colour=1)


@pytest.mark.parametrize("view", ["block", "network"])
def test_it_is_drawn(view):
    assert Costs(view=view).still().startswith(b"\x89PNG")


def golden():
    figure = Costs(in_channels=2, classes=5)
    first = {name: getattr(figure, name) for name in figure.state_names()}
    return {
        "manifest": {k: figure.manifest[k] for k in ("passes", "in_channels", "classes")},
        "states": [
            {
                "state": {**first, **state},
                "quantities": figure.quantities(state),
                **figure.evaluate(state),
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
    assert stored == fresh, "js/test/costs_golden.json is stale: python tests/test_costs.py"


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
