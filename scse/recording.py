"""Look inside a network's blocks (`record`) and overrule their gates (`override`).

Both use ordinary forward hooks and remove them when done, so the network is left as it was
found. A block of ours whose gates carry hooks computes by the plain path: what is recorded or
overruled is what is computed. Which blocks of other libraries are known, `scse.foreign` says.
"""

import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol, cast

import torch
from torch import Tensor, nn

from scse import edits
from scse._follow import Hook, follow
from scse._undisturbed import call
from scse.foreign import GateSite, Where, find_sites, unwrap
from scse.rules import BRANCHES, explains, rule, rule_of
from scse.tables import GateTable

__all__ = ["BRANCHES", "BlockRecord", "Record", "find_blocks", "override", "record"]


class Array(Protocol):
    """Of NumPy, or of anything else that torch makes a tensor of in the same way."""

    def __array__(self) -> Any: ...


Value = Tensor | float | Sequence[Any] | Array
Replacement = Value | Callable[[Tensor], Value] | edits.Edit  # of a gate, see `override`


class BlockRecord(NamedTuple):
    """What one block saw and did, whatever shape its library gives a gate.

    In CBAM the channel gate comes first and the mask is computed from what it leaves; there, too,
    ``input`` and ``output`` are those of the whole block. Both are None where a gate that
    ``where`` names has no block around it.
    """

    input: Tensor | None  # (N, C, *spatial)
    channel: Tensor | None  # (N, C, 1, …), None for sSE
    spatial: Tensor | None  # (N, 1, *spatial), None for cSE
    output: Tensor | None  # (N, C, *spatial)


