"""The chapter *What do the gates know?*: its figure, and that its stored tables are true.

js/test/dots_golden.json is what Python says of the figure; js/test/dots.test.js holds the page to
it. Write it anew with ``python tests/test_know.py``.
"""

import functools
import importlib.util
import json
import math
from pathlib import Path

import pandas as pd
import pytest
import torch
import traitlets
from test_tours import close

from scse import weights
from scse.widgets import SweepDots

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "dots_golden.json"
KNOW = ROOT / "book" / "know"


# The figure


def rows(**lost):
    """The table of a network: block → losses by the ways "swap" and "item"."""
    return [
        {"block": block, "branch": branch, "how": how, "lost": x, "lost_restored": x / 2}
        for block, by_branch in lost.items()
        for branch, pair in by_branch.items()
        for how, x in zip(("swap", "item"), pair, strict=True)
    ]


TABLES = {
    "easy": {
        "A": rows(
            encoder1={"channel": (0.5, 0.0)},
            decoder1={"channel": (0.0, 0.25)},
            all={"channel": (0.75, 0.25)},
        ),
        "B": rows(
            encoder1={"channel": (0.0625, 0.0), "spatial": (-0.125, 0.0)},
            decoder1={"channel": (0.03125, 0.0), "spatial": (0.25, 0.5)},
            all={"channel": (0.125, 0.0), "spatial": (0.375, 0.5)},
        ),
    },
    "hard": {"A": rows(encoder1={"spatial": (0.9375, 0.0)}, all={"spatial": (0.9375, 0.0)})},
}
KNOWN = {
    "easy": {
        "A": {("encoder1", "channel"): 0.9375, ("decoder1", "channel"): 1.0},
        "B": {("encoder1", "channel"): 0.5},
    }
}
WAYS = {
    "easy": {"swap": "another contrast", "item": "another slice"},
    "hard": {"swap": "another digit", "item": "another picture"},
}
STATES = (
    {},
    {"network": "B", "restored": True},
    {"branch": "spatial", "network": "A"},
    {"group": "hard", "branch": "spatial", "how": "item"},
    {"group": "hard"},
)


def make(**options):
    given = {"ways": WAYS, "known": KNOWN, "read": {"easy": "contrast"}, "chance": {"easy": 0.5}}
    return SweepDots(TABLES, **{**given, **options})


