"""Checkpoints of other implementations load by plain `load_state_dict`, wherever the block sits."""

import copy

import pytest
import torch
from torch import nn

from scse import cSE, scSE, sSE
from scse.checkpoints import LAYOUTS, OURS

C, R = 6, 2
SHAPES = {"fc1": (C // R, C), "fc2": (C, C // R), "project": (1, C)}


def block_for(layout):
    if layout.fc1 and layout.project:
        return scSE(C, r=R)
    return cSE(C, r=R) if layout.fc1 else sSE(C)


def foreign(layout, kernel=(), bias=True, prefix=""):
    """A checkpoint as the layout's implementation would write it."""
    state = {}
    for layer, shape in SHAPES.items():
        name = getattr(layout, layer)
        if name:
            state[f"{prefix}{name}.weight"] = torch.randn(*shape, *kernel)
            if bias:
                state[f"{prefix}{name}.bias"] = torch.randn(shape[0])
    return state


def expect_loaded(block, state, layout, prefix=""):
    ours = block.state_dict()
    for layer, shape in SHAPES.items():
        name = getattr(layout, layer)
        if name:
            weight = state[f"{prefix}{name}.weight"].reshape(shape)
            bias = state.get(f"{prefix}{name}.bias", torch.zeros(shape[0]))
            torch.testing.assert_close(ours[f"{getattr(OURS, layer)}.weight"], weight)
            torch.testing.assert_close(ours[f"{getattr(OURS, layer)}.bias"], bias)


named = pytest.mark.parametrize(
    "layout", LAYOUTS, ids=[f"{x.source}: {x.fc1}, {x.project}" for x in LAYOUTS]
)


@named
@pytest.mark.parametrize(
    "kernel", [(), (1,), (1, 1), (1, 1, 1)], ids=["linear", "1-D", "2-D", "3-D"]
)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_layout(layout, kernel, bias):
    block, state = block_for(layout), foreign(layout, kernel, bias)
    before = set(state)
    block.load_state_dict(state)
    expect_loaded(block, state, layout)
    assert set(state) == before, "the caller's checkpoint is left alone"


@named
def test_nested_deep_in_a_network(layout):
    net = nn.ModuleDict({"decoder": nn.Sequential(nn.Conv2d(3, C, 1), block_for(layout))})
    state = foreign(layout, (1, 1), prefix="decoder.1.")
    state |= {f"decoder.0.{k}": v for k, v in nn.Conv2d(3, C, 1).state_dict().items()}
    net.load_state_dict(state)
    expect_loaded(net["decoder"][1], state, layout, "decoder.1.")


@pytest.mark.parametrize(
    "make", [lambda: scSE(C), lambda: scSE(C, combine="concat"), lambda: cSE(C), lambda: sSE(C)]
)
def test_our_own_layout(make):
    block, other = make(), make()
    other.load_state_dict(block.state_dict())
    for a, b in zip(block.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_a_copied_block_loads_too():
    block = copy.deepcopy(scSE(C))
    layout = LAYOUTS[0]
    state = foreign(layout, (1, 1))
    block.load_state_dict(state)
    expect_loaded(block, state, layout)


def test_what_no_layout_explains_is_reported():
    state = foreign(LAYOUTS[2], (1, 1))
    with pytest.raises(RuntimeError, match=r"Unexpected key.*momentum"):
        scSE(C).load_state_dict(state | {"momentum": torch.ones(1)})
    state.pop("cSE.fc2.weight")
    with pytest.raises(RuntimeError, match=r"Missing key.*channel\.fc1\.weight"):
        scSE(C).load_state_dict(state)


def test_another_width_is_reported():
    with pytest.raises(RuntimeError, match=r"size mismatch for channel\.fc1\.weight"):
        scSE(C + 2).load_state_dict(foreign(LAYOUTS[2], (1, 1)))


def test_a_kernel_that_is_not_1x1_is_reported():
    with pytest.raises(RuntimeError, match=r"size mismatch for spatial\.project\.weight"):
        sSE(C).load_state_dict({"conv.weight": torch.randn(1, C, 3, 3)})
