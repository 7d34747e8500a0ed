"""js/src/ground/maths.js in torch.float64: what the page must compute, from the same numbers."""

from typing import TypedDict

import torch

from scse.metrics import dice, mean_dice
from scse.widgets._base import Linear


class Scores(TypedDict):
    dice: float  # the mean over the classes in the label
    dice_of: torch.Tensor  # of each class


def matrix(layer: Linear) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of a layer in a manifest."""
    return (
        torch.tensor(layer["weight"], dtype=torch.float64),
        torch.tensor(layer["bias"], dtype=torch.float64),
    )


def excite(fc1: Linear, fc2: Linear, z: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every step from the squeezed channels z (C,) to their gates (C,)."""
    w1, b1 = matrix(fc1)
    w2, b2 = matrix(fc2)
    before = w1 @ z + b1
    hidden = before.relu()
    logits = w2 @ hidden + b2
    return {"before": before, "hidden": hidden, "logits": logits, "gates": logits.sigmoid()}


def gates_of(logits: torch.Tensor, kind: str, temperature: float) -> torch.Tensor:
    """Gates of logits (…, C) by a sigmoid or a softmax, or by one with the other's sum."""
    scaled = logits / temperature
    sigmoid, softmax = scaled.sigmoid(), scaled.softmax(-1)
    total = sigmoid.sum(-1, keepdim=True)
    return {
        "sigmoid": sigmoid,
        "softmax": softmax,
        "softmax-same-sum": softmax * total,
        "sigmoid-sum-1": sigmoid / total,
    }[kind]


def pointwise(layer: Linear, maps: torch.Tensor) -> torch.Tensor:
    """A 1×1 convolution of (C, H, W)."""
    weight, bias = matrix(layer)
    return torch.einsum("kc,chw->khw", weight, maps) + bias[:, None, None]


def scores(prediction: torch.Tensor, label: torch.Tensor, classes: int) -> Scores:
    """``dice`` (mean over the classes in the label) and ``dice_of`` each class."""
    label = label.long()
    return {
        "dice": mean_dice(prediction, label, classes),
        "dice_of": dice(prediction, label, classes),
    }
