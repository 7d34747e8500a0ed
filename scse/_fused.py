"""A whole block as one autograd Function: the forward pass, and its derivative worked out by hand.

A block is memory traffic and little else, so what counts is how many tensors of the size of x
are allocated, read and written. Built from separate operations, autograd saves and allocates
several. Here the forward pass makes one (y), the backward pass makes one (the gradient of x),
and only x and the small gates are kept in between. `max`, `concat`, and `mul` in half precision
need scratch space besides, an eighth of x (`concat` a half), or all of it where x is small (see
`_tiles`). The concatenation, which is twice as large as x, is never built.

Notation, as in `scse.blocks`, with space flattened to S positions: x is (N, C, S), the channel
gate c is (N, C, 1), the spatial gate s is (N, 1, S). W_m of `concat` is w, (C, 2·C).
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn import functional as F
from torch.nn.modules import module as _module

from scse.rules import rule

# What is private to torch and asked here. In a version that lacks one of them blocks take the plain
# path: slower, and right.
_GLOBAL_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)
_PRIVATE = (
    *((_module, name) for name in _GLOBAL_HOOKS),
    (torch._C, "_are_functorch_transforms_active"),
    (torch._C, "_len_torch_dispatch_stack"),
    (getattr(torch._C, "_functorch", None), "is_batchedtensor"),
    (getattr(torch._C, "_functorch", None), "is_legacy_batchedtensor"),
)


def _torch_has_all() -> bool:
    return all(hasattr(place, name) for place, name in _PRIVATE)


AVAILABLE = _torch_has_all()

# Into how many tiles x is cut where scratch space is needed. All threads wait for one another after
# every operation on a tile, long on a busy machine: `concat`, which has more of them, gets fewer.
MOST_TILES = 8
MOST_TILES_OF_CONCAT = 2
TILE = 2**17  # elements that a tile has at the least, so that small maps are not slowed down


def fusable(rule_name: str, x: Tensor, *modules: nn.Module) -> bool:
    """Whether the Function may stand in for the modules' own forward passes on ``x``.

    Not for a rule without a row in `_FUSED`, nor with a torch that lacks what is asked here. Not
    where something wants to see or change the steps in between: compilers and tracers, dispatch
    modes (`make_fx`, checkpoints that choose what to keep), hooks on a gate, modules of another
    class put in place of ours, `torch.func` transforms, forward-mode derivatives, tensor
    subclasses. Nor where it has nothing to offer: an empty batch, or a layout in which space does
    not flatten without a copy. Nor where autocast wants the large products of `concat` in half
    precision.
    """
    return (
        AVAILABLE
        and rule_name in _FUSED
        and not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()
        and not torch._C._are_functorch_transforms_active()
        and not torch._C._len_torch_dispatch_stack()
        and not any(getattr(_module, name) for name in _GLOBAL_HOOKS)
        and type(x) in (Tensor, nn.Parameter)
        and x.device.type in ("cpu", "cuda")
        and x.numel() > 0
        and not (
            rule(rule_name).maps > 1
            and x.dtype == torch.float32
            and torch.is_autocast_enabled(x.device.type)
        )
        and all(x.stride(d) == x.stride(d + 1) * x.shape[d + 1] for d in range(2, x.dim() - 1))
        and not any(
            m._forward_hooks
            or m._forward_pre_hooks
            or m._backward_hooks
            or m._backward_pre_hooks
            or "forward" in m.__dict__
            for m in modules
        )
        and not any(
            forward_ad.unpack_dual(t).tangent is not None
            for t in (x, *(p for m in modules for p in m._parameters.values()))
        )
    )


def fused(rule_name: str, x: Tensor, fc1=None, fc2=None, project=None, merge=None) -> Tensor:
    """The block's output, (N, C, *spatial), from its linear layers; None for an absent one."""
    parameters = []
    for layer in (fc1, fc2, project, merge):
        parameters += [layer.weight, layer.bias] if layer is not None else [None, None]
    with torch.autocast(x.device.type, enabled=False):  # gates and W_m get the dtype of x below
        return _Block.apply(rule_name, x, *parameters)


