"""The shipped networks: whole, refused when damaged, and as good as their cards say."""

import pytest
import torch

import scse
from scse import weights
from scse.metrics import dice
from scse.training import make_task, predict


@pytest.mark.parametrize("name", sorted(weights.cards()))
def test_scores_are_those_of_the_card(name):
    card = weights.card(name)
    net = scse.load(name)
    assert not net.training
    task = make_task(card["recipe"]["task"])
    images, labels = task.test()
    scores = dice(predict(net, images), labels, len(task.classes))[1:]
    assert scores.tolist() == pytest.approx(list(card["dice"].values()), abs=2e-3)
    assert sum(p.numel() for p in net.parameters()) == card["parameters"]


def test_what_is_shipped():
    names = set(weights.cards())
    assert {"brain-unet-scse-seed0", "brain-unet-scse-seed1", "brain-unet-scse-seed2"} <= names
    assert {"brain-unet-none-seed0", "digits-unet-scse-seed0", "digits-unet-none-seed0"} <= names


def test_unknown_name_lists_what_there_is():
    with pytest.raises(ValueError, match="'brain-unet'; shipped are brain-unet-none-seed0"):
        scse.load("brain-unet")
    with pytest.raises(ValueError, match="brain-unet-scse, seed 99"):
        scse.load("brain-unet-scse", seed=99)


def test_damaged_file_is_refused(tmp_path, monkeypatch):
    card = weights.card("brain-unet-scse", 0)
    for suffix in ("json", "safetensors"):
        source = weights.FOLDER / f"{card['name']}.{suffix}"
        (tmp_path / source.name).write_bytes(source.read_bytes())
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / source.name).write_bytes(content)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="is damaged: its SHA-256 is"):
        scse.load("brain-unet-scse", 0)


def test_float16_on_disk_float32_in_use():
    net = scse.load("digits-unet-scse")
    assert {p.dtype for p in net.parameters()} == {torch.float32}
    card = weights.card("digits-unet-scse")
    assert (weights.FOLDER / f"{card['name']}.safetensors").stat().st_size < 300_000
