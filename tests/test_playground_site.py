"""The playground in the built site: whole networks in the page, against torch."""

import functools
import io
import itertools
import math

import pytest
import torch
from PIL import Image
from playwright.sync_api import expect
from site_tools import READER, number, settle, take_links

from scse import load, override, record
from scse.metrics import mean_dice
from scse.widgets import Playground

PAGE = "playground.html"
DIGITS, BRAIN = 0, 1  # where the widgets stand on the page


close = functools.partial(pytest.approx, abs=1e-5)


def arc(x, y, rx, ry, begin, end, steps=12):
    angles = [math.radians(begin + (end - begin) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


# In parts of a unit square, y downwards. Not all ten: what is tested is that a drawing reaches the
# network and its answer the page, not how well it reads any hand.
STROKES = {
    0: [arc(0.5, 0.5, 0.2, 0.3, -90, 270, 20)],
    2: [[*arc(0.5, 0.36, 0.18, 0.16, -170, 30), (0.32, 0.78), (0.7, 0.78)]],
    3: [arc(0.47, 0.35, 0.18, 0.15, -150, 90) + arc(0.47, 0.65, 0.2, 0.15, -90, 150)],
    4: [[(0.5, 0.2), (0.3, 0.56), (0.72, 0.56)], [(0.6, 0.4), (0.6, 0.82)]],
    5: [[(0.66, 0.22), (0.38, 0.22), (0.36, 0.46), *arc(0.48, 0.62, 0.18, 0.18, -110, 150)]],
    8: [arc(0.5, 0.35, 0.14, 0.14, 90, 450, 16) + arc(0.5, 0.65, 0.17, 0.16, -90, 270, 16)],
}


class Figure:
    """One playground of the page, as a reader uses it."""

    def __init__(self, page, which):
        self.page = page
        self.root = page.locator(".scse-playground[data-ready]").nth(which)
        self.root.scroll_into_view_if_needed()
        self.root.dispatch_event("focusin")  # the engine comes when the figure is first used

    def named(self, name):
        return self.root.locator(f'[data-name="{name}"]')

    def choose(self, name, value):
        self.named(name).select_option(value)
        self.settle()

    def press(self, name, *keys):
        for key in keys:
            self.named(name).press(key)
        self.settle()

    def settle(self):
        """Until the engine has answered what was asked last, and the address is up to date."""
        settle(self.page)
        self.page.wait_for_function(
            """root => {
                const { asked, answered, before } = root.dataset;
                root.dataset.before = answered;
                return answered === before && (answered === asked || answered === "failed");
            }""",
            arg=self.root.element_handle(),
            polling=50,
        )

    def seen(self):
        """The classes that the page names, the largest first: {class: pixels}."""
        items = self.named("seen").locator("li[data-class]")
        pairs = items.evaluate_all("all => all.map((i) => [i.dataset.class, i.dataset.pixels])")
        return {int(k): int(pixels) for k, pixels in pairs}

    def numbers(self, *names):
        return [number(self.root, name) for name in names]

    def picture(self):
        """What the network sees, by way of the download: uint8 (H, W)."""
        with self.page.expect_download() as download:
            self.named("download").click()
        pixels = Image.open(download.value.path()).convert("L")
        return torch.tensor(list(pixels.tobytes()), dtype=torch.uint8).reshape(pixels.size[::-1])

    def draw(self, strokes, size=0.5):
        sheet = self.named("sheet")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        mouse = self.page.mouse
        for stroke in strokes:
            places = [
                (
                    box["x"] + box["width"] * (0.5 + size * (x - 0.5)),
                    box["y"] + box["height"] * (0.5 + size * (y - 0.5)),
                )
                for x, y in stroke
            ]
            mouse.move(*places[0])
            mouse.down()
            for place in places[1:]:
                mouse.move(*place)
            mouse.up()
        self.settle()


@pytest.fixture
def figure(open_page):
    def open_figure(which, **options):
        found = Figure(open_page(PAGE, **options), which)
        found.settle()
        return found

    return open_figure


def answer(net, picture, gates=None):
    """torch's segmentation of an 8-bit picture (H, W)."""
    with torch.no_grad(), override(net, gates or {}):
        return net(Playground.input(picture)[None]).argmax(1)[0]


def test_blocks_stand_in_the_order_in_which_they_run(figure):
    for which in (DIGITS, BRAIN):
        blocks = figure(which).root.locator('input[name="block"]')
        assert blocks.evaluate_all("all => all.map(one => one.value)") == list(
            load("digits-unet-scse").stages
        )


def swipe(page, places):
    """A finger laid down, moved from place to place, and lifted."""
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for i, (x, y) in enumerate(places):
        touch("touchMove" if i else "touchStart", {"x": x, "y": y})
        page.wait_for_timeout(10)
    touch("touchEnd")


# The engine itself


def test_engine_equals_torch(open_page):
    """Logits, gates, masks and maps of the engine in the page, to 1e-4."""
    page = open_page("index.html")
    net = load("digits-unet-scse", seed=0)
    image = torch.randn(1, 1, 96, 96, generator=torch.Generator().manual_seed(5))
    value = torch.linspace(0, 1, 64)
    mask = torch.rand(24, 24, generator=torch.Generator().manual_seed(6))
    names = [f"{b}.{part}" for b in net.stages for part in ("channel", "spatial", "maps")]
    feeds = {
        "image": image,
        "bottleneck.channel.keep": 0,
        "bottleneck.channel.value": value,
        "decoder3.spatial.keep": torch.zeros(24, 24),
        "decoder3.spatial.value": mask,
    }
    found = page.evaluate(
        """async ([feeds, fetches]) => {
            const load = async (name) => {
              const response = await fetch(new URL(`_static/${name}`, document.baseURI));
              const unpacked = new DecompressionStream("gzip");
              const stream = response.body;
              const plain = name.endsWith(".gz") ? stream.pipeThrough(unpacked) : stream;
              return new Response(plain).arrayBuffer();
            };
            const program = new Blob([await load("engine/worker.js")], {type: "text/javascript"});
            const worker = new Worker(URL.createObjectURL(program));
            const ask = (message) => new Promise((done, fail) => {
              worker.onmessage = ({ data }) => data.error ? fail(data.error) : done(data.done);
              worker.postMessage({ id: 1, ...message });
            });
            await ask({ start: await load("engine/ort.wasm.gz") });
            await ask({ open: "it", bytes: await load("onnx/digits-unet-scse-seed0.onnx") });
            const given = Object.fromEntries(Object.entries(feeds).map(([name, data]) =>
              [name, Array.isArray(data) ? Float32Array.from(data) : data]));
            const { outputs } = await ask({ run: "it", feeds: given, fetches });
            const entries = Object.entries(outputs);
            return Object.fromEntries(entries.map(([name, t]) => [name, Array.from(t.data)]));
        }""",
        [
            {k: v.flatten().tolist() if torch.is_tensor(v) else v for k, v in feeds.items()},
            ["logits", *names],
        ],
    )
    own = {}

    def keep(block, branch, new):
        def change(gate):
            own[f"{block}.{branch}"] = gate
            return new

        return change

    given = {
        "bottleneck": {"channel": keep("bottleneck", "channel", value[None, :, None, None])},
        "decoder3": {"spatial": keep("decoder3", "spatial", mask[None, None])},
    }
    with override(net, given):
        seen = record(net, image)
    expected = {"logits": seen.logits}
    for block, values in seen.items():
        expected |= {f"{block}.maps": values.input}
        for branch in ("channel", "spatial"):
            expected[f"{block}.{branch}"] = own.get(f"{block}.{branch}", getattr(values, branch))
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        got = torch.tensor(found[name]).reshape(tensor.shape)
        torch.testing.assert_close(
            got, tensor, atol=1e-4, rtol=0, msg=lambda m, n=name: f"{n}: {m}"
        )


# Drawing


@pytest.mark.parametrize("which", [DIGITS, BRAIN], ids=["digits", "brain"])
def test_examples_are_the_pictures_that_python_makes(figure, which):
    lab = figure(which)
    for i, picture in enumerate(Playground(("digits", "brain")[which]).pictures):
        lab.choose("source", f"example:{i}")
        assert torch.equal(lab.picture(), picture)


@pytest.mark.parametrize(("source", "digits"), [("blank", STROKES), ("ground:0", (3, 5))])
def test_drawn_digits_are_read(figure, source, digits):
    lab = figure(DIGITS)
    for digit in digits:
        lab.choose("source", "example:0")
        lab.choose("source", source)
        lab.draw(STROKES[digit])
        seen = lab.seen()
        assert next(iter(seen)) == digit + 1, f"a {digit} was read as {seen}"
    expected = answer(load("digits-unet-scse"), lab.picture())
    assert seen == {
        k: n
        for k, n in zip(*map(torch.Tensor.tolist, expected.unique(return_counts=True)))
        if k and n >= 12
    }


def test_draw_by_keyboard_and_take_it_back(figure):
    lab = figure(DIGITS)
    lab.choose("source", "blank")
    assert lab.seen() == {}
    sheet = lab.named("sheet")
    sheet.focus()
    for key in ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 16 + ["Space"]:
        sheet.press(key)
    lab.settle()
    assert next(iter(lab.seen())) == 2, "an upright line reads 1"
    drawn = lab.picture()
    sheet.press("Control+z")
    lab.settle()
    assert lab.seen() == {}
    lab.named("redo").click()
    lab.settle()
    assert torch.equal(lab.picture(), drawn)
    sheet.press("Control+z")
    sheet.press("Control+y")
    lab.settle()
    assert torch.equal(lab.picture(), drawn)
    lab.named("clear").click()
    lab.settle()
    assert lab.seen() == {}


def test_a_stroke_that_leaves_the_sheet_by_far(figure):
    lab = figure(DIGITS)
    lab.choose("source", "blank")
    lab.draw([[(0.5, 0.5), (4, 0.5), (0.5, 0.6)]])
    assert not lab.root.get_by_role("alert").filter(visible=True).count()
    picture = lab.picture().float()
    assert picture[48, 80:].min() > picture[10, 80:].max() + 50, "drawn up to the edge"
    assert lab.named("undo").is_enabled()


def test_draw_with_a_finger_on_a_phone(figure):
    lab = figure(DIGITS, width=390, height=844, touch=True)
    lab.choose("source", "blank")
    lab.named("sheet").scroll_into_view_if_needed()
    box = lab.named("sheet").bounding_box()
    stroke = [(0.5 + 0.5 * (x - 0.5), 0.5 + 0.5 * (y - 0.5)) for x, y in STROKES[0][0]]
    swipe(
        lab.page, [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in stroke]
    )
    lab.settle()
    assert next(iter(lab.seen())) == 1, "a ring reads 0"


def test_a_finger_moves_a_bar_or_the_page_never_both(figure):
    lab = figure(DIGITS, width=390, height=844, touch=True)
    bar = lab.named("bar-22")
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    own = lab.numbers("gate-22")
    swipe(lab.page, [(x, y - 12 * i) for i in range(12)])
    lab.page.wait_for_timeout(300)
    assert bar.bounding_box()["y"] < box["y"] - 50, "it scrolls"
    lab.settle()
    assert lab.numbers("gate-22") == own
    assert lab.named("undo").is_disabled(), "nothing has been done"
    box = bar.bounding_box()
    across = [box["x"] + box["width"] * part for part in (0.8, 0.6, 0.4, 0.3)]
    swipe(lab.page, [(x, box["y"] + box["height"] / 2) for x in across])
    lab.settle()
    assert lab.numbers("gate-22")[0] == pytest.approx(0.3, abs=0.06)
    bar.dblclick()
    lab.settle()
    assert lab.numbers("gate-22") == close(own)
    assert lab.named("all-base").input_value() == "own", "at its tick it is the network's again"


# Meddling


def check(lab, net, gates, label):
    """Dice and changed pixels of the page against torch."""
    picture = lab.picture()
    own, meddled = answer(net, picture), answer(net, picture, gates)
    count = net.config["classes"]
    dice, changed = lab.numbers("dice", "changed")
    assert dice == pytest.approx(mean_dice(meddled, label, count), abs=1e-3)
    assert changed == pytest.approx(int((own != meddled).sum()), abs=2)
    return changed


def test_a_dragged_bottleneck_gate_does_what_torch_says(figure):
    lab = figure(BRAIN)
    net = load("brain-unet-scse", seed=4)
    label = Playground("brain").labels[0].long()
    gates = record(net, Playground.input(lab.picture())[None])["bottleneck"].channel
    for k, key, value in ((2, "Home", 0.0), (13, "End", 1.0), (14, "Home", 0.0)):
        lab.press(f"bar-{k}", key)
        gates[0, k] = value
        assert lab.numbers(f"gate-{k}") == [value]
    assert check(lab, net, {"bottleneck": {"channel": gates}}, label) > 0
    # By pointer: to the middle of the bar
    bar = lab.named("bar-20")
    bar.scroll_into_view_if_needed()
    box = bar.locator(".scse-track").bounding_box()
    lab.page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
    lab.page.mouse.up()
    lab.settle()
    gates[0, 20] = lab.numbers("gate-20")[0]
    assert gates[0, 20].item() == pytest.approx(0.5, abs=0.05)
    check(lab, net, {"bottleneck": {"channel": gates}}, label)
    lab.named("reset").click()
    lab.settle()
    assert lab.numbers("changed") == [0]


def test_gates_of_another_contrast_cost_what_torch_says(figure):
    lab = figure(BRAIN)
    net = load("brain-unet-scse", seed=4)
    twin = Playground("brain")
    usual = record(net, twin.input(twin.pictures[0])[None])["bottleneck"].channel
    lab.press("contrast", "End")
    before = lab.numbers("dice")[0]
    lab.choose("gate-base", "from:0")
    check(lab, net, {"bottleneck": {"channel": usual}}, twin.labels[0].long())
    assert lab.numbers("dice")[0] < before - 0.05


def test_means_and_branches_of_all_blocks(figure):
    lab = figure(DIGITS)
    net = load("digits-unet-scse")
    twin = Playground("digits")
    label = twin.labels[0].long()
    lab.choose("all-base", "neutral")
    zeros = {name: {"channel": 0, "spatial": 0} for name in net.stages}
    check(lab, net, zeros, label)
    lab.choose("all-base", "own")
    lab.root.locator('input[name="block"][value="decoder2"]').check()
    lab.choose("gate-base", "mean")
    mean = twin.manifest["networks"]["scse"]["means"]["decoder2"]
    check(lab, net, {"decoder2": {"channel": torch.tensor(mean)}}, label)


def test_what_off_is_follows_the_rule_of_the_network(figure):
    lab = figure(DIGITS)
    label = Playground("digits").labels[0].long()

    def offered():
        options = lab.named("mask-base").locator("option").all()
        return {o.get_attribute("value"): o.inner_text() for o in options}

    for kind, neutral, other, words in [("scse", 0, "one", "all 0"), ("sse", 1, "zero", "all 1")]:
        lab.root.locator(f'input[name="network"][value="{kind}"]').check()
        lab.choose("mask-base", "neutral")
        assert offered()["neutral"] == f"branch off: {words}"
        assert other in offered()
        assert {"zero", "one"} - {other} - offered().keys(), "nothing is offered twice"
        check(lab, load(f"digits-unet-{kind}"), {"bottleneck": {"spatial": neutral}}, label)
    lab.choose("mask-base", "neutral")
    lab.root.locator('input[name="network"][value="scse"]').check()
    lab.settle()
    assert lab.named("mask-base").input_value() == "neutral", "of add, 0 goes by that name"
    assert lab.named("all-base").input_value() == "", "mixed"


def test_paint_on_a_mask(figure):
    lab = figure(DIGITS)
    net = load("digits-unet-scse")
    lab.root.locator('input[name="block"][value="decoder2"]').check()
    lab.settle()
    mask = lab.named("mask")
    mask.scroll_into_view_if_needed()
    box = mask.bounding_box()
    at = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        for x, y in ((0.2, 0.6), (0.4, 0.6))
    ]
    lab.page.mouse.move(*at[0])
    lab.page.mouse.down()
    lab.page.mouse.move(*at[1], steps=6)
    lab.page.mouse.up()
    lab.settle()
    assert number(lab.root, "mask-low") == 0
    assert lab.numbers("changed")[0] > 0
    lab.named("wipe").click()
    lab.settle()
    assert lab.numbers("changed") == [0]
    mask.focus()
    for key in ("Space", "ArrowRight", "Space"):
        mask.press(key)
    lab.settle()
    assert number(lab.root, "mask-low") == 0, "the keyboard paints too"
    assert net.stages[5] == "decoder2"


@pytest.mark.parametrize("which", [DIGITS, BRAIN], ids=["digits", "brain"])
def test_compare_shows_all_four_networks(figure, which):
    lab = figure(which)
    lab.named("compare").check()
    lab.settle()
    task = ("digits", "brain")[which]
    twin = Playground(task)
    lab.root.locator('[data-network="scse"] .scse-off').wait_for(state="hidden")
    picture, label = lab.picture(), twin.labels[0].long()
    for kind, net in twin.networks.items():
        expected = mean_dice(answer(net, picture), label, net.config["classes"])
        assert number(lab.root, f"dice-{kind}") == pytest.approx(expected, abs=1e-3)


def test_other_networks_open_too(figure):
    lab = figure(DIGITS)
    for kind in ("cse", "sse", "none"):
        lab.root.locator(f'input[name="network"][value="{kind}"]').check()
        lab.settle()
        net = load(f"digits-unet-{kind}")
        label = Playground("digits").labels[0].long()
        check(lab, net, None, label)
    assert not lab.named("mask").is_visible()


def test_all_of_it_by_keyboard(figure):
    """Tab reaches every control in the order of the page, and keys work each of them."""
    lab = figure(DIGITS)
    keys = lab.page.keyboard
    focus = "document.activeElement.dataset.name ?? document.activeElement.name"

    def walk(name, *pressed):
        for _ in range(30):
            if lab.page.evaluate(focus) == name:
                break
            keys.press("Tab")
        assert lab.page.evaluate(focus) == name, f"Tab does not reach {name}"
        for key in pressed:
            keys.press(key)
        lab.settle()

    lab.root.locator('input[name="network"]:checked').focus()
    walk("network", "ArrowLeft")
    assert lab.root.locator('input[name="network"]:checked').input_value() == "sse"
    expect(lab.named("undo")).to_be_enabled()
    walk("undo", "Enter")
    assert lab.root.locator('input[name="network"]:checked').input_value() == "scse"
    walk("redo")  # the step back was the only one: the focus did not get lost with its button
    walk("sheet", "Space", *["ArrowDown"] * 9, "Space")
    walk("source", "a")  # … blank page
    assert lab.seen() == {}
    walk("block", "ArrowRight", "ArrowRight")
    assert lab.root.locator('input[name="block"]:checked').input_value() == "decoder2"
    walk("all-base", "ArrowDown")
    lab.press("all-base", "Home")
    walk("mask", "Space", *["ArrowRight"] * 3, "Space")
    assert number(lab.root, "mask-low") == 0
    walk("mask-base")
    walk("wipe", "Enter")
    assert lab.page.evaluate(focus) == "mask-base"
    walk("gate-base")
    walk("bypass")
    walk("bar-0", "Home")
    assert lab.numbers("gate-0") == [0]
    walk("bar-1")
    lab.named("bypass").focus()
    walk("bypass", "Enter")
    walk("compare", "Space")
    assert lab.root.locator('[data-network="none"]').is_visible()


# The reader's own pictures


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(mode="RGB", size=(300, 200)):
    """A dark picture, its left half brighter: which way up it stands can be told."""
    left = Image.new(mode, (size[0] // 2, size[1]), {"CMYK": (0, 0, 0, 60)}.get(mode, (200,) * 3))
    whole = Image.new(mode, size, {"CMYK": (0, 0, 0, 230)}.get(mode, (30,) * 3))
    whole.paste(left, (0, 0))
    return whole


def sideways():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to show: the bright half comes to the top
    return encoded(photograph(), "JPEG", exif=exif)


def see_through():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (100, 0, 200, 200))
    return encoded(image, "PNG")


def animated():
    frames = [photograph().convert("P"), Image.new("P", (300, 200), 0)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)


GOOD = {  # name -> the file, and where the bright half must be found
    "plain.png": (lambda: encoded(photograph(), "PNG"), "left"),
    "print.jpg": (lambda: encoded(photograph("CMYK"), "JPEG"), "left"),
    "phone.jpg": (sideways, "top"),
    "glass.png": (see_through, "left"),  # what is transparent becomes white
    "film.gif": (animated, "left"),
    "huge.png": (lambda: encoded(Image.new("L", (8000, 6400), 90), "PNG"), None),
}


def test_own_pictures(figure):
    lab = figure(DIGITS)
    for name, (make, bright) in GOOD.items():
        lab.choose("source", "blank")
        lab.named("file").set_input_files({"name": name, "mimeType": "", "buffer": make()})
        source = lab.named("source").element_handle()
        lab.page.wait_for_function("t => t.value === 'own'", arg=source)
        lab.settle()
        assert not lab.named("complaint").is_visible(), name
        picture = lab.picture().float()
        assert picture.shape == (96, 96)
        if bright == "left":
            assert picture[:, :40].mean() > picture[:, 56:].mean() + 50, name
        if bright == "top":
            assert picture[:40].mean() > picture[56:].mean() + 50, name
        lab.draw(STROKES[3])
        assert next(iter(lab.seen()), None) == 4 or bright, "a 3 on grey is read"
        lab.press("clear", "Enter")


BAD = {
    "empty.png": (b"", "“empty.png” is empty"),
    "notes.txt": (b"not a picture at all", "“notes.txt” cannot be read as an image"),
    "broken.png": (
        encoded(Image.new("L", (9, 9)), "PNG")[:40],
        "“broken.png” cannot be read",
    ),
}


def test_bad_files_get_one_clear_message(figure):
    lab = figure(DIGITS)
    lab.choose("source", "blank")
    for name, (content, words) in BAD.items():
        lab.draw(STROKES[0])
        before = lab.picture()
        bad = {"name": name, "mimeType": "image/png", "buffer": content}
        lab.named("file").set_input_files(bad)
        lab.named("complaint").wait_for()
        assert lab.named("complaint").inner_text().startswith(words)
        assert torch.equal(lab.picture(), before), "nothing is lost"
        lab.draw(STROKES[4])
        assert not lab.named("complaint").is_visible(), "that was before"


def test_own_brain_picture(figure):
    lab = figure(BRAIN)
    slice_ = Image.fromarray(Playground("brain").pictures[1].numpy())
    lab.named("file").set_input_files(
        {
            "name": "scan.png",
            "mimeType": "image/png",
            "buffer": encoded(slice_.resize((512, 512)), "PNG"),
        }
    )
    lab.page.wait_for_function("t => t.value === 'own'", arg=lab.named("source").element_handle())
    lab.settle()
    assert set(lab.seen()) == {1, 2, 3}, "all three tissues are found in it"


# Links


def test_a_link_carries_the_whole_situation(figure, open_page):
    lab = figure(DIGITS)
    lab.choose("source", "ground:1")
    lab.draw(STROKES[8])
    lab.root.locator('input[name="block"][value="encoder3"]').check()
    lab.settle()
    lab.press("bar-4", "Home")
    lab.named("compare").check()
    lab.settle()
    taken = take_links(lab.page)
    lab.named("share").click()
    address = taken()
    lab.page.get_by_text("Link copied").wait_for()
    assert len(address) < 2000
    other = Figure(open_page(PAGE + "#" + address.split("#")[1]), DIGITS)
    other.page.wait_for_function(
        "t => t.value === 'ground:1'", arg=other.named("source").element_handle()
    )
    other.settle()
    assert torch.equal(other.picture(), lab.picture())
    assert other.seen() == lab.seen()
    assert other.numbers("gate-4", "changed") == lab.numbers("gate-4", "changed")
    assert other.named("compare").is_checked()
    # A reload finds the same: the address is kept up to date.
    other.page.wait_for_timeout(400)
    assert "digits=" in other.page.url


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("AAAA", "The link to this figure is damaged"),
        # {"block": "attic"}
        ("q1ZKyslPzlayUkosKclMVqoFAA", "names a block that is not here: attic"),
    ],
)
def test_a_bad_link_is_told_and_loses_nothing(figure, letters, words, open_page):
    lab = Figure(open_page(f"{PAGE}#digits={letters}"), DIGITS)
    lab.named("complaint").wait_for()
    assert words in lab.named("complaint").inner_text()
    lab.settle()
    assert lab.numbers("dice")[0] > 0.9


