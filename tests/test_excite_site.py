"""The chapter on the excitation in the built site: its figure by pointer and keyboard, by torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_widgets_site import twin_of

from scse.widgets import Wiring
from scse.widgets.wiring import GATES, TEMPERATURES

close = functools.partial(pytest.approx, abs=1e-5)
BRAIN, DIGIT = 0, 1  # where the figures stand on the page


def opened(open_page, index=BRAIN, **options):
    return figure(open_page("excite.html", **options), "wired", index)


def check(lab, index=BRAIN, picture=0, gates="sigmoid", temperature=1.0):
    """Its numbers, in the state that it should be in."""
    settle(lab.page)
    twin = twin_of("excite", Wiring, index)
    seen = twin.evaluate(picture, gates, temperature)
    assert number(lab, "temperature") == temperature
    assert number(lab, "units-on") == (seen["hidden"] > 0).sum().item()
    assert number(lab, "above") == (seen["gates"] > 0.5).sum().item()
    assert number(lab, "total") == pytest.approx(seen["gates"].sum().item(), abs=1e-4)
    assert number(lab, "largest") == close(seen["gates"].max().item())
    assert number(lab, "dice") == close(seen["dice"])


@pytest.mark.parametrize("index", [BRAIN, DIGIT], ids=["brain", "digit"])
def test_each_kind_of_gates(open_page, index):
    lab = opened(open_page, index)
    check(lab, index)
    for kind in GATES:
        lab.locator(f"input[name=gates][value='{kind}']").check()
        check(lab, index, gates=kind)
    lab.locator("input[name=picture][value='1']").check()
    check(lab, index, picture=1, gates=kind)


def test_the_temperature_by_keyboard(open_page):
    lab = opened(open_page)
    slider = named(lab, "temperature-bar")
    slider.press("Home")
    check(lab, temperature=TEMPERATURES[0])
    slider.press("End")
    check(lab, temperature=TEMPERATURES[-1])
    named(lab, "undo").click()
    check(lab, temperature=TEMPERATURES[0])
    named(lab, "reset").click()
    check(lab)


def test_units_and_gates_are_read_by_pointer_and_keyboard(open_page):
    lab = opened(open_page)
    note = named(lab, "note")
    gates = named(lab, "point-gate")
    gates.press("ArrowDown")
    logit = twin_of("excite", Wiring).evaluate(0, "sigmoid", 1.0)["logits"]
    said = note.inner_text()
    row = int(said.split(":")[0].removeprefix("Gate ")) - 1
    assert f"logit {logit[row]:.2f}".replace("-", "−") in said
    lab.page.keyboard.press("Escape")
    named(lab, "point-unit").hover()
    assert "Hidden unit" in note.inner_text()
    assert "of 96 images" in note.inner_text()


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone(open_page, width):
    page = open_page("excite.html", width=width)
    for index in (BRAIN, DIGIT):
        box = figure(page, "wired", index).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
