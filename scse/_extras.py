"""What the extras of the package bring (``pip install "scse[data]"``), asked for when needed."""

import importlib
from typing import Any


def require(module: str, extra: str) -> Any:
    """Import a library of one of the extras.

    Raises:
        ModuleNotFoundError: it, or a library that it needs, is missing; the message says what to
            install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise ModuleNotFoundError(
            f'{missing} is not installed; scse needs it here: pip install "scse[{extra}]"',
            name=error.name,
        ) from error
