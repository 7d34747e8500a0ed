"""The table of rules: each row against its equation written out, and what else a row claims."""

import itertools

import numpy as np
import pytest
import torch
from block_kinds import KINDS, make, through_plain_path

from scse import UNet, cSE, scSE, sSE
from scse.checkpoints import LAYOUTS
from scse.rules import BRANCHES, COMBINE, RULES, explains, rule, rule_of

# Û of one activation; a list where there are several maps of it. A new row needs a line here.
REFERENCE = {
    "cse": lambda u, c, s: c * u,
    "sse": lambda u, c, s: s * u,
    "1+cse": lambda u, c, s: u + c * u,
    "1+sse": lambda u, c, s: u + s * u,
    "add": lambda u, c, s: c * u + s * u,
    "max": lambda u, c, s: c * u if c * u > s * u else s * u,
    "mul": lambda u, c, s: c * s * u * u,
    "concat": lambda u, c, s: [c * u, s * u],
    "cbam": lambda u, c, s: c * s * u,
}

every_rule = pytest.mark.parametrize("name", RULES)
SHAPE = (2, 3, 4, 5)


def random_gates(seed=0):
    generator = torch.Generator().manual_seed(seed)
    n, k, *spatial = SHAPE
    u = torch.rand(SHAPE, generator=generator, dtype=torch.float64) * 2 - 1
    c = torch.rand(n, k, 1, 1, generator=generator, dtype=torch.float64)
    s = torch.rand(n, 1, *spatial, generator=generator, dtype=torch.float64)
    return u, c, s


def given(row, c, s):
    """The gates that a rule has, None for the other."""
    return [g if b in row.branches else None for b, g in zip(BRANCHES, (c, s), strict=True)]


@every_rule
def test_reference(name):
    row, (u, c, s) = RULES[name], random_gates()
    found = row.apply(u, *given(row, c, s)).unflatten(1, (row.maps, SHAPE[1]))
    for n, k, i, j in np.ndindex(SHAPE):
        expected = REFERENCE[name](u[n, k, i, j].item(), c[n, k].item(), s[n, 0, i, j].item())
        np.testing.assert_allclose(found[n, :, k, i, j], np.atleast_1d(expected), rtol=1e-12)


@every_rule
def test_neutral(name):
    """One branch alone is that branch; none at all is nothing for a sum, the map for a factor."""
    row, (u, c, s) = RULES[name], random_gates()
    u = u.abs()  # as behind a ReLU
    assert set(row.neutral) == set(row.branches)
    for absent in row.branches:
        gates = {"channel": c, "spatial": s, absent: torch.tensor(row.neutral[absent])}
        y = row.apply(u, *given(row, gates["channel"], gates["spatial"]))
        others = [gates[b] for b in row.branches if b != absent]
        alone = u * others[0] if others else u
        expected = {
            "mul": alone * u,  # the other factor is U itself
            "concat": torch.cat([alone, 0 * u] if absent == "spatial" else [0 * u, alone], 1),
        }.get(name, alone)
        torch.testing.assert_close(y, expected)


@every_rule
def test_identity(name):
    row, (u, _, _) = RULES[name], random_gates()
    u = u.abs() if name == "max" else u
    if row.identity is not None:
        gates = [torch.tensor(row.identity[b]) if b in row.branches else None for b in BRANCHES]
        assert torch.equal(row.apply(u, *gates), u)
        return
    for c, s in itertools.product(torch.linspace(0, 1, 11), repeat=2):
        y = row.apply(u, c, s)
        assert y.shape != u.shape or not torch.allclose(y, u)


@every_rule
def test_gain_is_the_least_bound(name):
    row = RULES[name]
    for top, seed in itertools.product((0.5, 1.0, 3.0), range(3)):
        u, c, s = random_gates(seed)
        u = top * u
        assert row.apply(u, *given(row, c, s)).abs().max() <= row.gain(top)
        one = torch.ones(1, dtype=torch.float64)
        full = row.apply(torch.full_like(u, top), *given(row, one, one))
        assert full.max() == row.gain(top), "is reached"


@every_rule
def test_branches_and_formula(name):
    row = RULES[name]
    assert row.branches in (("channel",), ("spatial",), BRANCHES)
    for branch, term in zip(BRANCHES, ("c·U", "s·"), strict=True):
        assert (term in row.formula) == (branch in row.branches)


