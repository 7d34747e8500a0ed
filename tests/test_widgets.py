"""The Python side of the widgets: they send what the network computes, and say what is wrong."""

import gzip
import json
import re
from inspect import getdoc, signature

import numpy as np
import pytest
import torch
import traitlets

import scse
from scse import UNet, find_blocks, override, record
from scse.data import digits
from scse.rules import COMBINE
from scse.widgets import BlockFlow, GateLab, Join, MaskGallery, PixelProbe, SqueezeExcite, _base
from scse.widgets._packing import pack, quantise, unpack

CLASSES = 3


def network(**options):
    """A small U-Net whose gates and classes differ visibly between positions and channels."""
    torch.manual_seed(3)
    net = UNet(1, CLASSES, width=8, depth=2, **options).eval()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if ".se." in name:
                weight.mul_(3)
    return net


@pytest.fixture(scope="module")
def net():
    return network()


@pytest.fixture(scope="module")
def samples():
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(2, 1, 24, 32, generator=generator).cumsum(3)
    labels = torch.randint(CLASSES, (2, 24, 32), generator=generator)
    return [("one", images[0], labels[0], "made up"), ("two", images[1], labels[1])]


def every_widget(net, samples):
    return [
        GateLab(net, samples),
        SqueezeExcite(net, samples),
        PixelProbe(net, samples, block="decoder1"),
        MaskGallery(net, samples),
        BlockFlow(net, samples, block="decoder1"),
        Join(net, samples, block="decoder1"),
    ]


@pytest.fixture(scope="module")
def widgets(net, samples):
    return every_widget(net, samples)


# What the kernel answers


def test_gate_lab_runs_the_network_for_the_blocks_before_the_last(net, samples):
    lab = GateLab(net, samples)
    first = next(iter(lab.manifest["blocks"]))
    half = {first: {"channel": {"keep": 0, "value": 0.5}}}
    answer = lab._engine.run({"image": {"stored": 1}, "gates": half, "maps": {first: "all"}})
    with torch.no_grad(), override(net, {first: {"channel": 0.5}}):
        expected = net(lab._images[1:])[0]
    torch.testing.assert_close(answer["output"], expected, atol=1e-5, rtol=0)
    # The pictures are rounded to 256 levels, so that a page has the same ones.
    assert (lab._images[1] - samples[1][1]).abs().max() < (
        samples[1][1].max() - samples[1][1].min()
    ) / 500


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"block": "attic"}, "block must be one of .*, got 'attic'"),
        (
            {"edits": {"bottleneck": {"channel": {"base": "own", "set": {"16": 0.5}}}}},
            "bottleneck.channel: there is no entry 16",
        ),
    ],
)
def test_gate_lab_refuses_what_no_block_has(net, samples, state, words):
    with pytest.raises(traitlets.TraitError, match=words):
        GateLab(net, samples, **state)


# The data that travels


def test_order_survives_a_stored_notebook(net, samples):
    """Notebooks are stored with the keys of objects sorted; blocks keep the order of running."""
    lab = GateLab(net, samples)
    stored = json.loads(json.dumps(lab.get_state(["manifest"]), sort_keys=True))
    assert list(json.loads(stored["manifest"])["blocks"]) == list(find_blocks(net))
    lab.set_state(stored)
    assert list(lab.manifest["blocks"]) == list(find_blocks(net))


@pytest.mark.parametrize("levels", [256, 64, 8])
def test_quantised_maps_are_off_by_half_a_step_at_most(levels):
    maps = torch.randn(2, 3, 9, 11, generator=torch.Generator().manual_seed(0)) * 5
    quantised = quantise(maps, levels)
    step = (maps.amax((2, 3)) - maps.amin((2, 3))) / (levels - 1)
    error = (quantised.values() - maps).abs().amax((2, 3))
    assert (error <= 0.5001 * step).all()
    assert torch.allclose(quantised.values().amax((2, 3)), maps.double().amax((2, 3)))
    assert quantised.codes.max() == levels - 1


def test_a_constant_map_survives():
    assert (quantise(torch.full((1, 2, 2), 7.0)).values() == 7).all()


