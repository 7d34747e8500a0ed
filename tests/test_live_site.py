"""A network in a saved page: opened from disk with the network off, it says what torch says."""

import json
import warnings

import pytest
import torch
from playwright.sync_api import expect
from published import published
from safetensors.torch import load_file
from site_tools import ROOT, named, number
from torch import nn

from scse import QuickNAT, SDNet, UNet, cSE, override, record, scSE
from scse.data import brain, digits
from scse.export import Gated, check
from scse.widgets import explore

WAIT = 30_000  # ms
PART = '<script type="text/plain"'


class Twice(nn.Module):
    """One block that runs two times."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 3, 1)
        self.gate = scSE(6)

    def forward(self, x):
        x = self.gate(torch.relu(self.first(x)))
        return self.last(self.gate(x.roll(1, 1)))


def volumes():
    convolution = nn.Conv3d(1, 4, 3, padding=1)
    return nn.Sequential(convolution, nn.ReLU(), scSE(4), nn.Conv3d(4, 2, 1))


def lines():
    convolution = nn.Conv1d(1, 6, 5, padding=2)
    return nn.Sequential(convolution, nn.ReLU(), scSE(6), nn.Conv1d(6, 3, 1))


def smp():
    network = published("segmentation_models_pytorch", "Unet")
    options = {"encoder_name": "resnet18", "encoder_weights": None, "in_channels": 1}
    depth = {"encoder_depth": 3, "decoder_channels": (32, 16, 16)}
    return network(**options, **depth, classes=3, decoder_attention_type="scse")


def classifier():
    make = published("timm", "create_model")
    return make(
        "seresnet18", in_chans=1, num_classes=5, channels=(8, 8, 16, 16), zero_init_last=False
    )


KINDS = {
    "unet": (lambda: UNet(1, 3, width=8, depth=2), (2, 1, 24, 32)),
    "sdnet": (lambda: SDNet(1, 3, width=8, depth=3), (2, 1, 24, 32)),
    "quicknat": (lambda: QuickNAT(1, 3, width=8, depth=3), (2, 1, 21, 34)),  # no multiples of 4
    "twice": (Twice, (2, 1, 12, 16)),
    "volumes": (volumes, (2, 1, 6, 12, 16)),
    "lines": (lines, (2, 1, 40)),
    "smp": (smp, (2, 1, 32, 32)),
    "classifier": (classifier, (2, 1, 32, 32)),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A function: name → a network, its inputs, and the page with both."""
    folder, made = tmp_path_factory.mktemp("live"), {}

    def of(name):
        if name not in made:
            make, shape = KINDS[name]
            torch.manual_seed(3)
            net = make().eval()
            images = torch.randn(shape, generator=torch.Generator().manual_seed(1)).cumsum(-1)
            page = explore(net, images, titles=["hill", "valley"]).save(
                folder / f"{name}.html", live=True
            )
            made[name] = net, images, page
        return made[name]

    return of


@pytest.fixture
def view(browser):
    """A function that opens a file; in the end nothing may have gone wrong."""
    problems, contexts = [], []

    def open_file(path, before=""):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(before)
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda r: r.url.startswith(("file:", "blob:", "data:")) or problems.append(r.url),
        )
        page.goto(path.as_uri())
        page.wait_for_selector(".scse-explorer[data-ready]")
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert not problems


