"""The blocks compute the paper's equations, on any rank and layout, and say what is wrong."""

import copy
import io
import warnings

import numpy as np
import pytest
import torch
from block_kinds import KINDS, make, through_plain_path
from torch import nn

from scse import Gates, _fused, cSE, scSE, sSE
from scse.blocks import Pointwise

SPATIAL = [(7,), (4, 5), (2, 3, 4)]


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def equations(block, U):
    """The paper, position by position, in NumPy. U: (C, *spatial). Returns c, s, output."""
    p = {name: value.detach().double().numpy() for name, value in block.named_parameters()}
    C, space = U.shape[0], list(np.ndindex(U.shape[1:]))
    c = s = None
    if hasattr(block, "channel"):
        z = np.array([sum(U[k][i] for i in space) / len(space) for k in range(C)])
        hidden = np.maximum(p["channel.fc1.weight"] @ z + p["channel.fc1.bias"], 0)
        c = sigmoid(p["channel.fc2.weight"] @ hidden + p["channel.fc2.bias"])
        cse = np.stack([c[k] * U[k] for k in range(C)])
    if hasattr(block, "spatial"):
        s = np.empty(U.shape[1:])
        sse = np.empty(U.shape)
        for i in space:
            u = U[(slice(None), *i)]  # the C numbers at one position
            s[i] = sigmoid(p["spatial.project.weight"][0] @ u + p["spatial.project.bias"][0])
            sse[(slice(None), *i)] = s[i] * u
    if s is None:
        return c, s, cse
    if c is None:
        return c, s, sse
    if block.combine == "concat":
        both = np.concatenate([cse, sse])
        merged = np.tensordot(p["merge.weight"], both, 1)
        return c, s, merged + p["merge.bias"].reshape(-1, *[1] * len(U.shape[1:]))
    return c, s, {"add": cse + sse, "max": np.maximum(cse, sse), "mul": cse * sse}[block.combine]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spatial", SPATIAL, ids=str)
@pytest.mark.parametrize("path", ["fused", "plain"])
def test_equations(kind, spatial, path):
    block = make(kind).double()
    x = torch.randn(2, 6, *spatial, dtype=torch.float64)
    run = block if path == "fused" else through_plain_path(block)
    y, gates = run(x), run.gates(x)
    for n in range(2):
        c, s, expected = equations(block, x[n].numpy())
        np.testing.assert_allclose(y[n].detach(), expected, atol=1e-12)
        if c is not None:
            np.testing.assert_allclose(gates.channel[n].detach().flatten(), c, atol=1e-12)
        if s is not None:
            np.testing.assert_allclose(gates.spatial[n, 0].detach(), s, atol=1e-12)


@pytest.mark.parametrize("spatial", SPATIAL, ids=str)
def test_gates(spatial):
    x = torch.randn(2, 6, *spatial)
    channel, spatial_gate = (2, 6, *[1] * len(spatial)), (2, 1, *spatial)
    gates = scSE(6).gates(x)
    assert isinstance(gates, Gates)
    assert gates.channel.shape == channel
    assert gates.spatial.shape == spatial_gate
    for gate in gates:
        assert 0 < gate.min() <= gate.max() < 1
    assert cSE(6).gates(x).spatial is None
    assert sSE(6).gates(x).channel is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "shape", [(0, 6, 4, 5), (3, 6, 1, 1), (1, 6, 1), (17, 6, 2, 2), (2, 6, 3, 1)], ids=str
)
def test_edge_shapes(kind, shape):
    block = make(kind)
    x = torch.randn(shape, requires_grad=True)
    y = block(x)
    assert y.shape == shape
    y.sum().backward()
    assert x.grad.shape == shape
    for p in block.parameters():
        assert p.grad is not None
        assert torch.isfinite(p.grad).all()


