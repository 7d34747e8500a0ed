"""ContrastSlider: the channel gates of a block while the contrast of the picture slides."""

import torch
import traitlets

from scse.recording import override
from scse.widgets import _base, _twin
from scse.widgets._packing import quantise

FREEZE = ("own", "first", "last")


class ContrastSlider(_base.Widget):
    """Slide the contrast of a picture and watch the gates cross over, and the Dice with them.

    The networks run here, for every contrast, three times: with their own gates, and with those
    of the first and of the last contrast held fast. The page shows what came out.

        ContrastSlider({"seed 0": net}, lambda contrast: image(contrast), label)

    Args:
        nets: name → network with `cSE` or `scSE` blocks; the names are what the reader chooses
            from.
        render: a function from a contrast to the picture (channels, H, W).
        label: (H, W) class numbers, true for every contrast.
        classes: ``[(name, "#rrggbb"), …]``, background first; made up if not given.
        values: the contrasts.
        ends: what to call the first and the last of them.
        credit: where the pictures come from.
        block: whose gates are shown and held.
        contrast, network, freeze: the first state, see the traits.

    Raises:
        TypeError: nets that are no dict, render that is no function, unknown keywords.
        ValueError: unknown block, one without a channel gate, shapes that do not fit, fewer
            than two values, networks whose blocks differ in size.
    """

    _esm = _base.STATIC / "contrast_slider.js"
    contrast = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the values."""
    network = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the networks."""
    freeze = traitlets.Enum(FREEZE, "own").tag(sync=True, state=True)
    """Gates: ``"own"``, or held at those of the ``"first"`` or ``"last"`` contrast."""

    def __init__(
        self,
        nets,
        render,
        label,
        classes=None,
        *,
        values=None,
        ends=("first", "last"),
        credit="",
        block="bottleneck",
        **state,
    ):
        self._check_keywords(state)
        if not isinstance(nets, dict) or not nets:
            raise TypeError(f"nets must be a dict {{name: network}}, got {type(nets).__name__}")
        if not callable(render):
            raise TypeError(f"render must be a function, got {type(render).__name__}")
        values = [i / 12 for i in range(13)] if values is None else [float(v) for v in values]
        if len(values) < 2:
            raise ValueError(f"values must be two contrasts at least, got {len(values)}")
        images = [_base.check_image(render(value)) for value in values]
        _base.check_label(label, images[0])
        self._label = label.byte()
        found = [_through(net, images, block) for net in nets.values()]
        counts = {gates.shape[1] for gates, _, _ in found}
        if len(counts) > 1:
            raise ValueError(f"block {block!r} differs in size among the networks: {counts}")
        self._gates = torch.stack([gates for gates, _, _ in found])  # (nets, values, C)
        self._maps = torch.stack([maps for _, maps, _ in found])  # (nets, 3, values, H, W)
        self._pictures = torch.stack([_base.grey(image) for image in images])
        planes, weights = _planes(self._pictures)
        manifest = {
            "networks": list(nets),
            "values": values,
            "ends": list(ends),
            "credit": credit,
            "block": block,
            "classes": _base.check_classes(classes, found[0][2]),
            "size": list(label.shape),
            "channels": self._gates.shape[2],
            "mix": weights.tolist(),
        }
        arrays = {
            "planes": planes,
            "label": self._label,
            "gates": self._gates,
            "maps": self._maps.flatten(0, 2),
        }
        super().__init__(manifest, arrays, **state)

    @traitlets.validate("contrast")
    def _check_contrast(self, proposal):
        return self._below("contrast", proposal.value, len(self.manifest["values"]))

    @traitlets.validate("network")
    def _check_network(self, proposal):
        return self._below("network", proposal.value, len(self.manifest["networks"]))

    @staticmethod
    def _below(name, value, count):
        if not 0 <= value < count:
            raise traitlets.TraitError(f"{name} must be 0 to {count - 1}, got {value}")
        return value

    def evaluate(self, contrast=None, network=None, freeze=None) -> dict:
        """What the page shows; the present state where nothing is given.

        Returns:
            ``gates`` (C,) in use, ``segmentation`` (H, W), ``dice``, ``dice_of`` (classes,).
        """
        contrast = self.contrast if contrast is None else contrast
        network = self.network if network is None else network
        freeze = self.freeze if freeze is None else freeze
        at = {"own": contrast, "first": 0, "last": -1}[freeze]
        segmentation = self._maps[network, FREEZE.index(freeze), contrast].long()
        return {
            "gates": self._gates[network, at].double(),
            "segmentation": segmentation,
            **_twin.scores(segmentation, self._label, len(self.manifest["classes"])),
        }

    def _draw(self, figure):
        values = self.manifest["values"]
        names = self.manifest["networks"]
        axes = figure.subplots(2, len(names), squeeze=False, sharex=True)
        for n, name in enumerate(names):
            axes[0, n].plot(values, self._gates[n], color="#b94a00", lw=0.7, alpha=0.6)
            axes[0, n].set(ylim=(0, 1), ylabel="gate", title=name)
            for freeze in FREEZE:
                scores = [self.evaluate(v, n, freeze)["dice"] for v in range(len(values))]
                axes[1, n].plot(values, scores, label=f"{freeze} gates")
            axes[1, n].set(ylim=(0, 1), xlabel="contrast", ylabel="Dice")
        axes[1, 0].legend(fontsize=7)


@torch.no_grad()
def _through(net, images, block):
    """Gates (values, C), class maps (3, values, H, W) for each of FREEZE, number of classes."""
    _base.block(net, block, "channel")
    records = [_base.run(net, image) for image in images]
    gates = torch.stack([record[block].channel[0].flatten() for record in records])
    own = torch.stack([record.logits[0].argmax(0) for record in records])
    held = []
    with _base.evaluating(net):
        for fixed in (gates[0], gates[-1]):
            with override(net, {block: {"channel": fixed}}):
                held.append(torch.stack([net(image[None])[0].argmax(0) for image in images]))
    return gates, torch.stack([own, *held]).byte(), records[0].logits.shape[1]


def _planes(pictures):
    """Pictures (V, H, W) as mixtures of a few planes, which are much smaller together.

    Returns:
        The planes (rank, H, W), quantised, and the weights (V, rank) that mix them. The rank is
        the lowest with which no picture is off by more than 4 of 255 in the mean square root.
    """
    flat = pictures.double().flatten(1)
    u, s, v = torch.linalg.svd(flat, full_matrices=False)
    for rank in range(1, len(s) + 1):
        planes = quantise(v[:rank].reshape(rank, *pictures.shape[1:]))
        weights = u[:, :rank] * s[:rank]
        error = weights @ planes.values().flatten(1) - flat
        if error.square().mean(1).sqrt().max() <= 4:
            break
    return planes, weights
