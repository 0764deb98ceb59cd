"""Counts over the pairs and triads of a network, from compressed rows; nothing of size n² is kept.

`starts` and `others` are the CSR pattern of ties: those that actor i sends go to `others[starts[i]:starts[i + 1]]`,
sorted. Both directions of an undirected tie are there.
"""

from __future__ import annotations

import numpy as np

from latentnet.compiled import kernel
from latentnet.network.paths import breadth_first

__all__ = ["distances", "local_clustering", "shared_partners", "triad_types"]


@kernel
def shared_partners(starts, others, first, last):
    """Ordered pairs i → j, by the number of k with i → k → j, of the senders `first` to `last` - 1.

    Returns
    -------
    edgewise, every : int64 ndarray of shape (largest degree + 1,)
        Of the pairs with a tie i → j, and of all pairs that share a partner (`every[0]` is left at 0).
    """
    n = starts.size - 1
    most = 0
    for i in range(n):
        most = max(most, starts[i + 1] - starts[i])
    edgewise, every = np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    shared, reached = np.zeros(n, np.int64), np.empty(n, np.int64)
    for i in range(first, last):
        size = 0
        for p in range(starts[i], starts[i + 1]):
            k = others[p]
            for q in range(starts[k], starts[k + 1]):
                j = others[q]
                if j != i:
                    if shared[j] == 0:
                        reached[size] = j
                        size += 1
                    shared[j] += 1
        for p in range(starts[i], starts[i + 1]):
            edgewise[shared[others[p]]] += 1
        for r in range(size):
            every[shared[reached[r]]] += 1
            shared[reached[r]] = 0
    return edgewise, every


@kernel
def distances(starts, others, sources):
    """Ordered pairs from some actors, by the length of the shortest path; 0: there is none. (n_actors,) int64."""
    n = starts.size - 1
    counts = np.zeros(n, np.int64)
    steps, queue = np.full(n, -1), np.empty(n, np.int64)
    for i in sources:
        size = breadth_first(starts, others, i, steps, queue)
        for r in range(1, size):
            counts[steps[queue[r]]] += 1
        counts[0] += n - size
        for r in range(size):
            steps[queue[r]] = -1
    return counts


@kernel
def local_clustering(starts, others, weights):
    """Sum over actors of local clustering (Fagiolo 2007; that of Watts & Strogatz 1998 where all ties are mutual).

    `weights` are 1 for a tie in one direction and 2 for both, as everywhere in an undirected network; the pattern is
    symmetric.
    """
    n = starts.size - 1
    total, mine = 0.0, np.zeros(n)
    for i in range(n):
        degree, mutual = 0.0, 0.0
        for p in range(starts[i], starts[i + 1]):
            mine[others[p]] = weights[p]
            degree += weights[p]
            mutual += 1.0 if weights[p] == 2.0 else 0.0
        triangles = 0.0
        for p in range(starts[i], starts[i + 1]):
            j = others[p]
            for q in range(starts[j], starts[j + 1]):
                triangles += weights[p] * weights[q] * mine[others[q]]
        for p in range(starts[i], starts[i + 1]):
            mine[others[p]] = 0.0
        possible = degree * (degree - 1.0) - 2.0 * mutual
        if possible > 0.0:
            total += 0.5 * triangles / possible
    return total


@kernel
def triad_types(starts, others, codes, table):
    """Triads of a directed network by type, but for those without a tie (Batagelj & Mrvar 2001).

    Parameters
    ----------
    starts, others : int ndarrays
        The symmetric pattern of ties in either direction.
    codes : int64 ndarray, as `others`
        1 for a tie from the row's actor alone, 2 for one from the other alone, 3 for both.
    table : int64 ndarray of shape (64,)
        Type by the codes of (i, j), (i, k), (j, k): the first plus 4 times the second plus 16 times the third.

    Returns
    -------
    int64 ndarray of shape (16,)
    """
    n = starts.size - 1
    found = np.zeros(16, np.int64)
    of_i, of_j = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        for p in range(starts[i], starts[i + 1]):
            of_i[others[p]] = codes[p]
        for p in range(starts[i], starts[i + 1]):
            j = others[p]
            if j < i:
                continue
            for q in range(starts[j], starts[j + 1]):
                of_j[others[q]] = codes[q]
            third = starts[i + 1] - starts[i] + starts[j + 1] - starts[j] - 2
            for q in range(starts[i], starts[i + 1]):
                k = others[q]
                if k != j and of_j[k] > 0:
                    third -= 1
                if k > j:  # or else the triad is counted at the tied pair (i, k), or (k, i)
                    found[table[codes[p] + 4 * codes[q] + 16 * of_j[k]]] += 1
            for q in range(starts[j], starts[j + 1]):
                k = others[q]
                if k > i and of_i[k] == 0:
                    found[table[codes[p] + 16 * codes[q]]] += 1
            found[table[codes[p]]] += n - third - 2
            for q in range(starts[j], starts[j + 1]):
                of_j[others[q]] = 0
        for p in range(starts[i], starts[i + 1]):
            of_i[others[p]] = 0
    return found
