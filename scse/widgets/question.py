"""Question: a prediction that a reader makes before the answer appears."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import traitlets

from scse.widgets import _base, _questions, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("question")


class Manifest(TypedDict):
    """What the page reads."""

    chapter: str
    question: _questions.AnyQuestion


class Question(_base.Widget):
    """Choose, type or draw an answer, commit to it, and see how far off it is, and why.

    The questions of a chapter are one JSON file, whose form questions.schema.json describes; a
    reader's answers are kept in the browser's tab for the visit and sent nowhere. In a notebook
    beside the folder ``questions``, with ``questions/channel.json`` in it:

        Question("channel", "swap")

    Args:
        chapter: the name of a file, without its ``.json``.
        id: of a question in it.
        folder: where the files are; seen from the notebook, if it is not absolute.
        answer, revealed: the first state, see the traits.

    Raises:
        FileNotFoundError: no file of this chapter.
        ValueError: a file that breaks the schema, or without this question.
        TypeError: unknown keywords.
        TraitError: an answer that the question cannot have.
    """

    _esm = _base.MODULES / "question.js"
    _css = _base.style("question.css")
    answer = traitlets.Any(None).tag(sync=True, state=True)
    """The number of a choice, from 0; a number; of a curve its numbers, None where it is not drawn
    yet. None while nothing is said."""
    revealed = traitlets.Bool(False).tag(sync=True, state=True)
    """Whether the truth is shown: the reader has committed, or asked for it without an answer."""

    def __init__(
        self, chapter: str, id: str, *, folder: str | Path = "questions", **state: Any
    ) -> None:
        self._check_keywords(state)
        path = Path(folder) / f"{chapter}.json"
        questions = _questions.read(path)
        if id not in questions:
            raise ValueError(f"{path} has no question {id!r}; there are {', '.join(questions)}")
        self.question = questions[id]
        manifest: Manifest = {"chapter": chapter, "question": self.question}
        super().__init__(manifest, {}, **state)

    @traitlets.validate("answer")
    def _check_answer(self, proposal: traitlets.Bunch) -> Any:
        if problem := _questions.answer_problem(self.question, proposal.value):
            raise traitlets.TraitError(f"answer {problem}; got {proposal.value!r}")
        return proposal.value

    def evaluate(self, answer: _questions.Answer = None) -> _questions.Judgement | None:
        """An answer held to the truth, the present one if none is given; None if there is none.

        ``right``, ``reply``, ``gap`` (answer − truth; of a curve, the mean distance) and ``at``
        (where a curve is furthest off).
        """
        answer = self.answer if answer is None else answer
        if problem := _questions.answer_problem(self.question, answer):
            raise ValueError(f"answer {problem}; got {answer!r}")
        return _questions.judge(self.question, answer)

    def _offers(self) -> list[str]:
        """What there is to say, in words."""
        if self.question["kind"] == "choice":
            return [choice["text"] for choice in self.question["choices"]]
        if self.question["kind"] == "number":
            low, high = self.question["range"]
            return [
                STILL["number"]
                .format(low=low, high=high, unit=_questions.unit(self.question))
                .replace("-", "−")
            ]
        x = self.question["x"]
        return [
            STILL["curve"].format(
                y=self.question["y"],
                x=x["label"],
                low=x["range"][0],
                left=x["ends"][0],
                high=x["range"][1],
                right=x["ends"][1],
            )
        ]

    def text(self) -> str:
        """The question and what there is to say, without the answer: for print and terminals."""
        return "\n".join([self.question["prompt"], *(f"  ○ {offer}" for offer in self._offers())])

    def _stand_in(self) -> dict[str, Any]:
        question = self.question
        offers = "\n".join(f"<li>{escape(offer)}</li>" for offer in self._offers())
        replies = ""
        if question["kind"] == "choice":
            replies = "\n<ul>\n{}\n</ul>".format(
                "\n".join(
                    f"<li>{escape(choice['text'])}: {escape(choice['reply'])}</li>"
                    for choice in question["choices"]
                )
            )
        truth = escape(_questions.truth_in_words(question))
        html = (
            f"<p><strong>{escape(question['prompt'])}</strong></p>\n<ul>\n{offers}\n</ul>\n"
            f"<details>\n<summary>{STILL['answer']}</summary>\n<p>{truth}. "
            f"{escape(question['because'])}</p>{replies}\n</details>"
        )
        return {"text/plain": self.text(), "text/html": html}

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        figure.text(0.02, 0.95, self.text(), va="top", wrap=True)
