"""A widget as one HTML file, which opens by double click, and back.

The file has the widget's state, its JavaScript and style, and the host that mounts it
(static/host.js, the same as in the book). It asks for nothing from any other place.
"""

import base64
import json
import re
from html import escape
from pathlib import Path

from scse.widgets._base import STATIC, css_colour

OURS = '<meta name="generator" content="scse explorer">'
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
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
<noscript><p>This page needs its scripts. It loads nothing from elsewhere.</p></noscript>
<script type="{view_type}">{view}</script>
</main>
<script type="{state_type}">{state}</script>
<script>
{host}</script>
</body>
</html>
"""


def write(path, state, packed, *, title, overwrite):
    """Write a widget's page; see `Explorer.save`."""
    path = Path(path).expanduser()
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"the file must end in .html, got {str(path)!r}")
    if path.is_dir() or (path.exists() and not overwrite and not _is_ours(path)):
        raise FileExistsError(
            f"{str(path)!r} is a folder"
            if path.is_dir()
            else f"{str(path)!r} exists and was not saved from here; overwrite=True replaces it"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to save in")
    texts = {"_esm": state["_esm"], "_css": state["_css"]}
    entry = {
        "model_module": "anywidget",
        "model_name": "AnyModel",
        "state": {**state, "_esm": 0, "_css": [1]},
        "buffers": [{"path": ["packed"], "data": base64.b64encode(packed).decode("ascii")}],
    }
    page = PAGE.format(
        ours=OURS,
        title=escape(title),
        ground=css_colour("ground"),
        ink=css_colour("ink"),
        view_type=VIEW,
        view=_script({"model_id": "explorer"}),
        state_type=STATE,
        state=_script({"state": {"explorer": entry}, "texts": [*texts.values()]}),
        host=(STATIC / "host.js").read_text(encoding="utf-8"),
    )
    path.write_text(page, encoding="utf-8")
    return path


def read(path):
    """The state and the packed bytes of a page that `write` wrote; see `Explorer.open`."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    wrong = ValueError(f"{str(path)!r} was not saved by an Explorer")
    if not _is_ours(path):
        raise wrong
    try:
        text = path.read_text(encoding="utf-8")
        (found,) = re.findall(rf'<script type="{re.escape(STATE)}">(.*?)</script>', text, re.DOTALL)
        entry = json.loads(found)["state"]["explorer"]
        packed = base64.b64decode(entry["buffers"][0]["data"])
        state = entry["state"]
        state["manifest"] = json.loads(state["manifest"])
        state["manifest"]["arrays"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise wrong from None
    return state, packed


def _is_ours(path):
    try:
        with path.open(encoding="utf-8") as file:
            return OURS in file.read(2000)
    except (OSError, UnicodeDecodeError):
        return False


def _script(value):
    """JSON that can neither close nor open a tag."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
