"""Explorer: the blocks of any network, their gates in the reader's hand."""

import functools
import re
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import torch
import traitlets
from torch import Tensor, nn

from scse import edits as _edits
from scse._outputs import tensor_of
from scse.foreign import Where, lasting, unwrap
from scse.recording import Record, find_blocks, run_of
from scse.tables import GateTable
from scse.widgets import _base, _file, _live, _stored, _words
from scse.widgets._engine import Change, Engine, Request, output_of
from scse.widgets._packing import unpack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("explorer")

MOST_INPUTS = 12
SORTS = ("index", "gate", "effect", "similarity", "difference")
_RANKS: dict[type[nn.Module], int] = {nn.Conv1d: 3, nn.Conv2d: 4, nn.Conv3d: 5}


def explore(
    model: nn.Module,
    image: Tensor | Sequence[Tensor],
    *,
    where: Where = None,
    classes: _stored.Classes = None,
    titles: str | Iterable[str] | None = None,
    labels: Iterable[Any] | None = None,
    **state: Any,
) -> "Explorer":
    """Look into a network's squeeze & excitation blocks and overrule their gates.

        import scse
        net = scse.load("brain-unet-scse", seed=4)
        scse.explore(net, slices)

    Args:
        model: any `nn.Module` with blocks that `scse.find_blocks` knows; it runs in the mode
            that it is in, so you may want ``model.eval()`` first.
        image: a batch (N, C, *spatial), or a list of such or of (C, *spatial) tensors. Each
            image in it can be chosen, and compared with another. How many axes a network takes
            its convolutions tell; where there are none, a tensor is a batch, and three axes in
            a list are one image.
        where: what else counts as a block, as `scse.find_blocks` takes it.
        classes: names of the classes, or (name, "#rrggbb"), as many as the output has; two for
            an output of one channel. Without them an output of more than 64 channels is taken
            for features, and shown as numbers.
        titles: what the inputs are called.
        labels: the truth for each input: (*spatial) class numbers for a segmentation, one
            number for a classifier. In a map, up to 255: a number beyond the classes, which says
            what to ignore, is outlined as an area of its own.
        state: the first state, see the traits of `Explorer`; and ``states`` and ``name``, see
            `scse.widgets`.

    Returns:
        An `Explorer`.

    Raises:
        TypeError: ``model`` is no `nn.Module`, ``image`` holds no tensors, or ``labels`` no
            numbers.
        ValueError: no blocks were found, too many inputs, numbers of things that differ, a
            colour of another form, or labels that are no class numbers.
        RuntimeError: the network did not take the image; the message has the shape and its words.
            A network of several inputs needs a wrapper that takes one.
    """
    return Explorer(
        model, image, where=where, classes=classes, titles=titles, labels=labels, **state
    )