@pytest.mark.parametrize("kind", KINDS)
def test_one_channel(kind):
    block, x = make(kind, 1), torch.randn(2, 1, 4, 5)
    y = block(x)
    for n in range(2):
        np.testing.assert_allclose(y[n].detach(), equations(block, x[n].numpy())[2], atol=1e-6)


@pytest.mark.parametrize(("channels", "r", "hidden"), [(3, 4, 1), (1, 2, 1), (7, 2, 3), (8, 1, 8)])
def test_hidden_units(channels, r, hidden):
    gate = scSE(channels, r=r).channel
    assert gate.fc1.out_features == hidden
    nn.init.ones_(gate.fc1.weight)
    nn.init.ones_(gate.fc2.weight)
    dark, bright = gate(torch.full((1, channels, 4), 0.1)), gate(torch.full((1, channels, 4), 2.0))
    assert (dark < bright).all(), "the gate looks at x"


def test_the_usage_people_copy():
    x = torch.ones(32, 256, 24, 24)
    assert scSE(256)(x).shape == x.shape


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", ["channels_last", "transposed", "sliced", "strided", "expanded"])
def test_memory_layouts(kind, layout):
    block = make(kind)
    base = torch.randn(4, 6, 8, 10)
    x = {
        "channels_last": base.to(memory_format=torch.channels_last),
        "transposed": base.transpose(2, 3),
        "sliced": torch.cat([base, base], 1)[:, 3:9],
        "strided": base[:, :, ::2, 1::3],
        "expanded": base[:1].expand(4, -1, -1, -1),
    }[layout]
    results = []
    for run, t in [(block, x), (through_plain_path(block), x.contiguous())]:
        t = t.detach().requires_grad_()
        y = run(t)
        weight = torch.linspace(-1, 1, y.numel()).view(y.shape)
        (y * weight).sum().backward()
        results.append((y, t.grad, [p.grad for p in run.parameters()]))
    torch.testing.assert_close(results[0], results[1], atol=1e-5, rtol=1e-5)
    if layout == "channels_last":
        assert results[0][0].is_contiguous(memory_format=torch.channels_last)