def test_packed_arrays_come_back():
    generator = torch.Generator().manual_seed(0)
    first = torch.randint(256, (5, 30, 1), generator=generator)
    steps = (first + 7 * torch.arange(40)).byte()  # each row climbs evenly
    repeated = torch.randint(256, (1, 30, 40), generator=generator).byte().repeat(5, 1, 1)
    noise = torch.randint(256, (30, 40), generator=generator).byte()
    floats = torch.randn(3, 2, generator=generator)
    arrays = {"steps": steps, "repeated": repeated, "noise": noise, "floats": floats}
    entries, packed = pack(arrays)
    assert {entries[name].get("filter") for name in ("steps", "repeated")} == {"delta", "plane"}
    back = unpack(packed, entries)
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert torch.equal(back[name], array), name


def test_quantised_maps_come_back_as_what_a_page_reads():
    quantised = quantise(torch.randn(2, 3, 9, 11, generator=torch.Generator().manual_seed(0)))
    entries, packed = pack({"maps": quantised})
    assert torch.equal(unpack(packed, entries)["maps"], quantised.values())


@pytest.mark.parametrize(
    "harm",
    [{"shape": [3, 9, 12]}, {"dtype": "int9"}, {"filter": "x"}, {"scale": [1, 1], "zero": [0, 0]}],
)
def test_arrays_that_are_no_more_what_was_packed(harm):
    entries, packed = pack({"maps": quantise(torch.randn(3, 9, 11))})
    assert unpack(packed, entries)["maps"].shape == (3, 9, 11)
    with pytest.raises(ValueError, match="the packed arrays cannot be read"):
        unpack(packed, {"maps": entries["maps"] | harm})
    with pytest.raises(ValueError, match="the packed arrays cannot be read"):
        unpack(packed[:-20], entries)


def test_other_dtypes_are_refused():
    with pytest.raises(TypeError, match="'labels' must be uint8 or float32, got torch"):
        pack({"labels": torch.zeros(2, 2, dtype=torch.long)})


def test_a_widget_and_its_data_cost_a_page_150_kb_at_most():
    net = scse.load("digits-unet-scse")
    images, labels = digits.Digits().test()
    three = [(str(k), images[k], labels[k]) for k in (1, 12, 20)]
    style = gzip.compress((_base.STATIC / "widgets.css").read_bytes())
    for widget in (GateLab(net, three), PixelProbe(net, three), MaskGallery(net, three)):
        code = gzip.compress(str(widget._esm).encode())
        assert len(widget.packed) + len(code) + len(style) < 150_000, type(widget).__name__


# The numbers, against the network itself with its gates overruled


def agreement(evaluated, logits):
    return (evaluated["segmentation"] == logits[0].argmax(0)).double().mean()


@pytest.mark.parametrize("combine", ["add", "max", "mul"])
def test_gate_lab_computes_what_the_network_computes(samples, combine):
    net = network(combine=combine)
    lab = GateLab(net, samples, levels=256)
    drawn = torch.rand(8, generator=torch.Generator().manual_seed(2))
    for k, (_, image, *_) in enumerate(samples):
        rec = record(net, image[None])
        own = lab.evaluate(k)
        assert torch.allclose(own["gates"].float(), rec["decoder1"].channel.flatten(), atol=2e-3)
        assert torch.allclose(own["mask"].float(), rec["decoder1"].spatial[0, 0], atol=2e-2)
        assert agreement(own, rec.logits) > 0.985
        assert own["changed"] == 0
        with override(net, {"decoder1": {"channel": drawn}}):
            edits = {
                "decoder1": {"channel": {"base": "own", "set": dict(enumerate(drawn.tolist()))}}
            }
            assert agreement(lab.evaluate(k, edits), net(image[None])) > 0.985


@pytest.mark.parametrize("combine", ["add", "max", "mul"])
@pytest.mark.parametrize(
    "edits",
    [
        {"channel": {"base": "one"}, "spatial": {"base": "neutral"}},
        {"spatial": {"base": "neutral"}},
        {"channel": {"base": "neutral"}},
        {"channel": {"base": "invert", "set": {"3": 0.5}}, "spatial": {"base": "flat"}},
        {
            "spatial": {
                "base": "own",
                "strokes": [{"width": 5, "value": 0, "points": [2, 2, 30, 20]}],
            }
        },
    ],
)
def test_gate_lab_edits_as_override_does(samples, combine, edits):
    net = network(combine=combine)
    with override(net, {"decoder1": edits}):
        logits = net(samples[0][1][None])
    lab = GateLab(net, samples, levels=256)
    assert agreement(lab.evaluate(0, {"decoder1": edits}), logits) > 0.985


