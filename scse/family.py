"""Relatives of scSE in one notation: Y = F ⊙ X, where F is the factor that every value gets.

Reference implementations, a few lines each, for comparing what the blocks squeeze and what they
gate. They are here, and not in the book, so that one source serves its chapter *Family*, its figure
`FamilyCards` and the tests, which hold each of them to the code that its authors or a library
published, with copied weights. They are not tuned, and `record` and `override` do not look for
them: for networks use `cSE`, `sSE` and `scSE`, or a library.

The equations are those of the released code that each docstring names. Layers have their default
initialisation where that code does not say otherwise. ``mean`` is over space.

Shape:
    x (N, C, H, W), for `ProjectExcite` (N, C, D, H, W) as well; ``gate(x)`` broadcasts against x.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse._checks import integer, positive
from scse._macs import macs as macs
from scse.blocks import cSE, hidden_units, scSE, sSE


class Relative(nn.Module):
    """What they share: Y = gate(X) ⊙ X, and one check."""

    ranks: tuple[int, ...] = (4,)

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = positive("channels", channels)

    def gate(self, x: Tensor) -> Tensor:
        """F, the factor of each value."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        return self._checked(x) * self.gate(x)

    def _checked(self, x: Tensor) -> Tensor:
        if x.dim() not in self.ranks or x.shape[1] != self.channels:
            axes = " or ".join(str(rank) for rank in self.ranks)
            raise ValueError(
                f"{type(self).__name__}({self.channels}) takes {axes} axes "
                f"(N, {self.channels}, …), got {tuple(x.shape)}"
            )
        return x


def _mean(x: Tensor) -> Tensor:
    return x.mean((2, 3), keepdim=True)  # (N, C, 1, 1)


def _odd(taps: int) -> int:  # an even number would make a gate more than there are channels
    if positive("taps", taps) % 2 == 0:
        raise ValueError(f"taps must be odd, got {taps}")
    return taps


