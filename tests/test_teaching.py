"""The lecturer's guide: plans that add up, something to ask and to show for every chapter."""

import json
import re
import sys

import pytest
from site_tools import CHAPTERS, ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import syllabus

TEXT = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\((\w+)\.ipynb#do:([\w-]+)\)")


def sections(text, level):
    """The parts of a text below its headings of one level: heading → what stands below it."""
    parts = re.split(rf"^{'#' * level} (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


BELOW = sections(TEXT, 2)
PARTS = list(sections(BELOW["The chapters"], 3).values())
PLANS = sections(BELOW["Plans"], 3)
SESSIONS = {
    "45 minutes": (45, PLANS["45 minutes"]),
    "90 minutes": (90, PLANS["90 minutes"]),
    **{name: (90, text) for name, text in sections(PLANS["2 × 90 minutes"], 4).items()},
}


def rows(text):
    """The rows of the table of a plan: [(from, to, what, figure, question), …]."""
    found = re.findall(r"^\| (\d+)–(\d+) \|(.*)\|$", text, re.MULTILINE)
    return [(int(a), int(b), *map(str.strip, rest.split("|"))) for a, b, rest in found]


@pytest.mark.parametrize("name", SESSIONS)
def test_the_minutes_of_a_plan_add_up(name):
    minutes, text = SESSIONS[name]
    plan = rows(text)
    assert len(plan) == len(re.findall(r"^\| \d", text, re.MULTILINE)), "a row is not of the form"
    starts, ends = [row[0] for row in plan], [row[1] for row in plan]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == minutes
    assert all(start < end for start, end in zip(starts, ends))


@pytest.mark.parametrize("name", SESSIONS)
def test_a_plan_asks_and_shows(name):
    for start, _, what, figure, question in rows(SESSIONS[name][1]):
        assert what
        assert not figure or question, f"at minute {start} a figure is shown and nothing is asked"


def test_a_double_lesson_has_a_break():
    for minutes, text in SESSIONS.values():
        assert minutes < 90 or "| Break. |" in text


def test_every_chapter_has_its_part_in_order():
    named = [re.findall(r"^```\{objectives\} (\w+)$", part, re.MULTILINE) for part in PARTS]
    assert named == [[name] for name in CHAPTERS]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_something_to_ask_and_to_show(name):
    part = PARTS[CHAPTERS.index(name)]
    assert "**Before it.**" in part
    ask, _, wrong = part.partition("**Misconceptions to expect.**")
    assert 2 <= len(re.findall(r"^\d\. \*.+\*$", ask, re.MULTILINE)) <= 3
    assert len(re.findall(r"^\d\. ", ask, re.MULTILINE)) == ask.count("{dropdown} What to expect")
    entries = re.findall(r"^\* (.+)$", wrong, re.MULTILINE)
    assert 3 <= len(entries) <= 5
    for entry in entries:
        assert re.match(r'\*\*".+"\*\* ', entry), entry
        assert re.search(r'Say: ".+"$', entry), entry
    assert sum(bool(LINK.search(entry)) for entry in entries) >= len(entries) - 1


def test_nothing_is_said_to_have_been_observed():
    assert not re.search(r"we (observed|saw|found)|our (students|courses)|in our experience", TEXT)


@pytest.mark.parametrize("name", CHAPTERS)
def test_objectives_are_those_of_the_chapter(name):
    minutes, objectives = syllabus.chapter(name)
    assert minutes % 5 == 0
    assert all(line and not line.startswith("*") for line in objectives)
    bank = json.loads((ROOT / "book" / "questions" / f"{name}.json").read_text(encoding="utf-8"))
    assert syllabus.questions(name) == len(bank["questions"])


def test_what_is_no_chapter_is_told(tmp_path):
    with pytest.raises(syllabus.SyllabusError, match="no chapter 'nothing'"):
        syllabus.chapter("nothing")
    cell = {"cell_type": "markdown", "source": ["# A title\n", "\n", "No minutes."]}
    (tmp_path / "bare.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    with pytest.raises(syllabus.SyllabusError, match="bare does not say"):
        syllabus.chapter("bare", tmp_path)


def test_minutes_add_up():
    assert syllabus.minutes(CHAPTERS) == sum(syllabus.chapter(name)[0] for name in CHAPTERS)