def test_gate_lab_lends_a_sample_the_gates_of_another(net, samples):
    lab = GateLab(net, samples, levels=256)
    lent = lab.evaluate(0, {"decoder1": {"channel": {"base": "from", "from": 1}}})
    assert torch.equal(lent["gates"], lab.evaluate(1)["gates"])
    with override(net, {"decoder1": {"channel": lent["gates"]}}):
        assert agreement(lent, net(samples[0][1][None])) > 0.985


def test_squeeze_excite_has_the_gates_of_the_network(net, samples):
    widget = SqueezeExcite(net, samples)
    for k, (_, image, *_) in enumerate(samples):
        gates = record(net, image[None])["decoder1"].channel.flatten()
        assert torch.allclose(widget.evaluate(k)["gates"].float(), gates, atol=1e-6)
    z = [0.1 * (k + 1) for k in range(8)]
    flat = torch.tensor(z)[None, :, None, None].expand(1, 8, 4, 4)  # maps with these means
    assert torch.allclose(
        widget.evaluate(z=z)["gates"].float(), net.decoder1.se.channel(flat).flatten(), atol=1e-6
    )


def test_pixel_probe_adds_up_to_the_mask(net, samples):
    widget = PixelProbe(net, samples, block="decoder1")
    mask = record(net, samples[1][1][None])["decoder1"].spatial[0, 0]
    found = widget.evaluate(1, [3, 30])
    # The largest error that rounding the maps to 256 levels allows
    scale = widget._maps.scale[1]
    bound = (found["weights"].abs() * scale).sum() / 2 / 4 + 1e-6
    assert (found["mask"] - mask).abs().max() <= bound < 0.02
    total = (found["vector"] * found["weights"]).sum().item() + found["bias"]
    assert found["logit"] == pytest.approx(total)
    assert found["gate"] == pytest.approx(1 / (1 + np.exp(-total)))
    assert widget.evaluate(1)["gate"] == found["mask"].max()


@pytest.mark.parametrize(
    "options", [{"se": "cse"}, {"se": "sse"}, *({"combine": name} for name in COMBINE)]
)
def test_block_flow_puts_out_what_the_block_does(samples, options):
    net = network(**options)
    flow = BlockFlow(net, samples, block="decoder1")
    own = record(net, samples[1][1][None])["decoder1"]
    shown = flow.evaluate(1)
    step = (shown["maps"].amax((1, 2)) - shown["maps"].amin((1, 2))).max() / 127
    assert (shown["maps"] - own.input[0]).abs().max() <= 0.51 * step
    with torch.no_grad():  # of the rounded maps, so that nothing else differs
        block = net.decoder1.se.double()
        expected = block(shown["maps"][None])[0]
        gates = block.gates(shown["maps"][None])
    torch.testing.assert_close(shown["output"], expected)
    assert (gates.channel is None) == ("gates" not in shown)
    assert (gates.spatial is None) == ("mask" not in shown)
    if gates.channel is not None:
        torch.testing.assert_close(shown["gates"], gates.channel.flatten())
    if gates.spatial is not None:
        torch.testing.assert_close(shown["mask"], gates.spatial[0, 0])
    assert {"z": "gates" in shown, "q": "mask" in shown} == {
        term: term in flow.manifest["terms"] for term in ("z", "q")
    }
    assert flow.still().startswith(b"\x89PNG")


def test_mask_gallery_holds_every_mask(net, samples):
    widget = MaskGallery(net, samples)
    rec = record(net, samples[1][1][None])
    shown = widget.evaluate(1)
    assert list(shown) == list(rec) == ["encoder1", "bottleneck", "decoder1"]
    for name, mask in shown.items():
        assert torch.allclose(mask.float(), rec[name].spatial[0, 0], atol=1 / 255 / 2)


# Around the numbers


