"""RunTable: every training run is a dot, alone or as its difference to the run of the same seed."""

import itertools
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import traitlets

from scse.experiments.table import ENOUGH, interval
from scse.widgets import _base, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("run_table")

VIEWS = ("scores", "differences")
FOUND = 0.5  # the Dice from which a class counts as found
NAN = float("nan")

# Table → variant → seed → class → score.
Tables = Mapping[str, Mapping[str, Mapping[int, Mapping[str, float]]]]


class Run(TypedDict):
    """One training run."""

    seed: int
    scores: list[float]  # one a class


class Variant(TypedDict):
    """What was trained, from each of its seeds."""

    name: str
    runs: list[Run]


class Table(TypedDict):
    """Variants that are compared with each other."""

    name: str
    classes: list[str]
    variants: list[Variant]
    # Of the mean difference, second minus first, of variants 0 and 1, 0 and 2, …, 1 and 2, …
    intervals: list[list[float] | None]


class Manifest(TypedDict):
    """What the page reads."""

    tables: list[Table]
    titles: dict[str, str]  # what tables and variants are called
    score: str  # what the scores are
    found: float  # the score from which a class counts as found
    enough: int  # runs, from which on there is a standard deviation
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class RunTable(_base.Widget):
    """Tables of training runs: a row of dots a variant, and the scores of single classes.

        RunTable({"brain": {"none": {0: {"CSF": 0.72, "grey matter": 0.90}},
                            "scSE": {0: {"CSF": 0.73, "grey matter": 0.89}}}})

    Runs of the same seed are pairs. From five pairs on a table brings the 95 % bootstrap interval
    of the mean difference of every two of its variants, see `scse.experiments.table.interval`.

    Args:
        tables: table → variant → seed → class → score from 0 to 1. All runs of a table have the
            same classes, and all have weights of one in a run's score, their mean.
        score: what the scores are, in a word.
        table, view, against, variant, seed: the first state, see the traits. At first the
            second variant of the first table is compared with its first one.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: tables of another form, unknown keywords.
        ValueError: no table, fewer than two variants, runs that differ in their classes, a variant
            without a run, or a score that is not from 0 to 1.
    """

    _esm = _base.MODULES / "run_table.js"
    _css = _base.style("run_table.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("run_table")
    table = traitlets.Unicode().tag(sync=True, state=True)
    """Which table."""
    view = traitlets.Enum(VIEWS, default_value="scores").tag(sync=True, state=True)
    """``"scores"``, or ``"differences"`` to ``against``, seed by seed."""
    against = traitlets.Unicode().tag(sync=True, state=True)
    """The variant that the others are compared with."""
    variant = traitlets.Unicode().tag(sync=True, state=True)
    """The variant of the run whose classes are shown."""
    seed = traitlets.Int().tag(sync=True, state=True)
    """The seed of that run."""

    def __init__(self, tables: Tables, *, score: str = "Dice", **state: Any) -> None:
        self._check_keywords(state)
        listed = _listed(tables)
        manifest: Manifest = {
            "tables": listed,
            "titles": {
                name: _words.name(name)
                for table in listed
                for name in (table["name"], *(variant["name"] for variant in table["variants"]))
            },
            "score": _words.name(score),
            "found": FOUND,
            "enough": ENOUGH,
            "terms": ["d"],
        }
        first, second = listed[0]["variants"][:2]
        defaults = {
            "table": listed[0]["name"],
            "view": "scores",
            "against": first["name"],
            "variant": second["name"],
            "seed": second["runs"][0]["seed"],
        }
        super().__init__({**manifest, "defaults": defaults}, {}, **{**defaults, **state})

    def _table(self, name: str) -> Table:
        for table in self.manifest["tables"]:
            if table["name"] == name:
                return table
        known = ", ".join(table["name"] for table in self.manifest["tables"])
        raise traitlets.TraitError(f"table must be one of {known}, got {name!r}")

    def _variant(self, trait: str, name: str, table: str) -> Variant:
        variants = self._table(table)["variants"]
        for variant in variants:
            if variant["name"] == name:
                return variant
        known = ", ".join(variant["name"] for variant in variants)
        raise traitlets.TraitError(
            f"{trait} must be one of those in table {table!r}, {known}, got {name!r}"
        )

    @traitlets.validate("table")
    def _check_table(self, proposal: traitlets.Bunch) -> str:
        return self._table(proposal.value)["name"]

    @traitlets.validate("against")
    def _check_against(self, proposal: traitlets.Bunch) -> str:
        return self._variant("against", proposal.value, self.table)["name"]

    @traitlets.validate("variant")
    def _check_variant(self, proposal: traitlets.Bunch) -> str:
        return self._variant("variant", proposal.value, self.table)["name"]

    @traitlets.validate("seed")
    def _check_seed(self, proposal: traitlets.Bunch) -> int:
        seeds = [run["seed"] for run in self._variant("variant", self.variant, self.table)["runs"]]
        if proposal.value not in seeds:
            known = ", ".join(map(str, seeds))
            raise traitlets.TraitError(
                f"seed must be one of those of {self.variant}, {known}, got {proposal.value}"
            )
        return proposal.value

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, of the present state with ``state`` in place of it.

        Returns:
            ``rows``: variant → ``runs``; the ``mean`` of their scores, and ``sd`` from five runs
            on; the mean ``difference`` of its ``pairs`` with ``against``, in how many of them it
            is ``ahead``, and the interval, ``low`` to ``high``. ``run``: the ``score`` of the run
            that was picked; ``other``, that of the same seed of ``against``; their
            ``difference``; the scores of its single ``classes`` and ``others``; how many are
            ``found``. A number that does not exist is NaN.
        """
        now = self._now(state)
        table = self._table(now["table"])
        reference = _by_seed(self._variant("against", now["against"], now["table"]))
        rows = {}
        for variant in table["variants"]:
            own = {seed: fmean(scores) for seed, scores in _by_seed(variant).items()}
            pairs = [own[seed] - fmean(reference[seed]) for seed in own if seed in reference]
            low, high = _interval(table, now["against"], variant["name"])
            rows[variant["name"]] = {
                "runs": len(own),
                "mean": fmean(own.values()),
                "sd": stdev(own.values()) if len(own) >= ENOUGH else NAN,
                "difference": fmean(pairs) if pairs else NAN,
                "pairs": len(pairs),
                "ahead": sum(pair > 0 for pair in pairs),
                "low": low,
                "high": high,
            }
        scores = _by_seed(self._variant("variant", now["variant"], now["table"]))[now["seed"]]
        others = reference.get(now["seed"], [NAN] * len(scores))
        run = {
            "score": fmean(scores),
            "other": fmean(others),
            "difference": fmean(scores) - fmean(others),
            "classes": scores,
            "others": others,
            "found": sum(score >= FOUND for score in scores),
        }
        return {"rows": rows, "run": run}

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        seen = self.evaluate(state)
        row, run = seen["rows"][self._now(state)["variant"]], seen["run"]
        return {
            "score of the run": run["score"],
            "difference in hundredths": 100 * run["difference"],
            "classes found": run["found"],
            "mean difference in hundredths": 100 * row["difference"],
            "low end in hundredths": 100 * row["low"],
            "high end in hundredths": 100 * row["high"],
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        seen, table = self.evaluate(state), self._table(state["table"])
        titles = self.manifest["titles"]
        colours = _base.COLOURS
        board, classes = figure.subplots(1, 2, width_ratios=[3, 2])
        reference = _by_seed(self._variant("against", state["against"], state["table"]))
        apart = state["view"] == "differences"
        for place, variant in enumerate(table["variants"]):
            name, row = variant["name"], seen["rows"][variant["name"]]
            colour = colours["space" if name == state["against"] else "channel"]
            for seed, scores in _by_seed(variant).items():
                if apart and seed not in reference:
                    continue
                at = fmean(scores) - (fmean(reference[seed]) if apart else 0)
                picked = (name, seed) == (state["variant"], state["seed"])
                edge = colours["ink"] if picked else "none"
                board.scatter(at, place, s=40, facecolor=colour, edgecolor=edge, alpha=0.8)
            middle = row["difference"] if apart else row["mean"]
            board.plot([middle] * 2, [place - 0.35, place + 0.35], color=colour)
            if apart and name != state["against"]:
                board.plot([row["low"], row["high"]], [place + 0.3] * 2, color=colour, lw=3)
        names = [f"{titles[v['name']]}, n = {len(v['runs'])}" for v in table["variants"]]
        board.set(yticks=range(len(names)), ylim=(len(names) - 0.5, -0.5))
        board.set_yticklabels(names, fontsize=8)
        board.set_title(titles[table["name"]], size=9)
        minus = STILL["minus"].format(against=titles[state["against"]])
        board.set_xlabel(minus if apart else self.manifest["score"], fontsize=8)
        if apart:
            board.axvline(0, color=colours["soft"], lw=1)
        run = seen["run"]
        places = range(len(table["classes"]))
        classes.barh(places, run["classes"], color=colours["plain-fill"])
        classes.plot(run["others"], places, "|", color=colours["ink"], ms=11, mew=2)
        classes.set(xlim=(0, 1), yticks=places, ylim=(len(places) - 0.5, -0.5))
        classes.set_yticklabels(table["classes"], fontsize=8)
        title = STILL["run"].format(variant=titles[state["variant"]], seed=state["seed"])
        classes.set_title(title, size=9)


def _by_seed(variant: Variant) -> dict[int, list[float]]:
    """The scores of the classes of each run."""
    return {run["seed"]: run["scores"] for run in variant["runs"]}


def _interval(table: Table, against: str, variant: str) -> tuple[float, float]:
    """Of the mean of ``variant`` − ``against``; NaN where there is none."""
    names = [each["name"] for each in table["variants"]]
    first, second = names.index(against), names.index(variant)
    if first == second:
        return NAN, NAN
    pairs = list(itertools.combinations(range(len(names)), 2))
    found = table["intervals"][pairs.index((min(first, second), max(first, second)))]
    if found is None:
        return NAN, NAN
    low, high = found
    return (low, high) if first < second else (-high, -low)


def _listed(tables: Any) -> list[Table]:
    form = "tables must be a dict table → variant → seed → class → score"
    if not isinstance(tables, Mapping):
        raise TypeError(f"{form}, got {type(tables).__name__}")
    if not tables:
        raise ValueError("tables is empty: a figure needs one at least")
    return [_table_of(name, variants, form) for name, variants in tables.items()]


def _table_of(name: str, variants: Any, form: str) -> Table:
    if not isinstance(variants, Mapping) or not all(
        isinstance(runs, Mapping) and all(isinstance(run, Mapping) for run in runs.values())
        for runs in variants.values()
    ):
        raise TypeError(f"{form}; table {name!r} is not")
    if len(variants) < 2:
        raise ValueError(f"a comparison needs two variants at least, got {list(variants)}")
    listed: list[Variant] = []
    classes: list[str] | None = None
    for variant, runs in variants.items():
        if not runs:
            raise ValueError(f"{variant!r} has no run in table {name!r}")
        for seed, scores in runs.items():
            classes = classes or list(scores)
            if list(scores) != classes or not classes:
                raise ValueError(
                    f"{variant}, seed {seed}: the classes are {list(scores)}, not {classes}"
                )
            for label, score in scores.items():
                if not 0 <= score <= 1:
                    raise ValueError(
                        f"{variant}, seed {seed}, {label}: the score must be 0 to 1, got {score}"
                    )
        own: list[Run] = [
            {"seed": seed, "scores": [float(score) for score in runs[seed].values()]}
            for seed in sorted(runs)
        ]
        listed.append({"name": variant, "runs": own})
    assert classes is not None  # a variant has a run
    intervals = [
        _of_pairs(_by_seed(first), _by_seed(second))
        for first, second in itertools.combinations(listed, 2)
    ]
    titles = [_words.name(label) for label in classes]
    return {"name": name, "classes": titles, "variants": listed, "intervals": intervals}


def _of_pairs(
    first: Mapping[int, Sequence[float]], second: Mapping[int, Sequence[float]]
) -> list[float] | None:
    differences = [fmean(second[seed]) - fmean(first[seed]) for seed in first if seed in second]
    return list(interval(differences)) if len(differences) >= ENOUGH else None
