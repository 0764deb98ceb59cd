"""Draws from the prior: an engine that does not look at the ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from latentnet.checks import fits
from latentnet.constraints import COUNT, Rule
from latentnet.inference.base import Engine, InferenceResult
from latentnet.priors.correlated import ETA, OF, PLACE, SIZE
from latentnet.priors.correlation_matrices import correlation_factor
from latentnet.priors.joint import Prior
from latentnet.priors.own_maps import draw_weights
from latentnet.priors.positions import draw_positions
from latentnet.priors.random_effects import DF, SCALE, START, STOP, V0

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["PriorDraws", "draw_prior"]


class PriorDraws(Engine):
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

    reads_ties = False
    counts_clusters = True

    rules: ClassVar[Mapping[str, Rule]] = {"n_draws": COUNT}

    def __init__(self, n_draws: int = 1000) -> None:
        self.n_draws = n_draws

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Draw; the result holds one chain."""
        theta, labels, n_components = draw_prior(problem, self.n_draws, rng)
        result = InferenceResult(theta[None], "prior", point=theta[0])
        if problem.clusters is None:
            return result
        return result._replace(labels=labels[None], n_components=n_components[None])


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
    fits(f"n_draws={n_draws} draws of the prior", 8.0 * n_draws * problem.n_parameters, fix="draw fewer")
    prior = problem.own_prior()
    theta = np.zeros((n_draws, problem.n_parameters))
    normal = prior.precision > 0.0
    theta[:, normal] = rng.standard_normal((n_draws, int(normal.sum()))) / np.sqrt(prior.precision[normal])
    theta += prior.means
    level = prior.level
    if level.n_intercepts:
        shift = level.about * (theta[:, level.coefficients] @ level.means.T)
        noise = rng.standard_normal((n_draws, level.n_intercepts)) / np.sqrt(level.precision)
        theta[:, problem.intercepts] = level.mean - shift + noise
    for group in prior.groups:
        start, stop, log_scale = int(group[START]), int(group[STOP]), int(group[SCALE])
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
    for block in prior.blocks:
        _draw_block(prior, block, theta, rng)
    clusters = draw_positions(prior.positions, theta, rng)
    draw_weights(prior.own_maps, theta, rng)
    _draw_steps(prior, theta, rng)
    if clusters is None:
        return theta, np.zeros((n_draws, problem.n_first), np.int64), np.ones(n_draws, np.int64)
    return theta, *clusters


def _draw_block(prior: Prior, block: np.ndarray, theta: np.ndarray, rng: np.random.Generator) -> None:
    """Draw correlations, and make the groups' independent values correlated by these, in place."""
    groups, count, place = prior.groups[block[OF] : block[OF] + block[SIZE]], int(block[SIZE]), int(block[PLACE])
    pairs = [ETA + 0.5 * (count - 2 - j) for i in range(count) for j in range(i)]
    x = np.stack([np.arctanh(2.0 * rng.beta(b, b, len(theta)) - 1.0) for b in pairs], axis=1)
    theta[:, place : place + len(pairs)] = x
    factor, scales = correlation_factor(x, count), np.exp(theta[:, groups[:, SCALE].astype(np.int64)])
    values = [theta[:, int(group[START]) : int(group[STOP])] / scales[:, [g]] for g, group in enumerate(groups)]
    found = np.einsum("sgh,hsi->gsi", factor, np.stack(values))
    for g, group in enumerate(groups):
        theta[:, int(group[START]) : int(group[STOP])] = scales[:, [g]] * found[g]


def _draw_steps(prior: Prior, theta: np.ndarray, rng: np.random.Generator) -> None:
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