def test_the_network_is_left_as_it_was(samples):
    net = network().train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    every_widget(net, samples)
    assert net.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_a_widget_has_a_picture_for_print(widgets):
    for widget in widgets:
        data, _ = widget._repr_mimebundle_()
        assert data["image/png"].startswith(b"\x89PNG")
        assert "application/vnd.jupyter.widget-view+json" in data
        assert data["text/plain"] == f"{type(widget).__name__}()"


def test_docstrings_name_every_argument(widgets):
    for widget in widgets:
        parameters = list(signature(type(widget).__init__).parameters.values())
        names = [p.name for p in parameters[1:] if p.kind is not p.VAR_KEYWORD]
        assert "net" in names
        text = getdoc(type(widget))
        for name in (*names, *type(widget).state_names()):
            told = re.search(rf"^    .*\b{name}\b.*: ", text, re.MULTILINE)
            assert told, (type(widget).__name__, name)


@pytest.mark.parametrize(
    ("index", "trait", "value", "message"),
    [
        (0, "picture", 2, "picture must be 0 to 1, got 2"),
        (0, "edits", {"decoder1": {"channel": {"base": "off"}}}, "decoder1.channel.base"),
        (0, "edits", {"decoder9": {}}, "no block 'decoder9'; there are 'encoder1'"),
        (0, "edits", {"decoder1": {"channel": {"base": "own", "set": {"8": 1}}}}, "no entry 8"),
        (0, "edits", {"decoder1": {"channel": {"base": "own", "set": {"0": 2}}}}, "from 0 to 1"),
        (0, "edits", {"decoder1": {"channel": {"base": "mean"}}}, "no mean here"),
        (1, "z", [0.1], "z must be empty or 8 numbers between"),
        (2, "pixel", [24, 0], r"\[row, column\] in a map of 24×32"),
        (3, "scale", "other", "shared"),
    ],
)
def test_bad_state_is_refused_and_changes_nothing(widgets, index, trait, value, message):
    widget = widgets[index]
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def image(*shape):
    return torch.zeros(shape)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda net, s: GateLab(net, s, colour=1), TypeError, "unknown keywords colour"),
        (lambda net, s: GateLab(net, []), ValueError, "samples is empty"),
        (lambda net, s: GateLab(net, "digits"), TypeError, "must be a list of tuples, got str"),
        (lambda net, s: GateLab(net, [("a", s[0][1])]), TypeError, "label, credit"),
        (
            lambda net, s: GateLab(net, [s[0], ("b", image(1, 8, 8), image(8, 8))]),
            ValueError,
            "one size",
        ),
        (
            lambda net, s: GateLab(net, [("a", image(8, 8), image(8, 8))]),
            ValueError,
            "channels, H, W",
        ),
        (
            lambda net, s: GateLab(net, [("a", image(1, 8, 8), image(4, 4))]),
            ValueError,
            r"\(8, 8\)",
        ),
        (
            lambda net, s: GateLab(net, [("a", [1], image(4, 4))]),
            TypeError,
            "must be a tensor, got list",
        ),
        (lambda net, s: GateLab(net, s, classes=[("a", "#000000")]), ValueError, "has 3 classes"),
        (lambda net, s: GateLab(network(se=None), s), ValueError, "has no squeeze"),
        (lambda net, s: GateLab(network(se="cse"), s), ValueError, "no spatial gate"),
        (lambda net, s: GateLab(network(combine="concat"), s), ValueError, "concat"),
        (lambda net, s: GateLab(torch.nn.ReLU(), s), ValueError, r"needs a network with .stages"),
        (
            lambda net, s: SqueezeExcite(net, s, block="middle"),
            ValueError,
            "'encoder1', 'bottleneck'",
        ),
        (lambda net, s: PixelProbe(network(se="cse"), s), ValueError, "no block 'decoder2'"),
        (
            lambda net, s: MaskGallery(network(se="cse"), s),
            ValueError,
            "no block with a spatial gate",
        ),
    ],
)
def test_errors_say_what_is_wrong(net, samples, make, error, message):
    with pytest.raises(error, match=message):
        make(net, samples)


