"""The prior of the whole parameter vector, with and without clusters, by the same verbs.

Verbs that differ are dispatched on the prior's type when a kernel compiles, so a position model compiles nothing of
clusters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from latentnet.compiled import fast_kernel, inline_kernel, kernel
from latentnet.inference.moves.random_effects import (
    DF,
    SCALE,
    START,
    STOP,
    V0,
    add_correlation_gradient,
    correlation_log_density,
)
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.mixture import (
    Mixture,
    actor_mixture_log_density,
    add_mixture_gradient,
    clusters_of_site,
    fill_constants,
    log_total_weight,
    mean_index,
    mixture_log_density,
    natural_change,
    scale_index,
    site_of_actor,
    weight_index,
)
from latentnet.priors.mixture_draws import draw_clusters, draw_labels, set_cluster_mass
from latentnet.priors.normal import normal_log_density
from latentnet.priors.random_walk import (
    RandomWalk,
    add_walk_gradient,
    step_log_density,
    walk_log_density,
    walk_natural_change,
)
from latentnet.priors.split_merge import compact_labels, draw_n_components, split_or_merge

__all__ = [
    "ClusterPrior",
    "Prior",
    "actor_log_prior",
    "add_prior_gradient",
    "log_prior",
    "natural_log_prior",
    "prepare_actors",
    "redraw_actor",
    "redraw_clusters",
    "scale_positions",
    "shift_positions",
]

SPLIT_MERGE_MOVES = 3


class Prior(NamedTuple):
    """Prior without clusters.

    Values with a positive `precision` are N(0, 1/precision). A group is a slice of values N(0, σ²), with log σ in the
    parameter vector and σ² scaled inverse chi-square; the positions are the first group. A group's slice is empty where
    σ is a family's own, and its df is 0 where it shares σ with an earlier one: where several periods are modelled, the
    positions that have a prior of their own are a group for each dimension.
    """

    n_actors: int  # or presences of actors in periods
    n_dims: int
    precision: np.ndarray  # (n_parameters,)
    groups: np.ndarray  # (n_groups, 6): start, stop, index of log σ, v0, df, how much η rises with all of the values
    correlations: np.ndarray  # (n_correlations, 3) int64: two groups, index of atanh of their correlation
    logs: np.ndarray  # (n_parameters,) 1.0 where the value is the log of what is reported, but for the σ of groups
    moving: bool  # whether positions follow earlier ones: asked first, as handing the walk on costs reference counts
    walk: RandomWalk


class ClusterPrior(NamedTuple):
    """Prior with positions from a mixture; groups are those of random effects."""

    n_actors: int
    n_dims: int
    precision: np.ndarray
    groups: np.ndarray
    correlations: np.ndarray
    logs: np.ndarray
    moving: bool
    walk: RandomWalk
    mixture: Mixture
    rate: float  # of the prior number of components, where that is unknown
    log_weights: np.ndarray  # of the number of occupied clusters; empty where the number is fixed


def _verb() -> Any:
    """A name that compiled code dispatches on the prior's type; Python cannot call it."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError("compiled code only")

    return stub


_cluster_log_prior = _verb()
_add_cluster_gradient = _verb()
_natural_change = _verb()
_actor_log_prior = _verb()
_redraw_first = _verb()
prepare_actors = _verb()
scale_positions = _verb()
shift_positions = _verb()
redraw_clusters = _verb()


def _has_clusters(prior: Any) -> bool:
    return getattr(prior, "instance_class", None) is ClusterPrior


@overload(_cluster_log_prior)
def _(prior, theta):
    if _has_clusters(prior):
        return lambda prior, theta: mixture_log_density(prior.mixture, theta)
    return lambda prior, theta: 0.0


@overload(_add_cluster_gradient)
def _(prior, theta, gradient):
    if _has_clusters(prior):
        return lambda prior, theta, gradient: add_mixture_gradient(prior.mixture, theta, gradient)
    return lambda prior, theta, gradient: None


@overload(_natural_change)
def _(prior, theta):
    if _has_clusters(prior):
        return lambda prior, theta: natural_change(prior.mixture, theta)
    return lambda prior, theta: 0.0


@overload(_actor_log_prior)
def _(prior, theta, actor):
    if _has_clusters(prior):
        return lambda prior, theta, actor: actor_mixture_log_density(prior.mixture, theta, actor)

    def without(prior, theta, actor):
        squares = 0.0
        for k in range(prior.n_dims):
            squares += theta[k * prior.n_actors + actor] ** 2
        return -0.5 * squares * np.exp(-2.0 * theta[int(prior.groups[0, SCALE])])

    return without


