"""Find the gates in a network: in our blocks, in those of other libraries, or where one is told.

A published block is recognised by the name of its class (or of a base class) and by the layers
in it. The table says which module in the block puts out the gate; `scse.recording` hooks onto
that module. Nothing of the libraries is imported, and the network is not changed.
"""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import nn

from scse.blocks import cSE, scSE, sSE

BRANCHES = ("channel", "spatial")


class Family(NamedTuple):
    """One published block: its classes, the layers that tell it, and where its gates come out."""

    source: str
    classes: str  # the names of the class, in lower case
    layers: str  # paths that must lead to modules
    channel: str | None = None  # the path of the module that puts out the channel gate
    spatial: str | None = None  # and of the one that puts out the mask
    logit: bool = False  # the channel gate is the sigmoid, by a function, of what comes out


# fmt: off
FAMILIES = (
    # scSE. A block is listed before the blocks that are inside it: the outermost counts.
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "channelspatialselayer channelspatialselayer3d", "cSE.fc1 cSE.fc2 sSE.conv", "cSE.sigmoid", "sSE.sigmoid"),  # noqa: E501
    Family("blog posts", "scse", "cSE.Conv_Squeeze cSE.Conv_Excitation", "cSE.norm", "sSE.norm"),
    Family("segmentation-models-pytorch", "scsemodule", "cSE.1 cSE.3 sSE.0", "cSE", "sSE"),
    # cSE
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "channelselayer channelselayer3d", "fc1 fc2", "sigmoid"),  # noqa: E501
    Family("blog posts", "cse", "Conv_Squeeze Conv_Excitation", "norm"),
    Family("MONAI, and the SELayer of many ResNets", "channelselayer selayer", "fc.0 fc.2 fc.3", "fc"),  # noqa: E501
    Family("the same with its sigmoid apart", "channelselayer selayer", "fc.0 fc.2 sigmoid", "sigmoid"),  # noqa: E501
    Family("timm", "semodule squeezeexcite", "fc1 fc2", "gate"),
    Family("timm, EfficientNet and MobileNet", "squeezeexcite", "conv_reduce conv_expand", "gate"),
    Family("timm, effective SE", "effectivesemodule", "fc", "gate"),
    Family("timm, ECA", "ecamodule cecamodule", "conv", "gate"),
    Family("SENets of timm, segmentation-models-pytorch, pretrainedmodels", "semodule", "fc1 fc2", "sigmoid"),  # noqa: E501
    Family("MobileOne of segmentation-models-pytorch", "seblock", "reduce expand", "expand", logit=True),  # noqa: E501
    Family("torchvision", "squeezeexcitation", "fc1 fc2", "scale_activation"),
    # sSE
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "spatialselayer spatialselayer3d", "conv", spatial="sigmoid"),  # noqa: E501
    Family("blog posts", "sse", "Conv1x1", spatial="norm"),
    Family("blog posts", "sse", "conv", spatial="norm"),
    # CBAM: first the channels of x, then a mask of what is left: (x · c) · s.
    Family("timm, light CBAM", "lightcbammodule", "channel.fc2", "channel.fc2", "spatial.gate", logit=True),  # noqa: E501
    Family("timm, CBAM", "cbammodule", "channel.fc2", "channel.gate", "spatial.gate"),
    Family("timm, light CBAM", "lightchannelattn", "fc1 fc2", "fc2", logit=True),
    Family("timm, CBAM", "channelattn", "fc1 fc2", "gate"),
    Family("timm, CBAM", "spatialattn lightspatialattn", "conv", spatial="gate"),
)
# fmt: on


class Site(NamedTuple):
    """A place in a network where a gate, or a pair of them, is computed."""

    module: nn.Module  # the block; for a gate that ``where`` names, the module that puts it out
    gates: dict | None  # branch → module that puts out the gate; None: its shape will tell
    logit: bool = False  # the channel gate is the sigmoid of what comes out
    ours: bool = False


def unwrap(net):
    """The network inside `nn.DataParallel`, `DistributedDataParallel` and `torch.compile`.

    Raises:
        TypeError: no `nn.Module`, or a TorchScript module.
    """
    while True:
        if isinstance(net, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            net = net.module
        elif isinstance(getattr(net, "_orig_mod", None), nn.Module):
            net = net._orig_mod
        else:
            break
    if not isinstance(net, nn.Module):
        raise TypeError(f"net must be an nn.Module, got {type(net).__name__}")
    _refuse_script("the network", net)
    return net


def find_sites(net, where=None):
    """Name → `Site`, in the order of ``net.named_modules()``; ``net`` is unwrapped.

    Raises:
        ValueError: ``where`` lists a name that no module has.
        TypeError: ``where`` is no function and no list of names.
    """
    wanted, exact = _chooser(net, where)
    sites, outermost = {}, None
    for path, module in net.named_modules():
        if outermost is not None and not exact and _inside(path, outermost):
            continue
        if not wanted(path, module):
            continue
        site = _site(module)
        if site is None and where is not None:
            _refuse_script(f"the module {path!r}", module)
            site = Site(module, None)
        if site is not None:
            sites[_name(path, site)] = site
            outermost = path
    return sites


def _site(module):
    if isinstance(module, (cSE, sSE, scSE)):
        gates = {branch: getattr(module, branch) for branch in BRANCHES if hasattr(module, branch)}
        return Site(module, gates, ours=True)
    classes = {kind.__name__.lower() for kind in type(module).__mro__}
    script = isinstance(module, torch.jit.ScriptModule)
    if script:
        classes = {getattr(module, "original_name", "").lower()}
    for family in FAMILIES:
        if classes.isdisjoint(family.classes.split()):
            continue
        paths = {branch: getattr(family, branch) for branch in BRANCHES if getattr(family, branch)}
        if all(_at(module, path) for path in (*family.layers.split(), *paths.values())):
            if script:
                _refuse_script(f"its {module.original_name}", module)
            gates = {branch: _at(module, path) for branch, path in paths.items()}
            return Site(module, gates, logit=family.logit)
    return None


def _at(module, path):
    for part in path.split("."):
        module = getattr(module, part, None)
        if not isinstance(module, nn.Module):
            return None
    return module


def _name(path, site):
    return (path.removesuffix(".se") if site.ours else path) or "block"


def _inside(path, outer):
    return not outer or path.startswith(outer + ".")


def _chooser(net, where):
    """A function (path, module) → bool, and whether it chooses by exact names."""
    if where is None:
        return (lambda path, module: True), False
    if callable(where):
        return where, False
    names = [where] if isinstance(where, str) else where
    names = [*names] if isinstance(names, Iterable) else [None]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            "where must be a list of module names or a function (name, module) -> bool, "
            f"got {type(where).__name__}"
        )
    paths = [path for path, _ in net.named_modules()]
    for name in names:
        if name not in paths:
            close = difflib.get_close_matches(name, paths, 3) or paths[1:4]
            raise ValueError(
                f"where names {name!r}; this {type(net).__name__} has no such module. Near it are "
                f"{', '.join(map(repr, close))}; net.named_modules() lists all"
            )
    return (lambda path, module: path in names), True


def _refuse_script(what, module):
    if isinstance(module, torch.jit.ScriptModule):
        raise TypeError(
            f"{what} is TorchScript ({type(module).__name__}), where gates cannot be seen or "
            "overruled: use the Python network from before torch.jit.script or torch.jit.trace "
            "(a new one takes the numbers by net.load_state_dict(scripted.state_dict()))"
        )
