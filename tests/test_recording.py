"""`record` and `override`: what is seen and overruled is what is computed; nothing stays behind."""

import contextlib
import copy
import io
import pickle

import foreign_blocks as doubles
import numpy as np
import pytest
import torch
from block_kinds import KINDS, make
from torch import nn

from scse import UNet, cSE, override, record, scSE, sSE
from scse.recording import find_blocks

STAGES = ["encoder1", "encoder2", "bottleneck", "decoder2", "decoder1"]


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = UNet(1, 3, width=4, depth=3)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    net(torch.randn(8, 1, 8, 12))  # statistics under which the signal is of order one
    return net.eval()


@pytest.fixture
def image():
    return torch.randn(2, 1, 8, 12)


def hooks(net):
    return [
        (name, kind, list(getattr(module, kind)))
        for name, module in net.named_modules()
        for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
        if getattr(module, kind)
    ]


@pytest.fixture(autouse=True)
def network_as_found(net, image):
    """After every test: no hook, no changed number, the same mode, the same output."""
    state = copy.deepcopy(net.state_dict())
    before = net(image)
    yield
    assert not hooks(net)
    assert not any(module.training for module in net.modules())
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)
    assert torch.equal(net(image), before)


def test_record(net, image):
    rec = record(net, image)
    assert list(rec) == STAGES
    assert len(rec) == 5
    torch.testing.assert_close(rec.logits, net(image))
    for name, block in find_blocks(net).items():
        seen = rec[name]
        n, channels, *spatial = seen.input.shape
        assert seen.channel.shape == (n, channels, 1, 1)
        assert seen.spatial.shape == (n, 1, *spatial)
        torch.testing.assert_close(seen.output, seen.input * (seen.channel + seen.spatial))
        torch.testing.assert_close(seen.output, block(seen.input))
        assert not any(t.requires_grad for t in seen)
    assert "bottleneck: (2, 16, 2, 3)" in repr(rec)


@pytest.mark.parametrize("kind", KINDS)
def test_record_of_a_single_block(kind):
    block, x = make(kind), torch.randn(2, 6, 5)
    seen = record(block, x)["block"]
    torch.testing.assert_close(seen.output, block(x))
    assert (seen.channel is None, seen.spatial is None) == (kind == "sse", kind == "cse")


def test_record_holds_copies():
    """A ReLU that works in place, before or after the block, does not change what was seen."""
    block = scSE(4)
    net = nn.Sequential(nn.ReLU(inplace=True), block, nn.ReLU(inplace=True))
    seen = record(net, torch.randn(1, 4, 6))["1"]
    torch.testing.assert_close(seen.output, block(seen.input))
    block.eval()
    x = torch.rand(1, 4, 6)
    seen = record(nn.Sequential(block), x)["0"]
    x.zero_()
    assert seen.input.sum() > 0


def test_record_keeps_the_mode_and_the_running_statistics(net, image):
    net = copy.deepcopy(net).train()
    state = copy.deepcopy(net.state_dict())
    expected = copy.deepcopy(net)(image)
    torch.testing.assert_close(record(net, image).logits, expected)  # in training mode
    assert all(module.training for module in net.modules())
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)


def test_record_in_every_gradient_mode(net, image):
    for mode in (torch.enable_grad(), torch.no_grad(), torch.inference_mode()):
        with mode:
            assert not record(net, image).logits.requires_grad
    record(net, image)
    assert torch.is_grad_enabled()


def test_record_of_a_block_that_runs_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.se = cSE(3)

        def forward(self, x):
            return self.se(x=self.se(x))

    rec = record(Twice(), torch.randn(1, 3, 4))
    assert list(rec) == ["se", "se#2"]
    torch.testing.assert_close(rec["se#2"].input, rec["se"].output)


def test_record_without_blocks(image):
    net = UNet(1, 3, width=4, depth=3, se=None).eval()
    rec = record(net, image)
    assert list(rec) == []
    torch.testing.assert_close(rec.logits, net(image))


