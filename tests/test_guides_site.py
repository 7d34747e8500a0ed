"""Tours, puzzles and figures for a class: on the small site of fixture_site, and in the book."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from site_tools import ROOT, figure, named, number, serious_violations, take_links

PAGE = "words.html"


def focused(page):
    return page.evaluate("() => document.activeElement.dataset.name")


def opener(scope, text):
    return named(scope, "guide").filter(has_text=text)


def wait_for_number(scope, name, value):
    scope.page.wait_for_function(
        "([e, v]) => Number(e.getAttribute('data-value')) === v",
        arg=[named(scope, name).first.element_handle(), value],
    )


def wait_until_in_sight(element):
    element.page.wait_for_function(
        """e => { const {top, bottom} = e.getBoundingClientRect();
                  return top < innerHeight - 40 && bottom > 40; }""",
        arg=element.element_handle(),
    )


# Tours


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_a_tour_by_keyboard_and_back_to_what_the_reader_had(fixture_page, file):
    page = fixture_page(PAGE, file=file, height=700)
    lab = figure(page)
    named(lab, "bar-5").press("Home")
    wait_for_number(lab, "gate-5", 0)
    assert named(lab, "tour").is_hidden()
    start = opener(lab, "Tour: 3 steps")
    start.press("Enter")
    assert focused(page) == "tour-next"
    assert start.get_attribute("aria-expanded") == "true"
    assert named(lab, "tour-place").inner_text() == "1 of 3"
    page.wait_for_function(
        "e => Number(e.getAttribute('data-value')) > 0",
        arg=named(lab, "gate-5").element_handle(),
    )
    page.keyboard.press("Enter")
    assert named(lab, "tour-says").inner_text() == "Gate 3 is shut <here>."
    wait_for_number(lab, "gate-2", 0)
    assert focused(page) == "tour-next"
    assert lab.locator("[data-lit]").count() == 1
    wait_until_in_sight(lab.locator("[data-lit]"))
    wait_until_in_sight(named(lab, "tour"))
    page.wait_for_function(
        """e => e.textContent.startsWith("2 of 3. Gate 3 is shut <here>. Dice")""",
        arg=named(lab, "spoken").element_handle(),
    )
    named(lab, "tour-back").press("Enter")
    assert named(lab, "tour-place").inner_text() == "1 of 3"
    assert focused(page) == "tour-next", "Back is off, and hands the focus on"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert named(lab, "tour-next").inner_text() == "Finish"
    page.keyboard.press("Enter")
    assert named(lab, "tour").is_hidden()
    assert focused(page) == "guide"
    assert lab.locator("[data-lit]").count() == 0
    wait_for_number(lab, "gate-5", 0)
    # The whole tour is one step, and its end another.
    page.keyboard.press("Control+z")
    page.wait_for_function(
        "e => e.value === '1' && e.checked",
        arg=lab.locator("input[name=picture]").nth(1).element_handle(),
    )
    page.keyboard.press("Control+z")
    wait_for_number(lab, "gate-5", 0)


def test_a_tour_is_left_by_escape(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    opener(lab, "Tour").click()
    page.keyboard.press("Escape")
    assert named(lab, "tour").is_hidden()
    assert opener(lab, "Tour").get_attribute("aria-expanded") == "false"


def test_opening_a_puzzle_closes_the_tour(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    opener(lab, "Tour").click()
    opener(lab, "Puzzle").click()
    assert named(lab, "tour").is_hidden()
    assert named(lab, "puzzle").is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["print", "scripts off"])
def test_on_paper_and_without_scripts_a_tour_is_a_row_of_pictures(fixture_page, scripts):
    page = fixture_page(PAGE, scripts=scripts)
    film = page.locator(".scse-film")
    if scripts:
        assert film.is_hidden()
        assert film.locator("img").first.evaluate("e => !e.complete || !e.naturalWidth")
        opener(figure(page), "Tour").click()
        page.emulate_media(media="print")
        assert named(figure(page), "tour").is_hidden()
    assert film.is_visible()
    assert film.locator("li p").all_inner_texts() == [
        "The network's own gates.",
        "Gate 3 is shut <here>.",
        "The other image.",
    ]
    pictures = film.locator("img")
    assert len({img.get_attribute("src") for img in pictures.all()}) == 1, "one file"
    pictures.first.scroll_into_view_if_needed()
    if scripts:
        page.wait_for_function("e => e.naturalWidth > 0", arg=pictures.first.element_handle())
    box = pictures.nth(1).bounding_box()
    assert box["width"] / box["height"] == pytest.approx(2.5, abs=0.05)


# Puzzles


def test_a_puzzle_knows_when_it_is_done(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    opener(lab, "Puzzle: three bars").press("Enter")
    puzzle = named(lab, "puzzle")
    assert puzzle.is_visible()
    goal = named(puzzle, "goal-0")
    page.wait_for_function(
        "e => e.textContent === '○ bars moved: 1, wanted at least 3'", arg=goal.element_handle()
    )
    assert number(puzzle, "moves") == 0
    named(lab, "bar-0").press("Home")
    wait_for_number(puzzle, "moves", 1)
    named(lab, "bar-4").press("Home")
    wait_for_number(puzzle, "moves", 2)
    verdict = named(puzzle, "puzzle-verdict")
    assert verdict.inner_text() == "Done, in 2 moves. Any three would do."
    assert goal.inner_text() == "✓ bars moved: 3, wanted at least 3"
    page.wait_for_function(
        "e => e.textContent.startsWith('Done, in 2 moves. Any three would do.')",
        arg=named(lab, "spoken").element_handle(),
    )
    named(lab, "bar-4").press("Control+z")
    wait_for_number(puzzle, "moves", 1)
    assert verdict.is_hidden()


def test_a_solution_is_shown_and_undo_gives_back_what_was(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    opener(lab, "Puzzle").click()
    named(lab, "bar-7").press("Home")
    wait_for_number(lab, "gate-7", 0)
    named(lab, "puzzle-solution").click()
    wait_for_number(lab, "gate-1", 0)
    verdict = named(lab, "puzzle-verdict")
    assert verdict.inner_text().startswith("This is a solution. Undo gives back what you had.")
    page.wait_for_function(
        "e => e.matches('[data-met]')", arg=named(lab, "goal-0").element_handle()
    )
    assert "Done" not in verdict.inner_text()
    page.keyboard.press("Control+z")
    wait_for_number(lab, "gate-7", 0)
    page.wait_for_function("e => e.hidden", arg=verdict.element_handle())
    assert number(lab, "gate-1") > 0
    named(lab, "puzzle-again").click()
    wait_for_number(lab, "moves", 0)
    named(lab, "puzzle-close").click()
    assert focused(page) == "guide"


def test_words_open_a_puzzle(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    page.get_by_role("link", name="the puzzle").click()
    assert named(lab, "puzzle").is_visible()
    wait_for_number(lab, "gate-2", 0)
    assert "Set from the text: three bars" in named(lab, "banner").inner_text()


# For a class


def test_a_link_for_a_class_is_made_and_followed(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    named(lab, "bar-1").press("Home")
    wait_for_number(lab, "gate-1", 0)
    named(lab, "lesson-open").click()
    named(lab, "hide-scores").check()
    named(lab, "hide-guide").check()
    assert lab.locator(".scse-outcome").is_hidden()
    assert opener(lab, "Tour").is_hidden()
    named(lab, "goal-text").fill("Which bar is it?")
    assert named(lab, "goal").inner_text() == "Goal: Which bar is it?"
    named(lab, "alone").check()
    taken = take_links(page)
    named(lab, "lesson-copy").click()
    address = taken()
    assert named(lab, "lesson-copy-said").inner_text() == "Link copied"
    assert named(lab, "lesson-link").is_hidden()
    asked = parse_qs(urlsplit(address).query)
    assert asked == {
        "hide": ["gatelab.scores,gatelab.guide"],
        "goal": ["gatelab.Which bar is it?"],
        "alone": ["gatelab"],
    }
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".scse-gatelab[data-ready]")
    lab = figure(page)
    wait_for_number(lab, "gate-1", 0)
    assert lab.locator(".scse-outcome").is_hidden()
    assert named(lab, "goal").inner_text() == "Goal: Which bar is it?"
    box = lab.bounding_box()
    assert (box["x"], box["y"]) == (0, 0)
    assert page.locator(".bd-header-article").evaluate("e => !!e.closest('[inert]')")
    named(lab, "alone-end").click()
    assert lab.bounding_box()["x"] > 0
    assert page.locator("[inert]").count() == 0
    assert "alone" not in page.url
    assert "hide" in page.url


def test_escape_closes_what_is_for_a_class(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    take_links(page, takes=False)
    named(lab, "lesson-open").press("Enter")
    assert lab.get_by_label("show only the figure when the link is opened").is_visible()
    named(lab, "lesson-copy").press("Enter")
    named(lab, "lesson-link").wait_for()
    page.keyboard.press("Escape")
    assert named(lab, "lesson-link").is_hidden(), "first the field"
    assert named(lab, "lesson").is_visible()
    assert focused(page) == "lesson-copy"
    page.keyboard.press("Escape")
    assert named(lab, "lesson").is_hidden()
    assert focused(page) == "lesson-open"
    assert named(lab, "lesson-open").get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert named(lab, "lesson").is_hidden(), "from the button too"


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_unknown_names_are_told_and_nothing_is_lost(fixture_page, file):
    page = fixture_page(
        f"{PAGE}?hide=gatelab.nose,gatelab.mask,probe.table&alone=nobody", file=file
    )
    lab = figure(page)
    message = lab.locator(".scse-message")
    page.wait_for_function("e => e.textContent.includes('nobody')", arg=message.element_handle())
    assert "no figure of this page has that name" in message.inner_text()
    assert "hides “nose”" in message.inner_text()
    assert lab.locator("[data-away]").count() == 1
    assert page.locator("html.scse-alone").count() == 0
    assert figure(page, "probe").locator("table").is_hidden()
    assert figure(page, "probe", 1).locator("table").is_visible()


def test_a_part_that_a_figure_lacks_is_told(fixture_page):
    page = fixture_page(f"{PAGE}?hide=gatelab.nose")
    message = figure(page).locator(".scse-message")
    assert "hides “nose”, which this figure does not have" in message.inner_text()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_open_panels_are_legible_and_fit(fixture_page, width, theme):
    page = fixture_page(PAGE, width=width, theme=theme)
    lab = figure(page)
    opener(lab, "Tour").click()
    named(lab, "lesson-open").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious_violations(page) == []
    opener(lab, "Puzzle").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious_violations(page) == []


# The book

WITH_PUZZLES = sorted(
    path.stem
    for path in (ROOT / "book").glob("*.ipynb")
    if "puzzle=" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_PUZZLES)
def test_the_page_agrees_that_a_solution_is_one(open_page, name):
    """Every puzzle of the book: what Python takes for solved is so for the page's own numbers."""
    page = open_page(f"{name}.html")
    puzzles = named(page, "puzzle")
    assert puzzles.count()
    for puzzle in puzzles.all():
        shown = puzzle.locator("xpath=ancestor::*[contains(@class, 'scse')][1]")
        opener(shown, puzzle.get_attribute("aria-label")).click()
        goals = puzzle.locator("[data-name^=goal-]")
        known = "([...all]) => all.every(e => e.textContent && !e.textContent.includes('–'))"
        page.wait_for_function(known, arg=[e.element_handle() for e in goals.all()])
        assert not all(e.get_attribute("data-met") is not None for e in goals.all())
        named(puzzle, "puzzle-solution").click()
        page.wait_for_function(
            "all => all.every(e => e.matches('[data-met]'))",
            arg=[e.element_handle() for e in goals.all()],
        )
        named(puzzle, "puzzle-close").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_puzzle_shows_what_is_to_be_moved_and_its_solution(open_page, width):
    """By a link, its button, and with the solution; by keys the focus stays in sight."""
    page = open_page("costs.html", width=width, height=800)
    costs = figure(page, "costs")
    name = "as slow as the convolution"
    puzzle = costs.locator(f'[data-name="puzzle"][aria-label="Puzzle: {name}"]')
    machine = named(costs, "balance")
    shown = """([part, panel]) => {
        const {top, bottom} = part.getBoundingClientRect();
        return top >= 0 && bottom <= panel.getBoundingClientRect().top + 1;
    }"""
    both = [machine.element_handle(), puzzle.element_handle()]
    page.locator("a[href$='#do:as-slow-as-the-convolution']").first.click()
    page.wait_for_function(shown, arg=both)
    named(puzzle, "puzzle-close").press("Enter")
    wait_until_in_sight(opener(costs, name))
    assert focused(page) == "guide"
    page.keyboard.press("Enter")
    page.wait_for_function(shown, arg=both)
    page.evaluate("scrollTo(0, 0)")
    named(puzzle, "puzzle-solution").press("Enter")
    page.wait_for_function(shown, arg=both)


