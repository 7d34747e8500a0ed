"""Dice, the overlap measure of segmentation (Dice, Ecology 26(3), 1945)."""

import torch
from torch import Tensor


def dice(prediction: Tensor, label: Tensor, classes: int) -> Tensor:
    """Dice of each class, ``2 |P ∩ L| / (|P| + |L|)`` counted over all pixels of all images.

    Args:
        prediction, label: integer tensors of one shape.
        classes: number of classes.

    Returns:
        Float64 ``(classes,)``; NaN for a class that occurs in neither.

    Raises:
        ValueError: the shapes differ.
    """
    if prediction.shape != label.shape:
        raise ValueError(
            f"prediction {tuple(prediction.shape)} and label {tuple(label.shape)} differ in shape"
        )
    pairs = torch.bincount((label * classes + prediction).flatten(), minlength=classes**2)
    table = pairs.reshape(classes, classes).double()  # (label, prediction)
    return 2 * table.diagonal() / (table.sum(0) + table.sum(1))


def mean_dice(prediction: Tensor, label: Tensor, classes: int) -> float:
    """The mean of ``dice`` over the classes that occur in ``label``, background (0) left out."""
    scores = dice(prediction, label, classes)[1:]
    present = torch.bincount(label.flatten(), minlength=classes)[1:] > 0
    return scores[present].mean().item()
