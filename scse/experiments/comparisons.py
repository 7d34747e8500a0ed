"""What is compared with what: the tables of the book, made of the finished runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scse.experiments.grid import FEW

LEAST = 3  # seeds that every variant of a table must have

BLOCKS = {"none": "none", "cSE": "cse", "sSE": "sse", "scSE": "scse"}
ENDS = {"none": "none", "scSE": "scse"}
CALLED = {"brain": "brain", "digits": "digits", FEW: "15 slices"}


@dataclass(frozen=True)
class Comparison:
    """Variants of one task that stand in one table: what they are called there → their name."""

    task: str
    title: str
    variants: Mapping[str, str]


def _on(tasks: Iterable[str], title: str, variants: Mapping[str, str]) -> tuple[Comparison, ...]:
    return tuple(Comparison(task, f"{CALLED[task]}: {title}", variants) for task in tasks)


def _steps(*lengths: tuple[str, int]) -> dict[str, str]:
    return {
        f"{title}, {steps}": f"{name}{suffix}"
        for suffix, steps in lengths
        for title, name in ENDS.items()
    }


COMPARISONS = (
    *_on(CALLED, "the blocks", BLOCKS),
    *_on(
        [FEW],
        "must the gates ask the image?",
        {**ENDS, "scSE, constant": "scse-constant", "scSE, another's": "scse-another"},
    ),
    *_on(
        [FEW],
        "gates from one",
        {**BLOCKS, "cSE, from 1": "cse-from-one", "sSE, from 1": "sse-from-one"},
    ),
    *_on(CALLED, "the same start", {**ENDS, "none, same start": "none-same-start"}),
    *_on(
        [FEW],
        "as large, as long",
        {**ENDS, "none, wider": "none-wider", "none, longer": "none-as-long"},
    ),
    *_on(
        [FEW],
        "learning rate",
        {
            f"{title}, {rate}": f"{name}{suffix}"
            for suffix, rate in (("-slow", "× ⅓"), ("", "× 1"), ("-fast", "× 3"))
            for title, name in ENDS.items()
        },
    ),
    *_on([FEW], "steps", _steps(("-half", 300), ("", 600), ("-double", 1200))),
    *_on([FEW], "longer", _steps(("", 600), ("-fourfold", 2400))),
    *_on(["digits"], "steps", _steps(("-half", 1000), ("", 2000), ("-double", 4000))),
    *_on(
        [FEW],
        "how the branches are joined",
        {"none": "none", "add": "scse", **{way: f"scse-{way}" for way in ("max", "mul", "concat")}},
    ),
    *_on(
        [FEW],
        "r",
        {"none": "none", "r = 2": "scse", **{f"r = {r}": f"scse-r{r}" for r in (4, 8, 16)}},
    ),
    *_on(
        [FEW],
        "where the blocks stand",
        {
            **ENDS,
            "encoder only": "scse-encoder",
            "bottleneck only": "scse-bottleneck",
            "decoder only": "scse-decoder",
        },
    ),
    *_on([FEW], "SD-Net", {title: f"sdnet-{name}" for title, name in BLOCKS.items()}),
    *_on([FEW], "DenseNet F-CNN", {title: f"quicknat-{name}" for title, name in BLOCKS.items()}),
)


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
