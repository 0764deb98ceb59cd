"""Gradients, ours beside hand-fused loops; `python -m benchmarks.kernels` prints the ratios."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import kernels
from latentnet.effects import SIMILARITIES

ACTORS = pytest.mark.parametrize("n_actors", kernels.SIZES)
KIND = pytest.mark.parametrize("directed", [False, True], ids=["undirected", "directed"])
SIDE = pytest.mark.parametrize("side", ["ours", "loop"])


def _benchmark(benchmark: BenchmarkFixture, pair: kernels.Pair, side: str) -> None:
    n_repeats = kernels.repeats(pair.n_actors, 1e6)
    benchmark.pedantic(getattr(pair, side), args=(n_repeats,), rounds=5, warmup_rounds=1)
    n_dyads = n_repeats * pair.n_actors * (pair.n_actors - 1)
    benchmark.extra_info["ns per ordered dyad"] = 1e9 * benchmark.stats.stats.min / n_dyads


@SIDE
@KIND
@ACTORS
@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_fused(benchmark: BenchmarkFixture, n_actors: int, directed: bool, similarity: str, side: str) -> None:
    benchmark.group = f"fused, {similarity}, {'directed' if directed else 'undirected'}, {n_actors} actors"
    _benchmark(benchmark, kernels.fused(n_actors, directed, similarity), side)


@SIDE
@KIND
@ACTORS
def test_composed(benchmark: BenchmarkFixture, n_actors: int, directed: bool, side: str) -> None:
    benchmark.group = f"composed, distance, {'directed' if directed else 'undirected'}, {n_actors} actors"
    _benchmark(benchmark, kernels.composed(n_actors, directed), side)
