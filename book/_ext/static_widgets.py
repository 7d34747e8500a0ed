"""Sphinx extension: widgets that live in a static page.

MyST-NB writes the state of a notebook's widgets into its page and expects RequireJS and the
Jupyter html-manager, from two CDNs, to draw them. Here `site_assets/widgets.js` draws them: this
extension loads it on pages with widgets, moves their state to the end of the page, stores each
source text once, and leaves a still picture for readers whose browser runs no scripts.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
STATIC = Path(__file__).resolve().parents[2] / "scse" / "widgets" / "static"
COMMON_STYLE = (STATIC / "widgets.css").read_text(encoding="utf-8")
ALT = "Still picture of the interactive figure, which needs scripts to run."


def share_texts(widgets):
    """Replace every `_esm` by its index in `widgets["texts"]`, every `_css` by a list of them.

    Each instance of a widget brings its whole source along. A page with five of them should
    carry it once, and once the sheet with which all of our widgets' styles begin.
    """
    texts = []

    def index(text):
        if text not in texts:
            texts.append(text)
        return texts.index(text)

    states = [entry["state"] for entry in widgets["state"].values()]
    for state in states:
        if (style := state.get("_css")) is not None:
            own = style.removeprefix(COMMON_STYLE)
            sheets = [style] if own == style else [COMMON_STYLE, own]
            state["_css"] = [index(sheet) for sheet in sheets if sheet]
    for state in states:  # after all sheets: what is alike compresses best side by side
        if (module := state.get("_esm")) is not None:
            state["_esm"] = index(module)
    widgets["texts"] = texts
    return widgets


def move_state(app, pagename, templatename, context, doctree):
    """Put the page's widget state after its text: the reader sees words before data arrives."""
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") == STATE:
            widgets = share_texts(json.loads(attributes["body"]))
            # "\\u003c" is "<" to JSON, and can neither close nor open a tag.
            state = json.dumps(widgets, separators=(",", ":")).replace("<", "\\u003c")
            context["body"] += f'\n<script type="{STATE}">{state}</script>\n'
            context["script_files"].remove(script)
            app.add_js_file("widgets.js", loading_method="defer")
            return


class StillPicture(SphinxPostTransform):
    """Keep a widget's `image/png`, for browsers with scripts off.

    Inside `<noscript>` the picture is not downloaded by anyone else.
    """

    default_priority = 3  # before MyST-NB picks one mime type of the bundle and drops the rest
    formats = ("html",)

    def run(self, **kwargs):
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            by_type = {child["mime_type"]: child for child in bundle.children}
            if VIEW not in by_type or "image/png" not in by_type:
                continue
            (picture,) = by_type["image/png"].children
            picture.setdefault("alt", ALT)
            by_type[VIEW] += [
                nodes.raw("", "<noscript>", format="html"),
                picture.deepcopy(),
                nodes.raw("", "</noscript>", format="html"),
            ]


def setup(app):
    app.add_post_transform(StillPicture)
    app.connect("html-page-context", move_state, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
