"""The trained networks that come with scse: ``load("brain-unet-scse")``.

Each is a ``<name>-seed<seed>.safetensors`` file (float16) beside a card of the same name (JSON)
that says what it was trained on, how, with what result, and the file's SHA-256. They were made by
``python -m scse.training``.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from scse._checks import integer
from scse._extras import require
from scse.networks import NETWORKS, Config, Network

FOLDER = Path(__file__).parent


class Card(TypedDict):
    """What is known of a trained network."""

    name: str  # with its seed
    network: Config  # its arguments; which network it is, the recipe says
    parameters: int
    classes: Sequence[str]  # background first
    data: str  # where it is from, and what is held out
    recipe: dict[str, Any]  # a `scse.training.Recipe`
    seed: int
    dice: dict[str, float | None]  # of each class but the background, held-out; None: not there
    mean_dice: float
    test_images: int
    trained_with: str
    machine: str
    sha256: str  # of the file


def cards() -> dict[str, Card]:
    """What is shipped: ``<name>-seed<seed>`` to its card, in the order of names, then of seeds.

    Raises:
        ValueError: a card is damaged; the message names its file.
    """
    return {path.stem: _read(path) for path in _paths()}


def _paths() -> list[Path]:
    return sorted(FOLDER.glob("*-seed*.json"), key=_place)


def _place(path: Path) -> tuple[str, int]:
    """Seeds in the order of numbers: 2 before 10."""
    name, _, seed = path.stem.rpartition("-seed")
    return (name, int(seed)) if seed.isdecimal() else (path.stem, 0)


def _read(path: Path) -> Card:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"the card {path.name} is damaged, it is no JSON: {error}; install scse again"
        ) from error


def card(name: str, seed: int | None = None) -> Card:
    """The card of a shipped network.

    Args:
        name: ``"brain-unet-scse"``, say; or with the seed, ``"brain-unet-scse-seed1"``.
        seed: which of several; the lowest that is shipped if not given.

    Raises:
        TypeError: ``name`` is no string, or ``seed`` no integer.
        ValueError: nothing of that name is shipped; the message lists what is. Or its card is
            damaged; the message names the file.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a network is a str, got {type(name).__name__} {name!r}")
    end = r"(-seed\d+)?" if seed is None else f"-seed{integer('seed', seed)}"
    pattern = re.escape(name) + end
    paths = _paths()
    for path in paths:
        if re.fullmatch(pattern, path.stem):
            return _read(path)
    wanted = name if seed is None else f"{name}, seed {seed}"
    shipped = ", ".join(path.stem for path in paths)
    raise ValueError(f"no trained network {wanted!r}; shipped are {shipped}")


def load(name: str, seed: int | None = None) -> Network:
    """A trained network in evaluation mode, in float32; its ``name`` is that of its card.

    Args:
        name: ``"brain-unet-scse"``, ``"digits-unet-scse"``, …; ``scse.weights.cards()`` lists all.
        seed: which of several runs; the lowest that is shipped if not given.

    Raises:
        TypeError: ``name`` is no string, or ``seed`` no integer.
        ValueError: an unknown name (the message lists what there is), a damaged card, or a file
            whose SHA-256 is not the one on its card.
        ModuleNotFoundError: safetensors is missing.
    """
    read = require("safetensors.torch", "weights").load
    found = card(name, seed)
    path = FOLDER / f"{found['name']}.safetensors"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != found["sha256"]:
        raise ValueError(
            f"{path.name} is damaged: its SHA-256 is {digest}, its card says {found['sha256']}; "
            "install scse again"
        )
    make = NETWORKS[found["recipe"].get("network", "unet")]  # older cards are all of U-Nets
    network = make(**found["network"]).float()  # whatever torch's default is now
    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in read(content).items()}
    )
    network.name = found["name"]
    return network.eval()
