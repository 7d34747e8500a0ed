"""A question bank as QTI 1.2, as Canvas imports it: one quiz a chapter, by text2qti.

text2qti reads Markdown, and a number has one reply to all that is wrong: it has both words in it.
"""

import io
import re
import zipfile
from decimal import Decimal
from html import escape

from bank_text import plain
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

# What Markdown, its extensions or text2qti's own lines would read as something else.
SIGNS = re.compile(r"""[\\`*_{}\[\]<>#&'"$|~^]|^[-+:=.!%]|^\d+(?=[.)]\s)|(?<=[.-])[.-]""")
LEAST = Decimal("0.0001")  # text2qti takes no limit nearer to 0

MANIFEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="{name}" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">
  <metadata>
    <schema>IMS Content</schema>
    <schemaversion>1.1.3</schemaversion>
  </metadata>
  <organizations/>
  <resources>
{resources}  </resources>
</manifest>
"""
RESOURCES = re.compile(r"<resources>\n(.*?) *</resources>", re.DOTALL)


def markdown(text):
    """Text that means itself: signs as references to characters."""
    text = re.sub(r"\s*\n\s*", " ", text).strip()
    return SIGNS.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), text)


def block(mark, texts):
    """Paragraphs behind a mark."""
    first, *others = texts
    return f"{mark} {first}\n" + "".join(f"\n{' ' * (len(mark) + 1)}{text}\n" for text in others)


def interval(question):
    truth, tolerance = Decimal(str(question["truth"])), Decimal(str(question["tolerance"]))
    low, high = truth - tolerance, truth + tolerance
    if abs(low) >= LEAST and abs(high) >= LEAST:
        return f"{plain(truth)} +- {plain(tolerance)}"
    low, high = (-LEAST if abs(low) < LEAST else low), (LEAST if abs(high) < LEAST else high)
    return f"[{plain(low)}, {plain(high)}]"


def as_text(number, entry):
    question = entry.question
    because = list(map(markdown, entry.because))
    if entry.page:
        because.append(f'<a href="{escape(entry.page)}">See it in the book</a>')
    text = f"Title: {entry.name}\nPoints: 1\n"
    text += block(f"{number}.", map(markdown, entry.asked)) + block("...", because)
    if question["kind"] == "choice":
        for letter, choice in zip("abcdefghijklmnopqrstuvwxyz", question["choices"], strict=False):
            mark = f"*{letter})" if "right" in choice else f"{letter})"
            text += block(mark, [markdown(choice["text"])])
            text += block("...", [markdown(choice["reply"])])
    elif question["kind"] == "number":
        right, low, high = (
            markdown(question["replies"][name]) for name in ("right", "low", "high")
        )
        text += block("+", [right])
        text += block("-", [f"If you were too low: {low}", f"If you were too high: {high}"])
        text += block("=", [interval(question)])
    else:
        text += "____\n"
    return text


def as_qti(chapter, entries):
    texts = [f"Quiz title: {chapter}\nShuffle answers: false\n"]
    texts += [as_text(number, entry) for number, entry in enumerate(entries, 1)]
    return QTI(Quiz("\n".join(texts), config=Config()))


def write(title, chapters):
    """The zip, as bytes; text2qti's own has one quiz and today's date in it."""
    quizzes = [as_qti(chapter, entries) for chapter, entries in chapters.items()]
    resources = "".join(RESOURCES.search(quiz.imsmanifest_xml)[1] for quiz in quizzes)
    name = re.sub(r"\W+", "-", title).strip("-").lower()
    files = {"imsmanifest.xml": MANIFEST.format(name=name, resources=resources)}
    for quiz in quizzes:
        folder = quiz.assessment_identifier
        files[f"{folder}/assessment_meta.xml"] = quiz.assessment_meta
        files[f"{folder}/{folder}.xml"] = quiz.assessment
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            info = zipfile.ZipInfo(path)  # of 1980, always
            info.external_attr = 0o644 << 16
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
