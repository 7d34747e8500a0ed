"""Playground in Python, and the golden values of the pictures it makes in the page.

js/test/playground_golden.json is what torch says; js/test/playground.test.js holds the page to it.
Write it anew with ``python tests/test_playground.py``.
"""

import json
import math
from pathlib import Path

import pytest
import torch
import traitlets
from torch.nn import functional as F

from scse import load, override, record
from scse.data import TASKS, brain, digits, standardise, stretch
from scse.metrics import mean_dice
from scse.weights import card
from scse.widgets import Playground, playground

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "playground_golden.json"
SIZE = 7


def numbers(*shape, seed):
    """Values in 0 … 1 that are the same on every machine."""
    count = math.prod(shape)
    values = [0.5 + 0.5 * math.sin(12.9898 * (i + 1) + 78.233 * seed) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def turned(image, degrees, mode="bilinear"):
    """An image (H, W) turned about its centre by `grid_sample`."""
    angle = math.radians(degrees)
    theta = [[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0]]
    grid = F.affine_grid(
        torch.tensor([theta], dtype=torch.float64), [1, 1, *image.shape], align_corners=True
    )
    return F.grid_sample(image[None, None], grid, mode, align_corners=True)[0, 0]


MANIFEST = {
    "size": 8,
    "draw": True,
    "examples": [{}, {}],
    "grounds": [{}],
    "sliders": {"noise": {"min": 0, "max": 1}},
    "reference": "scse",
    "networks": {
        "scse": {
            "blocks": {
                "mid": {
                    "channels": 3,
                    "positions": [2, 2],
                    "branches": ["channel", "spatial"],
                    "rule": "add",
                }
            }
        },
        "none": {"blocks": {}},
    },
    "start": {
        "source": "example:0",
        "strokes": [],
        "noise": 0,
        "network": "scse",
        "block": "mid",
        "edits": {},
        "compare": False,
    },
}


def stroke(*points, width=2, value=1):
    return {"width": width, "value": value, "points": list(points)}


def on_mid(branch="channel", **edit):
    return {"edits": {"mid": {branch: edit}}}


GOOD = [
    {},
    {"source": "blank"},
    {"source": "own"},
    {"source": "ground:0", "strokes": [stroke(1, 2, 3, 4)]},
    {"source": "example:1", "noise": 0.5, "compare": True},
    {"network": "none", "block": "mid"},
    {"strokes": [stroke(-8, 16), stroke(0, 0, width=2)]},
    *(on_mid(base=b) for b in ("own", "neutral", "zero", "one", "flat", "mean", "invert")),
    on_mid(base="from", **{"from": 1, "set": {"2": 0.5}}),
    on_mid("spatial", base="own", strokes=[stroke(1, 1, width=1)]),
]
BAD = [  # and what Python says; the page says it in other words
    ({"sorce": 1}, "unknown parts sorce; there are source, strokes, noise"),
    ({"gates": {}}, "unknown parts gates"),
    ({"contrast": 0}, "unknown parts contrast"),
    ({"toString": 1}, "unknown parts toString"),
    ({"source": "example:2"}, "there is no picture example:2 here"),
    ({"source": "ground:1"}, "there is no picture ground:1 here"),
    ({"source": "blank:1"}, '"example:0", "ground:0" or another number, "blank" or "own"; got'),
    ({"source": "example:01"}, "source is the picture"),
    ({"source": "constructor"}, "source is the picture"),
    ({"source": ["own"]}, "source: ['own'] is not of type 'string'"),
    ({"noise": 3}, "noise goes from 0 to 1, got 3"),
    ({"noise": "much"}, "noise: 'much' is not of type 'number'"),
    ({"network": "x"}, "no network 'x'; there are 'scse', 'none'"),
    ({"network": "toString"}, "no network 'toString'"),
    ({"block": "x"}, "no block 'x'; there are 'mid'"),
    ({"block": "toString"}, "no block 'toString'"),
    ({"compare": 1}, "compare: 1 is not of type 'boolean'"),
    ({"strokes": [stroke(1)]}, "strokes.0.points"),
    ({"strokes": [stroke(1, 2, 3)]}, "a stroke has pairs of numbers"),
    ({"strokes": [stroke(1, 17)]}, "a stroke lies far outside the sheet"),
    ({"strokes": [stroke(1, 2, width=8)]}, "a stroke is 8 wide; 2 is the most"),
    ({"strokes": [stroke(1, 2, value=2)]}, "strokes.0.value"),
    ({"edits": []}, "edits: [] is not of type 'object'"),
    ({"edits": {"valueOf": {}}}, "no block 'valueOf'"),
    ({"edits": {"mid": None}}, "edits.mid: None is not of type 'object'"),
    ({"edits": {"mid": {"depth": {"base": "own"}}}}, "'depth' was unexpected"),
    ({"edits": {"mid": {"channel": None}}}, "edits.mid.channel: None"),
    (on_mid(set={}), "'base' is a required property"),
    (on_mid(base="off"), "'off' is not one of ['own', 'neutral'"),
    (on_mid(base="example:1"), "'example:1' is not one of"),
    (on_mid(base="own", set=None), "edits.mid.channel.set"),
    (on_mid(base="own", set={"0": None}), "edits.mid.channel.set.0"),
    (on_mid(base="own", set={"1.5": 1}), "1.5"),
    (on_mid(base="own", set={"3": 0.5}), "mid.channel: there is no entry 3"),
    (on_mid(base="own", set={"0": 2}), "an entry is 2; they go from 0 to 1"),
    (on_mid(base="from"), "from says whose gate it is"),
    (on_mid(base="from", **{"from": 2}), "there is no input 2"),
    (on_mid(base="own", strokes=[stroke(1, 1)]), "paint needs a mask"),
]

TOO_MUCH = [
    ({"strokes": [stroke(1, 2)] * 201}, "strokes: "),
    ({"strokes": [stroke(*[1] * 1000)] * 50}, "strokes of 25000 points; 20000 is the most"),
]


def golden():
    t1, mask = numbers(SIZE, SIZE, seed=1), (numbers(SIZE, SIZE, seed=2) > 0.3).double()
    contrast = {
        str(v): brain.contrast(t1[None, None], mask[None, None], v).flatten().tolist()
        for v in (0.0, 0.3, 1.0)
    }
    stretched = stretch(2 * t1 - 0.5)
    return {
        "size": SIZE,
        "t1": t1.flatten().tolist(),
        "mask": mask.flatten().tolist(),
        "contrast": contrast,
        "turned": {str(d): turned(t1, d).flatten().tolist() for d in (-45, 10, 30)},
        "stretched": stretched.flatten().tolist(),
        "standardised": standardise(stretched.double()[None, None]).flatten().tolist(),
        "dimmed": digits.dimmed(t1).flatten().tolist(),
        "tasks": sorted(TASKS),  # for each, js/src/figures/playground/tasks.js makes pictures
        # What the page must take, and refuse, in a figure with this manifest
        "manifest": MANIFEST,
        "good": GOOD,
        "bad": [state for state, _ in BAD],
    }


def test_golden_file_is_what_torch_says():
    stored, fresh = json.loads(GOLDEN.read_text()), golden()
    assert stored.keys() == fresh.keys()
    for name, value in fresh.items():
        if name in ("tasks", "manifest", "good", "bad"):
            assert stored[name] == value
        elif isinstance(value, dict):
            assert stored[name].keys() == value.keys()
            for key in value:
                assert stored[name][key] == pytest.approx(value[key], abs=1e-12)
        else:
            assert stored[name] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("state", GOOD, ids=lambda state: str(state)[:60])
def test_a_good_state_is_taken(state):
    assert playground.problem(state, MANIFEST) is None


@pytest.mark.parametrize(("state", "words"), BAD + TOO_MUCH, ids=lambda case: str(case)[:60])
def test_what_is_wrong_with_a_state_is_said(state, words):
    assert words in playground.problem(state, MANIFEST)


@pytest.fixture(scope="module", params=["digits", "brain"])
def widget(request):
    return Playground(request.param)


def test_stored_answers_are_the_networks_own(widget):
    net = widget.networks["scse"]
    for picture, stored in zip(widget.pictures, widget._segmentations):
        assert torch.equal(record(net, widget.input(picture)[None]).logits[0].argmax(0), stored)


def test_networks_have_one_recipe_and_seed(widget):
    files = [network["file"] for network in widget.manifest["networks"].values()]
    assert len({name.rsplit("-", 1)[1] for name in files}) == 1
    assert {name.split("-")[2] for name in files} == {"none", "cse", "sse", "scse"}


def test_kernel_answers_for_every_network(widget):
    image = widget.input(widget.pictures[0])
    for network in widget.manifest["networks"].values():
        answer = widget._engine.run({"network": network["file"], "image": image})
        with torch.no_grad():
            assert torch.equal(answer["output"], load(network["file"])(image[None])[0])
        assert answer["blocks"].keys() == network["blocks"].keys()


def test_means_are_those_of_the_test_pictures():
    widget = Playground("digits")
    images, _ = digits.Digits().test()
    gates = record(load("digits-unet-scse"), images)["bottleneck"].channel.mean(0).flatten()
    stored = torch.tensor(widget.manifest["networks"]["scse"]["means"]["bottleneck"])
    torch.testing.assert_close(stored, gates, atol=1e-6, rtol=0)


def test_blocks_are_described_to_be_edited(widget):
    described = {k: n["blocks"] for k, n in widget.manifest["networks"].items()}
    assert described["none"] == {}
    assert {k: described[k]["bottleneck"] for k in ("scse", "cse", "sse")} == {
        kind: {
            "channels": 64,
            "positions": [widget.manifest["size"] // 8] * 2,
            "branches": branches,
            "rule": rule,
        }
        for kind, branches, rule in [
            ("scse", ["channel", "spatial"], "add"),
            ("cse", ["channel"], "cse"),
            ("sse", ["spatial"], "sse"),
        ]
    }
    rules = {kind: {b["rule"] for b in blocks.values()} for kind, blocks in described.items()}
    assert rules == {"none": set(), "scse": {"add"}, "cse": {"cse"}, "sse": {"sse"}}


def test_state_is_checked_at_the_start_and_later(widget):
    good = {"edits": {"bottleneck": {"spatial": {"base": "from", "from": 2}}}, "block": "decoder2"}
    widget.state = good
    with pytest.raises(
        traitlets.TraitError, match="state: bottleneck.spatial: there is no input 3"
    ):
        widget.state = {"edits": {"bottleneck": {"spatial": {"base": "from", "from": 3}}}}
    assert widget.state == good
    widget.state = {}


def test_request_overrules_a_gate(widget):
    image = widget.input(widget.pictures[0])
    file = widget.manifest["networks"]["scse"]["file"]
    gates = {"bottleneck": {"channel": {"keep": 0.0, "value": 0.25}}}
    answer = widget._engine.run({"network": file, "image": image, "gates": gates})
    with torch.no_grad(), override(widget.networks["scse"], {"bottleneck": {"channel": 0.25}}):
        expected = widget.networks["scse"](image[None])[0]
    torch.testing.assert_close(answer["output"], expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "words"),
    [
        (("faces",), {}, ValueError, "no task 'faces'; there are 'brain', 'digits'"),
        (("digits",), {"seed": 9}, ValueError, "no trained network 'digits-unet-none, seed 9'"),
        (("digits",), {"sate": {}}, TypeError, "unknown keywords sate; its state is state"),
        (("digits",), {"state": {"gate": 1}}, traitlets.TraitError, "state: unknown parts gate"),
    ],
)
def test_bad_arguments(arguments, keywords, error, words):
    with pytest.raises(error, match=words):
        Playground(*arguments, **keywords)


# What the chapter says


def test_on_the_brain_the_four_networks_that_are_compared_are_nearly_equal():
    dice = [card(f"brain-unet-{kind}", 4)["mean_dice"] for kind in playground.NETWORKS]
    assert max(dice) - min(dice) < 0.01


def dice_under(widget, image, gates):
    net, label = widget.networks["scse"], widget.labels[0].long()
    with torch.no_grad(), override(net, gates):
        return mean_dice(net(image[None]).argmax(1)[0], label, net.config["classes"])


def test_a_single_bar_of_a_deep_block_does_little_with_one_exception():
    """What Start here says of its first picture."""
    widget = Playground("digits")
    image = widget.input(widget.pictures[0])
    own = dice_under(widget, image, {})
    lost = {}
    for block, entry in record(widget.networks["scse"], image[None]).items():
        for k in range(entry.channel.shape[1] if block != "decoder1" else 0):
            gates = entry.channel.clone()
            gates[0, k] = 0
            lost[block, k] = own - dice_under(widget, image, {block: {"channel": gates}})
    worst = max(lost, key=lost.get)
    assert worst[0] == "decoder2"
    assert lost.pop(worst) > 0.4
    assert max(lost.values()) < 0.1


def test_the_worst_contrast_is_one_that_was_never_trained():
    widget = Playground("brain")
    net, label = widget.networks["scse"], widget.labels[0].long()

    def answer(inverted):
        picture = brain.rendered(widget.arrays, inverted)[0]
        with torch.no_grad():
            return net(widget.input(picture)[None]).argmax(1)[0]

    scores = {v: mean_dice(answer(v), label, 4) for v in (0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1)}
    assert min(scores, key=scores.get) == 0.7
    assert scores[0.5] > scores[0.7] + 0.1
    white, csf = 3, 1
    assert (answer(0.7)[label == csf] == white).float().mean() > 0.5


def test_exercise_on_masks():
    widget = Playground("digits")
    image = widget.input(widget.pictures[0])
    means = playground._means("digits", 0, "scse")
    names = widget.networks["scse"].stages
    shut = {b: dice_under(widget, image, {b: {"spatial": 0}}) for b in names}
    mean = {
        b: dice_under(widget, image, {b: {"spatial": means[b]["spatial"][None, None]}})
        for b in names
    }
    assert dice_under(widget, image, {}) == pytest.approx(0.97, abs=0.005)
    assert shut["encoder3"] == pytest.approx(0.47, abs=0.005)
    assert max(shut["encoder1"], shut["decoder2"]) < 0.875
    assert min(shut[b] for b in ("encoder2", "bottleneck", "decoder3", "decoder1")) > 0.945
    assert mean.pop("encoder3") == pytest.approx(0.95, abs=0.005)
    assert min(mean.values()) > 0.965


def test_exercise_on_the_switch():
    widget = Playground("brain")
    image = widget.input(brain.rendered(widget.arrays, 1.0)[0])
    net = widget.networks["scse"]
    own = record(net, image[None])["bottleneck"].channel
    usual = record(net, widget.input(widget.pictures[0])[None])["bottleneck"].channel

    def put_back(bars):
        gates = usual.clone()
        for bar in bars:
            gates[0, bar - 1] = own[0, bar - 1]
        return dice_under(widget, image, {"bottleneck": {"channel": gates}})

    assert dice_under(widget, image, {}) == pytest.approx(0.87, abs=0.005)
    assert put_back([]) == pytest.approx(0.75, abs=0.005)
    assert put_back([1, 63]) == pytest.approx(0.82, abs=0.005)
    assert put_back([1, 63, 2, 7, 23, 26, 47, 49]) == pytest.approx(0.86, abs=0.005)
    assert max(put_back([bar]) for bar in range(1, 65)) < 0.80


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n")
