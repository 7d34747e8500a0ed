"""ContrastSwap and ContrastSlider: what they store is what the network does with those gates."""

import zlib

import pytest
import torch
import traitlets
from site_tools import number
from test_widgets_site import close, named, pull, settle, twin_of

import scse
from scse import UNet, override, record
from scse.data import brain
from scse.metrics import dice, mean_dice
from scse.widgets import ContrastSlider, ContrastSwap, _base, _contrast

CLASSES = 3
VALUES = (0.0, 0.3, 1.0)


def network(seed):
    """A small U-Net whose bottleneck gates depend on the picture and decide some pixels."""
    torch.manual_seed(seed)
    net = UNet(1, CLASSES, width=8, depth=2).eval()
    gate = net.bottleneck.se.channel
    with torch.no_grad():
        gate.fc1.weight.mul_(4)
        gate.fc2.weight.mul_(4)
        logits = net(torch.stack([render(value) for value in VALUES]))
        net.head.bias.sub_(logits.mean((0, 2, 3)))  # a close race everywhere
    return net


@pytest.fixture(scope="module")
def net():
    return network(4)


def render(value):
    pattern = torch.randn(1, 24, 32, generator=torch.Generator().manual_seed(1)).cumsum(2)
    return (1 - 2 * value) * pattern + 3 * value