class Record(Mapping[str, BlockRecord]):
    """Block name → `BlockRecord`, in the order in which the blocks ran.

    ``.logits`` is what the network returned. ``.gates`` has the gates alone, as arrays
    (``.gates.to_numpy()``) and as a table (``.gates.to_dataframe()``).
    """

    def __init__(self, blocks: Mapping[str, BlockRecord], logits: Any) -> None:
        self._blocks = dict(blocks)
        self.logits = logits

    def __getitem__(self, name: str) -> BlockRecord:
        try:
            return self._blocks[name]
        except KeyError:
            raise KeyError(f"no block {name!r} ran; {_listing(self._blocks)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def gates(self) -> GateTable:
        """All gates, as a `GateTable`."""
        return GateTable(self._blocks)

    def __repr__(self) -> str:
        rows = [
            f"  {name}: {'gates alone' if block.output is None else tuple(block.output.shape)}"
            for name, block in self._blocks.items()
        ]
        return "\n".join([f"Record of {len(rows)} blocks", *rows])


def find_blocks(net: nn.Module, where: Where = None) -> dict[str, nn.Module]:
    """The recalibration blocks of a network by name, in the order of `net.named_modules()`.

    A name is the path of the module. A block of ours loses a trailing ``.se``: ``"bottleneck"``
    for ``net.bottleneck.se``. A network that is itself a block is called ``"block"``. Of blocks
    within blocks the outermost counts. `nn.DataParallel`, `DistributedDataParallel` and
    `torch.compile` around the network are looked through, and are not part of a name; so is
    `torch.compile` around a block.

    Known blocks are told by the names of their classes and layers, so a look-alike that computes
    otherwise is listed too; `record` says so when it has run.

    A gate that no module puts out cannot be followed and is not listed: the sigmoid is a function
    in the blocks of efficientnet_pytorch (also as encoder in segmentation-models-pytorch), MONAI's
    EfficientNet, catalyst and pytorch-toolbelt. Put an `nn.Sigmoid` in its place, and name it.

    Args:
        net: any `nn.Module`. Known are our blocks and those in `scse.foreign.FAMILIES`:
            squeeze_and_excitation, pytorch-3dunet, the blog form, segmentation-models-pytorch,
            MONAI, timm (SE, effective SE, ECA, CBAM), torchvision.
        where: for anything else, which modules **put out a gate**: a list of their names as in
            `net.named_modules()`, or a function (name, module) → bool. A channel gate has the
            shape (N, C) or (N, C, 1, …), a mask (N, 1, *spatial), and it is the gate itself, after
            its sigmoid. A known block may be named too. To say also which block the gates belong
            to, a dict ``{block name: {"channel": module name, "spatial": module name}}``: for an
            attention gate ``{"up1.attention": {"spatial": "up1.attention.psi"}}``. What
            ``where`` does not name is left out.

    Returns:
        A dict of name to block; for a gate that ``where`` lists, to the module that puts it out.

    Raises:
        TypeError: ``net`` is not an `nn.Module`, or is TorchScript; ``where`` of another type.
        ValueError: ``where`` has a name that no module has.
    """
    return {name: site.module for name, site in find_sites(unwrap(net), where).items()}


def record(net: nn.Module, *inputs: Any, where: Where = None, **named: Any) -> Record:
    """Run a network once and keep what went through its blocks.

        rec = record(net, image)

    The run is without gradients, in the training or evaluation mode that the network is in;
    the mode is not touched. Buffers, such as the running statistics that batch norm updates in
    training mode, are the same afterwards. Gates replaced by an enclosing `override` are
    recorded as replaced. One thread at a time: hooks see all runs of a network, and see them
    only where a module is called: a block of which a network calls ``block.forward(x)`` is not
    recorded.

    Of each known block it is checked once, on the first image, that its output is what its rule
    (`scse.rules`) makes of its input and gates.

    Args:
        net: any `nn.Module` with blocks in it that `find_blocks` finds, or such a block.
        inputs, named: what ``net`` takes, for a 2-D network one image batch (N, channels, H, W).
        where: further modules that put out gates, see `find_blocks`; behind one image it needs no
            name. If it is a list or a function, the block is the nearest module around such a
            gate that takes a map (N, C, *spatial) which the gate fits, and may be the gate's
            module itself. ``input`` is that map. ``output`` is what that module returns if it has
            the same shape, else the product of input and gate. Both are None where there is no
            such module. Where a block takes several maps, ``input`` is the one that its gates are
            applied to.

    Returns:
        A `Record`: ``rec["bottleneck"].input``, ``.channel``, ``.spatial``, ``.output`` and
        ``rec.logits``, what the network returned. All tensors are copies of their own, without
        gradients; a dict or the like is what the network made. (For gradients with respect to
        a gate, `override` it with a tensor that requires them.) A block that runs again in the
        same pass is named ``"name#2"``. A network without blocks gives an empty record with its
        logits.

    Warns:
        UserWarning: what was taken for the gates of a known block does not explain its output.

    Raises:
        TypeError, ValueError: as `find_blocks`; ValueError also where ``where`` names a module
            whose output is no gate. TypeError also for pickling ``net`` meanwhile.
        RuntimeError: a block has the name and the layers of a known one and computes otherwise.
        KeyError: on ``rec[name]`` for a block that did not run; the message lists those that did.
    """
    image, *others = inputs or (None,)
    if where is None and len(others) == 1 and _names_modules(others[0]):
        inputs, where = (image,), others[0]  # record(net, image, where)
    net = unwrap(net)
    sites = find_sites(net, where)
    runs: dict[str, BlockRecord] = {}
    times: dict[str, int] = {}

    def keep(name: str) -> Callable[[Tensor | None, Mapping[str, Tensor], Any], None]:
        def add(x: Tensor | None, gates: Mapping[str, Tensor], output: Any) -> None:
            run = times.get(name, 0)
            times[name] = run + 1
            # Copies: a later in-place operation must not change the record.
            if isinstance(output, (tuple, list)):  # the map, and something besides
                output = next((t for t in output if isinstance(t, Tensor)), None)
            seen = [gates.get("channel"), gates.get("spatial"), output]
            c, s, y = (None if t is None else t.detach().clone() for t in seen)
            runs[name_of(name, run)] = BlockRecord(x, c, s, y)

        return add

    with ExitStack() as stack:
        for name, site in sites.items():
            follow(stack, net, name, site, keep=keep(name))
        stack.enter_context(_eager())
        stack.enter_context(torch.no_grad())
        logits = call(net, inputs, named)
    for name, site in sites.items():
        if name in runs and (doubt := _doubt(name, site, runs[name])):
            warnings.warn(doubt, stacklevel=2)
    return Record(runs, logits.detach().clone() if isinstance(logits, Tensor) else logits)


def run_of(block: str) -> tuple[str, int]:
    """``"name#2"``, the second run of a block, as its name and 1."""
    found = re.fullmatch(r"(.*?)(?:#(\d+))?", block, re.DOTALL)
    assert found is not None  # it matches everything
    return found[1], int(found[2] or 1) - 1


def name_of(block: str, run: int) -> str:
    """The way back from `run_of`."""
    return f"{block}#{run + 1}" if run else block


def _doubt(name: str, site: GateSite, seen: BlockRecord) -> str | None:
    """What is wrong if a block did not apply the gates that were recorded by its rule."""
    if site.rule is None or rule(site.rule).maps > 1:  # not known, or followed by a convolution
        return None
    u, c, s, output = (None if t is None else t[:1] for t in seen)
    if u is None or output is None or u.shape != output.shape:
        return None
    if not all(t.is_floating_point() for t in (u, c, s, output) if t is not None):
        return None
    if explains(site.rule, u, c, s, output):
        return None
    found = rule_of(u, c, s, output)
    instead = f"but {rule(found).formula} (rule {found!r})" if found else "nor by any other rule"
    return (
        f"block {name!r} was taken for a known {type(site.module).__name__}, and its output is not "
        f"{rule(site.rule).formula} (rule {site.rule!r}) of what was recorded as its gates, "
        f"{instead}. If that is no gate, or comes before its sigmoid, override is wrong as well: "
        "name the module that puts out the gate by where="
    )


def _names_modules(given: Any) -> bool:
    """Whether an input looks as what `find_blocks` takes for ``where``."""
    names = [given] if isinstance(given, str) else given
    listed = isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)
    return callable(given) or (listed and len(names) > 0)


