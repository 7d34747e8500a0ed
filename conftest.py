"""For all tests, those of the notebooks too."""

import os
import re
from queue import Queue

from jupyter_cache import get_cache
from nbval.plugin import IPyNbFile
from xdist.scheduler import LoadScopeScheduling

os.environ["TQDM_DISABLE"] = "1"  # a progress bar would be an output to compare


class ByNeed(LoadScopeScheduling):
    """One worker runs a file, whose tests share what is slow to make, or a whole notebook.

    Of a file whose tests name a page of the book (`test_site.py::test_…[index.html]`), those of one
    page go together, as they share it; any worker that is free takes the next.
    """

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        page = re.search(r"\[(?:.+-)?([a-z_]+\.html)\b", test)
        return f"{file}[{page[1]}]" if page else file


def pytest_xdist_make_scheduler(config, log):
    """What `--dist loadfile` means here."""
    return ByNeed(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_addoption(parser):
    parser.addoption(
        "--nbval-cache",
        metavar="FOLDER",
        help="With --nbval: compare what a notebook printed when the book was built, which has "
        "kept it in this folder, instead of running the same code again.",
    )


class HasRun:
    """In the place of nbval's kernel: says of each cell what came of it in a run that is over."""

    def __init__(self, notebook):
        self._cells = (cell for cell in notebook.cells if cell.cell_type == "code")
        self._messages = Queue()

    def execute_cell_input(self, source, allow_stdin):
        cell = next(self._cells)
        assert cell.source == source
        idle = {"output_type": "status", "execution_state": "idle"}
        for output in [*cell.outputs, idle]:
            message = {"msg_type": output["output_type"], "content": output}
            self._messages.put({**message, "parent_header": {"msg_id": cell.id}})
        return cell.id

    def get_message(self, stream, timeout):
        return self._messages.get(timeout=timeout)

    def await_reply(self, msg_id, timeout):
        """It has run."""

    def await_idle(self, msg_id, timeout):
        """It is."""

    def is_alive(self):
        return True

    def stop(self):
        """Nothing runs."""


def pytest_configure(config):
    if config.option.nbval_cache:
        cache, run_it = get_cache(config.option.nbval_cache), IPyNbFile.setup

        def setup(self):
            try:
                run = cache.match_cache_notebook(self.nb)
            except KeyError:  # not yet, or with other code
                run_it(self)
            else:
                self.kernel = HasRun(cache.get_cache_bundle(run.pk).nb)
                self.setup_sanitize_files()

        IPyNbFile.setup = setup
