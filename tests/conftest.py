"""Fixtures for tests that look at the built site in a real browser.

Most tests need one fixture, `open_page`:

    def test_step(open_page):
        page = open_page("channel.html", theme="dark", width=390)
        page.get_by_role("slider", name="contrast").first.press("ArrowRight")
        assert number(page, "dice") == pytest.approx(expected, abs=1e-5)

`open_page` returns a Playwright page (https://playwright.dev/python/docs/api/class-page) once every
widget is mounted. When the test ends it fails if the page logged an
error or a warning, threw, got a 404, or asked for anything outside its own site.

`number(scope, name, index=0)` (import it from `site_tools`) reads
`<output data-name=name data-value=…>` as a float; `scope` is a page or a locator.
`fixture_page` opens the small site of tests/fixture_site in the same way.

The book is built by `make site` into _build/html; without it, the first test that needs it builds
it (and later runs do not rebuild it). SITE=<folder> tests another build.

Tests that use one of these fixtures carry the marker `browser`; `-m "not browser"` leaves them out.
"""

import os
from contextlib import contextmanager
from pathlib import Path

import chromium
import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright
from site_tools import ROOT, build, serve, small_config, visit

SLOW_TO_SET_UP = {"browser", "site", "fixture_site"}


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items):
    """Mark what needs a browser or a built site by what it asks for, so that none is forgotten."""
    for item in items:
        if SLOW_TO_SET_UP & set(getattr(item, "fixturenames", ())):  # notebook cells have none
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site():
    """The folder with the built book (`index.html` and all)."""
    if "SITE" in os.environ:
        folder = Path(os.environ["SITE"])
        if not (folder / "index.html").exists():
            pytest.exit(f"SITE={folder} has no index.html")
        return folder
    folder = ROOT / "_build" / "html"
    if (folder / "index.html").exists():
        return folder
    return build(ROOT / "book", ROOT / "_toc.yml", ROOT)


@pytest.fixture(scope="session")
def server(site):
    """The book's address on this machine, such as http://localhost:41237."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="session")
def fixture_site(tmp_path_factory, testrun_uid):
    """The folder with the built site of tests/fixture_site: built once, by the first who asks."""
    source = ROOT / "tests" / "fixture_site"
    shared = tmp_path_factory.getbasetemp().parent  # of all workers
    folder = shared / f"fixture-{testrun_uid}"
    with FileLock(shared / f"{folder.name}.lock"):
        done = folder / "done"
        if not done.exists():
            folder.mkdir()
            build(source, source / "_toc.yml", folder, small_config(folder))
            done.touch()
    return folder / "_build" / "html"


@contextmanager
def _opener(browser, folder, address):
    """A function that opens pages of one site; they are checked and closed afterwards."""
    visits = []

    def open_page(path="index.html", **options):
        opened = visit(browser, folder, address, path, **options)
        visits.append(opened)
        return opened.page

    yield open_page
    problems = [problem for opened in visits for problem in opened.close()]
    assert not problems, "the browser complained:\n" + "\n".join(problems)


@pytest.fixture
def open_page(browser, site, server):
    """`open_page(path, theme="light", width=1280, height=900, scripts=True, file=False,
    expect=(), touch=False, read=site_tools.come_to_life)` opens a page of the book.

    theme: "light" or "dark". file: open it from disk, as file://. scripts: False turns JavaScript
    off. expect: pieces of text; console messages that contain one are not complained about. read:
    what a reader does first.
    """
    with _opener(browser, site, server) as opener:
        yield opener


@pytest.fixture(scope="module")
def open_once(browser, site, server):
    """For fixtures of a whole module whose tests only look at a page, which opens but once:
    `with open_once(path, …) as page`, with the options of `open_page`.
    """

    @contextmanager
    def once(path, **options):
        with _opener(browser, site, server) as opener:
            yield opener(path, **options)

    return once


@pytest.fixture
def fixture_page(browser, fixture_site):
    """`open_page` for the site of tests/fixture_site."""
    with serve(fixture_site) as address, _opener(browser, fixture_site, address) as opener:
        yield opener
