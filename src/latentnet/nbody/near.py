"""Near pairs: what the smooth part leaves of their terms, pair by pair over neighbouring cells of a grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.compiled import exp, fast_kernel, inline_kernel, kernel, softplus
from latentnet.nbody.smooth import taylor

__all__ = ["Cells", "candidates", "near_squares", "near_sums", "push", "ranges", "sorted_by_cell"]

_MOST_CELLS = 4  # for each point: where a few points lie far out, cells grow beyond the cut-off


class Cells(NamedTuple):
    """Points ordered by the cell that they are in; neighbours along the first coordinate lie next to each other."""

    order: np.ndarray  # (n,) the point at each place
    points: np.ndarray  # (d, n) in this order
    cell: np.ndarray  # (n,) in this order
    starts: np.ndarray  # (n_cells + 1,)
    sides: np.ndarray  # (3,) cells along each coordinate
    width: float  # of a cell


def sorted_by_cell(points: np.ndarray, cutoff: float) -> Cells:
    """Sort points (d, n) into cells no smaller than the cut-off."""
    d, n = points.shape
    low, width = points.min(axis=1), cutoff
    extent = points.max(axis=1) - low
    while np.prod(np.floor(extent / width) + 1.0) > _MOST_CELLS * n + 64:
        width *= 1.25
    sides = np.ones(3, np.int64)
    sides[:d] = np.floor(extent / width).astype(np.int64) + 1
    order, sorted_points = np.empty(n, np.int64), np.empty((d, n))
    cell, starts = np.empty(n, np.int64), np.zeros(int(np.prod(sides)) + 1, np.int64)
    _sort(points, low, 1.0 / width, sides, order, sorted_points, cell, starts)
    return Cells(order, sorted_points, cell, starts, sides, float(width))


@kernel
def _sort(points, low, per_width, sides, order, sorted_points, cell, starts):
    d, n = points.shape
    own = np.empty(n, np.int64)
    for i in range(n):
        place = 0
        for k in range(d - 1, -1, -1):
            at = min(int((points[k, i] - low[k]) * per_width), sides[k] - 1)
            place = place * sides[k] + at
        own[i] = place
        starts[place + 1] += 1
    for place in range(starts.size - 1):
        starts[place + 1] += starts[place]
    next_place = starts[:-1].copy()
    for i in range(n):
        at = next_place[own[i]]
        next_place[own[i]] += 1
        order[at] = i
        cell[at] = own[i]
        for k in range(d):
            sorted_points[k, at] = points[k, i]


@kernel
def ranges(place, cell, starts, sides, firsts, lasts):
    """Where the points are that come after one in its own and the neighbouring cells; returns how many ranges."""
    x, rest = cell % sides[0], cell // sides[0]
    y, z = rest % sides[1], rest // sides[1]
    firsts[0], lasts[0] = place + 1, starts[cell + (2 if x + 1 < sides[0] else 1)]
    count = 1
    for step in range(2):
        for across in range(-1, 2):
            if step == 0 and across < 1:
                continue
            b, c = y + across, z + step
            if b < 0 or b >= sides[1] or c >= sides[2]:
                continue
            row = (c * sides[1] + b) * sides[0]
            first, last = starts[row + max(x - 1, 0)], starts[row + min(x + 1, sides[0] - 1) + 1]
            if first < last:
                firsts[count], lasts[count] = first, last
                count += 1
    return count


@kernel
def candidates(cells):
    """Pairs of points that near sums look at."""
    firsts, lasts = np.empty(5, np.int64), np.empty(5, np.int64)
    total = 0
    for i in range(cells.cell.size):
        for r in range(ranges(i, cells.cell[i], cells.starts, cells.sides, firsts, lasts)):
            total += lasts[r] - firsts[r]
    return total


@fast_kernel
def _terms(work, size, intercept, square, c, b):
    """Of squared distances work[0, :size]: (∂/∂d) / d of each near term, and its value and derivative by b, below.

    Each less its smooth part, and 0 beyond the cut-off. `c` and `b` are tuples: loops over what might change do not
    vectorise (measured: 30 ns a pair in place of 4).
    """
    c0, c1, c2, c3, c4, c5 = c
    b0, b1, b2, b3, b4, b5 = b
    squared, forces, values, slopes = work[0, :size], work[1, :size], work[2, :size], work[3, :size]
    for p in range(size):
        u = max(squared[p], 1e-200)
        inverse = 1.0 / np.sqrt(u)
        eta = intercept - u * inverse
        e = exp(-abs(eta))
        r = 1.0 / (1.0 + e)
        probability = r if eta > 0.0 else e * r
        t = min(u - square, 0.0)
        near = 1.0 if t < 0.0 else 0.0
        inner = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
        pull = c1 + t * (2.0 * c2 + t * (3.0 * c3 + t * (4.0 * c4 + t * (5.0 * c5))))
        moved = b0 + t * (b1 + t * (b2 + t * (b3 + t * (b4 + t * b5))))
        forces[p] = -near * (probability * inverse + 2.0 * pull)
        values[p] = near * (softplus(eta) - inner)
        slopes[p] = near * (probability - moved)


@fast_kernel
def _sums(work, size):
    """Sums apart from stores: their order must not hang on where arrays lie."""
    values, slopes = work[2, :size], work[3, :size]
    value = slope = 0.0
    for p in range(size):
        value += values[p]
        slope += slopes[p]
    return value, slope


@fast_kernel
def _squares(points, i, first, last, out):
    """Write squared distances of a point from a range of points."""
    for k in range(points.shape[0]):
        row, x = points[k, first:last], points[k, i]
        if k == 0:
            for p in range(row.size):
                u = x - row[p]
                out[p] = u * u
        else:
            for p in range(row.size):
                u = x - row[p]
                out[p] += u * u


@fast_kernel
def push(points, i, first, last, forces, gradient):
    """Add forces between a point and a range of points, by their gaps, to the gradient."""
    for k in range(points.shape[0]):
        row, pushed, x = points[k, first:last], gradient[k, first:last], points[k, i]
        own = forces.dtype.type(0.0)
        for p in range(row.size):
            pushed[p] -= forces[p] * (x - row[p])
        for p in range(row.size):
            own += forces[p] * (x - row[p])
        gradient[k, i] += own


@inline_kernel
def near_squares(cells, points, i, firsts, lasts, work):
    """Write squared distances of a point from those in cells around it to work[0].

    Returns how many ranges they are, how many points, and `work`, a larger one if they were too many for it.
    """
    count, size = ranges(i, cells.cell[i], cells.starts, cells.sides, firsts, lasts), 0
    for r in range(count):
        size += lasts[r] - firsts[r]
    if size > work.shape[1]:
        work = np.empty((work.shape[0], 2 * size), work.dtype)
    start = 0
    for r in range(count):
        _squares(points, i, firsts[r], lasts[r], work[0, start:])
        start += lasts[r] - firsts[r]
    return count, size, work


@kernel
def _near(cells, intercept, square, c, b, gradient):
    firsts, lasts = np.empty(5, np.int64), np.empty(5, np.int64)
    work = np.empty((4, 512))
    value = slope = 0.0
    for i in range(cells.cell.size):
        count, size, work = near_squares(cells, cells.points, i, firsts, lasts, work)
        _terms(work, size, intercept, square, c, b)
        found = _sums(work, size)
        value += found[0]
        slope += found[1]
        start = 0
        for r in range(count):
            push(cells.points, i, firsts[r], lasts[r], work[1, start:], gradient)
            start += lasts[r] - firsts[r]
    return value, slope


def near_sums(points: np.ndarray, cutoff: float, intercept: float) -> tuple[float, np.ndarray, float]:
    """Sum over near pairs of what the smooth part leaves, its gradient (d, n), and its derivative by b."""
    cells, series = sorted_by_cell(points, cutoff), taylor(intercept, cutoff)
    c, b = (tuple(row) for row in series.tolist())
    gradient = np.zeros_like(cells.points)
    value, slope = _near(cells, intercept, cutoff**2, c, b, gradient)
    out = np.empty_like(gradient)
    out[:, cells.order] = gradient
    return value, out, slope
