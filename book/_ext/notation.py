r"""Sphinx extension: `{notation}` is a table of the book's symbols, with the pages that use them.

The symbols and what they are called stand in `terms.json` (see terms.py). How one is set is taken
from the equations themselves, `\class{term-z}{\mathbf{z}}`: as it is set most often.
"""

from collections import Counter

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform
from terms import EQUATIONS, marked, plain

HEAD = ("symbol", "what it is", "where")


class NotationError(SphinxError):
    category = "Notation"


class notation(nodes.General, nodes.Element):
    """Where the table goes."""


class Notation(Directive):
    """Takes no argument and no content."""

    def run(self):
        return [notation()]


def argument(tex, start):
    """What stands in the braces that open at `start`."""
    depth = 0
    for at in range(start, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[at], 0)
        if not depth:
            return tex[start + 1 : at]
    raise NotationError(f"a brace is not closed: {tex[start:]!r}")


def settings(tex):
    r"""The terms of an equation and how each is set: [("z", r"\mathbf{z}"), …]."""
    found, at = [], 0
    while (at := tex.find(r"\class{", at)) >= 0:
        words = argument(tex, at + len(r"\class"))
        at += len(r"\class{}") + len(words)
        found += [(name, plain(argument(tex, at))) for name in marked(rf"\class{{{words}}}")]
    return found


def keep(app, doctree):
    """What a page has set, for the table of another page: {term: {TeX: how often}}."""
    met = {}
    for node in doctree.findall(lambda node: isinstance(node, EQUATIONS)):
        for name, tex in settings(node.astext()):
            met.setdefault(name, Counter())[tex] += 1
    _store(app.env)[app.env.docname] = met


def _store(env):
    if not hasattr(env, "scse_notation"):
        env.scse_notation = {}
    return env.scse_notation


def forget(app, env, docname):
    _store(env).pop(docname, None)


def merge(app, env, docnames, other):
    _store(env).update({name: _store(other)[name] for name in docnames if name in _store(other)})


class Tables(SphinxPostTransform):
    """Put the table into its place, once all pages have been read."""

    default_priority = 5  # before references are resolved, and before terms.py looks at equations

    def run(self, **kwargs):
        for place in list(self.document.findall(notation)):
            place.replace_self(self.table())

    def table(self):
        store = _store(self.env)
        pages = [page for page in self.env.collect_relations() if store.get(page)]
        body = nodes.tbody()
        for name, term in self.config.terms.items():
            using = [page for page in pages if name in store[page]]
            if not using:
                raise NotationError(f"{term['sign']} in terms.json stands in no equation")
            ways = sum((store[page][name] for page in using), Counter())
            ((sign, _),) = ways.most_common(1)
            links = [self.link(page) for page in using]
            parted = [part for link in links for part in (nodes.Text(", "), link)][1:]
            body += self.row([nodes.math("", sign)], [nodes.Text(term["name"])], parted)
        head = nodes.thead("", self.row(*([nodes.Text(word)] for word in HEAD)))
        columns = [nodes.colspec(colwidth=width) for width in (15, 45, 40)]
        return nodes.table("", nodes.tgroup("", *columns, head, body, cols=len(columns)))

    def row(self, *cells):
        filled = [nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells]
        return nodes.row("", *filled)

    def link(self, page):
        address = self.app.builder.get_relative_uri(self.env.docname, page)
        title = self.env.titles[page].astext()
        return nodes.reference("", title.split(":")[0], internal=True, refuri=address)


def setup(app):
    app.add_node(notation)
    app.add_directive("notation", Notation)
    app.connect("doctree-read", keep)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.add_post_transform(Tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
