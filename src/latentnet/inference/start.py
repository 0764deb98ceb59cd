"""Where optimisers and chains start: positions as the similarity has them, all else from these and the ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from latentnet.families.base import mean_tie
from latentnet.priors.positions import place_own_values

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["chain_start", "disperse", "start_parameters"]


def _start_positions(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    assert problem.similarity is not None
    if problem.start is not None:
        return problem.start
    starts, neighbours = problem.graph
    n = problem.n_actors
    # csgraph wants 32-bit indices in older versions of scipy.
    graph = sparse.csr_array(
        (np.ones(neighbours.size), neighbours.astype(np.int32), starts.astype(np.int32)), shape=(n, n)
    )
    if problem.presences is None:
        return problem.position_unit * problem.similarity.start(graph, problem.n_dims, rng)
    positions = np.empty((n, problem.n_dims))
    actors, sites = problem.presences.actors, problem.presences.site
    for site in range(problem.n_sites):
        # Periods have no ties between them: an actor starts with one position, from its ties in all of them.
        here = sites == site
        found, index = np.unique(actors[here], return_inverse=True)
        merge = sparse.csr_array((np.ones(index.size), (index, np.arange(index.size))), (found.size, index.size))
        merged = (merge @ graph[here][:, here] @ merge.T).tocsr()
        merged.data[:] = 1.0
        of_actors = problem.position_unit * problem.similarity.start(merged, problem.n_dims, rng)
        positions[here] = (of_actors - of_actors.mean(axis=0))[index]
    return positions


def start_parameters(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    """Starting values of the whole parameter vector.

    Parameters
    ----------
    problem : Problem
    rng : numpy.random.Generator
        Chooses pivots, and breaks the symmetry of actors that the geodesics cannot tell apart.

    Returns
    -------
    ndarray of shape (n_parameters,)
    """
    theta, similarity = np.zeros(problem.n_parameters), 0.0
    if problem.similarity is not None:
        positions = _start_positions(problem, rng)
        problem.parameters.set_positions(theta, positions)
        place_own_values(problem.own_prior().positions, theta, rng)
        if problem.has_steps:
            theta[problem.log_step] = 0.5 * np.log(float(problem.priors.step_variance_scale or 1.0))
        pairs = rng.integers(problem.n_actors, size=(2, 2000))
        if problem.presences is not None:
            pairs = pairs[:, problem.presences.site[pairs[0]] == problem.presences.site[pairs[1]]]
        first, second = positions[pairs[0]], positions[pairs[1]]
        similarity = float(np.mean(problem.similarity.between(first, second)))
    for layer in problem.layers:
        own = layer.parameters(theta)
        _start_values(layer.problem, own, similarity * layer.unit**layer.degree)
        values = slice(layer.n_coordinates, layer.problem.log_scale)
        theta[layer.source[values]] = own[values]
    if not problem.layers:
        _start_values(problem, theta, similarity)
    return theta


def _start_values(problem: Problem, theta: np.ndarray, similarity: float) -> None:
    """Set, in place, what is neither a position nor of its prior, where dyads' mean similarity is known."""
    for group, start in problem.random_groups:
        theta[start + group.scale] = np.log(problem.frame.unit)
    theta[problem.family_slice] = problem.bound.start
    if problem.intercept >= 0:
        theta[problem.intercepts] = problem.family.start_intercept(mean_tie(problem.network)) - similarity


def disperse(problem: Problem, theta: np.ndarray, rng: np.random.Generator, most: Any = np.inf) -> np.ndarray:
    """Parameters spread around `theta`: positions by half of their scale, the rest by half a unit, none by over `most`.

    `most` is a number, or one for each parameter. Intercepts are those of average covariates.
    """
    spread, level = 0.5 * problem.units, problem.prior.level
    if problem.n_dims:
        spread[problem.positions] = 0.5 * np.sqrt(np.mean(theta[problem.positions] ** 2))
    change = np.minimum(spread, most) * rng.standard_normal(problem.n_parameters)
    change[problem.intercepts] -= level.means @ change[level.coefficients]
    if problem.presences is not None and problem.n_dims:  # an actor's presences go together
        of_positions = change[problem.positions].reshape(problem.n_dims, -1)
        of_positions[:] = of_positions[:, problem.presences.actors]
    return theta + change


def chain_start(problem: Problem, mode: np.ndarray, most: Any, rng: np.random.Generator) -> np.ndarray:
    """Where one chain starts: spread around the mode, wider than the posterior, with clusters of its own."""
    start = disperse(problem, mode, rng, most)
    if problem.clusters is not None:
        place_own_values(problem.own_prior().positions, start, rng)
    return start
