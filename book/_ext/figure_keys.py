"""By what name each figure of a page is spoken of in addresses: `?alone=swap`, `#swap=…`.

js/src/widget.js gives these names; here they are found without a browser.
"""

import functools
import json
import re
from pathlib import Path

FIGURES = Path(__file__).resolve().parents[2] / "js" / "src" / "figures"
KIND = re.compile(r'^export default widget\(\s*"(\w+)"', re.MULTILINE)
PLAIN = {"question"}  # figures without a state, which no address speaks of


@functools.cache
def kind(module):
    """The kind of figure that a module of scse.widgets makes, as its JavaScript has it."""
    path = FIGURES / f"{module}.js"
    if not path.exists():
        path = FIGURES / module / "index.js"
    return KIND.search(path.read_text(encoding="utf-8"))[1]


def keys(models):
    """The figures of a page: key → (model, manifest), in their order.

    models: (model, state) of all its widgets, in the order in which they stand there.
    """
    found, before = {}, {}
    for model, state in models:
        if "manifest" not in state:
            continue
        manifest = json.loads(state["manifest"])
        name = kind(state["_anywidget_id"].split(".")[-2])
        if name in PLAIN:
            continue
        before[name] = before.get(name, 0) + 1
        numbered = name if before[name] == 1 else f"{name}-{before[name]}"
        # The Playground has one figure a task.
        key = manifest.get("name") or (manifest["task"] if name == "playground" else numbered)
        found[key] = model, manifest
    return found
