"""Question: what a file of questions must be, how an answer is judged, what stands in for it.

js/test/question_golden.json is what `judge` says; js/test/question.test.js holds the page to it.
Write it anew with ``python tests/test_question.py``.
"""

import copy
import json
import re
from inspect import getdoc
from pathlib import Path

import pytest
import traitlets

from scse.widgets import Question, _questions

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "fixture_site" / "questions"
GOLDEN = ROOT / "js" / "test" / "question_golden.json"
ANSWERS = {
    "pick": [None, 0, 1, 2],
    "guess": [None, 0, 10.5, 10.4, 12.5, 14.5, 14.6, 40],
    "draw": [
        None,
        [0.5, 0.5, None, 0.5, 0.5],
        [0, 0.5, 1, 0.5, 0],
        [0.1, 0.6, 0.9, 0.4, 0.1],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [1, 0.5, 0.2, 0.5, 0],
        [0, 0.5, 1, 0.5, 0.6],
    ],
    "pick-two": [0, 1],
}


def golden():
    questions = _questions.read(FOLDER / "fixture.json")
    return {
        name: {
            "question": questions[name],
            "cases": [[answer, _questions.judge(questions[name], answer)] for answer in answers],
        }
        for name, answers in ANSWERS.items()
    }


def test_golden_values_are_what_python_says():
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == golden()


def question(name, **state):
    return Question("fixture", name, folder=FOLDER, **state)


def test_a_number_is_right_within_its_tolerance_ends_included():
    guess = question("guess")
    assert [guess.evaluate(said)["right"] for said in (10.4, 10.5, 14.5, 14.6)] == [
        False,
        True,
        True,
        False,
    ]
    assert guess.evaluate(10.4)["reply"] == "More pecan."
    assert guess.evaluate(14.6)["reply"] == "Less pecan."
    assert guess.evaluate(10.5)["gap"] == pytest.approx(-2)


def test_a_curve_is_answered_where_it_is_furthest_off():
    draw = question("draw")
    assert draw.evaluate([0.1, 0.6, 0.9, 0.4, 0.1])["right"]
    low = draw.evaluate([0, 0.5, 0, 0.5, 0.5])
    assert (low["at"], low["gap"], low["reply"]) == (2, pytest.approx(0.3), "Higher there.")
    assert draw.evaluate([0, 0.5, 1, 0.5, None]) is None


def test_every_choice_has_its_own_reply():
    pick = question("pick", answer=2)
    assert pick.evaluate() == {"right": False, "reply": "On nothing.", "gap": None, "at": None}
    assert pick.evaluate(1)["right"]


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("pick", 3, "answer must be 0 to 2, the number of a choice; got 3"),
        ("pick", True, "the number of a choice; got True"),
        ("guess", 41, "answer must be a number from 0 to 40; got 41"),
        ("guess", "12", "must be a number"),
        ("draw", [0, 0, 0], "answer must be 5 numbers from 0 to 1"),
        ("draw", [0, 0, 2, 0, 0], "5 numbers from 0 to 1"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_changes_nothing(name, answer, words):
    asked = question(name)
    with pytest.raises(traitlets.TraitError, match=words):
        asked.answer = answer
    assert asked.answer is None
    with pytest.raises(ValueError, match=words):
        asked.evaluate(answer)


def test_files_are_looked_for_beside_the_notebook(monkeypatch):
    monkeypatch.chdir(FOLDER.parent)
    assert Question("fixture", "guess").question["truth"] == 12.5


def test_what_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match=r"'.*/fixtur\.json' .*there are: fixture\)"):
        Question("fixtur", "pick", folder=FOLDER)
    with pytest.raises(
        ValueError, match="no question 'pic'; there are pick, guess, draw, pick-two"
    ):
        Question("fixture", "pic", folder=FOLDER)
    with pytest.raises(TypeError, match="unknown keywords colour; its state is answer, revealed"):
        question("pick", colour=1)