@contextmanager
def override(
    net: nn.Module,
    gates: Mapping[str, Mapping[str, Replacement]],
    where: Where = None,
    *,
    records: Sequence[Record] = (),
) -> Iterator[None]:
    """Overrule gates while the ``with`` block lasts.

        with override(net, {"bottleneck": {"channel": g}}):
            net(image)

    The field calls this an *intervention*. It is an *ablation* if the gate loses what it says
    (edits with the base ``neutral``, ``zero``, ``flat``; ``mean`` is *mean ablation*), *activation
    patching* if it gets another input's (``from``)::

        runs = [record(net, other), record(net, third)]
        with override(net, {"bottleneck": {"spatial": {"base": "from", "from": 1}}}, records=runs):
            net(image)

    Overrides nest: an inner one wins over an outer one for the same gate, and the outer one is
    back when the inner one ends. Hooks are removed on the way out, also after an exception.
    A backward pass that computes activations anew (`torch.utils.checkpoint`) belongs into the
    ``with`` block too. The hooks are the network's, not the thread's: every thread that runs it
    meanwhile has the new gates. (`record` must have the network to itself: it would keep what other
    threads run, too.) A copy of the network that is made inside (`copy.deepcopy`) computes its
    own gates, from the first run on; pickling inside is refused.

    Args:
        net: an `nn.Module` with blocks in it.
        gates: ``{block name: {"channel": value, "spatial": value}}``, either branch or both. A
            value is a number, array or tensor that broadcasts to the gate, (N, C, 1, …) or
            (N, 1, *spatial); for channel also (C,) or (N, C). Or a function from the gate to
            its replacement: ``lambda gate: 1 - gate``. Or an edit, such as
            ``{"base": "neutral", "set": {"3": 0.5}}``: see `scse.edits`.
        where: further modules that put out gates, see `find_blocks`.
        records: for edits that bring other inputs' gates. ``{"base": "from", "from": i}`` takes
            the block's gate out of ``records[i]``, ``{"base": "mean"}`` is the mean over all of
            them, and over the images in each.

    Warns:
        UserWarning: at the end, about a block that never ran: nothing of it was replaced.

    Raises:
        ValueError: unknown block (the message lists the blocks), a branch that the block does
            not have, an edit that does not fit (see `scse.edits.replacement`), a record that has
            no such gate, or, when the network runs, a shape that does not broadcast to the gate.
            Also a value outside 0 … 1 for a block that can only be overruled through its sigmoid
            (timm's light CBAM, MobileOne).
        TypeError: ``gates`` is not such a dict, or a value is no number, array or tensor, or
            ``records`` are none. Also for pickling ``net`` inside.
        RuntimeError: as `record`.
    """
    net = unwrap(net)
    sites = find_sites(net, where)
    if not isinstance(gates, Mapping):
        raise TypeError(
            'gates must be a dict {block name: {"channel" or "spatial": value}}, '
            f"got {type(gates).__name__}"
        )
    if isinstance(records, Record) or not all(isinstance(rec, Record) for rec in records):
        raise TypeError("records must be a list of what record(net, …) returned")
    changes = {}
    for name, branches in gates.items():
        if name not in sites:
            raise ValueError(f"no block {name!r} in this {type(net).__name__}; {_listing(sites)}")
        if not isinstance(branches, Mapping):
            raise TypeError(
                f'gates[{name!r}] must be a dict {{"channel" or "spatial": value}}, '
                f"got {type(branches).__name__}"
            )
        for branch in branches:
            known = BRANCHES if (own := sites[name].gates) is None else list(own)
            if branch not in known:
                raise ValueError(_no_branch(name, sites[name], known, branch))
        changes[name] = {
            branch: replacement_of(value, branch, name, sites[name], records)
            for branch, value in branches.items()
        }
    ran: set[str | nn.Module] = set()  # names of blocks, and the network itself
    with ExitStack() as stack:
        for name, branches in changes.items():
            follow(stack, net, name, sites[name], change=_change(name, sites[name], branches, ran))
        handle = net.register_forward_hook(Hook(lambda *_: ran.add(net)))
        stack.callback(handle.remove)
        stack.enter_context(_eager())
        yield
    if idle := [name for name in changes if name not in ran]:
        names = ", ".join(map(repr, idle))
        warnings.warn(
            f"the network ran without its {names}, whose gates override was to replace: does it "
            "call block.forward(x), which no hook sees, or not use the block at all for this input?"
            if net in ran
            else f"override was to replace gates of {names}, which never ran, nor did the network: "
            "was a copy of it called, or one that was traced or exported before?",
            stacklevel=3,
        )


