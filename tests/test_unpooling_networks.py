"""SD-Net and QuickNAT go through all that a U-Net goes through: training to a figure."""

import dataclasses

import onnx
import pytest
import torch
from torch import nn

import scse
from scse import QuickNAT, SDNet, UNet, data, find_blocks, load, override, record, sweep, weights
from scse.export import Gated, _compare, check, export
from scse.training import Recipe, TrainingRun, make_network, recipe_of, recipes
from scse.widgets import explore

NAMES = {"sdnet": SDNet, "quicknat": QuickNAT}
STAGES = ["encoder1", "encoder2", "decoder2", "decoder1"]  # that have a block


@pytest.fixture(params=NAMES, scope="module")
def name(request):
    return request.param


@pytest.fixture(scope="module")
def net(name):
    """Small, with running statistics of its own, and gates that move."""
    torch.manual_seed(0)
    net = NAMES[name](1, 3, width=4, depth=3)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    net(torch.randn(8, 1, 13, 18))
    for key, parameter in net.named_parameters():
        if ".se." in key:
            parameter.data *= 4
    return net.eval()


@pytest.fixture(scope="module")
def image():
    return torch.randn(1, 1, 13, 18, generator=torch.Generator().manual_seed(1))


def test_record_sees_every_block(net, image):
    assert list(find_blocks(net)) == STAGES
    rec = record(net, image)
    assert list(rec) == STAGES
    assert [tuple(seen.output.shape[1:]) for seen in rec.values()] == [
        (4, 13, 18),
        (4, 6, 9),
        (4, 6, 9),
        (4, 13, 18),
    ]
    for seen in rec.values():
        expected = seen.channel * seen.input + seen.spatial * seen.input
        torch.testing.assert_close(seen.output, expected)
    assert torch.equal(rec.logits, net(image))


def test_override_changes_what_comes_out_and_nothing_stays(net, image):
    before = net(image)
    with override(net, {"encoder2": {"channel": {"base": "neutral"}}}):
        assert not torch.allclose(net(image), before)
    assert torch.equal(net(image), before)


def test_a_positive_factor_a_channel_does_not_move_a_maximum_and_a_mask_may(net, image):
    """Pooling comes after the block, so a mask decides where values are put on the way up."""

    def places(branch, gate):
        with override(net, {"encoder1": {branch: gate}}):
            x = record(net, image)["encoder1"].output
        return torch.nn.functional.max_pool2d(x, 2, return_indices=True)[1]

    with override(net, {"encoder1": {"spatial": 0.0}}):  # the channel gate alone
        one, other = places("channel", 0.3), places("channel", torch.rand(4) + 0.1)
    assert torch.equal(one, other)
    assert not torch.equal(one, places("spatial", torch.rand(13, 18)))


def test_sweep_takes_each_block(net, image):
    images = torch.cat([image, image.flip(3)])
    table = sweep(net, images, lambda logits: logits.softmax(1)[:, 1].double().mean())
    assert list(dict.fromkeys(table["block"])) == STAGES


def test_insert_and_remove(name, image):
    plain = NAMES[name](1, 3, width=4, depth=3, se=None).eval()
    before = plain(image)
    blocks = scse.insert(plain, image, plain.stages)
    assert len(blocks) == 5
    assert torch.equal(plain(image), before)
    scse.remove(plain)
    assert torch.equal(plain(image), before)


def test_compiled_it_says_the_same(net, image):
    compiled = torch.compile(net, backend="aot_eager", fullgraph=True)
    before = net(image)
    torch.testing.assert_close(compiled(image), before)
    with override(compiled, {"decoder1": {"spatial": 0.1}}):
        assert not torch.allclose(compiled(image), before)


def test_onnx_runtime_says_what_torch_says(name, image, tmp_path):
    """An odd size, own gates, and each overruled; unpooling is one scatter."""
    torch.manual_seed(0)
    net = NAMES[name](1, 2, width=4, depth=2).eval()
    inputs, outputs = export(net, image, tmp_path / "net.onnx")
    content, gated = (tmp_path / "net.onnx").read_bytes(), Gated(net, image).eval()
    assert (inputs, outputs) == (gated.inputs(), gated.outputs())
    assert "bottleneck.channel" not in outputs
    check(content, gated, [image, image.flip(3).contiguous()])
    nodes = [node.op_type for node in onnx.load_from_string(content).graph.node]
    assert nodes.count("ScatterElements") == 1


