"""An explorer as a file, and back.

As one page (.html), which opens by double click: the state, the widget's JavaScript and style, and
the host that mounts it (static/host.js, the same as in the book). It asks for nothing from any
other place. Or as data alone (.json): the same state, from which any later version of the package
makes a page of its own.

A page may carry the network too, and what runs it: parts, each in a script tag that no browser
runs, as base64 of gzip (js/src/engine/parts.js reads them).
"""

import base64
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from scse.widgets import _words
from scse.widgets._base import STATIC, css_colour
from scse.widgets._live import zipped

OURS = '<meta name="generator" content="scse explorer">'
FORMAT = "scse explorer"
OUR_DATA = f'{{"format":"{FORMAT}",'
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
{ours}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{
  max-width: 75rem; margin: 0 auto; padding: 0 1rem 2rem;
  background: {ground}; color: {ink};
  font: 1rem/1.5 system-ui, sans-serif;
}}
h1 {{ margin: 1.2rem 0 0; font-size: 1.4rem; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<noscript><p>{no_scripts}</p></noscript>
<script type="{view_type}">{view}</script>
</main>
<script type="{state_type}">{state}</script>
{parts}<script>
{host}</script>
</body>
</html>
"""

# It loads nothing; what runs is in the page, or started from a text of it.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; connect-src data: blob:; worker-src blob:"
)

PART = '<script type="text/plain" data-scse-part="{name}">{text}</script>\n'


def place(path: str | Path, *, overwrite: bool) -> Path:
    """Where a widget's page, or its data, will be written; see `Explorer.save`."""
    path = Path(path).expanduser()
    if path.suffix.lower() not in (".html", ".htm", ".json"):
        raise ValueError(f"the file must end in .html or .json, got {str(path)!r}")
    if path.is_dir() or (path.exists() and not overwrite and not _is_ours(path)):
        raise FileExistsError(
            f"{str(path)!r} is a folder"
            if path.is_dir()
            else f"{str(path)!r} exists and was not saved from here; overwrite=True replaces it"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to save in")
    return path


def write(
    path: Path,
    state: dict[str, Any],
    packed: bytes,
    *,
    title: str,
    code: Mapping[str, str],
    parts: Mapping[str, bytes],
) -> Path:
    """Write a widget's page, or its data, to a `place`.

    ``code`` and ``parts`` are for a page: its scripts and style, and what its engine needs.
    """
    text = _base64(packed)
    if path.suffix.lower() == ".json":
        state = {**state, "manifest": json.loads(state["manifest"])}
        written = _json({"format": FORMAT, "state": state, "packed": text}) + "\n"
    else:
        written = _page(state, text, title, code, parts)
    path.write_text(written, encoding="utf-8")
    return path


def _page(
    state: dict[str, Any],
    packed: str,
    title: str,
    code: Mapping[str, str],
    parts: Mapping[str, bytes],
) -> str:
    entry = {
        "model_module": "anywidget",
        "model_name": "AnyModel",
        # Source texts are kept apart, see book/_ext/static_widgets.py.
        "state": {**state, "_esm": 0, "_css": [1]},
        "buffers": [{"path": ["packed"], "data": packed}],
    }
    return PAGE.format(
        policy=POLICY,
        language=_words.LANGUAGE,
        no_scripts=escape(_words.group("explorer", "page")["noScripts"]),
        ours=OURS,
        title=escape(title),
        ground=css_colour("ground"),
        ink=css_colour("ink"),
        view_type=VIEW,
        view=_script({"model_id": "explorer"}),
        state_type=STATE,
        state=_script({"state": {"explorer": entry}, "texts": [code["_esm"], code["_css"]]}),
        parts="".join(PART.format(name=name, text=_base64(zipped(parts[name]))) for name in parts),
        host=(STATIC / "host.js").read_text(encoding="utf-8"),
    )


def read(path: str | Path) -> tuple[dict[str, Any], bytes]:
    """The state and the packed bytes in a file that `write` wrote; see `Explorer.open`."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not _is_ours(path):
        raise ValueError(f"{str(path)!r} was not saved by an Explorer")
    try:
        text = path.read_text(encoding="utf-8")
        state, packed = _of_data(text) if text.startswith(OUR_DATA) else _of_page(text)
        return state, base64.b64decode(packed, validate=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"{str(path)!r} is damaged: {error!r}") from error


def _of_data(text: str) -> tuple[dict[str, Any], str]:
    stored = json.loads(text)
    return stored["state"], stored["packed"]


def _of_page(text: str) -> tuple[dict[str, Any], str]:
    (found,) = re.findall(rf'<script type="{re.escape(STATE)}">(.*?)</script>', text, re.DOTALL)
    entry = json.loads(found)["state"]["explorer"]
    state = {name: value for name, value in entry["state"].items() if not name.startswith("_")}
    state["manifest"] = json.loads(state["manifest"])
    state.pop("live", None)  # the network is in that page, and nowhere else
    return state, entry["buffers"][0]["data"]


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            start = file.read(2000)
    except (OSError, UnicodeDecodeError):
        return False
    return OURS in start or start.startswith(OUR_DATA)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _script(value: Any) -> str:
    """JSON that can neither close nor open a tag."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
