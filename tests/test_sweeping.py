"""`sweep` against loops written out by hand, and the network as it was found."""

import copy

import foreign_blocks as doubles
import numpy as np
import pandas
import pytest
import torch
import tqdm.auto
from block_kinds import KINDS, make
from published import published
from torch import nn

from scse import UNet, cSE, override, record, sSE, sweep

BRANCHES = ("channel", "spatial")
STAGES = ["encoder1", "encoder2", "bottleneck", "decoder2", "decoder1"]
COLUMNS = ["block", "branch", "channel", "how", "gate", "metric", "lost"]
CONTROLS = ["control", "relative_size", "lost_restored"]


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = UNet(1, 3, width=4, depth=3)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    net(torch.randn(8, 1, 8, 12))  # statistics under which the signal is of order one
    for name, parameter in net.named_parameters():
        if ".se." in name:
            parameter.data *= 4  # gates that move
    return net.eval()


@pytest.fixture(scope="module")
def inputs():
    """An image and another one, three items each."""
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(3, 1, 8, 12, generator=generator) * (1 + 2 * i) for i in range(2)]


def metric(logits):
    return logits.softmax(1)[:, 1].double().square().mean()


def hooks(net):
    return [kind for m in net.modules() for kind in (*m._forward_hooks, *m._forward_pre_hooks)]


@pytest.fixture(autouse=True)
def network_as_found(net, inputs):
    """After every test: no hook, no changed number, the same mode."""
    state, before = copy.deepcopy(net.state_dict()), net(inputs[0])
    yield
    assert not hooks(net)
    assert not any(module.training for module in net.modules())
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)
    assert torch.equal(net(inputs[0]), before)


def metric_with(net, image, gates):
    with override(net, gates):
        return metric(net(image)).item()


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-4, atol=1e-7)


# --- what a row replaces ---


def test_by_block(net, inputs):
    """The loop of Your own network: one gate after the other from another input."""
    image, other = inputs
    table = sweep(net, image, metric, other=other, controls=False)
    mine, theirs = record(net, image), record(net, other)
    loop = []
    for name in mine:
        for branch in ("channel", "spatial"):
            with_other = metric_with(net, image, {name: {branch: getattr(theirs[name], branch)}})
            own = getattr(mine[name], branch)
            loop.append([name, branch, own.mean().item(), with_other])
    blocks, branches, gates, metrics = zip(*loop, strict=True)
    assert table.block.tolist() == list(blocks)
    assert table.branch.tolist() == list(branches)
    assert set(table.how) == {"from"}
    assert table.channel.isna().all()
    close(table.gate, gates)
    close(table.metric, metrics)
    close(table.lost, metric(net(image)).item() - np.array(metrics))
    assert (table.lost.abs() > 1e-6).all()


def test_by_branch(net, inputs):
    """The loop of Space: one branch of all blocks, by what was recorded before."""
    (image, _), rec = inputs, record(net, inputs[0])

    def flat(gate):
        return gate.mean((0, 2, 3), keepdim=True)

    table = sweep(net, image, metric, by="branch", how=("item", flat), controls=False)
    assert table[["block", "branch", "how"]].to_numpy().tolist() == [
        ["all", branch, how] for branch in ("channel", "spatial") for how in ("item", "flat")
    ]
    loop = []
    for branch in ("channel", "spatial"):
        own = {name: getattr(rec[name], branch) for name in rec}
        for change in (lambda gate: gate.roll(1, 0), lambda gate: flat(gate).expand_as(gate)):
            gates = {name: {branch: change(gate)} for name, gate in own.items()}
            loop.append(metric_with(net, image, gates))
    close(table.metric, loop)
    close(table.gate[::2], [np.mean([getattr(rec[n], b).mean() for n in rec]) for b in BRANCHES])


