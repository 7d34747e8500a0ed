"""Figures that move: one class a figure, working with a kernel and without."""

# ruff: noqa: E402  the library that all of them need is asked for first

from scse._extras import require

require("anywidget", "widgets")

from scse.widgets.contrast_slider import ContrastSlider
from scse.widgets.contrast_swap import ContrastSwap
from scse.widgets.explorer import Explorer, explore
from scse.widgets.gate_lab import GateLab
from scse.widgets.mask_gallery import MaskGallery
from scse.widgets.pixel_probe import PixelProbe
from scse.widgets.playground import Playground
from scse.widgets.squeeze_excite import SqueezeExcite

__all__ = [
    "ContrastSlider",
    "ContrastSwap",
    "Explorer",
    "GateLab",
    "MaskGallery",
    "PixelProbe",
    "Playground",
    "SqueezeExcite",
    "explore",
]
