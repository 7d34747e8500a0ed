"""What it costs: formulas against modules, the figure, and the numbers that the chapter names.

js/test/costs_golden.json is what Python says of the figure; js/test/costs.test.js holds the page to
it. Write it anew with ``python tests/test_costs.py``.
"""

import functools
import json
import re
from pathlib import Path

import pytest
import torch
import traitlets
from golden import leaves
from torch.utils.flop_counter import FlopCounterMode

import scse
from scse import QuickNAT, SDNet, UNet, cSE, scSE, sSE
from scse import costs as formulas
from scse._macs import macs
from scse.widgets import Costs

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "js" / "test" / "costs_golden.json"

STATES = (
    {},
    {"kind": "cse", "r": 16, "channels": 24, "height": 3, "width": 512, "bytes": 2, "batch": 8},
    {"kind": "sse", "channels": 1024, "height": 4, "width": 4, "balance": 64, "depth": 2},
    {"kind": "max", "r": 32, "channels": 16, "base": 64, "kernel": 5, "weights": True},
    {"kind": "mul", "r": 1, "rank": 3, "size": 64, "depth": 5, "base": 16, "doubling": False},
    {"kind": "concat", "r": 8, "bottleneck": False, "base": 4, "depth": 6, "size": 512},
)


def make_block(kind, channels, r=2):
    if kind == "sse":
        return sSE(channels)
    return cSE(channels, r) if kind == "cse" else scSE(channels, r, combine=kind)


def size(module):
    return sum(p.numel() for p in module.parameters())


# The formulas


@pytest.mark.parametrize("kind", formulas.KINDS)
@pytest.mark.parametrize(("channels", "r"), [(64, 2), (24, 16), (3, 8), (1, 2)])
def test_parameters_of_a_block_are_those_of_the_module(kind, channels, r):
    module = make_block(kind, channels, r)
    assert formulas.block(kind, channels, 9, r).parameters == size(module)
    weights = sum(p.numel() for name, p in module.named_parameters() if "bias" not in name)
    assert formulas.block(kind, channels, 9, r, biases=False).parameters == weights


@pytest.mark.parametrize("kind", formulas.KINDS)
def test_macs_of_its_layers_are_those_that_torch_counts(kind):
    """torch counts matrix products and convolutions; products with a gate come on top."""
    module, x = make_block(kind, 24, 4), torch.randn(1, 24, 6, 10)
    with FlopCounterMode(display=False) as counter:
        module(x)
    products = {"cse": 1, "sse": 1, "add": 1, "max": 2, "mul": 3, "concat": 2}[kind]
    macs = formulas.block(kind, 24, 60, 4).macs
    assert macs == counter.get_total_flops() // 2 + products * x.numel()


@pytest.mark.parametrize("kind", formulas.KINDS)
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(("channels", "r", "side"), [(64, 2, 2), (24, 16, 5), (3, 8, 4), (1, 2, 3)])
def test_all_products_of_a_block_are_those_that_run(kind, channels, r, side, rank):
    """Those with the gates too, as scse._macs counts them for the chapter on the family."""
    x = torch.randn(1, channels, *range(side, side + rank))
    expected = formulas.block(kind, channels, x[0, 0].numel(), r).macs
    assert macs(make_block(kind, channels, r), x) == expected


@pytest.mark.parametrize("se", ["scse", "cse", "sse"])
@pytest.mark.parametrize("network", [UNet, SDNet, QuickNAT])
def test_blocks_add_to_a_network_what_the_formulas_say(network, se):
    net, plain = (network(1, 4, width=8, se=kind, r=4).eval() for kind in (se, None))
    x = torch.randn(1, 1, 32, 32)
    maps = [seen.input for seen in scse.record(net, x).values()]
    added = [
        formulas.block({"scse": "add"}.get(se, se), each.shape[1], each[0, 0].numel(), 4)
        for each in maps
    ]
    assert sum(cost.parameters for cost in added) == size(net) - size(plain)
    assert sum(cost.macs for cost in added) == macs(net, x) - macs(plain, x)


