"""A prior of positions from outside of the library, in one file: Student's t with a known scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from latentnet import MCMC, Network
from latentnet.compiled import implements, offers
from latentnet.datasets import load_sampson
from latentnet.families import Bernoulli
from latentnet.inference.prior_draws import draw_prior
from latentnet.priors import Priors
from latentnet.priors.joint import actor_log_prior, add_prior_gradient, log_prior, natural_log_prior
from latentnet.priors.positions import (
    PositionPrior,
    Space,
    add_positions_gradient,
    draw_positions,
    draw_shift,
    position_log_density,
    positions_log_density,
    positions_natural_change,
    redraw_position,
)
from latentnet.priors.values import Values
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests import reference

FALSE_ALARM = 1e-4
DF, SCALE = 7.0, 1.7


class BoundStudent(NamedTuple):
    n_dims: int
    n_positions: int
    n_first: int
    df: float
    scale: float


@dataclass(frozen=True)
class StudentPositions(PositionPrior):
    """Each actor's position is multivariate t, with known degrees of freedom and scale."""

    df: float
    scale: float

    def values(self, space: Space) -> tuple[Values, ...]:
        return ()

    def bind(self, space: Space, first: int, priors: Priors) -> BoundStudent:
        return BoundStudent(space.n_dims, space.n_positions, space.n_first, self.df, self.scale)


@implements(position_log_density, BoundStudent)
def student_log_density(positions, theta, actor):  # type: ignore[no-untyped-def]
    squares = 0.0
    for k in range(positions.n_dims):
        squares += (theta[k * positions.n_positions + actor] / positions.scale) ** 2
    return -0.5 * (positions.df + positions.n_dims) * math.log1p(squares / positions.df)


@implements(positions_log_density, BoundStudent)
def _(positions, theta):  # type: ignore[no-untyped-def]
    d, half = positions.n_dims, 0.5 * positions.df
    constant = math.lgamma(half + 0.5 * d) - math.lgamma(half) - 0.5 * d * math.log(positions.df * math.pi)
    value = positions.n_first * (constant - d * math.log(positions.scale))
    for actor in range(positions.n_first):
        value += position_log_density(positions, theta, actor)
    return value


@implements(add_positions_gradient, BoundStudent)
def _(positions, theta, gradient):  # type: ignore[no-untyped-def]
    n, d = positions.n_positions, positions.n_dims
    for actor in range(positions.n_first):
        squares = 0.0
        for k in range(d):
            squares += (theta[k * n + actor] / positions.scale) ** 2
        pull = (positions.df + d) / (positions.df + squares) / positions.scale**2
        for k in range(d):
            gradient[k * n + actor] -= pull * theta[k * n + actor]


@implements(positions_natural_change, BoundStudent)
def _(positions, theta):  # type: ignore[no-untyped-def]
    return 0.0


@implements(redraw_position, BoundStudent)
def _(positions, theta, actor, rng):  # type: ignore[no-untyped-def]
    scale = positions.scale / math.sqrt(2.0 * rng.standard_gamma(0.5 * positions.df) / positions.df)
    for k in range(positions.n_dims):
        theta[k * positions.n_positions + actor] = scale * rng.standard_normal()


@implements(draw_positions, BoundStudent)
def _(positions: BoundStudent, theta: np.ndarray, rng: np.random.Generator) -> None:
    shape = len(theta), positions.n_first
    scale = positions.scale / np.sqrt(rng.chisquare(positions.df, shape) / positions.df)
    for k in range(positions.n_dims):
        start = k * positions.n_positions
        theta[:, start : start + positions.n_first] = scale * rng.standard_normal(shape)


def _problem(network: Network) -> Problem:
    return make_problem(
        network,
        family=Bernoulli(),
        similarity="distance",
        n_dims=2,
        effects=(),
        priors=Priors(intercept_variance=2.0),
        position_prior=StudentPositions(DF, SCALE),
    )


def test_density_and_gradient_are_those_of_the_definition() -> None:
    problem = _problem(load_sampson())
    theta = np.random.default_rng(1).normal(size=problem.n_parameters)
    z = problem.parameters.positions(theta)
    law = stats.multivariate_t(np.zeros(2), SCALE**2 * np.eye(2), DF)
    expected = law.logpdf(z).sum() + stats.norm.logpdf(theta[problem.intercept], 0.0, math.sqrt(2.0))
    assert log_prior(problem.prior, theta) == pytest.approx(expected, abs=1e-10)
    assert natural_log_prior(problem.prior, theta) == pytest.approx(expected, abs=1e-10)
    gradient = np.zeros_like(theta)
    add_prior_gradient(problem.prior, theta, gradient)
    slope = reference.central_difference(lambda at: log_prior(problem.prior, at), theta, step=1e-3)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6)
    moved = theta.copy()
    moved[[4, 4 + problem.n_actors]] += 0.7
    change = actor_log_prior(problem.prior, moved, 4) - actor_log_prior(problem.prior, theta, 4)
    assert change == pytest.approx(log_prior(problem.prior, moved) - log_prior(problem.prior, theta), abs=1e-10)


def _radius_law(theta: np.ndarray, problem: Problem) -> float:
    """P value of the squared radius of one actor, over 2·scale²: it is F(2, df)."""
    squares = (problem.parameters.positions(theta)[:, 3] ** 2).sum(axis=1) / (2.0 * SCALE**2)
    return float(stats.kstest(squares, stats.f(2, DF).cdf).pvalue)


def test_draws_from_the_prior() -> None:
    problem = _problem(load_sampson())
    theta, labels, components = draw_prior(problem, 5_000, np.random.default_rng(2))
    assert _radius_law(theta, problem) > FALSE_ALARM
    assert not labels.any()
    assert (components == 1).all()


@pytest.mark.slow
def test_an_engine_fits_with_it_and_leaves_out_what_it_does_not_offer() -> None:
    """Where nothing was observed the posterior is the prior; of monks it is that of ties."""
    assert not offers(_problem(load_sampson()).prior.positions, draw_shift)
    nothing = np.full((7, 7), np.nan)
    np.fill_diagonal(nothing, 0.0)
    problem = _problem(Network.from_array(nothing, directed=True))
    engine = MCMC(n_draws=1500, n_warmup=300, n_chains=2, thin=10, progress=False)
    result = engine.infer(problem, np.random.default_rng(3))
    assert _radius_law(result.draws.reshape(-1, problem.n_parameters), problem) > FALSE_ALARM
    monks = _problem(load_sampson())
    found: Any = MCMC(n_draws=300, n_warmup=300, n_chains=2, thin=1, progress=False).infer(
        monks, np.random.default_rng(4)
    )
    assert found.statistics["acceptance_rate"].mean() > 0.6
    assert found.statistics["log_likelihood_total"].mean() > -140.0  # without positions: -184
