"""Widgets in a real JupyterLab: torch answers from the kernel, and the page survives its end."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import torch
from site_tools import ROOT, number

import scse
from scse import UNet, override, record
from scse.widgets import Playground

pytestmark = pytest.mark.jupyterlab

SETUP = """import torch
from scse import UNet, explore

torch.manual_seed(3)
net = UNet(1, 3, width=8, depth=2).eval()
image = torch.randn(2, 1, 24, 32, generator=torch.Generator().manual_seed(1)).cumsum(3)
"""
# The server lets only its own pages do this, who know its cookie.
SHUT_DOWN = """async () => {
  const token = /_xsrf=([^;]+)/.exec(document.cookie)[1];
  const options = { method: "DELETE", headers: { "X-XSRFToken": token } };
  const kernels = await (await fetch("/api/kernels")).json();
  const ends = kernels.map(({ id }) => fetch(`/api/kernels/${id}`, options));
  return (await Promise.all(ends)).every(({ status }) => status === 204);
}"""


class Markdown(str):
    """The source of a cell of text."""


NOTEBOOKS = {
    "explore": [SETUP, "explore(net, image)"],
    "playground": ['from scse.widgets import Playground\nPlayground("digits")'],
    "questions": [
        'from scse.widgets import Question\n\nasked = Question("fixture", "guess")\nasked.observe('
        "lambda change: setattr(asked, 'answer', 40.0), 'revealed')\nasked",
    ],
    "words": [
        SETUP,
        'turned = {"bottleneck": {"spatial": {"base": "invert"}}}\n'
        'states = {"mask upside down": {"block": "bottleneck", "edits": turned}}\n'
        "explore(net, image, states=states)",
        Markdown("[Turn the mask upside down](#do:mask-upside-down), says the text."),
    ],
}


def cell(number, source):
    code = {"execution_count": None, "outputs": []}
    return {
        "cell_type": "markdown" if isinstance(source, Markdown) else "code",
        "id": f"cell-{number}",
        "metadata": {},
        "source": source,
        **({} if isinstance(source, Markdown) else code),
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with the notebooks above, and nothing of this user's."""
    folder, settings = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("settings")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for name, sources in NOTEBOOKS.items():
        notebook = {
            "cells": [cell(i, source) for i, source in enumerate(sources)],
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    shutil.copytree(ROOT / "tests" / "fixture_site" / "questions", folder / "questions")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(settings / name) for name in ("CONFIG", "RUNTIME")}
    own["JUPYTERLAB_SETTINGS_DIR"] = own["JUPYTERLAB_WORKSPACES_DIR"] = str(settings)
    own["PYTHONPATH"] = str(Path(scse.__file__).parent.parent)
    command = [sys.executable, "-m", "jupyter", "lab", "--allow-root", "--no-browser"]
    command += ["--port", str(port), "--ServerApp.port_retries=0", "--notebook-dir", str(folder)]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--LabApp.news_url=None"]  # it would ask outside for news and versions
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    address = f"http://127.0.0.1:{port}"
    with (settings / "log").open("w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **own, "OMP_NUM_THREADS": "1"}
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(
                        "JupyterLab did not start:\n" + (settings / "log").read_text()[-2000:]
                    )
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def page(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1300})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def changed_by(gates):
    """How many pixels torch says have another class."""
    names = {}
    exec(SETUP, names)
    net, image = names["net"], names["image"][:1]
    assert isinstance(net, UNet)
    with torch.no_grad():
        own = net(image).argmax(1)
        with override(net, gates):
            return int((net(image).argmax(1) != own).sum())


def wait_for(page, name, value):
    page.wait_for_function(
        "([name, value]) => document.querySelector(`[data-name=${name}]`)?.dataset.value === value",
        arg=[name, str(value)],
    )


