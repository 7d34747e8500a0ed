"""Notebooks are committed clean; `pytest --nbval book` then compares their text outputs."""

import importlib
import os
import re
import subprocess
import sys
from unittest.mock import Mock

import nbformat
import notebooks
import pytest
from jupyter_cache import get_cache
from site_tools import ROOT

BOOK = sorted((ROOT / "book").glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])


@by_name
def test_notebook_is_clean(path):
    assert notebooks.complaints(notebooks.read(path)) == []


@pytest.fixture
def small(tmp_path):
    """A small notebook, run and cleaned, as `make notebooks` would."""
    sources = [
        "import warnings\nprint('one')\nprint('two')",
        "from IPython.display import Image, display\n"
        "display({'image/png': 'AAAA', 'text/plain': 'a picture'}, raw=True)\n"
        "display({'image/png': 'AAAA'}, raw=True)\n6 * 7",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), *cells])
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook, path)
    notebooks.execute(path)
    return notebooks.read(path)


def test_text_outputs_are_kept(small):
    assert notebooks.complaints(small) == []
    first, second = (cell.outputs for cell in small.cells if cell.cell_type == "code")
    assert [output.text for output in first] == ["one\ntwo\n"]
    assert [dict(output.data) for output in second] == [
        {"text/plain": "a picture"},
        {"text/plain": "42"},
    ]


BAR = """
import torch
from scse import cSE, sweep
from tqdm import tqdm
print(len(sweep(cSE(2), torch.rand(2, 2, 4), lambda maps: maps.sum())))
print(len([*tqdm(range(3))]))
"""


def test_no_progress_bar_is_stored(tmp_path, monkeypatch):
    """Neither as a widget nor on stderr, whatever the environment says."""
    monkeypatch.delenv("TQDM_DISABLE")
    path = tmp_path / "bar.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(BAR)])
    nbformat.write(notebook, path)
    notebooks.execute(path)
    (cell,) = notebooks.read(path).cells
    assert [(output.name, output.text) for output in cell.outputs] == [("stdout", "2\n3\n")]


def test_no_progress_bar_in_the_built_book(monkeypatch):
    """The kernels of the build get their environment from its process."""
    monkeypatch.delenv("TQDM_DISABLE")
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    importlib.import_module("static_widgets").setup(Mock())
    assert os.environ["TQDM_DISABLE"]


def _store_picture(notebook):
    notebook.cells[2].outputs[0].data["image/png"] = "AAAA"


def _store_view(notebook):
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    notebook.cells[2].outputs[0].data.update(view)


def _store_widget_state(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def _store_version(notebook):
    notebook.metadata.language_info["version"] = "3.11.7"


def _store_timing(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026"}


def _run_out_of_order(notebook):
    notebook.cells[1].execution_count = 7


def _never_run(notebook):
    notebook.cells[1].execution_count = None
    notebook.cells[1].outputs = []


def _warn(notebook):
    notebook.cells[1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="!"))


def _opt_out(notebook):
    notebook.cells[1].metadata["tags"] = ["nbval-ignore-output"]


def _opt_out_in_a_comment(notebook):
    notebook.cells[1].source += "\n# NBVAL_SKIP"


def _end_with_a_semicolon(notebook):
    notebook.cells[1].source += ";"


@pytest.mark.parametrize(
    "soil",
    [
        _store_picture,
        _store_view,
        _store_widget_state,
        _store_version,
        _store_timing,
        _run_out_of_order,
        _never_run,
        _warn,
        _opt_out,
        _opt_out_in_a_comment,
        _end_with_a_semicolon,
    ],
)
def test_dirt_is_noticed(small, soil):
    soil(small)
    assert notebooks.complaints(small)


RAN = "raise RuntimeError('it ran')"


@pytest.mark.parametrize("source", ["print(1)", RAN], ids=["alike", "other"])
def test_what_the_build_printed_is_compared(tmp_path, source):
    """With nbval, which does not run again what is in the build's cache, and runs all else."""
    path = tmp_path / "kept.ipynb"

    def write(source, printed):
        output = nbformat.v4.new_output("stream", name="stdout", text=printed)
        cell = nbformat.v4.new_code_cell(source, execution_count=1, outputs=[output])
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)

    def verdict():
        cache = ["--nbval-cache", tmp_path / "cache"]
        nbval = [
            "-p",
            "conftest",
            "--nbval",
            "--nbval-current-env",
            *cache,
            "-p",
            "no:cacheprovider",
        ]
        command = [sys.executable, "-m", "pytest", *nbval, path]
        done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
        return re.search(r"\d+ (passed|failed)", done.stdout)[1], done.stdout

    write("print(1)", "a lie, by which it is known\n")
    get_cache(str(tmp_path / "cache")).cache_notebook_file(path, overwrite=True)
    write(source, "a lie, by which it is known\n")
    if source == RAN:
        assert "it ran" in verdict()[1]
    else:
        assert verdict()[0] == "passed"
        write(source, "1\n")
        assert verdict()[0] == "failed"
