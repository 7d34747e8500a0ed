"""The training loop: resumes to the same weights after it was killed, says what it makes."""

import dataclasses
import json
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from scse.long_runs import machine, whole_file
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


@pytest.mark.slow
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
    with pytest.raises(ValueError, match=r"another recipe: width was 2 and is 4; remove it or"):
        TrainingRun(
            "tiny", 0, tmp_path, Recipe("digits", "scse", width=4, depth=2, steps=20, batch=2)
        )


def cut(path):
    path.write_bytes(path.read_bytes()[:1000])


def empty(path):
    path.write_bytes(b"")


def without_step(path):
    state = torch.load(path)
    del state["step"]
    torch.save(state, path)


def another_thing(path):
    torch.save([1, 2], path)


@pytest.mark.parametrize("damage", [cut, empty, without_step, another_thing])
def test_damaged_checkpoint_is_named_with_the_way_out(tmp_path, damage):
    run = TrainingRun("tiny", 0, tmp_path, RECIPE)
    run.save_checkpoint()
    damage(run.checkpoint)
    with pytest.raises(ValueError, match=r"tiny-seed0\.checkpoint\.pt is damaged: remove it, and"):
        TrainingRun("tiny", 0, tmp_path, RECIPE)
    run.checkpoint.unlink()
    assert TrainingRun("tiny", 0, tmp_path, RECIPE).step == 0


def test_interrupted_run_is_saved_at_the_end_of_its_step(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    run = TrainingRun("tiny", 0, tmp_path / "stopped", RECIPE)
    batch = run.task.batch

    def interrupted(*arguments):
        if run.step == 7:
            signal.raise_signal(signal.SIGINT)
        return batch(*arguments)

    run.task.batch = interrupted
    with pytest.raises(
        KeyboardInterrupt, match="stopped at step 8 of 20 and is saved in .*: start"
    ):
        run.train(progress_bar=False)
    assert signal.getsignal(signal.SIGINT) is before
    start, card, resumed = finish(tmp_path / "stopped")
    assert start == 8
    _, straight_card, straight = finish(tmp_path / "straight")
    assert all(torch.equal(straight[key], resumed[key]) for key in straight)
    assert card == straight_card


def test_a_second_interrupt_does_not_wait(tmp_path):
    run = TrainingRun("tiny", 0, tmp_path, RECIPE)

    def interrupted(*arguments):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("not reached")

    run.task.batch = interrupted
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            run.train(progress_bar=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.step == 0


def test_a_warm_up_of_one_step_is_told():
    """OneCycle divides by its length less one."""
    with pytest.raises(ValueError, match=r"0\.1 of 10 steps is a warm-up of one step.*more steps"):
        dataclasses.replace(RECIPE, steps=10)
    for steps in (3, 9, 11):
        dataclasses.replace(RECIPE, steps=steps)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        dataclasses.replace(RECIPE, steps=0)


@pytest.mark.parametrize("name", ["a/b", "../a", "."])
def test_the_name_of_a_run_has_no_folder_in_it(tmp_path, name):
    with pytest.raises(ValueError, match="the name of a run is that of its files.*say folder="):
        TrainingRun(name, 0, tmp_path, RECIPE)


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "new" / "card.json"
    for text in ("one", "two"):
        with whole_file(path) as partial:
            partial.write_text(text)
    with pytest.raises(OSError, match="full"), whole_file(path) as partial:
        partial.write_text("th")
        raise OSError("the disk is full")
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_an_export_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    run = TrainingRun("tiny", 0, tmp_path, RECIPE)
    run.export()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def fails(state, path):
        path.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr("safetensors.torch.save_file", fails)
    with pytest.raises(OSError, match="full"):
        run.export()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_unknown_recipe_lists_them(tmp_path):
    with pytest.raises(ValueError, match="'unet'; there are brain-unet-scse"):
        TrainingRun("unet", 0, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["digits-unet-none", "--steps", "3"],
            "--steps: must be a whole number of at least 10, got",
        ),
        (
            ["digits-unet-none", "--threads", "-1"],
            "--threads: must be a whole number of at least 1",
        ),
        (
            ["digits-unet-none", "--threads", "two"],
            "--threads: must be a whole number of at least 1",
        ),
        (["digits-unet-none", "--seed", "-1"], "--seed: must be a whole number from 0 to"),
        (["digits-unet-none", "--seed", str(2**63)], "--seed: must be a whole number from 0 to"),
        (["brain-unet-none", "--steps", "10"], "0.1 of 10 steps is a warm-up of one step"),
        (["digits-unet-none", "--table", "nodir/t.json"], "--table nodir/t.json cannot be written"),
        (["digits-unet-none", "--table", "."], "--table . cannot be written: it is a folder"),
        (["digits-unet-none", "--folder", "file"], "--folder file cannot be made: File exists"),
        (["digits-unet-none", "--folder", "file/runs"], "cannot be made: Not a directory"),
        (["--table", "t.json", "--folder", "nofolder"], "nofolder has no finished runs to write"),
        (["--table", "t.json", "--folder", "."], "--folder . has no finished runs to write"),
        (["unet"], "unknown recipe 'unet'; there are brain-unet-scse"),
        ([], "name a recipe; there are brain-unet-scse"),
    ],
)
def test_command_line_finds_what_is_wrong_before_training(
    tmp_path, monkeypatch, capsys, arguments, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    monkeypatch.setattr(TrainingRun, "train", lambda run: pytest.fail("it trains"))
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert words in last
    assert not (tmp_path / "t.json").exists()


def test_command_line_on_a_damaged_checkpoint_and_an_interrupt(tmp_path, monkeypatch, capsys):
    arguments = ["digits-unet-none", "--steps", "10", "--folder", str(tmp_path)]

    def stopped(run):
        raise KeyboardInterrupt("saved: started again, it goes on from there")

    monkeypatch.setattr(TrainingRun, "train", stopped)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 130
    assert capsys.readouterr().err == "saved: started again, it goes on from there\n"
    (tmp_path / "digits-unet-none-seed0.checkpoint.pt").write_bytes(b"no")
    with pytest.raises(SystemExit):
        main(arguments)
    assert "checkpoint.pt is damaged: remove it" in capsys.readouterr().err


def test_recipes_are_those_of_every_network_task_and_block():
    assert list(recipes()) == [
        f"{task}-{network}-{se}"
        for network in ("unet", "sdnet", "quicknat")
        for task in ("brain", "digits")
        for se in ("scse", "cse", "sse", "none")
    ]


@pytest.mark.slow
def test_table_of_all_runs(tmp_path):
    for seed in (1, 0):
        TrainingRun("tiny", seed, tmp_path, RECIPE).export()
    main(["--folder", str(tmp_path), "--table", str(tmp_path / "table.json")])
    table = json.loads((tmp_path / "table.json").read_text())
    assert [row["name"] for row in table] == ["tiny-seed0", "tiny-seed1"]


def test_card_is_json_with_the_recipe(tmp_path):
    run = TrainingRun("tiny", 1, tmp_path, RECIPE)
    run.export()
    card = json.loads((tmp_path / "tiny-seed1.json").read_text())
    assert card["recipe"]["width"] == 2
    assert card["seed"] == 1
    assert card["test_images"] == 200
    assert "threads" in card["machine"]
    assert card["parameters"] == sum(p.numel() for p in run.network.parameters())


@pytest.mark.parametrize(
    ("cpuinfo", "said"),
    [
        (
            "processor : 0\ncpu family : 6\nmodel\t: 85\nmodel name\t: A: B @ 2 GHz\n\n"
            "processor : 1\nmodel name\t: another\n",
            "A: B @ 2 GHz (family 6, model 85)",
        ),
        ("processor : 0\nCPU part : 0xd40\n", "arm"),
        (None, "arm"),
    ],
)
def test_a_card_names_the_processor(monkeypatch, cpuinfo, said):
    """Where /proc/cpuinfo names it, where that does not, and where there is no such file."""

    def read(path, **_):
        if cpuinfo is None:
            raise FileNotFoundError(path)
        return cpuinfo

    monkeypatch.setattr("scse.long_runs.Path.read_text", read)
    monkeypatch.setattr("platform.processor", lambda: "arm")
    assert f", {said}, " in machine()


def test_dice_by_hand():
    label = torch.tensor([[0, 1, 1, 2]])
    prediction = torch.tensor([[0, 1, 2, 2]])
    assert dice(prediction, label, 4)[:3].tolist() == pytest.approx([1, 2 / 3, 2 / 3])
    assert dice(prediction, label, 4)[3].isnan()
    assert mean_dice(prediction, label, 4) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="differ in shape"):
        dice(prediction, label[0], 4)


