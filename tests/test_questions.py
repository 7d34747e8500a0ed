"""What the book's questions say is true is computed anew here: every number and curve, and those
choices of which one is right by a number.

*Your own network* is held to the results that book/own_network/make.py stores.
"""

import functools
import itertools
import json
import re
import statistics
import warnings
from pathlib import Path

import pytest
import torch
from grid_results import compared, differences, scores
from site_tools import CHAPTERS

import scse
from scse import (
    costs,
    family,
    fields,
    find_blocks,
    override,
    record,
    sweep,
    weights,
)
from scse.data import brain, digits
from scse.metrics import dice, mean_dice
from scse.rules import rule
from scse.training import soft_dice_loss
from scse.widgets import Costs, GatesLearn, _questions, receptive_field

BOOK = Path(__file__).parents[1] / "book"
QUESTIONS = {
    (chapter, name): question
    for chapter in CHAPTERS
    for name, question in _questions.read(BOOK / "questions" / f"{chapter}.json").items()
}


def stored(name):
    return json.loads((BOOK / "own_network" / f"{name}.json").read_text())


def answer(net, images):
    with torch.no_grad():
        return net(images).argmax(1)


# --- Start here ---


@functools.cache
def digit_network():
    return scse.load("digits-unet-scse"), *digits.Digits().test()


def bar_that_loses_the_0():
    """And with it, that the others do not."""
    net, images, labels = digit_network()
    image, label = images[1:2], labels[1:2]  # a 6 and a 0
    own = record(net, image)["decoder1"].channel
    lost = []
    for k in range(8):
        gates = own.clone()
        gates[:, k] = 0
        with override(net, {"decoder1": {"channel": gates}}):
            now = answer(net, image)
        of = dice(now, label, 11).tolist()
        lost.append((of[1], of[7]))
        if k == 3:
            assert (now[label == 1] == 0).double().mean() > 0.9  # background wins
    assert [round(zero, 2) for zero, _ in lost] == [0.95, 0.95, 0.94, 0.08, 0.94, 0.92, 0.95, 0.95]
    assert [round(six, 2) for _, six in lost][3:5] == [0.99, 0.89]
    return f"bar {min(range(8), key=lambda k: lost[k][0]) + 1}"


def own_gates():
    net, images, _ = digit_network()
    gates = record(net, images[1:2])["decoder1"].channel
    assert round(gates.min().item(), 2) == 0.99
    return "all near 1" if gates.min() > 0.98 else "spread"


def price():
    plain, gated = (
        sum(p.numel() for p in scse.UNet(1, 11, se=se).parameters()) for se in (None, "scse")
    )
    blocks = find_blocks(scse.UNet(1, 11, se="scse")).values()
    spatial = sum(p.numel() for block in blocks for p in block.spatial.parameters())
    assert (gated - plain, plain, spatial) == (7231, 122411, 183)
    return 100 * (gated / plain - 1)


# --- Feature maps ---


def effective_field():
    net, image = scse.load("brain-unet-scse", seed=4), brain.example(134)[0]
    at = receptive_field.places(128)
    pixels = [(row, column) for row in at for column in at]
    energies = fields.energy(net, image, "decoder1", pixels)
    sides = [fields.side(e, pixel, 1) for e, pixel in zip(energies, pixels, strict=True)]
    assert (statistics.median(sides), max(sides)) == (7, 23)
    assert sum(side < 10 for side in sides) > 12
    share = 7**2 / 92**2
    assert share < 0.01
    return "less than 10"


def weights_of_a_layer():
    return scse.UNet(1, 4).encoder2.convolutions[0].weight.numel()


def field_with_moving_gates():
    net, image = scse.load("brain-unet-scse", seed=4), brain.example(134)[0]
    still, moving = (
        int((fields.energy(net, image, "encoder1", [(64, 64)], still=still) > 0).sum())
        for still in (True, False)
    )
    assert (still, moving) == (25, 128 * 128)
    return "on all of it"


def pairs_that_channel_16_wins():
    net, images, labels = digit_network()
    scores = record(net, images)["decoder3"].output[:, 15].amax((1, 2))
    ones = (labels == 2).flatten(1).any(1)
    order = scores.argsort(descending=True)
    assert ones[order[:6]].all()
    assert int(ones[order[-6:]].sum()) == 1
    return 100 * (scores[ones][:, None] > scores[~ones]).double().mean().item()


# --- Squeeze ---


def larger_mean():
    image, _ = brain.example(134, inverted=0)
    maps = record(scse.load("brain-unet-scse", seed=4), image)["encoder2"].input[0]
    wide, narrow = maps[8], maps[14]
    assert [round((u > 0).double().mean().item(), 2) for u in (wide, narrow)] == [0.58, 0.23]
    assert [round(u.max().item(), 2) for u in (wide, narrow)] == [0.61, 3.43]
    assert [round(u.mean().item(), 3) for u in (wide, narrow)] == [0.250, 0.232]
    on = [u[u > 0].mean() for u in (wide, narrow)]
    assert round((on[1] / on[0]).item(), 1) == 2.3
    assert narrow.square().mean() > 3 * wide.square().mean()
    return "map 9, by a little"


