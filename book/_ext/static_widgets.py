"""Sphinx extension: widgets that live in a static page.

MyST-NB writes the state of a notebook's widgets into its page and expects RequireJS and the
Jupyter html-manager, from two CDNs, to draw them. Here `site_assets/widgets.js` draws them: this
extension loads it on pages with widgets, and puts their state and their source texts into files of
the site, each named by its content, so that a page is its text and its pictures, and the whole
book has each source once. Words or a still picture hold the place of each until it is drawn, and
stay where no script runs. Below the place of one that has a tour stand the steps of it, each with a
picture, for print and where no script runs.
"""

import functools
import hashlib
import json
import os
import re
from html import escape
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PLACE = re.compile(rf'(<script type="{re.escape(VIEW)}">)(.*?)</script>', re.DOTALL)
STATIC = Path(__file__).resolve().parents[2] / "scse" / "widgets" / "static"
COMMON_STYLE = (STATIC / "widgets.css").read_text(encoding="utf-8")
FILM = "image/jpeg"  # all steps of a tour, one below the other
ALT = "Still picture of the interactive figure, which needs scripts to run."


@functools.cache
def manifests(text):
    """The widgets of a stored state that have a manifest: model → manifest."""
    models = json.loads(text)["state"]
    stored = {model: entry["state"].get("manifest") for model, entry in models.items()}
    return {model: json.loads(text) for model, text in stored.items() if isinstance(text, str)}


def figures(env, docname):
    """The manifests of a page's figures: model → manifest."""
    for _, attributes in NbMetadataCollector.get_js_files(env, docname).values():
        if attributes.get("type") == STATE:
            return manifests(attributes["body"])
    return {}


def model_of(view):
    """The model that a view in a mime bundle is of."""
    (model,) = re.findall(r'"model_id": *"(\w+)"', view.astext())
    return model


def put(text, folder):
    """Write a text into the site, as a script that carries it; return its name there."""
    name = f"figures/{hashlib.sha256(text.encode()).hexdigest()[:12]}.js"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    script = f"(globalThis.scseTexts??={{}})[{json.dumps(name)}]={json.dumps(text)};\n"
    path.write_text(script, encoding="utf-8")
    return name


def put_model(entry, folder):
    """Write a model's state, its module and its sheets into the site; return their names.

    Each instance of a widget brings its whole source along, and each sheet begins with that which
    all of our widgets share: apart, each is fetched once for the whole book.
    """
    state = dict(entry["state"])
    module = state.pop("_esm", "")
    style = state.pop("_css", None) or ""
    own = style.removeprefix(COMMON_STYLE)
    sheets = [style] if own == style else [COMMON_STYLE, own]
    return {
        "model": put(json.dumps({**entry, "state": state}, separators=(",", ":")), folder),
        "module": put(module, folder),
        "sheets": [put(sheet, folder) for sheet in sheets if sheet],
    }


def move_state(app, pagename, templatename, context, doctree):
    """Put the page's widget state into files, and their names where the widgets are to appear."""
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") == STATE:
            models = json.loads(attributes["body"])["state"]
            folder = Path(app.outdir) / "_static"

            def place(match, models=models, folder=folder):
                view = {"model_id": json.loads(match[2])["model_id"]}
                entry = models.get(view["model_id"], {})
                if entry.get("model_module") == "anywidget":
                    view["files"] = put_model(entry, folder)
                return f"{match[1]}{json.dumps(view)}</script>"

            context["body"] = PLACE.sub(place, context["body"])
            context["script_files"].remove(script)
            app.add_js_file("widgets.js", loading_method="defer")
            return


def strip_of(tour, film):
    """The steps of a tour: of each its place in the film, and its sentence."""

    def html(text):
        return nodes.raw("", text, format="html")

    strip = [html('<section class="scse-film"><p>A tour of this figure, step by step</p><ol>')]
    for i, step in enumerate(tour):
        frame = film.deepcopy()
        frame["alt"] = f"The figure at step {i + 1} of the tour."
        place = 100 * i / (len(tour) - 1)
        strip += [html(f'<li style="--at: {place:.2f}%">'), frame]
        strip += [html(f"<p>{escape(step['says'])}</p></li>")]
    return [*strip, html("</ol></section>")]


class StandIn(SphinxPostTransform):
    """Keep a widget's `text/html`, else its `image/png`, in the room that the live figure takes."""

    default_priority = 3  # before MyST-NB picks one mime type of the bundle and drops the rest
    formats = ("html",)

    def run(self, **kwargs):
        number = 0
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            by_type = {child["mime_type"]: child for child in bundle.children}
            kind = next((kind for kind in ("text/html", "image/png") if kind in by_type), None)
            if VIEW not in by_type or kind is None:
                continue
            (shown,) = by_type[kind].children
            if isinstance(shown, nodes.image):
                shown.setdefault("alt", ALT)
            strip = []
            if FILM in by_type:
                tour = figures(self.env, self.env.docname)[model_of(by_type[VIEW])]["tour"]
                strip = strip_of(tour, by_type[FILM].next_node(nodes.image))
            room = f'<div class="widget-host" data-room="{self.env.docname}-{number}">'
            number += 1
            by_type[VIEW] += [
                nodes.raw("", room, format="html"),
                shown.deepcopy(),
                nodes.raw("", "</div>", format="html"),
                *strip,
            ]


def setup(app):
    os.environ["TQDM_DISABLE"] = "1"  # the kernels': a progress bar is a widget, too
    app.add_post_transform(StandIn)
    app.connect("html-page-context", move_state, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
