"""`make slides`: the decks of the built book as PDF, into _build/slides.

Chromium prints reveal.js's print view, figures in the state in which their slide opens.
"""

import sys
from pathlib import Path

import chromium
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DECKS = ROOT / "_build" / "html" / "course" / "slides"
TARGET = ROOT / "_build" / "slides"
# All figures are there, and as large as they will be.
READY = """() => document.documentElement.dataset.reader &&
  [...document.querySelectorAll(".figure")].every((box) => box.dataset.size)"""


def write(folder, target):
    """Print every deck of a folder; return the files."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for path in sorted(folder.glob("*.html")):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{path.resolve().as_uri()}?print-pdf", wait_until="load")
            page.wait_for_function(READY, timeout=120_000)
            page.wait_for_timeout(500)  # what they draw in the next frames
            written.append(target / f"{path.stem}.pdf")
            page.pdf(path=written[-1], prefer_css_page_size=True, print_background=True)
            page.close()
        browser.close()
    return written


def main():
    """Print the decks of the built book."""
    if not DECKS.exists():
        sys.exit("there are no slides: make site")
    for path in write(DECKS, TARGET):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
