"""What a reader does to the figures that is not one press or one drag: keys faster than frames, two
fingers, Tab, the browser's own colours, and coming back.
"""

import pytest
import torch
from site_tools import READER, named, number, settle
from test_playground_site import BRAIN, DIGITS, Figure, answer

from scse import load

FAST = """([element, keys]) => {
  element.focus();
  for (const key of keys) {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""


def press_at_once(control, *keys):
    """Presses that all come within one frame."""
    control.page.evaluate(FAST, [control.element_handle(), keys])
    settle(control.page)


# Keys faster than frames


def test_a_slider_of_the_playground(open_page):
    lab = Figure(open_page("playground.html"), BRAIN)
    lab.settle()
    rotation = lab.named("rotation")
    low, high = (float(rotation.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
    press_at_once(rotation, "Home", *["ArrowRight"] * 10)
    lab.settle()
    now = float(rotation.get_attribute("aria-valuenow"))
    assert now == pytest.approx(low + 10 * (high - low) / 20)


@pytest.mark.parametrize("which", [DIGITS, BRAIN], ids=["digits", "brain"])
def test_a_bar_of_which_the_engine_answers_late(open_page, which):
    lab = Figure(open_page("playground.html"), which)
    lab.settle()
    lab.press("bar-0", "Home")
    bar = lab.named("bar-0")
    bar.focus()
    for _ in range(10):
        lab.page.keyboard.press("ArrowUp")
        lab.page.wait_for_timeout(30)
    lab.settle()
    assert lab.numbers("gate-0") == [pytest.approx(0.5)]


def test_a_bar_of_an_earlier_block_on_the_first_page(open_page):
    page = open_page("index.html")
    lab = page.locator(".scse-gatelab").first
    lab.locator('input[name="block"][value="bottleneck"]').check()
    lab.get_by_text("ONNX Runtime, in this page").wait_for()
    bar = named(lab, "bar-40")
    bar.press("Home")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
        page.wait_for_timeout(30)
    page.wait_for_function(
        "bar => bar.getAttribute('aria-valuenow') === '0.5'", arg=bar.element_handle()
    )


def test_a_contrast(open_page):
    turn = open_page("channel.html").locator(".scse-turn").first
    press_at_once(named(turn, "contrast-bar"), "Home", *["ArrowRight"] * 7)
    assert named(turn, "contrast-bar").get_attribute("aria-valuenow") == "7"
    plot = named(turn, "point-gates")
    press_at_once(plot, "Home", *["ArrowRight"] * 9)
    assert plot.get_attribute("aria-valuenow") == "10"


def test_a_pixel_and_a_place_in_the_masks(open_page):
    page = open_page("space.html")
    probe = page.locator(".scse-probe").first
    place = probe.locator(".scse-place")
    before = [int(word) for word in place.text_content().replace(",", "").split() if word.isdigit()]
    press_at_once(named(probe, "point-mask"), *["ArrowUp", "ArrowLeft"] * 3)
    after = [int(word) for word in place.text_content().replace(",", "").split() if word.isdigit()]
    assert after == [max(0, at - 3) for at in before]

    gallery = page.locator(".scse-gallery").first
    spots = gallery.locator(".scse-stack")
    spot = spots.first
    press_at_once(spot, *["ArrowRight"] * 20)
    style = spot.locator(".scse-marker").get_attribute("style")
    width = spot.locator("canvas").get_attribute("width")
    left = float(style.split("left:")[1].split("%")[0]) / 100 * int(width)
    assert left == pytest.approx(int(width) // 2 + 20, abs=0.1)


# Two fingers


def test_two_fingers_draw_nothing_and_one_does(open_page):
    lab = Figure(open_page("playground.html", width=390, height=844, touch=True), DIGITS)
    lab.settle()
    sheet = lab.named("sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    hand = lab.page.context.new_cdp_session(lab.page)
    zoom = "() => visualViewport.scale"

    def touch(kind, *places):
        points = [
            {"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y, "id": i}
            for i, (x, y) in enumerate(places)
        ]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        lab.page.wait_for_timeout(30)

    before = lab.picture()
    # The first of two fingers has drawn a little when the second comes.
    touch("touchStart", (0.45, 0.5))
    touch("touchMove", (0.40, 0.5))
    touch("touchStart", (0.40, 0.5), (0.6, 0.5))
    for step in range(1, 9):
        touch("touchMove", (0.40 - 0.03 * step, 0.5), (0.6 + 0.03 * step, 0.5))
    touch("touchEnd")
    lab.settle()
    assert lab.page.evaluate(zoom) > 1.2
    assert torch.equal(lab.picture(), before)
    assert lab.named("undo").is_disabled(), "nothing was drawn, so there is nothing to undo"
    assert lab.named("clear").is_disabled()

    lab.page.wait_for_timeout(1000)  # a page just zoomed is drawn anew, late touches are dropped
    touch("touchStart", (0.5, 0.4))
    for step in range(1, 6):
        touch("touchMove", (0.5, 0.4 + 0.04 * step))
    touch("touchEnd")
    lab.settle()
    assert lab.named("undo").is_enabled()
    assert not torch.equal(lab.picture(), before)


# What the page says


def test_every_class_that_is_coloured_is_listed(open_page):
    lab = Figure(open_page("playground.html"), DIGITS)
    lab.settle()
    lab.choose("source", "ground:0")
    lab.draw([[(0.5, 0.2), (0.48, 0.8)]])
    seen = answer(load("digits-unet-scse"), lab.picture()).flatten().bincount(minlength=11)
    listed = lab.seen()
    assert listed == {k: pytest.approx(n, abs=2) for k, n in enumerate(seen.tolist()) if k and n}
    assert lab.root.get_by_text("no ground truth for this image").first.is_visible()


def test_a_bar_goes_back_by_delete_and_the_figure_says_so(open_page):
    lab = open_page("index.html").locator(".scse-gatelab").first
    own = number(lab, "gate-1")
    assert lab.get_by_text("double click or Delete puts a bar back").is_visible()
    named(lab, "bar-1").press("Home")
    settle(lab.page)
    assert number(lab, "gate-1") == 0
    named(lab, "bar-1").press("Delete")
    settle(lab.page)
    assert number(lab, "gate-1") == pytest.approx(own, abs=1e-5)


def test_the_hint_gives_nothing_away(open_page):
    lab = open_page("index.html").locator(".scse-gatelab").first
    hint = lab.get_by_text("pull any bar")
    assert hint.is_visible()
    lab.locator('input[name="picture"]').nth(1).check()
    settle(lab.page)
    assert hint.is_visible(), "of whichever bar"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_hint_covers_nothing_and_leaves_nothing_moved(open_page, width):
    lab = open_page("index.html", width=width).locator(".scse-gatelab").first
    hint = lab.get_by_text("pull any bar")
    hint.evaluate("e => (e.style.animation = 'none')")
    box, whole = hint.bounding_box(), lab.bounding_box()
    assert box["x"] >= whole["x"] - 0.5
    assert box["x"] + box["width"] <= whole["x"] + whole["width"]
    over = lab.locator("canvas, output, .scse-slider, .scse-title").evaluate_all(
        """(all, { x, y, width, height }) => all.filter((e) => {
          const box = e.getBoundingClientRect();
          return box.width && box.left < x + width && box.right > x
            && box.top < y + height && box.bottom > y;
        }).map((e) => e.outerHTML.slice(0, 80))""",
        box,
    )
    assert over == []
    named(lab, "bar-3").focus()
    before = named(lab, "bar-3").bounding_box()
    named(lab, "bar-3").press("Home")
    settle(lab.page)
    assert hint.is_hidden()
    assert named(lab, "bar-3").bounding_box() == before


# Tab


def test_the_graph_has_a_tab_stop_a_column_and_a_way_past_its_bars(open_page):
    page = open_page("channel.html")
    graph = page.locator(".scse-excite").first
    named(graph, "reset").focus()
    stops = []
    for _ in range(4):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.dataset.name"))
        if stops[-1] == "bypass":
            page.keyboard.press("Enter")
    assert stops == ["bypass", "hidden-node-0", "gate-node-0", stops[-1]]
    assert not stops[-1].startswith("gate-node")
    named(graph, "gate-node-0").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.name") == "gate-node-2"
    assert named(graph, "sum").text_content().startswith("logit 3")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.name") == "gate-node-2"


# The browser's own colours


@pytest.mark.parametrize(
    ("path", "bars"),
    [
        ("index.html", ".scse-gatelab .scse-fill"),
        ("channel.html", ".scse-excite .scse-level"),
        ("channel.html", ".scse-swap .scse-stem"),
        ("space.html", ".scse-probe .scse-balance span"),
        ("playground.html", ".scse-playground .scse-fill"),
    ],
)
def test_bars_stay_in_forced_colours(open_page, path, bars):
    page = open_page(path)
    page.emulate_media(forced_colors="active")
    for bar in page.locator(bars).all()[:4]:
        ground = bar.evaluate("""e => {
          const style = getComputedStyle(e);
          return [style.backgroundColor, style.backgroundImage,
            getComputedStyle(document.body).backgroundColor];
        }""")
        colour, image, page_colour = ground
        assert image != "none" or colour not in (page_colour, "rgba(0, 0, 0, 0)"), bars


# In sight


def test_the_answer_stays_in_sight_of_the_lowest_bars(open_page):
    page = open_page("index.html", width=1280, height=900)
    lab = page.locator(".scse-gatelab").first
    lab.locator('input[name="block"][value="bottleneck"]').check()
    lab.get_by_text("ONNX Runtime, in this page").wait_for()
    last = named(lab, "bar-63")
    last.wait_for(state="attached")
    last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    last.press("Home")
    now = lab.locator(".scse-now")
    assert now.is_visible()
    box = now.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 900
    page.wait_for_function("e => e.textContent.includes('Dice')", arg=now.element_handle())


def test_on_a_phone_a_small_answer_is_beside_the_bars(open_page):
    page = open_page("index.html", width=390, height=844, touch=True)
    lab = page.locator(".scse-gatelab").first
    bar = named(lab, "bar-3")
    bar.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    settle(page)
    where = bar.bounding_box()
    track = bar.locator(".scse-track").bounding_box()
    page.touchscreen.tap(track["x"] + track["width"] / 2, track["y"] + track["height"] - 1)
    settle(page)
    assert number(lab, "gate-3") < 0.05
    now = lab.locator(".scse-now")
    assert number(lab, "changed") > 200
    assert f"{number(lab, 'changed'):.0f} pixels changed" in now.inner_text()
    small, above = now.bounding_box(), page.locator(".bd-header-article").bounding_box()
    assert small["y"] >= above["height"] - 1
    assert small["y"] + small["height"] <= where["y"], "the answer covers no bar that is pulled"
    assert bar.bounding_box() == where, "nothing moved"
    page.set_viewport_size({"width": 1280, "height": 844})
    assert now.is_hidden(), "there the pictures are near enough"


@pytest.mark.parametrize(
    ("path", "kind", "controls"),
    [
        ("channel.html", "excite", '[role="slider"]'),
        ("playground.html", "playground", '.scse-card [role="slider"]'),
        ("channel.html", "excite", ".scse-steps > * , .scse-openers > *"),
        ("playground.html", "playground", ".scse-tools > *, .scse-below .scse-slider"),
    ],
)
def test_a_finger_hits_everything_24_pixels_high(open_page, path, kind, controls):
    page = open_page(path, width=390, height=844, touch=True)
    if not page.evaluate("() => matchMedia('(pointer: coarse)').matches"):
        pytest.skip("this browser does not take its pointer for a finger")
    small = (
        page.locator(f".scse-{kind}")
        .first.locator("xpath=..")
        .locator(controls)
        .evaluate_all(
            """all => all.filter((e) => {
          e.scrollIntoView({ block: "center", behavior: "instant" });
          const { left, width, top, height } = e.getBoundingClientRect();
          if (!width || e.disabled) return false;
          return [-11.5, 11.5].some((far) => {
            const hit = document.elementFromPoint(left + width / 2, top + height / 2 + far);
            return hit !== e && !e.contains(hit);
          });
        }).map((e) => e.outerHTML.slice(0, 120))"""
        )
    )
    assert small == []


# Who comes back


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
@pytest.mark.parametrize(
    ("path", "kind", "control", "value"),
    [
        ("index.html", "gatelab", "bar-2", "aria-valuenow"),
        ("channel.html", "excite", "z-bar-1", "aria-valuenow"),
    ],
)
def test_a_figure_is_as_it_was_left(open_page, path, kind, control, value, file):
    page = open_page(path, file=file)
    figure = page.locator(f".scse-{kind}").first
    named(figure, control).press("Home")
    settle(page)
    left = named(figure, control).get_attribute(value)
    page.evaluate("addEventListener('unload', () => {})")  # no page kept whole in memory
    page.goto(page.url.replace(path, "credits.html"))
    page.go_back()
    figure.locator("xpath=self::*[@data-ready]").wait_for()
    settle(page)
    assert named(figure, control).get_attribute(value) == left
    # and it can be undone, by which the page is as it opens
    named(page.locator(".scse", has=figure), "undo").first.click()
    settle(page)
    assert named(figure, control).get_attribute(value) != left


def test_a_page_opened_anew_starts_afresh(open_page):
    page = open_page("index.html")
    own = number(page, "gate-2")
    named(page, "bar-2").first.press("Home")
    settle(page)
    page.goto(page.url.replace("index.html", "credits.html"))
    page.goto(page.url.replace("credits.html", "index.html"))
    page.evaluate(READER)
    page.locator(".scse-gatelab[data-ready]").first.wait_for()
    assert number(page, "gate-2") == pytest.approx(own, abs=1e-6)
