"""The shipped networks: whole, refused when damaged, and as good as their cards say."""

import os
import subprocess
import sys

import pytest
import torch
from published import published

import scse
from scse import weights
from scse.data import brain, task
from scse.metrics import dice, mean_dice
from scse.training import predict

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", sorted(weights.cards()))
def test_scores_are_those_of_the_card(name):
    card = weights.card(name)
    net = scse.load(name)
    assert not net.training
    made = task(card["recipe"]["task"])
    images, labels = made.test()
    scores = dice(predict(net, images), labels, len(made.classes))[1:]
    assert scores.tolist() == pytest.approx(list(card["dice"].values()), abs=2e-3)
    assert sum(p.numel() for p in net.parameters()) == card["parameters"]


def test_what_is_shipped():
    names = set(weights.cards())
    assert {"brain-unet-scse-seed0", "brain-unet-scse-seed1", "brain-unet-scse-seed2"} <= names
    assert {"brain-unet-none-seed0", "digits-unet-scse-seed0", "digits-unet-none-seed0"} <= names


def test_unknown_name_lists_what_there_is():
    with pytest.raises(ValueError, match="'brain-unet'; shipped are brain-unet-cse-seed4, "):
        scse.load("brain-unet")
    with pytest.raises(ValueError, match="brain-unet-scse, seed 99"):
        scse.load("brain-unet-scse", seed=99)


def test_a_name_is_a_string():
    with pytest.raises(TypeError, match="the name of a network is a str, got int 3"):
        scse.load(3)


@pytest.mark.parametrize("seed", [".*", 1.0, True, "1"])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(TypeError, match="seed must be an integer, got"):
        scse.load("brain-unet-scse", seed=seed)


def test_the_lowest_seed_is_that_of_numbers(tmp_path, monkeypatch):
    content = (weights.FOLDER / "brain-unet-scse-seed0.json").read_text(encoding="utf-8")
    for seed in (10, 2):
        (tmp_path / f"one-seed{seed}.json").write_text(
            content.replace("brain-unet-scse-seed0", f"one-seed{seed}"), encoding="utf-8"
        )
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    assert list(weights.cards()) == ["one-seed2", "one-seed10"]
    assert weights.card("one")["name"] == "one-seed2"


WHATEVER_THE_LOCALE = """
import json, sys, locale
from scse import training, weights
assert locale.getpreferredencoding(False) != "UTF-8"
assert "\\u2013" in weights.card("brain-unet-scse")["data"]
(card,) = training.collect(sys.argv[1], sys.argv[1] + "/table.json")
assert "\\u2013" in card["data"]
"""


def test_cards_are_read_whatever_the_locale(tmp_path):
    name = "brain-unet-scse-seed0.json"
    (tmp_path / name).write_bytes((weights.FOLDER / name).read_bytes())
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    script = [sys.executable, "-c", WHATEVER_THE_LOCALE, str(tmp_path)]
    ended = subprocess.run(script, env=os.environ | plain, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "–" in (tmp_path / "table.json").read_text(encoding="utf-8")


def test_a_broken_card_is_named_and_breaks_no_other(tmp_path, monkeypatch):
    for name in ("brain-unet-scse-seed0.json", "brain-unet-scse-seed0.safetensors"):
        (tmp_path / name).write_bytes((weights.FOLDER / name).read_bytes())
    (tmp_path / "brain-unet-scse-seed1.json").write_text('{"name": ')
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    assert scse.load("brain-unet-scse").name == "brain-unet-scse-seed0"
    with pytest.raises(ValueError, match="the card brain-unet-scse-seed1.json is damaged"):
        scse.load("brain-unet-scse", seed=1)


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
    torch.set_default_dtype(torch.float64)
    try:
        other = scse.load("digits-unet-scse")
    finally:
        torch.set_default_dtype(torch.float32)
    for key, value in other.state_dict().items():
        assert torch.equal(value, net.state_dict()[key])
        assert value.dtype == net.state_dict()[key].dtype
    card = weights.card("digits-unet-scse")
    assert (weights.FOLDER / f"{card['name']}.safetensors").stat().st_size < 300_000


@pytest.mark.parametrize("name", ["brain-unet-scse", "digits-unet-scse"])
def test_trained_blocks_compute_what_the_published_one_does(name):
    """Every trained block, on what it really sees, against segmentation-models-pytorch's."""
    theirs = published("segmentation_models_pytorch.base.modules", "SCSEModule")
    net = scse.load(name)
    images, _ = task(weights.card(name)["recipe"]["task"]).test()
    rec = scse.record(net, images[:2])
    for stage in net.stages:
        block = getattr(net, stage).se
        layers = {"cSE.1": block.channel.fc1, "cSE.3": block.channel.fc2}
        layers["sSE.0"] = block.spatial.project
        other = theirs(block.channels, reduction=2)
        other.load_state_dict(
            {
                f"{key}.{part}": value[..., None, None] if part == "weight" else value
                for key, layer in layers.items()
                for part, value in layer.state_dict().items()
            }
        )
        with torch.no_grad():
            expected = other(rec[stage].input)
        scale = expected.abs().max().item()
        torch.testing.assert_close(rec[stage].output, expected, atol=1e-6 * scale, rtol=0)


def test_contrast_switch_of_the_book():
    """Seed 4 keeps its contrast switch in the bottleneck, seed 2 in encoder2, seed 0 in neither."""
    images, labels = zip(*(brain.example(72, inverted=i) for i in (0, 1)), strict=True)
    for seed, block, least, most in [
        (4, "bottleneck", 0.1, 1),
        (2, "encoder2", 0.3, 1),
        (0, "bottleneck", -0.05, 0.05),
        (0, "encoder2", -0.05, 0.05),
    ]:
        net = scse.load("brain-unet-scse", seed)
        recs = [scse.record(net, image) for image in images]
        for own, other, image, label in zip(recs, recs[::-1], images, labels, strict=True):
            with scse.override(net, {block: {"channel": other[block].channel}}):
                swapped = mean_dice(predict(net, image), label, 4)
            lost = mean_dice(own.logits.argmax(1), label, 4) - swapped
            assert least < lost < most
