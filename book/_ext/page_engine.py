"""Sphinx extension: what runs whole networks in a page, all from the book's own site.

ONNX Runtime Web is copied from its npm package (see js/package.json), beside the worker of
js/src/engine that drives it. The networks named in `page_networks` are exported from the shipped
weights by `python -m scse.export`; `_build/onnx` keeps them until the package changes.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent.parent
RUNTIME = ROOT / "js" / "node_modules" / "onnxruntime-web" / "dist"
WORKER = ROOT / "js" / "src" / "engine" / "worker.js"
KEPT = ROOT / "_build" / "onnx"
# The runtime's module under a name that every web server knows to be JavaScript.
FILES = {
    RUNTIME / "ort.wasm.bundle.min.mjs": "onnxruntime.js",
    RUNTIME / "ort-wasm-simd-threaded.wasm": "ort-wasm-simd-threaded.wasm",
    WORKER: "worker.js",
}


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
    """The folder with the ONNX files of these networks."""
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


def copy_engine(app, error):
    names = app.config.page_networks
    if error or app.builder.format != "html" or not names:
        return
    static = Path(app.outdir) / "_static"
    (static / "engine").mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        if not source.exists():
            raise ConfigError(
                f"{source.name} is missing: run `npm ci` in js/ (looked for {source})"
            )
        shutil.copyfile(source, static / "engine" / name)
    (static / "onnx").mkdir(parents=True, exist_ok=True)
    folder = export(names)
    for name in names:
        shutil.copyfile(folder / f"{name}.onnx", static / "onnx" / f"{name}.onnx")


def setup(app):
    app.add_config_value("page_networks", [], "html", [list])
    app.connect("build-finished", copy_engine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
