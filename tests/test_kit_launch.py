"""Where a notebook of the book can be run, from one setting."""

import json
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import jinja2
import launch_cell
import nbformat
import notebooks
import pytest
import setting
from site_tools import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import launch

HUB = "https://hub.example.org/"
TEMPLATE = ROOT / "book" / "_ext" / "templates" / "launch.html"


def test_without_a_repository_there_is_nothing_to_open():
    assert launch.links("channel.ipynb") == []
    assert launch.links("channel.ipynb", repository="", hub=HUB) == []


def test_a_repository_on_github():
    found = dict(launch.links("channel.ipynb", "https://github.com/us/scse.git", "next", HUB))
    assert found["Colab"] == (
        "https://colab.research.google.com/github/us/scse/blob/next/book/channel.ipynb"
    )
    assert found["Binder"] == (
        "https://mybinder.org/v2/gh/us/scse/next?urlpath=lab%2Ftree%2Fbook%2Fchannel.ipynb"
    )
    hub = urlsplit(found["JupyterHub"])
    assert (hub.netloc, hub.path) == ("hub.example.org", "/hub/user-redirect/git-pull")
    assert parse_qs(hub.query) == {
        "repo": ["https://github.com/us/scse"],
        "branch": ["next"],
        "urlpath": ["lab/tree/scse/book/channel.ipynb"],
    }


@pytest.mark.parametrize(
    ("repository", "where"),
    [
        ("https://gitlab.com/us/more/scse", "/v2/gl/us%2Fmore%2Fscse/main"),
        (
            "https://git.example.org/us/scse",
            "/v2/git/https%3A%2F%2Fgit.example.org%2Fus%2Fscse/main",
        ),
    ],
)
def test_a_repository_elsewhere_is_not_opened_by_colab(repository, where):
    ((name, address),) = launch.links("channel.ipynb", repository)
    assert name == "Binder"
    assert urlsplit(address).path == where


def test_what_stands_on_the_page():
    template = jinja2.Template(TEMPLATE.read_text(encoding="utf-8"))
    assert template.render().strip() == ""
    three = launch.links("channel.ipynb", "https://github.com/us/scse", hub=HUB)
    shown = template.render(launch=three)
    assert "&amp;branch=main" in shown
    words = " ".join(jinja2.filters.do_striptags(shown).split())
    assert words == "Run this page in Colab, Binder or JupyterHub"


@pytest.fixture
def chapter():
    return notebooks.read(ROOT / "book" / "channel.ipynb")


def test_the_cell_comes_before_all_code_and_goes_again(chapter):
    fitted = launch_cell.fit(chapter, "https://github.com/us/scse", "next")
    first = next(cell for cell in fitted.cells if cell.cell_type == "code")
    assert first.id == launch_cell.ID
    assert "--branch next https://github.com/us/scse" in first.source
    assert fitted.cells[0].cell_type == "markdown", "the title stays first"
    assert notebooks.complaints(fitted) == []
    assert launch_cell.fit(fitted, "https://github.com/us/scse", "next") == fitted
    bare = launch_cell.fit(fitted)
    assert launch_cell.ID not in {cell.id for cell in bare.cells}
    assert notebooks.complaints(bare) == []


def test_the_book_has_the_cells_that_the_setting_asks_for():
    context = setting.read()["html_context"]
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        stored = notebooks.read(path)
        asked = launch_cell.fit(stored, context["repository"], context["branch"])
        assert asked == stored, "run `make launch`"


def test_where_scse_is_there_the_cell_does_nothing(tmp_path):
    """nbval compares its output, which is none, as strictly as all others."""
    code = nbformat.v4.new_code_cell("import scse")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), code])
    fitted = launch_cell.fit(notebook, "https://nowhere.invalid/us/scse")
    path = tmp_path / "book" / "small.ipynb"
    path.parent.mkdir()
    nbformat.write(fitted, path)
    words = ["-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *words, "-c", str(ROOT / "pyproject.toml"), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert [p.name for p in path.parent.iterdir()] == ["small.ipynb"]


def test_alone_the_cell_fetches_the_book(tmp_path, monkeypatch):
    """As in Colab, with a git and a pip that only say what they were asked for."""
    from IPython.testing.globalipapp import get_ipython

    shell = get_ipython()
    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(shell, "system", asked.append)
    monkeypatch.setattr(
        shell, "run_line_magic", lambda name, line, **options: asked.append(f"{name} {line}")
    )
    source = launch_cell.cell("https://github.com/us/scse", "main").source
    exec(shell.transform_cell(source), {"get_ipython": lambda: shell})
    assert json.dumps(asked) == json.dumps(
        [
            "git clone -q --depth 1 --branch main https://github.com/us/scse squeeze-and-excite",
            "cd -q squeeze-and-excite/book",
            'pip install -q "..[train,widgets]"',
        ]
    )
