"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import matplotlib.pyplot as plt
import pytest

import latentnet

# Whether a short chain converges is not the examples' business.
pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")

MODULES = sorted(module.name for module in pkgutil.walk_packages(latentnet.__path__, "latentnet."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    module = importlib.import_module(name)
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    plt.close("all")
    assert found.failed == 0
