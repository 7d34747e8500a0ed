"""Tours and puzzles of a figure: their form, as the page reads it, and whether puzzles hold."""

import io
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from scse.widgets import _words

MOST_STEPS = 8
SIGNS: Mapping[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}

Steps = Sequence[tuple[Any, ...]]  # (sentence, traits), or (sentence, traits, part)


class Step(TypedDict):
    """A step of a tour, as the page reads it."""

    says: str
    set: dict[str, Any]  # traits; those left out are as in the first state
    part: str  # of the figure that it is about; empty for the whole


class Condition(TypedDict):
    """Of a number that the figure computes."""

    quantity: str  # as `quantities` knows it
    label: str  # as a reader does
    sign: str  # of SIGNS
    value: float


class _Riddle(TypedDict):
    name: str
    task: str
    goal: Mapping[str, tuple[str, float]]  # quantity → sign and number
    solution: Mapping[str, Any]


class Riddle(_Riddle, total=False):
    """A puzzle as it is written."""

    start: Mapping[str, Any] | tuple[Mapping[str, Any], str]  # traits, or these and the part
    done: str


class Puzzle(TypedDict):
    """A puzzle as the page reads it."""

    name: str
    slug: str  # of the state in which it starts
    task: str
    goal: list[Condition]
    solution: dict[str, Any]
    done: str


def tour(steps: Any, parts: Mapping[str, str]) -> list[Step]:
    """The steps of a tour; what they set is not yet looked at.

    Raises:
        TypeError: not a list of (sentence, traits) or (sentence, traits, part).
        ValueError: one step alone, too many, or a part that the figure does not have.
    """
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        raise TypeError(f"tour must be a list of (sentence, traits), got {type(steps).__name__}")
    if steps and not 2 <= len(steps) <= MOST_STEPS:
        raise ValueError(f"a tour has 2 to {MOST_STEPS} steps, got {len(steps)}")
    checked: list[Step] = []
    for i, step in enumerate(steps, 1):
        if not isinstance(step, tuple) or len(step) not in (2, 3):
            raise TypeError(f"step {i} of the tour must be (sentence, traits), got {step!r:.60}")
        says, traits, part = (*step, "")[:3]
        if not isinstance(says, str) or not says.strip():
            raise TypeError(f"step {i} of the tour must begin with a sentence, got {says!r}")
        if part and part not in parts:
            raise ValueError(
                f"step {i} of the tour is about {part!r}; the parts are {', '.join(parts)}"
            )
        checked.append({"says": says, "set": traits, "part": part})
    return checked


def puzzles(given: Any) -> list[Riddle]:
    """The puzzles of a figure, each with all that it must have.

    Raises:
        TypeError: not a dict or a list of dicts with a name, a task, a goal and a solution.
        ValueError: two of one name, an empty goal, a sign that is none.
    """
    given = [given] if isinstance(given, Mapping) else given
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise TypeError(f"puzzle must be a dict or a list of dicts, got {type(given).__name__}")
    for riddle in given:
        if not isinstance(riddle, Mapping):
            raise TypeError(f"a puzzle must be a dict, got {type(riddle).__name__}")
        must, may = Riddle.__required_keys__, Riddle.__optional_keys__
        if missing := sorted(must - set(riddle)):
            raise TypeError(f"a puzzle needs {', '.join(sorted(must))}; missing is {missing[0]}")
        if unknown := sorted(set(riddle) - must - may):
            raise TypeError(f"puzzle {riddle['name']!r} has unknown parts {', '.join(unknown)}")
        if not isinstance(riddle["solution"], Mapping):
            raise TypeError(f"the solution of {riddle['name']!r} must be a dict of traits")
        for part in ("name", "task", "done"):
            if not isinstance(riddle.get(part, ""), str):
                raise TypeError(f"{part} of a puzzle must be text, got {riddle[part]!r}")
        if not isinstance(riddle["goal"], Mapping) or not riddle["goal"]:
            raise ValueError(f'the goal of {riddle["name"]!r} must be {{quantity: (">=", number)}}')
        for quantity, condition in riddle["goal"].items():
            fits = isinstance(condition, tuple) and len(condition) == 2 and condition[0] in SIGNS
            if not fits or not isinstance(condition[1], (int, float)):
                raise ValueError(
                    f'{quantity} in the goal of {riddle["name"]!r} must be (">=", number) or '
                    f'("<=", number), got {condition!r}'
                )
    names = [riddle["name"] for riddle in given]
    if len(set(names)) < len(names):
        raise ValueError(f"two puzzles have one name: {', '.join(names)}")
    return list(given)


def described(riddle: Riddle, slug: str) -> Puzzle:
    """A puzzle as the page reads it; what it sets is not yet looked at."""
    goal: list[Condition] = [
        {"quantity": quantity, "label": _words.name(quantity), "sign": sign, "value": value}
        for quantity, (sign, value) in riddle["goal"].items()
    ]
    return {
        "name": riddle["name"],
        "slug": slug,
        "task": riddle["task"],
        "goal": goal,
        "solution": dict(riddle["solution"]),
        "done": riddle.get("done", ""),
    }


def prove(
    manifest: Mapping[str, Any], quantities: Callable[[Mapping[str, Any]], Mapping[str, float]]
) -> None:
    """Hold every puzzle to what its figure computes.

    Raises:
        ValueError: a quantity that the figure does not have; a puzzle that is solved where it
            starts, or whose solution is none.
    """
    for puzzle in manifest["puzzles"]:
        name = puzzle["name"]
        begin = quantities({**manifest["first"], **manifest["states"][puzzle["slug"]]["set"]})
        end = quantities({**manifest["first"], **puzzle["solution"]})
        for quantity in (condition["quantity"] for condition in puzzle["goal"]):
            if not {quantity} <= set(begin) & set(end):
                known = ", ".join(begin) or "none"
                raise ValueError(
                    f"puzzle {name!r} is about {quantity!r}; the quantities of this figure are "
                    f"{known}"
                )
        if not unmet(puzzle["goal"], begin):
            raise ValueError(f"puzzle {name!r} is solved where it starts")
        if left := unmet(puzzle["goal"], end):
            raise ValueError(f"the solution of puzzle {name!r} is none: {'; '.join(left)}")


def unmet(goal: Sequence[Condition], numbers: Mapping[str, float]) -> list[str]:
    """The conditions that do not hold, in words."""
    return [
        f"{each['quantity']} is {numbers[each['quantity']]:.4g}, not {each['sign']} "
        f"{each['value']:.4g}"
        for each in goal
        if not SIGNS[each["sign"]](numbers[each["quantity"]], each["value"])
    ]


def stacked(pictures: Sequence[bytes]) -> bytes:
    """Pictures of one size in one JPEG, one below the other."""
    from PIL import Image

    opened = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    width, height = opened[0].size
    film = Image.new("RGB", (width, height * len(opened)))
    for i, picture in enumerate(opened):
        film.paste(picture, (0, i * height))
    buffer = io.BytesIO()
    film.save(buffer, "jpeg", quality=75, optimize=True, progressive=True)
    return buffer.getvalue()
