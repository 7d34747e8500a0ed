"""The relatives of scSE: each against what its authors or a library published, on copied weights.

And the chapter on them, with its figure: js/test/family_golden.json is what torch says of it;
js/test/family.test.js holds the page to that. Write it anew with ``python tests/test_family.py``.
"""

import functools
import json
import re
from pathlib import Path

import foreign_blocks
import pytest
import torch
import traitlets
from golden import leaves
from published import published

from scse import UNet, record, scSE
from scse.family import (
    BAM,
    CBAM,
    ECA,
    FAMILY,
    SRM,
    CoordinateAttention,
    GatherExcite,
    GCNet,
    ProjectExcite,
    SimAM,
    field,
    macs,
)
from scse.widgets import FamilyCards
from scse.widgets import family_cards as cards

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "family_golden.json"

# What others published


def same(theirs, ours, x):
    """Outputs and the gradient of the input, in both modes, in float64.

    In evaluation first: timm's batch norms have another momentum.
    """
    torch.manual_seed(5)
    g = torch.randn_like(x)
    for mode in (False, True):
        found = []
        for module in (theirs, ours):
            module.double().train(mode)
            t = x.clone().requires_grad_()
            y = module(t)
            found.append((y, *torch.autograd.grad(y, t, g)))
        torch.testing.assert_close(found[1], found[0], atol=1e-6, rtol=1e-6)


def copied(ours, names):
    """Random weights, put into ours and into ``theirs`` by the pairs of names."""
    torch.manual_seed(3)
    with torch.no_grad():
        for weight in ours.parameters():
            weight.copy_(torch.randn_like(weight))
    return {theirs: ours.state_dict()[own] for theirs, own in names.items()}


def lend(theirs, ours, names):
    wanted = theirs.state_dict()
    given = copied(ours, names)
    theirs.load_state_dict(
        {
            name: given[name].reshape(value.shape) if name in given else value
            for name, value in wanted.items()
        }
    )
    counts = [sum(p.numel() for p in module.parameters()) for module in (theirs, ours)]
    assert counts[0] == counts[1]
    return theirs, ours


@pytest.fixture
def x():
    torch.manual_seed(1)
    return torch.randn(3, 32, 24, 24).double()


def pairs(names):
    """``{"a": "b"}`` for the weight and the bias of both layers."""
    return {f"{a}.{p}": f"{b}.{p}" for a, b in names.items() for p in ("weight", "bias")}


def test_cbam_is_timms(x):
    theirs = published("timm.layers.cbam", "CbamModule")(32, mlp_bias=True)
    names = {"channel.fc1": "fc1", "channel.fc2": "fc2", "spatial.conv.bn": "bn"}
    theirs, ours = lend(theirs, CBAM(32), pairs(names))
    # timm stacks mean and maximum, the authors maximum and mean.
    theirs.spatial.conv.conv.weight = torch.nn.Parameter(ours.conv.weight.detach().flip(1))
    same(theirs, ours, x)


def test_bam_is_the_authors(x):
    names = {"gate_c.0": "channel.0", "gate_c.1": "channel.1", "gate_c.3": "channel.3"}
    names |= {f"gate_s.{i}": f"space.{i}" for i in (0, 1, 3, 4, 6, 7, 9)}
    same(*lend(foreign_blocks.BAMLayer(32), BAM(32), pairs(names)), x)


@pytest.mark.parametrize("extent", [0, 2, 4, 8])
def test_gather_excite_is_timms(x, extent):
    theirs = published("timm.layers", "GatherExcite")(32, extent=extent, use_mlp=False)
    same(theirs, GatherExcite(32, extent), x)


def test_eca_is_timms(x):
    theirs = published("timm.layers", "EcaModule")(kernel_size=3)
    same(*lend(theirs, ECA(32), {"conv.weight": "conv.weight"}), x)


def test_srm_is_the_authors(x):
    names = {"cfc": "style", **pairs({"bn": "bn"})}
    same(*lend(foreign_blocks.SRMLayer(32), SRM(32), names), x)


def test_gcnet_is_timms(x):
    options = {"fuse_add": True, "fuse_scale": False, "rd_ratio": 1 / 16}
    theirs = published("timm.layers", "GlobalContext")(32, **options)
    names = {"conv_attn": "attend", "mlp_add.fc1": "fc1", "mlp_add.fc2": "fc2"}
    # timm's norm of (C, 1, 1) has another eps than torch's LayerNorm, and than the authors'.
    theirs.mlp_add.norm.eps = 1e-5
    same(*lend(theirs, GCNet(32), pairs({**names, "mlp_add.norm": "norm"})), x)


def test_simam_is_the_authors(x):
    same(foreign_blocks.SimAMModule(), SimAM(32), x)


