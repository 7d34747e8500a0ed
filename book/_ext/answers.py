"""Sphinx extension: on paper, a chapter's questions are answered at its end.

On the screen a question answers itself. Printed, it is asked where it stands, and what is behind
it is out of sight of who is to predict: below the exercises.
"""

from html import escape
from pathlib import Path

from scse.widgets import _questions

QUESTIONS = Path(__file__).resolve().parent.parent / "questions"


def asked_on(body, questions):
    """The questions that a page asks, as they come."""
    places = {
        id: body.find(f"<strong>{escape(q['prompt'])}</strong>") for id, q in questions.items()
    }
    return [questions[id] for id in sorted(places, key=places.get) if places[id] >= 0]


def answer(question):
    words = escape(_questions.truth_in_words(question))
    return (
        f"<dt>{escape(question['prompt'])}</dt>"
        f"<dd><strong>{words}.</strong> {escape(question['because'])}</dd>"
    )


def append_answers(app, pagename, templatename, context, doctree):
    path = QUESTIONS / f"{pagename}.json"
    if "body" not in context or not path.exists():
        return
    asked = asked_on(context["body"], _questions.read(path))
    if asked:
        items = "".join(map(answer, asked))
        context["body"] += (
            f'<section class="printed-answers"><h2>Answers to the questions</h2><dl>{items}</dl>'
            "</section>"
        )


def setup(app):
    app.connect("html-page-context", append_answers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
