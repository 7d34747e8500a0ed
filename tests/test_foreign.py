"""`find_blocks`, `record` and `override` in other people's networks."""

import copy
import functools
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import foreign_blocks as doubles
import pytest
import torch
from published import published
from safetensors.torch import load
from torch import nn

from scse import UNet, insert, override, record, scSE
from scse.foreign import FAMILIES, find_sites
from scse.recording import find_blocks
from scse.rules import RULES
from scse.widgets import Explorer

MONAI = "monai.networks.blocks.squeeze_and_excitation"
TIMM_SENET, TIMM_EFFICIENT = "timm.models.senet", "timm.models._efficientnet_blocks"
MOBILEONE = "segmentation_models_pytorch.encoders.mobileone"
SMP = "segmentation_models_pytorch.base.modules"
SMP_SENET = "segmentation_models_pytorch.encoders._senet"


def theirs(module, name, *args, **options):
    """Makes a block of a library when the test runs: imports are slow, and may be missing."""
    return lambda: published(module, name)(*args, **options)


# The maths of the blocks, written out; their names are those of scse.rules.


def cse(x, c, s):
    return x * c


def sse(x, c, s):
    return x * s


def add(x, c, s):
    return x * c + x * s


def in_turn(x, c, s):
    return x * c * s


def maximum(x, c, s):
    return torch.maximum(x * c, x * s)


def residual(x, c, s):
    return x * c + x


NAMES = {cse: "cse", sse: "sse", add: "add", in_turn: "cbam", maximum: "max", residual: "1+cse"}


PLANE, VOLUME = (2, 8, 6, 5), (2, 8, 4, 3, 5)
timm = functools.partial(theirs, "timm.layers")
monai = functools.partial(theirs, MONAI)

# name, how to make it, the shape of its input, its maths, the lowest and highest gate allowed
BLOCKS = [
    ("authors scSE", lambda: doubles.ChannelSpatialSELayer(8), PLANE, maximum),
    ("authors cSE", lambda: doubles.ChannelSELayer(8), PLANE, cse),
    ("authors sSE", lambda: doubles.SpatialSELayer(8), PLANE, sse),
    ("authors scSE 3-D", lambda: doubles.ChannelSpatialSELayer3D(8), VOLUME, maximum),
    ("authors cSE 3-D", lambda: doubles.ChannelSELayer3D(8), VOLUME, cse),
    ("authors sSE 3-D", lambda: doubles.SpatialSELayer3D(8), VOLUME, sse),
    ("blog scSE", lambda: doubles.scSE(8), PLANE, add),
    ("blog cSE", lambda: doubles.cSE(8), PLANE, cse),
    ("blog sSE", lambda: doubles.sSE(8), PLANE, sse),
    ("SELayer", lambda: doubles.SELayer(8), PLANE, cse),
    ("SMP scSE", theirs(SMP, "SCSEModule", 8, reduction=2), PLANE, add),
    ("SMP SENet", theirs(SMP_SENET, "SEModule", 8, 2), PLANE, cse),
    ("SMP MobileOne", theirs(MOBILEONE, "SEBlock", 8, 0.5), PLANE, cse),
    ("MONAI 1-D", monai("ChannelSELayer", 1, 8), (2, 8, 5), cse),
    ("MONAI 2-D", monai("ChannelSELayer", 2, 8), PLANE, cse),
    ("MONAI 3-D", monai("ChannelSELayer", 3, 8), VOLUME, cse),
    ("MONAI residual", monai("ResidualSELayer", 2, 8), PLANE, residual),
    ("timm SE", timm("SEModule", 8), PLANE, cse),
    ("timm SE, hard", timm("SEModule", 8, gate_layer="hard_sigmoid"), PLANE, cse),
    ("timm SE, max", timm("SEModule", 8, add_maxpool=True), PLANE, cse),
    ("timm SENet", theirs(TIMM_SENET, "SEModule", 8, 2), PLANE, cse),
    ("timm EfficientNet", theirs(TIMM_EFFICIENT, "SqueezeExcite", 8), PLANE, cse),
    (
        "timm MobileNetV3",
        theirs(TIMM_EFFICIENT, "SqueezeExcite", 8, gate_layer=nn.Hardsigmoid),
        PLANE,
        cse,
    ),
    ("timm effective SE", timm("EffectiveSEModule", 8), PLANE, cse),
    ("timm ECA", timm("EcaModule", 8), PLANE, cse),
    ("timm ECA, MLP", timm("EcaModule", 8, use_mlp=True), PLANE, cse),
    ("timm circular ECA", timm("CecaModule", 8), PLANE, cse),
    ("timm CBAM", theirs("timm.layers.cbam", "CbamModule", 8, 0.5), PLANE, in_turn),
    ("timm light CBAM", theirs("timm.layers.cbam", "LightCbamModule", 8, 0.5), PLANE, in_turn),
    ("timm CBAM channel", theirs("timm.layers.cbam", "ChannelAttn", 8, 0.5), PLANE, cse),
    ("timm light channel", theirs("timm.layers.cbam", "LightChannelAttn", 8, 0.5), PLANE, cse),
    ("timm CBAM spatial", theirs("timm.layers.cbam", "SpatialAttn"), PLANE, sse),
    ("timm light spatial", theirs("timm.layers.cbam", "LightSpatialAttn"), PLANE, sse),
    ("torchvision", theirs("torchvision.ops", "SqueezeExcitation", 8, 4), PLANE, cse),
]
every_block = pytest.mark.parametrize(
    ("make", "shape", "maths"), [pytest.param(*row[1:], id=row[0]) for row in BLOCKS]
)