def test_by_channel(net, inputs):
    """The loop of Channel: the gates of a block set to 0 one at a time."""
    image = inputs[0]
    table = sweep(
        net, image, metric, "channel", "zero", blocks=["bottleneck", "encoder1"], controls=False
    )
    loop, gates = [], []
    for name in ("encoder1", "bottleneck"):
        own = record(net, image)[name].channel
        for k in range(own.shape[1]):
            silenced = own.clone()
            silenced[:, k] = 0
            loop.append(metric_with(net, image, {name: {"channel": silenced}}))
            gates.append(own[:, k].mean().item())
    assert table.block.tolist() == ["encoder1"] * 4 + ["bottleneck"] * 16
    assert table.channel.tolist() == [*range(4), *range(16)]
    assert set(table.branch) == {"channel"}
    close(table.metric, loop)
    close(table.gate, gates)


def test_several_at_once(net, inputs):
    tables = [sweep(net, inputs[0], metric, by, "zero") for by in ("block", "branch")]
    both = sweep(net, inputs[0], metric, ("block", "branch"), "zero")
    pandas.testing.assert_frame_equal(both, pandas.concat(tables, ignore_index=True))


def test_blocks_and_branches_restrict(net, inputs):
    def places(**options):
        table = sweep(net, inputs[0], metric, controls=False, **options)
        return set(zip(table.block, table.branch, strict=True))

    assert places(blocks="decoder1") == {("decoder1", branch) for branch in BRANCHES}
    assert places(branches="spatial") == {(name, "spatial") for name in STAGES}
    assert places(blocks=("bottleneck",), branches=["channel"]) == {("bottleneck", "channel")}


# --- by what ---

WAYS = {  # name → what `override` takes for the channel gate of the bottleneck, (3, 16, 1, 1)
    "zero": lambda own, other: 0,
    "one": lambda own, other: 1,
    "neutral": lambda own, other: 0,  # of addition
    "flat": lambda own, other: own.mean(1, keepdim=True),
    "mean": lambda own, other: own.mean(0),
    "invert": lambda own, other: 1 - own,
    "from": lambda own, other: other,
    "item": lambda own, other: own[[2, 0, 1]],
}


def one_gate(net, image, **options):
    return sweep(
        net, image, metric, blocks="bottleneck", branches="channel", controls=False, **options
    )


def test_every_way_by_its_name(net, inputs):
    table = one_gate(net, inputs[0], how=list(WAYS), other=inputs[1])
    own, other = (record(net, x)["bottleneck"].channel for x in inputs)
    assert table.how.tolist() == list(WAYS)
    gates = [{"bottleneck": {"channel": way(own, other)}} for way in WAYS.values()]
    close(table.metric, [metric_with(net, inputs[0], gate) for gate in gates])
    assert table.metric.round(7).nunique() == len(WAYS) - 1  # neutral is zero


def test_ways_of_ones_own(net, inputs):
    row = torch.linspace(0, 1, 16)
    others = record(net, inputs[1])["bottleneck"].channel
    edited = others[2:].clone()
    edited[:, 3] = 0.5

    def turned(gate):
        return 1 - gate

    ways = {
        "number": (0.25, 0.25),
        "array": (row.numpy(), row),
        "function": (turned, lambda gate: 1 - gate),
        "edit": ({"base": "from", "from": 2, "set": {"3": 0.5}}, edited),
        "renamed": ("one", 1),
    }
    table = one_gate(net, inputs[0], how={k: way for k, (way, _) in ways.items()}, other=inputs[1])
    expected = [{"bottleneck": {"channel": value}} for _, value in ways.values()]
    close(table.metric, [metric_with(net, inputs[0], gates) for gates in expected])
    assert table.how.tolist() == list(ways)
    listed = one_gate(net, inputs[0], how=[turned, {"base": "from", "from": 2}], other=inputs[1])
    assert listed.how.tolist() == ["turned", "from 2"]


def test_a_way_that_works_in_place_leaves_our_own_gates(net, inputs):
    table = one_gate(net, inputs[0], how=(lambda gate: gate.zero_(), "invert"))
    close(table.metric[1:], one_gate(net, inputs[0], how="invert").metric)
    close(table.gate, [record(net, inputs[0])["bottleneck"].channel.mean()] * 2)


