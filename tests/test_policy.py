"""The Content-Security-Policy of every page (book/_ext/policy.py)."""

import re
import sys

import pytest
from site_tools import ROOT, serve

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import policy

TAG = '<meta http-equiv="Content-Security-Policy"'
TRY = """(how) => new Promise((resolve) => {
  addEventListener("securitypolicyviolation", (e) => resolve(e.effectiveDirective), {once: true});
  const element = (name, set) =>
    document.head.append(Object.assign(document.createElement(name), set));
  const ways = {
    fetch: (url) => fetch(url).then(() => resolve("went through"), () => {}),
    script: (src) => element("script", {src}),
    inline: () => element("script", {textContent: "globalThis.ran = true"}),
    image: (src) => element("img", {src}),
    sheet: (href) => element("link", {rel: "stylesheet", href}),
    frame: (src) => element("iframe", {src}),
  };
  ways[how]("https://example.org/x");
})"""


def test_every_page_has_it_before_anything_is_loaded(site):
    for path in site.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert html.count(TAG) == 1, path.name
        assert not re.search(r"<(script|link|style)\b", html[: html.index(TAG)]), path.name


@pytest.mark.parametrize("file", [False, True], ids=["http", "file"])
@pytest.mark.parametrize(
    ("how", "directive"),
    [
        ("fetch", "connect-src"),
        ("script", "script-src-elem"),
        ("inline", "script-src-elem"),
        ("image", "img-src"),
        ("sheet", "style-src-elem"),
        ("frame", "frame-src"),
    ],
)
def test_the_browser_refuses_what_is_not_ours(browser, site, how, directive, file):
    page = browser.new_page()
    with serve(site) as address:
        page.goto(f"{site.resolve().as_uri() if file else address}/credits.html")
        assert page.evaluate(TRY, how) == directive
        assert page.evaluate("globalThis.ran") is None
    page.close()


def test_what_is_written_into_a_page_is_named_by_its_hash():
    html = (
        '<head><meta charset="utf-8"><script>a()</script><script src="b.js"></script>'
        '<script type="application/json">{}</script></head><button onclick="c(&quot;d&quot;)">'
    )
    rules = policy.policy(html)
    assert rules.count("'sha256-") == 2
    assert policy._hash("a()") in rules
    assert policy._hash('c("d")') in rules
    assert "'unsafe-hashes'" in rules
    assert "'unsafe-hashes'" not in policy.policy("<script>a()</script>")
    assert policy.guard(html).startswith(f'<head><meta charset="utf-8">\n{TAG}')


def test_a_button_of_the_theme_still_works(open_page):
    page = open_page("credits.html")
    page.evaluate("document.documentElement.requestFullscreen = () => { globalThis.full = true; }")
    page.locator(".btn-fullscreen-button").first.evaluate("button => button.click()")
    assert page.evaluate("globalThis.full")
