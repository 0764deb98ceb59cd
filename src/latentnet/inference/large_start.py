"""Where large sparse networks start: landmark MDS of the largest component, with the other actors placed after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

from latentnet.compiled import kernel
from latentnet.families import Poisson
from latentnet.network.paths import breadth_first
from latentnet.priors.positions import place_own_values

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["large_start"]

_LANDMARKS = 60
_SAMPLE = 20_000
_SWEEPS = 25
_FARTHEST = 3.0  # root mean squares from the middle
_RIM = 0.1  # of actors
_JITTER = 0.02  # of the spread: actors whose geodesics are alike


def large_start(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    """Starting values of the parameter vector of a plain model of distances, in memory of the ties' order.

    Isolates and small components have no geodesics to the others. They are taken out, and placed after at random at the
    rim, where the density is highest for actors that few are tied to (from among the others they do not get there).

    Parameters
    ----------
    problem : Problem
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n_parameters,)
    """
    starts, neighbours = problem.graph
    n = problem.n_actors
    graph = sparse.csr_array((np.ones(neighbours.size, np.int8), neighbours, starts), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    within = component == np.argmax(np.bincount(component))
    members = np.flatnonzero(within)
    landmarks = rng.choice(members, min(_LANDMARKS, members.size), replace=False)
    positions = np.empty((n, problem.n_dims))
    with threadpool_limits(limits=1, user_api="blas"):
        found = _landmark_mds(_hops(starts, neighbours, landmarks)[:, within], problem.n_dims, rng)
    positions[within] = found = _smoothed(graph[members][:, members], found)
    norms = np.linalg.norm(found, axis=1)
    rim = members[norms >= np.quantile(norms, 1.0 - _RIM)]
    places = positions[rng.choice(rim, component.max() + 1)] * 1.1  # one for each small component
    outside = np.flatnonzero(~within)
    spread = float(positions[within].std())
    noise = _JITTER * spread * rng.standard_normal((n, problem.n_dims))
    positions[outside] = places[component[outside]]
    theta = np.zeros(problem.n_parameters)
    scale, intercept = _scale_and_intercept(problem, positions, rng)
    problem.parameters.set_positions(theta, scale * (positions + noise))
    place_own_values(problem.own_prior().positions, theta, rng)
    if problem.intercept >= 0:
        theta[problem.intercept] = intercept
    return theta


@kernel
def _hops(starts, neighbours, landmarks):
    """Hops from each landmark to every actor, breadth first; -1 where there is no path."""
    n = starts.size - 1
    out = np.full((landmarks.size, n), -1, np.int16)
    queue = np.empty(n, np.int64)
    for row in range(landmarks.size):
        breadth_first(starts, neighbours, landmarks[row], out[row], queue)
    return out


def _landmark_mds(hops: np.ndarray, n_dims: int, rng: np.random.Generator) -> np.ndarray:
    """Positions (n, n_dims) whose distances follow hops (n_landmarks, n) (Brandes & Pich 2007), up to their scale."""
    centred = hops.astype(np.float32)
    centred *= -0.5 * centred
    centred -= centred.mean(axis=0)
    centred -= centred.mean(axis=1, dtype=np.float64)[:, np.newaxis].astype(np.float32)
    values, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    rank = min(n_dims, len(values))
    positions = np.zeros((hops.shape[1], n_dims))
    positions[:, :rank] = centred.T @ vectors[:, ::-1][:, :rank].astype(np.float32)
    norms = np.linalg.norm(positions[:, :rank], axis=0)
    positions[:, :rank] /= np.sqrt(np.maximum(norms, 1e-12))  # axes as long as the singular values' roots
    spread = float(positions.std())
    return positions / (spread or 1.0) + (_JITTER if spread else 1.0) * rng.standard_normal(positions.shape)


def _smoothed(graph: sparse.csr_array, positions: np.ndarray) -> np.ndarray:
    """Positions after going half of the way to the mean of the neighbours', many times: hops are whole numbers.

    What runs away, such as tips of branches that the others draw together faster than, is held back.
    """
    degrees = np.maximum(np.diff(graph.indptr), 1)[:, np.newaxis]
    for _ in range(_SWEEPS):
        positions = 0.5 * (positions + (graph @ positions) / degrees)
        positions -= np.median(positions, axis=0)
        norms = np.linalg.norm(positions, axis=1)
        most = _FARTHEST * np.sqrt(np.mean(norms**2))
        positions *= np.minimum(1.0, most / np.maximum(norms, 1e-300))[:, np.newaxis]
    return positions - positions.mean(axis=0)


def _scale_and_intercept(problem: Problem, positions: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Scale of the positions and intercept at which a sample of ties and of other dyads is likeliest."""
    n, ties = problem.n_actors, problem.network.ties.tocoo()
    tied = rng.integers(ties.nnz, size=min(ties.nnz, _SAMPLE)) if ties.nnz else np.zeros(0, np.int64)
    pairs = rng.integers(n, size=(2, _SAMPLE))

    def lengths(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return np.asarray(np.linalg.norm(positions[i] - positions[j], axis=1))

    counts = type(problem.family) is Poisson
    of_ties, of_pairs = lengths(ties.row[tied], ties.col[tied]), lengths(*pairs)
    ratio = n * (n - 1.0) / max(float(ties.data.sum()), 1.0)  # dyads for each tie

    def lost(values: np.ndarray) -> float:
        scale, b = np.exp(values[0]), values[1]
        gained = b - scale * of_ties.mean() if of_ties.size else b
        eta = b - scale * of_pairs
        return float(ratio * (np.exp(np.minimum(eta, 50.0)) if counts else np.logaddexp(0.0, eta)).mean() - gained)

    found = minimize(lost, [0.0, -np.log(ratio) + 2.0], method="Nelder-Mead", options={"maxiter": 200})
    return float(np.exp(np.clip(found.x[0], -5.0, 10.0))), float(found.x[1])
