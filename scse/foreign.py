"""Find the gates in a network: in our blocks, in those of other libraries, or where one is told.

A published block is recognised by the name of its class (or of a base class) and by the layers
in it. The table says which module in the block puts out the gate; `scse.recording` hooks onto
that module. Nothing of the libraries is imported, and the network is not changed.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import nn

from scse.blocks import cSE, scSE, sSE
from scse.rules import BRANCHES, Branch

# What a caller may say of gates that are not known, see `scse.find_blocks`.
Where = Iterable[str] | Mapping[str, Mapping[str, str]] | Callable[[str, nn.Module], bool] | None


class Family(NamedTuple):
    """One published block: its classes, the layers that tell it, and where its gates come out."""

    source: str
    classes: str  # the names of the class, in lower case
    layers: str  # paths that must lead to modules
    rule: str  # by which it applies its gates, of `scse.rules`
    channel: str | None = None  # the path of the module that puts out the channel gate
    spatial: str | None = None  # and of the one that puts out the mask
    logit: bool = False  # the channel gate is the sigmoid, by a function, of what comes out


# fmt: off
FAMILIES = (
    # scSE. A block is listed before the blocks that are inside it: the outermost counts.
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "channelspatialselayer channelspatialselayer3d", "cSE.fc1 cSE.fc2 sSE.conv", "max", "cSE.sigmoid", "sSE.sigmoid"),  # noqa: E501
    Family("blog posts", "scse", "cSE.Conv_Squeeze cSE.Conv_Excitation", "add", "cSE.norm", "sSE.norm"),  # noqa: E501
    Family("segmentation-models-pytorch", "scsemodule", "cSE.1 cSE.3 sSE.0", "add", "cSE", "sSE"),
    # cSE
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "channelselayer channelselayer3d", "fc1 fc2", "cse", "sigmoid"),  # noqa: E501
    Family("blog posts", "cse", "Conv_Squeeze Conv_Excitation", "cse", "norm"),
    Family("MONAI, residual", "residualselayer", "fc.0 fc.2 fc.3", "1+cse", "fc"),
    Family("MONAI, and the SELayer of many ResNets", "channelselayer selayer", "fc.0 fc.2 fc.3", "cse", "fc"),  # noqa: E501
    Family("the same with its sigmoid apart", "channelselayer selayer", "fc.0 fc.2 sigmoid", "cse", "sigmoid"),  # noqa: E501
    Family("timm", "semodule squeezeexcite", "fc1 fc2", "cse", "gate"),
    Family("timm, EfficientNet and MobileNet", "squeezeexcite", "conv_reduce conv_expand", "cse", "gate"),  # noqa: E501
    Family("timm, effective SE", "effectivesemodule", "fc", "cse", "gate"),
    Family("timm, ECA", "ecamodule cecamodule", "conv", "cse", "gate"),
    Family("SENets of timm, segmentation-models-pytorch, pretrainedmodels", "semodule", "fc1 fc2", "cse", "sigmoid"),  # noqa: E501
    Family("MobileOne of segmentation-models-pytorch", "seblock", "reduce expand", "cse", "expand", logit=True),  # noqa: E501
    Family("torchvision", "squeezeexcitation", "fc1 fc2", "cse", "scale_activation"),
    # sSE
    Family("ai-med/squeeze_and_excitation, pytorch-3dunet", "spatialselayer spatialselayer3d", "conv", "sse", spatial="sigmoid"),  # noqa: E501
    Family("blog posts", "sse", "Conv1x1", "sse", spatial="norm"),
    Family("blog posts", "sse", "conv", "sse", spatial="norm"),
    # CBAM: first the channels of x, then a mask of what is left: (x · c) · s.
    Family("timm, light CBAM", "lightcbammodule", "channel.fc2", "cbam", "channel.fc2", "spatial.gate", logit=True),  # noqa: E501
    Family("timm, CBAM", "cbammodule", "channel.fc2", "cbam", "channel.gate", "spatial.gate"),
    Family("timm, light CBAM", "lightchannelattn", "fc1 fc2", "cse", "fc2", logit=True),
    Family("timm, CBAM", "channelattn", "fc1 fc2", "cse", "gate"),
    Family("timm, CBAM", "spatialattn lightspatialattn", "conv", "sse", spatial="gate"),
)
# fmt: on


class GateSite(NamedTuple):
    """A place in a network where a gate, or a pair of them, is computed."""

    module: nn.Module  # the block; for a gate that ``where`` lists, the module that puts it out
    gates: dict[Branch, nn.Module] | None  # branch → what puts it out; None: its shape will tell
    rule: str | None = None  # by which the block applies its gates, where that is known
    logit: bool = False  # the channel gate is the sigmoid of what comes out
    ours: bool = False
    applied: int | None = (
        None  # to which of the tensors that its block takes; None: to be found out
    )


def unwrap(net: nn.Module) -> nn.Module:
    """The network inside `nn.DataParallel`, `DistributedDataParallel` and `torch.compile`.

    Raises:
        TypeError: no `nn.Module`, or a TorchScript module.
    """
    while True:
        if isinstance(net, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            net = net.module
        elif isinstance(inner := getattr(net, "_orig_mod", None), nn.Module):
            net = inner
        else:
            break
    if not isinstance(net, nn.Module):
        raise TypeError(f"net must be an nn.Module, got {type(net).__name__}")
    refuse_script("the network", net)
    return net


def lasting(where: Where) -> Where:
    """``where`` for more uses than one: an iterator has its names only once."""
    return list(where) if isinstance(where, Iterator) else where


def find_sites(net: nn.Module, where: Where = None) -> dict[str, GateSite]:
    """Name → `GateSite`, in the order of ``net.named_modules()``; ``net`` is unwrapped.

    Raises:
        ValueError: ``where`` has a name that no module has.
        TypeError: ``where`` of another form than `scse.find_blocks` says.
    """
    if isinstance(where, Mapping):
        return _told(net, where)
    wanted, exact = _chooser(net, where)
    sites, outermost = {}, None
    for path, module in net.named_modules():
        if outermost is not None and not exact and _inside(path, outermost):
            continue
        if not wanted(path, module):
            continue
        site = _site(module)
        if site is None and where is not None:
            refuse_script(f"the module {path!r}", module)
            site = GateSite(module, None)
        if site is not None:
            sites[_name(path, site)] = site
            outermost = path
    return sites


def _told(net: nn.Module, where: Mapping[str, Mapping[str, str]]) -> dict[str, GateSite]:
    """The blocks of which ``where`` says what puts out their gates."""
    for block, gates in where.items():
        fit = isinstance(gates, Mapping) and gates and set(gates) <= set(BRANCHES)
        if not fit or not all(isinstance(name, str) for name in (block, *gates.values())):
            raise TypeError(
                'where must be {block name: {"channel": module name, "spatial": module name}}, '
                f"either branch or both, got {gates!r} for {block!r}"
            )
        check_names(net, [block, *gates.values()])
    modules = dict(net.named_modules())
    sites = {}
    for path in (path for path in modules if path in where):
        named = [modules[name] for name in (path, *where[path].values())]
        for module in named:
            refuse_script(f"a module of {path!r}", module)
        told = {b: modules[where[path][b]] for b in BRANCHES if b in where[path]}
        sites[path or "block"] = GateSite(modules[path], told)
    return sites


def _site(module: nn.Module) -> GateSite | None:
    if isinstance(module, (cSE, sSE, scSE)):
        gates = {branch: getattr(module, branch) for branch in BRANCHES if hasattr(module, branch)}
        return GateSite(module, gates, module._rule, ours=True)
    classes = {kind.__name__.lower() for kind in type(module).__mro__}
    script = isinstance(module, torch.jit.ScriptModule)
    if script:
        classes = {getattr(module, "original_name", "").lower()}
    for family in FAMILIES:
        if classes.isdisjoint(family.classes.split()):
            continue
        paths = {branch: getattr(family, branch) for branch in BRANCHES if getattr(family, branch)}
        if all(_submodule(module, path) for path in (*family.layers.split(), *paths.values())):
            if script:
                refuse_script(f"its {module.original_name}", module)
            gates = {branch: _submodule(module, path) for branch, path in paths.items()}
            return GateSite(module, gates, family.rule, logit=family.logit)
    return None


def _submodule(module: nn.Module, path: str) -> nn.Module | None:
    for part in path.split("."):
        inner = getattr(module, part, None)
        if not isinstance(inner, nn.Module):
            return None
        module = inner
    return module


def _name(path: str, site: GateSite) -> str:
    if site.gates is not None:  # else ``where`` gave the name
        path = ".".join(part for part in path.split(".") if part != "_orig_mod")  # torch.compile
    return (path.removesuffix(".se") if site.ours else path) or "block"


def _inside(path: str, outer: str) -> bool:
    return not outer or path.startswith(outer + ".")


def _chooser(net: nn.Module, where: Any) -> tuple[Callable[[str, nn.Module], bool], bool]:
    """A function (path, module) → bool, and whether it chooses by exact names."""
    if where is None:
        return (lambda path, module: True), False
    if callable(where):
        return where, False
    names = [where] if isinstance(where, str) else where
    names = [*names] if isinstance(names, Iterable) else [None]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            "where must be a list of module names, a dict {block name: {branch: module name}} or "
            f"a function (name, module) -> bool, got {type(where).__name__}"
        )
    check_names(net, names)
    return (lambda path, module: path in names), True


def check_names(net: nn.Module, names: Iterable[str]) -> None:
    """Raise ValueError for a name of ``where`` that no module has."""
    paths = [path for path, _ in net.named_modules()]
    for name in names:
        if name not in paths:
            close = difflib.get_close_matches(name, paths, 3) or paths[1:4]
            raise ValueError(
                f"where names {name!r}; this {type(net).__name__} has no such module. Near it are "
                f"{', '.join(map(repr, close))}; net.named_modules() lists all"
            )


def refuse_script(what: str, module: nn.Module) -> None:
    """Raise TypeError for a module whose gates no hook sees."""
    if isinstance(module, torch.jit.ScriptModule):
        raise TypeError(
            f"{what} is TorchScript ({type(module).__name__}), where gates cannot be seen or "
            "overruled: use the Python network from before torch.jit.script or torch.jit.trace "
            "(a new one takes the numbers by net.load_state_dict(scripted.state_dict()))"
        )
