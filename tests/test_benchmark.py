"""What the benchmark compares, and its command line: what cannot be measured is said at once."""

import pytest
import torch

from scse import benchmark, scSE


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
        (["--save", "nodir/b.json"], "--save nodir/b.json cannot be written: it is a folder, or"),
        (["--save", "."], "--save . cannot be written: it is a folder"),
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
    for name in ("blog concat", "scSE concat"):
        assert f"\n{name} " in out


def test_each_subject_has_its_reference():
    subjects = benchmark.subjects((1, 4, 8))
    for name in subjects:
        reference = benchmark.reference_of(name)
        assert reference in subjects
        assert ("concat" in name) == ("concat" in reference)


@pytest.mark.parametrize(
    ("written_out", "combine"), [(benchmark.Blog, "add"), (benchmark.BlogConcat, "concat")]
)
def test_the_references_compute_what_the_blocks_do(written_out, combine):
    reference, block = written_out(6, 2), scSE(6, combine=combine)
    layers = [
        (block.channel.fc1, reference.Conv_Squeeze),
        (block.channel.fc2, reference.Conv_Excitation),
        (block.spatial.project, reference.Conv1x1),
    ]
    if combine == "concat":
        layers.append((block.merge, reference.merge))
    for ours, theirs in layers:
        ours.weight.data = theirs.weight.detach().flatten(1)
        ours.bias.data = (
            torch.zeros_like(ours.bias) if theirs.bias is None else theirs.bias.detach()
        )
    x = torch.randn(2, 6, 4, 5)
    torch.testing.assert_close(block(x), reference(x))
