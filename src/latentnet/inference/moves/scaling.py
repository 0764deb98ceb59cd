"""The directions in which all positions move together: the scale, with the intercept, and that of steps."""

from __future__ import annotations

import math

from latentnet.compiled import inline_kernel
from latentnet.inference.moves.adaptation import LOG_SCALE
from latentnet.likelihood.verbs import log_likelihood
from latentnet.priors.joint import log_prior, scale_positions
from latentnet.priors.random_walk import from_steps, to_steps

__all__ = ["log_root_mean_square", "scale_and_shift", "stretch_steps"]


@inline_kernel
def log_root_mean_square(theta, size):
    """Log of the root mean square of the first `size` values."""
    total = 0.0
    for p in range(size):
        total += theta[p] ** 2
    return 0.5 * math.log(total / size + 1e-300)


@inline_kernel
def scale_and_shift(target, state, adaptation, intercepts, rng):
    """Random walk along z → c·z, μ → c·μ, log σ → log σ + log c, intercepts → intercepts + δ.

    Returns 1.0 if accepted. The Jacobian is c to the number of scaled coordinates. Most of it is cancelled by what the
    density of z given μ and σ loses; both are in the ratio below, so it holds for any prior. Random effects do not
    scale; the standard deviation of steps between periods does.
    """
    theta, proposal, prior = state.theta, state.proposal, target.prior
    spread = math.exp(adaptation.block[LOG_SCALE])
    factor = adaptation.block_factor
    first, second = rng.standard_normal(), rng.standard_normal()
    log_c = spread * factor[0] * first
    proposal[:] = theta
    scaled = scale_positions(prior, proposal, log_c)
    intercept, n_intercepts = intercepts
    if intercept >= 0:
        for p in range(intercept, intercept + n_intercepts):
            proposal[p] += spread * (factor[1] * first + factor[2] * second)
    new_log_likelihood = log_likelihood(target.likelihood, proposal)
    change = new_log_likelihood - state.log_likelihood[0]
    change += log_prior(prior, proposal) - log_prior(prior, theta) + scaled * log_c
    if not math.log(rng.random()) < change:
        return 0.0
    theta[:] = proposal
    state.log_likelihood[0] = new_log_likelihood
    return 1.0


@inline_kernel
def stretch_steps(target, state, rng):
    """Random walk along steps → c·steps, log τ → log τ + log c; returns 1.0 if accepted.

    Given τ the steps' density times the Jacobian does not change: where the ties say little of the steps, τ moves
    freely. The size of the move is itself random, so that one of them suits.
    """
    theta, proposal, prior = state.theta, state.proposal, target.prior
    walk, n = prior.walk, prior.n_actors
    log_c = 3.0 ** -int(3.0 * rng.random()) * rng.standard_normal()
    proposal[:] = theta
    to_steps(walk, prior.n_dims, proposal)
    for k in range(prior.n_dims):
        proposal[k * n + walk.n_first : (k + 1) * n] *= math.exp(log_c)
    from_steps(walk, prior.n_dims, proposal)
    proposal[walk.log_scale] += log_c
    new_log_likelihood = log_likelihood(target.likelihood, proposal)
    change = new_log_likelihood - state.log_likelihood[0]
    change += log_prior(prior, proposal) - log_prior(prior, theta) + prior.n_dims * walk.previous.size * log_c
    if not math.log(rng.random()) < change:
        return 0.0
    theta[:] = proposal
    state.log_likelihood[0] = new_log_likelihood
    return 1.0
