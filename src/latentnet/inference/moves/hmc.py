"""Hamiltonian Monte Carlo on the whole parameter vector.

Static, with jittered trajectories (it beat NUTS in our trials). Where positions follow earlier ones, it moves the first
of them and the steps: small steps tie positions to each other, but not steps to the first positions.
"""

from __future__ import annotations

import math

from latentnet.compiled import fast_kernel, inline_kernel
from latentnet.likelihood.verbs import add_likelihood_gradient, log_likelihood
from latentnet.priors.joint import add_prior_gradient, log_prior
from latentnet.priors.random_walk import from_steps, pull_to_steps, to_steps

__all__ = ["hmc_step"]

MOST_STEPS = 200
DIVERGENCE = 1000.0


@inline_kernel
def _gradient(target, theta, gradient):
    """Gradient by first positions and steps at a theta that holds these."""
    prior = target.prior
    gradient[:] = 0.0
    if prior.moving:
        from_steps(prior.walk, prior.n_dims, theta)
    add_likelihood_gradient(target.likelihood, theta, gradient)
    add_prior_gradient(prior, theta, gradient)
    if prior.moving:
        pull_to_steps(prior.walk, prior.n_dims, gradient)
        to_steps(prior.walk, prior.n_dims, theta)


@fast_kernel
def _move(theta, momentum, gradient, mass, kick, step):
    for p in range(theta.size):
        moved = momentum[p] + kick * gradient[p]
        momentum[p] = moved
        theta[p] += step * moved / mass[p]


@inline_kernel
def _leapfrog(target, theta, momentum, gradient, mass, step, n_steps):
    """Move theta and momentum along the trajectory in place."""
    if target.prior.moving:
        to_steps(target.prior.walk, target.prior.n_dims, theta)
    _gradient(target, theta, gradient)
    for s in range(n_steps):
        kick = 0.5 * step if s == 0 else step
        _move(theta, momentum, gradient, mass, kick, step)
        _gradient(target, theta, gradient)
    for p in range(theta.size):
        momentum[p] += 0.5 * step * gradient[p]
    if target.prior.moving:
        from_steps(target.prior.walk, target.prior.n_dims, theta)


@inline_kernel
def _kinetic(momentum, mass):
    energy = 0.0
    for p in range(momentum.size):
        energy += 0.5 * momentum[p] ** 2 / mass[p]
    return energy


@inline_kernel
def hmc_step(target, state, mass, step, path_length, rng):
    """One transition; returns (acceptance probability, leapfrog steps, diverged)."""
    theta, proposal, momentum = state.theta, state.proposal, state.momentum
    for p in range(theta.size):
        momentum[p] = rng.standard_normal() * math.sqrt(mass[p])
        proposal[p] = theta[p]
    n_steps = int(min(max(round(2.0 * rng.random() * path_length / step), 1.0), MOST_STEPS))
    before = state.log_likelihood[0] + log_prior(target.prior, theta) - _kinetic(momentum, mass)
    _leapfrog(target, proposal, momentum, state.gradient, mass, step, n_steps)
    new_log_likelihood = log_likelihood(target.likelihood, proposal)
    after = new_log_likelihood + log_prior(target.prior, proposal) - _kinetic(momentum, mass)
    change = after - before
    uniform = rng.random()
    if not change > -DIVERGENCE:  # NaN too
        return 0.0, n_steps, True
    acceptance = math.exp(min(change, 0.0))
    if uniform < acceptance:
        theta[:] = proposal
        state.log_likelihood[0] = new_log_likelihood
    return acceptance, n_steps, False
