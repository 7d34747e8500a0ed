"""ReceptiveField and scse.fields in Python, the numbers of *Feature maps*, and golden values.

js/test/receptive_golden.json is what Python says; js/test/receptive.test.js holds the page to it.
Write it anew with ``python tests/test_feature_maps.py``.
"""

import functools
import json
import math
import re
import statistics
from pathlib import Path
from unittest import mock

import pytest
import torch
import traitlets
from test_tours import cell_of, close
from torch.nn import functional as F

import scse
from scse import UNet, fields, record
from scse.data import brain, digits
from scse.widgets import ReceptiveField
from scse.widgets._packing import unpack

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "receptive_golden.json"
BOOK = Path(__file__).parents[1] / "book"


@functools.cache
def small():
    torch.manual_seed(3)
    nets = [UNet(1, 3, width=4, depth=3).eval() for _ in range(2)]
    images = torch.randn(1, 16, 24), torch.randn(1, 24, 12)
    return ReceptiveField(nets, [("one", images[0]), ("two", images[1])])


STATES = [
    {"picture": picture, "stage": stage, "place": place, "channel": channel, "gates": gates}
    for gates in ("still", "moving")
    for picture, stage, place, channel in (
        (0, "encoder1", [0, 0], 0),
        (0, "bottleneck", [2, 3], 3),
        (1, "encoder2", [4, 1], 2),
        (1, "decoder1", [3, 4], 1),
        (0, "decoder2", [1, 4], 2),
    )
]


def golden():
    figure = small()
    states = [
        {"state": state, "seen": figure.evaluate(**state), "quantities": figure.quantities(state)}
        for state in STATES
    ]
    arrays = unpack(figure.packed, figure.manifest["arrays"])
    numbers = [(s["stage"], s["picture"]) for s in STATES]
    stages = [stage["name"] for stage in figure.manifest["stages"]]
    used = {f"{kind}-{stages.index(of)}-{i}" for kind in ("field", "maps") for of, i in numbers}
    used |= {"sides", "outside", "wide-0", "wide-1"}
    kept = ("samples", "stages", "places", "decades", "terms")
    return {
        "manifest": {name: figure.manifest[name] for name in kept},
        "arrays": {name: array.flatten() for name, array in arrays.items() if name in used},
        "states": states,
    }


