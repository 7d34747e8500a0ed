"""`make zip`: the whole built book as one file, to be read from a USB stick."""

import sys
import zipfile
from pathlib import Path

import setting

TARGET = setting.ROOT / "_build" / "squeeze-and-excite-book.zip"
TOP = "squeeze-and-excite-book"
START = "Open the book.html"
PACKED = (".gz", ".part.js", ".webp", ".woff", ".woff2", ".zip")  # zipping makes them no smaller

# Who opens it inside the zip, as Windows lets one, has unpacked this page alone: the logo does not
# come, and the words stay.
START_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Squeeze &amp; excite</title>
<style>body { max-width: 34rem; margin: 15vh auto; padding: 0 1rem; font: 1.1rem/1.5 sans-serif }
:root { color-scheme: light dark }</style>
<img src="book/_static/logo.svg" alt="" width="64" onload="location.replace('book/index.html')">
<h1>Squeeze &amp; excite</h1>
<p><a href="book/index.html">Open the book</a>.</p>
<p>If it does not open, unpack the whole zip file first, and then open this page again, beside the
folder <code>book</code>.</p>
</html>
"""

READ_ME = """Squeeze & excite, an interactive book about scSE blocks. Version {version}.

Unpack the whole zip file. Then open "{start}" by a double click.

Nothing is installed, and no network connection is needed: all figures work, and so do the trained
networks in the page. Any current browser will do (Chrome, Edge, Firefox, Safari).

The folder "book" can also be put on any web server as it is.

{home}MIT licence. Credits of pictures and data: book/credits.html
"""


def contents(html):
    """What goes into the zip: name → a file of the site, or a text."""
    version = setting.version()
    address = setting.published()
    home = f"The book on the web: {address}\n" if address else ""
    files = {
        "READ ME.txt": READ_ME.format(version=version, start=START, home=home),
        START: START_PAGE,
    }
    for path in sorted(html.rglob("*")):
        name = path.relative_to(html)
        # Notes that Sphinx keeps for itself begin with a dot; sources are in the repository.
        if path.is_file() and not name.name.startswith(".") and name.parts[0] != "_sources":
            files[f"book/{name.as_posix()}"] = path
    return files


def write(html, target):
    """Write the zip of a built site."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents(html).items():
            inside = f"{TOP}/{name}"
            if isinstance(content, str):
                # Also Windows' oldest editor breaks these lines.
                packed.writestr(inside, content.replace("\n", "\r\n"))
            else:
                kind = zipfile.ZIP_STORED if inside.endswith(PACKED) else zipfile.ZIP_DEFLATED
                packed.write(content, inside, compress_type=kind)
    return target


def main(html=setting.HTML, target=TARGET):
    target = write(setting.built(html), Path(target))
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
