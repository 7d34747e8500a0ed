"""The chapter on scSE in the built site: its figure by pointer and keyboard, against torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_both import chapter
from test_widgets_site import pull

from scse.widgets.join import JOINS

close = functools.partial(pytest.approx, abs=1e-5)


def opened(open_page, **options):
    return figure(open_page("both.html", **options), "join")


def check(join, **state):
    """All its numbers, in the state that it should be in."""
    settle(join.page)
    now = chapter().evaluate(state)
    assert number(join, "gate") == close(now["c"])
    assert number(join, "mask-mean") == close(now["s"].mean().item())
    for name in JOINS:
        assert number(join, f"ratio-{name}") == close(now["ratios"][name]), name
    for code, name in enumerate(("channel", "tie", "mask")):
        assert number(join, f"from-{name}") == (now["origin"] == code).sum().item(), name


def test_by_pointer(open_page):
    join = opened(open_page)
    check(join)
    pull(join.page, named(join, "gate-bar"), 0.25)
    gate = number(join, "gate")
    assert gate == pytest.approx(0.25, abs=0.03)
    check(join, gate=[gate])
    pull(join.page, named(join, "shift-bar"), 0.75)
    shift = number(join, "shift")
    assert shift == pytest.approx(3, abs=0.3)
    check(join, gate=[gate], shift=shift)
    join.locator("input[name=size][value='2']").check()
    check(join, gate=[gate], shift=shift, size=2.0)
    named(join, "reset").click()
    check(join)


def test_by_keyboard(open_page):
    join = opened(open_page)
    named(join, "gate-bar").press("End")
    check(join, gate=[1.0])
    named(join, "shift-bar").press("Home")
    check(join, gate=[1.0], shift=-6.0)
    named(join, "gate-bar").press("Delete")
    settle(join.page)
    own = chapter().evaluate({})["own"]
    assert number(join, "gate") == close(own)
    named(join, "channel").select_option(index=6)
    check(join, channel=6, shift=-6.0)
    join.locator("input[name=picture][value='1']").check()
    check(join, channel=6, shift=-6.0, picture=1)
    join.locator("input[name=rule][value=max]").press("ArrowRight")
    settle(join.page)
    assert join.locator("input[name=rule]:checked").get_attribute("value") == "mul"


@pytest.mark.parametrize("rule", JOINS)
def test_the_chosen_rule_is_explained(open_page, rule):
    join = opened(open_page)
    join.locator(f"input[name=rule][value={rule}]").check()
    settle(join.page)
    now = chapter().evaluate({})
    apart = [out - now["outputs"]["add"] for out in now["outputs"].values()]
    most = max(each.abs().max().item() for each in apart)
    assert [number(join, f"apart-{end}") for end in ("low", "high")] == close([-most, most])
    words = {"mul": "depends on the map itself", "concat": "all channels are mixed"}
    assert words.get(rule, "") in join.inner_text()


def test_a_gate_and_its_undo(open_page):
    join = opened(open_page)
    named(join, "gate-bar").press("End")
    settle(join.page)
    named(join, "undo").click()
    check(join)


def test_the_puzzle_of_the_exercise_is_solved_by_its_solution(open_page):
    join = opened(open_page)
    link = join.page.locator("a[href='#do:open-and-unheard']")
    link.press("Enter")
    named(join, "gate-bar").press("End")
    named(join, "shift-bar").press("End")
    join.locator(".scse-guide[data-solved]").wait_for()


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone(open_page, width):
    page = open_page("both.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
