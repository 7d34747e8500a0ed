"""cSE, sSE and scSE: recalibrate a feature map by channel, by position, or by both.

Roy, Navab & Wachinger, *Concurrent Spatial and Channel 'Squeeze & Excitation' in
Fully Convolutional Networks*, MICCAI 2018, https://arxiv.org/abs/1803.02579
"""

from typing import NamedTuple, Optional

import torch
from torch import Tensor, nn

COMBINE = ("add", "max", "mul", "concat")


class Gates(NamedTuple):
    """The two gates of a block, each in (0, 1), or None where the block has no such branch."""

    channel: Optional[Tensor]  # (N, C, 1, …)
    spatial: Optional[Tensor]  # (N, 1, *spatial)


class ChannelGate(nn.Module):
    """σ(W1 δ(W2 z)), z = the mean over space."""

    def __init__(self, channels, r=2):
        super().__init__()
        hidden = max(1, channels // r)
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        z = x.flatten(2).mean(2)  # (N, C) squeeze
        e = self.fc2(torch.relu(self.fc1(z)))  # (N, C) excite
        return torch.sigmoid(e).reshape(z.shape + (1,) * (x.dim() - 2))


class SpatialGate(nn.Module):
    """σ(W_sq ⋆ U): one number for each position."""

    def __init__(self, channels):
        super().__init__()
        self.project = nn.Linear(channels, 1)

    def forward(self, x):
        w = self.project.weight.expand(len(x), -1, -1)  # (N, 1, C)
        q = torch.bmm(w, x.flatten(2)) + self.project.bias
        return torch.sigmoid(q).reshape(len(x), 1, *x.shape[2:])


class cSE(nn.Module):
    def __init__(self, channels, r=2):
        super().__init__()
        self.channel = ChannelGate(channels, r)

    def gates(self, x):
        return Gates(self.channel(x), None)

    def forward(self, x):
        return x * self.channel(x)


class sSE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.spatial = SpatialGate(channels)

    def gates(self, x):
        return Gates(None, self.spatial(x))

    def forward(self, x):
        return x * self.spatial(x)


class scSE(nn.Module):
    def __init__(self, channels, r=2, combine="add"):
        super().__init__()
        self.channel = ChannelGate(channels, r)
        self.spatial = SpatialGate(channels)
        self.combine = combine

    def gates(self, x):
        return Gates(self.channel(x), self.spatial(x))

    def forward(self, x):
        c, s = self.gates(x)
        return x * (c + s)
