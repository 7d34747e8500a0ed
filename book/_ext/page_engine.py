"""Sphinx extension: what runs whole networks in a page, all from the book's own site.

Names in `page_networks` are shipped networks, exported by `python -m scse.export`; `_build/onnx`
keeps them until the package changes. Paths are those of files that lie in the book, written by
`Explorer.export`. The engine is that of the package, see js/src/engine.

A page that is opened from disk may not fetch a file, but may run a script. So beside each file lies
a script that carries it, `<name>.part.js`; js/src/engine/parts.js takes the one or the other.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ConfigError

from scse.widgets import _live

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "_build" / "onnx"
ENDINGS = (".onnx", ".inputs")  # of what `Explorer.export` writes


def fingerprint():
    """Of everything that an exported file depends on."""
    package = ROOT / "scse"
    sources = [
        *package.glob("*.py"),
        *package.glob("data/*.py"),  # the sizes of the pictures
        *package.glob("weights/*.json"),
        ROOT / "requirements.txt",
    ]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(sources))).hexdigest()


def export(names):
    """The folder with the ONNX files of these shipped networks."""
    stamp = KEPT / "fingerprint"
    now = fingerprint()
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        stamp.write_text(now)
    if missing := [name for name in names if not (KEPT / f"{name}.onnx").exists()]:
        command = [sys.executable, "-m", "scse.export", *missing, "--folder", str(KEPT)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ConfigError(f"{' '.join(command)} failed:\n{done.stderr}")
    return KEPT


def parts(app):
    """What the site serves for its engine: name → bytes."""
    try:
        found = dict(_live.runtime())
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    shipped = [name for name in app.config.page_networks if "/" not in name]
    folder = export(shipped)
    for name in shipped:
        found[f"onnx/{name}.onnx"] = (folder / f"{name}.onnx").read_bytes()
    for name in app.config.page_networks:
        stored = ROOT / "book" / name  # the small site of the tests is built by the same settings
        if "/" in name:
            for ending in ENDINGS:
                path = stored.with_name(stored.name + ending)
                found[f"onnx/{path.name}"] = path.read_bytes()
    return found


def copy_engine(app, error):
    if error or app.builder.format != "html" or not app.config.page_networks:
        return
    for name, content in parts(app).items():
        path = Path(app.outdir) / "_static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        text = base64.b64encode(_live.zipped(content)).decode("ascii")
        script = f'(globalThis.scseParts??={{}})[{json.dumps(name)}]="{text}";\n'
        path.with_name(path.name + ".part.js").write_text(script, encoding="utf-8")


def setup(app):
    app.add_config_value("page_networks", [], "html", [list])
    app.connect("build-finished", copy_engine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
