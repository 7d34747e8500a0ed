"""The chapter on building, placing and training: its figure against torch, and its numbers.

js/test/gates_learn_golden.json is what Python says of the figure; js/test/gates_learn.test.js holds
the page to it. Write it anew with ``python tests/test_build.py``.
"""

import csv
import dataclasses
import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import traitlets
from golden import leaves

from scse import UNet, costs, data, snapshots, training
from scse.widgets import GatesLearn

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "gates_learn_golden.json"


def made_up():
    """Snapshots as no training made them: two seeds, a block without a mask."""
    generator = torch.Generator().manual_seed(0)

    def codes(most, *shape):
        return torch.randint(most, shape, generator=generator, dtype=torch.uint8)

    about = {
        "seeds": [3, 5],
        "pictures": ["one", "two"],
        "blocks": {"a": 3, "b": 2},
        "masks": ["b"],
        "classes": ["background", "dot"],
        "colours": ["#16181d", "#4e9bd8"],
    }
    return snapshots.Learning(
        about,
        torch.tensor([0, 1, 4, 9]),
        torch.rand(2, 4, generator=generator) + 1,
        torch.rand(2, 4, generator=generator),
        codes(256, 2, 4, 2, 5),
        codes(snapshots.LEVELS, 2, 4, 2, 1, 2, 3),
        codes(2, 2, 4, 2, 2, 2),
        codes(256, 2, 4, 4),
    )


FIRST = {"moment": 0, "block": "a", "picture": 0, "show": "gates"}
STATES = (
    {},
    {"moment": 3, "block": "b", "picture": 1},
    {"moment": 2, "block": "b", "show": "moved"},
    {"moment": 1, "picture": 1, "show": "apart"},
)


def plain(value):
    return value.tolist() if torch.is_tensor(value) else value


def golden():
    figure = GatesLearn(made_up())
    arrays = {
        name: getattr(figure._learning, name).transpose(0, 1).flatten().tolist()
        for name in ("gates", "masks", "answers")
    }
    arrays["images"] = figure._learning.images.flatten().tolist()
    return {
        "manifest": {
            name: figure.manifest[name]
            for name in (
                *("pictures", "blocks", "seeds", "steps", "loss", "dice", "size", "answer"),
                *("picture", "levels"),
            )
        },
        "arrays": arrays,
        "states": [
            {
                "state": FIRST | state,
                "quantities": figure.quantities(state),
                **{name: plain(value) for name, value in figure.evaluate(state).items()},
            }
            for state in STATES
        ],
    }


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    assert stored == pytest.approx(fresh), (
        "js/test/gates_learn_golden.json is stale: python tests/test_build.py"
    )


# Snapshots


@pytest.fixture
def stripes(monkeypatch):
    monkeypatch.setitem(data.TASKS, "stripes", "stripes.Stripes")


def watched(folder, seed=0, steps=3, **options):
    recipe = dataclasses.replace(training.recipe_of("stripes", "scse"), steps=steps, width=2)
    run = training.TrainingRun(f"a-{steps}", seed, folder, recipe)
    return run, snapshots.Watch(run, **options)


def test_the_command_writes_a_file_that_the_figure_takes(stripes, tmp_path, capsys):
    path = tmp_path / "gates.npz"
    words = ["stripes-unet-scse", "--steps", "3", "--seeds", "0", "1", "--folder", str(tmp_path)]
    snapshots.main([*words, "--save", str(path)])
    assert "2 seeds, 4 snapshots" in capsys.readouterr().out
    figure = GatesLearn(path, moment=3, block="bottleneck")
    assert figure.manifest["steps"] == [0, 1, 2, 3]
    now = figure.evaluate()
    assert now["rows"].shape == (2, 64, 4)
    assert now["way"][:, -1].tolist() == [1, 1]
    assert figure.still().startswith(b"\x89PNG")


