"""Decks of slides from the built book: book/course/slides/*.md → `<folder>/slides/*.html`.

`slides.md` has the slides, by their titles; every other file there is a deck, which says which of
them it shows, and for how many minutes. What a slide takes from a chapter it names (`:::{figure}`
and the rest, below): figures come from the built site, in the state that an address of the book
says, words and equations from the notebooks. Nothing is computed anew. What is no longer there
fails the build.
"""

import base64
import html
import json
import os
import re
import shutil
import sys
import zlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
SOURCES = BOOK / "course" / "slides"
REVEAL = ROOT / "js" / "node_modules" / "reveal.js" / "dist"
sys.path.append(str(BOOK / "_ext"))

import equations  # noqa: E402
import figure_keys  # noqa: E402
import policy  # noqa: E402

POOL = "slides.md"
SLIDE = re.compile(r"^## (.+?)(?: \{(.+)\})?$", re.MULTILINE)
LISTED = re.compile(r"^\* (\d+) min: (.+)$", re.MULTILINE)
PART = re.compile(r"^:::\{(\w+)\} ?(.*)\n((?:.*\n)*?):::$", re.MULTILINE)
VIEW = re.compile(r'<script type="application/vnd.jupyter.widget-view\+json">(.*?)</script>')
IMAGE = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
CITED = re.compile(r" ?\{cite\}`([^`]+)`")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
PAGE = re.compile(r"^(\w+)\.(?:ipynb|md|html)")
DO = "#do:"


class SlideError(Exception):
    """A slide asks for what the book does not have."""


def the_one(found, what):
    """The only one of what was found."""
    if len(found) != 1:
        raise SlideError(f"{what}: found {len(found)} times, must be once")
    return found[0]