def test_coordinate_attention_is_timms(x):
    kind = published("timm.layers.coord_attn", "CoordAttn")
    names = {"conv1": "fc1", "bn1": "bn", "conv_h": "rows", "conv_w": "columns"}
    same(*lend(kind(32, rd_channels=8, bias=True), CoordinateAttention(32), pairs(names)), x)


@pytest.mark.parametrize("r", [2, 4])
def test_project_excite_is_the_authors(r):
    torch.manual_seed(1)
    x = torch.randn(2, 8, 5, 6, 7).double()
    theirs = foreign_blocks.ProjectExciteLayer(8, r)
    same(*lend(theirs, ProjectExcite(8, r), pairs({"conv_c": "fc1", "conv_cT": "fc2"})), x)


@pytest.mark.parametrize("spatial", [(9, 7), (5, 6, 7)], ids=str)
def test_project_excite_on_its_projections(spatial):
    torch.manual_seed(1)
    x, block = torch.randn(2, 8, *spatial).double(), ProjectExcite(8).double()
    torch.testing.assert_close(block.on_projections(x), block.gate(x), atol=1e-12, rtol=0.0)
    flat = torch.full((1, 8, *spatial), 2.0).double()
    total = sum(z.mean() for z in block.projections(flat))
    assert total == pytest.approx(2.0 * len(spatial)), "a sum, no mean"


# What they have in common

COSTS = {  # parameters and MACs at C = 64, 128 × 128: b = C / r, S positions
    "se": (580, 1_049_088),
    "cse": (4192, 1_052_672),
    "sse": (65, 2_097_152),
    "scse": (4257, 2_101_248),
    "pe": (4192, 68_157_440),
    "bam": (1173, 11_076_096),
    "cbam": (680, 3_703_808),
    "ge": (0, 1_048_576),
    "gc": (653, 2_097_664),
    "srm": (256, 1_048_704),
    "eca": (3, 1_048_768),
    "simam": (0, 3_145_856),
    "ca": (1688, 2_359_296),
}


@pytest.mark.parametrize("name", FAMILY)
def test_costs(name):
    block = FAMILY[name].build(64)
    count = sum(p.numel() for p in block.parameters())
    x = torch.zeros(1, 64, 128, 128)
    assert (count, macs(block, x)) == COSTS[name]
    assert block.training, "left as it was"


def test_macs_counts_what_a_convolution_takes():
    x = torch.zeros(1, 64, 128, 128)
    assert macs(torch.nn.Conv2d(64, 64, 3, padding=1), x) == 9 * 64 * 64 * 128 * 128


@pytest.mark.parametrize("name", FAMILY)
def test_the_field_is_what_the_block_multiplies_by(name):
    torch.manual_seed(2)
    x = torch.randn(2, 32, 16, 16).double()
    block = FAMILY[name].build(32).double().eval()
    with torch.no_grad():
        for weight in block.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
        expected = x + field(block, x) if name == "gc" else x * field(block, x)
        torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        *((name, 0.45, 0.55) for name in ("se", "cse", "sse", "pe", "eca")),
        ("scse", 0.95, 1.05),
        ("bam", 1.45, 1.55),
        *((name, 0.2, 0.3) for name in ("cbam", "ca")),
        ("srm", 0.5, 0.5),
        ("gc", 0.0, 0.0),
        ("ge", 0.5, 0.65),
        ("simam", 0.62, 0.7),
    ],
)
def test_a_card_says_how_it_starts(name, low, high):
    x = torch.randn(1, 64, 32, 32, generator=torch.Generator().manual_seed(0)).relu()
    means = []
    for seed in range(8):
        torch.manual_seed(seed)
        means.append(field(FAMILY[name].build(64).eval(), x).mean().item())
    assert low <= sum(means) / 8 <= high


def test_what_is_not_of_the_family_is_refused():
    with pytest.raises(TypeError, match="field takes a block of scse.family"):
        field(torch.nn.Identity(), torch.zeros(1, 4, 8, 8))
    with pytest.raises(TypeError, match="or one that adds"):
        field(scSE(4, combine="max"), torch.zeros(1, 4, 8, 8))
    with pytest.raises(ValueError, match="channels must be at least 1, got 0"):
        ECA(0)
    for kind in (BAM, CBAM, GCNet, CoordinateAttention):
        with pytest.raises(ValueError, match="r must be at least 1, got 0"):
            kind(4, r=0)
    with pytest.raises(ValueError, match="extent must be at least 0, got -1"):
        GatherExcite(4, extent=-1)
    with pytest.raises(ValueError, match="taps must be odd, got 2"):
        ECA(4, taps=2)


