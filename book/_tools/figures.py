"""`make figures`: every still figure of the book as SVG and PNG, with its credit and licence.

Runs the chapters, as the build does, and asks each figure for a drawing in the state in which it
opens: lines and letters as SVG has them, images inside as pixels. Writes a folder with a page that
shows all, and one zip of them, beside the built book.

A figure is credited with the images that are seen in it, which figure_sources.py finds out. A
diagram needs none.
"""

import base64
import io
import json
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

import figure_sources
import nbformat
import notebooks
import setting
from nbclient import NotebookClient
from PIL import Image, PngImagePlugin

BOOK = setting.ROOT / "book"
NAME = "figures"
OWN = "The scse authors, MIT licence"
CREDITS = BOOK / "credits.md"
STORED = "text/x-scse-manifest"
DRAWN = "text/x-scse-drawn"

# Run before a chapter's first cell: what is drawn comes as SVG, too, and a widget says what it is.
PRELUDE = f'''
import inspect, io, json, sys
from matplotlib.figure import Figure
from matplotlib_inline.backend_inline import set_matplotlib_formats
from scse.widgets import _base

sys.path.append({str(Path(__file__).parent)!r})
import figure_sources

set_matplotlib_formats("svg", "png", dpi=200)
figure_sources.watch()
figure_sources.tell(get_ipython(), "{DRAWN}")


def stand_in(self):
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    self._draw(figure, dict(self.manifest["first"]))
    svg, png = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg", metadata={{"Date": None}})
    figure.savefig(png, format="png", dpi=200)
    line = (inspect.getdoc(type(self)) or "").split("\\n")[0]
    drawn = figure_sources.drawn(figure)
    told = {{"is": line.replace("*", "").replace("`", ""), "manifest": self.manifest}}
    return {{
        "image/svg+xml": svg.getvalue(),
        "image/png": png.getvalue(),
        "{STORED}": json.dumps(told, ensure_ascii=False),
        "{DRAWN}": json.dumps(drawn),
    }}


_base.Widget._stand_in = stand_in
'''

BRAIN, DIGITS = figure_sources.BRAIN, figure_sources.DIGITS


@dataclass
class Still:
    """A figure and its files: their endings → what is in them."""

    name: str
    chapter: str
    page: str
    title: str
    credits: list  # of what is seen in it, as credits.md has them
    files: dict

    @property
    def rights(self):
        images = "; ".join(self.credits)
        return f"{OWN}. Images in it: {images}" if images else OWN


def table(path=CREDITS):
    """The images of credits.md: what they are → who made them, and under which licence."""
    rows = re.findall(r"^\|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$", path.read_text("utf-8"), re.M)
    plain = [
        [re.sub(r"\[([^]]*)\]\([^)]*\)|[*`]", r"\1", cell).strip() for cell in r] for r in rows
    ]
    return {image: f"{image} ({by}; {terms})" for image, _, by, terms in plain[2:]}


def shown(manifest):
    """Whom the image is owed to that a widget shows when it opens, as it says itself."""
    samples, at = manifest.get("samples", []), manifest.get("first", {}).get("picture")
    samples = [samples[at]] if isinstance(at, int) and at < len(samples) else samples
    return [sample.get("credit", "") for sample in samples]


def credited(drawn, manifest, code, known):
    """The rows of credits.md for a figure: none for one without pictures; those of the images of
    the tasks that are seen in it; where none is seen as it is, but maps of one, those of the image
    that the figure names, or of all that its tasks are made of.

    Args:
        drawn: what figure_sources.py tells of it.
        manifest: of a widget, as text; "" for a drawing without one.
        code: what the figure is made by.
    """
    if not drawn["pictures"]:
        return []
    names = drawn["seen"]
    if not names:
        named = [credit.split(",")[0] for credit in shown(json.loads(manifest or "{}"))]
        names = [*named, DIGITS] if named and all(named) else []
    if names:
        return [row for image, row in known.items() if any(name in image for name in names)]
    digits, brain = (re.search(rf"\b{task}\b", code) for task in ("digits", "brain"))
    return [row for image, row in known.items() if (brain if image.startswith(BRAIN) else digits)]


def run(path):
    """The cells of a notebook after a run in its folder, with what they drew."""
    notebook = notebooks.read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(PRELUDE))
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, kernel_name="python3", timeout=600, resources=resources)
    client.execute(env={**os.environ, "TQDM_DISABLE": "1"})
    return notebook.cells[1:]


