"""What the engines see: a likelihood (fused or composed) and a prior, by the same few verbs.

Verbs are dispatched on the likelihood's type when a kernel compiles, so the engines are written once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from latentnet.compiled import COUNTED, UNCOUNTED, kernel
from latentnet.likelihood.composed import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.likelihood.fused import fused_actor_log_likelihood, fused_gradient, fused_log_likelihood
from latentnet.likelihood.fused_data import Fused
from latentnet.priors.joint import add_prior_gradient, log_prior

__all__ = [
    "Target",
    "actor_log_likelihood",
    "add_likelihood_gradient",
    "couples_actors",
    "likelihood_value_and_gradient",
    "log_likelihood",
    "log_posterior",
]


class Target(NamedTuple):
    """Likelihood and prior of one model; the likelihood's scratch belongs to one chain."""

    likelihood: Any
    prior: Any  # Prior or ClusterPrior


def log_likelihood(likelihood: Any, theta: np.ndarray) -> float:
    """Log-likelihood of all observed dyads."""
    raise NotImplementedError("compiled code only")


def actor_log_likelihood(likelihood: Any, theta: np.ndarray, actor: int) -> float:
    """Log-likelihood of the dyads that one actor is part of."""
    raise NotImplementedError("compiled code only")


def couples_actors(likelihood: Any) -> bool:
    """Whether `actor_log_likelihood` is that of all dyads, whichever the actor."""
    raise NotImplementedError("compiled code only")


def add_likelihood_gradient(likelihood: Any, theta: np.ndarray, gradient: np.ndarray) -> None:
    """Add the log-likelihood's gradient to `gradient`."""
    raise NotImplementedError("compiled code only")


def _is(likelihood: Any, kind: type) -> bool:
    return getattr(likelihood, "instance_class", None) is kind


@overload(couples_actors)
def _couples_actors(likelihood):
    if _is(likelihood, Composed):
        return lambda likelihood: likelihood.coupled
    return lambda likelihood: False


@overload(log_likelihood, jit_options=UNCOUNTED)
def _fused_log_likelihood(likelihood, theta):
    return fused_log_likelihood.py_func if _is(likelihood, Fused) else None


@overload(actor_log_likelihood, jit_options=UNCOUNTED)
def _fused_actor_log_likelihood(likelihood, theta, actor):
    return fused_actor_log_likelihood.py_func if _is(likelihood, Fused) else None


@overload(add_likelihood_gradient, jit_options=UNCOUNTED)
def _add_fused_gradient(likelihood, theta, gradient):
    return fused_gradient.py_func if _is(likelihood, Fused) else None


@overload(log_likelihood, jit_options=COUNTED)
def _composed_log_likelihood(likelihood, theta):
    return composed_log_likelihood.py_func if _is(likelihood, Composed) else None


@overload(actor_log_likelihood, jit_options=COUNTED)
def _composed_actor_log_likelihood(likelihood, theta, actor):
    return composed_actor_log_likelihood.py_func if _is(likelihood, Composed) else None


@overload(add_likelihood_gradient, jit_options=COUNTED)
def _add_composed_gradient(likelihood, theta, gradient):
    return composed_gradient.py_func if _is(likelihood, Composed) else None


@kernel
def likelihood_value_and_gradient(likelihood, theta, gradient):
    """Add the log-likelihood's gradient to `gradient`; returns the log-likelihood."""
    add_likelihood_gradient(likelihood, theta, gradient)
    return log_likelihood(likelihood, theta)


def log_posterior(target: Target, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Log posterior density (of log σ) and its gradient, for optimisers."""
    gradient = np.zeros_like(theta)
    value = likelihood_value_and_gradient(target.likelihood, theta, gradient)
    add_prior_gradient(target.prior, theta, gradient)
    return value + log_prior(target.prior, theta), gradient
