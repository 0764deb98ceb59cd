"""A likelihood from outside of the library: one file, by the verbs alone."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from latentnet import MAP, MCMC, LatentPositionModel
from latentnet.compiled import implements, kernel
from latentnet.datasets import load_sampson
from latentnet.effects import SIMILARITIES, Distance
from latentnet.families import Bernoulli
from latentnet.inference.masses import plain_mass
from latentnet.inference.moves.relocation import relocate
from latentnet.inference.moves.swap import swap
from latentnet.inference.tuning import sampler_moves
from latentnet.likelihood import LIKELIHOODS
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.verbs import add_likelihood_gradient, log_likelihood, own_scratch
from latentnet.priors import Priors
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import log_posterior


class Dense(NamedTuple):
    """Directed binary ties of a handful of actors, one dyad after the other."""

    ties: np.ndarray  # (n, n)
    n_dims: int
    intercept: int

    @staticmethod
    def accepts(problem: Problem) -> bool:
        return problem.n_actors < 30 and isinstance(problem.similarity, Distance) and problem.network.directed

    @staticmethod
    def bind(problem: Problem) -> Dense:
        return Dense(problem.network.ties.toarray(), problem.n_dims, problem.intercept)


@implements(own_scratch, Dense)
def _same(likelihood: Dense, dtype: Any) -> Dense:
    return likelihood


@kernel
def _distance(theta, n, d, i, j):  # type: ignore[no-untyped-def]
    return math.sqrt(sum([(theta[k * n + i] - theta[k * n + j]) ** 2 for k in range(d)]))


@implements(log_likelihood, Dense)
def _value(likelihood, theta):  # type: ignore[no-untyped-def]
    n, total = likelihood.ties.shape[0], 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                eta = theta[likelihood.intercept] - _distance(theta, n, likelihood.n_dims, i, j)
                total += likelihood.ties[i, j] * eta - math.log1p(math.exp(eta))
    return total


@implements(add_likelihood_gradient, Dense)
def _add_gradient(likelihood, theta, gradient):  # type: ignore[no-untyped-def]
    n = likelihood.ties.shape[0]
    for i in range(n):
        for j in range(n):
            if i != j:
                distance = _distance(theta, n, likelihood.n_dims, i, j)
                score = likelihood.ties[i, j] - 1.0 / (1.0 + math.exp(distance - theta[likelihood.intercept]))
                gradient[likelihood.intercept] += score
                for k in range(likelihood.n_dims):
                    force = score * (theta[k * n + i] - theta[k * n + j]) / max(distance, 1e-12)
                    gradient[k * n + i] -= force
                    gradient[k * n + j] += force


@pytest.fixture
def dense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentnet.likelihood.LIKELIHOODS", [Dense, *LIKELIHOODS])


def _problem() -> Problem:
    return make_problem(
        load_sampson(), family=Bernoulli(), similarity="distance", n_dims=2, effects=(), priors=Priors()
    )


@pytest.mark.usefixtures("dense")
def test_it_is_taken_and_equals_the_librarys() -> None:
    problem = _problem()
    assert isinstance(problem.likelihood, Dense)
    theta = np.random.default_rng(1).standard_normal(problem.n_parameters)
    found = log_posterior(problem.target(), theta)
    target = problem.target()._replace(likelihood=own_scratch(Fused.bind(problem), np.float64))
    for one, other in zip(found, log_posterior(target, theta), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


@pytest.mark.usefixtures("dense")
def test_moves_that_need_more_are_left_out() -> None:
    problem = _problem()
    moves = sampler_moves(problem, problem.target(), plain_mass(problem), 0.8)
    assert not {relocate, swap} & {move.function for move in moves}


@pytest.mark.parametrize("engine", [MAP(), pytest.param(MCMC(400, 400, 2), marks=pytest.mark.slow)])
def test_a_fit_with_it(engine: Any, dense: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The posterior is that of the library's own likelihood, and all that it does not offer is the exact one's."""
    network = load_sampson()
    model = LatentPositionModel(inference=engine, random_state=1).fit(network)
    assert isinstance(model._problem.likelihood, Dense)
    assert model.score(network) > -0.6
    assert len(model.simulate(2, random_state=1)) == 2
    monkeypatch.undo()
    own = LatentPositionModel(inference=engine, random_state=1).fit(network)
    tolerance = 0.03 if isinstance(engine, MAP) else 0.06  # both searches stop short of the mode, each elsewhere
    np.testing.assert_allclose(model.predict_proba(), own.predict_proba(), atol=tolerance)
    between = SIMILARITIES["distance"]().between
    far = [between(m.positions_[:, None], m.positions_[None]).mean() for m in (model, own)]
    assert far[0] == pytest.approx(far[1], rel=0.1)
