"""The normal prior of intercepts, about average covariates: a + Σ β·mean(x) ~ N(mean, 1/precision).

It says the same whatever a covariate's zero is. Of several networks each has an intercept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel
from latentnet.priors.normal import normal_log_density

__all__ = ["Level", "add_level_gradient", "centre", "level_log_density", "of_covariates", "pull_to_centre", "uncentre"]


class Level(NamedTuple):
    """Where intercepts and coefficients are, and the prior of their sum for average covariates."""

    intercept: int  # index of the first, -1 without
    n_intercepts: int
    mean: float
    precision: float
    about: float  # 1.0; 0.0 where the prior is of the intercepts themselves, about covariates of 0
    coefficients: np.ndarray  # (n,) int64 indices
    means: np.ndarray  # (n,) of the covariates
    unit: float  # of the intercepts


@inline_kernel
def of_covariates(level, theta):
    """Σ β·mean(x)."""
    total = 0.0
    for k in range(level.coefficients.size):
        total += level.means[k] * theta[level.coefficients[k]]
    return total


@inline_kernel
def level_log_density(level, theta):
    """Normalised log density."""
    shift, squares = level.about * of_covariates(level, theta) - level.mean, 0.0
    for p in range(level.intercept, level.intercept + level.n_intercepts):
        squares += (theta[p] + shift) ** 2
    return normal_log_density(squares, level.n_intercepts, -0.5 * np.log(level.precision))


@inline_kernel
def add_level_gradient(level, theta, gradient):
    """Add the gradient of `level_log_density` to `gradient`."""
    shift, total = level.about * of_covariates(level, theta) - level.mean, 0.0
    for p in range(level.intercept, level.intercept + level.n_intercepts):
        pull = level.precision * (theta[p] + shift)
        gradient[p] -= pull
        total += pull
    for k in range(level.coefficients.size):
        gradient[level.coefficients[k]] -= level.about * level.means[k] * total


@inline_kernel
def centre(level, theta):
    """Replace intercepts by those for average covariates, in place: coefficients say little of these."""
    shift = of_covariates(level, theta)
    for p in range(level.intercept, level.intercept + level.n_intercepts):
        theta[p] += shift


@inline_kernel
def uncentre(level, theta):
    """Undo `centre`."""
    shift = of_covariates(level, theta)
    for p in range(level.intercept, level.intercept + level.n_intercepts):
        theta[p] -= shift


@inline_kernel
def pull_to_centre(level, gradient):
    """Turn a gradient by intercepts and coefficients into that by centred ones, in place."""
    total = 0.0
    for p in range(level.intercept, level.intercept + level.n_intercepts):
        total += gradient[p]
    for k in range(level.coefficients.size):
        gradient[level.coefficients[k]] -= level.means[k] * total
