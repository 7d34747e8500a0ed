"""Edits, what is done to a gate as one value: what they make of it, and what is refused."""

import subprocess
import sys

import foreign_blocks as doubles
import pytest
import torch
from torch import nn

from scse import UNet, override, record, scSE
from scse.edits import changes, painted, problem, replacement
from scse.rules import RULES

C, SIZE = 4, (3, 5)


@pytest.fixture
def channel():
    return torch.rand(2, C, 1, 1, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def mask():
    return torch.rand(2, 1, *SIZE, generator=torch.Generator().manual_seed(1))


BASES = [
    ("own", lambda gate: gate),
    ("neutral", lambda gate: torch.full_like(gate, 0.75)),
    ("zero", lambda gate: 0 * gate),
    ("one", lambda gate: 0 * gate + 1),
    ("flat", lambda gate: gate.mean((1, 2, 3), keepdim=True).expand(gate.shape)),
    ("invert", lambda gate: 1 - gate),
    ("mean", lambda gate: torch.full_like(gate, 0.125)),
    ("from", lambda gate: torch.full_like(gate, 0.125)),
]


@pytest.mark.parametrize(("base", "expected"), BASES)
@pytest.mark.parametrize("branch", ["channel", "mask"])
def test_bases(base, expected, branch, request):
    gate = request.getfixturevalue(branch)
    before = gate.clone()
    replace = replacement({"base": base}, neutral=0.75, lend=lambda edit: torch.tensor(0.125))
    new = replace(gate)
    torch.testing.assert_close(new, expected(gate))
    new += 1
    assert torch.equal(gate, before), "what the network computed is left alone"


def test_set_and_strokes_come_after_the_base(channel, mask):
    new = replacement({"base": "zero", "set": {"2": 0.5}})(channel)
    assert new.flatten(1).tolist() == [[0, 0, 0.5, 0]] * 2
    stroke = {"width": 1, "value": 0.25, "points": [0.5, 1.5, 4.5, 1.5]}
    new = replacement({"base": "one", "set": {"0": 0.5, "6": 0.5}, "strokes": [stroke]})(mask)
    expected = torch.ones(SIZE)
    expected[1] = 0.25  # the middle row, over the 6th position
    expected[0, 0] = 0.5
    assert torch.equal(new, expected.expand(2, 1, *SIZE))


def test_a_mask_whose_memory_lies_otherwise(mask):
    turned = mask.transpose(2, 3).contiguous().transpose(2, 3)
    for gate in (mask, turned, mask[:, :, :1].expand(2, 1, *SIZE)):
        new = replacement({"base": "own", "set": {"6": 0.5}})(gate)
        assert new[0, 0, 1, 1] == new[1, 0, 1, 1] == 0.5
        new[:, :, 1, 1] = gate[:, :, 1, 1]
        assert torch.equal(new, gate)


def test_gradients_go_through(channel):
    gate = channel.requires_grad_()
    replacement({"base": "invert", "set": {"1": 0.5}})(gate).sum().backward()
    assert gate.grad.flatten(1).tolist() == [[-1, 0, -1, -1]] * 2


def stroke(**parts):
    """An edit with a stroke that has these parts."""
    return {"base": "own", "strokes": [{"width": 1, "value": 0.5, "points": [0, 0], **parts}]}


WRONG = [
    (
        {"base": "off"},
        ValueError,
        "the edit of the gate has the base 'off'; there are own, neutral",
    ),
    ({}, ValueError, "has the base None"),
    ({"base": "own", "keep": 1}, ValueError, "unknown parts keep"),
    ({"base": "neutral"}, ValueError, "rule, which is not known for the gate: say zero or one"),
    ({"base": "mean"}, ValueError, "base 'mean': of which inputs"),
    ({"base": "own", "set": [1]}, TypeError, r"set of the gate must be \{entry: number\}"),
    ({"base": "own", "set": {"a": 1}}, TypeError, "must be {entry: number}"),
    ({"base": "own", "set": {-1: 1}}, TypeError, "must be {entry: number}"),
    ({"base": "own", "from": 3}, ValueError, "from says whose gate it is, with the base from and"),
    (stroke(points=[1, 2, 3]), ValueError, "pairs of numbers, x and y; one of the gate has 3"),
    (stroke(points=[]), ValueError, "pairs of numbers, x and y; one of the gate has 0"),
    (stroke(points=3), TypeError, "a stroke of the gate is made of numbers, got"),
    (stroke(value="much"), TypeError, "a stroke of the gate is made of numbers, got"),
    (stroke(wide=3), ValueError, "has width, value, points, no more and no less; got"),
    (
        {"base": "own", "strokes": [{"width": 1, "points": [0, 0]}]},
        ValueError,
        "a stroke of the gate has width, value, points, no more",
    ),
    ({"base": "own", "strokes": [3]}, TypeError, "strokes of the gate must be a list of strokes"),
]


@pytest.mark.parametrize(("edit", "error", "message"), WRONG)
def test_wrong_edits(edit, error, message):
    with pytest.raises(error, match=message):
        replacement(edit)


def test_edits_that_do_not_fit_their_gate(channel):
    stroke = {"width": 1, "value": 0, "points": [0, 0]}
    for edit, message in (
        ({"base": "own", "set": {"4": 1}}, "has 4 entries; there is no 4"),
        ({"base": "own", "strokes": [stroke]}, "paint needs a mask of two spatial axes"),
    ):
        with pytest.raises(ValueError, match=message):
            replacement(edit)(channel)
    lent = replacement({"base": "from", "from": 0}, lend=lambda edit: torch.ones(3, 1, 1, 1))
    with pytest.raises(ValueError, match=r"\(2, 4, 1, 1\); what takes its place has \(3, 1, 1, 1"):
        lent(channel)


def test_changes():
    assert not changes(None)
    assert not changes({"base": "own"})
    assert not changes({"base": "own", "set": {}, "strokes": []})
    assert changes({"base": "zero"})
    assert changes({"base": "own", "set": {"0": 1}})
    assert changes({"base": "own", "strokes": [{"width": 1, "value": 0, "points": [0, 0]}]})


def test_painted():
    """Under the pen are the positions whose centre is, also beside a dot and beyond the edge."""
    dot = painted({"width": 1, "points": [2.5, 1.5]}, *SIZE)
    assert dot.nonzero().tolist() == [[1, 2]]
    disc = painted({"width": 2.1, "points": [2.5, 1.5]}, *SIZE)
    assert disc.sum() == 5  # and its four neighbours
    line = painted({"width": 0.9, "points": [-9, 0.5, 9, 0.5]}, *SIZE)
    assert line.tolist() == [[True] * 5, [False] * 5, [False] * 5]
    corner = painted({"width": 0.9, "points": [0.5, 0.5, 0.5, 2.5, 4.5, 2.5]}, *SIZE)
    assert corner.sum() == 7
    assert not painted({"width": 1, "points": [20, 20]}, *SIZE).any()


SITES = {
    "a": {"channels": 4, "positions": [3, 5], "branches": ["channel", "spatial"]},
    "b": {"channels": 4, "positions": [2, 3, 5], "branches": ["spatial"]},
}
PAINT = {"width": 1, "value": 1, "points": [0, 0]}


def one(edit, block="a", branch="spatial"):
    return {block: {branch: edit}}


RIGHT = [
    {},
    {"a": {}},
    one({"base": "own"}),
    one({"base": "from", "from": 1, "set": {"14": 0.5}, "strokes": [PAINT]}),
    one({"base": "flat", "set": {"29": 1}}, "b"),
    one({"base": "mean", "set": {"3": 0.25}}, branch="channel"),
]
REFUSED = [
    ([], "edits: .*object"),
    (one({"base": "off"}), "a.spatial.base: 'off' is not one of"),
    (one({}), "'base' is a required property"),
    (one({"base": "own"}, branch="gate"), "a: .*'gate'"),
    (one({"base": "own"}, "c"), "no block 'c'; there are 'a', 'b'"),
    (one({"base": "own"}, "b", "channel"), "b.channel: the block has spatial only"),
    (one({"base": "from"}), "a.spatial: from says whose gate"),
    (one({"base": "own", "from": 0}), "from says whose gate"),
    (one({"base": "from", "from": 2}), "there is no input 2"),
    (one({"base": "own", "set": {"15": 1}}), "there is no entry 15"),
    (one({"base": "own", "set": {"4": 1}}, branch="channel"), "there is no entry 4"),
    (one({"base": "own", "set": {"x": 1}}), "a.spatial.set: 'x'"),
    (one({"base": "own", "strokes": [PAINT]}, branch="channel"), "paint needs a mask"),
    (one({"base": "own", "strokes": [PAINT]}, "b"), "paint needs a mask"),
    (one({"base": "own", "strokes": [{**PAINT, "points": [1, 2, 3]}]}), "pairs of numbers"),
    (one({"base": "own", "strokes": [{**PAINT, "value": 2}]}), "a.spatial.strokes.0.value: 2"),
    (one({"base": "own", "strokes": [{**PAINT, "points": [0, 11]}]}), "far outside the sheet"),
    (one({"base": "own", "strokes": [{**PAINT, "width": 3}]}), "3 wide; 1.25 is the most"),
    (one({"base": "own", "strokes": [{**PAINT, "points": [1, 1] * 2000}] * 11}), "22000 points"),
    (one({"base": "own", "set": {"0": 1.5}}), "an entry is 1.5"),
]


@pytest.mark.parametrize("edits", RIGHT)
def test_no_problem(edits):
    assert problem(edits, SITES, inputs=2) is None


@pytest.mark.parametrize(("edits", "message"), REFUSED)
def test_problem(edits, message):
    with pytest.raises(ValueError, match=message):
        raise ValueError(problem(edits, SITES, inputs=2) or "none")


# override


@pytest.fixture
def net():
    torch.manual_seed(0)
    return UNet(1, 3, width=4, depth=2).eval()


def seen(net, image, edit, block="bottleneck", branch="spatial", **options):
    with override(net, {block: {branch: edit}}, **options):
        return getattr(record(net, image)[block], branch)


@pytest.mark.parametrize("name", ["add", "max", "mul", "concat", "cse", "sse"])
def test_neutral_is_what_the_rule_of_the_block_says(name):
    kinds = {"cse": {"se": "cse"}, "sse": {"se": "sse"}}
    net = UNet(1, 3, width=4, depth=2, **kinds.get(name, {"combine": name})).eval()
    image = torch.rand(1, 1, 8, 8)
    for branch, neutral in RULES[name].neutral.items():
        gate = seen(net, image, {"base": "neutral", "set": {"1": 0.5}}, branch=branch)
        expected = torch.full_like(gate, neutral)
        expected.flatten()[1] = 0.5
        assert torch.equal(gate, expected)


def test_edits_of_a_foreign_block():
    torch.manual_seed(0)
    net, x = nn.Sequential(doubles.ChannelSpatialSELayer(4)), torch.rand(2, 4, 3, 5)
    own = record(net, x)["0"]
    with override(net, {"0": {"channel": {"base": "invert"}, "spatial": {"base": "neutral"}}}):
        new = record(net, x)["0"]
    torch.testing.assert_close(new.channel, 1 - own.channel)
    assert not new.spatial.any(), "max: the other branch alone"
    torch.testing.assert_close(new.output, x * (1 - own.channel))
    other = record(net, torch.rand(2, 4, 3, 5))
    gate = seen(net, x, {"base": "from", "from": 0}, "0", "channel", records=[other])
    torch.testing.assert_close(gate, other["0"].channel)


def test_neutral_where_the_rule_is_not_known():
    net = nn.Sequential(nn.Sequential(nn.Conv2d(4, 1, 1), nn.Sigmoid()))
    with pytest.raises(ValueError, match="not known for the spatial gate of block '0': say zero"):
        seen(net, torch.rand(1, 4, 3, 5), {"base": "neutral"}, "0", where=["0"])


@pytest.mark.parametrize(("block", "branch"), [("bottleneck", "channel"), ("decoder1", "spatial")])
def test_gates_of_other_inputs(net, block, branch):
    image = torch.rand(2, 1, 8, 8)
    records = [record(net, torch.rand(n, 1, 8, 8)) for n in (1, 3)]
    gates = [getattr(rec[block], branch) for rec in records]
    found = seen(net, image, {"base": "from", "from": 0}, block, branch, records=records)
    assert torch.equal(found, gates[0].expand(found.shape))
    found = seen(net, image, {"base": "mean"}, block, branch, records=records)
    torch.testing.assert_close(found, torch.cat(gates).mean(0, keepdim=True).expand(found.shape))


def test_patching_every_gate_of_a_network(net):
    """Its blocks are then those of the other input; what lies between them is not."""
    a, b = torch.rand(2, 1, 1, 8, 8)
    other = record(net, b)
    edits = {
        name: {branch: {"base": "from", "from": 0} for branch in ("channel", "spatial")}
        for name in other
    }
    with override(net, edits, records=[other]):
        new = record(net, a)
    for name, block in other.items():
        assert torch.equal(new[name].channel, block.channel)
        assert torch.equal(new[name].spatial, block.spatial)
    assert not torch.allclose(new.logits, other.logits)


def test_records_that_do_not_fit(net):
    image = torch.rand(1, 1, 8, 8)
    rec, larger = record(net, image), record(net, torch.rand(1, 1, 16, 8))
    without = record(UNet(1, 3, width=4, depth=2, se="cse"), image)

    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.bottleneck = scSE(4)

        def forward(self, x):
            return self.bottleneck(self.bottleneck(x))

    twice = record(Twice(), torch.rand(1, 4, 3, 3))
    for edit, records, message in (
        ({"base": "from", "from": 0}, [], r"of which inputs\? override\(…, records="),
        ({"base": "mean"}, (), "of which inputs"),
        ({"base": "from", "from": 1}, [rec], "takes it from 1; there are records 0 to 0"),
        ({"base": "from"}, [rec], "takes it from None"),
        ({"base": "from", "from": 0}, [without], r"records\[0\] has no spatial gate of block 'bot"),
        ({"base": "from", "from": 0}, [twice], "runs several times"),
        ({"base": "mean"}, [rec, larger], r"no mean of the spatial gate .*\(1, 1, 4, 4\), \(1, 1"),
        ({"base": "from", "from": 0}, [larger], "what takes its place has"),
    ):
        with pytest.raises(ValueError, match=message):
            seen(net, image, edit, records=records)
    for records in (rec, [image], [None]):
        with pytest.raises(TypeError, match="records must be a list of what record"):
            seen(net, image, {"base": "mean"}, records=records)


def test_wrong_edits_in_override(net):
    image = torch.rand(1, 1, 8, 8)
    for edit, message in (
        ({"base": "off"}, "the edit of the spatial gate of block 'bottleneck' has the base 'off'"),
        ({"base": "own", "set": {"99": 1}}, "has 16 entries; there is no 99"),
    ):
        with pytest.raises(ValueError, match=message):
            seen(net, image, edit)
    assert not any(module._forward_hooks for module in net.modules())


def test_needs_torch_alone():
    code = """
import sys, torch
before = set(sys.modules)
import scse, scse.edits
scse.edits.replacement({"base": "zero"})
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert new - set(sys.stdlib_module_names) == {"scse"}, new
"""
    subprocess.run([sys.executable, "-c", code], check=True)
