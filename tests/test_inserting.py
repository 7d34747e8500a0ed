"""`insert` and `remove`: blocks in other people's networks, and out of them again."""

import copy
import functools
import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from published import published
from site_tools import ROOT
from torch import nn
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

import scse
from scse import UNet, cSE, find_blocks, insert, override, record, remove, scSE, sSE
from scse.blocks import COMBINE
from scse.inserting import _RunBlock

START = "has no start that leaves a map U as it is"
jit = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # in torch itself


class Net(nn.Module):
    """A Sequential, a leaf, a block with a skip, a module in use twice, in-place work after all."""

    def __init__(self, channels=6, dims=2):
        super().__init__()
        conv, norm = (getattr(nn, f"{kind}{dims}d") for kind in ("Conv", "BatchNorm"))
        self.stem = nn.Sequential(conv(1, channels, 3, padding=1), norm(channels), nn.ReLU(True))
        self.body = Residual(conv(channels, channels, 3, padding=1), norm(channels))
        self.again = conv(channels, channels, 1)
        self.drop = nn.Dropout(0.5)
        self.head = conv(channels, 2, 1)

    def forward(self, x):
        x = self.body(self.stem(x))
        x = self.again(self.drop(self.again(x)).relu_()).relu_()
        return self.head(x)


class Residual(nn.Module):
    def __init__(self, conv, norm):
        super().__init__()
        self.conv, self.norm = conv, norm

    def forward(self, x):
        return self.norm(self.conv(x)).relu_() + x


WHERE = ["stem", "body", "body.conv", "again"]
IMAGE = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def make(dims=2, **options):
    torch.manual_seed(0)
    return Net(dims=dims, **options).eval()


def disturb(blocks):
    """Somewhere in training: gates that depend on the image."""
    with torch.no_grad():
        for parameter in blocks.parameters():
            parameter.copy_(torch.randn_like(parameter))


def snapshot(net):
    """All that `remove` gives back, and an `insert` that fails leaves alone."""
    hooks = [
        {k: list(v.items()) for k, v in vars(module).items() if "hook" in k and isinstance(v, dict)}
        for module in net.modules()
    ]
    state = {
        key: (id(value), value.clone()) for key, value in net.state_dict(keep_vars=True).items()
    }
    training = [module.training for module in net.modules()]
    return repr(net), hooks, state, training


def assert_same(net, before):
    shape, hooks, state, training = snapshot(net)
    assert (shape, hooks, training) == (before[0], before[1], before[3])
    assert list(state) == list(before[2])
    for key, (number, value) in state.items():
        assert number == before[2][key][0]
        assert torch.equal(value, before[2][key][1])


@torch.no_grad()
def run(net, *inputs):
    return [t for t in torch.utils._pytree.tree_leaves(net(*inputs)) if isinstance(t, torch.Tensor)]


def assert_equal(got, expected):
    assert len(got) == len(expected) > 0
    for one, other in zip(got, expected, strict=True):
        assert torch.equal(one, other)


# Networks of other people


def tv(name, module="torchvision.models", **options):
    return lambda: published(module, name)(weights=None, **options)


def timm(name, **options):
    return lambda: published("timm", "create_model")(name, pretrained=False, **options)


def theirs(module, name, *args, **options):
    return lambda: published(module, name)(*args, **options)


def signal():
    layers = nn.Conv1d(1, 8, 5), nn.BatchNorm1d(8), nn.ReLU(True), nn.Conv1d(8, 4, 5), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(4 * 32, 3))


smp = functools.partial(
    theirs, "segmentation_models_pytorch", "Unet", "resnet18", encoder_weights=None
)
monai = functools.partial(theirs, "monai.networks.nets")
RGB, CLIP, CUBE = (2, 3, 32, 32), (1, 3, 4, 32, 32), (1, 1, 32, 32, 32)

