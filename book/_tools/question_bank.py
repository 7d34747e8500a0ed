"""The book's questions for a course's own tests: Moodle XML, GIFT, and QTI for Canvas.

`question_bank.py <folder>` writes <folder>/questions/{moodle.xml,gift.txt,qti.zip}, the same bytes
from the same questions. What they are made of is here, each format has a file of its own.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import bank_gift
import bank_moodle
import bank_qti
import setting
from bank_text import limits, said

from scse.widgets import _questions

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Entry:
    """A question, in words that every format can say."""

    chapter: str  # its file
    question: _questions.AnyQuestion
    page: str | None = None  # where the book asks it

    @property
    def name(self):
        return f"{self.chapter}/{self.question['id']}"

    @property
    def asked(self):
        """The prompt, and what an answer is where the choices do not say it."""
        question = self.question
        if question["kind"] == "choice":
            return [question["prompt"]]
        if question["kind"] == "number":
            return [question["prompt"], f"{limits(question)}."]
        x = question["x"]
        (start, end), (first, last) = x["range"], x["ends"]
        return [
            question["prompt"],
            f"A curve: {question['y']} (0 to 1) against {x['label']}, from {said(start)} ({first}) "
            f"to {said(end)} ({last}). Describe it, or attach a drawing.",
        ]

    @property
    def because(self):
        """What everybody is told in the end."""
        question = self.question
        told = [question["because"]]
        if question["kind"] == "curve":
            start, end = question["x"]["range"]
            values = ", ".join(f"{value:g}" for value in question["truth"])
            replies = question["replies"]
            told += [
                f"At {len(question['truth'])} evenly spaced places from {said(start)} to "
                f"{said(end)} it is {values}.",
                f"Right (off by at most {question['tolerance']:g} on average): {replies['right']}",
                f"Too low where it is furthest off: {replies['low']}",
                f"Too high where it is furthest off: {replies['high']}",
            ]
        return told


def chapter_title(path):
    """The first heading of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1]


def address(base, repository):
    """A pattern for the address of a chapter; None where the book's settings name no place.

    Args:
        base: of the published book, with a slash at its end, or "".
        repository: its address, or "".
    """
    if base:
        return base + "{}.html"
    return repository.rstrip("/") + "/blob/HEAD/book/{}.ipynb" if repository else None


def link(pattern, chapter, question):
    if pattern is None:
        return None
    state = question.get("state")  # a figure of the site; a notebook elsewhere has none
    place = f"#{state}" if state and pattern.endswith(".html") else ""
    return pattern.format(chapter) + place


def read_book(book=ROOT / "book", toc=ROOT / "_toc.yml", config=ROOT / "_config.yml"):
    """Its title, and by chapter, in the order of the book, the title of that and its entries."""
    pattern = address(setting.published(config), setting.read(config)["html_context"]["repository"])
    chapters = {}
    for page in setting.pages(toc):
        path = book / "questions" / f"{page}.json"
        if path.exists():
            entries = [
                Entry(page, question, link(pattern, page, question))
                for question in _questions.read(path).values()
            ]
            title = f"{len(chapters) + 1:02} {chapter_title(book / f'{page}.ipynb')}"
            chapters[title] = entries
    return setting.title(config), chapters


def write(folder, title, chapters):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "moodle.xml").write_bytes(bank_moodle.write(title, chapters))
    (folder / "gift.txt").write_text(bank_gift.write(title, chapters), "utf-8", newline="\n")
    (folder / "qti.zip").write_bytes(bank_qti.write(title, chapters))


def main():
    write(Path(sys.argv[1]) / "questions", *read_book())


if __name__ == "__main__":
    main()
