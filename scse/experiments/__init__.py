"""Does scSE help? A declared grid of trainings: ``python -m scse.experiments run --jobs 2``.

`scse.experiments.grid` declares it, `scse.experiments.changes` has the networks that no recipe can
name. All variants of a task are trained by the loop of `scse.training`, with the same seeds on the
same stream of batches, and for the same number of steps where it is not the steps that are varied.
A network is taken as it is after its last step and meets the held-out pictures once, then:
nothing is chosen by them.

Every finished run leaves a small JSON file in ``runs`` below the folder (``book/evidence``), a
run that failed too, with its error; a run that has one is not run again. ``table`` makes the table
of these files and ``runs.csv`` beside them, a line a run; ``list`` says what is left.
The weights stay in ``runs/experiments``, which git ignores.
"""
