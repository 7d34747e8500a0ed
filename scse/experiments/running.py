"""Train the runs of the grid that are not done, side by side, and keep what came of each."""

import dataclasses
import json
import platform
import signal
import statistics
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from scse._extras import require
from scse.experiments.changes import own_gates
from scse.experiments.grid import SECONDS_A_STEP, Run
from scse.long_runs import interrupts_put_off, machine, whole_file
from scse.metrics import mean_dice
from scse.training import TrainingRun, predict

WORK = Path("runs") / "experiments"  # checkpoints and weights
KEPT = ("network", "parameters", "dice", "mean_dice", "test_images", "sha256")  # of the card

Result = dict[str, Any]  # as in its file


class Results:
    """The files of the finished runs, one JSON a run, in ``folder/results``."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path(self, run: Run) -> Path:
        """Where the result of a run is, or will be."""
        return self.folder / "results" / f"{run.id}.json"

    def read(self, run: Run) -> Result | None:
        """What came of a run; None if it is not done.

        Raises:
            ValueError: the file is damaged, or of another recipe than the grid declares now.
        """
        path = self.path(run)
        if not path.exists():
            return None
        try:
            result: Result = json.loads(path.read_text(encoding="utf-8"))
            recipe = result["recipe"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is damaged: remove it, and it is run again") from error
        if differing := run.recipe.unlike(recipe):
            other = isinstance(recipe, Mapping) and recipe.get("task") != run.recipe.task
            raise ValueError(
                f"{path} is of another recipe than the grid declares now: {differing}; "
                + (
                    "keep the results of other data in another folder, by --folder"
                    if other
                    else "remove it, and it is run again"
                )
            )
        return result

    def write(self, run: Run, result: Result) -> None:
        """Keep what came of a run."""
        text = json.dumps(result, indent=1, ensure_ascii=False)
        with whole_file(self.path(run)) as partial:
            partial.write_text(text + "\n", encoding="utf-8")

    def of(self, runs: Sequence[Run]) -> dict[Run, Result]:
        """What there is."""
        found = {run: self.read(run) for run in runs}
        return {run: result for run, result in found.items() if result is not None}


def perform(
    run: Run, results: Results, work: Path = WORK, progress_bar: bool = False
) -> Result | None:
    """Train one network to the end and keep its result; None if Ctrl-C came before.

    Whatever it raises is a result too.
    """
    torch.set_num_threads(1)  # runs, not their sums, are what goes side by side
    start = time.process_time()
    result: Result = {
        "name": run.id,
        "task": run.task,
        "variant": run.variant.name,
        "group": run.variant.group,
        "against": run.variant.against,
        "seed": run.seed,
        "recipe": dataclasses.asdict(run.recipe),
        "trained_with": f"torch {torch.__version__}, Python {platform.python_version()}",
        "machine": machine(),
        "failed": None,
    }
    try:
        result.update(_train(run, work, progress_bar))
    except KeyboardInterrupt:
        return None
    except Exception as error:
        result["failed"] = f"{type(error).__name__}: {error}"
        result["traceback"] = traceback.format_exc()
        result["seconds"] = round(time.process_time() - start, 1)
    results.write(run, result)
    return result


def _train(run: Run, work: Path, progress_bar: bool) -> Result:
    training = TrainingRun(run.name, run.seed, work, run.recipe, run.variant.change)
    first, steps = training.step, run.recipe.steps
    start = time.process_time()  # of this core: others may keep the machine busy
    network = training.train(progress_bar)
    seconds = time.process_time() - start
    card = training.export()
    found: Result = {key: card[key] for key in KEPT}  # type: ignore[literal-required]
    with own_gates(network) as changed:
        if changed:
            images, labels = training.task.test()
            score = mean_dice(predict(network, images), labels, len(training.task.classes))
            found["mean_dice_own_gates"] = score
    # Of a run that was interrupted only the last part was timed.
    found["seconds"] = round(seconds * steps / (steps - first), 1) if first < steps else None
    return found


def seconds_left(runs: Sequence[Run], done: dict[Run, Result]) -> dict[Run, float]:
    """About how long each run takes on one core: as the finished ones of its kind did, a step.

    A kind is a network on a task.
    """
    rates: dict[tuple[str, str], list[float]] = {}
    for run, result in done.items():
        if not result["failed"] and result["seconds"]:
            rates.setdefault(_kind(run), []).append(result["seconds"] / run.recipe.steps)
    known = SECONDS_A_STEP | {kind: statistics.median(found) for kind, found in rates.items()}

    def slowest(network: str) -> float:  # for a task of which nothing is known yet
        return max(guess for (of, _), guess in SECONDS_A_STEP.items() if of == network)

    return {
        run: run.recipe.steps * (known.get(_kind(run)) or slowest(run.variant.network))
        for run in runs
    }


def _kind(run: Run) -> tuple[str, str]:
    return run.variant.network, run.task


@contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """The signal that ends a process raises `KeyboardInterrupt`: no worker is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt("stopped: started again, it goes on from the last saved steps")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_all(
    runs: Sequence[Run],
    results: Results,
    jobs: int = 1,
    again: bool = False,
    work: Path = WORK,
    cluster: str | None = None,
) -> None:
    """Train what is not done, ``jobs`` at a time.

    Args:
        again: those that failed, too.
        cluster: the address of a Dask scheduler, whose workers train as many at a time as they
            have threads. They see the folders under the same paths: a run whose worker is lost
            goes on elsewhere, from its last hundred steps.

    Raises:
        KeyboardInterrupt: on Ctrl-C, when the runs in progress have saved their state (at a
            second one at once: they go back to their last hundred steps). The same call goes on.
    """
    joblib, tqdm = require("joblib", "train"), require("tqdm", "train").tqdm
    done = results.of(runs)
    left = [run for run in runs if run not in done or (again and done[run]["failed"])]
    needed = seconds_left(left, done)
    failed, stopped = 0, False
    alone = jobs == 1 and cluster is None  # then there is room for a bar of its own
    form = "{percentage:3.0f}% |{bar}| {desc} [{elapsed} < {remaining}]"
    hours = sum(needed.values()) / jobs / 3600
    span = "core-hours" if cluster else "hours"
    bar = tqdm(
        total=sum(needed.values()),
        desc=f"{len(left)} runs, about {hours:.1f} {span}",
        bar_format=form,
        disable=not left,
    )
    with (
        bar,
        _workers(jobs, cluster),
        _ended_like_interrupted(),
        interrupts_put_off() as interrupted,
    ):

        def calls() -> Iterator[Any]:
            for run in left:
                if interrupted.is_set():
                    return
                yield joblib.delayed(_with_its_run)(run, results, work, alone)

        # A run is handed out when a worker is free: after Ctrl-C none waits to be begun.
        parallel = joblib.Parallel(
            pre_dispatch="n_jobs", batch_size=1, return_as="generator_unordered"
        )
        try:
            for number, (run, result) in enumerate(parallel(calls()), 1):
                if result is None:
                    stopped = True
                    interrupted.set()
                    continue
                bar.update(needed[run])
                if result["failed"]:
                    failed += 1
                    tqdm.write(f"{run.id} failed: {result['failed']}")
                bar.set_description_str(f"{number} of {len(left)} runs, {failed} failed")
        except Exception:
            if not interrupted.is_set():  # else a worker that had nothing to do has gone
                raise
        stopped = stopped or interrupted.is_set()
    if stopped:
        raise KeyboardInterrupt("stopped and saved: started again, it goes on from there")


@contextmanager
def _workers(jobs: int, cluster: str | None) -> Iterator[None]:
    """Who `joblib.Parallel` gives its calls to, within."""
    joblib = require("joblib", "train")
    if cluster is None:
        with joblib.parallel_config(n_jobs=jobs):
            yield
        return
    distributed = require("distributed", "cluster")
    try:
        client = distributed.Client(cluster, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {cluster}: {error}") from error
    with client, joblib.parallel_config("dask", client=client, n_jobs=-1):
        yield


def _with_its_run(run: Run, results: Results, work: Path, bar: bool) -> tuple[Run, Result | None]:
    """Results come in the order in which they are done: with each, whose it is."""
    return run, perform(run, results, work, bar)
