"""PickRuns: which training runs are counted decides which variant is ahead."""

import itertools
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import traitlets

from scse.widgets import _base, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("pick_runs")

WAYS = ("all", "favour", "against", "best")
MARGIN = 0.06  # free at either end of the axis, as a part of the range of the scores
NAN = float("nan")

Runs = Mapping[str, Mapping[str, Sequence[tuple[str, float]]]]


class Run(TypedDict):
    """One training run."""

    task: str
    variant: str
    label: str  # "seed 0"
    score: float


class Manifest(TypedDict):
    """What the page reads."""

    runs: list[Run]
    tasks: list[str]
    variants: list[str]
    titles: dict[str, str]  # what tasks and variants are called
    score: str  # what the scores are
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class PickRuns(_base.Widget):
    """Every training run is a dot; the reader says which of them count.

        PickRuns({"brain": {"scSE": [("seed 0", 0.827), ("seed 1", 0.834)],
                            "none": [("seed 0", 0.824), ("seed 1", 0.830)]}})

    Args:
        runs: task → variant → its runs, (label, score from 0 to 1). Every task has the same
            variants.
        score: what the scores are, in a word.
        task, over, under, out: the first state, see the traits. At first the first variant is
            compared with the last one.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: runs of another form, unknown keywords.
        ValueError: no task, fewer than two variants, tasks that differ in their variants, a
            variant without a run, or a score that is not from 0 to 1.
    """

    _esm = _base.MODULES / "pick_runs.js"
    _css = _base.style("pick_runs.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("pick_runs")
    task = traitlets.Unicode().tag(sync=True, state=True)
    """Which task."""
    over = traitlets.Unicode().tag(sync=True, state=True)
    """The variant whose mean counts with a plus."""
    under = traitlets.Unicode().tag(sync=True, state=True)
    """The variant whose mean is subtracted."""
    out = traitlets.List(traitlets.Int()).tag(sync=True, state=True)
    """Numbers of the runs that are left out, of all tasks, from 0, see `leave_out`."""

    def __init__(self, runs: Runs, *, score: str = "Dice", **state: Any) -> None:
        self._check_keywords(state)
        listed = _listed(runs)
        variants = list(next(iter(runs.values())))
        manifest: Manifest = {
            "runs": listed,
            "tasks": list(runs),
            "variants": variants,
            "titles": {name: _words.name(name) for name in (*runs, *variants)},
            "score": _words.name(score),
            "terms": ["diff"],
        }
        defaults = {"task": next(iter(runs)), "over": variants[0], "under": variants[-1]}
        super().__init__({**manifest, "defaults": defaults}, {}, **{**defaults, **state})

    @staticmethod
    def leave_out(
        runs: Runs, way: str, task: str, over: str, under: str, keep: int = 1
    ) -> list[int]:
        """Numbers of the runs to be left out, so that ``keep`` runs of both variants remain.

        Args:
            runs: as for `PickRuns`.
            way: ``"favour"``: the best of ``over``, the worst of ``under``; ``"against"``: the
                reverse; ``"best"``: the best of both; ``"all"``: none is left out.

        Raises:
            ValueError: an unknown way.
        """
        return _leave_out(_listed(runs), way, task, over, under, keep)

    @traitlets.validate("task")
    def _check_task(self, proposal: traitlets.Bunch) -> str:
        return _one_of("task", proposal.value, self.manifest["tasks"])

    @traitlets.validate("over")
    def _check_over(self, proposal: traitlets.Bunch) -> str:
        return self._check_variant("over", proposal.value, self.under)

    @traitlets.validate("under")
    def _check_under(self, proposal: traitlets.Bunch) -> str:
        return self._check_variant("under", proposal.value, self.over)

    def _check_variant(self, trait: str, value: str, other: str) -> str:
        _one_of(trait, value, self.manifest["variants"])
        if value == other:
            raise traitlets.TraitError(f"over and under must differ, both are {value!r}")
        return value

    @traitlets.validate("out")
    def _check_out(self, proposal: traitlets.Bunch) -> list[int]:
        number = len(self.manifest["runs"])
        if not all(0 <= i < number for i in proposal.value):
            raise traitlets.TraitError(
                f"out must be numbers from 0 to {number - 1}, got {proposal.value}"
            )
        return proposal.value

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, of the present state with ``state`` in place of it.

        Returns:
            ``means``, ``counts`` and ``spared``: variant → mean of the runs that count (NaN
            without one), how many they are, and how far the best of them is above the mean;
            ``difference`` of the two means; ``least`` and ``greatest``: of the differences of
            single pairs, a run of each variant, over *all* runs; ``ahead`` and ``pairs``: in how
            many of them ``over`` is above ``under``, and how many there are.
        """
        now = self._now(state)
        means, counts, spared = {}, {}, {}
        for variant in self.manifest["variants"]:
            scores = self._scores(now["task"], variant, now["out"])
            counts[variant] = len(scores)
            means[variant] = fmean(scores) if scores else NAN
            spared[variant] = max(scores) - means[variant] if scores else NAN
        first, second = (self._scores(now["task"], now[side]) for side in ("over", "under"))
        pairs = [a - b for a, b in itertools.product(first, second)]
        return {
            "means": means,
            "counts": counts,
            "spared": spared,
            "difference": means[now["over"]] - means[now["under"]],
            "least": min(pairs),
            "greatest": max(pairs),
            "ahead": sum(each > 0 for each in pairs),
            "pairs": len(pairs),
        }

    def _scores(self, task: str, variant: str, out: Sequence[int] = ()) -> list[float]:
        return [
            run["score"]
            for i, run in enumerate(self.manifest["runs"])
            if (run["task"], run["variant"]) == (task, variant) and i not in out
        ]

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self.evaluate(state)
        means = now["means"]
        return {
            **{f"runs of {variant}": n for variant, n in now["counts"].items()},
            **{
                f"{a} − {b} in hundredths": 100 * (means[a] - means[b])
                for a, b in itertools.permutations(means, 2)
            },
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now, task = self.evaluate(state), state["task"]
        colours = _base.COLOURS
        rows, apart = figure.subplots(1, 2, width_ratios=[3, 2])
        variants, titles = self.manifest["variants"], self.manifest["titles"]
        for row, variant in enumerate(variants):
            kind = {state["over"]: "channel", state["under"]: "space"}.get(variant, "plain-fill")
            for i, run in enumerate(self.manifest["runs"]):
                if (run["task"], run["variant"]) == (task, variant):
                    fill = "none" if i in state["out"] else colours[kind]
                    rows.scatter(run["score"], row, s=45, facecolor=fill, edgecolor=colours[kind])
            rows.plot([now["means"][variant]] * 2, [row - 0.35, row + 0.35], color=colours[kind])
        names = [f"{titles[variant]}, n = {now['counts'][variant]}" for variant in variants]
        rows.set(yticks=range(len(variants)), yticklabels=names)
        rows.set(
            ylim=(len(variants) - 0.5, -0.5), title=titles[task], xlabel=self.manifest["score"]
        )
        apart.axvline(0, color=colours["soft"], lw=1)
        apart.plot([now["least"], now["greatest"]], [0, 0], color=colours["plain-fill"], lw=6)
        apart.plot(now["difference"], 0, "D", color=colours["ink"])
        over, under = (titles[state[side]] for side in ("over", "under"))
        apart.set(yticks=[], ylim=(-1, 1), xlabel=f"{over} − {under}")
        apart.set_title(STILL["difference"].format(difference=now["difference"]), size=9)


def _listed(runs: Any) -> list[Run]:
    """All runs in their order, which gives them their numbers."""
    if not isinstance(runs, Mapping) or not all(isinstance(v, Mapping) for v in runs.values()):
        raise TypeError("runs must be a dict task → variant → list of (label, score)")
    if not runs:
        raise ValueError("runs is empty: a figure needs one task at least")
    variants = list(next(iter(runs.values())))
    if len(variants) < 2:
        raise ValueError(f"a comparison needs two variants at least, got {variants}")
    listed: list[Run] = []
    for task, each in runs.items():
        if list(each) != variants:
            raise ValueError(f"task {task!r} has the variants {list(each)}, not {variants}")
        for variant, scores in each.items():
            if not scores:
                raise ValueError(f"{variant!r} has no run of task {task!r}")
            for run in scores:
                if not (isinstance(run, tuple) and len(run) == 2 and isinstance(run[0], str)):
                    raise TypeError(f"a run is a tuple (label, score), got {run!r}")
                label, score = run
                if not 0 <= score <= 1:
                    raise ValueError(f"{variant}, {label}: the score must be 0 to 1, got {score}")
                listed.append(
                    {
                        "task": task,
                        "variant": variant,
                        "label": _words.name(label),
                        "score": float(score),
                    }
                )
    return listed


def _leave_out(
    listed: Sequence[Run], way: str, task: str, over: str, under: str, keep: int
) -> list[int]:
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, got {way!r}")
    if way == "all":
        return []
    left: list[int] = []
    best = {over: way != "against", under: way != "favour"}
    for variant, high in best.items():
        own = [
            i for i, run in enumerate(listed) if (run["task"], run["variant"]) == (task, variant)
        ]
        own.sort(key=lambda i: listed[i]["score"], reverse=high)  # equal ones in their order
        left += own[keep:]
    return sorted(left)


def _one_of(trait: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise traitlets.TraitError(f"{trait} must be one of {', '.join(known)}, got {value!r}")
    return value
