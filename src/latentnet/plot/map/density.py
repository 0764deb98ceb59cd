"""Pictures of large networks: how dense actors and ties are, cell by cell, as marks would hide each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from latentnet.plot.map.scene import Canvas

__all__ = ["MOST_MARKS", "draw_density", "is_dense"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_MARKS = 5000  # actors
_CELLS = 320  # along the longer side of the picture
_STEPS = 64  # places along a tie
_MOST_TIES = 1_000_000  # of more, evenly spaced ones stand for all
_AT_ONCE = 100_000
_INK = (0.32, 0.34, 0.38)
_FAINTEST, _STRONGEST = 0.25, 1.0  # opacity of a cell with one actor, and of the densest
_MOST_INK = 0.6


def is_dense(n_actors: int, n_shown: int) -> bool:
    """Whether a picture of so many actors shows densities."""
    return n_actors > MOST_MARKS and n_shown == 2


def draw_density(scene: Canvas, colors: Sequence[str], pairs: IntArray | None) -> None:
    """Draw actors, and ties beneath them, as two images.

    A cell's opacity grows with the log of how many actors are in it, and its colour is the mean of theirs. That of ties
    grows with the log of their length within the cell.

    Parameters
    ----------
    scene : Canvas
        Of two dimensions.
    colors : sequence of n_actors str
    pairs : (n_ties, 2) int array or None
        Ends of ties; None draws none.
    """
    (left, right), (bottom, top) = scene.ax.get_xlim(), scene.ax.get_ylim()
    cell = max(right - left, top - bottom) / _CELLS
    size = np.array([np.ceil((top - bottom) / cell), np.ceil((right - left) / cell)], dtype=np.int64)
    origin, places = np.array([left, bottom]), scene.coordinates
    extent = (left, left + size[1] * cell, bottom, bottom + size[0] * cell)
    if pairs is not None and len(pairs):
        ink = _tie_lengths((places - origin) / cell, pairs, size)
        image = np.empty((*size, 4))
        image[..., :3] = _INK
        image[..., 3] = _MOST_INK * _log_share(ink)
        _show(scene, image, extent, 3, "ties")
    known = {color: to_rgb(color) for color in set(colors)}
    codes = _cells((places - origin) / cell, size)
    counts = np.bincount(codes, minlength=size.prod())
    image = np.zeros((size.prod(), 4))
    for channel, values in enumerate(np.array([known[color] for color in colors]).T):
        image[:, channel] = np.bincount(codes, values, size.prod()) / np.maximum(counts, 1)
    image[:, 3] = np.where(counts > 0, _FAINTEST + (_STRONGEST - _FAINTEST) * _log_share(np.asarray(counts - 1.0)), 0.0)
    _show(scene, image.reshape(*size, 4), extent, 6, "actors")


def _cells(places: FloatArray, size: IntArray) -> IntArray:
    """The cell of each place (n_places, 2), counted in cells from the corner."""
    column, row = np.clip(places.astype(np.int64), 0, size[::-1] - 1).T
    return np.asarray(row * size[1] + column)


def _tie_lengths(places: FloatArray, pairs: IntArray, size: IntArray) -> FloatArray:
    """Length of all ties within each cell, from places along each of them."""
    pairs = pairs[:: -(-len(pairs) // _MOST_TIES)]
    along = (np.arange(_STEPS) + 0.5) / _STEPS
    found = np.zeros(size.prod())
    for first in range(0, len(pairs), _AT_ONCE):
        start, end = places[pairs[first : first + _AT_ONCE].T]
        length = np.linalg.norm(end - start, axis=1) / _STEPS
        for share in along:
            found += np.bincount(_cells(start + share * (end - start), size), length, size.prod())
    return found.reshape(tuple(size))


def _log_share(values: FloatArray) -> FloatArray:
    """0 for nothing, 1 for the 99.9 % quantile of what there is, by logs."""
    there = values[values > 0.0]
    most = float(np.quantile(there, 0.999)) if there.size else 1.0
    return np.asarray(np.clip(np.log1p(np.maximum(values, 0.0)) / np.log1p(most), 0.0, 1.0))


def _show(scene: Canvas, image: FloatArray, extent: tuple[float, float, float, float], order: int, name: str) -> None:
    limits = scene.ax.get_xlim(), scene.ax.get_ylim()
    drawn = scene.ax.imshow(image, extent=extent, origin="lower", interpolation="nearest", zorder=order, aspect="equal")
    drawn.set_gid(name)
    scene.ax.set(xlim=limits[0], ylim=limits[1])
