"""The chapter on scSE: its figure against torch, its numbers, and the blocks that others published.

js/test/join_golden.json is what torch says of the figure; js/test/join.test.js holds the page to
it. Write it anew with ``python tests/test_both.py``.
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
from torch import nn
from torch.nn import functional as F

import scse
from scse import UNet, cSE, record, scSE
from scse.data import digits
from scse.rules import rule
from scse.widgets import Join

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "join_golden.json"
CELLS = {
    cell["id"]: "".join(cell["source"])
    for cell in json.loads((ROOT / "book" / "both.ipynb").read_text())["cells"]
}


# The figure


@functools.cache
def small():
    torch.manual_seed(3)
    net = UNet(1, 3, width=4, depth=2).eval()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if ".se." in name:
                weight.mul_(3)
    images = torch.randn(2, 1, 8, 12).cumsum(3)
    return net, [("one", images[0]), ("two", images[1], None, "made up")]


STATES = (
    {},
    {"picture": 1, "channel": 5, "rule": "mul"},
    {"channel": 2, "gate": [0.25], "shift": 1.5, "size": 2.0, "rule": "cbam"},
    {"picture": 1, "channel": 7, "gate": [1.0], "shift": -6.0, "size": 0.5, "rule": "concat"},
)


FIRST = {"picture": 0, "channel": 0, "gate": [], "shift": 0.0, "size": 1.0}


def make(**options):
    net, samples = small()
    return Join(net, samples, block="bottleneck", **options)


def golden():
    figure = make()
    known = figure.manifest
    return {
        "block": {name: known[name] for name in ("fc1", "fc2", "project", "merge")},
        "maps": figure._maps.values().flatten(1).tolist(),
        "states": [
            {
                "state": {**FIRST, **{name: state[name] for name in FIRST if name in state}},
                "quantities": figure.quantities(state),
                **{
                    name: value.flatten().tolist() if torch.is_tensor(value) else value
                    for name, value in figure.evaluate(state).items()
                    if name != "outputs"
                },
                "outputs": {
                    name: out.flatten().tolist()
                    for name, out in figure.evaluate(state)["outputs"].items()
                },
            }
            for state in STATES
        ],
    }


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    assert stored == pytest.approx(fresh, rel=1e-6, abs=1e-6), (
        "js/test/join_golden.json is stale: python tests/test_both.py"
    )


@pytest.mark.parametrize("state", STATES, ids=str)
def test_it_shows_what_the_rules_make_of_the_maps_of_the_network(state):
    net, samples = small()
    figure = make(**state)
    now = figure.evaluate()
    block, k = net.bottleneck.se, figure.channel
    x = record(net, samples[figure.picture][1][None])["bottleneck"].input
    with torch.no_grad():
        c, s = block.channel(x), block.spatial.project(x)
        s = (s + figure.shift).sigmoid()
        if figure.gate:
            c[0, k] = figure.gate[0]
        x = x * figure.size
        torch.manual_seed(0)
        merge = scSE(x.shape[1], combine="concat").merge
        for name, out in now["outputs"].items():
            expected = rule(name).apply(x, c, s)
            expected = merge(expected) if name == "concat" else expected
            reach = expected[0, k].abs().max().item() + 1
            torch.testing.assert_close(
                out.float(), expected[0, k], atol=0.02 * reach, rtol=0.0
            )  # the figure's maps have 256 levels
    assert now["c"] == pytest.approx(c[0, k].item(), abs=5e-3)


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
        ({"picture": 2}, "picture must be 0 to 1"),
        ({"gate": [1.5]}, "gate must be empty or one number from 0 to 1"),
        ({"gate": [0.5, 0.5]}, "gate must be empty or one number from 0 to 1"),
        ({"shift": 7.0}, "shift must be from -6 to 6, got 7"),
        ({"size": 3.0}, "size must be one of"),
        ({"rule": "sub"}, "sub"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        make(**state)


def test_a_block_that_it_cannot_carry_is_refused():
    _, samples = small()
    with pytest.raises(ValueError, match="Join carries 32 channels at most, .* has 64"):
        Join(UNet(1, 3, width=32, depth=2).eval(), samples, block="bottleneck")
    with pytest.raises(ValueError, match="it has no spatial gate"):
        Join(UNet(1, 3, width=4, depth=2, se="cse").eval(), samples, block="bottleneck")


# The chapter


def scope_of(*ids):
    scope = {}
    for name in ids:
        exec(CELLS[name], scope)
    return scope


@functools.cache
def chapter():
    """The figure of the chapter."""
    before, _, last = CELLS["both-02"].rpartition("\nJoin(")
    scope = {}
    exec(before, scope)
    return eval("Join(" + last, scope)


def close(sentence, *values):
    """Each number of a sentence is the value that was computed for it, to the digits it has."""
    found = re.findall(r"\d+\.\d+", sentence)
    assert len(found) == len(values), sentence
    for text, value in zip(found, values, strict=True):
        digits_ = len(text.split(".")[1])
        assert float(text) == pytest.approx(round(float(value), digits_), abs=1e-9), sentence


def test_numbers_of_the_tour():
    net = scse.load("digits-unet-scse")
    images, labels = digits.Digits().test()
    block = record(net, images[1:2])["encoder2"]
    u, c, s = block.input[0, 2].double(), block.channel[0, 2].item(), block.spatial[0, 0].double()
    share = F.adaptive_avg_pool2d((labels[1] > 0).float()[None, None], s.shape)[0, 0]
    on, off = s[share > 0.5], s[share == 0]
    says = [step["says"] for step in chapter().manifest["tour"]]

    def ratio(out):
        return (out.square().mean() / u.square().mean()).sqrt()

    close(says[0], c, on.mean(), off.mean())
    close(says[1], ratio((c + s) * u))
    close(says[2])
    wins = s > c
    assert wins[share == 0].double().mean() > 0.9 > 0.1 > wins[share > 0.5].double().mean()
    close(says[3])
    # The figure rounds the maps, so a small value may be 0 there.
    assert re.findall(r"\d+", says[3]) == ["0", "1882", "2304", "0"]
    origin = chapter().evaluate({})["origin"]
    assert (int((origin == 1).sum()), origin.numel()) == (1882, 2304)
    assert int((u == 0).sum()) <= 1882
    close(says[4], ratio(c * s * u))
    close(says[5])
    close(says[6])
    assert int(re.search(r"all (\d+) channels", says[6])[1]) == block.input.shape[1]


def test_states_and_puzzles_show_what_the_text_says():
    figure = chapter()
    states = {name: state["set"] for name, state in figure.manifest["states"].items()}
    seen = {name: figure.quantities(state) for name, state in states.items()}
    assert seen["both-gates-open"]["add out/in"] == pytest.approx(2, abs=0.05)
    assert seen["both-gates-open"]["max out/in"] == pytest.approx(1, abs=0.05)
    for one in ("only-the-gate-open", "only-the-mask-open"):
        assert seen[one]["add out/in"] == pytest.approx(1, abs=0.05)
        assert seen[one]["max out/in"] == pytest.approx(1, abs=0.05)
        assert max(seen[one]["mul out/in"], seen[one]["CBAM out/in"]) < 0.01
    assert seen["a-gate-that-always-wins"]["from the mask"] == 0
    assert figure.evaluate({"channel": 6})["c"] > figure.evaluate({})["s"].max()
    single, double = seen["max-its-two-sources"], seen["maps-twice-as-large"]
    assert double["mul out/in"] == pytest.approx(2 * single["mul out/in"])
    for name in ("add", "max", "CBAM"):
        assert double[f"{name} out/in"] == pytest.approx(single[f"{name} out/in"])
    # "It works both ways round."
    for state in ({"gate": [1.0], "shift": -6.0}, {"gate": [0.0], "shift": 6.0}):
        now = figure.quantities(state)
        assert now["add out/in"] >= 0.98
        assert now["CBAM out/in"] <= 0.02


def test_two_by_two_tables_that_no_rule_can_make():
    """Exercise 2, by trying: the nearest that add, max and CBAM's product come to 1, 0, 0, 1."""
    grid = torch.cartesian_prod(*[torch.linspace(0, 1, 21)] * 4)
    c, s = grid[:, :2, None, None], grid[:, None, 2:, None]
    wanted = torch.eye(2)[None, :, :, None]
    ones = torch.ones(len(grid), 2, 2, 1)
    for name in ("add", "max", "cbam"):
        apart = (rule(name).apply(ones, c, s) - wanted).abs().amax((1, 2, 3))
        assert apart.min() >= 0.49, name
    with torch.no_grad():
        many = scope_of("both-21")["MaskForEachChannel"](2, r=2)
        project = many.spatial[0]
        project.weight[:] = 40 * torch.eye(2)[:, :, None, None]
        project.bias.fill_(-20)
        gates = many.spatial(torch.eye(2)[None, :, :, None])[0, :, :, 0]
    torch.testing.assert_close(gates, torch.eye(2), atol=1e-6, rtol=0.0)