# name, how to make it, the shape of its input, where
NETWORKS = [
    ("torchvision ResNet", tv("resnet18"), RGB, "conv1 relu layer1 layer1.0 layer4"),
    ("torchvision MobileNetV3", tv("mobilenet_v3_small"), RGB, "features.0 features.3 features.12"),
    ("torchvision DenseNet", tv("densenet121"), RGB, "features.transition1 features.norm5"),
    ("torchvision video", tv("r3d_18", "torchvision.models.video"), CLIP, "layer1 layer2.0"),
    ("timm ConvNeXt", timm("convnext_atto"), RGB, "stages.0 stages.3"),
    ("timm MobileNetV3", timm("mobilenetv3_small_100"), RGB, "blocks.0 blocks.1.0 blocks.3"),
    ("timm ResNet", timm("resnet18"), RGB, "layer1 layer2.1"),
    ("timm SE-ResNet", timm("seresnet18"), RGB, "layer1.0 layer1 layer4.1"),
    ("SMP U-Net", smp(), RGB, "encoder.layer1 encoder.layer4 decoder.blocks.0"),
    ("SMP with scSE", smp(decoder_attention_type="scse"), RGB, "encoder.layer1 decoder.blocks.0"),
    ("MONAI BasicUNet", monai("BasicUNet", 3, 1, 2, [4] * 6), CUBE, "conv_0 down_1 upcat_1"),
    ("MONAI SegResNet", monai("SegResNet", 3, 8, 1, 2), CUBE, "convInit down_layers.0 up_layers.2"),
    ("a signal", signal, (2, 1, 40), "0 2"),
    ("ours", lambda: UNet(1, 3, se=None), (1, 1, 32, 32), "encoder1 decoder1"),
    ("ours, trained", lambda: scse.load("brain-unet-none"), (1, 1, 64, 64), "encoder1 bottleneck"),
]


@pytest.mark.parametrize(
    ("make", "shape", "where"), [pytest.param(*row[1:], id=row[0]) for row in NETWORKS]
)
def test_network_computes_what_it_did(make, shape, where):
    torch.manual_seed(0)
    net, where = make(), where.split()
    names = [f"{n}.scse" if hasattr(net.get_submodule(n), "se") else n for n in where]
    for combine, dtype in [("add", torch.float32), ("concat", torch.float64)]:
        net.to(dtype).eval()
        image = torch.randn(shape, dtype=dtype)
        expected = run(net, image)
        net.train()
        before, others = snapshot(net), find_blocks(net)
        state = copy.deepcopy(net.state_dict())
        blocks = insert(net, image, where, combine=combine)
        assert sorted(blocks) == sorted(names)
        assert list(blocks) == [name for name in find_blocks(net) if name not in others]
        loaded = net.load_state_dict(state, strict=False)
        assert loaded.unexpected_keys == []
        assert len(loaded.missing_keys) == len([*blocks.parameters()])
        assert set(loaded.missing_keys) == set(net.state_dict()) - set(state)
        assert_equal(run(net.eval(), image), expected)
        rec = record(net, image)
        for name, block in blocks.items():
            assert torch.equal(rec[name].output, rec[name].input)
            assert rec[name].input.shape[1] == block.channels
            assert (rec[name].channel == 0.5).all()
            assert (rec[name].spatial == 0.5).all()
        disturb(blocks)
        assert not torch.equal(run(net, image)[0], expected[0])
        assert remove(net.train()) == [*blocks]
        assert_same(net, before)
        assert_equal(run(net.eval(), image), expected)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("name", ["stem", "body", "body.conv", "again", "", "stem.0", "drop"])
def test_one_place(name, dims):
    net, image = make(dims), torch.randn(2, 1, *[8] * dims)
    expected = run(net, image)
    blocks = insert(net, image, name)
    (called,) = blocks
    assert called == (name or "se")
    assert find_blocks(net) == blocks
    assert_equal(run(net, image), expected)
    disturb(blocks)
    seen, module = [], net.get_submodule(name)
    handle = module.register_forward_hook(lambda module, args, out: seen.append(out.clone()))
    (out,) = run(net, image)
    handle.remove()
    rec = record(net, image)
    torch.testing.assert_close(
        rec[called].output, seen[0]
    )  # the module puts out what its block does
    torch.testing.assert_close(rec.logits, out)
    with override(net, {called: {"channel": 0.5, "spatial": 0.5}}):
        assert_equal(run(net, image), expected)
    assert remove(net) == [called]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_memory_format(layout):
    net, image = make().to(memory_format=layout), IMAGE.expand(2, 1, 8, 8).to(memory_format=layout)
    expected = run(net, image)
    insert(net, image, WHERE)
    assert_equal(run(net, image), expected)


