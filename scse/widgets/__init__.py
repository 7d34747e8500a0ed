"""Figures that move: one class a figure, working with a kernel and without."""

from scse.widgets.gate_lab import GateLab

__all__ = ["GateLab"]
