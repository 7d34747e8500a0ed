"""`make zip`: the book from a USB stick, with the network off."""

import zipfile

import book_zip
import pytest
from site_tools import READER, READY, visit
from test_playground_site import DIGITS, Figure


@pytest.fixture
def small(tmp_path):
    """A site of three files, one of them Sphinx's own note."""
    html = tmp_path / "html"
    (html / "_static").mkdir(parents=True)
    (html / "_sources").mkdir()
    for name in ("index.html", "_static/a.part.js", "_sources/index.md", ".buildinfo"):
        (html / name).write_text(name, encoding="utf-8")
    return html


def test_the_zip_has_the_pages_and_two_files_that_say_how_to_open_them(small, tmp_path):
    packed = zipfile.ZipFile(book_zip.write(small, tmp_path / "book.zip"))
    top = book_zip.TOP
    assert set(packed.namelist()) == {
        f"{top}/READ ME.txt",
        f"{top}/{book_zip.START}",
        f"{top}/book/index.html",
        f"{top}/book/_static/a.part.js",
    }
    words = packed.read(f"{top}/READ ME.txt").decode()
    assert book_zip.START in words
    assert "http" not in words, "there is no address to name"
    assert packed.testzip() is None


def test_the_address_is_named_where_there_is_one(small, monkeypatch):
    monkeypatch.setattr(book_zip.setting, "published", lambda: "https://example.org/scse/")
    assert "https://example.org/scse/" in book_zip.contents(small)["READ ME.txt"]


def test_without_a_book_it_says_what_to_do(tmp_path):
    with pytest.raises(SystemExit, match="make site"):
        book_zip.main(tmp_path)


def test_unpacked_it_opens_and_runs_a_whole_network(browser, site, tmp_path):
    """As a reader does: unpack, open the one page, go on to the playground, ask its network."""
    with zipfile.ZipFile(book_zip.write(site, tmp_path / "book.zip")) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / book_zip.TOP

    def go_on(page):
        page.wait_for_url("**/book/index.html")
        page.goto((folder / "book" / "playground.html").as_uri())
        page.evaluate(READER)
        page.wait_for_function(READY)

    opened = visit(browser, folder, "", book_zip.START, file=True, read=go_on)
    opened.page.context.set_offline(True)
    figure = Figure(opened.page, DIGITS)
    figure.settle()
    assert figure.root.get_attribute("data-answered") not in (None, "failed")
    assert figure.seen(), "the network names no class"
    assert opened.close() == []
