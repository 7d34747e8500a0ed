"""The chapter on the gradient: its figure against torch, and the numbers that its text names.

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
from golden import leaves
from torch.nn import functional as F

from scse import UNet, benchmark, find_blocks, scSE
from scse.training import soft_dice_loss
from scse.widgets import GradientPaths
from scse.widgets.gradient_paths import STEPS

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "gradient_paths_golden.json"
NOTEBOOK = json.loads((ROOT / "book" / "backwards.ipynb").read_text())
CELLS = {cell["id"]: "".join(cell["source"]) for cell in NOTEBOOK["cells"]}
OUTPUTS = {cell["id"]: cell.get("outputs") for cell in NOTEBOOK["cells"]}


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


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    stale = "js/test/gradient_paths_golden.json is stale: python tests/test_backwards.py"
    words, others = ([v for v in part if isinstance(v, str)] for part in (stored, fresh))
    assert words == others, stale
    values, others = ([v for v in part if not isinstance(v, str)] for part in (stored, fresh))
    assert values == pytest.approx(others, rel=1e-4, abs=1e-6), stale


@pytest.mark.parametrize("kind", ["loss", "pixel", "class"])
@pytest.mark.parametrize("place", ["bottleneck", "encoder1"])
def test_the_sum_of_the_paths_is_what_the_network_sends_back(place, kind):
    """By autograd through the network itself; the figure's maps and gradients have 256 levels."""
    net, (_, image, label) = small()
    seen = {}

    def keep(module, inputs, output):
        seen["x"], seen["y"] = inputs[0], output

    hook = find_blocks(net)[place].register_forward_hook(keep)
    scores = net(image[None])
    hook.remove()
    values = {
        "loss": F.cross_entropy(scores, label[None]) + soft_dice_loss(scores, label[None]),
        "pixel": scores[0, label[4, 6], 4, 6],
        "class": scores[0, -1].mean(),
    }
    (g,) = torch.autograd.grad(values[kind], seen["y"], retain_graph=True)
    (expected,) = torch.autograd.grad((seen["y"] * g).sum(), seen["x"])
    now = make(block=place, gradient=kind).evaluate()
    most = expected.abs().max().item()
    torch.testing.assert_close(now["total"].float(), expected[0], atol=0.02 * most, rtol=0)
    together = sum(now["paths"].values())
    torch.testing.assert_close(together, now["total"])


