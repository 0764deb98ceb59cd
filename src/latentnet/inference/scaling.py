"""The directions in which all positions move together: the scale, with the intercept, and the location."""

from __future__ import annotations

import math

from latentnet._numba import inline_kernel
from latentnet.inference.adaptation import LOG_SCALE
from latentnet.inference.target import log_likelihood, log_prior

__all__ = ["scale_and_shift", "translate"]


@inline_kernel
def log_root_mean_square(theta, size):  # type: ignore[no-untyped-def]
    """Log of the root mean square of the first `size` values."""
    total = 0.0
    for p in range(size):
        total += theta[p] ** 2
    return 0.5 * math.log(total / size + 1e-300)


@inline_kernel
def scale_and_shift(target, state, adaptation, intercept, rng):  # type: ignore[no-untyped-def]
    """Random walk along z → c·z, log σ → log σ + log c, intercept → intercept + δ; returns 1.0 if accepted.

    The Jacobian c^(n·d) is cancelled by what the density of z given σ loses, c^(−n·d); both are in the ratio below, so it holds for any
    prior of positions that are in the scaled slice.
    """
    theta, proposal, prior = state.theta, state.proposal, target.prior
    size = prior.n_actors * prior.n_dims
    spread = math.exp(adaptation.block[LOG_SCALE])
    factor = adaptation.block_factor
    first, second = rng.standard_normal(), rng.standard_normal()
    log_c = spread * factor[0] * first
    proposal[:] = theta
    c = math.exp(log_c)
    for p in range(size):
        proposal[p] = c * theta[p]
    proposal[int(prior.groups[0, 2])] += log_c
    if intercept >= 0:
        proposal[intercept] += spread * (factor[1] * first + factor[2] * second)
    new_log_likelihood = log_likelihood(target.likelihood, proposal)
    change = new_log_likelihood - state.log_likelihood[0]
    change += log_prior(prior, proposal) - log_prior(prior, theta) + size * log_c
    if not math.log(rng.random()) < change:
        return 0.0
    theta[:] = proposal
    state.log_likelihood[0] = new_log_likelihood
    return 1.0


@inline_kernel
def translate(prior, theta, rng):  # type: ignore[no-untyped-def]
    """Draw the positions' centre exactly, given everything else; only where the similarity does not feel a translation."""
    n = prior.n_actors
    spread = math.exp(theta[int(prior.groups[0, 2])]) / math.sqrt(n)
    for k in range(prior.n_dims):
        total = 0.0
        for i in range(n):
            total += theta[k * n + i]
        shift = spread * rng.standard_normal() - total / n
        for i in range(n):
            theta[k * n + i] += shift