@overload(_redraw_first)
def _(prior, theta, actor, rng):
    if _has_clusters(prior):

        def with_clusters(prior, theta, actor, rng):
            mixture = prior.mixture
            g, last = clusters_of_site(mixture, site_of_actor(mixture, actor))
            log_total, left = log_total_weight(mixture, theta, g, last), rng.random()
            while g < last - 1:
                left -= np.exp(theta[weight_index(mixture, g)] - log_total)
                if left < 0.0:
                    break
                g += 1
            scale = np.exp(theta[scale_index(mixture, g)])
            for k in range(prior.n_dims):
                centre = theta[mean_index(mixture, g, k)]
                theta[k * prior.n_actors + actor] = centre + scale * rng.standard_normal()

        return with_clusters

    def without(prior, theta, actor, rng):
        scale = np.exp(theta[int(prior.groups[0, SCALE])])
        for k in range(prior.n_dims):
            theta[k * prior.n_actors + actor] = scale * rng.standard_normal()

    return without


@overload(prepare_actors)
def _(prior, theta):
    """What `actor_log_prior` needs to know once for many actors."""
    if _has_clusters(prior):
        return lambda prior, theta: fill_constants(prior.mixture, theta)
    return lambda prior, theta: None


@overload(scale_positions)
def _(prior, theta, c):
    """Scale positions, means and standard deviations by c in place; returns how many coordinates were."""
    if _has_clusters(prior):

        def with_clusters(prior, theta, c):
            mixture = prior.mixture
            size = prior.n_actors * prior.n_dims
            for p in range(size):
                theta[p] *= c
            for g in range(mixture.active[0]):
                theta[scale_index(mixture, g)] += np.log(c)
                for k in range(prior.n_dims):
                    theta[mean_index(mixture, g, k)] *= c
            if prior.moving:
                theta[prior.walk.log_scale] += np.log(c)
            return size + mixture.active[0] * prior.n_dims

        return with_clusters

    def without(prior, theta, c):
        size = prior.n_actors * prior.n_dims
        for p in range(size):
            theta[p] *= c
        theta[int(prior.groups[0, SCALE])] += np.log(c)
        if prior.moving:
            theta[prior.walk.log_scale] += np.log(c)
        return size

    return without


@overload(shift_positions)
def _(prior, theta, rng):
    """Draw the location of everything in each space exactly.

    That is the centre of the means, or of the positions, given what lies where around it.
    """
    if _has_clusters(prior):

        def with_clusters(prior, theta, rng):
            mixture = prior.mixture
            for site in range(prior.walk.n_sites):
                first, last = clusters_of_site(mixture, site)
                for k in range(prior.n_dims):
                    shift = np.sqrt(mixture.mean_variance / (last - first)) * rng.standard_normal()
                    for g in range(first, last):
                        shift -= theta[mean_index(mixture, g, k)] / (last - first)
                    for g in range(first, last):
                        theta[mean_index(mixture, g, k)] += shift
                    _shift_site(prior, theta, site, k, shift)

        return with_clusters

    def without(prior, theta, rng):
        n, sites = prior.n_actors, prior.walk.sites
        scale = np.exp(theta[int(prior.groups[0, SCALE])])
        for site in range(prior.walk.n_sites):
            count = 0
            for i in range(prior.walk.n_first):
                count += sites[i] == site
            for k in range(prior.n_dims):
                shift = scale / np.sqrt(count) * rng.standard_normal()
                for i in range(prior.walk.n_first):
                    if sites[i] == site:
                        shift -= theta[k * n + i] / count
                _shift_site(prior, theta, site, k, shift)

    return without


@inline_kernel
def _shift_site(prior, theta, site, k, shift):
    n, sites = prior.n_actors, prior.walk.sites
    for i in range(n):
        if sites[i] == site:
            theta[k * n + i] += shift


@overload(redraw_clusters)
def _(prior, theta, labels, mass, rng):
    """Gibbs draws of labels and clusters and, where it is unknown, of their number.

    Returns the number of occupied ones.
    """
    if not _has_clusters(prior):
        return lambda prior, theta, labels, mass, rng: 0
    return _redraw_clusters.py_func


