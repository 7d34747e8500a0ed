"""Checks of arguments that many modules share."""

import operator
from typing import Any

import torch

FLOATING = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


def integer(name: str, value: Any) -> int:
    """``value``, if it is an integer of any library, and no bool.

    Raises:
        TypeError: it is none.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r}")
    return number


def positive(name: str, value: Any) -> int:
    """``value``, if it is an integer of at least one.

    Raises:
        TypeError: it is no integer.
        ValueError: it is below one.
    """
    number = integer(name, value)
    if number < 1:
        raise ValueError(f"{name} must be at least 1, got {number}")
    return number
