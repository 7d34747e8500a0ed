"""Sphinx extension: words in the text that set a figure, `[open it](#do:bottleneck-shut)`.

A figure says which states can be named (`states=`, see scse/widgets/_base.py), in its manifest,
which MyST-NB keeps with the page. Here a link to one becomes a reference that says what it does,
and the place of the figure gets the anchor, where the link leads with scripts off. In the page
js/src/desk/arrivals.js does the rest. A link to a state that no figure has is a warning, and so
fails the build.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.errors import SphinxError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from static_widgets import VIEW, figures, model_of

LOG = logging.getLogger(__name__)
DO = "do:"


class StateLinkError(SphinxError):
    category = "Link to a state of a figure"


def states(env, docname):
    """The states that links can name on a page: slug → name."""
    found = {}
    for manifest in figures(env, docname).values():
        for slug, state in manifest.get("states", {}).items():
            if slug in found:
                raise StateLinkError(
                    f"{docname}: two figures have a state #{DO}{slug}; a name stands once on a page"
                )
            found[slug] = state["name"]
    return found


class KeepStateLinks(SphinxTransform):
    """Take `[…](#do:…)` out of the hands of MyST, which would look for a heading of that name."""

    default_priority = 870  # before MyST's ResolveAnchorIds, at 879

    def apply(self, **kwargs):
        for link in self.document.findall(nodes.reference):
            if link.get("id_link") and link["refuri"].startswith(f"#{DO}"):
                del link["id_link"]


class StateLinks(SphinxPostTransform):
    """Make the links what they are to be, and see that each leads to a state."""

    default_priority = 8  # before MyST resolves references to other pages, at 9

    def run(self, **kwargs):
        here = self.env.docname
        for link in list(self.document.findall(nodes.reference)):
            if link.get("refuri", "").startswith(f"#{DO}"):
                self.resolve(link, here, link["refuri"][1 + len(DO) :])
        for link in list(self.document.findall(pending_xref)):
            if (link.get("reftargetid") or "").startswith(DO):
                self.resolve(link, link["reftarget"], link["reftargetid"][len(DO) :])

    def resolve(self, link, page, slug):
        known = states(self.env, page)
        if slug not in known:
            where = f"{Path(link.source or self.env.docname).name}:{link.line}"
            have = ", ".join(f"#{DO}{name}" for name in known) or "none"
            what = f"{where} links to #{DO}{slug}"
            words = "%s, which no figure of %r has; it has %s"
            LOG.warning(words, what, page, have, location=self.env.docname)
            link.replace_self(nodes.inline("", "", *link.children))
            return
        builder = self.app.builder
        if builder.format != "html":
            link.replace_self(nodes.inline("", "", *link.children))
            return
        here = self.env.docname
        address = "" if page == here else builder.get_relative_uri(here, page)
        whose = "the figure" if page == here else "the figure of that page"
        link.replace_self(
            nodes.reference(
                "",
                "",
                *link.children,
                classes=["scse-do"],
                refuri=f"{address}#{DO}{slug}",
                reftitle=f"Sets {whose} to “{known[slug]}”",
                internal=True,
            )
        )


class StateAnchors(SphinxPostTransform):
    """Put the anchor of every state where its figure is."""

    default_priority = 2  # before static_widgets and MyST-NB take the bundles apart
    formats = ("html",)

    def run(self, **kwargs):
        known = figures(self.env, self.env.docname)
        states(self.env, self.env.docname)  # a page may have no link to a state that is there twice
        anchored = set()
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            for child in bundle.children:
                if child["mime_type"] != VIEW:
                    continue
                model = model_of(child)
                if model in anchored:
                    continue
                anchored.add(model)
                for slug in known.get(model, {}).get("states", {}):
                    anchor = f'<div id="{escape(DO + slug)}"></div>'
                    child.insert(0, nodes.raw("", anchor, format="html"))


def setup(app):
    app.add_transform(KeepStateLinks)
    app.add_post_transform(StateLinks)
    app.add_post_transform(StateAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