def one_bright_pixel():
    return torch.full((64, 64), 0.25).sum().item()


def padding_undone():
    _, held_out = brain.split()
    pairs = [brain.example(y, inverted=1, seed=y) for y in held_out[3::8]]
    images, label = (torch.cat(part) for part in zip(*pairs, strict=True))
    frame = torch.nn.functional.pad(images, [64] * 4)
    harmed = 0
    for seed in range(7):
        net = scse.load("brain-unet-scse", seed=seed)
        own = record(net, images)
        gates = {name: {"channel": part.channel} for name, part in own.items()}
        seen = answer(net, frame)
        with override(net, gates):
            mended = answer(net, frame)
        alone, wide, back = (
            mean_dice(some, label, 4)
            for some in (
                own.logits.argmax(1),
                seen[:, 64:192, 64:192],
                mended[:, 64:192, 64:192],
            )
        )
        harmed += alone - wide > 0.1
        assert abs(alone - back) < 0.015
        if seed == 2:
            assert [round(v, 2) for v in (alone, wide, back)] == [0.87, 0.28, 0.87]
    assert harmed == 5
    return "nearly all of it"


# --- Excite ---


def bottleneck_units():
    net = scse.load("brain-unet-scse", seed=4)
    image, _ = brain.example(134, inverted=0, seed=134)
    block = record(net, image)["bottleneck"]
    with torch.no_grad():
        return net.bottleneck.se.channel.fc1(block.input.mean((2, 3)))[0] > 0, block.channel


def units_on():
    on, _ = bottleneck_units()
    assert len(on) == 32
    return int(on.sum())


def gates_above_half():
    _, gates = bottleneck_units()
    assert int((gates > 0.5).sum()) == 28
    logits = 20 * torch.randn(1000, 64, generator=torch.Generator().manual_seed(0))
    return int((logits.softmax(1) > 0.5).sum(1).max())


def dearest_way_in_the_last_block():
    net, images, labels = digit_network()
    image, label = images[20:21], labels[20:21]
    gates = record(net, image)["decoder1"].channel
    logits = gates.double().logit()
    shared = (logits.softmax(1) * gates.sum()).float()
    assert gates.min() > 0.99
    assert (round(logits.min().item(), 1), round(logits.max().item(), 1)) == (4.7, 8.0)
    assert (round(shared.min().item(), 2), round(shared.max().item(), 2)) == (0.13, 3.29)
    found = []
    for changed in (gates, gates / gates.sum(), shared):
        with override(net, {"decoder1": {"channel": changed}}):
            found.append(round(mean_dice(answer(net, image), label, 11), 2))
    assert found == [0.99, 0.99, 0.0]
    return "softmax × Σσ: the proportions change, the sum stays"


# --- Channel ---


@functools.cache
def turned():
    """Seed 4 of the brain, the contrasts of ContrastSlider, and the label."""
    contrasts = [brain.example(134, inverted=k / 12) for k in range(13)]
    net = scse.load("brain-unet-scse", seed=4)
    return net, torch.cat([image for image, _ in contrasts]), contrasts[0][1]


def swapped():
    net, images, label = turned()
    bright, dark = images[:1], images[-1:]
    own = answer(net, bright)
    gates = [record(net, image)["bottleneck"].channel for image in (bright, dark)]
    with override(net, {"bottleneck": {"channel": gates[1]}}):
        now = answer(net, bright)
    assert round(mean_dice(own, label, 4), 2) == 0.86
    assert (int((own != now).sum()), int((label > 0).sum())) == (1357, 6194)
    assert round((gates[0] - gates[1]).abs().mean().item(), 2) == 0.31
    return mean_dice(now, label, 4)


def dice_against_contrast():
    net, images, label = turned()
    return [mean_dice(answer(net, image[None]), label, 4) for image in images]


def course_of_the_gates():
    net, images, _ = turned()
    gates = torch.cat([record(net, image[None])["bottleneck"].channel for image in images])
    gates = gates.flatten(1)  # (13, 64)
    change = gates[-1] - gates[0]
    moved = change.abs() > 0.2
    way = ((gates - gates[0]) * change.sign())[:, moved].sum(1) / change[moved].abs().sum()
    assert way[6].item() == pytest.approx(-0.24, abs=0.015)  # half-way: a quarter backwards
    assert way[9].item() == pytest.approx(1 / 7, abs=0.015)
    assert way[10].item() == pytest.approx(1 / 2, abs=0.03)
    assert way.diff().max() < 2 / 5
    return "they glide, and cross over well beyond the middle"


@functools.cache
def held_out_slices():
    _, slices = brain.split()
    pairs = [[brain.example(y, inverted=i, seed=y) for y in slices[3::4]] for i in (0, 1)]
    return [torch.cat([image for image, _ in pair]) for pair in pairs], torch.cat(
        [label for _, label in pairs[0]]
    )


