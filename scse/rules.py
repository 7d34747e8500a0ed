"""The ways in which a block applies its gates to a feature map U: a row each.

Everything that depends on the rule looks it up here: the blocks (`scse.scSE`), what is recorded
and overruled in other people's blocks, what the figures draw. js/src/gates/rules.js has the same
rows for the page; js/test/golden.json holds the two together.

Sources: Roy, Navab & Wachinger, MICCAI 2018 (cSE, sSE, addition); the authors' released code
(max-out); Hu et al., CVPR 2018 (x·c, as in SE; ECA and effective SE gate alike); Woo et al.,
ECCV 2018 (CBAM).
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

Branch = Literal["channel", "spatial"]
BRANCHES: tuple[Branch, ...] = ("channel", "spatial")


class Rule(NamedTuple):
    """How a block applies its gates.

    Attributes:
        apply: (U, c, s) → Û. U is (N, C, *spatial), c (N, C, 1, …), s (N, 1, *spatial); the gate
            of a branch that the rule does not have may be None.
        branches: those that the rule has.
        neutral: branch → what its gate is where the branch is absent: the number with which the
            other branch, or the map, goes on alone. For ``max`` exact where U ≥ 0, as behind a
            ReLU.
        identity: branch → gate with which Û = U (for ``max`` and ``concat`` see above), or None
            where no gates do that.
        gain: the most that Û can become for a U of at most ``top``, gates being in [0, 1].
        formula: Û as text, c·U and s·U being the two branches.
        alone: branch → Û as text where only that branch is there, the other being neutral.
        maps: Û has ``maps``·C channels; if that is more than C, the block has a 1×1 convolution
            of its own, back to C.
    """

    apply: Callable[[Tensor, Any, Any], Tensor]
    branches: tuple[str, ...]
    neutral: Mapping[str, float]
    identity: Mapping[str, float] | None
    gain: Callable[[float], float]
    formula: str
    alone: Mapping[str, str] = {}
    maps: int = 1


# Functions of this module, so that TorchScript compiles them.


def _cse(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return u * c  # Û_cSE


def _sse(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return u * s  # Û_sSE


def _residual_cse(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return u + u * c


def _residual_sse(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return u + u * s


def _add(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return u * (c + s)  # Û_cSE + Û_sSE


def _max(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return torch.maximum(u * c, u * s)  # max(Û_cSE, Û_sSE)


def _mul(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return (u * c) * (u * s)  # Û_cSE · Û_sSE


def _concat(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return torch.cat([u * c, u * s], dim=1)  # [Û_cSE, Û_sSE]


def _cbam(u: Tensor, c: Tensor, s: Tensor) -> Tensor:
    return (u * c) * s  # first the channels, then a mask of what is left


def _once(top: float) -> float:
    return top


def _twice(top: float) -> float:
    return 2 * top


def _square(top: float) -> float:
    return top * top


def _both(value: float) -> dict[str, float]:
    return dict.fromkeys(BRANCHES, value)


def _alone(channel: str, spatial: str) -> dict[str, str]:
    return {"channel": channel, "spatial": spatial}


_TERMS = _alone("c·U", "s·U")


# fmt: off
RULES: Mapping[str, Rule] = {
    "cse": Rule(_cse, ("channel",), {"channel": 1.0}, {"channel": 1.0}, _once, "c·U"),
    "sse": Rule(_sse, ("spatial",), {"spatial": 1.0}, {"spatial": 1.0}, _once, "s·U"),
    "1+cse": Rule(_residual_cse, ("channel",), {"channel": 0.0}, {"channel": 0.0}, _twice, "U + c·U"),  # noqa: E501
    "1+sse": Rule(_residual_sse, ("spatial",), {"spatial": 0.0}, {"spatial": 0.0}, _twice, "U + s·U"),  # noqa: E501
    "add": Rule(_add, BRANCHES, _both(0.0), {"channel": 1.0, "spatial": 0.0}, _twice, "c·U + s·U", _TERMS),  # noqa: E501
    "max": Rule(_max, BRANCHES, _both(0.0), {"channel": 1.0, "spatial": 0.0}, _once, "max(c·U, s·U)", _TERMS),  # noqa: E501
    "mul": Rule(_mul, BRANCHES, _both(1.0), None, _square, "c·U × s·U", _alone("c·U × U", "s·U × U")),  # noqa: E501
    "concat": Rule(_concat, BRANCHES, _both(0.0), None, _once, "W [c·U, s·U]", _alone("W [c·U, 0]", "W [0, s·U]"), 2),  # noqa: E501
    "cbam": Rule(_cbam, BRANCHES, _both(1.0), _both(1.0), _once, "s·(c·U)", _TERMS),
}
# fmt: on

COMBINE = ("add", "max", "mul", "concat")  # those of `scse.scSE`


def rule(name: str) -> Rule:
    """The row called ``name``.

    Raises:
        ValueError: there is none; the message lists those that there are.
    """
    if name not in RULES:
        raise ValueError(f"no rule {name!r}; there are {', '.join(map(repr, RULES))}")
    return RULES[name]


def check_combine(name: str) -> None:
    """Refuse what `scse.scSE` cannot join its branches by.

    Raises:
        ValueError: ``name`` is not in `COMBINE`.
    """
    if name not in COMBINE:
        raise ValueError(f"combine must be one of {COMBINE}, got {name!r}")


def explains(name: str, u: Tensor, c: Tensor | None, s: Tensor | None, output: Tensor) -> bool:
    """Whether a rule, applied to a map and its gates, gives an output, up to rounding.

    Args and shapes as in `rule_of`. Not so where the rule has a branch more or less than there
    are gates, nor with ``concat``, whose 1×1 convolution only the block knows.
    """
    row = rule(name)
    if row.branches != tuple(b for b, g in zip(BRANCHES, (c, s), strict=True) if g is not None):
        return False
    try:
        tried = row.apply(u, c, s)
    except RuntimeError:  # shapes that do not go together
        return False
    if tried.shape != output.shape:
        return False
    coarsest = max(torch.finfo(t.dtype).eps for t in (u, c, s, output) if t is not None)
    tried, output = tried.detach().float(), output.detach().float()
    finite = output[output.isfinite()].abs()
    close = max(1e-3, 4 * coarsest) * (float(finite.max()) if finite.numel() else 0.0) + 1e-6
    return torch.allclose(tried, output, rtol=0.0, atol=close, equal_nan=True)


def rule_of(
    u: Tensor | None, c: Tensor | None, s: Tensor | None, output: Tensor | None
) -> str | None:
    """The rule by which a block applied its gates, found by trying, for anyone's block.

    Args:
        u: the map that came in (N, C, *spatial), c, s: its gates, None for an absent branch.
        output: the map that came out.

    Returns:
        Its name, or None where no rule `explains` this output.
    """
    if u is None or output is None:
        return None
    return next((name for name in RULES if explains(name, u, c, s, output)), None)
