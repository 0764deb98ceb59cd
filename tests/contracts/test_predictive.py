"""Predictions in streams: nothing of the size of all dyads is made where nobody asked for all of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from latentnet import Network, Priors
from latentnet.checks import free_memory
from latentnet.effects import Sociality
from latentnet.families import Bernoulli
from latentnet.predictive.predictive import Predictive
from latentnet.problem.bind import make_problem

N = 2500


def _predictive(*effects: Sociality, n: int = N) -> Predictive:
    rng = np.random.default_rng(1)
    ties = sparse.random_array((n, n), density=2.4e-3, rng=rng, data_sampler=lambda size: np.ones(size))
    ties.setdiag(0.0)
    network = Network.from_array(ties.tocsr(), directed=True)
    problem = make_problem(
        network, family=Bernoulli(), similarity="distance", n_dims=2, effects=effects, priors=Priors()
    )
    parameters = rng.standard_normal((3, problem.n_parameters))
    parameters[:, problem.intercept] = -6.0
    return Predictive(problem, parameters)


def _chosen(predictive: Predictive) -> np.ndarray:
    senders, receivers = np.arange(1000) % predictive.problem.n_actors, np.full(1000, 1)
    found = predictive.mean("tie_probability", senders, receivers)
    np.testing.assert_allclose(found, predictive.values("mean", senders, receivers).mean(axis=0), rtol=1e-12)
    return found


USES: dict[str, Callable[[Predictive], object]] = {
    "chosen dyads": _chosen,
    "score": lambda predictive: sum(block.sum() for block in predictive.log_scores(predictive.problem.network)),
    "simulate": lambda predictive: predictive.simulate(0, np.random.default_rng(2)),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("effects", [(), (Sociality(),)], ids=["fused", "composed"])
def test_memory_is_not_that_of_all_dyads(use: str, effects: tuple[Sociality, ...]) -> None:
    USES[use](_predictive(*effects, n=20))  # compiles
    predictive = _predictive(*effects)
    tracemalloc.start()
    USES[use](predictive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < N * N  # not even a byte a dyad


def test_what_is_packed_is_packed_once() -> None:
    """However many are made of a problem, and wherever its network was wholly observed anyway."""
    problem = _predictive().problem
    assert problem.whole is problem
    assert problem.whole.likelihood is problem.likelihood
    assert problem.exact is problem.exact


def test_what_does_not_fit_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    predictive = _predictive(n=50)
    monkeypatch.setattr("latentnet.checks.free_memory", lambda: 2.0**14)
    with pytest.raises(MemoryError, match=r"each dyad of 50 actors would take .* GiB of memory.*dyads="):
        predictive.matrix("mean")


def test_memory_is_known() -> None:
    assert free_memory() > 2.0**20
