"""`explore`, and the kernel's half of the engine contract: numbers, errors, the saved file."""

import copy
import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import traitlets
from torch import nn

import scse
from scse import UNet, cSE, find_blocks, override, record, scSE
from scse._outputs import tensor_of
from scse.widgets import Explorer, _file, _live, explore
from scse.widgets._engine import Engine, decode, encode
from scse.widgets._packing import unpack


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(3)
    net = UNet(1, 3, width=8, depth=2).eval()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if ".se." in name:
                weight.mul_(3)
    return net


@pytest.fixture(scope="module")
def images():
    return torch.randn(2, 1, 24, 32, generator=torch.Generator().manual_seed(1)).cumsum(3)


@pytest.fixture(scope="module")
def engine(net, images):
    return Engine({"net": net}, list(images))


class Volume(nn.Module):
    """3-D, with a block at half the size."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.se = nn.Conv3d(1, 6, 3, padding=1), scSE(6)
        self.down, self.low = nn.Conv3d(6, 8, 2, stride=2), scSE(8)
        self.head = nn.Conv3d(8, 3, 1)

    def forward(self, x):
        low = self.low(self.down(self.se(self.first(x))))
        return self.head(nn.functional.interpolate(low, scale_factor=2))


class Classifier(nn.Module):
    def __init__(self, channels=40):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.se = nn.Conv2d(3, channels, 3), cSE(channels)
        self.head = nn.Linear(channels, 5)

    def forward(self, x):
        return self.head(self.se(self.first(x)).mean((2, 3)))


# The engine


def test_an_answer_has_the_own_gates_and_the_output(engine, net, images):
    answer = engine.run({"image": {"stored": 1}})
    rec = record(net, images[1:])
    assert torch.equal(answer["output"], rec.logits[0])
    assert list(answer["blocks"]) == list(rec)
    for name, block in answer["blocks"].items():
        assert torch.equal(block["channel"], rec[name].channel.flatten())
        assert torch.equal(block["spatial"], rec[name].spatial[0, 0])
        assert "maps" not in block
    assert answer["ms"] > 0


def test_overruled_outputs_are_those_of_override(engine, net, images):
    keep = torch.ones(16)
    keep[3] = 0
    value = torch.zeros(16)
    value[3] = 0.7
    gates = {
        "bottleneck": {"channel": {"keep": keep, "value": value}},
        "decoder1": {"spatial": {"keep": -1, "value": 1}},
    }
    answer = engine.run({"image": images[0], "gates": gates})

    def by_hand(gate):
        return torch.where(torch.arange(16).reshape(1, -1, 1, 1) == 3, 0.7, gate)

    hand = {"bottleneck": {"channel": by_hand}, "decoder1": {"spatial": lambda s: 1 - s}}
    with override(net, hand):
        rec = record(net, images[:1])
    assert torch.allclose(answer["output"], rec.logits[0], atol=1e-6)
    own = record(net, images[:1])
    # The gates told are those before the change, given what happened upstream.
    assert torch.equal(
        answer["blocks"]["bottleneck"]["channel"], own["bottleneck"].channel.flatten()
    )
    assert torch.allclose(
        answer["blocks"]["decoder1"]["spatial"], 1 - rec["decoder1"].spatial[0, 0], atol=1e-6
    )


def test_maps_that_were_asked_for_come_averaged(net):
    image = torch.randn(1, 1, 160, 96)
    answer = Engine({"net": net}).run({"image": image[0], "maps": {"encoder1": [2, 5]}})
    maps = answer["blocks"]["encoder1"]["maps"]
    assert maps.shape == (2, 54, 32)
    u = record(net, image)["encoder1"].input[0, [2, 5]]
    assert torch.allclose(maps.mean(), u.mean(), atol=1e-2)
    every = Engine({"net": net}).run({"image": image[0], "maps": {"bottleneck": "all"}})
    assert every["blocks"]["bottleneck"]["maps"].shape[0] == 16


def test_a_volume_is_cut_to_its_slice():
    net, image = Volume().eval(), torch.randn(1, 8, 10, 12)
    request = {"image": image, "slice": 5, "maps": {"low": [0]}}
    answer = Engine({"net": net}).run(request)
    rec = record(net, image[None])
    assert torch.equal(answer["output"], rec.logits[0][:, 5])
    assert torch.equal(answer["blocks"]["low"]["spatial"], rec["low"].spatial[0, 0, 2])
    assert torch.equal(answer["blocks"]["low"]["maps"], rec["low"].input[0, :1, 2])
    whole = Engine({"net": net}).run({"image": image})
    assert whole["blocks"]["low"]["spatial"].shape == (4, 5, 6)


def test_the_network_is_left_as_it_was(images):
    net = UNet(1, 2, width=8, depth=2).train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    Engine({"net": net}, list(images)).run({"image": {"stored": 0}}, lambda done: None)
    assert net.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_progress_rises_while_a_slow_network_runs():
    class Slow(nn.Module):
        def forward(self, x):
            time.sleep(0.03)
            return x

    net = nn.Sequential(*[Slow() for _ in range(12)], scSE(4))
    told = []
    Engine({"net": net}).run({"image": torch.ones(4, 6, 6)}, told.append)
    assert len(told) >= 2
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"image": {"stored": 7}}, ValueError, "no stored image 7; there are 2"),
        ({"image": "a cat"}, TypeError, "an image must be a tensor"),
        ({"image": {"stored": 0}, "network": "other"}, ValueError, "no network 'other'"),
        ({"image": {"stored": 0}, "gates": {"x": {}}}, ValueError, "no block 'x'"),
        ({"image": {"stored": 0}, "maps": {"x": [0]}}, ValueError, "no block 'x' ran"),
        ({"image": {"stored": 0}, "maps": {"encoder1": [99]}}, ValueError, "there is no 99"),
        ({"image": torch.zeros(2, 8, 8)}, RuntimeError, r"input of shape \(1, 2, 8, 8\)"),
        ({"picture": 0}, ValueError, "no picture 0; there are 0"),
        (
            {
                "image": {"stored": 0},
                "gates": {"encoder1": {"channel": {"keep": torch.ones(3), "value": 0}}},
            },
            ValueError,
            "has 3 numbers; the gate has 8",
        ),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(engine, request_, error, message):
    with pytest.raises(error, match=message):
        engine.run(request_)


class Two(nn.Module):
    """Of two inputs."""

    def __init__(self):
        super().__init__()
        self.se = scSE(4)

    def forward(self, image, *, scale):
        return self.se(image) * scale


def test_networks_of_several_inputs_are_told_what_to_do():
    advice = r"the forward of this Two also needs 'scale': wrap it in an nn.Module"
    with pytest.raises(RuntimeError, match=advice):
        Engine({"two": Two()}).run({"image": torch.ones(4, 5, 5)})
    with pytest.raises(RuntimeError, match=advice):
        explore(Two(), torch.ones(1, 4, 5, 5))
    with pytest.raises(RuntimeError) as other:  # no word of it where it is not the reason
        Engine({"net": UNet(1, 2)}).run({"image": torch.ones(4, 5, 5)})
    assert "wrap" not in str(other.value)


def test_a_picture_of_an_image_needs_no_run():
    net, images = Volume().eval(), torch.randn(2, 1, 8, 10, 12)
    labels = torch.randint(3, (2, 8, 10, 12))
    widget = explore(net, images, labels=labels)
    last = widget.record
    answer = widget._engine.run({"picture": 1, "slice": 6})
    assert widget.record is last
    assert answer["blocks"] == {}
    grey, label = answer["output"]
    assert torch.equal(label.long(), labels[1, 6])
    assert grey.shape == (10, 12)
    image = images[1, 0, 6].flatten()
    order = image.argsort()
    assert (grey.flatten()[order].long().diff() >= 0).all()  # as bright as the image
    content, _ = talk(widget, {"picture": 1, "slice": 6})[-1]
    assert content["answer"]["output"]["shape"] == [2, 10, 12]


def test_messages_carry_numbers_beside_them():
    tree = {
        "output": torch.rand(2, 3),
        "blocks": {"a": {"channel": torch.rand(4), "spatial": None}},
    }
    content, buffers = encode(tree)
    assert content["blocks"]["a"]["channel"] == {"buffer": 1, "dtype": "float32"}
    back = decode(content, [memoryview(buffer) for buffer in buffers])
    assert torch.equal(back["output"], tree["output"])
    assert torch.equal(back["blocks"]["a"]["channel"], tree["blocks"]["a"]["channel"])
    with pytest.raises(ValueError, match="no float32 array"):
        decode(content, buffers[:1])


def test_the_output_is_found_in_what_a_network_returns():
    tensor = torch.zeros(1, 2)
    for output in (tensor, {"aux": 1, "out": tensor}, (None, tensor), [[tensor]]):
        assert tensor_of(output) is tensor
    with pytest.raises(TypeError, match="must return a tensor with a batch axis"):
        tensor_of("nothing")


# The widget


def talk(widget, request):
    """What the page would hear."""
    heard = []
    widget.send = lambda content, buffers=None: heard.append((content, buffers))
    content, buffers = encode(request)
    widget._handle_custom_msg({"kind": "scse-run", "id": "p:1", "request": content}, buffers)
    return heard


def test_a_page_is_answered_and_the_gates_are_there(net, images):
    widget = explore(net, images)
    value = {"keep": torch.zeros(8), "value": torch.full((8,), 0.25)}
    heard = talk(widget, {"image": {"stored": 1}, "gates": {"encoder1": {"channel": value}}})
    content, buffers = heard[-1]
    assert (content["kind"], content["id"]) == ("scse-answer", "p:1")
    answer = decode(content["answer"], buffers)
    with override(net, {"encoder1": {"channel": 0.25}}):
        assert torch.allclose(answer["output"], net(images[1:])[0], atol=1e-6)
    assert (widget.record["encoder1"].channel == 0.25).all()
    table = widget.gates.to_dataframe()
    assert len(table) == len(widget.record.gates.to_dataframe()) > 0


def test_a_page_hears_of_a_failure(net, images):
    ((content, _),) = talk(explore(net, images), {"image": {"stored": 9}})
    assert content == {
        "kind": "scse-failure",
        "id": "p:1",
        "message": "no stored image 9; there are 2",
    }


def test_what_is_stored_is_what_the_network_does(net, images):
    widget = explore(net, [images[0], images[1:]], titles=["one", "two"])
    arrays = unpack(widget.packed, widget.manifest["arrays"])
    names = [block["name"] for block in widget.manifest["blocks"]]
    assert names == ["encoder1", "bottleneck", "decoder1"]
    for i in range(2):
        rec = record(net, images[i : i + 1])
        assert torch.equal(arrays[f"output{i}"].long(), rec.logits[0].argmax(0))
        for b, name in enumerate(names):
            assert torch.equal(arrays[f"gates{i}.{b}"], rec[name].channel.flatten())
            assert torch.allclose(
                arrays[f"mask{i}.{b}"][0].float(), rec[name].spatial[0, 0], atol=1e-2
            )
            kept = widget.manifest["maps"][f"{i}.{b}"]
            u = rec[name].input[0, kept]
            assert torch.allclose(arrays[f"maps{i}.{b}"].float(), u, atol=float(u.max()) / 30)


def test_ten_blocks_and_two_inputs_stay_small():
    net = nn.Sequential(nn.Conv2d(1, 64, 3), *[scSE(64) for _ in range(10)], nn.Conv2d(64, 4, 1))
    widget = explore(net.eval(), torch.randn(2, 1, 96, 96))
    assert len(widget.packed) < 190_000
    assert min(len(kept) for kept in widget.manifest["maps"].values()) < 32


def test_kinds_of_output(images):
    classes = [f"c{k}" for k in range(5)]
    kinds = {
        "classes": explore(Classifier(), torch.randn(1, 3, 9, 9), classes=classes, labels=[2]),
        "map": explore(Volume(), torch.randn(1, 1, 8, 10, 12), labels=torch.zeros(1, 8, 10, 12)),
        "numbers": explore(scSE(90), torch.randn(1, 90, 6, 6)),
    }
    for kind, widget in kinds.items():
        assert widget.manifest["output"]["kind"] == kind
        assert widget.still().startswith(b"\x89PNG")
    assert kinds["classes"].manifest["inputs"][0]["label"] == 2
    line = explore(nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), cSE(8)), torch.randn(2, 1, 50))
    assert line.manifest["output"]["kind"] == "map"


def test_blocks_are_described(net, images):
    for combine in ("add", "max", "mul"):
        block = explore(scSE(6, combine=combine), torch.randn(1, 6, 5, 5)).manifest["blocks"][0]
        assert block["rule"] == combine
    assert block == {
        "name": "block",
        "channels": 6,
        "size": [5, 5],
        "maps": True,
        "channel": True,
        "spatial": True,
        "rule": "mul",
        "range": [0, 1],
    }
    (block,) = explore(cSE(6), torch.randn(1, 6, 5, 5)).manifest["blocks"]
    assert (block["rule"], block["spatial"]) == ("cse", False)
    net = scSE(6, combine="concat")
    assert explore(net, torch.randn(1, 6, 5, 5)).manifest["blocks"][0]["rule"] is None


# The budget


@pytest.fixture(scope="module")
def photograph():
    """512×512, with something of every scale in it, as in a photograph."""
    noise = torch.Generator().manual_seed(0)
    scales = [torch.randn(1, 1, 2**k, 2**k, generator=noise) / 2**k for k in range(1, 10)]
    grown = [nn.functional.interpolate(s, size=512, mode="bilinear") for s in scales]
    return sum(grown) / sum(grown).abs().max()


@pytest.fixture(scope="module")
def large(photograph):
    label = torch.zeros(512, 512)
    label[100:300, 50:400] = 2
    return explore(scse.load("brain-unet-scse"), photograph, labels=[label])


def test_a_large_picture_leaves_room_for_maps(large):
    manifest = large.manifest
    arrays = unpack(large.packed, manifest["arrays"])
    for b, block in enumerate(manifest["blocks"]):
        kept = manifest["maps"][f"0.{b}"]
        assert len(kept) == min(32, block["channels"])
        assert arrays[f"maps0.{b}"].shape[0] == len(kept)
        # Masks as large as there is something to see in them
        assert arrays[f"mask0.{b}"].shape == (1, *(min(64, n) for n in block["size"]))
    assert len(large.packed) + len(json.dumps(manifest["arrays"])) < 185_000
    # The manifest says how much smaller the picture is: a page may ask for it whole.
    factor = manifest["reduced"]["picture"]
    assert factor > 1
    assert arrays["picture0"].shape == (-(-512 // factor),) * 2
    # What packs well stays whole.
    assert manifest["reduced"]["label"] == 1
    assert torch.equal(arrays["label0"].bool(), arrays["label0"] == 2)
    assert arrays["label0"].shape == (512, 512)


def test_maps_that_are_stored_are_those_with_the_highest_gates(photograph):
    images = torch.cat([photograph[..., :256, k : 256 + k] for k in range(0, 256, 64)])
    widget = explore(scse.load("brain-unet-scse"), images, picture=2, block="encoder2")
    blocks, kept = widget.manifest["blocks"], widget.manifest["maps"]
    assert len(kept) == 4 * len(blocks)  # of every block, every input
    assert any(len(channels) < blocks[int(key[2:])]["channels"] for key, channels in kept.items())
    assert widget.sort == "gate"  # so that those come first which are there
    # A page of what is looked at first
    b = [block["name"] for block in blocks].index("encoder2")
    assert len(kept[f"2.{b}"]) == min(24, blocks[b]["channels"]) > len(kept[f"1.{b}"])
    arrays = unpack(widget.packed, widget.manifest["arrays"])
    for key, channels in kept.items():
        gates = arrays[f"gates{key}"].tolist()
        left = [gates[k] for k in range(len(gates)) if k not in channels]
        assert max(left, default=0) <= min(gates[k] for k in channels)


def test_smaller_class_maps_hold_classes_only():
    torch.manual_seed(0)
    label = torch.randint(3, (1, 400, 300)) * 2  # noise: cannot stay whole
    net = nn.Sequential(nn.Conv2d(1, 5, 1), scSE(5)).eval()
    widget = explore(net, torch.rand(1, 1, 400, 300), labels=label)
    factor = widget.manifest["reduced"]["label"]
    assert factor > 1
    small = unpack(widget.packed, widget.manifest["arrays"])["label0"]
    assert small.shape == (-(-400 // factor), -(-300 // factor))
    assert set(small.unique().tolist()) == {0, 2, 4}


def test_many_blocks_and_inputs_keep_what_is_looked_at_first():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 1), *[scSE(8, combine="max") for _ in range(60)]).eval()
    widget = explore(net, torch.randn(12, 1, 32, 32), picture=3)
    kept = widget.manifest["maps"]
    assert kept["3.59"] == list(range(8))
    assert set(kept) == {f"3.{b}" for b in range(60)}
    assert len(widget.packed) < 150_000


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (lambda n, x: ("net", x), TypeError, "model must be an nn.Module, got str"),
        (lambda n, x: (nn.ReLU(), x), ValueError, r"no squeeze & excitation blocks .*where="),
        (lambda n, x: (n, "cat"), TypeError, "tensor or a list of tensors, got str"),
        (lambda n, x: (n, [1, 2]), TypeError, "a list with int"),
        (lambda n, x: (n, x[:0]), ValueError, "image is empty"),
        (
            lambda n, x: (n, x.repeat(9, 1, 1, 1)),
            ValueError,
            r"at most, got 18 .*pass image\[:12\]",
        ),
        (lambda n, x: (n, x.repeat(1, 3, 1, 1)), RuntimeError, r"shape \(1, 3, 24, 32\)"),
        (lambda n, x: (n, [x[0], x[0].repeat(2, 1, 1)]), ValueError, "same channels and axes"),
    ],
)
def test_bad_arguments_teach(net, images, arguments, error, message):
    with pytest.raises(error, match=message):
        explore(*arguments(net, images))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"titles": ["a"]}, ValueError, "2 inputs, titles= names 1"),
        ({"classes": ["a"]}, ValueError, "has 3 classes, classes= names 1"),
        ({"labels": [1, 2]}, ValueError, r"labels of this network are \(\*spatial\)"),
        ({"labels": [torch.zeros(4, 4)] * 2}, ValueError, r"a label must be \(24, 32\)"),
        ({"block": "middle"}, ValueError, "no block 'middle'; the blocks are 'encoder1'"),
        ({"picture": 2}, traitlets.TraitError, "picture must be 0 to 1, got 2"),
        ({"slice": 0}, traitlets.TraitError, "slice must be -1: no volume, got 0"),
        ({"classes": [("a", "#fff000"), ("b", "red"), "c"]}, ValueError, "'b' must be \"#rrggbb\""),
        ({"edits": {"x": {}}}, traitlets.TraitError, "edits: no block 'x'; there are 'encoder1'"),
        (
            {"edits": {"encoder1": {"channel": {"base": "loud"}}}},
            traitlets.TraitError,
            "encoder1.channel.base: 'loud' is not one of",
        ),
        (
            {"edits": {"encoder1": {"channel": {"base": "from", "from": 2}}}},
            traitlets.TraitError,
            "encoder1.channel: there is no input 2",
        ),
        (
            {"edits": {"encoder1": {"channel": {"base": "own", "set": {"8": 0.5}}}}},
            traitlets.TraitError,
            "encoder1.channel: there is no entry 8",
        ),
        ({"colour": 1}, TypeError, "unknown keywords colour"),
    ],
)
def test_bad_options_teach(net, images, options, error, message):
    with pytest.raises(error, match=message):
        explore(net, images, **options)


def test_a_slice_is_one_of_the_volume():
    volumes = [torch.randn(1, 6, 10, 12), torch.randn(1, 8, 10, 12)]
    widget = explore(Volume(), volumes, slice=7)
    with pytest.raises(traitlets.TraitError, match="slice must be 0 to 7, or -1 for the middle"):
        widget.slice = 99
    assert widget.slice == 7


def test_edits_of_every_kind(net, images):
    edits = {
        "encoder1": {"channel": {"base": "neutral"}, "spatial": {"base": "flat"}},
        "bottleneck": {
            "channel": {"base": "from", "from": 1, "set": {"15": 0.25}},
            "spatial": {
                "base": "own",
                "set": {"191": 0},
                "strokes": [{"width": 2, "value": 1, "points": [3, 4, 5, 6]}],
            },
        },
        "decoder1": {"channel": {"base": "mean"}},
    }
    assert explore(net, images, edits=edits).edits == edits


def test_entries_lie_in_the_range_of_all_runs_of_a_block():
    class Loud(nn.Module):
        def forward(self, x):
            return 1.5 * torch.sigmoid(x.mean((2, 3), keepdim=True) + 9)

    class Twice(nn.Module):  # the second time its gates are higher, beyond 1
        def __init__(self):
            super().__init__()
            self.gate = Loud()

        def forward(self, x):
            x = x * self.gate(x - 20)
            return x * self.gate(x)

    widget = explore(Twice(), torch.rand(1, 2, 3, 3), where=["gate"])
    widget.edits = {"gate": {"channel": {"base": "own", "set": {"0": 1.4}}}}
    with pytest.raises(traitlets.TraitError, match="they go from 0 to 1.49"):
        widget.edits = {"gate": {"channel": {"base": "own", "set": {"0": 1.6}}}}


def test_entries_lie_in_the_range_of_the_gates(images):
    def forward(net, x):
        u = net.conv(x)
        return net.head(u * net.gate(u.mean((2, 3), keepdim=True)))

    net = Odd(forward)
    net.gate = nn.Hardtanh(-2, 3)  # a gate that may be negative
    net.conv.bias.data.fill_(-1)
    widget = explore(net, images, where=["gate"])
    (block,) = widget.manifest["blocks"]
    (low, high), path = block["range"], block["name"]
    assert low < -0.1
    widget.edits = {path: {"channel": {"base": "own", "set": {"0": low}}}}
    with pytest.raises(traitlets.TraitError, match="channel"):
        widget.edits = {path: {"channel": {"base": "own", "set": {"0": high + 1}}}}


def test_an_unknown_rule_has_nothing_neutral():
    widget = explore(scSE(6, combine="concat"), torch.randn(1, 6, 5, 5))
    with pytest.raises(traitlets.TraitError, match="block.channel: .* is not known.*zero or one"):
        widget.edits = {"block": {"channel": {"base": "neutral"}}}
    widget.edits = {"block": {"channel": {"base": "zero"}}}


@pytest.mark.parametrize(("channels", "spatial"), [(4, (10,)), (4, (6, 6)), (4, (3, 5, 5))])
def test_without_a_convolution_a_tensor_is_a_batch(channels, spatial):
    batch = torch.randn(2, channels, *spatial)
    net = nn.Sequential(scSE(channels))
    shapes = [list(one.shape) for one in batch]
    for given in (batch, list(batch) if len(spatial) < 3 else [batch]):
        assert [one["shape"] for one in explore(net, given).manifest["inputs"]] == shapes


def test_features_may_be_classes():
    net, image = nn.Sequential(nn.Conv2d(1, 150, 1), scSE(150)), torch.randn(1, 1, 9, 9)
    output = explore(net, image).manifest["output"]
    assert output["kind"] == "numbers"
    assert "an output of 150 channels" in output["note"]
    assert "classes=" in output["note"]
    named = explore(net, image, classes=range(150)).manifest["output"]
    assert (named["kind"], len(named["classes"])) == ("map", 150)
    assert "note" not in named


def test_where_names_a_gate_that_is_not_known():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Sigmoid())

        def forward(self, x):
            u = self.conv(x)
            return u * self.gate(u)

    for where in (["gate"], iter(["gate"])):
        widget = explore(Odd(), torch.randn(1, 1, 9, 9), where=where)
        assert widget.manifest["blocks"][0]["channels"] == 4
        assert talk(widget, {"image": {"stored": 0}})[-1][0]["kind"] == "scse-answer"


@pytest.mark.parametrize("number", [257, -1, 1.9, torch.nan, torch.inf])
def test_labels_that_would_become_others_are_refused(net, images, number):
    label = torch.zeros(len(images), *images.shape[2:], dtype=torch.tensor(number).dtype)
    label[0, 2, 3] = number
    with pytest.raises(ValueError, match=rf"class numbers, whole and 0 to 255, got {number}"):
        explore(net, images, labels=label)


def test_labels_are_numbers_of_classes(net, images):
    with pytest.raises(TypeError, match="labels must be class numbers, got torch.complex64"):
        explore(net, images, labels=torch.zeros(len(images), *images.shape[2:]).cfloat())
    for number, message in ((5, "labels has class 5; this network has 0 to 4"), (-1, "got -1")):
        with pytest.raises(ValueError, match=message):
            explore(Classifier(), torch.randn(1, 3, 9, 9), labels=[number])
    ignored = torch.full((len(images), *images.shape[2:]), 255)
    widget = explore(net, images, labels=ignored)
    assert unpack(widget.packed, widget.manifest["arrays"])["label0"].unique().tolist() == [255]


def test_numbers_that_are_none_are_refused(net, images):
    spoilt = images.clone()
    spoilt[1, 0, 2, 3] = torch.inf
    with pytest.raises(ValueError, match="infinite values in the input, for 'input 2'"):
        explore(net, spoilt)
    diverged = copy.deepcopy(net)
    with torch.no_grad():
        next(iter(find_blocks(diverged).values())).spatial.project.weight.fill_(torch.nan)
    with pytest.raises(ValueError, match="NaN .* in the mask of block 'encoder1'"):
        explore(diverged, images)


def test_outputs_of_other_forms(net, images):
    """A dict, a tuple or a dataclass with the output in it."""

    @dataclasses.dataclass
    class Answer:
        loss: float | None
        logits: torch.Tensor

    class Wrapped(nn.Module):
        def __init__(self, form):
            super().__init__()
            self.net, self.form = net, form

        def forward(self, x):
            return self.form(self.net(x))

    plain = explore(net, images).manifest["output"]
    for form in (lambda y: {"aux": 1, "out": y}, lambda y: (y, None), lambda y: Answer(None, y)):
        assert explore(Wrapped(form), images).manifest["output"] == plain


class Odd(nn.Module):
    """A network whose forward is given."""

    def __init__(self, forward, se=None):
        super().__init__()
        self.conv, self.se = nn.Conv2d(1, 4, 3, padding=1), se or scSE(4)
        self.head, self.gate = nn.Conv2d(4, 2, 1), nn.Sigmoid()
        self.run = forward

    def forward(self, x):
        return self.run(self, x)


def test_a_network_that_works_in_place_on_its_input(images):
    net = Odd(lambda net, x: net.head(net.se(net.conv(x.sub_(0.5).mul_(2))))).eval()
    with torch.no_grad():
        expected = net(images[:1].clone())[0]
    widget = explore(net, images)
    for _ in range(2):
        found = widget._engine.run({"image": {"stored": 0}})["output"]
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("forward", "kind"),
    [
        (lambda net, x: net.se(net.conv(x)).mean((1, 2, 3)), "numbers"),  # (N,): yes or no
        (lambda net, x: {"loss": x.mean(), "pred": net.head(net.se(net.conv(x)))}, "map"),
        (lambda net, x: net.head(net.se(net.conv(x))) > 0, "map"),
    ],
    ids=["one number", "a loss first", "yes or no"],
)
def test_outputs_that_take_some_looking(images, forward, kind):
    assert explore(Odd(forward), images).manifest["output"]["kind"] == kind


def test_a_mask_that_is_applied_in_the_network_itself(images):
    def forward(net, x):
        u = net.conv(x)
        return net.head(u * net.gate(u[:, :1]))

    (block,) = explore(Odd(forward), images, where=["gate"]).manifest["blocks"]
    assert (block["spatial"], block["maps"], block["channel"]) == (True, False, False)


def test_names_with_a_hash(images):
    net = Odd(lambda net, x: net.head(net.se["C#"](net.conv(x))), nn.ModuleDict({"C#": cSE(4)}))
    widget = explore(net, images)
    gates = {"se.C#": {"channel": {"keep": 0.0, "value": 0.0}}}
    widget._engine.run({"image": {"stored": 0}, "gates": gates})
    assert not widget.record["se.C#"].output.any()


def test_an_image_before_a_gate_with_a_convolution_over_channels():
    net = Odd(lambda net, x: net.head(net.se(net.conv(x))))
    net = nn.ModuleList([nn.Conv1d(1, 1, 3), net])
    net.forward = lambda x: net[1](x)
    assert len(explore(net, torch.rand(1, 9, 9)).manifest["inputs"]) == 1


def test_a_blank_picture_says_nothing_of_the_rule():
    net = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), scSE(4, combine="mul"))
    images = torch.stack([torch.zeros(1, 9, 9), torch.rand(1, 9, 9)])
    assert explore(net, images).manifest["blocks"][0]["rule"] == "mul"


# One file


def test_a_saved_file_opens_again(net, images, tmp_path):
    edits = {"encoder1": {"spatial": {"base": "neutral"}}}
    widget = explore(net, images, picture=1, edits=edits)
    page = widget.save(tmp_path / "mine.html", title="<Mine>")
    text = page.read_text(encoding="utf-8")
    assert "<title>&lt;Mine&gt;</title>" in text
    assert "http" + "://" not in text.replace("http://www.w3.org", "")
    for path in (page, widget.save(tmp_path / "mine.json")):
        again = Explorer.open(path)
        for name in ("manifest", "packed", "picture", "edits", "block"):
            assert getattr(again, name) == getattr(widget, name)
        assert again.still() == widget.still()
        with pytest.raises(RuntimeError, match="no network to run"):
            again.gates  # noqa: B018
        widget.save(path)  # ours: replaced without a word
    # A page made of the data is the page.
    Explorer.open(tmp_path / "mine.json").save(tmp_path / "again.html", title="<Mine>")
    widget.save(page, title="<Mine>")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_data_are_data_alone(net, images, tmp_path):
    """So they need not be written anew when the widget's code changes."""
    path = explore(net, images).save(tmp_path / "mine.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert list(stored) == ["format", "state", "packed"]
    assert set(stored["state"]) == {"manifest", "live", *Explorer.state_names()}


def damaged(text, how):
    """The text of a data file with something wrong in it."""
    if how == "cut":
        return text[: len(text) // 2]
    stored = json.loads(text)
    manifest = stored["state"]["manifest"]
    if how == "packed":
        stored["packed"] = stored["packed"][:200] + "AAAA" + stored["packed"][204:]
    elif how == "no base64":
        stored["packed"] = "§" + stored["packed"]
    elif how == "shape":
        manifest["arrays"]["picture0"]["shape"] = [7, 7]
    elif how == "array":
        del manifest["arrays"]["picture0"]
    elif how == "part":
        del manifest["maps"]
    elif how == "rule":
        manifest["blocks"][0]["rule"] = "c"
    elif how == "trait":
        stored["state"]["picture"] = 9
    elif how == "older":
        stored["state"]["overrule"] = stored["state"].pop("edits")
    else:
        raise ValueError(how)
    return json.dumps(stored, separators=(",", ":"))


@pytest.mark.parametrize(
    "how",
    ["cut", "packed", "no base64", "shape", "array", "part", "rule", "trait", "older"],
)
def test_damaged_data_are_refused(net, images, tmp_path, how):
    path = explore(net, images).save(tmp_path / "mine.json")
    text = path.read_text(encoding="utf-8")
    Explorer.open(path)
    path.write_text(damaged(text, how), encoding="utf-8")
    with pytest.raises(ValueError, match="'.*mine.json' is damaged"):
        Explorer.open(path)


def test_a_damaged_page_is_refused(net, images, tmp_path):
    path = explore(net, images).save(tmp_path / "mine.html")
    text = path.read_text(encoding="utf-8")
    start = text.index('"data":"') + 300
    path.write_text(text[:start] + "AAAAAAAA" + text[start + 8 :], encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged"):
        Explorer.open(path)


def test_paths_that_will_not_do(net, images, tmp_path):
    widget = explore(net, images)
    other = tmp_path / "other.html"
    other.write_text("<p>precious</p>")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        widget.save(other)
    assert other.read_text() == "<p>precious</p>"
    with pytest.raises(ValueError, match="was not saved by an Explorer"):
        Explorer.open(other)
    assert widget.save(other, overwrite=True) == other
    with pytest.raises(ValueError, match="must end in .html or .json"):
        widget.save(tmp_path / "mine.txt")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        widget.save(tmp_path / "nowhere" / "mine.html")
    with pytest.raises(FileExistsError, match="is a folder"):
        (tmp_path / "dir.html").mkdir()
        widget.save(tmp_path / "dir.html", overwrite=True)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Explorer.open(tmp_path / "gone.html")


def test_importing_scse_imports_no_widgets():
    code = "import scse, sys; assert 'anywidget' not in sys.modules; print(scse.explore.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "explore", done.stderr
    assert "explore" in scse.__all__


@pytest.mark.parametrize("name", ["smp-unet", "timm-seresnet18"])
def test_stored_explorers_of_the_book_become_pages(name, tmp_path):
    stored = Path(__file__).parents[1] / "book" / "own_network" / f"{name}.explorer.json"
    explorer = Explorer.open(stored)
    assert all(block["rule"] for block in explorer.manifest["blocks"])
    page = explorer.save(tmp_path / "page.html").read_text(encoding="utf-8")
    for code in (explorer._esm, explorer._css):
        assert _file._script(str(code)) in page


# A network in the page


def obstacle(explorer, tmp_path):
    with pytest.warns(UserWarning, match="does not run in a page") as told:
        explorer.save(tmp_path / "page.html", live=True)
    return str(told[0].message)


def test_what_keeps_a_network_out_of_a_page_is_told(tmp_path):
    training = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), cSE(4))
    one = torch.randn(1, 1, 9, 9)
    assert "in training mode: model.eval() first" in obstacle(explore(training, one), tmp_path)
    net = training.eval()
    sizes = obstacle(explore(net, [one, torch.randn(1, 1, 9, 12)]), tmp_path)
    assert "images of one size, here are 1×9×9, 1×9×12" in sizes
    double = obstacle(explore(net.double(), one.double()), tmp_path)
    assert "computes in torch.float64, a page in float32: model.float() first" in double


def test_a_page_says_why_it_has_no_network(tmp_path):
    net = nn.Sequential(nn.Conv2d(1, 4, 3), cSE(4))
    obstacle(explore(net, torch.randn(1, 1, 9, 9)), tmp_path)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "it is in training mode" in text
    assert Explorer.open(tmp_path / "page.html").live == {}


def test_images_stay_as_they_are_where_a_network_works_in_place(images, tmp_path):
    net = Odd(lambda net, x: net.head(net.se(net.conv(x.sub_(0.5).mul_(2))))).eval()
    before = images.clone()
    explorer = explore(net, images)
    explorer.export(tmp_path, "mine")
    assert torch.equal(images, before)
    inputs = unpack((tmp_path / "mine.inputs").read_bytes(), explorer.live["arrays"])
    assert torch.equal(inputs["input0"], before[0])


def test_a_wrapper_around_a_network_has_no_mode(net, images, tmp_path):
    explorer = explore(nn.DataParallel(net.eval()), images)
    explorer.export(tmp_path, "mine")
    assert explorer.live["name"] == "mine"


def test_a_place_that_will_not_do_is_told_before_the_network_is_exported(
    net, images, tmp_path, monkeypatch
):
    def network(engine):
        raise AssertionError("exported")

    monkeypatch.setattr(_live, "network", network)
    explorer = explore(net.eval(), images)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        explorer.save(tmp_path / "nowhere" / "page.html", live=True)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        explorer.export(tmp_path / "nowhere", "mine")
    for name in ("", "a/b", "..", ".hidden", "two words", "a#b", "a?b"):
        with pytest.raises(ValueError, match="name must be a short name"):
            explorer.export(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_data_are_never_live(net, images, tmp_path):
    with pytest.raises(ValueError, match="live=True is for pages"):
        explore(net, images).save(tmp_path / "mine.json", live=True)
    assert not list(tmp_path.iterdir())


def test_a_network_for_a_site(net, images, tmp_path):
    explorer = explore(net.eval(), images)
    explorer.export(tmp_path, "mine")
    assert {path.name for path in tmp_path.iterdir()} == {"mine.onnx", "mine.inputs"}
    assert explorer.live["name"] == "mine"
    inputs = unpack((tmp_path / "mine.inputs").read_bytes(), explorer.live["arrays"])
    assert torch.equal(inputs["input0"], images[0])
    explorer.save(tmp_path / "mine.json")
    opened = Explorer.open(tmp_path / "mine.json")
    assert opened.live == explorer.live
    with pytest.raises(ValueError, match="opened from a file: there is no network to export"):
        opened.export(tmp_path, "again")
    with pytest.raises(ValueError, match="opened from a file: there is no network to export"):
        opened.save(tmp_path / "again.html", live=True)
    # A page of its own does not find what lies beside a site's engine.
    assert Explorer.open(opened.save(tmp_path / "own.html")).live == {}


def test_an_installation_without_the_runtime_says_how_to_get_it(net, images, tmp_path, monkeypatch):
    def network(engine):
        raise AssertionError("exported")

    monkeypatch.setattr(_live, "STATIC", tmp_path)
    monkeypatch.setattr(_live, "network", network)
    with pytest.raises(FileNotFoundError, match="npm --prefix js run engine"):
        explore(net.eval(), images).save(tmp_path / "page.html", live=True)
    assert not list(tmp_path.iterdir())