def seeds_with_the_switch_in_the_bottleneck():
    pictures, truth = held_out_slices()
    lost = []
    for seed in range(7):
        net = scse.load("brain-unet-scse", seed=seed)
        losses = []
        for own, other in (pictures, pictures[::-1]):
            gates = record(net, other)["bottleneck"].channel
            before = mean_dice(answer(net, own), truth, 4)
            with override(net, {"bottleneck": {"channel": gates}}):
                losses.append(before - mean_dice(answer(net, own), truth, 4))
        lost.append(sum(losses) / 2)
    many = [loss for loss in lost if loss >= 0.1]
    assert max(set(lost) - set(many)) < 0.055
    return len(many)


def single_gates():
    pictures, truth = held_out_slices()
    net = scse.load("brain-unet-scse", seed=4)
    options = {"by": "channel", "how": "zero", "blocks": "bottleneck", "controls": False}
    return max(
        sweep(net, x, lambda out: mean_dice(out.argmax(1), truth, 4), **options).lost.max()
        for x in pictures
    )


# --- Space ---


@functools.cache
def branches():
    """What `sweep` says of Space's 64 pictures: branch and how → row."""
    net, images, labels = digit_network()
    few, truth = images[:64], labels[:64]
    table = sweep(
        net,
        few,
        lambda out: mean_dice(out.argmax(1), truth, 11),
        by="branch",
        how=("item", "zero"),
    )
    assert round(table.metric[0] + table.lost[0], 2) == 0.94
    return {(row.branch, row.how): row for row in table.itertuples()}


def branch_that_costs_more():
    rows = {branch: branches()[branch, "item"] for branch in ("channel", "spatial")}
    assert {branch: round(row.metric, 2) for branch, row in rows.items()} == {
        "channel": 0.94,
        "spatial": 0.75,
    }
    row = rows["spatial"]
    assert round(row.metric + row.lost - row.lost_restored, 2) == 0.82
    return "the masks" if rows["spatial"].lost > rows["channel"].lost else "the channel gates"


def masks_shut_and_restored():
    row = branches()["spatial", "zero"]
    assert round(row.metric, 2) == 0.01
    return row.metric + row.lost - row.lost_restored


def sign_on_a_stroke():
    net, images, labels = digit_network()
    parts = [record(net, part)["encoder2"].spatial for part in images[:60].split(20)]
    mask = torch.cat(parts)
    share = torch.nn.functional.adaptive_avg_pool2d(
        (labels[:60] > 0).float()[:, None], mask.shape[2:]
    )
    below = (mask[share > 0.5] < 0.5).double().mean().item()
    assert round(below, 3) == 0.999
    return "negative: the mask is below ½ there"


def free_gates():
    """The rank of c_k + s_j as a function of two c and three s."""
    c, s = torch.eye(5)[:2], torch.eye(5)[2:]
    sums = (c[:, None] + s[None]).reshape(6, 5)
    return torch.linalg.matrix_rank(sums).item()


# --- Both ---


def rule_that_leaves_a_network_as_it_was():
    """With untrained blocks at all seven places of the plain networks, over three inits each."""
    _, slices = brain.split()
    pairs = [brain.example(y, inverted=i, seed=y) for i in (0, 1) for y in slices[3::4]]
    images, labels = digits.Digits().test()
    cases = [("digits-unet-none", 0, images[:12], labels[:12], 11)]
    for seed in (0, 4):
        parts = (torch.cat([pair[k] for pair in pairs]) for k in (0, 1))
        cases.append(("brain-unet-none", seed, *parts, 4))
    lost = {}
    for name, seed, x, truth, classes in cases:
        for combine in ("max", "mul", "add"):
            net = scse.load(name, seed=seed)
            before = mean_dice(answer(net, x), truth, classes)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                blocks = scse.insert(net, x[:1], list(net.stages), combine=combine)
            scores = []
            for init in range(3):
                torch.manual_seed(init)
                for block in blocks.values():
                    fresh = scse.scSE(block.channels, combine=combine)
                    block.load_state_dict(fresh.state_dict())
                scores.append(mean_dice(answer(net, x), truth, classes))
            score = sum(scores) / 3
            lost.setdefault(combine, []).append(before - score)
            if classes == 4:
                assert round(before, 2) == 0.85
                assert 0.25 < score < 0.32 if combine != "add" else score > 0.8
    assert max(lost["add"]) < 0.05
    assert min(lost["max"] + lost["mul"]) > 0.15
    return "the sum: add"


def output_of_mul_for_maps_twice_as_large():
    block = scse.scSE(8, combine="mul")
    x = torch.rand(1, 8, 5, 5)
    gates = block.gates(x)
    join = rule("mul").apply
    return (join(2 * x, *gates) / join(x, *gates)).mean().item()


def gradient_behind_a_batch_norm():
    torch.manual_seed(0)
    x, g = torch.rand(4, 8, 9, 9).double(), torch.randn(4, 8, 7, 7).double()
    convolution, norm = (
        layer.double() for layer in (torch.nn.Conv2d(8, 8, 3), torch.nn.BatchNorm2d(8, eps=1e-12))
    )
    gradients = [
        torch.autograd.grad((norm(convolution(a * x)) * g).sum(), convolution.weight)[0]
        for a in (1, 0.5)
    ]
    torch.testing.assert_close(*gradients)
    return "nothing"


