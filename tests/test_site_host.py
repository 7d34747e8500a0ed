"""The page's side of the widgets (site_assets/widgets.js), on the small site of fixture_site."""

import gzip
import json
import re

import pytest
from site_tools import READER, number

BROKEN = "no canvas today"
VIEW = r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*?)</script>'


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
    views = [json.loads(view) for view in re.findall(VIEW, html)]
    assert len(views) == 5
    files = [[v["files"]["model"], v["files"]["module"], *v["files"]["sheets"]] for v in views]
    assert files[0] == files[2]
    kinds = [{view["files"][kind] for view in views} for kind in ("model", "module")]
    assert [len(names) for names in kinds] == [4, 3]
    names = {name for named in files for name in named}
    stored = {f"figures/{p.name}" for p in fixture_site.glob("_static/figures/*")}
    pages = "".join(p.read_text(encoding="utf-8") for p in fixture_site.glob("*.html"))
    assert names < stored == set(re.findall(r'"(figures/\w+\.js)"', pages))
    assert "<b>not bold" not in html  # but where the page shows its code
    texts = [(fixture_site / "_static" / name).read_text(encoding="utf-8") for name in names]
    assert sum("not bold" in text for text in texts) == 1


def test_still_picture_with_scripts_off(fixture_page):
    page = fixture_page("index.html", scripts=False)
    picture = page.locator("img[alt*='interactive figure']").first
    assert picture.evaluate("i => i.naturalWidth") == 1


def test_a_still_stands_until_its_figure_is_drawn(browser, fixture_site):
    """And where one breaks, it stays, under what is to be said."""
    from site_tools import serve

    page = browser.new_page()
    with serve(fixture_site) as address:
        page.goto(f"{address}/index.html", wait_until="domcontentloaded")
        stills = page.locator(".widget-host img")
        assert stills.count() == 5
        page.evaluate(READER)
        page.wait_for_selector(".widget-error")
        page.wait_for_function("() => document.querySelectorAll('[data-mounted]').length === 4")
        assert stills.count() == 1
        assert page.locator(".widget-host:has(.widget-error) img").count() == 1
    page.close()


def test_figures_wait_for_the_reader(browser, fixture_site):
    from site_tools import serve

    mounted = "document.querySelectorAll('[data-mounted]').length"
    page = browser.new_page()
    with serve(fixture_site) as address:
        page.goto(f"{address}/index.html")
        page.wait_for_timeout(500)
        assert page.evaluate(mounted) == 0
        assert page.locator(".widget-host img").count() == 5
        page.mouse.move(100, 100)
        page.wait_for_function(f"() => {mounted} === 4")
        page.reload()
        page.wait_for_function(f"() => {mounted} === 4")
        page.goto("about:blank")
        page.goto(f"{address}/index.html#somewhere")
        page.wait_for_function(f"() => {mounted} === 4")
    page.close()


def test_a_page_without_widgets_loads_no_widget_code(fixture_page):
    page = fixture_page("plain.html")
    assert page.locator("script[src*='widgets.js']").count() == 0


def test_the_host_is_small(fixture_site):
    code = (fixture_site / "_static" / "widgets.js").read_bytes()
    assert len(gzip.compress(code)) < 4000
