"""Shortest paths along ties."""

from __future__ import annotations

from latentnet.compiled import kernel

__all__ = ["breadth_first"]


@kernel
def breadth_first(starts, others, source, steps, queue):
    """Fill in the steps from an actor to whoever can be reached; returns how many that are, first in `queue`.

    `starts` and `others` are the rows of a sparse matrix; `steps` must hold -1 everywhere.
    """
    steps[source], queue[0], size, head = 0, source, 1, 0
    while head < size:
        k = queue[head]
        head += 1
        for p in range(starts[k], starts[k + 1]):
            j = others[p]
            if steps[j] < 0:
                steps[j] = steps[k] + 1
                queue[size] = j
                size += 1
    return size
