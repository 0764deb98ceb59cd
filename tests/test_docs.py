"""What the documentation says is so: its code runs, and its generated page is up to date."""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import pytest

import latentnet
from latentnet import (
    ConvergenceWarning,
    checking,
    contract,
    datasets,
    effects,
    families,
    model_selection,
    plot,
    study,
)

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LONG = {"tutorial.md"}  # minutes
PAGES = sorted(path for path in (*DOCS.glob("*.md"), ROOT / "README.md") if FENCE.search(path.read_text("utf-8")))


def _module(path: Path, name: str) -> ModuleType:
    """Import a file that is no part of any package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.name, marks=[pytest.mark.slow] * (path.name in LONG)) for path in PAGES]
)
def test_code_of_the_page_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page, one below the other, as a user's own file."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / f"{path.stem.lower()}_page.py"
    file.write_text("\n\n".join(FENCE.findall(path.read_text("utf-8"))), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a few dyads more or less, from one platform to another
        _module(file, file.stem)


@pytest.mark.parametrize("path", sorted(DOCS.glob("add_a*.md")), ids=lambda path: path.name)
def test_authors_of_extensions_need_public_names_alone(path: Path) -> None:
    code = "\n".join(FENCE.findall(path.read_text("utf-8")))
    taken = set(re.findall(r"^(?:from|import) (latentnet[\w.]*)", code, re.MULTILINE))
    public = {f"latentnet{name}" for name in ("", ".contract", ".datasets", ".effects", ".families")}
    assert "latentnet.contract" in taken
    assert taken <= public


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    return _module(DOCS / "tables.py", "docs_tables")


def test_page_of_combinations_is_up_to_date(tables: ModuleType) -> None:
    assert tables.PAGE.read_text("utf-8") == tables.page(), "run: python docs/tables.py"


def test_tables_of_pairs_foretell_every_three(tables: ModuleType) -> None:
    """The page says so."""
    assert len(list(tables.combinations())) > 1000
    assert tables.check_triples() == []


def test_refusals_are_noticed(tables: ModuleType) -> None:
    """So the table cannot be full of "yes" by mistake."""
    assert "undirected" in tables.tried("bernoulli", ("Sender",), "undirected")
    assert tables.tried("bernoulli", ("Sender",), "directed") == ""
    assert tables.fitted("map", effects=[tables.EFFECT["Sender"]], network="undirected") != ""


@pytest.mark.parametrize(
    "module",
    [latentnet, checking, contract, datasets, effects, families, model_selection, plot, study],
    ids=lambda module: module.__name__,
)
def test_reference_has_everything_public(module: ModuleType) -> None:
    text = (DOCS / "reference.md").read_text("utf-8")
    listed = {line.split(".")[-1] for line in re.findall(r"^   ([\w.]+)$", text, re.MULTILINE)}
    public = {name for name in module.__all__ if not isinstance(getattr(module, name), ModuleType | dict)}
    assert public - listed == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_example_runs_and_saves_its_pictures(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _module(path, f"example_{path.stem}")
    plt.close("all")
    promised = re.findall(r"[\"']([\w-]+\.png)[\"']", path.read_text("utf-8"))
    assert promised
    assert {name for name in promised if (tmp_path / name).stat().st_size > 10_000} == set(promised)
