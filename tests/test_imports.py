"""Rules on who may import whom, and what `import latentnet` may cost."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from tests.environment import package_folder

PACKAGE = package_folder()
MODULES = sorted(PACKAGE.rglob("*.py"))
# A folder (or a module of the top level) imports from lower floors alone; folders of one floor never see each other.
FLOORS = (
    {"_exceptions", "_version", "other_names"},
    {"meant"},
    {"calls", "checks"},
    {"constraints"},
    {"keeping", "wanted", "parts", "signatures", "component", "_random"},
    {"compiled"},
    {"native"},
    {"ahead", "stream", "nbody"},
    {"network", "priors"},
    {"families", "effects", "posterior", "files"},
    {"likelihood", "datasets"},
    {"problem"},
    {"predictive"},
    {"inference"},
    {"model_selection"},
    {"checking", "study", "plot"},
    {"models"},
    {"__init__", "contract"},  # contract: what authors of extensions import; the library itself takes nothing from it
    {"compile"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Being mended: nothing may be added.
STILL_UP: set[str] = set()
ONLY_IN = {
    "arviz": {"posterior/arviz.py", "posterior/arviz_plots.py"},
    "matplotlib": {"plot"},
    "bokeh": {"plot/page"},
}


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


def _room(name: str) -> str:
    """The folder, or module of the top level, that a full name lies in: "__init__" for what the package hands on."""
    _, _, rest = name.partition(".")
    room = rest.split(".")[0]
    return room if room in FLOOR else "__init__"


def _broken(path: Path, package: Path = PACKAGE) -> list[str]:
    """Return the imports of one file that the architecture forbids."""
    relative = path.relative_to(package)
    here = relative.with_suffix("").parts[0]
    names = imported(path, package)
    ours = {name for name in names if name.split(".")[0] == "latentnet"} - {"latentnet"}
    found = {name for name in ours if _room(name) != here and FLOOR[_room(name)] >= FLOOR[here]}
    for library, places in ONLY_IN.items():
        if not any(relative.as_posix().startswith(place) for place in places):
            found |= {name for name in names if name.split(".")[0].partition("_")[0] == library}
    return sorted(found)


def _graph() -> dict[str, set[str]]:
    """Which module imports which, by full name."""
    names = {}
    for path in MODULES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        names[".".join(("latentnet", *parts)).removesuffix(".__init__")] = path
    return {
        name: {other for other in imported(path) if other in names and other != name} for name, path in names.items()
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = nx.DiGraph([(name, other) for name, others in _graph().items() for other in others])
    assert [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_what_the_architecture_allows(path: Path) -> None:
    assert bool(_broken(path)) == (path.relative_to(PACKAGE).as_posix() in STILL_UP)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("posterior/procrustes.py", "from latentnet.inference import map"),
        ("posterior/procrustes.py", "from ..inference.map import MAP"),
        ("posterior/procrustes.py", "from .. import inference"),
        ("posterior/draws.py", "def f():\n    import arviz"),
        ("study/roles.py", "from latentnet.models.cluster import LatentClusterModel"),
        ("network/changed.py", "from latentnet.effects import Sender"),
        ("likelihood/fused.py", "from latentnet.problem.problem import Problem"),
        ("problem/bind.py", "from latentnet import effects, models"),
        ("effects/sender.py", "from latentnet.families import Bernoulli"),
        ("priors/normal.py", "import latentnet.families.poisson"),
        ("plot/map/ties.py", "from bokeh import models"),
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
        ("effects/sender.py", "from latentnet.effects.receiver import Receiver"),
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
heavy = [name for name in ("networkx", "matplotlib", "arviz", "arviz_base", "arviz_stats") if name in sys.modules]
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
