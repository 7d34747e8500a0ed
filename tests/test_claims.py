"""What the chapters state in their text, and no cell of theirs prints, recomputed."""

import json
import statistics
import warnings
from pathlib import Path

import foreign_blocks
import grid_results
import pytest
import torch

from scse import UNet, load, override, record
from scse.data import brain, digits
from scse.metrics import mean_dice
from scse.training import predict

BOOK = Path(__file__).parents[1] / "book"


def scores():
    """(task, block) → seed → the Dice of its runs."""
    found = {}
    for run in json.loads((BOOK / "runs.json").read_text()):
        key = run["recipe"]["task"], run["recipe"]["se"] or "none"
        found.setdefault(key, {}).setdefault(run["seed"], []).append(run["mean_dice"])
    return found


# --- Channel, Playground: all runs of the grid ---


def test_runs_on_the_brain_lie_close_together():
    sse, *rest = (
        list(grid_results.scores("brain: the blocks", kind).values())
        for kind in ("sSE", "none", "cSE", "scSE")
    )
    others = [dice for part in rest for dice in part]
    assert max(others) - min(others) < 0.02
    assert [round(dice, 2) for dice in sorted(sse)] == [0.80, 0.80, 0.80, 0.82, 0.83]
    assert sum(dice < min(others) for dice in sse) == 3


def test_the_seed_that_compare_shows_is_good_to_scse():
    raised = grid_results.differences("digits: the blocks", "scSE")
    assert raised[0] > 0.7
    assert [raised[seed] > 0 for seed in range(5)] == [True, True, True, False, False]


# --- Start here: the price of the blocks ---


def test_the_share_of_the_blocks_hardly_depends_on_the_width():
    shares = []
    for width in (8, 64):
        plain, gated = (
            sum(p.numel() for p in UNet(1, 11, width=width, se=se).parameters())
            for se in (None, "scse")
        )
        shares.append(round(100 * (gated / plain - 1), 1))
    assert shares == [5.9, 5.6]


# --- Pitfalls: the runs of its figure ---


def by_seed(task, block):
    return {seed: statistics.mean(runs) for seed, runs in scores()[task, block].items()}


def test_what_cse_and_scse_raise_on_the_digits():
    none, cse, scse, sse = (by_seed("digits", kind) for kind in ("none", "cse", "scse", "sse"))
    assert [round(cse[seed] - none[seed], 2) for seed in (0, 1, 2)] == [0.19, 0.35, 0.10]
    assert [round(scse[seed] - none[seed], 2) for seed in (0, 1, 2)] == [0.76, 0.37, 0.20]
    assert min(cse, key=cse.get) == min(none, key=none.get) == 0
    runs = {kind: scores()["digits", kind].values() for kind in ("scse", "none")}
    assert min(map(min, runs["scse"])) > max(map(max, runs["none"]))
    assert sse[0] > none[0]
    assert min(sse.values()) < 0.001


def test_two_runs_of_one_seed_differ_a_little():
    spans = [max(runs) - min(runs) for seeds in scores().values() for runs in seeds.values()]
    assert round(max(spans), 2) == 0.04


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_gate_reaches_one_and_no_more(dtype):
    """README: a gate is in [0, 1]; the sigmoid of a large number is rounded to 1."""
    assert torch.sigmoid(torch.tensor([-90.0, 20.0], dtype=dtype)).tolist() == [0.0, 1.0]


# --- Start here and Space: what their links show ---


def test_a_single_bar_of_the_deeper_blocks_does_little_with_one_exception():
    net = load("digits-unet-scse")
    images, labels = digits.Digits().test()
    image, label = images[1:2], labels[1:2]  # 6 and 0 on gravel
    rec = record(net, image)
    own = mean_dice(rec.logits.argmax(1), label, 11)
    lost = {}
    for name in [name for name in rec if name != "decoder1"]:
        for k in range(rec[name].channel.shape[1]):
            shut = {name: {"channel": {"base": "own", "set": {str(k): 0}}}}
            with torch.no_grad(), override(net, shut):
                lost[name, k] = own - mean_dice(net(image).argmax(1), label, 11)
    assert len(lost) == 168
    *others, (exception, most) = sorted(lost.items(), key=lambda one: one[1])
    assert exception == ("decoder2", 2)
    assert most > 0.4
    assert others[-1][1] < 0.065


