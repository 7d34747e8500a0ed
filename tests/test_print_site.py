"""The printed page: a handout. What is looked at here are the causes that spoil one."""

import json

import pytest
from site_tools import CHAPTERS, ROOT

PAPER = 680  # CSS pixels between the margins of an A4 page


@pytest.fixture(scope="module", params=[f"{name}.html" for name in CHAPTERS])
def path(request):
    """Each chapter: all tests of one, then those of the next."""
    return request.param


@pytest.fixture(scope="module")
def printed(open_once, path):
    """A chapter as it is printed, for tests that only look."""
    with open_once(path, width=PAPER) as page:
        page.emulate_media(media="print")
        yield page


# What reaches over the edge of the paper, or is cut before it.
TOO_WIDE = """(paper) => [...document.querySelectorAll(".bd-article *")].filter((element) => {
  const style = getComputedStyle(element);
  if (!element.checkVisibility({ visibilityProperty: true })) return false;
  if (element.closest("mjx-assistive-mml, .scse-unseen, svg, .headerlink")) return false;
  const { right, width } = element.getBoundingClientRect();
  const cut = ["hidden", "auto", "scroll", "clip"].includes(style.overflowX);
  return width > 0 && (right > paper + 1
    || (cut && element.tagName === "PRE" && element.scrollWidth > element.clientWidth + 1));
}).map((element) => element.tagName + "." + element.className).slice(0, 5)"""


def test_nothing_is_cut_at_the_right(printed):
    assert printed.evaluate(TOO_WIDE, PAPER) == []


def test_tables_of_results_keep_their_columns(printed):
    """No line of them is broken."""
    broken = printed.evaluate(
        """() => [...document.querySelectorAll(".cell_output pre")].filter((pre) => {
          const lines = pre.textContent.replace(/\\n$/, "").split("\\n").length;
          const style = getComputedStyle(pre);
          const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
          const room = pre.clientHeight - padding;
          return room > 1 && room > (lines + 0.6) * parseFloat(style.lineHeight);
        }).map((pre) => pre.textContent.slice(0, 80))"""
    )
    assert broken == []


WAITING = "details.below-input .cell_output"


def test_results_that_answer_a_question_wait_on_the_screen_and_are_printed(printed):
    results = printed.locator(WAITING).all()
    for result in results:
        assert result.bounding_box()["height"] > 10
    printed.emulate_media(media="screen")
    assert not any(result.is_visible() for result in results)
    printed.emulate_media(media="print")


def test_some_results_wait(site):
    waiting = [name for name in CHAPTERS if "below-input" in (site / f"{name}.html").read_text()]
    assert len(waiting) >= 3


def test_solutions_are_open(printed):
    solutions = printed.locator(".sd-dropdown")
    assert solutions.count() > 0
    for solution in solutions.all():
        assert solution.locator(".sd-summary-content").bounding_box()["height"] > 10


def test_what_is_asked_is_answered_at_the_end(printed, path):
    asked = printed.locator(".scse-question")
    answers = printed.locator(".printed-answers")
    file = (ROOT / "book" / "questions" / path).with_suffix(".json")
    known = json.loads(file.read_text(encoding="utf-8"))["questions"]
    texts = asked.all_text_contents()
    here = [one for text in texts for one in known if one["prompt"] in text]
    assert answers.locator("dt").all_text_contents() == [one["prompt"] for one in here]
    assert len(here) == asked.count() > 0
    for one in here:
        assert answers.get_by_text(one["because"]).is_visible()
    last = printed.locator(".sd-dropdown").last.bounding_box()
    assert answers.bounding_box()["y"] > last["y"]
    printed.emulate_media(media="screen")
    assert answers.is_hidden(), "who is to predict must not read the answer on the screen"
    printed.emulate_media(media="print")


def test_figures_are_whole_and_have_nothing_to_press(printed):
    for hidden in (".scse-steps", ".scse-pull", ".scse-now", ".scse-button"):
        for element in printed.locator(hidden).all():
            assert element.is_hidden(), hidden
    for desk in printed.locator(".scse-desk").all():
        high, seen = desk.evaluate("e => [e.scrollHeight, e.clientHeight]")
        assert high <= seen + 1, "bars are cut"
    for host in printed.locator(".widget-host").all():
        room = host.evaluate("e => getComputedStyle(e).minHeight")
        assert room == "0px", "the room for a figure on the screen is a gap on paper"


def test_pictures_far_below_are_there(browser, server):
    """Those that wait until a reader comes near are fetched for the printer."""
    page = browser.new_page()
    page.goto(f"{server}/index.html")
    page.pdf()
    missing = page.evaluate(
        "[...document.images].filter((i) => i.checkVisibility() && !i.naturalWidth).length"
    )
    page.close()
    assert missing == 0


def test_the_dark_is_for_screens(open_page):
    page = open_page("index.html", width=PAPER, theme="dark")
    page.emulate_media(media="print")
    for text in (".bd-article p", ".highlight pre", ".scse-widget"):
        colour = page.locator(text).first.evaluate("e => getComputedStyle(e).color")
        levels = [float(level) for level in colour[4:-1].split(",")[:3]]
        assert max(levels) < 130, f"{text} is {colour} on white paper"
    for box in page.locator(".cell_input, .highlight, .cell_output img").all():
        ground = box.evaluate("e => getComputedStyle(e).backgroundColor")
        assert ground in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "code on a dark ground"


def test_a_choice_that_was_made_is_printed(open_page):
    page = open_page("index.html", width=PAPER)
    page.emulate_media(media="print")
    question = page.locator(".scse-question").first
    marks = """e => [...e.querySelectorAll(".scse-options span")].map(
        (option) => getComputedStyle(option, "::before").content)"""
    assert set(question.evaluate(marks)) == {'"○ "'}
    page.emulate_media(media="screen")
    question.locator(".scse-options input").nth(1).check()
    page.emulate_media(media="print")
    assert question.evaluate(marks)[1] == '"● "'


def test_a_signature_is_not_cut_in_two(open_page):
    page = open_page("api.html", width=PAPER)
    page.emulate_media(media="print")
    insides = page.locator("dt").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).breakInside)"
    )
    assert set(insides) == {"avoid"}