def _layer(
    inputs: int, outputs: int, size: int = 1, dilation: int = 1, bias: bool = True
) -> nn.Conv2d:
    """A convolution that keeps the size of its maps."""
    padding = dilation * (size // 2)
    return nn.Conv2d(inputs, outputs, size, padding=padding, dilation=dilation, bias=bias)


class CBAM(Relative):
    """F = c · s: c = σ(M(mean) + M(max)), then s = σ(BN(7×7 ⋆ [max_k, mean_k])) of c ⊙ X.

    M is one MLP for both. Woo et al. 2018, https://github.com/Jongchan/attention-module, cbam.py.
    """

    def __init__(self, channels: int, r: int = 16) -> None:
        super().__init__(channels)
        hidden = hidden_units(channels, r)
        self.fc1, self.fc2 = _layer(channels, hidden), _layer(hidden, channels)
        self.conv, self.bn = _layer(2, 1, 7, bias=False), nn.BatchNorm2d(1, momentum=0.01)

    def _steps(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pooled = torch.stack([x.mean((2, 3)), x.amax((2, 3))], 2)[..., None]  # (N, C, 2, 1)
        c = self.fc2(self.fc1(pooled).relu()).sum(2, keepdim=True).sigmoid()  # (N, C, 1, 1)
        y = c * x
        both = torch.cat([y.amax(1, keepdim=True), y.mean(1, keepdim=True)], 1)
        return c, y, self.bn(self.conv(both)).sigmoid()

    def gate(self, x: Tensor) -> Tensor:
        c, _, s = self._steps(x)
        return c * s

    def forward(self, x: Tensor) -> Tensor:
        _, y, s = self._steps(self._checked(x))
        return y * s


class BAM(Relative):
    """F = 1 + σ(m · n): m a number for each channel, n one for each position.

    m = W_1 δ(BN(W_2 mean)); n: 1×1 down to C/r, twice 3×3 with dilation 4, 1×1 to one map, BN and
    ReLU behind all but the last. Park et al. 2018, https://github.com/Jongchan/attention-module,
    bam.py. That code pools with the height of the maps both ways, so it needs square ones.
    """

    def __init__(self, channels: int, r: int = 16) -> None:
        super().__init__(channels)
        b = hidden_units(channels, r)
        self.channel = nn.Sequential(
            _layer(channels, b), nn.BatchNorm2d(b), nn.ReLU(), _layer(b, channels)
        )
        self.space = nn.Sequential(
            *(_layer(channels, b), nn.BatchNorm2d(b), nn.ReLU()),
            *(_layer(b, b, 3, dilation=4), nn.BatchNorm2d(b), nn.ReLU()),
            *(_layer(b, b, 3, dilation=4), nn.BatchNorm2d(b), nn.ReLU()),
            _layer(b, 1),
        )

    def gate(self, x: Tensor) -> Tensor:
        return 1 + (self.channel(_mean(x)) * self.space(x)).sigmoid()


class GatherExcite(Relative):
    """F = σ(the mean over a neighbourhood), without parameters: GE-θ⁻.

    Neighbourhoods of 2e - 1 pixels at every e-th, enlarged again; e = 0 is the whole map. Hu et al.
    2018, as in timm's ``GatherExcite`` (the released code is Caffe).
    """

    def __init__(self, channels: int, extent: int = 8) -> None:
        super().__init__(channels)
        self.extent = integer("extent", extent)
        if extent < 0:
            raise ValueError(f"extent must be at least 0, got {extent}")

    def gate(self, x: Tensor) -> Tensor:
        e = self.extent
        if not e:
            return _mean(x).sigmoid()
        near = F.avg_pool2d(x, 2 * e - 1, e, padding=e - 1, count_include_pad=False)
        return F.interpolate(near.sigmoid(), size=x.shape[2:])


class ECA(Relative):
    """F = σ(k taps ⋆ mean), a convolution over the *order* of the channels.

    Wang et al. 2020, https://github.com/BangguWu/ECANet.
    """

    def __init__(self, channels: int, taps: int = 3) -> None:
        super().__init__(channels)
        self.conv = nn.Conv1d(1, 1, _odd(taps), padding=taps // 2, bias=False)

    def gate(self, x: Tensor) -> Tensor:
        z = x.mean((2, 3))[:, None]  # (N, 1, C)
        return self.conv(z).sigmoid().transpose(1, 2)[..., None]


class SRM(Relative):
    """F = σ(BN(a mean + b sd)), with an a and a b for each channel that start at 0.

    Lee et al. 2019, https://github.com/hyunjaelee410/style-based-recalibration-module. The standard
    deviation divides by S - 1.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.style = nn.Parameter(torch.zeros(channels, 2))  # a, b
        self.bn = nn.BatchNorm2d(channels)

    def gate(self, x: Tensor) -> Tensor:
        style = torch.stack([x.flatten(2).mean(2), x.flatten(2).std(2)], 2)  # (N, C, 2)
        return self.bn((style * self.style).sum(2)[..., None, None]).sigmoid()


class GCNet(Relative):
    """Y = X + W_1 δ(LN(W_2 z)): z_k is a mean of u_k with the weights softmax(w · u^{i,j}).

    Adds, and multiplies nothing: it has `addend` in place of ``gate``. W_1 starts at 0. Cao et al.
    2019, https://github.com/xvjiarui/GCNet.
    """

    def __init__(self, channels: int, r: int = 16) -> None:
        super().__init__(channels)
        b = hidden_units(channels, r)
        self.attend = _layer(channels, 1)
        self.fc1, self.norm, self.fc2 = _layer(channels, b), nn.LayerNorm(b), _layer(b, channels)
        nn.init.kaiming_normal_(self.attend.weight)
        for start in self.fc2.parameters():
            nn.init.zeros_(start)

    def addend(self, x: Tensor) -> Tensor:
        """What every value of a channel gets, (N, C, 1, 1)."""
        share = self.attend(x).flatten(2).softmax(2)  # (N, 1, S)
        z = (x.flatten(2) @ share.transpose(1, 2))[..., None]  # (N, C, 1, 1)
        h = self.norm(self.fc1(z).flatten(1)).relu()
        return self.fc2(h[..., None, None])

    def forward(self, x: Tensor) -> Tensor:
        return self._checked(x) + self.addend(x)


class SimAM(Relative):
    """F = σ(½ + d² / 4(v + λ)): d the distance from the mean of the map, v its variance.

    No parameters. v divides by S - 1. Yang et al. 2021, https://github.com/ZjjConan/SimAM.
    """

    def __init__(self, channels: int, penalty: float = 1e-4) -> None:
        super().__init__(channels)
        self.penalty = penalty  # λ

    def gate(self, x: Tensor) -> Tensor:
        d2 = (x - _mean(x)).square()
        v = d2.sum((2, 3), keepdim=True) / (x.shape[2] * x.shape[3] - 1)
        return (0.5 + d2 / (4 * (v + self.penalty))).sigmoid()


class CoordinateAttention(Relative):
    """F = a · b: a for each channel and row, b for each channel and column.

    [a_i, b_j] = σ(W_h y_i), σ(W_w y_j), y = hardswish(BN(W_1 ⋆ [row means, column means])). Hou et
    al. 2021, https://github.com/houqb/CoordAttention. W_1 has at least 8 units.
    """

    def __init__(self, channels: int, r: int = 32) -> None:
        super().__init__(channels)
        b = max(8, channels // positive("r", r))
        self.fc1, self.bn = _layer(channels, b), nn.BatchNorm2d(b)
        self.rows, self.columns = _layer(b, channels), _layer(b, channels)

    def gate(self, x: Tensor) -> Tensor:
        height = x.shape[2]
        z = torch.cat([x.mean(3, keepdim=True), x.mean(2)[..., None]], 2)  # (N, C, H + W, 1)
        y = F.hardswish(self.bn(self.fc1(z)))
        a = self.rows(y[:, :, :height]).sigmoid()  # (N, C, H, 1)
        b = self.columns(y[:, :, height:]).sigmoid().transpose(2, 3)  # (N, C, 1, W)
        return a * b


class ProjectExcite(Relative):
    """F = σ(V_2 δ(V_1 Z)), Z = z_d + z_h + z_w: the means of a map along the other axes, added.

    On (N, C, H, W) the two projections z_h + z_w. V_1 is linear, so it can run on each projection
    before they are added: `on_projections`. Rickmann et al. 2019,
    https://github.com/ai-med/squeeze_and_excitation, squeeze_and_excitation_3D.py.
    """

    ranks = (4, 5)

    def __init__(self, channels: int, r: int = 2) -> None:
        super().__init__(channels)
        hidden = hidden_units(channels, r)
        self.fc1 = nn.Conv1d(channels, hidden, 1)  # V_1
        self.fc2 = nn.Conv1d(hidden, channels, 1)  # V_2

    @staticmethod
    def projections(x: Tensor) -> list[Tensor]:
        """z_d, z_h, z_w: each is as long as x along one axis, and 1 along the other two."""
        axes = range(2, x.dim())
        return [x.mean([a for a in axes if a != axis], keepdim=True) for axis in axes]

    def gate(self, x: Tensor) -> Tensor:
        z, *others = self.projections(x)
        for other in others:
            z = z + other  # (N, C, D, H, W)  Z = z_d + z_h + z_w
        logits = self.fc2(self.fc1(z.flatten(2)).relu())  # V_2 δ(V_1 Z)
        return logits.sigmoid().unflatten(2, x.shape[2:])

    def on_projections(self, x: Tensor) -> Tensor:
        """The same gate, with V_1 on D + H + W vectors in place of D·H·W."""
        first, *others = self.projections(x)
        hidden = self.fc1(first.flatten(2)).unflatten(2, first.shape[2:])  # with the bias, once
        for z in others:
            thin = F.conv1d(z.flatten(2), self.fc1.weight)  # V_1 z: (N, C/r, H), …
            hidden = hidden + thin.unflatten(2, z.shape[2:])
        logits = self.fc2(hidden.relu().flatten(2))
        return logits.sigmoid().unflatten(2, x.shape[2:])


class Member(NamedTuple):
    """A card: what a block squeezes and gates, how it joins, and how it starts, in few words."""

    title: str
    make: Callable[..., nn.Module]  # of the channels, and of r where it has one
    r: int  # as its authors set it; 0 where there is none
    squeezes: str
    gates: str
    joins: str
    starts: str
    source: str  # in the book's bibliography

    def build(self, channels: int, r: int | None = None) -> nn.Module:
        """An untrained block."""
        return self.make(channels, r or self.r) if self.r else self.make(channels)


FAMILY: dict[str, Member] = {
    "se": Member(
        title="SE",
        make=cSE,
        r=16,
        squeezes="space, to its mean",
        gates="channels",
        joins="x · c",
        starts="½",
        source="hu2018",
    ),
    "cse": Member(
        title="cSE",
        make=cSE,
        r=2,
        squeezes="space, to its mean",
        gates="channels",
        joins="x · c",
        starts="½",
        source="roy2018",
    ),
    "sse": Member(
        title="sSE",
        make=sSE,
        r=0,
        squeezes="channels, to a weighted sum",
        gates="positions",
        joins="x · s",
        starts="½",
        source="roy2018",
    ),
    "scse": Member(
        title="scSE",
        make=scSE,
        r=2,
        squeezes="space and channels, side by side",
        gates="channels and positions",
        joins="x · (c + s)",
        starts="1",
        source="roy2018",
    ),
    "pe": Member(
        title="Project & Excite",
        make=ProjectExcite,
        r=2,
        squeezes="all axes but one, to means",
        gates="every value",
        joins="x · F",
        starts="½",
        source="rickmann2019",
    ),
    "bam": Member(
        title="BAM",
        make=BAM,
        r=16,
        squeezes="space, to its mean; channels, by convolutions",
        gates="channels and positions",
        joins="x · (1 + σ(m · n))",
        starts="1½",
        source="park2018",
    ),
    "cbam": Member(
        title="CBAM",
        make=CBAM,
        r=16,
        squeezes="space, to mean and maximum; channels likewise",
        gates="channels, then positions",
        joins="x · c · s",
        starts="¼",
        source="woo2018",
    ),
    "ge": Member(
        title="Gather–Excite",
        make=GatherExcite,
        r=0,
        squeezes="neighbourhoods, to their means",
        gates="channels, place by place",
        joins="x · F",
        starts="½ or more",
        source="hu2018gather",
    ),
    "gc": Member(
        title="GCNet",
        make=GCNet,
        r=16,
        squeezes="space, to a weighted mean",
        gates="nothing, it adds",
        joins="x + t",
        starts="x itself",
        source="cao2019",
    ),
    "srm": Member(
        title="SRM",
        make=SRM,
        r=0,
        squeezes="space, to mean and spread",
        gates="channels",
        joins="x · c",
        starts="½ exactly",
        source="lee2019",
    ),
    "eca": Member(
        title="ECA",
        make=ECA,
        r=0,
        squeezes="space, to its mean",
        gates="channels, in their order",
        joins="x · c",
        starts="½",
        source="wang2020",
    ),
    "simam": Member(
        title="SimAM",
        make=SimAM,
        r=0,
        squeezes="space, to mean and variance",
        gates="every value",
        joins="x · F",
        starts="0.62 or more",
        source="yang2021",
    ),
    "ca": Member(
        title="Coordinate attention",
        make=CoordinateAttention,
        r=32,
        squeezes="rows and columns, to means",
        gates="rows and columns of each channel",
        joins="x · a · b",
        starts="¼",
        source="hou2021",
    ),
}
"""The members by short names: SE and Roy's blocks, what is near to them, and then the others."""


@torch.no_grad()
def field(block: nn.Module, x: Tensor) -> Tensor:
    """F, as large as x: by what every value is multiplied, or for `GCNet` what is added to it.

    Args:
        block: one that a `Member` built, a `scSE` only if it adds.
    """
    if isinstance(block, GCNet):
        return block.addend(x).expand_as(x)
    if isinstance(block, Relative):
        return block.gate(x).expand_as(x)
    if not isinstance(block, (cSE, sSE, scSE)) or getattr(block, "combine", "add") != "add":
        raise TypeError(f"field takes a block of scse.family, or one that adds, got {block!r}")
    gates = [gate for gate in block.gates(x) if gate is not None]
    return torch.stack([gate.expand_as(x) for gate in gates]).sum(0)
