"""Find a Chromium for the browser tests, and install one where there is none.

`python tests/chromium.py` is what `make test` runs: a browser that is already here is used; on
Debian with root or passwordless sudo apt brings one; otherwise Playwright downloads its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

COMMANDS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# A test browser that talks to nobody: no updates, no sync, and no host but this one resolves.
ARGUMENTS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find():
    """Return the path of an installed Chromium or Chrome, or None."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not Path(chosen).exists():
            raise FileNotFoundError(f"CHROMIUM={chosen} does not exist")
        return chosen
    for command in COMMANDS:
        if path := shutil.which(command):
            return path
    for place in PLACES:
        if Path(place).exists():
            return place
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def _as_root():
    """The words to put before a command that needs root, or None where that cannot be had."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def _is_debian():
    try:
        return "ID=debian" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def install():
    """Install a Chromium and return its path; RuntimeError says what was tried."""
    root = _as_root()
    if _is_debian() and root is not None and shutil.which("apt-get"):
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        subprocess.run([*apt, "update", "-q"], check=False)
        packages = ["chromium", "fonts-dejavu-core"]
        subprocess.run([*apt, "install", "-qy", "--no-install-recommends", *packages], check=False)
    if find() is None:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        if root is not None and sys.platform == "linux":
            command.insert(-1, "--with-deps")
        subprocess.run(command, check=False)
    path = find()
    if path is None:
        raise RuntimeError(
            "no Chromium: apt and `playwright install chromium` both failed. Install Chromium or "
            "Chrome yourself, or point the variable CHROMIUM at one."
        )
    return path


def launch(playwright):
    """Start the browser found by `find`, headless."""
    path = find()
    if path is None:
        raise RuntimeError("no Chromium here: run `python tests/chromium.py` first")
    # Chromium's sandbox refuses to run as root, as containers and CI machines do.
    arguments = ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return playwright.chromium.launch(executable_path=path, args=arguments)


if __name__ == "__main__":
    print("browser for the tests:", find() or install())
