"""The figure of the chapter on the family in the built site, against torch."""

import functools

import pytest
from site_tools import figure, named, number, settle
from test_family import chapter

close = functools.partial(pytest.approx, abs=1e-5)


def check(cards, **state):
    """All its numbers, in the state that it should be in."""
    settle(cards.page)
    now = chapter().evaluate(state)
    for side in ("left", "right"):
        for name, share in zip(("channel", "place", "both"), now[side]["shares"], strict=True):
            assert number(cards, f"{side}-{name}") == close(share), (side, name)
        assert number(cards, f"{side}-rank") == now[side]["rank"]
        assert number(cards, f"{side}-moved") == close(now[side]["moved"])
    member = next(
        card for card in chapter().manifest["members"] if card["name"] == state.get("left", "cse")
    )
    assert number(cards, "left-macs") == member["macs"]
    assert number(cards, "left-parameters") == member["parameters"]


def test_by_pointer_keyboard_and_links(open_page):
    page = open_page("family.html")
    cards = figure(page, "family")
    check(cards)
    named(cards, "left").select_option("pe")
    check(cards, left="pe")
    named(cards, "input").select_option("projections")
    check(cards, left="pe", input="projections")
    cards.locator("input[name=weights][value=drawn]").press("ArrowRight")
    check(cards, left="pe", input="projections", weights="start")
    named(cards, "undo").click()
    check(cards, left="pe", input="projections")
    sheet = cards.locator(".scse-pointable").first
    box = sheet.bounding_box()
    sheet.click(position={"x": 0.9 * box["width"], "y": 0.1 * box["height"]})
    settle(page)
    assert named(cards, "channel").input_value() == "3"
    # The puzzle of exercise 2, by its solution.
    page.locator("a[href='#do:it-does-not-notice']").first.press("Enter")
    named(cards, "left").select_option("ca")
    named(cards, "input").select_option("projections")
    cards.locator(".scse-guide[data-solved]").wait_for()


def test_it_fits_a_phone(open_page):
    page = open_page("family.html", width=320, theme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    check(figure(page, "family"))