def shifted_gates():
    block = scse.scSE(8)
    x = torch.rand(1, 8, 5, 5)
    c, s = block.gates(x)
    join = rule("add").apply
    torch.testing.assert_close(join(x, c + 0.2, s - 0.2), join(x, c, s))
    return "nothing"


# --- Backwards ---


def paths_back(x, g, W_2, b_2, W_1, b_1, w, b):
    """The chapter's formula: x and g are (C, S)."""
    z = x.mean(1)
    h = (W_2 @ z + b_2).relu()
    c, s = (W_1 @ h + b_1).sigmoid(), (w @ x + b).sigmoid()
    G, Q = (g * x).sum(1), (g * x).sum(0)
    d = (h > 0) * (W_1.T @ (c * (1 - c) * G))
    channel = (W_2.T @ d)[:, None].expand_as(x) / x.shape[1]
    return (c[:, None] + s) * g, channel, w[:, None] * s * (1 - s) * Q


def arriving(net, images, labels):
    """Of each block: its module, its input, and the gradient of the loss at its output."""
    seen = []

    def keep(module, inputs, y):
        seen.append((module, inputs[0], y))

    hooks = [each.register_forward_hook(keep) for each in find_blocks(net).values()]
    scores = net(images)
    for hook in hooks:
        hook.remove()
    loss = torch.nn.functional.cross_entropy(scores, labels) + soft_dice_loss(scores, labels)
    arrived = torch.autograd.grad(loss, [y for _, _, y in seen])
    return [(module, x.detach(), g) for (module, x, _), g in zip(seen, arrived, strict=True)]


def path_through_the_gates():
    """Its median share over all blocks that add, of the gradient of the loss."""
    slices = brain.Brain().batch(2, torch.Generator().manual_seed(1))
    _, images, labels = digit_network()
    found = []
    for name in weights.cards():
        if "-scse-" not in name:
            continue
        batch = slices if name.startswith("brain") else (images[:2], labels[:2])
        for module, x, g in arriving(scse.load(name), *batch):
            layers = [p.detach().squeeze() for p in module.parameters()]
            each = [
                paths_back(u.flatten(1), v.flatten(1), *layers) for u, v in zip(x, g, strict=True)
            ]
            parts = [torch.stack(path) for path in zip(*each, strict=True)]
            found.append([(part.norm() / sum(parts).norm()).item() for part in parts])
    assert len(found) == 56
    product, channel, mask = torch.tensor(found).median(0).values.tolist()
    assert product > 0.9
    assert 0.1 < mask < 0.3
    return "one or two hundredths" if 0.005 < channel < 0.03 else f"{channel}"


def gates_path_with_more_positions():
    """By the variances: with noise for g, that of G_k is the sum of the squares of map k."""
    torch.manual_seed(0)
    small = torch.rand(16, 256)
    W_2, b_2, W_1, b_1, w, b = (p.detach().squeeze() for p in scse.scSE(16).parameters())
    ratios = []
    for x in (small, small.repeat(1, 4)):
        on = W_2 @ x.mean(1) + b_2 > 0
        c = (W_1 @ (on * (W_2 @ x.mean(1) + b_2)) + b_1).sigmoid()
        s = (w @ x + b).sigmoid()
        back = (W_2.T * on) @ W_1.T * (c * (1 - c)) / x.shape[1]
        channel = x.shape[1] * (back.square() @ x.square().sum(1)).sum()
        ratios.append((channel / (c[:, None] + s).square().sum()).sqrt().item())
    return ratios[1] / ratios[0]


def paths_of_saturated_gates():
    torch.manual_seed(0)
    block = scse.scSE(16)
    x, g = torch.rand(16, 100), torch.randn(16, 100)
    layers = [p.detach().squeeze() for p in block.parameters()]
    before = paths_back(x, g, *layers)
    layers[3] = layers[3] + 12
    after = paths_back(x, g, *layers)
    assert 1 < after[0].norm() / before[0].norm() < 2
    assert after[1].norm() < 1e-3 * before[1].norm()
    return "the product's path stays whole, the path through the channel gates closes"


def what_a_dead_branch_learns():
    block = scse.scSE(16)
    with torch.no_grad():
        block.channel.fc1.bias.fill_(-100)
    block(torch.rand(2, 16, 5, 5)).square().sum().backward()
    channel = block.channel.named_parameters()
    assert [name for name, p in channel if p.grad.any()] == ["fc2.bias"]
    return "b₁ alone"


def error_of_smaller_steps():
    errors = []
    for exponent in range(11):
        h = 10.0**-exponent
        x = torch.tensor([0.5 + h, 0.5 - h], dtype=torch.float64)
        up, down = (x.sigmoid() * x + 1).tolist()
        c = torch.tensor(0.5, dtype=torch.float64).sigmoid().item()
        errors.append(abs((up - down) / (2 * h) - (c + 0.5 * c * (1 - c))))
    assert errors[1] / errors[2] == pytest.approx(100, rel=0.1)
    assert 3 <= errors.index(min(errors)) <= 6
    assert errors[-1] > 100 * min(errors)
    return "it falls by 100 each time, then rises again"


