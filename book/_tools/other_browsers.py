"""Find Firefox and WebKit for the tests that use more than Chromium, and install them on Debian.

`make test` runs it as a script. The tests of a browser that is not there are skipped, and say so:
only Debian packages a WebKit with its driver, and neither is needed to work on the book.
"""

import glob
import shutil

import chromium

WEBKIT = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"  # no command: a part of webkit2gtk-driver
PACKAGES = {"Firefox": ["firefox-esr"], "WebKit": ["webkit2gtk-driver", "xvfb"]}


def firefox():
    """Return the path of an installed Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def webkit():
    """Return the paths of a small WebKit browser, its driver and a screen, or None."""
    found = sorted(glob.glob(WEBKIT))
    browser = found[-1] if found else None
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    return (browser, driver, screen) if browser and driver and screen else None


FIND = {"Firefox": firefox, "WebKit": webkit}


def main():
    """Say which other browsers the tests will use, after installing what Debian has."""
    missing = [name for name, find in FIND.items() if find() is None]
    if missing:
        chromium.apt_install([package for name in missing for package in PACKAGES[name]])
    for name, find in FIND.items():
        print(f"{name} for the tests:", find() or "none, so its tests are skipped")


if __name__ == "__main__":
    main()
