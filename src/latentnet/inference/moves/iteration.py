"""One iteration of the sampler, and the compiled loop over a chunk of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel, kernel
from latentnet.inference.moves.adaptation import (
    LOG_STEP,
    freeze,
    learn_block,
    learn_step_size,
)
from latentnet.inference.moves.branches import Branches, swing
from latentnet.inference.moves.hmc import hmc_step
from latentnet.inference.moves.relocation import relocate, swap
from latentnet.inference.moves.scaling import log_root_mean_square, scale_and_shift, stretch_steps
from latentnet.likelihood.verbs import log_likelihood
from latentnet.priors.joint import natural_log_prior, shift_positions
from latentnet.priors.positions import redraw_own_values, write_labels
from latentnet.priors.random_effects import redraw_variances, shift_effects
from latentnet.priors.random_walk import redraw_step_variance, set_step_mass

__all__ = ["STATISTICS", "Moves", "State", "new_state", "run_chunk"]

STATISTICS = ("lp", "log_likelihood_total", "acceptance_rate", "step_size", "n_steps", "diverging")


class State(NamedTuple):
    """Where a chain is, with its scratch."""

    theta: np.ndarray
    log_likelihood: np.ndarray  # (1,)
    proposal: np.ndarray
    momentum: np.ndarray
    gradient: np.ndarray
    saved: np.ndarray  # (n_dims,)
    centre: np.ndarray  # (n_dims,)
    labels: np.ndarray  # (n_actors,) clusters; empty without


class Moves(NamedTuple):
    """Which moves an iteration makes, and how."""

    mass: np.ndarray  # (n_parameters,)
    graph: tuple[np.ndarray, np.ndarray]  # CSR (starts, neighbours) of ties in either direction
    branches: Branches
    path_length: float
    target_acceptance: float
    relocations: int
    swaps: int
    swings: int
    scaled: bool  # the joint scale and intercept block
    translated: bool  # the exact draw of the location
    intercept: int  # index into the parameter vector, -1 without one
    n_intercepts: int  # one a network
    step_mass: np.ndarray  # (n_positions - n_first,) what the ties say of each step between periods


def new_state(theta: np.ndarray, n_dims: int, n_labels: int = 0) -> State:
    """A state at these parameters.

    The first chunk computes its log-likelihood, and labels are drawn before they are used.
    """
    return State(
        theta=theta.copy(),
        log_likelihood=np.full(1, np.nan),
        proposal=np.zeros(theta.size),
        momentum=np.zeros(theta.size),
        gradient=np.zeros(theta.size),
        saved=np.zeros(n_dims),
        centre=np.zeros(n_dims),
        labels=np.zeros(n_labels, np.int64),
    )


@inline_kernel
def _move_together(target, state, adaptation, moves, iteration, n_warmup, rng):
    """The scale and location blocks, and what warm-up learns about them."""
    if moves.scaled:
        accepted = scale_and_shift(target, state, adaptation, (moves.intercept, moves.n_intercepts), rng)
        if iteration < n_warmup:
            size = target.prior.n_actors * target.prior.n_dims
            intercept = state.theta[moves.intercept] if moves.intercept >= 0 else 0.0
            settled = iteration >= 0.2 * n_warmup
            learn_block(adaptation, log_root_mean_square(state.theta, size), intercept, accepted, settled, iteration)
    if moves.translated:
        shift_positions(target.prior, state.theta, rng)
    if target.prior.moving:
        stretch_steps(target, state, rng)
        redraw_step_variance(target.prior.walk, target.prior.n_dims, state.theta, rng)
    if target.prior.groups.shape[0] > 0:
        redraw_variances(target.prior, state.theta, rng)
        shift_effects(target.prior, state.theta, (moves.intercept, moves.n_intercepts), rng)


@kernel
def run_chunk(target, state, adaptation, moves, span, out, statistics, labels, rng):
    """Run iterations span[0]..span[1]-1 of a chain whose warm-up has span[2]; keep every span[3]-th after it.

    Parameters
    ----------
    target : Target
    state : State
    adaptation : Adaptation
    moves : Moves
    span : tuple of int
        First iteration, end, warm-up, thin.
    out : ndarray of shape (n_draws, n_parameters)
    statistics : ndarray of shape (n_draws, 6)
        In the order of `STATISTICS`.
    labels : int ndarray of shape (n_draws, n_actors + 1)
        Labels of each draw, then the number of components; (n_draws, 0) without clusters.
    rng : numpy.random.Generator

    Returns
    -------
    int
        Divergences after warm-up in this chunk.
    """
    first, end, n_warmup, thin = span
    divergences = 0
    if first == 0:
        state.log_likelihood[0] = log_likelihood(target.likelihood, state.theta)
    for iteration in range(first, end):
        if iteration == n_warmup and n_warmup > 0:
            freeze(adaptation)
        if target.prior.moving:
            set_step_mass(target.prior.walk, target.prior.n_dims, state.theta, moves.step_mass, moves.mass)
        step = math.exp(adaptation.step[LOG_STEP])
        acceptance, n_steps, diverged = hmc_step(target, state, moves.mass, step, moves.path_length, rng)
        if iteration < n_warmup:
            learn_step_size(adaptation, acceptance, moves.target_acceptance)
        elif diverged:
            divergences += 1
        if moves.relocations > 0:
            relocate(target, state, moves.graph, moves.relocations, rng)
        if moves.swaps > 0:
            swap(target, state, moves.swaps, rng)
        if moves.swings > 0:
            swing(target, state, moves.branches, moves.swings, rng)
        redraw_own_values(target.prior.positions, state.theta, state.labels, moves.mass, rng)
        _move_together(target, state, adaptation, moves, iteration, n_warmup, rng)
        kept = iteration - n_warmup + 1
        if kept > 0 and kept % thin == 0:
            row = kept // thin - 1
            out[row] = state.theta
            write_labels(target.prior.positions, state.labels, labels[row])
            value = state.log_likelihood[0]
            statistics[row, 0] = value + natural_log_prior(target.prior, state.theta)
            statistics[row, 1] = value
            statistics[row, 2] = acceptance
            statistics[row, 3] = step
            statistics[row, 4] = n_steps
            statistics[row, 5] = 1.0 if diverged else 0.0
    return divergences
