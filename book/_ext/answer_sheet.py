"""Sphinx extension: ``{answer-sheet}``, where a page lists what its reader said to all questions,
and which puzzles are solved.

The page has each chapter, the number of its questions and the names of its puzzles, no prompt and
no truth: a prompt may tell what an earlier question asks for. `site_assets/answer_sheet.js` fills
in what the tab remembers.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from static_widgets import figures

OFF = """\
<p class="scse-sheet-off"><strong>Scripts are off here.</strong> Without them the book’s questions
take no answers, and this sheet stays empty: on a page each question has its answer folded below it,
and on paper at its end.</p>"""

TOOLS = """\
<p class="scse-sheet-count" role="status">Nothing is answered in this tab yet. Commit to an answer
on one of the book’s pages: it will stand here.</p>
<div class="scse-sheet-tools">
<label>Your name <input type="text" autocomplete="off" placeholder="for print and file"></label>
<button type="button" data-do="print">Print</button>
<button type="button" data-do="save">Save as a file</button>
<button type="button" data-do="open">Carry on from a file</button>
<input type="file" accept=".html,text/html" aria-label="A saved sheet" tabindex="-1" hidden>
</div>
<p class="scse-sheet-told" role="status"></p>"""


class Sheet(nodes.General, nodes.Element):
    """Where it is to stand."""


class AnswerSheet(SphinxDirective):
    def run(self):
        for path in folder_of(self.env).glob("*.json"):
            self.env.note_dependency(str(path))
        return [Sheet()]


def folder_of(env):
    return Path(env.srcdir) / "questions"


def chapters(env):
    """Of each chapter with questions or puzzles its page, or None, its title, its questions' ids
    and kinds and its puzzles' slugs and names, in the order of the book."""
    files = {path.stem: path for path in folder_of(env).glob("*.json")}
    root = env.config.root_doc
    order = [root, *env.toctree_includes.get(root, [])]
    puzzles = {name: found for name in order if (found := puzzles_of(env, name))}
    for name in sorted(
        {*files, *puzzles}, key=lambda n: (order.index(n) if n in order else len(order), n)
    ):
        questions = []
        if name in files:
            questions = json.loads(files[name].read_text(encoding="utf-8"))["questions"]
        known = name in env.titles
        title = env.titles[name].astext() if known else name
        asked = [(q["id"], q["kind"]) for q in questions]
        yield name if known else None, name, title, asked, puzzles.get(name, [])


def puzzles_of(env, page):
    """The puzzles of a page: their slugs, by which they are remembered, and names."""
    manifests = figures(env, page).values()
    return [(p["slug"], p["name"]) for m in manifests for p in m.get("puzzles", ())]


def section(page, name, title, questions, puzzles, uri):
    title = escape(title)
    heading = f'<a href="{escape(uri(page))}">{title}</a>' if page else title
    items = "".join(
        f'<li value="{i}" data-question="{id}" data-kind="{kind}"></li>'
        for i, (id, kind) in enumerate(questions, 1)
    )
    count = f"<small>0 of {len(questions)} answered</small>"
    riddles = "".join(
        f'<li data-puzzle="{escape(slug)}">Puzzle: {escape(words)} <span>not tried</span></li>'
        for slug, words in puzzles
    )
    listed = f"<ol>{items}</ol>" + (f"<ul>{riddles}</ul>" if riddles else "")
    return f'<section data-chapter="{name}"><h2>{heading} {count}</h2>{listed}</section>'


def visit(self, node):
    app = self.builder.app
    here = self.builder.current_docname

    def uri(page):
        return app.builder.get_relative_uri(here, page)

    sections = "".join(section(*chapter, uri) for chapter in chapters(app.env))
    title = escape(app.config.html_title)
    self.body.append(
        f'<div class="scse-sheet" data-book="{title}">{OFF}{TOOLS}{sections}</div>',
    )
    raise nodes.SkipNode


def skip(self, node):
    raise nodes.SkipNode


def bring_script(app, pagename, templatename, context, doctree):
    if doctree is not None and any(doctree.findall(Sheet)):
        app.add_js_file("answer_sheet.js", loading_method="defer")


def setup(app):
    app.add_node(Sheet, html=(visit, None), latex=(skip, None), text=(skip, None))
    app.add_directive("answer-sheet", AnswerSheet)
    app.connect("html-page-context", bring_script)
    app.add_css_file("answer_sheet.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
