"""The grid of trainings: what it declares, that runs are kept and not run twice, its table."""

import csv
import dataclasses
import hashlib
import json
import logging
import os
import signal
from functools import partial

import distributed
import pytest
import stripes as stripes_module
import torch
from torch import nn

from scse import cSE, data, sSE
from scse.experiments import changes, table
from scse.experiments.__main__ import main, overview
from scse.experiments.comparisons import COMPARISONS, tables
from scse.experiments.grid import BOOKS, FEW, Run, Variant, all_runs, variants
from scse.experiments.running import Results, perform, run_all, seconds_left
from scse.networks import NETWORKS, UNet
from scse.training import TrainingRun, make_network

VARIANTS = {variant.name: variant for variant in variants()}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Every run is a few steps of a small network, and there is a task that takes no time."""
    monkeypatch.setitem(data.TASKS, "stripes", "stripes.Stripes")
    declared = Run.recipe.fget

    def recipe(run):
        steps = round(4 * run.variant.steps)
        return dataclasses.replace(declared(run), width=2, depth=3, steps=steps, warmup=0.3)

    monkeypatch.setattr(Run, "recipe", property(recipe))


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "evidence")


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work"


def stripes(*names, seeds=1):
    return [Run("stripes", VARIANTS[name], seed) for name in names for seed in range(seeds)]


def network(name, seed=0, **sizes):
    torch.manual_seed(seed)
    net = UNet(1, 4, se=VARIANTS[name].se, **sizes)
    if VARIANTS[name].change is not None:
        VARIANTS[name].change(net)
    return net


# What is declared


def test_main_tables_and_controls_have_five_seeds_or_more():
    runs = all_runs()
    assert len(runs) == len({run.id for run in runs}) == 402
    for variant in variants():
        other = VARIANTS[variant.against]
        assert other.network == variant.network
        for task in BOOKS:
            seeds = [run.seed for run in runs if (run.task, run.variant) == (task, variant)]
            assert seeds == list(range(variant.seeds_on(task)))
            assert not seeds or min(len(seeds), other.seeds_on(task)) >= 5
        assert variant.seeds_on(FEW) >= 5
    assert [run.id for run in runs[:2]] == ["brain-none-seed0", "brain-cse-seed0"]


def test_data_of_ones_own_get_the_whole_grid():
    runs = all_runs(["stripes"])
    assert len(runs) == 5 * len(VARIANTS)


def test_weighty_groups_come_first_and_a_table_is_finished_before_the_next_begins():
    runs = all_runs()
    order = list(dict.fromkeys((run.variant.group, run.task) for run in runs))
    groups = ("main", "start")
    assert order[:7] == [*((group, task) for group in groups for task in BOOKS), ("control", FEW)]
    of = {key: [run for run in runs if (run.variant.group, run.task) == key] for key in order}
    assert [run for key in order for run in of[key]] == runs
    for together in of.values():
        assert [run.seed for run in together] == sorted(run.seed for run in together)


def test_other_networks_have_the_blocks_from_one_start():
    runs = all_runs()
    for network in ("sdnet", "quicknat"):
        of = [(r.task, r.variant.name, r.seed) for r in runs if r.variant.network == network]
        names = [f"{network}-{kind}" for kind in ("none", "cse", "sse", "scse")]
        assert of == [(FEW, name, seed) for seed in range(5) for name in names]


def test_scores_are_compared_at_the_same_budget_and_rate():
    for variant in variants():
        other = VARIANTS[variant.against]
        if variant.name.startswith("none-as-long"):  # as scSE in time, not in steps
            assert (other.name, variant.steps) == (variant.name.replace("-as-long", ""), 1.2)
            continue
        plain = changes.no_blocks
        assert other.se is None or other.change is plain or variant.change is plain
        same = ("steps", "lr")
        assert all(getattr(other, key) == getattr(variant, key) for key in same)


def test_only_what_a_variant_varies_differs_from_the_tasks_recipe(monkeypatch):
    monkeypatch.undo()
    for task, width, steps in (("brain", 8, 2000), ("digits", 8, 2000), (FEW, 4, 600)):
        (batch, lr, warmup), usual = data.task(task).settings, Run(task, VARIANTS["none"], 0).recipe
        assert (usual.batch, usual.lr, usual.warmup) == (batch, lr, warmup)
        assert (usual.width, usual.steps) == (width, steps)
        for name, variant in VARIANTS.items():
            recipe = Run(task, variant, 0).recipe
            altered = what_is_altered(name)
            assert recipe.steps == STEPS.get(altered, 1) * steps
            times = {"slow": 1 / 3, "fast": 3}.get(altered, 1)
            assert recipe.lr == pytest.approx(times * lr)
            same = {"se": None, "r": 2, "combine": "add", "steps": steps, "lr": lr}
            if variant.network != "unet":
                assert (recipe.network, recipe.depth) == (variant.network, 5)
                own = {"sdnet": 2, "quicknat": 1}[variant.network] * width
                assert recipe.width == own
                same |= {"network": "unet", "width": usual.width, "depth": usual.depth}
            assert dataclasses.replace(recipe, **same) == usual


STEPS = {"half": 0.5, "double": 2, "as-long": 1.2}


def what_is_altered(name):
    return name.partition("-")[2].removesuffix("-same-start")


@pytest.mark.parametrize(("task", "steps"), [("stripes", 4), ("brain", 2), ("digits", 2)])
def test_every_variant_of_a_task_sees_the_same_batches(task, steps, tmp_path, monkeypatch):
    every = list(VARIANTS.values())
    chosen = every if task == "stripes" else every[:2]
    streams = {}
    for variant in chosen:
        run = Run(task, variant, 1)
        recipe = dataclasses.replace(run.recipe, steps=steps, batch=2)
        training = TrainingRun(run.name, run.seed, tmp_path, recipe, variant.change)
        batch, seen = training.task.batch, hashlib.sha256()

        def heard(*arguments, batch=batch, seen=seen):
            images, labels = batch(*arguments)
            seen.update(images.numpy().tobytes() + labels.numpy().tobytes())
            return images, labels

        training.task.batch = heard
        training.train(progress_bar=False)
        streams[variant.name] = seen.hexdigest()
    assert len(streams) == len(chosen)
    assert len(set(streams.values())) == 1


# The controls


@pytest.mark.parametrize("task", BOOKS)
def test_wider_network_has_as_many_parameters_as_scse(task, monkeypatch):
    monkeypatch.undo()
    size = {}
    for name in ("scse", "none-wider"):
        net = make_network(Run(task, VARIANTS[name], 0).recipe, data.task(task))
        if VARIANTS[name].change:
            VARIANTS[name].change(net)
        size[name] = sum(p.numel() for p in net.parameters())
    whole = {FEW: 0.02}.get(task, 0.01)  # widths are whole numbers
    assert size["none-wider"] == pytest.approx(size["scse"], rel=whole)
    assert net.decoder1.se(1) == 1  # it has no blocks
    assert net(torch.zeros(2, 1, 16, 16)).shape == (2, len(data.task(task).classes), 16, 16)


def test_widening_takes_the_same_start_every_time():
    one, two = network("none-wider"), network("none-wider")
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@pytest.mark.parametrize("place", ["encoder", "bottleneck", "decoder"])
def test_blocks_stand_in_one_place_only(place):
    net = network(f"scse-{place}")
    with_block = {s for s in net.stages if not isinstance(getattr(net, s).se, nn.Identity)}
    assert with_block == {stage for stage in net.stages if stage.startswith(place)}


SHARED = [v for v in variants() if "same-start" in (v.name + v.against) or v.network != "unet"]


@pytest.mark.parametrize("variant", SHARED, ids=lambda variant: variant.name)
def test_first_weights_outside_of_the_blocks_are_those_of_the_network_with_scse(variant):
    def first_weights(one, se, **block):
        torch.manual_seed(1)
        net = NETWORKS[one.network](1, 4, se=se, **block)
        if one.change:
            one.change(net)
        return {n: w for n, w in net.state_dict().items() if ".se." not in n}

    usual = first_weights(dataclasses.replace(variant, change=None), "scse")
    own = first_weights(variant, variant.se, r=variant.r, combine=variant.combine)
    assert own.keys() == usual.keys()
    assert all(torch.equal(own[name], usual[name]) for name in usual)


def test_the_other_start_is_that_of_the_plain_network():
    blocks, plain = network("scse-plain-start"), network("none")
    own = dict(blocks.named_parameters())
    assert all(torch.equal(weights, own[name]) for name, weights in plain.named_parameters())
    x = torch.randn(2, 8, 4, 4)
    torch.testing.assert_close(blocks.encoder1.se(x), network("scse").encoder1.se(x))


@pytest.mark.parametrize(
    ("name", "kind", "branch"), [("cse", cSE, "channel"), ("sse", sSE, "spatial")]
)
def test_one_branch_from_the_same_start_is_the_branch_of_scse(name, kind, branch):
    part, whole = network(f"{name}-same-start"), network("scse")
    own = dict(whole.named_parameters())
    assert all(torch.equal(weights, own[n]) for n, weights in part.named_parameters())
    x = torch.randn(2, 8, 4, 4)
    assert type(part.encoder1.se) is kind
    gate = getattr(whole.encoder1.se, branch)(x)
    torch.testing.assert_close(part.encoder1.se(x), x * gate)
    doubled = network(f"{name}-from-one-same-start")
    torch.testing.assert_close(doubled.encoder1.se(x), x * 2 * gate)
    same = dict(doubled.named_parameters())
    assert all(
        torch.equal(weights, same[n])
        for n, weights in network("none-same-start").named_parameters()
    )


def test_a_constant_asks_no_picture_and_starts_as_scse_may():
    block, x = network("scse-constant").encoder1.se, torch.randn(3, 8, 4, 4)
    assert torch.equal(block(x), x)  # σ(0) + σ(0) = 1
    with torch.no_grad():
        block.channel.a.copy_(torch.arange(8.0))
        block.spatial.a.fill_(-1.0)
    factor = torch.arange(8.0).sigmoid() + torch.tensor(-1.0).sigmoid()
    torch.testing.assert_close(block(x), x * factor[None, :, None, None])
    block(x).sum().backward()
    assert block.channel.a.grad.shape == (8,)
    assert block.spatial.a.grad.shape == (1,)


@pytest.mark.parametrize("training", [True, False])
def test_gates_of_another_are_the_same_numbers_on_the_wrong_picture(training):
    usual, moved = network("scse"), network("scse-another")
    x = torch.randn(4, 8, 4, 4)
    usual, moved = usual.encoder1.se.train(training), moved.encoder1.se.train(training)
    c, s = usual.gates(x)
    other = [2, 3, 0, 1]
    torch.testing.assert_close(moved(x), x * (c[other] + s[other]))
    with changes.own_gates(moved) as changed:
        assert changed
        torch.testing.assert_close(moved(x), usual(x))
    with changes.own_gates(usual) as changed:
        assert not changed


def test_held_out_neighbours_of_the_brain_do_not_lend_each_other_gates():
    """Six appearances of a slice follow each other; a batch of `predict` has sixteen."""
    for first in range(0, 96, 16):
        batch = torch.arange(first, first + 16) // 6
        assert (batch != batch.roll(8)).all()


@pytest.mark.parametrize("se", ["cse", "sse"])
def test_doubled_gates_are_twice_the_gates(se):
    usual, doubled = network(se).encoder1.se, network(f"{se}-from-one").encoder1.se
    x = torch.randn(2, 8, 4, 4)
    torch.testing.assert_close(doubled(x), 2 * usual(x))


# Running


def test_every_variant_trains_and_leaves_a_result(results, work):
    runs = stripes(*VARIANTS)
    run_all(runs, results, work=work)
    for run in runs:
        result = json.loads(results.path(run).read_text())
        assert result["failed"] is None, result
        assert result["recipe"] == dataclasses.asdict(run.recipe)
        assert set(result["dice"]) == {"upright", "lying"}
        assert 0 <= result["mean_dice"] <= 1
        assert result["seconds"] >= 0
        assert "torch " in result["trained_with"]
        assert ", 1 threads" in result["machine"]
        assert ("mean_dice_own_gates" in result) == (run.variant.name == "scse-another")
        assert results.path(run).stat().st_size < 3000
    assert not list(work.glob("*.pt"))
    assert len(list(work.glob("*.safetensors"))) == len(runs)


def test_what_is_done_is_not_run_again(results, work, monkeypatch):
    runs = stripes("none", "scse", seeds=2)
    run_all(runs[:3], results, work=work)
    begun = []
    train = TrainingRun.train
    monkeypatch.setattr(
        TrainingRun, "train", lambda run, bar: begun.append(run.name) or train(run, bar)
    )
    run_all(runs, results, work=work)
    assert begun == ["stripes-scse-seed1"]
    run_all(runs, results, work=work)
    assert len(begun) == 1


def test_a_failing_run_is_kept_and_the_others_go_on(results, work, monkeypatch):
    runs = stripes("none", "scse", "cse")

    def fails(net):
        raise RuntimeError("no such gate")

    broken = Run("stripes", dataclasses.replace(VARIANTS["scse"], change=fails), 0)
    run_all([runs[0], broken, runs[2]], results, work=work)
    kept = results.read(runs[1])
    assert kept["failed"] == "RuntimeError: no such gate"
    assert "in fails" in kept["traceback"]
    assert results.read(runs[2])["failed"] is None
    assert "1 failed" in overview(runs, results)
    run_all(runs, results, work=work)
    assert results.read(runs[1])["failed"]  # a result like others
    run_all(runs, results, again=True, work=work)
    assert results.read(runs[1])["failed"] is None


def test_after_an_interrupt_it_goes_on_from_there(results, work, monkeypatch):
    runs = stripes("none", "scse", "cse")
    step = TrainingRun._train_step

    def interrupted(run, bar):
        if "scse" in run.name and run.step == 1:
            signal.raise_signal(signal.SIGINT)
        step(run, bar)

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(TrainingRun, "_train_step", interrupted)
        with pytest.raises(KeyboardInterrupt, match="goes on from there"):
            run_all(runs, results, work=work)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert list(results.of(runs)) == runs[:1]
    assert [path.name for path in work.glob("*.pt")] == ["stripes-scse-seed0.checkpoint.pt"]
    run_all(runs, results, work=work)
    straight = Results(results.folder / "straight")
    perform(runs[1], straight, work / "straight")
    assert results.read(runs[1])["sha256"] == straight.read(runs[1])["sha256"]


def test_side_by_side(results, work, monkeypatch):
    """Processes of their own keep what came of their runs: here of some that fail at once."""
    monkeypatch.undo()  # they know nothing of it
    runs = [
        Run(task, dataclasses.replace(VARIANTS["scse"], name="broken", change=len), seed)
        for task in ("brain", "digits")
        for seed in (0, 1)
    ]
    run_all(runs, results, jobs=2, work=work)
    kept = results.of(runs)
    assert list(kept) == runs
    assert {result["failed"] for result in kept.values()} == {
        "TypeError: object of type 'UNet' has no len()"
    }


def killed_once(mark, network):
    """Stands where a variant alters its network: the first process that comes here dies later."""
    if mark.exists():
        return
    mark.write_text(str(os.getpid()))
    step = TrainingRun._train_step

    def dies(run, bar):
        if run.step == 3 and "killed" in run.name:
            os.kill(os.getpid(), signal.SIGKILL)
        step(run, bar)

    TrainingRun._train_step = dies


class WithStripes(distributed.WorkerPlugin):
    """Every worker, a later one too, knows the task that takes no time."""

    def setup(self, worker):
        data.TASKS["stripes"] = "stripes.Stripes"


@pytest.mark.slow
def test_on_a_cluster_a_run_outlives_its_worker(results, work, tmp_path, monkeypatch):
    """Two workers, one of which is killed midway: its run goes on from what it had saved."""
    monkeypatch.undo()  # the workers know nothing of it
    monkeypatch.setitem(data.TASKS, "stripes", "stripes.Stripes")
    few = dataclasses.replace(VARIANTS["scse"], steps=0.006)
    killed = dataclasses.replace(few, name="killed", change=partial(killed_once, tmp_path / "mark"))
    runs = [Run("stripes", few, 0), Run("stripes", killed, 0), Run("stripes", few, 1)]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        for name in (stripes_module.__file__, __file__):  # where `killed_once` is
            client.register_plugin(distributed.UploadFile(name), name=name)
        client.register_plugin(WithStripes())
        run_all(runs, results, work=work, cluster=cluster.scheduler_address)
    kept = results.of(runs)
    assert [result["failed"] for result in kept.values()] == [None] * 3
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "mark").read_text()), 0)
    straight = Results(results.folder / "straight")
    perform(runs[1], straight, work / "straight")
    assert kept[runs[1]]["sha256"] == straight.read(runs[1])["sha256"]


def test_without_a_scheduler_there_it_says_so(results, work):
    with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        run_all(stripes("none"), results, work=work, cluster="tcp://127.0.0.1:9")


def test_a_result_that_does_not_name_its_network_is_of_a_unet(results, work):
    """As those are that were kept before there were others."""
    one, other = stripes("none", "sdnet-none")
    for run in (one, other):
        perform(run, results, work)
        kept = json.loads(results.path(run).read_text())
        del kept["recipe"]["network"]
        results.write(run, kept)
    assert results.read(one)["failed"] is None
    with pytest.raises(ValueError, match=r"sdnet-none-seed0\.json is of another recipe"):
        results.read(other)


def test_a_result_of_another_recipe_or_a_damaged_one_is_named(results, work):
    (run,) = stripes("none")
    perform(run, results, work)
    kept = json.loads(results.path(run).read_text())
    kept["recipe"]["lr"] = 1.0
    results.write(run, kept)
    message = r"none-seed0\.json is of another recipe .*: lr was 1\.0 and is 0\.01; remove it, and"
    with pytest.raises(ValueError, match=message):
        results.read(run)
    kept["recipe"] |= {"lr": run.recipe.lr, "task": "volumes:/elsewhere/stripes"}
    results.write(run, kept)
    message = r"task was 'volumes:/elsewhere/stripes' and is 'stripes'; keep .* by --folder"
    with pytest.raises(ValueError, match=message):
        results.read(run)
    for text in ("{", "[]", "{}"):
        results.path(run).write_text(text)
        with pytest.raises(ValueError, match=r"seed0\.json is damaged: remove it"):
            run_all([run], results, work=work)


def test_time_left_follows_the_finished_runs():
    one, two = stripes("none", seeds=2)
    (long,) = stripes("none-double")
    (other,) = (Run("brain", VARIANTS["none"], 0),)
    left = seconds_left([two, long, other], {one: {"failed": None, "seconds": 40.0}})
    assert left == {two: 40, long: 80, other: pytest.approx(4 * 0.23)}
    (net,) = stripes("quicknat-none")
    left = seconds_left([net], {one: {"failed": None, "seconds": 40.0}})
    assert left == {net: pytest.approx(4 * 0.58)}, "another network is not as fast"
    unknown = seconds_left([two], {one: {"failed": "OSError", "seconds": 40.0}})
    assert unknown == {two: pytest.approx(4 * 0.25)}, "as the slowest task that is known"


# The table


def made_up(variant, seed, score, against="none", task="brain", **more):
    recipe = {"se": None, "combine": "add", "r": 2, "steps": 10, "lr": 0.1}
    result = {"task": task, "variant": variant, "group": "main", "against": against, "seed": seed}
    result |= {
        "recipe": recipe,
        "mean_dice": score,
        "failed": None,
        "seconds": 1.0,
        "parameters": 3,
    }
    return result | more


def failed(variant, seed):
    result = made_up(variant, seed, None, failed="OSError: no, not, ever")
    del result["mean_dice"], result["parameters"]
    return result


SCORES = {"none": (0.5, 0.6, 0.7, 0.8, 0.9), "scse": (0.6, 0.6, 0.9, 0.8, 1.0)}
MADE_UP = [made_up(name, seed, x) for name, xs in SCORES.items() for seed, x in enumerate(xs)]
MADE_UP += [made_up("max", 2, 0.6), made_up("max", 0, 0.7), failed("max", 1)]
MADE_UP += [made_up("late", 9, 0.4), made_up("none", 0, 0.1, task="digits")]
MADE_UP += [made_up("swap", 0, 0.3, mean_dice_own_gates=0.4)]


def test_pairs_are_of_one_seed_and_task():
    found = {(row.task, row.variant): row for row in table.rows(MADE_UP)}
    scse = found["brain", "scse"]
    assert scse.mean == pytest.approx(0.78)
    assert scse.sd == pytest.approx(torch.tensor(SCORES["scse"]).std().item())
    assert list(scse.differences.values()) == pytest.approx([0.1, 0, 0.2, 0, 0.1])
    assert scse.difference == pytest.approx(0.08)
    low, high = scse.interval
    assert 0 <= low < 0.08 < high <= 0.2
    few = found["brain", "max"]
    assert (few.mean, few.failed) == (pytest.approx(0.65), 1)
    assert few.differences == {0: pytest.approx(0.2), 2: pytest.approx(-0.1)}
    assert few.sd is few.interval is None
    assert found["brain", "none"].differences == {}
    assert found["brain", "late"].difference is None  # nobody to be paired with
    assert found["digits", "none"].mean == 0.1
    assert found["brain", "swap"].difference == pytest.approx(-0.2)
    assert found["brain", "swap-own-in-test"].difference == pytest.approx(-0.1)


def test_interval_is_that_of_resampled_means():
    assert table.interval([0.25] * 5) == (0.25, 0.25)
    values = torch.tensor([0.0, 0.1, 0.3, -0.2, 0.4], dtype=torch.float64)
    grids = torch.cartesian_prod(*[values] * 5).mean(1)  # all 3125 ways to draw five of five
    expected = grids.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    assert table.interval(values.tolist()) == pytest.approx(expected, abs=0.011)


def test_table_says_uncertainty_from_five_seeds_on_only():
    text = table.text(MADE_UP).splitlines()
    assert text[0] == "brain: mean Dice on the held-out pictures, from seed 0 on"
    (scse,) = (line for line in text if line.startswith("scse "))
    assert "0.780 ± 0.179" in scse
    assert "0.600 0.600 0.900 0.800 1.000" in scse
    assert "+0.080 to none (5 pairs; 95 %: +0." in scse
    (few,) = (line for line in text if line.startswith("max "))
    assert "±" not in few
    assert few.split()[1:5] == ["0.650", "0.700", "–", "0.600"]
    assert few.endswith("+0.050 to none (2 pairs; each: +0.200, -0.100)  1 failed")
    assert table.text([]) == "no run is done"


def test_csv_has_a_line_for_every_run(tmp_path):
    table.write_csv(MADE_UP, tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(MADE_UP) + 1  # the swapped one counts twice
    first = next(line for line in lines if line["variant"] == "scse")
    assert first["se"] == "none"
    assert float(first["difference"]) == pytest.approx(0.1)
    lost = next(line for line in lines if line["failed"])
    assert (lost["mean_dice"], lost["difference"], lost["seed"]) == ("", "", "1")
    assert lost["failed"] == "OSError: no, not, ever"


# The command line


def test_commands(tmp_path, monkeypatch, capsys, results, work):
    monkeypatch.setattr("scse.experiments.__main__.all_runs", lambda _: stripes("none", "scse"))
    monkeypatch.chdir(tmp_path)
    folder = ["--folder", str(results.folder)]
    main(["list", *folder])
    assert "in all" in (out := capsys.readouterr().out)
    assert "0 of   2 done" in out
    main(["run", "--only", "*-scse-*", *folder])
    main(["list", *folder])
    assert "1 of   2 done" in capsys.readouterr().out.splitlines()[-1]
    main(["run", *folder])
    main(["table", *folder])
    assert "1 pair; each:" in capsys.readouterr().out
    assert (results.folder / "results.csv").read_text().count("\n") == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--only", "brian*"], "--only brian*: no run is called so"),
        (["run", "--jobs", "0"], "--jobs: must be a whole number of at least 1, got '0'"),
        (["run", "--folder", "file"], "Not a directory"),
        ([], "required: command"),
    ],
)
def test_wrong_arguments_are_told_before_training(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    monkeypatch.setattr(TrainingRun, "train", lambda *_: pytest.fail("it trains"))
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_a_variant_is_told_by_its_name_whatever_copy_it_is():
    """Results come back from other processes, where functions are made anew."""
    assert Variant("a", "b", None, change=len) == Variant("a", "b", None, change=max)
    assert set(all_runs()) == set(all_runs())


# What is compared in the book


def test_every_variant_of_the_grid_stands_in_a_table():
    compared = {(each.task, name) for each in COMPARISONS for name in each.variants.values()}
    assert compared == {(run.task, run.variant.name) for run in all_runs()}
    assert len({each.title for each in COMPARISONS}) == len(COMPARISONS)


def test_a_table_waits_for_three_runs_of_each_of_its_variants():
    def runs(variant, seeds):
        common = {"task": "brain", "variant": variant, "failed": None}
        return [{**common, "seed": seed, "dice": {"CSF": seed / 10}} for seed in seeds]

    results = [run for name in ("cse", "sse", "scse") for run in runs(name, (2, 0, 1))]
    assert tables(results) == {}
    assert tables(results + runs("none", (0, 1))) == {}
    failed = {"task": "brain", "variant": "none", "failed": "OSError", "seed": 2}
    assert tables([*results, *runs("none", (0, 1)), failed]) == {}
    found = tables(results + runs("none", (1, 3, 4)))
    assert list(found) == ["brain: the blocks"]
    assert list(found["brain: the blocks"]) == ["none", "cSE", "sSE", "scSE"]
    assert found["brain: the blocks"]["none"] == {1: {"CSF": 0.1}, 3: {"CSF": 0.3}, 4: {"CSF": 0.4}}
