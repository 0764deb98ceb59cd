"""Gradients of lists of names; `python -m benchmarks.lists` prints their ratios to those of ordinary ties."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import lists


@pytest.mark.parametrize("kind", ["plain", "composed", *lists.DESIGNS])
@pytest.mark.parametrize("all_asked", [False, True], ids=["12 asked", "all asked"])
@pytest.mark.parametrize("n_people", lists.SIZES)
def test_gradient(benchmark: BenchmarkFixture, n_people: int, all_asked: bool, kind: str) -> None:
    found = lists.lists(n_people, n_people if all_asked else 12)
    benchmark.group = f"{n_people} people, {found.n_asked} asked"
    benchmark.pedantic(found.gradients[kind], args=(100,), rounds=5, warmup_rounds=1)