def _change(
    name: str,
    site: GateSite,
    branches: Mapping[str, Callable[[Tensor], Tensor]],
    ran: set[str | nn.Module],
) -> Callable[[str, Tensor], Tensor | None]:
    def change(branch: str, gate: Tensor) -> Tensor | None:
        ran.add(name)
        if site.gates is None and branch not in branches:  # its shape has now told
            raise ValueError(_no_branch(name, site, [branch], next(iter(branches), None)))
        return branches[branch](gate) if branch in branches else None

    return change


def _no_branch(name: str, site: GateSite, known: Sequence[str], branch: str | None) -> str:
    return (
        f"block {name!r} is a {type(site.module).__name__}: its gates are "
        f"{', '.join(map(repr, known))}, got {branch!r}"
    )


def replacement_of(
    value: Any, branch: str, name: str, site: GateSite, records: Sequence[Record]
) -> Callable[[Tensor], Tensor]:
    """A function from the gate to ``value`` in its shape."""
    label = f"{branch} gate of block {name!r}"
    if isinstance(value, Mapping):
        neutral = None if site.rule is None else rule(site.rule).neutral.get(branch)
        lend = _lender(value, branch, name, label, records)
        return edits.replacement(cast(edits.Edit, value), label=label, neutral=neutral, lend=lend)
    if not callable(value):
        value = _tensor(value, label)

    def replace(gate: Tensor) -> Tensor:
        new = _tensor(value(gate), label) if callable(value) else value
        given = tuple(new.shape)
        if branch == "channel" and new.dim() in (1, 2) and given[-1] == gate.shape[1]:
            new = new.reshape(given + (1,) * (gate.dim() - 2))  # from (C,) or (N, C)
        try:
            return new.to(gate).expand(gate.shape).clone()  # the network may go on in place
        except RuntimeError:
            raise ValueError(
                f"the {label} has the shape {tuple(gate.shape)}; "
                f"a value of shape {given} does not broadcast to it"
            ) from None

    return replace