def test_record_of_an_unknown_block(net, image):
    with pytest.raises(KeyError, match="no block 'middle' ran; the blocks are 'encoder1', "):
        record(net, image)["middle"]
    assert "middle" not in record(net, image)


def test_record_after_an_exception(net):
    with pytest.raises(ValueError, match="multiples of 4"):
        record(net, torch.randn(1, 1, 7, 7))
    assert not hooks(net)


def test_record_wants_a_module():
    with pytest.raises(TypeError, match=r"net must be an nn\.Module, got function"):
        record(lambda x: x, torch.zeros(1))


VALUES = [
    ("channel", 0.5, (2, 16, 1, 1)),
    ("channel", np.linspace(0, 1, 16), (2, 16, 1, 1)),  # (C,)
    ("channel", torch.rand(2, 16), (2, 16, 1, 1)),  # (N, C)
    ("channel", torch.rand(16, 1, 1), (2, 16, 1, 1)),
    ("channel", torch.rand(2, 16, 1, 1, dtype=torch.float64), (2, 16, 1, 1)),
    ("channel", lambda gate: 1 - gate, (2, 16, 1, 1)),
    ("channel", list(range(16)), (2, 16, 1, 1)),
    ("spatial", 1, (2, 1, 2, 3)),
    ("spatial", torch.rand(2, 3), (2, 1, 2, 3)),
    ("spatial", np.ones((2, 1, 2, 3), dtype=np.float32), (2, 1, 2, 3)),
    ("spatial", lambda gate: gate.flip(-1), (2, 1, 2, 3)),
]


@pytest.mark.parametrize(("branch", "value", "shape"), VALUES)
def test_override(net, image, branch, value, shape):
    before = record(net, image)["bottleneck"]
    with override(net, {"bottleneck": {branch: value}}):
        rec = record(net, image)
        torch.testing.assert_close(net(image), rec.logits)
    new = getattr(rec["bottleneck"], branch)
    given = value(getattr(before, branch)) if callable(value) else torch.as_tensor(value)
    if branch == "channel" and given.dim() in (1, 2):
        given = given[..., None, None]
    assert new.shape == shape
    torch.testing.assert_close(new, given.float().expand(shape))
    seen = rec["bottleneck"]
    torch.testing.assert_close(seen.output, seen.input * (seen.channel + seen.spatial))
    assert not torch.allclose(rec.logits, net(image))
    assert torch.equal(rec["encoder1"].output, record(net, image)["encoder1"].output)


def test_override_by_what_was_there_changes_nothing(net, image):
    rec = record(net, image)
    same = {name: {"channel": b.channel, "spatial": b.spatial} for name, b in rec.items()}
    with override(net, same):
        torch.testing.assert_close(net(image), rec.logits)


def test_nested_overrides(net, image):
    def gate():
        return record(net, image)["decoder1"].channel.unique().tolist()

    with override(net, {"decoder1": {"channel": 0.25}}):
        outer = net(image)
        with override(net, {"decoder1": {"channel": 0.75}, "encoder1": {"spatial": 0}}):
            assert gate() == [0.75]
            with override(net, {"decoder1": {"channel": lambda gate: gate / 3}}):
                assert gate() == [0.25]  # of the outer gate, which an inner function is given
        assert gate() == [0.25]
        assert torch.equal(net(image), outer)


def test_one_override_used_twice_in_a_row(net, image):
    for _ in range(2):
        with override(net, {"decoder1": {"channel": 0.25}}):
            assert record(net, image)["decoder1"].channel.unique() == 0.25
        assert not hooks(net)


def test_override_lets_gradients_through(net, image):
    gate = torch.full((16,), 0.5, requires_grad=True)
    with override(net, {"bottleneck": {"channel": gate}}):
        net(image).square().sum().backward()
    assert gate.grad.shape == (16,)
    assert gate.grad.abs().max() > 1e-3
    net.zero_grad()


