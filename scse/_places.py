"""Where blocks can be inserted: which modules, what maps they put out, and whether it works.

`scse.inserting` asks. Nothing here changes a network: it runs as it is, and is put back.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils._pytree import tree_leaves

from scse._checks import FLOATING
from scse._undisturbed import call, evaluating
from scse.foreign import check_names, find_sites, refuse_script, unwrap

Choice = str | Iterable[str] | Callable[[str, nn.Module], bool]


class Kind(NamedTuple):
    """What a block must know of the maps that it is given."""

    channels: int
    axes: int
    dtype: torch.dtype
    device: torch.device


def refuse_wrapped(net: nn.Module) -> None:
    """Raise TypeError for what would not see that blocks come or go."""
    unwrap(net)  # an nn.Module, and no TorchScript
    for path, module in net.named_modules():
        compiled = hasattr(module, "_orig_mod") or module._compiled_call_impl is not None
        if compiled or isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            raise TypeError(
                f"{f'the module {path!r}' if path else 'the network'} is "
                f"{'compiled' if compiled else 'wrapped in ' + type(module).__name__}, which would "
                "not see that blocks come or go: insert or remove them in the network itself, "
                "then wrap it"
            )


def modules_of(net: nn.Module, where: Any) -> dict[str, nn.Module]:
    """Path → module of those that ``where`` chooses, in the order of ``net.named_modules()``."""
    modules = dict(net.named_modules())
    names = _names(modules, where)
    paths = dict(net.named_modules(remove_duplicate=False))
    for name in names:
        if name in paths and (name not in modules or names.count(name) > 1):
            first = next(path for path, module in modules.items() if module is paths[name])
            also = "" if name == first else f" and that is {first!r} under a second name"
            raise ValueError(f"where names {name!r}{also or ' twice'}: name it once, {first!r}")
    check_names(net, names)
    blocks = {site.module for site in find_sites(net).values()}
    for name in names:
        refuse_script(f"the module {name!r}", modules[name])
        if isinstance(modules[name], torch.fx.GraphModule):
            raise ValueError(
                f"{name!r} is a torch.fx.GraphModule, whose copies lose such a block: name a "
                "module in it or around it, or insert before tracing"
            )
        parts = name.split(".")
        for around in ("", *(".".join(parts[:k]) for k in range(1, len(parts) + 1))):
            if modules[around] in blocks:
                raise ValueError(
                    f"{name!r} is {'' if around == name else f'inside {around!r}, '}a block "
                    f"already ({type(modules[around]).__name__}): name a module around it"
                )
        if any(getattr(child, "_inserted", False) for child in modules[name].children()):
            raise ValueError(f"{name!r} has a block already; scse.remove(net) takes all out")
    return {path: module for path, module in modules.items() if path in names}


def _names(modules: Mapping[str, nn.Module], where: Any) -> list[str]:
    if isinstance(where, str):
        return [where]
    if callable(where) and not isinstance(where, (nn.Module, type)):
        names = [path for path, module in modules.items() if where(path, module)]
    elif isinstance(where, Iterable) and not isinstance(where, (Mapping, nn.Module)):
        names = [*where]
    else:
        names = [where]
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise TypeError(
            "where must be a module name, a list of names or a function (name, module) -> bool, "
            f"got a {type(wrong[0]).__name__}{'' if wrong[0] is where else ' among them'}"
        )
    if not names:
        raise ValueError(f"where chooses none of the {len(modules)} modules of net.named_modules()")
    return names


def find_maps(
    net: nn.Module, image: Any, modules: Mapping[str, nn.Module]
) -> tuple[dict[str, Kind], Any]:
    """Path → the kind of map that the module puts out, by running the network once.

    Returns:
        The kinds, and what the network put out.
    """
    if any(is_lazy(tensor) for tensor in (*net.parameters(), *net.buffers())):
        raise ValueError("net has lazy parameters, without a shape so far: run it once before")
    seen: dict[str, set[Kind]] = {path: set() for path in modules}

    def look(path: str) -> Callable[..., None]:
        return lambda module, args, output: seen[path].add(_kind(path, output, net))

    with ExitStack() as stack:
        for path, module in modules.items():
            stack.callback(module.register_forward_hook(look(path)).remove)
        output = run(net, image)
    if idle := [path for path in modules if not seen[path]]:
        raise ValueError(
            f"{', '.join(map(repr, idle))} did not run on this image, in evaluation mode: not in "
            "use, or called by module.forward(x), which no hook sees, or a container whose modules "
            "the network calls one by one (name the last one)"
        )
    for path, kinds in seen.items():
        if len(kinds) > 1:
            listed = sorted(f"{k.channels} channels, {k.axes} axes, {k.dtype}" for k in kinds)
            raise ValueError(
                f"{path!r} runs several times, on maps of several kinds ({'; '.join(listed)}): one "
                "block cannot follow it"
            )
    return {path: kinds.pop() for path, kinds in seen.items()}, output


def _kind(path: str, out: Any, net: nn.Module) -> Kind:
    dense = isinstance(out, Tensor) and not out.is_nested and out.layout is torch.strided
    fit = dense and 3 <= out.dim() <= 5 and 0 not in out.shape[1:] and out.dtype in FLOATING
    if not fit:
        got = f"{tuple(out.shape)} of {out.dtype}" if dense else f"a {type(out).__name__}"
        raise ValueError(
            f"{path!r} puts out {got}; a block follows a map (N, C, *spatial), a dense tensor of "
            "3 to 5 axes in floating point"
        )
    dtype = out.dtype
    kind = out.device.type
    if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
        # The parameters have another: in half precision they would lose small steps.
        dtype = next((p.dtype for p in net.parameters() if p.dtype in FLOATING), torch.float32)
    return Kind(out.shape[1], out.dim(), dtype, out.device)


def watch(net: nn.Module, image: Any, placed: Mapping[str, tuple[nn.Module, nn.Module]]) -> Any:
    """Run a network with its blocks, path → (module, block): each once after its module?

    Returns:
        What the network put out.
    """
    begun, ended = dict.fromkeys(placed, 0), dict.fromkeys(placed, 0)
    output = failure = None

    def count(path: str, runs: dict[str, int]) -> Callable[..., None]:
        return lambda *_: runs.update({path: runs[path] + 1})

    with ExitStack() as stack:
        for path, (module, block) in placed.items():
            stack.callback(block.register_forward_pre_hook(count(path, begun)).remove)
            handle = module.register_forward_hook(count(path, ended), prepend=True)
            stack.callback(handle.remove)
        try:
            output = run(net, image)
        except Exception as error:
            failure = error
    for path, (module, _) in placed.items():
        if begun[path] > ended[path] or (failure is None and begun[path] < ended[path]):
            raise ValueError(
                f"no block can follow {path!r}: the forward of this {type(module).__name__} runs "
                "all modules in it, hence also a block that is added to them. Name the module that "
                "comes next, or one around it"
            ) from failure
    if failure is not None:
        raise ValueError(f"with the blocks in it the network fails: {failure}") from failure
    return output


def alike(one: Any, other: Any, tolerance: float | None = None) -> bool:
    """Whether two outputs of a network are the same, as far as they are maps or other numbers.

    Args:
        tolerance: relative to the largest number of an output; left out, as what is computed
            in another order may differ.
    """
    leaves = tree_leaves(one), tree_leaves(other)
    if len(leaves[0]) != len(leaves[1]):
        return False
    for a, b in zip(*leaves, strict=True):
        dense = [isinstance(t, Tensor) and not t.is_nested and t.dtype in FLOATING for t in (a, b)]
        if not all(dense) or a.layout is not torch.strided or a.is_meta:
            continue
        scale = a[a.isfinite()].abs().max() if a.isfinite().any() else 0
        close = torch.finfo(a.dtype).eps ** 0.5 if tolerance is None else tolerance
        if a.shape != b.shape or not torch.allclose(
            a, b.to(a), 0, close * float(scale), equal_nan=True
        ):
            return False
    return True


def run(net: nn.Module, image: Any) -> Any:
    """Run a network in evaluation mode, and put it back."""
    inputs = image if isinstance(image, tuple) else (image,)
    inputs = tuple(x.clone() if isinstance(x, Tensor) else x for x in inputs)  # it may be in place
    tensors = (*net.parameters(), *net.buffers())
    gpus = {tensor.device.index for tensor in tensors if tensor.device.type == "cuda"}
    with evaluating(net), torch.no_grad(), torch.random.fork_rng(gpus):
        return call(net, inputs)
