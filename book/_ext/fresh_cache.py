"""Sphinx extension: forget the cached run of a notebook that has been edited since.

Executed notebooks are cached by their code alone, and what comes out of the cache has the tags and
the other cell metadata of the day it was run: a new alt text or a new `hide-input` would do
nothing. Nor would a new word in a file of questions, or another number in the data of a chapter.
"""

from datetime import timezone
from pathlib import Path

from jupyter_cache import get_cache


def forget_edited(app):
    folder = Path(app.outdir).parent / ".jupyter_cache"
    if not folder.is_dir():
        return
    cache = get_cache(str(folder))
    for record in cache.list_cache_records():
        run = record.created.replace(tzinfo=timezone.utc).timestamp()
        notebook = Path(record.uri)
        home = notebook.parent
        data = [
            *home.glob("*.*"),
            *(home / notebook.stem).rglob("*.*"),
        ]  # its own, and all chapters'
        data = [file for file in data if file.suffix in (".csv", ".json", ".npz")]
        read = [notebook, *home.glob("questions/*.json"), *data]
        if not notebook.exists() or max(file.stat().st_mtime for file in read) > run:
            cache.remove_cache(record.pk)


def setup(app):
    app.connect("builder-inited", forget_edited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
