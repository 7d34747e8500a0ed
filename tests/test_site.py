"""Every page of the built book, in a browser that can reach nothing but the book."""

import functools
import gzip
import json
import re
from contextlib import contextmanager
from urllib.parse import unquote, urldefrag

import jinja2
import pytest
import site_tools
import yaml
from bs4 import BeautifulSoup
from site_tools import READER, READY, ROOT, serious_violations

KILOBYTES = 1000
WIDGET_BUDGET = 250 * KILOBYTES  # gzipped, a figure with its data, code and sheets
PLAIN_BUDGET = 420 * KILOBYTES  # gzipped, a first visit with all pictures, fonts and scripts
FIRST_PAINT_BUDGET = 70 * KILOBYTES  # gzipped
FIGURES = "_static/figures"
ENGINE = ("_static/engine", "_static/onnx")  # what runs whole networks in a page
ENGINE_BUDGET = 5000 * KILOBYTES  # gzipped
VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]'


PAGES = [f"{name}.html" for name in site_tools.PAGES]


@pytest.fixture(scope="module", params=PAGES)
def path(request):
    """Each page of the book: all tests of one page, then those of the next."""
    return request.param


# Adds up how far what is seen has moved, as Chromium's own measure of layout shift does.
SHIFT = """() => {
  Object.assign(globalThis, { shift: 0, moved: [] });
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      globalThis.shift += value;
      globalThis.moved.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


def scroll_through(page):
    """Read a page from top to bottom: each figure comes to life where it can be seen."""
    page.evaluate(SHIFT)
    page.evaluate(READER)
    for host in page.locator(".widget-host").all():
        host.scroll_into_view_if_needed()
        page.wait_for_function("host => host.dataset.mounted", arg=host.element_handle())
    page.wait_for_function(READY)
    page.wait_for_timeout(200)


@pytest.fixture(scope="module")
def desktop(open_once, path):
    """The page on a wide screen, scrolled through, for tests that only look."""
    with open_once(path, read=scroll_through) as page:
        yield page


@pytest.fixture(scope="module")
def phone(open_once, path):
    """The page on a phone, from disk, scrolled through, for tests that only look."""
    small = {"width": 390, "height": 800, "touch": True}
    with open_once(path, file=True, read=scroll_through, **small) as page:
        yield page


@functools.cache
def _soup(site, path):
    return BeautifulSoup((site / path).read_text(encoding="utf-8"), "html.parser")


def _zipped(path):
    data = path.read_bytes()
    return len(data) if path.suffix in (".woff", ".woff2", ".png") else len(gzip.compress(data))


def check_that_widgets_live(page, site, path):
    assert page.locator(".widget-error").all_inner_texts() == []
    hosts = page.locator(".widget-host[data-mounted]").all()
    assert len(hosts) == len(_soup(site, path).select(VIEW))
    for host in hosts:
        box = host.bounding_box()
        assert min(box["width"], box["height"]) > 100, "a widget drew nothing to speak of"


def test_page_is_quiet_and_its_widgets_live(desktop, site, path):
    check_that_widgets_live(desktop, site, path)


def test_page_lives_from_disk(phone, site, path):
    check_that_widgets_live(phone, site, path)


def check_that_nothing_moved(page):
    assert page.evaluate("globalThis.shift") <= 0.02, page.evaluate("globalThis.moved")
    heights = "e => [e, e.firstElementChild].map((one) => one.getBoundingClientRect().height)"
    for host in page.locator(".widget-host").all():
        room, figure = host.evaluate(heights)
        assert room == pytest.approx(figure, abs=2), "measure anew: make rooms"


def test_nothing_moves_while_figures_come_to_life(desktop):
    check_that_nothing_moved(desktop)


def test_nothing_moves_on_a_phone(phone):
    check_that_nothing_moved(phone)


def test_page_fits_a_small_phone(phone):
    phone.set_viewport_size({"width": 320, "height": 640})
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


TOO_WIDE = """() => {
  const closed = [...document.querySelectorAll("details:not([open])")];
  for (const each of closed) each.open = true;
  const formulas = [...document.querySelectorAll("span.math")].filter((one) => one.clientWidth);
  const wide = formulas.filter(
    (one) => one.firstElementChild.getBoundingClientRect().width > one.clientWidth + 1);
  for (const each of closed) each.open = false;
  return wide.map((one) => one.textContent);
}"""


def test_no_formula_in_a_line_is_wider_than_a_phone(phone):
    """The theme cuts off what is too wide. One that is written as two, `$a$ $= b$`, is broken."""
    phone.set_viewport_size({"width": 360, "height": 800})
    assert phone.evaluate(TOO_WIDE) == []


@contextmanager
def first_entries(page):
    """A page of the reference without those entries that are made like the first ones: axe-core
    takes much time over long pages."""
    show = (
        "hide => document.querySelectorAll('dl.py ~ dl.py ~ dl.py').forEach(e => e.hidden = hide)"
    )
    page.evaluate(show, True)
    yield
    page.evaluate(show, False)


def test_page_is_accessible(desktop):
    assert desktop.evaluate("document.documentElement.dataset.theme") == "light"
    with first_entries(desktop):
        assert serious_violations(desktop) == []


def test_page_has_contrast_in_the_dark(desktop):
    desktop.emulate_media(color_scheme="dark")
    desktop.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    desktop.wait_for_timeout(500)  # colours fade from one theme to the other
    with first_entries(desktop):
        assert serious_violations(desktop, "color-contrast") == []
    desktop.emulate_media(color_scheme="light")


def test_stills_or_words_with_scripts_off(open_page, site, path):
    page = open_page(path, scripts=False)
    pictures = page.locator(f"{VIEW} + .widget-host img").all()
    words = page.locator(f"{VIEW} + .widget-host details").all()  # of questions, with their answers
    assert len(pictures) + len(words) == len(_soup(site, path).select(VIEW))
    for picture in pictures:
        picture.scroll_into_view_if_needed()
        page.wait_for_function("i => i.naturalWidth > 100", arg=picture.element_handle())


def test_pictures_have_words(site, path):
    wordless = [
        picture["src"]
        for picture in _soup(site, path).select(".bd-article img")
        if not picture.get("alt") or picture["alt"].endswith((".png", ".svg"))
    ]
    assert not wordless, "give the cell {'mystnb': {'image': {'alt': '…'}}} as metadata"


def test_page_says_what_it_is(site, path):
    soup = _soup(site, path)
    assert soup.html["lang"] == "en"
    assert len(soup.select("h1:not(.onlyprint h1)")) == 1
    assert len(soup.select_one('meta[name="description"]')["content"]) > 40


def test_equations_are_set_before_a_page_is_read(site, path):
    """Also without scripts: as elements for the eye, as MathML for screen readers, no Tab stop."""
    for equation in _soup(site, path).select(".math"):
        (container,) = equation.select("mjx-container")
        assert container.select_one("mjx-math")["aria-hidden"] == "true"
        (spoken,) = container.select("mjx-assistive-mml > math")
        assert spoken.get_text(strip=True)
        assert not equation.select("[tabindex], merror, script")


def test_colours_reach_into_equations(open_page):
    page = open_page("index.html")
    for hook in ("scse-channel", "scse-space"):
        part = page.locator(f"mjx-math .{hook}").first
        wanted = page.locator(f".bd-article p > .{hook}").first
        colour = "e => getComputedStyle(e).color"
        assert part.evaluate(colour) == wanted.evaluate(colour)


def test_fonts_of_equations_have_what_is_set(open_page):
    """No letter falls back to another font: each is drawn in the font that its class asks for."""
    page = open_page("channel.html")
    assert page.evaluate("document.fonts.ready.then(all => all.size)") > 2
    failed = "[...document.fonts].filter(font => font.status === 'error').map(font => font.family)"
    assert page.evaluate(failed) == []


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
            target = target.partition("?")[0]  # a figure alone, for a class
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


def _figures(site, path):
    """The files of each figure of a page."""
    views = [json.loads(view.string) for view in _soup(site, path).select(VIEW)]
    files = [[v["files"]["model"], v["files"]["module"], *v["files"]["sheets"]] for v in views]
    return [[site / "_static" / name for name in names] for names in files]


def test_weight_of_widgets(site, path):
    for files in _figures(site, path):
        total = sum(_zipped(file) for file in files)
        print(f"{path}: a figure of {total / KILOBYTES:.0f} kB gzipped")
        assert total <= WIDGET_BUDGET


def test_weight_of_page(desktop, server, site, path):
    """All that a page has fetched when every figure is alive and every picture was seen."""
    names = desktop.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    files = {unquote(re.sub(r"[?#].*", "", n)) for n in names if n.startswith(server)}
    files = {name[len(server) + 1 :] for name in files}
    total = sum(_zipped(site / name) for name in files if not name.startswith(FIGURES))
    print(f"{path}: {total / KILOBYTES:.0f} kB gzipped beside its text and its figures")
    assert total <= PLAIN_BUDGET


def test_nothing_holds_up_the_text(site, path):
    """What a browser needs before it draws: the page, and one small style sheet."""
    soup = _soup(site, path)
    assert [tag for tag in soup.select("script[src]") if not tag.has_attr("defer")] == []
    (sheet,) = soup.select('link[rel="stylesheet"]')
    size = _zipped(site / path) + _zipped(site / sheet["href"].split("?")[0])
    print(f"{path}: {size / KILOBYTES:.0f} kB gzipped before the first paint")
    assert size <= FIRST_PAINT_BUDGET
    assert soup.select('link[rel="preload"]') == []


def test_a_page_carries_the_rooms_of_its_own_figures(site, path):
    soup = _soup(site, path)
    rules = "".join(style.get_text() for style in soup.select("head style"))
    named = set(re.findall(r'\[data-room="([^"]+)"\]', rules))
    assert named == {host["data-room"] for host in soup.select("[data-room]")}


def test_pictures_say_how_large_they_are(site, path):
    pictures = _soup(site, path).select('img[src^="_images/"]')
    assert [p for p in pictures if not (p.get("width") and p.get("height"))] == []
    assert all(p.get("loading") == "lazy" for p in pictures[1:])


def test_a_picture_too_small_to_read_on_a_phone_is_scrolled_and_opens_alone(open_page):
    page = open_page("index.html", width=390)
    links = page.locator("a.scse-enlarge")
    assert links.count() >= 3
    assert all(link.locator("img").get_attribute("alt") for link in links.all())
    assert links.first.evaluate("link => link.scrollWidth > 1.5 * link.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    with page.expect_navigation(url="**/_images/*.webp"):
        links.first.click()


WAITING = """() => [...document.querySelectorAll(".scse-later > :is(h2, h3)")].filter(
  (one) => !one.checkVisibility({ contentVisibilityAuto: true })).length"""


def test_sections_out_of_sight_are_laid_out_once_somebody_reads(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/both.html", wait_until="load")
    page.wait_for_timeout(100)
    assert page.evaluate(WAITING) > 5
    page.evaluate(READER)
    page.wait_for_function(f"() => ({WAITING})() === 0")
    page.close()


def test_a_link_to_a_section_finds_all_laid_out(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/both.html#exercises", wait_until="load")
    assert page.evaluate(WAITING) == 0
    page.wait_for_function(
        "() => Math.abs(document.querySelector('#exercises').getBoundingClientRect().top) < 100"
    )
    page.close()


def test_icons_are_those_of_the_one_set_that_is_there(site):
    for path in site.glob("*.html"):
        assert _soup(site, path.name).select(".far, .fab, .fa-regular, .fa-brands") == []


def test_weight_of_engine(site):
    """The engine and the first network that it runs, fetched once for the whole book."""
    network = site / "_static" / "onnx" / "digits-unet-scse-seed0.onnx"
    engine = (site / "_static" / "engine").iterdir()
    files = [*(file for file in engine if not file.name.endswith(".part.js")), network]
    total = sum(_zipped(file) for file in files)
    print(f"engine: {total / KILOBYTES:.0f} kB gzipped")
    assert total <= ENGINE_BUDGET


def _engine_files(page, server):
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return [name for name in names if name[len(server) + 1 :].startswith(ENGINE)]


def test_engine_is_not_fetched_until_a_figure_is_used(desktop, server):
    desktop.wait_for_timeout(300)
    assert _engine_files(desktop, server) == []


def test_the_first_use_of_a_figure_fetches_the_engine(open_page, server):
    page = open_page("playground.html")
    figure = page.locator(".scse-playground").first
    assert "once you use the figure" in figure.locator('[data-name="engine"]').inner_text()
    figure.dispatch_event("pointerdown")
    page.wait_for_function("r => r.dataset.answered === '1'", arg=figure.element_handle())
    assert _engine_files(page, server) != []


def test_who_saves_data_is_asked_for_more_than_a_touch(browser, server):
    page = browser.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    page.goto(f"{server}/playground.html")
    page.evaluate(READER)
    figure = page.locator(".scse-playground[data-ready]").first
    assert "once you change something" in figure.locator('[data-name="engine"]').inner_text()
    figure.dispatch_event("pointerdown")
    page.wait_for_timeout(300)
    assert _engine_files(page, server) == []
    figure.locator('[data-name="source"]').select_option("example:1")
    page.wait_for_function("r => r.dataset.answered", arg=figure.element_handle())
    assert _engine_files(page, server) != []
    page.close()


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


def test_a_button_pressed_before_its_script_is_there_works_all_the_same(browser, server):
    page = browser.new_page(color_scheme="light")
    held = []
    page.route("**/pydata-sphinx-theme.js*", lambda route: held.append(route))
    page.goto(f"{server}/index.html")
    page.locator("button.theme-switch-button").first.click()
    page.wait_for_timeout(200)
    assert held, "the theme's script is fetched once somebody reads"
    before = page.evaluate("document.documentElement.dataset.mode")
    for route in held:  # fetched ahead, then run
        route.continue_()
    page.wait_for_function("before => document.documentElement.dataset.mode !== before", arg=before)
    page.close()


SOURCE = ROOT / "book" / "_ext" / "templates" / "source.html"


def test_the_foot_of_a_page_names_the_repository_if_there_is_one():
    foot = jinja2.Template(SOURCE.read_text(encoding="utf-8"))
    known = foot.render(repository="https://example.org/us/scse")
    assert '<a href="https://example.org/us/scse">example.org/us/scse</a>' in known
    assert 'pip install "scse[book] @ git+https://example.org/us/scse"' in known
    unknown = foot.render(repository="")
    assert "<a" not in unknown
    assert 'pip install ".[book]"' in unknown
    assert "<script" not in known + unknown


def test_every_page_says_how_to_run_it_and_under_which_licence(desktop):
    foot = desktop.locator(".bd-footer-content")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    repository = config["sphinx"]["config"]["html_context"]["repository"]
    links = foot.locator(".source a")
    assert [link.get_attribute("href") for link in links.all()] == ([repository] * bool(repository))
    assert foot.get_by_text("pip install").is_visible()
    assert foot.get_by_text("MIT licence").is_visible()
