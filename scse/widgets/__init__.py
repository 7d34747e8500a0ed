"""Figures that move: one class a figure, working with a kernel and without."""

from scse.widgets.gate_lab import GateLab
from scse.widgets.pixel_probe import PixelProbe
from scse.widgets.squeeze_excite import SqueezeExcite

__all__ = ["GateLab", "PixelProbe", "SqueezeExcite"]
