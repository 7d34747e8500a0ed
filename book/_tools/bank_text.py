"""What the formats of a question bank share: text as HTML, numbers as
intervals."""

from decimal import Decimal
from html import escape

from scse.widgets import _questions


def said(number):
    return f"{number:g}".replace("-", "−")


def limits(question):
    """What the book accepts as an answer to a question for a number."""
    low, high = map(said, question["range"])
    return f"A number from {low} to {high}{_questions.unit(question)}"


def html(text):
    return escape(text, quote=False)


def paragraphs(texts, page=None):
    """Texts as HTML, and below them the way into the book, if it is known."""
    lines = [f"<p>{html(text)}</p>" for text in texts]
    if page:
        lines.append(f'<p><a href="{escape(page)}">See it in the book</a></p>')
    return "".join(lines)


def category(title, chapter):
    """Where Moodle puts a chapter: a slash in a name is written twice."""
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in (title, chapter))])


def intervals(question):
    """Middle, reach, share of the points and reply, three times: the first that fits counts.

    What is too low reaches from the least that the book accepts to the truth, what is too high from
    there to the most; around the truth, what is right comes before them.
    """
    low, high, truth, tolerance = (
        Decimal(str(value))
        for value in (*question["range"], question["truth"], question["tolerance"])
    )
    replies = question["replies"]
    return [
        (truth, tolerance, 100, replies["right"]),
        ((low + truth) / 2, (truth - low) / 2, 0, replies["low"]),
        ((truth + high) / 2, (high - truth) / 2, 0, replies["high"]),
    ]


def plain(number):
    """A decimal number without an exponent or zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
