"""Tours and puzzles: what is refused, and that what the book's say is what the networks do.

js/test/quantities_golden.json is what Python says of quantities; js/test/guide.test.js holds the
page to it. Write it anew with ``python tests/test_tours.py``.
"""

import functools
import json
import re
from pathlib import Path

import pytest
import torch
import traitlets
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d, adaptive_max_pool2d, max_pool2d

import scse
from scse import UNet, override, record
from scse.data import brain, digits
from scse.metrics import mean_dice
from scse.widgets import Explorer, GateLab, MaskGallery, PixelProbe, SqueezeExcite, _guides

GOLDEN = Path(__file__).parents[1] / "js" / "test" / "quantities_golden.json"
BOOK = Path(__file__).parents[1] / "book"
SHUT = {"decoder1": {"channel": {"base": "own", "set": {"2": 0.0}}}}


@functools.cache
def small():
    torch.manual_seed(3)
    net = UNet(1, 3, width=8, depth=2).eval()
    images = torch.randn(2, 1, 16, 24).cumsum(3)
    labels = torch.randint(3, (2, 16, 24))
    return net, [("one", images[0], labels[0]), ("two", images[1], labels[1])]


def riddle(**parts):
    return {
        "name": "a bar",
        "task": "Move a bar.",
        "goal": {"bars moved": (">=", 1)},
        "solution": {"edits": SHUT},
        **parts,
    }


def test_a_tour_is_in_the_manifest_as_the_page_reads_it():
    lab = GateLab(*small(), tour=[("A.", {}), ("B.", {"picture": 1, "edits": SHUT}, "bars")])
    assert lab.manifest["tour"] == [
        {"says": "A.", "set": {}, "part": ""},
        {"says": "B.", "set": {"picture": 1, "edits": SHUT}, "part": "bars"},
    ]
    assert (lab.picture, lab.edits) == (0, {}), "it is in its first state"


