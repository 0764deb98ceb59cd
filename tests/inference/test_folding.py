"""Directed networks whose effects are all symmetric are computed a pair at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from latentnet import Network, Priors
from latentnet.compiled import first_class_functions
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Sender,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Poisson
from latentnet.likelihood import LIKELIHOODS
from latentnet.likelihood.composed import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.likelihood.folded import Folded
from latentnet.likelihood.verbs import own_scratch
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem

SYMMETRIC = [Sociality(), Homophily("site"), AbsoluteDifference("age"), SocialityCovariate("age")]


def _network(missing: float, n: int = 14) -> Network:
    rng = np.random.default_rng(6)
    y = (rng.random((n, n)) < 0.4) * 1.0
    y[rng.random((n, n)) < missing] = np.nan
    np.fill_diagonal(y, 0.0)
    attributes = pd.DataFrame({"age": rng.normal(size=n), "site": rng.choice(list("abc"), n)}, index=range(n))
    return Network.from_array(y, directed=True, attributes=attributes)


def _problem(network: Network, effects: list[Effect], **params: object) -> Problem:
    given = {"family": Bernoulli(), "similarity": "distance", "n_dims": 2, "priors": Priors(), **params}
    return make_problem(network, effects=tuple(effects), **given)


def _is_folded(problem: Problem) -> bool:
    return next(kind for kind in LIKELIHOODS if kind.accepts(problem)) is Folded


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("similarity", ["distance", "bilinear", None])
def test_folded_is_what_it_stands_for(missing: float, similarity: str | None) -> None:
    problem = _problem(_network(missing), SYMMETRIC, similarity=similarity, n_dims=2 if similarity else 0)
    assert _is_folded(problem)
    one, other = own_scratch(problem.likelihood, np.float64), Composed.bind(problem)
    assert int(one.layout.starts[-1]) < 0.7 * int(other.layout.starts[-1])
    theta = np.random.default_rng(1).standard_normal(problem.n_parameters)
    gradients = np.zeros((2, theta.size))
    with first_class_functions():
        assert composed_log_likelihood(one, theta) == pytest.approx(composed_log_likelihood(other, theta), rel=1e-12)
        for target, gradient in zip((one, other), gradients, strict=True):
            composed_gradient(target, theta, gradient)
        for actor in range(problem.n_actors):
            expected = composed_actor_log_likelihood(other, theta, actor)
            assert composed_actor_log_likelihood(one, theta, actor) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-10, atol=1e-10)


def test_a_matrix_is_looked_at() -> None:
    network, rng = _network(0.0), np.random.default_rng(2)
    matrix = rng.normal(size=(14, 14))
    assert not _is_folded(_problem(network, [DyadCovariate(matrix, name="x")]))
    assert _is_folded(_problem(network, [DyadCovariate(matrix + matrix.T, name="x")]))


def test_what_is_not_folded() -> None:
    network = _network(0.0)
    assert not _is_folded(_problem(network, [Sociality(), Sender()]))
    assert not _is_folded(_problem(network, [Sociality()], family=Poisson()))
    assert not _is_folded(_problem(network, [Sociality()], family=Bernoulli("probit")))
    assert not _is_folded(_problem(network, []))  # the fused kernels do it better
    array = network.ties.toarray()
    array[3] = np.nan
    assert not _is_folded(_problem(Network.from_array(array, directed=True), [Sociality()]))
    undirected = Network.from_array(np.maximum(network.ties.toarray(), network.ties.toarray().T))
    assert not _is_folded(_problem(undirected, [Sociality()]))