@pytest.mark.parametrize(("width", "depth", "size_"), [(8, 4, 32), (4, 3, 24), (16, 2, 16)])
@pytest.mark.parametrize("kind", formulas.KINDS)
def test_all_products_of_a_unet_are_those_that_run(kind, width, depth, size_):
    options = {"combine": kind} if kind not in ("cse", "sse") else {}
    se = kind if not options else "scse"
    net = UNet(1, 3, width=width, depth=depth, se=se, r=8, **options)
    stages = formulas.unet(kind, 8, width=width, depth=depth, size=size_, classes=3)
    expected = [sum(s.own[at] + s.block[at] for s in stages) for at in (0, 1)]
    assert [size(net), macs(net, torch.randn(1, 1, size_, size_))] == expected


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_products_of_a_convolution_are_those_that_run(kernel, rank):
    layers = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d, 3: torch.nn.Conv3d}
    layer = layers[rank](6, 6, kernel, padding=kernel // 2, bias=False)
    x = torch.randn(1, 6, *range(5, 5 + rank))
    cost = formulas.convolution(6, x[0, 0].numel(), kernel, rank)
    assert cost == (size(layer), macs(layer, x))


@pytest.mark.parametrize("se", ["scse", "cse", "sse"])
def test_a_unet_is_counted_stage_by_stage(se):
    net = UNet(1, 4, width=8, depth=4, se=se, r=4).eval()
    stages = formulas.unet({"scse": "add"}.get(se, se), 4, size=32)
    *inner, head = stages
    assert [stage.name for stage in inner] == list(net.stages)
    for stage in inner:
        module = net.get_submodule(stage.name)
        assert stage.own.parameters == size(module.convolutions), stage.name
        assert stage.block.parameters == size(module.se), stage.name
    assert head.own.parameters == size(net.head)
    plain = UNet(1, 4, width=8, depth=4, se=None).eval()
    with FlopCounterMode(display=False) as counter:
        plain(torch.randn(1, 1, 32, 32))
    assert sum(stage.own.macs for stage in stages) == counter.get_total_flops() // 2


def test_three_dimensions_and_other_kernels():
    """By layers of torch: UNet itself is 2-D, with 3×3 kernels."""
    first, *_ = formulas.unet("add", width=16, size=32, rank=3, kernel=5, weights=True)
    layers = [torch.nn.Conv3d(1, 16, 5, bias=False), torch.nn.Conv3d(16, 16, 5, bias=False)]
    assert first.own.parameters == sum(map(size, layers))
    assert first.own.macs == first.own.parameters * 32**3
    assert first.block.macs == formulas.block("add", 16, 32**3).macs


def test_an_unknown_kind_and_sizes_below_one_are_refused():
    for wrong in (lambda: formulas.block("cse", 8, 4, 0), lambda: formulas.unet("cse", 0)):
        with pytest.raises(ValueError, match="r must be at least 1, got 0"):
            wrong()
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        formulas.unet("add", depth=0)
    with pytest.raises(TypeError, match=r"width must be an integer, got float 8\.0"):
        formulas.unet("add", width=8.0)
    with pytest.raises(ValueError, match="size must be 8 at least for depth 4, got 7"):
        formulas.unet("add", size=7)
    with pytest.raises(ValueError, match="kind must be one of cse, sse, .*, got 'scse'"):
        formulas.block("scse", 8, 9)


# The figure


def test_the_figure_is_made_of_the_formulas():
    now = Costs().evaluate()
    assert now["block"] == {"parameters": 4257, "macs": 2_101_248, "hidden": 32}
    package = now["ways"]["package"]
    assert package["passes"] == [6, 14]
    assert package["bytes"] == 4 * (6 * 64 * 128 * 128 + 4257)
    assert package["intensity"] == pytest.approx(2_101_248 / package["bytes"])
    beside = now["convolution"]
    assert beside["time"] == max(beside["bytes"], beside["macs"] / 4)
    assert package["time"] == pytest.approx(package["bytes"] / beside["time"])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"channels": 65}, "channels must be one of 2, 4, 8"),
        ({"r": 3}, "r must be one of 1, 2, 4, 8, 16, 32, got 3"),
        ({"rank": 1}, "rank must be one of 2, 3, got 1"),
        ({"kind": "eca"}, "eca"),
        ({"view": "both"}, "both"),
    ],
)
def test_what_it_cannot_show_is_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        Costs(**state)


