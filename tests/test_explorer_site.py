"""A saved explorer, opened from disk with the network off: by keyboard, pointer and touch."""

import pytest
import torch
from site_tools import named, number, serious_violations, settle
from torch import nn

from scse import UNet, cSE, record
from scse.widgets import explore


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(3)
    return UNet(1, 3, width=8, depth=2).eval()


@pytest.fixture(scope="module")
def images():
    return torch.randn(2, 1, 24, 32, generator=torch.Generator().manual_seed(1)).cumsum(3)


@pytest.fixture(scope="module")
def saved(net, images, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    explore(net, images, titles=["hill", "valley"]).save(folder / "unet.html")
    torch.manual_seed(0)
    many = nn.Sequential(nn.Conv2d(3, 1000, 3), cSE(1000), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    explore(many, torch.randn(2, 3, 12, 12)).save(folder / "many.html")
    return folder


@pytest.fixture
def view(browser, saved):
    """A function that opens one of the files; in the end nothing may have gone wrong."""
    problems, contexts = [], []

    def open_file(name="unet.html", width=1280, theme="light", touch=False):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            has_touch=touch,
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda r: r.url.startswith(("file:", "blob:", "data:")) or problems.append(r.url),
        )
        page.goto((saved / name).as_uri())
        page.wait_for_selector(".scse-explorer[data-ready]")
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert not problems


def pixels(page, name):
    return page.evaluate(f"document.querySelector('[data-name={name}]').toDataURL()")


def test_it_shows_the_networks_own_state(view, net, images):
    page = view()
    rec = record(net, images[:1])
    gates = rec["decoder1"].channel.flatten().tolist()
    assert [number(page, f"gate-{k}") for k in range(8)] == pytest.approx(gates, abs=1e-6)
    areas = rec.logits[0].argmax(0).flatten().bincount(minlength=3).tolist()
    assert [number(page, f"pixels-{k}") for k in range(3)] == areas
    assert "saved state" in named(page, "status").inner_text()
    assert page.title() == "UNet: squeeze & excitation"


def test_a_gate_by_keyboard_changes_its_map_and_the_page_says_what_stays(view):
    page = view()
    before, neighbour = pixels(page, "map-2"), pixels(page, "map-3")
    slider = named(page, "bar-2")
    slider.focus()
    slider.press("Home")
    settle(page)
    assert number(page, "gate-2") == 0
    assert pixels(page, "map-2") != before
    assert pixels(page, "map-3") == neighbour
    assert number(page, "changed") == 0
    assert "output stays the network" in named(page, "status").inner_text()
    slider.press("Delete")
    settle(page)
    assert pixels(page, "map-2") == before
    assert "saved state" in named(page, "status").inner_text()


def test_keys_that_come_faster_than_frames_all_count(view):
    page = view()
    slider = named(page, "bar-2")
    slider.evaluate(
        """bar => ["Home", ...Array(10).fill("ArrowUp")].forEach((key) =>
            bar.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))"""
    )
    settle(page)
    assert number(page, "gate-2") == pytest.approx(0.5)


def test_a_gate_by_pointer_and_reset(view):
    page = view()
    track = named(page, "bar-1").locator(".scse-track").bounding_box()
    x = track["x"] + track["width"] / 2
    page.mouse.move(x, track["y"] + 0.1 * track["height"])
    page.mouse.down()
    page.mouse.move(x, track["y"] + 0.75 * track["height"])
    page.mouse.up()
    settle(page)
    assert number(page, "gate-1") == pytest.approx(0.25, abs=0.03)
    named(page, "reset").click()
    settle(page)
    assert number(page, "gate-1") != pytest.approx(0.25, abs=0.03)


def test_branches_and_other_inputs(view, net, images):
    page = view()
    page.get_by_role("radio", name="bottleneck").check()
    settle(page)
    rec = record(net, images[1:])["bottleneck"]
    named(page, "base-channel").select_option("from:1")
    settle(page)
    gates = [number(page, f"gate-{k}") for k in range(16)]
    assert gates == pytest.approx(rec.channel.flatten().tolist(), abs=1e-6)
    named(page, "base-spatial").select_option("neutral")
    settle(page)
    assert (number(page, "mask-low"), number(page, "mask-high")) == (0, 0)
    assert named(page, "base-spatial").input_value() == "neutral"
    named(page, "base-spatial").select_option("own")
    page.get_by_role("radio", name="valley").check()
    settle(page)
    assert number(page, "mask-high") == pytest.approx(rec.spatial.max().item(), abs=1e-2)


def test_compared_with_another_input(view, net, images):
    page = view()
    named(page, "compare").select_option("1")
    page.get_by_role("radio", name="difference").check()
    settle(page)
    one, two = (record(net, x[None])["decoder1"].channel.flatten() for x in images)
    order = (one - two).abs().argsort(descending=True, stable=True)
    first = page.locator(".scse-card").first
    assert first.locator("output").get_attribute("data-name") == f"gate-{order[0]}"
    assert first.locator(".scse-dot").is_visible()
    assert f"{two[order[0]]:.3f}" in first.inner_text()


def test_a_thousand_channels_come_a_page_at_a_time(view):
    page = view("many.html")
    page.get_by_role("radio", name="number").check()
    settle(page)
    assert page.locator(".scse-card").count() == 24
    named(page, "page-forth").press("Enter")
    settle(page)
    assert named(page, "page").inner_text() == "channels 25–48 of 1000"
    assert named(page, "bar-24").get_attribute("aria-label") == "Gate of channel 25"
    page.get_by_role("radio", name="gate", exact=True).check()
    settle(page)
    gates = [float(o.get_attribute("data-value")) for o in page.locator(".scse-card output").all()]
    assert gates == sorted(gates, reverse=True)
    assert named(page, "page").inner_text() == "channels 1–24 of 1000"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_for_everyone(view, theme):
    page = view(width=320, theme=theme, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert serious_violations(page) == []
    slider = named(page, "bar-0")
    slider.scroll_into_view_if_needed()
    slider.tap()
    settle(page)
    assert number(page, "gate-0") == pytest.approx(0.5, abs=0.06)
    assert slider.get_attribute("aria-valuetext") == f"{number(page, 'gate-0'):.2f}"
