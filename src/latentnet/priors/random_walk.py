"""The random walk of positions from one period to the next: N(z before, gap·τ² I), τ² scaled inverse chi-square.

Of the positions, the first ones have a prior of their own (of position models or of clusters): each actor's at its
first presence. Those behind them follow an earlier presence of the same actor. Static models have none of those, and
compile nothing of this.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, inline_kernel, kernel, verb
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density

__all__ = [
    "NoWalk",
    "RandomWalk",
    "add_walk_gradient",
    "from_steps",
    "no_walk",
    "pull_to_steps",
    "redraw_step",
    "redraw_step_variance",
    "set_step_mass",
    "step_log_density",
    "to_steps",
    "walk_log_density",
    "walk_natural_change",
]


class RandomWalk(NamedTuple):
    """Who follows whom, and the prior of the steps' variance."""

    n_first: int  # positions (of each dimension) with a prior of their own
    previous: np.ndarray  # (n_positions - n_first,) int64 the presence before, for each of those behind them
    following: np.ndarray  # (n_positions,) int64 the presence after, -1 without one
    gaps: np.ndarray  # (n_positions - n_first,) periods since the presence before
    log_scale: int  # index of log τ in the parameter vector
    v0: float
    df: float
    sites: np.ndarray  # (n_positions,) int64 the space that each is in
    n_sites: int


class NoWalk(RandomWalk):
    """Nobody follows anybody: static models, which compile nothing of walks."""


def no_walk(n_actors: int) -> NoWalk:
    """Every position has a prior of its own, in one space."""
    return NoWalk(
        n_first=n_actors,
        previous=np.zeros(0, np.int64),
        following=np.full(n_actors, -1, np.int64),
        gaps=np.zeros(0),
        log_scale=-1,
        v0=1.0,
        df=1.0,
        sites=np.zeros(n_actors, np.int64),
        n_sites=1,
    )


@inline_kernel
def _squared_steps(walk, n_dims, theta):
    """Σ |z − z before|² / gap."""
    n, total = walk.following.size, 0.0
    for k in range(n_dims):
        z = theta[k * n : (k + 1) * n]
        for p in range(walk.previous.size):
            total += (z[walk.n_first + p] - z[walk.previous[p]]) ** 2 / walk.gaps[p]
    return total


@verb
def walk_log_density(walk, n_dims, theta):
    """Normalised log density of the steps and of log τ."""


@implements(walk_log_density, RandomWalk, UNCOUNTED)
def _walk_log_density(walk, n_dims, theta):
    log_scale = theta[walk.log_scale]
    value = normal_log_density(_squared_steps(walk, n_dims, theta), n_dims * walk.previous.size, log_scale)
    for p in range(walk.gaps.size):
        value -= 0.5 * n_dims * math.log(walk.gaps[p])
    return value + scale_log_density(log_scale, walk.v0, walk.df)


@verb
def walk_natural_change(walk, theta):
    """Log Jacobian to subtract for a density of τ² in place of log τ."""


@implements(walk_natural_change, RandomWalk, UNCOUNTED)
def _walk_natural_change(walk, theta):
    return math.log(2.0) + 2.0 * theta[walk.log_scale]


@verb
def add_walk_gradient(walk, n_dims, theta, gradient):
    """Add the gradient of `walk_log_density` to `gradient`."""


@implements(add_walk_gradient, RandomWalk, UNCOUNTED)
def _add_walk_gradient(walk, n_dims, theta, gradient):
    count, n, log_scale = walk.previous.size, walk.following.size, theta[walk.log_scale]
    precision = math.exp(-2.0 * log_scale)
    for k in range(n_dims):
        z, pulled = theta[k * n : (k + 1) * n], gradient[k * n : (k + 1) * n]
        for p in range(count):
            force = precision * (z[walk.n_first + p] - z[walk.previous[p]]) / walk.gaps[p]
            pulled[walk.n_first + p] -= force
            pulled[walk.previous[p]] += force
    gradient[walk.log_scale] += precision * _squared_steps(walk, n_dims, theta) - n_dims * count
    gradient[walk.log_scale] += scale_log_density_slope(log_scale, walk.v0, walk.df)


