"""The chapter on building, placing and training in the built site: its figure against torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_build import chapter
from test_widgets_site import pull

close = functools.partial(pytest.approx, abs=1e-5)


def check(learn, **state):
    """All its numbers, in the state that it should be in."""
    settle(learn.page)
    now = chapter().evaluate(state)
    assert number(learn, "step") == now["step"]
    for i in range(3):
        for name in ("loss", "dice", "moved", "apart"):
            assert number(learn, f"{name}-{i}") == close(now[name][i].item()), (name, i)
        assert number(learn, f"mask-low-{i}") == close(now["masks"][i].min().item())
        assert number(learn, f"mask-high-{i}") == close(now["masks"][i].max().item())


def test_time_by_pointer_keyboard_and_play(open_page):
    learn = figure(open_page("build.html"), "learn")
    check(learn)
    pull(learn.page, named(learn, "time-1"), 0.5)
    settle(learn.page)
    at = chapter().manifest["steps"].index(int(number(learn, "step")))
    assert at == pytest.approx(20, abs=1)
    check(learn, moment=at)
    named(learn, "time-2").press("ArrowRight")
    check(learn, moment=at + 1)
    assert named(learn, "time-0").get_attribute("aria-valuenow") == str(at + 1)
    named(learn, "time-0").press("End")
    learn.locator("input[name=block][value=decoder1]").check()
    learn.locator("input[name=picture][value='1']").check()
    learn.locator("input[name=show][value=apart]").check()
    check(learn, moment=39, block="decoder1", picture=1, show="apart")
    named(learn, "undo").click()
    check(learn, moment=39, block="decoder1", picture=1)
    named(learn, "step-forward").click()
    check(learn, moment=8, block="decoder1", picture=1)
    named(learn, "time-0").press("Home")
    check(learn, block="decoder1", picture=1)


def test_it_fits_a_phone_and_its_puzzle_is_solved(open_page):
    page = open_page("build.html", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    learn = figure(page, "learn")
    page.locator("a[href='#do:the-widest-gap']").press("Enter")
    learn.locator("input[name=block][value=bottleneck]").check()
    named(learn, "time-0").press("End")
    learn.locator(".scse-guide[data-solved]").wait_for()
