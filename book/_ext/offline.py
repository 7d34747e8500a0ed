"""Sphinx extension: the book with the network off, and the next page before it is asked for.

The service worker (js/site/service-worker.js) gets a list of all that a site over http needs;
`site_assets/ahead.js` starts it.
"""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import node
from sphinx.errors import ExtensionError

NAME = "service-worker.js"
ENGINE = re.compile(r"_static/(engine|onnx)/")
# Sources, what only a page from disk reads, what other books, search engines and social media refer
# to, and Sphinx's own notes.
ASIDE = re.compile(
    r"_sources/|.*\.part\.js$|objects\.inv$|sitemap\.xml$|robots\.txt$|_static/card\.png$|\.|"
    rf"{re.escape(NAME)}$"
)


def contents(folder):
    """What there is to keep: files of pages with their hashes, and those of the engine."""
    hashes = {
        quote(name): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not ASIDE.match(name := path.relative_to(folder).as_posix())
    }
    engine = {name: mark for name, mark in hashes.items() if ENGINE.match(name)}
    return {
        "pages": [{"url": n, "revision": mark} for n, mark in hashes.items() if n not in engine],
        "engine": list(engine),
        "version": hashlib.sha256(json.dumps(engine).encode()).hexdigest()[:16],
    }


def write_worker(folder):
    """Write the service worker of the pages in a folder."""
    done = subprocess.run(
        node.command("offline.js"),
        input=json.dumps(contents(folder)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ExtensionError(f"the service worker cannot be written:\n{done.stderr}")
    (folder / NAME).write_text(done.stdout, encoding="utf-8")


def finish(app, error):
    if not error and app.builder.name == "html":
        write_worker(Path(app.outdir))


def setup(app):
    app.add_js_file("ahead.js", loading_method="defer")
    app.connect("build-finished", finish, priority=990)  # it lists all files, so the last
    return {"parallel_read_safe": True, "parallel_write_safe": True}
