"""The gates of a `Record` as arrays and as a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from scse._extras import require
from scse.rules import BRANCHES

if TYPE_CHECKING:
    import numpy
    import pandas

    from scse.recording import BlockRecord


class GateTable:
    """All gates of one run, ``record(net, image).gates``.

    A block that ran again is an entry of its own, ``"name#2"``.
    """

    def __init__(self, blocks: Mapping[str, "BlockRecord"]) -> None:
        self._gates = {
            name: {
                branch: gate.to("cpu", torch.float32, copy=True)
                for branch in BRANCHES
                if (gate := getattr(block, branch)) is not None
            }
            for name, block in blocks.items()
        }

    def __repr__(self) -> str:
        rows = [
            f"  {name}: " + ", ".join(f"{branch} {tuple(g.shape)}" for branch, g in gates.items())
            for name, gates in self._gates.items()
        ]
        return "\n".join([f"Gates of {len(rows)} blocks", *rows])

    def to_numpy(self) -> "dict[str, dict[str, numpy.ndarray]]":
        """``{block: {"channel": (N, C), "spatial": (N, *spatial)}}`` in float32 arrays.

        A block has an entry for each branch that it has, and no other.

        Raises:
            ModuleNotFoundError: numpy is missing.
        """
        require("numpy", "data")  # torch does without it
        return {
            name: {
                branch: (gate.flatten(1) if branch == "channel" else gate.squeeze(1)).numpy()
                for branch, gate in gates.items()
            }
            for name, gates in self._gates.items()
        }

    def to_dataframe(self) -> "pandas.DataFrame":
        """A tidy pandas table, a row for each channel gate and a row for each mask.

        Columns: ``block``, ``branch``, ``image`` (its index in the batch), ``channel`` (its
        index, missing for a mask), ``gate`` (for a mask the mean over its positions), and for
        masks ``sd``, ``min`` and ``max`` over the positions, else missing. ``sd`` divides by the
        number of positions.

        Raises:
            ModuleNotFoundError: pandas is missing.
        """
        pandas = require("pandas", "data")
        columns = ("block", "branch", "image", "channel", "gate", "sd", "min", "max")
        rows = []
        for block, gates in self.to_numpy().items():
            for branch, values in gates.items():
                for image, of_one in enumerate(values):
                    if branch == "channel":
                        rows += [(block, branch, image, k, g) for k, g in enumerate(of_one)]
                    else:
                        stats = [f() for f in (of_one.mean, of_one.std, of_one.min, of_one.max)]
                        rows.append((block, branch, image, None, *stats))
        rows = [(*row, *[float("nan")] * (len(columns) - len(row))) for row in rows]
        types = dict.fromkeys(columns[4:], "float32") | {"image": "int64", "channel": "Int64"}
        return pandas.DataFrame(rows, columns=columns).astype(types)
