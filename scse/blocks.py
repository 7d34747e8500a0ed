"""cSE, sSE and scSE: recalibrate a feature map by channel, by position, or by both.

The equations and their names (U, z, W_1, W_2, W_sq) are those of Roy, Navab & Wachinger,
*Concurrent Spatial and Channel 'Squeeze & Excitation' in Fully Convolutional Networks*,
MICCAI 2018, https://arxiv.org/abs/1803.02579. The ways to combine the two branches
(`scse.rules`) are after the journal version, IEEE TMI 2019, https://arxiv.org/abs/1808.08127; the
form of its concatenation here, with the 1×1 convolution W_m, is ours.

What is below is the plain path, one equation a line. In eager mode `scse._fused` computes the
same numbers in fewer passes over memory; the plain path is its oracle in the tests, and does the
work wherever something looks into a block: hooks on its gates, compilers, exporters, `torch.func`.
Neither calls `gates()`, which only tells: to change a gate replace the module `block.channel` or
`block.spatial`, or use `scse.override`. Where x is not finite the two paths put out the same, but
not always the same gradients are NaN.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from scse._checks import FLOATING, positive
from scse._fused import fusable, fused
from scse.checkpoints import accept_known_layouts
from scse.rules import COMBINE, check_combine, rule

__all__ = ["COMBINE", "Gates", "cSE", "sSE", "scSE"]


class Gates(NamedTuple):
    """The two gates of a block, each in [0, 1]; None where the block has no such branch."""

    channel: Tensor | None  # (N, C, 1, …)
    spatial: Tensor | None  # (N, 1, *spatial)


class Pointwise(nn.Module):
    """A 1×1 convolution of any rank: (N, in, *spatial) → (N, out, *spatial).

    Its numbers are those of an `nn.Linear`, in shape and at the start. It is none: what is made
    for linear layers (adapters, quantisers) takes the last axis for the channels.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        linear = nn.Linear(in_features, out_features)
        self.weight, self.bias = linear.weight, linear.bias  # (out, in), (out,)

    def reset_parameters(self) -> None:
        """Draw the numbers anew, as torch's own layers do by this name."""
        nn.Linear.reset_parameters(cast(nn.Linear, self))  # it asks for the weight and the bias

    def forward(self, x: Tensor) -> Tensor:
        w = self.weight.expand(x.shape[0], -1, -1)  # (N, out, in)
        if self.bias is None:  # as somebody may have set it
            y = torch.bmm(w, x.flatten(2))  # (N, out, S)
        else:
            y = torch.bmm(w, x.flatten(2)) + self.bias.unsqueeze(1)  # (N, out, S)
        return y.to(x.dtype).unflatten(2, x.shape[2:])

    def extra_repr(self) -> str:
        return f"{self.in_features}, {self.out_features}"


