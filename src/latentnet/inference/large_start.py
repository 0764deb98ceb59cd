"""Where large sparse networks start: landmark MDS of the largest component, with the other actors placed after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

from latentnet.compiled import kernel
from latentnet.network.paths import breadth_first
from latentnet.priors.positions import place_own_values

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["large_start"]

_LANDMARKS = 60
_SAMPLE = 20_000  # ties
_ACTORS, _MOST_LENGTHS, _BINS = 200, 20_000_000, 4096
_SWEEPS = 25
_FARTHEST = 3.0  # root mean squares from the middle
_RIM = 0.1  # of actors
_TIGHTER = 0.87  # ties are too long before actors have found their places, and maps shrink slowly
_JITTER = 0.02  # of the spread: actors whose geodesics are alike
_MOST_JITTER = 0.3  # of what a tie's length is: that of the map goes with the number of actors


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
    noise = rng.standard_normal((n, problem.n_dims))
    positions[outside] = places[component[outside]]
    theta = np.zeros(problem.n_parameters)
    scale, intercept = _scale_and_intercept(problem, positions, rng)
    problem.parameters.set_positions(theta, scale * positions + min(_JITTER * scale * spread, _MOST_JITTER) * noise)
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


def _lengths(positions: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Distances of all dyads of a few actors, in bins that are narrow near 0: their means, and their shares of dyads.

    Of dyads at random too few are near: one in 10,000 among 100,000 actors, and the sum is all theirs.
    """
    n = len(positions)
    chosen = rng.choice(n, min(n, _ACTORS, max(20, _MOST_LENGTHS // n)), replace=False)
    farthest = 2.0 * float(np.linalg.norm(positions - positions.mean(axis=0), axis=1).max()) or 1.0
    counts, sums = np.zeros(_BINS + 1), np.zeros(_BINS + 1)
    for actor in chosen:
        lengths = np.linalg.norm(positions - positions[actor], axis=1)
        bins = (_BINS * np.sqrt(lengths / farthest)).astype(np.int64)
        counts += np.bincount(bins, minlength=_BINS + 1)
        sums += np.bincount(bins, lengths, minlength=_BINS + 1)
    counts[0] -= len(chosen)  # of each actor with itself
    counts, sums = counts[counts > 0.0], sums[counts > 0.0]
    return sums / counts, counts / counts.sum()


def _scale_and_intercept(problem: Problem, positions: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Scale of the positions and intercept at which a sample of ties and the dyads of a few actors are likeliest."""
    n, ties = problem.n_actors, problem.network.ties.tocoo()
    tied = rng.integers(ties.nnz, size=min(ties.nnz, _SAMPLE)) if ties.nnz else np.zeros(0, np.int64)
    of_ties = np.linalg.norm(positions[ties.row[tied]] - positions[ties.col[tied]], axis=1)
    of_dyads, shares = _lengths(positions, rng)
    counts = problem.family.pair_sum == "exponential"
    ratio = n * (n - 1.0) / max(float(ties.data.sum()), 1.0)  # dyads for each tie

    def lost(values: np.ndarray) -> float:
        scale, b = np.exp(values[0]), values[1]
        gained = b - scale * of_ties.mean() if of_ties.size else b
        eta = b - scale * of_dyads
        return float(ratio * shares @ (np.exp(np.minimum(eta, 50.0)) if counts else np.logaddexp(0.0, eta)) - gained)

    found = minimize(lost, [0.0, -np.log(ratio) + 2.0], method="Nelder-Mead", options={"maxiter": 200})
    scale = float(np.exp(np.clip(found.x[0], -5.0, 10.0)))
    shorter = (1.0 - _TIGHTER) * scale * float(of_ties.mean()) if of_ties.size else 0.0
    return _TIGHTER * scale, float(found.x[1]) - shorter
