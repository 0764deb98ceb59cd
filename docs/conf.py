"""Settings of the documentation: `sphinx-build -W docs docs/_build`."""

from importlib.metadata import version

project = "latentnet"
author = "The latentnet developers"
release = version("latentnet")

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["_build", "design"]
html_theme = "furo"
numpydoc_show_class_members = False