# One change each to a file that is right: path, what is there instead (None: nothing), the error.
BROKEN = [
    ("questions.0.choices.1.reply", None, "question 'pick', choices.1: 'reply' is a required"),
    ("questions.0.choices.1.right", None, "question 'pick', choices: one choice must be right"),
    ("questions.0.choices.0.right", True, "'pick', choices: one choice must be right, here are 2"),
    ("questions.0.choices.0.text", "yes, it is", "question 'pick', choices: two choices have the"),
    ("questions.0.because", " ", "question 'pick', because: must be plain text that is not empty"),
    ("questions.0.kind", "riddle", "question 'pick', kind: 'riddle' is not one of"),
    ("questions.0.id", None, "question number 1: 'id' is a required property"),
    ("questions.0.id", "A b", "question 'A b', id: must be lower-case letters"),
    ("questions.1.id", "pick", "question 'pick', id: another question of this file has this id"),
    ("questions.1.truth", 41, r"question 'guess', truth: must lie in 0 to 40, got 41"),
    ("questions.1.range", [40, 0], "'guess', range: must go from low to high, got 40 to 0"),
    ("questions.1.tolerance", 0, "question 'guess', tolerance: 0 is less than or equal"),
    ("questions.1.choices", [], "question 'guess': Additional properties are not allowed"),
    ("questions.2.x.range", [4, 0], "question 'draw', x.range: must go from low to high"),
    ("questions.2.truth.2", 1.5, "question 'draw', truth.2: 1.5 is greater than the maximum"),
    ("questions.2.replies.low", None, "question 'draw', replies: 'low' is a required property"),
    ("questions", [], r"broken\.json, questions: "),
    ("chapter", "other", r"broken\.json, chapter: must be 'broken' as the file is, got 'other'"),
]


@pytest.mark.parametrize(("path", "value", "words"), BROKEN, ids=[words for *_, words in BROKEN])
def test_a_bad_file_is_one_clear_error(tmp_path, path, value, words):
    content = json.loads((FOLDER / "fixture.json").read_text(encoding="utf-8"))
    content["chapter"] = "broken"
    (tmp_path / "broken.json").write_text(json.dumps(content))
    assert Question("broken", "pick", folder=tmp_path).question["id"] == "pick"
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    part = content
    for step in way:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value
    (tmp_path / "broken.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=words) as caught:
        Question("broken", "pick", folder=tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "broken.json"))


def test_a_file_that_is_no_json_says_where(tmp_path):
    (tmp_path / "broken.json").write_text('{"chapter": "broken",}')
    with pytest.raises(ValueError, match=r"broken\.json is no JSON: .*line 1 column 22"):
        Question("broken", "pick", folder=tmp_path)


def test_words_stand_in_where_the_figure_cannot_run():
    data, _ = question("pick")._repr_mimebundle_()
    assert "image/png" not in data
    assert data["text/plain"].splitlines()[:2] == [
        'Is a < b & "c" </noscript> safe?',
        "  ○ no, it is not",
    ]
    html = data["text/html"]
    assert "a &lt; b &amp; &quot;c&quot; &lt;/noscript&gt; safe?" in html
    question_, answer = html.split("<details>")
    assert html.count("yes, it is") == 3
    assert question_.count("yes, it is") == 1
    assert "walnut" in answer
    for name in ("guess", "draw"):
        data, _ = question(name)._repr_mimebundle_()
        before, after = data["text/html"].split("<details>")
        assert "Because" not in before + data["text/plain"]
        assert "Because" in after
    assert "12.5 %" in question("guess")._repr_mimebundle_()[0]["text/html"]
    assert question("draw").still().startswith(b"\x89PNG")


def test_the_docstring_names_every_argument():
    text = getdoc(Question)
    for name in ("chapter", "id", "folder", *Question.state_names()):
        assert re.search(rf"^    .*\b{name}\b.*: ", text, re.MULTILINE), name


def test_reading_leaves_a_file_as_it_is():
    first = _questions.read(FOLDER / "fixture.json")
    before = copy.deepcopy(first)
    question("draw").evaluate([0, 0, 0, 0, 0])
    assert _questions.read(FOLDER / "fixture.json") == before


if __name__ == "__main__":
    text = json.dumps(golden(), indent=1, ensure_ascii=False)
    GOLDEN.write_text(text + "\n", encoding="utf-8")
