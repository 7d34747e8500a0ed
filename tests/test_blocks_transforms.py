"""The blocks under compilers, exporters, `torch.func` and whatever else looks into a module."""

import copy
import shutil

import numpy as np
import onnxruntime
import pytest
import torch
from block_kinds import KINDS, make, through_plain_path
from published import published
from torch import nn
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils import parametrize, prune

from scse import UNet, _fused, record, scSE
from scse.blocks import Pointwise
from scse.rules import COMBINE

# torch uses its own deprecated torch.jit inside compilers and decompositions.
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def fused_calls(monkeypatch):
    """Counts how often the fused path ran."""
    calls = []
    apply = _fused._Block.apply
    monkeypatch.setattr(_fused._Block, "apply", lambda *args: calls.append(1) or apply(*args))
    return calls


def same_when_compiled(kind, shapes, **options):
    block = make(kind).double()
    torch.compiler.reset()  # the blocks of all tests share one limit of recompilations
    compiled = torch.compile(block, fullgraph=True, **options)
    for shape in shapes:
        x = torch.randn(shape, dtype=torch.float64)
        results = []
        for run in (block, compiled):
            t = x.clone().requires_grad_()
            y = run(t)
            results.append((y, torch.autograd.grad(y.square().sum(), [t, *block.parameters()])))
        torch.testing.assert_close(results[0], results[1], atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_compile_traces_forward_and_backward(kind):
    """In one graph each; the second shape makes the sizes dynamic."""
    same_when_compiled(kind, [(2, 6, 4, 5), (3, 6, 7, 5)], backend="aot_eager")


@pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="no C++ compiler")
@pytest.mark.slow
def test_compile_to_machine_code():
    same_when_compiled("add", [(2, 6, 4, 5)])


def test_compile_with_autocast_and_channels_last():
    block = scSE(6)
    x = torch.randn(2, 6, 8, 8).to(memory_format=torch.channels_last)
    compiled = torch.compile(block, backend="aot_eager")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(compiled(x), block(x), atol=0.05, rtol=0.05)


def test_compiled_blocks_still_teach():
    with pytest.raises(Exception, match="got 5 channels"):
        torch.compile(scSE(6), backend="eager")(torch.zeros(2, 5, 4, 4))


@pytest.mark.parametrize("kind", KINDS)
def test_export_with_dynamic_sizes(kind):
    block = make(kind)
    n, h, w = (torch.export.Dim(name, max=512) for name in "nhw")
    program = torch.export.export(
        block, (torch.randn(2, 6, 5, 7),), dynamic_shapes=({0: n, 2: h, 3: w},)
    )
    for shape in [(1, 6, 3, 9), (4, 6, 16, 2)]:
        x = torch.randn(shape)
        torch.testing.assert_close(program.module()(x), block(x), atol=1e-6, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # in torch, onnx
@pytest.mark.parametrize(
    ("kind", "dynamo"), [("add", True), ("concat", True), *((kind, False) for kind in KINDS)]
)
def test_onnx_with_dynamic_sizes(kind, dynamo, tmp_path):
    block = make(kind).eval()
    path = tmp_path / "block.onnx"
    axes = {0: "n", 2: "h", 3: "w"}
    options = (
        {"dynamic_shapes": ({i: torch.export.Dim(name, max=512) for i, name in axes.items()},)}
        if dynamo
        else {"dynamic_axes": {"x": axes, "y": axes}}
    )
    torch.onnx.export(
        block,
        (torch.randn(2, 6, 5, 7),),
        path,
        input_names=["x"],
        output_names=["y"],
        dynamo=dynamo,
        verbose=False,
        **options,
    )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for shape in [(1, 6, 3, 9), (4, 6, 16, 2)]:
        x = torch.randn(shape)
        (y,) = session.run(None, {"x": x.numpy()})
        np.testing.assert_allclose(y, block(x).detach(), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_torchscript(kind):
    block = make(kind)
    for script in (torch.jit.script(block), torch.jit.trace(block, torch.randn(2, 6, 4))):
        x = torch.randn(3, 6, 5)
        torch.testing.assert_close(script(x), block(x))


@pytest.mark.parametrize("kind", KINDS)
def test_torch_func(kind):
    block = make(kind).double()
    parameters = {name: p.detach() for name, p in block.named_parameters()}
    x, t = torch.randn(2, 3, 2, 6, 4, dtype=torch.float64)

    def loss(parameters, x):
        return torch.func.functional_call(block, parameters, (x,)).square().mean()

    torch.testing.assert_close(torch.vmap(block)(x), torch.stack([block(one) for one in x]))
    each = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))(parameters, x)
    for i, one in enumerate(x):
        expected = torch.autograd.grad(block(one).square().mean(), list(block.parameters()))
        torch.testing.assert_close(tuple(g[i] for g in each.values()), expected)
    _, tangent = torch.func.jvp(block, (x[0],), (t[0],))
    step = 1e-6
    numeric = (block(x[0] + step * t[0]) - block(x[0] - step * t[0])) / (2 * step)
    torch.testing.assert_close(tangent, numeric, atol=1e-6, rtol=1e-6)
    hessian = torch.func.hessian(lambda x: loss(parameters, x))(x[0, :1, : 2 * 3, :2])
    assert torch.isfinite(hessian).all()


