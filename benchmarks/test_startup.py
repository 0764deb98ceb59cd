"""Import and first fits in new processes; `python -m benchmarks.startup` prints them beside their targets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import startup


@pytest.fixture(scope="module")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("kernels")
    startup.measure_fit(startup.SAMPSON, cache)
    return cache


def test_process_that_imports(benchmark: BenchmarkFixture, warm_cache: Path) -> None:
    seconds = benchmark.pedantic(startup.measure_import, args=(warm_cache,), rounds=3)
    benchmark.extra_info["beyond dependencies, s"] = seconds


def test_process_that_fits_first_ever(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    figures = benchmark.pedantic(startup.measure_fit, args=(startup.SAMPSON, tmp_path), rounds=1)
    benchmark.extra_info |= figures


@pytest.mark.parametrize("model", [startup.SAMPSON, startup.OTHER], ids=["sampson", "another combination"])
def test_process_that_fits(benchmark: BenchmarkFixture, warm_cache: Path, model: str) -> None:
    figures = benchmark.pedantic(startup.measure_fit, args=(model, warm_cache), rounds=3)
    benchmark.extra_info |= figures
