"""The exported question bank, read back by readers that know nothing of how it is written: every
question, choice and reply is in it, and the rule of a format judges as the book does."""

import base64
import html
import io
import itertools
import json
import re
import struct
import warnings
import xml.etree.ElementTree as ET
import zipfile

import pytest
import question_bank

from scse.widgets import _questions

with warnings.catch_warnings():  # its own, of an older Python
    warnings.simplefilter("ignore")
    import pygiftparser.parser

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
MANIFEST = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
NASTY = [
    "<b>C → C</b> & “so”, -x ≤ −0.5 at 50 %",
    r"\n is no line: \alpha, \\ and \( a = b \), $x^2$ or $$y_1$$",
    "{=right#why ~wrong} ::name:: //no comment, ####none, 1 -> 2",
    "%50%half",
    "[html]not a format",
    "`code`, *stars*, __init__ and [a](b) | c ~ d ^ e",
    "1. not a list ... -- 'quoted' \"twice\" (c)",
    "- nor this",
    "*a) nor a choice: <!-- and --> no comment &amp; no entity &lt;",
]


def text_of(markup):
    """The paragraphs of HTML, as a reader sees them."""
    found = re.findall(r"<p>(.*?)</p>", markup, re.DOTALL) or [markup]
    return [html.unescape(re.sub(r"<[^>]+>", "", paragraph)) for paragraph in found]


def nasty_book(page=None):
    """A book whose texts have every sign that one of the formats means something by."""
    texts = itertools.cycle(NASTY)
    choices = [{"text": text, "reply": next(texts)} for text in NASTY]
    choices[3]["right"] = True
    replies = {name: next(texts) for name in ("right", "low", "high")}
    axis = {"label": next(texts), "range": [-1, 1], "ends": [next(texts), next(texts)]}
    common = {"because": next(texts)}
    number = {"range": [-2, 2], "digits": 1, "truth": 1, "tolerance": 1, "replies": replies}
    curve = {"x": axis, "y": "a $ {y}", "truth": [0, 1, 0], "tolerance": 0.1, "replies": replies}
    questions = [
        {"id": "pick", "kind": "choice", "prompt": NASTY[0], "choices": choices, **common},
        *(
            {"id": f"guess-{i}", "kind": "number", "prompt": text, **number, **common}
            for i, text in enumerate(NASTY)
        ),
        {"id": "draw", "kind": "curve", "prompt": NASTY[1], **curve, **common},
    ]
    entries = [question_bank.Entry("chapter", question, page) for question in questions]
    return "A & B/C", {"01 {Odd}: <title>": entries}


BOOKS = {
    "the book": question_bank.read_book(),
    "nasty": nasty_book(),
    "linked": nasty_book("https://example.org/a~b/chapter.html?x={1}&y=2#do:this"),
}


@pytest.fixture(scope="module", params=BOOKS)
def book(request):
    return BOOKS[request.param]