def plain(value):
    """As JSON has it: None for NaN."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def golden():
    figure = make()
    first = {name: getattr(figure, name) for name in figure.state_names()}
    return {
        "manifest": {
            name: figure.manifest[name]
            for name in ("groups", "blocks", "ways", "control", "known", "costly")
        },
        "lost": plain(figure._lost.flatten().tolist()),
        "known": plain(figure._known.flatten().tolist()),
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
        "js/test/dots_golden.json is stale: python tests/test_know.py"
    )


def test_what_is_counted():
    now = make().evaluate()
    assert now["networks"] == ["A", "B"]
    assert (now["gates"], now["readable"], now["costly"], now["both"]) == (4, 2, 2, 1)
    assert now["all"] == 0.75
    assert now["most"] == [0.5, 0.03125, 0.75]
    assert now["read"][:2] == [0.71875, 1.0]
    one = make().evaluate({"network": "B", "restored": True})
    assert (one["gates"], one["costly"], one["all"]) == (2, 0, 0.0625)
    masks = make().evaluate({"branch": "spatial", "network": "A"})
    assert masks["shown"] == ["B"], "A has no masks: all that have are shown"


def test_rows_of_single_channels_are_left_out():
    table = pd.DataFrame(TABLES["easy"]["A"]).assign(channel=None)
    more = table.head(1).assign(channel=3, lost=0.99)
    table = pd.concat([table, more]).astype({"channel": "Int64"})
    figure = SweepDots({"easy": {"A": table}}, ways={"swap": "swap", "item": "item"})
    assert max(figure.evaluate()["most"]) == 0.75


@pytest.mark.parametrize(
    ("tables", "options", "kind", "words"),
    [
        ([], {}, TypeError, "tables must be a dict"),
        ({"easy": {}}, {}, ValueError, "tables is empty"),
        ({"easy": {"A": [{"block": "all"}]}}, {}, ValueError, "has no column 'branch'"),
        (TABLES, {"ways": {"swop": "swap", "item": "x"}}, ValueError, "no table has the way"),
        (TABLES, {"ways": {"swap": "swap"}}, ValueError, "control must be one of swap"),
        (TABLES, {"known": {"easy": {"C": {}}}}, ValueError, "known has 'C' of 'easy'"),
        (TABLES, {"ways": 3}, TypeError, "ways must be a dict"),
        (TABLES, {"nose": 3}, TypeError, "nose"),
        (TABLES, {"group": "nose"}, traitlets.TraitError, "group must be one of easy, hard"),
        (TABLES, {"how": "nose"}, traitlets.TraitError, "how must be one of"),
        (TABLES, {"network": "nose"}, traitlets.TraitError, "network must be one of"),
    ],
)
def test_what_is_wrong_is_said(tables, options, kind, words):
    with pytest.raises(kind, match=words):
        SweepDots(tables, **options)


def test_it_is_drawn():
    assert len(make(branch="spatial").still()) > 1000


# The tables


@functools.cache
def measure():
    spec = importlib.util.spec_from_file_location("measure", KNOW / "measure.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def stored(table):
    return pd.read_csv(KNOW / f"{table}.csv")


def test_tables_are_of_all_shipped_networks():
    cards = weights.cards()
    kinds = {name: card["network"]["se"] for name, card in cards.items() if card["network"]["se"]}
    assert set(stored("replaced").network) == set(kinds)
    assert set(kinds) <= set(stored("known").network)
    assert set(stored("single").network) == {name for name in kinds if kinds[name] != "sse"}
    masked = {name for name in kinds if kinds[name] != "cse"}
    assert {name for name in stored("masks").network if "untrained" not in name} == masked
    replaced = stored("replaced")
    for name, kind in kinds.items():
        rows = replaced[replaced.network == name]
        branches = {"scse": 2}.get(kind, 1)
        assert len(rows) == 8 * branches * 6, "7 blocks and all, by six ways"


@functools.cache
def chapter():
    """The figure of the chapter."""
    cells = json.loads((ROOT / "book" / "know.ipynb").read_text())["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "know-01")
    before, _, last = source.replace('f"know/', f'f"{KNOW}/').rpartition("\nSweepDots(")
    scope = {}
    exec(before, scope)
    return eval("SweepDots(" + last, scope)


def test_numbers_of_the_tour_are_those_of_the_tables():
    figure = chapter()
    steps = figure.manifest["tour"]
    seen = [figure.evaluate(step["set"]) for step in steps]
    says = [step["says"] for step in steps]
    blocks = figure.manifest["blocks"]
    close(says[0], seen[0]["read"][blocks.index("decoder3")], 0.1)
    assert max(seen[1]["most"]) < 0.01
    close(says[2], max(x for x in seen[2]["read"] if not math.isnan(x)))
    close(says[3], seen[3]["all"])
    close(says[4], seen[4]["all"])
    assert len(seen[5]["networks"]) == 8
    assert f"off {seen[5]['readable']} of {seen[5]['gates']}" in says[5]
    assert f"in {seen[5]['costly']} of them" in says[5]
    of_seed_2 = [seen[6]["most"][blocks.index("encoder2")], seen[6]["read"][3]]
    assert blocks[3] == "bottleneck"
    close(says[6], *of_seed_2)


def test_only_one_network_solves_each_puzzle_in_its_way():
    figure = chapter()
    idle, unread = figure.manifest["puzzles"]
    first = {"group": "digits", "how": "condition"}
    solved = {
        name
        for name in figure.evaluate({"group": "brain"})["networks"]
        if reached(figure, idle, {**first, "group": "brain", "network": name})
    }
    assert solved == {"scSE, seed 0"}
    both = figure.evaluate({"group": "digits", "branch": "spatial"})["networks"]
    assert all(
        reached(figure, unread, {**first, "branch": "spatial", "network": name}) for name in both
    )


def reached(figure, puzzle, state):
    now = figure.quantities(state)
    signs = {">=": float.__ge__, "<=": float.__le__}
    return all(
        signs[each["sign"]](float(now[each["quantity"]]), float(each["value"]))
        for each in puzzle["goal"]
    )


def same(table, fresh, keys, within):
    """The rows of a stored table that were computed again are what they were."""
    old = stored(table).set_index(keys)
    fresh = fresh.set_index(keys)
    assert len(fresh)
    for place, row in fresh.iterrows():
        for column, value in row.items():
            kept = old.loc[place, column]
            assert kept == pytest.approx(value, abs=within, nan_ok=True), (place, column)


def test_a_block_of_seed_2_is_replaced_again():
    torch.set_num_threads(1)
    name = "brain-unet-scse-seed2"
    fresh = measure().replaced(name, by="block", blocks="encoder2", branches="channel")
    same("replaced", fresh, ["network", "block", "branch", "how"], 0.005)


def test_masks_of_the_digits_are_replaced_again():
    name = "digits-unet-sse-seed0"
    fresh = measure().replaced(name, by="block", blocks="decoder1")
    same("replaced", fresh, ["network", "block", "branch", "how"], 0.005)


@pytest.mark.slow
def test_single_channels_are_silenced_again():
    fresh = measure().single("brain-unet-scse-seed4", "encoder1")
    same("single", fresh, ["network", "block", "channel"], 0.005)


@pytest.mark.slow
def test_what_is_known_is_read_again():
    for name in ("brain-input", "brain-unet-scse-seed2"):
        fresh = measure().known(name)
        # One image more or less of 96 may fall to the other side.
        same("known", fresh, ["network", "block", "read"], 2.1 / 96)


@pytest.mark.slow
def test_masks_in_and_out_are_measured_again():
    fresh = measure().masks("digits-unet-scse-seed0")
    same("masks", fresh, ["network", "block"], 0.005)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n", encoding="utf-8")
