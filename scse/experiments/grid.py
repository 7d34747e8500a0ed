"""What is trained: a line a variant. `all_runs` lists the trainings, on every task and seed."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scse import data
from scse.experiments import changes
from scse.training import Recipe, recipe_of

BOOKS = ("brain", "digits")  # the tasks of the book
FIVE, THREE = 5, 3  # seeds, from 0 on
# On the digits a single run may miss a class or two: ten tell better whether that is luck. On the
# brain, networks with scSE are shipped of seven seeds.
SEEDS = {("main", "digits"): 10, ("main", "brain"): 7}
# Left out for want of time on two cores: about 20 core-hours of rows around the main table.
LEFT_OUT = {"digits": ("join", "reduction", "place", "sdnet", "quicknat")}

# A step on one core in seconds, for a first guess of the time left: then the finished runs tell.
# Those of the other networks are the U-Net's times the ratio of a few steps, timed side by side.
SECONDS_A_STEP = {
    ("unet", "brain"): 0.23,
    ("unet", "digits"): 0.25,
    ("sdnet", "brain"): 0.33,
    ("sdnet", "digits"): 0.43,
    ("quicknat", "brain"): 0.46,
    ("quicknat", "digits"): 0.58,
}


# How much longer a step with scSE is than one without, in time on one core: 20 steps of each, turn
# by turn, on both tasks.
SCSE_STEP = 1.2


@dataclass(frozen=True)
class Variant:
    """One of the networks, or ways to train one, that are compared."""

    group: str
    name: str
    se: str | None
    seeds: int
    combine: str = "add"
    r: int = 2
    steps: float = 1.0  # times those of the task's recipe
    lr: float = 1.0  # times that of the task's recipe
    change: Callable[[Any], None] | None = field(default=None, compare=False)  # of the network
    against: str = "none"  # the variant whose run of the same seed its scores are compared with
    network: str = "unet"  # of `scse.networks.NETWORKS`
    width: int | None = None  # None: that of the network's recipe
    tasks: tuple[str, ...] | None = None  # those it is trained on; None: all
    data: str = ""  # "-few": that variation of the task, see `scse.data`

    def seeds_on(self, task: str) -> int:
        """How many runs it gets."""
        return SEEDS.get((self.group, task), self.seeds)


def variants() -> tuple[Variant, ...]:
    """The grid: the main table, what lies around it, the controls."""
    main = (
        Variant("main", "none", None, FIVE),
        Variant("main", "cse", "cse", FIVE),
        Variant("main", "sse", "sse", FIVE),
        Variant("main", "scse", "scse", FIVE),
    )
    controls = (
        # No squeeze: gates that are learned and the same for every picture.
        Variant("control", "scse-constant", "scse", FIVE, change=changes.constant_gates),
        # The gates of another picture of the batch: the same numbers, the wrong picture.
        Variant("control", "scse-another", "scse", FIVE, change=changes.gates_of_another),
        # 2σ: a single branch starts near one, as the sum of both does, and not near one half.
        Variant("control", "cse-from-one", "cse", FIVE, change=changes.doubled_gates),
        Variant("control", "sse-from-one", "sse", FIVE, change=changes.doubled_gates),
        # As many parameters as with scSE, in wider stages.
        Variant("control", "none-wider", None, FIVE, change=changes.as_large_as_scse),
        # As long in time as with scSE, in more steps.
        Variant("control", "none-as-long", None, FIVE, steps=SCSE_STEP, against="scse"),
    )
    joined = tuple(
        Variant("join", f"scse-{rule}", "scse", THREE, combine=rule)
        for rule in ("max", "mul", "concat")
    )
    reduced = tuple(  # r = 2 is in the main table
        Variant("reduction", f"scse-r{r}", "scse", THREE, r=r) for r in (4, 8, 16)
    )
    placed = tuple(
        Variant("place", f"scse-{place}", "scse", THREE, change=partial(changes.only, place))
        for place in ("encoder", "bottleneck", "decoder")
    )
    budgets = tuple(
        Variant("steps", f"{se or 'none'}-{word}", se, THREE, steps=times, against=f"none-{word}")
        for word, times in (("half", 0.5), ("double", 2.0))
        for se in (None, "scse")
    )
    # A small network, fifteen slices and few steps: there a first look had seen a gain.
    small = tuple(
        Variant(
            "small",
            f"{name}-{word}",
            se,
            FIVE,
            steps=times,
            change=change,
            against=f"none-{word}",
            width=4,
            tasks=("brain",),
            data="-few",
        )
        for word, times in (("small", 0.3), ("small-longer", 1.0))
        for name, se, change in (
            ("none", None, None),
            ("cse", "cse", None),
            ("sse", "sse", None),
            ("scse", "scse", None),
            ("scse-constant", "scse", changes.constant_gates),
        )
    )
    rates = tuple(  # both sides: 3e-3 may suit one of them
        Variant("rate", f"{se or 'none'}-{word}", se, THREE, lr=times, against=f"none-{word}")
        for word, times in (("slow", 1 / 3), ("fast", 3.0))
        for se in (None, "scse")
    )
    others = tuple(  # the main table for the other networks of the paper
        Variant(net, f"{net}-{v.name}", v.se, v.seeds, against=f"{net}-{v.against}", network=net)
        for net in ("sdnet", "quicknat")
        for v in main
    )
    return main + small + controls + budgets + others + rates + placed + reduced + joined


@dataclass(frozen=True)
class Run:
    """One training: a variant on a task, from a seed."""

    task: str
    variant: Variant
    seed: int

    @property
    def name(self) -> str:
        """Without its seed, which `scse.training.TrainingRun` adds."""
        return f"{data.task(self.task).name}-{self.variant.name}"

    @property
    def id(self) -> str:
        """What its file is called."""
        return f"{self.name}-seed{self.seed}"

    @property
    def recipe(self) -> Recipe:
        """The recipe of the task, with what the variant alters."""
        v = self.variant
        usual = recipe_of(self.task + v.data, v.se, v.network, combine=v.combine, r=v.r)
        return dataclasses.replace(
            usual,
            steps=round(v.steps * usual.steps),
            lr=v.lr * usual.lr,
            width=v.width or usual.width,
        )


def all_runs(tasks: Sequence[str] = BOOKS) -> list[Run]:
    """Every training of the grid: a group and task after the other, the weightiest group first.

    Within them seed by seed, so that pairs come early.
    """
    declared = variants()
    groups = list(dict.fromkeys(variant.group for variant in declared))
    runs = [
        Run(task, v, seed)
        for v in declared
        for task in tasks
        if v.group not in LEFT_OUT.get(task, ()) and (v.tasks is None or task in v.tasks)
        for seed in range(v.seeds_on(task))
    ]

    def place(run: Run) -> tuple[int, int, int]:
        return groups.index(run.variant.group), tasks.index(run.task), run.seed

    return sorted(runs, key=place)
