"""The glossary's table of symbols (book/_ext/notation.py), and its words."""

import re
import sys

import pytest
from bs4 import BeautifulSoup
from site_tools import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import notation


def test_how_a_symbol_is_set_is_read_from_an_equation():
    tex = r"\class{scse-channel term-c}{c} = \class{term-W1}{\mathbf{W}_{1}}\, \class{term-z}{z}"
    assert notation.settings(tex) == [("c", "c"), ("W1", r"\mathbf{W}_{1}"), ("z", "z")]


def test_a_term_within_another_is_found_too():
    tex = r"\class{term-out}{\hat U_{\class{term-c}{c}}}"
    assert notation.settings(tex) == [("out", r"\hat U_{{c}}"), ("c", "c")]


def test_a_brace_that_stays_open_is_told():
    with pytest.raises(notation.NotationError, match="is not closed"):
        notation.settings(r"\class{term-c}{c")


def test_words_stand_in_order():
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    (words,) = re.findall(r"```\{glossary\}\n(.*?)```", text, re.DOTALL)
    entries = re.findall(r"^(\S.*)$", words, re.MULTILINE)
    assert len(entries) > 30
    assert entries == sorted(entries, key=str.lower)


def test_every_symbol_has_its_row(site):
    soup = BeautifulSoup((site / "glossary.html").read_text(encoding="utf-8"), "html.parser")
    rows = soup.select("#symbols tbody tr")
    terms = (ROOT / "book" / "terms.json").read_text(encoding="utf-8").count('"sign"')
    assert len(rows) == terms
    for row in rows:
        sign, name, where = row.select("td")
        assert sign.select_one("mjx-container")
        assert name.get_text(strip=True)
        assert where.select("a[href]")
