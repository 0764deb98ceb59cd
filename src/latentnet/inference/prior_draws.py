"""Draws from the prior: an engine that does not look at the ties."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from latentnet.checks import whole_number
from latentnet.component import Component
from latentnet.inference.base import InferenceResult
from latentnet.inference.moves.random_effects import DF, SCALE, START, STOP, V0
from latentnet.priors.joint import ClusterPrior, Prior

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["PriorDraws", "draw_prior"]


class PriorDraws(Component):
    """Engine that draws from the prior, exactly and independently, for prior predictive checks.

    The fitted model is one like any other: `simulate` gives networks that the prior expects, `predict_proba` their tie
    probabilities, `posterior_` the draws. Of the network it uses the actors, their attributes and what data-scaled
    priors need. `positions_` are those of the first draw.

    Parameters
    ----------
    n_draws : int

    Examples
    --------
    >>> from latentnet import LatentPositionModel, PriorDraws
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=PriorDraws(n_draws=500), random_state=1).fit(load_sampson())
    >>> len(model.simulate(20, random_state=1))
    20
    """

    def __init__(self, n_draws: int = 1000) -> None:
        self.n_draws = n_draws

    def check(self) -> None:
        """Raise a ValueError for parameters out of range."""
        whole_number("PriorDraws: n_draws", self.n_draws, 1)

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Draw; the result holds one chain."""
        theta, labels, n_components = draw_prior(problem, self.n_draws, rng)
        if problem.clusters is None:
            return InferenceResult(theta[None], None)
        return InferenceResult(theta[None], None, False, labels[None], n_components[None])


def draw_prior(problem: Problem, n_draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Independent draws of the parameter vector.

    Parameters
    ----------
    problem : Problem
    n_draws : int
    rng : numpy.random.Generator

    Returns
    -------
    draws : ndarray of shape (n_draws, n_parameters)
    labels : int ndarray of shape (n_draws, n_first)
        Clusters; all 0 without.
    n_components : int ndarray of shape (n_draws,)
    """
    prior = problem.prior()
    theta = np.zeros((n_draws, problem.n_parameters))
    normal = prior.precision > 0.0
    theta[:, normal] = rng.standard_normal((n_draws, int(normal.sum()))) / np.sqrt(prior.precision[normal])
    for group in prior.groups:
        start, stop, log_scale = int(group[START]), int(group[STOP]), int(group[SCALE])
        if group[DF] > 0.0:  # else it shares the scale of an earlier one
            theta[:, log_scale] = 0.5 * np.log(group[DF] * group[V0] / rng.chisquare(group[DF], n_draws))
        scale = np.exp(theta[:, log_scale])
        theta[:, start:stop] = scale[:, None] * rng.standard_normal((n_draws, stop - start))
    for first, second, index in prior.correlations:
        rho = 2.0 * rng.beta(2.0, 2.0, n_draws) - 1.0
        theta[:, index] = np.arctanh(rho)
        ratio = np.exp(theta[:, int(prior.groups[second, SCALE])] - theta[:, int(prior.groups[first, SCALE])])
        a, b = (slice(int(prior.groups[g, START]), int(prior.groups[g, STOP])) for g in (first, second))
        theta[:, b] *= np.sqrt(1.0 - rho**2)[:, None]
        theta[:, b] += (rho * ratio)[:, None] * theta[:, a]
    if not isinstance(prior, ClusterPrior):
        _draw_steps(prior, theta, rng)
        return theta, np.zeros((n_draws, problem.n_first), np.int64), np.ones(n_draws, np.int64)
    labels, n_components = _draw_clusters(prior, theta, rng)
    _draw_steps(prior, theta, rng)
    return theta, labels, n_components


def _draw_steps(prior: Prior | ClusterPrior, theta: np.ndarray, rng: np.random.Generator) -> None:
    """Fill in τ and the positions that follow earlier ones."""
    walk, n = prior.walk, prior.n_actors
    if not len(walk.previous):
        return
    theta[:, walk.log_scale] = 0.5 * np.log(walk.df * walk.v0 / rng.chisquare(walk.df, len(theta)))
    scale = np.exp(theta[:, walk.log_scale])
    for p, (before, gap) in enumerate(zip(walk.previous, walk.gaps, strict=True)):  # the one before is filled in by now
        for k in range(prior.n_dims):
            step = np.sqrt(gap) * scale * rng.standard_normal(len(theta))
            theta[:, k * n + walk.n_first + p] = theta[:, k * n + before] + step


def _draw_clusters(prior: ClusterPrior, theta: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Fill in clusters and positions; returns labels and numbers of components."""
    mixture, count = prior.mixture, len(theta)
    most, d, n, start = mixture.most, mixture.n_dims, mixture.n_actors, mixture.first_scale
    each = most // prior.walk.n_sites
    active = np.full(count, most, np.int64)
    if prior.log_weights.size:
        active = 1 + rng.choice(most, count, p=_component_probabilities(most, prior.rate))
    variances = mixture.df * mixture.v0 / rng.chisquare(mixture.df, (count, most))
    means = np.sqrt(mixture.mean_variance) * rng.standard_normal((count, most, d))
    weights = np.maximum(rng.gamma(mixture.concentration, size=(count, most)), 1e-300)
    labels = np.empty((count, n), np.int64)
    for site, (first, last) in enumerate(itertools.pairwise(mixture.site_starts)):
        here = slice(site * each, (site + 1) * each)
        edges = np.cumsum((weights * (np.arange(most) < active[:, None]))[:, here], axis=1)
        uniform = rng.random((count, last - first, 1))
        labels[:, first:last] = site * each + (uniform * edges[:, None, -1:] > edges[:, None]).sum(axis=2)
    rows = np.arange(count)[:, None]
    if prior.log_weights.size:  # where the number is open, occupied components come first
        occupied = np.zeros((count, most), dtype=bool)
        occupied[rows, labels] = True
        order = np.argsort(~occupied, axis=1, kind="stable")
        variances, weights = variances[rows, order], weights[rows, order]
        labels = np.argsort(order, axis=1)[rows, labels]
    noise = rng.standard_normal((count, n, d))
    z = means[rows, labels] + np.sqrt(variances[rows, labels])[..., None] * noise
    for k in range(d):
        theta[:, k * mixture.n_positions : k * mixture.n_positions + n] = z[:, :, k]
    theta[:, start : start + most] = 0.5 * np.log(variances)
    theta[:, start + most : start + most * (1 + d)] = means.reshape(count, -1)
    theta[:, start + most * (1 + d) : start + most * (2 + d)] = np.log(weights)
    return labels, active


def _component_probabilities(most: int, rate: float) -> np.ndarray:
    """Prior probabilities of 1, ..., most components: ∝ rate^G / G!."""
    numbers = np.arange(1.0, most + 1.0)
    log_weights = numbers * np.log(rate) - np.cumsum(np.log(numbers))
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())
