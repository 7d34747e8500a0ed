"""Fonts cut to the letters that are in use."""

import io
import logging

from fontTools import subset

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells each step


def cut(source, text):
    """A font file with the glyphs of `text` alone, as WOFF."""
    options = subset.Options(flavor="woff", hinting=False)
    options.drop_tables += ["FFTM"]  # FontForge's own, a date
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return buffer.getvalue()
