"""Pages of the built book as PDFs, as Chromium prints them: one part of a book each."""

import base64
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from operator import itemgetter

import chromium
import pypdf
import setting
from playwright.sync_api import sync_playwright

SCALE = 0.86
MARGINS = {"top": "17mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}
WIDTH = round((210 - 2 * 18) / 25.4 * 96 / SCALE)  # pixels between the margins
WAIT = 60_000  # ms: a busy machine computes a whole network slowly

# Source Sans, which comes with reveal.js: the same letters and line breaks on every machine.
FONTS = setting.ROOT / "js" / "node_modules" / "reveal.js" / "css" / "theme" / "fonts"
FACES = {
    "regular": "normal 400",
    "italic": "italic 400",
    "semibold": "normal 700",
    "semibolditalic": "italic 700",
}

# What a bound book has beyond print.css.
STYLE = """
html {
  --pst-font-family-base: "Source Sans Pro", sans-serif;
  --pst-font-family-heading: "Source Sans Pro", sans-serif;
}
.headerlink, .bd-footer, .bd-header, .bd-sidebar-primary, .bd-header-article { display: none; }
.book-aside { break-before: avoid; margin: 0.2rem 0 0.8rem; font-size: 0.85rem; }
.book-solution { margin-top: 1rem; }
.book-solution > p:first-child { break-after: avoid; margin-bottom: 0.2rem; }
.book-solution > :last-child { margin-bottom: 0; }
.book-aside a { text-decoration: none; }
:is(h2, h3, h4) { break-after: avoid; }
@media print {
  .bd-main .bd-content #jb-print-docs-body h1 {
    margin: 0 0 1.4rem; font-size: 2.3rem; font-weight: 700;
  }
  .bd-article h2 { font-size: 1.55rem; font-weight: 700; }
  .bd-article h3 { font-size: 1.2rem; font-weight: 700; }
}
"""

ALIVE = """() => [...document.querySelectorAll(".widget-host")].every(
  (host) => host.dataset.mounted || host.querySelector(".widget-error"))"""

# A figure with a network asks it when it is first used; then it has something to show.
USE = """() => document.querySelectorAll(".widget-host [data-ready], .widget-host .scse-widget")
  .forEach((figure) => figure.dispatchEvent(new Event("focusin", { bubbles: true })))"""
ANSWERED = """() => [...document.querySelectorAll("[data-asked]")].every(
  ({ dataset }) => dataset.answered === dataset.asked || dataset.answered === "failed")"""

# Chromium tells a PDF only those places to which a link of the same page leads.
TARGETS = """() => {
  const targets = document.createElement("div");
  targets.style.display = "none";
  for (const { id } of document.querySelectorAll("[id]")) {
    const link = document.createElement("a");
    link.href = `#${id}`;
    targets.append(link);
  }
  document.body.append(targets);
}"""

# All pictures, also those far below and those that only paper shows.
PICTURES = """async () => {
  const pictures = [...document.querySelectorAll(".bd-article img")];
  for (const one of pictures) one.loading = "eager";
  await Promise.all(pictures.map((one) => one.decode().catch(() => {})));
}"""

# Takes a chapter's solutions and answers out, and leaves a link to each; says what headings there
# are.
PREPARE = """({ live, appendix, name }) => {
  const article = document.querySelector(".bd-article");
  const place = (html) => {
    const line = document.createElement("p");
    line.className = "book-aside";
    line.innerHTML = html;
    return line;
  };
  const solutions = [];
  for (const card of article.querySelectorAll("details.sd-dropdown")) {
    const says = card.querySelector(".sd-summary-text")?.textContent ?? "";
    if (!says.trim().startsWith("Solution")) continue;
    let before = card.previousElementSibling;
    while (before && !/^\\d/.test(before.querySelector("strong")?.textContent ?? ""))
      before = before.previousElementSibling;
    const title = before?.querySelector("strong").textContent ?? "Solution";
    const id = `${name}-solution-${solutions.length + 1}`;
    solutions.push({ id, title, html: card.querySelector(".sd-summary-content").innerHTML });
    card.replaceWith(place(`<a href="${appendix}#${id}">Solution</a> at the end of the book`));
  }
  const answers = article.querySelector(".printed-answers");
  const answered = answers?.querySelector("dl")?.outerHTML ?? "";
  answers?.remove();
  if (live) {
    for (const host of article.querySelectorAll(".widget-host")) {
      if (host.querySelector(".scse-question")) continue;
      const section = host.closest("section[id]")?.id ?? "";
      host.after(place(`<a href="${live}${name}.html#${section}">This figure, live</a>`));
    }
  }
  const title = (heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink, mjx-assistive-mml").forEach((one) => one.remove());
    return copy.textContent.trim();
  };
  return {
    solutions, answered, title: title(article.querySelector("h1")),
    sections: [...article.querySelectorAll("section[id] > h2")].map(
      (heading) => ({ id: heading.parentElement.id, title: title(heading) })),
  };
}"""


@dataclass
class Part:
    """A printed page of the site, and what the book has to know of it."""

    name: str
    title: str
    pdf: bytes
    sections: list = field(default_factory=list)  # {"id", "title"}
    solutions: list = field(default_factory=list)  # {"id", "title", "html"}
    answered: str = ""

    def read(self):
        return pypdf.PdfReader(io.BytesIO(self.pdf))


@contextmanager
def browser():
    """A Chromium to print with."""
    with sync_playwright() as playwright:
        # Letters stand where the font wants them, and not on whole pixels of a screen.
        opened = chromium.launch(playwright, "--font-render-hinting=none")
        yield opened
        opened.close()


def data_url(path, kind):
    return f"data:{kind};base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def faces():
    """The book's letters, as CSS that needs no other file."""
    rules = []
    for name, shape in FACES.items():
        slant, weight = shape.split()
        path = FONTS / "source-sans-pro" / f"source-sans-pro-{name}.woff"
        rules.append(
            f'@font-face {{ font-family: "Source Sans Pro"; font-style: {slant}; font-weight: '
            f'{weight}; src: url({data_url(path, "font/woff")}) format("woff"); }}'
        )
    return "\n".join(rules)


def pdf(page, **options):
    """What the page looks like on A4."""
    page.emulate_media(media="print")
    page.evaluate(PICTURES)
    page.evaluate(TARGETS)
    shape = {"format": "A4", "scale": SCALE, "margin": MARGINS, "print_background": True}
    return page.pdf(**{**shape, **options})


def chapter(browser, html, name, live="", appendix="solutions.html"):
    """Print one page of the site in `html`, its figures alive.

    Args:
        live: the address of the published book, where figures lead; "" for no such links.
        appendix: the page where the solutions will stand.
    """
    page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
    page.set_default_timeout(WAIT)
    page.goto((html / f"{name}.html").as_uri(), wait_until="load")
    page.add_style_tag(content=faces() + STYLE)
    page.evaluate("dispatchEvent(new Event('scroll'))")
    page.wait_for_function(ALIVE)
    page.evaluate("document.fonts.ready")
    page.evaluate(USE)
    page.wait_for_timeout(1000)
    page.wait_for_function(ANSWERED)
    known = page.evaluate(PREPARE, {"live": live, "appendix": appendix, "name": name})
    part = Part(name, pdf=pdf(page), **known)
    page.close()
    return part


def appendix(browser, html, name, parts):
    """The solutions of all parts, and the answers to their questions, in the dress of the book."""
    chapters, sections = [], []
    for part in parts:
        if not part.solutions and not part.answered:
            continue
        section = f"{name}-{part.name}"
        sections.append({"id": section, "title": part.title})
        solved = "".join(
            f'<div id="{id}" class="book-solution"><p><strong>{escape(title)}</strong></p>'
            f"{solution}</div>"
            for id, title, solution in map(itemgetter("id", "title", "html"), part.solutions)
        )
        answers = part.answered and f"<h3>Answers to the questions</h3>{part.answered}"
        solutions = solved and f"<h3>Solutions of the exercises</h3>{solved}"
        chapters.append(
            f'<section id="{section}"><h2>{escape(part.title)}</h2>{solutions}{answers}'
        )
    body = (
        "<h1>Solutions and answers</h1><p>The solutions of the exercises, and the answers to the "
        f"questions, chapter by chapter.</p>{'</section>'.join(chapters)}</section>"
    )
    page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
    page.goto((html / "index.html").as_uri(), wait_until="load")
    page.add_style_tag(content=faces() + STYLE)
    page.evaluate(
        """body => {
          const article = document.querySelector(".bd-article");
          article.innerHTML = `<section>${body}</section>`;
          document.querySelector("#jb-print-docs-body h1").textContent = "Solutions and answers";
          article.querySelectorAll("dl").forEach((list) => {
            const frame = document.createElement("div");
            frame.className = "printed-answers";
            list.replaceWith(frame);
            frame.append(list);
          });
        }""",
        body,
    )
    printed = pdf(page)
    page.close()
    return Part(name, "Solutions and answers", printed, sections)


def document(browser, html, **options):
    """A PDF of some HTML that stands alone."""
    page = browser.new_page()
    page.set_content(html)
    made = pdf(page, **{"scale": 1, **options})
    page.close()
    return made
