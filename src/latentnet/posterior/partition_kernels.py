"""Compiled loops of `latentnet.posterior.partitions`: pairs, labels, variation of information, moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.compiled import kernel

__all__ = ["canonical_labels", "count_pairs", "descend", "mean_variation"]


@kernel
def count_pairs(columns: Any, counts: Any) -> None:
    """Number of draws in which two actors share a label, for `columns` (n_actors, n_draws)."""
    n_actors, n_draws = columns.shape
    for i in range(n_actors):
        for j in range(i + 1):
            count = np.int32(0)
            for s in range(n_draws):
                count += np.int32(columns[i, s] == columns[j, s])
            counts[i, j] = count
            counts[j, i] = count


@kernel
def canonical_labels(labels: Any, n_labels: int, canonical: Any) -> None:
    """Renumber the labels of every row in the order of their first appearance."""
    renumbered = np.empty(n_labels, dtype=np.int64)
    for s in range(labels.shape[0]):
        for g in range(n_labels):
            renumbered[g] = -1
        n_seen = 0
        for i in range(labels.shape[1]):
            g = labels[s, i]
            if renumbered[g] < 0:
                renumbered[g] = n_seen
                n_seen += 1
            canonical[s, i] = renumbered[g]


@kernel
def mean_variation(candidates: Any, draws: Any, weights: Any, x_log_x: Any, values: Any) -> None:
    """Weighted mean over `draws` of the variation of information of every candidate.

    ``x_log_x[m]`` is m log m, and `weights` sum to 1.
    """
    n_actors = draws.shape[1]
    joint = np.zeros((candidates.max() + 1, draws.max() + 1), dtype=np.int64)
    ours = np.zeros(joint.shape[0], dtype=np.int64)
    theirs = np.zeros(joint.shape[1], dtype=np.int64)
    for c in range(candidates.shape[0]):
        total = 0.0
        for s in range(draws.shape[0]):
            for i in range(n_actors):
                k, g = candidates[c, i], draws[s, i]
                joint[k, g] += 1
                ours[k] += 1
                theirs[g] += 1
            variation = 0.0
            for i in range(n_actors):  # clusters and cells are added, and cleared, at their first actor
                k, g = candidates[c, i], draws[s, i]
                variation += x_log_x[ours[k]] + x_log_x[theirs[g]] - 2.0 * x_log_x[joint[k, g]]
                ours[k] = theirs[g] = joint[k, g] = 0
            total += weights[s] * variation
        values[c] = total / n_actors


@kernel
def descend(labels: Any, draws: Any, weights: Any, x_log_x: Any, n_slots: int) -> None:
    """Move single actors to the cluster, or an empty one, that lowers the mean variation most."""
    n_draws, n_actors = draws.shape
    joint = np.zeros((n_draws, draws.max() + 1, n_slots), dtype=np.int32)
    sizes = np.zeros(n_slots, dtype=np.int64)
    for i in range(n_actors):
        sizes[labels[i]] += 1
        for s in range(n_draws):
            joint[s, draws[s, i], labels[i]] += 1
    gains = np.empty(n_slots)  # in the joint term, of being put into each cluster
    moved = True
    while moved:
        moved = False
        for i in range(n_actors):
            old = labels[i]
            sizes[old] -= 1
            gains[:] = 0.0
            for s in range(n_draws):
                cells = joint[s, draws[s, i]]
                cells[old] -= 1
                for k in range(n_slots):
                    gains[k] += weights[s] * (x_log_x[cells[k] + 1] - x_log_x[cells[k]])
            for k in range(n_slots):
                gains[k] = 2.0 * gains[k] - (x_log_x[sizes[k] + 1] - x_log_x[sizes[k]])
            best = old
            for k in range(n_slots):
                if gains[k] > gains[best] + 1e-9:
                    best = k
            moved = moved or best != old
            labels[i] = best
            sizes[best] += 1
            for s in range(n_draws):
                joint[s, draws[s, i], best] += 1
