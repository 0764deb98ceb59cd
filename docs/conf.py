"""Settings of the documentation: `sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx_gallery.py_source_parser import split_code_and_text_blocks
from sphinx_gallery.scrapers import matplotlib_scraper

import latentnet

project = "latentnet"
author = "The latentnet developers"
project_copyright = author
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
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
html_title = f"latentnet {release}"
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
myst_enable_extensions = ["dollarmath"]


def described_pictures(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any], **options: Any) -> str:
    """Scrape figures: what the example says before them is their alternative text, and the file itself a click away."""
    blocks = split_code_and_text_blocks(block_vars["src_file"])[1]
    texts = [one[1] for one in blocks if one[0] == "text" and one[2] < block[2]]
    words = " ".join(re.sub("[`*]", "", texts[-1]).split())
    shown: str = matplotlib_scraper(block, block_vars, gallery_conf, **options)
    shown = re.sub(r":alt: .*", lambda _: f":alt: {words}", shown).replace(".. image-sg::", ".. image::")
    return re.sub(r":srcset: /gallery/images/(\S+).*", r":target: ../_images/\1", shown)


def describe_thumbnails(app: Any, docname: str, source: list[str]) -> None:
    """Give the small pictures of the gallery's first page what the example begins with as their alternative text."""
    if docname == "gallery/index":
        source[0] = re.sub(
            r'(tooltip="(.*?)">.*?:alt:)(?=\n)', lambda found: f"{found[1]} {found[2]}", source[0], flags=re.DOTALL
        )


linkcheck_ignore = [r"\.\./_images/"]  # written by the build itself
suppress_warnings = ["config.cache"]  # a function in the settings of the gallery, which Sphinx cannot keep
sphinx_gallery_conf = {
    "image_scrapers": (described_pictures,),
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"quickstart\.py",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "abort_on_example_error": True,
}

_SOURCES = [path.read_text(encoding="utf-8") for path in sorted(Path(latentnet.__file__).parent.rglob("*.py"))]


def describe_constants(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Let constants have the comment above them, in place of what Python says of an int."""
    assigned = rf"((?:^#.*\n)+)(?:\w+, )*{name.rpartition('.')[2]}\b(?:, \w+)*(?:: [^=\n]+)? = "
    above = [found[1] for source in _SOURCES for found in re.finditer(assigned, source, re.MULTILINE)]
    if what == "data" and above:
        lines[:] = [line.removeprefix("#").strip() for line in above[0].splitlines()]


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
    """Connect what is above, `_escape` behind numpydoc."""
    app.connect("source-read", describe_thumbnails)
    app.connect("autodoc-process-docstring", describe_constants)
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-docstring", _escape, priority=900)
