"""The prior of a model's parameter vector, put together as compiled code reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects import Intercept
from latentnet.priors.joint import ClusterPrior, Prior
from latentnet.priors.mixture import Mixture
from latentnet.priors.random_walk import RandomWalk, no_walk
from latentnet.priors.split_merge import log_partition_weights

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["make_prior"]


def make_prior(problem: Problem) -> Prior | ClusterPrior:
    """The prior as compiled code reads it, with scratch of its own."""
    precision, logs = np.zeros(problem.n_parameters), np.zeros(problem.n_parameters)
    for effect, bound, part in problem.effects:
        if isinstance(effect, Intercept):
            precision[part] = 1.0 / problem.priors.intercept_variance
        elif bound.names:
            first = slice(part.start, part.start + len(bound.names))
            precision[first] = bound.mean_square / problem.priors.coefficient_variance
    precision[problem.family_slice], logs[problem.family_slice] = problem.bound.precision, problem.bound.logs
    groups, correlations = _groups(problem)
    shared = problem.n_actors, problem.n_dims, precision, groups, correlations, logs, problem.has_steps, _walk(problem)
    return Prior(*shared) if problem.clusters is None else ClusterPrior(*shared, *_cluster_prior(problem))


def _walk(problem: Problem) -> RandomWalk:
    presences = problem.presences
    if presences is None:
        return no_walk(problem.n_actors)
    following = np.full(problem.n_actors, -1, np.int64)
    following[presences.previous] = np.arange(presences.n_first, problem.n_actors)
    return RandomWalk(
        n_first=presences.n_first if problem.n_dims else problem.n_actors,
        previous=presences.previous if problem.n_dims else np.zeros(0, np.int64),
        following=following,
        gaps=presences.gaps.astype(np.float64),
        log_scale=problem.log_step if problem.has_steps else -1,
        v0=float(problem.priors.step_variance_scale or 1.0),
        df=float(problem.priors.step_variance_df),
        sites=presences.site,
        n_sites=presences.n_sites,
    )


def _groups(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Tables of values with a learned variance: positions without clusters first, then effects, the family."""
    rows: list[tuple[float, ...]] = []
    correlations: list[tuple[int, int, int]] = []
    if problem.n_dims and problem.clusters is None:
        v0, df = float(problem.priors.position_variance_scale or 0.0), float(problem.priors.position_variance_df or 0.0)
        if not problem.has_steps:
            rows.append((0, problem.positions.stop, problem.log_scale, v0, df, 0.0))
        else:  # of each dimension the first ones; all share σ, whose prior counts once
            starts = range(0, problem.positions.stop, problem.n_actors)
            rows += [(at, at + problem.n_first, problem.log_scale, v0, 0.0 if at else df, 0.0) for at in starts]
    prior = problem.priors.random_effect_variance_scale, problem.priors.random_effect_variance_df
    for _, bound, part in problem.effects:
        first = len(rows)
        for group in bound.groups:
            places = (part.start + place for place in (group.start, group.stop, group.scale))
            rows.append((*places, *prior, group.shift))
        correlations += [(first + c.first, first + c.second, part.start + c.place) for c in bound.correlations]
    start = problem.family_slice.start
    rows += [(start, start, start + k, v0, df, 0.0) for k, v0, df in problem.bound.scales]
    return np.array(rows, np.float64).reshape(-1, 6), np.array(correlations, np.int64).reshape(-1, 3)


def _cluster_prior(problem: Problem) -> tuple[Mixture, float, np.ndarray]:
    """Mixture, rate of the number of components and log weights of that of occupied ones."""
    priors, n, clusters = problem.priors, problem.n_first, problem.clusters
    assert clusters is not None
    mixture = Mixture(
        n_actors=n,
        n_positions=problem.n_actors,
        n_dims=problem.n_dims,
        site_starts=problem.site_starts,
        first_scale=problem.log_scale,
        most=clusters.most,
        active=np.array([clusters.most], np.int64),
        v0=float(priors.position_variance_scale or 0.0),
        df=float(priors.position_variance_df or 0.0),
        mean_variance=float(priors.cluster_mean_variance or 0.0),
        concentration=float(priors.cluster_weight_concentration or 0.0),
        densities=np.zeros((clusters.most, n)),
        totals=np.zeros(n),
        constants=np.zeros((clusters.most, 2)),
    )
    rate = float(priors.cluster_count_rate)
    weights = np.zeros(0)
    if clusters.automatic:
        weights = log_partition_weights(n, clusters.most, rate, mixture.concentration)
    return mixture, rate, weights
