"""A question bank as GIFT (https://docs.moodle.org/en/GIFT_format).

A curve is an essay. What the book does not accept as a number is wrong without a reply: the sign
for it, `~`, is Moodle's own, and other readers fail at it.
"""

import re

from bank_text import category, html, intervals, paragraphs, plain

RESERVED = re.compile(r"[\\~=#{}:]")
LEADING = re.compile(r"^[%\[]")  # of an answer or a reply: a weight, a format


def escaped(markup):
    """HTML, with the signs escaped that GIFT means something by."""
    markup = LEADING.sub(lambda sign: f"&#{ord(sign[0])};", re.sub(r"\s*\n\s*", " ", markup))
    return RESERVED.sub(r"\\\g<0>", markup)


def answers(question):
    """The lines between the braces, the first sign of a number's aside."""
    if question["kind"] == "choice":
        for choice in question["choices"]:
            sign = "=" if "right" in choice else "~"
            yield f"{sign}{escaped(html(choice['text']))}#{escaped(html(choice['reply']))}"
    elif question["kind"] == "number":
        for middle, reach, fraction, reply in intervals(question):
            yield f"=%{fraction}%{plain(middle)}:{plain(reach)}#{escaped(html(reply))}"


def as_gift(entry):
    question = entry.question
    feedback = f"####{escaped(paragraphs(entry.because, entry.page))}"
    lines = "".join(f"\t{line}\n" for line in [*answers(question), feedback])
    sign = "#" if question["kind"] == "number" else ""
    asked = escaped(paragraphs(entry.asked))
    return f"::{escaped(entry.name)}::[html]{asked}{{{sign}\n{lines}}}\n"


def write(title, chapters):
    blocks = []
    for chapter, entries in chapters.items():
        blocks += [f"$CATEGORY: {category(title, chapter)}\n", *map(as_gift, entries)]
    return "\n".join(blocks)
