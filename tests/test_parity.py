"""Ours against the published implementations themselves, with copied weights."""

import pytest
import torch
from published import published

from scse import cSE, record, scSE

SMP = ("segmentation_models_pytorch.base.modules", "SCSEModule")


def expect_same(theirs, ours, shape):
    """Same checkpoint in, same output and same gradients out."""
    ours.load_state_dict(theirs.state_dict())
    results = []
    torch.manual_seed(0)
    x, g = torch.randn(2, *shape)
    for module in (theirs, ours):
        t = x.clone().requires_grad_()
        y = module(t)
        gradients = torch.autograd.grad(y, [t, *module.parameters()], g)
        results.append((y, gradients[0], *(d.flatten() for d in gradients[1:])))
    torch.testing.assert_close(results[1][:2], results[0][:2], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(results[1][2:], results[0][2:], atol=1e-5, rtol=1e-5)  # sums over x


@pytest.mark.parametrize(("channels", "r"), [(8, 2), (32, 16), (48, 3)])
def test_segmentation_models_pytorch(channels, r):
    theirs = published(*SMP)(channels, reduction=r)
    expect_same(theirs, scSE(channels, r=r), (2, channels, 9, 7))


@pytest.mark.parametrize("spatial", [(9,), (9, 7), (5, 4, 3)], ids=str)
def test_monai(spatial):
    layer = published("monai.networks.blocks.squeeze_and_excitation", "ChannelSELayer")
    expect_same(layer(len(spatial), 8, r=4), cSE(8, r=4), (2, 8, *spatial))


def test_timm():
    theirs = published("timm.layers", "SEModule")(16, rd_channels=4)
    expect_same(theirs, cSE(16, r=4), (2, 16, 6, 6))


def test_torchvision():
    theirs = published("torchvision.ops", "SqueezeExcitation")(16, 8)
    expect_same(theirs, cSE(16), (2, 16, 6, 6))


def test_a_whole_network_with_our_blocks_in_place_of_theirs():
    """Built by segmentation-models-pytorch, its checkpoint loaded by plain `load_state_dict`."""
    build, theirs_block = published("segmentation_models_pytorch", "Unet"), published(*SMP)
    options = {"encoder_weights": None, "decoder_attention_type": "scse", "in_channels": 1}
    theirs = build("resnet18", **options).double().eval()
    ours = build("resnet18", **options)
    replaced = 0
    for parent in list(ours.modules()):
        for name, child in parent.named_children():
            if isinstance(child, theirs_block):
                channels = child.sSE[0].in_channels
                setattr(parent, name, scSE(channels, r=channels // child.cSE[1].out_channels))
                replaced += 1
    assert replaced == 10
    ours.load_state_dict(theirs.state_dict())
    ours = ours.double().eval()
    x = torch.randn(2, 1, 64, 64, dtype=torch.float64)
    torch.testing.assert_close(ours(x), theirs(x), atol=1e-10, rtol=1e-10)
    names = list(record(ours, x))
    assert len(names) == 9  # our instruments work in it; the last skip is empty, its block unused
    assert names[0] == "decoder.blocks.0.attention1.attention"