# --- Build it, place it, train it ---


def seeds_that_tell_the_images_apart():
    figure = GatesLearn(BOOK / "gates_learning.npz", block="bottleneck")
    end = figure.evaluate({"moment": 39})
    assert [round(apart, 2) for apart in end["apart"].tolist()] == [0.38, 0.08, 0.01]
    assert end["dice"].max() - end["dice"].min() < 0.02, "nearly the same"
    words = ["in none: the tissues are the same, so the gates are", "in one", "in two"]
    return words[(end["apart"] >= 0.3).sum()]


def kept_by_a_plain_maximum():
    block, sizes = scse.scSE(64), {}

    def note(tensor):
        sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x = torch.randn(2, 64, 16, 16, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        c, s = block.channel(x), block.spatial(x)
        joined = torch.maximum(x * c, x * s)
    assert joined.shape == x.shape  # alive till here: no storage has taken another's place
    return round(sum(sizes.values()) / (4 * x.numel()), 1)


def weights_of_the_first_step():
    torch.manual_seed(0)  # of some blocks no hidden unit is above 0, and then W₁ waits too
    block = scse.scSE(8)
    layers = {"W₂": block.channel.fc1, "W₁": block.channel.fc2, "W_sq": block.spatial.project}
    with torch.no_grad():
        for sign in ("W₁", "W_sq"):
            for weight in layers[sign].parameters():
                weight.zero_()
    block(torch.randn(4, 8, 6, 6).relu()).square().sum().backward()
    return " and ".join(sign for sign, layer in layers.items() if layer.weight.grad.any())


def share_of_blocks_in_quicknat():
    none, some = (scse.QuickNAT(1, 28, se=se) for se in (None, "scse"))
    counts = [sum(p.numel() for p in net.parameters()) for net in (none, some)]
    return 100 * (counts[1] / counts[0] - 1)


# --- Playground ---


@functools.cache
def shut_masks():
    net, images, labels = digit_network()
    found = {}
    for name in net.stages:
        with override(net, {name: {"spatial": 0}}):
            found[name] = mean_dice(answer(net, images[1:2]), labels[1:2], 11)
    return found


def mask_missed_most():
    found = shut_masks()
    assert {name: round(found[name], 2) for name in ("bottleneck", "decoder1", "encoder1")} == {
        "bottleneck": 0.97,
        "decoder1": 0.97,
        "encoder1": 0.87,
    }
    assert int(100 * found["encoder3"]) == 47
    net, images, _ = digit_network()
    assert round(record(net, images[1:2])["decoder1"].spatial.min().item(), 2) == 0.93
    return f"that of {min(found, key=found.get)}"


def mean_mask():
    net, images, labels = digit_network()
    parts = [record(net, part)["encoder3"].spatial for part in images.split(20)]
    with override(net, {"encoder3": {"spatial": torch.cat(parts).mean(0, keepdim=True)}}):
        return mean_dice(answer(net, images[1:2]), labels[1:2], 11)


# --- What it costs ---


def costs_beside_a_convolution():
    seen = Costs().evaluate()
    here, beside, package = seen["block"], seen["convolution"], seen["ways"]["package"]
    assert (here["parameters"], beside["parameters"]) == (4257, 36864)
    assert [round(cost["macs"] / 1e6, 1) for cost in (here, beside)] == [2.1, 604.0]
    assert package["passes"][0] == 6
    shares = {
        "memory: how many bytes are read and written": package["bytes"] / beside["bytes"],
        "parameters: how many numbers are learned": here["parameters"] / beside["parameters"],
        "multiplications: how much arithmetic is done": here["macs"] / beside["macs"],
    }
    assert [f"{100 * share:.2g}" for share in shares.values()] == ["3e+02", "12", "0.35"]
    return max(shares, key=shares.get)


def multiplications_with_a_larger_r():
    macs = [costs.block("add", 64, 128 * 128, r).macs for r in (2, 16)]
    assert round(100 * (1 - macs[1] / macs[0]), 1) == 0.2
    return "they hardly change"


def block_with_the_lowest_floor():
    fewest = {kind: forward for kind, (forward, _) in costs.PASSES["floor"].items()}
    assert [kind for kind, passes in fewest.items() if passes == 2] == ["sse"]
    return "sSE"


def share_at_twice_the_width():
    shares = []
    for width in (8, 16, 32):
        stages = costs.unet("add", width=width)
        own, added = (sum(getattr(s, part).macs for s in stages) for part in ("own", "block"))
        shares.append(added / own)
    assert [b / a for a, b in itertools.pairwise(shares)] == pytest.approx([0.5, 0.5], abs=0.01)
    return "it is halved"


def slower_with_blocks():
    (first, _) = json.loads((BOOK / "costs" / "times.json").read_text())["networks"]
    assert (first["width"], first["batch"]) == (8, 8)
    return round(100 * (first["times"]["scSE"] - 1))  # stored, not timed here


# --- Your own network ---


def blocks_that_do_not_move():
    moves = stored("smp-moves")
    still = [
        name.removeprefix("decoder.").removesuffix(".attention")
        for name, moved in zip(moves["block"], moves["moved"], strict=True)
        if moved < 0.001
    ]
    assert still == ["blocks.1.attention2", "blocks.2.attention2"]
    assert [round(max(moves["moved"]), 2), round(moves["moved"][4], 2)] == [0.29, 0.28]
    return "no: in two of them no gate moves"


def dead_units():
    dead = [there for there, on in stored("smp-hidden").values() if on == 0]
    assert sum(dead) == 3
    return "their hidden units are off for every image"


def block_with_the_switch():
    lost = [swap for swap, *_ in stored("smp-swapped").values()]
    first, second, *_ = sorted(lost, reverse=True)
    assert [round(first, 2), round(second, 2), lost.index(first)] == [0.38, 0.03, 4]
    return "nearly all of the loss is in one of them"


def gate_missed_most():
    lost, gate, higher, _ = stored("smp-silenced")[0]
    assert (round(lost, 2), round(gate, 2), higher) == (0.10, 0.39, 33)
    return "two thirds of the 48 are higher"


def digit_in_the_gates():
    read = [part for part, *_ in stored("timm-frozen").values() if part is not None]
    assert round(read[0], 2) == 0.18
    assert round(100 * max(max(five) for five in stored("timm-untrained").values())) == 17
    return read[-1]


def frozen_gates():
    return 100 * stored("timm-frozen")["all of them"][1]


def inserted_block():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 3), torch.nn.ReLU(), torch.nn.Conv2d(8, 2, 1))
    image = torch.randn(2, 1, 12, 12)
    before = net.eval()(image)
    scse.insert(net, image, where=["1"])
    return "the same as before, to the last bit" if torch.equal(net(image), before) else "other"


