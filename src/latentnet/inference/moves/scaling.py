"""The directions in which all positions move together: the scale with the intercept, that of steps, the location."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from latentnet.compiled import copy_into, inline_kernel
from latentnet.inference.moves.adaptation import FACTOR_00, FACTOR_10, FACTOR_11, LOG_SCALE, learn_block
from latentnet.priors.intercept import Level, of_covariates
from latentnet.priors.joint import shift_positions
from latentnet.priors.random_walk import RandomWalk, redraw_step_variance
from latentnet.problem.verbs import from_steps, log_likelihood, log_prior, scale_positions, to_steps

__all__ = [
    "LayerBlock",
    "Location",
    "ScaleBlock",
    "Steps",
    "redraw_location",
    "redraw_steps",
    "scale_and_shift",
    "stretch_layer",
    "stretch_steps",
]


class ScaleBlock(NamedTuple):
    """Scale of the positions, and intercepts."""

    level: Level  # of the intercepts
    tuning: np.ndarray  # (10,) see `adaptation`


@inline_kernel
def _log_root_mean_square(theta, size):
    """Log of the root mean square of the first `size` values."""
    total = 0.0
    for p in range(size):
        total += theta[p] ** 2
    return 0.5 * math.log(total / size + 1e-300)


@inline_kernel
def _decide(target, state, change, rng):
    """Accept the proposal, whose prior's and Jacobian's part of the log ratio is given, or not; returns 1.0 or 0.0."""
    new_log_likelihood = log_likelihood(target, state.proposal)
    change += new_log_likelihood - state.log_likelihood[0]
    change += log_prior(target, state.proposal) - log_prior(target, state.theta)
    accepted = 0.0
    if math.log(rng.random()) < change:
        copy_into(state.theta, state.proposal)
        state.log_likelihood[0] = new_log_likelihood
        accepted = 1.0
    return accepted


def scale_and_shift(target, state, move, rng):
    """Random walk along z → c·z, μ → c·μ, log σ → log σ + log c, intercepts → intercepts + δ.

    The Jacobian is c to the number of scaled coordinates. Most of it is cancelled by what the density of z given μ and
    σ loses; both are in the ratio below, so it holds for any prior. Random effects do not scale; the standard deviation
    of steps between periods does.
    """
    theta, proposal, tuning, level = state.theta, state.proposal, move.tuning, move.level
    spread = math.exp(tuning[LOG_SCALE])
    first, second = rng.standard_normal(), rng.standard_normal()
    log_c = spread * tuning[FACTOR_00] * first
    copy_into(proposal, theta)
    scaled = scale_positions(target, proposal, log_c)
    for p in range(level.n_intercepts):
        change = tuning[FACTOR_10] * first + tuning[FACTOR_11] * second
        proposal[level.intercept + p] += level.unit[p] * spread * change
    accepted = _decide(target, state, scaled * log_c, rng)
    iteration, n_warmup = state.clock[0], state.clock[1]
    if iteration < n_warmup:
        log_scale = _log_root_mean_square(theta, target.n_actors * target.n_dims)
        intercept = (
            (theta[level.intercept] + of_covariates(level, theta, 0)) / level.unit[0] if level.n_intercepts > 0 else 0.0
        )
        learn_block(tuning, log_scale, intercept, accepted, iteration >= 0.2 * n_warmup, iteration)
    return accepted


class LayerBlock(NamedTuple):
    """The scale of one layer's linear predictor, and its intercepts."""

    level: Level  # of all intercepts
    first: int  # which of them are its own
    last: int
    weight: int  # index of its log w; -1 for the layer whose w is 1
    weights: np.ndarray  # int64 indices of all log w
    degree: float  # of the similarity
    tuning: np.ndarray  # (10,) see `adaptation`


def stretch_layer(target, state, move, rng):
    """Random walk along log w → log w + log c, intercepts → intercepts + δ of one layer.

    In the layer whose w is 1 positions are scaled in its place, as in `scale_and_shift`, and the other layers' weights
    against them: in either case the other layers' linear predictors stay.
    """
    theta, proposal, tuning, level, degree = state.theta, state.proposal, move.tuning, move.level, move.degree
    spread = math.exp(tuning[LOG_SCALE])
    first, second = rng.standard_normal(), rng.standard_normal()
    log_c, jacobian = spread * tuning[FACTOR_00] * first, 0.0
    copy_into(proposal, theta)
    if move.weight >= 0:
        proposal[move.weight] += degree * log_c
    else:
        jacobian = scale_positions(target, proposal, log_c) * log_c
        for k in range(move.weights.size):
            proposal[move.weights[k]] -= degree * log_c
    for p in range(move.first, move.last):
        change = tuning[FACTOR_10] * first + tuning[FACTOR_11] * second
        proposal[level.intercept + p] += level.unit[p] * spread * change
    accepted = _decide(target, state, jacobian, rng)
    iteration, n_warmup, at = state.clock[0], state.clock[1], move.first
    if iteration < n_warmup:
        log_scale = _log_root_mean_square(theta, target.n_actors * target.n_dims)
        if move.weight >= 0:
            log_scale = theta[move.weight] / degree
        intercept = 0.0
        if move.last > at:
            intercept = (theta[level.intercept + at] + of_covariates(level, theta, at)) / level.unit[at]
        learn_block(tuning, log_scale, intercept, accepted, iteration >= 0.2 * n_warmup, iteration)
    return accepted


class Steps(NamedTuple):
    """The walk of positions from period to period."""

    walk: RandomWalk
    n_dims: int


def stretch_steps(target, state, move, rng):
    """Random walk along steps → c·steps, log τ → log τ + log c.

    Given τ the steps' density times the Jacobian does not change: where the ties say little of the steps, τ moves
    freely. The size of the move is itself random, so that one of them suits.
    """
    walk, n_dims = move.walk, move.n_dims
    proposal, n = state.proposal, target.n_actors
    log_c = 3.0 ** -int(3.0 * rng.random()) * rng.standard_normal()
    copy_into(proposal, state.theta)
    to_steps(target, proposal)
    for k in range(n_dims):
        for p in range(k * n + walk.n_first, (k + 1) * n):
            proposal[p] *= math.exp(log_c)
    from_steps(target, proposal)
    proposal[walk.log_scale] += log_c
    return _decide(target, state, n_dims * walk.previous.size * log_c, rng)


def redraw_steps(target, state, move, rng):
    """Gibbs draw of τ² given the positions."""
    redraw_step_variance(move.walk, move.n_dims, state.theta, rng)
    return 1.0


class Location(NamedTuple):
    """The prior that says where positions are."""

    prior: Any


def redraw_location(target, state, move, rng):
    """Draw the location exactly, given everything else; only where the similarity does not feel a translation."""
    shift_positions(move.prior, state.theta, rng)
    return 1.0
