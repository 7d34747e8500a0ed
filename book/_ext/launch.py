"""Sphinx extension: where a reader can run a page's notebook without installing anything.

All follows from `repository` in `html_context` of _config.yml, its `branch`, and the address of a
JupyterHub with nbgitpuller in `hub`. Without a repository there is nothing to open.

What Colab lacks is installed by a cell of the notebook, see book/_tools/launch_cell.py; Binder
installs what `.binder` says.
"""

from pathlib import PurePosixPath
from urllib.parse import quote, urlencode, urlsplit

SOURCES = "book"  # where the notebooks are in the repository


def _binder(repository, place, host):
    """A repository as Binder names it."""
    if host == "github.com":
        return f"gh/{place}"
    if host == "gitlab.com":
        return f"gl/{quote(place, safe='')}"
    return f"git/{quote(repository, safe='')}"


def links(notebook, repository="", branch="main", hub=""):
    """The ways to run a notebook: [(name, address), …].

    Args:
        notebook: its file in the folder of the sources, as ``channel.ipynb``.
        repository: the address of the repository; "" for none, and so no links.
        hub: the address of a JupyterHub that has nbgitpuller; "" for none.
    """
    repository = (repository or "").rstrip("/").removesuffix(".git")
    if not repository:
        return []
    parts = urlsplit(repository)
    place = parts.path.strip("/")
    path = f"{SOURCES}/{quote(notebook)}"
    found = []
    if parts.hostname == "github.com":  # Colab opens notebooks from there alone
        found.append(
            ("Colab", f"https://colab.research.google.com/github/{place}/blob/{branch}/{path}")
        )
    to = urlencode({"urlpath": f"lab/tree/{path}"})
    where = _binder(repository, place, parts.hostname)
    found.append(("Binder", f"https://mybinder.org/v2/{where}/{quote(branch, safe='')}?{to}"))
    if hub:
        name = PurePosixPath(place).name
        pull = {"repo": repository, "branch": branch, "urlpath": f"lab/tree/{name}/{path}"}
        found.append(
            ("JupyterHub", f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(pull)}")
        )
    return found


def add_links(app, pagename, templatename, context, doctree):
    source = app.env.doc2path(pagename, base=False) if doctree is not None else ""
    if str(source).endswith(".ipynb"):
        setting = app.config.html_context
        known = {name: setting.get(name) or "" for name in ("repository", "hub")}
        branch = setting.get("branch") or "main"
        context["launch"] = links(PurePosixPath(source).as_posix(), branch=branch, **known)


def setup(app):
    app.connect("html-page-context", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
