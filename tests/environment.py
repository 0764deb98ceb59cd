"""The environment that tests and benchmarks share; call `prepare` before numba or numpy is imported."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path

_COMPILED = re.compile(
    r"^ *(?:from|import) (?:numba|latentnet\.(?:compiled|native|stream|problem\.verbs))\b"
    r"|^from latentnet.signatures import (?:\(|.*RUN)",
    re.MULTILINE,
)
_IMPORTED = re.compile(r"^ *from (latentnet[\w.]*) import", re.MULTILINE)
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def package_folder() -> Path:
    """Return the folder of the `latentnet` that would be imported, without importing it."""
    spec = importlib.util.find_spec("latentnet")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("latentnet is not installed: run `pip install -e .` first")
    return Path(spec.submodule_search_locations[0])


def kernel_sources(folder: Path) -> list[Path]:
    """Return the files below `folder` that hold compiled code, and those that these import from, however far."""
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    names = {".".join((folder.name, *path.relative_to(folder).with_suffix("").parts)): path for path in sources}
    found: set[Path] = set()
    unread = {path for path, text in sources.items() if _COMPILED.search(text)}
    while unread:
        found |= unread
        imported = {name for path in unread for name in _IMPORTED.findall(sources[path])}
        unread = {names[name] for name in imported if name in names} - found
    return sorted(found)


def source_digest(folder: Path) -> str:
    """Return a digest of every file that compiled code comes from: others may change, and its cache stays good."""
    digest = hashlib.sha256()
    for path in kernel_sources(folder):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def prepare() -> None:
    """Set one BLAS thread, a matplotlib without screen, and a kernel cache that no edit can leave stale.

    Numba stamps a cached kernel with its own file only: after an edit to a function in another file, a cached
    caller runs the old code. So the cache folder is named by a digest of all sources of compiled code.
    """
    if "numba" in sys.modules and "NUMBA_CACHE_DIR" not in os.environ:
        raise RuntimeError("numba was imported before its cache folder was set: prepare the environment first")
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["NUMBA_CACHE_DIR"] = str(
        Path(tempfile.gettempdir()) / "latentnet-kernels" / source_digest(package_folder())
    )
