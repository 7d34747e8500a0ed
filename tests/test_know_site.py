"""The chapter *What do the gates know?* in the built site: its dots, by all who can choose."""

import math

import pytest
from site_tools import figure, named, number, serious_violations, settle
from test_know import chapter

from scse.widgets import _base


def opened(open_page, **options):
    return figure(open_page("know.html", **options), "dots")


def check(dots, **state):
    """All its numbers, in the state that it should be in."""
    settle(dots.page)
    made = chapter()
    now = made.evaluate(state)
    for name in ("blocks", "readable", "costly", "both"):
        assert number(dots, name) == now[name], name
    assert number(dots, "all") == pytest.approx(now["all"], abs=1e-5)
    for block, most, read in zip(made.manifest["blocks"], now["most"], now["read"], strict=True):
        assert number(dots, f"most-{block}") == pytest.approx(most, abs=1e-5, nan_ok=True)
        if not math.isnan(read):
            assert number(dots, f"read-{block}") == pytest.approx(read, abs=1e-5)
    assert dots.locator(".scse-loss").count() == sum(
        not math.isnan(x) for row in now["lost"] for x in row
    )


def test_by_pointer_keyboard_and_links(open_page):
    dots = opened(open_page)
    check(dots)
    dots.locator("input[name=branch][value=spatial]").check()
    check(dots, branch="spatial")
    dots.locator("input[name=branch][value=spatial]").press("ArrowLeft")
    check(dots)
    dots.locator("input[name=group][value=brain]").check()
    check(dots, group="brain")
    named(dots, "network").select_option("scSE, seed 2")
    check(dots, group="brain", network="scSE, seed 2")
    assert dots.locator(".scse-loss.scse-faint").count() > 40
    named(dots, "how").select_option("zero")
    dots.locator("input[name=size][value=restored]").check()
    check(dots, group="brain", network="scSE, seed 2", how="zero", restored=True)
    named(dots, "undo").click()
    check(dots, group="brain", network="scSE, seed 2", how="zero")
    for state in chapter().manifest["states"]:
        link = dots.page.locator(f"a[href='#do:{state}']").first
        if link.count():
            link.press("Enter")
            check(dots, **chapter().manifest["states"][state]["set"])


def test_puzzles_can_be_solved_by_hand(open_page):
    dots = opened(open_page)
    for puzzle in chapter().manifest["puzzles"]:
        slug = _base.slug(puzzle["name"])
        dots.page.locator(f"a[href='#do:{slug}']").first.press("Enter")
        settle(dots.page)
        wanted = puzzle["solution"]
        for trait, value in wanted.items():
            if trait in ("how", "network"):
                named(dots, trait).select_option(value)
            elif trait == "restored":
                dots.locator("input[name=size]").nth(int(value)).check()
            else:
                dots.locator(f"input[name={trait}][value={value}]").check()
            settle(dots.page)
        dots.locator(".scse-guide[data-solved]:visible").wait_for()


def test_a_phone_has_room(open_page):
    dots = opened(open_page, width=320)
    assert dots.page.evaluate("document.documentElement.scrollWidth") == 320
    strip = dots.locator(".scse-lost").first.bounding_box()
    assert strip["width"] > 90
    assert serious_violations(dots.page) == []