def test_the_mask_on_the_pixels_that_space_links_to():
    net = load("digits-unet-scse")
    images, labels = digits.Digits().test()
    rec = record(net, images[1:2])
    last, second = rec["decoder1"].spatial[0, 0], rec["encoder2"].spatial[0, 0]
    found = [round(last[place].item(), 2) for place in ((29, 74), (22, 4), (84, 17))]
    assert found == [1.0, 0.98, 0.93]
    assert round(last.min().item(), 2) == 0.93
    assert labels[1][29, 74] == 1  # a 0
    assert labels[1][22, 4] == labels[1][84, 17] == labels[1][76, 88] == 0
    assert second[12, 30] < 0.25
    assert 0.5 < second[38, 44] < 0.56


# --- Channel: the swap, the hidden units ---


def test_swapped_gates_change_the_class_of_a_fifth_of_the_brain():
    net = load("brain-unet-scse", seed=4)
    (bright, label), (dark, _) = (brain.example(134, inverted=i) for i in (0, 1))
    gates = record(net, dark)["bottleneck"].channel
    own = predict(net, bright)
    with override(net, {"bottleneck": {"channel": gates}}):
        swapped = predict(net, bright)
    assert (own != swapped)[label > 0].float().mean() == pytest.approx(0.2, abs=0.03)


def test_half_of_the_hidden_units_are_never_on():
    images, off, always, units = brain.Brain().test()[0], 0, 0, 0
    assert len(images) == 96
    for seed in range(7):
        net = load("brain-unet-scse", seed=seed)
        for name, seen in record(net, images).items():
            z = seen.input.mean((2, 3))  # (96, C)
            on = net.get_submodule(name).se.channel.fc1(z) > 0  # (96, C/r)
            off, always = off + int((~on.any(0)).sum()), always + int(on.all(0).sum())
            units += on.shape[1]
    assert units == 616
    assert off / units == pytest.approx(0.5, abs=0.02)
    assert always / units == pytest.approx(0.33, abs=0.02)


# --- Channel: the contrast turned slowly ---

FLAT, WORST = 0.5, 0.75


@pytest.fixture(scope="module")
def slices():
    """Contrast → the slice of Channel, (13, 1, 128, 128) in all, and its label."""
    contrasts = [step / 12 for step in range(13)]
    images = torch.cat([brain.example(134, inverted=contrast)[0] for contrast in contrasts])
    return contrasts, images, brain.example(134)[1]


@pytest.fixture(scope="module")
def turned(slices):
    """Seed → contrast → Dice with own bottleneck gates, with those of the bright and dark end."""
    contrasts, images, label = slices
    found = {}
    for seed in (4, 2, 0):
        net = load("brain-unet-scse", seed=seed)
        own = record(net, images)["bottleneck"].channel
        columns = []
        for gates in (own, own[0], own[-1]):
            with override(net, {"bottleneck": {"channel": gates}}):
                answers = predict(net, images, len(images))
            columns.append([mean_dice(answer[None], label, 4) for answer in answers])
        found[seed] = dict(zip(contrasts, zip(*columns, strict=True), strict=True))
    return found


def test_the_valley_of_the_dice_lies_beyond_the_flat_picture(turned, slices):
    own = {contrast: row[0] for contrast, row in turned[4].items()}
    assert min(own, key=own.get) == WORST
    assert own[FLAT] == pytest.approx(0.48, abs=0.005)
    assert own[WORST] == pytest.approx(0.28, abs=0.005)

    contrasts, images, label = slices
    image = images[contrasts.index(WORST)][None]
    tissues = [image[0, 0][label[0] == k].mean().item() for k in (1, 2, 3)]  # CSF, grey, white
    assert tissues == sorted(tissues, reverse=True)
    assert tissues[0] - tissues[2] > 1  # in standard deviations of the picture: clear contrast
    answer = predict(load("brain-unet-scse", seed=4), image)
    assert (answer[label == 1] == 3).float().mean() > 0.5


def test_the_gates_of_seed_4_switch_too_late(turned):
    assert turned[4][WORST][2] == pytest.approx(0.48, abs=0.005)
    assert turned[4][0][0] - turned[4][0][2] > 0.1  # the ends suffer from each other's gates
    assert turned[4][1][0] - turned[4][1][1] > 0.1


def test_freezing_the_bottleneck_in_the_other_two_networks(turned, slices):
    change = {
        seed: {at: max(abs(dice - row[0]) for dice in row[1:]) for at, row in rows.items()}
        for seed, rows in turned.items()
    }
    assert max(change[2].values()) < 0.0105
    assert turned[0][WORST] == pytest.approx([0.43, 0.32, 0.53], abs=0.005)
    assert {at for at, lost in change[0].items() if lost > 0.025} == {9 / 12, 10 / 12}

    moved = {}
    for seed in (4, 2, 0):
        rec = record(load("brain-unet-scse", seed=seed), slices[1][[0, -1]])
        bright, dark = rec["bottleneck"].channel
        moved[seed] = (bright - dark).abs().mean().item()
    assert moved[2] < 0.03
    assert moved[0] == pytest.approx(moved[4], rel=0.1)