# The start


@pytest.mark.parametrize("kind", ["cse", "sse", "max", "mul"])
@torch.no_grad()
def test_start_of_the_other_rules_is_told(kind):
    options = {"se": kind} if kind in ("cse", "sse") else {"combine": kind}
    net = nn.Sequential(nn.Identity())
    U = torch.randn(2, 6, 5, 5)
    gate = torch.sigmoid(torch.tensor(4.0))
    with pytest.warns(UserWarning, match=START) as caught:
        insert(net, U, "0", **options)
    (warning,) = caught
    assert warning.filename == __file__
    if kind == "mul":
        torch.testing.assert_close(net(U), (gate * U) ** 2)
        assert "0.964·U² of it" in str(warning.message)
    else:
        torch.testing.assert_close(net(U), gate * U)
        assert "0.982·U of it" in str(warning.message)


@pytest.mark.parametrize("kind", ["cse", "sse"])
def test_kinds(kind):
    net = make()
    with pytest.warns(UserWarning, match=START):
        blocks = insert(net, IMAGE, WHERE, se=kind)
    assert {type(block) for block in blocks.values()} == {{"cse": cSE, "sse": sSE}[kind]}


def test_options_reach_the_blocks():
    blocks = insert(make(), IMAGE, "body", r=3, combine="concat")
    assert (blocks["body"].r, blocks["body"].combine, blocks["body"].channels) == (3, "concat", 6)
    assert blocks["body"].channel.fc1.weight.std() > 0.05  # its usual start, so that it can learn


EVERY_KIND = [{"combine": name} for name in COMBINE] + [{"se": "cse"}, {"se": "sse"}]


@pytest.mark.filterwarnings(f"ignore:.*{START}")
@pytest.mark.parametrize("options", EVERY_KIND, ids=str)
def test_every_parameter_learns_from_the_second_step_on(options):
    torch.manual_seed(2)
    net = make().requires_grad_(False)
    blocks = insert(net, IMAGE, WHERE, r=1, **options)
    optimiser = torch.optim.SGD(blocks.parameters(), lr=0.5)
    net(IMAGE).square().sum().backward()
    optimiser.step()
    optimiser.zero_grad()
    net(IMAGE).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in blocks.parameters())
    assert all(
        parameter.grad is None for parameter in net.stem.parameters() if not parameter.requires_grad
    )


def test_blocks_learn_what_others_do():
    net = make().requires_grad_(False)
    (target,) = run(trained(), IMAGE)
    optimiser = torch.optim.AdamW(insert(net, IMAGE, WHERE).parameters(), lr=5e-2)
    losses = []
    for _ in range(50):
        loss = (net(IMAGE) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


# What stays as it was


def test_running_leaves_no_trace():
    net, image = make(), IMAGE.clone()
    net.train()
    net.body.norm.eval()  # frozen
    net.register_buffer("calls", torch.zeros(()))
    net.stem.register_forward_pre_hook(lambda module, args: net.calls.add_(1) and None)
    inplace = nn.Sequential(nn.ReLU(inplace=True), net)
    before, rng = snapshot(inplace), torch.get_rng_state()
    with pytest.raises(ValueError, match="'1.drop.x'"):
        insert(inplace, image, "1.drop.x")
    blocks = insert(inplace, image, ["1.stem", "1.body.norm", "1.drop"])
    assert [block.training for block in blocks.values()] == [True, False, True]
    assert torch.equal(image, IMAGE)
    remove(inplace)
    assert_same(inplace, before)
    torch.set_rng_state(rng)
    torch.manual_seed(5)
    scSE(6), scSE(6), scSE(6)  # the start of the blocks is all that takes random numbers
    rng = torch.get_rng_state()
    torch.manual_seed(5)
    insert(inplace, image, ["1.stem", "1.body.norm", "1.drop"])
    assert torch.equal(torch.get_rng_state(), rng)


def test_one_image_is_enough_in_training_mode():
    """Batch norm refuses a single value a channel, unless it is in evaluation mode."""
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(4))
    assert list(insert(net, torch.randn(1, 1, 5, 5), ["0", "2"])) == ["0", "2"]


