"""Load checkpoints that were made with other implementations of the blocks.

Nobody has to call anything: `load_state_dict` of a block, or of a network with blocks anywhere
inside, recognises the layouts below and renames what it finds. A linear layer and a 1×1
convolution of any rank hold the same numbers, and a layer without a bias has a bias of zero.

Only numbers can be recognised, not what a program did with them. To get its outputs too, choose
the `combine` in the table, and mind copies with another activation: efficient networks put a
SiLU or a hard sigmoid in their squeeze & excitation, and some copies of the blog code forgot the
ReLU between the two layers.
"""

from typing import Any, NamedTuple

from torch import Tensor, nn


class Layout(NamedTuple):
    """What an implementation calls the layers, relative to its block."""

    source: str
    combine: str | None
    fc1: str | None = None  # channels → hidden; None if the block has no channel branch
    fc2: str | None = None  # hidden → channels
    project: str | None = None  # channels → 1; None if the block has no spatial branch


# fmt: off
LAYOUTS = (
    # scSE
    Layout("blog posts", "add", "cSE.Conv_Squeeze", "cSE.Conv_Excitation", "sSE.Conv1x1"),
    Layout("blog posts", "add", "cSE.Conv_Squeeze", "cSE.Conv_Excitation", "sSE.conv"),
    Layout("ai-med/squeeze_and_excitation, 2-D and 3-D", "max", "cSE.fc1", "cSE.fc2", "sSE.conv"),
    Layout("wolny/pytorch-3dunet", "max", "cSE.fc1", "cSE.fc2", "sSE.conv"),
    Layout("segmentation-models-pytorch", "add", "cSE.1", "cSE.3", "sSE.0"),
    Layout("catalyst", "add", "cse_block.linear1", "cse_block.linear2", "sse_block.conv"),
    # These two name each gate after what it squeezes, not after what it excites.
    Layout("pytorch-toolbelt", "add", "spatial_gate.squeeze", "spatial_gate.expand", "channel_gate.squeeze"),  # noqa: E501
    Layout("Kaggle TGS salt", "add", "spatial_gate.linear_1", "spatial_gate.linear_2", "channel_gate.conv"),  # noqa: E501
    # cSE
    Layout("blog posts", None, "Conv_Squeeze", "Conv_Excitation"),
    Layout("ai-med/squeeze_and_excitation, pytorch-3dunet, timm, torchvision", None, "fc1", "fc2"),
    Layout("MONAI", None, "fc.0", "fc.2"),
    Layout("catalyst", None, "linear1", "linear2"),
    Layout("pytorch-toolbelt", None, "squeeze", "expand"),
    Layout("Kaggle TGS salt", None, "linear_1", "linear_2"),
    # sSE
    Layout("blog posts", None, project="Conv1x1"),
    Layout("ai-med/squeeze_and_excitation, pytorch-3dunet, catalyst, blog posts", None, project="conv"),  # noqa: E501
    Layout("pytorch-toolbelt", None, project="squeeze"),
)
# fmt: on

OURS = Layout("scse", None, "channel.fc1", "channel.fc2", "spatial.project")


def accept_known_layouts(block: nn.Module) -> None:
    """Make ``block.load_state_dict`` understand every layout of `LAYOUTS` that fits the block."""
    block.register_load_state_dict_pre_hook(_rename)


def _rename(block: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Rename, in place, the entries of ``state`` under ``prefix`` from a known layout to ours.

    ``state`` is the copy that `load_state_dict` makes. Entries that no layout explains stay, for
    `load_state_dict` to report.
    """
    branches = hasattr(block, "channel"), hasattr(block, "spatial")
    for layout in LAYOUTS:
        if (layout.fc1 is not None, layout.project is not None) != branches:
            continue
        names = [(old, new) for old, new in zip(layout[2:], OURS[2:], strict=True) if old]
        if not all(f"{prefix}{old}.weight" in state for old, _ in names):
            continue
        for old, new in names:
            weight = state.pop(f"{prefix}{old}.weight")
            bias = state.pop(f"{prefix}{old}.bias", None)
            if all(size == 1 for size in weight.shape[2:]):  # of a 1×1 convolution
                weight = weight.flatten(1)
            state[f"{prefix}{new}.weight"] = weight
            state[f"{prefix}{new}.bias"] = weight.new_zeros(len(weight)) if bias is None else bias
        return
