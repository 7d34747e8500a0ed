"""Concurrent spatial and channel squeeze & excitation (scSE) for PyTorch.

Roy, Navab & Wachinger, MICCAI 2018, https://arxiv.org/abs/1803.02579. Importing scse imports
torch and nothing else; the data, the training loop and the widgets are modules of their own
(``scse.data``, ``scse.training``, ``scse.widgets``) and say which extra they need.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from scse._version import __version__ as __version__
from scse.blocks import Gates, cSE, scSE, sSE
from scse.inserting import insert, remove
from scse.networks import QuickNAT, SDNet, UNet
from scse.recording import find_blocks, override, record
from scse.sweeping import sweep
from scse.weights import load

if TYPE_CHECKING:
    from scse.widgets import explore as explore

__all__ = [
    "Gates",
    "QuickNAT",
    "SDNet",
    "UNet",
    "cSE",
    "explore",
    "find_blocks",
    "insert",
    "load",
    "override",
    "record",
    "remove",
    "sSE",
    "scSE",
    "sweep",
]


def __getattr__(name: str) -> Any:
    # `explore` draws, and needs more than torch: it is imported when it is first asked for.
    if name != "explore":
        raise AttributeError(f"module 'scse' has no attribute {name!r}")
    try:
        from scse.widgets import explore
    except ModuleNotFoundError as error:
        # Asking is free, as in `from scse import *`; who calls it is told what to install.
        return _refuse(str(error), error.name)
    globals()["explore"] = explore
    return explore


def _refuse(message: str, library: str | None) -> Callable[..., NoReturn]:
    def explore(*args: Any, **options: Any) -> NoReturn:
        raise ModuleNotFoundError(message, name=library)

    return explore