def plain(value):
    """As JSON has it, short: without a gradient a number is null."""
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {name: plain(of) for name, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(of) for of in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else round(value, 8)
    return value


def test_golden_file_is_what_python_says():
    stored, fresh = json.loads(GOLDEN.read_text()), plain(golden())
    assert stored["manifest"] == fresh["manifest"]
    assert len(stored["states"]) == len(fresh["states"])
    for kept, new in zip(stored["states"], fresh["states"], strict=True):
        for name in ("stage", "pixel", "window", "square", "side"):
            assert kept["seen"][name] == new["seen"][name], name
        assert kept["quantities"] == pytest.approx(new["quantities"], abs=1e-3)
        assert kept["seen"]["value"] == pytest.approx(new["seen"]["value"], abs=1e-4)


# --- the theoretical field ---


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_the_field_by_layers_is_that_of_the_gradient(depth):
    """Average pooling passes a gradient to all four pixels, and without ReLU none is lost."""
    torch.manual_seed(0)
    net = UNet(1, 2, width=4, depth=depth, se="scse").eval().double()
    size = 2**depth * 14
    image = torch.rand(1, 1, size, size, dtype=torch.double)
    middle = size // 2
    reach = fields.reaches(net)
    with (
        mock.patch.object(F, "max_pool2d", F.avg_pool2d),
        mock.patch.object(F, "relu", lambda x, inplace=False: x),
    ):
        for stage, name in enumerate(net.stages):
            step = fields.step(len(reach), stage)
            pixels = [((middle + more) // step, (middle + 2 * more) // step) for more in range(3)]
            for (row, column), energy in zip(
                pixels, fields.energy(net, image, name, pixels), strict=True
            ):
                for axis, at in ((1, row), (0, column)):
                    seen = energy.sum(axis).nonzero().flatten()
                    ends = seen.min().item(), seen.max().item()
                    assert ends == fields.window(reach, stage, at), name


def test_the_closed_formula():
    reach = [2] * 7
    for level in range(1, 5):
        first, last = fields.window(reach, level - 1, 0)
        assert last - first + 1 == 1 + 4 * (2**level - 1) + 2 ** (level - 1) - 1
    deeper = fields.window([2] * 9, 4, 0)
    assert deeper[1] - deeper[0] + 1 == 140  # exercise 2


def test_dilation_of_exercise_2():
    """Both convolutions of the bottleneck reach twice as far."""
    reach = [2, 2, 2, 4, 2, 2, 2]

    def side(stage, at):
        first, last = fields.window(reach, stage, at)
        return last - first + 1

    assert side(3, 0) == 100
    assert {side(6, at) for at in range(8)} == {124, 132}


def test_in_half_of_the_rows_decoder1_sees_100_and_never_centred():
    ends = [fields.window([2] * 7, 6, at) for at in range(8)]
    sides = [last - first + 1 for first, last in ends]
    assert sorted(sides) == [92] * 4 + [100] * 4
    off = [(first + last) / 2 - at for at, (first, last) in enumerate(ends)]
    assert all(off)


def test_a_network_is_left_in_its_mode_and_an_unknown_stage_is_said():
    net = UNet(1, 2, width=2, depth=2)
    image = torch.randn(1, 1, 8, 8)
    assert fields.energy(net, image, "decoder1", [(1, 2), (3, 3)]).shape == (2, 8, 8)
    assert net.training
    with pytest.raises(ValueError, match="no stage 'top'; the stages are encoder1, bottleneck, d"):
        fields.energy(net, image, "top", [(0, 0)])
    plain_net = UNet(1, 2, width=2, depth=2, se=None)
    both = [fields.energy(plain_net, image, "encoder1", [(4, 4)], still=s) for s in (True, False)]
    assert torch.equal(*both), "without gates there is nothing to be held still"


def test_the_side_of_a_square():
    energy = torch.zeros(9, 9)
    energy[4, 4], energy[4, 7] = 8, 2
    assert fields.side(energy, (4, 4), 1, share=0.8) == 1
    assert fields.side(energy, (4, 4), 1) == 7
    assert fields.side(energy, (4, 4), 2) == 6
    energy[0, 0] = 90
    assert fields.side(energy, (8, 8), 1) == 17, "it may reach beyond the border"


# --- the figure ---


def test_what_is_wrong_is_said():
    net, image = UNet(1, 2, width=4, depth=2), torch.randn(1, 8, 8)
    with pytest.raises(TypeError, match="net must be a scse.UNet"):
        ReceptiveField(torch.nn.Conv2d(1, 1, 1), [("a", image)])
    with pytest.raises(TypeError, match="samples must be a list of tuples, got Tensor"):
        ReceptiveField(net, image)
    with pytest.raises(ValueError, match="got 4 samples and 4 networks"):
        ReceptiveField(net, [("a", image)] * 4)
    with pytest.raises(ValueError, match="got 1 samples and 2 networks"):
        ReceptiveField([net, net], [("a", image)])
    with pytest.raises(ValueError, match="must have the same stages"):
        ReceptiveField([net, UNet(1, 2, width=4, depth=3)], [("a", image)] * 2)
    with pytest.raises(TypeError, match="unknown keywords nose"):
        ReceptiveField(net, [("a", image)], nose=1)
    wrong = (
        {"stage": "encoder2"},
        {"place": [0]},
        {"place": [0, 5]},
        {"channel": 4},
        {"gates": "?"},
    )
    for state in wrong:
        with pytest.raises(traitlets.TraitError):
            ReceptiveField(net, [("a", image)], states={"x": state})


def test_a_pixel_without_gradient_has_no_effective_field():
    net = UNet(1, 2, width=4, depth=2).eval()
    torch.nn.init.constant_(net.encoder1.convolutions[4].bias, -100.0)  # all ReLUs off
    figure = ReceptiveField(net, [("a", torch.randn(1, 8, 8))])
    seen = figure.evaluate()
    assert seen["square"] is None
    assert math.isnan(seen["side"])
    assert math.isnan(seen["effective"])
    assert seen["seen"].max() == 0
    figure.still()


@pytest.fixture(scope="module")
def figure():
    return cell_of("feature_maps", "ReceptiveField(")


def test_it_shows_what_the_network_says(figure):
    net = scse.load("brain-unet-scse", seed=4)
    image = brain.example(134)[0]
    for stage, pixel in (("encoder2", (32, 32)), ("decoder2", (32, 32))):
        seen = figure.evaluate(stage=stage)
        assert seen["pixel"] == list(pixel)
        step = 128 // fields.maps(net, image)[stage].shape[-1]
        energy = fields.energy(net, image, stage, [pixel])[0]
        side = fields.side(energy, (64, 64), step)
        assert seen["side"] == side
        top, bottom, left, right = seen["square"]
        inside = energy[top : bottom + 1, left : right + 1].sum()
        assert inside >= 0.9 * energy.sum()
        assert energy[top + 1 : bottom, left + 1 : right].sum() < 0.9 * energy.sum()
        drawn = seen["seen"]
        assert (drawn > 0).sum() > 0
        rows = drawn.sum(1).nonzero().flatten()
        assert rows.min() >= seen["window"][0]
        assert rows.max() <= seen["window"][1]


def test_it_weighs_little(figure):
    assert len(figure.packed) < 165_000


def integers(sentence):
    return [int(n) for n in re.findall(r"(?<![\d.])\d+(?![\d.]*\d)", sentence)]


def test_numbers_of_the_tour(figure):
    tour = figure.manifest["tour"]
    says = [step["says"] for step in tour]
    seen = [figure.quantities({**figure.manifest["first"], **step["set"]}) for step in tour]
    height, width = "height of the square", "width of the square"
    field = [(int(now[height]), int(now[width])) for now in seen]
    side = [int(now["side of the effective square"]) for now in seen]
    share = [now["share of the picture, in %"] for now in seen]
    assert integers(says[0]) == [3, 3, *field[0]]
    close(says[0], share[0])
    assert figure.evaluate(stage="encoder3")["pixel"] == [16, 16]
    assert integers(says[1])[-2:] == list(field[1]) == [32, 32]
    assert integers(says[2]) == [*field[2], round(share[2]), 90, side[2], side[2]]
    assert integers(says[3]) == [*field[3], 3, side[3], side[3]]
    assert integers(says[4]) == [*field[4], side[4], side[4]]
    close(says[4], seen[4]["effective share, in %"])
    assert share[4] == pytest.approx(50, abs=2)
    assert integers(says[5]) == list(field[5])
    assert integers(says[6]) == [side[6], side[6]]


def test_numbers_of_the_puzzles(figure):
    reach, _ = figure.manifest["puzzles"]
    share, used = "share of the picture, in %", "effective share, in %"
    grid = [[row, column] for row in range(5) for column in range(5)]
    seen = [figure.quantities({"stage": "bottleneck", "place": place}) for place in grid]
    close(reach["done"], max(now[share] for now in seen))
    assert integers(reach["done"]) == [68, 68, 25, 6]
    assert seen[0]["height of the square"] == 68
    assert len(grid) == 25
    few = [
        place for place, now in zip(grid, seen, strict=True) if now[share] >= 25 and now[used] <= 6
    ]
    assert len(few) == 3 == sum(now[used] <= 6 for now in seen)
    assert [1, 2] in few  # of the solution
    before = [figure.quantities({"stage": "encoder3", "place": place})[share] for place in grid]
    assert max(before) < 25


# --- what the text states, and no cell prints ---


def test_a_pixel_without_gradient_stands_on_biases():
    net, image = scse.load("digits-unet-scse"), digits.Digits().test()[0][1:2]
    assert fields.energy(net, image, "decoder1", [(9, 48)]).sum() == 0
    assert int((fields.maps(net, image)["decoder1"][0, :, 9, 48] > 0).sum()) == 4


def test_no_gradient_arrives_where_all_eight_maps_are_off_within_two_pixels():
    net, image = scse.load("brain-unet-scse", seed=0), brain.example(134)[0]
    moving = fields.energy(net, image, "encoder1", [(64, 64)], still=False)[0] > 0
    on = (net.encoder1.convolutions(image) > 0).any(1, keepdim=True).float()
    assert torch.equal(moving, F.max_pool2d(on, 5, 1, 2)[0, 0] > 0)
    assert moving.float().mean() == pytest.approx(0.75, abs=0.02)


def test_rows_of_the_ranked_images():
    """What the text and the words for those who do not see them say of the three figures."""
    images, labels = digits.Digits().test()
    part = record(scse.load("digits-unet-scse"), images)["decoder3"]
    strongest = part.output.amax((2, 3))
    gates = part.channel[:, :, 0, 0]
    assert (gates.amax(0) - gates.amin(0)).argmax() == 23  # the widest spread

    def rows(scores, digit):
        has = (labels == digit + 1).flatten(1).any(1)[scores.argsort(descending=True)]
        return [int(has[part].sum()) for part in (slice(6), slice(97, 103), slice(-6, None))]

    assert rows(strongest[:, 19], 7) == [6, 0, 0]
    assert rows(strongest[:, 15], 1) == [6, 1, 1]
    assert rows(gates[:, 23], 2)[0] == 6
    assert rows(gates[:, 23], 8)[2] == 6


def test_what_it_takes_to_see_128_pixels_without_a_mean():
    def first_seen(layers):  # 3×3 convolutions at full size, the pixel in the middle
        return fields.window([layers], 0, 64)[0]

    assert first_seen(64) == 0 < first_seen(63)
    assert 64 * 8 * 8 * 9 == 36864
    net = scse.load("brain-unet-scse", seed=4)
    assert sum(p.numel() for p in net.encoder1.se.channel.parameters()) == 76


def test_outside_share_of_exercise_1(figure):
    outside = 100 * figure.evaluate(stage="encoder1", gates="moving")["outside"]
    assert outside == pytest.approx(0.00004, abs=5e-6)


def test_the_network_that_reads_nothing_looks_at_few_pixels():
    image, sides = digits.Digits().test()[0][1:2], {}
    for kind in ("none", "scse"):
        net = scse.load(f"digits-unet-{kind}")
        pixels = [
            (a * 96 // 128, b * 96 // 128) for a, b in ((64, 64), (48, 40), (48, 88), (84, 48))
        ]
        energies = fields.energy(net, image, "decoder1", pixels)
        found = sorted(fields.side(e, p, 1) for e, p in zip(energies, pixels, strict=True))
        sides[kind] = (found[1] + found[2]) / 2
    assert sides == {"none": 7, "scse": 42}
    card = json.loads(
        Path(scse.__file__).with_name("weights").joinpath("digits-unet-none-seed0.json").read_text()
    )
    assert round(card["mean_dice"], 2) == 0.19


def test_quoted_lines_of_code_exist():
    """The table that leads from a symbol to its line quotes scse/fields.py."""
    notebook = json.loads((BOOK / "feature_maps.ipynb").read_text())
    text = "\n".join(
        "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"
    )
    rows = [line.rsplit("`", 2)[1] for line in text.splitlines() if line.startswith("| $")]
    source = (BOOK.parent / "scse" / "fields.py").read_text()
    assert len(rows) == 2
    assert [row for row in rows if row not in source] == []


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(plain(golden())) + "\n")


@pytest.mark.slow
def test_on_slice_70_seed_2_keeps_its_effective_field():
    net = scse.load("brain-unet-scse", seed=2)
    image, _ = brain.example(70)
    sides = []
    for stage in (3, 6):  # the bottleneck and the last one
        step = fields.step(7, stage)
        places = [(64, 64), (48, 40), (48, 88), (84, 48)]
        pixels = [(row // step, column // step) for row, column in places]
        energies = fields.energy(net, image, net.stages[stage], pixels)
        each = [
            fields.side(energy, (row * step, column * step), step)
            for energy, (row, column) in zip(energies, pixels, strict=True)
        ]
        sides.append(round(statistics.median(each)))
    assert sides == [38, 36]
