"""Every colour is written once: js/src/ground/colours.json, and all else reads it there.

The colours of classes are data of their own: one tuple a task, `COLOURS` in scse/data, and
`CLASS_COLOURS` in scse/widgets/_base.py for classes that were given none.
"""

import ast
import json
import re

import matplotlib.colors
import pytest
from site_tools import ROOT

from scse.data import brain, digits
from scse.widgets import _base

SOURCE = json.loads((ROOT / "js/src/ground/colours.json").read_text(encoding="utf-8"))
NAMED = SOURCE["named"]
BOOK = ROOT / "book" / "site_assets"
# "#abc", "#aabbcc", "#aabbccdd" and CSS functions of numbers; not #private members or &#39;.
COLOUR = re.compile(
    r"(?<![\w.&])#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b"
    r"|\b(?:rgb|hsl)a?\(\s*[\d.]+|\b(?:hwb|lab|lch|oklab|oklch)\(\s*[\d.]+",
    re.IGNORECASE,
)
# What `npm run build` writes; js/test/bundle.test.js holds it to its sources.
GENERATED = (
    ROOT / "scse/widgets/static",
    ROOT / "js/src/ground/colours.js",
    BOOK / "colours.css",
    BOOK / "logo.svg",
)
HOME = ROOT / "js/src/ground/colours.json"
FOLDERS = ("js/src", "book/site_assets", "book/_ext", "scse")
KINDS = {".js", ".css", ".svg", ".json", ".html", ".py"}


def hand_written():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            generated = any(path.is_relative_to(place) for place in GENERATED)
            if path.suffix in KINDS and not generated and path != HOME:
                yield path


def without_class_colours(source):
    """Python source without its comments and its tuples of class colours."""
    tree = ast.parse(source)
    tree.body = [
        node
        for node in tree.body
        if not isinstance(node, ast.Assign)
        or {getattr(name, "id", None) for name in node.targets}.isdisjoint(
            {"COLOURS", "CLASS_COLOURS"}
        )
    ]
    return ast.unparse(tree)


def strays(path, source):
    return COLOUR.findall(without_class_colours(source) if path.suffix == ".py" else source)


def properties(sheet, selector):
    """Name → value of the custom properties in the first block of this selector."""
    block = re.search(rf"^{re.escape(selector)} \{{\n(.*?)^\}}", sheet, re.DOTALL | re.MULTILINE)
    return dict(re.findall(r"--scse-([\w-]+): (.*);", block[1]))


def test_there_are_files_to_look_at():
    found = {path.relative_to(ROOT).as_posix() for path in hand_written()}
    assert {"js/src/widgets.css", "book/site_assets/book.css", "scse/plots.py"} <= found
    assert {"js/src/logo.svg", "js/src/draw/paint.js", "book/_ext/templates/layout.html"} <= found


@pytest.mark.parametrize(
    "text",
    ["color: #fff;", 'x = "#F08A2C"', "a { b: #00000080 }", "rgb(0 0 0 / 0.5)", "hsla(12, 3%)"],
)
def test_a_stray_colour_is_found(text):
    assert COLOUR.search(text)


@pytest.mark.parametrize("text", ["this.#add(1)", "&#39;", '"#rrggbb"', "rgb(hex)", "#12: a"])
def test_what_only_looks_like_a_colour_is_left_alone(text):
    assert not COLOUR.search(text)


def test_no_colour_is_written_outside_its_home():
    found = {
        path.relative_to(ROOT).as_posix(): strays(path, path.read_text(encoding="utf-8"))
        for path in hand_written()
    }
    found = {path: colours for path, colours in found.items() if colours}
    assert not found, "name it in js/src/ground/colours.json: --scse-… in sheets, COLOURS in Python"


def test_sheets_use_colours_that_there_are():
    for path in (*(ROOT / "js/src").rglob("*.css"), BOOK / "book.css"):
        used = set(re.findall(r"--scse-([\w-]+)", path.read_text(encoding="utf-8")))
        assert used <= set(NAMED), path.name


def test_every_named_colour_is_used():
    texts = [path.read_text(encoding="utf-8") for path in hand_written()]
    uses = (r"--scse-{}\b(?!-)", r"import .*\b{}\b.*/colours\.js", r"OURS\[\"{}\"", r"\{{{}\}}")
    for name in NAMED:
        use = re.compile("|".join(form.format(name) for form in uses))
        assert any(use.search(text) for text in texts), f"nothing is drawn in {name!r}"


def test_sheets_logo_and_stills_say_the_same():
    expected = {name: _base.css_colour(name) for name in NAMED}
    widgets = (_base.STATIC / "widgets.css").read_text(encoding="utf-8")
    assert properties(widgets, ".scse") == expected
    assert properties((BOOK / "colours.css").read_text(encoding="utf-8"), ":root") == expected
    logo = set(COLOUR.findall((BOOK / "logo.svg").read_text(encoding="utf-8")))
    assert logo == {_base.COLOURS[name] for name in ("ink", "channel-fill", "space-fill")}


def test_stills_are_drawn_in_the_light_colours():
    assert _base.COLOURS.keys() == NAMED.keys()
    assert _base.COLOURS["channel"] == NAMED["channel"]["light"]
    assert _base.COLOURS["changed"] == NAMED["changed"]
    colours = (*_base.COLOURS.values(), *_base.CLASS_COLOURS, *brain.COLOURS, *digits.COLOURS)
    assert all(map(matplotlib.colors.is_color_like, colours))


def test_an_unknown_colour_is_an_error():
    for look_up in (_base.COLOURS.__getitem__, _base.css_colour, _base.colour_map):
        with pytest.raises(KeyError, match="chanel"):
            look_up("chanel")


def test_channel_and_space_of_the_book_are_those_of_the_widgets(open_page):
    for theme in ("light", "dark"):
        page = open_page("index.html", theme=theme)
        for name in ("channel", "space"):
            seen = page.locator(f".bd-article .scse-{name}:not(.widget-host *)").first
            colour = seen.evaluate("element => getComputedStyle(element).color")
            numbers = re.findall(r"\d+", colour)
            assert "#" + "".join(f"{int(n):02x}" for n in numbers) == NAMED[name][theme]
