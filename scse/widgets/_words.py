"""What figures say, in one language: words/<language>.json, of which the page's bundles are
compiled too (js/words.js). CONTRIBUTING says how to write them."""

import json
import os
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


def parts(room: str) -> dict[str, str]:
    """What the parts of a figure are called."""
    return group(room, "parts")


def still(room: str) -> dict[str, Any]:
    """What its still says, or what stands in for it."""
    return group(room, "still")