@every_rule
def test_rule_of_finds_it(name):
    row, (u, c, s) = RULES[name], random_gates()
    c, s = given(row, c, s)
    output = row.apply(u, c, s)
    assert rule_of(u, c, s, output) == name
    assert explains(name, u, c, s, output)
    assert rule_of(u, c, s, output + 0.1) is None
    assert not explains(name, u, c, s, output[..., 1:])
    for dtype in (torch.bfloat16, torch.float16):
        low = [None if t is None else t.to(dtype) for t in (u, c, s)]
        assert explains(name, *low, row.apply(*low))


def test_rule_of_what_was_not_seen():
    u, c, s = random_gates()
    assert rule_of(None, c, s, u) is None
    assert rule_of(u, c, s, None) is None
    assert rule_of(u, None, None, u) is None
    assert rule_of(u, c[:, :2], None, u) is None
    u[0, 0, 0, 0] = torch.nan
    assert rule_of(u, c, None, u * c) == "cse"


@every_rule
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_torchscript_compiles_it(name):
    row, gates = RULES[name], random_gates()
    scripted = torch.jit.script(row.apply)
    assert torch.equal(scripted(*gates), row.apply(*gates))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["fused", "plain"])
def test_blocks_apply_their_rule(kind, path):
    torch.manual_seed(0)
    block, x = make(kind).double(), torch.randn(2, 6, 4, 5, dtype=torch.float64)
    run = block if path == "fused" else through_plain_path(block)
    y = rule(kind).apply(x, *block.gates(x))
    torch.testing.assert_close(run(x), block.merge(y) if rule(kind).maps > 1 else y)


def test_the_table_in_the_docstring():
    lines = scSE.__doc__.splitlines()
    bars = [i for i, line in enumerate(lines) if set(line.strip()) == {"=", " "}]
    cells = [line.split("  ") for line in lines[bars[1] + 1 : bars[2]]]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in cells]
    assert {row[0]: row[1] for row in rows} == {name: RULES[name].formula for name in COMBINE}


def test_combine_can_be_read_and_not_changed():
    block = scSE(6, combine="max")
    assert block.combine == "max"
    with pytest.raises(AttributeError, match="combine"):
        block.combine = "add"


def test_a_further_rule_needs_a_row_only(monkeypatch):
    """Here the mean of both branches: forward, both derivatives, copies; see also the compilers."""
    add_mean(monkeypatch)
    torch.manual_seed(0)
    block = scSE(6, combine="mean").double()
    x = torch.randn(2, 6, 4, 5, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(block(x), scSE_as_add(block)(x) / 2)
    assert torch.autograd.gradcheck(block, x)
    assert torch.autograd.gradgradcheck(block, x)
    assert UNet(1, 2, width=4, depth=2, combine="mean")(torch.ones(1, 1, 8, 8)).isfinite().all()


def mean(u, c, s):
    return u * ((c + s) / 2)


def add_mean(monkeypatch):
    row = RULES["add"]._replace(apply=mean, gain=lambda top: top, formula="(c·U + s·U) / 2")
    monkeypatch.setitem(RULES, "mean", row)
    monkeypatch.setattr("scse.rules.COMBINE", (*COMBINE, "mean"))


def scSE_as_add(block):
    twin = scSE(6).double()
    twin.load_state_dict(block.state_dict())
    return twin


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning", "ignore::FutureWarning")
def test_a_further_rule_under_the_compilers(monkeypatch, tmp_path):
    add_mean(monkeypatch)
    block, x = scSE(6, combine="mean"), torch.randn(2, 6, 4, 5)
    torch.compiler.reset()  # the blocks of all tests share one limit of recompilations
    compiled = torch.compile(block, fullgraph=True, backend="aot_eager")
    for run in (torch.jit.script(block), torch.fx.symbolic_trace(block), compiled):
        torch.testing.assert_close(run(x), block(x))
    program = torch.export.export(block, (x,))
    torch.testing.assert_close(program.module()(x), block(x))


@pytest.mark.parametrize("name", ["sum", "", None, "cSE"])
def test_unknown_names_raise(name):
    with pytest.raises(ValueError, match="no rule .*; there are 'cse', 'sse'"):
        rule(name)
    with pytest.raises(ValueError, match="no rule"):
        explains(name, *random_gates(), random_gates()[0])
    for call in (lambda: scSE(6, combine=name), lambda: UNet(1, 2, combine=name, se=None)):
        with pytest.raises(ValueError, match="combine must be one of"):
            call()


def test_every_name_that_is_written_elsewhere_is_a_row():
    assert set(COMBINE) <= set(RULES)
    assert {layout.combine for layout in LAYOUTS} - {None} <= set(COMBINE)
    assert cSE(4)._rule in RULES
    assert sSE(4)._rule in RULES