def test_remove_only_what_was_inserted():
    net = nn.Sequential(UNet(1, 4, width=4, depth=2), scSE(4))
    before = snapshot(net)
    assert remove(net) == []
    assert list(insert(net, IMAGE, ["0.encoder1.convolutions", "0"])) == [
        "0.encoder1.convolutions",
        "0",
    ]
    assert remove(net) == ["0.encoder1.convolutions", "0"]
    assert_same(net, before)
    assert list(find_blocks(net)) == ["0.encoder1", "0.bottleneck", "0.decoder1", "1"]


def test_blocks_added_one_after_the_other():
    net = make()
    before = snapshot(net)
    insert(net, IMAGE, "again")
    assert list(insert(net, IMAGE, ["body", "stem"], combine="concat")) == ["stem", "body"]
    assert list(find_blocks(net)) == ["stem", "body", "again"]
    assert remove(net) == ["stem", "body", "again"]
    assert_same(net, before)


def test_trained_parameters_of_the_network_stay_trained():
    net = make()
    expected = copy.deepcopy(net)
    insert(net, IMAGE, WHERE)
    with torch.no_grad():
        net.head.weight.fill_(2)
        expected.head.weight.fill_(2)
    remove(net)
    assert_equal(run(net, IMAGE), run(expected, IMAGE))


# Copies


def trained():
    net = make()
    disturb(insert(net, IMAGE, WHERE))
    return net


def test_deepcopy_runs_blocks_of_its_own():
    net = trained()
    before = run(net, IMAGE)
    twin = copy.deepcopy(net)
    assert_equal(run(twin, IMAGE), before)
    assert list(record(twin, IMAGE)) == ["stem", "body.conv", "body", "again", "again#2"]
    disturb(scse.inserting.Blocks(find_blocks(twin)))
    assert_equal(run(net, IMAGE), before)
    assert not torch.equal(run(twin, IMAGE)[0], before[0])
    assert remove(twin) == ["stem", "body.conv", "body", "again"]
    assert_equal(run(twin, IMAGE), run(make(), IMAGE))
    assert_equal(run(net, IMAGE), before)


def test_saved_whole():
    net, file = trained(), io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    assert_equal(run(loaded, IMAGE), run(net, IMAGE))
    assert remove(loaded) == ["stem", "body.conv", "body", "again"]
    assert repr(loaded) == repr(make())
    assert_equal(run(loaded, IMAGE), run(make(), IMAGE))


