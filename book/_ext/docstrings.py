"""Sphinx extension: docstrings that read well in a terminal, put into reStructuredText.

Three things in them mean something else there: the star of a shape, ``(N, C, *spatial)``, would
begin italics; an indented example would be a quotation; and of a widget traitlets' own signature
would be shown.
"""

import re

from sphinx.util.inspect import signature, stringify_signature
from traitlets import HasTraits

LITERAL = re.compile(r"(``.*?``)")


def escape_stars(line):
    """The star of ``*spatial`` as it is meant, outside of ``literals``."""
    parts = LITERAL.split(line)
    return "".join(
        part if part[:2] == "``" else part.replace("*spatial", r"\*spatial") for part in parts
    )


def mark_examples(lines):
    """Put ``::`` before what is indented under a paragraph, which is code."""
    found, above = [], ""
    for line in lines:
        opens = line[:1] == " " and found and not found[-1].strip()
        if opens and above[:1] != " " and not above.rstrip().endswith((":", "..")):
            found += ["::", ""]
        found.append(line)
        above = line if line.strip() else above
    return found


def to_rst(app, what, name, obj, options, lines):
    lines[:] = mark_examples([escape_stars(line) for line in lines])
    if what == "attribute":
        # An empty comment, or napoleon takes what is before the first colon for the type.
        lines[:0] = ["..", ""]


def own_signature(app, what, name, obj, options, shown, returns):
    if what == "class" and issubclass(obj, HasTraits):
        own = signature(obj.__init__, bound_method=True)
        short = {"show_return_annotation": False, "unqualified_typehints": True}
        return stringify_signature(own, **short), returns
    return None


def setup(app):
    app.connect("autodoc-process-docstring", to_rst, priority=400)  # before napoleon, at 500
    app.connect("autodoc-process-signature", own_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