def test_another_input_of_one_item_or_a_record(net, inputs):
    image, other = inputs
    expected = one_gate(net, image, other=other[:1].expand(3, -1, -1, -1))
    pandas.testing.assert_frame_equal(one_gate(net, image, other=other[:1]), expected)
    records = one_gate(net, image, other=record(net, other[:1]))
    pandas.testing.assert_frame_equal(records, expected)


def test_mean_over_other_inputs(net, inputs):
    image, other = inputs
    seen = [record(net, x)["bottleneck"].channel for x in (image, other)]
    mean = torch.cat(seen)[:4].mean(0)
    expected = metric_with(net, image, {"bottleneck": {"channel": mean}})
    for over in (
        [image, other[:1]],
        (batch for batch in (image[:1], image[1:], other[:1])),
        [record(net, image), other[:1]],
    ):
        close(one_gate(net, image, over=over).metric, [expected])
    close(one_gate(net, image, how="mean", other=other, over=[image, other[:1]]).metric, [expected])


def test_a_fair_default(net, inputs):
    assert set(sweep(net, inputs[0], metric, other=inputs[1], controls=False).how) == {"from"}
    assert set(sweep(net, inputs[0], metric, controls=False).how) == {"mean"}


# --- the controls ---


def norm(maps):
    return maps.flatten(1).norm(dim=1).reshape(-1, *[1] * (maps.dim() - 1))


def restored(net, image, gates):
    """The metric with every replaced block's output at its own norm, and the sizes before that."""
    rec, sizes = record(net, image), []

    def back(name):
        own = norm(rec[name].output)

        def hook(module, given, output):
            sizes.append((norm(output) / own).mean().item())
            return output * own / norm(output)

        return net.get_submodule(f"{name}.se").register_forward_hook(hook)

    with override(net, gates):
        handles = [back(name) for name in gates]
        value = metric(net(image)).item()
    for handle in handles:
        handle.remove()
    return value, sizes


@pytest.mark.parametrize("change", [torch.zeros_like, lambda gate: gate.roll(1, 0)])
def test_size_of_one_block(net, inputs, change):
    image, rec = inputs[0], record(net, inputs[0])
    table = sweep(net, image, metric, how={"changed": change, "item": "item"})
    table = table[table.how == "changed"]
    loop = []
    for name, (u, c, s, output) in rec.items():
        for branch, (new_c, new_s) in zip(BRANCHES, [(change(c), s), (c, change(s))]):
            gates = {name: {branch: change(c if branch == "channel" else s)}}
            size = (norm(u * (new_c + new_s)) / norm(output)).mean().item()
            loop.append([size, metric(net(image)).item() - restored(net, image, gates)[0]])
    close(table[["relative_size", "lost_restored"]], loop)
    assert (table.lost - table.lost_restored).abs().max() > 1e-4


def test_size_of_all_blocks(net, inputs):
    image, rec = inputs[0], record(net, inputs[0])
    table = sweep(net, image, metric, "branch", "zero")
    table = table[~table.control]
    for row in table.itertuples():
        gates = {name: {row.branch: 0} for name in rec}
        close(
            np.array(row.lost_restored), metric(net(image)).item() - restored(net, image, gates)[0]
        )
        with override(net, gates):
            outputs = {name: seen.output for name, seen in record(net, image).items()}
        sizes = [(norm(outputs[name]) / norm(rec[name].output)).mean().item() for name in rec]
        close(row.relative_size, np.mean(sizes))


def test_another_item_is_the_control(net, inputs):
    table = sweep(net, inputs[0], metric, how=("zero", "mean"))
    assert table.how.tolist() == ["zero", "mean", "item"] * 10
    assert table.control.tolist() == [False, False, True] * 10
    asked = sweep(net, inputs[0], metric, how=("zero", "item"))
    assert not asked.control.any()
    kept = [column for column in table if column != "control"]
    theirs, mine = (frame[frame.how == "item"][kept] for frame in (table, asked))
    pandas.testing.assert_frame_equal(mine.reset_index(drop=True), theirs.reset_index(drop=True))
    same = sweep(net, inputs[0], metric, how={"swapped": "item"})
    assert set(same.how) == {"swapped"}, "once is enough"