# What others published


def same(theirs, ours, x):
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x), atol=1e-6, rtol=1e-6)


@pytest.fixture
def x():
    torch.manual_seed(1)
    return torch.randn(2, 32, 9, 7)


def test_the_notebook_form_is_that_of_the_notebooks(x):
    theirs, ours = foreign_blocks.scSE(32), scope_of("both-21")["NotebookForm"](32)
    layers = {
        "cSE.Conv_Squeeze": "squeeze",
        "cSE.Conv_Excitation": "excite",
        "sSE.Conv1x1": "project",
    }
    state = {
        f"{layers[name.removesuffix('.weight')]}.weight": value
        for name, value in theirs.state_dict().items()
    }
    ours.load_state_dict(state)
    same(theirs, ours, x)


def test_a_mask_for_each_channel_is_smps_module_with_the_line_that_it_had(x):
    theirs = published("segmentation_models_pytorch.base.modules", "SCSEModule")(32, reduction=16)
    theirs.sSE[0] = nn.Conv2d(32, 32, 1)  # until pull request 113
    ours = scope_of("both-21")["MaskForEachChannel"](32, r=16)
    names = {"cSE": "channel", "sSE": "spatial"}
    ours.load_state_dict(
        {f"{names[name[:3]]}{name[3:]}": value for name, value in theirs.state_dict().items()}
    )
    same(theirs, ours, x)


