"""ContrastSwap: one slice in two contrasts exchanges the channel gates of a block."""

import torch
import traitlets

from scse.recording import override
from scse.widgets import _base, _twin


class ContrastSwap(_base.Widget):
    """Give a picture the channel gates of its twin in another contrast, a little or wholly.

    The network runs here, once for each picture and step; the page shows what came out.

        ContrastSwap(net, (t1, inverted), label, titles=("T1-like", "inverted"))

    Args:
        net: a network with `cSE` or `scSE` blocks.
        images: two pictures (channels, H, W) of the same thing.
        label: (H, W) class numbers, true for both.
        classes: ``[(name, "#rrggbb"), …]``, background first; made up if not given.
        titles: what to call the two pictures.
        credit: where they come from.
        block: whose gates are exchanged.
        steps: positions of the slider from own gates to exchanged ones, both counted.
        step: the first position, see the trait.

    Raises:
        TypeError: images or label that are no tensors, unknown keywords.
        ValueError: unknown block, one without a channel gate, shapes that do not fit, fewer
            than two steps.
    """

    _esm = _base.STATIC / "contrast_swap.js"
    step = traitlets.Int(0).tag(sync=True, state=True)
    """0 for own gates … steps - 1 for the other picture's gates."""

    def __init__(
        self,
        net,
        images,
        label,
        classes=None,
        *,
        titles=("first", "second"),
        credit="",
        block="bottleneck",
        steps=5,
        **state,
    ):
        self._check_keywords(state)
        _base.block(net, block, "channel")
        if len(images) != 2:
            raise ValueError(f"images must be two pictures, got {len(images)}")
        for image in images:
            _base.check_label(label, _base.check_image(image))
        if steps < 2:
            raise ValueError(f"steps must be at least 2, got {steps}")
        self._label = label.byte()
        with _base.evaluating(net), torch.no_grad():
            records = [_base.run(net, image) for image in images]
            self._own = torch.stack([r[block].channel[0].flatten() for r in records])  # (2, C)
            self._parts = torch.linspace(0, 1, steps, dtype=torch.float64)
            maps = []
            for part in self._parts.tolist():
                for image, gates in zip(images, self._blend(part), strict=True):
                    with override(net, {block: {"channel": gates}}):
                        maps.append(net(image[None])[0].argmax(0).byte())
        self._maps = torch.stack(maps).unflatten(0, (steps, 2))  # (steps, 2, H, W)
        self._pictures = torch.stack([_base.grey(image) for image in images])
        manifest = {
            "titles": list(titles),
            "credit": credit,
            "block": block,
            "classes": _base.check_classes(classes, records[0].logits.shape[1]),
            "size": list(label.shape),
            "channels": self._own.shape[1],
            "parts": self._parts.tolist(),
        }
        arrays = {
            "images": self._pictures,
            "label": self._label,
            "gates": self._own,
            "maps": self._maps,
        }
        super().__init__(manifest, arrays, **state)

    def _blend(self, part):
        """The gates (2, C) in use: each picture's own, ``part`` of the way to the other's."""
        return self._own + part * (self._own.flip(0) - self._own)

    @traitlets.validate("step")
    def _check_step(self, proposal):
        steps = len(self._parts)
        if not 0 <= proposal.value < steps:
            raise traitlets.TraitError(f"step must be 0 to {steps - 1}, got {proposal.value}")
        return proposal.value

    def evaluate(self, step=None) -> dict:
        """What the page shows; at the present step if none is given.

        Returns:
            ``gates`` (2, C) in use, ``segmentation`` (2, H, W), and for each picture, as lists:
            ``dice``, ``dice_of`` (classes,) and ``changed``, the number of pixels that differ
            from step 0.
        """
        step = self.step if step is None else step
        classes = len(self.manifest["classes"])
        found = [_twin.scores(m.long(), self._label, classes) for m in self._maps[step]]
        return {
            "gates": self._blend(self._parts[step].item()).double(),
            "segmentation": self._maps[step].long(),
            "dice": [score["dice"] for score in found],
            "dice_of": [score["dice_of"] for score in found],
            "changed": (self._maps[step] != self._maps[0]).sum((1, 2)).tolist(),
        }

    def _draw(self, figure):
        own, swapped = self.evaluate(0), self.evaluate(len(self._parts) - 1)
        axes = figure.subplots(2, 4, width_ratios=[1, 1, 1, 2.4])
        order = (self._own[0] - self._own[1]).argsort()
        for i, title in enumerate(self.manifest["titles"]):
            _base.show(axes[i, 0], self._pictures[i], title, cmap="gray")
            for axis, now, what in ((axes[i, 1], own, "own"), (axes[i, 2], swapped, "exchanged")):
                text = f"{what} gates: Dice {now['dice'][i]:.2f}"
                classes = self.manifest["classes"]
                _base.show_classes(axis, now["segmentation"][i], classes, text)
            axes[i, 3].bar(range(len(order)), self._own[i, order], color="#f08a2c")
            axes[i, 3].set(ylim=(0, 1), xticks=[])
            axes[i, 3].set_title(f"gates, {self.manifest['block']}", fontsize=8)
