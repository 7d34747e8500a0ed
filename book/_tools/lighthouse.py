"""`make lighthouse`: how fast the built pages open on a phone, as Google's Lighthouse sees it.

Every page is served from this machine with gzip and opened in the Chromium of the tests, as a phone
on a slow line (Lighthouse's usual settings). The table is printed, and kept in book/lighthouse.md.
Name pages to look at these alone, which keeps nothing.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "book" / "lighthouse.md"
VERSION = "12.8.2"
PACKED = (".html", ".css", ".js", ".svg", ".json")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = {
    "first paint, s": ("first-contentful-paint", 1e-3, 2),
    "largest paint, s": ("largest-contentful-paint", 1e-3, 2),
    "blocked, ms": ("total-blocking-time", 1, 0),
    "shift": ("cumulative-layout-shift", 1, 3),
    "kB": ("total-byte-weight", 1e-3, 0),
}


class Handler(SimpleHTTPRequestHandler):
    """Serves text packed, as web servers do."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path = path / "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in PACKED:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def report(address):
    """Lighthouse's report of one page."""
    flags = "--headless --disable-gpu" + (" --no-sandbox" if os.geteuid() == 0 else "")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        words = ["npx", "--yes", f"lighthouse@{VERSION}"]
        if "LIGHTHOUSE" in os.environ:
            words = [os.environ["LIGHTHOUSE"]]
        words += [address, "--quiet", "--output=json", f"--output-path={target}"]
        environment = {**os.environ, "CHROME_PATH": chromium.find() or ""}
        subprocess.run([*words, f"--chrome-flags={flags}"], check=True, env=environment)
        return json.loads(target.read_text(encoding="utf-8"))


def row(page, found):
    """One line of the table."""
    scores = [f"{100 * found['categories'][name]['score']:.0f}" for name in CATEGORIES]
    numbers = [
        f"{scale * found['audits'][name]['numericValue']:.{digits}f}"
        for name, scale, digits in MEASURES.values()
    ]
    return f"| {' | '.join([page, *scores, *numbers])} |"


def main(*chosen):
    """Look at every page of the built book, or at those that are named."""
    folder = ROOT / "_build" / "html"
    if not (folder / "index.html").exists():
        sys.exit("there is no built book: make site")
    pages = chosen or sorted(path.name for path in folder.glob("*.html"))
    names = ["page", *CATEGORIES, *MEASURES]
    lines = [f"| {' | '.join(names)} |", f"|---{'|--:' * (len(names) - 1)}|"]
    print("\n".join(lines))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for page in pages:
            found = report(f"http://127.0.0.1:{server.server_port}/{page}")
            lines.append(row(page, found))
            print(lines[-1], flush=True)
        server.shutdown()
    if not chosen:
        head = f"Lighthouse {found['lighthouseVersion']}, a phone on slow 4G: `make lighthouse`."
        KEPT.write_text("\n".join([head, "", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
