"""Whether values that came from a page, a link or a file have the form that a schema says."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scse import edits
from scse._extras import require

MOST_POINTS = 20000  # of all strokes: more would take long to draw


def form_problem(value: Any, schema: str) -> str | None:
    """What is wrong with the form of a value; None if nothing is.

    Args:
        value: plain data.
        schema: a file beside this one, which may refer to edits.schema.json.
    """
    error = next(_validator(schema).iter_errors(value), None)
    if error is None:
        return None
    place = ".".join(map(str, error.absolute_path))
    if error.validator == "pattern" and "description" in error.schema:
        return f"{place} is {error.schema['description']}; got {error.instance!r}"
    return f"{place}: {error.message}" if place else error.message


@functools.cache
def _validator(schema: str) -> Any:
    jsonschema, referencing = require("jsonschema", "widgets"), require("referencing", "widgets")
    files = (edits.SCHEMA, Path(__file__).with_name(schema))
    read = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    registry = referencing.Registry().with_resources(
        (one["$id"], referencing.Resource.from_contents(one)) for one in read
    )
    return jsonschema.Draft7Validator(read[-1], registry=registry)


def strokes_problem(strokes: Sequence[edits.Stroke], size: int) -> str | None:
    """What is wrong with strokes that have the form of some on a sheet of ``size`` pixels a side.

    As `strokesProblem` of js/src/gates/check.js.
    """
    for stroke in strokes:
        if len(stroke["points"]) % 2:
            return "a stroke has pairs of numbers"
        if not all(-size <= v <= 2 * size for v in stroke["points"]):
            return "a stroke lies far outside the sheet"
        if stroke["width"] > max(1, size / 4):
            return f"a stroke is {stroke['width']:g} wide; {max(1, size / 4):g} is the most"
    points = sum(len(stroke["points"]) // 2 for stroke in strokes)
    return (
        f"strokes of {points} points; {MOST_POINTS} is the most" if points > MOST_POINTS else None
    )
