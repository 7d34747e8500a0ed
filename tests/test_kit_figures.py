"""`make figures`: stills as SVG and PNG, with the licence of what they show."""

import io
import json
import zipfile

import figure_sources
import figures
import nbformat
import pytest
from PIL import Image

CELLS = [
    "from scse.widgets import PickRuns\n"
    'PickRuns({"brain": {"cSE": [("seed 0", 0.83), ("seed 1", 0.81)], '
    '"none": [("seed 0", 0.82), ("seed 1", 0.8)]}})',
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "from scse.data import digits\nplt.imshow(digits.Digits().test()[0][1, 0])\nplt.show()",
]


def test_images_of_the_credits_are_known():
    known = figures.table()
    assert "CC BY 2.0" in known["china, flower"]
    assert any(image.startswith(figures.BRAIN) for image in known)
    assert any(image.startswith(figures.DIGITS) for image in known)


def rows(drawn, manifest="", code=""):
    known = figures.table()
    return [row.split(" (")[0] for row in figures.credited(drawn, manifest, code, known)]


def test_a_diagram_is_credited_with_no_image():
    assert rows({"pictures": 0, "seen": []}, '{"samples": [{"credit": "gravel"}]}', "digits") == []


def test_a_figure_is_credited_with_the_images_that_are_seen_in_it():
    assert rows({"pictures": 3, "seen": [figures.DIGITS, "gravel"]}, code="brain") == [
        "handwritten digits, 8×8",
        "brick, gravel",
    ]


def test_a_figure_of_maps_alone_is_credited_with_the_image_it_names_or_with_those_of_its_task():
    maps = {"pictures": 4, "seen": []}
    credits = ("gravel, scikit-image, CC0", "chelsea, scikit-image, CC0")
    manifest = {"samples": [{"credit": each} for each in credits], "first": {"picture": 1}}
    assert rows(maps, json.dumps(manifest)) == ["handwritten digits, 8×8", "chelsea"]
    brain = {"samples": [{"credit": ""}], "first": {"picture": 0}}
    template = ["MNI152 template, tissue maps and mask"]
    assert rows(maps, json.dumps(brain), "from scse.data import brain") == template
    assert len(rows(maps, code="digits.test()")) == len(figures.table()) - 1
    assert rows(maps, code="1 + 1") == []


def test_code_that_a_figure_is_not_made_by_says_nothing_of_it():
    cells = [
        "from scse.data import brain, digits\na = brain.Brain()",
        "b = digits.Digits()",
        "a.size",
    ]
    assert figure_sources.made_by(cells) == "\n".join([*cells[0].split("\n"), "a.size"])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The figures of a small chapter, a widget and a drawing, and their folder."""
    folder = tmp_path_factory.mktemp("figures")
    metadata = {"mystnb": {"image": {"alt": "A line that rises"}}}
    cells = [nbformat.v4.new_markdown_cell("# A chapter")]
    cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
    for cell in cells[2:]:
        cell.metadata.update(metadata)
    path = folder / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = list(figures.stills(path, figures.table()))
    figures.write(found, folder / "out")
    return found, folder / "out"


def test_each_figure_is_there_as_svg_and_png(made):
    found, folder = made
    assert [still.name for still in found] == ["small-1", "small-2", "small-3"]
    assert [still.chapter for still in found] == ["A chapter"] * 3
    assert found[0].title, "a widget says what it is"
    assert found[1].title == "A line that rises"
    credits = [[row.split(" (")[0] for row in still.credits] for still in found]
    assert credits == [[], [], ["handwritten digits, 8×8", "brick, gravel"]]
    for still in found:
        svg = (folder / f"{still.name}.svg").read_text(encoding="utf-8")
        assert "<path" in svg
        assert "MIT licence" in svg
        with Image.open(folder / f"{still.name}.png") as picture:
            assert picture.width > 800
            assert "MIT licence" in picture.info["Copyright"]


def test_one_page_and_one_zip_have_them_all(made):
    found, folder = made
    page = (folder / "index.html").read_text(encoding="utf-8")
    packed = zipfile.ZipFile(io.BytesIO((folder / "figures.zip").read_bytes()))
    names = {f"{still.name}.{end}" for still in found for end in ("svg", "png")}
    assert {f"figures/{name}" for name in names} | {"figures/LICENCES.tsv"} == set(
        packed.namelist()
    )
    for name in names:
        assert f'href="{name}"' in page
    assert "A line that rises" in packed.read("figures/LICENCES.tsv").decode()
