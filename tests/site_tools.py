"""Build, serve and visit the site: what the browser fixtures of conftest.py are made of."""

import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import setting
import yaml
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parent.parent
PAGES = setting.pages()
CHAPTERS = [name for name in PAGES if (ROOT / "book" / f"{name}.ipynb").exists()]

VIEW = "application/vnd.jupyter.widget-view+json"

# A sign that somebody reads: figures come to life.
READER = "dispatchEvent(new Event('scroll'))"

# True once each widget's place is filled (or says why not), and all of the page is laid out.
READY = f"""() => {{
  if ("opening" in document.documentElement.dataset) return false;
  const views = 'script[type="{VIEW}"]';
  const done = '.widget-host[data-mounted], .widget-host > .widget-error';
  return document.querySelectorAll(done).length === document.querySelectorAll(views).length;
}}"""


def small_config(folder):
    """The book's settings for a site without the book's networks, written into `folder`."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["page_networks"] = []
    extensions = config["sphinx"]["local_extensions"]
    config["sphinx"]["local_extensions"] = {
        name: str(ROOT / extensions[name]) for name in extensions
    }
    path = Path(folder) / "_config.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def try_build(source, toc, target, config=ROOT / "_config.yml"):
    """Build the site in `source` below `target`; return the finished process."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", source, "-W", "--keep-going"]
    command += ["--config", config, "--toc", toc, "--path-output", target]
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def build(source, toc, target, config=ROOT / "_config.yml"):
    """Build the site in `source` below `target`; return the folder of the pages."""
    done = try_build(source, toc, target, config)
    if done.returncode:
        telling = [line for line in done.stdout.splitlines() if re.search("WARN|Error", line)]
        pytest.exit("the site did not build:\n" + "\n".join(telling))
    return Path(target) / "_build" / "html"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def serve(folder):
    """Serve `folder` on a free port of this machine; yields the address.

    At `localhost` the book starts no service worker (book/site_assets/ahead.js), which would come
    between a test and what it intercepts.
    """
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def carried(script):
    """The text that a script of `_static/figures` carries."""
    return json.loads(script.split("]=", 1)[1].rstrip(";\n"))


def stored_figures(folder, path):
    """What a built page has of its figures: [(entry, source), …]."""
    html = (Path(folder) / path).read_text(encoding="utf-8")
    static = Path(folder) / "_static"
    figures = []
    for view in re.findall(rf'<script type="{re.escape(VIEW)}">(.*?)</script>', html):
        files = json.loads(view)["files"]
        entry, source = (
            carried((static / files[kind]).read_text(encoding="utf-8"))
            for kind in ("model", "module")
        )
        figures.append((json.loads(entry), source))
    return figures


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


def come_to_life(page):
    """Wait until each widget is mounted."""
    page.evaluate(READER)
    page.wait_for_function(READY)


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
    read=come_to_life,
):
    """Open a page, and do what a reader does first."""
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
        read(opened.page)
    return opened


def figure(page, kind="gatelab", index=0):
    """A whole figure: what is drawn, and the rows around it."""
    return page.locator(f".scse:has(> .scse-{kind})").nth(index)


def named(scope, name):
    """Whatever carries `data-name=name` within a page or locator."""
    return scope.locator(f'[data-name="{name}"]')


def settle(page):
    """Until the page has drawn what it was told."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def take_links(page, takes=True):
    """Put a clipboard that takes what is copied, or refuses it, in place of the browser's; returns
    a function that gives what it took."""
    page.evaluate(
        """takes => {
          window.taken = null;
          const write = (text) => takes ? void (window.taken = text) : Promise.reject();
          Object.defineProperty(navigator, "clipboard", {
            configurable: true, value: { writeText: async (text) => write(text) }});
        }""",
        takes,
    )

    def taken():
        page.wait_for_function("() => window.taken !== null")
        return page.evaluate("() => window.taken")

    return taken


def number(scope, name, index=0):
    """Read `<output data-name=name data-value=…>` within a page or locator as a float.

    What a key or a pointer did is drawn in the next frame: it waits for that.
    """
    settle(getattr(scope, "page", scope))
    return float(scope.locator(f'[data-name="{name}"]').nth(index).get_attribute("data-value"))


def serious_violations(page, *rules):
    """What axe-core calls serious or critical on the page, one line each; by these rules alone."""
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = list(rules)
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