def test_what_it_cannot_be_made_of_is_refused():
    with pytest.raises(ValueError, match="classes must be a whole number of at least 1, got 0"):
        Costs(classes=0)
    with pytest.raises(TypeError, match="unknown keywords colour"):
        Costs(colour=1)


@pytest.mark.parametrize("view", ["block", "network"])
def test_it_is_drawn(view):
    assert Costs(view=view).still().startswith(b"\x89PNG")


def golden():
    figure = Costs(in_channels=2, classes=5)
    first = {name: getattr(figure, name) for name in figure.state_names()}
    return {
        "manifest": {k: figure.manifest[k] for k in ("passes", "in_channels", "classes")},
        "states": [
            {
                "state": {**first, **state},
                "quantities": figure.quantities(state),
                **figure.evaluate(state),
            }
            for state in STATES
        ],
    }


def test_golden_values_are_current():
    stored, fresh = (leaves(part) for part in (json.loads(GOLDEN.read_text()), golden()))
    assert stored == fresh, "js/test/costs_golden.json is stale: python tests/test_costs.py"


# The chapter


NOTEBOOK = json.loads((ROOT / "book" / "costs.ipynb").read_text())
CELLS = {cell["id"]: "".join(cell["source"]) for cell in NOTEBOOK["cells"]}
TIMES = json.loads((ROOT / "book" / "costs" / "times.json").read_text())


@functools.cache
def chapter():
    """The figure of the chapter."""
    before, _, last = CELLS["cost-02"].rpartition("\nCosts(")
    scope = {}
    exec(before, scope)
    return eval("Costs(" + last, scope)


def numbers(text):
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def test_numbers_of_the_tour():
    steps = chapter().manifest["tour"]
    seen = [chapter().quantities(step["set"]) for step in steps]
    more = [chapter().evaluate(step["set"]) for step in steps]
    bytes_ = [
        round(100 * each["ways"]["package"]["bytes"] / each["convolution"]["bytes"])
        for each in more
    ]
    first = seen[0]
    expected = [
        [
            3,
            3,
            round(first["parameters beside the convolution (%)"], 1),
            round(first["MACs beside the convolution (%)"], 2),
        ],
        [bytes_[1], 6, 2],
        [
            round(first["MACs per byte"], 3),
            round(more[0]["convolution"]["intensity"], 1),
            chapter().balance,
        ],
        [16, seen[3]["parameters"], first["parameters"]],
        [more[4]["ways"]["package"]["passes"][0], bytes_[4]],
        [round(seen[5]["added parameters (%)"], 1), round(seen[5]["added MACs (%)"], 2)],
        [64, round(seen[6]["added parameters (%)"], 2)],
    ]
    assert [numbers(step["says"]) for step in steps] == expected
    assert bytes_[3] == bytes_[0], "the bars of the bytes stay"


