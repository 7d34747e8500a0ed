"""The sheet of a reader's answers: on the site of fixture_site, and what the book's page shows."""

import base64
import json
import re
import zlib

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect
from site_tools import READER, ROOT, come_to_life, named, serious_violations, stored_figures

BOOK = ROOT / "book"
SECRETS = ("walnut", "pecan", "almond", "hazel", "yes, it is", "12.5")


def question(page, prompt):
    return page.locator(".scse-question").filter(has=page.get_by_role("group", name=prompt))


def commit(page):
    """One wrong, one right, one only shown; the fourth question stays open."""
    pick = question(page, "Is a < b")
    pick.get_by_label("no, it is not").check()
    named(pick, "commit").click()
    guess = question(page, "How many?")
    named(guess, "answer").fill("12.5")
    named(guess, "commit").click()
    named(question(page, "And another?"), "show").click()


def item(page, id):
    return page.locator(f'[data-question="{id}"]')


def go(page, name):
    """To another page of the site, in the same tab."""
    page.goto(page.url.rsplit("/", 1)[0] + f"/{name}")
    page.evaluate(READER)


def save(page):
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    return saved.value


@pytest.fixture
def sheet(fixture_page):
    page = fixture_page("questions.html")
    commit(page)
    go(page, "progress.html")
    return page


def test_an_empty_sheet_says_what_it_is_for(fixture_page):
    page = fixture_page("progress.html")
    expect(page.locator(".scse-sheet-count")).to_contain_text("Nothing is answered in this tab yet")
    assert page.get_by_role("button", name="Save as a file").is_disabled()
    expect(item(page, "pick")).to_be_hidden()
    expect(page.get_by_text("0 of 4 answered")).to_be_visible()
    assert not [secret for secret in SECRETS if secret in page.content()]
    assert not serious_violations(page)


def test_scripts_off_says_so(fixture_page):
    page = fixture_page("progress.html", scripts=False)
    expect(page.get_by_text("Scripts are off here.")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(item(page, "pick")).to_be_hidden()


def test_a_sheet_shows_what_was_said_and_what_is_true(sheet):
    expect(sheet.locator(".scse-sheet-count")).to_have_text(
        "3 of 4 questions answered, 1 of them right at the first try."
    )
    pick, guess, shown = (item(sheet, id).inner_text() for id in ("pick", "guess", "pick-two"))
    assert re.search(r"Is a < b.*You said\s+no, it is not\s+It is\s+yes, it is\s+✗", pick, re.S)
    assert re.search(r"You said\s+12\.5\s%\s+It is\s+12\.5\s%\s+✓ right", guess)
    assert "nothing: you had it shown" in shown
    assert not re.search("[✓✗]", shown)
    expect(item(sheet, "draw")).to_be_hidden()
    expect(sheet.get_by_text("3 of 4 answered")).to_be_visible()
    assert not serious_violations(sheet)
    sheet.emulate_media(media="print")
    assert sheet.get_by_role("button", name="Print").count() == 0
    expect(sheet.get_by_label("Your name")).to_be_visible()


def test_the_first_answer_counts_and_the_name_stays(sheet):
    sheet.get_by_label("Your name").fill("Ada <b>")
    go(sheet, "questions.html")
    come_to_life(sheet)
    pick = question(sheet, "Is a < b")
    named(pick, "again").click()
    pick.get_by_label("yes, it is").check()
    named(pick, "commit").click()
    sheet.go_back()
    expect(item(sheet, "pick")).to_contain_text("no, it is not")
    expect(item(sheet, "pick")).to_contain_text("✗ not right")
    expect(sheet.get_by_label("Your name")).to_have_value("Ada <b>")


def test_a_saved_sheet_is_read_alone_and_carries_on(sheet, fixture_page, browser, tmp_path):
    sheet.get_by_label("Your name").fill("Ada </script>")
    saved = save(sheet)
    assert saved.suggested_filename == "answers-Ada-script-.html"
    file = tmp_path / saved.suggested_filename
    saved.save_as(file)
    alone = browser.new_page()
    alone.goto(file.as_uri())
    body = alone.inner_text("body")
    alone.close()
    assert "Ada </script>, saved on" in body
    assert body.startswith("Squeeze & excite: answers")
    assert "3 of 4 questions answered" in body
    assert "no, it is not" in body
    assert not [secret for secret in ("walnut", "hazel") if secret in file.read_text("utf-8")]

    other = fixture_page("questions.html")  # a new tab
    pick = question(other, "Is a < b")
    pick.get_by_label("yes, it is").check()
    named(pick, "commit").click()
    go(other, "progress.html")
    expect(other.locator(".scse-sheet-count")).to_contain_text("1 of 4")
    with other.expect_file_chooser() as chooser:
        other.get_by_role("button", name="Carry on from a file").press("Enter")
    chooser.value.set_files(file)
    expect(other.get_by_text("Brought from the file: 2 answers.")).to_be_visible()
    expect(other.locator(".scse-sheet-count")).to_contain_text("3 of 4")
    expect(item(other, "pick")).to_contain_text("✓ right")  # what was said here stays
    expect(other.get_by_label("Your name")).to_have_value("Ada </script>")
    go(other, "questions.html")
    come_to_life(other)
    expect(question(other, "How many?")).to_contain_text("as you said")


@pytest.mark.parametrize(
    "text",
    [
        "no sheet",
        '<script id="scse-answers">{</script>',
        '<script id="scse-answers">{"book": "Another", "entries": {}}</script>',
    ],
)
def test_a_foreign_file_is_refused(fixture_page, tmp_path, text):
    page = fixture_page("progress.html")
    file = tmp_path / "file.html"
    file.write_text(text)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("This file holds no answers of this book")).to_be_visible()


