"""Words in the text that set a figure; undo, redo and links: on the small site of fixture_site."""

import json
import re

import pytest
from site_tools import (
    CHAPTERS,
    ROOT,
    figure,
    named,
    number,
    serious_violations,
    settle,
    stored_figures,
    take_links,
)

PAGE = "words.html"
SPOKEN = '[data-name="spoken"]'


def picture(lab):
    return lab.locator("input[name=picture]:checked").get_attribute("value")


def in_sight(element):
    top = "e => e.getBoundingClientRect().top"
    return 0 <= element.evaluate(top) < element.page.viewport_size["height"] / 2


def wait_until_in_sight(element):
    element.page.wait_for_function(
        "e => e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().top < 200",
        arg=element.element_handle(),
    )


# Words


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_words_set_a_figure_and_it_gives_the_way_back(fixture_page, file):
    page = fixture_page(PAGE, file=file)
    lab = figure(page)
    named(lab, "bar-5").press("Home")
    assert number(lab, "gate-5") == 0
    page.get_by_role("link", name="Shut one gate").click()
    settle(page)
    assert (number(lab, "gate-2"), picture(lab)) == (0, "1")
    assert number(lab, "gate-5") > 0, "what the state does not name is as at the start"
    assert page.url.endswith("#do:one-shut")
    assert "Set from the text: one shut" in named(lab, "banner").inner_text()
    page.wait_for_function(
        f"""() => document.querySelector('{SPOKEN}').textContent.startsWith(
            "The figure is set to one shut. Dice")"""
    )
    named(lab, "undo-set").click()
    settle(page)
    assert (number(lab, "gate-5"), picture(lab)) == (0, "0")
    assert named(lab, "banner").is_hidden()
    assert lab.evaluate("e => e === document.activeElement")


def test_words_by_keyboard_from_the_end_of_the_page(fixture_page):
    page = fixture_page(PAGE, height=600)
    page.emulate_media(reduced_motion="reduce")
    link = page.get_by_role("link", name="shut", exact=True)
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    lab = figure(page)
    assert not in_sight(lab)
    link.press("Enter")
    settle(page)
    assert in_sight(lab), "at once, without a ride"
    assert number(lab, "gate-2") == 0
    assert "scse-marked" in lab.get_attribute("class")
    assert lab.evaluate("e => getComputedStyle(e).animationName") == "none"
    page.wait_for_function("e => !e.matches('.scse-marked')", arg=lab.element_handle())
    page.go_back()
    page.wait_for_function("y => Math.abs(scrollY - y) < 5", arg=before)
    assert page.url.endswith(PAGE)
    page.go_forward()
    settle(page)
    assert number(lab, "gate-2") == 0