def alt(cell):
    """What a cell says of its picture for those who do not see it."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def with_rights(data, title, rights):
    """The files of a drawing, which say themselves what they are and whose."""
    told = PngImagePlugin.PngInfo()
    told.add_itxt("Title", title)
    told.add_itxt("Copyright", rights)
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        picture.save(buffer, "png", pnginfo=told, optimize=True)
    files = {"png": buffer.getvalue()}
    if svg := data.get("image/svg+xml"):
        words = f"<title>{escape(title)}</title><desc>{escape(rights)}</desc>"
        svg = re.sub(r"(<svg[^>]*>)", lambda tag: f"{tag[1]}{words}", svg, count=1)
        files["svg"] = svg.encode("utf-8")
    return files


def stills(path, known):
    """The figures of one chapter, as they come."""
    cells = run(path)
    page, number = path.stem, 0
    codes = [cell.source if cell.cell_type == "code" else "" for cell in cells]
    chapter = next(re.search("^# (.+)$", c.source, re.M)[1] for c in cells if "# " in c.source)
    for i, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" not in data:
                continue
            told = json.loads(data.get(STORED, "{}"))
            manifest = json.dumps(told["manifest"], ensure_ascii=False) if told else ""
            number += 1
            title = alt(cell) or told.get("is", "")
            drawn = json.loads(data[DRAWN])
            credits = credited(drawn, manifest, figure_sources.made_by(codes[: i + 1]), known)
            still = Still(f"{page}-{number}", chapter, page, title, credits, {})
            still.files = with_rights(data, title, still.rights)
            yield still


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="description" content="Every still figure of the book to download, with its licence.">
<title>Figures – Squeeze &amp; excite</title>
<style>
:root {{ color-scheme: light dark }}
body {{ margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 1rem/1.5 sans-serif }}
ul {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
  gap: 2rem 1.5rem; list-style: none; padding: 0 }}
img {{ width: 100%; height: 9rem; object-fit: contain; background: white }}
li p {{ margin: 0.3rem 0; overflow-wrap: anywhere }} small {{ display: block }}
</style>
<h1>Figures</h1>
<p>Every figure of <a href="../../index.html">Squeeze &amp; excite</a> as it opens, for slides and
handouts: <a href="{name}.zip">all {count} in one zip</a>. They are under the MIT licence, the
images in them under those that are named (<a href="../../credits.html">Credits</a>).</p>
{parts}
</html>
"""


def item(still):
    links = ", ".join(f'<a href="{still.name}.{end}">{end.upper()}</a>' for end in still.files)
    return (
        f'<li><img src="{still.name}.png" alt="{escape(still.title)}" loading="lazy">'
        f"<p><strong>{still.name}</strong>: {links}</p>"
        f"<p>{escape(still.title)}</p><small>{escape(still.rights)}</small></li>"
    )


def listed(found):
    """The page, chapter by chapter."""
    parts, chapters = [], {}
    for still in found:
        chapters.setdefault((still.page, still.chapter), []).append(item(still))
    for (page, chapter), items in chapters.items():
        link = f'<a href="../../{page}.html">{escape(chapter)}</a>'
        parts.append(f"<h2>{link}</h2><ul>{''.join(items)}</ul>")
    return PAGE.format(name=NAME, count=len(found), parts="\n".join(parts))


def write(found, target):
    """Write figures, their page and their zip."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "index.html").write_text(listed(found), encoding="utf-8")
    lines = ["figure\tchapter\twhat it shows\tlicence and credits"]
    with zipfile.ZipFile(target / f"{NAME}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for still in found:
            lines.append(f"{still.name}\t{still.chapter}\t{still.title}\t{still.rights}")
            for end, content in still.files.items():
                (target / f"{still.name}.{end}").write_bytes(content)
                packed.writestr(f"{NAME}/{still.name}.{end}", content)
        packed.writestr(f"{NAME}/LICENCES.tsv", "\n".join(lines) + "\n")


def main(course=setting.HTML / "course"):
    target, known, found = Path(course) / NAME, table(), []
    for page in setting.pages():
        path = BOOK / f"{page}.ipynb"
        if path.exists():
            print("drawing", page, flush=True)
            found += stills(path, known)
    write(found, target)
    print(f"{len(found)} figures in {target}")


if __name__ == "__main__":
    main(*sys.argv[1:])
