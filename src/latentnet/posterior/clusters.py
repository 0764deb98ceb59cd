"""Clusters of many draws: one order for all of them, membership probabilities, and their number."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from scipy.optimize import linear_sum_assignment
from scipy.special import softmax

from latentnet.compiled import UNCOUNTED
from latentnet.native import MATRIX, NUMBERS, Memory, entry
from latentnet.posterior.label_switching import relabel
from latentnet.posterior.partitions import minimum_vi_partition
from latentnet.priors.mixture import Mixture, fill_responsibilities, parts_of

__all__ = [
    "ClusterDraws",
    "evenly_spaced",
    "indicators",
    "match_labels",
    "occupied_counts",
    "permuted",
    "reported_clusters",
    "reported_partition",
    "responsibilities_of_draws",
]


class ClusterDraws(NamedTuple):
    """Clusters of the draws that report them, in the order that is reported: number g means the same in all of them.

    Under ``n_clusters="auto"`` these are the draws with the reported number of clusters, else all of them.
    """

    indices: np.ndarray  # (n_kept,) which of the pooled draws
    order: np.ndarray  # (n_kept, n_clusters) which of the draw's clusters, as its parameter vector counts, is number g
    labels: np.ndarray  # (n_kept, n_actors)
    means: np.ndarray  # (n_kept, n_clusters, n_dims)
    variances: np.ndarray  # (n_kept, n_clusters)
    weights: np.ndarray  # (n_kept, n_clusters)

    def rows(self, rows: np.ndarray) -> ClusterDraws:
        """Some of the draws."""
        return ClusterDraws(*(values[rows] for values in self))

    def thinned(self, most: int) -> ClusterDraws:
        """At most `most` of the draws, evenly spaced."""
        return self.rows(evenly_spaced(len(self.indices), most))

    def log_densities(self, positions: np.ndarray) -> np.ndarray:
        """Log λ_g N(z; μ_g, σ_g² I) but for a constant.

        Parameters
        ----------
        positions : ndarray of shape (n_kept, ..., n_dims)

        Returns
        -------
        ndarray of shape (n_kept, ..., n_clusters)
        """

        def beside(values: np.ndarray) -> np.ndarray:
            return values.reshape(len(values), *[1] * (positions.ndim - 2), *values.shape[1:])

        squares = ((positions[..., None, :] - beside(self.means)) ** 2).sum(axis=-1)
        heights = np.log(self.weights) - 0.5 * positions.shape[-1] * np.log(self.variances)
        return np.asarray(beside(heights) - 0.5 * squares / beside(self.variances))

    def membership(self, positions: np.ndarray) -> np.ndarray:
        """P(cluster | position) in each draw; shapes as for `log_densities`."""
        return np.asarray(softmax(self.log_densities(positions), axis=-1))


def evenly_spaced(n: int, most: int) -> np.ndarray:
    """At most `most` of the indices of n things."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(np.intp)


def _fill_draws(mixture: Any, draws: Any, active: Any, out: Any) -> None:
    for s in range(draws.shape[0]):
        mixture.active[0] = active[s]
        fill_responsibilities(mixture, draws[s])
        for g in range(active[s]):
            for i in range(mixture.n_actors):
                out[s, i, g] = mixture.densities[g, i]


def responsibilities_of_draws(mixture: Mixture, draws: np.ndarray, active: np.ndarray) -> np.ndarray:
    """P(cluster | position, clusters) of every actor in every draw.

    Parameters
    ----------
    mixture : Mixture
        With scratch of its own.
    draws : ndarray of shape (n_draws, n_parameters)
    active : int ndarray of shape (n_draws,)
        Components in each draw.

    Returns
    -------
    float32 ndarray of shape (n_draws, n_actors, mixture.most)
        0 for components that a draw does not have.
    """
    out = np.zeros((len(draws), mixture.n_actors, mixture.most), np.float32)
    memory = Memory(mixture)
    fill = entry(_fill_draws, UNCOUNTED, types.void, memory.type, MATRIX, NUMBERS, types.Array(types.float32, 3, "C"))
    fill(memory, np.ascontiguousarray(draws), active.astype(np.int64), out)
    return out


