"""The mesh: points spread over a regular grid by cubic B-splines, and sums of smooth terms by Fourier transforms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import fft

from latentnet.checks import fits
from latentnet.compiled import kernel
from latentnet.nbody.smooth import DEGREE, fill_smooth, taylor

__all__ = [
    "Mesh",
    "gathered",
    "half_grid",
    "mesh_around",
    "mesh_for",
    "mesh_size",
    "mesh_sums",
    "over_frequencies",
    "smooth_terms",
    "spectra",
    "spread",
]

_MARGIN = 3  # grid points beyond the outermost point: its spline reaches over two
_ROOM = 0.1  # of the points' extent, on either side
_TAIL = 16.0  # a term at b + 16 is e^-16


class Mesh(NamedTuple):
    """A periodic grid; its origin is a multiple of its spacing, so that a larger one around it has the same points."""

    origin: np.ndarray  # (d,)
    spacing: float
    inside: np.ndarray  # (d,) grid points that points may be among
    shape: tuple[int, ...]  # with empty space, so that copies of the box are out of reach
    cutoff: float

    def holds(self, points: np.ndarray) -> bool:
        """Whether all points (d, n) are inside, their splines too."""
        low, high = points.min(axis=1) - self.origin, points.max(axis=1) - self.origin
        least, most = 1.5 * self.spacing, (self.inside - 2.5) * self.spacing
        return bool(np.all(low > least) and np.all(high < most))


def _sides(points: np.ndarray, spacing: float, intercept: float) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    low = np.floor(points.min(axis=1) / spacing) - _MARGIN
    inside = np.ceil(points.max(axis=1) / spacing) + _MARGIN - low
    room = np.minimum(inside, np.ceil((max(intercept, 0.0) + _TAIL) / spacing))
    sides = np.ceil(0.5 * (inside + room)).astype(np.int64)
    shape = tuple(2 * int(fft.next_fast_len(int(side), real=True)) for side in sides)
    return low * spacing, inside, shape


def mesh_around(points: np.ndarray, spacing: float, cutoff: float, intercept: float) -> Mesh:
    """A mesh around points (d, n), with some room for where they may move."""
    extent = points.max(axis=1) - points.min(axis=1)
    wider = np.stack([points.min(axis=1) - _ROOM * extent, points.max(axis=1) + _ROOM * extent], axis=1)
    origin, inside, shape = _sides(wider, spacing, intercept)
    what = f"a grid of {' × '.join(map(str, shape))} points about positions that reach so far"
    fits(what, 48.0 * math.prod(shape), fix="take likelihood='exact'")
    return Mesh(origin, spacing, inside, shape, cutoff)


def mesh_for(mesh: Mesh, points: np.ndarray, intercept: float) -> Mesh:
    """The mesh, or one around points (d, n) that it does not hold, with the same grid points."""
    return mesh if mesh.holds(points) else mesh_around(points, mesh.spacing, mesh.cutoff, intercept)


def mesh_size(points: np.ndarray, spacing: float, intercept: float) -> float:
    """Grid points of a mesh around points, made or not."""
    return float(np.prod([float(side) for side in _sides(points, spacing, intercept)[2]]))


@kernel
def _spline(x, weights, slopes):
    """Cubic B-spline of the four grid points about a place x in [0, 1) behind the second of them."""
    y = 1.0 - x
    weights[0], weights[3] = y * y * y / 6.0, x * x * x / 6.0
    weights[1] = 2.0 / 3.0 - x * x * (1.0 - 0.5 * x)
    weights[2] = 2.0 / 3.0 - y * y * (1.0 - 0.5 * y)
    slopes[0], slopes[3] = -0.5 * y * y, 0.5 * x * x
    slopes[1] = x * (1.5 * x - 2.0)
    slopes[2] = y * (2.0 - 1.5 * y)


@kernel
def _locate(points, i, origin, spacing, first, weights, slopes):
    for k in range(points.shape[0]):
        place = (points[k, i] - origin[k]) / spacing
        cell = int(np.floor(place))
        first[k] = cell - 1
        _spline(place - cell, weights[k], slopes[k])


@kernel
def _spread(points, masses, origin, spacing, grid):
    """Add each point's mass to the grid points about it; grid has three axes, the first of them of length 1."""
    d = points.shape[0]
    first, weights, slopes = np.zeros(3, np.int64), np.ones((3, 4)), np.zeros((3, 4))
    reach = np.ones(3, np.int64)
    reach[:d] = 4
    for i in range(points.shape[1]):
        _locate(points, i, origin, spacing, first, weights, slopes)
        for a in range(reach[2]):
            for b in range(reach[1]):
                weight = masses[i] * weights[2, a] * weights[1, b]
                row = grid[first[2] + a, first[1] + b]
                for c in range(4):
                    row[first[0] + c] += weight * weights[0, c]


