"""What figures say, in one language: words/<language>.json, of which the page's bundles are
compiled too (js/words.js). CONTRIBUTING says how to write them."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGE = os.environ.get("SCSE_LANGUAGE") or "en"
"""In which figures speak, their stills and their bundles."""

HOME = Path(__file__).parent / "words"


@cache
def _words() -> dict[str, Any]:
    path = HOME / f"{LANGUAGE}.json"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in HOME.glob("*.json")))
        raise ValueError(f"SCSE_LANGUAGE must be one of {known}, got {LANGUAGE!r}")
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words


def group(room: str, key: str) -> dict[str, Any]:
    """Words that belong together; gaps are filled by `str.format`."""
    words: dict[str, Any] = _words()[room][key]
    return words


@cache
def _names() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of what the data call things, and what a reader is shown."""

    def pattern(known: str) -> re.Pattern[str]:
        pieces = re.split(r"\{(\w+)\}", known)  # every other one names a gap
        gaps = (rf"(?P<{gap}>{'[0-9]+' if gap == 'n' else '.+'})" for gap in pieces[1::2])
        return re.compile("".join(a + b for a, b in zip(map(re.escape, pieces[::2]), [*gaps, ""])))

    groups = _words()["names"].values()
    return [(pattern(known), shown) for group in groups for known, shown in group.items()]


def name(known: str) -> str:
    """What a class, an image, a task, a quantity … is called, by the name that data and code have.

    A gap fills the place of another such name, ``{n}`` that of a number. A name that is not in the
    table is not the book's: it is shown as it was given.
    """
    for pattern, shown in _names():
        if found := pattern.fullmatch(known):
            return shown.format(**{gap: name(part) for gap, part in found.groupdict().items()})
    return known


def parts(room: str) -> dict[str, str]:
    """What the parts of a figure are called."""
    return group(room, "parts")


def still(room: str) -> dict[str, Any]:
    """What its still says, or what stands in for it."""
    return group(room, "still")
