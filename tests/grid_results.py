"""The finished runs of the grid, as the tests of several chapters ask for them."""

import functools
import statistics
from pathlib import Path

from scse.experiments import comparisons
from scse.experiments.grid import all_runs
from scse.experiments.running import Results

EVIDENCE = Path(__file__).resolve().parent.parent / "book" / "evidence"


@functools.cache
def results():
    """A run's id → what came of it."""
    return {run.id: result for run, result in Results(EVIDENCE).of(all_runs()).items()}


@functools.cache
def compared():
    """The tables of the chapter's figure: table → variant → seed → class → Dice."""
    return comparisons.tables(results().values())


def scores(table, variant):
    """Seed → mean Dice, of a variant in one of these tables."""
    return {seed: statistics.mean(run.values()) for seed, run in compared()[table][variant].items()}


def differences(table, variant, against="none"):
    """Seed → what the variant scores more than the other from the same seed."""
    own, other = scores(table, variant), scores(table, against)
    return {seed: own[seed] - other[seed] for seed in own if seed in other}
