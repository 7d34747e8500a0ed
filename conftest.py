"""For all tests, those of the notebooks too."""

import os

from xdist.scheduler import LoadScopeScheduling

os.environ["TQDM_DISABLE"] = "1"  # a progress bar would be an output to compare


class ByNeed(LoadScopeScheduling):
    """One worker runs a file, whose tests share what is slow to make, or a whole notebook.

    Tests of the built site share nothing but the site: any worker that is free takes the next.
    """

    def _split_scope(self, nodeid):
        file, _, _ = nodeid.partition("::")
        return nodeid if file.endswith("site.py") else file


def pytest_xdist_make_scheduler(config, log):
    """What `--dist loadfile` means here."""
    return ByNeed(config, log) if config.getvalue("dist") == "loadfile" else None
