"""`make rooms`: how high each figure of the built book is, so that its page can keep the room free.

Writes book/site_assets/rooms.css: for each figure a `min-height` that follows the width of the
window, straight between the widths at which it was measured. A test compares it with the figures.
``python book/_tools/rooms.py space evidence`` measures these pages and leaves the others as they
are.
"""

import re
import sys
from pathlib import Path

import chromium
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "book" / "site_assets" / "rooms.css"
WIDTHS = (320, 360, 390, 412, 480, 600, 768, 992, 1200, 1280, 1440, 1920)
MOUNTED = """() => {
  const hosts = [...document.querySelectorAll('.widget-host')];
  return hosts.every(host => host.dataset.mounted);
}"""
HEIGHTS = """() => [...document.querySelectorAll('.widget-host')].map(
  host => [host.dataset.room, host.firstElementChild.getBoundingClientRect().height])"""


def measure(folder, pages=()):
    """Room → heights, one for each width; of all pages if none is named."""
    found = {}
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for path in sorted(folder.glob("*.html")):
            if pages and path.stem not in pages:
                continue
            if "widget-host" not in path.read_text(encoding="utf-8"):
                continue
            page = browser.new_page()
            for width in WIDTHS:
                # Opened anew: some figures ask how wide they are once.
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(path.as_uri(), wait_until="load")
                page.evaluate("dispatchEvent(new Event('scroll'))")
                page.wait_for_function(MOUNTED)
                page.wait_for_timeout(300)
                for room, height in page.evaluate(HEIGHTS):
                    found.setdefault(room, []).append(round(height))
            page.close()
        browser.close()
    return found


def line(width, height, next_width, next_height):
    """CSS of the straight line through two measurements."""
    slope = (next_height - height) / (next_width - width)
    start, rise = round(height - slope * width, 1), round(100 * slope, 2)
    return f"calc({start:g}px + {rise:g}vw)" if rise else f"{height}px"


def block(heights, indent=""):
    """The rules of all rooms: name → height, as CSS."""
    return "\n".join(
        f'{indent}[data-room="{name}"] {{\n{indent}  min-height: {height};\n{indent}}}\n'
        for name, height in heights.items()
    )


def sheet(rooms):
    """The style sheet of these rooms."""
    blocks = ["/* Measured by `make rooms`: the room that each live figure takes. */\n"]
    blocks[0] += block({name: f"{heights[0]}px" for name, heights in rooms.items()})
    for i, width in enumerate(WIDTHS):
        if i + 1 < len(WIDTHS):
            ways = {n: line(width, h[i], WIDTHS[i + 1], h[i + 1]) for n, h in rooms.items()}
        else:
            ways = {name: f"{heights[i]}px" for name, heights in rooms.items()}
        blocks.append(f"@media (width >= {width}px) {{\n{block(ways, '  ')}}}\n")
    return "\n".join(blocks)


RULE = re.compile(
    r'\[data-room="([^"]+)"\] \{\s*min-height: (?:(\d+)px|calc\((\S+)px \+ (\S+)vw\));\s*\}'
)


def heights_of(text):
    """Room → heights at the widths, as a style sheet of `sheet` has them."""
    found = {}
    for width, part in zip(WIDTHS, text.split("@media")[1:], strict=True):
        for room, fixed, start, rise in RULE.findall(part):
            height = int(fixed or round(float(start) + float(rise) * width / 100))
            found.setdefault(room, []).append(height)
    return found


def page_of(room):
    """A figure's page, and which of its figures it is."""
    page, _, number = room.rpartition("-")
    return page, int(number)


def main(pages):
    """Measure the built book, or some pages of it."""
    folder = ROOT / "_build" / "html"
    if not (folder / "index.html").exists():
        sys.exit("there is no built book: make site")
    if unknown := [page for page in pages if not (folder / f"{page}.html").exists()]:
        sys.exit(f"the built book has no page {unknown[0]!r}")
    kept = heights_of(TARGET.read_text(encoding="utf-8")) if pages else {}
    rooms = {room: heights for room, heights in kept.items() if page_of(room)[0] not in pages}
    rooms |= measure(folder, pages)
    TARGET.write_text(sheet({room: rooms[room] for room in sorted(rooms, key=page_of)}), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