# Without an engine


def test_from_disk_whole_networks_run(open_page):
    page = open_page(PAGE, file=True)
    for which, name in ((DIGITS, "digits"), (BRAIN, "brain")):
        lab = Figure(page, which)
        lab.settle()
        assert lab.named("engine").inner_text() == "ONNX Runtime, in this page"
        twin = Playground(name)
        lab.choose("source", "example:1")
        lab.root.locator('input[name="block"][value="bottleneck"]').check()
        lab.settle()
        lab.choose("mask-base", "neutral")
        image = twin.input(twin.pictures[1])[None]
        with override(twin.networks["scse"], {"bottleneck": {"spatial": 0}}):
            logits = record(twin.networks["scse"], image).logits
        areas = logits.argmax(1).flatten().bincount().tolist()
        assert lab.seen()
        for k, pixels in lab.seen().items():
            assert pixels == pytest.approx(areas[k], abs=2)


def test_a_missing_runtime_is_told(browser, site, server):
    page = browser.new_page()
    page.route("**/ort.wasm*", lambda route: route.abort())
    page.goto(f"{server}/{PAGE}")
    page.evaluate(READER)
    lab = Figure(page, DIGITS)
    lab.page.wait_for_function(
        "r => r.dataset.answered === 'failed'", arg=lab.root.element_handle()
    )
    assert "could not be loaded from this site" in lab.named("engine").inner_text()
    assert set(lab.seen()) == {1, 7}, "what was stored stands"
    twin = Playground("digits")
    stored = record(twin.networks["scse"], twin.input(twin.pictures[0])[None])
    for block, own in stored.items():
        lab.root.locator(f'input[name="block"][value="{block}"]').check()
        lab.settle()
        gates = own.channel.flatten().tolist()
        assert lab.numbers(*(f"gate-{k}" for k in range(len(gates)))) == close(gates)
    page.close()


