"""Where optimisers and chains start.

Pivot MDS on geodesic distances, or the leading eigenvectors for inner products.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import LinearOperator, eigsh

from latentnet.effects import SIMILARITIES

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["chain_start", "disperse", "start_parameters"]

_PIVOTS = 200


def _geodesics(graph: sparse.csr_array, rng: np.random.Generator) -> np.ndarray:
    """Hops from up to 200 pivots to every actor; between components, one hop more than the longest path seen."""
    n = graph.shape[0]
    pivots = np.arange(n) if n <= _PIVOTS else rng.choice(n, _PIVOTS, replace=False)
    hops = dijkstra(graph, directed=False, indices=pivots, unweighted=True)
    finite = np.isfinite(hops)
    hops[~finite] = hops[finite].max(initial=0.0) + 1.0
    return hops


def _pivot_mds(distances: np.ndarray, n_dims: int, rng: np.random.Generator) -> np.ndarray:
    """Positions (n, n_dims) whose distances follow these (n_pivots, n) (Brandes & Pich 2007)."""
    squared = -0.5 * distances**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1, keepdims=True) + squared.mean()
    rank = min(n_dims, *centred.shape)
    _, values, right = np.linalg.svd(centred, full_matrices=False)
    positions = np.zeros((distances.shape[1], n_dims))
    # With all actors as pivots this is classical scaling: values are the eigenvalues.
    scale = np.sqrt(values[:rank] * np.sqrt(distances.shape[1] / distances.shape[0]))
    positions[:, :rank] = right[:rank].T * scale
    # Equal distances, or fewer actors than dimensions, leave actors on top of each other: set them apart a little.
    return positions + 0.05 * rng.standard_normal(positions.shape)


def _eigen_positions(ties: sparse.csr_array, n_dims: int, rng: np.random.Generator) -> np.ndarray:
    """Positions whose inner products follow the ties' deviations from their mean."""
    n = ties.shape[0]
    mean = ties.nnz / (n * n)
    noise = 0.1 * rng.standard_normal((n, n_dims))
    if n <= n_dims + 1 or ties.nnz == 0:
        return noise

    def centred(v: np.ndarray) -> np.ndarray:
        return ties @ v - mean * v.sum()

    operator = LinearOperator((n, n), matvec=centred, dtype=np.float64)
    values, vectors = eigsh(operator, k=n_dims, which="LA", v0=rng.standard_normal(n))
    # Around η = 0 a tie's probability rises by a quarter of η.
    return vectors * np.sqrt(4.0 * np.maximum(values, 0.0)) + noise