def test_a_copy_made_inside_computes_its_own_gates(net, image):
    before = net(image)
    with override(net, {"bottleneck": {"channel": 0, "spatial": 0}}):
        inside = copy.deepcopy(net)
        assert not torch.allclose(net(image), before)
        torch.testing.assert_close(inside(image), before)
    torch.testing.assert_close(inside(image), before)
    torch.testing.assert_close(copy.deepcopy(inside)(image), before)
    torch.save(inside, io.BytesIO())
    with override(inside, {"bottleneck": {"channel": 0}}):
        assert not torch.allclose(inside(image), before), "a copy can be overruled as well"


def test_a_copy_of_a_foreign_block_made_inside():
    net, x = nn.Sequential(doubles.ChannelSpatialSELayer(4)), torch.rand(1, 4, 3, 3)
    before = net(x)
    with override(net, {"0": {"channel": 0, "spatial": 0}}):
        inside = copy.deepcopy(net)
        assert not net(x).any()
    assert torch.equal(inside(x), before)


def test_pickling_inside_is_refused(net, image):
    with override(net, {"bottleneck": {"channel": 0}}):
        net(image)
        for save in (pickle.dumps, lambda net: torch.save(net, io.BytesIO())):
            with pytest.raises(TypeError, match="cannot be pickled while .* net.state_dict"):
                save(net)
        torch.save(net.state_dict(), io.BytesIO())
    pickle.dumps(net)


class Forward(nn.Module):
    """Calls its block past the hooks, or, by a switch, as it should, or not at all."""

    def __init__(self, block, how="forward"):
        super().__init__()
        self.se, self.how = block, how

    def forward(self, x):
        return {"forward": self.se.forward, "call": self.se, "not": nn.Identity()}[self.how](x)


@pytest.mark.parametrize("make", [lambda: doubles.SELayer(4), lambda: scSE(4)])
@pytest.mark.parametrize("how", ["forward", "not"])
def test_override_of_a_block_that_never_ran(make, how):
    net, x = Forward(make(), how), torch.rand(1, 4, 3, 3)
    ours = isinstance(net.se, scSE)
    message = "the network ran without its 'se', whose gates override was to replace"
    expectation = (
        contextlib.nullcontext()
        if ours and how == "forward"  # our gates are overruled wherever they are computed
        else pytest.warns(UserWarning, match=message)
    )
    with expectation, override(net, {"se": {"channel": 0}}):
        net(x)
    with pytest.raises(KeyError, match="stop"), override(net, {"se": {"channel": 0}}):
        net(x)
        raise KeyError("stop")
    net.how = "call"
    with override(net, {"se": {"channel": 0}}):
        net(x)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # in torch itself
@pytest.mark.parametrize("other", ["copy", "trace", "part", "none"])
def test_override_of_a_network_that_was_not_run(other):
    """Another one was, most likely: that would be a silent nothing."""
    net, x = nn.Sequential(nn.Conv2d(1, 4, 1), cSE(4), sSE(4)), torch.rand(1, 1, 3, 3)
    others = {"copy": copy.deepcopy(net), "trace": torch.jit.trace(net, x), "part": net[:2]}
    message = "override was to replace gates of '2', which never ran, nor did the network"

    def overrule():
        with override(net, {"2": {"spatial": 0}}):
            if other != "none":
                others[other](x)

    with pytest.warns(UserWarning, match=message) as told:
        overrule()
    assert [warning.filename for warning in told] == [__file__]
    with override(net, {"1": {"channel": 0}}):
        assert not net[:2](x).any()  # of the block that was to be replaced


