"""The book with the network off (book/_ext/offline.py), and pages fetched ahead."""

import shutil
import sys
import time

import pytest
from site_tools import READER, ROOT, serve

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import offline

SAVING = "Object.defineProperty(navigator.connection, 'saveData', { value: true })"
WAITING = "async () => !!(await navigator.serviceWorker.getRegistration()).waiting"
# How much of the engine is kept.
KEPT = """async () => {
  const name = (await caches.keys()).find((name) => name.startsWith("engine "));
  return name ? (await (await caches.open(name)).keys()).length : 0;
}"""


def until(page, expression, wanted, seconds=60):
    """Ask a page again and again; Playwright itself does not await a promise."""
    end = time.monotonic() + seconds
    while (found := page.evaluate(expression)) != wanted:
        assert time.monotonic() < end, f"{expression} stays {found!r}"
        page.wait_for_timeout(100)


@pytest.fixture
def book(site, tmp_path):
    """A copy of the book that a test may change."""
    return shutil.copytree(site, tmp_path / "book", ignore=shutil.ignore_patterns("*.part.js"))


@pytest.fixture
def address(book):
    with serve(book) as found:
        yield found.replace("localhost", "127.0.0.1")


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_after_one_visit_the_whole_book_is_there_offline(page, address, book):
    page.goto(f"{address}/index.html")
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []
    page.evaluate(READER)
    until(page, KEPT, len(offline.contents(book)["engine"]))
    page.context.set_offline(True)
    for path in sorted(path.name for path in book.glob("*.html")):
        page.goto(f"{address}/{path}?hide=share")
        page.get_by_role("heading", level=1).wait_for()
        page.evaluate(READER)
        views = page.locator('script[type$="widget-view+json"]').count()
        page.wait_for_function(
            "n => document.querySelectorAll('[data-mounted]').length === n", arg=views
        )
    page.goto(f"{address}/playground.html")
    page.evaluate(READER)
    lab = page.locator(".scse-playground[data-ready]").first
    lab.dispatch_event("focusin")
    page.wait_for_function("r => r.dataset.answered === '1'", arg=lab.element_handle())


def test_a_changed_book_replaces_what_is_kept(page, address, book):
    page.goto(f"{address}/credits.html")
    page.evaluate(READER)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")
    credits = book / "credits.html"
    html = credits.read_text(encoding="utf-8")
    credits.write_text(html.replace("Credits", "Thanks"), encoding="utf-8")
    page.goto(f"{address}/credits.html")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Credits"), "it was kept"
    offline.write_worker(book)
    page.evaluate("() => navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(page, WAITING, True)
    page.goto(f"{address}/credits.html")
    page.get_by_role("heading", name="Thanks").wait_for()


def test_who_saves_data_gets_nothing_ahead(browser, address):
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(navigator.connection, 'saveData', {value: true})"
    )
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/credits.html")
    page.evaluate(READER)
    page.locator("a[href='channel.html']").first.hover()
    page.wait_for_timeout(500)
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []
    assert not any("channel.html" in url for url in asked)
    context.close()


AHEAD = "link[rel=prefetch]:not([data-later])"  # without the theme's scripts


def test_a_link_that_is_pointed_at_is_fetched_ahead(open_page):
    page = open_page("credits.html")
    with page.expect_request("**/channel.html"):
        page.locator("a[href='channel.html']").first.hover()
    assert page.locator(AHEAD).count() == 1


def test_localhost_belongs_to_no_book(open_page):
    page = open_page("credits.html")
    page.evaluate(READER)
    page.wait_for_timeout(500)
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []


def test_from_disk_nothing_is_fetched_ahead(open_page):
    page = open_page("credits.html", file=True)
    page.evaluate(READER)
    page.locator("a[href='channel.html']").first.hover()
    assert page.locator(AHEAD).count() == 0
