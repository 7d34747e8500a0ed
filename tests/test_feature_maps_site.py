"""The chapter on feature maps in the built site: by pointer and keyboard, against torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_widgets_site import twin_of

from scse.widgets import ReceptiveField

close = functools.partial(pytest.approx, abs=1e-5, nan_ok=True)


def opened(open_page, **options):
    return figure(open_page("feature_maps.html", **options), "field")


def check(lab, **state):
    """Its numbers, in the state that it should be in."""
    settle(lab.page)
    seen = twin_of("feature_maps", ReceptiveField).evaluate(**state)
    top, bottom, left, right = seen["window"]
    assert [number(lab, "row"), number(lab, "column")] == seen["pixel"]
    assert (number(lab, "height"), number(lab, "width")) == (bottom - top + 1, right - left + 1)
    assert number(lab, "share") == close(100 * seen["share"])
    assert number(lab, "side") == close(seen["side"])
    assert number(lab, "effective") == close(100 * seen["effective"])
    assert number(lab, "outside") == close(100 * seen["outside"])
    assert number(lab, "value") == close(seen["value"])


def test_by_pointer(open_page):
    lab = opened(open_page)
    check(lab, stage="bottleneck")
    lab.locator("input[name=stage][value=decoder1]").check()
    check(lab, stage="decoder1")
    image = named(lab, "point-image")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    lab.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
    check(lab, stage="decoder1", place=[2, 4])
    assert number(lab, "width") == 100
    lab.locator("input[name=picture][value='1']").check()
    lab.locator("input[name=channel][value='3']").check()
    check(lab, stage="decoder1", place=[2, 4], picture=1, channel=3)
    lab.locator("input[name=gates][value=moving]").check()
    check(lab, stage="decoder1", place=[2, 4], picture=1, channel=3, gates="moving")


def test_by_keyboard(open_page):
    lab = opened(open_page)
    point = named(lab, "point-gradient")
    point.press("ArrowRight")
    check(lab, stage="bottleneck", place=[2, 3])
    point.press("ArrowUp")
    point.press("ArrowUp")
    check(lab, stage="bottleneck", place=[0, 3])
    assert "theoretical field 68 by 68" in lab_said(lab)
    for _ in range(9):
        point.press("ArrowLeft")
    check(lab, stage="bottleneck", place=[0, 0])


def lab_said(lab):
    spoken = named(lab, "spoken")
    lab.page.wait_for_function("(all) => all.textContent", arg=spoken.element_handle())
    return spoken.inner_text()


def test_a_pixel_without_gradient_shows_no_second_frame(open_page):
    lab = opened(open_page)
    assert lab.locator(".scse-stack .scse-effective:visible").count() == 3
    lab.page.get_by_role("link", name="this pixel of the photograph").click()
    check(lab, stage="decoder1", place=[0, 2], picture=1)
    assert lab.locator(".scse-stack .scse-effective:visible").count() == 0
    assert "no gradient flows here" in lab.inner_text()


def test_the_puzzle_of_the_whole_image_is_solved_by_the_gates(open_page):
    lab = opened(open_page)
    lab.get_by_role("button", name="Puzzle: the whole image at encoder1").click()
    check(lab, stage="encoder1")
    assert lab.locator("[data-solved]").count() == 0
    lab.locator("input[name=gates][value=moving]").check()
    settle(lab.page)
    assert lab.locator("[data-solved]").count() == 1


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone(open_page, width):
    page = open_page("feature_maps.html", width=width)
    box = figure(page, "field").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
