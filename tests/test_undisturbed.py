"""What is run for its answer alone leaves the network as it was."""

import pytest
import torch
from torch import nn

from scse import fields
from scse._macs import macs
from scse._undisturbed import call, evaluating
from scse.networks import UNet


@pytest.fixture
def half_frozen():
    net = UNet(1, 3, width=2, se="scse").train()
    net.encoder1.eval()
    return net


def modes(net):
    return {name: module.training for name, module in net.named_modules()}


def test_each_module_is_put_back_into_its_own_mode(half_frozen):
    before = modes(half_frozen)
    with evaluating(half_frozen) as net:
        assert not any(modes(net).values())
    assert modes(half_frozen) == before
    assert len(set(before.values())) == 2


def test_also_after_an_exception(half_frozen):
    before = modes(half_frozen)
    with pytest.raises(RuntimeError), evaluating(half_frozen):
        raise RuntimeError
    assert modes(half_frozen) == before


@pytest.mark.parametrize(
    "use",
    [
        lambda net, x: fields.energy(net, x, "bottleneck", [(1, 1)]),
        macs,
    ],
)
def test_who_looks_into_a_network_in_training_leaves_a_frozen_part_frozen(half_frozen, use):
    before = modes(half_frozen)
    use(half_frozen, torch.randn(1, 1, 16, 16))
    assert modes(half_frozen) == before


def test_a_call_leaves_the_running_statistics_alone():
    net = nn.Sequential(nn.BatchNorm1d(2)).train()
    out = call(net, (torch.randn(8, 2) + 3,))
    assert abs(out.mean().item()) < 1e-5  # it did normalise by the batch
    assert net[0].running_mean.eq(0).all()
    assert net[0].num_batches_tracked == 0
