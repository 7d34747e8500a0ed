"""Find a Chromium for the browser tests, and install one where there is none.

`make test` runs it as a script: a browser that is already here is used; on Debian with root or
passwordless sudo apt brings one; otherwise Playwright downloads its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

# The headless shell first: a whole browser draws tabs and tool bars that nobody sees.
COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
)
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
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find():
    """Return the path of an installed Chromium or Chrome, or None."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not Path(chosen).exists():
            raise FileNotFoundError(f"CHROMIUM={chosen} does not exist")
        return chosen
    for place in (*filter(None, map(shutil.which, COMMANDS)), *PLACES):
        if Path(place).exists():
            return place
    return None


def launch(playwright, *more):
    """Start the browser that `find` finds, headless; Playwright's own where it finds none.

    Args:
        more: further arguments of its command line.
    """
    # Chromium's sandbox refuses to run as root, as containers and CI machines do.
    arguments = [*ARGUMENTS, *more, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return playwright.chromium.launch(executable_path=find(), args=arguments)


def version():
    """Start the browser and return its version, or None where none starts."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error:
            return None
        with browser:
            return f"{browser.version}, {find() or 'Playwright’s own'}"


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


def apt_install(packages):
    """Install Debian's packages where this is Debian and root can be had; else do nothing."""
    root = _as_root()
    if not _is_debian() or root is None:
        return
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*apt, "update"], check=False)
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", *packages], check=False)


def install():
    """Install a Chromium: Debian's through apt where that can be had, else Playwright's own."""
    apt_install(["chromium-headless-shell", "fonts-dejavu-core"])
    if find() is None:
        root = _as_root()
        options = ["--with-deps"] if root is not None and sys.platform == "linux" else []
        words = ["playwright", "install", *options, "--only-shell", "chromium"]
        subprocess.run([sys.executable, "-m", *words], check=False)


def main():
    """Say which browser the tests will use, after installing one where none starts."""
    if version() is None:
        install()
    found = version()
    if found is None:
        sys.exit(
            "no Chromium starts: apt and `playwright install chromium` both failed. Install "
            "Chromium or Chrome yourself, or point the variable CHROMIUM at one."
        )
    print("browser for the tests:", found)


if __name__ == "__main__":
    main()
