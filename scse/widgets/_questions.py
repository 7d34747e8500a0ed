"""The questions of a chapter: read from its file, checked, and an answer held to the truth.

questions.schema.json says what form a file has; js/src/figures/question/model.js judges answers in
the page, and golden values hold the two together.
"""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypedDict

from scse._extras import require

SCHEMA = Path(__file__).with_name("questions.schema.json")


class _Choice(TypedDict):
    text: str
    reply: str  # why it is right, or which misconception it is


class Choice(_Choice, total=False):
    right: Literal[True]  # of one


class Replies(TypedDict):
    """To an answer; of a curve, where it is furthest off."""

    right: str
    low: str
    high: str


class Axis(TypedDict):
    label: str
    range: list[float]
    ends: list[str]


class _Optional(TypedDict, total=False):
    state: str  # the part of an address behind "#"


class Asked(_Optional):
    """What every question has."""

    id: str
    prompt: str
    because: str


class ChoiceQuestion(Asked):
    kind: Literal["choice"]
    choices: list[Choice]


class _Unit(TypedDict, total=False):
    unit: str


class NumberQuestion(Asked, _Unit):
    kind: Literal["number"]
    range: list[float]
    digits: int  # after the point
    truth: float
    tolerance: float
    replies: Replies


class CurveQuestion(Asked):
    kind: Literal["curve"]
    x: Axis
    y: str
    truth: list[float]  # at evenly spaced places of the axis
    tolerance: float  # of the mean distance
    replies: Replies


AnyQuestion = ChoiceQuestion | NumberQuestion | CurveQuestion
Answer = int | float | list[float | None] | None


class Judgement(TypedDict):
    right: bool
    reply: str
    gap: float | None  # answer − truth; of a curve the mean distance; None for a choice
    at: int | None  # where a curve is furthest off, a place of its truth


@functools.cache
def _validator() -> Any:
    jsonschema = require("jsonschema", "widgets")
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _form_problems(content: Any) -> Iterator[tuple[list[Any], str]]:
    """Path and words of what does not have the form that the schema says."""
    for error in _validator().iter_errors(content):
        said = error.message
        if error.validator == "pattern":
            said = f"must be {error.schema['description']}; got {error.instance!r}"
        yield list(error.absolute_path), said


def _sense_problems(content: Any) -> Iterator[tuple[list[Any], str]]:
    """As `_form_problems`, for what a schema cannot say of a file of the right form."""
    seen = set()
    for i, question in enumerate(content["questions"]):
        place = ["questions", i]
        if question["id"] in seen:
            yield [*place, "id"], "another question of this file has this id"
        seen.add(question["id"])
        if question["kind"] == "choice":
            right = sum("right" in choice for choice in question["choices"])
            if right != 1:
                yield [*place, "choices"], f"one choice must be right, here are {right}"
            texts = [choice["text"] for choice in question["choices"]]
            if len(set(texts)) < len(texts):
                yield [*place, "choices"], "two choices have the same text"
            continue
        inner = ["x", "range"] if question["kind"] == "curve" else ["range"]
        low, high = question["x"]["range"] if question["kind"] == "curve" else question["range"]
        if not low < high:
            yield [*place, *inner], f"must go from low to high, got {low:g} to {high:g}"
        elif question["kind"] == "number" and not low <= question["truth"] <= high:
            yield [*place, "truth"], f"must lie in {low:g} to {high:g}, got {question['truth']:g}"


def read(path: Path) -> dict[str, AnyQuestion]:
    """The questions of a file, by their ids.

    Raises:
        FileNotFoundError: there is none; the message lists those beside it.
        ValueError: it is no JSON, or not of this form; the message names file, question and field.
    """
    if not path.is_file():
        others = ", ".join(sorted(other.stem for other in path.parent.glob("*.json"))) or "none"
        raise FileNotFoundError(
            f"there is no file of questions {str(path)!r} (looked in {str(path.parent.resolve())!r}"
            f"; the chapters there are: {others})"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    problem = next(_form_problems(content), None) or next(_sense_problems(content), None)
    if problem is None and content["chapter"] != path.stem:
        problem = ["chapter"], f"must be {path.stem!r} as the file is, got {content['chapter']!r}"
    if problem is not None:
        raise ValueError(f"{path}{_place(content, problem[0])}: {problem[1]}")
    return {question["id"]: question for question in content["questions"]}


def _place(content: Any, path: list[Any]) -> str:
    words = ""
    if path[:1] == ["questions"] and len(path) > 1:
        number, path = path[1], path[2:]
        question = content["questions"][number]
        known = question.get("id") if isinstance(question, dict) else None
        words = f", question {known!r}" if known else f", question number {number + 1}"
    return words + (f", {'.'.join(map(str, path))}" if path else "")


def answer_problem(question: AnyQuestion, answer: Any) -> str | None:
    """What is wrong with an answer of a reader; None if nothing is, or there is none."""
    if answer is None:
        return None
    if question["kind"] == "choice":
        count = len(question["choices"])
        fits = isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < count
        return None if fits else f"must be 0 to {count - 1}, the number of a choice"
    if question["kind"] == "number":
        low, high = question["range"]
        return None if _within(answer, low, high) else f"must be a number from {low:g} to {high:g}"
    count = len(question["truth"])
    fits = isinstance(answer, (list, tuple)) and len(answer) == count
    if fits and all(value is None or _within(value, 0, 1) for value in answer):
        return None
    return f"must be {count} numbers from 0 to 1, None where nothing is drawn yet"


def _within(value: Any, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def truth_in_words(question: AnyQuestion) -> str:
    """The answer, as a piece of text."""
    if question["kind"] == "choice":
        (right,) = (choice["text"] for choice in question["choices"] if "right" in choice)
        return right
    if question["kind"] == "number":
        return f"{question['truth']:.{question['digits']}f}{unit(question)}"
    return f"{question['y']} " + ", ".join(f"{value:.2f}" for value in question["truth"])


def unit(question: NumberQuestion) -> str:
    """What stands behind a number."""
    return f" {question['unit']}" if "unit" in question else ""


def judge(question: AnyQuestion, answer: Any) -> Judgement | None:
    """An answer against the truth; None for an answer that is missing or not complete."""
    if answer is None:
        return None
    if question["kind"] == "choice":
        chosen = question["choices"][answer]
        return {"right": "right" in chosen, "reply": chosen["reply"], "gap": None, "at": None}
    if question["kind"] == "number":
        off = answer - question["truth"]
        return _judgement(question, off, off, None)
    if None in answer:
        return None
    offs = [said - true for said, true in zip(answer, question["truth"], strict=True)]
    distances = [abs(off) for off in offs]
    at = distances.index(max(distances))
    return _judgement(question, sum(distances) / len(distances), offs[at], at)


def _judgement(
    question: NumberQuestion | CurveQuestion, gap: float, side: float, at: int | None
) -> Judgement:
    right = abs(gap) <= question["tolerance"] + 1e-9  # 0.8 − 0.7 is a little more than 0.1
    name: Literal["right", "low", "high"] = "right" if right else "low" if side < 0 else "high"
    return {"right": right, "reply": question["replies"][name], "gap": gap, "at": at}
