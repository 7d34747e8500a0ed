"""The training loop: resumes to the same weights after it was killed, says what it makes."""

import json
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from scse.metrics import dice, mean_dice
from scse.training import Recipe, TrainingRun, main, recipes, soft_dice_loss

RECIPE = Recipe("digits", "scse", width=2, depth=2, steps=20, batch=2)

KILLED = """
import os, signal
from scse.training import Recipe, TrainingRun
recipe = Recipe("digits", "scse", width=2, depth=2, steps=20, batch=2)
run = TrainingRun("tiny", 0, {folder!r}, recipe)
batch = run.task.batch
def fatal(*arguments):
    if run.step == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch(*arguments)
run.task.batch = fatal
run.train(progress_bar=False, save_every=5)
"""


def finish(folder):
    run = TrainingRun("tiny", 0, folder, RECIPE)
    start = run.step
    run.train(progress_bar=False, save_every=5)
    return start, run.export(), load_file(folder / "tiny-seed0.safetensors")


def test_killed_run_resumes_to_the_same_weights(tmp_path):
    script = KILLED.format(folder=str(tmp_path / "killed"))
    assert subprocess.run([sys.executable, "-c", script]).returncode == -signal.SIGKILL
    start, card, resumed = finish(tmp_path / "killed")
    assert start == 10
    start, straight_card, straight = finish(tmp_path / "straight")
    assert start == 0
    assert straight.keys() == resumed.keys()
    assert all(torch.equal(straight[key], resumed[key]) for key in straight)
    assert card == straight_card
    assert not list((tmp_path / "killed").glob("*.pt"))


def test_checkpoint_of_another_recipe_is_refused(tmp_path):
    TrainingRun("tiny", 0, tmp_path, RECIPE).save_checkpoint()
    with pytest.raises(ValueError, match="another recipe"):
        TrainingRun(
            "tiny", 0, tmp_path, Recipe("digits", "scse", width=4, depth=2, steps=20, batch=2)
        )


def test_unknown_recipe_lists_them(tmp_path):
    with pytest.raises(ValueError, match="'unet'; there are brain-unet-scse"):
        TrainingRun("unet", 0, tmp_path)


def test_command_line(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["digits-unet-none", "--steps", "3"])
    assert "at least 10, got 3" in capsys.readouterr().err
    assert set(recipes()) == {
        f"{task}-unet-{se}" for task in ("brain", "digits") for se in ("scse", "cse", "sse", "none")
    }


def test_table_of_all_runs(tmp_path, capsys):
    for seed in (1, 0):
        TrainingRun("tiny", seed, tmp_path, RECIPE).export()
    main(["--folder", str(tmp_path), "--table", str(tmp_path / "table.json")])
    table = json.loads((tmp_path / "table.json").read_text())
    assert [row["name"] for row in table] == ["tiny-seed0", "tiny-seed1"]
    with pytest.raises(SystemExit):
        main(["unet"])
    assert "unknown recipe 'unet'; there are brain-unet-scse" in capsys.readouterr().err


def test_card_is_json_with_the_recipe(tmp_path):
    run = TrainingRun("tiny", 1, tmp_path, RECIPE)
    run.export()
    card = json.loads((tmp_path / "tiny-seed1.json").read_text())
    assert card["recipe"]["width"] == 2
    assert card["seed"] == 1
    assert card["test_images"] == 200
    assert card["parameters"] == sum(p.numel() for p in run.network.parameters())


def test_dice_by_hand():
    label = torch.tensor([[0, 1, 1, 2]])
    prediction = torch.tensor([[0, 1, 2, 2]])
    assert dice(prediction, label, 4)[:3].tolist() == pytest.approx([1, 2 / 3, 2 / 3])
    assert dice(prediction, label, 4)[3].isnan()
    assert mean_dice(prediction, label, 4) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="differ in shape"):
        dice(prediction, label[0], 4)


def test_soft_dice_of_certain_predictions_is_hard_dice():
    label = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    guess = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(1))
    logits = 50.0 * torch.nn.functional.one_hot(guess, 3).permute(0, 3, 1, 2)
    expected = 1 - dice(guess, label, 3).mean()
    assert soft_dice_loss(logits, label).item() == pytest.approx(expected.item(), abs=1e-6)
