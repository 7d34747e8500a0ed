"""The still figure of the chapters (matplotlib)."""

from typing import TYPE_CHECKING

from torch import Tensor

from scse._extras import require
from scse.recording import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

plt = require("matplotlib.pyplot", "widgets")


def stages(rec: Record, image: Tensor, channels: int = 3) -> "Figure":
    """What a U-Net makes of an image: for each block the maps (N = 1) that vary most.

    ``rec`` is a `Record` of the network, ``image`` (H, W); each map is drawn between its own
    extremes.
    """
    columns = 1 + len(rec)
    figure, axes = plt.subplots(
        channels, columns, figsize=(1.35 * columns, 1.5 * channels), layout="constrained"
    )
    for ax in axes.flat:
        ax.axis("off")
    axes[0, 0].imshow(image, cmap="gray", interpolation="nearest")
    axes[0, 0].set_title(f"picture\n{image.shape[0]}×{image.shape[1]}", fontsize=9)
    for column, name in zip(axes[:, 1:].T, rec, strict=True):
        output = rec[name].output
        assert output is not None  # only a gate without its block has none
        maps = output[0]  # (C, h, w)
        busiest = maps.flatten(1).std(1).argsort(descending=True)[:channels]
        for ax, k in zip(column, busiest.tolist(), strict=True):
            ax.imshow(maps[k], cmap="gray", interpolation="nearest")
        shape = f"{len(maps)} × {maps.shape[1]}×{maps.shape[2]}"
        column[0].set_title(f"{name}\n{shape}", fontsize=9)
    return figure
