"""Sphinx extension: the directive `{class-figures}`, a list of all figures for teachers.

Of each: its still, small; its chapter and section, what it shows (the first sentence of its
class), and a link that opens it alone, for a projector. `site_assets/class_figures.js` lets a
teacher choose the state in which it opens and the parts that stay. All of it is read from the
chapters, when the book is built.
"""

import importlib
import inspect
import json
import re
from html import escape
from pathlib import Path

import figure_keys
from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.sphinx_ import NbMetadataCollector
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform
from static_widgets import STATE, VIEW, model_of

SMALL = 440  # pixels: the width of a still here, about twice what it takes on the page
GUIDE = "tour and puzzles"  # what widget.js calls the part that every figure can have


class class_figures(nodes.General, nodes.Element):
    """Where the list goes."""


class ClassFigures(Directive):
    def run(self):
        return [class_figures()]


def in_order(env, page):
    """A page and those below it, as the table of contents has them."""
    yield page
    for below in env.toctree_includes.get(page, []):
        yield from in_order(env, below)


def stored(env, page):
    """The states of a page's widgets: model → state."""
    for _, attributes in NbMetadataCollector.get_js_files(env, page).values():
        if attributes.get("type") == STATE:
            models = json.loads(attributes["body"])["state"]
            return {model: entry["state"] for model, entry in models.items()}
    return {}


def places(env, page):
    """Of the widgets of a page the section and the file of the still: model → (title, path)."""
    found = {}
    for bundle in env.get_doctree(page).findall(nodes.container):
        for child in bundle.children if bundle.get("nb_element") == "mime_bundle" else ():
            if child["mime_type"] != VIEW:
                continue
            section = bundle.parent
            while not isinstance(section, nodes.section):
                section = section.parent
            stills = [c.next_node(nodes.image) for c in bundle if c["mime_type"] == "image/png"]
            still = Path(env.srcdir, stills[0]["uri"]) if stills else None
            found.setdefault(model_of(child), (section.next_node(nodes.title).astext(), still))
    return found


def shows(state):
    """The first sentence of what its class says of a figure, as HTML."""
    module, name = state["_anywidget_id"].rsplit(".", 1)
    said = inspect.getdoc(getattr(importlib.import_module(module), name))
    words = escape(" ".join(said.split("\n\n")[0].split()))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", re.sub(r"\*([^*]+)\*", r"<em>\1</em>", words))


def small(still, name, folder):
    """Write a still into the site once more, small; return what an `<img>` says of it."""
    path = Path(folder, "_static", "stills", f"{name}.webp")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(still) as picture:
        width, height = SMALL, round(SMALL * picture.height / picture.width)
        reduced = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    reduced.save(path, quality=70, method=6)
    size = f'width="{width}" height="{height}"'
    return f'src="_static/stills/{path.name}" {size} loading="lazy" decoding="async"'


def card(page, key, manifest, where, what, still):
    """One figure."""
    parts = dict(manifest["parts"])
    if manifest["tour"] or manifest["puzzles"]:
        parts["guide"] = GUIDE
    ticks = "".join(
        f'<label><input type="checkbox" value="{escape(name)}" checked> {escape(words)}</label> '
        for name, words in parts.items()
    )
    states = "".join(
        f'<option value="do:{escape(slug)}">{escape(state["name"])}</option>'
        for slug, state in manifest["states"].items()
    )
    picture = f'<img alt="The figure as it opens" {still}>' if still else ""
    choice = f'<option value="">as in the book</option>{states}'
    return (
        f'<article class="scse-classfigure" data-key="{escape(key)}">'
        f"{picture}<div><p><strong>{escape(where)}</strong><br>{what}</p>"
        f'<p class="scse-classlinks"><a href="{page}.html?alone={escape(key)}">Open it alone</a>'
        ' <button type="button" hidden>Copy the link</button> <span role="status"></span></p>'
        "<details hidden><summary>What the class sees</summary>"
        f"<p><label>It opens <select>{choice}</select></label></p>"
        f"<fieldset><legend>What stays</legend>{ticks}</fieldset></details></div></article>\n"
    )


class Fill(SphinxPostTransform):
    """Put the list in its place, once all pages are known."""

    default_priority = 4
    formats = ("html",)

    def run(self, **kwargs):
        for place in list(self.document.findall(class_figures)):
            env = self.env
            parts = []
            for page in in_order(env, env.config.root_doc):
                states = stored(env, page)
                where = places(env, page) if states else {}
                keyed = figure_keys.keys((model, states[model]) for model in where)
                if keyed:
                    title = escape(env.titles[page].astext())
                    parts.append(f'<h2><a href="{page}.html">{title}</a></h2>\n')
                for key, (model, manifest) in keyed.items():
                    section, still = where[model]
                    at = "At the beginning" if section == env.titles[page].astext() else section
                    if still:
                        still = small(still, f"{page}-{key}", self.app.outdir)
                    parts.append(card(page, key, manifest, at, shows(states[model]), still))
            place.replace_self(nodes.raw("", "".join(parts), format="html"))


def bring_script(app, pagename, templatename, context, doctree):
    if "scse-classfigure" in context.get("body", ""):
        app.add_js_file("class_figures.js", loading_method="defer")


def setup(app):
    app.add_node(class_figures)
    app.add_directive("class-figures", ClassFigures)
    app.add_post_transform(Fill)
    app.add_css_file("class_figures.css")
    app.connect("html-page-context", bring_script, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
