"""Styles of the widgets: one sheet that all share, and a sheet of its own for each figure."""

import json
import re

import pytest
from site_tools import CHAPTERS, ROOT, settle

from scse import widgets
from scse.widgets import _base

WIDGETS = [getattr(widgets, name) for name in widgets.__all__]
WIDGETS = [kind for kind in WIDGETS if isinstance(kind, type) and issubclass(kind, _base.Widget)]


def own_sheet(kind):
    text = str(kind._css)
    assert text.startswith(_base.COMMON_STYLE)
    return text.removeprefix(_base.COMMON_STYLE)


def top_level(sheet):
    """The selectors and at-rules that stand outside of any braces."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    while (outer := re.sub(r"\{[^{}]*\}", ";", sheet)) != sheet:
        sheet = outer
    return [prelude.strip() for prelude in sheet.split(";") if prelude.strip()]


def root_class(kind):
    """The class of a figure's root element: the name that its source gives to `widget`."""
    figures, stem = ROOT / "js" / "src" / "figures", kind.__module__.rpartition(".")[2]
    file = figures / f"{stem}.js"
    source = file if file.exists() else figures / stem / "index.js"
    (name,) = re.findall(r"default widget\(\s*\"(\w+)\"", source.read_text(encoding="utf-8"))
    return f".scse-{name}"


def test_top_level_rules_are_told_from_nested_ones():
    sheet = ".a { b { c: d; } @media print { e { f: g; } } } /* .x {} */ .h, .i { j: k; }"
    assert top_level(sheet) == [".a", ".h, .i"]


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda kind: kind.__name__)
def test_a_figures_sheet_is_nested_in_its_class(kind):
    assert top_level(own_sheet(kind)) == [root_class(kind)]


def test_the_common_sheet_knows_no_figure():
    for kind in WIDGETS:
        assert not re.search(rf"\{root_class(kind)}\b(?!-)", _base.COMMON_STYLE)


def test_the_book_has_the_common_sheet_once(site):
    scripts = [path.read_text(encoding="utf-8") for path in site.glob("_static/figures/*.js")]
    begin = json.dumps(_base.COMMON_STYLE)[:-1]
    assert [text.endswith(f'{begin}";\n') for text in scripts if begin in text] == [True]


# How each element of the widgets lies and looks, before and after the common sheet moves last.
MOVE = """common => {
  const look = () => [...document.querySelectorAll(".scse-widget *")].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const { color, backgroundColor, font, display } = getComputedStyle(element);
    return [element.className, x, y, width, height, color, backgroundColor, font, display].join();
  });
  const before = look();
  const sheet = [...document.querySelectorAll("style")].find((s) => s.textContent === common);
  const next = sheet.nextSibling;
  document.head.append(sheet);
  const after = look();
  next?.before(sheet);
  return before.flatMap((line, i) => (line === after[i] ? [] : [`${line} -> ${after[i]}`]));
}"""


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_order_of_sheets_does_not_matter(open_page, page):
    """JupyterLab adds the common sheet again with every kind of widget, behind the others' own."""
    opened = open_page(f"{page}.html")
    opened.wait_for_timeout(1000)  # things have arrived
    opened.emulate_media(reduced_motion="reduce")
    for width in (1280, 390):
        opened.set_viewport_size({"width": width, "height": 900})
        settle(opened)
        assert opened.evaluate(MOVE, _base.COMMON_STYLE)[:3] == []
