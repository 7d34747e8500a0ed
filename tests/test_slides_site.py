"""The decks of slides, and the page with a figure's links for a class, on the built site."""

import gzip
import re
import sys

import pypdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from site_tools import CHAPTERS, ROOT, figure, named, number, settle, stored_figures, take_links

sys.path.append(str(ROOT / "book" / "_ext"))
import figure_keys
import slides

SOURCES = ROOT / "book" / "course" / "slides"
DECKS = ("45", "90")
MOUNTED = """() => document.documentElement.dataset.reader &&
  [...document.querySelectorAll(".figure")].every(
    (box) => box.dataset.size || box.querySelector(".widget-error"))"""
# Of each slide that is shown: what of it is out of its 720 pixels, the smallest words on it, and
# the letters of its figure that are small, out of the slide, or lie on others.
SEEN = """() => Reveal.getSlides().map((slide, i) => {
  Reveal.slide(i);
  const own = [...slide.querySelectorAll("h2, .words *, .source a")].filter(
    (e) => e.textContent.trim() && !e.closest("mjx-container, code, .figure") && e.offsetWidth);
  const host = slide.querySelector(".widget-host"), box = host?.parentElement;
  const size = Number(box?.dataset.size);
  const scale = Reveal.getScale(), small = [], out = [], over_others = [], lines = [];
  const from = host ?? document.createElement("i");
  const texts = document.createTreeWalker(from, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const parent = text.parentElement, range = document.createRange(), words = text.data.trim();
    range.selectNodeContents(text);
    const unseen = parent.closest(".scse-unseen, .scse-bypass, option");
    if (!words || unseen || !parent.checkVisibility({ visibilityProperty: true })) continue;
    for (const line of range.getClientRects()) {
      if (line.width < 2) continue;
      const { left, right, bottom } = line;
      if (left < -1 || right > 1281 * scale || bottom > 670 * scale) out.push(words);
      for (const [other, theirs] of lines) {
        const wide = Math.min(right, other.right) - Math.max(left, other.left);
        const high = Math.min(bottom, other.bottom) - Math.max(line.top, other.top);
        if (wide > 3 * scale && high > 8 * scale) over_others.push(`${words} on ${theirs}`);
      }
      lines.push([line, words]);
    }
    const drawn = parent.ownerSVGElement ? parent.getScreenCTM().d / scale : size;
    const px = parseFloat(getComputedStyle(parent).fontSize) * drawn;
    if (px < 17.99) small.push(`${words}: ${px}`);
  }
  const title = document.createRange(), beside = slide.querySelector(".words");
  title.selectNodeContents(slide.querySelector("h2"));
  const over = slide.matches(".head") &&
    title.getBoundingClientRect().right > beside.getBoundingClientRect().left;
  return {
    title: slide.querySelector("h2").textContent,
    notes: slide.querySelector("aside.notes")?.textContent.trim().length ?? 0,
    spills: Math.max(slide.scrollHeight - 720, slide.scrollWidth - 1280,
      over ? 999 : 0, host ? host.scrollHeight * size - box.clientHeight : 0),
    letters: Math.min(...own.map((e) => parseFloat(getComputedStyle(e).fontSize))),
    small, out, over_others,
    wrong: slide.querySelector(".widget-error, [role=alert]:not([hidden])")?.textContent ?? "",
  };
})"""


def deck_is_alive(page):
    page.wait_for_function(MOUNTED, timeout=60_000)


def focused(page, selector):
    return page.evaluate("s => !!document.activeElement.closest(s)", selector)


def at(page):
    return page.evaluate("Reveal.getIndices().h")


def go_to(page, name):
    page.evaluate(
        """name => Reveal.slide(
      Reveal.getSlides().indexOf(document.getElementById(name)))""",
        name,
    )
    return page.locator(f"#{name}")


@pytest.fixture(scope="module")
def deck(open_once):
    """The deck of 45 minutes, opened once."""
    path = "course/slides/45.html"
    with open_once(path, width=1280, height=720, read=deck_is_alive) as page:
        yield page


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_takes_the_minutes_that_it_says(name):
    source = (SOURCES / f"{name}.md").read_text(encoding="utf-8")
    assert sum(int(minutes) for minutes, _ in slides.LISTED.findall(source)) == int(name)


def test_every_slide_is_in_a_deck():
    shown = "".join((SOURCES / f"{name}.md").read_text(encoding="utf-8") for name in DECKS)
    titles = {title for _, title in slides.LISTED.findall(shown)}
    assert titles == set(slides.pool((SOURCES / slides.POOL).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "theme", "height", "file"),
    [("45", "dark", 1080, True), ("90", "light", 720, False)],
)
def test_every_slide_fits_and_every_figure_lives(open_page, name, theme, height, file):
    page = open_page(
        f"course/slides/{name}.html",
        theme=theme,
        width=height * 16 // 9,
        height=height,
        file=file,
        read=deck_is_alive,
    )
    seen = page.evaluate(SEEN)
    assert len(seen) > 20
    for slide in seen:
        assert slide["notes"] > 40, slide
        assert slide["spills"] <= 1, slide
        assert slide["letters"] >= 24, slide
        assert slide["small"] == slide["out"] == slide["over_others"] == [], slide
        assert slide["wrong"] == "", slide


