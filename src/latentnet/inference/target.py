"""What the engines see: a likelihood (fused or composed) and a prior, by the same few verbs.

Verbs are dispatched on the likelihood's type when a kernel compiles, so the engines are written once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from latentnet._numba import inline_kernel, kernel
from latentnet.inference.fused import Fused, fused_actor_log_likelihood, fused_gradient, fused_log_likelihood
from latentnet.inference.linear_predictor import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density

__all__ = [
    "Prior",
    "Target",
    "actor_log_likelihood",
    "actor_log_prior",
    "add_likelihood_gradient",
    "add_prior_gradient",
    "log_likelihood",
    "likelihood_value_and_gradient",
    "log_posterior",
    "log_prior",
    "natural_log_prior",
]

# Columns of `Prior.groups`.
START, STOP, SCALE, V0, DF = range(5)


class Prior(NamedTuple):
    """Prior of the whole parameter vector.

    Values with a positive `precision` are N(0, 1/precision). A group is a slice of values N(0, σ²), with log σ in the parameter vector
    and σ² scaled inverse chi-square; the positions are the first group of a position model.
    """

    n_actors: int
    n_dims: int
    precision: np.ndarray  # (n_parameters,)
    groups: np.ndarray  # (n_groups, 5): start, stop, index of log σ, v0, df


class Target(NamedTuple):
    """Likelihood and prior of one model; the likelihood's scratch belongs to one chain."""

    likelihood: Any
    prior: Prior


def log_likelihood(likelihood: Any, theta: np.ndarray) -> float:
    """Log-likelihood of all observed dyads."""
    raise NotImplementedError("compiled code only")


def actor_log_likelihood(likelihood: Any, theta: np.ndarray, actor: int) -> float:
    """Log-likelihood of the dyads that one actor is part of."""
    raise NotImplementedError("compiled code only")


def add_likelihood_gradient(likelihood: Any, theta: np.ndarray, gradient: np.ndarray) -> None:
    """Add the log-likelihood's gradient to `gradient`."""
    raise NotImplementedError("compiled code only")


def _is(likelihood: Any, kind: type) -> bool:
    return getattr(likelihood, "instance_class", None) is kind


@overload(log_likelihood)
def _log_likelihood(likelihood, theta):  # type: ignore[no-untyped-def]
    if _is(likelihood, Fused):
        return fused_log_likelihood.py_func
    if _is(likelihood, Composed):
        return composed_log_likelihood.py_func
    return None


@overload(actor_log_likelihood)
def _actor_log_likelihood(likelihood, theta, actor):  # type: ignore[no-untyped-def]
    if _is(likelihood, Fused):
        return fused_actor_log_likelihood.py_func
    if _is(likelihood, Composed):
        return composed_actor_log_likelihood.py_func
    return None


@overload(add_likelihood_gradient)
def _add_likelihood_gradient(likelihood, theta, gradient):  # type: ignore[no-untyped-def]
    if _is(likelihood, Fused):
        return fused_gradient.py_func
    if _is(likelihood, Composed):
        return composed_gradient.py_func
    return None


@kernel
def log_prior(prior, theta):  # type: ignore[no-untyped-def]
    """Normalised log prior density of the parameter vector (of log σ, not σ²)."""
    value = 0.0
    for p in range(theta.size):
        if prior.precision[p] > 0.0:
            value += normal_log_density(theta[p] * theta[p], 1, -0.5 * np.log(prior.precision[p]))
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop = int(group[START]), int(group[STOP])
        log_scale = theta[int(group[SCALE])]
        squares = 0.0
        for p in range(start, stop):
            squares += theta[p] * theta[p]
        value += normal_log_density(squares, stop - start, log_scale)
        value += scale_log_density(log_scale, group[V0], group[DF])
    return value


@kernel
def natural_log_prior(prior, theta):  # type: ignore[no-untyped-def]
    """Normalised log prior density on the natural scale: of σ² where the parameter vector holds log σ."""
    value = log_prior(prior, theta)
    for g in range(prior.groups.shape[0]):
        value -= np.log(2.0) + 2.0 * theta[int(prior.groups[g, SCALE])]
    return value


@kernel
def add_prior_gradient(prior, theta, gradient):  # type: ignore[no-untyped-def]
    """Add the gradient of `log_prior` to `gradient`."""
    for p in range(theta.size):
        gradient[p] -= prior.precision[p] * theta[p]
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop, scale = int(group[START]), int(group[STOP]), int(group[SCALE])
        precision = np.exp(-2.0 * theta[scale])
        squares = 0.0
        for p in range(start, stop):
            squares += theta[p] * theta[p]
            gradient[p] -= precision * theta[p]
        gradient[scale] += squares * precision - (stop - start)
        gradient[scale] += scale_log_density_slope(theta[scale], group[V0], group[DF])


@inline_kernel
def actor_log_prior(prior, theta, actor):  # type: ignore[no-untyped-def]
    """Log prior density of one actor's position, up to what does not depend on the position."""
    squares = 0.0
    for k in range(prior.n_dims):
        squares += theta[k * prior.n_actors + actor] ** 2
    return -0.5 * squares * np.exp(-2.0 * theta[int(prior.groups[0, SCALE])])


@kernel
def likelihood_value_and_gradient(likelihood, theta, gradient):  # type: ignore[no-untyped-def]
    """Add the log-likelihood's gradient to `gradient`; returns the log-likelihood."""
    add_likelihood_gradient(likelihood, theta, gradient)
    return log_likelihood(likelihood, theta)


def log_posterior(target: Target, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Log posterior density (of log σ) and its gradient, for optimisers."""
    gradient = np.zeros_like(theta)
    value = likelihood_value_and_gradient(target.likelihood, theta, gradient)
    add_prior_gradient(target.prior, theta, gradient)
    return value + log_prior(target.prior, theta), gradient
