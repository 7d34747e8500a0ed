"""The command line: ``python -m scse.experiments run``, ``table`` or ``list``."""

import argparse
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scse import data
from scse._command_line import whole
from scse.experiments import table
from scse.experiments.grid import BOOKS, Run, all_runs
from scse.experiments.running import WORK, Results, run_all, seconds_left


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(
        prog="python -m scse.experiments", description="Train the grid that the book reports on."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="train what is not done; Ctrl-C stops and saves")
    run.add_argument("--jobs", type=whole(1), default=1, help="how many at a time (default: 1)")
    run.add_argument(
        "--cluster", metavar="ADDRESS", help="of a Dask scheduler, whose workers train instead"
    )
    run.add_argument("--again", action="store_true", help="train those that failed again, too")
    show = commands.add_parser("list", help="what is done, what is left, and how long it takes")
    write = commands.add_parser("table", help="write results.csv and print the table")
    for command in (run, show):
        command.add_argument(
            "--only", default="*", metavar="PATTERN", help='such as "brain-scse-*" or "*-seed0"'
        )
    for command in (run, show, write):
        command.add_argument(
            "--data",
            type=Path,
            metavar="FOLDER",
            help="your own NIfTI volumes instead of the book's tasks, see scse.data.volumes",
        )
        command.add_argument(
            "--plane",
            choices=("coronal", "axial", "sagittal"),
            default="coronal",
            help="how these volumes are sliced (default: coronal)",
        )
        command.add_argument(
            "--folder",
            type=Path,
            help="where results are kept (default: book/evidence; with --data, runs/ITS-NAME or "
            "runs/ITS-NAME-PLANE)",
        )
    options = parser.parse_args(arguments)
    if options.data is not None and not options.data.is_dir():
        parser.error(f"--data {options.data}: there is no such folder")
    pattern = getattr(options, "only", "*")
    tasks, folder = _what_and_where(options)
    runs = [run for run in all_runs(tasks) if fnmatchcase(run.id, pattern)]
    if not runs:
        parser.error(f"--only {pattern}: no run is called so; `list` shows what there is")
    results = Results(folder)
    try:
        done = results.of(runs)
        if options.command == "run":
            if options.data is not None:
                data.task(tasks[0]).test()  # what cannot be read is said before all training
            (folder / "results").mkdir(parents=True, exist_ok=True)
            work = WORK if options.data is None else folder / "unfinished"
            run_all(runs, results, options.jobs, options.again, work.absolute(), options.cluster)
        elif options.command == "list":
            print(overview(runs, results))
        else:
            found = list(done.values())
            if found:
                table.write_csv(found, folder / "results.csv")
            print(table.text(found))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    except KeyboardInterrupt as stopped:
        parser.exit(130, f"{stopped or 'stopped'}\n")


def _what_and_where(options: argparse.Namespace) -> tuple[Sequence[str], Path]:
    """The tasks, and the folder of their results."""
    if options.data is None:
        return BOOKS, (options.folder or Path("book") / "evidence").absolute()
    volumes = options.data.resolve()  # one name, by whatever way the folder is reached
    plane = "" if options.plane == "coronal" else f"-{options.plane}"
    usual = Path("runs") / f"{volumes.name}{plane}"
    return [f"volumes{plane}:{volumes}"], (options.folder or usual).absolute()


def overview(runs: Sequence[Run], results: Results) -> str:
    """A line for each task and variant, and the sum."""
    done = results.of(runs)
    failed = {run for run, result in done.items() if result["failed"]}
    needed = seconds_left(runs, done)
    lines = []
    for name, variant in dict.fromkeys((run.name, run.variant) for run in runs):
        of = [run for run in runs if run.name == name]
        lines.append(f"{variant.group:10} {name:24} {_state(of, set(done), failed, needed)}")
    lines.append(f"{'in all':35} {_state(runs, set(done), failed, needed)}")
    return "\n".join(lines)


def _state(runs: Sequence[Run], done: set[Run], failed: set[Run], needed: dict[Run, float]) -> str:
    left = [run for run in runs if run not in done]
    hours = sum(needed[run] for run in left) / 3600
    words = f"{len(runs) - len(left):3} of {len(runs):3} done"
    if bad := len(failed.intersection(runs)):
        words += f" ({bad} failed)"
    return words + (f", about {hours:.1f} core-hours left" if left else "")


if __name__ == "__main__":
    main()
