"""The networks: their stages, their sizes, their errors, and their layers written out."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from scse import QuickNAT, SDNet, UNet, fields, scSE
from scse.networks._unpooling import unpool

STAGES = ("encoder1", "encoder2", "encoder3", "bottleneck", "decoder3", "decoder2", "decoder1")
UNPOOLING = pytest.mark.parametrize("make", [SDNet, QuickNAT])


def size(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    ("se", "parameters"), [(None, 122_348), ("cse", 129_396), ("sse", 122_531), ("scse", 129_579)]
)
def test_parameters(se, parameters):
    net = UNet(1, 4, se=se)
    assert net.stages == STAGES
    assert size(net) == parameters


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
        ({"bottleneck_block": 1}, TypeError, "must be True or False, got int 1"),
        ({"bottleneck_block": None}, TypeError, "must be True or False, got NoneType None"),
    ],
)
@pytest.mark.parametrize("make", [UNet, SDNet, QuickNAT])
def test_bad_arguments(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(1, 4, **arguments)


@pytest.mark.parametrize("shape", [(1, 3, 16, 16), (1, 16, 16), (1, 1, 20, 16), (1, 1, 0, 16)])
def test_bad_images(shape):
    with pytest.raises(ValueError, match=r"multiples of 8|image batch is"):
        UNet(1, 4)(torch.zeros(shape))


@pytest.mark.parametrize("make", [UNet, SDNet, QuickNAT])
def test_an_image_is_a_tensor(make):
    with pytest.raises(TypeError, match=r"torch\.Tensor, got list"):
        make(1, 4, width=2)([[0.0]])


def test_skip_leaves_after_the_block():
    """As in the paper: what the decoder gets is what the block let through."""
    net = UNet(1, 2, width=4, depth=2).eval()
    seen = {}
    net.encoder1.se.register_forward_hook(lambda m, i, o: seen.update(block=o))
    net.decoder1.register_forward_hook(lambda m, i, o: seen.update(decoder=i[0]))
    net(torch.randn(1, 1, 8, 8))
    assert torch.equal(seen["decoder"][:, -4:], seen["block"])


@pytest.mark.parametrize("make", [UNet, SDNet, QuickNAT])
@pytest.mark.parametrize("there", [True, False])
def test_a_block_at_the_bottleneck_is_a_choice(make, there):
    usual, net = make(1, 2, width=4, depth=3), make(1, 2, width=4, depth=3, bottleneck_block=there)
    with_block = [isinstance(getattr(net, stage).se, scSE) for stage in net.stages]
    assert with_block == [True, True, there, True, True]
    assert (size(usual) == size(net)) == (there == (make is UNet))  # the U-Net has one by default
    same = make(**net.config)
    same.load_state_dict(net.state_dict())
    image = torch.randn(1, 1, 8, 8)
    assert torch.equal(same.eval()(image), net.eval()(image))


def test_config_of_a_unet_is_what_cards_have():
    keys = ["in_channels", "classes", "width", "depth", "se", "r", "combine"]
    assert list(UNet(1, 2).config) == list(UNet(1, 2, bottleneck_block=True).config) == keys
    assert UNet(1, 2, bottleneck_block=False).config["bottleneck_block"] is False


# The networks that unpool


def test_parameters_of_quicknat_are_those_of_the_authors():
    """With 28 classes; they build nine blocks and run the eight that are not at the bottleneck."""
    block = size(scSE(64))
    assert size(QuickNAT(1, 28, se=None)) == 3_516_971
    assert size(QuickNAT(1, 28, bottleneck_block=True)) == 3_555_284 == 3_516_971 + 9 * block
    assert size(QuickNAT(1, 28)) == 3_516_971 + 8 * block
    assert QuickNAT(1, 28).stages == (
        *("encoder1", "encoder2", "encoder3", "encoder4", "bottleneck"),
        *("decoder4", "decoder3", "decoder2", "decoder1"),
    )


@pytest.mark.parametrize(
    ("se", "parameters"),
    [(None, 2_413_581), ("cse", 2_447_117), ("sse", 2_414_101), ("scse", 2_447_637)],
)
def test_parameters_of_sdnet(se, parameters):
    """Of its authors there is no whole network to compare with: this is counted by hand."""
    assert size(SDNet(1, 4, se=se)) == parameters
    kernel, stages = 7 * 7 * 64, 9  # one input channel, four stages of 64, four of 128
    weights = kernel * (1 + 4 * 64 + 4 * 128)
    rest = stages * (64 + 1 + 2 * 64)  # biases, PReLU, batch norm
    assert size(SDNet(1, 4, se=None)) == weights + rest + 4 * 65


@UNPOOLING
@pytest.mark.parametrize("combine", ["add", "max", "mul", "concat"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_sizes_need_not_be_multiples(make, combine, depth):
    net = make(3, 5, width=4, depth=depth, combine=combine)
    for height, width in ((24, 32), (8, 13), (23, 9)):
        assert net(torch.randn(2, 3, height, width)).shape == (2, 5, height, width)


@UNPOOLING
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 3, 16, 16), r"an image batch is \(N, 1, H, W\), got a tensor of shape \(1, 3, 16"),
        ((1, 16, 16), "an image batch is"),
        ((1, 1, 16, 0), "H and W must be at least 8 .depth 4 halves them 3 times., got 16×0"),
        ((1, 1, 7, 16), "H and W must be at least 8 .depth 4 halves them 3 times., got 7×16"),
    ],
)
def test_images_that_do_not_fit(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make(1, 4, width=2, depth=4)(torch.zeros(shape))


@UNPOOLING
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kernel": 4}, ValueError, "kernel must be odd, got 4"),
        ({"kernel": 0}, ValueError, "kernel must be at least 1, got 0"),
        ({"kernel": 3.0}, TypeError, "kernel must be an integer, got float"),
        ({"dropout": 1}, ValueError, "dropout must be at least 0 and below 1, got 1"),
        ({"dropout": float("nan")}, ValueError, "dropout must be at least 0 and below 1, got nan"),
        ({"dropout": "0.2"}, TypeError, "dropout must be a number, got str '0.2'"),
        ({"dropout": True}, TypeError, "dropout must be a number, got bool True"),
    ],
)
def test_bad_kernel_and_dropout(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(1, 4, **arguments)


@pytest.mark.parametrize("shape", [(2, 3, 8, 12), (2, 3, 9, 7), (1, 1, 2, 2), (0, 2, 4, 4)])
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_unpooling_is_torchs_bit_for_bit(shape, memory):
    x = torch.randn(shape).to(memory_format=memory)
    gradient = torch.randn(shape)
    found = []
    for layer in (unpool, lambda y, places, size: nn.MaxUnpool2d(2)(y, places, output_size=size)):
        leaf = x.clone().requires_grad_()
        pooled, places = F.max_pool2d(leaf, 2, return_indices=True)
        pooled.retain_grad()
        y = layer(pooled, places, leaf.shape)
        y.backward(gradient)
        found.append((y, pooled.grad, leaf.grad))
    for ours, torchs in zip(*found, strict=True):
        assert torch.equal(ours, torchs)


def test_unpooling_is_deterministic():
    """Of `nn.MaxUnpool2d` torch says that it is not, and refuses it."""
    net, image = SDNet(1, 2, width=2, depth=2), torch.randn(1, 1, 6, 6)
    torch.use_deterministic_algorithms(True)
    try:
        net(image).sum().backward()
    finally:
        torch.use_deterministic_algorithms(False)


def norm(x, state):
    names = ("running_mean", "running_var", "weight", "bias")
    return F.batch_norm(x, *(state[name] for name in names))


def convolved(x, state):
    return F.conv2d(x, state["weight"], state["bias"], padding=state["weight"].shape[-1] // 2)


def sdnet_stage(x, state):
    """Convolution, PReLU, batch norm."""
    convolution, prelu, after = (part(state, f"convolutions.{k}") for k in range(3))
    return norm(F.prelu(convolved(x, convolution), prelu["weight"]), after)


def quicknat_stage(x, state):
    """Batch norm, PReLU, convolution, three times, each of all that was before; one PReLU."""
    state = part(state, "convolutions")
    (slope,) = part(state, "prelu").values()
    maps = [x]
    for k in (1, 2, 3):
        y = F.prelu(norm(torch.cat(maps, 1), part(state, f"norm{k}")), slope)
        maps.append(convolved(y, part(state, f"conv{k}")))
    return maps[-1]


def part(state, name):
    return {key[len(name) + 1 :]: v for key, v in state.items() if key.startswith(f"{name}.")}


@pytest.mark.parametrize(
    ("make", "stage"), [(SDNet, sdnet_stage), (QuickNAT, quicknat_stage)], ids=["sdnet", "quicknat"]
)
@pytest.mark.parametrize("combine", ["add", "max"])
def test_network_is_what_the_authors_code_says(make, stage, combine):
    """Written out: stage, block, pooling; unpooling, the skip before it, stage, block; 1×1."""
    torch.manual_seed(0)
    net = make(2, 3, width=4, depth=3, combine=combine).double()
    for _ in range(3):
        net(torch.randn(4, 2, 13, 18, dtype=torch.float64))  # running statistics
    state, image = net.eval().state_dict(), torch.randn(2, 2, 13, 18, dtype=torch.float64)

    def block(x, state):
        c = torch.sigmoid(
            F.linear(
                F.relu(F.linear(x.mean((2, 3)), state["fc1.weight"], state["fc1.bias"])),
                state["fc2.weight"],
                state["fc2.bias"],
            )
        )[:, :, None, None]
        s = torch.sigmoid(F.conv2d(x, state["weight"][..., None, None], state["bias"]))
        return c * x + s * x if combine == "add" else torch.maximum(c * x, s * x)

    def run(name, x):
        own = part(state, name)
        x = stage(x, own)
        if name == "bottleneck":
            return x
        return block(x, part(own, "se.channel") | part(own, "se.spatial.project"))

    one = run("encoder1", image)
    x, first = F.max_pool2d(one, 2, return_indices=True)
    two = run("encoder2", x)
    x, second = F.max_pool2d(two, 2, return_indices=True)
    x = run("bottleneck", x)
    x = F.max_unpool2d(x, second, 2, output_size=two.shape)
    x = run("decoder2", torch.cat([two, x], 1))
    x = F.max_unpool2d(x, first, 2, output_size=one.shape)
    x = run("decoder1", torch.cat([one, x], 1))
    expected = F.conv2d(x, state["head.weight"], state["head.bias"])
    with torch.no_grad():
        torch.testing.assert_close(net(image), expected, rtol=0, atol=1e-12)


@UNPOOLING
def test_dropout_takes_whole_channels_after_every_block_but_at_the_bottleneck(make):
    net = make(1, 2, width=16, depth=3, dropout=0.5)
    assert net.bottleneck.dropout is None
    seen = {}
    for name in net.stages:
        getattr(net, name).register_forward_hook(lambda m, i, o, name=name: seen.update({name: o}))
    image = torch.randn(2, 1, 8, 8)
    net(image)
    for name, maps in seen.items():
        empty = (maps == 0).all(-1).all(-1)
        assert empty.any() == (name != "bottleneck")
        assert not empty.all()
    net.eval()
    assert torch.equal(net(image), net(image))
    assert make(1, 2, width=2, depth=2, dropout=0).encoder1.dropout is None


def test_field_at_the_bottleneck_of_quicknat():
    """264 pixels: four levels of two 5×5 convolutions and a pooling, and the bottleneck's two."""
    reach = fields.reaches(QuickNAT(1, 2, width=2))
    first, last = fields.window(reach, 4, 20)
    assert last - first + 1 == 264