def test_one_item_has_no_other(net, inputs):
    table = sweep(net, inputs[0][:1], metric, how="zero")
    assert set(table.how) == {"zero"}
    assert not table.control.any()
    assert table.relative_size.notna().all()


def test_an_output_of_zeros_stays(net):
    """Nothing can be scaled to a norm; nor has what was 0 a size."""
    block, x = cSE(2), torch.rand(2, 2, 3, 3)
    x[0] = 0
    table = sweep(block, x, torch.sum, how="zero", controls=True)
    expected = [0.0, x[1].mul(block.gates(x).channel[1]).sum().item()]
    close(table[table.how == "zero"].relative_size, [0])
    close(table[table.how == "zero"].lost_restored, expected[1:])


# --- the table ---


@pytest.mark.parametrize("by", ["block", "branch", "channel"])
def test_columns_and_their_types(net, inputs, by):
    for controls in (True, False):
        table = sweep(net, inputs[0], metric, by, controls=controls)
        assert list(table) == COLUMNS + (CONTROLS if controls else [])
        assert str(table.channel.dtype) == "Int64"
        assert table.channel.notna().all() == (by == "channel")
        for column in {"gate", "metric", "lost", "relative_size", "lost_restored"} & set(table):
            assert table[column].dtype == "float64"
        if controls:
            assert table.control.dtype == bool
        assert list(table.index) == list(range(len(table)))


@pytest.mark.parametrize("controls", [True, False])
def test_one_run_for_each_row_and_one_before(net, inputs, monkeypatch, controls):
    seen, bars = [], []

    class Bar:
        def __init__(self, total, disable, **options):
            self.total, self.updates, self.disable = total, 0, disable
            bars.append(self)

        def update(self):
            self.updates += 1

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    monkeypatch.delenv("TQDM_DISABLE")
    handle = net.register_forward_hook(lambda *_: seen.append(1))
    table = sweep(net, inputs[0], metric, how="zero", controls=controls)
    handle.remove()
    (bar,) = bars
    runs = len(table) * (2 if controls else 1)
    assert len(seen) - 1 == runs == bar.total == bar.updates
    assert not bar.disable
    sweep(net, inputs[0], metric, "branch", progress=False)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    sweep(net, inputs[0], metric, "branch")
    assert [bar.disable for bar in bars] == [False, True, True]


# --- other networks ---


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_block(kind, axes):
    torch.manual_seed(0)
    block, x = make(kind), torch.randn(2, 6, *[4, 3, 2][:axes])
    table = sweep(block, x, torch.std, how="item")
    rec = record(block, x)["block"]
    loop = []
    for branch in (b for b in BRANCHES if getattr(rec, b) is not None):
        with override(block, {"block": {branch: getattr(rec, branch).roll(1, 0)}}):
            out = block(x)
        back = out * norm(rec.output) / norm(out)
        size = (norm(out) / norm(rec.output)).mean().item()
        own = rec.output.std().item()
        loop.append([own - out.std().item(), size, own - back.std().item()])
    close(table[["lost", "relative_size", "lost_restored"]], loop)


class Odd(nn.Module):
    """A block that runs twice, one that is never called, one that puts out a pair; a dict."""

    def __init__(self):
        super().__init__()
        self.twice, self.never, self.pair = cSE(4, r=1), cSE(4), Pair(4, 1)

    def forward(self, a, b):
        maps, rest = self.pair(self.twice(self.twice(a) + b))
        return {"sum": (maps * maps).mean(), "maps": maps, "rest": rest}


class Pair(doubles.ChannelSELayer):
    def forward(self, x):
        return super().forward(x), "besides"