def test_a_file_that_says_something_else_is_found_out(name, image, tmp_path):
    torch.manual_seed(0)
    net = NAMES[name](1, 2, width=4, depth=2).eval()
    export(net, image, tmp_path / "net.onnx")
    content, gated = (tmp_path / "net.onnx").read_bytes(), Gated(net, image).eval()
    with torch.no_grad():
        net.encoder1.se.spatial.project.bias += 0.3
    with pytest.raises(ValueError, match="differs from torch"):
        check(content, gated, [image])


def test_a_value_that_goes_to_the_next_pixel_is_a_matter_of_rounding():
    """Two values of a window that nearly tie: single and double precision differ by it."""
    expected = torch.randn(1, 8, 32, 32, generator=torch.Generator().manual_seed(0))
    found = expected.clone()
    found[0, 0, 0, :2] = expected[0, 0, 0, :2].flip(0)
    _compare("maps", found, expected, unpools=True)
    for other, unpools in ((found, False), (1.1 * expected, True), (expected * torch.nan, True)):
        with pytest.raises(ValueError, match="maps differs from torch"):
            _compare("maps", other, expected, unpools)


def test_explore_opens_it(net, image):
    widget = explore(net, torch.cat([image, image.flip(3)]))
    assert [block["name"] for block in widget.manifest["blocks"]] == STAGES
    assert widget.still().startswith(b"\x89PNG")


# Training


@pytest.fixture
def stripes(monkeypatch):
    monkeypatch.setitem(data.TASKS, "stripes", "stripes.Stripes")


def small(network, **more):
    sizes = {"width": 4, "depth": 3, "steps": 10}
    return recipe_of("stripes", "scse", network, **sizes | more)


def test_trained_saved_and_loaded(name, stripes, tmp_path, monkeypatch):
    run = TrainingRun(f"stripes-{name}-scse", 2, tmp_path, small(name))
    run.train(progress_bar=False)
    card = run.export()
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    loaded = load(f"stripes-{name}-scse")
    assert type(loaded) is NAMES[name]
    assert loaded.config == card["network"] == run.network.config
    assert card["recipe"]["network"] == name
    images, _ = run.task.test()
    torch.testing.assert_close(loaded(images), run.network.eval()(images))


def test_stopped_run_draws_the_dropout_that_it_would_have_drawn(stripes, tmp_path):
    recipe = small("quicknat", width=8)
    straight = TrainingRun("net", 1, tmp_path / "straight", recipe)
    straight.train(progress_bar=False)

    run = TrainingRun("net", 1, tmp_path / "stopped", recipe)
    batch = run.task.batch

    def stop(*arguments):
        if run.step == 6:
            raise KeyboardInterrupt
        return batch(*arguments)

    run.task.batch = stop
    with pytest.raises(KeyboardInterrupt):
        run.train(progress_bar=False, save_every=3)
    torch.randn(1000)  # whatever else draws numbers
    again = TrainingRun("net", 1, tmp_path / "stopped", recipe)
    assert again.step == 6
    again.train(progress_bar=False)
    for a, b in zip(straight.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_recipes_of_unets_are_as_they_were(tmp_path, stripes):
    """Cards and checkpoints that were made before there were other networks."""
    old = weights.card("brain-unet-scse")["recipe"]
    assert "network" not in old
    recipe = recipes()["brain-unet-scse"]
    assert recipe == Recipe("brain", "scse", batch=8, lr=recipe.lr, warmup=recipe.warmup)
    assert recipe.is_stored(old)
    assert recipe.is_stored(dataclasses.asdict(recipe))
    assert not recipe.is_stored({**old, "network": "sdnet"})
    assert not recipe.is_stored({**old, "lr": 1.0})
    assert not recipe.is_stored([1])
    run = TrainingRun("net", 0, tmp_path, small("unet"))
    run.step = 4
    run.save_checkpoint()
    state = torch.load(run.checkpoint)
    del state["recipe"]["network"]
    torch.save(state, run.checkpoint)
    assert TrainingRun("net", 0, tmp_path, small("unet")).step == 4
    with pytest.raises(ValueError, match="another recipe"):
        TrainingRun("net", 0, tmp_path, small("sdnet"))


def test_every_network_has_its_recipes():
    for network, make in {"unet": UNet, **NAMES}.items():
        recipe = recipes()[f"brain-{network}-sse"]
        net = make_network(recipe, data.task("brain"))
        assert type(net) is make
        assert (net.config["se"], net.config["classes"]) == ("sse", 4)
        assert net.config["depth"] == (4 if network == "unet" else 5)