def _lender(
    edit: Any, branch: str, name: str, label: str, records: Sequence[Record]
) -> Callable[[Any], Tensor] | None:
    """What `edits.replacement` asks for other inputs' gates."""
    base = edit.get("base")
    if base not in ("mean", "from"):
        return None
    if not records:
        raise ValueError(
            f"the edit of the {label} has the base {base!r}: of which inputs? "
            "override(…, records=[record(net, other), …])"
        )
    chosen = range(len(records)) if base == "mean" else [edit.get("from")]
    gates = []
    for i in chosen:
        if not isinstance(i, int) or not 0 <= i < len(records):
            raise ValueError(
                f"the edit of the {label} takes it from {i!r}; there are records 0 to "
                f"{len(records) - 1}"
            )
        if f"{name}#2" in records[i]:
            raise ValueError(
                f"block {name!r} runs several times in records[{i}]: say by a function from gate "
                "to gate which of its gates is meant"
            )
        gate = getattr(records[i][name], branch) if name in records[i] else None
        if gate is None:
            raise ValueError(f"records[{i}] has no {label}")
        gates.append(gate)
    if len({gate.shape[1:] for gate in gates}) > 1:
        shapes = ", ".join(str(tuple(gate.shape)) for gate in gates)
        raise ValueError(f"there is no mean of the {label}: its shapes in the records are {shapes}")
    lent = torch.cat(gates).mean(0, keepdim=True) if base == "mean" else gates[0]
    return lambda _: lent


def _tensor(value: Any, label: str) -> Tensor:
    try:
        tensor = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        tensor = None
    if tensor is None or tensor.is_complex():
        raise TypeError(
            f"the {label} is replaced by a real number, array or tensor, by a function that "
            f"returns one, or by an edit; got {type(value).__name__} {value!r}"
        )
    return tensor


def _listing(names: Mapping[str, Any]) -> str:
    return "the blocks are " + ", ".join(map(repr, names)) if names else "it has no blocks"


_STANCE = SimpleNamespace(lock=threading.Lock(), users=0, stack=ExitStack())


@contextmanager
def _eager() -> Iterator[None]:
    """Compiled code does not see hooks that are added after it was compiled: run it eagerly."""
    if "torch._dynamo" not in sys.modules:  # nothing can have been compiled
        yield
        return
    with _STANCE.lock:  # one for the process: the first one in sets it, the last one out restores
        if _STANCE.users == 0:
            _STANCE.stack.enter_context(torch.compiler.set_stance("force_eager"))
        _STANCE.users += 1
    try:
        yield
    finally:
        with _STANCE.lock:
            _STANCE.users -= 1
            if _STANCE.users == 0:
                _STANCE.stack.close()