def test_runs_are_replaced_by_their_counterparts():
    torch.manual_seed(0)
    net = Odd()
    mine, theirs = [tuple(torch.randn(2, 2, 4, 4, 4)) for _ in range(2)]
    table = sweep(net, mine, lambda out: out["sum"], other=theirs)
    table = table[~table.control]
    assert table.block.tolist() == ["twice", "pair"]
    own, other = record(net, *mine), record(net, *theirs)

    with torch.no_grad():
        c, d = other["twice"].channel, other["twice#2"].channel
        first = mine[0] * c
        second = (first + mine[1]) * d
        value = net.pair(second)[0].square().mean().item()
        sizes = [
            norm(first) / norm(own["twice"].output),
            norm(second) / norm(own["twice#2"].output),
        ]
        first = first / norm(first) * norm(own["twice"].output)
        second = (first + mine[1]) * d
        second = second / norm(second) * norm(own["twice#2"].output)
        back = net.pair(second)[0].square().mean().item()
        base = net(*mine)["sum"].item()
    row = table.iloc[0]
    gates = [own[name].channel.mean().item() for name in ("twice", "twice#2")]
    expected = [np.mean(gates), base - value, torch.stack(sizes).mean().item(), base - back]
    close(row[["gate", "lost", "relative_size", "lost_restored"]].astype(float), expected)

    pair = table.iloc[1]  # what is scaled back is the map of the two
    maps = own["pair"].input * other["pair"].channel
    back = maps / norm(maps) * norm(own["pair"].output)
    close(pair.relative_size, (norm(maps) / norm(own["pair"].output)).mean())
    close(pair.lost_restored, base - back.square().mean())

    flat = sweep(net, mine, lambda out: out["sum"], "channel", "one", blocks="twice")
    assert flat.channel.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert (table.lost.abs() > 1e-4).all()


def test_a_network_that_looks_at_its_gates_besides():
    class Looks(nn.Module):
        def __init__(self):
            super().__init__()
            self.se = cSE(4, r=1)

        def forward(self, x):
            return self.se(x) if self.se.gates(x).channel.any() else x

    torch.manual_seed(0)
    net, x = Looks(), torch.randn(2, 4, 6)
    table = sweep(net, x, torch.std, how="one")
    close(table[~table.control].metric, [x.std()])


def test_large_maps_in_half_precision():
    """Their norm is no number of that precision."""
    torch.manual_seed(0)
    block, x = cSE(4).half(), torch.full((2, 4, 64, 64), 1e3, dtype=torch.float16)
    table = sweep(block, x, lambda maps: maps.float().mean(), how="one")[:1]
    gate = block.gates(x).channel.float()
    np.testing.assert_allclose(table.relative_size, 1 / gate.square().mean().sqrt().item(), 1e-2)
    back = (1e3 * gate.square().mean((1, 2, 3)).sqrt()).mean().item()
    np.testing.assert_allclose(table.metric - metric_restored(table), 1e3 - back, 1e-2)


def metric_restored(table):
    """The metric with the size restored."""
    return table.metric + table.lost - table.lost_restored


class Attend(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(channels, channels), nn.Hardsigmoid())
        self.look = nn.Sequential(nn.Conv2d(channels, 1, 3, padding=1), nn.Sigmoid())

    def forward(self, x):
        return x * self.score(x.mean((2, 3)))[:, :, None, None] * self.look(x)


@pytest.fixture(scope="module")
def unknown():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), Attend(4), nn.Flatten(), nn.LazyLinear(3))


def test_gates_that_where_names(unknown):
    x = torch.rand(2, 1, 5, 5)
    table = sweep(unknown, x, metric_of_classes, how="zero", where=["1.score", "1.look"])
    assert set(table.block) == {"1.look", "1.score"}
    assert table[["relative_size", "lost_restored"]].isna().all(axis=None)
    assert table.lost.abs().min() > 0
    named = {"1": {"channel": "1.score", "spatial": "1.look"}}
    table = sweep(unknown, x, metric_of_classes, ("block", "branch"), "item", where=named)
    assert table.block.tolist() == ["1", "1", "all", "all"]
    assert table[["relative_size", "lost_restored"]].notna().all(axis=None)
    itself = {"1.look": {"spatial": "1.look"}}  # what it puts out is the gate
    assert sweep(unknown, x, metric_of_classes, where=itself).relative_size.isna().all()
    gate = record(unknown, x, where=named)["1"].spatial.roll(1, 0)
    with override(unknown, {"1": {"spatial": gate}}, where=named):
        close(table.metric[1:2], [metric_of_classes(unknown(x)).item()])