def test_the_authors_take_the_larger_and_smp_adds(x):
    authors, ours = foreign_blocks.ChannelSpatialSELayer(32), scSE(32, combine="max")
    ours.load_state_dict(authors.state_dict())
    same(authors, ours, x)
    smp = published("segmentation_models_pytorch.base.modules", "SCSEModule")(32)
    ours = scSE(32, r=16)
    ours.load_state_dict(smp.state_dict())
    same(smp, ours, x)
    assert smp.cSE[1].out_channels == 2, "r = 16 is its default"


def test_libraries_that_have_the_channel_branch_only():
    blocks = published("monai.networks.blocks", "squeeze_and_excitation")
    quicknat = Path(published("monai.networks.nets", "quicknat").__file__).read_text()
    assert not any("spatial" in name.lower() for name in vars(blocks))
    assert 'optional_import("squeeze_and_excitation")' in quicknat
    timm = Path(published("timm", "layers").__file__).parent
    texts = [path.read_text().lower() for path in timm.glob("*.py")]
    assert any("class cbammodule" in text for text in texts)
    assert not any("scse" in text for text in texts)


def test_parameters_of_exercise_1():
    counts = {
        name: sum(p.numel() for p in scSE(64, combine=name).parameters())
        for name in ("add", "max", "mul", "concat")
    }
    assert counts == {"add": 4257, "max": 4257, "mul": 4257, "concat": 12513}
    assert sum(p.numel() for p in cSE(64).parameters()) == 4192


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
