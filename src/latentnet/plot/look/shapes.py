"""Outlines of actors' marks, and their slices: a pie need not be round."""

from __future__ import annotations

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

__all__ = ["N_SHAPES", "outline", "pie"]

FloatArray = NDArray[np.float64]


def _regular(n: int, turn: float = 0.0) -> FloatArray:
    angles = turn + 2 * np.pi * np.arange(n) / n
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _spiked(n: int, inner: float, turn: float) -> FloatArray:
    points = _regular(2 * n, turn)
    points[1::2] *= inner
    return points


def _plus(turn: float) -> FloatArray:
    arm = np.array([[1.0, -0.36], [1.0, 0.36], [0.36, 0.36]])
    points = []
    for quarter in range(4):
        cosine, sine = np.cos(turn + quarter * np.pi / 2), np.sin(turn + quarter * np.pi / 2)
        points.append(arm @ np.array([[cosine, sine], [-sine, cosine]]))
    return np.vstack(points)


def _unit_area(points: FloatArray) -> FloatArray:
    """Scale to the area of the unit disc, so that no category looks heavier than another; sort by angle."""
    x, y = points.T
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    points = points * np.sqrt(np.pi / area)
    order: FloatArray = points[np.argsort(np.arctan2(points[:, 1], points[:, 0]) % (2 * np.pi))]
    return order


_UP = np.pi / 2
_OUTLINES = tuple(
    _unit_area(points)
    for points in (
        _regular(72),
        _regular(4, np.pi / 4),
        _regular(3, _UP),
        _regular(4) * [0.8, 1.15],
        _plus(0.0),
        _spiked(5, 0.45, _UP),
        _regular(3, -_UP),
        _plus(np.pi / 4),
        _regular(3, 0.0),
        _spiked(4, 0.4, 0.0),
        _regular(3, np.pi),
        _regular(5, _UP),
    )
)

N_SHAPES = len(_OUTLINES)


def outline(shape: int) -> Path:
    """Closed outline number `shape` (0 is the disc) of the area of the unit disc.

    Examples
    --------
    >>> from latentnet.plot.look.shapes import outline
    >>> bool(outline(1).contains_point((0.8, 0.8)))
    True
    """
    points = _OUTLINES[shape]
    return Path(np.vstack([points, points[:1]]), closed=True)


def pie(shape: int, shares: FloatArray) -> list[Path]:
    """Slices of outline number `shape`, clockwise from the top.

    Parameters
    ----------
    shape : int
        Number of the outline, 0 is the disc.
    shares : (n_slices,) array
        Non-negative, with sum 1.

    Returns
    -------
    list of matplotlib.path.Path
        One a slice, those of share 0 empty.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.plot.look.shapes import pie
    >>> left_and_right = pie(0, np.array([0.5, 0.5]))
    >>> bool(left_and_right[0].contains_point((0.5, 0.0)))
    True
    """
    stops = _UP - 2 * np.pi * np.concatenate([[0.0], np.cumsum(shares)])
    return [_sector(_OUTLINES[shape], low, high) for low, high in zip(stops[1:], stops[:-1], strict=True)]


def _sector(points: FloatArray, low: float, high: float) -> Path:
    if high - low < 1e-12:
        return Path(np.empty((0, 2)))
    if high - low > 2 * np.pi - 1e-9:
        return Path(np.vstack([points, points[:1]]), closed=True)
    ahead = (np.arctan2(points[:, 1], points[:, 0]) - low) % (2 * np.pi)
    order = np.argsort(ahead)
    between = points[order][(ahead[order] > 1e-12) & (ahead[order] < high - low - 1e-12)]
    corners = [np.zeros(2), _edge_at(points, low), *between, _edge_at(points, high), np.zeros(2)]
    return Path(np.array(corners), closed=True)


def _edge_at(points: FloatArray, angle: float) -> FloatArray:
    """Where the ray of that angle leaves the outline (star-shaped about the origin, so exactly once)."""
    angles = np.arctan2(points[:, 1], points[:, 0]) % (2 * np.pi)
    right = int(np.searchsorted(angles, angle % (2 * np.pi), side="right")) % len(points)
    start, stop = points[right - 1], points[right]
    ray = np.array([np.cos(angle), np.sin(angle)])
    step = stop - start
    along = (start[1] * ray[0] - start[0] * ray[1]) / (step[0] * ray[1] - step[1] * ray[0])
    hit: FloatArray = start + along * step
    return hit