def metric_of_classes(logits):
    return logits.softmax(1)[:, 0].mean()


def test_names_that_come_once(unknown):
    """A generator is used up by its first reader."""
    x = torch.rand(2, 1, 5, 5)
    names = ["1.score", "1.look"]
    listed = sweep(unknown, x, metric_of_classes, how="zero", where=names, blocks=["1.look"])
    once = sweep(
        *(unknown, x, metric_of_classes),
        how="zero",
        where=(name for name in names),
        blocks=(name for name in ["1.look"]),
    )
    pandas.testing.assert_frame_equal(once, listed)


@pytest.mark.parametrize("how", ["neutral", {"base": "neutral", "set": {"0": 1.0}}])
def test_neutral_where_the_rule_is_not_known(unknown, how):
    with pytest.raises(ValueError, match="rule, which is not known for the channel gate of"):
        sweep(unknown, torch.rand(2, 1, 5, 5), metric_of_classes, how=how, where=["1.score"])


def test_smp_and_timm():
    torch.manual_seed(0)
    smp = published("segmentation_models_pytorch", "Unet")(
        "tu-resnet18",
        encoder_weights=None,
        in_channels=1,
        decoder_attention_type="scse",
        encoder_depth=2,
        decoder_channels=(32, 16),
        channels=(16, 16, 16, 16),
    )
    timm = published("timm", "create_model")(
        "seresnet18", in_chans=1, num_classes=3, channels=(16, 16, 16, 16), zero_init_last=False
    )
    image = torch.rand(2, 1, 32, 32)
    for net, branches in ((smp.eval(), set(BRANCHES)), (timm.eval(), {"channel"})):
        table = sweep(net, image, lambda logits: logits.std(), how="zero")
        rec = record(net, image)
        assert list(dict.fromkeys(table.block)) == list(rec)
        assert set(table.branch) == branches
        assert table.notna().drop(columns="channel").all(axis=None)
        name = table.block[len(table) - 1]
        with override(net, {name: {table.branch.iloc[-2]: 0}}), torch.no_grad():
            close(table.metric[-2:-1], [net(image).std()])


# --- the network is left alone ---


def test_a_network_in_training_mode_keeps_its_statistics(net, inputs):
    net = copy.deepcopy(net).train()
    state = copy.deepcopy(net.state_dict())
    sweep(net, inputs[0], metric)
    assert all(module.training for module in net.modules())
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)


def test_no_gradients(net, inputs):
    grad = []
    sweep(net, inputs[0], lambda logits: grad.append(logits.requires_grad) or 0.0, "branch")
    assert set(grad) == {False}
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("place", ["metric", "network"])
def test_after_an_exception(net, inputs, stop, place):
    runs = []

    def fail(*_):
        runs.append(1)
        if len(runs) == 4:
            raise stop
        return 0.0 if place == "metric" else None

    handle = net.decoder1.register_forward_hook(lambda *_: fail() if place == "network" else None)
    with pytest.raises(stop):
        sweep(net, inputs[0], metric if place == "network" else fail)
    handle.remove()
    assert len(runs) == 4  # the fixture looks for what was left


# --- what is wrong ---

