"""SqueezeMaps in Python, the numbers of its tour and puzzles in *Squeeze*, and golden values.

js/test/squeeze_golden.json is what Python says; js/test/squeeze.test.js holds the page to it. Write
it anew with ``python tests/test_squeeze.py``.
"""

import functools
import json
from pathlib import Path

import pytest
import torch
import traitlets
from test_tours import cell_of, close

import scse
from scse import UNet, record
from scse.data import brain
from scse.widgets import SqueezeMaps
from scse.widgets.squeeze_maps import BEST

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "squeeze_golden.json"


@functools.cache
def small():
    torch.manual_seed(3)
    net = UNet(1, 3, width=4, depth=2).eval()
    images = torch.randn(2, 1, 12, 16).cumsum(3)
    return SqueezeMaps(net, [("one", images[0]), ("two", images[1])], block="decoder1")


STATES = [
    {"picture": picture, "channel": channel, "loss": loss, "a": a}
    for picture, channel, a in ((0, 0, 0.0), (0, 2, 0.3), (1, 3, 0.7))
    for loss in BEST
]


def golden():
    figure = small()
    states = []
    for state in STATES:
        seen = figure.evaluate(**state)
        statistics = {name: of[state["picture"]] for name, of in seen.pop("statistics").items()}
        quantities = figure.quantities(state)
        states.append({**state, **seen, "statistics": statistics, "quantities": quantities})
    return {"maps": figure._values, "states": states}


def plain(value):
    """As JSON has it."""
    return json.loads(json.dumps(value, default=torch.Tensor.tolist))


def test_golden_file_is_what_python_says():
    stored, fresh = json.loads(GOLDEN.read_text()), plain(golden())
    assert len(stored["states"]) == len(fresh["states"])
    for kept, new in zip(stored["states"], fresh["states"], strict=True):
        assert kept["quantities"] == pytest.approx(new["quantities"], abs=1e-3)
        for name, values in new["statistics"].items():
            assert kept["statistics"][name] == pytest.approx(values, abs=1e-4)


@pytest.mark.parametrize("loss", BEST)
def test_no_constant_is_better_than_the_best(loss):
    figure = small()
    low, high = figure.manifest["range"]
    for channel in range(figure.manifest["shape"][0]):
        errors = [
            figure.evaluate(channel=channel, loss=loss, a=low + (high - low) * i / 200)["error"]
            for i in range(201)
        ]
        least = figure.evaluate(channel=channel, loss=loss)["least"]
        assert least <= min(errors) + 1e-12
        assert least == pytest.approx(min(errors), abs=0.02 * (high - low))


def test_what_is_wrong_is_said():
    net = UNet(1, 2, width=40, depth=2)
    image = torch.randn(1, 8, 8)
    with pytest.raises(ValueError, match="32 channels at most, block 'decoder1' has 40"):
        SqueezeMaps(net, [("a", image)])
    with pytest.raises(ValueError, match="4 images at most, got 5"):
        SqueezeMaps(UNet(1, 2, width=4, depth=2), [("a", image)] * 5)
    for state in ({"channel": 4}, {"picture": 2}, {"a": -1.0}, {"loss": "cubed"}, {"order": "x"}):
        with pytest.raises(traitlets.TraitError):
            SqueezeMaps(UNet(1, 2, width=4, depth=2), [("a", image)], states={"x": state})


@pytest.fixture(scope="module")
def figure():
    return cell_of("squeeze", "SqueezeMaps(")


def test_its_means_are_those_of_the_network(figure):
    net = scse.load("brain-unet-scse", seed=4)
    u = record(net, brain.example(134, inverted=0)[0])["encoder2"].input[0].double()
    means = figure.evaluate()["statistics"]["mean"][0]
    torch.testing.assert_close(means, u.mean((1, 2)), atol=2e-3, rtol=0)  # of 256 levels


def test_numbers_of_the_tour(figure):
    tour = figure.manifest["tour"]
    says = [step["says"] for step in tour]
    seen = [figure.evaluate(**{**figure.manifest["first"], **step["set"]}) for step in tour]
    first = {name: of[0] for name, of in seen[0]["statistics"].items()}
    values = seen[0]["values"]
    close(says[0], values[values > 0.3].median(), first["max"][8])
    close(says[1], seen[1]["error"])
    assert len(values) == 4096
    share = 100 * seen[2]["error"] / seen[1]["error"]
    close(says[2], first["mean"][8], seen[2]["pulls"][0], seen[2]["error"], share)
    assert seen[2]["pulls"][0] == pytest.approx(seen[2]["pulls"][1], abs=1e-3)
    assert seen[2]["error"] == pytest.approx(seen[2]["least"], abs=1e-6)
    close(says[3], first["median"][8])
    close(says[4], first["midrange"][8])
    close(says[5], first["max"][14], first["mean"][14])
    by_max, by_mean = (first[name].argsort(descending=True).tolist() for name in ("max", "mean"))
    assert (by_max.index(8), by_mean.index(8), by_mean.index(14)) == (15, 9, 10)
    bright, dark, slice_70 = seen[0]["statistics"]["mean"]
    assert (slice_70 - bright).abs().max() < 0.03
    assert int((dark > 1.2 * bright).sum()) >= 8


def test_numbers_of_the_puzzles(figure):
    least, rare = figure.manifest["puzzles"]
    of = {name: all_[0] for name, all_ in figure.evaluate()["statistics"].items()}
    close(least["done"], of["mean"][13], 0.02)
    near = {"channel": 13, "a": of["mean"][13].item() + 0.02}
    assert figure.quantities(near)["error above the least, in %"] < 0.1
    close(rare["done"], of["max"][3], of["mean"][3])
    solved = [
        k + 1
        for k in range(16)
        if (now := figure.quantities({"channel": k}))["rank by maximum"] <= 4
        and now["rank by mean"] >= 13
    ]
    assert solved == [4]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(plain(golden())) + "\n")
