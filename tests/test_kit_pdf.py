"""`make pdf`: pages of a site, bound into one book."""

import io

import book_pdf
import printing
import pypdf
import pytest
import setting
from site_tools import ROOT

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><body>
<div id="jb-print-docs-body"><h1>{title}</h1></div>
<article class="bd-article"><section id="top"><h1>{title}</h1>{body}</section></article></html>"""

FIRST = """
<section id="a-part"><h2>A part<a class="headerlink" href="#a-part">#</a></h2>
<p><a href="second.html#far-below">to the second</a>, <a href="#a-part">here</a>,
<a href="https://example.org/">out</a>, <a href="#do:open">set it</a>,
<a href="third.html">not in the book</a></p><div id="do:open"></div>
<div class="widget-host" data-mounted="true"><div class="scse-widget">a figure</div></div>
</section>
<section id="exercises"><h2>Exercises</h2><p><strong>1. Count.</strong> How many?</p>
<details class="sd-dropdown"><summary><span class="sd-summary-text">Solution</span></summary>
<div class="sd-summary-content"><p>Forty-two.</p></div></details></section>
<section class="printed-answers"><h2>Answers</h2><dl><dt>What?</dt><dd>That.</dd></dl></section>
"""
SECOND = """<p style="height: 1500px">long</p>
<section id="far-below"><h2>Far below</h2><p>at last</p></section>"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A site of two pages, of the marks that the tool knows pages by."""
    html = tmp_path_factory.mktemp("html")
    pages = {"index": ("First", FIRST), "second": ("Second", SECOND)}
    for name, (title, body) in pages.items():
        (html / f"{name}.html").write_text(PAGE.format(title=title, body=body), encoding="utf-8")
    return html


def bound(browser, small, published):
    buffer = io.BytesIO()
    book_pdf.make(browser, small, ["index", "second"], published).write(buffer)
    return pypdf.PdfReader(buffer)


@pytest.fixture(scope="module")
def book(browser, small):
    return bound(browser, small, "")


def texts(book):
    return [page.extract_text() for page in book.pages]


def links(book, page):
    """Where the links of a page lead: numbers of pages from 0, or addresses."""
    found = []
    for note in book.pages[page].get("/Annots", []):
        note = note.get_object()
        if "/Dest" in note:
            found.append(book.get_page_number(note["/Dest"][0].get_object()))
        else:
            found.append(note["/A"]["/URI"])
    return found


def test_title_contents_chapters_solutions(book):
    cover, contents, first, second, below, last = texts(book)
    assert book_pdf.TITLE in cover
    assert "MIT licence" in cover
    assert [word for word in contents.split() if word.isdigit()][:6] == [
        "3",
        "3",
        "4",
        "5",
        "6",
        "6",
    ]
    assert "Forty-two" not in first, "who is to predict must not read on"
    assert "That." not in first
    assert "long" in second
    assert "at last" in below
    for words in ("Solutions and answers", "1. Count.", "Forty-two.", "What?", "That."):
        assert words in last
    assert [text.split()[-1] for text in texts(book)[1:]] == list("23456")


def test_links_lead_where_they_can(book):
    assert links(book, 1) == [2, 2, 3, 4, 5, 5]
    # The solution, what it sets, and no link to what is not in the book.
    assert links(book, 2) == [4, 2, "https://example.org/", 2, 5]


def test_links_of_a_published_book(browser, small):
    book = bound(browser, small, "https://example.org/scse/")
    assert "https://example.org/scse/" in links(book, 0)
    found = links(book, 2)
    assert "https://example.org/scse/index.html#do:open" in found
    assert "https://example.org/scse/third.html#" in found
    assert "https://example.org/scse/index.html#a-part" in found, "the figure, live"
    assert not any(str(address).startswith("file:") for address in found)


def test_bookmarks(book):
    def titles(entries):
        return [titles(one) if isinstance(one, list) else one.title for one in entries]

    assert titles(book.outline) == [
        "Contents",
        "First",
        ["A part", "Exercises"],
        "Second",
        ["Far below"],
        "Solutions and answers",
        ["First"],
    ]
    (far,) = book.outline[4]
    assert book.get_destination_page_number(far) == 4


def test_the_letters_are_embedded(book):
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in book.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }
    assert any(name.startswith("SourceSansPro") for name in fonts), fonts


def test_all_pages_are_in_the_book():
    assert setting.pages()[0] == "index"
    assert {*book_pdf.LAST, *book_pdf.SCREEN} <= set(setting.pages())
    assert all(list((ROOT / "book").glob(f"{name}.*")) for name in setting.pages())


@pytest.mark.slow
def test_a_chapter_of_the_book(browser, site):
    part = printing.chapter(browser, site, "playground", "https://example.org/scse/")
    assert len(part.solutions) == 3
    text = "".join(page.extract_text() for page in part.read().pages)
    assert "This figure, live" in text
    assert "Dice" in text, "the network was asked"