def test_hooks_of_another_process_do_not_take_its_place(tmp_path):
    """torch numbers hooks from 0 in each process, and a hook with a number in use replaces it."""
    path, net = tmp_path / "net.pt", nn.Sequential(nn.Sequential(nn.Conv2d(1, 4, 3)))
    disturb(insert(net, IMAGE, "0.0"))
    (number,) = net[0][0]._forward_hooks
    torch.save((net, IMAGE, run(net, IMAGE)[0]), path)
    code = f"""
import torch
net, image, expected = torch.load({str(path)!r}, weights_only=False)
for _ in range({number} + 5):
    net[0][0].register_forward_hook(lambda module, args, output: None)
assert torch.equal(net(image), expected)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_state_dict_goes_into_a_network_with_the_same_blocks():
    net, other = trained(), make()
    insert(other, IMAGE, WHERE)
    other.load_state_dict(net.state_dict())
    assert_equal(run(other, IMAGE), run(net, IMAGE))


def test_averaged_model():
    net = trained()
    average = torch.optim.swa_utils.AveragedModel(net)
    average.update_parameters(net)
    assert_equal(run(average, IMAGE), run(net, IMAGE))
    assert remove(average) == [f"module.{name}" for name in ("stem", "body.conv", "body", "again")]
    assert_equal(run(average, IMAGE), run(make(), IMAGE))
    assert len(find_blocks(net)) == 4


# Compilers, exporters and the like


@pytest.mark.parametrize("training", [False, True])
def test_compile(training):
    net = trained()
    net.drop.p = 0.0
    torch._dynamo.reset()
    compiled = torch.compile(net.train(training), fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(IMAGE), copy.deepcopy(net)(IMAGE))
    torch._dynamo.reset()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_export():
    net = trained()
    batch = torch.export.Dim("batch", min=2, max=64)
    program = torch.export.export(net, (IMAGE,), dynamic_shapes=({0: batch},))
    image = torch.randn(5, 1, 8, 8)
    torch.testing.assert_close(program.module()(image), net(image))


@pytest.mark.filterwarnings("ignore")  # the exporter's own
def test_onnx(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    net, path = trained(), tmp_path / "net.onnx"
    torch.onnx.export(net, (IMAGE,), path, dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(path)
    (got,) = session.run(None, {session.get_inputs()[0].name: IMAGE.numpy()})
    torch.testing.assert_close(torch.from_numpy(got), run(net, IMAGE)[0], rtol=1e-3, atol=1e-4)


@jit
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_trace():
    net = trained()
    assert_equal(run(torch.jit.trace(net, IMAGE), IMAGE), run(net, IMAGE))


def test_symbolic_trace():
    net = trained()
    graph = torch.fx.symbolic_trace(net)
    torch.testing.assert_close(run(graph, IMAGE), run(net, IMAGE))


def test_in_a_traced_graph():
    """Its own copies are made from the graph, without hooks; the modules in it are copied whole."""
    graph = torch.fx.symbolic_trace(make())
    before, expected = snapshot(graph), run(graph, IMAGE)
    with pytest.raises(ValueError, match="'' is a torch.fx.GraphModule, whose copies lose"):
        insert(graph, IMAGE, "")
    assert_same(graph, before)
    disturb(insert(graph, IMAGE, ["body.conv", "again"]))
    twin = copy.deepcopy(graph)
    assert_equal(run(twin, IMAGE), run(graph, IMAGE))
    assert remove(twin) == ["body.conv", "again"]
    assert_equal(run(twin, IMAGE), expected)


@jit
def test_script():
    """A hook that is no function cannot be compiled; a Sequential needs none."""
    net = nn.Sequential(nn.Sequential(nn.Conv2d(1, 4, 3)), nn.ReLU())
    disturb(insert(net, IMAGE, ["0"]))
    torch.testing.assert_close(torch.jit.script(net)(IMAGE), net(IMAGE))


def test_training_mode():
    """Batch norm and dropout go on as they did."""
    net = make().train()
    twin = copy.deepcopy(net)
    insert(twin, IMAGE, WHERE)
    outputs = []
    for each in (net, twin):
        torch.manual_seed(1)
        outputs.append(each(IMAGE))
    assert torch.equal(*outputs)
    for one, other in zip(net.buffers(), twin.buffers(), strict=True):
        assert torch.equal(one, other)


def test_list_of_features():
    """timm's networks of features run their stages one by one."""
    torch.manual_seed(0)
    net, image = timm("resnet18", features_only=True)().eval(), torch.randn(1, 3, 32, 32)
    expected = run(net, image)
    assert list(insert(net, image, ["layer1", "layer2.0"])) == ["layer1", "layer2.0.scse"]
    assert_equal(run(net, image), expected)


def test_functional_call_and_vmap():
    net = trained()
    parameters = dict(net.named_parameters())
    gradient = torch.func.grad(
        lambda p, x: torch.func.functional_call(net, p, (x[None],)).square().sum()
    )
    each = torch.func.vmap(gradient, (None, 0))(parameters, IMAGE)
    net(IMAGE).square().sum().backward()
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(each[name].sum(0), parameter.grad, rtol=1e-3, atol=1e-3)


def test_distributed():
    net = trained()
    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        wrapped = nn.parallel.DistributedDataParallel(net)
        wrapped(IMAGE).square().sum().backward()
        assert all(parameter.grad is not None for parameter in net.parameters())
        assert list(find_blocks(wrapped)) == ["stem", "body.conv", "body", "again"]
        for refused in (lambda: insert(wrapped, IMAGE, "head"), lambda: remove(wrapped)):
            with pytest.raises(TypeError, match="network is wrapped in DistributedDataParallel"):
                refused()
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half(dtype):
    net, image = make().to(dtype), IMAGE.to(dtype)
    expected = run(net, image)
    blocks = insert(net, image, WHERE)
    assert {parameter.dtype for parameter in blocks.parameters()} == {dtype}
    assert_equal(run(net, image), expected)


