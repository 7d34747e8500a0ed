"""Sphinx extension: everything a page of the book loads comes from the book's own site.

MathJax is copied from its npm package (`js/node_modules/mathjax`, see js/package.json). The
theme's 1.5 MB FontAwesome script is left out: its style sheet brings the same icons as a font.
"""

import re
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.errors import ConfigError

BOOK = Path(__file__).resolve().parent.parent
ASSETS = BOOK / "site_assets"
MATHJAX = BOOK.parent / "js" / "node_modules" / "mathjax" / "es5"
MATHJAX_PARTS = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")


def use_own_assets(app, config):
    config.html_static_path.append(str(ASSETS))
    config.templates_path.append(str(Path(__file__).parent / "templates"))
    config.html_logo = str(ASSETS / "logo.svg")
    config.html_favicon = str(ASSETS / "logo.svg")
    config.mathjax_path = "mathjax/tex-chtml.js"


def copy_mathjax(app, error):
    if error or app.builder.format != "html":
        return
    if not MATHJAX.is_dir():
        raise ConfigError(f"MathJax is missing: run `npm ci` in js/ (looked in {MATHJAX})")
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        source = MATHJAX / part
        if source.is_dir():
            shutil.copytree(source, target / part, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / part)


def drop_fontawesome(html):
    """Template filter: the head without FontAwesome's script.

    Nor with the preloading of its fonts, as older themes have it: from file:// browsers refuse.
    """
    html = re.sub(r"<script[^>]*fontawesome[^>]*></script>", "", html)
    return re.sub(r"<link[^>]*\bas=\"font\"[^>]*>", "", html)


def add_filters(app):
    if app.builder.format == "html":
        app.builder.templates.environment.filters["drop_fontawesome"] = drop_fontawesome


def describe(app, pagename, templatename, context, doctree):
    """Give a page whose front matter has no description its first paragraph as one."""
    if doctree is None or 'name="description"' in context.get("metatags", ""):
        return
    text = next((p.astext() for p in doctree.findall(nodes.paragraph)), "")
    text = " ".join(text.split())
    if len(text) > 160:
        text = text[:160].rsplit(" ", 1)[0] + " …"
    tag = f'<meta name="description" content="{escape(text)}" />'
    context["metatags"] = context.get("metatags", "") + tag


def mend_roles(app, pagename, templatename, context, doctree):
    """Docutils marks a bibliography as a list whose entries are no list items: no list, then."""
    if "body" in context:
        context["body"] = context["body"].replace('<div role="list" class="cit', '<div class="cit')


def setup(app):
    app.connect("config-inited", use_own_assets)
    app.connect("builder-inited", add_filters)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend_roles)
    app.connect("build-finished", copy_mathjax)
    app.add_css_file("colours.css")
    app.add_css_file("book.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
