"""The still figures that the chapters share (matplotlib)."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, to_rgb

CHANNEL, SPACE = "#c2571a", "#1f6fb5"  # one colour for each branch, on every page


def segmentation(ax, label, colours, title=None):
    """Draw a label map (H, W) in the colours of its classes."""
    ax.imshow(
        label, cmap=ListedColormap(colours), vmin=0, vmax=len(colours) - 1, interpolation="nearest"
    )
    _bare(ax, title)


def picture(ax, image, title=None):
    """Draw a grey picture (H, W), black and white at its own extremes."""
    ax.imshow(image, cmap="gray", interpolation="nearest")
    _bare(ax, title)


def mask(ax, values, title=None, limits=(0, 1)):
    """Draw a spatial mask (H, W) on a stated scale, with its colour bar."""
    shown = ax.imshow(
        values, cmap="cividis", vmin=limits[0], vmax=limits[1], interpolation="nearest"
    )
    bar = ax.figure.colorbar(shown, ax=ax, fraction=0.046, pad=0.03)
    bar.ax.tick_params(labelsize=7)
    _bare(ax, title)
    return bar


def stages(rec, image, channels=3):
    """What a U-Net makes of an image: for each block the maps (N = 1) that vary most.

    ``rec`` is a ``Record``; each map is drawn between its own extremes.
    """
    figure, axes = plt.subplots(
        channels,
        1 + len(rec),
        figsize=(1.35 * (1 + len(rec)), 1.5 * channels),
        layout="constrained",
    )
    for ax in axes[:, 0]:
        ax.axis("off")
    picture(axes[0, 0], image, f"picture\n{image.shape[0]}×{image.shape[1]}")
    for column, name in zip(axes[:, 1:].T, rec, strict=True):
        maps = rec[name].output[0]  # (C, h, w)
        busiest = maps.flatten(1).std(1).argsort(descending=True)[:channels]
        for row, (ax, k) in enumerate(zip(column, busiest.tolist(), strict=True)):
            ax.imshow(maps[k], cmap="gray", interpolation="nearest")
            head = f"{name}\n{len(maps)} × {maps.shape[1]}×{maps.shape[2]}" if row == 0 else None
            _bare(ax, head)
    return figure


def gates(values, names, order=None):
    """Channel gates as a strip of cells: ``values`` (K, C), one row for each of K named cases."""
    values = np.asarray(values)
    order = values[0].argsort()[::-1] if order is None else order
    figure, ax = plt.subplots(figsize=(9, 0.45 * len(values) + 0.9), layout="constrained")
    shown = ax.imshow(values[:, order], cmap="Oranges", vmin=0, vmax=1, aspect="auto")
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("channel, sorted by the first row")
    figure.colorbar(shown, ax=ax, label="gate", pad=0.01)
    return figure


def overlay(image, label, colours, opacity=0.6):
    """A grey picture (H, W) with its classes painted over; RGB (H, W, 3) in 0 … 1."""
    image = np.asarray(image, dtype=float)
    grey = (image - image.min()) / max(np.ptp(image), 1e-9)
    palette = np.array([to_rgb(colour) for colour in colours])
    a = opacity * (np.asarray(label) > 0)[..., None]
    return (1 - a) * grey[..., None] + a * palette[np.asarray(label)]


def _bare(ax, title):
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)
    if title:
        ax.set_title(title, fontsize=9)