def test_too_many_channels_to_draw(samples):
    wide = UNet(1, 2, width=40, depth=2)
    with pytest.raises(ValueError, match="16 channels at most, block 'decoder1' has 40"):
        SqueezeExcite(wide, samples)
    with pytest.raises(ValueError, match="32 channels at most, block 'decoder1' has 40"):
        PixelProbe(wide, samples, block="decoder1")
    with pytest.raises(ValueError, match="64 channels at most, block 'bottleneck' has 80"):
        BlockFlow(wide, samples, block="bottleneck")


# States that the text can name


SHUT = {"edits": {"bottleneck": {"channel": {"base": "zero"}}}, "block": "bottleneck"}


def test_states_are_described_by_what_they_are_called_in_a_link(net, samples):
    states = {"Bottleneck, shut": SHUT, "as it was": {}, "its mask": ({"picture": 0}, "mask")}
    lab = GateLab(net, samples, picture=1, states=states)
    assert lab.manifest["states"] == {
        "bottleneck-shut": {"name": "Bottleneck, shut", "set": SHUT, "part": ""},
        "as-it-was": {"name": "as it was", "set": {}, "part": ""},
        "its-mask": {"name": "its mask", "set": {"picture": 0}, "part": "mask"},
    }
    assert lab.manifest["first"] == {"picture": 1, "block": "", "edits": {}}
    assert (lab.picture, lab.block, lab.edits) == (1, "", {}), "they were tried, and taken back"
    assert json.loads(lab.get_state(["manifest"])["manifest"]) == lab.manifest


def test_a_figure_has_a_name_for_links_if_it_is_given_one(net, samples):
    assert "name" not in MaskGallery(net, samples).manifest
    assert MaskGallery(net, samples, name="The wall").manifest["name"] == "the-wall"


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (GateLab, {"block": "attic"}, "state 'x' of this GateLab: block must be one of"),
        (
            GateLab,
            {"edits": {"bottleneck": {"channel": {"base": "off"}}}},
            "state 'x' of this GateLab: edits: bottleneck.channel.base: 'off' is not one of",
        ),
        (GateLab, {"picture": 2}, "picture must be 0 to 1, got 2"),
        (PixelProbe, {"pixel": [24, 0]}, r"state 'x' of this PixelProbe: pixel must be .* 24×32"),
        (SqueezeExcite, {"z": [0.1]}, "state 'x' of this SqueezeExcite: z must be"),
        (MaskGallery, {"scale": "each"}, "state 'x' of this MaskGallery: .* 'scale' trait"),
    ],
)
def test_a_state_that_a_figure_refuses_is_an_error(net, samples, kind, state, words):
    options = {"block": "decoder1"} if kind is PixelProbe else {}
    with pytest.raises(traitlets.TraitError, match=words):
        kind(net, samples, states={"good": {"picture": 1}, "x": state}, **options)


@pytest.mark.parametrize(
    ("states", "error", "words"),
    [
        ({"x": {"pictures": 1}}, TypeError, "state 'x' sets pictures; a GateLab has block, edits"),
        ({"x": 1}, TypeError, "state 'x' must be a dict of traits, got int"),
        ({"x": ({}, "nose")}, ValueError, "state 'x' is about 'nose'; the parts are picture, br"),
        ({"x": ({}, "mask", 1)}, TypeError, r"state 'x' must be a dict of traits or \(dict, part"),
        ({"x": (1, "mask")}, TypeError, "state 'x' must be a dict of traits, got int"),
        ({"A b": {}, "a-b": {}}, ValueError, "'A b' and 'a-b' are both #do:a-b in a link"),
        ({"…": {}}, ValueError, "a name needs a letter from a to z or a digit, got '…'"),
    ],
)
def test_a_state_of_another_form_is_an_error(net, samples, states, error, words):
    with pytest.raises(error, match=words):
        GateLab(net, samples, states=states)


def test_an_explorer_takes_its_states_along(net, samples, tmp_path):
    image = samples[0][1][None]
    made = scse.explore(net, image, states={"shut": SHUT}, name="ours")
    opened = scse.widgets.Explorer.open(made.save(tmp_path / "one.json"))
    assert opened.manifest["states"] == made.manifest["states"]
    assert opened.manifest["name"] == "ours"
    with pytest.raises(traitlets.TraitError, match="state 'x' of this Explorer: no block 'attic'"):
        scse.explore(net, image, states={"x": {"block": "attic"}})
