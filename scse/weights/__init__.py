"""The trained networks that come with scse: ``load("brain-unet-scse")``.

Each is a ``<name>-seed<seed>.safetensors`` file (float16) beside a card of the same name (JSON)
that says what it was trained on, how, with what result, and the file's SHA-256. They were made by
``python -m scse.training``.
"""

import hashlib
import json
import re
from pathlib import Path

from scse.networks import UNet

FOLDER = Path(__file__).parent


def cards() -> dict[str, dict]:
    """What is shipped: ``<name>-seed<seed>`` to its card, in the order of the names."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*-seed*.json"))}


def card(name: str, seed: int | None = None) -> dict:
    """The card of a shipped network.

    Args:
        name: ``"brain-unet-scse"``, say; or with the seed, ``"brain-unet-scse-seed1"``.
        seed: which of several; the lowest that is shipped if not given.

    Raises:
        ValueError: nothing of that name is shipped; the message lists what is.
    """
    shipped = cards()
    pattern = re.escape(name) + (r"(-seed\d+)?" if seed is None else f"-seed{seed}")
    for key, found in shipped.items():
        if re.fullmatch(pattern, key):
            return found
    wanted = name if seed is None else f"{name}, seed {seed}"
    raise ValueError(f"no trained network {wanted!r}; shipped are {', '.join(shipped)}")


def load(name: str, seed: int | None = None) -> UNet:
    """A trained U-Net in evaluation mode, in float32; its ``name`` is that of its card.

    Args:
        name: ``"brain-unet-scse"``, ``"digits-unet-scse"``, …; ``scse.weights.cards()`` lists all.
        seed: which of several runs; the lowest that is shipped if not given.

    Raises:
        ValueError: an unknown name (the message lists what there is), or a file whose SHA-256 is
            not the one on its card.
        ModuleNotFoundError: safetensors is missing.
    """
    try:
        from safetensors.torch import load as read
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'load needs safetensors, which is not installed: pip install "scse[weights]"',
            name="safetensors",
        ) from error
    found = card(name, seed)
    path = FOLDER / f"{found['name']}.safetensors"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != found["sha256"]:
        raise ValueError(
            f"{path.name} is damaged: its SHA-256 is {digest}, its card says {found['sha256']}; "
            "install scse again"
        )
    network = UNet(**found["network"])
    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in read(content).items()}
    )
    network.name = found["name"]
    return network.eval()