TOURS = [
    ("index.html", "gatelab"),
    ("channel.html", "excite"),
    ("space.html", "probe"),
    ("playground.html", "playground"),
]


@pytest.mark.parametrize(("path", "kind"), TOURS)
def test_tours_of_the_book_go_from_end_to_end(open_page, path, kind):
    page = open_page(path)
    shown = figure(page, kind)
    start = opener(shown, "Tour")
    steps = int(re.search(r"\d+", start.inner_text())[0])
    start.press("Enter")
    for i in range(steps):
        assert named(shown, "tour-place").inner_text() == f"{i + 1} of {steps}"
        wait_until_in_sight(named(shown, "tour"))
        page.keyboard.press("Enter")
    assert named(shown, "tour").is_hidden()


@pytest.mark.parametrize(("path", "kind"), TOURS)
def test_what_a_tour_frames_is_whole(open_page, path, kind):
    """On a phone: no line of words runs through the frame."""
    page = open_page(path, width=390, height=844)
    shown = figure(page, kind)
    start = opener(shown, "Tour")
    steps = int(re.search(r"\d+", start.inner_text())[0])
    start.press("Enter")
    for _ in range(steps):
        cut = shown.evaluate(
            """figure => {
              const lit = figure.querySelector("[data-lit]");
              if (!lit) return [];
              const { top, bottom, left, right } = lit.getBoundingClientRect();
              const style = getComputedStyle(lit);
              const far = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
              const edges = [[top - far, top], [bottom, bottom + far]];
              const texts = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
              const cut = [];
              while (texts.nextNode()) {
                const text = texts.currentNode;
                if (lit.contains(text) || !text.data.trim()) continue;
                const aside = ".scse-guide, .scse-opener, .scse-unseen, .scse-bypass, .scse-card";
                if (text.parentElement.closest(aside)) continue;
                const range = document.createRange();
                range.selectNodeContents(text);
                for (const box of range.getClientRects()) {
                  const within = box.left < right && box.right > left && box.width > 1;
                  const [high, low] = [box.top + 3, box.bottom - 3]; // of the letters
                  const through = ([from, to]) => high < to && low > from;
                  if (within && edges.some(through)) cut.push(text.data);
                }
              }
              return cut;
            }"""
        )
        assert cut == []
        page.keyboard.press("Enter")


def test_the_playground_has_the_switch_in_its_own_row(open_page):
    page = open_page("playground.html?hide=digits.scores&goal=digits.Draw+a+7")
    first, second = (figure(page, "playground", i) for i in (0, 1))
    assert first.locator(".scse-tools [data-name=lesson-open]").is_visible()
    assert first.locator(".scse-dice").first.is_hidden()
    assert named(first, "goal").inner_text() == "Goal: Draw a 7"
    assert second.locator(".scse-dice").first.is_visible()
