"""Sphinx extension: forget the cached run of a notebook that has been edited since.

Executed notebooks are cached by their code alone, and what comes out of the cache has the tags and
the other cell metadata of the day it was run: a new alt text or a new `hide-input` would do
nothing. Nor would a new word in a file of questions, or another number in the data of a chapter.
"""

from datetime import timezone
from pathlib import Path

from jupyter_cache import get_cache

READ = (".csv", ".json", ".npz")  # what notebooks read, below their folder


def forget_edited(app):
    folder = Path(app.outdir).parent / ".jupyter_cache"
    if not folder.is_dir():
        return
    data = [file for file in Path(app.srcdir).rglob("*.*") if file.suffix in READ]
    cache = get_cache(str(folder))
    for record in cache.list_cache_records():
        run = record.created.replace(tzinfo=timezone.utc).timestamp()
        notebook = Path(record.uri)
        if not notebook.exists() or max(f.stat().st_mtime for f in [notebook, *data]) > run:
            cache.remove_cache(record.pk)


def setup(app):
    app.connect("builder-inited", forget_edited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
