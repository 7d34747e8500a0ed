"""What Binder and other repo2docker hosts install."""

import re

from site_tools import ROOT

BINDER = ROOT / ".binder"
LINES = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
NEEDED = [line for line in LINES if not line.startswith("#")]


def test_versions_are_those_of_the_book():
    (constraint,) = [line.split()[1] for line in NEEDED if line.startswith("-c ")]
    assert (BINDER / constraint).resolve() == ROOT / "requirements.txt"


def test_the_extras_are_the_package_s():
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (extras,) = [re.search(r"^-e \.\[(.*)\]$", line)[1] for line in NEEDED if line.startswith("-e")]
    for name in extras.split(","):
        assert re.search(rf"^{name} = \[", pyproject, re.MULTILINE), name


def test_nothing_names_where_it_comes_from():
    assert not re.findall(r"https?://", "\n".join(LINES))


def test_the_python_is_one_that_the_package_takes():
    kind, version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().split("-")
    assert kind == "python"
    assert tuple(map(int, version.split("."))) >= (3, 10)
