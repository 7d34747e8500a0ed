"""The graded lab, from its one source: `python book/_tools/lab.py FOLDER [KEEP]`.

`otter assign` makes the versions of `book/course/lab/lab.md`. FOLDER/lab is for students:
`lab.ipynb`, which unpacks its public tests itself, so that it travels alone, and the wheel of scse
where `_config.yml` names no repository for pip to install it from. KEEP (by default
`_build/course/lab`) is for lecturers: the solution and the autograder's zip. It must not lie below
FOLDER, which is published.
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import zipfile
import zlib
from pathlib import Path

import jupytext
import nbformat
import setting

ROOT = setting.ROOT
SOURCE = ROOT / "book" / "course" / "lab"
KEEP = ROOT / "_build" / "course" / "lab"
AUTOGRADER = "lab-autograder.zip"
CLEAN = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
DATE = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: the same content, the same zip


def package(config=setting.CONFIG):
    """What pip installs scse from: the repository in `_config.yml`, or "" where there is none."""
    address = setting.read(config)["html_context"]["repository"]
    return f"git+{address}" if address else ""


def wheel(folder):
    """Build scse's wheel in a folder, from a copy: what setuptools leaves behind stays there."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py"):
            shutil.copy(ROOT / name, copy)
        left = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / "scse", Path(copy) / "scse", ignore=left)
        code = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
        command = [sys.executable, "-c", code, os.path.abspath(folder)]
        run(command, copy, SOURCE_DATE_EPOCH="315532800")
    (path,) = Path(folder).glob("scse-*.whl")
    return path


def run(command, folder, **environment):
    """Run a command; what it says is shown only if it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")
    return done.stdout


def assign(folder, check=False):
    """Run `otter assign` in a folder: the versions come to lie in student/ and autograder/.

    With `check` it also grades the solution, which must get every point.
    """
    folder = Path(folder)
    jupytext.write(jupytext.read(SOURCE / "lab.md"), folder / "lab.ipynb")
    shutil.copy(SOURCE / "environment.yml", folder)
    options = [] if check else ["--no-run-tests"]
    return run([sys.executable, "-m", "otter", "assign", *options, "lab.ipynb", "."], folder)


def with_tests(notebook, tests, source):
    """Put the tests of a folder, and where scse comes from, into the notebook's first code cell."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(tests.glob("*.py"))}
    packed = base64.b64encode(zlib.compress(json.dumps(files).encode(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(packed, 92))
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    filled = {'PACKAGE = ""': f'PACKAGE = "{source}"', 'TESTS = ""': f"TESTS = (\n{lines}\n)"}
    for old, new in filled.items():
        if setup.source.count(old) != 1:
            raise ValueError(f"the first code cell of the lab must have one line {old}")
        setup.source = setup.source.replace(old, new)
    return notebook


def without_marks(notebook):
    """Take the marks of otter's format out of a solution."""
    for cell in notebook.cells:
        cell.source = re.sub(r"^ *# (BEGIN|END) SOLUTION.*\n?", "", cell.source, flags=re.M)
        cell.source = re.sub(r" *# SOLUTION$", "", cell.source, flags=re.M).rstrip()
    return notebook


def clean(notebook):
    """Leave what Jupyter needs, with ids that are the same each time."""
    notebook.metadata = nbformat.from_dict(CLEAN)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"lab-{number:02}"
        tags = [tag for tag in cell.metadata.get("tags", []) if tag == "otter_ignore"]
        kept = {k: v for k, v in cell.metadata.items() if k in ("cellView", "jupyter")}
        cell.metadata = nbformat.from_dict({**kept, **({"tags": tags} if tags else {})})
    return notebook


def autograder(made, target):
    """The zip of `otter assign` without the times at which it was made."""
    with zipfile.ZipFile(made) as old:
        files = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if name in ("run_autograder", "setup.sh") else 0o644) << 16
            new.writestr(info, files[name])


def make(folder, keep=KEEP, source=None, check=False):
    """Write what students get into folder/lab, and what they must not get into `keep`.

    `source` is what pip installs scse from where it is missing, by default the repository.
    """
    source = package() if source is None else source
    students, keep = Path(folder) / "lab", Path(keep)
    if keep.resolve().is_relative_to(Path(folder).resolve()):
        raise ValueError(f"the solution must not lie beside what students get: {keep}")
    for path in (students, keep):
        path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        assign(work, check)
        targets = {"student": students / "lab.ipynb", "autograder": keep / "lab-solution.ipynb"}
        for kind, target in targets.items():
            notebook = nbformat.read(work / kind / "lab.ipynb", as_version=4)
            notebook = with_tests(notebook, work / kind / "tests", source)
            if kind == "autograder":
                without_marks(notebook)
            nbformat.write(clean(notebook), target)
        (zipped,) = (work / "autograder").glob("*.zip")
        autograder(zipped, keep / AUTOGRADER)
    if not source:
        wheel(students)
    return students, keep


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("folder", help="what students get goes to FOLDER/lab")
    parser.add_argument("keep", nargs="?", default=KEEP, help="what only lecturers get goes here")
    parser.add_argument("--package", metavar="URL", help="of a wheel of scse, or git+…")
    parser.add_argument("--check", action="store_true", help="grade the solution, too")
    given = parser.parse_args(arguments)
    for path in make(given.folder, given.keep, given.package, given.check):
        print(path)


if __name__ == "__main__":
    main()