def hidden_units(channels: int, r: int) -> int:
    """Units between the two layers of the channel branch: C / r, and at least one.

    Raises:
        TypeError: ``r`` is no integer.
        ValueError: it is below one.
    """
    return max(1, channels // positive("r", r))


class ChannelGate(nn.Module):
    """Squeeze space, excite channels: σ(W_1 δ(W_2 z)), (N, C, *spatial) → (N, C, 1, …)."""

    def __init__(self, channels: int, r: int = 2) -> None:
        super().__init__()
        hidden = hidden_units(channels, r)
        self.fc1 = nn.Linear(channels, hidden)  # the paper's W_2
        self.fc2 = nn.Linear(hidden, channels)  # the paper's W_1

    def forward(self, x: Tensor) -> Tensor:
        z = x.flatten(2).mean(2)  # (N, C)  z_k = 1/(H·W) Σ u_k(i, j)
        z = self.fc2(torch.relu(self.fc1(z)))  # (N, C)  ẑ = W_1 δ(W_2 z)
        c = torch.sigmoid(z).to(x.dtype)  # (N, C)  σ(ẑ)
        return c.reshape([c.shape[0], c.shape[1]] + [1] * (x.dim() - 2))


class SpatialGate(nn.Module):
    """Squeeze channels, excite space: σ(W_sq ⋆ U), (N, C, *spatial) → (N, 1, *spatial)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project = Pointwise(channels, 1)  # W_sq

    def forward(self, x: Tensor) -> Tensor:
        q = self.project(x)  # (N, 1, *spatial)  q = W_sq ⋆ U
        return torch.sigmoid(q)


class _Block(nn.Module):
    """What the three blocks share: arguments, checks, and the choice of path."""

    _rule: str  # by which it applies its gates, of scse.rules

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = positive("channels", channels)
        accept_known_layouts(self)

    def _fast(self, x: Tensor) -> bool:
        """Check x; say whether the fused path applies to it."""
        _check(x, self)
        parts: Mapping[str, Any] = self._modules  # whatever was put in their place
        names = ("channel", "spatial", "merge")
        own = [parts[name] for name in names if parts.get(name) is not None]
        modules = own + [m for part in own for m in part._modules.values()]
        return all(_STOCK.get(type(m)) is type(m).forward for m in modules) and fusable(
            self._rule, x, *modules
        )


class cSE(_Block):
    """Channel squeeze & excitation: every channel is multiplied by its own gate.

    Û_cSE = [σ(ẑ_1) u_1, …, σ(ẑ_C) u_C],  ẑ = W_1 δ(W_2 z),  z_k = the mean of u_k over space.

    Args:
        channels: C, the channels of the feature map.
        r: reduction ratio; the hidden layer has max(1, C // r) units. 2 in Roy et al., 16 in Hu
            et al., https://arxiv.org/abs/1709.01507.

    Shape:
        x (N, C, *spatial) with one, two or three spatial axes, to y of the same shape. N may be 0.

    Raises:
        ValueError: ``channels`` or ``r`` below one; x of another rank or channel count, or with
            an empty spatial axis.
        TypeError: ``channels`` or ``r`` not an integer; x no tensor, or of a dtype that is not
            floating point or not that of the block.

    >>> cSE(16)(torch.ones(2, 16, 8, 8)).shape
    torch.Size([2, 16, 8, 8])
    """

    _rule = "cse"

    def __init__(self, channels: int, r: int = 2) -> None:
        super().__init__(channels)
        self.r = positive("r", r)
        self.channel = ChannelGate(channels, r)

    def gates(self, x: Tensor) -> Gates:
        """The gates that ``x`` gets: ``.channel`` (N, C, 1, …); ``.spatial`` is None."""
        _check(x, self)
        return Gates(self.channel(x), None)

    def forward(self, x: Tensor) -> Tensor:  # U
        if not torch.jit.is_scripting():  # noqa: SIM102 (TorchScript leaves the body out)
            if self._fast(x):
                return fused(self._rule, x, self.channel.fc1, self.channel.fc2)
        return x * self.channel(x)  # Û_cSE

    def extra_repr(self) -> str:
        return f"{self.channels}, r={self.r}"


class sSE(_Block):
    """Spatial squeeze & excitation: every position is multiplied by its own gate.

    Û_sSE = [σ(q_{1,1}) u^{1,1}, …, σ(q_{H,W}) u^{H,W}],  q = W_sq ⋆ U, a 1×1 convolution.

    Args:
        channels: C, the channels of the feature map.

    Shape:
        x (N, C, *spatial) with one, two or three spatial axes, to y of the same shape. N may be 0.

    Raises:
        ValueError: ``channels`` below one; x of another rank or channel count, or with an empty
            spatial axis.
        TypeError: ``channels`` not an integer; x no tensor, or of a dtype that is not floating
            point or not that of the block.

    >>> sSE(16)(torch.ones(2, 16, 8, 8)).shape
    torch.Size([2, 16, 8, 8])
    """

    _rule = "sse"

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.spatial = SpatialGate(channels)

    def gates(self, x: Tensor) -> Gates:
        """The gates that ``x`` gets: ``.spatial`` (N, 1, *spatial); ``.channel`` is None."""
        _check(x, self)
        return Gates(None, self.spatial(x))

    def forward(self, x: Tensor) -> Tensor:  # U
        if not torch.jit.is_scripting():  # noqa: SIM102 (TorchScript leaves the body out)
            if self._fast(x):
                return fused(self._rule, x, project=self.spatial.project)
        return x * self.spatial(x)  # Û_sSE

    def extra_repr(self) -> str:
        return f"{self.channels}"


class scSE(_Block):
    """Concurrent spatial and channel squeeze & excitation.

    Û_cSE = c·U, Û_sSE = s·U; `scse.rules` has the rows of this table:

    =======  =============  ==============================================================
    combine  Û_scSE
    =======  =============  ==============================================================
    add      c·U + s·U      MICCAI 2018, and most implementations
    max      max(c·U, s·U)  element by element ("max-out"); the authors' released code
    mul      c·U × s·U      element by element
    concat   W [c·U, s·U]   both maps, and a 1×1 convolution W_m of ours back to C channels
    =======  =============  ==============================================================

    Args:
        channels: C, the channels of the feature map.
        r: reduction ratio of the channel branch; its hidden layer has max(1, C // r) units.
        combine: how to join the branches, a row of the table.

    Shape:
        x (N, C, *spatial) with one, two or three spatial axes, to y of the same shape. N may be 0.

    Raises:
        ValueError: ``channels`` or ``r`` below one, an unknown ``combine``; x of another rank or
            channel count, or with an empty spatial axis.
        TypeError: ``channels`` or ``r`` not an integer; x no tensor, or of a dtype that is not
            floating point or not that of the block.

    >>> scSE(256)(torch.ones(32, 256, 24, 24)).shape
    torch.Size([32, 256, 24, 24])
    """

    def __init__(self, channels: int, r: int = 2, combine: str = "add") -> None:
        super().__init__(channels)
        self.r = positive("r", r)
        check_combine(combine)
        self._rule, self._join = combine, rule(combine).apply
        self.channel = ChannelGate(channels, r)
        self.spatial = SpatialGate(channels)
        maps = rule(combine).maps
        self.merge = Pointwise(maps * channels, channels) if maps > 1 else None  # W_m

    __jit_unused_properties__ = ("combine",)

    @property
    def combine(self) -> str:
        """The rule by which the branches are joined. It shapes the layers, hence read-only."""
        return self._rule

    def gates(self, x: Tensor) -> Gates:
        """The gates that ``x`` gets: ``.channel`` (N, C, 1, …), ``.spatial`` (N, 1, *spatial)."""
        _check(x, self)
        return Gates(self.channel(x), self.spatial(x))

    def _fast(self, x: Tensor) -> bool:
        """As for every block, and only if W_m is of the size that the rule has."""
        c, maps = self.channels, rule(self._rule).maps
        size = (c, maps * c) if maps > 1 else None
        return super()._fast(x) and size == (
            None if self.merge is None else tuple(self.merge.weight.shape)
        )

    def forward(self, x: Tensor) -> Tensor:  # U
        if not torch.jit.is_scripting():  # noqa: SIM102 (TorchScript leaves the body out)
            if self._fast(x):
                channel, spatial = self.channel, self.spatial
                return fused(self._rule, x, channel.fc1, channel.fc2, spatial.project, self.merge)
        y = self._join(x, self.channel(x), self.spatial(x))  # see scse.rules
        return y if self.merge is None else self.merge(y)  # W_m ⋆ [Û_cSE, Û_sSE]

    def extra_repr(self) -> str:
        return f"{self.channels}, r={self.r}, combine={self.combine!r}"


# What the fused path knows, and what it stands in for: a class may be patched.
_STOCK: dict[type, Any] = {
    kind: kind.forward for kind in (ChannelGate, SpatialGate, Pointwise, nn.Linear)
}


def _check(x: Any, block: _Block) -> None:
    if torch.jit.is_tracing() or isinstance(x, torch.fx.Proxy):  # where sizes are no numbers
        return
    name, channels = type(block).__name__, block.channels
    if not isinstance(x, Tensor):
        raise TypeError(f"{name} takes a torch.Tensor (N, C, *spatial), got {type(x).__name__}")
    if x.is_nested or x.layout is not torch.strided:
        kind = "nested tensor" if x.is_nested else f"tensor of the layout {x.layout}"
        raise TypeError(f"{name} takes a dense torch.Tensor (N, C, *spatial), got a {kind}")
    shape = tuple(x.shape)
    if not 3 <= x.dim() <= 5:
        raise ValueError(
            f"{name} takes (N, {channels}, *spatial) with one, two or three spatial axes, "
            f"got {x.dim()} axes in all: {shape}"
        )
    if x.shape[1] != channels:
        last = " (are the channels last? x.movedim(-1, 1))" if shape[-1] == channels else ""
        raise ValueError(
            f"{name}({channels}) takes (N, {channels}, *spatial), "
            f"got {shape[1]} channels: {shape}{last}"
        )
    if 0 in shape[2:]:
        raise ValueError(f"{name} averages over space, which is empty in a tensor of shape {shape}")
    if x.dtype not in FLOATING:
        raise TypeError(f"{name} takes floating point, got {x.dtype}: convert by x.float()")
    dtype = _dtype(block)
    if dtype not in (None, x.dtype) and not _casts(x.device.type, x.dtype, dtype):
        raise TypeError(
            f"{name} has parameters of {dtype} and was given {x.dtype}: convert one, by "
            "block.to(x.dtype) or x.to(dtype), or compute under torch.autocast"
        )


def _dtype(block: _Block) -> torch.dtype | None:
    """That of the weights, if there are any: a gate that was put in need not have them."""
    weight: Tensor | None = next(block.parameters(), None)
    if weight is None:  # in the replicas of nn.DataParallel weights are no parameters
        weights = (getattr(module, "weight", None) for module in block.modules())
        weight = next((w for w in weights if isinstance(w, Tensor)), None)
    return None if weight is None else weight.dtype


def _casts(device: str, *dtypes: torch.dtype | None) -> bool:
    """Whether autocast is on and brings these together: it leaves float64 as it is."""
    available = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
    return available and torch.float64 not in dtypes