def test_autocast():
    """Maps are in half precision, the parameters are not: they would lose small steps."""
    net = make()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        expected = run(net, IMAGE)
        blocks = insert(net, IMAGE, WHERE)
        assert_equal(run(net, IMAGE), expected)
        net(IMAGE).float().square().sum().backward()
    assert {parameter.dtype for parameter in blocks.parameters()} == {torch.float32}
    assert all(parameter.grad is not None for parameter in blocks.parameters())


def test_checkpointed():
    class Saving(Net):
        def forward(self, x):
            x = checkpoint(self.body, self.stem(x), use_reentrant=False)
            return self.head(checkpoint(self.again, x, use_reentrant=False))

    torch.manual_seed(0)
    net, plain = Saving().eval(), trained()
    insert(net, IMAGE, WHERE)
    net.load_state_dict(plain.state_dict())
    plain.forward = lambda x: plain.head(plain.again(plain.body(plain.stem(x))))
    for each in (net, plain):
        each(IMAGE).square().sum().backward()
    for one, other in zip(net.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_explore():
    explorer = scse.explore(trained(), IMAGE[:1])
    assert [block["name"] for block in explorer.manifest["blocks"]][:2] == ["stem", "body.conv"]


# Odd modules and odd wishes


@pytest.mark.parametrize(
    "norm", [nn.utils.spectral_norm, parametrizations.weight_norm, parametrizations.spectral_norm]
)
@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
def test_parametrised(norm):
    net = make()
    norm(net.again)
    before, expected = snapshot(net), run(net, IMAGE)
    insert(net, IMAGE, ["again", "body"])
    assert_equal(run(net, IMAGE), expected)
    assert remove(net) == ["body", "again"]
    assert_same(net, before)


def test_hooks_of_the_user():
    """They run in the order in which they were put on, and outlast `remove`."""
    net, seen = make(), []
    net.body.register_forward_hook(lambda module, args, out: seen.append(out.clone()))
    blocks = insert(net, IMAGE, "body")
    net.body.register_forward_hook(lambda module, args, out: seen.append(out.clone()))
    disturb(blocks)
    seen.clear()
    net(IMAGE)
    assert torch.equal(blocks["body"](seen[0]), seen[1])
    remove(net)
    seen.clear()
    net(IMAGE)
    assert len(seen) == 2
    assert torch.equal(*seen)
    assert not any(isinstance(hook, _RunBlock) for hook in net.body._forward_hooks.values())


def test_names_that_are_taken():
    net = nn.Sequential(nn.Sequential(nn.Conv2d(1, 4, 1)), nn.Conv2d(4, 4, 1))
    net[0].se, net[0].scse, net[1].se = nn.ReLU(), None, "a string"
    before = snapshot(net)
    blocks = insert(net, IMAGE, ["0", "1"])
    assert list(blocks) == ["0.scse2", "1.scse"]
    assert list(record(net, IMAGE)) == [*blocks]
    assert remove(net) == [*blocks]
    assert_same(net, before)


def test_a_shared_module():
    """One block under the first of its names, for all of its runs."""
    layer = nn.Conv2d(4, 4, 1)
    net = nn.Sequential(nn.Conv2d(1, 4, 1), layer, nn.ReLU(), layer)
    disturb(insert(net, IMAGE, "1"))
    rec = record(net, IMAGE)
    assert list(rec) == ["1", "1#2"]
    assert torch.equal(rec["1#2"].output, rec.logits)
    assert remove(net) == ["1"]
    with pytest.raises(ValueError, match="where names '3' and that is '1' under a second name"):
        insert(net, IMAGE, ["1", "3"])


def test_several_inputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(1, 4, 1), nn.Conv1d(2, 6, 1)

        def forward(self, x, y, scale):
            return {"a": self.a(x) * scale, "b": [self.b(y)]}

    net, inputs = Two(), (IMAGE, torch.randn(3, 2, 7), 0.5)
    expected = run(net, *inputs)
    blocks = insert(net, inputs, ["b", "a"])
    assert [block.channels for block in blocks.values()] == [4, 6]
    assert_equal(run(net, *inputs), expected)


def test_on_the_meta_device():
    with torch.device("meta"):
        net = Net().eval()
    blocks = insert(net, IMAGE.to("meta"), WHERE)
    assert {parameter.device.type for parameter in blocks.parameters()} == {"meta"}
    net.load_state_dict(trained().state_dict(), assign=True)
    assert_equal(run(net, IMAGE), run(trained(), IMAGE))


def test_within_inference_mode():
    net = make()
    with torch.inference_mode():
        blocks = insert(net, IMAGE, WHERE)
    net(IMAGE).sum().backward()
    assert all(parameter.grad is not None for parameter in blocks.parameters())


class Dense(nn.ModuleDict):
    """As in torchvision's DenseNet: its forward runs all modules in it."""

    def __init__(self):
        super().__init__({"a": nn.Conv2d(1, 2, 1), "b": nn.Conv2d(3, 2, 1)})

    def forward(self, x):
        for layer in self.values():
            x = torch.cat([x, layer(x)], 1)
        return x


class Own(nn.Sequential):
    def forward(self, x):
        return super().forward(x) * 2


class Unpacking(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 2, 1), nn.ReLU()

    def forward(self, x):
        first, second = self.children()
        return second(first(x))


class Pieces(nn.Module):
    """What no block can follow."""

    def __init__(self):
        super().__init__()
        self.own = Own(nn.Conv2d(1, 1, 1))
        self.listed = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
        self.idle, self.lstm = nn.Conv2d(1, 1, 1), nn.LSTM(8, 8)
        self.past = nn.Conv2d(1, 1, 1)
        self.flat, self.ints, self.se = nn.Flatten(), Ints(), scSE(1)
        self.relu = nn.ReLU()

    def forward(self, x):
        for layer in self.listed:
            x = layer(x)
        self.lstm(x[:, 0])
        self.past.forward(x)
        self.ints(x)
        self.relu(self.relu(x).flatten(2))
        return self.flat(self.se(self.own(x)))


class Ints(nn.Module):
    def forward(self, x):
        return x.long()


REFUSED = {
    "own": r"no block can follow 'own': the forward of this Own runs all modules in it",
    "listed": r"'listed' did not run on this image, in evaluation mode: .* one by one",
    "idle": "'idle' did not run",
    "past": r"'past' did not run on this image, .* called by module.forward\(x\)",
    "lstm": r"'lstm' puts out a tuple; a block follows a map \(N, C, \*spatial\)",
    "flat": r"'flat' puts out \(2, 64\) of torch.float32",
    "ints": r"'ints' puts out \(2, 1, 8, 8\) of torch.int64",
    "relu": r"'relu' runs several times, on maps of several kinds \(1 channels, 3 axes, .*4 axes",
    "se": r"'se' is a block already \(scSE\)",
    "se.channel.fc1": r"'se.channel.fc1' is inside 'se', a block already",
    "listet": "where names 'listet'; this Pieces has no such module. Near it are 'listed'",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    net = Pieces()
    before = snapshot(net)
    for where in (name, ["listed.1", name], lambda path, _: path == name):
        if name == "listet" and callable(where):
            continue
        with pytest.raises(ValueError, match=REFUSED[name]):
            insert(net, IMAGE, where)
        assert_same(net, before)


@pytest.mark.parametrize("make", [Dense, Unpacking])
def test_modules_that_run_all_their_children(make):
    net = make()
    before = snapshot(net)
    message = (
        "no block can follow ''" if make is Dense else "with the blocks in it the network fails"
    )
    with pytest.raises(ValueError, match=message):
        insert(net, IMAGE, "")
    assert_same(net, before)
    assert list(insert(net, IMAGE, "a")) == ["a"]


class Layers(nn.Module):
    """What it does after its first layers is not to be seen from its modules."""

    def __init__(self, then):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
        nn.init.constant_(self.layers[0].weight, -1)  # so that twice is not once
        nn.init.constant_(self.layers[0].bias, 0.5)
        self.same, self.then, self.calls = nn.Identity(), then, 0

    def forward(self, x):
        self.calls += 1
        return {"out": [self.then(self, self.layers(x))], "calls": self.calls}


def in_place(net, x):
    y = net.same(x)
    y += 1
    return x


@pytest.mark.parametrize(
    ("where", "then"),
    [
        ("layers", lambda net, x: net.layers[:-1](x)),
        ("layers", lambda net, x: net.layers[-2](x)),
        ("layers", lambda net, x: x * len(net.layers)),
        ("same", in_place),
        ("same", lambda net, x: net.same(x - torch.inf * (x == 0))),
    ],
)
@pytest.mark.parametrize("combine", ["add", "concat"])
def test_what_would_compute_something_else_is_refused(where, then, combine):
    net = Layers(then)
    before = snapshot(net)
    with pytest.raises(ValueError, match="the network computes something else. Does it slice"):
        insert(net, IMAGE, where, combine=combine)
    assert_same(net, before)


def test_a_network_that_never_computes_the_same_twice():
    draw = np.random.default_rng(0)
    net = Layers(lambda net, x: net.same(x * draw.random()))
    assert list(insert(net, IMAGE, ["layers", "same"])) == ["layers", "same"]
    assert list(record(net, IMAGE)) == ["layers", "same"]
    assert remove(net) == ["layers", "same"]


def test_where_must_choose():
    net = make()
    before = snapshot(net)
    for nothing in ([], lambda name, module: False):
        with pytest.raises(ValueError, match="where chooses none of the 11 modules"):
            insert(net, IMAGE, nothing)
    with pytest.raises(ValueError, match="where names 'body' twice"):
        insert(net, IMAGE, ["body", "stem", "body"])
    for wrong, got in [
        (3, "a int"),
        (None, "a NoneType"),
        (net.body, "a Residual"),
        (nn.Conv2d, "a type"),
        ({}, "a dict"),
    ]:
        with pytest.raises(TypeError, match=f"where must be a module name, .* got {got}$"):
            insert(net, IMAGE, wrong)
    with pytest.raises(TypeError, match="got a Residual among them"):
        insert(net, IMAGE, [net.body])
    assert_same(net, before)


def test_twice():
    net = make()
    blocks = insert(net, IMAGE, ["body"])
    before = snapshot(net)
    with pytest.raises(ValueError, match="'body' has a block already; scse.remove"):
        insert(net, IMAGE, ["stem", "body"])
    with pytest.raises(ValueError, match="'body.se' is a block already"):
        insert(net, IMAGE, "body.se")
    assert_same(net, before)
    assert find_blocks(net) == blocks


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"se": None}, ValueError, r"se must be one of \('scse', 'cse', 'sse'\), got None"),
        ({"se": "SCSE"}, ValueError, "se must be one of"),
        ({"r": 0}, ValueError, "r must be at least 1"),
        ({"r": 2.0}, TypeError, "r must be an integer"),
        ({"combine": "sum"}, ValueError, "combine must be one of"),
    ],
)
def test_wrong_options(options, error, message):
    net = make()
    before = snapshot(net)
    with pytest.raises(error, match=message):
        insert(net, IMAGE, "body", **options)
    assert_same(net, before)


