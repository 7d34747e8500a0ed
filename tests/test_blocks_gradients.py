"""Derivatives of the blocks, first and second, and the memory that they cost."""

import copy
from functools import partial

import pytest
import torch
from block_kinds import KINDS, make, through_plain_path
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.autograd.graph import saved_tensors_hooks
from torch.func import functional_call
from torch.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts

from scse import _fused, scSE
from scse.benchmark import Blog, BlogConcat, peak_bytes, saved_bytes, training_step

SPATIAL = [(3,), (2, 3), (2, 1, 2)]


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture(params=[1, 2**19], ids=["tiles", "whole"])
def tile(request, monkeypatch):
    """The fused path in its smallest parts, and in one."""
    monkeypatch.setattr(_fused, "TILE", request.param)
    monkeypatch.setattr(_fused, "MOST_TILES_OF_CONCAT", _fused.MOST_TILES)


def as_function(block):
    """The block as a function of x and its parameters, and those in float64."""
    block = block.double()
    names = [name for name, _ in block.named_parameters()]

    def function(x, *parameters):
        return functional_call(block, dict(zip(names, parameters, strict=True)), (x,))

    return function, tuple(p.detach().clone().requires_grad_() for p in block.parameters())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spatial", SPATIAL, ids=str)
def test_first_and_second_derivatives(kind, spatial, monkeypatch):
    monkeypatch.setattr(_fused, "TILE", 1)
    torch.manual_seed(0)
    function, parameters = as_function(make(kind, 4))
    x = torch.randn(2, 4, *spatial, dtype=torch.float64, requires_grad=True)
    assert gradcheck(function, (x, *parameters), check_batched_grad=True, fast_mode=False)
    assert gradgradcheck(function, (x, *parameters), fast_mode=True)


@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")  # in torch itself
@pytest.mark.parametrize("kind", KINDS)
def test_forward_mode(kind):
    function, parameters = as_function(make(kind, 4))
    x = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(function, (x, *parameters), check_forward_ad=True, fast_mode=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "shape", [(2, 8, 6, 5), (17, 8, 3, 3), (3, 8, 2, 2, 2), (1, 8, 9)], ids=str
)
@pytest.mark.usefixtures("tile")
def test_fused_equals_plain(kind, shape):
    block = make(kind, 8).double()
    plain = through_plain_path(block)
    x = torch.randn(shape, dtype=torch.float64).relu_()  # zeros: where max is not differentiable
    g = torch.randn(shape, dtype=torch.float64)
    results = []
    for run in (block, plain):
        t = x.clone().requires_grad_()
        y = run(t)
        results.append((y, torch.autograd.grad(y, [t, *run.parameters()], g)))
    torch.testing.assert_close(results[0], results[1], atol=1e-11, rtol=1e-11)


def test_max_shares_the_gradient_of_equal_gates():
    """Both gates ½ everywhere, as after a zero start: torch.maximum gives each half."""
    block = scSE(4, combine="max").double()
    for layer in (block.channel.fc2, block.spatial.project):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    x = torch.randn(2, 4, 3, 3, dtype=torch.float64)
    gradients = [
        torch.autograd.grad(run(x).square().sum(), list(run.parameters()))
        for run in (block, through_plain_path(block))
    ]
    torch.testing.assert_close(*gradients)
    assert gradients[0][-1].abs() > 0.1, "the spatial branch learns from the start"


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_parts(kind):
    """Whatever does not require a gradient gets none, and nothing else changes."""
    block = make(kind, 4).double()
    x = torch.randn(2, 4, 3, 3, dtype=torch.float64)
    names = [name for name, _ in block.named_parameters()]
    wanted = x.clone().requires_grad_()
    full = torch.autograd.grad(block(wanted).square().sum(), [wanted, *block.parameters()])
    full = dict(zip(["x", *names], full, strict=True))
    for frozen in [{"x"}, set(names), *({name} for name in names), {"x", names[0]}]:
        part = copy.deepcopy(block)
        for name, p in part.named_parameters():
            p.requires_grad_(name not in frozen)
        t = x.clone().requires_grad_("x" not in frozen)
        part(t).square().sum().backward()
        found = {"x": t.grad, **{name: p.grad for name, p in part.named_parameters()}}
        for name, gradient in found.items():
            if name in frozen:
                assert gradient is None
            else:
                torch.testing.assert_close(gradient, full[name])