def test_a_file_holds_what_was_seen(stripes, tmp_path):
    run, watch = watched(tmp_path)
    run.train(progress_bar=False, each_step=watch)
    path = tmp_path / "one.npz"
    snapshots.save(path, [watch])
    found = snapshots.load(path)
    for m, each in enumerate(watch.taken):
        gates = torch.cat(list(each["gates"].values()), 1)
        torch.testing.assert_close(found.gates[0, m] / 255, gates, atol=0.51 / 255, rtol=0)
        masks = snapshots._stacked(each["masks"])
        half = 0.51 / (snapshots.LEVELS - 1)
        seen = found.masks[0, m] / (snapshots.LEVELS - 1)
        torch.testing.assert_close(seen, masks, atol=half, rtol=0)
        assert torch.equal(found.answers[0, m], each["answer"].byte())
        assert found.loss[0, m] == pytest.approx(each["loss"])


def test_watching_changes_nothing(stripes, tmp_path):
    (plain, _), (run, watch) = watched(tmp_path / "a"), watched(tmp_path / "b")
    plain.train(progress_bar=False)
    run.train(progress_bar=False, each_step=watch)
    for a, b in zip(plain.network.state_dict().values(), run.network.state_dict().values()):
        assert torch.equal(a, b)


def test_a_run_that_was_interrupted_keeps_its_snapshots(stripes, tmp_path):
    run, watch = watched(tmp_path, steps=6)

    def stop(run):
        watch(run)
        if run.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.train(progress_bar=False, save_every=3, each_step=stop)
    again, then = watched(tmp_path, steps=6)
    assert again.step == 3
    assert [each["step"] for each in then.taken] == [0, 1, 2, 3]
    again.train(progress_bar=False, each_step=then)
    assert [each["step"] for each in then.taken] == then.moments


def test_a_run_that_was_watched_at_other_steps_is_refused_at_its_start(stripes, tmp_path, capsys):
    run, watch = watched(tmp_path, steps=6, count=4)
    run.train(progress_bar=False, each_step=watch)
    run.save_checkpoint()
    with pytest.raises(
        ValueError, match=r"goes on at step 6, .*a-6-seed0\.snapshots\.pt lacks the"
    ):
        watched(tmp_path, steps=6, count=5)
    watch.path.unlink()
    with pytest.raises(ValueError, match=r"lacks the snapshot of step 0"):
        watched(tmp_path, steps=6, count=4)
    run.checkpoint.unlink()
    assert watched(tmp_path, steps=6, count=5)[1].taken == []


def test_the_command_refuses_other_snapshots_before_any_training(
    stripes, tmp_path, capsys, monkeypatch
):
    words = ["stripes-unet-scse", "--steps", "4", "--folder", str(tmp_path)]
    words += ["--save", str(tmp_path / "gates.npz"), "--seeds"]
    snapshots.main([*words, "1"])
    monkeypatch.setattr(training.TrainingRun, "train", lambda *_, **__: pytest.fail("it trains"))
    with pytest.raises(SystemExit) as stop:
        snapshots.main([*words, "0", "1", "--snapshots", "3"])
    assert stop.value.code == 2
    assert "Ask for as many snapshots as before" in capsys.readouterr().err.splitlines()[-1]


def test_damaged_snapshots_are_named(stripes, tmp_path):
    run, watch = watched(tmp_path)
    watch(run)
    watch.path.write_bytes(watch.path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"a-3-seed0\.snapshots\.pt is damaged: remove it, and"):
        watched(tmp_path)
    run.step = 1
    run.save_checkpoint()
    with pytest.raises(ValueError, match=r"remove it and a-3-seed0\.checkpoint\.pt, and the run"):
        watched(tmp_path)


def test_a_snapshot_that_cannot_be_written_leaves_those_before(stripes, tmp_path, monkeypatch):
    run, watch = watched(tmp_path)
    watch(run)
    before = watch.path.read_bytes()

    def fails(state, path):
        Path(path).write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(torch, "save", fails)
    run.step = 1
    with pytest.raises(OSError, match="full"):
        watch(run)
    assert watch.path.read_bytes() == before


