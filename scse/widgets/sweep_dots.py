"""SweepDots: what many networks lose when their gates are replaced, and what the gates tell."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets

from scse.rules import BRANCHES
from scse.widgets import _base, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("sweep_dots")

KNOWN = 0.9  # a probe that is right so often, or more, can read the gate
COSTLY = 0.05  # a loss to be spoken of
NAN = float("nan")

Known = Mapping[tuple[str, str], float]  # block, branch → accuracy


class Group(TypedDict):
    """Networks of one task."""

    name: str
    networks: list[str]
    ways: list[str]  # what each way is called here
    read: str  # what is read off the gates
    chance: float  # the accuracy of who guesses
    end: float  # of the axis of losses


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    groups: list[Group]
    titles: dict[str, str]  # what groups and networks are called
    blocks: list[str]  # the last is "all"
    ways: list[str]
    control: str  # one of the ways
    known: float  # accuracy from which on a gate counts as readable
    costly: float  # loss from which on it is spoken of
    terms: list[str]  # that the figure shows, see book/_ext/terms.py


class SweepDots(_base.Widget):
    """Every network is a dot in the row of each block: what it loses if a gate is replaced.

    Beside it stands how well something can be read off the same gates, by a probe that the caller
    has tried. A gate that tells much, and costs nothing when it tells the wrong thing, is known and
    not used.

        tables = {f"seed {k}": sweep(net, x, dice, ("branch", "block"), ("mean", "item"))
                  for k, net in enumerate(nets)}
        SweepDots({"brain": tables})

    Args:
        tables: group → name of a network → what `scse.sweep` returns by block and by branch: a
            table, or rows, with ``block`` (``"all"`` in rows by branch), ``branch``, ``how``,
            ``lost`` and, if it was measured, ``lost_restored``. Rows of single channels are left
            out.
        ways: how → what it is called, or group → such a dict. Those not named are not shown; left
            out, all are, under their own names.
        control: the way that is drawn as a ring beside each other one.
        known: group → name of a network → {(block, branch): accuracy of a probe}.
        read, chance: group → what the probe reads, and how often a guess is right.
        group, branch, how, restored, network: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: tables of another form, unknown keywords.
        ValueError: no network, a column that is missing, or a way that no table has.
    """

    _esm = _base.MODULES / "sweep_dots.js"
    _css = _base.style("sweep_dots.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("sweep_dots")
    group = traitlets.Unicode().tag(sync=True, state=True)
    """Which group of networks."""
    branch = traitlets.Enum(list(BRANCHES), "channel").tag(sync=True, state=True)
    """``"channel"`` or ``"spatial"``."""
    how = traitlets.Unicode().tag(sync=True, state=True)
    """What takes the place of the gates."""
    restored = traitlets.Bool(False).tag(sync=True, state=True)
    """Whether the outputs of blocks are scaled back to the norm that they had."""
    network = traitlets.Unicode("").tag(sync=True, state=True)
    """The network whose numbers are shown; all of them if empty, or if it has no such gates."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Any]],
        *,
        ways: Mapping[str, Any] | None = None,
        control: str = "item",
        known: Mapping[str, Mapping[str, Known]] | None = None,
        read: Mapping[str, str] | None = None,
        chance: Mapping[str, float] | None = None,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        rows = _listed(tables)
        there = list(dict.fromkeys(row["how"] for row in rows))
        called = {name: _called(ways, name, there) for name in tables}
        order = list(next(iter(called.values())))
        for name, names in called.items():
            if list(names) != order:
                raise ValueError(f"group {name!r} has the ways {list(names)}, not {order}")
        if missing := [how for how in order if how not in there]:
            raise ValueError(f"no table has the way {missing[0]!r}; there are {', '.join(there)}")
        if control not in order:
            raise ValueError(f"control must be one of {', '.join(order)}, got {control!r}")
        blocks = [name for name in dict.fromkeys(row["block"] for row in rows) if name != "all"]
        blocks.append("all")
        networks = [(group, name) for group, each in tables.items() for name in each]
        self._lost = torch.full((len(networks), len(blocks), len(BRANCHES), len(order), 2), NAN)
        for row in rows:
            if row["how"] in order:
                at = networks.index((row["group"], row["network"])), blocks.index(row["block"])
                place = (*at, BRANCHES.index(row["branch"]), order.index(row["how"]))
                self._lost[place] = torch.tensor([row["lost"], row["lost_restored"]])
        self._known = torch.full((len(networks), len(blocks), len(BRANCHES)), NAN)
        for group, each in (known or {}).items():
            for name, accuracies in each.items():
                if (group, name) not in networks:
                    raise ValueError(f"known has {name!r} of {group!r}, which has no table")
                for (block, branch), value in accuracies.items():
                    n, b = networks.index((group, name)), blocks.index(block)
                    self._known[n, b, BRANCHES.index(branch)] = value
        self._networks = networks
        manifest: Manifest = {
            "groups": [
                {
                    "name": group,
                    "networks": list(each),
                    "ways": [_words.name(way) for way in called[group].values()],
                    "read": _words.name((read or {}).get(group, "")),
                    "chance": float((chance or {}).get(group, 0.0)),
                    "end": self._end(group),
                }
                for group, each in tables.items()
            ],
            "titles": {name: _words.name(name) for both in networks for name in both},
            "blocks": blocks,
            "ways": order,
            "control": control,
            "known": KNOWN,
            "costly": COSTLY,
            "terms": ["c", "s"],
        }
        first = next(how for how in [*order, control] if how != control or len(order) == 1)
        defaults = {"group": next(iter(tables)), "how": first}
        arrays = {"lost": self._lost, "known": self._known}
        super().__init__({**manifest, "defaults": defaults}, arrays, **{**defaults, **state})

    def _end(self, group: str) -> float:
        """Of the axis: the largest loss of the group, in tenths."""
        own = self._lost[[i for i, (name, _) in enumerate(self._networks) if name == group]]
        return math.ceil(10 * own.nan_to_num(0).max().item() + 1e-3) / 10

    @traitlets.validate("group")
    def _check_group(self, proposal: traitlets.Bunch) -> str:
        names = [group["name"] for group in self.manifest["groups"]]
        return _one_of("group", proposal.value, names)

    @traitlets.validate("how")
    def _check_how(self, proposal: traitlets.Bunch) -> str:
        return _one_of("how", proposal.value, self.manifest["ways"])

    @traitlets.validate("network")
    def _check_network(self, proposal: traitlets.Bunch) -> str:
        return _one_of(
            "network", proposal.value, ["", *dict.fromkeys(n for _, n in self._networks)]
        )

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, of the present state with ``state`` in place of it.

        Returns:
            ``networks``: those that have such gates; ``lost``, ``control`` and ``known``: a row
            for each block, a number for each of these networks (NaN where there is none);
            ``shown``: the networks that the following are about, the chosen one or all: ``most``
            and ``read``, for each block the largest loss and the mean accuracy; ``blocks``: how
            many blocks there are in them, ``readable``, ``costly`` and ``both``: in how many of
            them the accuracy, the loss or both are at or above the limits; ``all``: the largest
            loss if all blocks are replaced.
        """
        now = self._now(state)
        branch, way = BRANCHES.index(now["branch"]), self.manifest["ways"].index(now["how"])
        ring = self.manifest["ways"].index(self.manifest["control"])
        size = int(now["restored"])
        own = [
            i
            for i, (group, _) in enumerate(self._networks)
            if group == now["group"] and not self._lost[i, :, branch, way].isnan().all()
        ]
        names = [self._networks[i][1] for i in own]
        lost, control = (
            self._lost[own][:, :, branch, which, size].T.tolist() for which in (way, ring)
        )
        known = self._known[own][:, :, branch].T.tolist()
        chosen = names.index(now["network"]) if now["network"] in names else None
        shown = range(len(names)) if chosen is None else [chosen]
        pairs = [
            (known[b][n] >= KNOWN, lost[b][n] >= COSTLY)
            for b in range(len(self.manifest["blocks"]) - 1)
            for n in shown
            if not math.isnan(lost[b][n])
        ]
        return {
            "networks": names,
            "lost": lost,
            "control": control,
            "known": known,
            "shown": [names[n] for n in shown],
            "most": [_most([row[n] for n in shown]) for row in lost],
            "read": [_mean([row[n] for n in shown]) for row in known],
            "blocks": len(pairs),
            "readable": sum(a for a, _ in pairs),
            "costly": sum(b for _, b in pairs),
            "both": sum(a and b for a, b in pairs),
            "all": _most([lost[-1][n] for n in shown]),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now, way = self.evaluate(state), self._now(state)["how"]
        return {
            "number of the way": self.manifest["ways"].index(way) + 1,
            "networks shown": len(now["shown"]),
            "readable blocks": now["readable"],
            "costly blocks": now["costly"],
            "lost, one block": _most(now["most"][:-1]),
            "lost, all blocks": now["all"],
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now, colours = self.evaluate(state), _base.COLOURS
        (group,) = (g for g in self.manifest["groups"] if g["name"] == state["group"])
        read, lost = figure.subplots(1, 2, sharey=True, width_ratios=[2, 3])
        kind = {"channel": "channel", "spatial": "space"}[state["branch"]]
        blocks, names = self.manifest["blocks"], now["networks"]
        for row in range(len(blocks)):
            for n, name in enumerate(names):
                y = row - 0.3 + 0.6 * (n + 0.5) / max(1, len(names))
                alpha = 1 if name in now["shown"] else 0.25
                for axes, value, fill, edge in (
                    (read, now["known"][row][n], colours["plain-fill"], colours["plain-fill"]),
                    (lost, now["control"][row][n], "none", colours["soft"]),
                    (lost, now["lost"][row][n], colours[kind], colours[kind]),
                ):
                    axes.scatter(value, y, s=16, facecolor=fill, edgecolor=edge, alpha=alpha)
        read.axvline(group["chance"], color=colours["soft"], lw=1, ls=":")
        lost.axvline(0, color=colours["soft"], lw=1)
        rows = [STILL["all"] if block == "all" else block for block in blocks]
        read.set(xlim=(-0.05, 1.05), yticks=range(len(blocks)), yticklabels=rows)
        read.set(ylim=(len(blocks) - 0.5, -0.5), xlabel=STILL["read"].format(read=group["read"]))
        lost.set(xlim=(-0.05 * group["end"], 1.05 * group["end"]), xlabel=STILL["lost"])
        way = group["ways"][self.manifest["ways"].index(state["how"])]
        lost.set_title(STILL["restored" if state["restored"] else "way"].format(way=way), size=9)


def _one_of(trait: str, value: str, names: Sequence[str]) -> str:
    if value not in names:
        raise traitlets.TraitError(f"{trait} must be one of {', '.join(names)}, got {value!r}")
    return value


def _most(values: Sequence[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=NAN)


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if not math.isnan(value)]
    return sum(there) / len(there) if there else NAN


def _called(ways: Any, group: str, there: Sequence[str]) -> dict[str, str]:
    if ways is None:
        return {how: how for how in there}
    own = ways.get(group, ways) if isinstance(ways, Mapping) else None
    if not isinstance(own, Mapping) or not all(isinstance(name, str) for name in own.values()):
        raise TypeError("ways must be a dict how → name, or group → such a dict")
    return dict(own)


def _listed(tables: Any) -> list[dict[str, Any]]:
    """The rows by block and by branch of all tables, with their group and network."""
    if not isinstance(tables, Mapping) or not all(isinstance(v, Mapping) for v in tables.values()):
        raise TypeError("tables must be a dict group → name of a network → what sweep returns")
    if not any(tables.values()):
        raise ValueError("tables is empty: a figure needs one network at least")
    rows = []
    for group, each in tables.items():
        for network, table in each.items():
            found = table.to_dict("records") if hasattr(table, "to_dict") else list(table)
            for row in found:
                if lacking := [k for k in ("block", "branch", "how", "lost") if k not in row]:
                    raise ValueError(f"the table of {network!r} has no column {lacking[0]!r}")
                if isinstance(row.get("channel"), int):
                    continue
                restored = row.get("lost_restored", NAN)
                rows.append(
                    {
                        "group": group,
                        "network": network,
                        **{key: row[key] for key in ("block", "branch", "how")},
                        "lost": float(row["lost"]),
                        "lost_restored": float(NAN if restored is None else restored),
                    }
                )
    return rows