@pytest.mark.parametrize("shape", [(1, 8, 4, 4), (1, 4, 4), (1, 4, 4, 4, 4)], ids=str)
def test_maps_of_another_shape_are_refused(shape):
    for kind in (BAM, CBAM, ECA, GCNet, SRM, SimAM, GatherExcite, CoordinateAttention):
        with pytest.raises(ValueError, match=r"\(4\) takes 4 axes"):
            kind(4)(torch.zeros(shape))


# The figure


@functools.cache
def small():
    torch.manual_seed(3)
    net = UNet(1, 3, width=8, depth=2).eval()
    return net, ("one", torch.randn(1, 8, 12).cumsum(2))


def make(**options):
    net, sample = small()
    return FamilyCards(net, sample, block="encoder1", **options)


NAMES = list(FAMILY)
STATES = [
    {
        "left": name,
        "right": NAMES[(i + 5) % len(NAMES)],
        "channel": i % 8,
        "input": list(cards.INPUTS)[i % 4],
        "weights": list(cards.WEIGHTS)[i % 3 == 2],
    }
    for i, name in enumerate(NAMES)
]


def told(side):
    """As it is stored: nine digits."""
    values = {name: side[name] for name in ("shares", "rank", "moved")}
    for name in ("field", "out"):
        values[name] = [float(f"{value:.9g}") for value in side[name].flatten().tolist()]
    return values


def golden():
    figure = make()
    stored = []
    for state in STATES:
        seen = figure.evaluate(state)
        right = told(seen["right"])
        del right["field"]  # it is the left one of another state
        stored.append(
            {
                "state": state,
                "left": told(seen["left"]),
                "right": right,
                "quantities": figure.quantities(state),
            }
        )
    members = [
        {"name": card["name"], "title": card["title"], "layers": card["layers"]}
        for card in figure.manifest["members"]
    ]
    return {
        "shape": figure.manifest["shape"],
        "maps": figure._maps.values().flatten().tolist(),
        "members": members,
        "states": stored,
    }


def split(values):
    words = [value for value in values if isinstance(value, str)]
    return words, [value for value in values if not isinstance(value, str)]


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    stale = "js/test/family_golden.json is stale: python tests/test_family.py"
    words, numbers = zip(*(split(part) for part in (stored, fresh)), strict=True)
    assert words[0] == words[1], stale
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-6, abs=1e-6), stale


def test_it_shows_the_members_on_the_maps_of_the_network():
    net, sample = small()
    x = record(net, sample[1][None])["encoder1"].input.double()
    figure = make(left="scse", right="gc", channel=3)
    now = figure.evaluate()
    torch.testing.assert_close(now["u"], x[0, 3], atol=0.02, rtol=0.0)  # 256 levels
    for side, name in (("left", "scse"), ("right", "gc")):
        block = figure._blocks["drawn"][name]
        with torch.no_grad():
            torch.testing.assert_close(now[side]["out"], block(x)[0, 3], atol=0.05, rtol=0.0)
        assert now[side]["field"].std() > 0.14


def test_what_goes_in_keeps_what_it_is_said_to_keep():
    maps = torch.randn(4, 8, 12).double()
    for how in cards.INPUTS:
        torch.testing.assert_close(cards.changed(maps, how).mean((1, 2)), maps.mean((1, 2)))
    for axis in (1, 2):
        rows = [cards.changed(maps, how).mean(axis) for how in ("own", "projections")]
        torch.testing.assert_close(*rows)
    mixed = cards.changed(maps, "shuffled")
    assert torch.equal(mixed.flatten(1).sort()[0], maps.flatten(1).sort()[0])
    assert not torch.equal(mixed, maps)


def test_shares_and_rank():
    c, s = torch.rand(6, 1, 1).double(), torch.rand(1, 4, 5).double()
    assert cards.shares(c.expand(6, 4, 5)) == pytest.approx([1, 0, 0])
    assert cards.shares(s.expand(6, 4, 5)) == pytest.approx([0, 1, 0])
    assert cards.shares(c + s)[2] == pytest.approx(0)
    assert cards.shares(c * s)[2] > 0.01
    assert cards.shares(torch.ones(6, 4, 5).double()) == [0, 0, 0]
    fields = (c.expand(6, 4, 5), c + s, c * s, torch.rand(6, 4, 5).double(), torch.zeros(6, 4, 5))
    assert [cards.rank(each) for each in fields] == [1, 2, 1, 6, 0]
    for each in fields:
        assert cards.rank(each) == torch.linalg.matrix_rank(each.flatten(1))