@pytest.fixture(scope="module")
def bank(book, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    question_bank.write(folder, *book)
    return folder


def entries(book):
    return [entry for chapter in book[1].values() for entry in chapter]


def expected(entry):
    """What every format is to say: [(text, share of the points, reply), …] for choices."""
    question = entry.question
    if question["kind"] == "choice":
        return [(c["text"], 100 * ("right" in c), c["reply"]) for c in question["choices"]]
    replies = question["replies"]
    return [replies["right"], replies["low"], replies["high"]]


def because(entry):
    return entry.because + ["See it in the book"] * bool(entry.page)


def grid(question):
    """What a reader can say: all of it with the digits of the question, and the limits."""
    step = 10 ** -question["digits"]
    low, high = question["range"]
    count = round((high - low) / step)
    return [round(low + i * step, 3) for i in range(0, count + 1, max(1, count // 2000))] + [
        round(question["truth"] + sign * question["tolerance"] + shift, 3)
        for sign in (-1, 1)
        for shift in (-step, 0, step)
    ]


def held_to_ours(question, verdict):
    """`verdict(answer)` is whether a format finds it right, and what it replies."""
    low, high = question["range"]
    for answer in grid(question):
        if low <= answer <= high:
            ours = _questions.judge(question, answer)
            assert verdict(answer) == (ours["right"], ours["reply"]), answer


def moodle_verdict(answers):
    """As qtype_numerical judges: the first answer whose interval, a little widened, holds it."""

    def verdict(value):
        for middle, reach, fraction, reply in answers:
            if middle == "*":
                return fraction == 100, reply
            near = reach + 1e-14 * max(1, abs(middle))
            if middle - near <= value <= middle + near:
                return fraction == 100, reply
        return False, None

    return verdict


def test_all_questions_of_the_book_are_in_it():
    title, chapters = BOOKS["the book"]
    files = sorted((question_bank.ROOT / "book" / "questions").glob("*.json"))
    stored = {path.stem: json.loads(path.read_text())["questions"] for path in files}
    ours = [(entry.chapter, entry.question) for entry in entries((title, chapters))]
    assert len(ours) == sum(map(len, stored.values())) >= 70
    for chapter, question in ours:
        assert question in stored[chapter]
    assert [name[:2] for name in chapters] == [f"{i:02}" for i in range(1, len(files) + 1)]


# --- Moodle XML ---

COMMON = ["name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden"]
OWN = {
    "multichoice": ["single", "shuffleanswers", "answernumbering"],
    "numerical": [],
    "essay": [
        *("responseformat", "responserequired", "responsefieldlines"),
        *("attachments", "attachmentsrequired", "graderinfo"),
    ],
}


def the_text(element, *attributes):
    """What stands in an element that has a text, and files at most."""
    assert set(element.attrib) == set(attributes)
    assert element.attrib.get("format", "html") == "html"
    text, *files = element
    assert text.tag == "text"
    assert not text.attrib
    assert not len(text)
    assert all(file.tag == "file" for file in files)
    return text.text


def read_moodle(path):
    """Every question of a file that has exactly the documented structure."""
    quiz = ET.fromstring(path.read_bytes())
    assert quiz.tag == "quiz"
    assert not quiz.attrib
    category = None
    for element in quiz:
        assert element.tag == "question"
        assert set(element.attrib) == {"type"}
        kind = element.get("type")
        if kind == "category":
            (inner,) = element
            category = the_text(inner)
            continue
        tags = [child.tag for child in element if child.tag != "answer"]
        assert tags == [*COMMON, "idnumber", *OWN[kind]]
        simple = {child.tag: child.text for child in element if not len(child)}
        answers = []
        for answer in element.findall("answer"):
            plain = kind == "numerical"
            assert set(answer.attrib) == ({"fraction"} if plain else {"fraction", "format"})
            assert [child.tag for child in answer] == ["text", "feedback", "tolerance"][: 2 + plain]
            text, reply = answer[0].text, html.unescape(the_text(answer[1], "format"))
            fraction = int(answer.get("fraction"))
            if not plain:
                answers.append((html.unescape(text), fraction, reply))
            else:
                middle = text if text == "*" else float(text)
                answers.append((middle, float(answer[2].text), fraction, reply))
        texts = {
            tag: text_of(the_text(element.find(tag), "format"))
            for tag in ("questiontext", "generalfeedback", "graderinfo")
            if element.find(tag) is not None
        }
        yield kind, category, the_text(element.find("name")), simple, texts, answers, element


def test_moodle(book, bank):
    title, chapters = book
    read = list(read_moodle(bank / "moodle.xml"))
    paths = [
        "/".join(["$course$/top", title.replace("/", "//"), name])
        for name, asked in chapters.items()
        for _ in asked
    ]
    assert [category for _, category, *_ in read] == paths
    for entry, (kind, _, name, simple, texts, answers, element) in zip(
        entries(book), read, strict=True
    ):
        question = entry.question
        assert name == simple["idnumber"] == entry.name
        assert texts["questiontext"] == entry.asked
        assert entry.page is None or f'href="{html.escape(entry.page)}"' in "".join(
            element.find("generalfeedback").itertext()
        )
        if question["kind"] == "curve":
            assert kind == "essay"
            assert not answers
            assert [text for text in texts["generalfeedback"] if text] == because(entry)
            assert [text for text in texts["graderinfo"] if text] == entry.because
            for field in ("generalfeedback", "graderinfo"):
                (file,) = element.findall(f"{field}/file")
                png = base64.b64decode(file.text)
                assert png[:4] == b"\x89PNG"
                assert struct.unpack(">II", png[16:24]) == (500, 300)
                assert f"@@PLUGINFILE@@/{file.get('name')}" in element.find(f"{field}/text").text
            continue
        assert texts["generalfeedback"] == because(entry)
        assert sum(answer[-2] == 100 for answer in answers) == 1
        if question["kind"] == "choice":
            assert kind == "multichoice"
            assert simple["single"] == "true"
            assert answers == expected(entry)
        else:
            assert kind == "numerical"
            assert [reply for *_, reply in answers[:3]] == expected(entry)
            verdict = moodle_verdict(answers)
            held_to_ours(question, verdict)
            low, high = question["range"]
            far = abs(high - low) + 2 * question["tolerance"]
            for outside in (low - far, high + far):
                assert verdict(outside) == (False, answers[3][-1])
            assert answers[3][-1].startswith("A number from ")


# --- GIFT ---


def read_gift(text):
    """As Moodle's own reader goes about it: blocks, then the braces, then the signs in them."""
    held = {sign: f"&&{ord(sign):03};" for sign in ":#={}~"}

    def given(text):
        for sign, place in held.items():
            text = text.replace(place, sign)
        return text.strip().replace("&&092;", "\\")

    category = None
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("$CATEGORY:"):
            category = block.removeprefix("$CATEGORY:").strip()
            continue
        block = block.replace("\\\\", "&&092;")
        for sign, place in held.items():
            block = block.replace(f"\\{sign}", place)
        assert "\\" not in block
        assert not any(line.strip().startswith("//") for line in block.split("\n"))
        name, rest = re.fullmatch(r"::(.*?)::\[html\](.*)", block, re.DOTALL).groups()
        asked, inner = re.fullmatch(r"([^{}]*)\{([^{}]*)\}", rest, re.DOTALL).groups()
        inner, feedback = re.fullmatch(r"(.*)####(.*)", inner.strip(), re.DOTALL).groups()
        number = inner.startswith("#")
        answers = []
        for sign, weight, answer, _, reply in re.findall(
            r"([=~])(%\d+%)?([^=~#]*)(#([^=~#]*))?", inner.removeprefix("#")
        ):
            share = float(weight.strip("%")) if weight else 100 * (sign == "=")
            answer, reply = given(answer), html.unescape(given(reply))
            if number:
                assert re.fullmatch(r"-?\d+(\.\d+)?:\d+(\.\d+)?", answer)
                answers.append((*map(float, answer.split(":")), share, reply))
            else:
                answers.append((html.unescape(answer), share, reply))
        assert not any(answer[0] == "[" for answer in answers if not number)
        yield category, given(name), text_of(given(asked)), answers, text_of(given(feedback))


def check_gift(entry, name, asked, answers, feedback):
    question = entry.question
    assert (name, asked, feedback) == (entry.name, entry.asked, because(entry))
    if question["kind"] == "choice":
        assert answers == expected(entry)
    elif question["kind"] == "number":
        assert [reply for *_, reply in answers] == expected(entry)
        held_to_ours(question, moodle_verdict(answers))
    else:
        assert answers == []
    assert question["kind"] == "curve" or sum(answer[-2] == 100 for answer in answers) == 1


def test_gift(book, bank):
    title, chapters = book
    read = list(read_gift((bank / "gift.txt").read_text("utf-8")))
    assert len(read) == len(entries(book))
    names = [name for name, asked in chapters.items() for _ in asked]
    for entry, name, (category, *parts) in zip(entries(book), names, read, strict=True):
        assert category == f"$course$/top/{title.replace('/', '//')}/{name}"
        check_gift(entry, *parts)


def test_gift_by_pygiftparser(book, bank):
    """It knows neither numbers below 0 nor an escaped backslash: what has them is left out."""

    def given(text):
        return pygiftparser.utils.transformSpecials(text)

    read = pygiftparser.parser.parseFile(io.StringIO((bank / "gift.txt").read_text("utf-8")))
    assert len(read) == len(entries(book))
    left_out = []
    for entry, question in zip(entries(book), read, strict=True):
        if "\\" in json.dumps(entry.question, ensure_ascii=False).replace(r"\"", "") or (
            entry.question["kind"] == "number" and entry.question["range"][0] < 0
        ):
            left_out.append(entry.name)
            continue
        assert question.valid
        assert question.markup == "html"
        assert question.tail == ""
        answers = []
        for answer in getattr(question.answers, "answers", []):
            reply = html.unescape(given(answer.feedback))
            if entry.question["kind"] == "number":
                answers.append((answer.value, answer.tolerance, answer.fraction, reply))
            else:
                answers.append((html.unescape(given(answer.answer)), answer.fraction, reply))
        feedback = text_of(given(question.generalFeedback))
        check_gift(entry, given(question.title), text_of(given(question.text)), answers, feedback)
    if book is BOOKS["the book"]:
        assert left_out == ["evidence/brain", "own_network/frozen"]


# --- QTI ---


def read_qti(path):
    """Every item of the quizzes that the manifest names, in its order."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        manifest = ET.fromstring(archive.read("imsmanifest.xml"))
        resources = {r.get("identifier"): r for r in manifest.iter(f"{MANIFEST}resource")}
        files = [file.get("href") for file in manifest.iter(f"{MANIFEST}file")]
        assert sorted([*files, "imsmanifest.xml"]) == sorted(names)
        for resource in resources.values():
            if resource.get("type") != "imsqti_xmlv1p2":
                continue
            meta = resources[resource.find(f"{MANIFEST}dependency").get("identifierref")]
            described = ET.fromstring(archive.read(meta.get("href")))
            quiz = ET.fromstring(archive.read(resource.find(f"{MANIFEST}file").get("href")))
            assessment = quiz.find(f"{QTI}assessment")
            assert described.get("identifier") == assessment.get("ident")
            for item in assessment.iter(f"{QTI}item"):
                yield assessment.get("title"), item


def check_item(entry, item):
    def words(element):
        return text_of(element.find(f".//{QTI}mattext").text)

    kind = item.find(f".//{QTI}fieldentry").text
    feedback = {f.get("ident"): words(f) for f in item.iter(f"{QTI}itemfeedback")}
    question = entry.question
    assert item.get("title") == entry.name
    assert words(item.find(f"{QTI}presentation/{QTI}material")) == entry.asked
    assert feedback.pop("general_fb") == because(entry)
    scores = {}  # what sets the points -> how many
    for condition in item.iter(f"{QTI}respcondition"):
        if (setting := condition.find(f"{QTI}setvar")) is not None:
            scores[condition.find(f"{QTI}conditionvar")] = int(setting.text)
    if question["kind"] == "curve":
        assert kind == "essay_question"
        assert not feedback
        assert not scores
        return
    ((rule, score),) = scores.items()
    assert score == 100
    if question["kind"] == "choice":
        assert kind == "multiple_choice_question"
        right = rule.find(f"{QTI}varequal").text
        labels = {r.get("ident"): words(r) for r in item.iter(f"{QTI}response_label")}
        assert [
            (text, 100 * (name == right), *feedback[f"{name}_fb"])
            for name, (text,) in labels.items()
        ] == expected(entry)
        return
    assert kind == "numerical_question"
    replies = question["replies"]
    assert feedback == {
        "correct_fb": [replies["right"]],
        "general_incorrect_fb": [
            f"If you were too low: {replies['low']}",
            f"If you were too high: {replies['high']}",
        ],
    }
    least, most = (float(rule.find(f".//{QTI}var{way}").text) for way in ("gte", "lte"))
    low, high = question["range"]
    for answer in grid(question):
        if low <= answer <= high:
            assert (least <= answer <= most) == _questions.judge(question, answer)["right"]


def test_qti(book, bank):
    read = list(read_qti(bank / "qti.zip"))
    names = [name for name, asked in book[1].items() for _ in asked]
    assert [title for title, _ in read] == names
    for entry, (_, item) in zip(entries(book), read, strict=True):
        check_item(entry, item)


# --- All ---


def test_the_same_questions_are_the_same_bytes(bank, book, tmp_path):
    question_bank.write(tmp_path, *book)
    for name in ("moodle.xml", "gift.txt", "qti.zip"):
        assert (tmp_path / name).read_bytes() == (bank / name).read_bytes()


@pytest.mark.parametrize(
    ("base", "repository", "where"),
    [
        ("", "", None),
        ("https://a.org/b/", "https://git.org/us/it", "https://a.org/b/c.html#do:x"),
        ("", "https://git.org/us/it", "https://git.org/us/it/blob/HEAD/book/c.ipynb"),
    ],
)
def test_a_question_leads_to_its_page_where_that_is_known(base, repository, where):
    pattern = question_bank.address(base, repository)
    assert question_bank.link(pattern, "c", {"state": "do:x"}) == where
