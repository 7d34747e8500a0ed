"""What the command lines of the package share."""

import argparse
from collections.abc import Callable
from pathlib import Path


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """The ``type`` of an argument that is a whole number, from ``least`` to ``most``."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < least or (most is not None and number > most):
            kind = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"must be a whole number {kind}, got {text!r}")
        return number

    return read


def unwritable(option: str, path: Path) -> str | None:
    """Why a file cannot be written, to be known before what takes long; or None."""
    if path.is_dir() or not path.parent.is_dir():
        return f"{option} {path} cannot be written: it is a folder, or in none that is there"
    return None


def unmade(option: str, folder: Path) -> str | None:
    """Make a folder; why that failed, or None."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{option} {folder} cannot be made: {error.strerror}"
    return None
