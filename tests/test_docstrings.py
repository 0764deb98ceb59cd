"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import pytest

import latentnet

# Whether a short chain converges is not the examples' business.
pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")

MODULES = sorted(module.name for module in pkgutil.walk_packages(latentnet.__path__, "latentnet."))


class Finder(doctest.DocTestFinder):
    """Finds the examples of decorated functions, too."""

    def _from_module(self, module: ModuleType | None, object: Any) -> bool:
        return super()._from_module(module, inspect.unwrap(object) if inspect.isfunction(object) else object)


def _failures(module: ModuleType) -> int:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in Finder(exclude_empty=True).find(module, module.__name__):
        runner.run(test)
    return runner.failures


def test_examples_of_decorated_functions_are_found() -> None:
    found = {test.name for test in Finder().find(importlib.import_module("latentnet.checking.bic")) if test.examples}
    assert "latentnet.checking.bic.bic" in found


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    module = importlib.import_module(name)
    failures = _failures(module)
    plt.close("all")
    assert failures == 0
