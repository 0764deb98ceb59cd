"""Masses: about how precisely the data and the prior fix each parameter, as samplers and optimisers need to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import offers
from latentnet.likelihood.verbs import couples_actors, information
from latentnet.priors.mixture_draws import FIXED
from latentnet.priors.positions import set_own_mass
from latentnet.priors.random_walk import pull_to_steps
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["informed_mass", "mass_at", "plain_mass"]

_STEP = 1e-3
_LEAST_CURVATURE = 0.1


def mass_at(problem: Problem, theta: np.ndarray, rng: np.random.Generator, likelihood: Any = None) -> np.ndarray:
    """Mass of each parameter at these, informed by the likelihood, or one that stands for it, where it can tell."""
    known = offers(problem.likelihood if likelihood is None else likelihood, information)
    return informed_mass(problem, theta, rng, likelihood) if known else plain_mass(problem)


def plain_mass(problem: Problem) -> np.ndarray:
    """Mass of each parameter where the likelihood does not say how much it knows.

    A position's mass follows from what its ties say of it; the intercept and log σ have what all of them say together.
    """
    mass = 1.0 / problem.units**2
    of_positions = 0.5 + 0.25 * problem.degrees
    mass[problem.positions] = np.tile(of_positions, problem.n_dims)
    if problem.intercept >= 0:
        mass[problem.intercept] = of_positions.sum() / 4.0
    return _with_scales(problem, mass)


def informed_mass(problem: Problem, mode: np.ndarray, rng: np.random.Generator, likelihood: Any = None) -> np.ndarray:
    """Mass of each parameter of any model: what the ties say of it at the mode, and what its prior does.

    `likelihood` may stand for the problem's own.
    """
    likelihood = problem.likelihood if likelihood is None else likelihood
    prior, mass = problem.prior, information(likelihood, problem, mode, rng)
    if problem.n_dims:  # the space has no axes of its own: each coordinate has the mean over its actor's
        of_positions = mass[problem.positions].reshape(problem.n_dims, -1)
        mass[problem.positions] = np.tile(of_positions.mean(axis=0), problem.n_dims)
    for layer in problem.layers if problem.around else ():
        of_layer = mass[layer.deviations : layer.deviations + layer.n_coordinates]
        of_layer[:] = np.tile(of_layer.reshape(problem.n_dims, -1).mean(axis=0), problem.n_dims)
        mass[layer.spread] = layer.n_coordinates  # at the start there are no deviations that it could stretch
        if layer.weight >= 0:
            mass[layer.weight] += 2.0 * prior.own_maps.df / prior.own_maps.degree**2
    mass += prior.precision
    mass[problem.intercepts] += prior.level.precision
    for group, start in problem.random_groups:
        mass[start + group.start : start + group.stop] += np.exp(-2.0 * mode[start + group.scale])
    if couples_actors(likelihood):
        for index in range(problem.intercepts.start, problem.intercepts.stop):
            mass[index] = max(_curvature(problem, mode, index), _LEAST_CURVATURE / problem.units[index] ** 2)
    if problem.n_dims:
        # The joint mode may have its positions far too close together: the prior's scale is the safer one.
        variance = np.mean(mode[problem.positions] ** 2)
        # Of first positions and steps; what the walk says of the steps is added at each iteration, given τ.
        pull_to_steps(prior.walk, problem.n_dims, mass)
        first = np.tile(np.arange(problem.n_actors) < problem.n_first, problem.n_dims)
        mass[problem.positions] += first / max(variance, float(problem.priors.position_variance_scale or 0.0))
    return _with_scales(problem, np.maximum(mass, 1e-3 / problem.units**2))


def _curvature(problem: Problem, mode: np.ndarray, index: int) -> float:
    """Observed information of one parameter at the mode: lists that are full say little of the intercept."""
    target, slopes = BoundTarget(problem.target()), []
    size = _STEP * problem.units[index]
    for step in (-size, size):
        theta = mode.copy()
        theta[index] += step
        slopes.append(float(target.log_posterior(theta)[1][index]))
    return (slopes[0] - slopes[1]) / (2.0 * size)


def _with_scales(problem: Problem, mass: np.ndarray) -> np.ndarray:
    """Set the masses of variances and clusters, in place."""
    df = float(problem.priors.random_effect_variance_df)
    for _, bound, part in problem.effects:
        for group in bound.groups:
            mass[part.start + group.scale] = group.stop - group.start + df
    for place, count in problem.correlated_places:
        mass[place] = count + 2.0
    for k, _, prior_df in problem.bound.scales:
        mass[problem.family_slice.start + k] += prior_df
    if problem.has_steps:
        mass[problem.log_step] = FIXED  # it is drawn given the steps, whose mass depends on it
    set_own_mass(problem.own_prior().positions, mass)
    return mass