@kernel
def _redraw_clusters(prior, theta, labels, mass, rng):
    mixture = prior.mixture
    draw_labels(mixture, theta, labels, rng)
    occupied = compact_labels(labels, mixture.most) if prior.log_weights.size > 0 else 0
    if prior.log_weights.size > 0:
        for _ in range(SPLIT_MERGE_MOVES):
            occupied = split_or_merge(mixture, theta, labels, occupied, prior.log_weights, rng)
        mixture.active[0] = draw_n_components(mixture, occupied, prior.rate, rng)
        set_cluster_mass(mixture, mass)
    draw_clusters(mixture, theta, labels, rng)
    return occupied


@kernel
def log_prior(prior, theta):
    """Normalised log prior density of the parameter vector (of log σ, not σ²), labels summed out."""
    value = _cluster_log_prior(prior, theta)
    if prior.moving:
        value += walk_log_density(prior.walk, prior.n_dims, theta)
    for p in range(theta.size):
        if prior.precision[p] > 0.0:
            value += normal_log_density(theta[p] * theta[p], 1, -0.5 * np.log(prior.precision[p]))
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop = int(group[START]), int(group[STOP])
        log_scale = theta[int(group[SCALE])]
        squares = 0.0
        for p in range(start, stop):
            squares += theta[p] * theta[p]
        value += normal_log_density(squares, stop - start, log_scale)
        if group[DF] > 0.0:
            value += scale_log_density(log_scale, group[V0], group[DF])
    for c in range(prior.correlations.shape[0]):
        value += correlation_log_density(prior.groups, prior.correlations[c], theta)
    return value


@kernel
def natural_log_prior(prior, theta):
    """Normalised log prior density on the natural scale: of σ² and λ where the parameter vector holds log σ and l."""
    value = log_prior(prior, theta) - _natural_change(prior, theta)
    if prior.moving:
        value -= walk_natural_change(prior.walk, theta)
    for g in range(prior.groups.shape[0]):
        if prior.groups[g, DF] > 0.0:
            value -= np.log(2.0) + 2.0 * theta[int(prior.groups[g, SCALE])]
    for c in range(prior.correlations.shape[0]):
        value += 2.0 * np.log(np.cosh(theta[prior.correlations[c, 2]]))
    for p in range(theta.size):
        value -= prior.logs[p] * theta[p]
    return value


@fast_kernel
def _pull_values(theta, precision, gradient):
    for p in range(theta.size):
        gradient[p] -= precision[p] * theta[p]


@fast_kernel
def _pull_group(values, precision, gradient):
    """Pull a group's values towards 0; returns the sum of their squares."""
    for p in range(values.size):
        gradient[p] -= precision * values[p]
    squares = 0.0  # apart from the loop that stores: see `with_scratch`
    for p in range(values.size):
        squares += values[p] * values[p]
    return squares


@kernel
def add_prior_gradient(prior, theta, gradient):
    """Add the gradient of `log_prior` to `gradient`."""
    _add_cluster_gradient(prior, theta, gradient)
    if prior.moving:
        add_walk_gradient(prior.walk, prior.n_dims, theta, gradient)
    _pull_values(theta, prior.precision, gradient)
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        start, stop, scale = int(group[START]), int(group[STOP]), int(group[SCALE])
        precision = np.exp(-2.0 * theta[scale])
        squares = _pull_group(theta[start:stop], precision, gradient[start:stop])
        gradient[scale] += squares * precision - (stop - start)
        if group[DF] > 0.0:
            gradient[scale] += scale_log_density_slope(theta[scale], group[V0], group[DF])
    for c in range(prior.correlations.shape[0]):
        add_correlation_gradient(prior.groups, prior.correlations[c], theta, gradient)


@inline_kernel
def actor_log_prior(prior, theta, actor):
    """Log prior density of one actor's position, given earlier ones, up to what does not depend on it.

    After `prepare_actors`.
    """
    if prior.moving and actor >= prior.walk.n_first:
        return step_log_density(prior.walk, prior.n_dims, theta, actor)
    return _actor_log_prior(prior, theta, actor)


@inline_kernel
def redraw_actor(prior, theta, actor, rng):
    """Draw one actor's position from its prior given earlier ones, in place."""
    walk, n = prior.walk, prior.n_actors
    if actor < walk.n_first:
        _redraw_first(prior, theta, actor, rng)
    else:
        p = actor - walk.n_first
        scale = np.exp(theta[walk.log_scale]) * np.sqrt(walk.gaps[p])
        for k in range(prior.n_dims):
            theta[k * n + actor] = theta[k * n + walk.previous[p]] + scale * rng.standard_normal()
