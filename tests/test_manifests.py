"""The types at the seam to the page: in Python, in JavaScript, and what is really sent."""

import json
import re
import types
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
import torch
from site_tools import ROOT
from test_build import made_up

from scse import UNet, data, edits, weights
from scse.widgets import (
    BlockFlow,
    ContrastSlider,
    ContrastSwap,
    Costs,
    Explorer,
    FamilyCards,
    GateLab,
    GatesLearn,
    GradientPaths,
    Join,
    MaskGallery,
    PickRuns,
    PixelProbe,
    Playground,
    Question,
    ReceptiveField,
    RunTable,
    SqueezeExcite,
    SqueezeMaps,
    SweepDots,
    Wiring,
    _base,
    _engine,
    _guides,
    _packing,
    _questions,
    _stored,
    block_flow,
    contrast_slider,
    contrast_swap,
    costs,
    family_cards,
    gate_lab,
    gates_learn,
    gradient_paths,
    join,
    mask_gallery,
    pick_runs,
    pixel_probe,
    playground,
    question,
    receptive_field,
    run_table,
    squeeze_excite,
    squeeze_maps,
    sweep_dots,
    wiring,
)

ADDED = {
    "arrays",
    "defaults",
    "first",
    "states",
    "parts",
    "tour",
    "puzzles",
}  # by `Widget`, to every manifest
MANIFESTS = {
    "BlockFlow": (block_flow.Manifest, "figures/block_flow/index.js"),
    "ContrastSlider": (contrast_slider.Manifest, "figures/contrast_slider.js"),
    "ContrastSwap": (contrast_swap.Manifest, "figures/contrast_swap.js"),
    "Costs": (costs.Manifest, "figures/costs/model.js"),
    "Explorer": (_stored.Manifest, "figures/explorer/model.js"),
    "FamilyCards": (family_cards.Manifest, "figures/family_cards/index.js"),
    "GateLab": (gate_lab.Manifest, "figures/gate_lab/model.js"),
    "GatesLearn": (gates_learn.Manifest, "figures/gates_learn/model.js"),
    "GradientPaths": (gradient_paths.Manifest, "figures/gradient_paths/model.js"),
    "Join": (join.Manifest, "figures/join/index.js"),
    "MaskGallery": (mask_gallery.Manifest, "figures/mask_gallery.js"),
    "PickRuns": (pick_runs.Manifest, "figures/pick_runs/model.js"),
    "PixelProbe": (pixel_probe.Manifest, "figures/pixel_probe.js"),
    "Playground": (playground.Manifest, "figures/playground/model.js"),
    "Question": (question.Manifest, "figures/question/model.js"),
    "ReceptiveField": (receptive_field.Manifest, "figures/receptive_field/model.js"),
    "RunTable": (run_table.Manifest, "figures/run_table/model.js"),
    "SqueezeExcite": (squeeze_excite.Manifest, "figures/squeeze_excite.js"),
    "SqueezeMaps": (squeeze_maps.Manifest, "figures/squeeze_maps/index.js"),
    "SweepDots": (sweep_dots.Manifest, "figures/sweep_dots/model.js"),
    "Wiring": (wiring.Manifest, "figures/wiring/model.js"),
}
PARTS = [
    (_engine.Change, "engine/contract.js", "Change"),
    (_engine.Request, "engine/contract.js", "Request"),
    (_engine.PictureRequest, "engine/contract.js", "PictureRequest"),
    (_engine.Block, "engine/contract.js", "Block"),
    (_engine.Answer, "engine/contract.js", "Answer"),
    (_packing.Entry, "ground/unpack.js", "Entry"),
    (gates_learn.Block, "figures/gates_learn/model.js", "Block"),
    (gradient_paths.Block, "figures/gradient_paths/model.js", "Block"),
    (family_cards.Card, "figures/family_cards/model.js", "Card"),
    (family_cards.Weighted, "figures/family_cards/model.js", "Weighted"),
    (_stored.Block, "figures/explorer/model.js", "Block"),
    (_stored.Output, "figures/explorer/result.js", "Described"),
    (pick_runs.Run, "figures/pick_runs/model.js", "Run"),
    (run_table.Run, "figures/run_table/model.js", "Run"),
    (run_table.Table, "figures/run_table/model.js", "Table"),
    (run_table.Variant, "figures/run_table/model.js", "Variant"),
    (playground.Network, "figures/playground/model.js", "Network"),
    (receptive_field.Picture, "figures/receptive_field/model.js", "Picture"),
    (receptive_field.Stage, "figures/receptive_field/model.js", "Stage"),
    (playground.State, "figures/playground/state.js", "State"),
    (sweep_dots.Group, "figures/sweep_dots/model.js", "Group"),
    (_guides.Step, "desk/tour.js", "Step"),
    (_guides.Condition, "desk/goal.js", "Condition"),
    (_guides.Puzzle, "desk/puzzle.js", "Puzzle"),
    (_questions.Choice, "figures/question/model.js", "Choice"),
    (_questions.Replies, "figures/question/model.js", "Replies"),
    (_questions.Axis, "figures/question/model.js", "Axis"),
    (_questions.ChoiceQuestion, "figures/question/model.js", "ChoiceQuestion"),
    (_questions.NumberQuestion, "figures/question/model.js", "NumberQuestion"),
    (_questions.CurveQuestion, "figures/question/model.js", "CurveQuestion"),
    (_questions.Judgement, "figures/question/model.js", "Judgement"),
    (edits.Edit, "gates/edit.js", "Edit"),
    (edits.Site, "gates/check.js", "Site"),
]
SIZE = 16
COLUMNS = ("block", "branch", "how", "lost")