def _start_positions(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    starts, neighbours = problem.graph
    n = problem.n_actors
    # csgraph wants 32-bit indices in older versions of scipy.
    graph = sparse.csr_array(
        (np.ones(neighbours.size), neighbours.astype(np.int32), starts.astype(np.int32)), shape=(n, n)
    )
    if problem.presences is None:
        return _positions_of(graph, problem, rng)
    positions = np.empty((n, problem.n_dims))
    actors, sites = problem.presences.actors, problem.presences.site
    for site in range(problem.n_sites):
        # Periods have no ties between them: an actor starts with one position, from its ties in all of them.
        here = sites == site
        found, index = np.unique(actors[here], return_inverse=True)
        merge = sparse.csr_array((np.ones(index.size), (index, np.arange(index.size))), (found.size, index.size))
        merged = (merge @ graph[here][:, here] @ merge.T).tocsr()
        merged.data[:] = 1.0
        of_actors = _positions_of(merged, problem, rng)
        positions[here] = (of_actors - of_actors.mean(axis=0))[index]
    return positions


def _positions_of(graph: sparse.csr_array, problem: Problem, rng: np.random.Generator) -> np.ndarray:
    if problem.similarity == "bilinear":
        return _eigen_positions(graph, problem.n_dims, rng)
    positions = _pivot_mds(_geodesics(graph, rng), problem.n_dims, rng)
    if problem.similarity == "squared_distance":
        positions /= np.sqrt(np.sqrt(np.mean(positions**2)) + 1.0)
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
    theta = np.zeros(problem.n_parameters)
    network = problem.network
    similarity = 0.0
    if problem.n_dims:
        positions = _start_positions(problem, rng)
        theta[problem.positions] = positions.T.ravel()
        if problem.clusters is None:
            theta[problem.log_scale] = 0.5 * np.log(np.mean(positions**2) + 1e-6)
        else:
            place_clusters(problem, theta, rng)
        if problem.has_steps:
            theta[problem.log_step] = 0.5 * np.log(float(problem.priors.step_variance_scale or 1.0))
        pairs = rng.integers(problem.n_actors, size=(2, 2000))
        if problem.presences is not None:
            pairs = pairs[:, problem.presences.site[pairs[0]] == problem.presences.site[pairs[1]]]
        first, second = positions[pairs[0]], positions[pairs[1]]
        similarity = float(np.mean(SIMILARITIES[str(problem.similarity)].between(first, second)))
    theta[problem.family_slice] = problem.bound.start
    if problem.intercept >= 0:
        total = network.ties.sum() / (1.0 if network.directed or network.two_mode else 2.0)
        mean = float(total) / max(network.observed.n_dyads, 1)
        theta[problem.intercepts] = problem.family.start_intercept(mean) - similarity
    return theta


def _nearest_centres(z: np.ndarray, n_clusters: int, rng: np.random.Generator) -> np.ndarray:
    """Labels by a few rounds of k-means from random actors; some clusters may stay empty."""
    centres = z[rng.choice(len(z), n_clusters, replace=len(z) < n_clusters)]
    for _ in range(20):
        labels = np.argmin(((z[:, None] - centres) ** 2).sum(axis=-1), axis=1)
        for g in np.unique(labels):
            centres[g] = z[labels == g].mean(axis=0)
    return labels


def place_clusters(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> None:
    """Set the clusters' parameters in place, from k-means of the positions in `theta`."""
    assert problem.clusters is not None
    most, d = problem.clusters.most, problem.n_dims
    z = theta[problem.positions].reshape(d, -1).T[: problem.n_first]
    each, labels = most // problem.n_sites, np.zeros(problem.n_first, np.int64)
    for site, (first, last) in enumerate(itertools.pairwise(problem.site_starts)):
        labels[first:last] = site * each + _nearest_centres(z[first:last], each, rng)
    counts = np.bincount(labels, minlength=most)
    scale = np.sqrt(float(problem.priors.position_variance_scale or 1.0))
    means = np.zeros((most, d))
    log_scales = np.full(most, np.log(scale))
    for g in np.flatnonzero(counts):
        means[g] = z[labels == g].mean(axis=0)
        squares = np.mean((z[labels == g] - means[g]) ** 2)
        log_scales[g] = 0.5 * np.log((counts[g] * squares + scale**2) / (counts[g] + 1.0))
    start = problem.log_scale
    theta[start : start + most] = log_scales
    theta[start + most : start + most * (1 + d)] = means.ravel()
    theta[start + most * (1 + d) : start + most * (2 + d)] = np.log(
        counts + float(problem.priors.cluster_weight_concentration or 1.0)
    )


def disperse(problem: Problem, theta: np.ndarray, rng: np.random.Generator, most: Any = np.inf) -> np.ndarray:
    """Parameters spread around `theta`: positions by half of their scale, the rest by half a unit, none by over `most`.

    `most` is a number, or one for each parameter.
    """
    spread = np.full(problem.n_parameters, 0.5)
    if problem.n_dims:
        spread[problem.positions] *= np.sqrt(np.mean(theta[problem.positions] ** 2))
    change = np.minimum(spread, most) * rng.standard_normal(problem.n_parameters)
    if problem.presences is not None and problem.n_dims:  # an actor's presences go together
        of_positions = change[problem.positions].reshape(problem.n_dims, -1)
        of_positions[:] = of_positions[:, problem.presences.actors]
    return theta + change


def chain_start(problem: Problem, mode: np.ndarray, mass: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where one chain starts: spread around the mode, wider than the posterior, with clusters of its own."""
    # Half a unit of a coefficient would be absurd where its covariate has values in the thousands.
    start = disperse(problem, mode, rng, np.inf if problem.fused else 3.0 / np.sqrt(mass))
    if problem.clusters is not None:
        place_clusters(problem, start, rng)
    return start
