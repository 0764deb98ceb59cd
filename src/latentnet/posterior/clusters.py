"""Clusters of many draws: membership probabilities, labels that mean the same in every draw, and their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from latentnet.compiled import kernel
from latentnet.posterior.label_switching import relabel
from latentnet.posterior.partitions import minimum_vi_partition
from latentnet.priors.mixture import Mixture, fill_responsibilities

__all__ = [
    "ClusterDraws",
    "match_labels",
    "occupied_counts",
    "permute_clusters",
    "reported_partition",
    "responsibilities_of_draws",
    "unpack_clusters",
]


class ClusterDraws(NamedTuple):
    """Parameters of the clusters of pooled draws."""

    means: np.ndarray  # (n_draws, n_clusters, n_dims)
    variances: np.ndarray  # (n_draws, n_clusters)
    weights: np.ndarray  # (n_draws, n_clusters)


@kernel
def _fill_draws(mixture, draws, active, out):
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
    _fill_draws(mixture, np.ascontiguousarray(draws), active.astype(np.int64), out)
    return out


def unpack_clusters(mixture: Mixture, draws: np.ndarray) -> ClusterDraws:
    """Read the clusters' parameters out of parameter vectors (n_draws, n_parameters)."""
    g, d, start = mixture.most, mixture.n_dims, mixture.first_scale
    log_weights = draws[:, start + g * (1 + d) : start + g * (2 + d)].reshape(
        len(draws), len(mixture.site_starts) - 1, -1
    )
    weights = np.exp(log_weights - log_weights.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    return ClusterDraws(
        means=draws[:, start + g : start + g * (1 + d)].reshape(-1, g, d),
        variances=np.exp(2.0 * draws[:, start : start + g]),
        weights=weights.reshape(len(draws), -1),
    )


def permute_clusters(clusters: ClusterDraws, permutations: np.ndarray) -> ClusterDraws:
    """Put each draw's clusters into the order of its row of `permutations` (n_draws, n_kept)."""
    rows = np.arange(len(permutations))[:, None]
    return ClusterDraws(
        clusters.means[rows, permutations], clusters.variances[rows, permutations], clusters.weights[rows, permutations]
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
    found = minimum_vi_partition(labels).labels
    if len(np.unique(found)) != n_clusters:
        # The best one has merged or split some: take the draw that is closest to the membership probabilities of all
        # draws.
        indicators = _indicators(labels, n_clusters)
        permuted = _permuted(indicators, relabel(indicators))
        mean = permuted.mean(axis=0)
        found = labels[int(np.argmax((permuted * mean).sum(axis=(1, 2))))]
    _, found = np.unique(found, return_inverse=True)
    order = np.argsort(-np.bincount(found, minlength=n_clusters), kind="stable")
    return np.argsort(order)[found]


def _indicators(labels: np.ndarray, n_clusters: int) -> np.ndarray:
    return (labels[:, :, None] == np.arange(n_clusters)).astype(np.float32)


def _permuted(responsibilities: np.ndarray, permutations: np.ndarray) -> np.ndarray:
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
