"""Excite and its figure, `Wiring`: what it stores is what the network does with those gates.

js/test/wiring_golden.json is what torch says of the gates; js/test/wiring.test.js holds the page to
it. Write it anew with ``python tests/test_excite.py``.
"""

import json
from pathlib import Path

import pytest
import torch

import scse
from scse import UNet, override, record
from scse.data import brain, digits
from scse.metrics import mean_dice
from scse.widgets import Wiring, _twin
from scse.widgets.wiring import GATES, TEMPERATURES

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "wiring_golden.json"
LOGITS = [-11.9, -2.0, -0.3, 0.0, 0.4, 4.7, 8.0]


def golden():
    logits = torch.tensor(LOGITS, dtype=torch.float64)
    return [
        {"kind": kind, "temperature": t, "gates": _twin.gates_of(logits, kind, t).tolist()}
        for kind in GATES
        for t in TEMPERATURES
    ]


def test_golden_values_are_current():
    stored = json.loads(GOLDEN.read_text())
    assert stored["logits"] == LOGITS
    for kept, new in zip(stored["cases"], golden(), strict=True):
        assert kept["gates"] == pytest.approx(new["gates"], rel=1e-12)
        assert (kept["kind"], kept["temperature"]) == (new["kind"], new["temperature"])


@pytest.fixture(scope="module")
def made():
    torch.manual_seed(3)
    net = UNet(1, 3, width=8, depth=2).eval()
    images = torch.randn(3, 1, 16, 24).cumsum(3)
    labels = torch.randint(3, (2, 16, 24))
    samples = [("one", images[0], labels[0]), ("two", images[1], labels[1])]
    return net, images, labels, Wiring(net, samples, block="decoder1", over=images)


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("temperature", [0.25, 1.0])
def test_an_answer_is_that_of_the_network_with_these_gates(made, kind, temperature):
    net, images, labels, widget = made
    logits = record(net, images[1:2])["decoder1"].channel.logit().flatten(1)
    gates = _twin.gates_of(logits, kind, temperature)
    with torch.no_grad(), override(net, {"decoder1": {"channel": gates}}):
        seen = net(images[1:2]).argmax(1)
    now = widget.evaluate(1, kind, temperature)
    assert now["gates"].tolist() == pytest.approx(gates[0].tolist(), abs=1e-5)
    assert (now["segmentation"] == seen[0]).double().mean() > 0.995
    assert now["dice"] == pytest.approx(mean_dice(seen, labels[1:2], 3), abs=0.01)


def test_it_counts_how_often_a_unit_is_on(made):
    net, images, _, widget = made
    z = record(net, images)["decoder1"].input.mean((2, 3))
    with torch.no_grad():
        on = (net.decoder1.se.channel.fc1(z) > 0).sum(0)
    assert widget.manifest["on"] == on.tolist()
    assert widget.manifest["over"] == 3


def test_errors_say_what_is_wrong(made):
    net, images, labels, widget = made
    samples = [("one", images[0], labels[0])]
    with pytest.raises(TypeError, match="over must be a tensor, got list"):
        Wiring(net, samples, block="decoder1", over=[])
    with pytest.raises(ValueError, match=r"over must be images \(N, 1, H, W\)"):
        Wiring(net, samples, block="decoder1", over=images[0])
    with pytest.raises(Exception, match="temperature must be one of"):
        widget.temperature = 3.0


@pytest.mark.slow
def test_numbers_of_the_tour():
    """Each number with decimals, and each count, of what the tour says."""
    net = scse.load("brain-unet-scse", seed=4)
    bright, label = brain.example(134, inverted=0, seed=134)
    branch = net.bottleneck.se.channel
    rec = record(net, bright)
    with torch.no_grad():
        logits = branch.fc2(branch.fc1(rec["bottleneck"].input.mean((2, 3))).relu()).double()
    dice = []
    for t in (1, 4):
        gates = (logits / t).sigmoid()
        with torch.no_grad(), override(net, {"bottleneck": {"channel": gates.float()}}):
            dice.append(mean_dice(net(bright).argmax(1), label, 4))
    assert [round(d, 2) for d in dice] == [0.86, 0.85]
    assert (round(gates.min().item(), 2), round(gates.max().item(), 2)) == (0.36, 0.64)
    slopes = []
    for t in (1, 0.25):
        c = (logits / t).sigmoid()
        slopes.append(round((c * (1 - c) / t).mean().item(), 3))
    assert slopes == [0.193, 0.286]


def test_the_logits_that_the_text_names():
    net, (images, _) = scse.load("digits-unet-scse"), digits.Digits().test()
    logits = record(net, images[20:21])["decoder1"].channel.double().logit()
    assert (round(logits.min().item(), 2), round(logits.max().item(), 2)) == (4.74, 7.96)
    assert round(2.718281828 ** (logits.max() - logits.min()).item()) == 25


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({"logits": LOGITS, "cases": golden()}) + "\n")
