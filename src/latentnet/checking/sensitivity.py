"""How much the posterior hangs on the prior, and on the ties: power scaling, without a refit."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from latentnet.checking.loo import check_draws
from latentnet.constraints import FITTED, checked
from latentnet.posterior.arviz import pareto_smoothed
from latentnet.posterior.draws import Draws
from latentnet.priors.correlation_matrices import correlation_factor
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget

__all__ = ["NOTABLE", "prior_sensitivity", "sensitivity"]

NOTABLE = 0.05  # the threshold of priorsense: a shift of a normal mean by about 0.3 standard deviations a doubling
_DELTA = 0.01
_FEW_POSITIONS = 2_000_000  # densities of actors and clusters at once
_LOG_2_PI = math.log(2.0 * math.pi)


@checked(model=FITTED)
def prior_sensitivity(model: Any) -> pd.DataFrame:
    """By how much each scalar's posterior moves if the prior, or the likelihood, counts a little more or less.

    Density or likelihood is raised to a power near 1, and draws are weighed by what that changes (Kallioinen et al.
    2024). The prior is that of intercept, coefficients, variances, clusters and the family's own values; that of
    positions and random effects given their variances is part of the model, and stays.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Fitted by MCMC.

    Returns
    -------
    DataFrame
        By scalar: `prior` and `likelihood`, how far its distribution moves (cumulative Jensen–Shannon distance) for a
        doubling of the power; `diagnosis` in words where the prior's is over 0.05.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        Without chains.

    References
    ----------
    Kallioinen, N., Paananen, T., Bürkner, P.-C. & Vehtari, A. (2024). Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Statistics and Computing 34, 57.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC, Priors
    >>> from latentnet.datasets import load_sampson
    >>> narrow = Priors(intercept_variance=0.01)  # the monks are tied more often than that allows
    >>> engine = MCMC(n_draws=500)
    >>> model = LatentPositionModel(priors=narrow, inference=engine, random_state=1).fit(load_sampson())
    >>> table = latentnet.prior_sensitivity(model)
    >>> bool(table.loc["intercept", "prior"] > 0.05)
    True
    """
    check_draws(model, "prior_sensitivity")
    draws: Draws = model.draws_
    likelihood = draws.statistics["log_likelihood_total"].ravel()
    prior = _log_priors(model._problem, draws)
    scalars = {name: values.ravel() for name, values in model.draws_.watched().items() if name != "lp"}
    table = pd.DataFrame(
        {
            name: [sensitivity(values, log_density) for values in scalars.values()]
            for name, log_density in (("prior", prior), ("likelihood", likelihood))
        },
        index=list(scalars),
    )
    table["diagnosis"] = [_diagnosis(*row) for row in table.itertuples(index=False)]
    return table


def _diagnosis(prior: float, likelihood: float) -> str:
    if not prior > NOTABLE:
        return ""
    if likelihood > NOTABLE:
        return "prior and ties disagree: is the prior meant so?"
    return "the prior decides: the ties say little"


def sensitivity(values: np.ndarray, log_density: np.ndarray) -> float:
    """Mean distance between the draws and the draws weighed for a slightly higher and lower power of a density.

    Parameters
    ----------
    values, log_density : ndarray of shape (n_draws,)
    """
    powers = np.array([1.0 / (1.0 + _DELTA), 1.0 + _DELTA])
    log_weights, _ = pareto_smoothed((powers - 1.0)[:, None] * log_density, 1.0)
    order = np.argsort(values)
    values, weights = values[order], np.exp(log_weights)[:, order]
    total = 0.0
    for one in weights:
        total += max(_distance(values, one), _distance(-values[::-1], one[::-1]))
    return total / (2.0 * math.log2(1.0 + _DELTA))


def _distance(values: np.ndarray, weights: np.ndarray) -> float:
    """Symmetric cumulative Jensen–Shannon distance of ascending values with equal and with other weights."""
    widths, n = np.diff(values), len(values)
    plain, other = np.arange(1, n) / n, np.cumsum(weights)[:-1]
    middle = 0.5 * (plain + other)
    size = float(widths @ (plain + other))
    if not size > 0.0:
        return 0.0

    def divergence(of: np.ndarray) -> np.ndarray:
        return of * np.log2(np.where(of > 0.0, of, 1.0) / middle)

    # The terms that make each direction non-negative cancel in the sum of both.
    both = float(widths @ (divergence(plain) + divergence(other)))
    return math.sqrt(max(both, 0.0) / size)


def _log_priors(problem: Problem, draws: Draws) -> np.ndarray:
    """Log prior density, by draw, of everything but positions and random effects given their variances and clusters."""
    bound, found = BoundTarget(problem.target()), np.empty(len(draws.pooled))
    counts = draws.extra.get("n_components")
    for s, theta in enumerate(draws.pooled):
        if counts is not None:
            bound.target.prior.positions.active[0] = counts.flat[s]
        found[s] = bound.natural_log_prior(theta)
    return found - _given_scales(problem, draws)


def _given_scales(problem: Problem, draws: Draws) -> np.ndarray:
    """Log density of positions and random effects given their variances and clusters, by draw."""
    theta = draws.pooled
    found = np.zeros(len(theta))
    if problem.n_dims:
        found += _of_first_positions(problem, draws) + _of_later_positions(problem, theta)
    for _, bound, part in problem.effects:
        standardised = []
        for group in bound.groups:
            log_scale = theta[:, part.start + group.scale]
            values = theta[:, part.start + group.start : part.start + group.stop] * np.exp(-log_scale)[:, None]
            found -= 0.5 * (values**2).sum(axis=1) + values.shape[1] * (log_scale + 0.5 * _LOG_2_PI)
            standardised.append(values)
        for pair in bound.correlations:
            first, second = standardised[pair.first], standardised[pair.second]
            rho = np.tanh(theta[:, part.start + pair.place])
            squares, products = (first**2 + second**2).sum(axis=1), (first * second).sum(axis=1)
            apart = (rho**2 * squares - 2.0 * rho * products) / (2.0 * (1.0 - rho**2))
            found -= apart + 0.5 * first.shape[1] * np.log1p(-(rho**2))
        if bound.correlated >= 0:
            x, values = theta[:, part.start + bound.correlated : part.stop], np.stack(standardised, axis=1)
            factor = correlation_factor(x, len(standardised))
            white = np.linalg.solve(factor, values)
            found += 0.5 * ((values**2).sum(axis=(1, 2)) - (white**2).sum(axis=(1, 2)))
            found -= values.shape[2] * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return found


def _normal(squares: np.ndarray, log_scale: np.ndarray | float, size: int) -> np.ndarray:
    """Log density of so many normal values, by the sum of their squares in standard deviations."""
    return np.asarray(-0.5 * squares - size * (log_scale + 0.5 * _LOG_2_PI))


def _of_later_positions(problem: Problem, theta: np.ndarray) -> np.ndarray:
    """Of the steps from period to period, and of layers' positions around the common ones."""
    found = np.zeros(len(theta))
    if problem.has_steps:
        walk, positions = problem.prior.walk, problem.parameters.positions(theta)
        steps = positions[:, walk.n_first :] - positions[:, walk.previous]
        log_scale, root = theta[:, walk.log_scale], np.sqrt(walk.gaps)
        squares = ((steps / root[:, None]) ** 2).sum(axis=(1, 2)) * np.exp(-2.0 * log_scale)
        found += _normal(squares, log_scale, steps[0].size) - problem.n_dims * np.log(root).sum()
    for layer in problem.layers:
        if layer.spread >= 0:
            own = theta[:, layer.deviations : layer.deviations + layer.n_coordinates]
            found += _normal((own**2).sum(axis=1), 0.0, layer.n_coordinates)
    return found