def test_dice_of_many_classes_in_a_byte():
    """``label * classes`` is more than 255 from 17 classes on."""
    label = torch.arange(40, dtype=torch.uint8).repeat(3)
    guess = label.roll(1)
    wide = dice(guess.long(), label.long(), 40)
    assert torch.equal(dice(guess, label, 40), wide)
    assert torch.equal(dice(label, label, 40), torch.ones(40, dtype=torch.float64))
    assert mean_dice(label, label, 40) == 1


def test_dice_of_bools_is_that_of_two_classes():
    label, guess = torch.tensor([[True, False, True]]), torch.tensor([[True, True, False]])
    assert dice(guess, label, 2).tolist() == [0, 0.5]
    assert mean_dice(guess, label, 2) == 0.5


@pytest.mark.parametrize("score", [dice, mean_dice])
def test_dice_refuses_what_is_no_class(score):
    label = torch.tensor([[0, 1, 1, 2]])
    for number in (-1, 3, 255):
        odd = torch.tensor([[0, 1, number, 2]])
        with pytest.raises(ValueError, match=rf"label has class {number}; there are 0 to 2.*!= "):
            score(label, odd, 3)
        with pytest.raises(ValueError, match=f"prediction has class {number}; there are 0 to 2"):
            score(odd, label, 3)
    with pytest.raises(TypeError, match=r"prediction must hold the .*got torch\.float32: .*argmax"):
        score(label.float(), label, 3)
    with pytest.raises(TypeError, match="label must be a torch.Tensor, got list"):
        score(label, label.tolist(), 3)
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        score(label, label, 0)


def test_soft_dice_of_certain_predictions_is_hard_dice():
    label = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    guess = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(1))
    logits = 50.0 * torch.nn.functional.one_hot(guess, 3).permute(0, 3, 1, 2)
    expected = 1 - dice(guess, label, 3).mean()
    assert soft_dice_loss(logits, label).item() == pytest.approx(expected.item(), abs=1e-6)
