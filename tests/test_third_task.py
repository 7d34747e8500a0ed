"""A task needs a module and a line in `scse.data.TASKS`: one goes through the whole package."""

import dataclasses

import onnx
import pytest

from scse import data, weights
from scse.export import export_shipped
from scse.training import TrainingRun, recipes
from scse.widgets import Playground


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Four networks, trained a little, in the place of those that are shipped."""
    monkeypatch.setitem(data.TASKS, "stripes", "stripes.Stripes")
    for name in [name for name in recipes() if name.startswith("stripes-unet")]:
        recipe = dataclasses.replace(recipes()[name], steps=10, width=2, depth=3)
        run = TrainingRun(name, 0, tmp_path, recipe)
        run.train(progress_bar=False)
        run.export()
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    return tmp_path


def test_training_export_and_playground_take_a_third_task(shipped):
    assert list(weights.cards()) == [
        f"stripes-unet-{k}-seed0" for k in ("cse", "none", "scse", "sse")
    ]
    card = weights.card("stripes-unet-scse")
    assert (card["recipe"]["batch"], card["recipe"]["lr"]) == (4, 1e-2)
    assert (card["classes"], card["test_images"]) == (["background", "upright", "lying"], 8)

    path = export_shipped("stripes-unet-scse", shipped)
    image = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
    assert [axis.dim_value for axis in image] == [1, 1, 16, 16]

    widget = Playground("stripes")
    manifest = widget.manifest
    assert (manifest["size"], manifest["draw"], manifest["blank"]) == (16, True, 0.4)
    assert [c["name"] for c in manifest["classes"]] == ["background", "upright", "lying"]
    assert [e["title"] for e in manifest["examples"]] == ["stripe 1", "stripe 2"]
    assert manifest["networks"]["scse"]["file"] == "stripes-unet-scse-seed0"
    assert manifest["networks"]["scse"]["blocks"]["bottleneck"]["positions"] == [4, 4]
    assert manifest["sliders"] == {}
    widget.state = {"source": "ground:0", "edits": {"decoder1": {"channel": {"base": "mean"}}}}
    assert widget.still().startswith(b"\x89PNG")