def test_channels_last_3d():
    x = torch.randn(2, 6, 3, 4, 5).to(memory_format=torch.channels_last_3d)
    block = scSE(6)
    y = block(x)
    assert y.is_contiguous(memory_format=torch.channels_last_3d)
    torch.testing.assert_close(y, block(x.contiguous()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_a_zero_start_is_an_exact_factor(kind, dtype, layout):
    """With both last layers at zero the gates are ½: add is the identity, and concat by W_m."""
    block = make(kind)
    for name, parameter in block.named_parameters():
        if "fc2" in name or "project" in name:
            nn.init.zeros_(parameter)
    if kind == "concat":
        block.merge.weight.data = torch.eye(6).repeat(1, 2)
        nn.init.zeros_(block.merge.bias)
    block.to(dtype)
    for shape in ((2, 6, 4, 4), (3, 6, 300, 200)):  # in one tile, and in several
        x = torch.randint(-99, 99, shape).to(dtype, memory_format=layout) / 16  # halves are exact
        expected = {"cse": x / 2, "sse": x / 2, "max": x / 2, "mul": (x / 2) * (x / 2)}
        for run in (block, through_plain_path(block)):
            assert torch.equal(run(x), expected.get(kind, x))


@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_and_autocast(kind):
    block = make(kind)
    x = torch.randn(2, 6, 8, 8)
    expected = block(x)
    for given in (x, x.bfloat16()):
        given = given.requires_grad_()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = block(given)
            plain = through_plain_path(block)(given)
        assert y.dtype == plain.dtype == given.dtype
        torch.testing.assert_close(y.float(), expected, atol=0.1, rtol=0.05)
        torch.testing.assert_close(y, plain, atol=0.1, rtol=0.05)
        y.float().sum().backward()
        assert given.grad.dtype == given.dtype
        assert all(p.grad.dtype == torch.float32 for p in block.parameters())
    half = copy.deepcopy(block).bfloat16()
    torch.testing.assert_close(half(x.bfloat16()).float(), expected, atol=0.1, rtol=0.05)


def far_apart(kind, dtype, c=8.0, s=-6.0):
    """A block whose channel gates are all σ(c) and whose mask is σ(s)."""
    block = make(kind)
    for layer, bias in ((block.channel.fc2, c), (block.spatial.project, s)):
        nn.init.zeros_(layer.weight)
        nn.init.constant_(layer.bias, bias)
    return block.to(dtype)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
@pytest.mark.parametrize("sign", [1, -1])
def test_max_of_gates_far_apart(dtype, sign):
    """As near as one rounding: no small answer as a difference of large numbers."""
    block = far_apart("max", dtype)
    x = (sign * (torch.rand(2, 6, 16, 16) + 0.2)).to(dtype)
    c, s = (gate.double() for gate in block.gates(x))
    expected = torch.maximum(x.double() * c, x.double() * s)
    error = (block(x).double() - expected).abs() / expected.abs()
    assert error.max() <= torch.finfo(dtype).eps


def test_concat_of_gates_that_keep_it_in_range():
    """W_b x alone would be no half any more; s·W_b x is."""
    block = far_apart("concat", torch.float16, c=-8.0, s=-8.0)
    nn.init.ones_(block.merge.weight)
    x = torch.full((1, 6, 4, 4), 3e4, dtype=torch.float16)
    y = block(x)
    assert torch.isfinite(y).all()
    torch.testing.assert_close(y, through_plain_path(block)(x), rtol=4e-3, atol=0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_sums_over_many_tiles_in_half_precision(dtype, monkeypatch):
    """Summed up in halves, tile by tile, the gradients would be a few per cent off."""
    monkeypatch.setattr(_fused, "TILE", 1)
    monkeypatch.setattr(_fused, "MOST_TILES_OF_CONCAT", 256)
    block = far_apart("concat", dtype, c=1.0, s=-1.0)
    x = (torch.rand(1, 6, 256, 4) + 0.5).to(dtype)
    exact = copy.deepcopy(block).double()
    found, expected = (
        torch.autograd.grad(run(t).sum(), [run.channel.fc2.bias, *run.merge.parameters()])
        for run, t in ((block, x), (exact, x.double()))
    )
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours.double(), theirs, rtol=4 * torch.finfo(dtype).eps, atol=0)


def test_mul_of_gates_whose_product_is_no_half():
    block = far_apart("mul", torch.float16, c=-9.2, s=-9.2)
    x = torch.full((1, 6, 4, 4), 100, dtype=torch.float16, requires_grad=True)
    c, s = block.gates(x)
    assert not (c * s).any()
    y, expected = block(x), (x * c) * (x * s)
    assert expected.min() > 9e-5
    torch.testing.assert_close(y, expected, rtol=2e-3, atol=0)
    y.sum().backward()
    assert x.grad.min() > 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_pointwise_layers_are_no_linear_layers(kind):
    """Else an adapter made for linear layers would work along the last axis."""
    for module in make(kind).modules():
        assert isinstance(module, nn.Linear) == (type(module) is nn.Linear)


def test_pointwise_layers_start_as_linear_layers_do():
    """So that a seed gives the numbers that it always gave."""
    torch.manual_seed(3)
    ours = Pointwise(6, 2)
    torch.manual_seed(3)
    theirs = nn.Linear(6, 2)
    assert [*ours.state_dict()] == ["weight", "bias"]
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)
    x = torch.randn(3, 6, 4, 5)
    torch.testing.assert_close(ours(x), theirs(x.movedim(1, -1)).movedim(-1, 1))
    assert "project): Pointwise(6, 1)" in repr(sSE(6))


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_layers_without_a_bias(kind):
    """As in SENet. Both paths, first and second derivatives, TorchScript."""
    block = make(kind).double()
    if hasattr(block, "channel"):
        block.channel.fc1 = nn.Linear(6, 3, bias=False, dtype=torch.float64)
        block.channel.fc2.bias = None
    if hasattr(block, "spatial"):
        block.spatial.project.bias = None
    if kind == "concat":
        block.merge.bias = None
    results = []
    for run in (block, through_plain_path(block)):
        x = torch.linspace(-1, 1, 240, dtype=torch.float64).reshape(2, 6, 4, 5).requires_grad_()
        wanted = [x, *run.parameters()]
        first = torch.autograd.grad(run(x).square().sum(), wanted, create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), wanted)
        results.append((first, second))
        run(x).sum().backward()
    torch.testing.assert_close(*results)
    assert torch.equal(torch.jit.script(block)(x), through_plain_path(block)(x))


