"""The words of the figures: one file a language, and nothing is said that is not in it."""

import json
import os
import re
import subprocess
import sys
from html import unescape

import pytest
from site_tools import ROOT

from scse import data, family
from scse.experiments.comparisons import COMPARISONS
from scse.widgets import _file, _words

# Things that have this name in every language (js/test/words.test.js has them too), and ways to
# join and stages, as code names them.
NAMES = re.compile(
    r"\b(cSE|sSE|scSE|SE|CBAM|BAM|GCNet|SRM|ECA|SimAM|ReLU|MACs|Dice|fc[12]"
    r"|add|max|mul|concat|(en|de)coder\d|bottleneck|head)\b"
)
WORD = re.compile(r"[^\W\d_]{2,}")
# What `small_widgets` names, which is no name of the book: it is shown as it was given.
GIVEN = {
    "ContrastSlider": {"net"},
    "Explorer": {"UNet"},
    "GatesLearn": {"one", "two"},
    "PickRuns": {"stripes"},
    "RunTable": {"stripe", "stripes"},
    "SweepDots": {"item", "net", "stripes"},
}
BRACKETED = str(ROOT / "tests" / "bracketed_widgets.py")

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


def unwrapped(said, given=()):
    """The words that stand in no brackets, and are not what the caller named."""
    left = said
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", " ", left)) != left:
        left = inner
    for name in sorted(given, key=len, reverse=True):
        left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", left)
    return [word for word in WORD.findall(NAMES.sub(" ", left)) if word.isalpha()]


def test_a_word_out_of_brackets_is_found():
    assert unwrapped("⟦Dice ⟦of⟧ 3⟧ scSE, σ(x) = 1 for decoder1") == ["for"]
    assert unwrapped("⟦a⟧ stray ⟦b⟧ made up", {"made up"}) == ["stray"]


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory):
    """What bracketed_widgets.py made, and the bundles that speak so."""
    folder = tmp_path_factory.mktemp("brackets")
    command = ["node", "js/build.js", "pseudo", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    # With the folders of imports that pytest has set.
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, BRACKETED, str(folder)]
    subprocess.run(command, cwd=ROOT, env=paths, check=True, timeout=300)
    return folder, json.loads((folder / "made.json").read_text(encoding="utf-8"))


def given_of(figure):
    """What a figure may say without brackets: what its caller named, and those who own pictures."""
    manifest = json.loads(figure["state"]["manifest"])
    sources = [manifest, *manifest.get("samples", []), *manifest.get("examples", [])]
    credits = {each["credit"] for each in sources if each.get("credit")}
    question = set(texts(manifest["question"])) if figure["kind"] == "Question" else set()
    return credits | question | GIVEN.get(figure["kind"], set())


def texts(value):
    """All texts in what was read from a file of questions."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


@pytest.mark.browser
def test_every_word_of_every_figure_is_in_the_file(browser, bracketed):
    folder, made = bracketed
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    figures = {
        name: {**each, "source": (folder / each["bundle"]).read_text(encoding="utf-8")}
        for name, each in made.items()
    }
    found = {}
    for name, said in page.evaluate(MOUNT, figures).items():
        given = given_of(made[name])
        if stray := sorted({word for each in said for word in unwrapped(each, given)}):
            found[name] = stray
    page.close()
    assert (found, problems) == ({}, [])


@pytest.mark.browser  # which the other test of what is made so long needs
def test_every_word_of_every_still_is_in_the_file(bracketed):
    found = {}
    for name, each in bracketed[1].items():
        html = unescape(re.sub("<[^>]+>", " ", each["html"]))
        if stray := {w for t in [*each["still"], html] for w in unwrapped(t, given_of(each))}:
            found[name] = sorted(stray)
    assert found == {}


@pytest.mark.browser
def test_every_quantity_has_a_name_in_the_file(bracketed):
    said = {text for each in bracketed[1].values() for text in each["quantities"]}
    assert {text for text in said if unwrapped(text)} == set()
    assert "⟦⟦background⟧ read as ⟦class ⟦1⟧⟧⟧" not in said  # nothing is asked of the background
    assert "⟦⟦class 1⟧ read as ⟦background⟧⟧" in said


def known_to_the_words():
    return {
        known: text for group in _words._words()["names"].values() for known, text in group.items()
    }


def test_in_english_names_are_what_data_and_code_have():
    known = known_to_the_words()
    assert known == {text: text for text in known}
    groups = _words._words()["names"].values()
    assert len(known) == sum(map(len, groups)), "a name stands once"


def test_names_of_the_book_are_known():
    asked = set()
    for task in map(data.task, data.TASKS):
        scene = task.scene()
        asked |= {task.name, *task.classes, *(s["label"] for s in scene.sliders.values())}
        asked |= {source["title"] for source in (*scene.examples, *scene.grounds)}
    for member in family.FAMILY.values():
        asked |= {member.squeezes, member.gates, member.starts}
    for comparison in COMPARISONS:
        asked |= {comparison.title, *comparison.variants}
    plain = [name for name in asked if WORD.search(NAMES.sub(" ", name))]
    assert [name for name in plain if not any(p.fullmatch(name) for p, _ in _words._names())] == []


def test_a_name_is_that_of_another_language_and_others_stay(monkeypatch):
    table = {"classes": {"digit {n}": "数字{n}", "grey matter": "灰质"}}
    table["quantities"] = {"{one} read as {other}": "{one}被读作{other}"}
    monkeypatch.setattr(_words, "_words", lambda: {"names": table})
    _words._names.cache_clear()
    assert _words.name("digit 3") == "数字3"
    assert _words.name("digit 3 read as grey matter") == "数字3被读作灰质"
    assert _words.name("digit x read as liver") == "digit x被读作liver"
    assert _words.name("Digit 3") == "Digit 3"
    monkeypatch.undo()
    _words._names.cache_clear()


def test_a_saved_page_says_its_language(monkeypatch):
    monkeypatch.setattr(_words, "LANGUAGE", "zh")
    page = _file._page({}, "", "A network", {"_esm": "", "_css": ""}, {})
    assert '<html lang="zh">' in page
    assert _words.group("explorer", "page")["noScripts"] in page


def test_a_language_without_words_is_refused(monkeypatch):
    monkeypatch.setattr(_words, "LANGUAGE", "tlh")
    _words._words.cache_clear()
    with pytest.raises(ValueError, match="SCSE_LANGUAGE must be one of en, got 'tlh'"):
        _words.parts("join")
    _words._words.cache_clear()
