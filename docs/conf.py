"""Settings of the documentation: `sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import re
from typing import Any

import latentnet

project = "latentnet"
author = "The latentnet developers"
release = latentnet.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "_templates", "design", "**/GALLERY_HEADER.rst"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = f"latentnet {release}"
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
myst_enable_extensions = ["dollarmath"]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"quickstart\.py",
    "download_all_examples": False,
    "show_signature": False,
    "abort_on_example_error": True,
}

_LITERAL = re.compile(r"(``.*?``|`.*?`)")


def _escape(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Let |x| and names that end in an underscore be what they are to who reads them by `help`."""
    for k, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")):
            parts = _LITERAL.split(line)
            parts[::2] = [re.sub(r"(?<=\w)_(?!\w)", r"\\_", part.replace("|", r"\|")) for part in parts[::2]]
            lines[k] = "".join(parts)


def _skip(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave scikit-learn's routing of metadata to its own pages."""
    routing = name == "get_metadata_routing" or re.fullmatch(r"set_\w+_request", name) is not None
    return True if routing else None


def setup(app: Any) -> None:
    """Connect `_escape` behind numpydoc."""
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-docstring", _escape, priority=900)