def test_backward_inside_autocast():
    block = scSE(6)
    x = torch.randn(2, 6, 8, 8, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        block(x).sum().backward()
    (expected,) = torch.autograd.grad(block(x).sum(), x)
    torch.testing.assert_close(x.grad, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_copies(kind):
    block = make(kind)
    x = torch.randn(2, 6, 4, 4)
    file = io.BytesIO()
    torch.save(block, file)
    file.seek(0)
    for twin in (copy.deepcopy(block), torch.load(file, weights_only=False)):
        assert torch.equal(twin(x), block(x))
        assert twin.channels == 6
        with torch.no_grad():
            for p in twin.parameters():
                p.add_(1)
        assert not torch.equal(twin(x), block(x)), "a copy has parameters of its own"


def test_repr():
    assert "6, r=3, combine='max'" in repr(scSE(6, r=3, combine="max"))
    assert "cSE(\n  6, r=2" in repr(cSE(6))


WRONG_ARGUMENTS = [
    (lambda: scSE(0), ValueError, "channels must be at least 1, got 0"),
    (lambda: sSE(-3), ValueError, "channels must be at least 1, got -3"),
    (lambda: cSE(8.0), TypeError, r"channels must be an integer, got float 8\.0"),
    (lambda: scSE(True), TypeError, "channels must be an integer, got bool True"),
    (lambda: scSE(8, r=0), ValueError, "r must be at least 1, got 0"),
    (lambda: cSE(8, r=0.5), TypeError, r"r must be an integer, got float 0\.5"),
    (lambda: scSE(8, combine="sum"), ValueError, "'add', 'max', 'mul', 'concat'.*got 'sum'"),
    (lambda: scSE(8, combine=None), ValueError, "combine must be one of .*got None"),
]


@pytest.mark.parametrize(("call", "error", "message"), WRONG_ARGUMENTS)
def test_wrong_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


with warnings.catch_warnings():  # torch says that nested tensors are a prototype
    warnings.simplefilter("ignore")
    NESTED = torch.nested.as_nested_tensor([torch.zeros(6, 4), torch.zeros(6, 5)])

WRONG_INPUTS = [
    ([[1.0]], TypeError, r"takes a torch\.Tensor \(N, C, \*spatial\), got list"),
    (np.zeros((1, 6, 4, 4)), TypeError, "got ndarray"),
    (torch.zeros(2, 6), ValueError, r"one, two or three spatial axes, got 2 axes in all: \(2, 6\)"),
    (torch.zeros(1, 6, 2, 2, 2, 2), ValueError, "got 6 axes in all"),
    (
        torch.zeros(2, 5, 4, 4),
        ValueError,
        r"takes \(N, 6, \*spatial\), got 5 channels: \(2, 5, 4, 4\)",
    ),
    (torch.zeros(2, 4, 4, 6), ValueError, r"are the channels last\? x\.movedim\(-1, 1\)"),
    (
        torch.zeros(2, 6, 0, 4),
        ValueError,
        r"space, which is empty in a tensor of shape \(2, 6, 0, 4\)",
    ),
    (torch.zeros(2, 6, 4, dtype=torch.int64), TypeError, r"floating point, got torch\.int64"),
    (torch.zeros(2, 6, 4, dtype=torch.bool), TypeError, r"floating point, got torch\.bool"),
    (torch.zeros(2, 6, 4, dtype=torch.complex64), TypeError, "floating point, got torch.complex64"),
    (torch.zeros(2, 6, 4, dtype=torch.float64), TypeError, r"float32 and was given torch\.float64"),
    (torch.zeros(2, 6, 4).to(torch.float8_e4m3fn), TypeError, "floating point, got torch.float8"),
    (torch.zeros(2, 6, 4).to_sparse(), TypeError, "dense torch.Tensor .* layout torch.sparse_coo"),
    (torch.zeros(2, 6, 4, 4).to_mkldnn(), TypeError, "dense torch.Tensor .* layout torch._mkldnn"),
    (NESTED, TypeError, "dense torch.Tensor .* got a nested tensor"),
]


@pytest.mark.parametrize(("x", "error", "message"), WRONG_INPUTS)
@pytest.mark.parametrize("block", [cSE(6), sSE(6), scSE(6)], ids=lambda b: type(b).__name__)
@pytest.mark.parametrize("method", ["forward", "gates"])
def test_wrong_inputs(block, method, x, error, message):
    with pytest.raises(error, match=message) as caught:
        block(x) if method == "forward" else block.gates(x)
    assert str(caught.value).startswith(type(block).__name__)


# Where weights are no parameters, or not there


def replica(net):
    """A copy as `nn.parallel.replicate` makes it for every GPU: weights are plain attributes."""
    copies = {module: module._replicate_for_data_parallel() for module in net.modules()}
    for module, copied in copies.items():
        for name, child in module.named_children():
            setattr(copied, name, copies[child])
        for name, weight in module.named_parameters(recurse=False):
            setattr(copied, name, weight.clone())
    assert not list(copies[net].parameters())
    return copies[net]


@pytest.mark.parametrize("kind", KINDS)
def test_a_replica_of_data_parallel_computes_the_same(kind):
    block, x = make(kind), torch.randn(2, 6, 4, 4)
    y = replica(block)(x)
    torch.testing.assert_close(y, block(x), atol=0, rtol=0)
    y.sum().backward()
    assert all(p.grad is not None for p in block.parameters())
    with pytest.raises(TypeError, match="parameters of torch.float32"):
        replica(block)(x.double())


class Half(nn.Module):
    """A gate without parameters."""

    def forward(self, x):
        return torch.full((len(x), x.shape[1], 1, 1), 0.5)


def test_a_gate_without_parameters_can_be_put_in():
    block, x = cSE(6), torch.randn(2, 6, 4, 4)
    block.channel = Half()
    assert torch.equal(block(x), x / 2)
    assert block.gates(x).channel.eq(0.5).all()


def test_autocast_leaves_float64_alone_hence_it_is_refused_on_both_paths():
    block, x = cSE(6), torch.randn(2, 6, 4, 4).double()
    for path in (block, through_plain_path(block)):
        with torch.autocast("cpu", torch.bfloat16), pytest.raises(TypeError, match=r"float64"):
            path(x)


def test_another_dtype_is_told_of_on_a_device_without_autocast():
    x = torch.empty(2, 6, 4, 4, device="meta", dtype=torch.bfloat16)
    with pytest.raises(TypeError, match="was given torch.bfloat16"):
        cSE(6).to("meta")(x)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_drawn_anew_by_reset_parameters_as_in_torch(kind):
    torch.manual_seed(5)
    expected = make(kind).state_dict()
    with torch.device("meta"):
        block = make(kind)
    block.to_empty(device="cpu")
    torch.manual_seed(5)
    for module in block.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    assert all(torch.equal(block.state_dict()[key], expected[key]) for key in expected)
