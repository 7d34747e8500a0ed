"""The table of the finished runs, and ``results.csv``: a line a seed."""

import csv
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from scse._extras import require

ENOUGH = 5  # runs, for a standard deviation or an interval to be shown
COLUMNS = (
    *("task", "group", "variant", "seed", "se", "combine", "r", "steps", "lr", "parameters"),
    *("mean_dice", "runs", "against", "difference", "seconds", "failed"),
)
Result = Mapping[str, Any]


class Row(NamedTuple):
    """A variant on a task: its finished runs, and how they differ from those it is paired with."""

    task: str
    group: str
    variant: str
    scores: dict[int, float]  # seed → mean Dice
    against: str
    differences: dict[int, float]  # seed → score − that of ``against`` from the same seed
    failed: int

    @property
    def mean(self) -> float | None:
        """Over the seeds."""
        return statistics.fmean(self.scores.values()) if self.scores else None

    @property
    def sd(self) -> float | None:
        """Standard deviation over the seeds, from five on."""
        return statistics.stdev(self.scores.values()) if len(self.scores) >= ENOUGH else None

    @property
    def difference(self) -> float | None:
        """The mean of the paired differences."""
        return statistics.fmean(self.differences.values()) if self.differences else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % of the mean difference, from five pairs on, see `interval`."""
        values = list(self.differences.values())
        return interval(values) if len(values) >= ENOUGH else None


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean, pairs drawn anew 9999 times.

    With few pairs it is too narrow: of five it covers the true mean less often than it says.
    """
    stats, numpy = require("scipy.stats", "train"), require("numpy", "train")
    found = stats.bootstrap(
        (list(differences),),
        numpy.mean,
        n_resamples=9999,
        method="percentile",
        rng=numpy.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def with_own_gates(results: Iterable[Result]) -> Iterator[Result]:
    """The results, and those of the same networks with each picture's own gates in the test."""
    for result in results:
        yield result
        if "mean_dice_own_gates" in result:
            score = result["mean_dice_own_gates"]
            yield {**result, "variant": f"{result['variant']}-own-in-test", "mean_dice": score}


def rows(results: Iterable[Result]) -> list[Row]:
    """One row for each task and variant, in the order of their first results."""
    results = list(with_own_gates(results))
    scores: dict[tuple[str, str], dict[int, float]] = {}
    for result in results:
        if not result["failed"]:
            of = scores.setdefault((result["task"], result["variant"]), {})
            of[result["seed"]] = result["mean_dice"]
    table = {}
    for result in results:
        task, variant, against = (result[key] for key in ("task", "variant", "against"))
        own, other = scores.get((task, variant), {}), scores.get((task, against), {})
        seeds = sorted(own)
        pairs = [seed for seed in seeds if seed in other and variant != against]
        table[task, variant] = Row(
            task,
            result["group"],
            variant,
            {seed: own[seed] for seed in seeds},
            against,
            {seed: own[seed] - other[seed] for seed in pairs},
            sum(
                (r["task"], r["variant"]) == (task, variant) and bool(r["failed"]) for r in results
            ),
        )
    return list(table.values())


def write_csv(results: Sequence[Result], path: Path) -> None:
    """A line a seed, failed ones too; the scores of single classes are in the runs' own files."""
    differences = {(row.task, row.variant): row.differences for row in rows(results)}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for result in with_own_gates(results):
            found = differences[result["task"], result["variant"]].get(result["seed"])
            line = {**result["recipe"], **result, "difference": found}
            line["se"] = line["se"] or "none"
            line["runs"] = len(result.get("repeats", [result]))
            for key in ("mean_dice", "difference"):
                if line.get(key) is not None:
                    line[key] = f"{line[key]:.6f}"
            writer.writerow(line)


def text(results: Iterable[Result]) -> str:
    """The table to read: mean Dice of each variant, every seed's, and the paired difference."""
    lines = []
    task = None
    for row in sorted(rows(results), key=lambda row: row.task):
        if row.task != task:
            task = row.task
            lines += ["", f"{task}: mean Dice on the held-out pictures, from seed 0 on"]
        lines.append(_line(row))
    return "\n".join(lines[1:]) if lines else "no run is done"


def _line(row: Row) -> str:
    mean = "–" if row.mean is None else f"{row.mean:.3f}"
    sd = "" if row.sd is None else f" ± {row.sd:.3f}"
    last = max(row.scores, default=-1)
    seeds = (row.scores.get(seed) for seed in range(last + 1))
    each = " ".join("–" if score is None else f"{score:.3f}" for score in seeds)
    parts = [f"{row.variant:24}", f"{mean + sd:14}", f"{each:30}", _compared(row)]
    if row.failed:
        parts.append(f"{row.failed} failed")
    return "  ".join(parts).rstrip()


def _compared(row: Row) -> str:
    if row.difference is None:
        return ""
    n = len(row.differences)
    if row.interval is None:
        inside = ", ".join(f"{value:+.3f}" for value in row.differences.values())
        inside = f"each: {inside}"
    else:
        inside = "95 %: {:+.3f} … {:+.3f}".format(*row.interval)
    pairs = "1 pair" if n == 1 else f"{n} pairs"
    return f"{row.difference:+.3f} to {row.against} ({pairs}; {inside})"