@pytest.fixture(scope="module")
def label():
    return torch.randint(CLASSES, (24, 32), generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def pair():
    return render(0.0), render(1.0)


@pytest.fixture
def swap(net, pair, label):
    return ContrastSwap(net, pair, label)


@pytest.fixture
def slider(net, label):
    return ContrastSlider({"one": net}, render, label, values=VALUES)


def gates_of(net, image):
    return record(net, image[None])["bottleneck"].channel.flatten()


@torch.no_grad()
def with_gates(net, image, gates):
    with override(net, {"bottleneck": {"channel": gates}}):
        return net(image[None])[0].argmax(0)


# The numbers


@pytest.mark.parametrize("blend", [0, 0.25, 0.5, 0.75, 1])
def test_swap_stores_the_network_with_blended_gates(net, pair, label, swap, blend):
    own = [gates_of(net, image) for image in pair]
    now = swap.evaluate(blend)
    for i, image in enumerate(pair):
        used = (1 - blend) * own[i] + blend * own[1 - i]
        expected = with_gates(net, image, used)
        assert torch.allclose(now["gates"][i].float(), used)
        assert (now["segmentation"][i] == expected).all()
        assert now["dice"][i] == pytest.approx(mean_dice(expected, label, CLASSES))
        assert now["dice_of"][i].tolist() == pytest.approx(dice(expected, label, CLASSES).tolist())
        before = with_gates(net, image, own[i])
        assert now["changed"][i] == (expected != before).sum()
        assert now["own_dice"][i] == pytest.approx(mean_dice(before, label, CLASSES))


def test_swap_of_this_network_is_seen(swap):
    assert min(swap.evaluate(1)["changed"]) > 10
    assert swap.evaluate(0)["changed"] == [0, 0]


def test_slider_stores_the_network_with_own_and_frozen_gates(net, label, slider):
    images = [render(value) for value in VALUES]
    own = [gates_of(net, image) for image in images]
    for gates, used in {"own": own, "first": [own[0]] * 3, "last": [own[2]] * 3}.items():
        curve = []
        for k, image in enumerate(images):
            now = slider.evaluate("one", k, gates)
            expected = with_gates(net, image, used[k])
            assert (now["segmentation"] == expected).all()
            assert torch.allclose(now["gates"][k].float(), used[k])
            assert now["dice"] == pytest.approx(mean_dice(expected, label, CLASSES))
            curve.append(now["dice"])
        assert slider.evaluate()["curves"][gates] == curve
    curves = slider.evaluate()["curves"]
    assert curves["own"] != curves["first"] != curves["last"], "freezing makes no difference here"


def test_slider_tells_networks_apart(net, label):
    other = network(5)
    slider = ContrastSlider({"one": net, "other": other}, render, label, values=VALUES)
    expected = mean_dice(with_gates(other, render(0.3), gates_of(other, render(0.3))), label, 3)
    assert slider.evaluate("other", 1)["dice"] == pytest.approx(expected)
    assert slider.evaluate("one", 1)["dice"] != pytest.approx(expected)
    assert slider.network == "one"


def test_evaluate_follows_the_state(swap, slider):
    swap.blend = 0.75
    assert (swap.evaluate()["gates"] == swap.evaluate(0.75)["gates"]).all()
    slider.set_trait("contrast", 2)
    slider.set_trait("gates", "first")
    assert slider.evaluate()["dice"] == slider.evaluate("one", 2, "first")["dice"]


def test_thirds_are_found_although_sliders_round(net, pair, label):
    swap = ContrastSwap(net, pair, label, steps=4, blend=0.333333)
    assert swap.blend == 1 / 3


def test_margins_are_cut_where_nothing_is(net):
    label = torch.zeros(40, 50, dtype=torch.long)
    label[20:22, 30] = 1
    maps = torch.zeros(2, 3, 40, 50, dtype=torch.uint8)
    maps[1, 2, 18, 25] = 2
    rows, columns = _contrast.crop(label, maps, margin=3)
    assert (rows, columns) == (slice(15, 25), slice(22, 34))
    maps[0, 0, 39, 0] = 1  # at the border there is no margin
    assert _contrast.crop(label, maps, margin=3) == (slice(15, 43), slice(0, 34))


def test_order_is_falling_staying_rising():
    first = torch.tensor([0.1, 0.9, 0.5, 0.2, 0.8, 0.6])
    last = torch.tensor([0.9, 0.1, 0.5, 0.3, 0.5, 1.0])
    assert _contrast.order(first, last) == [1, 4, 2, 3, 5, 0]


def test_pictures_are_weighted_sums_of_stored_maps(slider):
    known = slider.manifest
    entry = known["arrays"]["basis"]
    count, *_ = entry["shape"]
    assert count == 2, "two contrasts, and what lies between them, need two maps"
    weights = torch.tensor(known["weights"])
    assert list(weights.shape) == [len(VALUES), count]
    data = zlib.decompress(slider.packed)[entry["offset"] : entry["offset"] + entry["length"]]
    codes = torch.frombuffer(bytearray(data), dtype=torch.uint8).reshape(entry["shape"])
    if entry.get("filter"):
        axis = {"delta": -1, "plane": 0}[entry["filter"]]
        codes = codes.long().cumsum(axis) % 256
    scale, zero = (torch.tensor(entry[name])[:, None, None] for name in ("scale", "zero"))
    maps = zero + scale * codes
    pictures = torch.einsum("nk,khw->nhw", weights, maps).clamp(0, 255)
    for k, value in enumerate(VALUES):
        assert (pictures[k] - _base.grey(render(value))).abs().max() < 4


def test_no_network_is_changed(net, pair, label):
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    ContrastSwap(net, pair, label)
    assert net.training
    assert all((value == before[name]).all() for name, value in net.state_dict().items())
    net.eval()


@pytest.mark.slow
def test_the_figures_of_the_book_are_small():
    net = scse.load("brain-unet-scse")
    label = brain.example(72)[1][0]
    classes = list(zip(brain.CLASSES, brain.COLOURS, strict=True))
    draw = {"label": label, "classes": classes}

    def picture(contrast):
        return brain.example(72, inverted=contrast)[0][0]

    swap = ContrastSwap(net, (picture(0), picture(1)), **draw)
    slider = ContrastSlider({"a": net, "b": net}, picture, **draw)
    for widget in (swap, slider):
        assert len(widget.packed) < 100_000, type(widget).__name__
        assert widget.still().startswith(b"\x89PNG")


# What is refused


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"images": torch.zeros(2, 1, 24, 32)}, TypeError, "images must be a pair of tensors"),
        ({"images": (render(0),)}, ValueError, "images must be two, got 1"),
        ({"images": (render(0), "dark")}, TypeError, "an image must be a tensor, got str"),
        ({"images": (render(0), render(0)[0])}, ValueError, r"\(channels, H, W\)"),
        ({"images": (render(0), render(0)[:, 1:])}, ValueError, "both images must have one shape"),
        ({"label": torch.zeros(1, 24, 32)}, ValueError, r"the label must be \(H, W\) = \(24, 32\)"),
        ({"steps": 1}, ValueError, "steps must be at least 2"),
        ({"steps": 2.5}, TypeError, "steps must be an int, got float 2.5"),
        ({"titles": "bright"}, ValueError, "titles must be two strings, got 'bright'"),
        ({"block": "middle"}, ValueError, "no block 'middle'; the blocks are 'encoder1'"),
        ({"classes": [("one", "#000000")]}, ValueError, "has 3 classes, classes= names 1"),
        ({"blend": 0.3}, traitlets.TraitError, "blend must be one of 0, 0.25, 0.5, 0.75, 1"),
        ({"step": 3}, TypeError, "unknown keywords step; its state is blend"),
    ],
)
def test_swap_says_what_is_wrong(net, pair, label, changes, error, words):
    given = {"images": pair, "label": label, **changes}
    with pytest.raises(error, match=words):
        ContrastSwap(net, **given)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"nets": []}, TypeError, "nets must be a dict of name to network, got list"),
        ({"nets": {}}, ValueError, "nets is empty"),
        ({"nets": {0: None}}, TypeError, "the names of nets must be strings, got 0"),
        ({"nets": {"a": 3}}, TypeError, "net must be an nn.Module, got int"),
        ({"render": 3}, TypeError, "render must be a function, got int"),
        ({"render": lambda value: value}, TypeError, "render must return a tensor, got float"),
        ({"render": lambda value: render(0)[0]}, ValueError, r"\(channels, H, W\)"),
        ({"label": torch.zeros(9, 9)}, ValueError, r"the label must be \(H, W\) = \(24, 32\)"),
        ({"values": 7}, TypeError, "values must be a list of numbers, got 7"),
        ({"values": ["dark"]}, TypeError, "values must be a list of numbers"),
        ({"values": [0.5]}, ValueError, "at least two growing numbers"),
        ({"values": [1, 0]}, ValueError, "at least two growing numbers"),
        ({"ends": ("a", "b", "c")}, ValueError, "ends must be two strings"),
        ({"block": "middle"}, ValueError, "no block 'middle'"),
        ({"network": "two"}, traitlets.TraitError, "network must be one of 'one', got 'two'"),
        ({"contrast": 3}, traitlets.TraitError, "contrast must be 0 to 2, got 3"),
        ({"gates": "mine"}, traitlets.TraitError, "gates"),
        ({"picture": 3}, TypeError, "unknown keywords picture"),
    ],
)
def test_slider_says_what_is_wrong(net, label, changes, error, words):
    given = {"nets": {"one": net}, "render": render, "label": label, "values": VALUES, **changes}
    with pytest.raises(error, match=words):
        ContrastSlider(**given)


