"""The chapter on pitfalls: its figure, and what its text says of its numbers.

js/test/picks_golden.json is what Python says of the figure; js/test/picks.test.js holds the page to
it. Write it anew with ``python tests/test_pitfalls.py``.
"""

import functools
import itertools
import json
import math
import re
from pathlib import Path
from statistics import fmean

import pytest
import torch
import traitlets
from sklearn.metrics import roc_auc_score

import scse
import scse.weights
from scse.widgets import PickRuns

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "picks_golden.json"


# The figure

RUNS = {
    "easy": {
        "A": [("seed 0", 0.5), ("seed 1", 0.75), ("seed 2", 0.625)],
        "B": [("seed 0", 0.7), ("seed 1", 0.4)],
        "C": [("seed 0", 0.1)],
    },
    "hard": {
        "A": [("seed 0", 0.25)],
        "B": [("seed 0", 0.2), ("seed 1", 0.3), ("seed 1, again", 0.3)],
        "C": [("seed 0", 0.0), ("seed 1", 1.0)],
    },
}
STATES = (
    {},
    {"over": "B", "under": "A", "out": [0, 4]},
    {"task": "hard", "over": "B", "under": "C", "out": [7, 11]},
    {"out": [0, 1, 2]},
)
WAYS = [
    ("favour", "easy", "A", "B"),
    ("against", "easy", "A", "B"),
    ("best", "hard", "B", "C"),
    ("all", "hard", "B", "C"),
]


def make(**options):
    return PickRuns(RUNS, **options)