# A row of scse.rules made fast: the output into y, then the pull-back of its gradient g.
#
# A pull-back is given ∂L/∂y = g and returns ∂L/∂c = Σ_S g·∂y/∂c and ∂L/∂s = Σ_C g·∂y/∂s. It
# leaves g·∂y/∂x (with the gates held still) in gx, which it first uses as scratch space.
# Sums over channels are written as products with a row of ones: `bmm` reads x at full speed.
# A rule with a 1×1 convolution also takes its weight and bias, and returns their gradients.


def _cse(x, c, s, y):
    torch.mul(x, c, out=y)  # y = c·x


def _pull_cse(g, x, c, s, gx):
    dc = torch.mul(g, x, out=gx).sum(2, keepdim=True)  # ∂y/∂c = x
    torch.mul(g, c, out=gx)  # ∂y/∂x = c
    return dc, None


def _sse(x, c, s, y):
    torch.mul(x, s, out=y)  # y = s·x


def _pull_sse(g, x, c, s, gx):
    ds = torch.bmm(_ones(x), torch.mul(g, x, out=gx))  # ∂y/∂s = x
    torch.mul(g, s, out=gx)  # ∂y/∂x = s
    return None, ds


def _add(x, c, s, y):
    torch.add(c, s, out=y).mul_(x)  # y = (c + s)·x


def _pull_add(g, x, c, s, gx):
    torch.mul(g, x, out=gx)
    dc = gx.sum(2, keepdim=True)  # ∂y/∂c = x
    ds = torch.bmm(_ones(x), gx)  # ∂y/∂s = x
    torch.add(c, s, out=gx).mul_(g)  # ∂y/∂x = c + s
    return dc, ds


def _mul(x, c, s, y):
    if x.dtype != torch.float16:
        torch.mul(c, s, out=y).mul_(x).mul_(x)  # y = c·x · s·x
        return
    for xt, ct, st, yt in _tiles(x, c, s, y):  # c·s may be too small for a half
        torch.mul(xt, ct, out=yt).mul_(xt * st)


def _pull_mul(g, x, c, s, gx):
    torch.mul(g, x, out=gx).mul_(x)
    dc = torch.bmm(gx, s.transpose(1, 2))  # ∂y/∂c = s·x²
    ds = torch.bmm(c.transpose(1, 2), gx)  # ∂y/∂s = c·x²
    torch.mul(x, 2 * c, out=gx).mul_(s).mul_(g)  # ∂y/∂x = 2·c·s·x
    return dc, ds


def _max(x, c, s, y):
    for xt, ct, st, yt in _tiles(x, c, s, y):  # y = max(c·x, s·x), one product in scratch space
        torch.maximum(torch.mul(xt, ct, out=yt), xt * st, out=yt)


def _pull_max(g, x, c, s, gx):
    dc, ds = torch.empty_like(c), torch.zeros_like(s)
    for parts in _tiles(x, c, s, g, gx, dc, ds):
        _pull_max_tile(*parts)
    return dc, ds


def _pull_max_tile(x, c, s, g, gx, dc, ds):
    # With m = 1 where s·x wins, 0 where c·x wins and ½ where they are equal, as in
    # torch.maximum:  ∂y/∂c = (1 − m)·x,  ∂y/∂s = m·x,  ∂y/∂x = c + m·(s − c).
    m = torch.sub(s, c).mul_(x).sign_()  # as large as x: hence the tiles
    torch.add(c.new_tensor(0.5), m, alpha=0.5, out=m)
    torch.sum(torch.mul(g, x, out=gx), 2, keepdim=True, out=dc)
    dc -= gx.mul_(m).sum(2, keepdim=True)
    ds.baddbmm_(_ones(x), gx)
    torch.lerp(c, s, m, out=gx).mul_(g)


def _concat(x, c, s, y, w, b):
    wa, wb = w.chunk(2, 1)  # (C, C) each
    # y = W_a (c·x) + W_b (s·x) + b,  W_m = [W_a, W_b]
    for xt, ct, st, yt in _tiles(x, c, s, y, axis=2, most=MOST_TILES_OF_CONCAT):
        part = xt * ct
        torch.bmm(_each(wa, xt), part, out=yt)
        yt.baddbmm_(_each(wb, xt), torch.mul(xt, st, out=part))
        if b is not None:
            yt.add_(b.unsqueeze(1))


