"""Dice, the overlap measure of segmentation (Dice, Ecology 26(3), 1945)."""

from typing import Any

import torch
from torch import Tensor

from scse._checks import positive


def dice(prediction: Tensor, label: Tensor, classes: int) -> Tensor:
    """Dice of each class, ``2 |P ∩ L| / (|P| + |L|)`` counted over all pixels of all images.

    Args:
        prediction, label: tensors of one shape, of the numbers of classes; bools are 0 and 1.
        classes: number of classes.

    Returns:
        Float64 ``(classes,)``; NaN for a class that occurs in neither.

    Raises:
        ValueError: the shapes differ, or a class is not among 0 … ``classes`` - 1, such as a label
            that says what to ignore.
        TypeError: no tensors, or numbers that are no integers.
    """
    return _dice(_pairs(prediction, label, classes))


def mean_dice(prediction: Tensor, label: Tensor, classes: int) -> float:
    """The mean of ``dice`` over the classes that occur in ``label``, background (0) left out.

    Raises:
        ValueError, TypeError: as `dice`.
    """
    table = _pairs(prediction, label, classes)
    present = table.sum(1)[1:] > 0
    return _dice(table)[1:][present].mean().item()


def _pairs(prediction: Any, label: Any, classes: int) -> Tensor:
    """How many pixels have which label and which prediction: (label, prediction)."""
    classes = positive("classes", classes)
    for name, given in (("prediction", prediction), ("label", label)):
        if not isinstance(given, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(given).__name__}")
        if given.is_floating_point() or given.is_complex():
            raise TypeError(
                f"{name} must hold the numbers of classes, integers, got {given.dtype}: logits "
                "become such by argmax(1), whole numbers by long()"
            )
    if prediction.shape != label.shape:
        raise ValueError(
            f"prediction {tuple(prediction.shape)} and label {tuple(label.shape)} differ in shape"
        )
    prediction, label = prediction.long(), label.long()  # in uint8 the product below would wrap
    for name, given in (("prediction", prediction), ("label", label)):
        low, high = given.aminmax() if given.numel() else (0, 0)
        if low < 0 or high >= classes:
            wrong = int(low if low < 0 else high)
            raise ValueError(
                f"{name} has class {wrong}; there are 0 to {classes - 1}. Leave out the pixels "
                f"that are not to count: seen = {name} != {wrong}, then prediction[seen] and "
                "label[seen]"
            )
    pairs = torch.bincount((label * classes + prediction).flatten(), minlength=classes**2)
    return pairs.reshape(classes, classes).double()


def _dice(table: Tensor) -> Tensor:
    return 2 * table.diagonal() / (table.sum(0) + table.sum(1))