def test_making_it_leaves_the_network_alone():
    net, _ = small()
    net.train()
    make()
    assert net.training
    net.eval()
    assert all(p.grad is None for p in net.parameters())
    assert not any(block._forward_hooks for block in find_blocks(net).values())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"block": "nose"}, "block must be one of bottleneck, encoder1, got 'nose'"),
        ({"channel": 8}, "channel must be from 0 to 7, got 8"),
        ({"block": "encoder1", "channel": 4}, "channel must be from 0 to 3, got 4"),
        ({"position": 24}, "position must be from -1 to 23, got 24"),
        ({"channel_shift": 13.0}, "channel_shift must be from -12 to 12, got 13"),
        ({"mask_shift": -12.5}, "mask_shift must be from -12 to 12, got -12.5"),
        ({"step": 0.3}, "step must be log10 of h, -10 to 1 in halves, got 0.3"),
        ({"tried": [0.5, 2.0]}, "tried must be log10 of h, -10 to 1 in halves, got 2"),
        ({"tried": [0.5, 0.5]}, "tried names a step twice"),
        ({"nudge": "all"}, "all"),
        ({"gradient": "none"}, "none"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        make(**state)


def test_what_it_cannot_be_made_of_is_refused():
    net, sample = small()
    with pytest.raises(ValueError, match="blocks is empty"):
        GradientPaths(net, sample, blocks=[])
    with pytest.raises(ValueError, match="it has no spatial gate"):
        GradientPaths(UNet(1, 3, width=4, depth=2, se="cse"), sample)
    with pytest.raises(ValueError, match="shows blocks that add; 'bottleneck' joins by max"):
        GradientPaths(UNet(1, 3, width=4, depth=2, combine="max"), sample)
    with pytest.raises(ValueError, match=re.escape("pixel must be within 8×12, got (8, 0)")):
        GradientPaths(net, sample, pixel=(8, 0))
    with pytest.raises(ValueError, match="of must be one of 3 classes, got 3"):
        GradientPaths(net, sample, of=3)
    with pytest.raises(TypeError, match="sample is a tuple"):
        GradientPaths(net, sample[:2])


def test_a_kink_is_missed_at_any_step_and_a_tie_only_from_afar():
    now = make(nudge="kink", tried=list(STEPS)).evaluate()
    assert all(error == 1 for _, _, error in now["nudges"].values())
    now = make(nudge="tie", channel=6, tried=[-4.0, -1.0]).evaluate()
    assert now["nudges"][-4.0][2] < 1e-6
    assert now["nudges"][-1.0][2] > 0.05


# The chapter


@functools.cache
def chapter():
    """The figure of the chapter."""
    before, _, last = CELLS["back-02"].rpartition("\nGradientPaths(")
    scope = {}
    exec(before, scope)
    return eval("GradientPaths(" + last, scope)


def numbers(sentence):
    return [float(text) for text in re.findall(r"\d+\.\d+", sentence)]


def as_told(sentence, *values):
    """Each decimal number of a sentence is the value computed for it, to the digits it has."""
    found = re.findall(r"\d+\.\d+", sentence)
    assert len(found) == len(values), sentence
    for text, value in zip(found, values, strict=True):
        digits = len(text.split(".")[1])
        assert float(text) == pytest.approx(round(value, digits), abs=1e-9), sentence


def test_numbers_of_the_tour():
    figure = chapter()
    steps = figure.manifest["tour"]
    seen = [figure.evaluate(step["set"]) for step in steps]
    as_told(steps[0]["says"], seen[0]["shares"]["product"])
    as_told(steps[1]["says"], seen[1]["shares"]["channel"])
    assert "all 256 positions" in steps[1]["says"]
    assert seen[1]["s"].numel() == 256
    assert (seen[1]["paths"]["channel"].std((1, 2)) < 1e-12).all()
    as_told(steps[2]["says"], seen[2]["shares"]["mask"])
    assert torch.linalg.matrix_rank(seen[2]["paths"]["mask"].flatten(1), rtol=1e-9) == 1
    as_told(steps[3]["says"], seen[3]["shares"]["channel"])
    as_told(steps[4]["says"], seen[4]["shares"]["channel"])
    as_told(steps[5]["says"], seen[5]["slopes"]["channel"], seen[5]["shares"]["channel"])
    errors = {step: error for step, (_, _, error) in seen[6]["nudges"].items()}
    assert set(errors) == set(STEPS)
    assert errors[-1.0] / errors[-2.0] == pytest.approx(100, rel=0.2)
    best = min(errors, key=errors.get)
    assert -5 <= best <= -3  # as the question's reply and the third exercise have it
    assert errors[-10.0] > 1e3 * errors[best]


def test_states_show_what_the_text_says():
    figure = chapter()
    states = {name: state["set"] for name, state in figure.manifest["states"].items()}
    own = figure.evaluate({})
    assert own["on"] == 11
    assert len(figure._weights["bottleneck"]["fc1-bias"]) == 32
    assert round(own["shares"]["channel"], 2) == 0.15
    opened, shut = (figure.evaluate(states[name]) for name in ("open-gates", "shut-gates"))
    for seen in (opened, shut):
        assert seen["shares"]["channel"] < 1e-3
        assert seen["slopes"]["channel"] < 1e-3
    product = {name: seen["paths"]["product"] for name, seen in (("open", opened), ("own", own))}
    assert (product["open"].abs() >= product["own"].abs() - 1e-12).all()
    without = figure.evaluate(states["a-shut-mask"])
    assert without["shares"]["mask"] < 1e-3 < without["shares"]["channel"]
    one = figure.evaluate(states["one-pixel"])["shares"]["channel"]
    assert one < own["shares"]["channel"] / 3
    kink = figure.evaluate(states["on-a-kink"])["nudges"].values()
    assert all(error == 1 and formula == 0 for _, formula, error in kink)
    tie = figure.evaluate(states["beside-a-tie"])["nudges"]
    assert all(tie[step][2] > 0.1 for step in STEPS if step > -3)
    assert all(tie[step][2] < 1e-6 for step in STEPS if -7 <= step < -3)


def printed(cell):
    return "".join(OUTPUTS[cell][0]["text"])


def test_numbers_of_the_table_are_those_of_the_text():
    table = printed("back-09")
    rows = {line[:11].strip(): numbers(line[11:]) for line in table.splitlines()[1:8]}
    assert {len(row) for row in rows.values()} == {8}
    many = [(place, seed) for place, row in rows.items() for seed, v in enumerate(row) if v >= 0.1]
    assert sorted(many) == [
        ("bottleneck", 2),
        ("bottleneck", 4),
        ("bottleneck", 5),
        ("decoder3", 1),
    ]
    lines = {line[:14].strip(): numbers(line[14:]) for line in table.splitlines() if "." in line}
    _, product, _ = lines["① product"]
    assert product > 0.95
    text = CELLS["back-10"]
    channel, mask = lines["② channel"][1], lines["③ mask"][1]
    assert f"comes to {mask:.2f} in the median" in text
    assert f"comes to {channel:.3f}, and in {len(many)} blocks" in text
    assert f"from {channel:.3f} to {lines['② random signs'][1]:.3f}" in text
    assert "② at least 0.1 in 4 blocks; ① the largest in 56" in table
    assert numbers(table.splitlines()[-1])[1] <= 0.05
    assert max(rows["decoder1"]) <= 0.002
    assert (
        f"0.15 for the one image of the figure and {rows['bottleneck'][4]:.2f}" in CELLS["back-23"]
    )


def test_stored_times_are_what_the_text_says():
    """Which `python -m scse.benchmark --save` wrote; here nothing is timed."""
    run = json.loads((ROOT / "book" / "benchmark.json").read_text())
    assert (run["rounds"], run["threads"], run["clock"]) == (11, 1, "cpu")
    assert run["columns"] == benchmark.COLUMNS
    assert len(run["shapes"]) == 2
    for part in run["shapes"].values():
        fused, plain = part["rows"]["scSE add"], part["rows"]["scSE add, plain path"]
        assert 0.4 < fused[1] / plain[1] < 0.6, "about half"
        assert [round(value) for value in (fused[2], plain[2])] == [1, 2]


def test_memory_that_is_kept_between_the_passes():
    """What the stored numbers say of memory holds on any machine."""
    x = torch.randn(4, 32, 32, 32, requires_grad=True)
    n = x.numel() * x.element_size()
    fused, plain = scSE(32), benchmark.plain(scSE(32))
    kept = [benchmark.saved_bytes(module, x) / n for module in (fused, plain)]
    assert kept == pytest.approx([1, 2], abs=0.1)


def test_benchmark_keeps_its_ratios(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("torch.set_num_threads", lambda threads: None)
    file = tmp_path / "run.json"
    options = ["--shapes", "1,2,4", "--rounds", "1", "--threads", "1", "--no-compile"]
    benchmark.main([*options, "--save", str(file)])
    run = json.loads(file.read_text())
    assert run["shapes"]["1,2,4"]["shape"] == [1, 2, 4]
    assert set(run["shapes"]["1,2,4"]["rows"]) == set(benchmark.subjects((1, 2, 4), False))
    assert {len(row) for row in run["shapes"]["1,2,4"]["rows"].values()} == {len(run["columns"])}


def test_the_table_by_hand():
    rows = dict(re.findall(r"^\| (.+?) \| (.+) \|$", CELLS["back-05"], re.MULTILINE))
    c = torch.tensor([1.2, -1.8]).double().sigmoid()
    e = c * (1 - c) * torch.tensor([18.0, 9.0]).double()
    reached = 2 * e[0] - 3 * e[1]
    s = torch.tensor(3.5).double().sigmoid()
    as_told(rows["$c\\,(1 - c)$"], *(c * (1 - c)).tolist())
    as_told(rows["$e$"], 0.178, e[0].item(), 0.122, e[1].item())
    as_told(rows["$W_1^\\top e$"], e[0].item(), e[1].item(), reached.item())
    as_told(rows["path ②, map 1"], 0.5, reached.item(), reached.item() / 18)
    as_told(rows["path ③, at a 9"], (s * (1 - s)).item(), 0.5, 0.028, (4.5 * s * (1 - s)).item())
    as_told(rows["path ①, at a 9"], c[0].item(), s.item(), (c[0] + s).item())
    whole = c[0] + s + reached / 18 + 4.5 * s * (1 - s)
    as_told(rows["together"], 1.74, 0.17, 0.13, whole.item())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