@kernel
def to_steps(walk, n_dims, theta):
    """Replace the positions behind the first ones by their steps, in place."""
    n = walk.following.size
    for k in range(n_dims):
        z = theta[k * n : (k + 1) * n]
        for p in range(walk.previous.size - 1, -1, -1):  # a presence comes after those that it follows
            z[walk.n_first + p] -= z[walk.previous[p]]


@kernel
def from_steps(walk, n_dims, theta):
    """Undo `to_steps`."""
    n = walk.following.size
    for k in range(n_dims):
        z = theta[k * n : (k + 1) * n]
        for p in range(walk.previous.size):
            z[walk.n_first + p] += z[walk.previous[p]]


@kernel
def pull_to_steps(walk, n_dims, gradient):
    """Turn a gradient (or what is known) of positions into that of steps, in place: a step moves all that follow."""
    n = walk.following.size
    for k in range(n_dims):
        pulled = gradient[k * n : (k + 1) * n]
        for p in range(walk.previous.size - 1, -1, -1):
            pulled[walk.previous[p]] += pulled[walk.n_first + p]


@verb
def step_log_density(walk, n_dims, theta, presence):
    """Log density of the step to a presence behind the first ones, up to what does not depend on positions."""


@implements(step_log_density, RandomWalk, UNCOUNTED)
def _step_log_density(walk, n_dims, theta, presence):
    n, p, squares = walk.following.size, presence - walk.n_first, 0.0
    for k in range(n_dims):
        squares += (theta[k * n + presence] - theta[k * n + walk.previous[p]]) ** 2
    return -0.5 * squares / walk.gaps[p] * math.exp(-2.0 * theta[walk.log_scale])


@verb
def redraw_step(walk, n_dims, theta, presence, rng):
    """Draw a presence behind the first ones from its prior given the one before, in place."""


@implements(redraw_step, RandomWalk, UNCOUNTED)
def _redraw_step(walk, n_dims, theta, presence, rng):
    n, p = walk.following.size, presence - walk.n_first
    scale = math.exp(theta[walk.log_scale]) * math.sqrt(walk.gaps[p])
    for k in range(n_dims):
        theta[k * n + presence] = theta[k * n + walk.previous[p]] + scale * rng.standard_normal()


@kernel
def set_step_mass(walk, n_dims, theta, information, mass):
    """Masses of the steps given τ, which Hamiltonian moves hold: what the ties say of each, and the walk."""
    n, precision = walk.following.size, math.exp(-2.0 * theta[walk.log_scale])
    for k in range(n_dims):
        for p in range(walk.previous.size):
            mass[k * n + walk.n_first + p] = information[p] + precision / walk.gaps[p]


@kernel
def redraw_step_variance(walk, n_dims, theta, rng):
    """Gibbs draw of τ² given the positions."""
    total = walk.df * walk.v0 + _squared_steps(walk, n_dims, theta)
    chi_square = 2.0 * rng.standard_gamma(0.5 * (walk.df + n_dims * walk.previous.size))
    theta[walk.log_scale] = 0.5 * math.log(total / chi_square)


@implements(walk_log_density, NoWalk, UNCOUNTED)
def _no_walk_log_density(walk, n_dims, theta):
    return 0.0


@implements(walk_natural_change, NoWalk, UNCOUNTED)
def _no_walk_natural_change(walk, theta):
    return 0.0


@implements(add_walk_gradient, NoWalk, UNCOUNTED)
def _no_add_walk_gradient(walk, n_dims, theta, gradient):
    return None


@implements(step_log_density, NoWalk, UNCOUNTED)
def _no_step_log_density(walk, n_dims, theta, presence):
    return 0.0


@implements(redraw_step, NoWalk, UNCOUNTED)
def _no_redraw_step(walk, n_dims, theta, presence, rng):
    return None
