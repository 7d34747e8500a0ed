"""Run the book's notebooks and store them clean.

`make notebooks` executes each notebook and keeps of its outputs the text alone. Pictures and
widgets are left out: the site draws them anew, and stored they would make every change unreadable.
The text is what `pytest --nbval` compares.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOT_STORED = ("application/vnd.jupyter.widget-view+json", "image/")
CELL_METADATA = {"mystnb", "slideshow", "tags"}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
OPT_OUTS = ("nbval-skip", "nbval-ignore-output", "nbval_skip", "nbval_ignore_output")


def _clean_output(output):
    output.pop("execution_count", None)
    if output.output_type == "execute_result":
        output["execution_count"] = None
    if "data" in output:
        output["metadata"] = {}
        for kind in [kind for kind in output.data if kind.startswith(NOT_STORED)]:
            del output.data[kind]
    return output.get("data", True)


def clean(notebook):
    """Return a copy of the notebook with all removed that does not belong under version control."""
    notebook = nbformat.from_dict(notebook)
    kept = {k: v for k, v in notebook.metadata.items() if k in ("mystnb", "html_meta")}
    notebook["metadata"] = nbformat.from_dict({**kept, **NOTEBOOK_METADATA})
    count = 0
    for cell in notebook.cells:
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
        if cell.cell_type != "code":
            continue
        count += 1
        cell["execution_count"] = count
        cell["outputs"] = [output for output in cell.outputs if _clean_output(output)]
    return notebook


def complaints(notebook):
    """Return what is wrong with a notebook as it is to be committed, one line each."""
    found = []
    if clean(notebook) != notebook:
        found.append("outputs or metadata are not clean: run `make notebooks`")
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None:
            found.append(f"cell {index} was never run: nbval would compare nothing")
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                found.append(f"cell {index} stores an error or a warning")
        if cell.source.rstrip().endswith(";"):
            found.append(f"cell {index} ends with a semicolon, which nbval's kernel does not heed")
        words = [*cell.metadata.get("tags", []), cell.source.lower()]
        if any(opt_out in word.lower() for word in words for opt_out in OPT_OUTS):
            found.append(f"cell {index} opts out of nbval")
    return found


def read(path):
    """Read a notebook (format 4)."""
    return nbformat.read(path, as_version=4)


def execute(path):
    """Run the notebook at `path` in its folder and write it back, clean."""
    path = Path(path)
    notebook = read(path)
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        resources=resources,
        coalesce_streams=True,
        store_widget_state=False,
    )
    client.execute(env={**os.environ, "TQDM_DISABLE": "1"})  # a bar would be stored
    nbformat.write(clean(notebook), path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print("running", name, flush=True)
        execute(name)
