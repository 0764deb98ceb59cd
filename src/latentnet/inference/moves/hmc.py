"""Hamiltonian Monte Carlo on the whole parameter vector.

Static, with jittered trajectories (it beat NUTS in our trials), by coordinates that are not tied to each other: where
positions follow earlier ones, the first of them and the steps; intercepts of average covariates.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import clear, copy_into, fast_kernel, inline_kernel, larger, small_kernel, smaller
from latentnet.inference.moves.adaptation import LOG_STEP, freeze, learn_step_size
from latentnet.inference.moves.path_length import (
    LENGTH,
    N_PARTS,
    PathLength,
    learn_path_length,
    on_trial,
    squared_move,
)
from latentnet.priors.random_walk import RandomWalk, set_step_mass
from latentnet.problem.verbs import (
    add_likelihood_gradient,
    add_prior_gradient,
    from_coordinates,
    log_likelihood,
    log_prior,
    pull_to_coordinates,
    to_coordinates,
)

__all__ = ["N_INFO", "StepMasses", "Trajectories", "hamiltonian_move", "renew_step_masses"]

MOST_STEPS = 400
DIVERGENCE = 1000.0
# Entries of `Trajectories.info`: of the last iteration, and the number of divergences after warm-up.
ACCEPTANCE, STEP_SIZE, N_STEPS, DIVERGING, N_DIVERGENCES = range(5)
N_INFO = 5


class Trajectories(NamedTuple):
    """How trajectories run."""

    mass: np.ndarray  # (n_parameters,)
    step: np.ndarray  # (4,) dual averaging of the step size
    path: PathLength
    target_acceptance: float
    info: np.ndarray  # (N_INFO,)
    centre: float = 0.0  # log of the step that warm-up is held to, in units of the mass
    hold: float = 0.05


@inline_kernel
def _gradient(target, theta, gradient):
    """Gradient by coordinates, at a theta that holds these."""
    clear(gradient)
    if target.indirect:
        from_coordinates(target, theta)
    add_likelihood_gradient(target, theta, gradient)
    add_prior_gradient(target, theta, gradient)
    if target.indirect:
        pull_to_coordinates(target, gradient)
        to_coordinates(target, theta)


@fast_kernel
def _move(theta, momentum, gradient, mass, kick, step):
    for p in range(theta.size):
        moved = momentum[p] + kick * gradient[p]
        momentum[p] = moved
        theta[p] += step * moved / mass[p]


@inline_kernel
def _leapfrog(target, theta, momentum, gradient, mass, step, n_steps):
    """Move theta and momentum along the trajectory in place."""
    if target.indirect:
        to_coordinates(target, theta)
    kick = 0.0
    for s in range(n_steps + 1):
        _gradient(target, theta, gradient)
        if s < n_steps:
            kick = 0.5 * step if s == 0 else step
            _move(theta, momentum, gradient, mass, kick, step)
    for p in range(theta.size):
        momentum[p] += 0.5 * step * gradient[p]
    if target.indirect:
        from_coordinates(target, theta)


@small_kernel
def _kinetic(momentum, mass):
    energy = 0.0
    for p in range(momentum.size):
        energy += 0.5 * momentum[p] ** 2 / mass[p]
    return energy


@inline_kernel
def _go(target, state, move, step, n_parts, n_steps):
    """Move the proposal by parts; of a trial returns how far it got, on average over its first half and over all."""
    proposal, once, twice = state.proposal, 0.0, 0.0
    for part in range(n_parts):
        _leapfrog(target, proposal, state.momentum, state.gradient, move.mass, step, n_steps)
        if n_parts > 1:
            first, second = move.path.first, move.path.second
            # Its root: of the squares a few trials would be most of the sum.
            reached = math.sqrt(squared_move(first, second, target.n_actors, target.n_dims, state.theta, proposal))
            twice += reached / n_parts
            if 2 * part < n_parts:
                once += 2.0 * reached / n_parts
    return once, twice


def hamiltonian_move(target, state, move, rng):
    """One trajectory; returns its acceptance probability."""
    theta, proposal, momentum, mass, info = state.theta, state.proposal, state.momentum, move.mass, move.info
    iteration, n_warmup = state.clock[0], state.clock[1]
    if 0 < n_warmup == iteration:
        freeze(move.step)
    step = math.exp(move.step[LOG_STEP])
    for p in range(theta.size):
        momentum[p] = rng.standard_normal() * math.sqrt(mass[p])
        proposal[p] = theta[p]
    path = move.path
    learning = on_trial(path.tuning, iteration, n_warmup)
    n_parts = N_PARTS if learning else 1
    longest = 4.0 / N_PARTS if learning else 2.0 * rng.random()
    n_steps = int(smaller(larger(round(longest * path.tuning[LENGTH] / step), 1.0), MOST_STEPS // n_parts))
    before = state.log_likelihood[0] + log_prior(target, theta) - _kinetic(momentum, mass)
    once, twice = _go(target, state, move, step, n_parts, n_steps)
    new_log_likelihood = log_likelihood(target, proposal)
    change = new_log_likelihood + log_prior(target, proposal) - _kinetic(momentum, mass) - before
    uniform, acceptance = rng.random(), 0.0
    diverged = not change > -DIVERGENCE  # NaN too
    if not diverged:
        acceptance = math.exp(smaller(change, 0.0))
        if uniform < acceptance:
            copy_into(theta, proposal)
            state.log_likelihood[0] = new_log_likelihood
    if iteration < n_warmup:
        learn_step_size(move.step, acceptance, move.target_acceptance, move.centre, move.hold)
        if learning and not diverged:
            learn_path_length(path.tuning, once, twice, acceptance, path.enough)
    elif diverged:
        info[N_DIVERGENCES] += 1.0
    info[ACCEPTANCE], info[STEP_SIZE], info[N_STEPS] = acceptance, step, n_parts * n_steps
    info[DIVERGING] = 1.0 * diverged
    return acceptance


class StepMasses(NamedTuple):
    """What the masses of steps between periods follow from."""

    walk: RandomWalk
    n_dims: int
    information: np.ndarray  # (n_positions - n_first,) what the ties say of each step
    mass: np.ndarray  # those of the trajectories


def renew_step_masses(target, state, move, rng):
    """Set the masses of steps given τ, which trajectories hold."""
    set_step_mass(move.walk, move.n_dims, state.theta, move.information, move.mass)
    return 1.0