@pytest.mark.parametrize("kind", KINDS)
def test_fused_path_is_the_usual_one(kind, fused_calls):
    block = make(kind)
    block(torch.randn(2, 6, 4, 4))
    assert len(fused_calls) == 1
    through_plain_path(block)(torch.randn(2, 6, 4, 4))
    assert len(fused_calls) == 1


@pytest.mark.parametrize(("place", "name"), _fused._PRIVATE, ids=lambda part: str(part)[-40:])
def test_a_torch_without_what_is_private_takes_the_plain_path(
    place, name, fused_calls, monkeypatch
):
    assert _fused._torch_has_all(), "this one has all: the fused path would never run"
    with monkeypatch.context() as patch:
        patch.delattr(place, name)
        available = _fused._torch_has_all()
    assert not available
    monkeypatch.setattr(_fused, "AVAILABLE", available)
    block, x = make("add"), torch.randn(2, 6, 4, 4)
    torch.testing.assert_close(block(x), through_plain_path(block)(x))
    assert not fused_calls


def hook_forward(block):
    block.channel.fc1.register_forward_hook(lambda module, args, output: output * 2)


def hook_before(block):
    block.spatial.project.register_forward_pre_hook(lambda module, args: (args[0] * 2,))


def hook_backward(block):
    block.spatial.register_full_backward_hook(lambda module, into, out: (into[0] * 2,))


def replace_a_method(block):
    block.channel.forward = lambda x: torch.ones(len(x), 6, 1, 1)


def replace_a_gate(block):
    class Constant(nn.Module):
        def forward(self, x):
            return torch.full_like(x[:, :1], 0.25)

    block.spatial = Constant()


