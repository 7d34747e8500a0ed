r"""Sphinx extension: a symbol, what shows it in a figure, and its line of code light up together.

`book/terms.json` lists the terms: by what sign each stands in code, and what it is called.

* In an equation `\class{term-z}{z}` marks the term `z`. MathJax knows `\class`, in JupyterLab too.
* In a cell the comment behind a line begins with its sign, `c = block.gates(U).channel  # c`, or
  with several, `# c and s`. In a table the code in a row is that of the term in its first cell.
* A figure says in its manifest which terms it shows; the elements carry `data-term="z"`.

`site_assets/terms.js` joins them, on pages that have such an equation. For the keyboard a row of
buttons stands behind every equation, one stop for Tab. A term in an equation that neither a figure
nor a line of code of its page shows is a warning, and so fails the build.
"""

import json
import re
from html import escape
from pathlib import Path
from unicodedata import normalize

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from static_widgets import figures

LOG = logging.getLogger(__name__)
CLASS = re.compile(r"\\class\{([^{}]*)\}")
MARK = "term-"
CODE = re.compile(r'(?<=<div class="highlight"><pre>).*?(?=</pre></div>)', re.DOTALL)
LINE = re.compile(r'((?:<span></span>)? *)(\S.*<span class="c1"># ([^<]*)</span>)')


class TermError(SphinxError):
    category = "Term"


def read(app, config):
    """The terms of a book, and a build of all that uses them where they changed."""
    path = Path(app.srcdir) / "terms.json"
    config.terms = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    signs = [term["sign"] for term in config.terms.values()]
    if twice := {sign for sign in signs if signs.count(sign) > 1}:
        raise TermError(f"{path.name}: two terms have the sign {', '.join(sorted(twice))}")


def marked(tex):
    """The terms in an equation, in their order."""
    words = [word for classes in CLASS.findall(tex) for word in classes.split()]
    return list(dict.fromkeys(w.removeprefix(MARK) for w in words if w.startswith(MARK)))


def plain(tex):
    r"""The equation for one who does not know `\class`."""
    return CLASS.sub("", tex)


def labelled(comment, terms):
    """The terms whose signs a comment begins with."""
    signs = {normalize("NFC", term["sign"]): name for name, term in terms.items()}
    found = []
    for word in re.split(r", | and ", normalize("NFC", comment)):
        first = word.split()[0].rstrip(":,;.") if word.split() else ""
        if first not in signs:
            break
        found.append(signs[first])
        if word != first:  # "z, the means": what follows explains
            break
    return found


class Terms(SphinxPostTransform):
    """See that the terms in equations are known, and give the keyboard a way to them."""

    default_priority = 7

    def run(self, **kwargs):
        html = self.app.builder.format == "html"
        for node in list(self.document.findall(lambda n: isinstance(n, EQUATIONS))):
            tex = node.astext()
            names = self.known(marked(tex), node)
            if not html and CLASS.search(tex):
                node.children = [nodes.Text(plain(tex))]
            elif html and names and isinstance(node, nodes.math_block):
                node.parent.insert(node.parent.index(node) + 1, self.buttons(names))
        if html:
            self.rows()

    def known(self, names, node):
        if unknown := sorted(set(names) - set(self.config.terms)):
            what = f"{', '.join(unknown)} in {node.astext()!r}"
            LOG.warning("%s is not in terms.json", what, location=self.env.docname)
        return [name for name in names if name in self.config.terms]

    def buttons(self, names):
        buttons = "".join(
            f'<button type="button" tabindex="{-1 if at else 0}" aria-pressed="false" '
            f'data-term="{escape(name)}">{escape(spoken(self.config.terms[name]))}</button>'
            for at, name in enumerate(names)
        )
        return nodes.raw(
            "",
            '<div class="scse-symbols" role="toolbar" aria-label="Symbols of this equation" hidden>'
            f"{buttons}</div>",
            format="html",
        )

    def rows(self):
        """Code in a row of a table is that of the term in the row's first cell."""
        for row in self.document.findall(nodes.row):
            first, *others = row.children
            names = [name for math in first.findall(nodes.math) for name in marked(math.astext())]
            for cell in others if names else ():
                for literal in cell.findall(nodes.literal):
                    literal["classes"] += ["scse-line", *(MARK + name for name in names)]


EQUATIONS = (nodes.math, nodes.math_block)


def spoken(term):
    return f"{term['sign']}: {term['name']}"


def mark_lines(body, terms):
    """A page with the labelled lines of its code as elements, and the terms of these."""
    found = set()

    def line(text):
        match = LINE.fullmatch(text)
        names = labelled(match[3], terms) if match else []
        if not names:
            return text
        if text.count("<span") != text.count("</span>"):
            raise TermError(f"a line of code that begins within something larger: {text!r}")
        found.update(names)
        classes = " ".join(["scse-line", *(MARK + name for name in names)])
        return f'{match[1]}<span class="{classes}">{match[2]}</span>'

    def block(match):
        return "\n".join(line(text) for text in match[0].split("\n"))

    return CODE.sub(block, body), found


def join(app, pagename, templatename, context, doctree):
    """On a page whose equations have terms: mark its lines of code, see that all is there."""
    if doctree is None or app.builder.format != "html":
        return
    equations = list(doctree.findall(lambda node: isinstance(node, EQUATIONS)))
    wanted = list(dict.fromkeys(name for node in equations for name in marked(node.astext())))
    if not wanted:
        return
    context["body"], shown = mark_lines(context["body"], app.config.terms)
    for literal in doctree.findall(nodes.literal):
        shown |= {c.removeprefix(MARK) for c in literal["classes"] if c.startswith(MARK)}
    for manifest in figures(app.env, pagename).values():
        shown.update(manifest.get("terms", []))
    known = app.config.terms
    if missing := [name for name in wanted if name in known and name not in shown]:
        what = f"{', '.join(missing)}, which stands in an equation"
        words = "no figure and no line of code of this page shows %s"
        LOG.warning(words, what, location=pagename)
    app.add_js_file("terms.js", loading_method="defer")


def setup(app):
    app.add_config_value("terms", {}, "env", [dict])
    app.connect("config-inited", read)
    app.add_post_transform(Terms)
    app.connect("html-page-context", join, priority=800)
    app.add_css_file("terms.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