@pytest.mark.parametrize("kind", KINDS)
def test_no_gradient_at_all(kind):
    block = make(kind, 4)
    x = torch.randn(2, 4, 3, 3)
    expected = block(x).detach()
    for mode in (torch.no_grad(), torch.inference_mode()):
        with mode:
            y = block(x)
        assert not y.requires_grad
        assert torch.equal(y, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_in_place_relu_after_the_block(kind):
    block = make(kind, 4)
    x = torch.randn(2, 4, 5, 5, requires_grad=True)
    expected = torch.autograd.grad(block(x).relu().sum(), [x, *block.parameters()])
    y = nn.Sequential(block, nn.ReLU(inplace=True))(x)
    found = torch.autograd.grad(y.sum(), [x, *block.parameters()])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_x_changed_before_backward_is_refused(kind):
    block = make(kind, 4)
    x = torch.randn(2, 4, 5, 5)
    y = block(x)
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_second_derivative_after_functional_call():
    """One step of gradient descent inside another, as in MAML: with the inner parameters."""
    x = torch.randn(2, 4, 3, 3, dtype=torch.float64)
    outer = []
    block = scSE(4).double()
    for run in (block, through_plain_path(block)):
        parameters = dict(run.named_parameters())
        loss = functional_call(run, parameters, (x,)).square().mean()
        gradients = torch.autograd.grad(loss, list(parameters.values()), create_graph=True)
        stepped = {n: p - g for (n, p), g in zip(parameters.items(), gradients, strict=True)}
        loss = functional_call(run, stepped, (x,)).square().mean()
        outer.append(torch.autograd.grad(loss, list(parameters.values())))
    torch.testing.assert_close(*outer)


@pytest.mark.parametrize("kind", KINDS)
def test_checkpoints_that_choose_what_to_keep(kind):
    """Nothing that was kept may change afterwards, whichever operations are chosen."""
    aten = torch.ops.aten
    chosen = [aten.bmm.default, aten.addmm.default, aten.add.Tensor, aten.mul.Tensor]
    contexts = partial(create_selective_checkpoint_contexts, chosen)
    block, x = make(kind, 4), torch.randn(2, 4, 3, 3, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=False, context_fn=contexts)
    found = torch.autograd.grad(y.square().sum(), [x, *block.parameters()])
    expected = torch.autograd.grad(block(x).square().sum(), [x, *block.parameters()])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_imaginary_part_of_a_conjugate(kind):
    """A view that negates: its memory holds −x."""
    block = make(kind, 4)
    z = torch.randn(2, 4, 3, 3, dtype=torch.complex64, requires_grad=True)
    x = z.conj().imag
    assert x.is_neg()
    g = torch.randn(2, 4, 3, 3)
    (found,) = torch.autograd.grad(block(x), z, g)
    t = x.detach().resolve_neg().requires_grad_()
    (expected,) = torch.autograd.grad(block(t), t, g)
    torch.testing.assert_close(-found.imag, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_kept_tensors_that_come_back_in_another_layout(kind):
    block, x = make(kind, 4), torch.randn(2, 4, 3, 5, requires_grad=True)
    expected = torch.autograd.grad(block(x).sum(), [x, *block.parameters()])

    def back(t):  # the numbers that were kept, with another axis innermost
        return t.transpose(2, 3).contiguous().transpose(2, 3) if t.dim() == 4 else t

    with saved_tensors_hooks(lambda t: t, back):
        y = block(x)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), [x, *block.parameters()]), expected)


def test_backward_twice():
    block, x = scSE(4), torch.randn(2, 4, 3, 3, requires_grad=True)
    loss = block(x).sum()
    loss.backward(retain_graph=True)
    once = x.grad.clone()
    loss.backward()
    torch.testing.assert_close(x.grad, 2 * once)
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        loss.backward()


# Memory, in units of N, the bytes of x. Counted, so the same on every machine.
SHAPES = [(16, 32, 96, 96), (1, 64, 256, 256), (60, 128, 24, 24), (2, 64, 32, 32, 64)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_saves_x_and_the_gates(kind, shape):
    block = make(kind, shape[1])
    x = torch.randn(shape, requires_grad=True)
    kept = []

    def keep(tensor):
        kept.append(tensor)
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        block(x)
    parameters = {p.data_ptr() for p in block.parameters()}
    large = [t for t in kept if t.numel() >= x.numel()]
    assert [t.data_ptr() for t in large] == [x.data_ptr()], "x itself and nothing else of its size"
    small = sum(t.numel() for t in kept if t.numel() < x.numel() and t.data_ptr() not in parameters)
    gates = x[:, 0].numel() + 4 * shape[0] * shape[1]  # s, and z, hidden, c
    assert small <= gates
    assert saved_bytes(block, x) <= 4 * (x.numel() + gates)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_peak_of_a_training_step(kind, shape):
    block = make(kind, shape[1])
    x, g = torch.randn(shape, requires_grad=True), torch.randn(shape)
    n = 4 * x.numel()
    training_step(block, x, g)
    peak = peak_bytes(lambda: training_step(block, x, g))
    gates, scratch = 12 * x[:, 0].numel(), (0.6 if kind == "concat" else 0.2) * n
    assert 2 * n <= peak <= 2 * n + scratch + gates  # y, the gradient of x


def test_the_counting_counts():
    """On the implementation of the blog posts, of which it is known: four times x."""
    x, g = torch.randn(4, 32, 64, 64, requires_grad=True), torch.randn(4, 32, 64, 64)
    blog, n = Blog(32, 2), 4 * x.numel()
    training_step(blog, x, g)
    assert 4 * n <= peak_bytes(lambda: training_step(blog, x, g)) <= 5 * n
    assert n <= saved_bytes(blog, x) <= 1.1 * n
    concat = BlogConcat(32, 2)  # and keeps the concatenation besides
    assert 3 * n <= saved_bytes(concat, x) <= 3.1 * n