def test_states_show_what_the_text_says():
    figure = chapter()
    states = {name: state["set"] for name, state in figure.manifest["states"].items()}
    seen = {name: figure.evaluate(state) for name, state in states.items()}
    paper = seen["the-paper-s-share"]["totals"]["parameters"]
    assert (paper["blocks"], paper["own"]) == (33_280, 2_152_000)
    assert f"{paper['blocks']:,} over {paper['own']:,}" in CELLS["cost-11"]
    flat, deep = (seen[name]["totals"]["parameters"] for name in ("this-book-s-u-net", "in-3-d"))
    assert 2.9 < flat["share"] / deep["share"] < 3.1, "about a third"
    heavy = seen["heavy-weights"]
    assert heavy["block"]["parameters"] > 1024 * 8 * 8
    own, half = figure.evaluate({}), seen["half-the-bytes"]
    for part in ("convolution", "ways"):
        before, after = (
            e[part] if part == "convolution" else e[part]["package"] for e in (own, half)
        )
        assert after["bytes"] == before["bytes"] / 2
    fast = seen["faster-arithmetic"]
    assert fast["ways"]["package"]["bytes"] == own["ways"]["package"]["bytes"]
    assert fast["convolution"]["time"] < own["convolution"]["time"] / 8
    assert round(seen["concat"]["ways"]["package"]["intensity"], 1) == 2.5
    assert round(100 * own["ways"]["package"]["time"]) == 17
    assert "At 4 MACs a byte the figure says 17 %" in CELLS["cost-19"]


def test_passes_are_those_that_torch_makes():
    """The chapter's own cell, on another size."""
    scope = {"torch": torch, "cSE": cSE, "sSE": sSE, "scSE": scSE}
    exec(CELLS["cost-08"].partition("\nx = torch.randn")[0], scope)
    x = torch.randn(4, 64, 48, 48, requires_grad=True)
    for kind in formulas.KINDS:
        written = scope["BlogConcat"](64, 2) if kind == "concat" else scope["WrittenOut"](kind, 64)
        for way, module in (("written", written), ("package", scope["Package"](kind, 64))):
            assert scope["passes"](module, x) == formulas.PASSES[way][kind], (way, kind)


def test_stored_times_are_what_the_text_says():
    """Which book/costs/measure.py wrote, in two runs; here nothing is timed.

    One run timed blocks and networks, a later one the networks anew, with "start".
    """
    assert (TIMES["rounds"], TIMES["threads"], TIMES["clock"]) == (41, 1, "cpu")
    *large, small = TIMES["blocks"]
    assert [len(large), small["shape"]] == [4, [1, 64, 8, 8]]
    text = CELLS["cost-15"]

    def ends(*names):
        times = [part["times"][name] for part in large for name in names]
        return f"{min(times):.1f} to {max(times):.1f}"

    for words, *names in (
        ("scSE of this package | 3.0", "scSE"),
        ("cSE and sSE | 1.5", "cSE", "sSE"),
        ("scSE written out | 4.5", "scSE written out"),
        ("convolution | 1.0", "convolution"),
    ):
        assert f"| {words} | {ends(*names)} |" in text
    assert {round(part["times"]["sum of two"], 1) for part in large} == {1.3}
    assert "| sum of two maps | 1.5 | 1.3 |" in text
    passes = {"scSE": 6, "cSE": 3, "sSE": 3}
    over = [part["times"][name] / (n / 2) for part in large for name, n in passes.items()]
    assert f"is {min(over):.1f} to {max(over):.1f} times the predicted one" in text
    beside = [
        cost.macs / formulas.traffic(2, c, n * h * w, cost.parameters) * n / 4
        for n, c, h, w in (part["shape"] for part in large)
        for cost in [formulas.convolution(c, h * w)]
    ]
    assert round(min(beside)) == 9
    assert f"It takes {ends('corner')} copies" in text
    for part in large:  # the key point
        assert 3 < part["times"]["scSE"] < 4
        assert part["times"]["corner"] < part["times"]["scSE"] / 5
    first, second = TIMES["networks"]
    more = {name: round(100 * (time - 1)) for name, time in first["times"].items()}
    text = CELLS["cost-17"]
    assert f"and {more['scSE']} % to the time" in text
    assert f"as convolutions add {more['corner']} %" in text
    assert f"do not multiply at all, add {more['copies']} %" in text
    assert f"It adds {more['start']} %" in text
    assert more["corner"] < min(more["copies"], more["start"])
    assert max(more["copies"], more["start"]) < more["scSE"] < more["copies"] + more["start"]
    less = {name: round(100 * (time - 1)) for name, time in second["times"].items()}
    assert f"the blocks add {less['scSE']} %, and the starts alone {less['start']} %" in text
    before = TIMES["networks of the first run"][0]["times"]
    before = {name: round(100 * (time - 1)) for name, time in before.items()}
    words = "it found {scSE} % for the blocks, {copies} % for the copies and {corner} % for"
    assert words.format(**before) in text
    assert max(abs(more[name] - before[name]) for name in before) == 2
    whole, written = (round(small["times"][name]) for name in ("scSE", "scSE written out"))
    assert f"the block takes {whole}." in text
    text = CELLS["cost-19"]
    assert f"at {whole} copies against {written} written out" in text
    narrow = large[1]
    assert narrow["shape"][1] == 8
    assert f"it takes {narrow['times']['scSE written out']:.0f}, with 256 channels" in text
    assert large[2]["shape"] == [16, 256, 24, 24]
    assert f"on 24×24 positions {large[2]['times']['scSE written out']:.0f}." in text
    times = large[0]["times"]
    assert f"takes {100 * times['scSE'] / times['convolution']:.0f} % of" in text


