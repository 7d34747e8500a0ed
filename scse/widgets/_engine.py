"""The kernel's half of the engine contract: torch answers what a page asks of a network.

js/src/engine/contract.js is the contract, js/src/engine/kernel.js the page's half. A widget that
has networks makes one `Engine` and lets it serve:

    self._engine = Engine({"mine": net}, images)
    self._engine.serve(self)
"""

import inspect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal, TypedDict, final

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from scse._outputs import tensor_of
from scse.foreign import Where
from scse.recording import BlockRecord, Record, override, record, run_of
from scse.rules import BRANCHES
from scse.widgets import _words

SIZE = 64  # maps travel averaged to so many positions a side at most
PAUSE = 0.1  # seconds between two words of progress
REASONS = _words.group("engine", "reasons")


# What contract.js says, in its words; a tensor stands for a typed array and its shape.


class Stored(TypedDict):
    stored: int  # the number of an image that the engine has


class Change(TypedDict, total=False):
    """What is done to a gate."""

    keep: Tensor | float  # 1 if left out
    value: Tensor | float  # 0 if left out


class _Request(TypedDict):
    image: Tensor | Stored


@final
class Request(_Request, total=False):
    network: str
    gates: Mapping[str, Mapping[str, Change]]
    maps: Mapping[str, Sequence[int] | Literal["all"]]
    slice: int


class _PictureRequest(TypedDict):
    picture: int


class PictureRequest(_PictureRequest, total=False):
    slice: int


class _Block(TypedDict):
    channel: Tensor | None  # (C,)
    spatial: Tensor | None  # (h, w)


class Block(_Block, total=False):
    maps: Tensor  # (channels, h, w)


class Answer(TypedDict):
    output: Tensor
    blocks: dict[str, Block]
    ms: float


