"""The U-Net: its stages, its sizes, its errors."""

import pytest
import torch

from scse import UNet

STAGES = ("encoder1", "encoder2", "encoder3", "bottleneck", "decoder3", "decoder2", "decoder1")


@pytest.mark.parametrize(
    ("se", "parameters"), [(None, 122_348), ("cse", 129_396), ("sse", 122_531), ("scse", 129_579)]
)
def test_parameters(se, parameters):
    net = UNet(1, 4, se=se)
    assert net.stages == STAGES
    assert sum(p.numel() for p in net.parameters()) == parameters


@pytest.mark.parametrize("combine", ["add", "max", "mul", "concat"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_shapes(combine, depth):
    net = UNet(3, 5, width=4, depth=depth, combine=combine)
    assert net(torch.randn(2, 3, 24, 32)).shape == (2, 5, 24, 32)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"se": "SE"}, ValueError, "se must be one of"),
        ({"width": 0}, ValueError, "width must be at least 1, got 0"),
        ({"depth": 2.0}, TypeError, "depth must be an integer, got float"),
        ({"combine": "sum", "se": None}, ValueError, "combine must be one of"),
        ({"combine": "sum"}, ValueError, "combine"),
        ({"r": 0}, ValueError, "r"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        UNet(1, 4, **arguments)


@pytest.mark.parametrize("shape", [(1, 3, 16, 16), (1, 16, 16), (1, 1, 20, 16), (1, 1, 0, 16)])
def test_bad_images(shape):
    with pytest.raises(ValueError, match=r"multiples of 8|image batch is"):
        UNet(1, 4)(torch.zeros(shape))


def test_an_image_is_a_tensor():
    with pytest.raises(TypeError, match=r"torch\.Tensor, got list"):
        UNet(1, 4)([[0.0]])


def test_skip_leaves_after_the_block():
    """As in the paper: what the decoder gets is what the block let through."""
    net = UNet(1, 2, width=4, depth=2).eval()
    seen = {}
    net.encoder1.se.register_forward_hook(lambda m, i, o: seen.update(block=o))
    net.decoder1.register_forward_hook(lambda m, i, o: seen.update(decoder=i[0]))
    net(torch.randn(1, 1, 8, 8))
    assert torch.equal(seen["decoder"][:, -4:], seen["block"])
