"""Pages of a site whose repository and address are set, and of one where neither is."""

import json
from xml.etree import ElementTree

import nbformat
import notebooks
import pytest
import yaml
from bs4 import BeautifulSoup
from site_tools import build, serious_violations, serve, small_config, visit

ADDRESS = "https://us.github.io/scse/"
REPOSITORY = "https://github.com/us/scse"
HUB = "https://hub.example.org"

pytestmark = pytest.mark.browser  # all of it: the site is built once


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The folder of a small site, a notebook and a plain page, with everything set."""
    folder = tmp_path_factory.mktemp("published")
    config = small_config(folder)
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    sphinx = settings["sphinx"]["config"]
    sphinx["html_baseurl"] = ADDRESS
    sphinx["html_context"].update(repository=REPOSITORY, branch="next", hub=HUB)
    settings["execute"] = {"execute_notebooks": "off"}
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    source = folder / "source"
    source.mkdir()
    cells = [
        nbformat.v4.new_markdown_cell("# One & all\n\nThe first paragraph, in a few words."),
        nbformat.v4.new_code_cell("1 + 1"),
    ]
    notebook = notebooks.clean(nbformat.v4.new_notebook(cells=cells))
    nbformat.write(notebook, source / "index.ipynb")
    (source / "plain.md").write_text("# A plain page\n\nNo notebook.\n", encoding="utf-8")
    (source / "references.bib").write_text("", encoding="utf-8")
    (source / "terms.json").write_text("{}", encoding="utf-8")
    toc = folder / "_toc.yml"
    chapters = {"format": "jb-book", "root": "index", "chapters": [{"file": "plain"}]}
    toc.write_text(json.dumps(chapters), encoding="utf-8")
    return build(source, toc, folder, config)


def soup(folder, name):
    return BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")


def properties(page):
    found = page.select("head meta[property]")
    assert len({one["property"] for one in found}) == len(found), "twice"
    return {one["property"]: one["content"] for one in found}


def test_a_notebook_can_be_run(browser, published):
    with serve(published) as address:
        opened = visit(browser, published, address, "index.html")
        line = opened.page.locator(".launch")
        names = line.get_by_role("link").all_text_contents()
        assert names == ["Colab", "Binder", "JupyterHub"]
        opened.page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
        assert serious_violations(opened.page) == []
        assert line.bounding_box()["height"] < 40
        opened.page.emulate_media(media="print")
        assert line.is_hidden()
        assert opened.close() == []


def test_a_plain_page_cannot(published):
    assert not soup(published, "plain.html").select(".launch")


def test_a_page_says_where_it_is_and_what_it_shows_when_linked(published):
    page = soup(published, "index.html")
    assert [one["href"] for one in page.select('link[rel="canonical"]')] == [f"{ADDRESS}index.html"]
    told = properties(page)
    assert told["og:title"] == "One & all"
    assert told["og:description"] == "The first paragraph, in a few words."
    assert told["og:url"] == f"{ADDRESS}index.html"
    assert told["og:type"] == "website"
    assert properties(soup(published, "plain.html"))["og:type"] == "article"
    card = told["og:image"]
    assert card.startswith(ADDRESS)
    assert (published / card.removeprefix(ADDRESS)).exists()
    assert "card.png" not in (published / "service-worker.js").read_text(encoding="utf-8")


def test_search_engines_get_a_map(published):
    tree = ElementTree.parse(published / "sitemap.xml")
    assert [one.text for one in tree.iter() if one.tag.endswith("loc")] == [
        f"{ADDRESS}index.html",
        f"{ADDRESS}plain.html",
    ]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (published / "robots.txt").read_text()
    assert soup(published, "search.html").select('meta[name="robots"][content="noindex"]')


def test_unset_nothing_names_an_address(fixture_site):
    """The small site of the tests has the book's settings, unless somebody has set them."""
    settings = yaml.safe_load((fixture_site.parent.parent / "_config.yml").read_text("utf-8"))
    if settings["sphinx"]["config"]["html_baseurl"]:
        pytest.skip("the book is published")
    for name in ("sitemap.xml", "robots.txt", "_static/card.png"):
        assert not (fixture_site / name).exists(), name
    for path in fixture_site.glob("*.html"):
        page = soup(fixture_site, path.name)
        assert not page.select('link[rel="canonical"], meta[name^="twitter"], .launch')
        told = properties(page)
        assert not {"og:url", "og:image"} & set(told)
        if path.name not in ("search.html", "genindex.html"):
            assert told["og:title"]
            assert told["og:description"]