def hooks(net):
    kinds = ("_forward_hooks", "_forward_pre_hooks")
    return [(kind, m) for m in net.modules() for kind in kinds if getattr(m, kind)]


def in_network(block, shape):
    """A network in which the block sits between two layers that work in place."""
    torch.manual_seed(0)
    convolution = getattr(nn, f"Conv{len(shape) - 2}d")
    return nn.ModuleDict(
        {
            "body": nn.Sequential(convolution(3, 8, 1), nn.ReLU(inplace=True)),
            "attention": nn.Sequential(block, nn.ReLU(inplace=True)),
        }
    )


class Chain(nn.Module):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def forward(self, x):
        return self.parts["attention"](self.parts["body"](x))


def case(make, shape):
    torch.manual_seed(0)
    net = Chain(in_network(make(), shape)).eval()
    return net, torch.randn(shape[0], 3, *shape[2:])


def branches(seen):
    return {b: getattr(seen, b) for b in ("channel", "spatial") if getattr(seen, b) is not None}


@every_block
@torch.no_grad()
def test_record(make, shape, maths):
    """What is read off explains what the block did; its shapes are ours."""
    net, image = case(make, shape)
    before, state = net(image), copy.deepcopy(net.state_dict())
    rec = record(net, image)
    assert list(rec) == ["parts.attention.0"]
    seen = rec["parts.attention.0"]
    n, channels, *spatial = shape
    assert seen.input.shape == seen.output.shape == shape
    assert seen.channel is None or seen.channel.shape == (n, channels, *[1] * len(spatial))
    assert seen.spatial is None or seen.spatial.shape == (n, 1, *spatial)
    assert branches(seen)
    assert torch.equal(seen.input, net.parts["body"](image))
    torch.testing.assert_close(seen.output, maths(seen.input, seen.channel, seen.spatial))
    torch.testing.assert_close(seen.output, net.parts["attention"][0](seen.input))
    assert torch.equal(rec.logits, before)
    assert torch.equal(net(image), before)
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)
    assert not hooks(net)


@every_block
def test_rule(make, shape, maths):
    (site,) = find_sites(make()).values()
    assert site.rule == NAMES[maths]


@every_block
@torch.no_grad()
def test_override(make, shape, maths):
    net, image = case(make, shape)
    name = "parts.attention.0"
    own = record(net, image)[name]
    before = net(image)
    n, channels, *spatial = shape
    new = {"channel": torch.rand(n, channels), "spatial": torch.rand(n, 1, *spatial)}
    new = {branch: new[branch] for branch in branches(own)}
    for branch, value in new.items():
        with override(net, {name: {branch: value}}):  # one of them
            seen = record(net, image)[name]
            assert torch.equal(net(image), record(net, image).logits)
        got = getattr(seen, branch).reshape(value.shape)
        torch.testing.assert_close(got, value)
        torch.testing.assert_close(seen.output, maths(seen.input, seen.channel, seen.spatial))
    with override(net, {name: new}):  # all of them
        seen = record(net, image)[name]
        with override(net, {name: dict.fromkeys(new, 0.25)}):
            inner = record(net, image)[name]
            assert all((gate == 0.25).all() for gate in branches(inner).values())
        with override(net, {name: {branch: lambda gate: 1 - gate for branch in new}}):
            inner = record(net, image)[name]
    for branch, value in new.items():
        torch.testing.assert_close(getattr(inner, branch).reshape(value.shape), 1 - value)
    c = new["channel"][(...,) + (None,) * len(spatial)] if "channel" in new else None
    torch.testing.assert_close(seen.output, maths(seen.input, c, new.get("spatial")))
    with override(net, {name: branches(own)}):
        torch.testing.assert_close(net(image), before)
    for value in (0, 1):  # the ends are in reach, also through a sigmoid
        with override(net, {name: dict.fromkeys(new, value)}):
            seen = record(net, image)[name]
        assert torch.equal(seen.output, maths(seen.input, *[value] * 2))
    assert torch.equal(net(image), before)
    assert not hooks(net)


