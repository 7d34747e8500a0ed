"""The two tasks of the book: brain tissue (``brain``) and digits on photographs (``digits``).

Both come from pictures that are inside installed libraries, so nothing is downloaded. Each
module has a class with the same four members, which is all that training asks of a task::

    task.classes                                  # names, background first
    task.colours                                  # one "#rrggbb" a class
    task.batch(n, generator, progress=1.0)        # training images and labels, freshly made
    task.test()                                   # the fixed held-out images and labels

Images are float32 ``(N, 1, H, W)`` with mean 0 and standard deviation 1 each; labels are int64
``(N, H, W)``.
"""

import importlib
from types import ModuleType

import torch


def require(module: str, extra: str = "data") -> ModuleType:
    """Import a library of one of the extras, or say how to get it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{module.partition(".")[0]} is not installed: pip install "scse[{extra}]"',
            name=error.name,
        ) from error


def standardise(images):  # (N, 1, H, W)
    """Shift and scale every image to mean 0 and standard deviation 1."""
    mean = images.mean((1, 2, 3), keepdim=True)
    sd = images.std((1, 2, 3), keepdim=True)
    return (images - mean) / sd.clamp_min(1e-6)


def uniform(generator, low, high, *shape):
    """Random numbers of a shape, from ``low`` to ``high``."""
    return low + (high - low) * torch.rand(shape, generator=generator)