def replace_a_layer(block):
    class Louder(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    block.channel.fc2 = Louder(3, 6)


def add_weight_norm(block):
    nn.utils.parametrizations.weight_norm(block.spatial.project)


def add_parametrization(block):
    class Twice(nn.Module):
        def forward(self, weight):
            return 2 * weight

    parametrize.register_parametrization(block.channel.fc1, "weight", Twice())


def prune_a_layer(block):
    prune.random_unstructured(block.spatial.project, "weight", amount=3)


MEDDLINGS = [
    hook_forward,
    hook_before,
    hook_backward,
    replace_a_method,
    replace_a_gate,
    replace_a_layer,
    add_weight_norm,
    add_parametrization,
    prune_a_layer,
]


def widen_the_merge(block):
    block.merge = Pointwise(12, 9)


def another_merge(block):
    block.merge = nn.Conv2d(12, 6, 1)


def hook_the_merge(block):
    block.merge.register_forward_hook(lambda module, args, output: output * 2)


def patch_the_merge(block):
    forward = block.merge.forward
    block.merge.forward = lambda y: 2 * forward(y)


def weigh_the_merge(block):
    nn.utils.parametrizations.weight_norm(block.merge)


@pytest.mark.parametrize(
    "meddle",
    [
        *MEDDLINGS,
        widen_the_merge,
        another_merge,
        hook_the_merge,
        patch_the_merge,
        weigh_the_merge,
    ],
    ids=lambda m: m.__name__,
)
def test_whatever_is_put_into_a_block_that_concatenates(meddle, fused_calls):
    block = scSE(6, combine="concat")
    meddle(block)
    x = torch.randn(2, 6, 4, 4)
    y = block(x)
    assert not fused_calls
    both = torch.cat([x * block.channel(x), x * block.spatial(x)], 1)
    torch.testing.assert_close(y, block.merge(both))


def test_a_merge_where_the_rule_has_none(fused_calls):
    block, x = scSE(6), torch.randn(2, 6, 4, 4)
    expected = block(x)
    block.merge = Pointwise(6, 6)
    fused_calls.clear()
    torch.testing.assert_close(block(x), block.merge(expected))
    assert not fused_calls


@pytest.mark.parametrize("enabled", [True, False])
def test_autocast_has_the_products_of_concat(enabled, fused_calls):
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
        make("concat")(torch.randn(2, 6, 4, 4))
        make("add")(torch.randn(2, 6, 4, 4))
    assert len(fused_calls) == (1 if enabled else 2)


@pytest.mark.parametrize("meddle", MEDDLINGS, ids=lambda m: m.__name__)
def test_whatever_is_put_into_a_block_takes_part(meddle, fused_calls):
    """Against the same meddling with modules that know of no fused path."""
    torch.manual_seed(0)
    block = scSE(6)
    meddle(block)
    x = torch.randn(2, 6, 4, 4, requires_grad=True)
    y = block(x)
    assert not fused_calls
    torch.testing.assert_close(y, x * (block.channel(x) + block.spatial(x)))
    y.sum().backward()
    assert torch.isfinite(x.grad).all()


def test_changes_show_in_the_output():
    for meddle in MEDDLINGS:
        if meddle not in (hook_backward, add_weight_norm):  # these keep the output
            block = scSE(6)
            x = torch.randn(2, 6, 4, 4)
            before = block(x)
            meddle(block)
            assert not torch.allclose(block(x), before), meddle.__name__


def test_a_global_hook_sees_the_gates(fused_calls):
    block, seen = scSE(6), []
    handle = torch.nn.modules.module.register_module_forward_hook(
        lambda module, args, output: seen.append(type(module).__name__)
    )
    try:
        block(torch.randn(1, 6, 2, 2))
    finally:
        handle.remove()
    assert not fused_calls
    assert seen == ["Linear", "Linear", "ChannelGate", "Pointwise", "SpatialGate", "scSE"]


@pytest.mark.parametrize("kind", ["channel", "spatial", "project", "linear"])
def test_a_patched_class_takes_part(kind, monkeypatch, fused_calls):
    block = scSE(6)
    module = (
        block.channel.fc1
        if kind == "linear"
        else dict(block.named_modules())["spatial.project" if kind == "project" else kind]
    )
    forward, seen = type(module).forward, []
    monkeypatch.setattr(type(module), "forward", lambda self, x: seen.append(1) or forward(self, x))
    block(torch.randn(2, 6, 4, 4))
    assert seen
    assert not fused_calls


@pytest.mark.parametrize("kind", KINDS)
def test_symbolic_trace(kind):
    """torch.fx, and the tools that build on it: quantisation, feature extractors."""
    for block, shapes in (
        (make(kind), [(2, 6, 4, 5), (3, 6, 7), (1, 6, 2, 3, 2)]),
        (UNet(1, 3, width=4, depth=2, combine=kind if kind in COMBINE else "add"), [(2, 1, 8, 6)]),
    ):
        traced = torch.fx.symbolic_trace(block)
        for shape in shapes:
            x = torch.randn(shape)
            torch.testing.assert_close(traced(x), block(x))


def test_feature_extractor():
    extract = published("torchvision.models.feature_extraction", "create_feature_extractor")
    net = UNet(1, 3, width=4, depth=2).eval()
    x = torch.randn(2, 1, 8, 6)
    features = extract(net, {"bottleneck.se.spatial.sigmoid": "mask"})(x)
    assert torch.equal(features["mask"], record(net, x)["bottleneck"].spatial)


@pytest.mark.parametrize("kind", KINDS)
def test_make_fx_with_gradients(kind):
    block = make(kind)
    x = torch.randn(2, 6, 4, 5, requires_grad=True)
    traced = make_fx(block)(x)
    y = traced(x)
    torch.testing.assert_close(y, block(x))
    expected = torch.autograd.grad(block(x).sum(), x)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), expected)


def test_tensor_subclass(fused_calls):
    class Marked(torch.Tensor):
        pass

    x = torch.randn(2, 6, 4, 4).as_subclass(Marked)
    block = scSE(6)
    assert type(block(x)) is Marked
    assert not fused_calls


def test_meta_device():
    block = copy.deepcopy(scSE(6)).to("meta")
    assert block(torch.empty(2, 6, 4, 4, device="meta")).shape == (2, 6, 4, 4)


def test_checkpointed_activations():
    block, x = scSE(6), torch.randn(2, 6, 4, 4, requires_grad=True)
    (expected,) = torch.autograd.grad(block(x).sum(), x)
    y = torch.utils.checkpoint.checkpoint(block, x, use_reentrant=False)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), (expected,))
