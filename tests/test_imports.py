"""Rules on who may import whom, and what `import latentnet` may cost."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import package_folder

PACKAGE = package_folder()
# what effects, or families, have in common
SHARED = {"base", "similarity"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _is_type_checking(node: ast.If) -> bool:
    return ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING"


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree, functions included, leaving out what only type checkers read."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and _is_type_checking(child):
            yield from (node for statement in child.orelse for node in (statement, *_nodes(statement)))
        else:
            yield child
            yield from _nodes(child)


def imported(path: Path, package: Path = PACKAGE) -> set[str]:
    """Return full names of the modules (and of the names taken from them) that a file imports."""
    parts = ("latentnet", *path.relative_to(package).with_suffix("").parts)
    names: set[str] = set()
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*parts[: len(parts) - node.level], *filter(None, [node.module])))
            source = base if node.level else node.module or ""
            names.add(source)
            names.update(f"{source}.{alias.name}" for alias in node.names)
    return names


def _reaches(names: set[str], *prefixes: str) -> list[str]:
    return sorted(name for name in names if any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes))


def _broken(path: Path, package: Path = PACKAGE) -> list[str]:
    """Return the imports of one file that the architecture forbids."""
    relative = path.relative_to(package)
    folder = relative.parts[0] if len(relative.parts) > 1 else ""
    names = imported(path, package)
    forbidden = {
        "posterior": ("latentnet.inference",),
        "effects": ("latentnet.families",),
        "families": ("latentnet.effects", "latentnet.priors"),
        "priors": ("latentnet.effects", "latentnet.families"),
    }.get(folder, ())
    found = _reaches(names, *forbidden)
    if folder != "models" and relative.as_posix() != "__init__.py":
        found += _reaches(names, "latentnet.models")
    if relative.as_posix() not in {"posterior/arviz.py", "posterior/arviz_plots.py"}:
        found += _reaches(names, "arviz", "arviz_base", "arviz_stats", "arviz_plots")
    if folder != "plot":
        found += _reaches(names, "matplotlib")
    if folder in {"effects", "families"} and path.stem not in {"__init__", "designs"}:  # where they are chosen
        found += _siblings(names, folder, path.stem, package)
    return found


def _siblings(names: set[str], folder: str, stem: str, package: Path) -> list[str]:
    """Return the other effects (or families) that one imports, `SHARED` and `_private` files apart."""
    public = {
        path.stem
        for path in (package / folder).glob("*.py")
        if not path.stem.startswith("_") and path.stem not in {*SHARED, stem}
    }
    return _reaches(names, *(f"latentnet.{folder}.{other}" for other in sorted(public)))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_what_the_architecture_allows(path: Path) -> None:
    assert _broken(path) == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("posterior/point.py", "from latentnet.inference import hmc"),
        ("posterior/point.py", "from ..inference.hmc import step"),
        ("posterior/point.py", "from .. import inference"),
        ("posterior/draws.py", "def f():\n    import arviz"),
        ("study/roles.py", "from latentnet.models.cluster import LatentClusterModel"),
        ("effects/sender.py", "from latentnet.effects.receiver import Receiver"),
        ("effects/sender.py", "from .receiver import Receiver"),
        ("effects/sender.py", "from latentnet.families import Bernoulli"),
        ("families/poisson.py", "import latentnet.priors.normal"),
        ("network/network.py", "def f():\n    from matplotlib import pyplot"),
    ],
)
def test_rule_catches_a_forbidden_import(tmp_path: Path, where: str, line: str) -> None:
    for name in (where, "effects/receiver.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / where).write_text(line)
    assert _broken(tmp_path / where, tmp_path)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("study/roles.py", "if TYPE_CHECKING:\n    from latentnet.models.cluster import LatentClusterModel"),
        ("effects/sender.py", "from latentnet.effects.base import Effect\nfrom ._pairs import rows"),
        ("plot/_axes.py", "import matplotlib.pyplot as plt"),
        ("inference/mcmc.py", "from latentnet.posterior import draws"),
        ("posterior/arviz_plots.py", "def f():\n    import arviz"),
    ],
)
def test_rule_lets_an_allowed_import_pass(tmp_path: Path, where: str, line: str) -> None:
    (tmp_path / where).parent.mkdir(parents=True)
    (tmp_path / where).write_text(line)
    assert _broken(tmp_path / where, tmp_path) == []


_PROBE = """
import sys
from numba.core import event

with event.install_recorder("numba:compile") as recorder:
    import latentnet
heavy = [name for name in ("matplotlib", "arviz", "arviz_base", "arviz_stats") if name in sys.modules]
print(len(recorder.buffer), *heavy)
"""


def test_import_on_an_empty_kernel_cache_compiles_nothing_and_stays_light(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", _PROBE],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=120,
    )
    assert run.stdout.split() == ["0"], run.stdout
    assert list(tmp_path.rglob("*.nb*")) == []