def test_networks_and_pictures_must_fit_each_other(net, label):
    plain = UNet(1, CLASSES, depth=2, se="sse")
    with pytest.raises(ValueError, match="is a sSE: it has no channel gate"):
        ContrastSwap(plain, (render(0), render(1)), label)
    wide = UNet(1, CLASSES, width=4, depth=2)
    with pytest.raises(ValueError, match=r"the same .channels in 'bottleneck', classes., got"):
        ContrastSlider({"one": net, "wide": wide}, render, label, values=VALUES)
    with pytest.raises(ValueError, match="render must return images of one shape"):
        ContrastSlider(
            {"one": net}, lambda v: render(0)[:, : 24 if v else 16], label, values=VALUES
        )


# In the page


@pytest.fixture
def swap_page(open_page):
    return open_page("channel.html").locator(".scse-swap").first


@pytest.fixture
def slider_page(open_page):
    return open_page("channel.html").locator(".scse-turn").first


def check_swap(shown, twin, blend):
    now = twin.evaluate(blend)
    for i in (0, 1):
        assert number(shown, f"dice-{i}") == close(now["dice"][i])
        assert number(shown, f"changed-{i}") == now["changed"][i]
        classes = [number(shown, f"dice-of-{k}-{i}") for k in range(1, len(now["dice_of"][i]))]
        assert classes == close(now["dice_of"][i][1:].tolist())