# --- Family ---


def block_that_tells_two_spots():
    first, second = torch.zeros(2, 1, 8, 16, 16)
    first[..., 3, 4] = first[..., 12, 10] = 1
    second[..., 3, 10] = second[..., 12, 4] = 1
    told = []
    for name in ("cse", "ca", "sse"):
        torch.manual_seed(0)
        block = family.FAMILY[name].build(8).eval()
        fields = [family.field(block, x) for x in (first, second)]
        if not torch.allclose(*fields, rtol=0, atol=1e-6):
            told.append(name)
    assert told == ["sse"]
    return "sSE, which squeezes the channels at each position"


def projections_of_ones():
    z = family.ProjectExcite(1).projections(torch.ones(1, 1, 4, 5, 6))
    (total,) = sum(z).unique().tolist()
    return total


def layer_that_stands_behind_a_relu():
    a, b = torch.randn(2, 100, generator=torch.Generator().manual_seed(0))
    assert not torch.allclose((a + b).relu(), a.relu() + b.relu())
    return "no: there is a ReLU between"


def products_saved():
    """At 8³ as `macs` counts them; at 64³ by the same formula."""
    channels, hidden = 64, 32

    def whole(side):
        return (2 * channels * hidden + channels) * side**3

    def saved(side):
        return channels * hidden * (side**3 - 3 * side)

    block, x = family.ProjectExcite(channels), torch.zeros(1, channels, 8, 8, 8)
    assert family.macs(block, x) == whole(8)
    thin = torch.nn.Module()
    thin.forward = lambda x: x * block.on_projections(x)
    assert family.macs(thin, x) == whole(8) - saved(8)
    return 100 * saved(64) / whole(64)


# --- Does it help? ---


def hundredths_on_the_brain():
    return 100 * statistics.mean(differences("brain: the blocks", "scSE").values())


def lowest_block():
    found = set()
    for task in ("brain", "digits", "15 slices"):
        means = {
            block: statistics.mean(scores(f"{task}: the blocks", block).values())
            for block in ("none", "cSE", "sSE", "scSE")
        }
        found.add(min(means, key=means.get))
        if task == "digits":
            assert means["sSE"] < means["none"] < means["cSE"]
            pairs = differences("digits: the blocks", "cSE").values()
            assert (sum(pair > 0 for pair in pairs), len(pairs)) == (4, 5)
        if task == "brain":
            assert 0.005 < means["none"] - means["sSE"] < 0.025
            assert max(means.values()) - means["cSE"] < 0.005
    assert found == {"sSE"}
    return "sSE alone, on both tasks"


def what_a_plain_run_found():
    dice = compared()["digits: the blocks"]["none"][0]
    assert sorted(round(each, 2) for each in dice.values())[7:] == [0.0, 0.97, 0.98]
    assert round(statistics.mean(dice.values()), 2) == 0.19
    return "it finds two of them nearly perfectly, and the other eight not at all"


def plain_from_the_start_of_scse():
    table = "digits: the same start"
    ends = {name: scores(table, name)[0] for name in ("none", "scSE", "none, same start")}
    assert (round(ends["none"], 2), round(ends["scSE"], 2)) == (0.19, 0.95)
    assert max(max(scores(table, name).values()) for name in ends) < 1
    return ends["none, same start"]