# The landing page's figure


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
def test_landing_figure_opens_every_block(open_page, file):
    page = open_page("index.html", file=file)
    lab = page.locator(".scse-gatelab").first
    net = load("digits-unet-scse")
    from test_widgets_site import twin_of

    from scse.widgets import GateLab

    twin = twin_of("index", GateLab)
    image, label = twin._images[0], twin.samples[0].label
    seen = record(net, image[None])
    for block in ("encoder1", "bottleneck", "decoder3"):
        lab.locator(f'input[name="block"][value="{block}"]').check()
        channels = seen[block].channel.shape[1]
        lab.get_by_text("ONNX Runtime, in this page").wait_for()
        lab.locator(f'[data-name="bar-{channels - 1}"]').wait_for()
        page.wait_for_timeout(500)
        gates = seen[block].channel.clone()
        shown = [number(lab, f"gate-{k}") for k in range(channels)]
        assert shown == pytest.approx(gates.flatten().tolist(), abs=1e-4)
        lab.locator('[data-name="bar-3"]').press("Home")
        page.wait_for_timeout(400)
        gates[0, 3] = 0
        with override(net, {block: {"channel": gates}}):
            meddled = record(net, image[None]).logits.argmax(1)[0]
        own = seen.logits.argmax(1)[0]
        assert number(lab, "dice") == pytest.approx(mean_dice(meddled, label, 11), abs=1e-3)
        assert number(lab, "changed") == pytest.approx(int((meddled != own).sum()), abs=2)
    lab.locator('input[name="block"][value="decoder1"]').check()
    assert lab.locator('[data-name="bar-63"]').is_hidden()


# Speed is not asserted; but nothing may be dropped while dragging.


def test_the_last_place_of_a_drag_is_answered(figure):
    lab = figure(DIGITS)
    bar = lab.named("bar-0")
    for value in itertools.islice(itertools.cycle(["Home", "End"]), 41):
        bar.press(value, no_wait_after=True)
    lab.settle()
    net = load("digits-unet-scse")
    gates = record(net, Playground.input(lab.picture())[None])["bottleneck"].channel
    gates[0, 0] = 0
    check(lab, net, {"bottleneck": {"channel": gates}}, Playground("digits").labels[0].long())
