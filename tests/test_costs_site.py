"""The chapter on costs in the built site: its figure by pointer and keyboard, against the formulas.

One page for each test: several things are looked at while it is open.
"""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_costs import chapter

close = functools.partial(pytest.approx, rel=1e-6, abs=1e-9)


def check(shown, **state):
    """All its numbers, in the state that it should be in."""
    settle(shown.page)
    now = chapter().evaluate(state)
    if state.get("view") == "network":
        for what, total in now["totals"].items():
            assert number(shown, f"total-{what}-added") == close(total["share"])
        at = 4 if state.get("count") == "MACs" else 3
        at = 4 if state.get("count") == "MACs" else 3
        for stage in now["stages"][:-1]:
            assert number(shown, f"stage-{stage[0]}") == close(stage[at + 2] / stage[at])
        return
    block, beside = now["block"], now["convolution"]
    for name in ("parameters", "macs"):
        assert number(shown, name) == block[name]
        assert number(shown, f"{name}-share") == close(block[name] / beside[name])
    for way, each in now["ways"].items():
        assert number(shown, f"bytes-{way}") == each["bytes"]
    assert number(shown, "time-share") == close(now["ways"]["package"]["time"])
    assert number(shown, "intensity") == close(now["ways"]["package"]["intensity"])


def test_by_keyboard_and_by_pointer(open_page):
    shown = figure(open_page("costs.html"), "costs")
    check(shown)
    named(shown, "r-bar").press("End")
    check(shown, r=32)
    named(shown, "channels-bar").press("Home")
    named(shown, "batch-bar").press("ArrowRight")
    check(shown, r=32, channels=2, batch=2)
    shown.locator("input[name=kind][value=sse]").check()
    shown.locator("input[name=bytes][value='2']").check()
    check(shown, r=32, channels=2, batch=2, kind="sse", bytes=2)
    named(shown, "reset").click()
    check(shown)
    shown.locator("input[name=view][value=network]").check()
    check(shown, view="network")
    shown.locator("input[name=rank][value='3']").check()
    shown.locator("input[name=count][value=MACs]").check()
    check(shown, view="network", rank=3, count="MACs")
    named(shown, "undo").click()
    check(shown, view="network", rank=3)
    shown.page.locator("a[href='#do:the-paper-s-share']").press("Enter")
    settle(shown.page)
    assert number(shown, "total-parameters-blocks") == 33_280
    assert number(shown, "total-parameters-own") == 2_152_000
    shown.page.locator("a[href='#do:as-slow-as-the-convolution']").press("Enter")
    named(shown, "balance-bar").press("End")
    shown.locator(".scse-guide[data-solved]").wait_for()


def test_it_fits_a_phone(open_page):
    page = open_page("costs.html", width=320)
    shown = figure(page, "costs")
    for view in ("block", "network"):
        shown.locator(f"input[name=view][value={view}]").check()
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
