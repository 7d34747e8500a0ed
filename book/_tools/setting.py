"""Where the book is: what `_config.yml` says once, for the tools that make something of it."""

from pathlib import Path

import yaml

from scse import __version__

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = ROOT / "_config.yml"
HTML = ROOT / "_build" / "html"


def _parsed(path):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def read(config=CONFIG):
    """The settings of Sphinx in `_config.yml`."""
    return _parsed(config)["sphinx"]["config"]


def title(config=CONFIG):
    """What the book is called."""
    return _parsed(config)["title"]


def published(config=CONFIG):
    """The address of the published book, with a slash at its end, or "" where there is none."""
    address = read(config).get("html_baseurl") or ""
    return address and address.rstrip("/") + "/"


def version():
    """The version of the book, which is that of the package."""
    return __version__


def built(html=HTML):
    """The folder of the built site.

    Raises:
        SystemExit: there is none.
    """
    if not (Path(html) / "index.html").exists():
        raise SystemExit(f"{html} has no index.html: build the book first, by `make site`")
    return Path(html)


def listed(entry):
    """The pages that an entry of _toc.yml names, itself and those below it."""
    if isinstance(entry, list):
        return [page for item in entry for page in listed(item)]
    own = [entry[key] for key in ("root", "file") if key in entry]
    below = [entry[key] for key in ("parts", "chapters", "sections") if key in entry]
    return own + listed(below)


def pages(toc=ROOT / "_toc.yml"):
    """The names of the book's pages, as they come."""
    return listed(_parsed(toc))
