"""Questions in a built page, by pointer, keyboard and touch, on the site of fixture_site."""

import json

import pytest
from playwright.sync_api import expect
from site_tools import named, number, serious_violations

SECRETS = ("walnut", "pecan", "almond", "hazel", "It is escaped", "12.5", "So it goes")
KEPT = "() => Object.entries(sessionStorage).filter(([key]) => key.startsWith('scse'))"


@pytest.fixture
def page(fixture_page):
    return fixture_page("questions.html")


def question(page, prompt):
    return page.locator(".scse-question").filter(has=page.get_by_role("group", name=prompt))


@pytest.fixture
def pick(page):
    return question(page, "Is a < b")


@pytest.fixture
def guess(page):
    return question(page, "How many?")


@pytest.fixture
def draw(page):
    return question(page, "Which way")


def committed(scope):
    return scope.locator(".scse-verdict")


def test_nothing_of_the_answers_can_be_seen_before(page):
    assert page.locator(".scse-question").count() == 4
    texts = [*page.locator(".scse-question").all_text_contents(), page.inner_text("body")]
    attributes = page.locator(".scse-question *").evaluate_all(
        "all => all.flatMap(e => [...e.attributes].map(a => a.value))"
    )
    for secret in SECRETS:
        assert secret not in " ".join([*texts, *attributes]), secret
    assert "yes, it is" in texts[0]


def test_a_wrong_choice_is_told_what_it_is_and_why(pick):
    assert named(pick, "commit").is_disabled()
    pick.get_by_label("no, it is not").check()
    assert committed(pick).inner_text() == ""
    named(pick, "commit").click()
    told = committed(pick)
    expect(told).to_contain_text("You said: “no, it is not”. The answer: “yes, it is”.")
    expect(told).to_contain_text("It would be if it were not escaped.")
    expect(told).to_contain_text("Because walnut.")
    assert "It is escaped." not in told.inner_text()
    assert told.get_attribute("aria-live") == "polite"
    assert pick.get_by_text("this is it").count() == 1
    assert told.get_by_role("link").get_attribute("href") == "#questions"
    assert pick.get_by_label("yes, it is").is_disabled()


