"""What is trained: a line a variant. `all_runs` lists the trainings, on every task and seed."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scse import data
from scse.experiments import changes
from scse.training import Recipe, recipe_of

Change = Callable[[Any], None]

FEW = "brain-few"
BOOKS = ("brain", "digits", FEW)  # the tasks of the book

# Group → task → seeds, from 0 on. On the digits and on fifteen slices a run may miss a class: ten
# tell better whether that is luck.
#
# Two cores do not train every group on every task. The main table and the same start are trained on
# all; what lies around them on fifteen slices, where a run takes a minute or two.
SEEDS = {
    "main": {"brain": 5, "digits": 10, FEW: 10},
    "start": {"brain": 5, "digits": 10, FEW: 10},
    "control": {FEW: 10},
    "rate": {FEW: 5},
    "steps": {FEW: 5},
    "join": {FEW: 5},
    "place": {FEW: 5},
    "reduction": {FEW: 5},
    "sdnet": {FEW: 5},
    "quicknat": {FEW: 5},
}
# Some variants get other numbers of seeds than their group.
EXCEPT = {
    ("brain", "scse"): 7,  # the networks that are shipped
    # On all slices the kinds end within 0.02, and a run takes eight minutes.
    ("brain", "scse-plain-start"): 0,
    ("brain", "cse-same-start"): 0,
    ("brain", "sse-same-start"): 0,
    # On the digits a run takes eight minutes, too.
    ("digits", "cse"): 5,
    ("digits", "sse"): 5,
    ("digits", "cse-same-start"): 5,
    ("digits", "sse-same-start"): 5,
}
OWN_SEEDS = 5  # of every group, on data that is not the book's

# Fifteen slices go with a small network and few steps: width and steps, times those of the recipe.
SMALLER = {FEW: (0.5, 0.3)}

# A step on one core in seconds, for a first guess of the time left: then the finished runs tell.
# Those of the other networks are the U-Net's times the ratio of a few steps, timed side by side.
SECONDS_A_STEP = {
    ("unet", "brain"): 0.23,
    ("unet", "digits"): 0.25,
    ("unet", FEW): 0.14,
    ("sdnet", "brain"): 0.33,
    ("sdnet", "digits"): 0.43,
    ("sdnet", FEW): 0.20,
    ("quicknat", "brain"): 0.46,
    ("quicknat", "digits"): 0.58,
    ("quicknat", FEW): 0.28,
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
    combine: str = "add"
    r: int = 2
    steps: float = 1.0  # times those of the task's recipe
    lr: float = 1.0  # times that of the task's recipe
    change: Change | None = field(default=None, compare=False)  # of the network
    against: str = "none"  # the variant whose run of the same seed its scores are compared with
    network: str = "unet"  # of `scse.networks.NETWORKS`

    def seeds_on(self, task: str) -> int:
        """How many runs it gets there; 0: it is not trained on this task of the book."""
        if task not in BOOKS:
            return OWN_SEEDS
        return EXCEPT.get((task, self.name), SEEDS[self.group].get(task, 0))


# What becomes of a network with scSE before its first step. So all kinds start from one set of
# weights: a network that is made without blocks, or with others, draws its own from the same seed.
FROM_ONE: dict[str, Change | None] = {
    "none": changes.no_blocks,
    "cse": partial(changes.one_branch, "channel"),
    "sse": partial(changes.one_branch, "spatial"),
    "scse": None,
}


def _from_the_start_of_scse(
    group: str, word: str, change: Change = changes.start_of_scse, **altered: Any
) -> Variant:
    name, against = f"scse-{word}", "none-same-start"
    return Variant(group, name, "scse", change=change, against=against, **altered)


def _three(group: str, word: str, **altered: Any) -> tuple[Variant, ...]:
    """Without blocks, from either start, and with scSE."""
    name = f"none-{word}"
    return (
        Variant(group, name, None, against=name, **altered),
        Variant(
            group,
            f"{name}-same-start",
            "scse",
            change=changes.no_blocks,
            against=f"scse-{word}",
            **altered,
        ),
        Variant(group, f"scse-{word}", "scse", against=name, **altered),
    )


def variants() -> tuple[Variant, ...]:
    """The grid: the main table, what lies around it, the controls."""
    main = (
        Variant("main", "none", None),
        Variant("main", "cse", "cse"),
        Variant("main", "sse", "sse"),
        Variant("main", "scse", "scse"),
    )
    plain = "none-same-start"
    start = (
        Variant("start", plain, "scse", change=changes.no_blocks, against="scse"),
        # The other way round: the blocks, put into the network that is built plain.
        Variant("start", "scse-plain-start", "scse", change=changes.start_of_plain),
        *(
            Variant("start", f"{se}-same-start", "scse", change=FROM_ONE[se], against=plain)
            for se in ("cse", "sse")
        ),
    )
    controls = (
        # No squeeze: gates that are learned and the same for every picture.
        Variant("control", "scse-constant", "scse", change=changes.constant_gates, against=plain),
        # The gates of another picture of the batch: the same numbers, the wrong picture.
        Variant("control", "scse-another", "scse", change=changes.gates_of_another, against=plain),
        # 2σ: a single branch starts near one, as the sum of both does, and not near one half.
        Variant("control", "cse-from-one", "cse", change=changes.doubled_gates),
        Variant("control", "sse-from-one", "sse", change=changes.doubled_gates),
        *(
            Variant(
                "control",
                f"{se}-from-one-same-start",
                "scse",
                change=partial(changes.one_branch_from_one, branch),
                against=plain,
            )
            for se, branch in (("cse", "channel"), ("sse", "spatial"))
        ),
        # As many parameters as with scSE, in wider stages.
        Variant("control", "none-wider", None, change=changes.as_large_as_scse),
        # As long in time as with scSE, in more steps, from either start.
        Variant("control", "none-as-long", None, steps=SCSE_STEP),
        Variant(
            "control",
            "none-as-long-same-start",
            "scse",
            steps=SCSE_STEP,
            change=changes.no_blocks,
            against=plain,
        ),
    )
    joined = tuple(
        _from_the_start_of_scse("join", rule, combine=rule) for rule in ("max", "mul", "concat")
    )
    reduced = tuple(  # r = 2 is in the main table
        _from_the_start_of_scse("reduction", f"r{r}", r=r) for r in (4, 8, 16)
    )
    placed = tuple(
        _from_the_start_of_scse("place", place, change=partial(changes.only, place))
        for place in ("encoder", "bottleneck", "decoder")
    )
    budgets = tuple(
        variant
        for word, times in (("half", 0.5), ("double", 2.0))
        for variant in _three("steps", word, steps=times)
    )
    rates = tuple(  # both sides: 3e-3 may suit one of them
        variant
        for word, times in (("slow", 1 / 3), ("fast", 3.0))
        for variant in _three("rate", word, lr=times)
    )
    others = tuple(  # the main table for the other networks of the paper, from one start
        Variant(net, f"{net}-{name}", "scse", change=change, against=f"{net}-none", network=net)
        for net in ("sdnet", "quicknat")
        for name, change in FROM_ONE.items()
    )
    return main + start + controls + rates + budgets + joined + reduced + placed + others


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
        usual = recipe_of(self.task, v.se, v.network, combine=v.combine, r=v.r)
        width, steps = SMALLER.get(self.task, (1, 1))
        return dataclasses.replace(
            usual,
            width=round(width * usual.width),
            steps=round(v.steps * steps * usual.steps),
            lr=v.lr * usual.lr,
        )


def all_runs(tasks: Sequence[str] = BOOKS) -> list[Run]:
    """Every training of the grid: a group and task after the other, the weightiest group first.

    Within them seed by seed, so that pairs come early.
    """
    declared = variants()
    groups = list(dict.fromkeys(variant.group for variant in declared))
    runs = [
        Run(task, variant, seed)
        for variant in declared
        for task in tasks
        for seed in range(variant.seeds_on(task))
    ]

    def place(run: Run) -> tuple[int, int, int]:
        return groups.index(run.variant.group), tasks.index(run.task), run.seed

    return sorted(runs, key=place)
