"""Sphinx extension: pages that open at once.

What the theme and other extensions have put into a page is looked through when all is written:

* their style sheets become one, without the rules that nothing in the book has a use for; how high
  a page's figures are (rooms.css) stands in that page alone;
* of Font Awesome's fonts the icons in use are left, inside that sheet;
* no script holds up the text, and those that only the search page needs are only there; those
  that bring the theme's buttons to life wait until somebody reads (ahead.js), and so do the
  sections that are out of sight;
* code has no elements for words that have no colour of their own;
* a picture says how large it is, is as small a file as can be, and waits until it is near; one that
  a phone shrinks beyond reading can be opened alone;
* the comma behind a formula stays in its line.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import glyphs
import node
from docutils import nodes
from PIL import Image
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

SHEET = re.compile(r'<link\b[^>]*?\bhref="([^"?]+\.css)[^"]*"[^>]*>\s*')
PRELOAD = re.compile(r'<link rel="preload"[^>]*>\s*')
SCRIPT = re.compile(r'<script\b([^>]*?)\bsrc="([^"]+)"([^>]*)></script>\s*')
LABEL = ' aria-label="Toggle hidden content"'  # beside a text that says what is hidden
SETTING = re.compile(r"<script>DOCUMENTATION_OPTIONS\.[^<]*</script>\s*")  # nobody reads them
PICTURE = re.compile(r'<img\b([^>]*?)\bsrc="(_images/[^"]+)"([^>]*?)\s*/?>')
# Names, punctuation, spaces: of Pygments' classes those that look like the text around them.
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')
FACE = re.compile(r"@font-face\{[^}]*\}")
URL = re.compile(r"url\(\"?([^)\"]*)\"?\)")
SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
UNUSED = ("design-tabs.js", "fontawesome.js")
LATER = ("bootstrap.js", "pydata-sphinx-theme.js")
LEFT_OVER = (
    *("**/*.map", "scripts/fontawesome.js*", "design-tabs.js"),
    *("images/logo_*", "landing.png", "*-macros.html", "locales"),
)
LARGE = 700  # pixels: a phone would make less than half of it
OF_FIGURE = re.compile(r'(data-room="[^"]*"|<li [^>]*)>\s*$')  # before a still, or one of a tour
FORMULA = r'<span class="math [^>]*>(?:(?!</?span\b).)*</span>'
CLOSED = re.compile(f"({FORMULA}[,.;:!?)]+)", re.DOTALL)
ROOMS = "_static/rooms.css"
ROOM = re.compile(r'\s*(\[data-room="([^"]+)"\])\s*\{\s*([^;]*);\s*\}\s*')
LETTERS = re.compile(r' letters-(\d+)"')
SIGHT = 3000  # letters: more text than a window of 1280×900 shows, figures and code aside
FONTS = "vendor"
ICONS = f"{FONTS}/fontawesome/webfonts/fa-solid-900.ttf"


class Later(SphinxPostTransform):
    """Mark the sections that begin below the first view, by the text that stands before them.

    With each goes how long it is, by which its height is guessed (book.css).
    """

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        before = 0
        for part in self.document.findall():
            if isinstance(part, nodes.section) and before > SIGHT:
                part["classes"] += ["scse-later", f"letters-{len(part.astext())}"]
            elif isinstance(part, nodes.Text) and not isinstance(part.parent, nodes.literal_block):
                before += len(part)


def names_of_sheets(pages):
    """The sheets of all pages, in their order, which is the same wherever they stand."""
    lists = sorted((SHEET.findall(html) for html in pages.values()), key=len)
    for names in lists:
        if [name for name in lists[-1] if name in names] != names:
            raise ExtensionError(f"these style sheets come in another order: {names}")
    return lists[-1]


def cut_icons(css, static):
    """Font Awesome's faces: one, which carries the icons that the sheet still writes."""
    icons = {chr(int(code, 16)) for code in re.findall(r"\\(f[0-9a-f]{3})", css)}
    icons |= {letter for letter in css if "\uf000" <= letter <= "\uf8ff"}
    data = base64.b64encode(glyphs.cut(static / ICONS, "".join(icons))).decode()

    def face(match):
        if "Font Awesome" not in match[0].replace("\\", ""):
            return match[0]
        if "fa-solid-900" not in match[0]:
            return ""
        return re.sub(
            r"src:[^;}]*", f'src:url(data:font/woff;base64,{data}) format("woff")', match[0]
        )

    return FACE.sub(face, css)


