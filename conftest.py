"""For all tests, those of the notebooks too."""

import os
import re

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
