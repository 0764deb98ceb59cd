"""One network of a joint model as an ordinary fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.effects import Intercept, Similarity
from latentnet.effects.attribute_effect import AttributeEffect
from latentnet.effects.intercept import NetworkIntercepts
from latentnet.effects.shared import SharedValues, share_values
from latentnet.priors.clusters import Clusters
from latentnet.problem.problem import Problem

if TYPE_CHECKING:
    from latentnet.effects.base import BoundEffect
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["Place", "elapsed_periods", "view_parameters", "view_problem"]


class Place(NamedTuple):
    """A network of a joint model, seen or forecast."""

    network: Network
    number: int  # whose intercept counts
    presences: np.ndarray  # (n_actors,) of its actors, in its order
    positions: np.ndarray  # (n_chains, n_draws, n_actors, n_dims)
    elapsed: np.ndarray  # (n_actors,) periods since each actor's first presence


def elapsed_periods(presences: Presences) -> np.ndarray:
    """Periods since the first presence of each presence's actor, (n_presences,)."""
    return np.asarray(presences.period - presences.period[presences.actors])


def view_problem(problem: Problem, place: Place) -> Problem:
    """The model of one network alone; effects keep what they learned of all of them, such as levels."""
    effects, start = [], 0
    for effect, bound, _ in problem.effects:
        if isinstance(effect, NetworkIntercepts):
            effect = Intercept()
        if isinstance(effect, Intercept | Similarity):
            bound = effect.bind(place.network, problem.n_dims)
        elif isinstance(effect, SharedValues):
            bound = share_values(bound, np.arange(place.network.n_actors), "actor")
        elif isinstance(effect, AttributeEffect):
            bound = bound._replace(data=np.ascontiguousarray(bound.data[:, place.presences]))
        elif bound.data.size > 1:  # an effect from outside of the library
            bound = effect.bind(place.network, problem.n_dims)
        effects.append((effect, bound, slice(start, start + bound.size)))
        start += bound.size
    position_prior = problem.position_prior
    if isinstance(position_prior, Clusters):
        position_prior = Clusters(position_prior.most // problem.n_sites, position_prior.automatic)
    return Problem(
        place.network,
        problem.family,
        problem.bound,
        tuple(effects),
        problem.similarity,
        problem.n_dims,
        problem.priors,
        position_prior,
    )


def view_parameters(problem: Problem, view: Problem, place: Place, draws: np.ndarray) -> np.ndarray:
    """Parameter vectors of the model of one network, all but the clusters'.

    The variance of its positions is σ², and τ² for each period since its actors came, in the mean.
    """
    theta = np.zeros((*draws.shape[:2], view.n_parameters))
    for (effect, bound, part), (_, joint, old) in zip(view.effects, problem.effects, strict=True):
        if isinstance(effect, SharedValues):
            _take_values(theta[..., part], bound, draws[..., old], joint, effect.actors[place.presences])
        elif isinstance(effect, Similarity):
            theta[..., part] = np.swapaxes(place.positions, 2, 3).reshape(*draws.shape[:2], -1)
        elif isinstance(effect, Intercept):
            theta[..., part] = draws[..., [old.start + place.number]]
        else:
            theta[..., part] = draws[..., old]
    theta[..., view.family_slice] = draws[..., problem.family_slice]
    if problem.n_dims and problem.clusters is None:
        variance = np.exp(2.0 * draws[..., problem.log_scale]) + walked_variance(problem, draws, place.elapsed)
        theta[..., view.log_scale] = 0.5 * np.log(variance)
    return theta


def _take_values(
    theta: np.ndarray, bound: BoundEffect, draws: np.ndarray, joint: BoundEffect, actors: np.ndarray
) -> None:
    """Fill in the random effects of some actors, with their scales and correlations."""
    for group, old in zip(bound.groups, joint.groups, strict=True):
        theta[..., group.start : group.stop] = draws[..., old.start + actors]
        theta[..., group.scale] = draws[..., old.scale]
    for one, old_one in zip(bound.correlations, joint.correlations, strict=True):
        theta[..., one.place] = draws[..., old_one.place]


def walked_variance(problem: Problem, draws: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    """What the steps since their first presence add to the variance of actors' positions, in the mean, by draw."""
    if not problem.has_steps:
        return np.zeros(draws.shape[:2])
    return np.asarray(np.exp(2.0 * draws[..., problem.log_step]) * elapsed.mean())
