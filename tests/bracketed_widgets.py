"""Small widgets in a Python whose words stand all in brackets: what they send to a page and draw.

``python tests/bracketed_widgets.py FOLDER`` takes the words from FOLDER/en.json and writes
FOLDER/made.json. It is a program of its own since many words are read as modules are imported.
"""

import base64
import importlib.util
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
(package,) = importlib.util.find_spec("scse").submodule_search_locations
spec = importlib.util.spec_from_file_location(
    "scse.widgets._words", Path(package, "widgets", "_words.py")
)
words = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(words)
words.HOME = folder  # before anything asks for a word

from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from test_manifests import small_widgets  # noqa: E402

from scse.widgets import Playground  # noqa: E402


def made(widget):
    """What a widget sends, says and draws, by name."""
    figure = Figure(figsize=(8, 3.2))
    widget._draw(figure, widget.manifest["first"])
    traits = [*widget.state_names(), *(["live"] if widget.has_trait("live") else [])]
    return {
        "kind": type(widget).__name__,
        "bundle": type(widget).__module__.rpartition(".")[2] + ".js",
        "state": {trait: getattr(widget, trait) for trait in traits}
        | {"manifest": json.dumps(widget.manifest)},
        "packed": base64.b64encode(widget.packed).decode(),
        "quantities": [words.name(each) for each in widget.quantities()],
        "still": [text.get_text() for text in figure.findobj(Text)],
        "html": widget._stand_in().get("text/html", ""),
    }


# What a Playground draws depends on its task: one of the book's two.
small = [widget for widget in small_widgets() if not isinstance(widget, Playground)]
written = {type(widget).__name__: made(widget) for widget in small}
written["Playground"] = made(Playground("digits"))
(folder / "made.json").write_text(json.dumps(written), encoding="utf-8")
