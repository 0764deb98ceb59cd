"""Positions for optimisers and chains to start from: by geodesic distances, or by the ties' leading eigenvectors."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import LinearOperator, eigsh
from threadpoolctl import threadpool_limits

__all__ = ["eigen_positions", "geodesics", "pivot_mds"]

_PIVOTS = 200
_AT_ONCE = 8


def geodesics(graph: sparse.csr_array, rng: np.random.Generator) -> np.ndarray:
    """Hops from up to 200 pivots to every actor; between components, one hop more than the longest path seen."""
    n = graph.shape[0]
    pivots = np.arange(n) if n <= _PIVOTS else rng.choice(n, _PIVOTS, replace=False)
    # A few at a time, so that Ctrl-C is answered in between.
    parts = np.array_split(pivots, -(-len(pivots) // _AT_ONCE))
    hops = np.concatenate([dijkstra(graph, directed=False, indices=one, unweighted=True) for one in parts])
    finite = np.isfinite(hops)
    hops[~finite] = hops[finite].max(initial=0.0) + 1.0
    return hops


def pivot_mds(distances: np.ndarray, n_dims: int, rng: np.random.Generator) -> np.ndarray:
    """Positions (n, n_dims) whose distances follow these (n_pivots, n) (Brandes & Pich 2007)."""
    squared = -0.5 * distances**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1, keepdims=True) + squared.mean()
    rank = min(n_dims, *centred.shape)
    # One thread: two took 3.7 CPU s for 200 pivots of 1,000 actors on a busy machine, and rounding would hang on it.
    with threadpool_limits(limits=1, user_api="blas"):
        _, values, right = np.linalg.svd(centred, full_matrices=False)
    positions = np.zeros((distances.shape[1], n_dims))
    # With all actors as pivots this is classical scaling: values are the eigenvalues.
    scale = np.sqrt(values[:rank] * np.sqrt(distances.shape[1] / distances.shape[0]))
    positions[:, :rank] = right[:rank].T * scale
    # Equal distances, or fewer actors than dimensions, leave actors on top of each other: set them apart a little.
    return positions + 0.05 * rng.standard_normal(positions.shape)


def eigen_positions(ties: sparse.csr_array, n_dims: int, rng: np.random.Generator) -> np.ndarray:
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