def test_record_takes_what_the_network_takes():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.se = cSE(3)

        def forward(self, a, b, *, scale, shift=0):
            return self.se(a + b) * scale + shift

    net = Two()
    a, b = torch.rand(2, 1, 3, 4)
    rec = record(net, a, b, scale=2)
    assert torch.equal(rec["se"].input, a + b)
    assert torch.equal(rec.logits, net(a, b, scale=2))
    rec = record(net, b=b, a=a, scale=2, shift=1, where=["se"])
    assert torch.equal(rec.logits, net(a, b, scale=2, shift=1))


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # in torch itself
@torch.no_grad()
def test_a_compiled_block_keeps_its_name():
    net, x = nn.ModuleDict({"a": UNet(1, 3, width=4, depth=2)})["a"], torch.rand(1, 1, 8, 8)
    names = list(find_blocks(net))
    before = net(x)
    net.bottleneck.se = torch.compile(net.bottleneck.se, backend="eager")
    net.decoder1 = torch.compile(net.decoder1, backend="eager")
    assert list(find_blocks(net)) == names
    torch.testing.assert_close(net(x), before)
    assert list(record(net, x)) == names
    with override(net, {"bottleneck": {"channel": 0, "spatial": 0}}):
        assert not record(net, x)["bottleneck"].output.any()
        assert not torch.allclose(net(x), before)


def test_other_hooks_stay(net, image):
    mine = net.bottleneck.se.channel.register_forward_hook(lambda *_: None)
    with override(net, {"bottleneck": {"channel": 1}}):
        record(net, image)
    assert hooks(net) == [("bottleneck.se.channel", "_forward_hooks", [mine.id])]
    mine.remove()


def test_override_after_an_exception(net, image):
    def stop():
        with override(net, {"bottleneck": {"channel": 0.5}}):
            assert hooks(net)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert not hooks(net)
    wrong = {"bottleneck": {"channel": [1, 2, 3]}}
    with pytest.raises(ValueError, match="broadcast"), override(net, wrong):
        net(image)
    assert not hooks(net)


WRONG = [
    ({"middle": {"channel": 1}}, ValueError, "no block 'middle' in this UNet; the blocks are 'enc"),
    ({"bottleneck.se": {"channel": 1}}, ValueError, "no block 'bottleneck.se'"),
    (
        {"decoder1": {"gate": 1}},
        ValueError,
        "is a scSE: its gates are 'channel', 'spatial', got 'g",
    ),
    ({"decoder1": 0.5}, TypeError, r"gates\['decoder1'\] must be a dict .* got float"),
    ([("decoder1", 1)], TypeError, "gates must be a dict .* got list"),
    ({"decoder1": {"channel": None}}, TypeError, "real number, array or tensor.* got NoneType"),
    ({"decoder1": {"channel": "0.5"}}, TypeError, "got str '0.5'"),
    ({"decoder1": {"channel": 1j}}, TypeError, "got complex 1j"),
    ({"decoder1": {"channel": lambda gate: "no"}}, TypeError, "got str 'no'"),
    (
        {"decoder1": {"channel": torch.ones(5)}},
        ValueError,
        r"channel gate of block 'decoder1' has the shape \(2, 4, 1, 1\).* \(5,\) does not",
    ),
    (
        {"decoder1": {"spatial": torch.ones(2, 8, 12)}},
        ValueError,
        r"of shape \(2, 8, 12\) does not",
    ),
    ({"decoder1": {"spatial": torch.ones(9, 1, 1, 1, 1)}}, ValueError, "does not broadcast"),
]


@pytest.mark.parametrize(("gates", "error", "message"), WRONG)
def test_wrong_overrides(net, image, gates, error, message):
    with pytest.raises(error, match=message), override(net, gates):
        net(image)


def test_wrong_overrides_put_no_hook(net):
    for gates in ({"decoder1": {"channel": 1}, "x": {}}, {"decoder1": {"channel": 1, "x": 1}}):
        with pytest.raises(ValueError, match="decoder1"):
            override(net, gates).__enter__()
        assert not hooks(net)


