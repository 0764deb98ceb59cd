"""The prior of a model's parameter vector, put together as compiled code reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects import Intercept
from latentnet.priors.joint import Prior
from latentnet.priors.random_walk import RandomWalk, no_walk

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["make_prior"]


def make_prior(problem: Problem) -> Prior:
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
    return Prior(
        n_actors=problem.n_actors,
        n_dims=problem.n_dims,
        precision=precision,
        groups=groups,
        correlations=correlations,
        logs=logs,
        moving=problem.has_steps,
        walk=_walk(problem),
        positions=problem.bound_positions(),
    )


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
    """Tables of values with a learned variance, and of their correlations: effects, then the family."""
    rows: list[tuple[float, ...]] = []
    correlations: list[tuple[int, int, int]] = []
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
