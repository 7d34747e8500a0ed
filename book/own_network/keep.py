"""What the chapter shows where another library is not installed: stored here when it was.

Everything is stored by the cells themselves, where the library is installed and nothing is stored
yet; make.py runs them so.
"""

import json
import math
from pathlib import Path

from scse.widgets import Explorer

HERE = Path(__file__).resolve().parent


def keep(name, compute):
    """The stored result ``<name>.json``, the same on every machine.

    Args:
        compute: a function without arguments, or None where the library is missing. What it
            returns (dicts, lists, numbers, strings) must agree with what is stored, numbers
            within 0.005. Where nothing is stored yet, it is stored.

    Raises:
        ValueError: it does not agree; the message says where.
        FileNotFoundError: nothing is stored, and there is nothing to compute it with.
    """
    path = HERE / f"{name}.json"
    new = None if compute is None else compute()
    if new is not None and not path.exists():
        path.write_text(json.dumps(new, default=float) + "\n")
    stored = json.loads(path.read_text())
    if new is not None:
        _compare(json.loads(json.dumps(new, default=float)), stored, name)
    return stored


def keep_explorer(name, make):
    """The explorer that ``make`` makes; where the library is missing, ``<name>.explorer.json``.

    Its network is in the pages of the book, as ``<name>.onnx``.

    Args:
        make: a function without arguments, or None where the library is missing. Where nothing is
            stored yet, what it returns is stored, and its network. The blocks must be those that
            are stored.

    Raises:
        ValueError: they are others.
        FileNotFoundError: nothing is stored, and there is nothing to make it with.
    """
    path = HERE / f"{name}.explorer.json"
    if make is None:
        return Explorer.open(path)
    explorer = make()
    if not path.exists():
        explorer.export(HERE, name)
        explorer.save(path)
    stored = Explorer.open(path)
    explorer.live = stored.live
    _compare(explorer.manifest["blocks"], stored.manifest["blocks"], name)
    return explorer


def _compare(new, stored, where):
    if isinstance(new, float) and isinstance(stored, float):
        same = math.isclose(new, stored, rel_tol=0, abs_tol=5e-3)
    elif isinstance(new, (dict, list)) and type(new) is type(stored):
        same = list(new) == list(stored) if isinstance(new, dict) else len(new) == len(stored)
        if same:
            for key in new if isinstance(new, dict) else range(len(new)):
                _compare(new[key], stored[key], f"{where}[{key!r}]")
    else:
        same = new == stored
    if not same:
        raise ValueError(f"{where} is {new!r} here and was {stored!r} when it was stored")
