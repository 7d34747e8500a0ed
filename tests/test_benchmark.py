"""The command line of the benchmark: what cannot be measured is said at once, in one line."""

import pytest

from scse import benchmark


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shapes", "Z"], "--shapes: must be one of A, B, C, D or N,C and one to three sizes"),
        (["--shapes", "A", "8,64"], "got '8,64'"),
        (["--shapes", "0,4,8,8"], "got '0,4,8,8'"),
        (
            ["--shapes", "1,1,8,8"],
            "with two channels at least, such as 8,64,128,128; got '1,1,8,8'",
        ),
        (["--shapes", "1,2,3,4,5,6"], "got '1,2,3,4,5,6'"),
        (["--rounds", "0"], "--rounds: must be a whole number of at least 1, got '0'"),
        (["--threads", "0"], "--threads: must be a whole number of at least 1, got '0'"),
        (["--threads", "1.5"], "got '1.5'"),
    ],
)
def test_what_cannot_be_measured_is_said(monkeypatch, capsys, arguments, words):
    monkeypatch.setattr(benchmark, "measure", lambda *_: pytest.fail("it measures"))
    with pytest.raises(SystemExit) as stop:
        benchmark.main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_a_shape_of_ones_own_is_measured(monkeypatch, capsys):
    monkeypatch.setattr("torch.set_num_threads", lambda threads: None)
    benchmark.main(["--shapes", "1,2,4", "--rounds", "1", "--threads", "1", "--no-compile"])
    out = capsys.readouterr().out
    assert "1,2,4: x (1, 2, 4), N = 0.0 MB" in out
    assert "Geometric mean over 1 shapes" in out