@every_block
def test_override_lets_gradients_through(make, shape, maths):
    net, image = case(make, shape)
    name = "parts.attention.0"
    own = record(net, image)[name]
    gates = {branch: torch.rand_like(g).requires_grad_() for branch, g in branches(own).items()}
    with override(net, {name: gates}):
        net(image).square().sum().backward()
    assert all(gate.grad.abs().max() > 1e-4 for gate in gates.values())


@every_block
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16], ids=str)
@torch.no_grad()
def test_dtypes(make, shape, maths, dtype):
    net, image = case(make, shape)
    net, image = net.to(dtype), image.to(dtype)
    seen = record(net, image)["parts.attention.0"]
    assert {t.dtype for t in seen if t is not None} == {dtype}
    with override(net, {"parts.attention.0": dict.fromkeys(branches(seen), 0.5)}):
        seen = record(net, image)["parts.attention.0"]
    assert all((gate == 0.5).all() for gate in branches(seen).values())


@every_block
@torch.no_grad()
def test_training_mode(make, shape, maths):
    """Batch norm in a block (CBAM) keeps its statistics."""
    net, image = case(make, shape)
    net.train()
    state, expected = copy.deepcopy(net.state_dict()), copy.deepcopy(net)(image)
    torch.testing.assert_close(record(net, image).logits, expected)
    torch.testing.assert_close(net.state_dict(), state, rtol=0, atol=0)
    assert all(module.training for module in net.modules())


def test_a_block_alone():
    assert list(find_blocks(doubles.ChannelSpatialSELayer(4))) == ["block"]
    rec = record(doubles.SELayer(4), torch.randn(1, 4, 3, 3))
    assert rec["block"].channel.shape == (1, 4, 1, 1)


def test_ours_and_theirs_in_one_network():
    net = nn.Sequential(UNet(1, 4, width=4, depth=2), doubles.scSE(4), scSE(4))
    assert list(find_blocks(net))[-2:] == ["1", "2"]
    assert list(record(net, torch.randn(1, 1, 8, 8))) == [*find_blocks(net)]


def test_look_alikes_are_no_blocks():
    class SEModule(nn.Module):
        """The name without the layers."""

        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(2, 2)

    class Mlp(doubles.nn.Module):
        """The layers without the name."""

        def __init__(self):
            super().__init__()
            self.fc1 = self.fc2 = self.gate = nn.Linear(2, 2)

    class Changed(doubles.ChannelSELayer):
        def forward(self, x):
            return (
                x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3))))))[..., None, None]
            )

    assert find_blocks(nn.Sequential(SEModule(), Mlp())) == {}
    net, x = nn.Sequential(Changed(4)), torch.randn(1, 4, 3, 3)
    for run in (lambda: record(net, x), lambda: net(x)):
        message = (
            "block '0' ran and its Changed did not call the module that puts out its gate, 'ch"
        )
        with pytest.raises(RuntimeError, match=message), override(net, {"0": {"channel": 1}}):
            run()
        assert not hooks(net)


class LoggedGate(nn.Module):
    """Layers and name of a known block; ``last`` is what the network applies beside them."""

    def __init__(self, fc, last):
        super().__init__()
        self.fc, self.last = fc, last

    def forward(self, x):
        return x * self.last(self.fc(x.mean((2, 3))))[..., None, None]


class SELayer(LoggedGate):
    def __init__(self):
        layers = nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 8), nn.LayerNorm(8)
        super().__init__(nn.Sequential(*layers), torch.sigmoid)


class SEBlock(nn.Module):
    def __init__(self, expand, last):
        super().__init__()
        self.reduce, self.expand, self.last = nn.Conv2d(8, 4, 1), expand, last

    def forward(self, x):
        return x * self.last(self.expand(self.reduce(x.mean((2, 3), keepdim=True)).relu()))


LOOK_ALIKES = [
    (SELayer, "nor by any other rule"),
    (lambda: SEBlock(nn.Sequential(nn.Conv2d(4, 8, 1), nn.Sigmoid()), nn.Identity()), "nor by any"),
    (lambda: SEBlock(nn.Conv2d(4, 8, 1), nn.functional.hardsigmoid), "nor by any other rule"),
    (
        lambda: SEBlock(nn.Conv2d(4, 8, 1), lambda z: 1 + torch.sigmoid(z)),
        r"but U \+ c·U \(rule '1",
    ),
]