class Explorer(_base.Widget):
    """Every block of a network: its maps and gates, and what the network answers if you edit them.

    What `explore` makes. Its page asks the kernel, which runs the network. Without a kernel it
    shows the states that were stored when it was made.
    """

    _esm = _base.MODULES / "explorer.js"
    _css = _base.style("explorer.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("explorer")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the inputs is shown."""
    compare = traitlets.Int(-1).tag(sync=True, state=True)
    """Which input it is compared with, -1 for none."""
    block = traitlets.Unicode("").tag(sync=True, state=True)
    """The block that is open."""
    slice = traitlets.Int(-1).tag(sync=True, state=True)
    """Of a volume: the index along its first axis, -1 for the middle."""
    view = traitlets.Enum(("input", "output"), "output").tag(sync=True, state=True)
    """Maps before the block (U) or after it (Û)."""
    sort = traitlets.Enum(SORTS, "index").tag(sync=True, state=True)
    """The order of the channels."""
    edits = traitlets.Dict().tag(sync=True, state=True)
    """What is done to the gates: block → branch → edit, see `scse.edits`. ``mean`` and ``from``
    are of the inputs here."""
    live = traitlets.Dict().tag(sync=True)
    """Where a page without a kernel finds the network: what `export` wrote, under its name. Or why
    there is none."""
    _engine: Engine | None = None  # in one that was opened from a file
    _record: Record | None = None

    def __init__(
        self,
        model: nn.Module,
        image: Tensor | Sequence[Tensor],
        *,
        where: Where = None,
        classes: _stored.Classes = None,
        titles: str | Iterable[str] | None = None,
        labels: Iterable[Any] | None = None,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        where = lasting(where)
        _check_model(model, where)
        images = _inputs(model, image)
        all_titles = _titles(titles, len(images))
        truths = _labels(labels, images)
        pictures = [_stored.planes_of(*pair) for pair in zip(images, truths, strict=True)]
        volume = images[0].dim() == 4
        at = images[0].shape[1] // 2 if volume else None
        engine = self._engine = Engine(
            {"model": model},
            images,
            pictures=pictures,
            where={"model": where},
            heard=self._heard,
        )
        records = []
        for i, one in enumerate(images):
            records.append(self._run(engine, {"image": {"stored": i}}))
            _check_finite(one, records[i], all_titles[i])
        names = [name for name in records[0] if all(name in rec for rec in records)]
        if not names:
            raise ValueError(f"the blocks of this {type(model).__name__} did not run")
        outputs = [output_of(rec) for rec in records]
        described = _stored.describe_output(outputs[0], images[0].shape[1:], classes)
        _check_labels(truths, described)
        blocks = [_stored.describe_block(name, [rec[name] for rec in records]) for name in names]
        opened = state.setdefault("block", _first(blocks))
        if opened not in names:
            raise ValueError(f"no block {opened!r}; the blocks are {', '.join(map(repr, names))}")
        seen = (state.get("picture", 0), names.index(opened))
        arrays, reduced, kept = _stored.stored(
            pictures, records, outputs, described, names, at, seen
        )
        if any(
            block["maps"] and len(kept.get(f"{i}.{b}", ())) < block["channels"]
            for i in range(len(images))
            for b, block in enumerate(blocks)
        ):
            state.setdefault("sort", "gate")  # those first whose maps are here at once
        manifest: _stored.Manifest = {
            "network": type(unwrap(model)).__name__,
            "inputs": [
                {
                    "title": _words.name(title),
                    "shape": list(one.shape),
                    "label": int(label) if label is not None and label.dim() == 0 else None,
                }
                for title, one, label in zip(all_titles, images, truths, strict=True)
            ],
            "blocks": blocks,
            "output": described,
            "slice": at,
            "reduced": reduced,
            "hint": self._hint(engine, records[0], blocks[seen[1]]),
            "maps": kept,
            "defaults": {"block": opened},
        }
        self._record = records[0]
        if any("edits" in step[1] for step in state.get("tour", ()) if len(step) > 1):
            raise ValueError(
                "a tour of an Explorer sets no edits: its pictures for print are what is stored"
            )
        super().__init__(manifest, arrays, **state)
        engine.serve(self)

    def _begin(self, manifest: dict[str, Any], packed: bytes, state: Mapping[str, Any]) -> None:
        # ipywidgets opens an instance's line to the page by `open()`; on the class it is ours.
        self.open = functools.partial(  # type: ignore[method-assign]
            anywidget.AnyWidget.open, self
        )
        super()._begin(manifest, packed, state)

    def _hint(self, engine: Engine, record: Record, block: _stored.Block) -> int | None:
        """The channel of a block that changes the output most when its gate is 0, or None.

        It is the one that the page suggests to pull. The search stops after a second.
        """
        if not block["channel"]:
            return None
        own, best, most = output_of(record), None, 0.0
        begin = time.perf_counter()
        for k in range(block["channels"]):
            keep = torch.ones(block["channels"])
            keep[k] = 0
            zero: Change = {"keep": keep, "value": 0.0}
            gates = {run_of(block["name"])[0]: {"channel": zero}}
            seen = self._run(engine, {"image": {"stored": 0}, "gates": gates})
            change = float((output_of(seen) - own).abs().double().mean())
            if change > most:
                best, most = k, change
            if time.perf_counter() - begin > 1:
                break
        return best

    def _run(self, engine: Engine, request: Request) -> Record:
        engine.run(request)
        assert self._record is not None  # `_heard` has it
        return self._record

    def _heard(self, record: Record, request: Request) -> None:
        self._record = record

    @property
    def record(self) -> Record | None:
        """The `scse.recording.Record` of the last run; None in one that was opened from a file."""
        return self._record

    @property
    def gates(self) -> GateTable:
        """The gates of all blocks in the last run, see `scse.recording.Record.gates`.

        Raises:
            RuntimeError: the explorer was opened from a file, which has no network.
        """
        if self._record is None:
            raise RuntimeError("this Explorer was opened from a file: there is no network to run")
        return self._record.gates

    def save(
        self,
        path: str | Path,
        *,
        title: str | None = None,
        overwrite: bool = False,
        live: bool = False,
    ) -> Path:
        """Write the explorer to a file: a page, or what a page is made of.

            scse.explore(net.eval(), images).save("network.html", live=True)

        Args:
            path: where to. ``.html``: one page, which opens by a double click, without a kernel.
                ``.json``: the data alone, for `open`.
            title: heading of the page.
            overwrite: replace a file that is not one of ours. Ours are always replaced.
            live: put the network into the page too, with its inputs and with ONNX Runtime, about
                5 MB: its output then follows the gates with no Python behind. The network is
                exported with its gates as inputs (`scse.export`, which needs the extra ``onnx``)
                and compared with torch before anything is written.

        Returns:
            The path.

        Warns:
            UserWarning: the network cannot be put into a page, and why: it cannot be exported, is
                in training mode, or its inputs differ in size. The page is written without it, and
                says so too.

        Raises:
            ValueError: ``path`` does not end in .html or .json; or it is to be live, and is no
                page, or this explorer was opened from a file.
            FileNotFoundError: its folder is not there; or it is to be live, and this installation
                lacks ONNX Runtime for pages.
            FileExistsError: another file is in the place.
            ModuleNotFoundError: it is to be live, and onnx, onnxscript or onnxruntime is missing.
        """
        state = self.get_state(["manifest", "live", *self.state_names()])
        parts: dict[str, bytes] = {}
        path = _file.place(path, overwrite=overwrite)  # an export may take minutes
        data = path.suffix.lower() == ".json"
        if live and data:
            raise ValueError("live=True is for pages (.html); a .json file is data alone")
        if not data:
            state["live"] = {}  # what a site has lies not beside a page of its own
        if live:
            engine, runtime = self._running(), _live.runtime()
            try:
                network = _live.network(engine)
                parts = {**runtime, **network.parts("network")}
                state["live"] = {"name": "network", "arrays": network.arrays}
            except _live.Obstacle as obstacle:
                state["live"] = {"obstacle": str(obstacle)}
                kind = self.manifest["network"]
                warnings.warn(
                    f"this {kind} does not run in a page: {obstacle}. The page shows the stored "
                    "states",
                    stacklevel=2,
                )
        return _file.write(
            path,
            state,
            self.packed,
            title=title
            or _words.group("explorer", "page")["heading"].format(network=self.manifest["network"]),
            code={"_esm": str(self._esm), "_css": str(self._css)},
            parts=parts,
        )

    def export(self, folder: str | Path, name: str) -> None:
        """Write the network for the pages of a site, and let this explorer use it there.

        Args:
            folder: where to write ``<name>.onnx``, the network with its gates as inputs, and
                ``<name>.inputs``. The site serves both from ``onnx/`` beside its engine.
            name: a short name: letters, digits, ``-``, ``_`` and ``.``.

        Raises:
            ModuleNotFoundError: onnx, onnxscript or onnxruntime is missing.
            FileNotFoundError: the folder is not there.
            ValueError: the network cannot be exported, and why; or ``name`` is no such name; or
                this explorer was opened from a file.
        """
        engine, folder = self._running(), Path(folder).expanduser()
        if not re.fullmatch(r"[\w.-]+", name) or name.startswith("."):
            raise ValueError(f"name must be a short name of letters, digits, -, _, got {name!r}")
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {str(folder)!r} to export to")
        network = _live.network(engine)
        for path, content in network.parts(name).items():
            (folder / Path(path).name).write_bytes(content)
        self.live = {"name": name, "arrays": network.arrays}

    def _running(self) -> Engine:
        if self._engine is None:
            raise ValueError("this Explorer was opened from a file: there is no network to export")
        return self._engine

    @classmethod
    def open(cls, path: str | Path) -> "Explorer":
        """An explorer of a file that `save` wrote. It has no network: the stored states move.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not one that `save` wrote, is damaged, or of another version.
        """
        state, packed = _file.read(path)
        manifest, live = state.pop("manifest"), state.pop("live", {})
        try:
            _stored.check(manifest, unpack(packed, manifest["arrays"]))
            # It may have been saved in English.
            for entry in manifest["inputs"]:
                entry["title"] = _words.name(entry["title"])
            for entry in manifest["output"]["classes"]:
                entry["name"] = _words.name(entry["name"])
            opened = cls._of(manifest, packed, state)
            opened.live = live
            return opened
        except (KeyError, TypeError, ValueError, traitlets.TraitError) as error:
            raise ValueError(
                f"{str(path)!r} is damaged, or was saved by another version of scse: {error}"
            ) from error

    @traitlets.validate("picture", "compare")
    def _check_input(self, proposal: traitlets.Bunch) -> int:
        count, low = len(self.manifest["inputs"]), 0 if proposal.trait.name == "picture" else -1
        if not low <= proposal.value < count:
            raise traitlets.TraitError(
                f"{proposal.trait.name} must be {low} to {count - 1}, got {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("block")
    def _check_block(self, proposal: traitlets.Bunch) -> str:
        names = [block["name"] for block in self.manifest["blocks"]]
        if proposal.value not in names:
            raise traitlets.TraitError(
                f"no block {proposal.value!r}; the blocks are {', '.join(map(repr, names))}"
            )
        return proposal.value

    @traitlets.validate("slice")
    def _check_slice(self, proposal: traitlets.Bunch) -> int:
        depth = 0  # volumes may differ in depth
        if self.manifest["slice"] is not None:
            depth = max(entry["shape"][1] for entry in self.manifest["inputs"])
        if not -1 <= proposal.value < depth:
            allowed = f"0 to {depth - 1}, or -1 for the middle" if depth else "-1: no volume"
            raise traitlets.TraitError(f"slice must be {allowed}, got {proposal.value}")
        return proposal.value

    @traitlets.validate("edits")
    def _check_edits(self, proposal: traitlets.Bunch) -> _edits.Edits:
        wrong = _stored.problem(proposal.value, self.manifest)
        if wrong:
            raise traitlets.TraitError(f"edits: {wrong}")
        return proposal.value

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        manifest: _stored.Manifest = self.manifest
        arrays = unpack(self.packed, self.manifest["arrays"])
        names = [block["name"] for block in manifest["blocks"]]
        at = state["picture"]
        key = f"{at}.{names.index(state['block'])}"
        kind = manifest["output"]["kind"]
        shown = ["picture", *(["mask"] if f"mask{key}" in arrays else [])]
        axes = figure.subplots(1, len(shown) + 2, squeeze=False)[0]
        _base.show(axes[0], arrays[f"picture{at}"], manifest["inputs"][at]["title"], cmap="gray")
        if "mask" in shown:
            _base.show(
                axes[1], arrays[f"mask{key}"][0], STILL["mask"], cmap=_base.colour_map("space")
            )
        if f"gates{key}" in arrays:
            gates = arrays[f"gates{key}"]
            axes[-2].bar(range(len(gates)), gates.tolist(), color=_base.COLOURS["channel-fill"])
            axes[-2].set(
                ylim=(0, 1),
                xlabel=STILL["channel"],
                title=STILL["gates"].format(block=state["block"]),
            )
        else:
            axes[-2].set_axis_off()
        if kind == "map":
            classes = manifest["output"]["classes"]
            _base.show_classes(axes[-1], arrays[f"output{at}"], classes, STILL["output"])
        else:
            values = arrays[f"output{at}"][:12].tolist()
            axes[-1].barh(range(len(values)), values, color=_base.COLOURS["plain-fill"])
            axes[-1].set(title=STILL["output"])


def _check_model(model: Any, where: Where) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {type(model).__name__}")
    if not find_blocks(model, where):
        raise ValueError(
            f"this {type(model).__name__} has no squeeze & excitation blocks that are known here. "
            "Known are cSE, sSE and scSE of this package and those of segmentation-models-pytorch, "
            "MONAI, timm, torchvision and pytorch-3dunet. In any other network name the modules "
            'that put out a gate: where=["layer1.0.gate"], or a function (name, module) -> bool'
        )


def _inputs(model: nn.Module, image: Any) -> list[Tensor]:
    """The images (C, *spatial) in what was given."""
    # The highest: there are gates with a convolution over the channels in them.
    ranks = [_RANKS[kind] for m in model.modules() for kind in _RANKS if isinstance(m, kind)]
    rank = max(ranks, default=None)
    parts = [image] if isinstance(image, Tensor) else image
    if not isinstance(parts, (list, tuple)) or not all(isinstance(p, Tensor) for p in parts):
        kinds = (
            type(image).__name__
            if not isinstance(parts, (list, tuple))
            else f"a list with {', '.join(sorted({type(p).__name__ for p in parts}))}"
        )
        raise TypeError(f"image must be a tensor or a list of tensors, got {kinds}")
    # Where nothing tells, a tensor is a batch, and three axes in a list are one picture.
    alone = rank - 1 if rank else 2 if isinstance(image, Tensor) else 3
    images: list[Tensor] = []
    for part in parts:
        if not 2 <= part.dim() <= 5:
            raise ValueError(
                "an image is a batch (N, C, *spatial) or one (C, *spatial) of one to three "
                f"spatial axes, got shape {tuple(part.shape)}"
            )
        images += [part] if part.dim() in (2, alone) else list(part)
    images = [one.detach().clone() for one in images]
    if not images or any(one.numel() == 0 for one in images):
        raise ValueError("image is empty: explore needs one picture at least")
    if len(images) > MOST_INPUTS:
        raise ValueError(
            f"explore shows {MOST_INPUTS} inputs at most, got {len(images)} by its first axis, "
            f"(N, C, *spatial): pass image[:{MOST_INPUTS}]"
        )
    if len({one.dim() for one in images}) > 1 or len({one.shape[0] for one in images}) > 1:
        shapes = sorted({tuple(one.shape) for one in images})
        raise ValueError(f"all inputs must have the same channels and axes, got {shapes}")
    return images


def _check_finite(image: Tensor, record: Record, title: str) -> None:
    """Numbers that are none cannot be drawn, nor stored in a page."""
    found: dict[str, Tensor | None] = {"the input": image}
    for name, block in record.items():
        parts = {"maps": block.input, "channel gates": block.channel, "mask": block.spatial}
        found |= {f"the {part} of block {name!r}": value for part, value in parts.items()}
    # −inf is a way to rule a class out.
    found["the output"] = tensor_of(record.logits).nan_to_num(nan=torch.nan, neginf=0, posinf=0)
    for what, value in found.items():
        if value is not None and not value.isfinite().all():
            raise ValueError(f"NaN or infinite values in {what}, for {title!r}")


def _titles(titles: str | Iterable[str] | None, count: int) -> list[str]:
    if titles is None:
        titles = [f"input {k + 1}" for k in range(count)]
    titles = [titles] if isinstance(titles, str) else [str(title) for title in titles]
    if len(titles) != count:
        raise ValueError(f"there are {count} inputs, titles= names {len(titles)}")
    return titles


def _labels(labels: Any, images: Sequence[Tensor]) -> list[Tensor | None]:
    """The truth for each input: a class map, a number, or None."""
    if labels is None:
        return [None] * len(images)
    try:
        labels = [torch.as_tensor(label) for label in labels]
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(
            f"labels must be a list of class maps or numbers, got {labels!r:.60}"
        ) from None
    if len(labels) != len(images):
        raise ValueError(f"there are {len(images)} inputs, labels= has {len(labels)}")
    # A batch of one is what goes with a batch of one.
    pairs = list(zip(labels, images, strict=True))
    labels = [one[0] if one.dim() == image.dim() and len(one) == 1 else one for one, image in pairs]
    for label, one in zip(labels, images, strict=True):
        _check_class_numbers(label)
        if label.dim() and label.shape != one.shape[1:]:
            raise ValueError(
                f"a label must be {tuple(one.shape[1:])} like its image, got {tuple(label.shape)}"
            )
    return labels


def _check_class_numbers(label: Tensor) -> None:
    """Maps are stored as 8 bits, where other numbers would become those of other classes."""
    if label.is_complex():
        raise TypeError(f"labels must be class numbers, got {label.dtype}")
    odd = (label != label.round()) if label.is_floating_point() else torch.zeros_like(label).bool()
    odd = odd | (label < 0) | (label > (255 if label.dim() else 2**31))
    if odd.any():
        most = "0 to 255" if label.dim() else "0 or more"
        first = label[odd].flatten()[0].item()
        raise ValueError(f"labels must be class numbers, whole and {most}, got {first:g}")


def _check_labels(labels: Iterable[Tensor | None], described: _stored.Output) -> None:
    for label in labels:
        if label is not None and (label.dim() == 0) != (described["kind"] != "map"):
            form = "(*spatial)" if described["kind"] == "map" else "one number an input"
            raise ValueError(f"labels of this network are {form}, got shape {tuple(label.shape)}")
        if label is not None and described["kind"] == "classes":
            count = len(described["classes"])
            if label >= count:
                raise ValueError(
                    f"labels has class {int(label)}; this network has 0 to {count - 1}"
                )


def _first(blocks: Sequence[_stored.Block]) -> str:
    """The block that is open at first: the last of few enough channels to be seen at once."""
    few = [b["name"] for b in blocks if b["channel"] and b["channels"] <= 64]
    return (few or [b["name"] for b in blocks])[-1]
