"""Centralities of many networks: as networkx defines them, by sparse matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["betweenness", "eigenvector"]

Floats = npt.NDArray[np.float64]

_MOST_STEPS = 1000
_TOLERANCE = 1e-10


def betweenness(ties: sparse.csr_array[Any]) -> Floats:
    """Share of the shortest paths between two others on which an actor lies (Brandes 2001), all sources at once.

    Parameters
    ----------
    ties : csr_array of shape (n_actors, n_actors)
        Symmetric of an undirected network; values do not count.

    Returns
    -------
    ndarray of shape (n_actors,)
        Between 0 and 1: divided by the number of (ordered, if directed) pairs of others.

    Examples
    --------
    >>> from scipy import sparse
    >>> from latentnet.study.centrality import betweenness
    >>> betweenness(sparse.csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
    array([0., 1., 0.])
    """
    n = ties.shape[0]
    if n < 3:
        return np.zeros(n)
    forward = sparse.csr_array((np.ones(ties.nnz), ties.indices, ties.indptr), shape=ties.shape)
    backward = forward.T.tocsr()
    paths, levels = np.eye(n), [np.eye(n, dtype=bool)]  # row = target, column = source
    seen = levels[0].copy()
    while levels[-1].any():
        arriving = backward @ np.where(levels[-1], paths, 0.0)
        level = (arriving > 0) & ~seen
        paths[level] = arriving[level]
        seen |= level
        levels.append(level)
    dependency = np.zeros((n, n))
    for nearer, farther in zip(levels[-2::-1], levels[:0:-1], strict=True):
        share = np.divide(1.0 + dependency, paths, out=np.zeros((n, n)), where=farther)
        dependency += np.where(nearer, paths * (forward @ share), 0.0)
    np.fill_diagonal(dependency, 0.0)
    # In an undirected network both the sum and the number of pairs count every pair twice.
    return dependency.sum(axis=1) / ((n - 1) * (n - 2))


def eigenvector(ties: sparse.csr_array[Any]) -> Floats:
    """Eigenvector centrality, of length 1: an actor is central whom central actors name.

    Parameters
    ----------
    ties : csr_array of shape (n_actors, n_actors)
        Row = sender; values do not count.

    Returns
    -------
    ndarray of shape (n_actors,)
        Zeros without ties.

    Examples
    --------
    >>> from scipy import sparse
    >>> from latentnet.study.centrality import eigenvector
    >>> eigenvector(sparse.csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])).round(3)
    array([0.5  , 0.707, 0.5  ])
    """
    n = ties.shape[0]
    if ties.nnz == 0:
        return np.zeros(n)
    received = sparse.csr_array((np.ones(ties.nnz), ties.indices, ties.indptr), shape=ties.shape).T.tocsr()
    vector = np.full(n, n**-0.5)
    for _ in range(_MOST_STEPS):
        # The identity is added, so that two-mode networks, whose eigenvalues come in pairs ±, converge too.
        following = vector + received @ vector
        following /= np.linalg.norm(following)
        change = np.abs(following - vector).sum()
        vector = following
        if change < n * _TOLERANCE:
            break
    return vector
