"""`make launch`: give every notebook the cell by which Colab gets the book, or take it away.

A notebook that is opened alone, as Colab does, lacks the package and the files beside it. One cell
fetches both from `repository` in _config.yml. It is not shown in the book, and does nothing where
`scse` can be imported. Without a repository there is nothing to fetch, and no such cell.
"""

import sys
from pathlib import Path

import nbformat
import notebooks
import setting

ID = "fetch-the-book"
CELL = """\
# Where this notebook was opened alone, as in Colab: fetch the book, install what is missing.
import importlib.util
from pathlib import Path

if importlib.util.find_spec("scse") is None:
    if not Path("../scse").is_dir():
        !git clone -q --depth 1 --branch {branch} {repository} squeeze-and-excite
        %cd -q squeeze-and-excite/book
    %pip install -q "..[train,widgets]"
"""


def cell(repository, branch):
    """The cell that fetches the book."""
    source = CELL.format(repository=repository, branch=branch).rstrip("\n")
    return nbformat.v4.new_code_cell(source, id=ID, metadata={"tags": ["remove-cell"]})


def fit(notebook, repository="", branch="main"):
    """Return the notebook, clean, with that cell before its first code, or without any."""
    notebook = nbformat.from_dict(notebook)
    notebook.cells = [one for one in notebook.cells if one.get("id") != ID]
    codes = [i for i, one in enumerate(notebook.cells) if one.cell_type == "code"]
    if repository and codes:
        notebook.cells.insert(codes[0], cell(repository, branch))
    return notebooks.clean(notebook)


def main(folder=setting.ROOT / "book"):
    context = setting.read()["html_context"]
    for path in sorted(Path(folder).glob("*.ipynb")):
        before = notebooks.read(path)
        after = fit(before, context["repository"], context["branch"])
        if after != before:
            nbformat.write(after, path)
            print("wrote", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
