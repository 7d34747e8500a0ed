"""The widgets in the built pages, driven by pointer, touch and keyboard, against torch.

Each page is compared with the widgets that its own notebook makes: their `evaluate` is the same
maths in torch.float64.
"""

import ast
import functools
import json

import pytest
from site_tools import ROOT, named, number, settle

from scse.widgets import BlockFlow, GateLab, MaskGallery, PixelProbe, SqueezeExcite, _base

close = functools.partial(pytest.approx, abs=1e-5, nan_ok=True)


@functools.cache
def made_by(chapter):
    """The widgets of a chapter, in order: its notebook's cells that make one are run."""
    cells = json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    namespace, found = {}, []
    for source in sources:
        if "scse.widgets" not in source and not any(
            isinstance(value, type) and issubclass(value, _base.Widget) and f"{name}(" in source
            for name, value in namespace.items()
        ):
            continue
        *body, last = ast.parse(source).body
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(ROOT / "book")  # as a notebook runs
            exec(compile(ast.Module(body, []), chapter, "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), chapter, "eval"), namespace)
                found += [value] if isinstance(value, _base.Widget) else []
    return found


def twin_of(chapter, kind, index=0):
    return [widget for widget in made_by(chapter) if isinstance(widget, kind)][index]


def row(scope, name, count):
    """The numbers ``name-0`` … of a widget."""
    return [number(scope, f"{name}-{k}") for k in range(count)]


def pull(page, slider, part):
    """Drag a slider's grip by mouse to a part of its length."""
    slider.scroll_into_view_if_needed()
    track = slider.locator(".scse-track").bounding_box()
    x, y, width, height = (track[key] for key in ("x", "y", "width", "height"))
    upright = slider.get_attribute("aria-orientation") == "vertical"

    def at(p):
        return (x + width / 2, y + height * (1 - p)) if upright else (x + width * p, y + height / 2)

    page.mouse.move(*at(0.9))
    page.mouse.down()
    page.mouse.move(*at((0.9 + part) / 2))
    page.mouse.move(*at(part))
    page.mouse.up()
    settle(page)


# GateLab


NEUTRAL = {"base": "neutral"}


def edits_of(mode, gates):
    """What a choice of branches says of the last block, its bars being at ``gates``."""
    bars = {"base": "own", "set": {str(k): gate for k, gate in enumerate(gates)}}
    return {
        "decoder1": {
            "scse": {"channel": bars},
            "cse": {"channel": bars, "spatial": NEUTRAL},
            "sse": {"channel": NEUTRAL},
            "none": {"channel": {"base": "one"}, "spatial": NEUTRAL},
        }[mode]
    }


def check_lab(lab, twin, mode="scse", **state):
    """Every number in the page against torch, at the gates that the page shows."""
    now = twin.evaluate(edits=edits_of(mode, row(lab, "gate", 8)), **state)
    assert number(lab, "dice") == close(now["dice"])
    assert number(lab, "changed") == now["changed"]
    classes = len(twin.manifest["classes"])
    shown = [number(lab, f"dice-of-{k}") for k in range(1, classes)]
    assert shown == close(now["dice_of"][1:].tolist())
    return now


@pytest.fixture
def lab(open_page):
    return open_page("index.html").locator(".scse-gatelab").first


def test_gate_lab_shows_the_networks_own_state(lab):
    twin = twin_of("index", GateLab)
    now = check_lab(lab, twin)
    assert row(lab, "gate", 8) == close(now["gates"].tolist())
    assert number(lab, "mask-low") == close(now["mask"].min().item())
    assert number(lab, "mask-high") == close(now["mask"].max().item())
    assert now["changed"] == 0


def test_gate_lab_pulling_a_bar_changes_the_segmentation(lab):
    twin = twin_of("index", GateLab)
    hint = lab.get_by_text("pull any bar")
    assert hint.is_visible()
    before = number(lab, "dice")
    pull(lab.page, named(lab, "bar-3"), -0.2)
    assert number(lab, "gate-3") == 0
    now = check_lab(lab, twin)
    assert now["changed"] > 50
    assert now["dice"] < before - 0.1
    assert hint.is_hidden()
    assert "→" in named(lab, "misread").text_content()


def test_gate_lab_drags_to_where_the_pointer_is(lab):
    pull(lab.page, named(lab, "bar-1"), 0.3)
    assert number(lab, "gate-1") == pytest.approx(0.3, abs=0.02)
    check_lab(lab, twin_of("index", GateLab))


def test_gate_lab_by_touch(open_page):
    lab = open_page("index.html", width=390, touch=True).locator(".scse-gatelab").first
    slider = named(lab, "bar-3")
    slider.scroll_into_view_if_needed()
    slider.tap()  # in its middle
    settle(lab.page)
    assert number(lab, "gate-3") == pytest.approx(0.5, abs=0.05)
    check_lab(lab, twin_of("index", GateLab))


def test_gate_lab_by_keyboard(lab):
    twin = twin_of("index", GateLab)
    slider = named(lab, "bar-4")
    own = number(lab, "gate-4")
    for key, expected in [
        ("Home", 0),
        ("ArrowUp", 0.05),
        ("ArrowRight", 0.1),
        ("Shift+ArrowUp", 0.11),
        ("PageUp", 0.31),
        ("ArrowDown", 0.26),
        ("PageDown", 0.06),
        ("End", 1),
        ("Delete", own),
    ]:
        slider.press(key)
        settle(lab.page)
        assert number(lab, "gate-4") == pytest.approx(expected, abs=1e-6), key
        assert float(slider.get_attribute("aria-valuenow")) == number(lab, "gate-4")
        check_lab(lab, twin)


def test_gate_lab_switches_branches_by_keyboard(lab):
    twin = twin_of("index", GateLab)
    named(lab, "bar-3").press("Home")
    radio = lab.locator("input[name=mode][value=scse]")
    for mode in ("sse", "cse", "none"):
        radio.press("ArrowLeft")
        settle(lab.page)
        radio = lab.locator("input[name=mode]:checked")
        assert radio.get_attribute("value") == mode
        check_lab(lab, twin, mode=mode)
    slider = named(lab, "bar-2")
    assert slider.get_attribute("aria-disabled") == "true"
    before = number(lab, "gate-2")
    slider.press("Home")
    settle(lab.page)
    assert number(lab, "gate-2") == before


def test_gate_lab_pictures_and_reset(lab):
    twin = twin_of("index", GateLab)
    for k in range(1, len(twin.samples)):
        lab.locator(f"input[name=picture][value='{k}']").check()
        settle(lab.page)
        now = check_lab(lab, twin, picture=k)
        assert row(lab, "gate", 8) == close(now["gates"].tolist())
    named(lab, "bar-0").press("Home")
    lab.locator("input[name=mode][value=cse]").check()
    named(lab, "reset").click()
    settle(lab.page)
    assert check_lab(lab, twin, picture=k, mode="scse")["changed"] == 0


def test_gate_lab_reads_out_the_mask(lab):
    mask = twin_of("index", GateLab).evaluate()["mask"]
    height, width = mask.shape
    place = named(lab, "point-mask")
    box = place.bounding_box()
    place.hover(position={"x": 10.5 / width * box["width"], "y": 20.5 / height * box["height"]})
    assert number(lab, "mask-value") == close(mask[20, 10].item())
    lab.page.mouse.move(0, 0)
    place.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        place.press(key)
    assert number(lab, "mask-value") == close(mask[22, 11].item())


def test_the_result_is_spoken_once_things_are_still(lab):
    spoken = named(lab.locator("xpath=.."), "spoken")
    slider = named(lab, "bar-3")
    for _ in range(4):
        slider.press("ArrowDown")
    lab.page.wait_for_timeout(900)
    assert f"Dice {number(lab, 'dice'):.2f}" in spoken.text_content()
    assert spoken.get_attribute("aria-live") == "polite"
    assert named(lab, "dice").get_attribute("aria-live") == "off"


# SqueezeExcite


@pytest.fixture
def excite(open_page):
    return open_page("channel.html").locator(".scse-excite").first


def check_excite(excite, twin, **state):
    now = twin.evaluate(z=row(excite, "z", len(twin.evaluate()["z"])), **state)
    for name, plural in (("hidden", "hidden"), ("logit", "logits"), ("gate", "gates")):
        assert row(excite, name, len(now[plural])) == close(now[plural].tolist())
    return now


def test_squeeze_excite_shows_the_networks_own_state(excite):
    twin = twin_of("channel", SqueezeExcite)
    assert row(excite, "z", len(twin.evaluate()["z"])) == close(twin.evaluate()["z"].tolist())
    check_excite(excite, twin)


def test_squeeze_excite_moves_every_gate_with_one_mean(excite):
    twin = twin_of("channel", SqueezeExcite)
    channels = twin.manifest["channels"]
    before = row(excite, "gate", channels)
    pull(excite.page, named(excite, "z-bar-2"), 0.05)
    after = check_excite(excite, twin)["gates"].tolist()
    assert sum(abs(a - b) > 1e-6 for a, b in zip(before, after, strict=True)) > 4
    named(excite, "z-bar-2").press("End")
    settle(excite.page)
    assert number(excite, "z-2") == pytest.approx(twin.manifest["range"][1], abs=1e-5)
    check_excite(excite, twin)
    named(excite, "reset").click()
    settle(excite.page)
    assert row(excite, "gate", channels) == close(before)
    excite.locator("input[name=picture][value='1']").check()
    settle(excite.page)
    check_excite(excite, twin, picture=1)


def test_squeeze_excite_explains_what_is_pointed_at(excite):
    now = twin_of("channel", SqueezeExcite).evaluate()
    named(excite, "gate-node-5").focus()
    assert number(excite, "explained") == close(now["gates"][5].item())
    named(excite, "hidden-node-3").hover()
    assert number(excite, "explained") == close(now["hidden"][3].item())
    assert f"{now['hidden'][3]:.3f}" in named(excite, "sum").text_content()


def paleness(element):
    return element.evaluate("e => Number(getComputedStyle(e).opacity)")


def test_squeeze_excite_plays_from_the_maps_to_the_dimmed_maps(excite):
    page = excite.page
    mean, gate = named(excite, "z-0"), named(excite, "gate-0")
    last = excite.locator(".scse-dimmed canvas").first
    assert [paleness(part) for part in (mean, gate, last)] == [1, 1, 1]
    stage = named(excite, "stage").element_handle()
    named(excite, "play").click()
    assert named(excite, "play").inner_text() == "Pause"
    assert paleness(last) < 0.2
    page.wait_for_function("e => e.textContent.startsWith('2 of 6')", arg=stage)
    assert (paleness(mean), paleness(gate) < 0.2) == (1, True)
    named(excite, "play").click()
    held = excite.locator(".scse-wires path").first.get_attribute("d")
    page.wait_for_timeout(300)
    assert excite.locator(".scse-wires path").first.get_attribute("d") == held, "it is paused"
    for _ in range(5):
        named(excite, "step-forward").click()
    assert [paleness(part) for part in (mean, gate, last)] == [1, 1, 1]
    check_excite(excite, twin_of("channel", SqueezeExcite))


def test_a_change_ends_the_play(excite):
    named(excite, "step-forward").click()
    assert named(excite, "stage").inner_text().startswith("1 of 6: squeeze")
    assert paleness(named(excite, "gate-0")) < 0.2
    named(excite, "z-bar-2").press("End")
    settle(excite.page)
    assert paleness(named(excite, "gate-0")) == 1


def test_nothing_moves_where_the_reader_wants_no_motion(open_page):
    page = open_page("index.html")
    page.emulate_media(reduced_motion="reduce")
    flow = page.locator(".scse-flow")
    named(flow, "step-forward").click()
    assert named(flow, "play").is_hidden()
    assert named(flow, "stage").inner_text().startswith("1 of 5: squeeze")
    page.wait_for_timeout(300)
    assert flow.locator(".scse-flying:visible").count() == 0
    assert paleness(named(flow, "z-0")) == 1
    named(flow, "step-back").click()
    assert paleness(named(flow, "z-0")) < 0.2


# BlockFlow


def test_block_flow_shows_what_the_block_computes(open_page):
    flow = open_page("index.html").locator(".scse-flow")
    twin = twin_of("index", BlockFlow)
    for picture in (0, 1):
        flow.locator(f"input[name=picture][value='{picture}']").check()
        settle(flow.page)
        now = twin.evaluate(picture)
        for page in range(2):
            shown = range(4 * page, 4 * page + 4)
            for name, key in (("z", "z"), ("logit", "logits"), ("gate", "gates")):
                found = [number(flow, f"{name}-{k}") for k in shown]
                assert found == close(now[key][list(shown)].tolist())
            named(flow, "page-forth" if page == 0 else "page-back").click()
        ends = [number(flow, name) for name in ("q-low", "q-high", "mask-low", "mask-high")]
        assert ends == close([f(now[key]).item() for key in ("q", "mask") for f in (min_, max_)])
    # The last maps as they are painted: brighter where Û is larger.
    grey = """e => Array.from(e.getContext("2d").getImageData(0, 0, e.width, e.height).data)
        .filter((_, i) => i % 4 === 1)"""
    for stack, key in ((".scse-at-U", "maps"), (".scse-at-out", "output")):
        painted = flow.locator(f"{stack} canvas").first.evaluate(grey)
        order = now[key][0].flatten().argsort()
        steps = [painted[i] for i in order.tolist()]
        assert sorted(steps) == steps, "the green of the scale grows with the value"


def min_(values):
    return values.min()


def max_(values):
    return values.max()


# PixelProbe


def probes(open_page, **options):
    return open_page("space.html", **options).locator(".scse-probe")


def check_probe(probe, twin, picture, pixel):
    now = twin.evaluate(picture, pixel)
    channels = len(now["products"])
    assert row(probe, "value", channels) == close(now["vector"].tolist())
    assert row(probe, "weight", channels) == close(now["weights"].tolist())
    assert row(probe, "product", channels) == close(now["products"].tolist())
    assert number(probe, "sum") == close(now["products"].sum().item())
    for name in ("bias", "logit", "gate"):
        assert number(probe, name) == close(now[name])


def test_pixel_probe_by_pointer(open_page):
    probe, twin = probes(open_page).first, twin_of("space", PixelProbe)
    check_probe(probe, twin, 0, [])
    _, height, width = twin.manifest["shape"]
    for name, (r, c) in {"point-picture": (3, 5), "point-mask": (height - 1, width // 2)}.items():
        place = named(probe, name)
        box = place.bounding_box()
        x, y = (c + 0.5) / width * box["width"], (r + 0.5) / height * box["height"]
        place.hover(position={"x": x, "y": y})
        settle(probe.page)
        check_probe(probe, twin, 0, [r, c])


def test_pixel_probe_by_keyboard(open_page):
    probe, twin = probes(open_page).first, twin_of("space", PixelProbe)
    probe.locator("input[name=picture][value='1']").check()
    place = named(probe, "point-mask")
    place.focus()
    settle(probe.page)
    r, c = twin.evaluate(1)["pixel"]
    _, height, width = twin.manifest["shape"]
    for key, dr, dc in [("ArrowUp", -1, 0), ("ArrowLeft", 0, -1), ("Shift+ArrowDown", 8, 0)]:
        place.press(key)
        settle(probe.page)
        r, c = min(max(r + dr, 0), height - 1), min(max(c + dc, 0), width - 1)
        check_probe(probe, twin, 1, [r, c])


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_bar_of_a_pixel_runs_into_its_number(open_page, width, media):
    page = open_page("space.html", width=width)
    page.emulate_media(media=media)
    near = page.locator(".scse-probe td").evaluate_all(
        """all => all.map((cell) => {
          const bar = cell.querySelector(".scse-balance").getBoundingClientRect();
          const text = document.createRange();
          text.selectNodeContents(cell.querySelector("output"));
          const number = text.getBoundingClientRect();
          const same = number.top < bar.bottom && bar.top < number.bottom;
          return same ? number.left - bar.right : -1;
        })"""
    )
    assert len(near) == 3 * (8 + 16)
    assert min(near) >= 3


def test_two_probes_on_a_page_keep_apart(open_page):
    both = probes(open_page)
    assert both.count() == 2
    twins = [twin_of("space", PixelProbe, k) for k in (0, 1)]
    named(both.nth(1), "point-mask").press("ArrowUp")
    both.nth(1).locator("input[name=picture][value='1']").check()
    settle(both.page)
    check_probe(both.nth(0), twins[0], 0, [])
    check_probe(both.nth(1), twins[1], 1, [])


# MaskGallery


def test_mask_gallery_states_every_range_and_value(open_page):
    gallery = open_page("space.html").locator(".scse-gallery").first
    twin = twin_of("space", MaskGallery)
    for picture in (0, 1):
        gallery.locator(f"input[name=picture][value='{picture}']").check()
        for scale in ("shared", "own"):
            gallery.locator(f"input[name=scale][value='{scale}']").check()
            settle(gallery.page)
            for name, mask in twin.evaluate(picture).items():
                ends = [mask.min().item(), mask.max().item()]
                assert [number(gallery, f"{end}-{name}") for end in ("min", "max")] == close(ends)
                bar = [number(gallery, f"{name}-{end}") for end in ("low", "high")]
                assert bar == close(ends if scale == "own" else [0, 1])
    named(gallery, "point-bottleneck").focus()
    for key in ("ArrowRight", "ArrowDown"):
        named(gallery, "point-bottleneck").press(key)
    masks = twin.evaluate(1)
    height, width = masks["bottleneck"].shape
    y, x = (height // 2 + 1 + 0.5) / height, (width // 2 + 1 + 0.5) / width
    for name, mask in masks.items():
        value = mask[int(y * mask.shape[0]), int(x * mask.shape[1])].item()
        assert number(gallery, f"value-{name}") == close(value), name


# With a kernel on the other side


HOST = """async ({ esm, state }) => {
  const bytes = Uint8Array.from(atob(state.packed), (c) => c.charCodeAt(0));
  state.packed = new DataView(bytes.buffer);
  const listeners = {};
  const saved = [];
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const callback of listeners[`change:${name}`] ?? []) callback();
    },
    on: (event, callback) => (listeners[event] ??= []).push(callback),
    off: (event, callback) => (listeners[event] = listeners[event].filter((c) => c !== callback)),
    save_changes: () => saved.push(structuredClone(state.edits)),
  };
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const el = document.createElement("div");
  el.className = "kernel";
  document.querySelector("main").prepend(el);
  const stop = await widget.render({ model, el });
  window.kernel = { model, saved, stop, left: () => Object.values(listeners).flat().length };
}"""


@pytest.fixture
def kernel(open_page):
    """The page's GateLab once more, on a model that the test holds like a kernel would."""
    import base64

    page, twin = open_page("index.html"), twin_of("index", GateLab)
    state = twin.get_state(["manifest", *GateLab.state_names()])
    state["packed"] = base64.b64encode(twin.packed).decode()
    page.evaluate(HOST, {"esm": str(twin._esm), "state": state})
    return page


def test_a_kernel_sets_the_state(kernel):
    gates = [0.1 * k for k in range(8)]
    kernel.evaluate("(edits) => kernel.model.set('edits', edits)", edits_of("scse", gates))
    kernel.evaluate("() => kernel.model.set('picture', 1)")
    settle(kernel)
    view = kernel.locator(".kernel .scse-gatelab")
    assert row(view, "gate", 8) == close(gates)
    check_lab(view, twin_of("index", GateLab), picture=1)


def test_a_kernel_hears_the_end_of_a_drag(kernel):
    slider = kernel.locator(".kernel [data-name=bar-0]")
    pull(kernel, slider, 0.5)
    kernel.wait_for_function("() => kernel.saved.length > 0")
    saved = kernel.evaluate("() => kernel.saved")
    edit = saved[-1]["decoder1"]["channel"]
    assert edit == {"base": "own", "set": {"0": number(kernel.locator(".kernel"), "gate-0")}}


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        (
            "edits",
            {"decoder1": {"channel": {"base": "off"}}},
            "cannot be read at decoder1.channel.base",
        ),
        ("edits", {"decoder9": {}}, "changes a block that is not here: decoder9"),
        ("edits", {"decoder1": {"channel": {"base": "own", "set": {"8": 1}}}}, "no entry 8"),
        ("edits", {"decoder1": {"channel": {"base": "own", "set": {"0": 7}}}}, "from 0 to 1"),
        ("edits", {"decoder1": {"channel": {"base": "mean"}}}, "asks for a mean"),
        ("picture", 99, "picture must be 0 to"),
    ],
)
def test_a_bad_state_is_said_in_the_figure_and_goes_away(kernel, trait, value, message):
    view = kernel.locator(".kernel")
    before = row(view, "gate", 8), number(view, "dice")
    kernel.evaluate("([trait, value]) => kernel.model.set(trait, value)", [trait, value])
    settle(kernel)
    assert message in view.get_by_role("alert").text_content()
    assert (row(view, "gate", 8), number(view, "dice")) == before
    good = {"edits": {}, "picture": 0}[trait]
    kernel.evaluate("([trait, value]) => kernel.model.set(trait, value)", [trait, good])
    settle(kernel)
    assert view.locator(".scse-message").is_hidden()


def test_a_view_that_is_taken_down_stops_listening(kernel):
    assert kernel.evaluate("() => kernel.left()") == 4  # three traits, and messages
    kernel.evaluate("() => kernel.stop()")
    assert kernel.evaluate("() => kernel.left()") == 0


def test_motion_and_colours_follow_the_system(open_page):
    page = open_page("index.html")
    hint = page.locator(".scse-pull").first
    moving = "(e) => getComputedStyle(e).animationName"
    assert hint.evaluate(moving) == "scse-nudge"
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    assert hint.evaluate(moving) == "none"
    fill = page.locator(".scse-gatelab .scse-fill").first
    colour = "(e) => getComputedStyle(e).backgroundColor"
    track = page.locator(".scse-gatelab .scse-track").first
    assert fill.evaluate(colour) != track.evaluate(colour)
