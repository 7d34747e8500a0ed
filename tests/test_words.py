"""The words of the figures: one file a language, and nothing is said that is not in it."""

import base64
import json
import re
import subprocess

import pytest
from site_tools import ROOT
from test_manifests import small_widgets

from scse.widgets import Playground, _words

# Things that have this name in every language; js/test/words.test.js has them too.
NAMES = re.compile(
    r"\b(cSE|sSE|scSE|SE|CBAM|ReLU|MACs|Dice|fc[12]|add|max|mul|concat|(en|de)coder\d|bottleneck)\b"
)
WORD = re.compile(r"[^\W\d_]{2,}")

MOUNT = """async (figures) => {
  const roots = {};
  for (const [name, {source, state, packed}] of Object.entries(figures)) {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const traits = {...state, packed: new DataView(bytes.buffer)};
    const model = {
      get: (name) => traits[name], set: (name, value) => (traits[name] = value),
      on() {}, off() {}, save_changes() {}, send() {},
    };
    const {default: {render}} = await import(
      URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
    const el = document.body.appendChild(document.createElement("div"));
    await render({model, el, experimental: {assets: null}});
    roots[name] = el;
  }
  await new Promise((done) => setTimeout(done, 1500));  // until all has been spoken, too
  return Object.fromEntries(Object.entries(roots).map(([name, el]) => {
    const said = [...el.querySelectorAll("*")].flatMap((element) =>
      ["aria-label", "aria-valuetext", "aria-roledescription", "title", "placeholder"]
        .map((name) => element.getAttribute(name) ?? ""));
    const seen = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
    let text = "";
    while (seen.nextNode()) text += ` ${seen.currentNode.data} `;  // two words must not seem one
    return [name, [text, ...said]];
  }));
}"""


def texts(value):
    """All that a manifest calls by name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *texts(one))
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def unwrapped(said, given):
    """The words that stand in no brackets, and come from no network or data."""
    left = said
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", " ", left)) != left:
        left = inner
    if not WORD.search(NAMES.sub(" ", left)):
        return []
    names = "|".join(re.escape(name) for name in sorted(given, key=len, reverse=True))
    left = re.sub(rf"(?<!\w)({names})(?!\w)", " ", left)
    return [word for word in WORD.findall(NAMES.sub(" ", left)) if word.isalpha()]


def test_a_word_out_of_brackets_is_found():
    assert unwrapped("⟦Dice ⟦of⟧ 3⟧ scSE, σ(x) = 1 for decoder1", {"decoder1"}) == ["for"]
    assert unwrapped("⟦a⟧ stray ⟦b⟧", {"b"}) == ["stray"]


@pytest.mark.browser
def test_every_word_of_every_figure_is_in_the_file(browser, tmp_path):
    command = ["node", "js/build.js", "pseudo", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    # What a Playground draws depends on its task: of the book's two.
    widgets = [w for w in small_widgets() if not isinstance(w, Playground)] + [Playground("digits")]
    figures, given = {}, {}
    for widget in widgets:
        name = type(widget).__name__
        bundle = type(widget).__module__.rpartition(".")[2] + ".js"
        traits = [*widget.state_names(), *(["live"] if widget.has_trait("live") else [])]
        figures[name] = {
            "source": (tmp_path / bundle).read_text(encoding="utf-8"),
            "state": {trait: getattr(widget, trait) for trait in traits}
            | {"manifest": json.dumps(widget.manifest)},
            "packed": base64.b64encode(widget.packed).decode(),
        }
        given[name] = set(texts(widget.manifest))
    found = {}
    for name, said in page.evaluate(MOUNT, figures).items():
        if stray := sorted({word for each in said for word in unwrapped(each, given[name])}):
            found[name] = stray
    page.close()
    assert (found, problems) == ({}, [])


def test_a_language_without_words_is_refused(monkeypatch):
    monkeypatch.setattr(_words, "LANGUAGE", "tlh")
    _words._words.cache_clear()
    with pytest.raises(ValueError, match="SCSE_LANGUAGE must be one of en, got 'tlh'"):
        _words.parts("join")
    _words._words.cache_clear()
