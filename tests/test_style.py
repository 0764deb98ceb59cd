"""Sizes of modules and functions, and the promises of README and CI to each other."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_MODULE = 300  # lines of code: docstrings, comments and blanks apart
LONGEST_FUNCTION = 40


def _body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's body, its docstring apart."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _lines_of_code(text: str) -> int:
    """Count the lines that are neither blank, nor comment, nor docstring."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            docstrings.update(range(first.lineno, (first.end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for k, line in lines if k not in docstrings and line.strip() and not line.strip().startswith("#"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_and_its_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _lines_of_code(text) <= LONGEST_MODULE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {f"{node.name} (line {node.lineno})": _body_length(node) for node in functions}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def test_no_two_classes_have_one_name() -> None:
    names = [
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in readme if line.startswith("python3 -m venv") and " -m pytest" in line]
    assert len(commands) == 1
    assert commands[0] in script


# Who decides by the class of a component, and why it cannot be a verb of that class.
DECIDES_BY_CLASS = {
    "effects/across_layers.py: AcrossLayers": "tells effects that hold another one, where a model has several layers",
    "families/bernoulli.py: Bernoulli": "a subclass may have other formulas than the kernels that are written out",
    "families/poisson.py: Poisson": "likewise",
    "inference/moves/iteration.py: Trajectories": "finds the move that warm-up tunes; a move is a kernel and its data",
    "likelihood/approximate.py: Distance": "the formula of distances is written out, of this very class",
    "likelihood/approximate_effects.py: Distance": "likewise",
    "likelihood/approximate_effects.py: _ROLES": "how sums of exp(η) factor by such effects: known here alone",
    "likelihood/composed.py: problem.family": "whether a design wraps the family, of whatever class",
    "likelihood/fused.py: SIMILARITY_CODES": "the formulas are written out, of these very classes",
    "likelihood/pair_kinds.py: _ROWS": "which effects make few kinds of pairs: known here alone",
}
_MEANT_FOR_ALL = {"Component", "Effect", "Engine", "Estimator", "Family", "Priors", "Similarity", "Network", "Layers"}


def _component_classes() -> set[str]:
    """Classes of the packages that components and what is bound of them are in, without those that all derive from."""
    packages = ("effects", "families", "priors", "likelihood", "inference")
    trees = [ast.parse(path.read_text("utf-8")) for path in SOURCES if path.relative_to(ROOT).parts[2] in packages]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} - _MEANT_FOR_ALL


def _classes_asked(node: ast.AST, classes: set[str]) -> list[str]:
    """Component classes, or tables of them, that an expression compares an object's class with."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        return [one.id for one in ast.walk(node.args[1]) if isinstance(one, ast.Name) and one.id in classes]
    of_type = [
        one.args[0]
        for one in ast.iter_child_nodes(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "type" and len(one.args) == 1
    ]
    if isinstance(node, ast.Compare) and of_type:
        others = [one.args[0] if isinstance(one, ast.Call) and one.args else one for one in node.comparators]
        return [word for word in map(ast.unparse, others) if word in classes or word.isupper() or "family" in word]
    if isinstance(node, ast.Call) and of_type and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return [word for word in [ast.unparse(node.func.value)] if word.isupper()]
    return []


def test_ten_places_at_most_decide_by_the_class_of_a_component() -> None:
    classes, found = _component_classes(), set()
    for path in SOURCES:
        name, tree = path.relative_to(ROOT / "src" / "latentnet").as_posix(), ast.parse(path.read_text("utf-8"))
        if "/" not in name:  # what values are given, such as text
            continue
        asserted = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Assert) for one in ast.walk(node)}
        found |= {
            f"{name}: {one}"
            for node in ast.walk(tree)
            if id(node) not in asserted
            for one in _classes_asked(node, classes)
        }
    assert found == set(DECIDES_BY_CLASS)
    assert len(found) <= 10


def test_a_decision_by_class_is_found() -> None:
    asks, classes = "isinstance(e, A | B), type(f) is C, type(e) in _ROWS, isinstance(x, str)", {"A", "B", "C"}
    found = [one for node in ast.walk(ast.parse(asks)) for one in _classes_asked(node, classes)]
    assert sorted(found) == ["A", "B", "C", "_ROWS"]