def test_its_film_has_a_frame_for_each_step_and_weighs_little(tmp_path):
    lab = GateLab(*small(), tour=[("A.", {}), ("B.", {"picture": 1}), ("C.", {"edits": SHUT})])
    film = lab._repr_mimebundle_()[0]["image/jpeg"]
    path = tmp_path / "film.jpg"
    path.write_bytes(film)
    with Image.open(path) as opened:
        width, height = opened.size
        frames = [opened.crop((0, i * height // 3, width, (i + 1) * height // 3)) for i in range(3)]
    assert width == pytest.approx(2.5 * height / 3)
    assert len({frame.tobytes() for frame in frames}) == 3
    assert len(film) < 3 * 40_000
    assert "image/jpeg" not in GateLab(*small())._repr_mimebundle_()[0]


@pytest.mark.parametrize(
    ("tour", "kind", "words"),
    [
        ("A.", TypeError, "must be a list"),
        ([("A.", {})], ValueError, "2 to 8 steps, got 1"),
        ([("A.", {})] * 9, ValueError, "2 to 8 steps, got 9"),
        ([("A.", {}), "B."], TypeError, "step 2 of the tour must be"),
        ([("", {}), ("B.", {})], TypeError, "step 1 of the tour must begin with a sentence"),
        ([("A.", {}), ("B.", {}, "nose")], ValueError, "is about 'nose'; the parts are picture"),
        ([("A.", {}), ("B.", {"nose": 1})], TypeError, "step 2 of the tour sets nose"),
        ([("A.", {}), ("B.", [1])], TypeError, "step 2 of the tour must be a dict of traits"),
        ([("A.", {}), ("B.", {"picture": 2})], traitlets.TraitError, "step 2 of the tour"),
    ],
)
def test_what_is_wrong_with_a_tour_is_said(tour, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        GateLab(*small(), tour=tour)


@pytest.mark.parametrize(
    ("puzzle", "kind", "words"),
    [
        (3, TypeError, "must be a dict or a list of dicts"),
        ([3], TypeError, "a puzzle must be a dict"),
        ({"name": "x"}, TypeError, "missing is goal"),
        (riddle(nose=1), TypeError, "unknown parts nose"),
        (riddle(task=1), TypeError, "task of a puzzle must be text"),
        (riddle(goal={}), ValueError, "the goal of 'a bar'"),
        (riddle(goal={"Dice": (">", 1)}), ValueError, "Dice in the goal of 'a bar'"),
        (riddle(goal={"Dice": 1}), ValueError, "Dice in the goal of 'a bar'"),
        (riddle(goal={"nose": (">=", 1)}), ValueError, "'nose'; the quantities of this figure are"),
        (riddle(solution=[1]), TypeError, "the solution of 'a bar' must be a dict"),
        (riddle(solution={"nose": 1}), TypeError, "the solution of 'a bar' sets nose"),
        (riddle(solution={"picture": 9}), traitlets.TraitError, "the solution of 'a bar'"),
        (riddle(start={"picture": 9}), traitlets.TraitError, "state 'a bar'"),
        (riddle(start={"edits": SHUT}), ValueError, "is solved where it starts"),
        (riddle(solution={}), ValueError, "is none: bars moved is 0, not >= 1"),
        ([riddle(), riddle()], ValueError, "two puzzles have one name"),
    ],
)
def test_what_is_wrong_with_a_puzzle_is_said(puzzle, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        GateLab(*small(), puzzle=puzzle)


def test_a_puzzle_and_a_state_cannot_have_one_name():
    with pytest.raises(ValueError, match="a state and a puzzle are both called 'a bar'"):
        GateLab(*small(), states={"a bar": {}}, puzzle=riddle())


def test_a_figure_without_quantities_takes_no_puzzle():
    puzzle = riddle(solution={"picture": 1})
    with pytest.raises(ValueError, match="the quantities of this figure are none"):
        MaskGallery(*small(), puzzle=puzzle)


def test_a_tour_of_an_explorer_sets_no_edits():
    net, samples = small()
    images = torch.stack([image for _, image, _ in samples])
    with pytest.raises(ValueError, match="sets no edits"):
        Explorer(net, images, tour=[("A.", {}), ("B.", {"edits": SHUT})])
    toured = Explorer(net, images, tour=[("A.", {}), ("B.", {"picture": 1})])
    assert toured.film().startswith(b"\xff\xd8")


def test_quantities_of_edits_in_any_block_are_those_of_override():
    net, samples = small()
    lab = GateLab(net, samples)
    edits = {"bottleneck": {"channel": {"base": "zero"}, "spatial": {"base": "from", "from": 1}}}
    lent = record(net, lab._images[1:2])["bottleneck"].spatial
    with torch.no_grad(), override(net, {"bottleneck": {"channel": 0.0, "spatial": lent}}):
        seen = net(lab._images[:1]).argmax(1)[0]
    label = samples[0][2]
    found = lab.quantities({"edits": edits})
    assert found["Dice"] == pytest.approx(mean_dice(seen, label, 3))
    assert found["Dice lost"] == pytest.approx(lab.quantities()["Dice"] - found["Dice"])
    assert found["class 1 read as class 2"] == (seen[label == 1] == 2).double().mean()
    assert (found["masks changed"], found["blocks with other channel gates"]) == (1, 1)
    assert "background read as class 1" not in found


def test_quantities_of_a_pixel():
    probe = PixelProbe(*small(), block="bottleneck")
    now = probe.quantities({"picture": 1, "pixel": [1, 2]})
    seen = probe.evaluate(1, [1, 2])
    shape = probe.manifest["shape"][1:]
    assert probe.manifest["size"] == [2 * side for side in shape]
    shade = probe._pictures[1, 2:4, 4:6].double().mean().item() / 255
    assert now == {"logit": seen["logit"], "s": seen["gate"], "brightness": pytest.approx(shade)}


# Golden values

PAINT = {"width": 1, "value": 0, "points": [1, 1]}
EDITS = [
    {},
    SHUT,
    {"decoder1": {"channel": {"base": "own"}, "spatial": {"base": "own", "strokes": [PAINT]}}},
    {
        "bottleneck": {"channel": {"base": "zero", "set": {"0": 0.5, "1": 1}}},
        "decoder1": {"channel": {"base": "neutral"}, "spatial": {"base": "neutral"}},
    },
]
FULL = [6, 5]
PLACES = [([3, 5], [1, 4]), ([6, 1], [5, 0]), ([4, 3], [2, 1]), ([9, 7], [8, 3])]
MEANS = [{}, {"z": [0.5] * 8}, {"picture": 1, "z": [0.0] * 8}]


def means(picture, size):
    return adaptive_avg_pool2d(picture[None].double() / 255, size)[0]


def golden():
    net, samples = small()
    lab = GateLab(net, samples)
    squeeze = SqueezeExcite(net, samples, block="decoder1")
    numbers = "gates", "z"
    picture = torch.randint(256, FULL, generator=torch.Generator().manual_seed(0))
    return {
        "brightness": {
            "picture": picture.flatten().tolist(),
            "full": FULL,
            "cases": [
                {
                    "size": size,
                    "pixel": pixel,
                    "quantity": means(picture, size)[tuple(pixel)],
                }
                for size, pixel in PLACES
            ],
        },
        "classes": [entry["name"] for entry in lab.manifest["classes"]],
        "label": samples[1][2].flatten().tolist(),
        "before": lab._segmentation(1, {}).flatten().tolist(),
        "edits": [
            {
                "edits": edits,
                "segmentation": lab._segmentation(1, edits).flatten().tolist(),
                "quantities": lab.quantities({"picture": 1, "edits": edits}),
            }
            for edits in EDITS
        ],
        "means": [
            {
                **{n: squeeze.evaluate(s.get("picture", 0), s.get("z", []))[n] for n in numbers},
                **{f"own_{n}": squeeze.evaluate(s.get("picture", 0), [])[n] for n in numbers},
                "quantities": squeeze.quantities(s),
            }
            for s in MEANS
        ],
    }


def plain(value):
    """As JSON has it."""
    return json.loads(json.dumps(value, default=torch.Tensor.tolist))


def test_golden_file_is_what_python_says():
    stored = json.loads(GOLDEN.read_text())
    fresh = plain(golden())
    assert stored.keys() == fresh.keys()
    assert stored["brightness"] == fresh["brightness"]
    for kept, new in zip(stored["edits"], fresh["edits"], strict=True):
        assert kept["edits"] == new["edits"]
        assert kept["quantities"] == pytest.approx(new["quantities"], abs=0.01)
    for kept, new in zip(stored["means"], fresh["means"], strict=True):
        assert kept["quantities"] == new["quantities"]
        assert kept["gates"] == pytest.approx(new["gates"], abs=1e-6)


# The book


def cell_of(name, start):
    """What the cell of a chapter makes whose last expression begins so, with a tour."""
    notebook = json.loads((BOOK / f"{name}.ipynb").read_text())
    scope = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        lines = [line for line in source.splitlines() if line and not line.startswith((" ", ")"))]
        if cell["cell_type"] == "code" and "tour=tour" in source and lines[-1].startswith(start):
            before, _, last = source.rpartition(f"\n{start}")
            if name == "channel":
                first = next(
                    "".join(c["source"]) for c in notebook["cells"] if c["id"] == "channel-01"
                )
                exec(first.rpartition("\nContrastSwap")[0], scope)
            exec(before, scope)
            return eval(start + last, scope)
    raise AssertionError(f"no {start} with a tour in {name}")


def numbers(text):
    """Those with decimals."""
    return [float(number) for number in re.findall(r"\d\.\d+", text)]


def close(sentence, *values):
    """Each number of a sentence is the value that was computed for it, to the digits it has."""
    found = re.findall(r"\d+\.\d+", sentence)
    assert len(found) == len(values), sentence
    for text, value in zip(found, values, strict=True):
        digits_ = len(text.split(".")[1])
        assert float(text) == pytest.approx(round(float(value), digits_), abs=1e-9), sentence


@pytest.fixture(scope="module")
def start_here():
    return cell_of("index", "GateLab(")


def digits_dice(gates, k=1):
    """By `override`, on a test image: the class map and its Dice."""
    net = scse.load("digits-unet-scse")
    images, labels = digits.Digits().test()
    with torch.no_grad(), override(net, gates):
        seen = net(images[k : k + 1]).argmax(1)
    return seen[0], labels[k], mean_dice(seen, labels[k : k + 1], 11)


def last_block(number, value, mask=True, k=1):
    net = scse.load("digits-unet-scse")
    image = digits.Digits().test()[0][k : k + 1]
    channel = record(net, image)["decoder1"].channel.clone()
    if number:
        channel[:, number - 1] = value
    return {"decoder1": {"channel": channel, **({} if mask else {"spatial": 0.0})}}


def test_numbers_of_the_tour_in_start_here(start_here):
    says = [step["says"] for step in start_here.manifest["tour"]]
    own, _, dice = digits_dice({})
    close(says[0], dice)
    assert numbers(says[1]) == numbers(says[3]) == []
    seen, _, dice = digits_dice(last_block(5, 0))
    close(says[2], dice)
    # The figure's maps are rounded, so that a pixel at a border may be another.
    assert abs(int(re.search(r"the (\d+) pixels", says[2])[1]) - int((seen != own).sum())) <= 3
    assert "the 110 pixels" in says[2]
    assert start_here.quantities({"edits": SHUT_5})["pixels changed"] == 110
    seen, label, dice = digits_dice(last_block(5, 0, mask=False))
    close(says[4], dice)
    assert (seen[label == 7] == 0).double().mean() > 0.99, "the whole 6 is background"
    half, less = (digits_dice(last_block(5, v, mask=False))[2] for v in (0.5, 0.4))
    close(says[5], 0.5, half, 0.4, less)


SHUT_5 = {"decoder1": {"channel": {"base": "own", "set": {"4": 0}}}}


def test_numbers_of_the_puzzles_in_start_here(start_here):
    nine, lost = start_here.manifest["puzzles"]

    def share(number, to, mask):
        seen, label, _ = digits_dice(last_block(number, 0, mask, k=20), k=20)
        return 100 * (seen[label == 5] == to).double().mean().item()

    said = [int(n) for n in re.findall(r"(\d+) %", nine["done"])]
    assert said == [round(share(3, 10, False)), round(share(5, 2, False))]
    assert [share(k, 10, False) > 90 for k in range(1, 9)].index(True) == 2
    assert int(re.search(r"(\d+) %", lost["done"])[1]) == round(share(4, 5, True))
    assert [k for k in range(1, 9) if share(k, 5, True) < 10] == [4], "no other bar"


@pytest.fixture(scope="module")
def channel():
    return cell_of("channel", "SqueezeExcite(")


def test_numbers_of_the_tour_in_channel(channel):
    net = scse.load("brain-unet-scse", seed=2)
    branch = net.encoder2.se.channel
    seen = []
    for inverted in (0, 1):
        image, _ = brain.example(134, inverted=inverted)
        block = record(net, image)["encoder2"]
        with torch.no_grad():
            z = block.input.mean((2, 3))
            hidden = branch.fc1(z).relu()
            seen.append((z[0], hidden[0], branch.fc2(hidden)[0], block.channel.flatten()))
    (z, hidden, logits, gates), (z2, hidden2, _, gates2) = seen
    says = [step["says"] for step in channel.manifest["tour"]]
    close(says[0], z[14])
    assert z.argmax() == 14
    assert len(z) == 16
    close(says[1])
    assert (int((hidden > 0).sum()), len(hidden)) == (5, 8)
    close(says[2], logits[7], gates[7])
    close(says[3], gates[7], gates[13])
    assert (gates.argmax(), gates.argmin()) == (7, 13)
    close(says[4], z2[14], z[15], z2[15])
    close(says[5])
    assert int((hidden2 > 0).sum()) == 2
    assert hidden2[hidden2 > 0].min() > hidden.max(), "both larger"
    close(says[6], gates[7], gates2[7], gates[13], gates2[13])


def test_the_puzzle_in_channel_names_all_means_that_solve_it(channel):
    (puzzle,) = channel.manifest["puzzles"]
    own = channel.evaluate(0, [])["z"].tolist()
    low, high = channel.manifest["range"]
    able = set()
    for k in range(16):
        for i in range(101):
            z = [low + (high - low) * i / 100 if j == k else mean for j, mean in enumerate(own)]
            if not _guides.unmet(puzzle["goal"], channel.quantities({"picture": 0, "z": z})):
                able.add(k + 1)
    assert able == {int(n) for n in re.findall(r"\d+", puzzle["done"])}


def test_what_solves_the_puzzle_in_space():
    """On the cat: lower in the mask than three quarters of the stroke, and all beside it."""
    cells = json.loads((BOOK / "space.ipynb").read_text(encoding="utf-8"))["cells"]
    code = {cell["id"]: "".join(cell["source"]) for cell in cells}
    scope = {}
    exec(code["space-01"].rpartition("\nPixelProbe(")[0], scope)
    probe = eval(code["space-09"], scope)
    (puzzle,) = probe.manifest["puzzles"]
    label = digits.Digits().test()[1][20]
    height, width = probe.manifest["shape"][1:]
    touched = adaptive_max_pool2d((label > 0).float()[None], (height, width))[0] > 0
    stroke = adaptive_avg_pool2d((label > 0).float()[None], (height, width))[0] > 0.5
    mask = probe.evaluate(1, [])["mask"]
    limit = {each["quantity"]: float(each["value"]) for each in puzzle["goal"]}
    assert (mask[stroke] > limit["s"]).double().mean() > 0.75
    able = (mask <= limit["s"]) & (probe._brightness[1] <= limit["brightness"])
    assert able.sum() == 7
    assert not (able & touched).any()
    beside = max_pool2d(touched.float()[None], 3, 1, 1)[0] > 0
    assert beside[able].all()


def test_numbers_of_the_tour_in_space():
    probe = cell_of("space", "PixelProbe(")
    net = scse.load("digits-unet-scse")
    images, labels = digits.Digits().test()
    maps = record(net, images[1:2])["decoder1"].input[0].double()
    project = net.decoder1.se.spatial.project
    weight, bias = project.weight.flatten().double().detach(), project.bias.item()
    logits = (weight[:, None, None] * maps).sum(0) + bias
    tour = probe.manifest["tour"]
    says = [step["says"] for step in tour]
    stroke, ground, darkest = (tuple(tour[i]["set"]["pixel"]) for i in (0, 4, 5))
    u = maps[(slice(None), *stroke)]
    assert (labels[1][stroke], labels[1][ground], labels[1][darkest]) == (1, 0, 0)
    assert (int((u > 0.05).sum()), len(u), int(u.argmax())) == (4, 8, 3)
    # The figure's maps are rounded to 256 levels.
    seen = {at: probe.evaluate(0, at) for at in (stroke, ground, darkest)}
    on = seen[stroke]
    close(says[0], on["vector"][3])
    close(says[1], weight[3], on["vector"][3], on["products"][3])
    close(says[2], on["products"].sum(), bias, on["logit"])
    close(says[3], on["gate"])
    close(says[4], seen[ground]["logit"], seen[ground]["gate"])
    close(says[5], seen[darkest]["mask"].min())
    for at, each in seen.items():
        assert each["logit"] == pytest.approx(logits[at].item(), abs=0.1)
        assert each["gate"] == pytest.approx(logits[at].sigmoid().item(), abs=0.002)


@pytest.mark.slow
def test_numbers_of_the_tour_and_the_puzzle_in_the_playground():
    playground = cell_of("playground", "Playground(")
    tour = playground.manifest["tour"]
    says = [step["says"] for step in tour]
    net = scse.load("digits-unet-scse")
    images, labels = digits.Digits().test()
    image, another = (playground.input(playground.pictures[i])[None] for i in (0, 1))

    def dice(gates):  # of the picture as it is there, in 8 bits
        with torch.no_grad(), override(net, gates):
            return mean_dice(net(image).argmax(1), labels[1:2], 11)

    close(says[0], dice({}))
    close(says[1])
    assert record(net, image)["encoder2"].channel.shape[1] == 16
    other = record(net, another)["encoder2"].channel
    mean = record(net, images)["encoder2"].channel.mean(0, keepdim=True)
    for text, gate in ((says[2], other), (says[3], mean), (says[4], 0.0)):
        close(text, dice({"encoder2": {"channel": gate}}))
    dices = [
        playground.quantities({"state": {"network": kind}})["Dice"]
        for kind in ("none", "cse", "sse", "scse")
    ]
    close(says[5], *dices)
    (puzzle,) = playground.manifest["puzzles"]
    close(puzzle["done"], dice({"encoder3": {"spatial": 0.0}}))


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(plain(golden())) + "\n")
