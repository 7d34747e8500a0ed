"""The chapter on the squeeze in the built site: by pointer and keyboard, against torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_widgets_site import pull, twin_of

from scse.widgets import SqueezeMaps

close = functools.partial(pytest.approx, abs=1e-5)


def opened(open_page, **options):
    return figure(open_page("squeeze.html", **options), "squeeze")


def chosen(lab, name):
    return lab.locator(f"input[name={name}]:checked").get_attribute("value")


def check(lab, **state):
    """Its numbers, in the state that it should be in."""
    settle(lab.page)
    twin = twin_of("squeeze", SqueezeMaps)
    start = {name: getattr(twin, name) for name in ("picture", "channel", "loss")}
    state = start | state
    seen = twin.evaluate(**state)
    assert number(lab, "constant") == close(state["a"])
    assert number(lab, "error") == close(seen["error"])
    assert (number(lab, "up"), number(lab, "down")) == tuple(close(pull) for pull in seen["pulls"])
    for image in range(3):
        for name in ("mean", "median", "rms", "max"):
            expected = seen["statistics"][name][image, state["channel"]].item()
            assert number(lab, f"{name}-{image}") == close(expected), name


def test_by_pointer(open_page):
    lab = opened(open_page)
    check(lab, a=0.0)
    pull(lab.page, named(lab, "a"), 0.4)
    a = number(lab, "constant")
    assert a > 0.1
    check(lab, a=a)
    lab.locator("input[name=loss][value=absolute]").check()
    check(lab, a=a, loss="absolute")
    lab.locator("input[name=picture][value='1']").check()
    check(lab, a=a, loss="absolute", picture=1)


def test_by_keyboard(open_page):
    lab = opened(open_page)
    slider = named(lab, "a")
    for _ in range(5):
        slider.press("ArrowUp")
    check(lab, a=0.25)
    named(lab, "undo").click()
    settle(lab.page)
    assert number(lab, "constant") < 0.25
    slider.press("Home")
    check(lab, a=0.0)


def test_channels_are_sorted_by_what_was_chosen(open_page):
    lab = opened(open_page)
    lab.locator("input[name=order][value=max]").check()
    settle(lab.page)
    twin = twin_of("squeeze", SqueezeMaps)
    largest = twin.evaluate()["statistics"]["max"][twin.picture]
    tiles = lab.locator(".scse-tile [data-name^=tile-]").evaluate_all(
        "all => all.map((tile) => Number(tile.dataset.name.slice(5)))"
    )
    assert tiles == largest.argsort(descending=True).tolist()
    before = number(lab, "max-0")
    lab.locator("input[name=channel]").first.check()
    settle(lab.page)
    assert number(lab, "max-0") == close(largest.max().item()) != before


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone(open_page, width):
    page = open_page("squeeze.html", width=width)
    box = figure(page, "squeeze").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