@pytest.mark.parametrize(("make", "found"), LOOK_ALIKES)
def test_record_says_when_the_gates_do_not_explain_the_output(make, found):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 3), make(), nn.ReLU(inplace=True))
    message = rf"block '1' was taken for .* not c·U \(rule 'cse'\) of what was recorded .* {found}"
    with pytest.warns(UserWarning, match=message) as caught:
        record(net, torch.randn(2, 1, 9, 9))
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_record_says_so_once_a_block():
    net = nn.Sequential(*[SELayer()] * 3, SELayer())
    with pytest.warns(UserWarning, match="block '[03]'") as caught:
        record(net, torch.randn(2, 8, 9, 9))
    assert len(caught) == 2


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_rounding_is_no_reason_to_warn(dtype):
    net = nn.Sequential(doubles.ChannelSpatialSELayer(8), scSE(8), doubles.scSE(8))
    with torch.autocast("cpu", dtype=dtype):
        assert len(record(net, 50 * torch.randn(2, 8, 9, 9))) == 3
    assert len(record(net.to(dtype), 50 * torch.randn(2, 8, 9, 9).to(dtype))) == 3


def test_a_sigmoid_in_many_places():
    """One activation may serve several blocks, and other layers beside them."""

    class Sharing(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = doubles.ChannelSpatialSELayer(4), doubles.ChannelSELayer(4)
            self.sigmoid = nn.Sigmoid()
            self.a.cSE.sigmoid = self.b.sigmoid = self.sigmoid

        def forward(self, x):
            return self.sigmoid(self.b(self.a(self.b(self.sigmoid(x)))))

    net, x = Sharing(), torch.randn(2, 4, 3, 3)
    with override(net, {"b": {"channel": 0.125}}):
        rec = record(net, x)
    assert list(rec) == ["b", "a", "b#2"]
    assert (rec["b"].channel == 0.125).all()
    assert (rec["b#2"].channel == 0.125).all()
    torch.testing.assert_close(rec["b"].output, 0.125 * torch.sigmoid(x))
    assert torch.equal(rec["a"].input, rec["b"].output)
    assert rec["a"].channel.std() > 0
    torch.testing.assert_close(rec.logits, torch.sigmoid(0.125 * rec["a"].output))


def test_after_an_exception_within_a_block():
    net = nn.Sequential(doubles.ChannelSpatialSELayer(4))
    good, bad = torch.randn(1, 4, 3, 3), torch.randn(1, 5, 3, 3)
    with override(net, {"0": {"channel": 0.5}}):
        for _ in range(2):
            with pytest.raises(RuntimeError, match="shapes"):
                net(bad)
            assert (record(net, good)["0"].channel == 0.5).all()
    with pytest.raises(RuntimeError, match="shapes"):
        record(net, bad)
    assert not hooks(net)
    with (
        pytest.raises(ValueError, match=r"of shape \(3,\) does not"),
        override(net, {"0": {"channel": torch.ones(3)}}),
    ):
        net(good)
    assert not hooks(net)


def test_a_branch_that_the_block_lacks():
    with pytest.raises(ValueError, match="'0' is a SELayer: its gates are 'channel', got 'spatial"):
        override(nn.Sequential(doubles.SELayer(4)), {"0": {"spatial": 1}}).__enter__()


def test_numbers_out_of_reach_of_a_sigmoid():
    net, x = case(theirs("timm.layers.cbam", "LightChannelAttn", 8, 0.5), PLANE)
    for value in (-0.5, 2.0):
        change = {"parts.attention.0": {"channel": value}}
        with override(net, change), pytest.raises(ValueError, match="from 0 to 1 only, got"):
            net(x)


@pytest.mark.parametrize(
    "wrap",
    [nn.DataParallel, functools.partial(torch.compile, backend="eager")],  # its wrapper is meant
    ids=["parallel", "compiled"],
)
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # in torch itself
def test_wrapped_networks(wrap):
    net, x = nn.Sequential(doubles.scSE(4)), torch.randn(1, 4, 3, 3)
    wrapped = wrap(net)
    assert list(find_blocks(wrapped)) == ["0"]
    rec = record(wrapped, x)
    torch.testing.assert_close(rec.logits, net(x))
    with override(wrapped, {"0": {"channel": 0, "spatial": 0}}):
        assert not wrapped(x).any()
    assert wrapped(x).any()


def test_distributed():
    net, x = nn.Sequential(doubles.scSE(4)), torch.randn(1, 4, 3, 3)
    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        wrapped = nn.parallel.DistributedDataParallel(net)
        assert list(record(wrapped, x)) == ["0"]
        with override(wrapped, {"0": {"channel": 0, "spatial": 0}}):
            assert not wrapped(x).any()
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_torchscript_is_refused():
    block = doubles.SELayer(4)
    scripted = torch.jit.trace(block, torch.randn(1, 4, 3, 3))
    for run in (find_blocks, lambda net: record(net, torch.randn(1, 4, 3, 3))):
        with pytest.raises(TypeError, match="the network is TorchScript .*load_state_dict"):
            run(scripted)
        with pytest.raises(TypeError, match="its SELayer is TorchScript"):
            run(nn.Sequential(scripted))


# where=


class Own(nn.Module):
    """A reader's blocks: nothing in them is known."""

    def __init__(self, channels=4):
        super().__init__()
        self.enter = nn.Conv2d(1, channels, 1)
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, channels), nn.Sigmoid()
        )
        self.mask = nn.ModuleDict({"conv": nn.Conv2d(channels, 1, 1), "act": nn.Sigmoid()})
        self.inner = Inner(channels)

    def forward(self, x):
        x = self.enter(x)
        x = x * self.squeeze(x)[..., None, None]  # the product is in no module of its own
        x = x * self.mask["act"](self.mask["conv"](x))
        return self.inner(x).mean((2, 3))


