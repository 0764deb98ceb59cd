"""The installed version of the library."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("latentnet")
except PackageNotFoundError:  # a source tree on the path, not installed
    __version__ = "0+unknown"