def _pull_concat(g, x, c, s, gx, w, b):
    wide = torch.promote_types(x.dtype, torch.float32)  # for sums that grow tile by tile
    dc, ds = torch.zeros_like(c, dtype=wide), torch.empty_like(s)
    dw = torch.zeros_like(w, dtype=wide)
    for parts in _tiles(x, c, s, g, gx, dc, ds, axis=2, most=MOST_TILES_OF_CONCAT):
        _pull_concat_tile(*parts, *w.chunk(2, 1), *dw.chunk(2, 1))
    return dc, ds, dw, None if b is None else g.sum((0, 2))


def _pull_concat_tile(x, c, s, g, gx, dc, ds, wa, wb, dwa, dwb):
    part = x * c  # one half of the concatenation, then the other
    _add_products(dwa, g, part)  # ∂L/∂W_a = Σ_N g (c·x)ᵀ
    _add_products(dwb, g, torch.mul(x, s, out=part))  # ∂L/∂W_b = Σ_N g (s·x)ᵀ
    # With p = W_aᵀ g and q = W_bᵀ g, the gradients of the halves:
    # ∂L/∂c = Σ_S p·x,  ∂L/∂s = Σ_C q·x,  g·∂y/∂x = c·p + s·q.
    torch.bmm(_each(wa.t(), x), g, out=gx)  # p
    dc += torch.mul(gx, x, out=part).sum(2, keepdim=True, dtype=dc.dtype)
    torch.bmm(_each(wb.t(), x), g, out=part)  # q
    gx.mul_(c).addcmul_(part, s)
    torch.bmm(_ones(x), part.mul_(x), out=ds)


def _add_products(total, a, b):
    """Add Σ_N a bᵀ to the total."""
    if total.dtype == a.dtype:
        total.addbmm_(a, b.transpose(1, 2))
    else:
        total += torch.bmm(a, b.transpose(1, 2)).sum(0, dtype=total.dtype)


_FUSED: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "cse": (_cse, _pull_cse),
    "sse": (_sse, _pull_sse),
    "add": (_add, _pull_add),
    "mul": (_mul, _pull_mul),
    "max": (_max, _pull_max),
    "concat": (_concat, _pull_concat),
}


class _Block(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rule_name, x, w2, b2, w1, b1, w, b, wm, bm):
        n, k = x.shape[:2]
        u = x.view(n, k, -1)  # (N, C, S)
        z = h = c = s = None
        if w2 is not None:  # c = σ(W1 δ(W2 z + b2) + b1),  z = the mean of u over space
            z = u.mean(2).to(w2.dtype)  # (N, C)
            h = F.linear(z, w2, b2).relu()  # (N, C/r)
            c = F.linear(h, w1, b1).sigmoid().to(x.dtype).unsqueeze(2)  # (N, C, 1)
        if w is not None:  # s = σ(w u + b)
            q = torch.bmm(w.to(x.dtype).expand(n, 1, k), u)  # (N, 1, S)
            s = (q if b is None else q + b.to(x.dtype)).sigmoid()
        y = torch.empty_like(x)
        _FUSED[rule_name][0](u, c, s, y.view(u.shape), *_merge(x, wm, bm))
        ctx.rule_name = rule_name
        ctx.save_for_backward(z, h, c, s, x, w2, b2, w1, b1, w, b, wm, bm)
        return y  # and not a view of it, so that an in-place ReLU may follow

    @staticmethod
    def backward(ctx, g):
        if torch.is_grad_enabled() or _batched(g):  # create_graph, or vmap over backward
            return None, *_pull_differentiably(ctx, g)
        with torch.autocast(g.device.type, enabled=False):
            return None, *_pull(ctx, g)


