"""What the chapters say of the code is what the code says."""

import json
import re

import pytest
import rooms
from site_tools import CHAPTERS, ROOT

BOOK = ROOT / "book"


def markdown(name):
    notebook = json.loads((BOOK / f"{name}.ipynb").read_text())
    return "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    )


@pytest.mark.parametrize("name", ["squeeze", "excite", "channel", "space", "know"])
def test_quoted_lines_of_code_exist(name):
    """The tables that lead from a symbol to its line of code quote scse/blocks.py literally."""
    rows = re.findall(r"^\| \$.*\| `(.+)` \|$", markdown(name), re.MULTILINE)
    assert rows
    source = (ROOT / "scse" / "blocks.py").read_text()
    assert [row for row in rows if row not in source] == []


def test_quoted_lines_of_the_rules_exist():
    rows = re.findall(r"^\| \$.*\| `(.+)` \|$", markdown("both"), re.MULTILINE)
    source = (ROOT / "scse" / "rules.py").read_text()
    assert len(rows) == 4
    assert [row for row in rows if row not in source] == []


def test_quoted_lines_of_the_backward_pass_exist():
    rows = re.findall(r"^\| \$.*\| `(.+)` \|$", markdown("backwards"), re.MULTILINE)
    source = (ROOT / "scse" / "_fused.py").read_text()
    assert len(rows) == 7
    assert [row for row in rows if row not in source] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_exercise_of_a_chapter_has_a_hidden_solution(name):
    text = markdown(name)
    exercises = text[text.index("## Exercises") :]
    numbers = [int(n) for n in re.findall(r"^\*\*(\d+)\.", exercises, re.MULTILINE)]
    assert numbers
    assert numbers == list(range(1, len(numbers) + 1))
    parts = re.split(r"^\*\*\d+\.", exercises, flags=re.MULTILINE)[1:]
    assert [part.count(":::{dropdown} Solution") for part in parts] == [1] * len(numbers)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_what_it_takes_and_what_stays(name):
    """Minutes and objectives above the first figure, key points before the exercises."""
    text = markdown(name)
    start = re.search(r"^\*\*(\d+) minutes\. Afterwards you can\*\*\n\n(?:\* .+\n)+", text, re.M)
    assert start, "no objectives"
    assert "\n## " not in text[: start.start()]
    points = re.search(r"^## Key points\n\n(?:\* .+\n)+\n## Exercises$", text, re.M)
    assert points, "no key points before the exercises"


def test_ways_through_the_book_add_up():
    """Start here's table has every chapter, in order, with the minutes that it says itself."""
    table = re.findall(r"^\| (.+) \|$", markdown("index"), re.MULTILINE)
    rows = [[cell.strip() for cell in row.split("|")] for row in table]
    (head,) = (i for i, row in enumerate(rows) if row[0] == "chapter")
    rows = rows[head + 1 :]
    (last,) = (i for i, row in enumerate(rows) if row[0] == "**all together**")
    chapters, totals = rows[:last], rows[last]
    linked = [re.search(r"\((\w+)\.ipynb\)", row[0]) for row in chapters]
    names = [found[1] if found else "index" for found in linked]
    assert names == CHAPTERS
    minutes = [int(re.search(r"^\*\*(\d+) minutes", markdown(name), re.M)[1]) for name in names]
    assert [int(row[1]) for row in chapters] == minutes
    for column, total in enumerate(totals[1:], 1):
        on = [column == 1 or row[column] == "●" for row in chapters]
        assert int(total) == sum(m for m, counts in zip(minutes, on) if counts)


def test_table_of_runs_is_complete():
    """Every shipped network is a row of the table of all runs, with the same figures."""
    runs = json.loads((BOOK / "runs.json").read_text())
    for path in sorted((ROOT / "scse" / "weights").glob("*.json")):
        assert json.loads(path.read_text()) in runs


def test_every_photograph_is_credited():
    from scse.data import digits

    credits = (BOOK / "credits.md").read_text()
    for name in digits.TRAIN_PHOTOS + digits.TEST_PHOTOS:
        assert name in credits
    assert "MNI152" in credits


def test_rooms_of_one_page_can_be_measured_and_the_others_kept():
    text = rooms.TARGET.read_text(encoding="utf-8")
    kept = rooms.heights_of(text)
    assert {len(heights) for heights in kept.values()} == {len(rooms.WIDTHS)}
    assert rooms.sheet({room: kept[room] for room in sorted(kept, key=rooms.page_of)}) == text