def five_pairs_on_one_side():
    signs = list(itertools.product((-1, 1), repeat=5))
    same = sum(abs(sum(each)) == 5 for each in signs)
    assert len(signs) / same == 16
    return "1 in 16"


# --- Pitfalls ---


def labels_of_the_neighbour():
    ys = [y for slab in brain.TEST_SLABS for y in slab]
    before, truth, after = (
        brain.tissue(brain.resample(brain.slices([y + d for y in ys]))) for d in (-1, 0, 1)
    )
    return statistics.mean(dice(part, truth, 4)[1:].mean().item() for part in (before, after))


def mask_divided_by_100():
    """The order of the pixels and both ends stay, the shades move by less than a fifth."""
    logits = torch.linspace(-4, 4, 101).double()
    shown = []
    for part in (logits, logits / 100):
        s = part.sigmoid()
        shown.append((s - s.min()) / (s.max() - s.min()))
    before, after = shown
    assert (after.diff() > 0).all()
    assert (before - after).abs().max() < 0.2
    return (
        "hardly: the darkest and the brightest pixels stay, the shades between them move a little"
    )


def who_can_be_made_to_win():
    """Three runs of each, of the brain: the ends of what picking can do."""
    runs = [run for run in json.loads((BOOK / "runs.json").read_text()) if "brain" in run["name"]]
    scse, none = (
        sorted(run["mean_dice"] for run in runs if run["recipe"]["se"] == kind)
        for kind in ("scse", None)
    )
    assert (len(scse), len(none)) == (7, 4)
    mean = statistics.mean
    assert round(mean(scse[-3:]) - mean(none[:3]), 3) == 0.004
    assert round(mean(none[-3:]) - mean(scse[:3]), 3) == 0.003
    assert round(mean(scse) - mean(none), 3) == 0.001
    return "either, as you like"


def printed(chapter, cell):
    """What a cell has stored; nbval runs it anew and compares."""
    cells = json.loads((BOOK / f"{chapter}.ipynb").read_text())["cells"]
    (found,) = (each for each in cells if each["id"] == cell)
    return "".join(found["outputs"][0]["text"])


def untrained_blocks_that_know():
    return int(re.search(r"untrained: (\d+) of 49", printed("pitfalls", "pitfalls-16"))[1])


def left_of_masks_off():
    rows = [line.split() for line in printed("pitfalls", "pitfalls-18").splitlines()[2:]]
    assert len(rows) == 7
    assert all(0.5 < float(row[4]) < 0.9 for row in rows)
    assert max(float(row[6]) for row in rows) <= 0.1
    return "0.1 or less"


def lost_by_gates_of_another_digit():
    words = printed("know", "know-07").splitlines()
    (row,) = (line.split() for line in words if line.startswith("digits-unet-scse-seed0   channel"))
    assert "scSE 0.96" in printed("know", "know-11")
    return float(row[2])


def what_masks_of_another_digit_are_read_as():
    rows = printed("know", "know-11").splitlines()
    (row,) = (line.split() for line in rows if line.startswith("masks of another digit"))
    _, theirs, none, third = map(float, row[-4:])
    assert theirs < 0.01
    assert none == 0.03
    assert third > 2 * (theirs + none)
    return "as a third digit, which is in neither image"


def of_the_bottleneck(cell):
    """Its column in the first table of a cell: line → number."""
    lines = [line.split() for line in printed("know", cell).splitlines()]
    (column, *_) = (line.index("bottleneck") + 1 for line in lines if "bottleneck" in line)
    found = {}
    for line in lines:
        if len(line) > column and line[0].startswith("brain-scse-seed"):
            found[int(line[0][-1])] = float(line[column])
        if line[:2] == ["untrained,", "least"]:
            found.setdefault("untrained", float(line[column + 1]))
    assert list(found) == [*range(7), "untrained"]
    return found


def networks_whose_clusters_are_the_contrast():
    found = of_the_bottleneck("know-13")
    assert found[2] < 0.6
    assert list(found.values()).count(1.0) == 6
    assert found["untrained"] >= 0.9
    return sum(found[seed] >= 0.95 for seed in range(7))


def networks_whose_masks_brighten_the_brain():
    found = of_the_bottleneck("know-19")
    assert [seed for seed in range(7) if found[seed] > 1] == [1, 2, 6]
    return sum(found[seed] > 1 for seed in range(7))