def answered(page):
    """Until what is shown is what the network makes of the edits."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    page.wait_for_selector(".scse-explorer[data-fresh]", timeout=WAIT)


def areas(logits):
    return logits[0].argmax(0).flatten().bincount(minlength=logits.shape[1]).tolist()


def shown(page, logits, slice_=None):
    """Whether the page shows an output: pixels of each class, or the scores."""
    if logits.dim() == 2:
        shares = logits.softmax(1)[0].sort(descending=True).values.tolist()
        assert [number(page, f"share-{i}") for i in range(3)] == pytest.approx(shares[:3], abs=1e-4)
        return
    if slice_ is not None:
        logits = logits[:, :, slice_]
    found = [number(page, f"pixels-{k}") for k in range(logits.shape[1])]
    assert found == pytest.approx(areas(logits), abs=1)


@pytest.mark.parametrize("name", KINDS)
def test_it_says_what_torch_says(live, view, name):
    net, images, path = live(name)
    middle = images.shape[2] // 2 if images.dim() == 5 else None
    page = view(path)
    assert "runs in this page once you use the figure" in named(page, "status").inner_text()
    block = page.locator(".scse-deskbar .scse-title").inner_text().replace("\u200b", "").strip()
    rec = record(net, images[:1])
    assert block in rec
    shown(page, rec.logits, middle)
    block = block.partition("#")[0]

    named(page, "base-channel").select_option("from:1")
    answered(page)
    assert named(page, "status").inner_text() == "ONNX Runtime, in this page"
    gates = record(net, images[1:])[block].channel
    with override(net, {block: {"channel": gates}}):
        shown(page, record(net, images[:1]).logits, middle)

    named(page, "base-channel").select_option("neutral")
    answered(page)
    off = {block: {"channel": {"base": "neutral"}}}  # 1 where it multiplies
    with override(net, off):
        shut = record(net, images[:1])
    shown(page, shut.logits, middle)
    assert not torch.equal(shut.logits, rec.logits)

    page.get_by_role("radio", name="valley").check()
    answered(page)
    with override(net, off):
        shown(page, record(net, images[1:]).logits, middle)


def test_gates_of_another_input_and_paint(live, view):
    net, images, path = live("unet")
    page = view(path)
    page.get_by_role("radio", name="bottleneck").check()
    named(page, "base-channel").select_option("from:1")
    named(page, "base-spatial").select_option("mean")
    answered(page)
    both = record(net, images)["bottleneck"]
    given = {"channel": both.channel[1:], "spatial": both.spatial.mean(0, keepdim=True)}
    with override(net, {"bottleneck": given}):
        rec = record(net, images[:1])
    shown(page, rec.logits)
    gates = both.channel[1].flatten().tolist()
    assert [number(page, f"gate-{k}") for k in range(16)] == pytest.approx(gates, abs=1e-5)


def test_another_slice_of_a_volume(live, view):
    net, images, path = live("volumes")
    page = view(path)
    slider = page.get_by_role("slider", name="Slice")
    slider.focus()
    slider.press("ArrowRight")
    answered(page)
    assert number(page, "slice-at") == 4
    shown(page, record(net, images[:1]).logits, 4)


def test_channels_in_the_order_of_their_effect(live, view):
    net, images, path = live("unet")
    page = view(path)
    page.get_by_role("radio", name="effect").check()
    page.wait_for_selector(".scse-working", state="hidden")
    page.wait_for_function("() => document.querySelector('.scse-card')?.innerText.includes('Δ')")
    own, effects = record(net, images[:1]), []
    for k in range(8):
        with override(net, {"decoder1": {"channel": {"base": "own", "set": {str(k): 0}}}}):
            changed = record(net, images[:1]).logits
        effects.append((changed - own.logits).abs().mean().item())
    first = page.locator(".scse-card output").first.get_attribute("data-name")
    assert first == f"gate-{torch.tensor(effects).argmax()}"


class Undecided(nn.Module):
    """A network that asks its numbers which way to go: no graph can say that."""

    def __init__(self):
        super().__init__()
        self.gate = cSE(4)

    def forward(self, x):
        x = self.gate(x)
        return x if x.sum() > 0 else -x


def test_what_cannot_be_exported_is_told_and_the_page_is_useful(view, tmp_path):
    explorer = explore(Undecided().eval(), torch.rand(1, 4, 8, 8))
    with pytest.warns(UserWarning, match="does not run in a page: it cannot be exported: ") as told:
        path = explorer.save(tmp_path / "undecided.html", live=True)
    assert PART not in path.read_text(encoding="utf-8")
    page = view(path)
    status = named(page, "status").inner_text()
    assert "it cannot be exported" in status
    assert "maps follow your gates" in status
    assert len(told) == 1
    slider = named(page, "bar-2")
    slider.focus()
    slider.press("Home")
    page.wait_for_timeout(100)
    assert number(page, "gate-2") == 0


def test_a_damaged_engine_is_told_and_the_page_is_useful(live, view, tmp_path):
    """Half a part, as of a file that did not arrive as a whole."""
    text = live("unet")[2].read_text(encoding="utf-8")
    for part in ("engine/ort.wasm.gz", "engine/worker.js", "onnx/network.onnx"):
        start = text.index(f'data-scse-part="{part}">')
        end = text.index("</script>", start)
        path = tmp_path / "damaged.html"
        path.write_text(text[: (start + end) // 2] + text[end:], encoding="utf-8")
        page = view(path)
        slider = named(page, "bar-2")
        slider.focus()
        slider.press("Home")
        page.wait_for_selector('[data-name="complaint"]:not([hidden])')
        assert f"{part} came damaged" in named(page, "complaint").inner_text()
        assert number(page, "gate-2") == 0


def test_a_browser_without_workers_is_told(live, view):
    page = view(live("unet")[2], before="delete globalThis.Worker")
    named(page, "base-channel").select_option("neutral")
    page.wait_for_selector('[data-name="complaint"]:not([hidden])')
    assert "This browser has no workers" in named(page, "complaint").inner_text()
    assert number(page, "gate-0") == 0


def test_a_page_is_live_only_where_that_was_asked_for(live, tmp_path):
    net, images, path = live("unet")
    explorer = explore(net, images)
    still = explorer.save(tmp_path / "still.html")
    assert PART not in still.read_text(encoding="utf-8")
    assert still.stat().st_size < 600_000 < 4_000_000 < path.stat().st_size
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(explorer).open(path).live == {}


# In the book


def brain_unet():
    folder = ROOT / "book" / "own_network"
    card = json.loads((folder / "smp-unet.json").read_text(encoding="utf-8"))
    net = published("segmentation_models_pytorch", "Unet")(**card["call"])
    net.load_state_dict(load_file(folder / "smp-unet.safetensors"))
    return net.eval(), torch.cat([brain.example(136, inverted=i)[0] for i in (0, 1)])


def digit_resnet():
    folder = ROOT / "book" / "own_network"
    card = json.loads((folder / "timm-seresnet18.json").read_text(encoding="utf-8"))
    net = published("timm", "create_model")(**card["call"])
    net.load_state_dict(load_file(folder / "timm-seresnet18.safetensors"))
    images, labels = digits.sample(500, torch.Generator().manual_seed(2018), "test", 0.999)
    reads = labels.flatten(1).amax(1) - 1
    return net.eval(), images[[int((reads == k).nonzero()[0]) for k in (0, 1, 3, 7)]]


OWN = [
    (brain_unet, "decoder.blocks.2.attention1.attention"),
    (digit_resnet, "layer3.1.se"),
]


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
@pytest.mark.parametrize("which", [0, 1], ids=["smp", "timm"])
def test_both_networks_of_the_chapter_run_in_its_page(open_page, which, file):
    make, block = OWN[which]
    net, images = make()
    page = open_page("own_network.html", file=file)
    root = page.locator(".scse-explorer").nth(which)
    root.scroll_into_view_if_needed()
    root.locator(f'input[name="block"][value="{block}"]').check()
    named(root, "base-channel").select_option("from:1")
    page.wait_for_timeout(100)
    page.wait_for_function("r => r.hasAttribute('data-fresh')", arg=root.element_handle())
    assert named(root, "status").inner_text() == "ONNX Runtime, in this page"
    gates = record(net, images[1:2])[block].channel
    with override(net, {block: {"channel": gates}}):
        shown(root, record(net, images[:1]).logits)


def test_a_link_is_the_first_use_and_the_maps_come(open_page):
    """Of a block of which no maps are stored; the link edits nothing."""
    page = open_page("own_network.html", width=390, height=844)
    explorer = page.locator(".scse-explorer").first
    page.locator("a[href='#do:the-fourth-block']").first.click()
    said = explorer.locator(".scse-nomap:visible")
    page.wait_for_function(
        "e => !e.querySelector('.scse-nomap:not([hidden])')", arg=explorer.element_handle()
    )
    assert said.count() == 0
    title = explorer.locator(".scse-deskbar .scse-title").bounding_box()
    assert 56 <= title["y"] < 400, "what was opened is named in sight"


def test_a_link_that_sets_a_gate_shows_its_bar(open_page):
    """The bars are in the order of their gates, 24 a page: bar 44 is on the second."""
    page = open_page("own_network.html")
    explorer = page.locator(".scse-explorer").first
    page.locator("a[href='#do:bright-bar-44-at-0']").first.click()
    expect(named(explorer, "page")).to_contain_text("25–48")
    assert named(explorer, "bar-43").is_visible()
    named(explorer, "page-back").click()
    assert "1–24" in named(explorer, "page").inner_text(), "the reader may turn back"


def test_a_map_that_is_on_its_way_says_so(open_page):
    page = open_page("own_network.html")
    explorer = page.locator(".scse-explorer").first
    assert explorer.locator(".scse-nomap:visible").count() == 0, "of the first block they are there"
    page.route("**/onnx/*", lambda route: None)  # on its way for ever
    page.locator("a[href='#do:the-fourth-block']").first.click()
    gaps = explorer.locator(".scse-nomap:visible")
    gaps.first.wait_for()
    assert set(gaps.all_inner_texts()) == {"is being brought"}


def test_the_networks_of_the_chapter_are_those_in_torch():
    """What lies in the repository, without a browser; `check` compares gates and maps as well."""
    for make, name in ((brain_unet, "smp-unet"), (digit_resnet, "timm-seresnet18")):
        net, images = make()
        gated = Gated(net, images[:1]).eval()
        content = (ROOT / "book" / "own_network" / f"{name}.onnx").read_bytes()
        check(content, gated, images.split(1))
