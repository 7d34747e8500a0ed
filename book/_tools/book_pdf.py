"""`make pdf`: the whole book as one PDF, as a browser prints its pages.

Needs the built site. The figures are printed alive, in their first state; solutions and answers
stand at the end. A link to another page of the book leads there, a link that sets a figure to the
live figure, if the book is published (`html_baseurl` in _config.yml).
"""

import sys
from datetime import date
from html import escape
from pathlib import Path

import binding
import printing
import setting

TARGET = setting.ROOT / "_build" / "squeeze-and-excite-book.pdf"
TITLE = setting.title()
SUBTITLE = "An interactive book on concurrent spatial and channel squeeze & excitation"
SOLUTIONS = "solutions"
EVERYWHERE = ("Key points", "Exercises")  # sections of every chapter: no help in the contents
SCREEN = ("progress", "figures_for_class")  # pages that are for a screen alone
# Those that follow the solutions.
LAST = ("accessibility", "api", "api_figures", "credits")

SHEET = """
body { margin: 0; font: 11pt/1.5 "Source Sans Pro", sans-serif; color: #16181d }
a { color: inherit; text-decoration: none }
"""

COVER = """<title>{title}</title><style>{faces}{sheet}
main {{ display: flex; flex-direction: column; min-height: 255mm }}
h1 {{ margin: 30mm 0 0; font-size: 44pt; line-height: 1.1 }}
h2 {{ margin: 5mm 0 16mm; font-size: 17pt; font-weight: 400; line-height: 1.3; max-width: 130mm }}
img {{ width: 100% }} footer {{ margin-top: auto }} p {{ margin: 0.2em 0 }}
footer a {{ color: #0b62c4 }}
</style><main><h1>{title}</h1><h2>{subtitle}</h2><img src="{picture}" alt="">
<footer><p>{authors}</p><p>Version {version}, printed on {day}</p><p>{licence}</p>{home}
<p>In the book the figures move: here each stands in the state in which it opens.</p></footer>
</main>"""

CONTENTS = """<title>Contents</title><style>{faces}{sheet}
h1 {{ font-size: 24pt; margin: 0 0 6mm }} ol {{ list-style: none; margin: 0; padding: 0 }}
body > ol {{ columns: 2; column-gap: 10mm }}
li > a {{ display: flex; gap: 0.6em; align-items: baseline }}
li > a > i {{ flex: 1; border-bottom: 1px dotted #9aa; min-width: 2em }}
ol > li {{ break-inside: avoid; margin-top: 0.55em; font-weight: 700 }}
body > ol > li:first-child {{ margin-top: 0 }}
ol ol > li {{ margin: 0 0 0 1.2em; font-size: 9.5pt; font-weight: 400; line-height: 1.35 }}
</style><h1>Contents</h1><ol>{entries}</ol>"""

NUMBERS = """<style>{faces}{sheet}
body {{ font-size: 9pt }}
div {{ box-sizing: border-box; height: 296.9mm; padding: 284mm 18mm 0; display: flex;
  justify-content: space-between; overflow: hidden }}
div + div {{ break-before: page }}
</style>{pages}"""


def words(template, **values):
    return template.format(faces=printing.faces(), sheet=SHEET, **values)


def cover(browser, published):
    """The title page."""
    home = f'<p><a href="{published}">{published}</a></p>' if published else ""
    html = words(
        COVER,
        title=escape(TITLE),
        subtitle=escape(SUBTITLE),
        picture=printing.data_url(
            setting.ROOT / "book" / "site_assets" / "landing.png", "image/png"
        ),
        authors="The scse authors",
        version=setting.version(),
        day=f"{date.today():%d %B %Y}".lstrip("0"),
        licence="MIT licence",
        home=home,
    )
    return printing.Part("cover", "", printing.document(browser, html))


def entry(name, title, page):
    return f'<a href="{name}"><span>{escape(title)}</span><i></i><span>{page}</span></a>'


def contents(browser, parts, first):
    """The table of contents of `parts`, of which the first begins on page `first`."""
    entries = []
    for part in parts:
        spots = binding.places(part.read())
        sections = "".join(
            f"<li>{entry(href(part, one['id']), one['title'], first + spots[one['id']][0])}</li>"
            for one in part.sections
            if one["id"] in spots and one["title"] not in EVERYWHERE
        )
        entries.append(f"<li>{entry(href(part), part.title, first)}<ol>{sections}</ol></li>")
        first += len(part.read().pages)
    html = words(CONTENTS, entries="".join(entries))
    return printing.Part("contents", "Contents", printing.document(browser, html))


def href(part, id=""):
    """As a page from disk would link there: `binding` makes a link within the book of it."""
    return f"file:///{part.name}.html#{id}"


def numbers(browser, parts):
    """A page for every page of the book, with what stands at its foot."""
    feet, page = [], 0
    for part in parts:
        for _ in part.read().pages:
            page += 1
            text = f"<span>{escape(part.title)}</span><span>{page}</span>" if part.title else ""
            feet.append(f"<div>{text}</div>")
    html = words(NUMBERS, pages="".join(feet))
    bare = {"margin": dict.fromkeys(("top", "bottom", "left", "right"), "0")}
    return printing.document(browser, html, print_background=False, **bare)


def make(browser, html, names, published):
    """The book of the pages `names` of a site, as a `pypdf.PdfWriter`."""
    printed = []
    for name in names:
        part = printing.chapter(browser, html, name, published, f"{SOLUTIONS}.html")
        printed.append(part)
        print(f"{part.title}: {len(part.read().pages)} pages", flush=True)
    body = [part for part in printed if part.name not in LAST]
    tail = [part for part in printed if part.name in LAST]
    if any(part.solutions or part.answered for part in body):
        body.append(printing.appendix(browser, html, SOLUTIONS, body))
    body += tail
    # How many pages the contents take does not depend on the numbers in them.
    length = len(contents(browser, body, 1).read().pages)
    parts = [cover(browser, published), contents(browser, body, 2 + length), *body]
    book = binding.bind(parts, numbers(browser, parts), published)
    book.add_metadata({"/Title": TITLE, "/Author": "The scse authors", "/Subject": SUBTITLE})
    book.root_object[binding.NameObject("/Lang")] = binding.TextStringObject("en")
    book.page_mode = "/UseOutlines"
    return book


def main(html=setting.HTML, target=TARGET):
    with printing.browser() as browser:
        pages = [name for name in setting.pages() if name not in SCREEN]
        book = make(browser, setting.built(html), pages, setting.published())
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.write(target)
    print(f"{target}: {len(book.pages)} pages, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
