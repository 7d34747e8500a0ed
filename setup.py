"""Everything about the package is in pyproject.toml, but for the text that an index shows."""

import re
from pathlib import Path

from setuptools import setup

# What lies beside the README cannot be shown or followed from elsewhere: the picture goes, of a
# link its words stay.
LOCAL = r"\((?![a-z]+:)[^)]*\)"
text = Path("README.md").read_text(encoding="utf-8")
text = re.sub(r"!\[[^\]]*\]" + LOCAL + r"\n*", "", text)
text = re.sub(r"\[([^\]]*)\]" + LOCAL, r"\1", text)

setup(long_description=text, long_description_content_type="text/markdown")
