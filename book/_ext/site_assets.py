"""Sphinx extension: everything a page of the book loads comes from the book's own site.

What the theme brings along is looked through by swift_pages.py.
"""

from html import escape
from pathlib import Path

from docutils import nodes

BOOK = Path(__file__).resolve().parent.parent
ASSETS = BOOK / "site_assets"


def use_own_assets(app, config):
    config.html_static_path.append(str(ASSETS))
    config.templates_path.append(str(Path(__file__).parent / "templates"))
    config.html_logo = str(ASSETS / "logo.svg")
    config.html_favicon = str(ASSETS / "logo.svg")


def describe(app, pagename, templatename, context, doctree):
    """Give a page whose front matter has no description its first paragraph as one.

    A page that Sphinx makes itself, as the search, has no paragraph: its title says what it is.
    """
    if 'name="description"' in context.get("metatags", ""):
        return
    if doctree is None:
        text = f"{context.get('title', '')} – {app.config.project}"
    else:
        text = next((p.astext() for p in doctree.findall(nodes.paragraph)), "")
    text = " ".join(text.split())
    if len(text) > 160:
        text = text[:160].rsplit(" ", 1)[0] + " …"
    tag = f'<meta name="description" content="{escape(text)}" />'
    context["metatags"] = context.get("metatags", "") + tag


def mend_roles(app, pagename, templatename, context, doctree):
    """What docutils lists as a bibliography are list items: their own role is deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    app.connect("config-inited", use_own_assets)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend_roles)
    app.add_css_file("colours.css")
    app.add_css_file("book.css")
    app.add_css_file("rooms.css")
    app.add_css_file("print.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
