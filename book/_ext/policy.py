"""Sphinx extension: a page may load what lies beside it and nothing else; its browser sees to it.

A Content-Security-Policy stands first in the head of every page, so it holds wherever the book is
put, and from disk. Scripts that are written into a page are named in it by their hash.
"""

import base64
import hashlib
import re
from html import escape, unescape
from pathlib import Path

INLINE = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)
DATA = re.compile(r'type="(?!text/javascript|module)')  # a browser does not run it
HANDLER = re.compile(r'<[a-z][^<>]*?\son[a-z]+="([^"]*)"')
CHARSET = re.compile(r"<meta charset=[^>]*>")

# A page from disk has no origin that 'self' could name: Chromium takes 'self' for the disk all the
# same, other browsers need not.
OWN = "'self' file:"
POLICY = {
    "default-src": OWN,  # what is fetched ahead, too
    # Modules of figures and the engine's worker are started from their texts: blob:.
    "script-src": f"{OWN} blob: 'wasm-unsafe-eval'",
    "style-src": f"{OWN} 'unsafe-inline'",  # figures draw by it
    "img-src": f"{OWN} data: blob:",
    "font-src": f"{OWN} data:",
    "connect-src": f"{OWN} data: blob:",
    "worker-src": f"{OWN} blob:",
    "frame-src": "'none'",
    "object-src": "'none'",
    "form-action": OWN,
    "base-uri": "'none'",
}


def _hash(text):
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def policy(html):
    """The policy of a page."""
    scripts = [text for kind, text in INLINE.findall(html) if not DATA.search(kind)]
    handlers = [unescape(text) for text in HANDLER.findall(INLINE.sub("", html))]
    rules = dict(POLICY)
    for text in dict.fromkeys(scripts + handlers):
        rules["script-src"] += f" {_hash(text)}"
    if handlers:
        rules["script-src"] += " 'unsafe-hashes'"
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def guard(html):
    """A page's HTML with its policy in it."""
    tag = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(html))}">'
    return CHARSET.sub(lambda match: f"{match[0]}\n{tag}", html, count=1)


def finish(app, error):
    if error or app.builder.name != "html":
        return
    for path in Path(app.outdir).glob("*.html"):
        html = path.read_text(encoding="utf-8")
        path.write_text(guard(html), encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=950)  # after all that writes pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