class Inner(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Linear(channels, channels)
        self.gate = nn.Tanh()
        self.eca = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        x = x * (1 + self.gate(self.fc(x.mean((2, 3))))[..., None, None])
        return x * self.eca(x.mean((2, 3))[:, None])[:, 0, :, None, None]


@torch.no_grad()
def test_where():
    torch.manual_seed(0)
    net, image = Own(), torch.randn(2, 1, 6, 5)
    assert find_blocks(net) == {}
    names = ["squeeze", "mask.act", "inner.gate", "inner.eca"]
    found = find_blocks(net, where=names)
    assert found == {name: net.get_submodule(name) for name in names}
    rec = record(net, image, where=names)
    assert list(rec) == names
    x = net.enter(image)
    squeeze = rec["squeeze"]
    assert torch.equal(squeeze.input, x)
    assert torch.equal(squeeze.channel, net.squeeze(x)[..., None, None])
    assert torch.equal(squeeze.output, x * squeeze.channel)
    mask = rec["mask.act"]  # nothing around it takes its map, the network aside
    assert mask.input is None
    assert mask.output is None
    assert mask.spatial.shape == (2, 1, 6, 5)
    assert "mask.act: gates alone" in repr(rec)
    gate, eca = rec["inner.gate"], rec["inner.eca"]
    assert gate.channel.shape == eca.channel.shape == (2, 4, 1, 1)
    assert torch.equal(gate.input, squeeze.output * mask.spatial)
    assert torch.equal(gate.output, net.inner(gate.input))
    torch.testing.assert_close(eca.output, gate.input * (1 + gate.channel) * eca.channel)
    assert torch.equal(rec.logits, net(image))
    assert not hooks(net)

    gates = {"squeeze": {"channel": [0, 1, 0, 0]}, "mask.act": {"spatial": 2.0}}
    gates["inner.eca"] = {
        "channel": lambda gate: gate * torch.tensor([1, -3.0, 1, 1])[:, None, None]
    }
    with override(net, gates, where=names):
        new = record(net, image, where=names)
        assert torch.equal(net(image), new.logits)
    kept = torch.tensor([0, 1.0, 0, 0])[:, None, None]
    torch.testing.assert_close(new["inner.gate"].input, 2 * kept * x)
    torch.testing.assert_close(
        new["inner.eca"].output,
        2 * kept * x * (1 + new["inner.gate"].channel) * new["inner.eca"].channel,
    )
    assert torch.equal(net(image), rec.logits)
    assert not hooks(net)


def test_where_by_names_that_come_once():
    net, image = Own(), torch.randn(2, 1, 6, 5)
    names = ["squeeze", "mask.act"]
    assert list(find_blocks(net, iter(names))) == names
    gates = {"squeeze": {"channel": 1.0}, "mask.act": {"spatial": 1.0}}
    with override(net, gates, where=iter(names)):
        assert list(record(net, image, where=iter(names))) == names
    assert list(insert(net, image, iter(["enter"]))) == ["enter"]


def test_where_by_a_function():
    net = Own()
    assert list(find_blocks(net, lambda name, module: isinstance(module, nn.Sigmoid))) == [
        "squeeze.3",
        "mask.act",
    ]
    assert list(find_blocks(net, lambda name, module: name.startswith("squeeze"))) == ["squeeze"]
    assert find_blocks(net, lambda name, module: False) == {}
    assert list(find_blocks(net, "squeeze")) == ["squeeze"]
    rec = record(net, torch.randn(1, 1, 4, 4), where=lambda name, module: name == "squeeze.3")
    assert torch.equal(rec["squeeze.3"].output, rec["squeeze.3"].input * rec["squeeze.3"].channel)


class AttentionGate(nn.Module):
    """As in MONAI's and LeeJunHyun's Attention U-Net: the gating signal first, then the map."""

    def __init__(self, channels):
        super().__init__()
        self.W_g, self.W_x = nn.Conv2d(channels, 3, 1), nn.Conv2d(channels, 3, 1)
        self.psi = nn.Sequential(nn.Conv2d(3, 1, 1), nn.BatchNorm2d(1), nn.Sigmoid())

    def forward(self, g, x):
        return x * self.psi(torch.relu(self.W_g(g) + self.W_x(x)))


class AttentionUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.att, self.leave = nn.Conv2d(1, 4, 3), AttentionGate(4), nn.Conv2d(8, 1, 1)

    def forward(self, image):
        x = self.enter(image)
        g = torch.tanh(x.flip(-1))
        return self.leave(torch.cat([self.att(g, x=x), g], 1))


@torch.no_grad()
def test_where_says_which_block_a_gate_belongs_to():
    torch.manual_seed(0)
    net, image = AttentionUNet().eval(), torch.randn(2, 1, 9, 7)
    where = {"att": {"spatial": "att.psi"}}
    assert find_blocks(net, where) == {"att": net.att}
    rec = record(net, image, where=where)
    seen, x = rec["att"], net.enter(image)
    assert torch.equal(seen.input, x), "the map, not the gating signal"
    assert seen.channel is None
    assert torch.equal(seen.output, x * seen.spatial)
    assert torch.equal(seen.output, net.att(torch.tanh(x.flip(-1)), x))
    with override(net, {"att": {"spatial": {"base": "zero"}}}, where):
        assert not record(net, image, where=where)["att"].output.any()
    assert torch.equal(net(image), rec.logits)
    assert not hooks(net)


def test_where_names_both_gates_of_a_block():
    net = nn.Sequential(doubles.ChannelSpatialSELayer(4))
    where = {"0": {"channel": "0.cSE.sigmoid", "spatial": "0.sSE.sigmoid"}}
    x = torch.randn(2, 4, 3, 5)
    told, known = record(net, x, where=where)["0"], record(net, x)["0"]
    assert all(torch.equal(a, b) for a, b in zip(told, known, strict=True))
    assert list(find_blocks(net[0], {"": {"channel": "cSE.sigmoid"}})) == ["block"]


WRONG_TOLD = [
    ({"at": {"spatial": "att.psi"}}, ValueError, "where names 'at'; this .* Near it are 'att'"),
    ({"att": {"spatial": "att.ps"}}, ValueError, "where names 'att.ps'"),
    ({"att": {"mask": "att.psi"}}, TypeError, r"where must be {block name: {\"channel\": module"),
    ({"att": {}}, TypeError, "where must be {block name"),
    ({"att": "att.psi"}, TypeError, "got 'att.psi' for 'att'"),
    ({"att": {"spatial": 3}}, TypeError, "where must be {block name"),
    ({"att": {"spatial": "leave"}}, RuntimeError, "AttentionGate did not call the module"),
]


@pytest.mark.parametrize(("where", "error", "message"), WRONG_TOLD)
def test_wrong_blocks_in_where(where, error, message):
    net = AttentionUNet()
    with pytest.raises(error, match=message):
        record(net, torch.randn(1, 1, 9, 9), where=where)
    assert not hooks(net)


def test_where_names_a_known_block():
    net = nn.Sequential(doubles.scSE(4), doubles.SELayer(4), nn.Conv2d(4, 1, 1))
    rec = record(net, torch.randn(1, 4, 3, 3), where=["0", "2"])
    assert list(rec) == ["0", "2"]
    assert rec["0"].channel is not None
    assert rec["2"].channel is None
    assert rec["2"].spatial.shape == (1, 1, 3, 3)


def test_one_module_named_by_where_runs_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.Sigmoid()

        def forward(self, x):
            x = x * self.act(x.mean((2, 3), keepdim=True))
            return x * self.act(x.mean(1, keepdim=True))

    x = torch.randn(1, 4, 3, 3)
    rec = record(Twice(), x, where=["act"])
    assert list(rec) == ["act", "act#2"]
    assert rec["act"].channel.shape == (1, 4, 1, 1)
    assert rec["act#2"].spatial.shape == (1, 1, 3, 3)


WRONG_WHERE = [
    (["squeze"], ValueError, "where names 'squeze'; this Own has no such module. Near it are 'squ"),
    ("squeeze.9", ValueError, "where names 'squeeze.9'"),
    (7, TypeError, r"where must be a list of module names, a dict .* or a function .* got int"),
    ([nn.Sigmoid()], TypeError, "where must be a list of module names"),
    (["enter"], ValueError, r"'enter', whose output is no gate.* this is the shape \(1, 4, 5, 6\)"),
    (["tell"], ValueError, "'tell', whose output is no gate.* this is a list"),
]


@pytest.mark.parametrize(("where", "error", "message"), WRONG_WHERE)
def test_wrong_where(where, error, message):
    class Tell(nn.Module):
        def forward(self, x):
            return [x]

    net = Own()
    net.tell = Tell()
    net.register_forward_pre_hook(lambda net, args: net.tell(args[0]) and None)
    with pytest.raises(error, match=message):
        record(net, torch.randn(1, 1, 5, 6), where=where)
    assert len(hooks(net)) == 1


def test_where_and_the_wrong_branch():
    net = Own()
    change, message = {"squeeze": {"spatial": 1}}, "gates are 'channel', got 'spatial'"
    with pytest.raises(ValueError, match=message), override(net, change, where=["squeeze"]):
        net(torch.randn(1, 1, 4, 4))
    with pytest.raises(ValueError, match="'channel', 'spatial', got 'mask'"):
        override(net, {"squeeze": {"mask": 1}}, where=["squeeze"]).__enter__()
    with pytest.raises(ValueError, match="no block 'inner' in this Own; the blocks are 'squeeze'"):
        override(net, {"inner": {"channel": 1}}, where=["squeeze"]).__enter__()


# Whole networks


@pytest.mark.parametrize(
    ("build", "shape", "count", "first"),
    [
        (
            theirs(
                "segmentation_models_pytorch",
                "Unet",
                "resnet18",
                encoder_weights=None,
                decoder_attention_type="scse",
                in_channels=1,
            ),
            (1, 1, 64, 64),
            9,
            "decoder.blocks.0.attention1.attention",
        ),
        (
            theirs("timm", "create_model", "mobilenetv3_small_050", in_chans=1),
            (1, 1, 64, 64),
            9,
            "blocks.0.0.se",
        ),
        (
            theirs("timm", "create_model", "efficientnet_b0", in_chans=1),
            (1, 1, 64, 64),
            16,
            "blocks.0.0.se",
        ),
        (
            theirs(
                "timm",
                "create_model",
                "resnet18",
                block_args={"attn_layer": "cbam"},
                zero_init_last=False,
            ),
            (1, 3, 64, 64),
            8,
            "layer1.0.se",
        ),
        (
            theirs("torchvision.models", "mobilenet_v3_small"),
            (1, 3, 64, 64),
            9,
            "features.1.block.1",
        ),
        (
            theirs(
                "monai.networks.nets", "SEResNet50", spatial_dims=2, in_channels=1, num_classes=2
            ),
            (1, 1, 64, 64),
            16,
            "layer1.0.se_layer",
        ),
    ],
    ids=["SMP Unet", "MobileNetV3", "EfficientNet", "ResNet CBAM", "torchvision", "MONAI SENet"],
)
@torch.no_grad()
def test_whole_networks(build, shape, count, first):
    torch.manual_seed(0)
    net, image = build().eval(), torch.randn(shape)
    before = net(image)
    rec = record(net, image)
    assert next(iter(rec)) == first
    assert len(rec) == count
    assert set(rec) <= set(find_blocks(net))
    assert torch.equal(rec.logits, before)
    for seen in rec.values():
        maths = cse if seen.spatial is None else add if hasattr(net, "decoder") else in_turn
        torch.testing.assert_close(seen.output, maths(seen.input, seen.channel, seen.spatial))
    gates = {name: dict.fromkeys(branches(seen), 1.0) for name, seen in rec.items()}
    with override(net, gates):
        assert not torch.equal(net(image), before)
    assert torch.equal(net(image), before)
    assert not hooks(net)


# The tables


def test_every_family_says_its_rule():
    for family in FAMILIES:
        row = RULES[family.rule]
        assert [b for b in ("channel", "spatial") if getattr(family, b)] == [*row.branches]


def test_gates_as_arrays():
    net, image = UNet(1, 3, width=4, depth=2), torch.randn(2, 1, 4, 6)
    rec = record(net, image)
    gates = rec.gates.to_numpy()
    assert list(gates) == list(rec)
    assert gates["bottleneck"]["channel"].shape == (2, 8)
    assert gates["bottleneck"]["spatial"].shape == (2, 2, 3)
    assert gates["bottleneck"]["channel"].dtype == "float32"
    gates["bottleneck"]["channel"][:] = 7
    assert rec["bottleneck"].channel.max() < 1
    assert "bottleneck: channel (2, 8, 1, 1), spatial (2, 1, 2, 3)" in repr(rec.gates)
    only = record(UNet(1, 3, width=4, depth=2, se="cse").bfloat16(), image.bfloat16())
    assert [*only.gates.to_numpy()["bottleneck"]] == ["channel"]


def test_gates_as_a_table():
    net, image = UNet(1, 3, width=4, depth=2), torch.randn(2, 1, 4, 6)
    rec = record(net, image)
    table = rec.gates.to_dataframe()
    assert [*table] == ["block", "branch", "image", "channel", "gate", "sd", "min", "max"]
    assert len(table) == 2 * (4 + 8 + 4 + 3)
    channel = table[(table.block == "bottleneck") & (table.branch == "channel")]
    one = channel[(channel.image == 1) & (channel.channel == 5)]
    assert one.gate.item() == rec["bottleneck"].channel[1, 5].item()
    assert channel[["sd", "min", "max"]].isna().all(axis=None)
    mask = table[(table.block == "encoder1") & (table.branch == "spatial") & (table.image == 1)]
    seen = rec["encoder1"].spatial[1]
    assert mask.channel.isna().all()
    torch.testing.assert_close(
        torch.tensor(mask[["gate", "sd", "min", "max"]].to_numpy("float32")[0]),
        torch.stack([seen.mean(), seen.std(correction=0), seen.min(), seen.max()]),
    )
    assert record(nn.Identity(), image).gates.to_dataframe().empty


def test_a_table_without_pandas(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    gates = record(scSE(4), torch.randn(1, 4, 3)).gates
    with pytest.raises(ModuleNotFoundError, match=re.escape('pip install "scse[data]"')):
        gates.to_dataframe()


@pytest.mark.parametrize("name", ["smp-unet", "timm-seresnet18"])
def test_networks_of_the_chapter(name):
    """Weights and card belong together, and the network is what the card says."""
    folder = Path(__file__).parents[1] / "book" / "own_network"
    card = json.loads((folder / f"{name}.json").read_text())
    weights = (folder / f"{name}.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == card["sha256"]
    module = {
        "smp-unet": "segmentation_models_pytorch.Unet",
        "timm-seresnet18": "timm.create_model",
    }
    net = published(*module[name].split("."))(**card["call"])
    net.load_state_dict(load(weights))
    assert sum(p.numel() for p in net.parameters()) == card["parameters"]
    stored = Explorer.open(folder / f"{name}.explorer.json").manifest["blocks"]
    ran = record(net.eval(), torch.ones(1, 1, 96, 96))
    assert [block["name"] for block in stored] == list(ran)


# Odd networks, each once found to go wrong


def test_a_sigmoid_outside_fc():
    class SELayer(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 8))
            self.sigmoid = nn.Sigmoid()

        def forward(self, x):
            return x * self.sigmoid(self.fc(x.mean((2, 3))))[:, :, None, None]

    net = SELayer()
    seen = record(net, torch.randn(2, 8, 5, 6))["block"]
    torch.testing.assert_close(seen.output, seen.input * seen.channel)
    with override(net, {"block": {"channel": 0}}):
        assert not net(torch.randn(2, 8, 5, 6)).any()
    del net.sigmoid
    assert find_blocks(net) == {}, "a sigmoid that is no module cannot be followed"


def test_where_the_gate_is_computed_from_a_pooled_map():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Sequential(nn.Flatten(), nn.Linear(8, 8), nn.Sigmoid())

        def forward(self, x):
            return x * self.fc(self.pool(x))[:, :, None, None]

    net = nn.Sequential(nn.Conv2d(1, 8, 3), Block())
    seen = record(net, torch.randn(2, 1, 9, 9), where=["1.fc"])["1.fc"]
    assert seen.input.shape == (2, 8, 7, 7)
    torch.testing.assert_close(seen.output, seen.input * seen.channel)


def test_where_a_row_of_gates_belongs_to_a_line():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.gate = nn.Conv1d(1, 1, 3, padding=1), nn.Sigmoid()

        def forward(self, x):
            return x * self.gate(self.conv(x.mean(2)[:, None])).transpose(1, 2)

    net = nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), Block())
    seen = record(net, torch.randn(2, 1, 20), where=["1.gate"])["1.gate"]
    assert seen.spatial is None
    torch.testing.assert_close(seen.output, seen.input * seen.channel)


def test_a_block_that_returns_more_than_its_map():
    class Both(doubles.ChannelSELayer):
        def forward(self, x):
            out = super().forward(x)
            return out, 7

    net = Both(8)
    seen = record(net, torch.randn(2, 8, 5, 6))["block"]
    torch.testing.assert_close(seen.output, seen.input * seen.channel)


def test_threads_share_a_network():
    net = nn.Sequential(nn.Conv2d(1, 8, 3), doubles.ChannelSELayer(8))
    image = torch.randn(1, 1, 9, 9)
    with override(net, {"1": {"channel": 0}}), ThreadPoolExecutor(4) as pool:
        assert not any(out.any() for out in pool.map(net, [image] * 40))
