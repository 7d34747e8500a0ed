"""The diagrams of the chapters say what the modules are."""

import matplotlib
import pytest
import torch

matplotlib.use("agg")

from scse import QuickNAT, SDNet, UNet, cSE, plots, record, scSE, sSE


def texts(figure):
    """All words in a figure that are not empty."""
    (ax,) = figure.axes
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.fixture(autouse=True)
def _close():
    yield
    plots.plt.close("all")


@pytest.mark.parametrize("depth", [2, 3])
def test_network_names_every_stage_with_the_shape_it_puts_out(depth):
    net = UNet(1, 5, width=4, depth=depth, se="scse").eval()
    image = torch.rand(1, 1, 16, 8)
    found = texts(plots.network(net, image))
    for name, seen in record(net, image).items():
        channels, height, width = seen.output.shape[1:]
        assert f"{name}\n{channels} × {height}×{width}" in found
    assert "image\n1 × 16×8" in found
    assert "logits\n5 × 16×8" in found
    assert found.count("scSE") == found.count("2 conv\n3×3") == 2 * depth - 1
    assert {"skip connection", "halved", "doubled"} <= {*found}


@pytest.mark.parametrize(
    ("make", "layers"), [(SDNet, "1 conv\n7×7"), (QuickNAT, "3 conv\n5×5, 1×1")]
)
def test_network_draws_those_that_unpool(make, layers):
    net = make(1, 5, width=4, depth=3).eval()
    found = texts(plots.network(net, torch.rand(1, 1, 13, 8)))
    assert {"encoder2\n4 × 6×4", "bottleneck\n4 × 3×2", "decoder1\n4 × 13×8"} <= {*found}
    assert (found.count(layers), found.count("scSE")) == (5, 4)
    assert {"skip connection, and where the maxima were", "halved", "unpooled"} <= {*found}


def test_network_leaves_no_hook_behind():
    net = UNet(1, 2, width=2, depth=2)
    plots.network(net, torch.rand(1, 1, 4, 4))
    assert not any(module._forward_hooks for module in net.modules())


@pytest.mark.parametrize(("se", "name"), [("cse", "cSE"), ("sse", "sSE"), (None, "")])
def test_network_says_which_block_it_has(se, name):
    found = texts(plots.network(UNet(1, 2, width=2, depth=2, se=se), torch.rand(1, 1, 4, 4)))
    assert [text for text in found if text in ("cSE", "sSE", "scSE")] == [name] * (3 * bool(name))


def test_block_shows_the_sizes_of_its_layers_and_how_it_joins():
    found = texts(plots.block(scSE(24, r=4, combine="max")))
    assert found.count("24 × H×W") == 0  # always under the letter of the map
    assert {"$U$\n24 × H×W", "$\\hat U$\n24 × H×W", "$z$: 24", "6", "$c$: 24", "max"} <= {*found}


@pytest.mark.parametrize(("block", "there", "missing"), [(cSE(8), "c", "s"), (sSE(8), "s", "c")])
def test_block_has_the_branches_of_the_module(block, there, missing):
    found = texts(plots.block(block))
    assert f"${there} \\odot U$" in found
    assert f"${missing} \\odot U$" not in found
    assert "add" not in found