def test_keys_belong_to_the_figure_until_escape(deck):
    page = deck
    page.evaluate("Reveal.slide(0)")
    page.keyboard.press("ArrowRight")
    assert at(page) == 1
    lab = figure(page)
    bar = named(lab, "bar-3")
    bar.focus()
    before = number(lab, "gate-3")
    page.keyboard.press("ArrowDown")
    assert number(lab, "gate-3") < before
    page.keyboard.press("Home")
    assert number(lab, "gate-3") == 0
    assert number(lab, "dice") < 0.9, "without map 4 the 0 is gone"
    assert at(page) == 1
    assert page.locator(".leave").is_visible()
    page.keyboard.press("Escape")
    assert not focused(page, ".figure")
    page.keyboard.press("ArrowRight")
    assert at(page) == 2
    page.keyboard.press("ArrowLeft")
    bar.focus()
    page.keyboard.press("PageDown")
    assert at(page) == 2, "a clicker turns the slide from within a figure"
    assert not focused(page, ".figure")


def test_a_pointer_is_where_it_is_on_a_figure_that_is_larger(deck):
    page = deck
    page.evaluate("Reveal.slide(0)")
    bar = named(go_to(page, "eight-maps-eight-gates-which-one-decides"), "bar-3")
    box = bar.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, y + 12)
    page.mouse.down()
    page.mouse.move(x, y + box["height"] / 2, steps=4)
    page.mouse.up()
    lab = page.locator("#eight-maps-eight-gates-which-one-decides")
    assert number(lab, "gate-3") == pytest.approx(0.5, abs=0.03)
    slide = go_to(page, "space-one-sum-at-each-pixel")
    box = slide.locator(".scse-pointable").first.bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    settle(page)
    # 96 pixels: the row and the column that the figure names are counted from 0.
    assert "row 72, column 24" in slide.locator(".scse-place").inner_text()


def test_words_of_a_slide_set_its_figure_and_a_question_answers(deck):
    page = deck
    page.evaluate("Reveal.slide(0)")
    slide = go_to(page, "how-the-two-are-joined")
    figure_now = slide.locator(".scse-join")
    before, address = figure_now.inner_text(), page.url
    slide.get_by_role("link", name="The mask alone").click()
    settle(page)
    page.wait_for_timeout(50)
    assert page.url == address, "the address says which slide it is"
    assert figure_now.inner_text() != before
    slide = go_to(page, "which-variant-ends-lowest")
    slide.get_by_role("button", name="Show me").click()
    assert "sSE alone" in slide.locator(".widget-live").inner_text()


def test_notes_follow_in_a_window_of_their_own(deck):
    page = deck
    page.evaluate("Reveal.slide(0)")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value
    notes.locator("h1", has_text="Squeeze & excitation, and scSE").wait_for()
    notes.keyboard.press("ArrowRight")
    notes.locator("h1", has_text="Eight maps").wait_for()
    assert at(page) == 1
    assert "Pull the bars" in notes.locator(".said").inner_text()
    assert "minute 1 to 4" in notes.locator(".clock").inner_text()


def test_on_paper_every_slide_is_a_page_with_its_figure(open_page, tmp_path):
    page = open_page("course/slides/45.html?print-pdf", width=1280, height=720, read=deck_is_alive)
    settle(page)
    page.pdf(path=tmp_path / "45.pdf", prefer_css_page_size=True, print_background=True)
    pages = [each.extract_text() for each in pypdf.PdfReader(tmp_path / "45.pdf").pages]
    assert len(pages) == len(slides.LISTED.findall((SOURCES / "45.md").read_text(encoding="utf-8")))
    assert "less than 10" in pages[3]
    assert "pixels changed" in " ".join(pages[9].split())


# Figures for a class


def test_the_page_has_every_figure_of_every_chapter(site):
    page = (site / "figures_for_class.html").read_text(encoding="utf-8")
    listed = re.findall(r'href="(\w+)\.html\?alone=([\w-]+)"', page)
    expected = []
    for name in CHAPTERS:
        stored = [
            (str(i), e["state"]) for i, (e, _) in enumerate(stored_figures(site, f"{name}.html"))
        ]
        expected += [(name, key) for key in figure_keys.keys(stored)]
    assert listed == expected


def test_every_figure_has_its_still_and_all_of_them_are_light(site):
    html = (site / "figures_for_class.html").read_text(encoding="utf-8")
    cards = BeautifulSoup(html, "html.parser").select(".scse-classfigure")
    stills = [card.img for card in cards]
    assert all(still["loading"] == "lazy" and still["alt"] for still in stills)
    files = {still["src"]: still for still in stills}
    assert len(files) == len(cards)
    for source, still in files.items():
        with Image.open(site / source) as picture:
            assert picture.size == (int(still["width"]), int(still["height"]))
    own = [site / "_static" / name for name in ("site.css", "class_figures.js")]
    packed = sum(
        len(gzip.compress(path.read_bytes())) for path in [*own, site / "figures_for_class.html"]
    )
    assert packed + sum((site / source).stat().st_size for source in files) < 400_000


def test_a_teacher_chooses_a_state_and_what_stays(open_page):
    page = open_page("figures_for_class.html")
    card = page.locator('[data-key="swap"]')
    card.get_by_text("What the class sees").click()
    card.locator("select").select_option("do:gates-swapped")
    card.get_by_role("checkbox", name=re.compile("gates")).last.uncheck()
    taken = take_links(page)
    card.get_by_role("button", name="Copy the link").click()
    address = taken()
    assert address.endswith("channel.html?alone=swap&hide=swap.gates#do:gates-swapped")
    page = open_page(address.split("/", 3)[3])
    whole = figure(page, "swap")
    assert "scse-alone" in whole.get_attribute("class")
    assert whole.locator(".scse-gatesof").is_hidden()
    assert whole.get_by_role("alert").locator("visible=true").count() == 0