def test_choose_and_commit_by_keyboard_then_try_again(page, pick):
    pick.get_by_label("no, it is not").focus()
    page.keyboard.press("ArrowDown")
    expect(named(pick, "commit")).to_be_enabled()
    page.keyboard.press("Tab")
    assert named(pick, "commit").evaluate("b => b === document.activeElement")
    page.keyboard.press("Enter")
    expect(committed(pick)).to_contain_text("You said: “yes, it is”. That is right.")
    expect(committed(pick)).to_contain_text("It is escaped.")
    expect(named(pick, "again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(committed(pick)).to_be_empty()
    expect(pick.get_by_label("no, it is not")).to_be_focused()
    assert pick.locator("input:checked").count() == 0
    assert "this is it" not in pick.text_content()


def test_show_me_without_an_answer(pick, guess, draw):
    named(pick, "show").click()
    expect(committed(pick)).to_contain_text("The answer: “yes, it is”.")
    named(guess, "show").click()
    expect(committed(guess)).to_contain_text("It is 12.5 %.")
    expect(committed(guess)).to_contain_text("Because pecan.")
    assert "You said" not in committed(guess).inner_text()
    named(draw, "show").click()
    expect(committed(draw)).to_contain_text("It is the solid line.")
    assert draw.locator(".scse-truth").first.get_attribute("points").startswith("0,100 25,50")


def test_a_number_by_typing(guess):
    box = named(guess, "answer")
    box.fill("50")
    expect(guess.get_by_text("It is a number from 0 to 40.")).to_be_visible()
    assert named(guess, "commit").is_disabled()
    box.fill("10.2")
    expect(named(guess, "answer-bar")).to_have_attribute("aria-valuenow", "10.2")
    named(guess, "commit").click()
    expect(committed(guess)).to_contain_text("More pecan.")
    assert number(guess, "gap") == pytest.approx(-2.3)
    assert committed(guess).locator("p").first.inner_text().replace("\u00a0", " ") == (
        "You said 10.2 %. It is 12.5 %: you were 2.3 % too low."
    )


def test_a_number_by_bar(page, guess):
    bar = named(guess, "answer-bar")
    assert bar.get_attribute("aria-valuetext") == "nothing said yet"
    bar.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(named(guess, "answer")).to_have_value("2")
    box = bar.locator(".scse-track").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    expect(named(guess, "answer")).not_to_have_value("2")  # drawn in the next frame
    assert float(named(guess, "answer").input_value()) == pytest.approx(12, abs=0.5)
    expect(named(guess, "commit")).to_be_enabled()
    named(guess, "commit").click()
    expect(committed(guess)).to_contain_text("Near.")


def draw_line(page, paper, points):
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * (1 - y)) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def test_a_curve_by_pointer(page, draw):
    paper = named(draw, "answer")
    draw_line(page, paper, [(0, 0.02), (0.5, 0.98)])
    expect(draw.locator(".scse-drawn").first).not_to_have_attribute("d", "")
    assert named(draw, "commit").is_disabled(), "half of it is missing"
    draw_line(page, paper, [(0.5, 0.98), (0.999, 0.02)])
    expect(named(draw, "commit")).to_be_enabled()
    named(draw, "commit").click()
    expect(committed(draw)).to_contain_text("So it goes.")
    assert number(draw, "gap") < 0.1
    assert draw.get_by_text("your curve", exact=True).is_visible()
    d = draw.locator(".scse-drawn").first.get_attribute("d")
    draw_line(page, paper, [(0, 1), (0.999, 1)])
    assert draw.locator(".scse-drawn").first.get_attribute("d") == d, "it is settled"


def test_a_curve_by_keyboard(page, draw):
    paper = named(draw, "answer")
    paper.focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert paper.get_attribute("aria-valuetext") == "time 4.00: 0.70"
    page.keyboard.press("Shift+ArrowDown")
    assert paper.get_attribute("aria-valuetext") == "time 4.00: 0.69"
    named(draw, "commit").press("Enter")
    expect(committed(draw)).to_contain_text("most at time 0.00: you said 0.70, it is 0.00")
    expect(committed(draw)).to_contain_text("Lower there.")
    assert number(draw, "gap") == pytest.approx((0.7 + 0.2 + 0.3 + 0.2 + 0.69) / 5)


def test_a_commitment_lasts_for_the_visit(page, pick, guess):
    pick.get_by_label("it depends").check()
    named(pick, "commit").click()
    expect(committed(pick)).to_contain_text("On nothing.")
    page.reload()
    expect(committed(pick)).to_contain_text("You said: “it depends")
    expect(named(guess, "commit")).to_be_visible()
    ((key, value),) = page.evaluate(KEPT)
    assert key == "scse-question fixture/pick"
    kept = json.loads(value)
    assert kept["first"].startswith("it depends")
    assert kept["truth"] == "yes, it is"
    named(pick, "again").click()
    page.reload()
    expect(named(pick, "commit")).to_be_visible()
    assert committed(pick).inner_text() == ""


def test_two_questions_on_a_page_are_two(page, pick):
    other = question(page, "And another?")
    pick.get_by_label("no, it is not").check()
    other.get_by_label("left").check()
    assert pick.get_by_label("no, it is not").is_checked()
    named(other, "commit").click()
    expect(committed(other)).to_contain_text("That is right.")
    assert committed(pick).inner_text() == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_before_and_after(fixture_page, theme):
    page = fixture_page("questions.html", theme=theme)
    page.emulate_media(reduced_motion="reduce")
    assert serious_violations(page) == []
    named(question(page, "How many?"), "answer").fill("3")
    named(question(page, "How many?"), "commit").click()
    for button in named(page, "show").all():
        if button.is_visible():
            button.click()
    expect(page.get_by_text("Because almond.")).to_be_visible()
    assert serious_violations(page) == []


def test_fits_a_narrow_phone(fixture_page):
    page = fixture_page("questions.html", width=320, touch=True)
    for button in named(page, "show").all():
        button.tap()
    expect(page.get_by_text("Because almond.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for shown in page.locator(".scse-question").all():
        box = shown.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_paper_has_the_question_and_nothing_of_the_answer(page, pick, guess, draw):
    for shown in (pick, guess, draw):
        named(shown, "show").click()
    expect(committed(draw)).to_contain_text("almond")
    page.emulate_media(media="print")
    text = page.locator("article").inner_text()
    for secret in (*SECRETS, "this is it", "Try again"):
        assert secret not in text, secret
    for choice in ("no, it is not", "yes, it is", "it depends", "How many?"):
        assert choice in text
    assert draw.locator(".scse-truth").first.is_hidden()


def test_with_scripts_off_it_can_be_read(fixture_page):
    page = fixture_page("questions.html", scripts=False)
    first, second, *_ = page.locator("article .widget-host").all()
    assert first.locator("p").first.text_content() == 'Is a < b & "c" </noscript> safe?'
    assert first.locator("p").first.is_visible()
    offer = second.locator("li").first
    assert offer.is_visible()
    assert offer.text_content() == "a number from 0 to 40 %"
    answer = second.locator("details p")
    assert answer.is_hidden()
    second.locator("summary").click()
    assert answer.is_visible()
    assert answer.text_content() == "12.5 %. Because pecan."
    assert page.locator("article img").count() == 0


def test_forced_colours_show_what_is_chosen(page, pick):
    page.emulate_media(forced_colors="active")
    pick.get_by_label("yes, it is").check()
    colours = pick.locator(".scse-options label > span").evaluate_all(
        "all => all.map(span => getComputedStyle(span).backgroundColor)"
    )
    assert colours[0] == colours[2] != colours[1]
