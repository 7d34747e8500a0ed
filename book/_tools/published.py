"""The published implementations that ours are compared with; install: requirements-parity.txt.

segmentation-models-pytorch and timm import torchvision, whose compiled operators do not load
beside a CPU build of torch. Nothing here calls them, so it is enough that they are declared.
"""

import importlib
import sys
import warnings

import torch

_libraries = []  # a declaration lives as long as its Library


def _import_torchvision():
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _libraries.append(library)
        importlib.import_module("torchvision")


def published(module, name):
    """``name`` from ``module``. What other people's imports warn of is theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _import_torchvision()
        return getattr(importlib.import_module(module), name)
