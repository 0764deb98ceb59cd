"""The prior of the whole parameter vector: values × first positions × the walk of later ones.

What is of positions is asked of `prior.positions` by the verbs of `priors/positions.py`, which are dispatched on its
type when a kernel compiles: a position model compiles nothing of clusters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, inline_kernel, kernel, verb
from latentnet.priors.correlated import N_WORK, SIZE, add_block_gradient, block_log_density, block_natural_change
from latentnet.priors.intercept import (
    Level,
    add_level_gradient,
    centre,
    level_log_density,
    pull_to_centre,
    uncentre,
)
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density, pull_to_zero
from latentnet.priors.own_maps import NO_OWN_MAPS, add_own_maps_gradient, own_maps_log_density
from latentnet.priors.positions import (
    add_positions_gradient,
    draw_shift,
    position_log_density,
    positions_log_density,
    positions_natural_change,
    redraw_position,
    scale_own_values,
)
from latentnet.priors.random_effects import (
    DF,
    SCALE,
    START,
    STOP,
    V0,
    add_correlation_gradient,
    correlation_log_density,
)
from latentnet.priors.random_walk import (
    RandomWalk,
    add_walk_gradient,
    from_steps,
    pull_to_steps,
    redraw_step,
    step_log_density,
    to_steps,
    walk_log_density,
    walk_natural_change,
)

__all__ = [
    "BlockedPrior",
    "CorrelatedPrior",
    "Prior",
    "actor_log_prior",
    "add_prior_gradient",
    "from_coordinates",
    "log_prior",
    "make_prior",
    "natural_change",
    "natural_log_prior",
    "pull_to_coordinates",
    "redraw_actor",
    "scale_positions",
    "shift_positions",
    "to_coordinates",
    "with_own_work",
]

_NO_BLOCKS, _NO_WORK = np.zeros((0, 3), np.int64), np.zeros((0, 0, 0))


class Prior(NamedTuple):
    """Prior of the parameter vector.

    Values with a positive `precision` are N(`means`, 1/precision). A group is a slice of values N(0, σ²), with log σ in
    the parameter vector and σ² scaled inverse chi-square: random effects, and, with an empty slice, a family's own σ.
    """

    n_actors: int  # or presences of actors in periods
    n_dims: int
    precision: np.ndarray  # (n_parameters,)
    means: np.ndarray  # (n_parameters,)
    # (n_groups, 8): start, stop, index of log σ, v0, df, how much η rises with all of the values, and in the ties of
    # which intercepts: the first of them, and the one behind the last
    groups: np.ndarray
    correlations: np.ndarray  # (n_correlations, 3) int64: two groups, index of atanh of their correlation
    logs: np.ndarray  # (n_parameters,) 1.0 where the value is the log of what is reported, but for σ
    level: Level  # of the intercepts
    indirect: bool  # whether trajectories move other coordinates than these (`to_coordinates`)
    moving: bool  # whether positions follow earlier ones: asked first, as handing the walk on costs reference counts
    walk: RandomWalk
    positions: Any  # the bound prior of the first positions
    # (n_blocks, 3) int64: the first of the groups, the last of all, that have a correlation matrix; how many they are;
    # where it begins (`latentnet.priors.correlated`)
    blocks: np.ndarray = _NO_BLOCKS
    work: np.ndarray = _NO_WORK  # (N_WORK, ·, ·) scratch
    own_maps: Any = NO_OWN_MAPS  # the prior of layers' weights, where layers have positions of their own


class CorrelatedPrior(Prior):
    """The same with correlated random effects."""


class BlockedPrior(CorrelatedPrior):
    """The same with blocks of groups that have a correlation matrix."""


def make_prior(**fields: Any) -> Prior:
    """The prior of these fields, of the type that has what it needs and no more compiled."""
    moving = fields["walk"].previous.size > 0
    fields |= {"moving": moving, "indirect": moving or bool(fields["level"].means.any())}
    if len(fields.get("blocks", ())):
        return with_own_work(BlockedPrior(**fields))
    return (CorrelatedPrior if len(fields["correlations"]) else Prior)(**fields)


def with_own_work(prior: Prior) -> Prior:
    """The same with scratch of its own for correlation matrices, if there are any."""
    if not len(prior.blocks):
        return prior
    most = int(prior.blocks[:, SIZE].max())
    return prior._replace(work=np.zeros((N_WORK, most, most)))


@verb
def correlations_log_density(prior, theta):
    """What correlations add to the log density of groups as independent ones."""


@verb
def correlations_natural_change(prior, theta):
    """Log Jacobian to add for a density of ρ in place of atanh ρ."""


@verb
def add_correlations_gradient(prior, theta, gradient):
    """Add the gradient of `correlations_log_density` to `gradient`."""


@implements(correlations_log_density, Prior, UNCOUNTED)
def _none(prior, theta):
    return 0.0


@implements(correlations_natural_change, Prior, UNCOUNTED)
def _none_either(prior, theta):
    return 0.0


@implements(add_correlations_gradient, Prior, UNCOUNTED)
def _nothing(prior, theta, gradient):
    return None


@implements(correlations_log_density, CorrelatedPrior, UNCOUNTED)
@inline_kernel
def _correlations(prior, theta):
    value = 0.0
    for c in range(prior.correlations.shape[0]):
        value += correlation_log_density(prior.groups, prior.correlations[c], theta)
    return value


@implements(correlations_natural_change, CorrelatedPrior, UNCOUNTED)
@inline_kernel
def _change(prior, theta):
    value = 0.0
    for c in range(prior.correlations.shape[0]):
        value += 2.0 * np.log(np.cosh(theta[prior.correlations[c, 2]]))
    return value


@implements(add_correlations_gradient, CorrelatedPrior, UNCOUNTED)
@inline_kernel
def _add_gradient(prior, theta, gradient):
    for c in range(prior.correlations.shape[0]):
        add_correlation_gradient(prior.groups, prior.correlations[c], theta, gradient)


@implements(correlations_log_density, BlockedPrior, UNCOUNTED)
def _correlations_of_blocks(prior, theta):
    value = _correlations(prior, theta)
    for b in range(prior.blocks.shape[0]):
        value += block_log_density(prior.groups, prior.blocks[b], theta, prior.work)
    return value


@implements(correlations_natural_change, BlockedPrior, UNCOUNTED)
def _change_of_blocks(prior, theta):
    value = _change(prior, theta)
    for b in range(prior.blocks.shape[0]):
        value += block_natural_change(prior.blocks[b], theta)
    return value


@implements(add_correlations_gradient, BlockedPrior, UNCOUNTED)
def _add_gradient_of_blocks(prior, theta, gradient):
    _add_gradient(prior, theta, gradient)
    for b in range(prior.blocks.shape[0]):
        add_block_gradient(prior.groups, prior.blocks[b], theta, prior.work, gradient)


@inline_kernel
def log_prior(prior, theta):
    """Normalised log prior density of the parameter vector (of log σ, not σ²), labels summed out."""
    value = positions_log_density(prior.positions, theta) + own_maps_log_density(prior.own_maps, theta)
    value += level_log_density(prior.level, theta)
    value += walk_log_density(prior.walk, prior.n_dims, theta)
    for p in range(theta.size):
        if prior.precision[p] > 0.0:
            value += normal_log_density((theta[p] - prior.means[p]) ** 2, 1, -0.5 * np.log(prior.precision[p]))
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop = int(group[START]), int(group[STOP])
        log_scale = theta[int(group[SCALE])]
        squares = 0.0
        for p in range(start, stop):
            squares += theta[p] * theta[p]
        value += normal_log_density(squares, stop - start, log_scale)
        value += scale_log_density(log_scale, group[V0], group[DF])
    return value + correlations_log_density(prior, theta)


@inline_kernel
def natural_change(prior, theta):
    """Log Jacobian to add for a density on the natural scale: of σ² and λ in place of log σ and l."""
    value = -positions_natural_change(prior.positions, theta)
    value -= walk_natural_change(prior.walk, theta)
    for g in range(prior.groups.shape[0]):
        value -= np.log(2.0) + 2.0 * theta[int(prior.groups[g, SCALE])]
    value += correlations_natural_change(prior, theta)
    for p in range(theta.size):
        value -= prior.logs[p] * theta[p]
    return value


@kernel
def natural_log_prior(prior, theta):
    """Normalised log prior density on the natural scale: of σ² and λ where the parameter vector holds log σ and l."""
    return log_prior(prior, theta) + natural_change(prior, theta)


@inline_kernel
def _pull_values(theta, precision, means, gradient):
    for p in range(theta.size):
        gradient[p] -= precision[p] * (theta[p] - means[p])


@inline_kernel
def add_prior_gradient(prior, theta, gradient):
    """Add the gradient of `log_prior` to `gradient`."""
    add_positions_gradient(prior.positions, theta, gradient)
    add_own_maps_gradient(prior.own_maps, theta, gradient)
    add_level_gradient(prior.level, theta, gradient)
    add_walk_gradient(prior.walk, prior.n_dims, theta, gradient)
    _pull_values(theta, prior.precision, prior.means, gradient)
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop, scale = int(group[START]), int(group[STOP]), int(group[SCALE])
        precision = np.exp(-2.0 * theta[scale])
        squares = pull_to_zero(theta[start:stop], precision, gradient[start:stop])
        gradient[scale] += squares * precision - (stop - start)
        gradient[scale] += scale_log_density_slope(theta[scale], group[V0], group[DF])
    add_correlations_gradient(prior, theta, gradient)


@inline_kernel
def actor_log_prior(prior, theta, actor):
    """Log prior density of one actor's position, given earlier ones, up to what does not depend on it.

    After `prepare_actors` of `prior.positions`.
    """
    if prior.moving and actor >= prior.walk.n_first:
        return step_log_density(prior.walk, prior.n_dims, theta, actor)
    return position_log_density(prior.positions, theta, actor)


@inline_kernel
def redraw_actor(prior, theta, actor, rng):
    """Draw one actor's position from its prior given earlier ones, in place."""
    if actor < prior.walk.n_first:
        redraw_position(prior.positions, theta, actor, rng)
    else:
        redraw_step(prior.walk, prior.n_dims, theta, actor, rng)


