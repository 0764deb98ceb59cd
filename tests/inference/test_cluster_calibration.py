"""Simulation-based calibration of models with clusters, their number known or not.

As in `test_calibration`; all quantities are blind to the clusters' names, and ranks are randomised among ties, so
discrete ones count too. False alarms: α = 0.001 over all quantities and both models, by Bonferroni; seeds are fixed.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from latentnet import MCMC, Network, Priors
from latentnet.families import Bernoulli
from latentnet.priors.clusters import Clusters
from latentnet.priors.positions import Space
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests import reference_clusters
from tests.inference.test_calibration import ALPHA, N_ACTORS, N_DIMS, N_RANKS, PAIRS, outside
from tests.reference_clusters import PriorDraws

PRIORS = Priors(
    position_variance_scale=0.6,
    position_variance_df=4.0,
    cluster_mean_variance=5.0,
    cluster_weight_concentration=1.0,
)
# The prior of a known number is the default one, which depends on the network's size only.
MODELS = {"two": (Clusters(2, False), Priors()), "auto": (Clusters(10, True), PRIORS)}
QUANTITIES = (
    "intercept",
    "log-likelihood",
    *(f"distance {i}-{j}" for i, j in PAIRS),
    "occupied",
    "components",
    "largest share",
    "log of the smallest variance",
    "log of the largest variance",
    *(f"co-clustering {i}-{j}" for i, j in PAIRS),
)
LEVEL = 1.0 - ALPHA / (len(MODELS) * len(QUANTITIES))


def _problem(network: Network, model: str) -> Problem:
    clusters, priors = MODELS[model]
    return make_problem(
        network,
        family=Bernoulli(),
        similarity="distance",
        n_dims=N_DIMS,
        effects=(),
        priors=priors,
        position_prior=clusters,
    )


def _linear_predictors(problem: Problem, theta: np.ndarray) -> np.ndarray:
    z = theta[:, problem.positions].reshape(-1, N_DIMS, N_ACTORS)
    distances = np.sqrt(((z[..., None] - z[:, :, None]) ** 2).sum(axis=1))
    return theta[:, problem.intercept, None, None] - distances  # type: ignore[no-any-return]


def _truth(model: str, rng: np.random.Generator) -> tuple[Problem, PriorDraws]:
    """A network from the model, with its parameters."""
    empty = _problem(Network.from_array(np.zeros((N_ACTORS, N_ACTORS)), directed=False), model)
    mixture = empty.own_prior().positions
    rate = empty.priors.cluster_count_rate if MODELS[model][0].automatic else None
    truth = reference_clusters.draw_prior(mixture, rate, 1, rng)
    truth.theta[:, empty.intercept] *= np.sqrt(empty.priors.intercept_variance)
    eta = _linear_predictors(empty, truth.theta)[0]
    y = np.tril(rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta)), -1).astype(float)
    return _problem(Network.from_array(y + y.T, directed=False), model), truth


def _quantities(problem: Problem, draws: PriorDraws) -> np.ndarray:
    """(draws, quantities)."""
    assert problem.clusters is not None
    theta, labels, active = draws
    most = problem.clusters.most
    there = np.arange(most) < active[:, None]
    scales = theta[:, problem.log_scale : problem.log_scale + most]
    weights = np.where(there, np.exp(theta[:, -most:]), 0.0)
    eta = _linear_predictors(problem, theta)
    y = problem.network.ties.toarray()
    i, j = np.tril_indices(N_ACTORS, -1)
    return np.column_stack(
        [
            theta[:, problem.intercept],
            (y * eta - np.logaddexp(0.0, eta))[:, i, j].sum(axis=1),
            *(theta[:, problem.intercept] - eta[:, i, j] for i, j in PAIRS),
            [len(set(row)) for row in labels],
            active,
            weights.max(axis=1) / weights.sum(axis=1),
            np.where(there, scales, np.inf).min(axis=1),
            np.where(there, scales, -np.inf).max(axis=1),
            *(labels[:, i] == labels[:, j] for i, j in PAIRS),
        ]
    )


def _with_another_prior(problem: Problem, changes: dict[str, float]) -> Problem:
    """The same problem with other numbers in its prior of positions."""
    priors = copy.copy(problem.priors)
    for name, value in changes.items():
        setattr(priors, name, value)
    n, first = problem.n_actors, problem.parameters["cluster_variances"].part.start
    space = Space(problem.n_dims, n, n, np.array([0, n], np.int64))
    positions = problem.position_prior.bind(space, first, priors)
    return replace(problem, priors=priors, prior=problem.prior._replace(positions=positions))


def _ranks(model: str, count: int, thin: int, **changes: float) -> np.ndarray:
    """(count, quantities) ranks in 0..N_RANKS−1; changes make the fit's prior another one."""
    ranks = np.empty((count, len(QUANTITIES)), np.int64)
    engine = MCMC(N_RANKS - 1, 400, 1, thin=thin, n_jobs=1, progress=False)
    for r, rng in enumerate(np.random.default_rng([12, *map(ord, model)]).spawn(count)):
        problem, truth = _truth(model, rng)
        if changes:
            problem = _with_another_prior(problem, changes)
        found = engine.infer(problem, rng)
        assert found.labels is not None
        assert found.n_components is not None
        draws = PriorDraws(found.draws[0], found.labels[0], found.n_components[0])
        values, true_values = _quantities(problem, draws), _quantities(problem, truth)[0]
        ties = np.sum(values == true_values, axis=0)
        ranks[r] = np.sum(values < true_values, axis=0) + rng.integers(ties + 1)
    return ranks


def _left(ranks: np.ndarray) -> dict[str, int]:
    """Quantities that leave the band, and at how many points."""
    left = {name: outside(column, N_RANKS, LEVEL) for name, column in zip(QUANTITIES, ranks.T, strict=True)}
    return {name: points for name, points in left.items() if points}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("count", "thin"), [(40, 3), pytest.param(300, 20, marks=pytest.mark.slow)])
def test_calibration(model: str, count: int, thin: int) -> None:
    """Full run: 300 replications, draws 20 iterations apart. The quick one sees coarse errors alone."""
    assert _left(_ranks(model, count, thin)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "changes"),
    [
        ("two", {"position_variance_scale": 0.3}),
        ("two", {"cluster_weight_concentration": 10.0}),
        ("auto", {"position_variance_scale": 1.5}),
        ("auto", {"cluster_count_rate": 3.0}),
    ],
    ids=str,
)
def test_wrong_priors_are_found_out(model: str, changes: dict[str, float]) -> None:
    """A fit under another prior than the truth's leaves the band."""
    assert _left(_ranks(model, 150, 4, **changes)) != {}
