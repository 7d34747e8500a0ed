"""Build the book with plain, current Sphinx instead of Jupyter Book 1, which is in maintenance.

An experiment beside the real build: it shows how far that door is open. `jupyter-book config
sphinx` turns _config.yml into a conf.py; what belongs to Jupyter Book alone is taken out of it; the
newest Sphinx, theme and extensions go into an environment of their own, which borrows everything
else, torch above all, from .venv. All of it is in _build/plain.
"""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ROOT / "_build" / "plain"
NEWEST = (
    *("linkify-it-py", "myst-nb", "sphinx", "sphinx-book-theme", "sphinx-copybutton"),
    *("sphinx-design", "sphinx-external-toc", "sphinxcontrib-bibtex"),
)
OF_JUPYTER_BOOK = (
    *("jupyter_book", "sphinx_comments", "sphinx_jupyterbook_latex", "sphinx_multitoc_numbering"),
)


def environment():
    """The Python of the environment with the newest Sphinx, which is installed where it is not."""
    folder = PLAIN / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *NEWEST], check=True)
        (packages,) = folder.glob("lib/python*/site-packages")
        # Behind the environment's own packages on the path, so that the newest win.
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def configure(book):
    """Write book/conf.py. Jupyter Book wants its two files in and beside the folder of pages."""
    shutil.copy(ROOT / "_toc.yml", book)
    shutil.copy(ROOT / "_config.yml", book.parent)
    command = [Path(sys.executable).with_name("jupyter-book"), "config", "sphinx", book]
    subprocess.run([*command, "--config", book.parent / "_config.yml"], check=True)
    written = (book.parent / "conf.py").read_text()
    (book / "conf.py").write_text(
        f"import sys\nsys.path[:0] = [{str(ROOT / 'book' / '_ext')!r}, {str(ROOT)!r}]\n{written}"
        f"extensions = [name for name in extensions if name not in {OF_JUPYTER_BOOK}]\n"
    )


def main():
    python = environment()
    book = PLAIN / "book"
    shutil.rmtree(book, ignore_errors=True)
    shutil.copytree(ROOT / "book", book)
    configure(book)
    command = [python, "-m", "sphinx", "-W", "--keep-going", "-q", book, PLAIN / "html"]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
