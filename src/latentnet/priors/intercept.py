"""The normal prior of intercepts, about average covariates: a + Σ β·mean(x) ~ N(mean, 1/precision).

It says the same whatever a covariate's zero is. Of several networks each has an intercept, and of several layers each
has coefficients of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel, small_kernel
from latentnet.priors.normal import normal_log_density

__all__ = [
    "Level",
    "add_level_gradient",
    "centre",
    "deviation",
    "level_log_density",
    "of_covariates",
    "pull_to_centre",
    "uncentre",
]


class Level(NamedTuple):
    """Where intercepts and coefficients are, and the prior of each intercept with its coefficients' average part."""

    intercept: int  # index of the first, -1 without
    n_intercepts: int
    mean: np.ndarray  # (n_intercepts,)
    precision: np.ndarray  # (n_intercepts,)
    unit: np.ndarray  # (n_intercepts,)
    about: float  # 1.0; 0.0 where the prior is of the intercepts themselves, about covariates of 0
    coefficients: np.ndarray  # (n,) int64 indices
    means: np.ndarray  # (n_intercepts, n) of the covariates, 0.0 where they say nothing of an intercept's ties


@small_kernel
def of_covariates(level, theta, p):
    """Σ β·mean(x) in the ties of intercept number p."""
    total = 0.0
    for k in range(level.coefficients.size):
        total += level.means[p, k] * theta[level.coefficients[k]]
    return total


@inline_kernel
def deviation(level, theta, p):
    """How far intercept number p is from where its prior has it."""
    return theta[level.intercept + p] + level.about * of_covariates(level, theta, p) - level.mean[p]


@inline_kernel
def level_log_density(level, theta):
    """Normalised log density."""
    value = 0.0
    for p in range(level.n_intercepts):
        value += normal_log_density(deviation(level, theta, p) ** 2, 1, -0.5 * np.log(level.precision[p]))
    return value


@inline_kernel
def add_level_gradient(level, theta, gradient):
    """Add the gradient of `level_log_density` to `gradient`."""
    for p in range(level.n_intercepts):
        pull = level.precision[p] * deviation(level, theta, p)
        gradient[level.intercept + p] -= pull
        for k in range(level.coefficients.size):
            gradient[level.coefficients[k]] -= level.about * level.means[p, k] * pull


@inline_kernel
def centre(level, theta):
    """Replace intercepts by those for average covariates, in place: coefficients say little of these."""
    for p in range(level.n_intercepts):
        theta[level.intercept + p] += of_covariates(level, theta, p)


@inline_kernel
def uncentre(level, theta):
    """Undo `centre`."""
    for p in range(level.n_intercepts):
        theta[level.intercept + p] -= of_covariates(level, theta, p)


@inline_kernel
def pull_to_centre(level, gradient):
    """Turn a gradient by intercepts and coefficients into that by centred ones, in place."""
    for p in range(level.n_intercepts):
        for k in range(level.coefficients.size):
            gradient[level.coefficients[k]] -= level.means[p, k] * gradient[level.intercept + p]
