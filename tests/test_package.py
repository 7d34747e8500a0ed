"""The package as its users get it: built, installed, and without what they have not installed."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions, requires

import pytest
import yaml
from packaging.requirements import Requirement
from site_tools import ROOT

import scse
from scse import weights

SOURCES = ("scse", "CHANGELOG.md", "CITATION.cff", "LICENSE", "MANIFEST.in", "README.md")
SOURCES += ("pyproject.toml", "setup.py", "tests")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def _needed(distribution):
    """The names of a distribution and of all that it needs, in lower case with hyphens."""
    found, waiting = set(), [distribution]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found.add(name)
        for line in requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed.name)
    return found


def _modules(distribution):
    """The names that can be imported of it, from its files: not all list them elsewhere."""
    for file in distribution.files or ():
        name = file.parts[0] if len(file.parts) > 1 else file.name.partition(".")[0]
        if name.isidentifier() and (len(file.parts) > 1 or file.suffix in (".py", ".so", ".pyd")):
            yield name


def _beside_torch():
    """What is installed here that torch does without."""
    kept, needed, others = _needed("torch"), {"scse"}, set()
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        (needed if name in kept else others).update(_modules(distribution))
    return sorted(others - needed - {"_virtualenv"})


def run_without(hidden, code, folder=ROOT):
    """Run code in a Python of its own, scse from ``folder``, where some modules are missing."""
    begin = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    begin += f"sys.modules.update(dict.fromkeys({list(hidden)}))\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", begin + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder with the sdist, and the wheel that was built from what the sdist holds."""
    folder = tmp_path_factory.mktemp("package")
    copy, out = folder / "copy", folder / "out"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=LEFT_BEHIND)
        else:
            shutil.copy(source, copy / name)
    build = "from setuptools import build_meta; build_meta.build_sdist({!r})"
    _run([sys.executable, "-c", build.format(str(out))], copy)
    (sdist,) = out.glob("*.tar.gz")
    offline = ["--no-build-isolation", "--no-deps", "--no-index"]
    _run([sys.executable, "-m", "pip", "wheel", *offline, "-w", out, sdist], folder)
    return out


def _run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(built):
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.slow
def test_wheel_has_every_file_of_the_package(wheel):
    paths = [path.relative_to(ROOT) for path in (ROOT / "scse").rglob("*") if path.is_file()]
    left = {"__pycache__", ".ipynb_checkpoints"}
    files = {path.as_posix() for path in paths if not left & set(path.parts)}
    assert {"scse/py.typed", "scse/edits.schema.json"} <= files
    assert files == {name for name in wheel.namelist() if name.startswith("scse/")}


@pytest.mark.slow
def test_description_shows_and_links_nothing_that_is_only_in_the_repository(wheel):
    metadata = wheel.read(f"scse-{scse.__version__}.dist-info/METADATA").decode()
    assert "Summary: Concurrent spatial and channel squeeze & excitation" in metadata
    assert "\n# scse\n" in metadata
    links = re.findall(r"\]\(([^)]*)\)", metadata)
    assert links
    assert [link for link in links if not link.startswith("https://")] == []


@pytest.mark.slow
def test_installed_beside_torch_alone(built, tmp_path):
    (path,) = built.glob("*.whl")
    target = tmp_path / "empty"
    offline = ["--no-deps", "--no-index", "--target", target]
    _run([sys.executable, "-m", "pip", "install", *offline, path], tmp_path)
    code = """
import json, torch, scse
from importlib.resources import files
rec = scse.record(scse.UNet(1, 3), torch.zeros(1, 1, 16, 16))
names = ("py.typed", "edits.schema.json", "weights/brain-unet-scse-seed0.safetensors",
         "weights/brain-unet-scse-seed0.json", "widgets/static/explorer.js")
print(json.dumps([
    scse.__file__,
    scse.__version__,
    list(scse.scSE(8)(torch.ones(2, 8, 4, 4)).shape),
    list(rec["bottleneck"].channel.shape),
    [name for name in names if not files("scse").joinpath(name).is_file()],
    len(scse.weights.cards()),
]))
"""
    place, version, shape, gates, missing, cards = json.loads(
        run_without(_beside_torch(), code, target)
    )
    assert place == str(target / "scse" / "__init__.py")
    assert version == scse.__version__
    assert shape == [2, 8, 4, 4]
    assert gates == [1, 64, 1, 1]
    assert missing == []
    assert cards == len(weights.cards())


@pytest.mark.slow
def test_sdist_has_no_half_of_the_tests(built):
    (path,) = built.glob("*.tar.gz")
    shutil.unpack_archive(path, built / "unpacked")
    (root,) = (built / "unpacked").iterdir()
    assert {"CHANGELOG.md", "CITATION.cff", "LICENSE"} <= {path.name for path in root.iterdir()}
    assert not (root / "tests").exists()


def test_one_version():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == scse.__version__
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"^## \[?([0-9.]+)", changes, re.MULTILINE)[1] == scse.__version__


EXTRAS = {
    "scse.explore(None, None)": "widgets",
    "import scse.widgets": "widgets",
    "from scse.widgets.gate_lab import GateLab": "widgets",
    "import scse.plots": "widgets",
    "scse.load('brain-unet-scse')": "weights",
    "rec.gates.to_numpy()": "data",
    "rec.gates.to_dataframe()": "data",
    "sweep(scse.sSE(4), torch.ones(1, 4, 2, 2), float)": "data",
    "from scse.data import brain; brain.volume()": "data",
}


@pytest.fixture(scope="module")
def torch_alone():
    """What a Python says that has torch and nothing else: one process, for torch loads slowly."""
    code = f"""
import json, torch
from scse import *
star = sorted(name for name in dir() if not name.startswith("_"))
import scse
rec = scse.record(scse.sSE(4), torch.ones(1, 4, 2, 2))
told = {{}}
for way in {list(EXTRAS)}:
    try:
        exec(way)
    except ModuleNotFoundError as error:
        told[way] = str(error)
print(json.dumps([star, hasattr(scse, "explore"), hasattr(scse, "no_such_thing"), told]))
"""
    return json.loads(run_without(_beside_torch(), code))


def test_star_import_with_torch_alone(torch_alone):
    star, explore, other, _ = torch_alone
    assert set(scse.__all__) <= set(star)
    assert explore is True  # it is there, and says what it needs when it is called
    assert other is False


@pytest.mark.parametrize("way", EXTRAS)
def test_missing_library_is_told_with_its_extra(torch_alone, way):
    """Each way into what needs more than torch ends in a sentence that says what to install."""
    told = torch_alone[-1][way]
    library, extra = re.fullmatch(r"(\w+) is not installed.*\"scse\[(\w+)\]\"", told).groups()
    assert library not in ("scse", "torch")
    assert extra == EXTRAS[way]


def test_name_of_a_network_is_a_string():
    with pytest.raises(TypeError, match="the name of a network is a str, got int 3"):
        scse.load(3)


def test_a_damaged_card_is_named_and_spares_the_others(tmp_path, monkeypatch):
    for path in weights.FOLDER.glob("brain-unet-scse-seed[01].*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "brain-unet-scse-seed1.json").write_text('{"name": ')
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    for look in (weights.cards, lambda: scse.load("brain-unet-scse", seed=1)):
        with pytest.raises(ValueError, match=r"brain-unet-scse-seed1\.json is damaged"):
            look()
    assert scse.load("brain-unet-scse").name == "brain-unet-scse-seed0"
