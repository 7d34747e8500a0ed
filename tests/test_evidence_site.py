"""The table of runs in the built site, by pointer, keyboard and on a phone."""

import functools
import json

import pytest
from site_tools import ROOT, figure, named, number, serious_violations, settle
from test_evidence import compared


@functools.cache
def chapter():
    """The figure of the chapter, as its page stores it."""
    cells = json.loads((ROOT / "book" / "evidence.ipynb").read_text(encoding="utf-8"))["cells"]
    (source,) = ("".join(c["source"]) for c in cells if c["id"] == "evidence-02")
    before, _, last = source.rpartition("\nRunTable(")
    before = before.replace('"evidence"', repr(str(ROOT / "book" / "evidence")))
    scope = {}
    exec(before, scope)
    return eval("RunTable(" + last, scope)


def opened(open_page, **options):
    return figure(open_page("evidence.html", **options), "runs")


def check(runs, **state):
    """Its numbers, in the state that it should be in."""
    settle(runs.page)
    seen = chapter().evaluate(state)
    for name in ("score", "other", "difference"):
        assert number(runs, f"run-{name}") == pytest.approx(seen["run"][name], abs=1e-9), name
    assert number(runs, "found") == seen["run"]["found"]
    for i, value in enumerate(seen["run"]["classes"]):
        assert number(runs, f"class-{i}") == pytest.approx(value, abs=1e-9)
    view = state.get("view", chapter().view)
    shown = {"scores": ("mean",), "differences": ("difference", "ahead", "pairs")}[view]
    for variant, row in seen["rows"].items():
        if view == "differences" and variant == state.get("against", chapter().against):
            continue
        for name in shown:
            assert number(runs, f"{name}-{variant}") == pytest.approx(row[name], abs=1e-9)


def test_by_pointer_and_keyboard(open_page):
    runs = opened(open_page)
    check(runs)
    board = named(runs, "runs")
    table = compared()["digits: the blocks"]
    assert board.get_attribute("aria-valuemax") == str(sum(map(len, table.values())))
    # The dots of a row come from left to right, the rows from top to bottom.
    board.focus()
    board.press("Home")
    worst = min(table["none"], key=lambda seed: sum(table["none"][seed].values()))
    assert board.get_attribute("aria-valuetext").startswith(f"none, seed {worst}: ")
    check(runs, variant="none", seed=worst)
    board.press("Enter")
    named(runs, "undo").click()
    check(runs)
    # A pointer anywhere in the figure reads the nearest dot; a press keeps it.
    dot = runs.locator(".scse-row").nth(2).locator(".scse-dot").first.bounding_box()
    runs.page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    lowest = min(table["sSE"], key=lambda seed: sum(table["sSE"][seed].values()))
    check(runs, variant="sSE", seed=lowest)
    runs.page.mouse.move(1, 1)
    check(runs)
    runs.page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    runs.page.mouse.move(1, 1)
    check(runs, variant="sSE", seed=lowest)
    kept = {"variant": "sSE", "seed": lowest, "view": "differences"}
    runs.locator("input[name=view][value=differences]").check()
    check(runs, **kept)
    named(runs, "against").select_option("scSE")
    check(runs, **kept, against="scSE")
    named(runs, "table").select_option("brain: the blocks")
    check(runs, **kept, against="scSE", table="brain: the blocks")


def test_every_table_can_be_opened_and_read(open_page):
    runs = opened(open_page, theme="dark", width=390)
    for table in compared():
        named(runs, "table").select_option(table)
        settle(runs.page)
        assert runs.locator(".scse-row").count() == len(compared()[table])
        assert runs.locator(".scse-dot").count() == sum(map(len, compared()[table].values()))
    assert runs.page.evaluate("document.documentElement.scrollWidth") == 390
    assert not serious_violations(runs.page)


def test_the_puzzles_are_solved_by_their_solutions(open_page):
    runs = opened(open_page)
    for puzzle in chapter().manifest["puzzles"]:
        slug = puzzle["name"].lower().replace(" ", "-")
        runs.page.locator(f"a[href='#do:{slug}']").first.press("Enter")
        settle(runs.page)
        board, solution = named(runs, "runs"), puzzle["solution"]
        board.focus()
        board.press("Home")
        wanted = f"{solution['variant']}, seed {solution['seed']}: "
        while not board.get_attribute("aria-valuetext").startswith(wanted):
            board.press("ArrowRight")
        board.press("Enter")
        runs.locator(".scse-guide[data-solved]:visible").wait_for()
