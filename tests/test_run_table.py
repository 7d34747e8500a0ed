"""The table of runs: what it computes, and what it refuses.

js/test/run_table_golden.json is what Python says of the figure; js/test/run_table.test.js holds the
page to it. Write it anew with ``python tests/test_run_table.py``.
"""

import json
import math
import random
import re
from statistics import fmean, stdev

import pytest
import traitlets
from site_tools import ROOT

from scse.experiments.table import interval
from scse.widgets import RunTable

GOLDEN = ROOT / "js" / "test" / "run_table_golden.json"


def made_up(variants, classes, seeds):
    draw = random.Random(0)
    return {
        variant: {seed: {name: round(draw.random(), 3) for name in classes} for seed in of}
        for variant, of in zip(variants, seeds, strict=True)
    }


TABLES = {
    "many": made_up(("none", "cSE", "scSE"), ("a", "b"), (range(6), range(1, 6), range(6))),
    "few": made_up(("scSE", "none"), ("x", "y", "z"), ((0, 2), (0, 1))),
}
STATES = (
    {},
    {"view": "differences", "against": "scSE", "variant": "none", "seed": 0},
    {"against": "cSE", "variant": "scSE", "seed": 0},
    {"table": "few", "against": "none", "variant": "scSE", "seed": 2},
    {"table": "few", "against": "scSE", "variant": "scSE", "seed": 0},
)


def plain(value):
    """As JSON has it: None for NaN."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def golden():
    figure = RunTable(TABLES)
    first = {name: getattr(figure, name) for name in figure.state_names()}
    return {
        "manifest": {name: figure.manifest[name] for name in ("tables", "found", "enough")},
        "states": [
            {
                "state": {**first, **state},
                "seen": plain(figure.evaluate(state)),
                "quantities": plain(figure.quantities(state)),
            }
            for state in STATES
        ],
    }


def test_golden_values_are_current():
    assert json.loads(GOLDEN.read_text()) == golden(), (
        "js/test/run_table_golden.json is stale: python tests/test_run_table.py"
    )


def test_a_row_is_about_pairs_of_one_seed():
    seen = RunTable(TABLES).evaluate({"against": "none"})
    own, other = (
        {seed: fmean(scores.values()) for seed, scores in TABLES["many"][name].items()}
        for name in ("cSE", "none")
    )
    pairs = [own[seed] - other[seed] for seed in range(1, 6)]
    low, high = interval(pairs)
    assert seen["rows"]["cSE"] == {
        "runs": 5,
        "mean": fmean(own.values()),
        "sd": stdev(own.values()),
        "difference": fmean(pairs),
        "pairs": 5,
        "ahead": sum(pair > 0 for pair in pairs),
        "low": low,
        "high": high,
    }


def test_turned_round_all_differences_change_their_sign():
    figure = RunTable(TABLES)
    one = figure.evaluate({"against": "none"})["rows"]["cSE"]
    other = figure.evaluate({"against": "cSE"})["rows"]["none"]
    assert other["difference"] == pytest.approx(-one["difference"])
    assert (other["low"], other["high"]) == pytest.approx((-one["high"], -one["low"]))
    assert other["ahead"] == one["pairs"] - one["ahead"]


def test_few_runs_have_neither_deviation_nor_interval():
    seen = RunTable(TABLES, table="few", against="none", variant="scSE", seed=2).evaluate()
    row = seen["rows"]["scSE"]
    assert (row["runs"], row["pairs"]) == (2, 1)
    assert all(math.isnan(row[name]) for name in ("sd", "low", "high"))
    assert math.isnan(seen["run"]["other"]), "none has no seed 2"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"table": "no"}, "table must be one of many, few, got 'no'"),
        ({"view": "ranks"}, "view"),
        ({"against": "sSE"}, "against must be one of those in table 'many', none, cSE, scSE"),
        ({"table": "few"}, "variant must be one of those in table 'few', scSE, none, got 'cSE'"),
        ({"seed": 0}, "seed must be one of those of cSE, 1, 2, 3, 4, 5, got 0"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        RunTable(TABLES, **state)


def test_a_state_is_refused_for_what_it_leaves_as_it_was():
    """The first run is compared with one that the state's table does not have."""
    other = {"new": {"A": {0: {"a": 0.5}}, "scSE": {1: {"a": 0.5}}}}
    words = "state 'x' of this RunTable: against must be one of those in table 'new'"
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        RunTable(TABLES | other, states={"x": {"table": "new", "variant": "scSE", "seed": 1}})


@pytest.mark.parametrize(
    ("tables", "kind", "words"),
    [
        ({}, ValueError, "a figure needs one at least"),
        ([], TypeError, "tables must be a dict table → variant → seed → class → score, got list"),
        ({"t": {"A": {0: 0.5}, "B": {0: 0.5}}}, TypeError, "table 't' is not"),
        ({"t": {"A": {0: {"a": 0.5}}}}, ValueError, "two variants at least, got ['A']"),
        ({"t": {"A": {0: {"a": 0.5}}, "B": {}}}, ValueError, "'B' has no run in table 't'"),
        (
            {"t": {"A": {0: {"a": 0.5}}, "B": {0: {"b": 0.5}}}},
            ValueError,
            "B, seed 0: the classes are ['b'], not ['a']",
        ),
        (
            {"t": {"A": {0: {"a": 0.5}}, "B": {3: {"a": 50}}}},
            ValueError,
            "B, seed 3, a: the score must be 0 to 1, got 50",
        ),
    ],
)
def test_tables_of_another_form_are_refused(tables, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        RunTable(tables)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n")
