"""The chapter on pitfalls: its figure, and what its text says of its numbers.

js/test/picks_golden.json is what Python says of the figure; js/test/picks.test.js holds the page to
it. Write it anew with ``python tests/test_pitfalls.py``.
"""

import json
import math
import re
from pathlib import Path

import pytest
import traitlets

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


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