class Book:
    """What slides take from the built site and from the notebooks."""

    def __init__(self, site):
        self.site = site
        self._pages, self._texts = {}, {}

    def page(self, name):
        """The HTML of a page, and its widgets: [(view, stored entry)]."""
        if name not in self._pages:
            path = self.site / f"{name}.html"
            if not path.exists():
                raise SlideError(f"the book has no page {name}")
            text = path.read_text(encoding="utf-8")
            views = {view["model_id"]: view for view in map(json.loads, VIEW.findall(text))}
            self._pages[name] = text, [(view, self._entry(view)) for view in views.values()]
        return self._pages[name]

    def _entry(self, view):
        script = (self.site / "_static" / view["files"]["model"]).read_text(encoding="utf-8")
        return json.loads(json.loads(script.split("]=", 1)[1].rstrip(";\n")))

    def figure(self, address):
        """The figure that an address of the book is about: its view, to open in that state."""
        url = urlsplit(address)
        asked = parse_qs(url.query)
        _, widgets = self.page(url.path.removesuffix(".html"))
        views = {view["model_id"]: view for view, _ in widgets}
        keyed = figure_keys.keys((view["model_id"], entry["state"]) for view, entry in widgets)
        slug = url.fragment.removeprefix("do:") if address.count(DO) else None
        letters = {} if slug else {k: v[0] for k, v in parse_qs(url.fragment).items()}
        named = [k for k, (_, manifest) in keyed.items() if slug in manifest["states"]]
        key = the_one(asked.get("alone") or named or list(letters) or list(keyed), address)
        if key not in keyed or (slug and key not in named):
            raise SlideError(f"{address}: no such figure, or state of it")
        model, manifest = keyed[key]
        state = {}
        if slug:
            state = manifest["first"] | manifest["states"][slug]["set"]
        elif key in letters:
            packed = base64.urlsafe_b64decode(letters[key] + "=" * (-len(letters[key]) % 4))
            state = json.loads(zlib.decompress(packed, -zlib.MAX_WBITS))
        hidden = [name for entry in asked.get("hide", []) for name in entry.split(",")]
        parts = [name.removeprefix(f"{key}.") for name in hidden]
        guided = {"guide"} if manifest["tour"] or manifest["puzzles"] else set()
        if wrong := set(parts) - set(manifest["parts"]) - guided:
            raise SlideError(f"{address}: {key} has no parts {sorted(wrong)}")
        return views[model] | {"set": state}, sorted({*parts, *guided}), set(manifest["states"])

    def question(self, chapter, name):
        """The view of a question."""
        _, widgets = self.page(chapter)
        return the_one(
            [
                view
                for view, entry in widgets
                if '"question"' in (text := entry["state"].get("manifest", ""))
                and (asked := json.loads(text)).get("chapter") == chapter
                and asked["question"]["id"] == name
            ],
            f"question {chapter} {name}",
        )

    def picture(self, chapter, alt):
        """A picture of a page, by the beginning of its words: its file and all its words."""
        every = [dict(ATTRIBUTE.findall(tag)) for tag in IMAGE.findall(self.page(chapter)[0])]
        found = [image for image in every if image.get("alt", "").startswith(alt)]
        return the_one(found, f"picture {chapter}: {alt}")

    def text(self, chapter):
        """All that a chapter says, in Markdown."""
        if chapter not in self._texts:
            cells = json.loads((BOOK / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
            said = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
            self._texts[chapter] = "\n\n".join(said)
        return self._texts[chapter]

    def passage(self, chapter, beginning):
        """A paragraph or an item of a list, by its beginning: is it an item, and its Markdown."""
        lines = self.text(chapter).split("\n")
        bare = [re.sub(r"^(\* |\d+\. )", "", line) for line in lines]
        at = [i for i, line in enumerate(bare) if line.startswith(beginning)]
        i = the_one(at, f"{chapter}: {beginning}")
        said = CITED.sub(lambda match: f" ({cited(match[1])})", bare[i])
        return bare[i] != lines[i], to_book(said, chapter)

    def equation(self, chapter, fragment):
        """A displayed equation that contains a fragment of TeX."""
        found = [tex for tex in DISPLAYED.findall(self.text(chapter)) if fragment in tex]
        return the_one(found, f"equation {chapter}: {fragment}").strip()


def cited(keys):
    """Citations in words: `roy2018` is Roy 2018, as the bibliography has it in full."""
    return "; ".join(re.sub(r"^(\D+)(\d+)\D*$", r"\1 \2", k).capitalize() for k in keys.split(","))


def to_book(text, chapter):
    """Links of a chapter, as they are from the folder of the decks."""

    def link(match):
        words, target = match.groups()
        if target.startswith("#"):
            target = f"{chapter}.html{target}"
        target = PAGE.sub(r"BOOK/\1.html", target)
        return f"[{words}]({target})"

    return LINK.sub(link, text)


class Deck:
    """Writes slides as HTML."""

    def __init__(self, book, typesetter, to_root):
        self.book, self.to_root = book, to_root
        self.figures = 0

        def maths(tex, options):
            display = options["display_mode"]
            return typesetter.html(equations.displayed(tex) if display else tex, display)

        self.markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
        self.markdown.use(dollarmath_plugin, double_inline=True, renderer=maths)

    def words(self, text, states=()):
        """Markdown as HTML. A link to a state sets the figure of the slide, or opens the book."""

        def link(match):
            slug = match[2].split(DO)[-1]
            here = DO in match[2] and slug in states
            return f"[{match[1]}]({DO}{slug})" if here else match[0]

        done = self.markdown.render(LINK.sub(link, text)).replace('"BOOK/', f'"{self.to_root}')
        return done.replace('<a href="#do:', '<a class="scse-do" href="#do:')

    def mount(self, view, hide=(), kind="figure"):
        """The place of a figure; site_assets/widgets.js fills it, deck.js hides its parts."""
        self.figures += 1
        # Of its own on every slide, though its files are shared.
        view = {**view, "model_id": f"slide-{self.figures}-{view['model_id']}"}
        tag = json.dumps(view).replace("</", "<\\/")
        return (
            f'<div class="{kind}" data-prevent-swipe data-hide="{" ".join(hide)}">'
            f'<script type="application/vnd.jupyter.widget-view+json">{tag}</script>'
            '<div class="widget-host"></div></div>\n'
        )

    def part(self, name, argument, body):
        """What a part of a slide is in HTML, and which states can be named beside it."""
        if name == "figure":
            view, hide, states = self.book.figure(argument)
            page = argument.split(".html")[0]
            link = self.to_root + argument
            source = f'<p class="source"><a href="{html.escape(link)}">{self.title(page)}</a></p>'
            return self.mount(view, hide) + source, states
        if name == "question":
            view = self.book.question(*argument.split())
            return self.mount(view, kind="figure asked"), ()
        if name == "notes":
            return f'<aside class="notes">{self.words(body)}</aside>', ()
        lines = [line for line in body.split("\n") if line]
        if name == "from":
            found = [self.book.passage(argument, line) for line in lines]
            return "\n".join(("* " if item else "\n") + text for item, text in found), ()
        if name == "equation":
            found = [self.book.equation(argument, line) for line in lines]
            return "\n\n".join(f"$$\n{tex}\n$$" for tex in found), ()
        if name == "picture":
            image = self.book.picture(argument, body.strip())
            source = f'src="{self.to_root}{image["src"]}" alt="{image["alt"]}"'
            return f'<img class="picture" {source}>\n', ()
        raise SlideError(f"no part is called {name}")

    def title(self, page):
        """Of a page of the book."""
        return the_one(re.findall(r"<title>(.*?) &#8212;", self.book.page(page)[0]), page)

    def slide(self, title, kind, text, minutes):
        """One slide."""
        blocks, states, at = [], set(), 0
        for match in PART.finditer(text):
            blocks.append((text[at : match.start()], True))
            done, more = self.part(match[1], match[2].strip(), match[3])
            blocks.append((done, match[1] in ("from", "equation")))
            states |= set(more)
            at = match.end()
        blocks.append((text[at:], True))
        body, said = [], []
        for block, is_text in [*blocks, ("", False)]:
            if is_text:
                said.append(block)
                continue
            if text := "\n\n".join(said).strip():
                body.append(f'<div class="words">{self.words(text, states)}</div>')
            said = []
            body.append(block)
        name = re.sub(r"\W+", "-", title.lower()).strip("-")
        return (
            f'<section id="{name}" class="{kind or ""}" data-minutes="{minutes}">\n'
            f"<h2>{self.markdown.renderInline(title)}</h2>\n{''.join(body)}</section>\n"
        )


def pool(text):
    """The slides of a file: title → (kind, text)."""
    pieces = SLIDE.split(text)[1:]
    titles = pieces[::3]
    if twice := {title for title in titles if titles.count(title) > 1}:
        raise SlideError(f"two slides have one title: {sorted(twice)}")
    return dict(zip(titles, zip(pieces[1::3], pieces[2::3], strict=True), strict=True))


def deck(source, slides, book, typesetter, to_root):
    """The page of a deck."""
    title = re.search(r"^# (.+)$", source, re.MULTILINE)[1]
    listed = [(int(minutes), name) for minutes, name in LISTED.findall(source)]
    if missing := [name for _, name in listed if name not in slides]:
        raise SlideError(f"no slides are called {missing}")
    writer = Deck(book, typesetter, to_root)
    shown = "".join(writer.slide(name, *slides[name], minutes) for minutes, name in listed)
    page = (SOURCES / "deck.html").read_text(encoding="utf-8")
    for place, value in {"TITLE": html.escape(title), "ROOT/": to_root, "SLIDES": shown}.items():
        page = page.replace(f"<!--{place}-->", value)
    return policy.guard(page)


def build(folder, site=None):
    """Write all decks below `folder`, which lies in the built site."""
    site = site or folder.parent
    target = folder / "slides"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    to_root = os.path.relpath(site, target) + "/"
    slides = pool((SOURCES / POOL).read_text(encoding="utf-8"))
    typesetter, book = equations.Typesetter(), Book(site)
    try:
        for path in sorted(SOURCES.glob("*.md")):
            if path.name != POOL:
                page = deck(path.read_text(encoding="utf-8"), slides, book, typesetter, to_root)
                (target / f"{path.stem}.html").write_text(page, encoding="utf-8")
        equations.write_style(typesetter, target)
    finally:
        typesetter.close()
    for path in (
        *(REVEAL / name for name in ("reveal.js", "reveal.css")),
        *(SOURCES / name for name in ("deck.js", "deck.css")),
        BOOK / "site_assets" / "colours.css",
    ):
        shutil.copy2(path, target / path.name)
    return target


def main():
    """`python book/_tools/slides.py _build/html/course`"""
    try:
        build(Path(sys.argv[1]).resolve())
    except SlideError as error:
        sys.exit(f"{SOURCES}: {error}")


if __name__ == "__main__":
    main()