class Engine:
    """Runs networks for a page.

    Args:
        networks: name → `nn.Module`. The first answers where a request names none.
        images: what a request may name as ``{"stored": i}``, each (channels, *spatial).
        pictures: what a panel shows of each of them, (planes, *spatial).
        where: name of a network → what else counts as a block in it, as `find_blocks` takes it.
        heard: called with ``(record, request)`` after each run that a page asked for.

    Networks run in the mode they are in, without gradients; buffers stay as they are.
    """

    def __init__(
        self,
        networks: Mapping[str, nn.Module],
        images: Iterable[Tensor] = (),
        *,
        pictures: Iterable[Tensor] = (),
        where: Mapping[str, Where] | None = None,
        heard: Callable[[Record, Request], None] | None = None,
    ) -> None:
        if not networks:
            raise ValueError("an engine needs one network at least")
        for name, net in networks.items():
            if not isinstance(net, nn.Module):
                raise TypeError(f"network {name!r} must be an nn.Module, got {type(net).__name__}")
        self.networks, self.images = dict(networks), list(images)
        self.pictures = list(pictures)
        self.heard = heard
        self.where = dict(where or {})
        self._calls: dict[str, int] = {}  # network name → how many leaf modules its last run called

    def serve(self, widget: Any) -> None:
        """Answer the ``scse-run`` messages that come from the widget's page."""
        widget.on_msg(self._on_message)

    def _on_message(self, widget: Any, content: Any, buffers: Sequence[Any] | None) -> None:
        if not isinstance(content, Mapping) or content.get("kind") != "scse-run":
            return
        head = {"id": content.get("id")}
        try:
            request = decode(content.get("request"), buffers)

            def tell(done: float) -> None:
                widget.send({"kind": "scse-progress", **head, "done": done})

            answer, sent = encode(self.run(request, tell))
        except Exception as error:  # a page must hear of every failure: it waits for an answer
            widget.send({"kind": "scse-failure", **head, "message": message_of(error)})
        else:
            widget.send({"kind": "scse-answer", **head, "answer": answer}, sent)

    def run(
        self,
        request: Request | PictureRequest,
        progress: Callable[[float], None] | None = None,
    ) -> Answer:
        """An `Answer` to a `Request` or `PictureRequest` of contract.js, tensors for typed arrays.

        Args:
            request: a dict; ``image`` is (channels, *spatial) or ``{"stored": i}``. Or
                ``{"picture": i, "slice": index}``, for which no network runs.
            progress: called with a number in 0 … 1 now and then.

        Returns:
            ``{"output": tensor, "blocks": {name: {"channel": (C,) or None, "spatial": (h, w) or
            None, "maps": (channels, h, w) where asked for}}, "ms": float}``.

        Raises:
            ValueError: an unknown network, block, branch, image or channel, or a change whose
                length is not that of the gate.
            TypeError: a request of another form, or a network that returns no tensor.
            RuntimeError: the network did not accept the image; its words and the shape are in it.
        """
        if not isinstance(request, Mapping):
            raise TypeError(f"a request must be a dict, got {type(request).__name__}")
        if "picture" in request:
            planes = _numbered(self.pictures, request["picture"], "picture")
            output = cut(planes, request.get("slice"), planes.shape[1:])
            return {"output": output, "blocks": {}, "ms": 0.0}
        name, net = self._network(request.get("network"))
        where = self.where.get(name)
        image = self._image(request.get("image"), net)
        own: dict[
            tuple[str, str], list[Tensor]
        ] = {}  # (block, branch) → the gates it was given, in the order of its runs
        changes = {
            block: {
                branch: _changer(change, branch, block, own.setdefault((block, branch), []))
                for branch, change in branches.items()
            }
            for block, branches in (request.get("gates") or {}).items()
        }
        begin = time.perf_counter()
        with ExitStack() as stack:
            if changes:
                stack.enter_context(override(net, changes, where))
            if progress is not None:
                stack.enter_context(self._counting(name, net, progress))
            try:
                rec = record(net, image, where=where)
            except (ValueError, TypeError, RuntimeError, IndexError, AssertionError) as error:
                if isinstance(error, _Change):
                    raise
                words = REASONS["refused"]
                refused = words.format(shape=tuple(image.shape), message=message_of(error))
                raise RuntimeError(_advised(refused, net)) from error
        seconds = time.perf_counter() - begin
        if self.heard is not None:
            self.heard(rec, request)
        return self._answer(rec, request, image.shape[2:], own, 1000 * seconds)

    def _network(self, name: str | None) -> tuple[str, nn.Module]:
        if name is None:
            name = next(iter(self.networks))
        if name not in self.networks:
            known = ", ".join(map(repr, self.networks))
            raise ValueError(f"no network {name!r}; there are {known}")
        return name, self.networks[name]

    def _image(self, image: Any, net: nn.Module) -> Tensor:
        """The image as a batch of one, of the network's dtype and on its device."""
        if isinstance(image, Mapping) and "stored" in image:
            image = _numbered(self.images, image["stored"], "stored image")
        if not isinstance(image, Tensor):
            raise TypeError(f"an image must be a tensor or {{'stored': i}}, got {image!r}")
        like = next((p for p in net.parameters() if p.is_floating_point()), None)
        if like is not None:
            image = image.to(like.device, like.dtype if image.is_floating_point() else None)
        # A network may work in place on what it is given; the stored image stays as it is.
        return image[None].clone()

    def _counting(self, name: str, net: nn.Module, progress: Callable[[float], None]) -> ExitStack:
        """Hooks that count the modules as they run, and tell how much of the network is done."""
        leaves = [module for module in net.modules() if not any(module.children())]
        total = self._calls.get(name, len(leaves))
        calls, told = 0, time.perf_counter()

        def count(*_: Any) -> None:
            nonlocal calls, told
            calls += 1
            now = time.perf_counter()
            if now - told > PAUSE:
                told = now
                progress(min(1.0, calls / max(1, total)))

        stack = ExitStack()
        for module in leaves:
            stack.callback(module.register_forward_hook(count).remove)
        stack.callback(lambda: self._calls.update({name: max(1, calls)}))
        return stack

    def _answer(
        self,
        rec: Record,
        request: Request,
        spatial: torch.Size,
        own: Mapping[tuple[str, str], list[Tensor]],
        ms: float,
    ) -> Answer:
        at = request.get("slice")
        wanted = request.get("maps") or {}
        unknown = [block for block in wanted if block not in rec]
        if unknown:
            raise ValueError(f"no block {unknown[0]!r} ran; there are {', '.join(map(repr, rec))}")
        blocks: dict[str, Block] = {}
        for block, entry in rec.items():
            channel, mask = (_own(block, entry, branch, own) for branch in BRANCHES)
            blocks[block] = {
                "channel": None if channel is None else channel[0].flatten(),
                "spatial": None if mask is None else cut(mask[0], at, spatial)[0],
            }
            if block in wanted and entry.input is not None:
                maps = _chosen(entry.input[0], wanted[block], block)
                blocks[block]["maps"] = pooled(cut(maps, at, spatial))
        output = output_of(rec)
        if at is not None and output.shape[1:] == spatial and len(spatial) == 3:
            output = output[:, _index(at, spatial[0], spatial[0])]
        return {"output": output, "blocks": blocks, "ms": ms}


def _own(
    block: str, entry: BlockRecord, branch: str, kept: Mapping[tuple[str, str], list[Tensor]]
) -> Tensor | None:
    """The gate that a block computed: the one put aside, where another one went on."""
    path, turn = run_of(block)
    gates = kept.get((path, branch), [])
    return gates[turn] if turn < len(gates) else getattr(entry, branch)


def _numbered(things: Sequence[Tensor], i: Any, what: str) -> Tensor:
    if not isinstance(i, int) or not 0 <= i < len(things):
        raise ValueError(f"no {what} {i!r}; there are {len(things)}")
    return things[i]


def _advised(message: str, net: nn.Module) -> str:
    """With what to do about a network that takes more than one tensor."""
    try:
        parameters = list(inspect.signature(net.forward).parameters.values())
    except (TypeError, ValueError):  # a forward that is not written in Python
        return message
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [p for p in parameters if p.default is p.empty and p.kind not in several]
    if needed and needed[0].kind is not inspect.Parameter.KEYWORD_ONLY:
        needed = needed[1:]  # that one is the image
    if not needed:
        return message
    names = REASONS["and"].join(repr(p.name) for p in needed)
    return REASONS["needs"].format(message=message, kind=type(net).__name__, names=names)


