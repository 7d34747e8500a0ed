"""The page's side of the widgets (site_assets/widgets.js), on the small site of fixture_site."""

import gzip
import json
import re

import pytest
from site_tools import number

BROKEN = "no canvas today"
STATE = r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>'


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_widgets_mount_without_a_kernel(fixture_page, file):
    page = fixture_page("index.html", file=file, expect=[BROKEN])
    assert [number(page, "sum", i) for i in range(3)] == [6, sum(range(200)), 6]
    nested = page.locator("output").evaluate_all("all => all.map(o => +o.dataset.nested)")
    assert nested == [7, 8, 7]
    assert page.get_by_text("made", exact=True).count() == 1
    assert page.locator("output").first.evaluate("o => getComputedStyle(o).fontWeight") == "700"


def test_two_views_share_a_model_and_two_models_do_not(fixture_page):
    page = fixture_page("index.html", expect=[BROKEN])
    page.get_by_role("button", name="step").first.press("Enter")
    assert [number(page, "sum", i) for i in range(3)] == [7, sum(range(200)), 7]


def test_initialize_runs_once_a_model(fixture_page):
    page = fixture_page("index.html", expect=[BROKEN])
    started = page.locator("output").evaluate_all("all => all.map(o => +o.dataset.started)")
    assert sorted({started[0], started[1]}) == [1, 2]
    assert started[2] == started[0]


def test_a_broken_widget_says_so_in_its_place(fixture_page):
    page = fixture_page("index.html", expect=[BROKEN])
    message = page.get_by_role("alert")
    assert message.inner_text() == f"This figure could not start ({BROKEN})."
    assert page.locator(".widget-host[data-mounted]").count() == 4


def test_a_broken_widget_fails_the_browser_tests(browser, fixture_site):
    from site_tools import serve, visit

    with serve(fixture_site) as address:
        problems = visit(browser, fixture_site, address, "index.html").close()
    assert len(problems) == 1
    assert BROKEN in problems[0]


def test_source_texts_are_stored_once(fixture_site):
    html = (fixture_site / "index.html").read_text(encoding="utf-8")
    (state,) = re.findall(STATE, html, flags=re.DOTALL)
    widgets = json.loads(state)
    assert len(widgets["texts"]) == len(set(widgets["texts"])) == 4  # three modules, one sheet
    assert state.count("not bold") == 1
    assert html.index("vnd.jupyter.widget-state") > html.index("One that breaks")


def test_still_picture_with_scripts_off(fixture_page):
    page = fixture_page("index.html", scripts=False)
    picture = page.locator("img[alt*='interactive figure']").first
    assert picture.evaluate("i => i.naturalWidth") == 1


def test_still_picture_is_not_downloaded_with_scripts_on(fixture_page, fixture_site):
    html = (fixture_site / "index.html").read_text(encoding="utf-8")
    (still,) = set(re.findall(r'<noscript>\s*<img[^>]* src="_images/([^"]+)"', html))
    page = fixture_page("index.html", expect=[BROKEN])
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    pictures = [name for name in names if name.endswith(".png")]
    assert len(pictures) == 1, "only the ordinary figure"
    assert not pictures[0].endswith(still)


def test_a_page_without_widgets_loads_no_widget_code(fixture_page):
    page = fixture_page("plain.html")
    assert page.locator("script[src*='widgets.js']").count() == 0


def test_the_host_is_small(fixture_site):
    code = (fixture_site / "_static" / "widgets.js").read_bytes()
    assert len(gzip.compress(code)) < 3000