def test_a_snapshot_has_the_statistics_of_its_own_weights():
    """In evaluation mode it does what training mode does on the same images."""
    torch.manual_seed(0)
    net = UNet(1, 2, width=2, depth=2)
    images = 3 + torch.randn(8, 1, 8, 8)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    settled = snapshots.settled(net, images)
    with torch.no_grad():
        seen, expected = settled(images), net.train()(images)
    torch.testing.assert_close(seen, expected, atol=0.05, rtol=0.05)  # n against n − 1
    assert all(torch.equal(before[name], value) for name, value in before.items())


def test_what_cannot_be_saved_is_refused(stripes, tmp_path):
    with pytest.raises(ValueError, match="nothing to save"):
        snapshots.save(tmp_path / "a.npz", [])
    _, watch = watched(tmp_path)
    with pytest.raises(ValueError, match="0 of 4 snapshots"):
        snapshots.save(tmp_path / "a.npz", [watch])


def test_what_is_no_file_of_snapshots_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        GatesLearn(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("gates")
    np.savez(tmp_path / "other.npz", gates=np.zeros(3))
    np.savez(tmp_path / "newer.npz", about=np.array('{"version": 99}'))
    for name in ("text", "other", "newer"):
        with pytest.raises(ValueError, match=r"holds no snapshots that can be read"):
            GatesLearn(tmp_path / f"{name}.npz")


@pytest.mark.parametrize(
    "words", [["--steps", "2"], ["--save", "gates.json"], ["--save", "no/a.npz"]]
)
def test_a_wrong_command_says_so(words, capsys):
    with pytest.raises(SystemExit):
        snapshots.main(["brain-unet-scse", "--save", "a.npz", *words])
    assert "error" in capsys.readouterr().err


# The figure


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"moment": 4}, "moment must be 0 to 3, got 4"),
        ({"picture": 2}, "picture must be 0 to 1"),
        ({"block": "c"}, "block must be one of ['a', 'b'], got 'c'"),
        ({"show": "all"}, "all"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        GatesLearn(made_up(), **state)


def test_it_begins_with_the_first_block_and_takes_no_other_keyword():
    assert GatesLearn(made_up()).block == "a"
    with pytest.raises(TypeError, match="unknown keywords seed"):
        GatesLearn(made_up(), seed=1)


def test_a_block_without_a_mask_has_none():
    figure = GatesLearn(made_up())
    assert figure.evaluate()["masks"] is None
    assert figure.evaluate({"block": "b"})["masks"].shape == (2, 2, 3)
    assert figure.still().startswith(b"\x89PNG")


# The chapter

PATH = ROOT / "book" / "gates_learning.npz"
CELLS = {
    cell["id"]: "".join(cell["source"])
    for cell in json.loads((ROOT / "book" / "build.ipynb").read_text())["cells"]
}


@functools.cache
def chapter():
    """The figure of the chapter."""
    before, _, last = CELLS["build-02"].rpartition("\nGatesLearn(")
    scope = {}
    exec(before, scope)
    return eval("GatesLearn(" + last.replace('"gates_learning.npz"', repr(str(PATH))), scope)


def seen(**state):
    return {name: plain(value) for name, value in chapter().evaluate(state).items()}


def test_the_file_is_small_and_of_the_recipe_that_the_text_names():
    found = snapshots.load(PATH)
    assert PATH.stat().st_size < 150_000
    recipe = training.recipes()["brain-unet-scse"]
    assert found.about["recipe"] == dataclasses.asdict(dataclasses.replace(recipe, steps=600))
    assert (found.about["seeds"], len(found.steps)) == ([0, 1, 2], snapshots.COUNT)
    scores = " ".join(f"{score:.3f}" for score in found.about["test_dice"])
    assert re.findall(r"0\.\d{3}", CELLS["build-29"])[:3] == scores.split()


def test_numbers_of_the_tour():
    says = [step["says"] for step in chapter().manifest["tour"]]
    start, half, later, end = (seen(moment=m, block="bottleneck") for m in (0, 13, 24, 39))
    assert [start["step"], half["step"], later["step"], end["step"]] == [0, 67, 227, 600]
    assert float(re.search(r"is (\d\.\d+) or more", says[0])[1]) <= min(start["loss"])
    assert max(abs(gate - 0.5) for run in start["rows"] for row in run for gate in row[:1]) < 0.2
    first, last = (chapter().manifest["loss"], end["loss"])
    for run, at_the_end in zip(first, last, strict=True):
        halves = [loss <= (run[0] + at_the_end) / 2 for loss in run]
        assert halves.index(True) == 13
    ways = [round(100 * run[13]) for run in half["way"]]
    assert f"{min(ways)} to {max(ways)} %" in says[1]
    assert min(run[24] for run in half["way"]) > 0.5
    assert re.findall(r"0\.\d+", says[3]) == [f"{value:.2f}" for value in end["apart"]]
    block = chapter()._gates("decoder1")[:, -1].mean((1, 2))
    assert block.min() > 0.9
    assert max(seen(moment=39, block="encoder1")["moved"]) <= 0.06


def test_what_the_text_says_of_all_seeds_and_of_one():
    text = CELLS["build-05"]
    names = [block["name"] for block in chapter().manifest["blocks"]]
    end = {name: seen(moment=39, block=name) for name in names}
    ways = {name: [round(100 * run[13]) for run in end[name]["way"]] for name in names}
    assert f"then come {min(ways['bottleneck'])} to {max(ways['bottleneck'])} %" in text
    assert f"decoder1 {min(ways['decoder1'])} to {max(ways['decoder1'])} %" in text
    means = chapter()._gates("decoder1")[:, -1].mean((1, 2)).tolist()
    assert "a mean of {:.2f}, {:.2f} and {:.2f}".format(*means) in text
    early = [(name, seed) for name in names for seed, way in enumerate(ways[name]) if way > 80]
    assert early == [("encoder1", 0), ("decoder2", 1), ("decoder2", 2)]
    assert max(end[name]["moved"][seed] for name, seed in early) < 0.075
    apart = {name: end[name]["apart"] for name in names}
    assert [round(apart[name][0], 2) for name in ("bottleneck", "decoder3")] == [0.38, 0.29]
    assert max(value for name in names for value in apart[name][1:]) < 0.095
    way, loss = end["bottleneck"]["way"][2], chapter().manifest["loss"][2]
    assert chapter().manifest["steps"][25:27] == [247, 267]
    assert f"from {100 * way[25]:.0f} % of their way at step 247 to {100 * way[26]:.0f} %" in text
    assert f"from {loss[25]:.2f} to {loss[26]:.2f}" in text


def test_what_the_text_says_of_places():
    text = CELLS["build-23c"]
    stages = costs.unet("add")[:-1]
    sizes = {stage.name: stage.channels * stage.positions for stage in stages}
    numbers = {stage.name: stage.block.parameters for stage in stages}
    own = [
        f"{100 * part[name] / sum(part.values()):.0f} %"
        for name in ("bottleneck", "encoder1", "decoder1")
        for part in (numbers, sizes)
    ]
    assert own[2:4] == own[4:]
    assert re.findall(r"\d+ %", text) == own[:4]
    with (ROOT / "book" / "know" / "replaced.csv").open() as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["network"].startswith("brain-unet-scse")
            and (row["branch"], row["how"]) == ("channel", "condition")
            and row["block"] != "all"
        ]
    high = [(row["network"], row["block"]) for row in rows if float(row["lost_restored"]) >= 0.05]
    assert sorted(block for _, block in high) == ["bottleneck"] * 3 + ["encoder2"]
    assert len({network for network, _ in high}) == 4, "in the other three no single block"
    assert len({row["network"] for row in rows}) == 7


def test_puzzles_and_states():
    figure = chapter()
    puzzles = {each["name"]: each for each in figure.manifest["puzzles"]}
    last = puzzles["the first switch"]["goal"]
    earliest = min(
        step
        for name in (block["name"] for block in figure.manifest["blocks"])
        for m, step in enumerate(figure.manifest["steps"])
        if figure.quantities({"block": name, "moment": m})["most apart"] >= 0.3
    )
    assert earliest == 142, last
    assert len(figure.manifest["states"]) == 9 + len(puzzles)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