def reported_clusters(
    mixture: Mixture, draws: np.ndarray, indices: np.ndarray, order: np.ndarray, labels: np.ndarray
) -> ClusterDraws:
    """Read the clusters out of parameter vectors, in the reported order.

    Parameters
    ----------
    mixture : Mixture
    draws : ndarray of shape (n_draws, n_parameters)
    indices : int ndarray of shape (n_kept,)
        Which of the draws to read.
    order : int ndarray of shape (n_kept, n_clusters)
    labels : int ndarray of shape (n_kept, n_actors)
        In that order.
    """
    kept, g, d = draws[indices], mixture.most, mixture.n_dims
    log_scales, means, log_weights = (kept[:, part] for part in parts_of(mixture))
    weights = softmax(log_weights.reshape(len(kept), len(mixture.site_starts) - 1, -1), axis=2)
    rows = np.arange(len(kept))[:, None]
    return ClusterDraws(
        indices=indices,
        order=order,
        labels=labels,
        means=means.reshape(-1, g, d)[rows, order],
        variances=np.exp(2.0 * log_scales)[rows, order],
        weights=weights.reshape(len(kept), -1)[rows, order],
    )


def occupied_counts(labels: np.ndarray) -> np.ndarray:
    """Number of clusters that have a member, of labels (n_draws, n_actors): (n_draws,)."""
    present = np.zeros((len(labels), int(labels.max()) + 1), dtype=bool)
    present[np.arange(len(labels))[:, None], labels] = True
    return present.sum(axis=1)


def reported_partition(labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """The partition into exactly `n_clusters` that minimises the expected variation of information from these draws.

    Parameters
    ----------
    labels : int ndarray of shape (n_draws, n_actors)
        Draws with that many occupied clusters.
    n_clusters : int

    Returns
    -------
    int ndarray of shape (n_actors,)
        The largest cluster is 0.
    """
    found = minimum_vi_partition(labels)
    if len(np.unique(found)) != n_clusters:
        # The best one has merged or split some: take the draw that is closest to the membership probabilities of all
        # draws.
        each = indicators(labels, n_clusters)
        each = permuted(each, relabel(each))
        found = labels[int(np.argmax((each * each.mean(axis=0)).sum(axis=(1, 2))))]
    _, found = np.unique(found, return_inverse=True)
    order = np.argsort(-np.bincount(found, minlength=n_clusters), kind="stable")
    return np.argsort(order)[found]


def indicators(labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Which cluster each actor of each draw is in, (n_draws, n_actors, n_clusters)."""
    return (labels[:, :, None] == np.arange(n_clusters)).astype(np.float32)


def permuted(responsibilities: np.ndarray, permutations: np.ndarray) -> np.ndarray:
    """Those of each draw with its clusters in another order."""
    return np.take_along_axis(responsibilities, permutations[:, None, :], axis=2)


def match_labels(labels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Rename each draw's labels so that they overlap most with a reference partition.

    Parameters
    ----------
    labels : int ndarray of shape (n_draws, n_actors)
        Of any number of clusters.
    reference : int ndarray of shape (n_actors,)

    Returns
    -------
    int ndarray of shape (n_draws, n_actors)
        Clusters beyond those of the reference get the next numbers.
    """
    n_reference = int(reference.max()) + 1
    size = max(n_reference, int(labels.max()) + 1)
    out = np.empty_like(labels)
    columns = np.eye(size, dtype=np.float64)[reference]
    for s, row in enumerate(labels):
        overlap = np.zeros((size, size))
        np.add.at(overlap, row, columns)
        _, names = linear_sum_assignment(-overlap)
        out[s] = names[row]
    return out
