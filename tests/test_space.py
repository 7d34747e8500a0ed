"""What Space says of sizes that no cell of it prints."""

import pytest

import scse
from scse.data import digits
from scse.recording import override, record


def size(maps):
    return maps.flatten(1).norm(dim=1)


@pytest.mark.slow
def test_swapped_and_flat_masks_make_outputs_larger():
    net = scse.load("digits-unet-scse")
    images = digits.Digits().test()[0][:64]
    own = record(net, images)
    swapped = {name: {"spatial": part.spatial.roll(1, 0)} for name, part in own.items()}
    flat = {name: {"spatial": lambda s: s.mean((2, 3), keepdim=True)} for name in own}
    for other in (swapped, flat):
        alone, at_once = {}, {}
        with override(net, other):
            every = record(net, images)
        for name, part in own.items():
            with override(net, {name: other[name]}):
                output = record(net, images)[name].output
            alone[name] = (size(output) / size(part.output)).mean().item()
            at_once[name] = (size(every[name].output) / size(part.output)).mean().item()
        assert sum(ratio > 1.005 for ratio in alone.values()) == 6
        assert alone["encoder2"] >= 1.25
        assert all(ratio > 1.1 for ratio in at_once.values())
        assert 1.25 < sum(at_once.values()) / len(at_once) < 1.45  # a third more, on average
