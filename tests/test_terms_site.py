"""Symbols, figures and lines of code that light together: on the small site, and in the book."""

import json
import re

import pytest
from site_tools import CHAPTERS, ROOT, serious_violations

PAGE = "terms.html"
LIT = "[data-term-lit]:not(.scse-symbols *)"


@pytest.fixture
def terms(monkeypatch):
    """The Sphinx extension as a module."""
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    return pytest.importorskip("terms")


# What is marked


def test_terms_of_an_equation_and_the_equation_without_them(terms):
    tex = r"\class{term-z}{z} + \class{scse-channel term-c}{c} x_{\class{term-z}{z}} \class{a}{b}"
    assert terms.marked(tex) == ["z", "c"]
    assert terms.plain(tex) == "{z} + {c} x_{{z}} {b}"


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("z", ["z"]),
        ("z, the means", ["z"]),
        ("c and s", ["c", "s"]),
        ("c, s, the gates", ["c", "s"]),
        ("Û: what goes on", ["out"]),
        ("zero", []),
        ("the means z", []),
        ("(1, 64)", []),
        ("", []),
    ],
)
def test_a_comment_begins_with_the_sign_of_its_term(terms, comment, found):
    signs = {"z": "z", "c": "c", "s": "s", "out": "Û"}
    assert terms.labelled(comment, {name: {"sign": sign} for name, sign in signs.items()}) == found


def test_a_sign_stands_for_one_term():
    signs = [term["sign"] for term in json.loads((ROOT / "book/terms.json").read_text()).values()]
    assert len(set(signs)) == len(signs)


def test_a_term_that_a_table_shows_is_shown(fixture_page):
    """Or the site would not be there: its page has neither a figure nor code."""
    page = fixture_page("table.html")
    page.locator("code.scse-line").hover()
    assert page.locator(f"mjx-math {LIT}").count() == 2


# Light


def lit(page):
    """What is lit, by kind: how many elements."""
    found = page.eval_on_selector_all(
        LIT,
        """(all) => all.map((e) => e.closest(".widget-host") ? "figure"
            : e.closest("pre, code") ? "code" : "equation")""",
    )
    return {kind: found.count(kind) for kind in sorted(set(found))}


def bar(page):
    return page.locator(".scse-termbar")


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_pointing_at_a_symbol_lights_figure_and_code(fixture_page, file):
    page = fixture_page(PAGE, file=file)
    assert lit(page) == {}
    page.locator("mjx-math .term-z").first.hover()
    assert lit(page) == {"code": 1, "equation": 4, "figure": 17}  # 8 bars, 8 numbers, the title
    assert bar(page).inner_text().startswith("z: the means")
    page.locator("mjx-math .term-out").hover()
    assert lit(page) == {"code": 1, "equation": 1, "figure": 9}
    page.mouse.move(0, 0)
    assert lit(page) == {}
    assert bar(page).is_hidden()


def test_pointing_at_code_and_at_a_figure_lights_the_symbol(fixture_page):
    page = fixture_page(PAGE)
    line = page.locator(".scse-line", has_text="c, s = net")
    line.scroll_into_view_if_needed()
    line.hover()
    assert lit(page) == {"code": 1, "equation": 3, "figure": 8}
    assert page.locator(".scse-line", has_text="comment of its own").count() == 0
    page.locator(".scse-excite [data-name=logit-3]").scroll_into_view_if_needed()
    page.locator(".scse-excite [data-name=gate-3]").hover()
    assert lit(page)["equation"] == 3
    assert bar(page).is_hidden(), "the hand is busy there"
    page.locator(".scse-excite [data-name=z-bar-1]").press("ArrowRight")
    page.mouse.move(0, 0)
    assert lit(page)["equation"] == 4, "the focus is on a mean"


def test_a_click_keeps_the_light_until_another_or_escape(fixture_page):
    page = fixture_page(PAGE)
    symbol = page.locator("mjx-math .term-c").first
    symbol.click()
    page.mouse.move(0, 0)
    assert lit(page)["figure"] == 8
    page.keyboard.press("Escape")
    assert lit(page) == {}
    symbol.click()
    symbol.click()
    page.mouse.move(0, 0)
    assert lit(page) == {}, "the second takes it back"
    symbol.click()
    page.locator(".bd-article h1").click()
    assert lit(page) == {}


def test_a_finger_keeps_what_it_taps_in_a_figure_too(fixture_page):
    page = fixture_page(PAGE, touch=True, width=390)
    canvas = page.locator(".scse-excite .scse-dimmed canvas").first
    canvas.scroll_into_view_if_needed()
    canvas.tap()
    assert lit(page)["equation"] == 1
    page.locator(".scse-excite .scse-sum").tap()
    assert lit(page) == {}


def test_an_equation_is_one_stop_for_the_keyboard(fixture_page):
    page = fixture_page(PAGE, height=500)
    row = page.get_by_role("toolbar", name="Symbols of this equation").first
    names = row.get_by_role("button").all_inner_texts()
    assert names == ["c: the gates", "z: the means", "Û: what comes out"]
    assert row.locator("[tabindex='0']").count() == 1
    row.get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    assert lit(page)["figure"] == 17
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.term") == "c"
    page.keyboard.press("Enter")
    assert row.locator("[aria-pressed=true]").inner_text() == "c: the gates"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.scse-termbar') !== null")
    page.keyboard.press("Enter")
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-term-lit]")].some((e) => {
            const { top, bottom } = e.getBoundingClientRect();
            return e.closest(".widget-host, pre") && top >= 0 && bottom <= innerHeight;
        })"""
    )
    page.keyboard.press("Escape")
    assert lit(page) == {}


def test_lit_is_more_than_a_colour_and_nobody_is_shut_out(fixture_page):
    page = fixture_page(PAGE)
    page.locator("mjx-math .term-z").first.click()
    for element in page.locator(LIT).all()[:8]:
        assert element.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert serious_violations(page) == []


def test_without_scripts_there_is_no_empty_row(fixture_page):
    page = fixture_page(PAGE, scripts=False)
    assert page.locator(".scse-symbols").first.is_hidden()
    assert fixture_page("plain.html").locator("script[src*='terms.js']").count() == 0


# The book


def has_terms(name):
    return "class{term-" in (ROOT / "book" / f"{name}.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*filter(has_terms, CHAPTERS)])
def test_figures_show_the_terms_that_they_promise(open_page, site, name):
    """The manifest is what the build believes; here is what is in the page."""
    page = open_page(f"{name}.html")
    shown = page.eval_on_selector_all(
        ".widget-host [data-term]", "(all) => all.map((e) => e.dataset.term)"
    )
    models = page.evaluate(
        """() => [...document.querySelectorAll(
            'script[type="application/vnd.jupyter.widget-view+json"]')]
            .map((tag) => JSON.parse(tag.textContent).files.model)"""
    )
    promised = set()
    for name in models:
        text = (site / "_static" / name).read_text(encoding="utf-8")
        entry = json.loads(json.loads(re.search(r"\]=(.*);\n$", text, re.DOTALL)[1]))
        promised |= set(json.loads(entry["state"].get("manifest", "{}")).get("terms", []))
    assert set(shown) == promised != set()
