"""Does scSE help? A declared grid of trainings: ``python -m scse.experiments run --jobs 2``.

`scse.experiments.grid` declares it, `scse.experiments.changes` has the networks that no recipe can
name. All variants of a task are trained by the loop of `scse.training`, with the same seeds on the
same stream of batches, and for the same number of steps where it is not the steps that are varied.
A network is taken as it is after its last step, and only then meets the held-out pictures: no step
is chosen by them.

Every finished run leaves a small JSON file in ``book/evidence/results``, a run that failed
too, with its error; a run that has one is not run again. ``table`` prints the table of these files
and writes ``book/evidence/results.csv``, a line a seed; ``list`` says what is left.
A seed that was trained on more machines than one counts once, with the average of its runs, which
stand under ``repeats``.
The weights stay in ``runs/experiments``, which git ignores.
"""
