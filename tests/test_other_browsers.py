"""The essential path through the book in Firefox and in WebKit; Chromium has all other tests.

Every figure is drawn, a bar moves by pointer and by key, the engine says what torch says, and an
address opens a figure in its state. `make test` installs the browsers where it can.
"""

import base64
import json
import zlib

import other_browsers
import pytest
from drivers import BROWSERS
from site_tools import CHAPTERS, READY, serve
from test_widgets_site import twin_of

from scse import load, override, record
from scse.metrics import mean_dice
from scse.widgets import GateLab

# Selenium's own, of the way it starts WebKitGTK.
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")

# What a reader should never notice. It has to hear from the beginning, so the server puts it first
# into every page.
LISTENING = """
globalThis.heard = [];
for (const kind of ["error", "unhandledrejection"]) {
  addEventListener(kind, (event) => {
    const what = event.message ?? event.reason ?? event.target?.outerHTML ?? event.target;
    heard.push(`${kind}: ${String(what).slice(0, 300)}`);
  }, true);
}
for (const kind of ["error", "warn"]) {
  const say = console[kind];
  console[kind] = (...words) => {
    heard.push(`console.${kind}: ${words.join(" ")}`);
    say(...words);
  };
}
"""

# Figures that have nothing on them: no canvas of theirs has two colours.
EMPTY = """[...document.querySelectorAll(".scse-widget")].filter((figure) => {
  const sheets = [...figure.querySelectorAll("canvas")];
  return sheets.length && !sheets.some((sheet) => {
    const { width, height } = sheet;
    const pixels = new Uint32Array(
      sheet.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    return pixels.some((pixel) => pixel !== pixels[0]);
  });
}).map((figure) => figure.className)"""


@pytest.fixture(scope="module")
def listening_site(site, tmp_path_factory):
    """The book, each page with an ear in it."""
    folder = tmp_path_factory.mktemp("listening") / "html"
    folder.mkdir()
    for entry in site.iterdir():
        if entry.stem not in CHAPTERS:
            (folder / entry.name).symlink_to(entry)
    (folder / "listening.js").write_text(LISTENING)
    for name in CHAPTERS:
        text = (site / f"{name}.html").read_text()
        first = '<script src="listening.js"></script>'
        (folder / f"{name}.html").write_text(text.replace("<head>", f"<head>{first}", 1))
    with serve(folder) as address:
        yield address


@pytest.fixture(scope="module", params=sorted(BROWSERS))
def driven(request, tmp_path_factory):
    if other_browsers.FIND[request.param]() is None:
        packages = " ".join(other_browsers.PACKAGES[request.param])
        pytest.skip(f"no {request.param} here; Debian's: apt-get install {packages}")
    with BROWSERS[request.param](tmp_path_factory.mktemp(request.param)) as page:
        yield page


@pytest.fixture
def open_page(driven, listening_site):
    """Opens an address of the book, waits for its figures; fails if the page complained."""

    def open_page(path):
        driven.go("about:blank")  # another fragment alone would open nothing
        driven.go(f"{listening_site}/{path}")
        driven.wait_for(f"dispatchEvent(new Event('scroll')) && ({READY})()")  # a sign of a reader
        return driven

    yield open_page
    assert driven.evaluate("heard") == []


def text(name):
    return f"document.querySelector('.scse-gatelab [data-name=\"{name}\"]').textContent"


def numbers(page, *names):
    """What `<output>`s of the first GateLab say."""
    selectors = json.dumps([f'.scse-gatelab [data-name="{name}"]' for name in names])
    return page.evaluate(f"{selectors}.map((s) => +document.querySelector(s).dataset.value)")


def gates(page, count=8):
    return numbers(page, *(f"gate-{k}" for k in range(count)))


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_is_drawn(open_page, name):
    page = open_page(f"{name}.html")
    page.wait_for(
        "[...document.querySelectorAll('.scse-widget')].every((f) => 'ready' in f.dataset)"
    )
    assert page.evaluate("document.querySelectorAll('.scse-widget').length") > 0
    assert page.evaluate("document.querySelectorAll('.widget-error').length") == 0
    assert page.evaluate(EMPTY) == []


def test_a_bar_by_key_and_by_pointer(open_page):
    page = open_page("index.html")
    twin = twin_of("index", GateLab)
    own = gates(page)
    page.evaluate("document.querySelector('.scse-gatelab [data-name=bar-3]').focus()")
    page.press("Home", "ArrowUp", "ArrowUp")
    page.wait_for(f"{text('gate-3')} === '0.100'")

    box = page.evaluate(
        """(() => {
          const track = document.querySelector(".scse-gatelab [data-name=bar-1] .scse-track");
          track.scrollIntoView({ block: "center", behavior: "instant" });
          const { left, top, width, height } = track.getBoundingClientRect();
          return [left + width / 2, top, height];
        })()"""
    )
    x, top, height = box
    page.drag([(x, top + height * part) for part in (0.1, 0.4, 0.7)])
    page.wait_for(f"{text('gate-1')}.startsWith('0.3') || {text('gate-1')}.startsWith('0.2')")
    now = gates(page)
    assert now[3] == pytest.approx(0.1)
    assert now[1] == pytest.approx(0.3, abs=0.03)
    assert now[::2] == pytest.approx(own[::2])
    bars = {"base": "own", "set": {str(k): gate for k, gate in enumerate(now)}}
    truth = twin.evaluate(edits={"decoder1": {"channel": bars}})
    assert numbers(page, "dice", "changed") == pytest.approx(
        [truth["dice"], truth["changed"]], abs=1e-5
    )


def packed(state):
    """A state as an address carries it; js/src/desk/link.js says how."""
    deflate = zlib.compressobj(wbits=-15)
    letters = deflate.compress(json.dumps(state).encode()) + deflate.flush()
    return base64.urlsafe_b64encode(letters).decode().rstrip("=")


def opened_bottleneck(page):
    page.wait_for(f"{text('engine')}.startsWith('ONNX Runtime')")
    page.wait_for("document.querySelector('.scse-gatelab [data-name=bar-63]') !== null")


def test_the_engine_says_what_torch_says(open_page):
    shut = {"base": "own", "set": {str(k): 0 for k in range(32)}}
    state = {"block": "bottleneck", "edits": {"bottleneck": {"channel": shut}}}
    page = open_page(f"index.html#gatelab={packed(state)}")
    opened_bottleneck(page)
    page.wait_for(f"{text('gate-31')} === '0.000'")
    net, twin = load("digits-unet-scse"), twin_of("index", GateLab)
    image, label = twin._images[0], twin.samples[0].label
    seen = record(net, image[None])
    own, values = seen.logits.argmax(1)[0], seen["bottleneck"].channel.clone()
    values[0, :32] = 0
    with override(net, {"bottleneck": {"channel": values}}):
        segmentation = record(net, image[None]).logits.argmax(1)[0]
    dice, changed = numbers(page, "dice", "changed")
    assert dice == pytest.approx(mean_dice(segmentation, label, 11), abs=1e-3)
    assert changed == pytest.approx(int((segmentation != own).sum()), abs=2)
    assert changed > 100


def test_words_of_the_text_open_a_state(open_page):
    page = open_page("index.html#do:bottleneck-sse")
    opened_bottleneck(page)
    checked = "[...document.querySelectorAll('.scse-gatelab input:checked')].map((i) => i.value)"
    assert {"bottleneck", "sse"} <= set(page.evaluate(checked))