def run_all(page, lab, name):
    page.goto(f"{lab}/lab/workspaces/{name}/tree/{name}.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle")  # cells that run before are lost
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def test_playground_asks_torch(page, lab):
    run_all(page, lab, "playground")
    view = page.locator(".scse-playground")
    view.get_by_text("torch, in the kernel").wait_for()
    share = view.locator('[data-name="share"]')
    assert share.count() == 1
    assert share.is_hidden()  # the address is JupyterLab's
    twin = Playground("digits")
    image, net = twin.input(twin.pictures[0])[None], twin.networks["scse"]
    gates = record(net, image)["bottleneck"].channel
    with torch.no_grad():
        own = net(image).argmax(1)
        gates[0, 2] = 0
        with override(net, {"bottleneck": {"channel": gates, "spatial": 0}}):
            expected = int((net(image).argmax(1) != own).sum())
    assert expected > 0
    view.locator('[data-name="bar-2"]').press("Home")
    view.locator('[data-name="mask-base"]').select_option("neutral")
    wait_for(page, "changed", expected)
    view.locator('[data-name="undo"]').click()
    view.locator('[data-name="undo"]').click()
    wait_for(page, "changed", 0)
    # A digit drawn by keyboard, read by torch
    view.locator('[data-name="source"]').select_option("blank")
    sheet = view.locator('[data-name="sheet"]')
    for key in ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 16 + ["Space"]:
        sheet.press(key)
    view.locator('[data-name="seen"] li[data-class="2"]').wait_for()  # an upright line reads 1


def test_a_question_finds_its_file_and_tells_the_kernel(page, lab):
    """Python hears of the commitment, and what it then sets is shown."""
    run_all(page, lab, "questions")
    view = page.locator(".scse-question")
    box = view.locator('[data-name="answer"]')
    box.press_sequentially("12")  # and no command of the notebook
    assert box.input_value() == "12"
    view.locator('[data-name="commit"]').click()
    wait_for(page, "said", 40)
    view.get_by_text("Less pecan.").wait_for()


def test_words_set_a_figure(page, lab):
    run_all(page, lab, "words")
    page.wait_for_selector(".scse-explorer[data-fresh]")
    view = page.locator(".scse:has(> .scse-explorer)")
    assert view.locator('[data-name="share"]').is_hidden()
    before = page.url
    page.get_by_role("link", name="Turn the mask").click()
    wait_for(page, "changed", changed_by({"bottleneck": {"spatial": lambda s: 1 - s}}))
    assert view.get_by_role("radio", name="bottleneck").is_checked()
    assert page.url == before
    view.locator('[data-name="undo-set"]').click()
    wait_for(page, "changed", 0)
    assert view.get_by_role("radio", name="decoder1").is_checked()


def test_torch_answers_and_its_end_is_noticed(page, lab):
    run_all(page, lab, "explore")
    page.wait_for_selector(".scse-explorer[data-fresh]")
    view = page.locator(".scse-explorer")
    assert number(view, "changed") == 0

    # By keyboard: the gate of channel 3 to 0
    slider = view.locator('[data-name="bar-2"]')
    slider.focus()
    slider.press("Home")
    gate = torch.ones(8)
    gate[2] = 0
    expected = changed_by({"decoder1": {"channel": lambda c: c * gate.reshape(1, -1, 1, 1)}})
    assert expected > 0
    wait_for(page, "changed", expected)

    # By pointer: several bars, while answers come
    view.locator('[data-name="reset"]').click()
    track = view.locator('[data-name="bar-4"] .scse-track').bounding_box()
    x = track["x"] + track["width"] / 2
    page.mouse.move(x, track["y"] + 0.1 * track["height"])
    page.mouse.down()
    for part in (0.3, 0.5, 0.7, 0.99):
        page.mouse.move(x, track["y"] + part * track["height"])
    page.mouse.up()
    value = number(view, "gate-4")
    assert value < 0.1

    def drag(c):
        dragged = c.clone()
        dragged[:, 4] = value
        return dragged

    wait_for(page, "changed", changed_by({"decoder1": {"channel": drag}}))

    # A block upstream, upside down
    view.locator('[data-name="reset"]').click()
    view.get_by_role("radio", name="bottleneck").check()
    view.locator('[data-name="base-spatial"]').select_option("invert")
    wait_for(page, "changed", changed_by({"bottleneck": {"spatial": lambda s: 1 - s}}))

    # In the background: the effect of each gate
    view.locator('[data-name="reset"]').click()
    view.get_by_role("radio", name="effect").check()
    page.wait_for_selector(".scse-remark:has-text('Δ')")
    effects = [float(text.split()[1]) for text in view.locator(".scse-remark").all_inner_texts()]
    assert len(effects) == 16
    assert effects == sorted(effects, reverse=True)
    view.get_by_role("radio", name="similarity").check()
    page.wait_for_selector(".scse-remark:has-text('r ')")

    # The end of the kernel
    assert page.evaluate(SHUT_DOWN)
    view.locator('[data-name="bar-0"]').press("Home")
    page.wait_for_selector("[data-name=status]:has-text('kernel does not answer')")
    assert number(view, "gate-0") == 0
    assert view.locator('[data-name="map-0"]').is_visible()
