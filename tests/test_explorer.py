"""`explore`, and the kernel's half of the engine contract: numbers, errors, the saved file."""

import copy
import dataclasses
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
from scse.widgets import Explorer, _base, _file, explore
from scse.widgets._engine import Engine, decode, encode, tensor_of
from scse.widgets._stored import rule_of, unpack


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


@pytest.mark.parametrize("combine", ["add", "max", "mul"])
def test_the_rule_of_a_block_is_found_by_trying(combine):
    block = scSE(6, combine=combine)
    assert rule_of(record(block, torch.randn(1, 6, 5, 5))["block"]) == combine


def test_the_rule_of_foreign_blocks(images):
    assert rule_of(record(cSE(6), torch.randn(1, 6, 5, 5))["block"]) == "c"
    assert rule_of(record(scSE(6, combine="concat"), torch.randn(1, 6, 5, 5))["block"]) is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (lambda n, x: ("net", x), TypeError, "model must be an nn.Module, got str"),
        (lambda n, x: (nn.ReLU(), x), ValueError, r"no squeeze & excitation blocks .*where="),
        (lambda n, x: (n, "cat"), TypeError, "tensor or a list of tensors, got str"),
        (lambda n, x: (n, [1, 2]), TypeError, "a list with int"),
        (lambda n, x: (n, x[:0]), ValueError, "image is empty"),
        (lambda n, x: (n, x.repeat(9, 1, 1, 1)), ValueError, r"at most, got 18: pass image\[:12\]"),
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
        ({"overrule": {"x": {}}}, traitlets.TraitError, "no block 'x'"),
        ({"colour": 1}, TypeError, "unknown keywords colour"),
    ],
)
def test_bad_options_teach(net, images, options, error, message):
    with pytest.raises(error, match=message):
        explore(net, images, **options)


def test_where_names_a_gate_that_is_not_known():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Sigmoid())

        def forward(self, x):
            u = self.conv(x)
            return u * self.gate(u)

    widget = explore(Odd(), torch.randn(1, 1, 9, 9), where=["gate"])
    assert widget.manifest["blocks"][0]["channels"] == 4
    assert talk(widget, {"image": {"stored": 0}})[-1][0]["kind"] == "scse-answer"


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
    widget = explore(net, images, picture=1, overrule={"encoder1": {"spatial": {"mode": "off"}}})
    path = widget.save(tmp_path / "mine.html", title="<Mine>")
    text = path.read_text(encoding="utf-8")
    assert "<title>&lt;Mine&gt;</title>" in text
    assert "http" + "://" not in text.replace("http://www.w3.org", "")
    again = Explorer.open(path)
    for name in ("manifest", "packed", "picture", "overrule", "block"):
        assert getattr(again, name) == getattr(widget, name)
    assert again.still() == widget.still()
    with pytest.raises(RuntimeError, match="no network to run"):
        again.gates  # noqa: B018
    widget.save(path)  # ours: replaced without a word


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
    with pytest.raises(ValueError, match="must end in .html"):
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
def test_saved_explorers_of_the_book_are_up_to_date(name):
    """They carry the widget's code. Where it changed: book/own_network/make.py --pages"""
    page = (Path(__file__).parents[1] / "book" / "own_network" / f"{name}.html").read_text()
    for part in ("explorer.js", "explorer.css"):
        code = (_base.STATIC / part).read_text(encoding="utf-8")
        assert _file._script(code).strip('"') in page, f"{part} is not that of the package"
