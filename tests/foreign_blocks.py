"""Doubles of published blocks that no library on PyPI brings: the same layers and names, less else.

From ai-med/squeeze_and_excitation (2-D and 3-D, copied by pytorch-3dunet) and from the notebooks
and blog posts in which most people met the block.
"""

import torch
from torch import nn


class ChannelSELayer(nn.Module):
    def __init__(self, channels, reduction_ratio=2):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction_ratio)
        self.fc2 = nn.Linear(channels // reduction_ratio, channels)
        self.relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, input_tensor):
        n, channels = input_tensor.shape[:2]
        squeezed = input_tensor.view(n, channels, -1).mean(dim=2)
        gate = self.sigmoid(self.fc2(self.relu(self.fc1(squeezed))))
        return torch.mul(input_tensor, gate.view(n, channels, 1, 1))


class SpatialSELayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, input_tensor, weights=None):
        return torch.mul(input_tensor, self.sigmoid(self.conv(input_tensor)))


class ChannelSpatialSELayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.cSE = ChannelSELayer(channels)
        self.sSE = SpatialSELayer(channels)

    def forward(self, input_tensor):
        return torch.max(self.cSE(input_tensor), self.sSE(input_tensor))


class ChannelSELayer3D(ChannelSELayer):
    def __init__(self, channels):
        super().__init__(channels)
        self.avg_pool = nn.AdaptiveAvgPool3d(1)

    def forward(self, x):
        n, channels = x.shape[:2]
        squeezed = self.avg_pool(x).view(n, channels)
        gate = self.sigmoid(self.fc2(self.relu(self.fc1(squeezed))))
        return x * gate.view(n, channels, 1, 1, 1)


class SpatialSELayer3D(SpatialSELayer):
    def __init__(self, channels):
        super().__init__(channels)
        self.conv = nn.Conv3d(channels, 1, 1)


class ChannelSpatialSELayer3D(ChannelSpatialSELayer):
    def __init__(self, channels):
        super().__init__(channels)
        self.cSE = ChannelSELayer3D(channels)
        self.sSE = SpatialSELayer3D(channels)


class cSE(nn.Module):
    """The blog form."""

    def __init__(self, channels):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.Conv_Squeeze = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.Conv_Excitation = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.norm = nn.Sigmoid()

    def forward(self, U):
        z = self.Conv_Excitation(self.Conv_Squeeze(self.avgpool(U)))
        return U * self.norm(z).expand_as(U)


class sSE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.Conv1x1 = nn.Conv2d(channels, 1, 1, bias=False)
        self.norm = nn.Sigmoid()

    def forward(self, U):
        return U * self.norm(self.Conv1x1(U))


class scSE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.cSE, self.sSE = cSE(channels), sSE(channels)

    def forward(self, U):
        return self.cSE(U) + self.sSE(U)


class SELayer(nn.Module):
    """moskomule/senet.pytorch."""

    def __init__(self, channels, reduction=2):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        n, channels = x.shape[:2]
        gate = self.fc(self.avg_pool(x).view(n, channels)).view(n, channels, 1, 1)
        return x * gate.expand_as(x)


class ProjectExciteLayer(nn.Module):
    """ai-med/squeeze_and_excitation, squeeze_and_excitation_3D.py."""

    def __init__(self, num_channels, reduction_ratio=2):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv_c = nn.Conv3d(num_channels, num_channels // reduction_ratio, 1)
        self.conv_cT = nn.Conv3d(num_channels // reduction_ratio, num_channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, input_tensor):
        sizes = input_tensor.shape[2:]
        keep = [[n if i == axis else 1 for i, n in enumerate(sizes)] for axis in range(3)]
        tiled = sum(nn.functional.adaptive_avg_pool3d(input_tensor, size) for size in keep)
        return input_tensor * self.sigmoid(self.conv_cT(self.relu(self.conv_c(tiled))))


class BAMLayer(nn.Module):
    """Jongchan/attention-module, bam.py: for square maps."""

    def __init__(self, gate_channel, reduction_ratio=16):
        super().__init__()
        b = gate_channel // reduction_ratio

        def dilated():
            return [nn.Conv2d(b, b, 3, padding=4, dilation=4), nn.BatchNorm2d(b), nn.ReLU()]

        self.gate_c = nn.Sequential(
            *(nn.Linear(gate_channel, b), nn.BatchNorm1d(b), nn.ReLU()), nn.Linear(b, gate_channel)
        )
        reduce = [nn.Conv2d(gate_channel, b, 1), nn.BatchNorm2d(b), nn.ReLU()]
        self.gate_s = nn.Sequential(*reduce, *dilated(), *dilated(), nn.Conv2d(b, 1, 1))

    def forward(self, x):
        pooled = nn.functional.avg_pool2d(x, x.shape[2], stride=x.shape[2]).flatten(1)
        channel = self.gate_c(pooled)[:, :, None, None].expand_as(x)
        return (1 + torch.sigmoid(channel * self.gate_s(x).expand_as(x))) * x


class SRMLayer(nn.Module):
    """hyunjaelee410/style-based-recalibration-module."""

    def __init__(self, channel):
        super().__init__()
        self.cfc = nn.Parameter(torch.zeros(channel, 2))
        self.bn = nn.BatchNorm2d(channel)

    def forward(self, x):
        flat = x.flatten(2)
        style = torch.stack([flat.mean(2), flat.std(2)], dim=2)
        return x * torch.sigmoid(self.bn((style * self.cfc[None]).sum(2)[:, :, None, None]))


class SimAMModule(nn.Module):
    """ZjjConan/SimAM."""

    def forward(self, x):
        n = x.shape[2] * x.shape[3] - 1
        apart = (x - x.mean(dim=[2, 3], keepdim=True)).pow(2)
        y = apart / (4 * (apart.sum(dim=[2, 3], keepdim=True) / n + 1e-4)) + 0.5
        return x * torch.sigmoid(y)
