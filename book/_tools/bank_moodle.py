"""A question bank as Moodle XML (https://docs.moodle.org/en/Moodle_XML_format).

Of the answers to a numerical question Moodle takes the first that fits: what is right, too low, too
high, and last whatever the book does not accept. A curve is an essay, for a person to grade.
"""

import base64
import io
import xml.etree.ElementTree as ET
from html import escape

from bank_text import category, html, intervals, limits, paragraphs, plain
from matplotlib.figure import Figure

PICTURE = "curve.png"


def add(parent, tag, text=None, **attributes):
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element


def add_text(parent, tag, text, **attributes):
    element = add(parent, tag, **attributes)
    add(element, "text", text)
    return element


def add_answer(parent, text, fraction, reply, **attributes):
    answer = add_text(parent, "answer", text, fraction=str(fraction), **attributes)
    add_text(answer, "feedback", html(reply), format="html")
    return answer


def picture(question):
    """The curve, as a PNG in base64."""
    (start, end), truth = question["x"]["range"], question["truth"]
    places = [start + (end - start) * i / (len(truth) - 1) for i in range(len(truth))]
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(places, truth, color="black", marker="o", markersize=3)
    axes.set(ylim=(0, 1), xlim=(start, end), ylabel=question["y"])
    axes.set_xlabel("{1[0]} ← {0} → {1[1]}".format(question["x"]["label"], question["x"]["ends"]))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return base64.b64encode(buffer.getvalue()).decode()


def with_picture(element, question):
    text = element.find("text")
    text.text += f'<p><img src="@@PLUGINFILE@@/{PICTURE}" alt="{escape(question["y"])}"></p>'
    add(element, "file", picture(question), name=PICTURE, path="/", encoding="base64")


def add_question(quiz, entry):
    question = entry.question
    types = {"choice": "multichoice", "number": "numerical", "curve": "essay"}
    element = add(quiz, "question", type=types[question["kind"]])
    add_text(element, "name", entry.name)
    add_text(element, "questiontext", paragraphs(entry.asked), format="html")
    because = paragraphs(entry.because, entry.page)
    feedback = add_text(element, "generalfeedback", because, format="html")
    add(element, "defaultgrade", "1")
    add(element, "penalty", "0" if question["kind"] == "curve" else "0.3333333")
    add(element, "hidden", "0")
    add(element, "idnumber", entry.name)
    if question["kind"] == "choice":
        add(element, "single", "true")
        add(element, "shuffleanswers", "false")  # as in the book
        add(element, "answernumbering", "abc")
        for choice in question["choices"]:
            fraction = 100 if "right" in choice else 0
            add_answer(element, html(choice["text"]), fraction, choice["reply"], format="html")
    elif question["kind"] == "number":
        for middle, reach, fraction, reply in intervals(question):
            answer = add_answer(element, plain(middle), fraction, reply)
            add(answer, "tolerance", plain(reach))
        other = add_answer(element, "*", 0, f"{limits(question)}, please.")
        add(other, "tolerance", "0")
    else:
        with_picture(feedback, question)
        add(element, "responseformat", "editorfilepicker")
        add(element, "responserequired", "0")  # a drawing alone will do
        add(element, "responsefieldlines", "5")
        add(element, "attachments", "1")
        add(element, "attachmentsrequired", "0")
        grading = add_text(element, "graderinfo", paragraphs(entry.because), format="html")
        with_picture(grading, question)


def write(title, chapters):
    """The file, as bytes."""
    quiz = ET.Element("quiz")
    for chapter, entries in chapters.items():
        element = add(quiz, "question", type="category")
        add_text(element, "category", category(title, chapter))
        for entry in entries:
            add_question(quiz, entry)
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="utf-8", xml_declaration=True) + b"\n"
