"""Sphinx extension: what chapters say of themselves, for the lecturer's guide.

* `{objectives} squeeze` lists what a reader can do after a chapter, as the chapter says it at its
  top, with its minutes and how many questions it asks.
* `` {minutes}`index squeeze` `` is the sum of the minutes of chapters.
* `` {beside}`Moodle XML <course/questions/moodle.xml>` `` links to what the build of the pages does
  not know of, by its path from the top of the site: a file that is put beside them afterwards, a
  section without a label. The tests of the built site follow every link.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import SphinxError
from sphinx.util.docutils import ReferenceRole, SphinxDirective, SphinxRole

BOOK = Path(__file__).resolve().parents[1]
ANNOUNCED = re.compile(r"^\*\*(\d+) minutes\. Afterwards you can\*\*\n\n((?:\* .+\n?)+)", re.M)


class SyllabusError(SphinxError):
    category = "Syllabus"


def chapter(name, book=BOOK):
    """The minutes of a chapter, and its objectives in Markdown: (15, ["derive why …", …])."""
    path = book / f"{name}.ipynb"
    if not path.exists():
        raise SyllabusError(f"there is no chapter {name!r}")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = ANNOUNCED.search(text)
    if not found:
        raise SyllabusError(f"{name} does not say '**15 minutes. Afterwards you can**' and a list")
    return int(found[1]), [line[2:].rstrip() for line in found[2].splitlines()]


def minutes(names, book=BOOK):
    return sum(chapter(name, book)[0] for name in names)


def questions(name, book=BOOK):
    """How many questions a chapter asks."""
    path = book / "questions" / f"{name}.json"
    return len(json.loads(path.read_text(encoding="utf-8"))["questions"])


class Objectives(SphinxDirective):
    required_arguments = 1

    def run(self):
        (name,) = self.arguments
        book = Path(self.env.srcdir)
        self.env.note_dependency(str(book / f"{name}.ipynb"))
        self.env.note_dependency(str(book / "questions" / f"{name}.json"))
        length, objectives = chapter(name, book)
        asked = questions(name, book)
        lines = [
            f"**[Open the chapter]({name}.ipynb). {length} minutes, {asked} questions to commit "
            "to. It says: afterwards you can**",
            "",
            *(f"* {objective}" for objective in objectives),
        ]
        box = nodes.container(classes=["scse-objectives"])
        self.state.nested_parse(StringList(lines, source=name), self.content_offset, box)
        return [box]


class Minutes(SphinxRole):
    def run(self):
        book = Path(self.env.srcdir)
        names = self.text.split()
        for name in names:
            self.env.note_dependency(str(book / f"{name}.ipynb"))
        return [nodes.Text(str(minutes(names, book)))], []


class Beside(ReferenceRole):
    def run(self):
        if re.match(r"[a-z]+:|/", self.target):
            raise SyllabusError(f"{self.target} is not a path from the top of the site")
        up = "../" * self.env.docname.count("/")
        return [nodes.reference("", self.title, refuri=up + self.target)], []


def setup(app):
    app.add_directive("objectives", Objectives)
    app.add_role("minutes", Minutes())
    app.add_role("beside", Beside())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
