"""What the build of the book refuses: one site with all of it, and what it says of each."""

import pytest
from site_tools import small_config, try_build

PAGES = {
    "index": "Words.\n\n[Open it](#do:never-heard-of).",
    "nowhere": r"$$\class{term-z}{z} = 1$$",
    "unknown": r"An $\class{term-zz}{z}$.",
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What the failed build says."""
    folder = tmp_path_factory.mktemp("refused")
    source = folder / "book"
    source.mkdir()
    for name, text in PAGES.items():
        (source / f"{name}.md").write_text(f"# A page\n\n{text}\n")
    (source / "terms.json").write_text('{"z": {"sign": "z", "name": "the means"}}')
    (source / "references.bib").write_text("")
    chapters = "".join(f"\n- file: {name}" for name in PAGES if name != "index")
    (source / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:{chapters}\n")
    done = try_build(source, source / "_toc.yml", folder, small_config(folder))
    assert done.returncode
    return done.stdout


def test_a_link_to_a_state_that_is_not_there(refused):
    words = "index.md:5 links to #do:never-heard-of, which no figure of 'index' has; it has none"
    assert words in refused


def test_a_term_that_nothing_shows(refused):
    assert "no figure and no line of code of this page shows z" in refused


def test_a_term_that_is_not_in_the_list(refused):
    assert "zz in '\\\\class{term-zz}{z}' is not in terms.json" in refused