@inline_kernel
def scale_positions(prior, theta, log_c):
    """Scale positions, and what of the prior lies in their space, by e^log_c in place; returns how many coordinates."""
    size, c = prior.n_actors * prior.n_dims, np.exp(log_c)
    for p in range(size):
        theta[p] *= c
    if prior.moving:
        theta[prior.walk.log_scale] += log_c
    return size + scale_own_values(prior.positions, theta, log_c)


@inline_kernel
def shift_positions(prior, theta, rng):
    """Draw the location of everything in each space exactly, given how it lies around it."""
    n, sites = prior.n_actors, prior.walk.sites
    for site in range(prior.walk.n_sites):
        for k in range(prior.n_dims):
            shift = draw_shift(prior.positions, theta, sites, site, k, rng)
            for i in range(n):
                if sites[i] == site:
                    theta[k * n + i] += shift


@inline_kernel
def to_coordinates(prior, theta):
    """Replace, in place, intercepts by centred ones and later positions by steps: what Hamiltonian moves take.

    Neither is tied to what it was tied to; the change of variables has determinant 1.
    """
    centre(prior.level, theta)
    if prior.moving:
        to_steps(prior.walk, prior.n_dims, theta)


@inline_kernel
def from_coordinates(prior, theta):
    """Undo `to_coordinates`."""
    uncentre(prior.level, theta)
    if prior.moving:
        from_steps(prior.walk, prior.n_dims, theta)


@inline_kernel
def pull_to_coordinates(prior, gradient):
    """Turn a gradient by parameters into that by coordinates, in place."""
    pull_to_centre(prior.level, gradient)
    if prior.moving:
        pull_to_steps(prior.walk, prior.n_dims, gradient)
