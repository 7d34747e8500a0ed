"""The chapter on the gradient in the built site: its figure against torch, by hand and by keys."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_backwards import chapter
from test_widgets_site import pull

from scse.widgets.gradient_paths import PATHS, STEPS

close = functools.partial(pytest.approx, rel=1e-5, abs=1e-9)


def opened(open_page, **options):
    return figure(open_page("backwards.html", **options), "paths")


def check(paths, **state):
    """All its numbers, in the state that it should be in."""
    settle(paths.page)
    now = chapter().evaluate(state)
    k = state.get("channel", 0)
    for name in PATHS:
        assert number(paths, f"share-{name}") == close(now["shares"][name]), name
        part = now["paths"][name][k].flatten()[now["position"]].item()
        assert number(paths, f"at-{name}") == close(part), name
    total = now["total"][k].flatten()[now["position"]].item()
    assert number(paths, "at-sum") == close(total)
    assert number(paths, "mean-c") == close(now["c"].mean().item())
    assert number(paths, "mean-s") == close(now["s"].mean().item())
    assert number(paths, "slope-c") == close(now["slopes"]["channel"])
    assert number(paths, "slope-s") == close(now["slopes"]["mask"])
    assert number(paths, "units-on") == now["on"]
    if state.get("tried"):
        difference, formula, error = now["nudges"][state["tried"][-1]]
        assert number(paths, "difference") == pytest.approx(difference, rel=1e-6)
        assert number(paths, "formula") == close(formula)
        assert number(paths, "error") == pytest.approx(error, rel=0.05, abs=1e-8)


def test_by_pointer(open_page):
    paths = opened(open_page)
    check(paths)
    pull(paths.page, named(paths, "channel-bar"), 0.75)
    shift = number(paths, "channel-shift")
    assert shift == pytest.approx(6, abs=0.6)
    check(paths, channel_shift=shift)
    paths.locator("input[name=gradient][value=class]").check()
    check(paths, channel_shift=shift, gradient="class")
    paths.locator("input[name=block][value=encoder3]").check()
    named(paths, "reset").click()
    check(paths, gradient="class", block="encoder3")
    box = named(paths, "map-sum").bounding_box()
    paths.page.mouse.click(box["x"] + 0.51 * box["width"], box["y"] + 0.26 * box["height"])
    settle(paths.page)
    place = 32 * 8 + 16
    check(paths, gradient="class", block="encoder3", position=place)
    named(paths, "nudge-now").click()
    check(paths, gradient="class", block="encoder3", position=place, tried=[-1.0])
    named(paths, "undo").click()
    settle(paths.page)
    assert paths.locator(".scse-tried").count() == 0


def test_by_keyboard(open_page):
    paths = opened(open_page)
    named(paths, "mask-bar").press("Home")
    check(paths, mask_shift=-12.0)
    named(paths, "channel").select_option(index=20)
    check(paths, mask_shift=-12.0, channel=20)
    named(paths, "mask-bar").press("Delete")
    named(paths, "map-product").press("ArrowRight")
    settle(paths.page)
    place = chapter().evaluate({"channel": 20})["position"] + 1
    check(paths, channel=20, position=place)
    named(paths, "step-bar").press("ArrowLeft")
    named(paths, "nudge-now").press("Enter")
    check(paths, channel=20, position=place, tried=[-1.5])
    paths.locator("input[name=nudge][value=tie]").check()
    named(paths, "nudge-all").press("Enter")
    settle(paths.page)
    assert paths.locator(".scse-tried").count() == len(STEPS)
    last = [*(step for step in STEPS if step != -1.5), -1.5]
    check(paths, channel=20, position=place, nudge="tie", tried=last)


def test_links_puzzles_and_phones(open_page):
    page = open_page("backwards.html", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    paths = figure(page, "paths")
    page.locator("a[href='#do:close-one-path']").press("Enter")
    named(paths, "channel-bar").press("End")
    paths.locator(".scse-guide[data-solved]").wait_for()
    page.locator("a[href='#do:on-a-kink']").press("Enter")
    settle(page)
    assert number(paths, "error") == 1
    assert number(paths, "formula") == 0
