"""A likelihood that sees some positions narrowed: each parameter times a factor, which may change while chains run.

With factors from 0 to 1 on the last dimension of the positions, a model of d dimensions becomes one of d - 1. The
likelihood that is narrowed is called by address: this compiles once for all kinds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, inline_kernel
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    address_of,
    change_of_swap,
    couples_actors,
    is_coupled,
    log_likelihood,
)
from latentnet.native import Memory, call, do

__all__ = ["Narrowed", "narrowed"]


class _NarrowedFields(NamedTuple):
    """What compiled code reads."""

    likelihood: int  # addresses of the likelihood, and of what evaluates it
    value: int
    gradient: int
    of_actor: int  # 0 where it offers none
    of_swap: int
    coupled: bool
    factors: np.ndarray  # (n_parameters,)
    theta: np.ndarray  # scratch
    pulled: np.ndarray  # scratch


class Narrowed(_NarrowedFields):
    """A likelihood of narrowed positions; `part` keeps it alive. `factors` may be set in place."""

    part: Memory


def narrowed(likelihood: Any, n_parameters: int) -> Narrowed:
    """Narrow a likelihood with scratch of its own; all factors are 1 at first."""
    part = Memory(likelihood)
    bound = Narrowed(
        likelihood=part.address,
        value=address_of(log_likelihood, part),
        gradient=address_of(add_likelihood_gradient, part),
        of_actor=address_of(actor_log_likelihood, part),
        of_swap=address_of(change_of_swap, part),
        coupled=is_coupled(likelihood),
        factors=np.ones(n_parameters),
        theta=np.zeros(n_parameters),
        pulled=np.zeros(n_parameters),
    )
    bound.part = part
    return bound


@implements(couples_actors, Narrowed)
def _couples_actors(likelihood: Narrowed) -> bool:
    return likelihood.coupled


@inline_kernel
def _seen(likelihood, theta):
    """Write to the scratch what the likelihood sees, and return it."""
    seen, factors = likelihood.theta, likelihood.factors
    for p in range(theta.size):
        seen[p] = factors[p] * theta[p]
    return seen


@implements(log_likelihood, Narrowed, UNCOUNTED)
def _log_likelihood(likelihood, theta):
    return call(likelihood.value, (likelihood.likelihood, _seen(likelihood, theta)))


@implements(actor_log_likelihood, Narrowed, UNCOUNTED)
def _actor_log_likelihood(likelihood, theta, actor):
    seen = _seen(likelihood, theta)
    if likelihood.coupled:
        return call(likelihood.value, (likelihood.likelihood, seen))
    return call(likelihood.of_actor, (likelihood.likelihood, seen, actor))


@implements(change_of_swap, Narrowed, UNCOUNTED)
def _change_of_swap(likelihood, theta, i, j):
    """Where the likelihood offers it (`inference.tuning` asks)."""
    return call(likelihood.of_swap, (likelihood.likelihood, _seen(likelihood, theta), i, j))


@implements(add_likelihood_gradient, Narrowed, UNCOUNTED)
def _add_gradient(likelihood, theta, gradient):
    seen, factors, pulled = _seen(likelihood, theta), likelihood.factors, likelihood.pulled
    for p in range(theta.size):
        pulled[p] = 0.0
    do(likelihood.gradient, (likelihood.likelihood, seen, pulled))
    for p in range(theta.size):
        gradient[p] += factors[p] * pulled[p]
