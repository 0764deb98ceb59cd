"""Marks that would hide one another, moved apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["VISIBLE", "moved_apart"]

FloatArray = NDArray[np.float64]

VISIBLE = 1.3  # radii between the centres of two marks of which either is seen
_MOST_ROUNDS = 200
_MOST_POINTS = 300  # more are a crowd, of which none is looked at by itself
_ENOUGH = 0.98  # of the distance asked for
_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def moved_apart(points: FloatArray, least: float) -> FloatArray:
    """Points at least `least` apart, each as near as may be to where it was; those that had room stay.

    Where interviews say the same of several people, so does their position, and one mark would hide the others.
    Deterministic.

    Parameters
    ----------
    points : (n, 2) array
    least : float
        Distance of two centres at which both marks are seen.

    Returns
    -------
    (n, 2) array

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.plot.look.apart import moved_apart
    >>> moved_apart(np.array([[0.0, 0.0], [0.5, 0.0], [9.0, 0.0]]), 1.0)
    array([[-0.25,  0.  ],
           [ 0.75,  0.  ],
           [ 9.  ,  0.  ]])
    """
    if not 1 < len(points) <= _MOST_POINTS or not cKDTree(points).query_pairs(_ENOUGH * least):
        return points
    moved = points.copy()
    # Where points coincide there is no direction: a spiral, far too small to be seen, gives one.
    order = np.lexsort(points.T[::-1])
    turn = _GOLDEN_ANGLE * np.arange(len(points))
    same = np.isin(np.arange(len(points)), list(_coincident(points, 1e-3 * least)))
    spiral = 1e-3 * least * np.sqrt(np.arange(len(points)))[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    moved[order] += np.where(same[order, None], spiral, 0.0)
    for _ in range(_MOST_ROUNDS):
        pairs = cKDTree(moved).query_pairs(_ENOUGH * least, output_type="ndarray")
        if not len(pairs):
            break
        step = moved[pairs[:, 1]] - moved[pairs[:, 0]]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        push = 0.5 * (least - length) * step / length
        # pushed from many sides at once, a point would fly far off: it goes by their mean
        sides = np.bincount(pairs.ravel(), minlength=len(moved))
        np.add.at(moved, pairs[:, 0], -push / sides[pairs[:, :1]])
        np.add.at(moved, pairs[:, 1], push / sides[pairs[:, 1:]])
    return moved


def _coincident(points: FloatArray, least: float) -> set[int]:
    return {i for pair in cKDTree(points).query_pairs(least) for i in pair}