FEW = torch.zeros(2, 1, 8, 12)
WRONG = [
    ({"by": "blocks"}, ValueError, "by names 'blocks'; there are 'block', 'branch', 'channel'"),
    ({"how": "none"}, ValueError, "how names 'none'; there are 'zero', 'one', .* 'from', 'item'"),
    ({"how": "own"}, ValueError, "how names 'own'"),
    ({"how": ()}, ValueError, "how has no way to replace a gate"),
    ({"how": ["zero", "zero"]}, ValueError, r"several ways of one name, \['zero', 'zero'\]"),
    ({"how": [0.5]}, TypeError, "how has 0.5 without a label"),
    ({"how": 0.5}, TypeError, "how has 0.5 without a label"),
    ({"how": torch.ones(4)}, TypeError, r"how has tensor.* without a label"),
    ({"how": "item", "image": FEW[:1]}, ValueError, "another item .* 'encoder1' has .* one item"),
    ({"how": {"x": "item"}, "image": FEW[:1]}, ValueError, "another item of the batch"),
    ({"how": {"wrong": "none"}}, ValueError, "how names 'none'"),
    ({"how": {"wrong": [1.0, 2.0]}}, ValueError, r"a value of shape \(2,\) does not broadcast"),
    ({"how": {"base": "half"}}, ValueError, "has the base 'half'; there are own, neutral"),
    ({"how": {"base": "zero", "set": {"99": 1}}}, ValueError, "has 4 entries; there is no 99"),
    ({"how": "from"}, ValueError, "'from' brings the gates of another input: say which, other="),
    ({"other": torch.zeros(3, 1, 8, 12)}, ValueError, r"\(2, 4, 1, 1\).* \(3, 4, 1, 1\)"),
    (
        {"other": torch.zeros(2, 1, 16, 24)},
        ValueError,
        "spatial gate of block 'encoder1' has",
    ),
    ({"how": {"base": "from", "from": 2}, "other": FEW}, ValueError, "names item 2 of other, .* 2"),
    ({"over": FEW}, TypeError, r"over is an iterable of inputs, got a Tensor: over=\[it\]"),
    ({"over": []}, ValueError, "'mean' is taken over two items at least"),
    ({"image": FEW[:1]}, ValueError, "'mean' is taken over two items at least"),
    ({"over": [torch.zeros(2, 1, 16, 24)]}, ValueError, "behind N, .* in over they are"),
    ({"blocks": "middle"}, ValueError, "blocks names 'middle'; there are 'encoder1', 'encoder2'"),
    ({"branches": "both"}, ValueError, "branches names 'both'; there are 'channel', 'spatial'"),
    ({"by": "channel", "branches": "spatial"}, ValueError, r"no gate .* replaced by \['channel'\]"),
    ({"net": UNet(1, 3, width=4, depth=3, se=None)}, ValueError, "no gate of this UNet"),
    ({"net": len}, TypeError, r"net must be an nn\.Module"),
    ({"metric": 0.5}, TypeError, "metric must be a function of what net returns, got 0.5"),
    ({"metric": lambda y: y}, TypeError, r"with its own gates it gave shape \(2, 3, 8, 12\)"),
    ({"metric": lambda y: "0.5"}, TypeError, "must return a number; .* gave '0.5'"),
    ({"metric": lambda y: None}, TypeError, "with its own gates it gave None"),
    ({"metric": lambda y: np.nan}, ValueError, "finite number; with its own gates it gave nan"),
]


@pytest.mark.parametrize(("options", "error", "message"), WRONG)
def test_wrong_arguments(net, options, error, message):
    given = {"net": net, "image": FEW, "metric": metric, **options}
    with pytest.raises(error, match=message):
        sweep(**given)


def test_a_metric_that_fails_later_names_the_row(net, inputs):
    values = iter([1.0, 1.0, float("inf")])
    with pytest.raises(ValueError, match="'zero' for the spatial gate of 'encoder1' it gave i"):
        sweep(net, inputs[0], lambda _: next(values), how="zero", controls=False)


def test_a_block_that_ran_and_a_record_without_it(net, inputs):
    lacking = record(UNet(1, 3, width=4, depth=3, se="cse").eval(), inputs[0])
    with pytest.raises(
        ValueError, match=r"spatial gate of block 'encoder1'.* in other they are \[\]"
    ):
        sweep(net, inputs[0], metric, other=lacking)
    sweep(net, inputs[0], metric, other=lacking, branches="channel")


def test_a_block_that_runs_more_often_when_its_gates_are_replaced():
    class Again(nn.Module):
        def __init__(self):
            super().__init__()
            self.se = sSE(2)

        def forward(self, x):
            x = self.se(self.se(x))
            return x if x.any() else self.se(x)

    with pytest.raises(RuntimeError, match="block 'se' runs more often when gates are replaced"):
        sweep(Again(), torch.ones(2, 2, 4), torch.sum, how="zero")