def solve(page, riddle):
    """Set the figure, by an address, as the solution of a puzzle has it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(json.dumps(riddle["solution"]).encode()) + packer.flush()
    letters = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    page.evaluate("letters => { location.hash = 'picks=' + letters; }", letters)


def test_puzzles_are_listed_with_what_came_of_them(open_page, site, tmp_path):
    stored = [
        json.loads(entry["state"].get("manifest", "{}"))
        for entry, _ in stored_figures(site, "pitfalls.html")
    ]
    first, second = next(m["puzzles"] for m in stored if m.get("puzzles"))
    page = open_page("progress.html")
    lines = [page.locator(f'[data-puzzle="{each["slug"]}"]') for each in (first, second)]
    expect(lines[0]).to_have_text(f"Puzzle: {first['name']} not tried")
    go(page, "pitfalls.html")
    come_to_life(page)
    page.get_by_role("button", name=f"Puzzle: {first['name']}", exact=True).click()
    solve(page, first)
    expect(page.locator("[data-solved]")).to_be_visible()
    page.get_by_role("button", name=f"Puzzle: {second['name']}", exact=True).click()
    named(page.locator(".scse-guide:visible"), "puzzle-solution").click()
    go(page, "progress.html")
    expect(lines[0]).to_contain_text("✓ solved in 1 move")
    expect(lines[1]).to_contain_text("solution shown")
    expect(page.locator(".scse-sheet-count")).to_contain_text("1 of ")
    file = tmp_path / "sheet.html"
    save(page).save_as(file)
    assert "✓ solved in 1 move" in file.read_text("utf-8")

    other = open_page("progress.html")  # a new tab, with a file as it is now, and as it once was
    expect(other.locator(f'[data-puzzle="{first["slug"]}"]')).to_contain_text("not tried")
    other.locator("input[type=file]").set_input_files(file)
    expect(other.get_by_text("Brought from the file: 0 answers and 2 puzzles.")).to_be_visible()
    expect(other.locator("[data-solved]")).to_contain_text("✓ solved in 1 move")
    older = tmp_path / "older.html"
    older.write_text(re.sub(r',"puzzles":\{.*?\}\}', "", file.read_text("utf-8")), "utf-8")
    assert "puzzles" not in older.read_text("utf-8").split('id="scse-answers">')[1]
    other.locator("input[type=file]").set_input_files(older)
    expect(other.get_by_text("Brought from the file: 0 answers.")).to_be_visible()
    assert not serious_violations(other)


def test_the_book_lists_all_chapters_and_no_prompt(site):
    html = (site / "progress.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    listed = {
        section["data-chapter"]: [li["data-question"] for li in section.select("ol > li")]
        for section in soup.select("[data-chapter]")
    }
    for section in soup.select("[data-chapter]"):
        assert section.h2.a["href"] == f"{section['data-chapter']}.html"
    files = {path.stem: json.loads(path.read_text()) for path in BOOK.glob("questions/*.json")}
    assert listed == {
        name: [asked["id"] for asked in content["questions"]] for name, content in files.items()
    }
    order = [a["href"] for a in soup.select(".bd-links a, nav a") if a.get("href")]
    places = [order.index(f"{name}.html") for name in listed if f"{name}.html" in order]
    assert places == sorted(places)
    text = soup.select_one(".scse-sheet").get_text()
    for content in files.values():
        for asked in content["questions"]:
            assert asked["prompt"] not in text
            assert asked["because"] not in text