# --- Space, Playground, Your own network: gates and the size of the signal ---


def norm(maps):
    """Of each picture, (N, C, H, W) → (N, 1, 1, 1)."""
    return maps.square().sum((1, 2, 3), keepdim=True).sqrt()


def swap(gate):
    """Of another picture."""
    return gate.roll(1, 0)


def flat(gate):
    """Frozen at its mean, as in Space."""
    return gate.mean((0, 2, 3), keepdim=True).expand_as(gate)


@pytest.fixture(scope="module")
def space():
    """The network, pictures, labels of Space, and what `record` says of them."""
    net = load("digits-unet-scse")
    images, labels = digits.Digits().test()
    return net, images[:64], labels[:64], record(net, images[:64])


def dice_with(space, branch, change, restored):
    """Dice with all gates of a branch changed; `restored`: every block's output at its own norm."""
    net, images, labels, rec = space

    def restore(name):
        target = norm(rec[name].output)
        return lambda module, given, output: output * (target / norm(output).clamp_min(1e-9))

    hooks = [
        net.get_submodule(f"{name}.se").register_forward_hook(restore(name))
        for name in (rec if restored else ())
    ]
    try:
        with override(net, {name: {branch: change(getattr(rec[name], branch))} for name in rec}):
            return mean_dice(predict(net, images, len(images)), labels, 11)
    finally:
        for hook in hooks:
            hook.remove()


@pytest.mark.parametrize(
    ("branch", "change", "restored", "dice"),
    [
        ("spatial", torch.zeros_like, False, 0.01),
        ("spatial", torch.zeros_like, True, 0.86),
        ("channel", torch.zeros_like, False, 0.00),
        ("channel", torch.zeros_like, True, 0.56),
        ("spatial", swap, True, 0.82),
        ("spatial", flat, True, 0.89),
        ("channel", swap, True, 0.94),
    ],
)
def test_dice_with_the_size_of_the_signal_restored(space, branch, change, restored, dice):
    assert dice_with(space, branch, change, restored) == pytest.approx(dice, abs=0.005)


def growth(rec, branch, change):
    """Block → by how much its output grows, on average over pictures, for its own input."""
    grown = {}
    for name, (u, c, s, output) in rec.items():
        c, s = (change(c), s) if branch == "channel" else (c, change(s))
        grown[name] = (norm(u * (c + s)) / norm(output)).mean().item() - 1
    return grown


def test_channel_gates_keep_the_size_and_masks_do_not(space):
    rec = space[-1]
    for change in (swap, flat):
        assert max(map(abs, growth(rec, "channel", change).values())) < 0.03
        grown = growth(rec, "spatial", change)
        assert [name for name in grown if grown[name] <= 0] == ["decoder1"]
        assert grown["encoder2"] >= 0.25
    swapped = growth(rec, "spatial", swap)
    assert max(swapped.values()) == swapped["encoder2"] == pytest.approx(0.25, abs=0.005)


def test_six_masks_are_darker_where_the_maps_are_strong(space):
    darker = []
    for name, (u, _, s, _) in space[-1].items():
        pixels = torch.stack([s.flatten(), u.norm(dim=1).flatten()])  # mask, strength of the maps
        if torch.corrcoef(pixels)[0, 1] < -0.25:
            darker.append(name)
    assert darker == [name for name in space[-1] if name != "decoder1"]


# --- Playground: exercise 1, over all test images ---


def test_a_mask_at_its_mean_costs_something_over_all_images():
    net, (images, labels) = load("digits-unet-scse"), digits.Digits().test()
    assert len(images) == 200
    rec = record(net, images)
    assert mean_dice(rec.logits.argmax(1), labels, 11) == pytest.approx(0.955, abs=0.0055)
    for name, dice in {"encoder3": 0.91, "encoder2": 0.93}.items():
        with override(net, {name: {"spatial": flat(rec[name].spatial)}}):
            answer = predict(net, images, len(images))
        assert mean_dice(answer, labels, 11) == pytest.approx(dice, abs=0.0055)


# --- Your own network: exercise 1 ---


def test_no_hidden_unit_gives_constant_gates_and_a_warning():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        block = foreign_blocks.ChannelSELayer(8, reduction_ratio=16)
    assert seen
    assert all("zero-element tensors" in str(warning.message) for warning in seen)
    bright, dark = torch.ones(1, 8, 4, 4), torch.full((1, 8, 4, 4), 2.0)
    assert torch.equal(2 * block(bright), block(dark))  # the gates do not see the picture
