"""Placing actors that were not in the fit, from their ties to those that were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from latentnet.compiled import block_function, first_class_functions, kernel
from latentnet.component import Guiding
from latentnet.posterior.clusters import ClusterDraws
from latentnet.signatures import FAMILY_LOG_LIKELIHOOD

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Placement", "place_one"]

_ROUNDS = 40


@dataclass(frozen=True)
class Placement(Guiding):
    """Where new actors are.

    Attributes
    ----------
    actors : tuple
        Labels of the new actors.
    positions : ndarray of shape (n_new, n_dims)
        Posterior means.
    draws : ndarray of shape (n_draws, n_new, n_dims)
        Positions in the fitted model's space, one for each posterior draw that was used.
    membership : ndarray of shape (n_new, n_clusters) or None
        Posterior membership probabilities, in the order of the model's clusters; None without clusters.
    """

    actors: tuple[Any, ...]
    positions: np.ndarray
    draws: np.ndarray
    membership: np.ndarray | None

    def summary(self, probability: float = 0.9) -> pd.DataFrame:
        """Posterior mean, sd and equal-tailed interval of every coordinate, by actor and dimension."""
        tail = 0.5 * (1.0 - probability)
        lower, upper = np.quantile(self.draws, [tail, 1.0 - tail], axis=0)
        columns = {"mean": self.positions, "sd": self.draws.std(axis=0, ddof=1), "lower": lower, "upper": upper}
        index = pd.MultiIndex.from_product([self.actors, range(self.positions.shape[1])], names=["actor", "latent_dim"])
        return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def place_one(
    problem: Problem,
    draws: np.ndarray,
    clusters: ClusterDraws | None,
    sent: np.ndarray,
    received: np.ndarray | None,
    rng: np.random.Generator,
) -> tuple[np.ndarray, Any]:
    """Place one new actor given each of many draws.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    clusters : ClusterDraws or None
        Those of the draws.
    sent, received : ndarray of shape (n_actors,), or None
        Ties with every fitted actor, NaN where unobserved.
    rng : numpy.random.Generator

    Returns
    -------
    positions : ndarray of shape (n_draws, n_dims)
    membership : ndarray of shape (n_clusters,), or None
    """
    y = np.stack([sent] if received is None else [sent, received])
    known = ~np.isnan(y)
    assert problem.similarity is not None
    of_actors, between = problem.parameters.positions(draws), problem.similarity.between
    b = draws[:, [problem.intercept]] if problem.intercept >= 0 else np.zeros((len(draws), 1))

    mean, scale, correction = _prior_of_draws(problem, draws, clusters)

    def log_ratio(z: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Log-likelihood under some draws, and what the position's prior has over the normal that slices are of."""
        eta = b[rows] + between(z[:, None, :], of_actors[rows])
        value = correction(z, rows)
        for values, seen in zip(y, known, strict=True):
            value = value + _log_likelihoods(problem, draws[rows], eta[:, seen], values[seen])
        return value

    z = mean + scale * rng.standard_normal(mean.shape)
    value = log_ratio(z, np.arange(len(z)))
    for _ in range(_ROUNDS):
        z, value = _slice(z, value, mean, scale, log_ratio, rng)
    if clusters is None:
        return z, None
    return z, clusters.membership(z).mean(axis=0)


def _prior_of_draws(
    problem: Problem, draws: np.ndarray, clusters: ClusterDraws | None
) -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """Mean and scale of a normal distribution for each draw, and the log of the position's prior density over it.

    With clusters it has the moments of the mixture: slices of one cluster at a time would hardly ever leave it.
    """
    if clusters is None:
        return np.zeros((len(draws), problem.n_dims)), np.exp(draws[:, [problem.log_scale]]), _no_correction
    weights = clusters.weights / clusters.weights.sum(axis=1, keepdims=True)
    mean = (weights[:, :, None] * clusters.means).sum(axis=1)
    between = ((clusters.means - mean[:, None]) ** 2).mean(axis=2)
    scale = np.sqrt((weights * (clusters.variances + between)).sum(axis=1, keepdims=True))

    def correction(z: np.ndarray, rows: np.ndarray) -> np.ndarray:
        normal = -0.5 * (((z - mean[rows]) / scale[rows]) ** 2).sum(axis=1)
        return logsumexp(clusters.rows(rows).log_densities(z), axis=1) - normal

    return mean, scale, correction


def _no_correction(z: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.zeros(len(z))


def _slice(
    z: np.ndarray, value: np.ndarray, mean: np.ndarray, scale: np.ndarray, log_ratio: Any, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One elliptical slice step of every draw."""
    height = value + np.log(rng.random(len(z)))
    direction = scale * rng.standard_normal(z.shape)
    angle = rng.uniform(0.0, 2.0 * np.pi, len(z))
    low, high = angle - 2.0 * np.pi, angle.copy()
    centred = z - mean
    new, new_value = z.copy(), value.copy()
    rows = np.arange(len(z))
    while rows.size:
        turn = angle[rows]
        candidate = mean[rows] + centred[rows] * np.cos(turn)[:, None] + direction[rows] * np.sin(turn)[:, None]
        there = log_ratio(candidate, rows)
        accepted = there > height[rows]
        new[rows[accepted]], new_value[rows[accepted]] = candidate[accepted], there[accepted]
        rows, turn = rows[~accepted], turn[~accepted]
        low[rows], high[rows] = np.where(turn < 0, turn, low[rows]), np.where(turn >= 0, turn, high[rows])
        angle[rows] = rng.uniform(low[rows], high[rows])
        rows = rows[high[rows] - low[rows] > 1e-10]
    return new, new_value


@kernel
def _dyad_values(functions, y, eta, values, data, totals):
    runs, dyads = np.zeros((0, 5), np.int64), np.zeros((0, y.size))
    observed = np.ones((1, y.size), np.uint8)
    out = np.empty(y.size)
    for s in range(totals.size):
        of_draw = eta[s].reshape(1, y.size)
        functions[0](runs, y.reshape(1, y.size), observed, of_draw, data, dyads, values[s], out)
        totals[s] = out.sum()


def _log_likelihoods(problem: Problem, draws: np.ndarray, eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log-likelihood of dyads under each draw, summed over the dyads.

    Parameters
    ----------
    problem : Problem
        Whose family's unit is the dyad, and which knows nothing of single dyads.
    draws : ndarray of shape (n_draws, n_parameters)
    eta : ndarray of shape (n_draws, n_dyads)
    y : ndarray of shape (n_dyads,)

    Returns
    -------
    ndarray of shape (n_draws,)
    """
    function = block_function(problem.family.kernels()[0], FAMILY_LOG_LIKELIHOOD)
    totals = np.empty(len(draws))
    values = np.ascontiguousarray(draws[:, problem.family_slice])
    with first_class_functions():
        _dyad_values((function, function), y, np.ascontiguousarray(eta), values, problem.bound.data, totals)
    return totals