def properties(file, name):
    """The names that a JSDoc typedef of an object lists."""
    source = (ROOT / "js" / "src" / file).read_text(encoding="utf-8")
    (comment,) = (
        found
        for found in re.findall(r"/\*\*.*?\*/", source, re.DOTALL)
        if re.search(rf"@typedef \{{object\}} {name}\b", found)
    )
    names = []
    for part in comment.split("@property ")[1:]:
        end = depth = 0
        while not end or depth:  # past the type, which has braces in it
            depth += {"{": 1, "}": -1}.get(part[end], 0)
            end += 1
        names.append(re.match(r"\s*\[?(\w+)", part[end:])[1])
    assert len(names) == len(set(names)), names
    return set(names)


PLAIN = {float: (int, float), int: (int,), str: (str,), bool: (bool,), type(None): (type(None),)}


def misfits(value, kind, place="manifest"):
    """Where a value, as it comes out of JSON, is not of its type."""
    origin, args = get_origin(kind), get_args(kind)
    if is_typeddict(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        yield from (f"{place} lacks {key}" for key in kind.__required_keys__ - set(value))
        yield from (f"{place} has {key}" for key in set(value) - set(hints))
        for key in set(value) & set(hints):
            yield from misfits(value[key], hints[key], f"{place}.{key}")
    elif origin in (list, Sequence) and isinstance(value, list):
        for i, one in enumerate(value):
            yield from misfits(one, args[0], f"{place}.{i}")
    elif origin in (dict, Mapping) and isinstance(value, dict):
        for key, one in value.items():
            yield from misfits(one, args[1], f"{place}.{key}")
    elif origin in (Union, types.UnionType):
        fits = any(not list(misfits(value, one)) for one in args)
        yield from () if fits else [f"{place} is no {kind}: {value!r:.60}"]
    elif origin is Literal:
        yield from () if value in args else [f"{place} is {value!r}"]
    elif kind is not Any:
        fits = isinstance(value, PLAIN.get(kind, ())) and isinstance(value, bool) <= (kind is bool)
        yield from () if fits else [f"{place} is no {kind}: {value!r:.60}"]


def network(classes=2, **options):
    torch.manual_seed(0)
    return UNet(1, classes, width=2, depth=2, **options).eval()


def small_widgets():
    """One of each class, of a network that was not trained."""
    images = torch.randn(2, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    label = (images[0, 0] > 0).long()
    samples = [("a", images[0], label), ("b", images[1], label, "made up")]
    net = network()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(data.TASKS, "stripes", "stripes.Stripes")
        patch.setattr(weights, "load", lambda name, seed: shipped(name))
        patch.setattr(weights, "card", lambda name, seed: CARD)
        playground._means.cache_clear()
        widgets = [
            BlockFlow(net, samples, block="decoder1"),
            ContrastSlider({"net": net}, lambda value: images[0] + value, label),
            ContrastSwap(net, tuple(images), label),
            Explorer(net, images, labels=[label, label]),
            FamilyCards(net, samples[0], block="decoder1"),
            GateLab(net, samples),
            GatesLearn(made_up()),
            GradientPaths(net, samples[0], blocks=["decoder1"]),
            Join(net, samples, block="decoder1"),
            Costs(),
            MaskGallery(net, samples),
            PickRuns({"stripes": {kind: [("seed 0", 0.5)] for kind in ("scSE", "none")}}),
            PixelProbe(net, samples, block="decoder1"),
            Playground("stripes"),
            Question("channel", "turn", folder=ROOT / "book" / "questions"),
            ReceptiveField(net, samples),
            RunTable({"stripes": {kind: {0: {"stripe": 0.5}} for kind in ("none", "scSE")}}),
            SqueezeExcite(net, samples),
            SqueezeMaps(net, samples),
            SweepDots({"stripes": {"net": [dict(zip(COLUMNS, ("all", "channel", "item", 0.5)))]}}),
            Wiring(net, [(*sample[:2], label) for sample in samples], block="decoder1"),
        ]
        playground._means.cache_clear()
    return widgets


@pytest.fixture(scope="module")
def manifests():
    """Of a small widget of each class: what the page gets."""
    return {
        type(widget).__name__: json.loads(json.dumps(widget.manifest, allow_nan=False))
        for widget in small_widgets()
    }


CARD = {"name": "stripes-unet-none-seed0", "mean_dice": 0.5, "test_images": 8}


def shipped(name):
    kind = name.rpartition("-")[2]
    return network(3, se=None if kind == "none" else kind)


@pytest.mark.parametrize("widget", MANIFESTS)
def test_manifest_is_what_its_types_say(widget, manifests):
    kind, file = MANIFESTS[widget]
    real = manifests[widget]
    assert set(real) == set(get_type_hints(kind)) | ADDED
    assert properties(file, "Manifest") | ADDED == set(real)
    described = {key: value for key, value in real.items() if key in get_type_hints(kind)}
    assert list(misfits(described, kind)) == []
    assert list(misfits(real["arrays"], dict[str, _packing.Entry], "arrays")) == []


@pytest.mark.parametrize(
    ("kind", "file", "name"), PARTS, ids=[f"{name} of {file}" for _, file, name in PARTS]
)
def test_types_have_the_same_parts_in_javascript(kind, file, name):
    assert set(get_type_hints(kind)) == properties(file, name)


def test_a_linear_layer_is_told_from_a_list():
    """The checks above can fail."""
    layer = {"weight": [[1.0]], "bias": [0]}
    assert list(misfits(layer, _base.Linear)) == []
    assert list(misfits({**layer, "bias": 0}, _base.Linear)) == [
        "manifest.bias is no list[float]: 0"
    ]
    assert list(misfits({"weight": [[True]]}, _base.Linear)) == [
        "manifest lacks bias",
        "manifest.weight.0.0 is no <class 'float'>: True",
    ]
