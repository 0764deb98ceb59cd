"""Settings of the documentation: `sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import re
from typing import Any

import latentnet

project = "latentnet"
author = "The latentnet developers"
release = latentnet.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["_build", "design"]
html_theme = "furo"
numpydoc_show_class_members = False

_LITERAL = re.compile(r"(``.*?``|`.*?`)")


def _escape(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Let |x| and names that end in an underscore be what they are to who reads them by `help`."""
    for k, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")):
            parts = _LITERAL.split(line)
            parts[::2] = [re.sub(r"(?<=\w)_(?!\w)", r"\\_", part.replace("|", r"\|")) for part in parts[::2]]
            lines[k] = "".join(parts)


def setup(app: Any) -> None:
    """Connect `_escape` behind numpydoc."""
    app.connect("autodoc-process-docstring", _escape, priority=900)