def test_the_banner_goes_with_the_state_and_undo_is_of_that_step(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    page.get_by_role("link", name="back").click()
    settle(page)
    assert named(lab, "banner").is_visible()
    assert named(lab, "undo-set").is_hidden(), "it was in that state: there is no way back"
    named(lab, "bar-0").press("Home")
    settle(page)
    assert named(lab, "banner").is_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_lead_to_the_part_that_they_name(fixture_page, theme):
    page = fixture_page(PAGE, width=390, height=600, theme=theme, touch=True)
    page.emulate_media(reduced_motion="reduce")
    lab = figure(page)
    page.get_by_role("link", name="the bars").tap()
    settle(page)
    assert number(lab, "gate-2") == 0
    where = lab.locator(".scse-desk").bounding_box()
    assert 0 < where["y"] < 300, "below what stays in sight at the top"
    note = named(lab, "banner")
    assert "its bars" in note.inner_text()
    box, bar = note.bounding_box(), page.locator(".bd-header-article").bounding_box()
    assert bar["height"] <= box["y"] + 1, "below the bar of the site"
    now = lab.locator(".scse-now").bounding_box()
    assert box["y"] + box["height"] <= now["y"] + 1
    assert now["y"] + now["height"] <= where["y"]
    # And back to where it was read.
    named(lab, "back-to-text").tap()
    settle(page)
    link = page.get_by_role("link", name="the bars")
    assert 0 < link.bounding_box()["y"] < 600
    assert link.evaluate("e => e === document.activeElement")


def test_words_by_keyboard_go_on_at_the_notice(fixture_page):
    page = fixture_page(PAGE, height=600)
    lab = figure(page)
    link = page.get_by_role("link", name="the bars")
    link.press("Enter")
    assert named(lab, "banner").evaluate("e => e === document.activeElement")
    assert named(lab, "banner").get_attribute("aria-label") == "Set from the text: its bars"
    page.keyboard.press("Tab")
    assert named(lab, "undo-set").evaluate("e => e === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert link.evaluate("e => e === document.activeElement")
    assert link.bounding_box()["y"] > 0
    link.press("Enter")
    page.keyboard.press("Control+z")
    settle(page)
    assert named(lab, "banner").is_hidden()
    assert lab.evaluate("e => e === document.activeElement"), "the notice is gone, not the place"


def test_words_without_a_part_lead_to_the_top(fixture_page):
    """Also where the figure is higher than the window, and its end was in sight."""
    page = fixture_page(PAGE, width=390, height=600)
    page.emulate_media(reduced_motion="reduce")
    lab = figure(page)
    lab.evaluate("e => scrollBy(0, e.getBoundingClientRect().bottom - 400)")
    assert lab.bounding_box()["y"] < 0
    page.locator("a[href='#do:one-shut']").last.evaluate("e => e.click()")
    settle(page)
    assert 0 <= lab.bounding_box()["y"] < 150


def test_words_on_another_page_open_this_one_in_the_state(fixture_page):
    page = fixture_page("plain.html")
    link = page.get_by_role("link", name="one gate shut")
    assert link.get_attribute("title") == "Sets the figure of that page to “one shut”"
    link.click()
    page.wait_for_selector(".scse-gatelab[data-ready]")
    settle(page)
    lab = figure(page)
    assert (number(lab, "gate-2"), picture(lab)) == (0, "1")
    wait_until_in_sight(lab)


def test_with_scripts_off_words_lead_to_the_figure(fixture_page):
    page = fixture_page(PAGE, scripts=False, height=500)
    page.get_by_role("link", name="each mask on its own").click()
    wait_until_in_sight(page.locator("img[alt*='interactive figure']").nth(1))


def test_in_print_they_are_plain_words(fixture_page):
    page = fixture_page(PAGE)
    link = page.locator("a.scse-do").first
    line = "e => getComputedStyle(e).textDecorationLine"
    mark = "e => getComputedStyle(e, '::before').content"
    assert link.evaluate(line) == "underline"
    assert "▸" in link.evaluate(mark)
    page.emulate_media(media="print")
    assert link.evaluate(line) == "none"
    assert link.evaluate(mark) == "none"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_everyone_can_use_them(fixture_page, theme, width):
    page = fixture_page(PAGE, theme=theme, width=width)
    page.locator("a.scse-do").first.click()
    take_links(page, takes=False)
    named(figure(page), "share").click()
    named(figure(page), "link").wait_for()
    assert serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_link_of_a_chapter_sets_its_figure(open_page, name):
    page = open_page(f"{name}.html")
    links = page.locator("a.scse-do[href^='#']")
    assert links.count()
    for i in range(links.count()):
        link = links.nth(i)
        link.evaluate("e => { const fold = e.closest('details'); if (fold) fold.open = true; }")
        link.press("Enter")
        state = re.fullmatch("Sets the figure to “(.+)”", link.get_attribute("title"))[1]
        page.wait_for_function(
            """name => [...document.querySelectorAll('[data-name=banner]')].some(
                e => !e.hidden && e.querySelector("b").textContent === name)""",
            arg=state,
        )
    assert page.locator('[role="alert"]:visible').count() == 0


def test_questions_lead_to_states_of_their_own_page(site):
    for path in (ROOT / "book" / "questions").iterdir():
        page = (site / f"{path.stem}.html").read_text(encoding="utf-8")
        questions = json.loads(path.read_text(encoding="utf-8"))["questions"]
        states = [question["state"] for question in questions if "state" in question]
        assert states
        assert [state for state in states if f'id="{state}"' not in page] == []


# Steps


def test_undo_and_redo_of_drags_choices_and_keys(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    undo, redo = named(lab, "undo"), named(lab, "redo")
    assert undo.is_disabled()
    assert redo.is_disabled()
    own = number(lab, "gate-3")
    track = named(lab, "bar-3").locator(".scse-track")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.wait_for_timeout(900)  # a hand that rests is the same hand
    for part in (0.6, 0.3, 0.1):
        page.mouse.move(x, box["y"] + part * box["height"])
    page.mouse.up()
    settle(page)
    dragged = number(lab, "gate-3")
    assert dragged > 0.8
    lab.locator("input[name=mode][value=cse]").check()
    lab.locator("input[name=picture][value='1']").check()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        named(lab, "bar-6").press(key)
    settle(page)
    for expected in ("1", "0", "0"):  # the bar, the picture, the branches
        undo.click()
        settle(page)
        assert picture(lab) == expected
    assert lab.locator("input[name=mode]:checked").get_attribute("value") == "scse"
    assert number(lab, "gate-3") == dragged
    undo.press("Enter")
    settle(page)
    assert number(lab, "gate-3") == own
    assert undo.is_disabled()
    redo.click()
    settle(page)
    assert number(lab, "gate-3") == dragged


def test_undo_by_keys_belongs_to_the_figure_that_has_the_focus(fixture_page):
    page = fixture_page(PAGE)
    lab, gallery = figure(page), figure(page, "gallery")
    named(lab, "bar-1").press("Home")
    gallery.locator("input[name=scale][value=own]").check()
    settle(page)
    gallery.locator("input[name=scale][value=own]").press("Control+z")
    settle(page)
    assert gallery.locator("input[name=scale]:checked").get_attribute("value") == "shared"
    assert number(lab, "gate-1") == 0
    named(lab, "bar-0").press("Control+z")
    settle(page)
    assert number(lab, "gate-1") > 0
    named(lab, "bar-0").press("Control+y")
    settle(page)
    assert number(lab, "gate-1") == 0


def test_a_pass_over_a_map_is_one_step(fixture_page):
    page = fixture_page(PAGE)
    probe = figure(page, "probe")
    first = number(probe, "logit")
    place = named(probe, "point-mask")
    for x in (5, 15, 25, 35):
        place.hover(position={"x": x, "y": 20})
    settle(page)
    assert number(probe, "logit") != first
    named(probe, "undo").click()
    settle(page)
    assert number(probe, "logit") == first
    assert named(probe, "undo").is_disabled()


# Links


def test_a_link_carries_the_state_to_its_own_figure(fixture_page):
    page = fixture_page(PAGE)
    probe = figure(page, "probe", 1)
    probe.locator("input[name=picture][value='1']").check()
    named(probe, "point-mask").press("ArrowDown")
    settle(page)
    taken = take_links(page)
    named(probe, "share").click()
    address = taken()
    assert "#probe-2=" in address
    other = fixture_page(f"{PAGE}#{address.split('#')[1]}", height=600)
    there = figure(other, "probe", 1)
    other.wait_for_function(
        "e => e.querySelector('input[name=picture]:checked').value === '1'",
        arg=there.element_handle(),
    )
    settle(other)
    assert number(there, "logit") == number(probe, "logit")
    assert picture(figure(other, "probe", 0)) == "0"
    other.wait_for_function(
        "e => e.getBoundingClientRect().bottom <= innerHeight", arg=there.element_handle()
    )
    named(there, "undo").click()
    settle(other)
    assert picture(there) == "0"


def test_a_copied_link_is_said_and_nothing_else_happens(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    said = named(lab, "share-said")
    assert said.get_attribute("role") == "status"
    named(lab, "bar-1").press("Home")
    settle(page)
    taken = take_links(page)
    before = named(lab, "share").bounding_box()
    height = lab.bounding_box()["height"]
    named(lab, "share").press("Enter")
    assert "#gatelab=" in taken()
    page.wait_for_function("e => e.textContent === 'Link copied'", arg=said.element_handle())
    assert said.is_visible()
    assert named(lab, "link").is_hidden()
    assert named(lab, "share").evaluate("e => e === document.activeElement")
    assert named(lab, "share").bounding_box() == before
    assert lab.bounding_box()["height"] == height
    page.wait_for_function("e => e.textContent === ''", arg=said.element_handle())


def test_where_the_clipboard_refuses_there_is_a_field_until_escape(fixture_page):
    page = fixture_page(PAGE)
    lab = figure(page)
    take_links(page, takes=False)
    named(lab, "share").press("Enter")
    field = named(lab, "link")
    field.wait_for()
    assert field.evaluate("e => e === document.activeElement")
    assert field.evaluate("e => e.selectionEnd - e.selectionStart === e.value.length")
    page.keyboard.press("Escape")
    assert field.is_hidden()
    assert named(lab, "share").evaluate("e => e === document.activeElement")


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("AAAA", "The link to this figure is damaged. Nothing was changed."),
        # {"scale": "own"}, {"picture": 99}
        ("q1YqTk7MSVWyUsovz1OqBQA", 'is to a figure of another kind, with "scale"'),
        ("q1YqyEwuKS1KVbKytKwFAA", "does not fit it: picture must be 0 to 1"),
    ],
)
def test_a_bad_link_is_told_and_loses_nothing(fixture_page, letters, words):
    page = fixture_page(PAGE)
    lab = figure(page)
    named(lab, "bar-1").press("Home")
    page.evaluate("letters => { location.hash = 'gatelab=' + letters; }", letters)
    message = lab.get_by_role("alert")
    message.wait_for()
    assert words in message.inner_text()
    assert number(lab, "gate-1") == 0
    named(lab, "bar-0").press("Home")
    settle(page)
    assert message.is_hidden()


# Where a kernel is behind the page


HOST = """async ([entry, source]) => {
  const state = { ...entry.state };
  const [{ data }] = entry.buffers;
  state.packed = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
  const listeners = {};
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const callback of listeners[`change:${name}`] ?? []) callback();
    },
    on: (event, callback) => (listeners[event] ??= []).push(callback),
    off() {},
    save_changes() {},
    send() {},
  };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const main = Object.assign(document.createElement("main"), { className: "kernel" });
  main.innerHTML = '<a href="#do:one-shut">shut</a> <a href="#a-heading">elsewhere</a><div></div>';
  document.body.replaceChildren(main);
  window.followed = [];
  document.addEventListener("click", (e) => {
    window.followed.push(e.target.hash);
    e.preventDefault();
  });
  window.stop = await widget.render({ model, el: main.querySelector("div") });
  window.kernel = model;
}"""


@pytest.fixture
def kernel(fixture_page, fixture_site):
    """The GateLab of the page on a model that the test holds, in a host that says no `assets`."""
    page = fixture_page("plain.html")  # which has no figures that would hear of the links too
    found = stored_figures(fixture_site, PAGE)
    page.evaluate(HOST, next([entry, js] for entry, js in found if "gatelab" in js))
    return page


def test_words_with_a_kernel(kernel):
    lab = figure(kernel)
    address = kernel.url
    kernel.get_by_role("link", name="shut").click()
    settle(kernel)
    assert kernel.evaluate("() => kernel.get('picture')") == 1
    assert number(lab, "gate-2") == 0
    assert kernel.url == address, "the address is the host's"
    assert kernel.evaluate("() => followed") == [], "the host does not hear of it"
    kernel.get_by_role("link", name="elsewhere").click()
    assert kernel.evaluate("() => followed") == ["#a-heading"]
    kernel.evaluate("() => stop()")
    kernel.get_by_role("link", name="shut").click()
    assert kernel.evaluate("() => followed") == ["#a-heading", "#do:one-shut"]


def test_what_a_kernel_sets_is_a_step(kernel):
    lab = figure(kernel)
    assert named(lab, "share").is_hidden()
    kernel.evaluate("() => kernel.set('picture', 1)")
    settle(kernel)
    named(lab, "bar-0").press("Home")
    settle(kernel)
    for expected in (1, 0):
        named(lab, "undo").click()
        settle(kernel)
        assert kernel.evaluate("() => kernel.get('picture')") == expected
    assert named(lab, "undo").is_disabled()


# In the book


def test_a_sentence_of_the_book_opens_the_bottleneck(open_page):
    page = open_page("index.html")
    lab = figure(page)
    page.locator("a.scse-do[href='#do:bottleneck-sse']").first.click()
    page.wait_for_function(
        "e => e.querySelector('[data-name=engine]').textContent.startsWith('ONNX Runtime')",
        arg=lab.element_handle(),
    )
    settle(page)
    assert lab.locator("input[name=block]:checked").get_attribute("value") == "bottleneck"
    assert lab.locator("input[name=mode]:checked").get_attribute("value") == "sse"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "flow"),
        ("channel.html", "swap"),
        ("channel.html", "excite"),
        ("channel.html", "turn"),
        ("space.html", "probe"),
        ("space.html", "gallery"),
        ("both.html", "join"),
        ("backwards.html", "paths"),
        ("family.html", "family"),
        ("know.html", "dots"),
        ("own_network.html", "explorer"),
        ("pitfalls.html", "picks"),
        ("playground.html", "playground"),
    ],
)
def test_every_figure_of_the_book_has_its_steps(open_page, path, kind):
    whole = figure(open_page(path), kind)
    for name in ("undo", "redo", "share"):
        assert named(whole, name).count() == 1
        assert named(whole, name).is_visible()


def test_a_figure_with_steps_of_its_own_takes_named_states(browser, server):
    """The Playground."""
    page = browser.new_page()
    page.goto(f"{server}/playground.html#do:four-networks-on-a-digit")
    lab = figure(page, "playground")
    page.wait_for_function("box => box.checked", arg=named(lab, "compare").element_handle())
    assert "Set from the text: four networks on a digit" in named(lab, "banner").inner_text()
    named(lab, "undo-set").click()
    page.wait_for_function("box => !box.checked", arg=named(lab, "compare").element_handle())
    assert named(lab, "banner").is_hidden()
    assert named(lab, "undo").is_disabled()
    page.close()