def test_the_corner_has_about_the_multiplications_of_the_block():
    for part in TIMES["blocks"]:
        _, channels, height, width = part["shape"]
        rows, columns = part["corner"]
        corner = 9 * channels**2 * rows * columns
        wanted = formulas.block("add", channels, height * width).macs
        assert corner > wanted or corner == pytest.approx(wanted, rel=0.03)


def test_the_table_of_formulas():
    """As they stand in the text, where r divides C."""
    c, s, r = 48, 70, 4
    layers, both = 2 * c**2 // r, 2 * c**2 // r + c // r + c + c + 1
    assert "| scSE, `concat` | and $2C^2 + C$ for $W_m$ |" in CELLS["cost-04"]
    assert [formulas.block(kind, c, s, r) for kind in formulas.KINDS] == [
        (both - c - 1, layers + c * s),
        (c + 1, 2 * c * s),
        (both, layers + 2 * c * s),
        (both, layers + 3 * c * s),
        (both, layers + 4 * c * s),
        (both + 2 * c**2 + c, layers + 3 * c * s + 2 * c**2 * s),
    ]
    few = formulas.block("add", 2, 9).parameters / formulas.convolution(2, 9).parameters
    assert f"at $C = 2$ it is {100 * few:.0f} %" in CELLS["cost-03"]


def test_the_table_by_hand():
    cost, beside = formulas.block("add", 2, 9), formulas.convolution(2, 9)
    assert cost == (10, 40)
    assert beside == (36, 324)
    assert formulas.traffic(6, 2, 9, cost.parameters) == 118
    assert formulas.traffic(2, 2, 9, beside.parameters) * 4 == 288
    assert [round(40 / 472, 3), round(324 / 288, 1)] == [0.085, 1.1]


def test_solutions_of_the_exercises():
    se = formulas.block("cse", 64, 128**2, r=16)
    assert se == (580, 512 + 1_048_576)
    assert round(100 * (se.macs - 3 * 64 - 64 * 128**2) / se.macs, 2) == 0.03
    figure = chapter()
    shares = {
        r: figure.quantities({"view": "network", "base": 64, "r": r})["added parameters (%)"]
        for r in (8, 16)
    }
    assert round(shares[8], 1) == 1.4
    assert round(shares[16], 2) == 0.73
    slow = {
        balance: figure.quantities({"balance": balance})["time beside the convolution (%)"]
        for balance in (16, 32)
    }
    assert slow[16] < 100 < slow[32]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()) + "\n")