def test_image_that_does_not_fit():
    net = make()
    before = snapshot(net)
    with pytest.raises(RuntimeError, match="channels"):
        insert(net, torch.randn(1, 3, 8, 8), "body")
    assert_same(net, before)


def test_lazy():
    net = nn.Sequential(nn.LazyConv2d(4, 1))
    with pytest.raises(ValueError, match="lazy parameters.*run it once"):
        insert(net, IMAGE, "0")
    net(IMAGE)
    assert list(insert(net, IMAGE, "0")) == ["0"]


@jit
def test_wrapped_networks_are_refused():
    net = make()
    inside = nn.Sequential(torch.compile(make()))
    in_place = make()
    in_place.body.compile()
    for wrapped, message in [
        (nn.DataParallel(net), "the network is wrapped in DataParallel"),
        (torch.compile(net), "the network is compiled"),
        (inside, "the module '0' is compiled"),
        (in_place, "the module 'body' is compiled"),
        (torch.jit.trace(net, IMAGE), "the network is TorchScript"),
        ("net", "net must be an nn.Module, got str"),
    ]:
        for refused in (lambda net: insert(net, IMAGE, "head"), remove):
            with pytest.raises(TypeError, match=message):
                refused(wrapped)
    scripted = nn.Sequential(torch.jit.trace(net.stem, IMAGE), net.body)
    for name in ("0", "0.0"):
        with pytest.raises(TypeError, match=f"the module '{name}' is TorchScript"):
            insert(scripted, IMAGE, name)
    assert list(insert(scripted, IMAGE, "1")) == ["1"]