def test_making_it_leaves_the_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    make()
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"channel": 8}, "channel must be 0 to 7, got 8"),
        ({"left": "nose"}, "nose"),
        ({"input": "nose"}, "nose"),
        ({"weights": "nose"}, "nose"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        make(**state)


def test_a_block_that_it_cannot_carry_is_refused():
    _, sample = small()
    with pytest.raises(ValueError, match="FamilyCards carries 16 channels at most, .* has 32"):
        FamilyCards(UNet(1, 3, width=32, depth=2).eval(), sample, block="encoder1")


# The chapter


@functools.cache
def chapter():
    """Its figure."""
    cells = json.loads((ROOT / "book" / "family.ipynb").read_text())["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "family-02")
    before, _, last = source.rpartition("\nFamilyCards(")
    scope = {}
    exec(before, scope)
    return eval("FamilyCards(" + last, scope)


def close(sentence, *values):
    """Each number of a sentence is the value that was computed for it, to the digits it has."""
    found = re.findall(r"\d+\.?\d*(?=\D|$)", sentence.replace("1½", ""))
    assert len(found) == len(values), sentence
    for text, value in zip(found, values, strict=True):
        digits = len(text.rstrip(".").partition(".")[2])
        assert float(text.rstrip(".")) == pytest.approx(round(value, digits), abs=1e-9), sentence


def test_numbers_of_the_tour():
    figure = chapter()
    tour = figure.manifest["tour"]
    says = [step["says"] for step in tour]
    seen = [figure.evaluate(step["set"]) for step in tour]
    left, right = ([step[side] for step in seen] for side in ("left", "right"))

    def percent(side, part):
        return 100 * side["shares"][part]

    close(says[0], len(left[0]["field"]))
    assert left[0]["shares"] == pytest.approx([1, 0, 0])
    close(says[1])
    assert right[1]["shares"] == pytest.approx([0, 1, 0])
    close(says[2], percent(left[2], 0), percent(left[2], 1), left[2]["rank"])
    assert left[2]["shares"][2] == pytest.approx(0)
    close(says[3], percent(right[3], 2), right[3]["rank"])
    close(says[4], percent(right[4], 2))
    close(says[5], right[5]["moved"])
    assert left[5]["moved"] < 1e-12
    close(says[6], 1)
    assert (left[6]["field"] - 1).abs().mean() < 0.1
    assert (right[6]["field"] - 1.5).abs().max() < 0.05


def test_states_show_what_the_text_says():
    figure = chapter()
    states = {name: state["set"] for name, state in figure.manifest["states"].items()}
    seen = {name: figure.quantities(state) for name, state in states.items()}
    for side in ("left", "right"):
        for name in ("every-value", "coarse-places"):
            assert seen[name][f"{side}: by both, in %"] > 5, name
            assert seen[name][f"{side}: rank"] == 16
        assert seen["nothing-yet"][f"{side}: rank"] <= 1
        parts = [seen["nothing-yet"][f"{side}: by {of}, in %"] for of in ("channel", "place")]
        assert parts == [0, 0]
    for name in ("row-and-column-means", "means-alone", "shuffled"):
        assert seen[name]["left: moved"] < 1e-9
        assert seen[name]["right: moved"] > 0.05
    # Exercises 1 and 2 have no solutions but those that they name.
    alone = {name: figure.quantities({"left": name}) for name in FAMILY}
    assert [
        name
        for name, now in alone.items()
        if now["left: rank"] == 1
        and min(now[f"left: by {of}, in %"] for of in ("channel", "place")) >= 3
    ] == ["cbam"]
    assert [
        name
        for name, now in alone.items()
        if now["left: by both, in %"] >= 5
        and any(
            figure.evaluate({"left": name, "input": how})["left"]["moved"] < 1e-6
            for how in ("shuffled", "projections", "means")
        )
    ] == ["pe", "ca"]


def test_a_draw_of_gcnet_has_no_unit_on():
    """The 6 in the table of what moves."""
    torch.manual_seed(6)
    block = FAMILY["gc"].build(16, 4).double().eval()
    figure = chapter()
    with torch.no_grad():
        for weight in block.parameters():
            weight.copy_(torch.randn_like(weight))
        torch.testing.assert_close(
            field(block, figure._maps.values()[None])[0, :, 0, 0], block.fc2.bias
        )


def test_a_block_for_rows_has_the_parameters_of_cse():
    """Exercise 3."""
    layers = torch.nn.Conv1d(64, 32, 1), torch.nn.Conv1d(32, 64, 1)
    assert sum(p.numel() for layer in layers for p in layer.parameters()) == 4192


def test_costs_of_project_excite_beside_cse():
    assert COSTS["pe"][0] == COSTS["cse"][0]
    assert round(COSTS["pe"][1] / COSTS["cse"][1]) == 65


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
