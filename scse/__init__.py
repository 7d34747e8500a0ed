"""Concurrent spatial and channel squeeze & excitation (scSE) for PyTorch."""

from scse.blocks import Gates, cSE, scSE, sSE
from scse.networks import UNet

__all__ = ["Gates", "UNet", "cSE", "sSE", "scSE"]