def test_a_branch_that_the_block_lacks(image):
    with pytest.raises(ValueError, match="is a cSE: its gates are 'channel', got 'spatial'"):
        override(UNet(1, 3, se="cse"), {"bottleneck": {"spatial": 1}}).__enter__()
    with pytest.raises(ValueError, match="no block 'bottleneck' in this UNet; it has no blocks"):
        override(UNet(1, 3, se=None), {"bottleneck": {"spatial": 1}}).__enter__()


@pytest.mark.parametrize("kind", KINDS)
def test_override_of_every_kind(kind):
    block, x = make(kind), torch.randn(2, 6, 4, 5)
    c, s = torch.rand(2, 6, 1, 1), torch.rand(2, 1, 4, 5)
    gates = {"channel": c, "spatial": s}
    if kind in ("cse", "sse"):
        gates.pop("spatial" if kind == "cse" else "channel")
    with override(block, {"block": gates}):
        y, found = block(x), block.gates(x)
    for branch, gate in gates.items():
        assert torch.equal(getattr(found, branch), gate)
    expected = {"cse": x * c, "sse": x * s, "add": x * (c + s), "mul": x * c * x * s}
    expected["max"] = torch.maximum(x * c, x * s)
    if kind == "concat":
        expected["concat"] = block.merge(torch.cat([x * c, x * s], 1))
    torch.testing.assert_close(y, expected[kind])


def test_a_network_that_goes_on_in_place(image):
    """What the reader gave as a gate is the reader's."""

    class InPlace(nn.Module):
        def __init__(self):
            super().__init__()
            self.se = cSE(1)

        def forward(self, x):
            gate = self.se.channel(x)
            gate += 1
            return x * gate

    net, value = InPlace(), torch.full((1,), 0.5)
    with override(net, {"se": {"channel": value}}):
        for _ in range(2):
            torch.testing.assert_close(net(image), image * 1.5)
    assert value == 0.5


def test_overlapping_overrides_leave_compiling_on(net, image):
    """Two threads, the first in is not the last out."""
    torch.compile(net, backend="eager")
    gates = {"bottleneck": {"channel": 0}}
    first, second = override(net, gates), override(net, gates)
    before = torch._dynamo.eval_frame._stance.stance
    first.__enter__()
    second.__enter__()
    net(image)
    first.__exit__(None, None, None)
    assert torch._dynamo.eval_frame._stance.stance == "force_eager"
    second.__exit__(None, None, None)
    assert torch._dynamo.eval_frame._stance.stance == before


def test_names():
    net = nn.ModuleDict({"a": nn.Sequential(cSE(2), scSE(2)), "se": sSE(2), "b": nn.Identity()})
    assert list(find_blocks(net)) == ["a.0", "a.1", "se"]


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # in torch itself
def test_compiled_networks(net, image):
    """Compiled code has no hooks in it: while gates are overruled, the network runs eagerly."""
    compiled = torch.compile(net, backend="aot_eager")
    with torch.no_grad():
        before = compiled(image)
        for named in (net, compiled):
            with override(named, {"bottleneck": {"channel": 0.0}}):
                assert not torch.allclose(compiled(image), before)
            torch.testing.assert_close(compiled(image), before)
        rec = record(compiled, image)
    assert list(rec) == STAGES
    torch.testing.assert_close(rec.logits, before)


def test_where_may_follow_the_image():
    """Anything else that follows it is a further input of the network."""
    net, image = nn.Sequential(nn.Conv2d(1, 4, 1), scSE(4)), torch.randn(1, 1, 4, 4)
    for where in ("1.channel", ["1.channel"], lambda name, module: name == "1.channel"):
        assert list(record(net, image, where)) == list(record(net, image, where=where))
        assert list(record(net, image, where)) == ["1.channel"]
    with pytest.raises(TypeError, match="positional"):
        record(net, image, image)
