"""`make figures`: stills as SVG and PNG, with the licence of what they show."""

import io
import zipfile

import figures
import nbformat
import pytest
from PIL import Image

CELLS = [
    "from scse.widgets import PickRuns\n"
    'PickRuns({"brain": {"cSE": [("seed 0", 0.83), ("seed 1", 0.81)], '
    '"none": [("seed 0", 0.82), ("seed 1", 0.8)]}})',
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
]


def test_images_of_the_credits_are_known():
    known = figures.table()
    assert "CC BY 2.0" in known["china, flower"]
    assert any(image.startswith(figures.BRAIN) for image in known)
    assert any(image.startswith(figures.DIGITS) for image in known)
    assert any(image.startswith(figures.UNSEEN) for image in known)


def test_a_figure_is_credited_with_what_it_names_or_with_all_it_may_show():
    known = figures.table()
    named = figures.credited('{"credit": "gravel, scikit-image, CC0", "digit 0": 1}', "", known)
    assert [row.split(" (")[0] for row in named] == ["handwritten digits, 8×8", "brick, gravel"]
    brain = figures.credited("", "from scse.data import brain", known)
    assert [row.split(" (")[0] for row in brain] == ["MNI152 template, tissue maps and mask"]
    digits = figures.credited('{"credit": ""}', "digits.test()", known)
    assert len(digits) == len(known) - 2, "neither the brain nor what no figure shows"
    assert figures.credited("", "1 + 1", known) == []


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The figures of a small chapter, a widget and a drawing, and their folder."""
    folder = tmp_path_factory.mktemp("figures")
    metadata = {"mystnb": {"image": {"alt": "A line that rises"}}}
    cells = [nbformat.v4.new_markdown_cell("# A chapter")]
    cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[-1].metadata.update(metadata)
    path = folder / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = list(figures.stills(path, figures.table()))
    figures.write(found, folder / "out")
    return found, folder / "out"


def test_each_figure_is_there_as_svg_and_png(made):
    found, folder = made
    assert [still.name for still in found] == ["small-1", "small-2"]
    assert [still.chapter for still in found] == ["A chapter"] * 2
    assert found[0].title, "a widget says what it is"
    assert found[1].title == "A line that rises"
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