class _Change(ValueError):
    """A change that does not fit its gate, found while the network ran."""


def _changer(
    change: Change, branch: str, block: str, kept: list[Tensor]
) -> Callable[[Tensor], Tensor]:
    """gate → keep · gate + value, with the gate it was given put aside in ``kept``."""
    if not isinstance(change, Mapping):
        raise TypeError(f"a change of block {block!r} must be a dict with keep and value")

    def entries(key: Literal["keep", "value"], default: float, gate: Tensor) -> Tensor:
        value = torch.as_tensor(change.get(key, default)).to(gate)
        if value.numel() not in (1, gate[0].numel()):
            raise _Change(
                f"{key} of the {branch} gate of block {block!r} has {value.numel()} numbers; "
                f"the gate has {gate[0].numel()}"
            )
        return value if value.numel() == 1 else value.reshape(gate[:1].shape)

    def changed(gate: Tensor) -> Tensor:
        kept.append(gate.detach().clone())
        return entries("keep", 1.0, gate) * gate + entries("value", 0.0, gate)

    return changed


def _index(at: int, length: int, whole: int) -> int:
    """The position in an axis of ``length`` that lies where ``at`` lies in one of ``whole``."""
    return min(length - 1, max(0, int((at + 0.5) * length / whole)))


def cut(maps: Tensor, at: int | None, spatial: Sequence[int]) -> Tensor:
    """(C, *spatial) as (C, h, w): a volume cut to slice ``at``, a line as a map of one row.

    ``spatial`` is the shape in which ``at`` counts, that of the image. A volume stays one where
    no slice is asked for.
    """
    if maps.dim() == 4 and at is not None:
        return maps[:, _index(at, maps.shape[1], spatial[0])]
    return maps[:, None] if maps.dim() == 2 else maps


def _chosen(maps: Tensor, channels: Sequence[int] | Literal["all"], block: str) -> Tensor:
    if isinstance(channels, str):
        return maps
    wrong = [k for k in channels if not isinstance(k, int) or not 0 <= k < len(maps)]
    if wrong:
        raise ValueError(f"block {block!r} has {len(maps)} channels; there is no {wrong[0]!r}")
    return maps[channels]


def pooled(maps: Tensor, size: int = SIZE) -> Tensor:
    """Maps (C, h, w) averaged to ``size`` positions a side at most, in their proportions."""
    factor = -(-max(maps.shape[-2:]) // size)
    if factor == 1 or maps.dim() != 3 or not len(maps):
        return maps
    height, width = maps.shape[-2:]
    return adaptive_avg_pool2d(maps.float(), (-(-height // factor), -(-width // factor)))


def output_of(rec: Record) -> Tensor:
    """What the network returned for the first image: at least one axis, and numbers."""
    output = tensor_of(rec.logits)[0]
    output = output if output.dim() else output[None]
    return output.float() if output.dtype == torch.bool else output


def message_of(error: Exception) -> str:
    """An exception in words for a reader: a bare one is called by its kind."""
    words = str(error.args[0] if isinstance(error, KeyError) and error.args else error).strip()
    return words[:600] or type(error).__name__


def encode(tree: Any) -> tuple[Any, list[bytes]]:
    """A tree of dicts, lists and tensors as JSON and the buffers that go beside it."""
    buffers: list[bytes] = []

    def array(tensor: Tensor) -> dict[str, Any]:
        flat = tensor.detach().to("cpu", torch.float32).contiguous()
        buffers.append(flat.numpy().astype("<f4").tobytes())
        return {"buffer": len(buffers) - 1, "dtype": "float32"}

    def walk(node: Any, key: str | None = None) -> Any:
        if isinstance(node, Tensor):
            if key == "channel":  # a list of numbers; everything else has a shape
                return array(node)
            return {"shape": list(node.shape), "data": array(node)}
        if isinstance(node, Mapping):
            return {name: walk(value, name) for name, value in node.items()}
        return node

    return walk(tree), buffers


def decode(tree: Any, buffers: Sequence[Any] | None) -> Any:
    """What `encode` made, with tensors in the place of its buffers.

    Raises:
        ValueError: a buffer that is not there, or of another dtype or length.
    """
    sent = buffers or ()

    def array(entry: Any) -> Tensor:
        if entry.get("dtype") != "float32" or not 0 <= entry["buffer"] < len(sent):
            raise ValueError(f"the message has no float32 array {entry!r}")
        return torch.frombuffer(bytearray(sent[entry["buffer"]]), dtype=torch.float32)

    def walk(node: Any) -> Any:
        if isinstance(node, Mapping):
            if set(node) == {"buffer", "dtype"}:
                return array(node)
            if set(node) == {"shape", "data"}:
                return array(node["data"]).reshape(node["shape"])
            return {name: walk(value) for name, value in node.items()}
        return [walk(value) for value in node] if isinstance(node, list) else node

    return walk(tree)