def _of_first_positions(problem: Problem, draws: Draws) -> np.ndarray:
    theta, d = draws.pooled, problem.n_dims
    positions = problem.parameters.positions(theta)[:, : problem.n_first]
    if problem.clusters is None:
        log_scale = theta[:, problem.log_scale]
        squares = (positions**2).sum(axis=(1, 2)) * np.exp(-2.0 * log_scale)
        return _normal(squares, log_scale, problem.n_first * d)
    most, found = problem.clusters.most, np.empty(len(theta))
    counts = draws.extra.get("n_components", np.full(found.shape, most)).ravel()
    at_once = max(1, _FEW_POSITIONS // (problem.n_first * most))
    for start in range(0, len(theta), at_once):
        some = slice(start, start + at_once)
        found[some] = _of_clusters(problem, theta[some], positions[some], counts[some] // problem.n_sites)
    return found


def _of_clusters(problem: Problem, theta: np.ndarray, positions: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Under the mixture of every site, which has so many clusters in each draw, (n_draws,)."""
    assert problem.clusters is not None
    most, d = problem.clusters.most, problem.n_dims
    names = ("cluster_means", "cluster_variances", "cluster_weights")
    means, log_scales, log_weights = (problem.parameters[name].of(theta) for name in names)
    total = np.zeros(len(theta))
    for site, (first, end) in enumerate(itertools.pairwise(problem.site_starts)):
        theirs = np.arange(most) // each[:, None] == site
        own = np.where(theirs, log_weights, -np.inf)
        heights = own - logsumexp(own, axis=1, keepdims=True) - d * (log_scales + 0.5 * _LOG_2_PI)
        gaps = positions[:, first:end, None] - means[:, None]
        squares = (gaps**2).sum(axis=3) * np.exp(-2.0 * log_scales)[:, None]
        total += logsumexp(heights[:, None] - 0.5 * squares, axis=2).sum(axis=1)
    return total