def _pull(ctx, g):
    """The gradients of x and of the parameters, in the order of `_Block.forward`."""
    z, h, c, s, x, w2, b2, w1, b1, w, b, wm, bm = ctx.saved_tensors
    u, g = x.flatten(2), g.flatten(2)  # (N, C, S)
    gu = torch.empty_like(u)
    dc, ds, *dm = _FUSED[ctx.rule_name][1](g, u, c, s, gu, *_merge(x, wm, bm))
    dw2 = db2 = dw1 = db1 = dw = db = dwm = dbm = None
    if wm is not None:
        dwm, dbm = dm[0].to(wm.dtype), None if bm is None else dm[1].to(bm.dtype)

    # x also moves the gates: two more terms for its gradient.
    if dc is not None:
        de = (dc * c * (1 - c)).squeeze(2).to(w1.dtype)  # (N, C)    σ' = σ(1 − σ)
        dh = (de @ w1) * (h > 0)  # (N, C/r)
        dw1, db1 = de.t() @ h, None if b1 is None else de.sum(0)
        dw2, db2 = dh.t() @ z, None if b2 is None else dh.sum(0)
        dz = dh @ w2  # (N, C); each position has a share 1/S in z
        gu.add_((dz / u.shape[2]).to(x.dtype).unsqueeze(2))
    if ds is not None:
        dq = ds * s * (1 - s)  # (N, 1, S)
        dw = torch.bmm(u, dq.transpose(1, 2)).sum(0).view(1, -1).to(w.dtype)  # (1, C)
        db = None if b is None else dq.sum().reshape(1).to(b.dtype)
        gu.addcmul_(w.to(x.dtype).view(1, -1, 1), dq)
    return gu.view(x.shape), dw2, db2, dw1, db1, dw, db, dwm, dbm


def _pull_differentiably(ctx, g):
    """The same gradients, made by autograd from the plain equations: for double backward."""
    wanted = [i for i, needed in enumerate(ctx.needs_input_grad[1:]) if needed]
    inputs = ctx.saved_tensors[4:]
    with torch.enable_grad():
        y = _plain(ctx.rule_name, *inputs)
        found = torch.autograd.grad(y, [inputs[i] for i in wanted], g, create_graph=True)
    gradients: list[Tensor | None] = [None] * len(inputs)
    for i, gradient in zip(wanted, found, strict=True):
        gradients[i] = gradient
    return gradients


def _plain(rule_name, x, w2, b2, w1, b1, w, b, wm, bm):
    n, k = x.shape[:2]
    u = x.flatten(2)
    c = s = None
    if w2 is not None:
        c = torch.sigmoid(F.linear(F.linear(u.mean(2).to(w2.dtype), w2, b2).relu(), w1, b1))
        c = c.to(x.dtype).unsqueeze(2)
    if w is not None:
        q = torch.bmm(w.to(x.dtype).expand(n, 1, k), u)
        s = torch.sigmoid(q if b is None else q + b.to(x.dtype))
    y = rule(rule_name).apply(u, c, s)
    if wm is not None:
        wm, bm = _merge(x, wm, bm)
        y = torch.bmm(_each(wm, x), y)
        y = y if bm is None else y + bm.unsqueeze(1)
    return y.view_as(x)


def _merge(x, w, b):
    """The weight and the bias of W_m in the dtype of x; nothing where the rule has no W_m."""
    return () if w is None else (w.to(x.dtype), None if b is None else b.to(x.dtype))


def _batched(g):
    return torch._C._functorch.is_batchedtensor(g) or torch._C._functorch.is_legacy_batchedtensor(g)


def _each(w, x):
    """The matrix w for each sample of x."""
    return w.expand(x.shape[0], -1, -1)


def _ones(x):
    return _each(x.new_ones(1, x.shape[1]), x)


def _tiles(x, *others, axis=1, most=None):
    """Cut x (N, C, S), and what goes with it, into at most about ``most`` parts.

    By samples or, where these are few, along the axis too: 1 by channels, 2 by positions. The
    others are as large as x, or a gate: (N, C, 1) or (N, 1, S), whole where it has one entry there.
    """
    n, size = x.shape[0], x.shape[axis]
    pieces = min(most or MOST_TILES, max(1, x.numel() // TILE))
    if pieces == 1:
        return [(x, *others)]
    if n >= pieces:
        step = -(-n // pieces)
        cuts = [(slice(i, i + step), slice(None)) for i in range(0, n, step)]
    else:
        step = -(-size * n // pieces)
        cuts = [
            (slice(i, i + 1), slice(j, j + step)) for i in range(n) for j in range(0, size, step)
        ]

    def part(t, samples, along):
        t = t[samples]
        if t.shape[axis] != size:
            return t
        return t[:, along] if axis == 1 else t[:, :, along]

    return [[part(t, *cut) for t in (x, *others)] for cut in cuts]
