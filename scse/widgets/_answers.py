"""What a network says when its gates are edited: in torch what an engine answers to a page."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn

from scse import edits as _edits
from scse._undisturbed import evaluating
from scse.recording import Record, Replacement, override, record
from scse.rules import BRANCHES, Branch, rule
from scse.widgets import _base, _twin


def edited(
    net: nn.Module,
    image: Tensor,
    edits: _edits.Edits,
    blocks: Mapping[str, _base.Block],
    lend: Callable[[_edits.Edit, str, Branch], Tensor],
) -> Record:
    """`record` of one image (channels, H, W), in evaluation mode.

    Args:
        edits: block → branch → edit; those of branches that a block does not have are left out.
        blocks: of the network.
        lend: the gate of a block for an edit whose base is ``mean`` or ``from``.
    """

    def change(edit: _edits.Edit, name: str, branch: Branch) -> Callable[[Tensor], Tensor]:
        # Before the network runs: it is asked for what it lends, too.
        lent = lend(edit, name, branch) if edit["base"] in ("mean", "from") else None
        return _edits.replacement(
            edit,
            label=f"{branch} gate",
            neutral=rule(blocks[name]["rule"]).neutral[branch],
            lend=lambda _: _base.known(lent),
        )

    changes: dict[str, dict[str, Replacement]] = {}
    for name, block in blocks.items():
        each = edits.get(name, {})
        there = [b for b in BRANCHES if b in block["branches"] and b in each]
        if there:
            changes[name] = {b: change(each[b], name, b) for b in there}
    with evaluating(net), override(net, changes):
        return record(net, image[None])


def counts(edits: _edits.Edits) -> dict[str, float]:
    """How much the reader did; js/src/gates/edit.js counts in the same way."""

    def changed(branch: Branch) -> list[_edits.Edit]:
        return [e for each in edits.values() if _edits.changes(e := each.get(branch)) and e]

    return {
        "blocks with other channel gates": len(changed("channel")),
        "masks changed": len(changed("spatial")),
        "bars moved": sum(len(edit.get("set", {})) for edit in changed("channel")),
    }


def compared(
    seen: Tensor, own: Tensor, label: Tensor, classes: int, edits: _edits.Edits
) -> dict[str, float]:
    """What edits did to a segmentation (H, W): js/src/desk/compared.js says the same of a page."""
    dice, before = (_twin.scores(each, label, classes)["dice"] for each in (seen, own))
    return {
        "Dice": dice,
        "Dice lost": before - dice,
        "pixels changed": int((seen != own).sum()),
        **counts(edits),
    }