def plain(value):
    """As JSON has it: None for NaN."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def golden():
    figure = make()
    first = {name: getattr(figure, name) for name in ("task", "over", "under", "out")}
    return {
        "manifest": {name: figure.manifest[name] for name in ("runs", "variants")},
        "states": [
            {
                "state": {**first, **state},
                "seen": plain(figure.evaluate(state)),
                "quantities": plain(figure.quantities(state)),
            }
            for state in STATES
        ],
        "ways": [
            {
                "way": way,
                "state": {"task": task, "over": over, "under": under, "out": []},
                "out": PickRuns.leave_out(RUNS, way, task, over, under),
            }
            for way, task, over, under in WAYS
        ],
    }


def test_golden_values_are_current():
    assert json.loads(GOLDEN.read_text()) == golden(), (
        "js/test/picks_golden.json is stale: python tests/test_pitfalls.py"
    )


def test_means_and_pairs_are_of_the_runs():
    now = make().evaluate({"out": [0]})
    assert now["counts"] == {"A": 2, "B": 2, "C": 1}
    assert now["means"] == pytest.approx({"A": 0.6875, "B": 0.55, "C": 0.1})
    assert now["difference"] == pytest.approx(0.6875 - 0.1)
    assert (now["least"], now["greatest"]) == pytest.approx((0.4, 0.65)), "of all runs"
    assert (now["ahead"], now["pairs"]) == (3, 3)
    nobody = make().evaluate({"out": [0, 1, 2]})
    assert math.isnan(nobody["difference"])
    assert nobody["greatest"] == pytest.approx(0.65)


def test_ways_of_picking_are_the_extremes_of_the_pairs():
    figure = make(over="A", under="B")
    seen = {
        way: figure.evaluate({"out": PickRuns.leave_out(RUNS, way, "easy", "A", "B")})
        for way in ("all", "favour", "against", "best")
    }
    assert seen["favour"]["difference"] == pytest.approx(seen["all"]["greatest"])
    assert seen["against"]["difference"] == pytest.approx(seen["all"]["least"])
    assert seen["best"]["difference"] == pytest.approx(0.75 - 0.7)
    two = PickRuns.leave_out(RUNS, "favour", "easy", "A", "B", keep=2)
    assert figure.evaluate({"out": two})["counts"] == {"A": 2, "B": 2, "C": 1}
    with pytest.raises(ValueError, match="way must be one of all, favour, against, best"):
        PickRuns.leave_out(RUNS, "luck", "easy", "A", "B")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"task": "none"}, "task must be one of easy, hard, got 'none'"),
        ({"over": "D"}, "over must be one of A, B, C, got 'D'"),
        ({"over": "C"}, "over and under must differ, both are 'C'"),
        ({"out": [12]}, "out must be numbers from 0 to 11, got [12]"),
        ({"out": [-1]}, "out must be numbers from 0 to 11, got [-1]"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        make(**state)


@pytest.mark.parametrize(
    ("runs", "kind", "words"),
    [
        ({}, ValueError, "a figure needs one task at least"),
        ([("seed 0", 0.5)], TypeError, "runs must be a dict task → variant → list"),
        ({"t": {"A": [("s", 0.5)]}}, ValueError, "two variants at least, got ['A']"),
        ({"t": {"A": [("s", 0.5)], "B": []}}, ValueError, "'B' has no run of task 't'"),
        ({"t": {"A": [("s", 0.5)], "B": [0.5]}}, TypeError, "a run is a tuple (label, score)"),
        ({"t": {"A": [("s", 50)], "B": [("s", 0.5)]}}, ValueError, "must be 0 to 1, got 50"),
        ({**RUNS, "t": {"A": [("s", 0.5)]}}, ValueError, "has the variants ['A'], not"),
    ],
)
def test_runs_of_another_form_are_refused(runs, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        PickRuns(runs)


# The chapter


def cell(name):
    cells = json.loads((ROOT / "book" / "pitfalls.ipynb").read_text())["cells"]
    (found,) = (each for each in cells if each["id"] == f"pitfalls-{name}")
    return found


@functools.cache
def chapter():
    """The figure of the chapter."""
    before, _, last = "".join(cell("11")["source"]).rpartition("\nPickRuns(")
    scope = {}
    before = before.replace('"runs.json"', repr(str(ROOT / "book" / "runs.json")))
    exec(before, scope)
    return eval("PickRuns(" + last, scope)


def close(sentence, *values):
    """Each number of a sentence is the value that was computed for it, to the digits it has."""
    found = re.findall(r"\d+\.\d+", sentence)
    assert len(found) == len(values), sentence
    for text, value in zip(found, values, strict=True):
        digits = len(text.split(".")[1])
        assert float(text) == pytest.approx(round(float(value), digits), abs=1e-9), sentence


def test_numbers_of_the_tour():
    figure = chapter()
    steps = figure.manifest["tour"]
    says, seen = zip(*[(step["says"], figure.evaluate(step["set"])) for step in steps], strict=True)
    close(says[0], seen[0]["difference"])
    close(says[1], seen[1]["difference"])
    close(says[2], -seen[2]["difference"])
    close(says[3])
    assert f"{seen[3]['ahead']} of {seen[3]['pairs']}." in says[3]
    assert seen[3]["least"] < 0 < seen[3]["greatest"]
    close(says[4], seen[4]["difference"])
    close(says[5])
    assert seen[5]["least"] > 0
    scores = [run["score"] for run in figure.manifest["runs"] if run["task"] == "brain"]
    close(says[6], 0.04, seen[6]["difference"])
    assert max(scores) - min(scores) < 0.04
    assert f"only {seen[6]['ahead']} of {seen[6]['pairs']} pairs" in says[6]


def test_states_show_what_the_text_says():
    figure = chapter()
    runs = figure.manifest["runs"]
    assert len(runs) == 33
    seen = {n: figure.evaluate(s["set"]) for n, s in figure.manifest["states"].items()}
    assert (
        seen["one-of-each-in-favour"]["difference"] > 0 > seen["one-of-each-against"]["difference"]
    )
    assert seen["scse-and-none"]["ahead"] == seen["scse-and-none"]["pairs"]
    assert seen["cse-above-scse"]["difference"] > 0
    assert seen["cse-above-scse"]["ahead"] == 2, "cSE's best run, above two runs of one seed"
    once = figure.manifest["states"]["each-seed-once"]["set"]
    left = [run for i, run in enumerate(runs) if i not in once["out"]]
    seeds = [(run["task"], run["variant"], run["label"]) for run in left]
    assert len(set(seeds)) == len(seeds) == 29
    assert not any("again" in label for *_, label in seeds)


def test_solutions_of_exercise_1():
    figure = chapter()
    kept = []
    for puzzle in figure.manifest["puzzles"]:
        state = puzzle["solution"]
        kept.append(
            {
                variant: {
                    run["label"]
                    for i, run in enumerate(figure.manifest["runs"])
                    if (run["task"], run["variant"]) == ("brain", variant) and i not in state["out"]
                }
                for variant in ("scSE", "none")
            }
        )
    win, lose = kept
    assert {"seed 1", "seed 3"} < win["scSE"]
    assert win["none"] == {"seed 0", "seed 2", "seed 4"}
    assert lose["scSE"] == {"seed 2", "seed 5", "seed 6"}
    assert lose["none"] == {"seed 1", "seed 2", "seed 4"}
    scores = figure.evaluate({"task": "brain", "over": "scSE", "out": []})
    assert abs(scores["difference"]) < 0.002


def test_the_best_of_two_of_exercise_2():
    pairs = itertools.combinations((0.6, 0.7, 0.8), 2)
    assert fmean(max(pair) for pair in pairs) == pytest.approx(0.767, abs=5e-4)


def test_every_line_of_the_table_of_controls_runs():
    """For a small network: what stands in code there, as it stands there."""
    table = next(
        "".join(each["source"])
        for each in json.loads((ROOT / "book" / "pitfalls.ipynb").read_text())["cells"]
        if "## 7." in "".join(each["source"])
    )
    lines = re.findall(r"^\| .+ \| `(.+)` \|$", table, re.MULTILINE)
    assert len(lines) == 7
    torch.manual_seed(0)
    net = scse.load("digits-unet-cse")
    images = torch.randn(2, 1, 16, 16)
    scope = {
        "net": net,
        "a": images,
        "b": images.flip(3),
        "metric": lambda out: out.mean(),
        "sweep": scse.sweep,
        "torch": torch,
        "UNet": scse.UNet,
        "weights": scse.weights,
        "load": lambda name: name,  # all of them would take seconds
        "roc_auc_score": roc_auc_score,
        "truth": [0, 1],
        "image": [0.1, 0.9],
    }
    found = [eval(line, scope) for line in lines]
    assert all("lost_restored" in table for table in found[:4])
    assert isinstance(found[4], scse.UNet)
    assert found[5] == 1
    assert found[6] == list(scse.weights.cards())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
