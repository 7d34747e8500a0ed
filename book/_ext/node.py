"""Node for the extensions: the one beside Python where make has put it there, else the system's."""

import os
import shutil
import sys
from pathlib import Path

from sphinx.errors import ConfigError

SCRIPTS = Path(__file__).resolve().parents[2] / "js" / "site"


def command(script):
    """The words that run a script of js/site."""
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which("node", path=folders)
    if found is None or not (SCRIPTS.parent / "node_modules").is_dir():
        raise ConfigError("the pages need Node and js/node_modules: `make install` brings both")
    return [found, str(SCRIPTS / script)]
