"""Default fits in a warm process."""

from __future__ import annotations

import warnings

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import latentnet
from benchmarks import problems
from latentnet.datasets import load_sampson_waves


@pytest.mark.parametrize("name", ["sampson", "karate", "sim_n50", "sim_n200"])
def test_fit(benchmark: BenchmarkFixture, name: str) -> None:
    graph = problems.load(name).graph()
    model = latentnet.LatentPositionModel(n_dims=2, random_state=1)

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
            model.fit(graph)

    benchmark.pedantic(fit, rounds=5 if name != "sim_n200" else 2, warmup_rounds=1)


@pytest.mark.parametrize(
    "model", [latentnet.DynamicLatentPositionModel(), latentnet.DynamicLatentClusterModel(3)], ids=str
)
def test_fit_of_several_periods(benchmark: BenchmarkFixture, model: latentnet.DynamicLatentPositionModel) -> None:
    waves = load_sampson_waves()
    model.set_params(random_state=1)

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
            model.fit(waves)

    benchmark.pedantic(fit, rounds=5, warmup_rounds=1)