@kernel
def _gather(points, origin, spacing, grid, values, slopes_of):
    """Values of a field on the grid at the points, and their derivatives (d, n)."""
    d = points.shape[0]
    first, weights, slopes = np.zeros(3, np.int64), np.ones((3, 4)), np.zeros((3, 4))
    reach = np.ones(3, np.int64)
    reach[:d] = 4
    for i in range(points.shape[1]):
        _locate(points, i, origin, spacing, first, weights, slopes)
        value = x = y = z = 0.0
        for a in range(reach[2]):
            for b in range(reach[1]):
                row = grid[first[2] + a, first[1] + b]
                along = turned = 0.0
                for c in range(4):
                    along += weights[0, c] * row[first[0] + c]
                    turned += slopes[0, c] * row[first[0] + c]
                value += weights[2, a] * weights[1, b] * along
                x += weights[2, a] * weights[1, b] * turned
                y += weights[2, a] * slopes[1, b] * along
                z += slopes[2, a] * weights[1, b] * along
        values[i] = value
        slopes_of[0, i] = x / spacing
        if d > 1:
            slopes_of[1, i] = y / spacing
        if d > 2:
            slopes_of[2, i] = z / spacing


def half_grid(mesh: Mesh) -> np.ndarray:
    """Squared distances from the origin over half of each axis of the grid."""
    halves = [np.arange(side // 2 + 1) * mesh.spacing for side in mesh.shape[::-1]]
    squared = np.zeros([half.size for half in halves])
    for axis, half in enumerate(halves):
        squared += (half**2).reshape([-1 if k == axis else 1 for k in range(len(halves))])
    return squared


def smooth_terms(mesh: Mesh, intercept: float) -> np.ndarray:
    """The smooth part and its derivative by b, over half of each axis of the grid: (2, ...)."""
    squared = half_grid(mesh)
    terms = np.empty((2, squared.size))
    series = tuple(tuple(row) for row in taylor(intercept, mesh.cutoff).tolist())
    fill_smooth(squared.ravel(), intercept, mesh.cutoff, series, terms)
    return terms.reshape(2, *squared.shape)


def spectra(mesh: Mesh, terms: np.ndarray) -> np.ndarray:
    """Of even terms over half of each axis, (n_terms, ...), over the frequencies of a real transform.

    Divided by the splines' own spectrum twice, as masses are spread and the field is gathered by them. `terms` is
    overwritten.
    """
    n_axes = terms.ndim - 1
    found = fft.dctn(terms, type=1, axes=range(1, n_axes + 1), overwrite_x=True)
    for axis, side in enumerate(mesh.shape[::-1]):
        symbol = (2.0 + np.cos(2.0 * np.pi * np.arange(side // 2 + 1) / side)) / 3.0
        found /= (symbol**2).reshape([-1 if k == axis else 1 for k in range(n_axes)])
    for axis, side in enumerate(mesh.shape[:0:-1], 1):  # the last axis has half of its frequencies, the others all
        found = np.concatenate([found, np.flip(found, axis).take(range(1, side // 2), axis)], axis)
    return found


def spread(mesh: Mesh, points: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """Masses of points (d, n) on the grid, whose last axis is the first coordinate's."""
    grid = np.zeros((1,) * (3 - len(points)) + mesh.shape[::-1])
    _spread(points, masses, mesh.origin, mesh.spacing, grid)
    return grid.reshape(mesh.shape[::-1])


def gathered(mesh: Mesh, points: np.ndarray, field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (n,) of a field on the grid at points, and their derivatives (d, n)."""
    values, slopes = np.empty(points.shape[1]), np.empty(points.shape)
    _gather(points, mesh.origin, mesh.spacing, field.reshape((1,) * (3 - len(points)) + field.shape), values, slopes)
    return values, slopes


def over_frequencies(values: np.ndarray) -> float:
    """Sum over all frequencies of what is known of those of a real transform."""
    twice = np.full(values.shape[-1], 2.0)
    twice[[0, -1]] = 1.0  # every other frequency stands for its mirror image too
    return float((values.reshape(-1, twice.size).sum(axis=0) * twice).sum())


def mesh_sums(mesh: Mesh, points: np.ndarray, intercept: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Sums of the smooth parts over all pairs of points.

    Returns
    -------
    values : ndarray of shape (n,)
        Sum of each point's with all others: twice the sum over pairs, in all.
    gradient : ndarray of shape (d, n)
        Exact derivative by points of the sum over pairs, as the mesh has it.
    slope : float
        The same by b.
    """
    n = points.shape[1]
    density = spread(mesh, points, np.ones(n))
    waves = fft.rfftn(density)
    term, slope = spectra(mesh, smooth_terms(mesh, intercept))
    power = waves.real**2 + waves.imag**2
    by_intercept = 0.5 * over_frequencies(power * slope) / density.size
    waves *= term
    values, gradient = gathered(mesh, points, fft.irfftn(waves, s=density.shape, overwrite_x=True))
    own = taylor(intercept, mesh.cutoff) @ (-(mesh.cutoff**2.0)) ** np.arange(DEGREE + 1)  # of a point with itself
    return values - own[0], gradient, by_intercept - 0.5 * n * float(own[1])
