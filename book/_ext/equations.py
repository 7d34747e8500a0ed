"""Sphinx extension: equations are set when the book is built, not when a page is read.

MathJax sets them, in Node (js/site/typeset.js), as elements and style. MathML stands beside each,
for screen readers. Of MathJax's fonts the site gets those that are in use, and of these the glyphs.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import glyphs
import node
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

FONTS = node.SCRIPTS.parent / "node_modules" / "mathjax/es5/output/chtml/fonts/woff-v2"
FACE = re.compile(
    r'@font-face[^{]*\{\s*font-family: (MJX[\w-]+);\s*src: url\("fonts/([^"]+)"\)[^}]*\}'
)
CONTENT = re.compile(r'content: "((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6}) ?|\\(.)")
NO_GLYPHS = "MJXZERO"  # a font that only says how high a line is
ALWAYS = {NO_GLYPHS, "MJXTEX"}
STRETCHED = {"MJXTEX-S1", "MJXTEX-S4", "MJXTEX-A"}  # what a brace that grows is made of


class Typesetter:
    """MathJax, started with the first equation."""

    def __init__(self):
        self._process = None
        self.set = {}  # (TeX, display) → HTML

    def _ask(self, **question):
        if self._process is None:
            self._process = subprocess.Popen(
                node.command("typeset.js"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def html(self, tex, display):
        """An equation as HTML."""
        key = (tex, display)
        if key not in self.set:
            answer = self._ask(tex=tex, display=display)
            if "error" in answer:
                raise ExtensionError(f"MathJax cannot set {tex!r}: {answer['error']}")
            self.set[key] = answer["html"]
        return self.set[key]

    def css(self):
        """The style of all equations so far."""
        return self._ask(style=True)["css"]

    def close(self):
        if self._process is not None:
            self._process.communicate()
            self._process = None


def displayed(tex):
    """TeX of a block as Sphinx means it: blank lines part equations, `\\\\` parts lines."""
    parts = [part for part in tex.split("\n\n") if part.strip()]
    lines = [rf"\begin{{split}}{p}\end{{split}}" if r"\\" in p else p for p in parts]
    if len(lines) == 1:
        return lines[0]
    return r"\begin{align}\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}\end{align}"


def renderers(typesetter):
    """What Sphinx calls for an equation in a line, and for one on its own."""

    def inline(self, node):
        self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
        self.body.append(typesetter.html(node.astext(), False) + "</span>")
        raise nodes.SkipNode

    def block(self, node):
        self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
        if node["number"]:
            self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
            self.add_permalink_ref(node, "Link to this equation")
            self.body.append("</span>")
        tex = node.astext()
        self.body.append(typesetter.html(tex if node["nowrap"] else displayed(tex), True))
        self.body.append("</div>\n")
        raise nodes.SkipNode

    return (inline, None), (block, None)


def characters(css):
    """All that the style sheet writes by `content`."""
    return {
        chr(int(escape[1], 16)) if (escape := ESCAPE.fullmatch(piece)) and escape[1] else piece[-1]
        for content in CONTENT.findall(css)
        for piece in re.findall(r"\\[0-9a-fA-F]{1,6} ?|\\.|[^\\]", content)
    }


def write_style(typesetter, folder):
    """Write `equations.css` and the fonts that it names."""
    css = typesetter.css()
    pages = "".join(typesetter.set.values())
    used = ALWAYS | {f"MJX{name}" for name in re.findall(r"TEX-\w+", pages)}
    if "mjx-stretchy" in pages:
        used |= STRETCHED
    text = "".join(sorted(characters(css)))
    (folder / "fonts").mkdir(parents=True, exist_ok=True)

    def face(match):
        family, file = match.groups()
        if family not in used:
            return ""
        if family == NO_GLYPHS:
            shutil.copy2(FONTS / file, folder / "fonts" / file)
        else:
            (folder / "fonts" / file).write_bytes(glyphs.cut(FONTS / file, text))
        return match[0]

    (folder / "equations.css").write_text(FACE.sub(face, css), encoding="utf-8")


def setup(app):
    typesetter = Typesetter()
    app.add_html_math_renderer("typeset", *renderers(typesetter))

    def finish(app, error):
        if not error and app.builder.format == "html":
            write_style(typesetter, Path(app.outdir) / "_static")
        typesetter.close()

    app.connect("build-finished", finish)
    app.add_css_file("equations.css")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
