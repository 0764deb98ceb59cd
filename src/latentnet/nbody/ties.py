"""Ties drawn by distance in time about linear in points and ties."""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import kernel
from latentnet.nbody.near import sorted_by_cell

__all__ = ["tied_pairs"]

_MOST_CELLS = 3000  # where every cell meets every other


def tied_pairs(
    points: np.ndarray, intercept: float, directed: bool, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw each pair with probability 1 / (1 + exp(d − intercept)), independently.

    Space is cut into cells; of the pairs between two cells, those that the highest probability there would tie are
    found by geometric skips, and kept by their own probability.

    Parameters
    ----------
    points : ndarray of shape (n_dims, n_points)
        n_dims up to 3.
    intercept : float
    directed : bool
        Whether each pair is drawn twice, once in each direction.
    rng : numpy.random.Generator

    Returns
    -------
    senders, receivers : ndarray of shape (n_ties,)
        Each undirected tie once, in either order.
    """
    n = points.shape[1]
    extent = points.max(axis=1) - points.min(axis=1)
    whole = float(np.prod(extent / _MOST_CELLS)) ** (1.0 / len(points))  # so many cells as may all meet each other
    cells = sorted_by_cell(points, max(min(1.0, whole), 1e-6, *(extent / 250.0)))
    reach = intercept + 2.0 * math.log(n) + 5.0
    ways = 2 if directed else 1
    senders, receivers = _draw_ties(cells.points, cells.starts, cells.sides, cells.width, intercept, reach, ways, rng)
    ends = cells.order[senders], cells.order[receivers]
    # Farther apart, less than a hundredth of a tie is expected in all: these are found among all dyads.
    bound = 1.0 / (1.0 + math.exp(reach - intercept))
    pairs = rng.integers(n, size=(2, rng.binomial(ways * n * (n - 1) // 2, bound)))
    length = np.linalg.norm(points[:, pairs[0]] - points[:, pairs[1]], axis=0)
    kept = (length > reach) & (rng.random(length.size) * bound * (1.0 + np.exp(length - intercept)) < 1.0)
    near, far = ends, pairs[:, kept]
    return np.concatenate([near[0], far[0]]), np.concatenate([near[1], far[1]])


@kernel
def _distance(points, i, j):
    total = 0.0
    for k in range(points.shape[0]):
        total += (points[k, i] - points[k, j]) ** 2
    return math.sqrt(total)


@kernel
def _draw_ties(points, starts, sides, width, intercept, reach, ways, rng):
    """Ties as places (senders, receivers), in each of `ways` directions."""
    found, count = np.empty((2, 1024), np.int64), 0
    steps = math.ceil(reach / width) + 1
    for cell in range(starts.size - 1):
        n_here = starts[cell + 1] - starts[cell]
        if n_here == 0:
            continue
        x, rest = cell % sides[0], cell // sides[0]
        y, z = rest % sides[1], rest // sides[1]
        for c in range(z, min(z + steps, sides[2] - 1) + 1):
            for b in range(y if c == z else max(y - steps, 0), min(y + steps, sides[1] - 1) + 1):
                for a in range(x if c == z and b == y else max(x - steps, 0), min(x + steps, sides[0] - 1) + 1):
                    other = (c * sides[1] + b) * sides[0] + a
                    n_there = starts[other + 1] - starts[other]
                    if n_there == 0:
                        continue
                    gap = max(abs(a - x) - 1, 0) ** 2 + max(abs(b - y) - 1, 0) ** 2 + max(abs(c - z) - 1, 0) ** 2
                    nearest = width * math.sqrt(gap)
                    if nearest > reach:
                        continue
                    bound = 1.0 / (1.0 + math.exp(nearest - intercept))
                    skip = math.log1p(-bound)
                    for way in range(ways):
                        place = int(math.log1p(-rng.random()) / skip)
                        while place < n_here * n_there:
                            i, j = starts[cell] + place // n_there, starts[other] + place % n_there
                            place += 1 + int(math.log1p(-rng.random()) / skip)
                            length = _distance(points, i, j)
                            if (cell == other and j <= i) or length > reach:
                                continue
                            if rng.random() * bound * (1.0 + math.exp(length - intercept)) < 1.0:
                                if count == found.shape[1]:
                                    more = np.empty((2, 2 * count), np.int64)
                                    more[:, :count] = found
                                    found = more
                                found[way, count], found[1 - way, count] = i, j
                                count += 1
    return found[0, :count], found[1, :count]