def join_sheets(folder, names):
    """Write the one sheet in place of those; return its name, with a mark of its content."""
    static = folder / "_static"
    done = subprocess.run(
        [*node.command("styles.js"), str(folder), *names],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ExtensionError(f"the style sheets cannot be joined:\n{done.stderr}")
    css = cut_icons(done.stdout, static)
    for url in URL.findall(css):
        if not url.startswith(("data:", "#")) and not (static / url).exists():
            raise ExtensionError(f"a style sheet of the book names {url}, which is not there")
    (static / "site.css").write_text(css, encoding="utf-8")
    for name in {*names, "_static/basic.css"} - {"_static/site.css"}:
        (folder / name).unlink(missing_ok=True)
    return f"_static/site.css?v={hashlib.sha256(css.encode()).hexdigest()[:8]}"


def rooms_of(html, rooms):
    """The rules of rooms.css for the figures of one page, as an element of its head."""
    here = {name for _, name, _ in ROOM.findall(rooms) if f'data-room="{name}"' in html}
    if not here:
        return ""
    rules = ROOM.sub(lambda rule: f"{rule[1]}{{{rule[3]}}}" if rule[2] in here else "", rooms)
    return f"<style>{re.sub('/[*].*?[*]/', '', rules)}</style>\n"


def shrink(path):
    """Store a picture as WebP, without loss where that is the smaller; return name and size."""
    target = path.with_suffix(".webp")
    with Image.open(path) as picture:
        size = picture.size
        ways = []
        for options in ({"lossless": True}, {"quality": 75}):
            buffer = io.BytesIO()
            picture.save(buffer, "webp", method=6, **options)
            ways.append(buffer.getvalue())
    target.write_bytes(min(ways, key=len))
    path.unlink()
    return f"_images/{target.name}", size


def prefix_of(html):
    """From a page to the folder of all pages."""
    return re.search(r'data-content_root="([^"]*)"', html)[1].removeprefix("./")


def with_pictures(html, pictures):
    """A page's HTML with the pictures as they are now, each with its size; large ones are links."""
    prefix = prefix_of(html)

    def picture(match):
        before, source, after = match.groups()
        name, (width, height) = pictures[source]
        at = match.start()
        near = at == html.find("<img", html.find("<article"))
        alone = width > LARGE and not OF_FIGURE.search(html, max(0, at - 500), at)
        room = f'width="{width}" height="{height}" decoding="async"'
        lazy = "" if near else ' loading="lazy"'
        tag = f'<img{before}src="{name}"{after} {room}{lazy}>'
        return f'<a class="scse-enlarge" href="{prefix}{name}">{tag}</a>' if alone else tag

    return PICTURE.sub(picture, html)


def quicken(html, sheet, rooms, searches):
    """A page's HTML, so that nothing holds it up."""
    prefix = prefix_of(html)
    head = f'<link rel="stylesheet" href="{prefix}{sheet}">\n{rooms_of(html, rooms)}'
    html = SHEET.sub("", html, SHEET.subn("", html)[1] - 1)
    html = SHEET.sub(lambda _: head, html)
    html = SETTING.sub("", PRELOAD.sub("", html))

    def script(match):
        before, source, after = match.groups()
        name = source.split("?")[0].rsplit("/", 1)[-1]
        if name in UNUSED or (name in SEARCH and not searches):
            return ""
        if name in LATER:
            return f'<link rel="prefetch" data-later href="{source}">\n'
        attributes = re.sub(r'\s*\b(defer(="defer")?|async(="async")?)(?=\s|$)', "", before + after)
        return f'<script defer src="{source}"{attributes.rstrip()}></script>\n'

    html = LETTERS.sub(r'" style="--letters: \1"', html)
    html = CLOSED.sub(r'<span class="scse-together">\1</span>', html)
    html = PLAIN.sub(r"\1", html).replace(LABEL, "").replace("<html", "<html data-opening", 1)
    return SCRIPT.sub(script, html)


def finish(app, error):
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    paths = sorted(folder.glob("*.html"))
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    for pattern in LEFT_OVER:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    rooms = (folder / ROOMS).read_text(encoding="utf-8")
    (folder / ROOMS).unlink()
    pictures = {
        f"_images/{path.name}": shrink(path)
        for kind in ("png", "jpg", "jpeg")
        for path in sorted(folder.glob(f"_images/*.{kind}"))
    }
    for path, html in pages.items():  # before the sheet is cut down to what the pages name
        pages[path] = with_pictures(html, pictures)
        path.write_text(pages[path], encoding="utf-8")
    sheet = join_sheets(folder, [name for name in names_of_sheets(pages) if name != ROOMS])
    shutil.rmtree(static / FONTS, ignore_errors=True)
    for path, html in pages.items():
        html = quicken(html, sheet, rooms, path.name == "search.html")
        path.write_text(html, encoding="utf-8")


def setup(app):
    app.add_post_transform(Later)
    app.connect("build-finished", finish, priority=900)  # after all that writes files
    return {"parallel_read_safe": True, "parallel_write_safe": True}
