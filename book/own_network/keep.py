"""Results of the chapter that need another library, stored for where it is not installed."""

import json
import math
from pathlib import Path

HERE = Path(__file__).resolve().parent


def keep(name, compute):
    """The stored result ``<name>.json``, the same on every machine.

    Args:
        compute: a function without arguments, or None where the library is missing. What it
            returns (dicts, lists, numbers, strings) must agree with what is stored, numbers
            within 0.005. Where nothing is stored yet, it is stored (see make.py).

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
