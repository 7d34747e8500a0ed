"""Parts of a book, each a PDF, bound into one: links between them, bookmarks, page numbers."""

import io
from urllib.parse import unquote, urlsplit

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    TextStringObject,
)


def places(reader):
    """Where the targets of links are in a part: name → (page, height above its foot)."""
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages)}
    return {
        name.removeprefix("/"): (pages[spot.raw_get("/Page").idnum], float(spot["/Top"]))
        for name, spot in reader.named_destinations.items()
    }


def links(page):
    """The links of a page: [(rectangle, address), …]; "#id" for one to the same part."""
    found = []
    for reference in page.get("/Annots", []):
        note = reference.get_object()
        if note.get("/Subtype") != "/Link":
            continue
        action = note.get("/A", {})
        if "/URI" in action:
            found.append((note["/Rect"], str(action["/URI"])))
        elif isinstance(note.get("/Dest"), str):
            found.append((note["/Rect"], "#" + note["/Dest"].removeprefix("/")))
    return found


def target(address, here, book, published=""):
    """Where a link leads: a spot in the book, a text that is an address, or None.

    Args:
        here: the name of its own part.
        book: name of a part → (its first page, its `places`).
        published: where pages are that are not in the book, and figures that a link sets.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("", "file"):
        return address
    file = parts.path.rsplit("/", 1)[-1]
    name = file.removesuffix(".html") or here
    id = unquote(parts.fragment)
    if name not in book or (published and id.startswith("do:")):
        is_page = file.endswith(".html") or not file
        return f"{published}{name}.html#{parts.fragment}" if published and is_page else None
    first, spots = book[name]
    page, top = spots.get(id, (0, None))
    return first + page, top


def link(writer, rectangle, goal):
    """A link as PDF has it."""
    note = {
        NameObject("/Type"): NameObject("/Annot"),
        NameObject("/Subtype"): NameObject("/Link"),
        NameObject("/Rect"): ArrayObject(FloatObject(value) for value in rectangle),
        NameObject("/Border"): ArrayObject(FloatObject(0) for _ in range(3)),
    }
    if isinstance(goal, str):
        action = {
            NameObject("/S"): NameObject("/URI"),
            NameObject("/URI"): TextStringObject(goal),
        }
        note[NameObject("/A")] = DictionaryObject(action)
    else:
        note[NameObject("/Dest")] = spot(writer, *goal)
    return writer._add_object(DictionaryObject(note))


def spot(writer, page, top):
    height = NullObject() if top is None else FloatObject(top + 6)
    reference = writer.pages[page].indirect_reference
    return ArrayObject([reference, NameObject("/XYZ"), NullObject(), height, NullObject()])


def bind(parts, stamps=None, published=""):
    """One PDF of many.

    Args:
        parts: what has `name`, `title`, `sections` ({"id", "title"}) and `read()`, in their order.
            One whose title is empty gets no bookmark.
        stamps: a PDF with as many pages; each is laid over one of the book.
        published: see `target`.

    Returns:
        A `pypdf.PdfWriter`.
    """
    writer = pypdf.PdfWriter()
    book, waiting = {}, []
    for part in parts:
        reader = part.read()
        first = len(writer.pages)
        book[part.name] = first, places(reader)
        for page in reader.pages:
            waiting.append((part.name, links(page)))
            page.pop("/Annots", None)
            writer.add_page(page)
    for page, (name, found) in zip(writer.pages, waiting):
        goals = [(rectangle, target(to, name, book, published)) for rectangle, to in found]
        notes = [link(writer, rectangle, goal) for rectangle, goal in goals if goal]
        if notes:
            page[NameObject("/Annots")] = ArrayObject(notes)
    for part in filter(lambda part: part.title, parts):
        first, spots = book[part.name]
        chapter = mark(writer, part.title, first, None, None)
        for section in part.sections:
            page, top = spots.get(section["id"], (0, None))
            mark(writer, section["title"], first + page, top, chapter)
    if stamps is not None:
        for page, stamp in zip(
            writer.pages, pypdf.PdfReader(io.BytesIO(stamps)).pages, strict=True
        ):
            page.merge_page(stamp)
            page.compress_content_streams()
    writer.compress_identical_objects()
    return writer


def mark(writer, title, page, top, parent):
    """A bookmark."""
    fit = pypdf.generic.Fit.xyz(top=None if top is None else top + 6)
    return writer.add_outline_item(title=title, page_number=page, parent=parent, fit=fit)
