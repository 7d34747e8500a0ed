"""What is compared with what: the tables of the book, made of the finished runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scse.experiments.grid import FEW

LEAST = 3  # seeds that every variant of a table must have

BLOCKS = {"none": "none", "cSE": "cse", "sSE": "sse", "scSE": "scse"}
ENDS = {"none": "none", "scSE": "scse"}
START = {"none, same start": "none-same-start"}
STARTS = {**ENDS, **START}
STARTED = {
    title: "scse" if title == "scSE" else f"{name}-same-start" for title, name in BLOCKS.items()
}
OWN = {"none": "none{}", "scSE": "scse{}"}  # with what a name ends on
FROM_ONE = {"none": "none{}-same-start", "scSE": "scse{}"}
CALLED = {"brain": "brain", "digits": "digits", FEW: "15 slices"}


@dataclass(frozen=True)
class Comparison:
    """Variants of one task that stand in one table: what they are called there → their name."""

    task: str
    title: str
    variants: Mapping[str, str]


def _on(tasks: Iterable[str], title: str, variants: Mapping[str, str]) -> tuple[Comparison, ...]:
    return tuple(Comparison(task, f"{CALLED[task]}: {title}", variants) for task in tasks)


def _both(title: str, *settings: tuple[str, str], ends: Mapping[str, str] = OWN) -> Comparison:
    """With and without scSE, each in several settings: (what it is called, how names end)."""
    return Comparison(
        FEW,
        f"{CALLED[FEW]}: {title}",
        {
            f"{end}, {setting}": name.format(word)
            for setting, word in settings
            for end, name in ends.items()
        },
    )


RATES = (("× ⅓", "-slow"), ("× 1", ""), ("× 3", "-fast"))
LENGTHS = (("300", "-half"), ("600", ""), ("1200", "-double"))

COMPARISONS = (
    *_on(CALLED, "the blocks", BLOCKS),
    *_on(
        [FEW],
        "must the gates ask the image?",
        {**STARTS, "scSE, constant": "scse-constant", "scSE, another's": "scse-another"},
    ),
    *_on(
        [FEW],
        "gates that start at 1",
        {**BLOCKS, "cSE, from 1": "cse-from-one", "sSE, from 1": "sse-from-one"},
    ),
    *_on(CALLED, "the same start", STARTS),
    *_on(["digits", FEW], "the other start", {**ENDS, "scSE, start of none": "scse-plain-start"}),
    *_on(
        ["digits", FEW],
        "the blocks, from one start",
        STARTED,
    ),
    *_on(
        [FEW],
        "gates that start at 1, from one start",
        {
            **STARTED,
            "cSE, from 1": "cse-from-one-same-start",
            "sSE, from 1": "sse-from-one-same-start",
        },
    ),
    *_on(
        [FEW],
        "as large, as long",
        {
            **STARTS,
            "none, wider": "none-wider",
            "none, longer": "none-as-long",
            "same start, longer": "none-as-long-same-start",
        },
    ),
    _both("learning rate", *RATES),
    _both("learning rate, from one start", *RATES, ends=FROM_ONE),
    _both("steps", *LENGTHS),
    _both("steps, from one start", *LENGTHS, ends=FROM_ONE),
    *_on(
        [FEW],
        "how the branches are joined",
        {**START, "add": "scse", **{way: f"scse-{way}" for way in ("max", "mul", "concat")}},
    ),
    *_on(
        [FEW],
        "r",
        {**START, "r = 2": "scse", **{f"r = {r}": f"scse-r{r}" for r in (4, 8, 16)}},
    ),
    *_on(
        [FEW],
        "where the blocks stand",
        {
            **START,
            "scSE": "scse",
            "encoder only": "scse-encoder",
            "bottleneck only": "scse-bottleneck",
            "decoder only": "scse-decoder",
        },
    ),
    *_on([FEW], "SD-Net", {title: f"sdnet-{name}" for title, name in BLOCKS.items()}),
    *_on([FEW], "QuickNAT", {title: f"quicknat-{name}" for title, name in BLOCKS.items()}),
)

# The book's runs are of two processors, as their times tell. These were trained on the faster one
# from the first; what they are compared with was trained again there (book/evidence/again).
AT_ONCE = (
    *((FEW, f"{one}-same-start") for one in ("cse", "sse", "cse-from-one", "sse-from-one")),
    *((FEW, f"none-{one}-same-start") for one in ("slow", "fast", "half", "double")),
    *(("digits", f"{one}-same-start") for one in ("cse", "sse")),
    ("brain", "none-same-start"),
)

Scores = dict[tuple[str, str], dict[int, float]]  # (task, variant) → seed → mean Dice


def by_variant(results: Iterable[Mapping[str, Any]]) -> Scores:
    """The scores of finished runs; failed ones have none."""
    found: Scores = {}
    for each in results:
        if not each["failed"]:
            of = found.setdefault((each["task"], each["variant"]), {})
            of[each["seed"]] = each["mean_dice"]
    return found


def of_one_processor(first: Scores, again: Scores) -> Scores:
    """What was trained on the faster processor: again, or from the first."""
    return again | {name: first[name] for name in AT_ONCE}


def named(table: str, title: str) -> tuple[str, str]:
    """The task and the variant of a row.

    Raises:
        KeyError: there is no such table, or no such row in it.
    """
    each = {each.title: each for each in COMPARISONS}[table]
    return each.task, each.variants[title]


def tables(
    results: Iterable[Mapping[str, Any]], least: int = LEAST
) -> dict[str, dict[str, dict[int, dict[str, float]]]]:
    """Table → variant → seed → class → Dice, as `scse.widgets.RunTable` takes it.

    Args:
        results: of finished runs, as `scse.experiments.running.Results` reads them. Failed ones
            have no score and are left out.
        least: a table is left out while one of its variants has fewer runs.
    """
    runs: dict[tuple[str, str], dict[int, dict[str, float]]] = {}
    for result in results:
        if not result["failed"]:
            own = runs.setdefault((result["task"], result["variant"]), {})
            own[result["seed"]] = dict(result["dice"])
    found = {}
    for each in COMPARISONS:
        rows = {
            title: dict(sorted(runs.get((each.task, name), {}).items()))
            for title, name in each.variants.items()
        }
        if min(map(len, rows.values())) >= least:
            found[each.title] = rows
    return found
