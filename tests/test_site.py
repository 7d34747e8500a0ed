"""Every page of the built book, in a browser that can reach nothing but the book."""

import gzip
import re
from urllib.parse import unquote, urldefrag

import pytest
import yaml
from bs4 import BeautifulSoup
from site_tools import ROOT, serious_violations

KILOBYTES = 1000
WIDGET_BUDGET = 150 * KILOBYTES  # gzipped, its share of the page's state and code included
PLAIN_BUDGET = 800 * KILOBYTES  # gzipped, a first visit to a page with formulas, fonts and all
ENGINE = ("_static/engine", "_static/onnx")  # what runs whole networks in a page
ENGINE_BUDGET = 5000 * KILOBYTES  # gzipped
STATE = 'script[type="application/vnd.jupyter.widget-state+json"]'
VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]'


def _listed(entry):
    """The pages that an entry of _toc.yml names, itself and those below it."""
    if isinstance(entry, list):
        return [page for item in entry for page in _listed(item)]
    own = [entry[key] for key in ("root", "file") if key in entry]
    below = [entry[key] for key in ("parts", "chapters", "sections") if key in entry]
    return own + _listed(below)


PAGES = [f"{name}.html" for name in _listed(yaml.safe_load((ROOT / "_toc.yml").read_text()))]
every_page = pytest.mark.parametrize("path", PAGES)


def _soup(site, path):
    return BeautifulSoup((site / path).read_text(encoding="utf-8"), "html.parser")


def _zipped(path):
    data = path.read_bytes()
    return len(data) if path.suffix in (".woff", ".woff2", ".png") else len(gzip.compress(data))


@every_page
@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_page_is_quiet_and_its_widgets_live(open_page, site, path, file):
    page = open_page(path, file=file)
    assert page.locator(".widget-error").all_inner_texts() == []
    hosts = page.locator(".widget-host[data-mounted]").all()
    assert len(hosts) == len(_soup(site, path).select(VIEW))
    for host in hosts:
        box = host.bounding_box()
        assert min(box["width"], box["height"]) > 100, "a widget drew nothing to speak of"
    for formula in page.locator(".math").all():
        assert formula.locator("mjx-container").count(), "a formula was not set"


@every_page
def test_page_fits_a_phone(open_page, path):
    page = open_page(path, width=320, height=640, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@every_page
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_is_accessible(open_page, path, theme):
    page = open_page(path, theme=theme)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert serious_violations(page) == []


@every_page
def test_still_pictures_with_scripts_off(open_page, site, path):
    page = open_page(path, scripts=False)
    pictures = page.locator(f"{VIEW} + noscript img").all()
    assert len(pictures) == len(_soup(site, path).select(VIEW))
    for picture in pictures:
        assert picture.evaluate("i => i.naturalWidth") > 100


@every_page
def test_pictures_have_words(site, path):
    wordless = [
        picture["src"]
        for picture in _soup(site, path).select(".bd-article img")
        if not picture.get("alt") or picture["alt"].endswith((".png", ".svg"))
    ]
    assert not wordless, "give the cell {'mystnb': {'image': {'alt': '…'}}} as metadata"


@every_page
def test_page_says_what_it_is(site, path):
    soup = _soup(site, path)
    assert soup.html["lang"] == "en"
    assert len(soup.select("h1:not(.onlyprint h1)")) == 1
    assert len(soup.select_one('meta[name="description"]')["content"]) > 40


def test_titles_differ(site):
    titles = [_soup(site, path).title.string for path in PAGES]
    assert len(set(titles)) == len(PAGES)


def test_every_link_leads_somewhere(site):
    soups = {path: _soup(site, path) for path in PAGES}
    for path, soup in soups.items():
        for link in soup.select("a[href]"):
            target, anchor = urldefrag(unquote(link["href"]))
            if re.match(r"[a-z]+:", target):
                continue
            assert (site / (target or path)).exists(), f"{path} links to {target}"
            if anchor and (target or path) in soups:
                found = soups[target or path].find(id=anchor)
                assert found, f"{path} links to {target}#{anchor}"


def test_nothing_is_loaded_from_elsewhere(site):
    """Also on pages that no table of contents lists, such as search.html."""
    for path in site.glob("*.html"):
        soup = _soup(site, path.name)
        sources = [tag["src"] for tag in soup.select("[src]")]
        sources += [tag["href"] for tag in soup.select("link[href]")]
        assert [s for s in sources if re.match(r"([a-z]+:)?//", s)] == []


@every_page
def test_weight_of_widgets(site, path):
    soup = _soup(site, path)
    views = len(soup.select(VIEW))
    whole = len(gzip.compress((site / path).read_bytes()))
    for state in soup.select(STATE):
        state.extract()
    extra = whole - len(gzip.compress(str(soup).encode()))
    extra += _zipped(site / "_static" / "widgets.js")
    print(f"{path}: {views} widgets, {extra / KILOBYTES:.0f} kB gzipped")
    assert extra <= WIDGET_BUDGET * max(views, 1)


@every_page
def test_weight_of_page(open_page, server, site, path):
    page = open_page(path)
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    files = {unquote(re.sub(r"[?#].*", "", n)) for n in names if n.startswith(server)}
    files = {name[len(server) + 1 :] for name in files}
    total = sum(_zipped(site / name) for name in files if not name.startswith(ENGINE))
    print(f"{path}: {total / KILOBYTES:.0f} kB gzipped beside its text")
    assert total <= PLAIN_BUDGET


def test_weight_of_engine(site):
    """The engine and the first network that it runs, fetched once for the whole book."""
    network = site / "_static" / "onnx" / "digits-unet-scse-seed0.onnx"
    files = [*(site / "_static" / "engine").iterdir(), network]
    total = sum(_zipped(file) for file in files)
    print(f"engine: {total / KILOBYTES:.0f} kB gzipped")
    assert total <= ENGINE_BUDGET


@every_page
def test_engine_is_fetched_only_where_whole_networks_run(open_page, server, path):
    page = open_page(path)
    page.wait_for_timeout(500)
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    fetched = [name for name in names if name[len(server) + 1 :].startswith(ENGINE)]
    assert bool(fetched) == (path == "playground.html")


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_search_works_offline(open_page, file):
    page = open_page("search.html?q=excite", file=file)
    # Results come in one after the other.
    page.locator("#search-results ul.search a[href*='index.html']").first.wait_for()


def test_keyboard_reaches_the_text_first(open_page):
    page = open_page("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"


def test_colour_mode_follows_the_button(open_page):
    page = open_page("index.html", theme="dark")
    button = page.locator("button.theme-switch-button").first
    seen = set()
    for _ in range(3):
        button.click()
        seen.add(page.evaluate("[document.documentElement.dataset.theme].join()"))
    assert seen == {"light", "dark"}