def test_swap_by_button_and_back(swap_page):
    twin = twin_of("channel", ContrastSwap)
    check_swap(swap_page, twin, 0)
    swap_page.get_by_role("button", name="Swap the").click()
    swap_page.get_by_role("button", name="Give them back").wait_for()
    named(swap_page, "blend").and_(swap_page.locator('[aria-valuenow="4"]')).wait_for()
    check_swap(swap_page, twin, 1)
    swap_page.get_by_role("button", name="Reset").click()
    settle(swap_page.page)
    check_swap(swap_page, twin, 0)


def test_swap_by_keys_and_pointer(swap_page):
    twin = twin_of("channel", ContrastSwap)
    slider = named(swap_page, "blend")
    slider.press("ArrowRight")
    settle(swap_page.page)
    check_swap(swap_page, twin, 0.25)
    pull(swap_page.page, slider, 0.5)
    check_swap(swap_page, twin, 0.5)


def test_swap_gates_can_be_read(swap_page):
    twin = twin_of("channel", ContrastSwap)
    gates = named(swap_page, "point-gates")
    gates.press("End")
    channel = twin.manifest["order"][-1]
    expected = twin.evaluate(0)["gates"][:, channel].tolist()
    assert [number(swap_page, f"gate-{i}") for i in (0, 1)] == close(expected)
    assert f"channel {channel + 1}:" in gates.get_attribute("aria-valuetext")
    gates.hover(position={"x": 1, "y": 20})
    expected = twin.evaluate(0)["gates"][:, twin.manifest["order"][0]].tolist()
    assert [number(swap_page, f"gate-{i}") for i in (0, 1)] == close(expected)


def check_slider(shown, twin, *state):
    now = twin.evaluate(*state)
    assert number(shown, "dice") == close(now["dice"])
    for name, curve in now["curves"].items():
        assert number(shown, f"dice-{name}") == close(curve[state[1]])
    classes = [number(shown, f"dice-of-{k}") for k in range(1, len(now["dice_of"]))]
    assert classes == close(now["dice_of"][1:].tolist())


def test_slider_by_keys_choices_and_pointer(slider_page):
    page, twin = slider_page.page, twin_of("channel", ContrastSlider)
    network, last = twin.manifest["networks"][0], len(twin.manifest["values"]) - 1
    check_slider(slider_page, twin, network, 0, "own")
    named(slider_page, "contrast-bar").press("End")
    settle(page)
    check_slider(slider_page, twin, network, last, "own")
    slider_page.locator('input[value="first"]').check()
    settle(page)
    check_slider(slider_page, twin, network, last, "first")
    pull(page, named(slider_page, "contrast-bar"), 0.5)
    check_slider(slider_page, twin, network, last // 2, "first")
    other = twin.manifest["networks"][-1]
    slider_page.locator(f'input[value="{other}"]').check()
    settle(page)
    check_slider(slider_page, twin, other, last // 2, "first")
    slider_page.get_by_role("button", name="Reset").click()
    settle(page)
    check_slider(slider_page, twin, network, 0, "own")


def test_slider_plots_are_sliders_too_and_gates_can_be_read(slider_page):
    page, twin = slider_page.page, twin_of("channel", ContrastSlider)
    network = twin.manifest["networks"][0]
    gates = named(slider_page, "point-gates")
    gates.scroll_into_view_if_needed()
    box = gates.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 5)
    settle(page)
    check_slider(slider_page, twin, network, 9, "own")
    gates.press("Home")
    channel = twin.manifest["orders"][0][0]
    expected = twin.evaluate(network, 9)["gates"][9, channel].item()
    assert number(slider_page, "gate") == close(expected)


def test_whose_gates_are_used_is_said_by_the_names_of_the_ends(slider_page):
    """ "Frozen at 0" would read as if the gates were 0."""
    choices = slider_page.locator(".scse-curvename").all_inner_texts()
    names = ["own", "those of the bright end", "those of the dark end"]
    assert [text.split("\n")[0].strip() for text in choices] == names