COMPUTED = {
    ("index", "bar"): bar_that_loses_the_0,
    ("index", "own-gates"): own_gates,
    ("index", "price"): price,
    ("feature_maps", "effective"): effective_field,
    ("feature_maps", "weights"): weights_of_a_layer,
    ("feature_maps", "moving"): field_with_moving_gates,
    ("feature_maps", "strongest"): pairs_that_channel_16_wins,
    ("squeeze", "larger"): larger_mean,
    ("squeeze", "one-pixel"): one_bright_pixel,
    ("squeeze", "padded"): padding_undone,
    ("excite", "units-on"): units_on,
    ("excite", "two-above"): gates_above_half,
    ("excite", "last-block"): dearest_way_in_the_last_block,
    ("channel", "swap"): swapped,
    ("channel", "seeds"): seeds_with_the_switch_in_the_bottleneck,
    ("channel", "glide"): course_of_the_gates,
    ("channel", "turn"): dice_against_contrast,
    ("channel", "single"): single_gates,
    ("space", "sign"): sign_on_a_stroke,
    ("space", "branch"): branch_that_costs_more,
    ("space", "zero"): masks_shut_and_restored,
    ("space", "free"): free_gates,
    ("both", "insert"): rule_that_leaves_a_network_as_it_was,
    ("both", "double"): output_of_mul_for_maps_twice_as_large,
    ("both", "half"): gradient_behind_a_batch_norm,
    ("both", "gauge"): shifted_gates,
    ("backwards", "share"): path_through_the_gates,
    ("backwards", "positions"): gates_path_with_more_positions,
    ("backwards", "saturated"): paths_of_saturated_gates,
    ("backwards", "dead"): what_a_dead_branch_learns,
    ("backwards", "smaller"): error_of_smaller_steps,
    ("costs", "worst"): costs_beside_a_convolution,
    ("costs", "ratio"): multiplications_with_a_larger_r,
    ("costs", "floor"): block_with_the_lowest_floor,
    ("costs", "double"): share_at_twice_the_width,
    ("costs", "slower"): slower_with_blocks,
    ("build", "seeds"): seeds_that_tell_the_images_apart,
    ("build", "memory"): kept_by_a_plain_maximum,
    ("build", "first"): weights_of_the_first_step,
    ("build", "share"): share_of_blocks_in_quicknat,
    ("family", "two-spots"): block_that_tells_two_spots,
    ("family", "constant"): projections_of_ones,
    ("family", "second"): layer_that_stands_behind_a_relu,
    ("family", "saved"): products_saved,
    ("know", "use"): lost_by_gates_of_another_digit,
    ("know", "third"): what_masks_of_another_digit_are_read_as,
    ("know", "clusters"): networks_whose_clusters_are_the_contrast,
    ("know", "masks"): networks_whose_masks_brighten_the_brain,
    ("playground", "mask"): mask_missed_most,
    ("playground", "mean"): mean_mask,
    ("own_network", "seven"): blocks_that_do_not_move,
    ("own_network", "dead"): dead_units,
    ("own_network", "spread"): block_with_the_switch,
    ("own_network", "low"): gate_missed_most,
    ("own_network", "know"): digit_in_the_gates,
    ("own_network", "frozen"): frozen_gates,
    ("own_network", "insert"): inserted_block,
    ("evidence", "brain"): hundredths_on_the_brain,
    ("evidence", "lowest"): lowest_block,
    ("evidence", "stuck"): what_a_plain_run_found,
    ("evidence", "five"): five_pairs_on_one_side,
    ("evidence", "start"): plain_from_the_start_of_scse,
    ("pitfalls", "copy"): labels_of_the_neighbour,
    ("pitfalls", "scale"): mask_divided_by_100,
    ("pitfalls", "pick"): who_can_be_made_to_win,
    ("pitfalls", "knows"): untrained_blocks_that_know,
    ("pitfalls", "off"): left_of_masks_off,
}


def test_every_chapter_has_its_questions():
    files = {path.stem for path in (BOOK / "questions").iterdir()}
    notebooks = {path.stem for path in BOOK.glob("*.ipynb")}
    assert files == set(CHAPTERS) == notebooks


def test_every_number_and_curve_is_computed_here():
    numbers = {key for key, question in QUESTIONS.items() if question["kind"] != "choice"}
    assert numbers <= set(COMPUTED) <= set(QUESTIONS)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, marks=pytest.mark.slow if key == ("channel", "single") else ())
        for key in COMPUTED
    ],
    ids="-".join,
)
def test_a_truth_is_what_comes_out(key):
    question, found = QUESTIONS[key], COMPUTED[key]()
    if question["kind"] == "choice":
        (right,) = (choice["text"] for choice in question["choices"] if "right" in choice)
        assert right == found
        return
    digits_, truth = question.get("digits", 2), question["truth"]
    slack = 0.5 * 10**-digits_ + 0.002  # rounded, on any processor
    assert found == pytest.approx(truth, abs=slack)
    if question["kind"] == "number":
        assert question["tolerance"] > 2 * slack or digits_ == 0


def test_the_right_choice_has_no_place_of_its_own():
    """Nor is it always the longest."""
    choices = [q["choices"] for q in QUESTIONS.values() if q["kind"] == "choice"]
    places = [["right" in choice for choice in some].index(True) for some in choices]
    assert max(places.count(place) for place in set(places)) <= 0.6 * len(places)
    longest = [max(some, key=lambda choice: len(choice["text"])) for some in choices]
    assert sum("right" in choice for choice in longest) <= 0.5 * len(longest)


def test_replies_are_their_own():
    """No reply stands twice in a question, none repeats the sentence of why."""
    for key, question in QUESTIONS.items():
        replies = (
            [choice["reply"] for choice in question["choices"]]
            if question["kind"] == "choice"
            else list(question["replies"].values())
        )
        said = [*replies, question["because"]]
        assert len(set(said)) == len(said), key
