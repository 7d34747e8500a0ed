"""Build, serve and visit the site: what the browser fixtures of conftest.py are made of."""

import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parent.parent

# True once MathJax has set the formulas and each widget's place is filled (or says why not).
READY = """async () => {
  await window.MathJax?.startup?.promise;
  const views = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const done = '.widget-host[data-mounted], .widget-host > .widget-error';
  return document.querySelectorAll(done).length === document.querySelectorAll(views).length;
}"""


def build(source, toc, target):
    """Build the site in `source` below `target`; return the folder of the pages."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", source, "-W", "--keep-going"]
    command += ["--config", ROOT / "_config.yml", "--toc", toc, "--path-output", target]
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        telling = [line for line in done.stdout.splitlines() if re.search("WARN|Error", line)]
        pytest.exit("the site did not build:\n" + "\n".join(telling))
    return Path(target) / "_build" / "html"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def serve(folder):
    """Serve `folder` on a free port of this machine; yields the address."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class Visit:
    """One open page, and everything it did that a reader should never notice."""

    def __init__(self, context, own, expect):
        self.page = context.new_page()
        self._context, self._own, self._expect = context, own, expect
        self._problems = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _note(self, problem):
        if not any(text in problem for text in self._expect):
            self._problems.append(f"{self.page.url}: {problem}")

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text}")

    def _on_request(self, request):
        if not request.url.startswith((*self._own, "data:", "blob:", "about:")):
            self._note(f"request to another place: {request.url}")

    def _on_response(self, response):
        if response.status >= 400:
            self._note(f"answered {response.status}: {response.url}")

    def close(self):
        """Close the page and return its problems."""
        self._context.close()
        return self._problems


def visit(
    browser,
    folder,
    address,
    path,
    *,
    theme="light",
    width=1280,
    height=900,
    scripts=True,
    file=False,
    expect=(),
    touch=False,
):
    """Open a page and wait until its formulas are set and its widgets mounted."""
    base = Path(folder).resolve().as_uri() if file else address
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        java_script_enabled=scripts,
        has_touch=touch,
    )
    context.set_default_timeout(20_000)
    opened = Visit(context, (base,), expect)
    opened.page.goto(f"{base}/{path}", wait_until="load")
    if scripts:
        opened.page.wait_for_function(READY)
    return opened


def number(scope, name, index=0):
    """Read `<output data-name=name data-value=…>` within a page or locator as a float."""
    return float(scope.locator(f'[data-name="{name}"]').nth(index).get_attribute("data-value"))


def serious_violations(page):
    """What axe-core calls serious or critical on the page, one line each."""
    options = {"resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
