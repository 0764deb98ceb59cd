"""Summaries of draws of partitions that need no labels: co-clustering, and the most central partition.

Wade & Ghahramani, "Bayesian cluster analysis: point estimation and credible balls", Bayesian Analysis 13(2),
2018. The variation of information of two partitions (Meilă, J. Multivariate Analysis 98(5), 2007) is H(c) +
H(c') − 2 I(c, c'), here in nats; its posterior expectation is computed exactly, over the draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import squareform

from latentnet.posterior.partition_kernels import canonical_labels, count_pairs, descend, mean_variation

__all__ = ["coclustering", "minimum_vi_partition"]

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

_MAX_LABEL = 65_535
_N_EXACT = 100  # candidates, the best by the bound, whose expectation is computed
_SPARE_CLUSTERS = 8  # that local moves may open


def coclustering(labels: npt.ArrayLike) -> Array:
    """Posterior probability that two actors are in the same cluster.

    Parameters
    ----------
    labels : array_like of int, (n_draws, n_actors)
        Pooled draws of labels, of any numbering: it may differ between draws.

    Returns
    -------
    ndarray, (n_actors, n_actors)
        Symmetric, with ones on the diagonal.

    Examples
    --------
    >>> from latentnet.posterior.partitions import coclustering
    >>> coclustering([[0, 0, 1], [1, 0, 0]])
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    draws = _checked(labels, "labels")
    counts = np.empty((draws.shape[1], draws.shape[1]))
    count_pairs(np.ascontiguousarray(draws.T, dtype=np.uint16), counts)
    counts /= len(draws)
    return counts


def minimum_vi_partition(labels: npt.ArrayLike) -> Labels:
    """Find the partition that minimises the posterior expected variation of information.

    Candidates are the draws, and the average and complete linkage trees of one minus the co-clustering
    probabilities, cut at every number of clusters that a draw has. Wade and Ghahramani's lower bound ranks
    them, the exact expectation decides among the best 100, and moves of single actors improve the winner
    until no move does.

    Parameters
    ----------
    labels : array_like of int, (n_draws, n_actors)
        Pooled draws of labels, of any numbering.

    Returns
    -------
    ndarray of int, (n_actors,)
        0, 1, ... in the order of first appearance.

    Raises
    ------
    ValueError
        If `labels` are no non-negative integers of that shape.

    Examples
    --------
    >>> from latentnet.posterior.partitions import minimum_vi_partition
    >>> minimum_vi_partition([[0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 1]])
    array([0, 0, 1, 1])
    """
    pooled = _checked(labels, "labels")
    n_actors, together = pooled.shape[1], coclustering(pooled)
    draws, weights = _distinct(pooled)
    candidates = _distinct(np.concatenate([draws, _tree_cuts(together, int(draws.max()) + 1)]))[0]
    if len(candidates) > _N_EXACT:
        candidates = candidates[np.argsort(_bound(candidates, together), kind="stable")[:_N_EXACT]]
    best = candidates[int(np.argmin(_expected(candidates, draws, weights)))].copy()
    n_slots = min(n_actors, int(best.max()) + 1 + _SPARE_CLUSTERS)
    descend(best, draws, weights, _x_log_x(n_actors), n_slots)
    return np.asarray(_canonical(best[None])[0])


def _checked(labels: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    array = np.asarray(labels)
    if array.ndim != 2 or min(array.shape) < 1:
        raise ValueError(
            f"{name} must have the shape (n_draws, n_actors) without an empty axis, but theirs is "
            f"{array.shape}; pool chains and draws into the first axis"
        )
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > _MAX_LABEL:
        raise ValueError(
            f"{name} must be integers from 0 to {_MAX_LABEL}, but their dtype is {array.dtype} and they go "
            f"from {array.min()} to {array.max()}; number the clusters from 0"
        )
    return array


def _canonical(labels: npt.NDArray[Any]) -> Labels:
    labels = np.ascontiguousarray(labels, dtype=np.int64)
    canonical = np.empty_like(labels)
    canonical_labels(labels, int(labels.max()) + 1, canonical)
    return canonical


def _distinct(labels: npt.NDArray[Any]) -> tuple[Labels, Array]:
    """The different partitions, canonically labelled, and their shares of the draws."""
    draws, counts = np.unique(_canonical(labels), axis=0, return_counts=True)
    return np.ascontiguousarray(draws), counts / counts.sum()


def _x_log_x(n_actors: int) -> Array:
    sizes = np.arange(n_actors + 1.0)
    return np.asarray(sizes * np.log(np.maximum(sizes, 1)))


def _expected(candidates: Labels, draws: Labels, weights: Array) -> Array:
    values = np.empty(len(candidates))
    mean_variation(candidates, draws, weights, _x_log_x(draws.shape[1]), values)
    return values


def _tree_cuts(together: Array, n_clusters: int) -> Labels:
    """Partitions into 1, ..., `n_clusters` clusters by two linkage trees of the actors."""
    n_actors = len(together)
    if n_actors < 2:
        return np.zeros((1, n_actors), dtype=np.int64)
    dissimilarity = squareform(1 - together, checks=False)
    numbers = np.arange(1, min(n_actors, n_clusters) + 1)
    cuts = [cut_tree(linkage(dissimilarity, method), n_clusters=numbers).T for method in ("average", "complete")]
    return np.concatenate(cuts).astype(np.int64)


def _bound(candidates: Labels, together: Array) -> Array:
    """Wade and Ghahramani's lower bound (Jensen's inequality), but for a constant and a factor."""
    bounds = np.empty(len(candidates))
    for c, labels in enumerate(candidates):
        members = np.eye(labels.max() + 1)[labels]
        expected = (together @ members)[np.arange(len(labels)), labels]  # companions from the same cluster
        bounds[c] = np.log(members.sum(axis=0))[labels].sum() - 2 * np.log(expected).sum()
    return bounds
