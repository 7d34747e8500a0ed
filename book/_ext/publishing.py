"""Sphinx extension: what search engines and social media are told of a page.

Title, description and kind of a page stand in its head. What needs a whole address follows from
`html_baseurl`, where the book is published: a page's own address (canonical, by the theme), the
card that is shown where a page is linked, sitemap.xml and robots.txt. Without it there is none.
"""

import re
from html import escape, unescape
from pathlib import Path

CARD = "card.png"  # 1200 × 630, drawn by book/_tools/card.py
CARD_WORDS = (
    "A photograph with two digits, a spatial mask, and a segmentation that has lost one of them"
)
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
NOT_FOUND_BY_SEARCH = ("search", "genindex")


def address_of(app):
    """The published address with a slash at its end, or ""."""
    address = app.config.html_baseurl or ""
    return address and address.rstrip("/") + "/"


def tags(title, description, site, kind, page="", card=""):
    """The meta elements of a page: what is empty is left out."""
    properties = {
        "og:title": title,
        "og:description": description,
        "og:site_name": site,
        "og:type": kind,
        "og:url": page,
        "og:image": card,
        "og:image:width": card and "1200",
        "og:image:height": card and "630",
        "og:image:alt": card and CARD_WORDS,
    }
    found = [
        f'<meta property="{name}" content="{escape(value)}" />'
        for name, value in properties.items()
        if value
    ]
    if card:
        found.append('<meta name="twitter:card" content="summary_large_image" />')
    return "".join(found)


def tell(app, pagename, templatename, context, doctree):
    before = context.get("metatags", "")
    if pagename in NOT_FOUND_BY_SEARCH:
        context["metatags"] = f'{before}<meta name="robots" content="noindex" />'
        return
    if doctree is None:
        return
    base = address_of(app)
    root = pagename == app.config.root_doc
    described = DESCRIPTION.search(before)  # by site_assets.py, escaped
    context["metatags"] = before + tags(
        unescape(re.sub("<[^>]*>", "", context["title"])),
        unescape(described[1]) if described else "",
        app.config.project,
        "website" if root else "article",
        base and base + app.builder.get_target_uri(pagename),
        base and f"{base}_static/{CARD}",
    )


def sitemap(addresses):
    lines = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )


def finish(app, error):
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    base = address_of(app)
    if not base:
        (folder / "_static" / CARD).unlink(missing_ok=True)
        return
    pages = sorted(app.env.found_docs, key=lambda name: (name != app.config.root_doc, name))
    addresses = [base + app.builder.get_target_uri(name) for name in pages]
    (folder / "sitemap.xml").write_text(sitemap(addresses), encoding="utf-8")
    # Crawlers read it at the root of a host alone: below one the map has to be handed in.
    rules = f"User-agent: *\nAllow: /\n\nSitemap: {base}sitemap.xml\n"
    (folder / "robots.txt").write_text(rules, encoding="utf-8")


def setup(app):
    app.connect("html-page-context", tell, priority=600)  # after the descriptions
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
