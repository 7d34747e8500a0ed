"""Firefox and WebKit, driven by what both understand: an address, a script, and W3C actions.

Playwright can drive neither of them as a system has them. Selenium has both protocols: WebDriver
BiDi, which Firefox speaks by itself, and classic WebDriver, for which WebKitGTK brings a driver.
"""

import json
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import other_browsers
from selenium import webdriver
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.websocket_connection import WebSocketConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

PATIENCE = 90  # seconds: WebKitGTK draws and compiles slowly
WIDTH, HEIGHT = 1280, 900

KEYS = {"ArrowDown": "\ue015", "ArrowUp": "\ue013", "End": "\ue010", "Home": "\ue011"}

# A Firefox that asks nobody: every host but this one is behind a proxy that is not there.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
    "toolkit.telemetry.enabled": False,
}


class Page:
    """The one page of a browser. What differs between browsers is said by three functions."""

    def __init__(self, go, run, act):
        self.go = go  # (address): open it, and wait until it has loaded
        self._run = run  # (expression): its value, which is a text; promises are awaited
        self._act = act  # (sources of input): as https://www.w3.org/TR/webdriver2/#actions

    def evaluate(self, expression):
        """The value of a JavaScript expression, by way of JSON."""
        return json.loads(
            self._run(f"(async () => JSON.stringify((await ({expression})) ?? null))()")
        )

    def wait_for(self, condition):
        """Wait until an expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < until, f"waited for {condition}"
            time.sleep(0.05)

    def press(self, *keys):
        """Press keys on what has the focus."""
        codes = [KEYS[key] for key in keys]
        actions = [{"type": kind, "value": code} for code in codes for kind in ("keyDown", "keyUp")]
        self._act([{"type": "key", "id": "keys", "actions": actions}])

    def drag(self, places):
        """Press the mouse at the first of some places in the window, and release it at the last."""
        moves = [
            {"type": "pointerMove", "duration": 30, "x": round(x), "y": round(y)} for x, y in places
        ]
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        actions = [moves[0], down, *moves[1:], up]
        mouse = {"pointerType": "mouse"}
        self._act([{"type": "pointer", "id": "mouse", "parameters": mouse, "actions": actions}])


@contextmanager
def _process(command, **options):
    running = subprocess.Popen(
        [str(word) for word in command], stderr=subprocess.DEVNULL, text=True, **options
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def _written(path, running):
    """The JSON that a starting program writes into a file."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    raise RuntimeError(f"{path.name} was not written")


@contextmanager
def firefox(folder):
    """Firefox, its profile in an empty folder."""
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (folder / "user.js").write_text("\n".join(lines))
    command = [other_browsers.firefox(), "--headless", "--no-remote", "--profile", folder]
    command += ["--remote-debugging-port", "0", "about:blank"]
    home = {**os.environ, "HOME": str(folder)}  # it insists on one that is its user's
    with _process(command, stdout=subprocess.DEVNULL, env=home) as running:
        server = _written(Path(folder) / "WebDriverBiDiServer.json", running)
        address = f"ws://{server['ws_host']}:{server['ws_port']}/session"
        connection = WebSocketConnection(address, PATIENCE, 0.01)

        def send(method, **parameters):
            reply = connection.send_cmd(method, parameters)
            assert "error" not in reply, f"{method}: {reply.get('message')}"
            return reply["result"]

        send("session.new", capabilities={})
        tab = send("browsingContext.getTree")["contexts"][0]["context"]
        send(
            "browsingContext.setViewport", context=tab, viewport={"width": WIDTH, "height": HEIGHT}
        )

        def run(expression):
            where = {"target": {"context": tab}, "awaitPromise": True}
            done = send("script.evaluate", expression=expression, **where)
            assert done["type"] == "success", done.get("exceptionDetails")
            return done["result"]["value"]

        yield Page(
            lambda address: send(
                "browsingContext.navigate", context=tab, url=address, wait="complete"
            ),
            run,
            lambda sources: send("input.performActions", context=tab, actions=sources),
        )
        connection.close()


@contextmanager
def webkit(folder):
    """WebKitGTK's small browser, on a screen of its own."""
    browser, driver, screen = other_browsers.webkit()
    size = f"{WIDTH}x{HEIGHT + 100}x24"
    command = [screen, "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]
    with _process(command, stdout=subprocess.PIPE) as running:
        display = running.stdout.readline().strip()
        options = Options()
        options.binary_location = browser
        options.add_argument("--automation")
        home = {"DISPLAY": f":{display}", "HOME": str(folder), "NO_AT_BRIDGE": "1"}
        service = Service(driver, env={**os.environ, **home})
        driven = webdriver.WebKitGTK(options=options, service=service)
        driven.set_script_timeout(PATIENCE)
        driven.set_window_size(WIDTH, HEIGHT)
        try:
            yield Page(
                driven.get,
                lambda expression: driven.execute_script(f"return {expression}"),
                lambda sources: driven.execute(Command.W3C_ACTIONS, {"actions": sources}),
            )
        finally:
            driven.quit()
            running.stdout.close()


BROWSERS = {"Firefox": firefox, "WebKit": webkit}
