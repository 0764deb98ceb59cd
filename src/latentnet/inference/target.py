"""What the engines see: a likelihood (fused or composed) and a prior, by the same few verbs.

Verbs are dispatched on the likelihood's type when a kernel compiles, so the engines are written once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from latentnet._numba import kernel
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
    "log_posterior_gradient",
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
        return lambda likelihood, theta: fused_log_likelihood(likelihood, theta)
    if _is(likelihood, Composed):
        return lambda likelihood, theta: composed_log_likelihood(likelihood, theta)
    return None


@overload(actor_log_likelihood)
def _actor_log_likelihood(likelihood, theta, actor):  # type: ignore[no-untyped-def]
    if _is(likelihood, Fused):
        return lambda likelihood, theta, actor: fused_actor_log_likelihood(likelihood, theta, actor)
    if _is(likelihood, Composed):
        return lambda likelihood, theta, actor: composed_actor_log_likelihood(likelihood, theta, actor)
    return None


@overload(add_likelihood_gradient)
def _add_likelihood_gradient(likelihood, theta, gradient):  # type: ignore[no-untyped-def]
    if _is(likelihood, Fused):
        return lambda likelihood, theta, gradient: fused_gradient(likelihood, theta, gradient)
    if _is(likelihood, Composed):
        return lambda likelihood, theta, gradient: composed_gradient(likelihood, theta, gradient)
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


@kernel
def actor_log_prior(prior, theta, actor):  # type: ignore[no-untyped-def]
    """Log prior density of one actor's position, up to what does not depend on the position."""
    squares = 0.0
    for k in range(prior.n_dims):
        squares += theta[k * prior.n_actors + actor] ** 2
    return -0.5 * squares * np.exp(-2.0 * theta[int(prior.groups[0, SCALE])])


@kernel
def log_posterior_gradient(target, theta, gradient):  # type: ignore[no-untyped-def]
    """Overwrite `gradient` by that of the log posterior; returns the log posterior density."""
    gradient[:] = 0.0
    add_likelihood_gradient(target.likelihood, theta, gradient)
    add_prior_gradient(target.prior, theta, gradient)
    return log_likelihood(target.likelihood, theta) + log_prior(target.prior, theta)
