"""The sum over all pairs and its forces, fast: in single precision, with spectra that are kept.

Forces move trajectories, whose ends the sum itself judges, and searches climb by sum and forces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft

from latentnet.compiled import exp, fast_kernel, kernel
from latentnet.nbody.mesh import Mesh, gathered, mesh_for, smooth_terms, spectra, spread
from latentnet.nbody.near import Cells, near_squares, push, sorted_by_cell
from latentnet.nbody.smooth import DEGREE, taylor

__all__ = ["NODE", "Forces", "fast_near_sums"]

NODE = 0.125  # between values of b whose spectra are kept
_MOST_NODES = 4
_ONE, _TWO, _THREE, _FOUR, _FIVE = (np.float32(k) for k in range(1, 6))
_A0, _A1, _A2, _A3, _A4, _A5 = (np.float32(2.0 / (2 * m + 1)) for m in range(6))  # of log(1 + e), as `softplus` has it
_ZERO, _LEAST = np.float32(0.0), np.float32(1e-30)


class Forces:
    """About the gradient of Σ over pairs of log(1 + exp(b − d)), a function of points and b alone.

    What `SoftplusSum` has, with near pairs in float32, their 1 / d softened, and the mesh's spectrum interpolated
    between nodes of b, which are kept: b changes with every step of a trajectory, and hardly.

    Parameters
    ----------
    mesh : Mesh
        As of `SoftplusSum`.
    soft : float
        1 / √(d² + soft²) stands for 1 / d. The kink where two points meet is no more than what the sum's own part is in
        the force between them; steps across it cost more acceptance than all others do.
    dtype : dtype
        Of what is transformed.
    """

    def __init__(self, mesh: Mesh, soft: float, dtype: Any = np.float64) -> None:
        self.mesh, self.soft, self._dtype = mesh, soft, np.dtype(dtype)
        self._nodes: dict[tuple[Any, ...], np.ndarray] = {}

    def __call__(self, points: np.ndarray, intercept: float) -> tuple[np.ndarray, float]:
        """The gradient by points (n_dims, n_points), and the derivative by b."""
        return self._sums(points, intercept, of_forces=True)[1:]

    def total(self, points: np.ndarray, intercept: float) -> tuple[float, np.ndarray, float]:
        """The same of the sum itself, before them: with `soft` of about 0 they are its derivatives."""
        return self._sums(points, intercept, of_forces=False)

    def _sums(self, points: np.ndarray, intercept: float, *, of_forces: bool) -> tuple[float, np.ndarray, float]:
        mesh = mesh_for(self.mesh, points, intercept)
        cells = sorted_by_cell(points, mesh.cutoff)  # which is also the order in which the grid lies in memory
        value, gradient, slope = self._smooth(mesh, cells.points, intercept)
        near = fast_near_sums(cells, mesh.cutoff, intercept, self.soft, of_forces)
        found = np.empty_like(gradient)
        found[:, cells.order] = gradient + near[1]
        return value + near[0], found, slope + near[2]

    def _node(self, mesh: Mesh, number: int) -> np.ndarray:
        """Spectra of the smooth part and of its derivative by b at a node: (2, ...)."""
        key = mesh.shape, mesh.spacing, mesh.cutoff, number
        if key not in self._nodes:
            if len(self._nodes) == _MOST_NODES:
                del self._nodes[next(iter(self._nodes))]
            self._nodes[key] = spectra(mesh, smooth_terms(mesh, NODE * number)).astype(self._dtype, copy=False)
        return self._nodes[key]

    def _smooth(self, mesh: Mesh, points: np.ndarray, intercept: float) -> tuple[float, np.ndarray, float]:
        n, number = points.shape[1], int(np.floor(intercept / NODE))
        t = intercept / NODE - number
        # Hermite's cubics, and their derivatives by b.
        values = (
            (1.0 + 2.0 * t) * (1.0 - t) ** 2,
            NODE * t * (1.0 - t) ** 2,
            t**2 * (3.0 - 2.0 * t),
            NODE * t**2 * (t - 1.0),
        )
        turn = 6.0 * t * (t - 1.0) / NODE
        slopes = turn, (1.0 - t) * (1.0 - 3.0 * t), -turn, t * (3.0 * t - 2.0)
        density = spread(mesh, points, np.ones(n)).astype(self._dtype, copy=False)
        waves = fft.rfftn(density)
        rows = waves.reshape(-1, waves.shape[-1])
        left, right = (self._node(mesh, k).reshape(2, *rows.shape) for k in (number, number + 1))
        value, slope = _filter(rows.view(self._dtype).reshape(*rows.shape, 2), left, right, values, slopes)
        if waves.ndim > 1:  # `irfftn` makes room for all of them again: half of its time on large grids
            waves = fft.ifftn(waves, axes=range(waves.ndim - 1), overwrite_x=True)
        _, gradient = gathered(mesh, points, fft.irfft(waves, n=density.shape[-1], overwrite_x=True))
        own = taylor(intercept, mesh.cutoff) @ (-(mesh.cutoff**2.0)) ** np.arange(DEGREE + 1)  # of a point with itself
        value, slope = 0.5 * (np.array([value, slope]) / density.size - n * own)
        return float(value), gradient, float(slope)


@kernel
def _filter(waves, left, right, values, slopes):
    """Multiply waves (rows, frequencies, 2) by the interpolated spectrum.

    Returns the sum of their products before and after, and its derivative by b.
    """
    v0, v1, v2, v3 = values
    s0, s1, s2, s3 = slopes
    value, slope, last = 0.0, 0.0, waves.shape[1] - 1
    for r in range(waves.shape[0]):
        for c in range(waves.shape[1]):
            a, da, z, dz = left[0, r, c], left[1, r, c], right[0, r, c], right[1, r, c]
            x, y = waves[r, c, 0], waves[r, c, 1]
            # Every other frequency than the outermost stands for its mirror image too.
            share = 1.0 if c == 0 or c == last else 2.0
            power = share * (x * x + y * y)
            slope += power * (s0 * a + s1 * da + s2 * z + s3 * dz)
            term = v0 * a + v1 * da + v2 * z + v3 * dz
            value += power * term
            waves[r, c, 0] = x * term
            waves[r, c, 1] = y * term
    return value, slope


@fast_kernel
def _terms(work, size, b, square, soft, c, s):
    """Of squared distances work[0, :size]: the force of each near pair by its gap, and the derivative by b, below."""
    c1, c2, c3, c4, c5 = c
    s0, s1, s2, s3, s4, s5 = s
    squared, forces, slopes = work[0, :size], work[1, :size], work[2, :size]
    for p in range(size):
        u = max(squared[p], _LEAST)
        eta = b - np.sqrt(u)
        e = exp(-abs(eta))
        r = _ONE / (_ONE + e)
        probability = r if eta > _ZERO else e * r
        t = min(u - square, _ZERO)
        near = _ONE if t < _ZERO else _ZERO
        pull = c1 + t * (_TWO * c2 + t * (_THREE * c3 + t * (_FOUR * c4 + t * (_FIVE * c5))))
        moved = s0 + t * (s1 + t * (s2 + t * (s3 + t * (s4 + t * s5))))
        forces[p] = -near * (probability / np.sqrt(u + soft) + _TWO * pull)
        slopes[p] = near * (probability - moved)


@fast_kernel
def _values(work, size, b, square, c):
    """Overwrite squared distances work[0, :size] by the near terms, less their smooth parts."""
    c0, c1, c2, c3, c4, c5 = c
    squared = work[0, :size]
    for p in range(size):
        u = squared[p]
        eta = b - np.sqrt(u)
        e = exp(-abs(eta))
        r = e / (_TWO + e)
        v = r * r
        far = max(eta, _ZERO) + r * (_A0 + v * (_A1 + v * (_A2 + v * (_A3 + v * (_A4 + v * _A5)))))
        t = min(u - square, _ZERO)
        near = _ONE if t < _ZERO else _ZERO
        squared[p] = near * (far - (c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))))


@fast_kernel
def _total(values):
    total = _ZERO
    for p in range(values.size):
        total += values[p]
    return total


@kernel
def _near(cells, points, b, square, soft, of_forces, c, s, gradient):
    """Add the gradient of near pairs; returns their sum, unless it is `of_forces` alone, and its derivative by b."""
    firsts, lasts = np.empty(5, np.int64), np.empty(5, np.int64)
    work = np.empty((3, 512), np.float32)
    value = slope = 0.0
    for i in range(cells.cell.size):
        count, size, work = near_squares(cells, points, i, firsts, lasts, work)
        _terms(work, size, b, square, soft, c[1:], s)
        slope += _total(work[2, :size])
        if not of_forces:
            _values(work, size, b, square, c)
            value += _total(work[0, :size])
        start = 0
        for r in range(count):
            push(points, i, firsts[r], lasts[r], work[1, start:], gradient)
            start += lasts[r] - firsts[r]
    return value, slope


def fast_near_sums(
    cells: Cells, cutoff: float, intercept: float, soft: float, of_forces: bool
) -> tuple[float, np.ndarray, float]:
    """What the smooth part leaves of near pairs, in float32, and its derivatives.

    Their sum, unless it is `of_forces` alone, the gradient by points (d, n) in the order of cells, and that by b.
    """
    of_term, of_slope = (tuple(np.float32(value) for value in row) for row in taylor(intercept, cutoff))
    gradient = np.zeros(cells.points.shape, np.float32)
    numbers = np.float32(intercept), np.float32(cutoff**2), np.float32(soft**2)
    points = cells.points.astype(np.float32)
    value, slope = _near(cells, points, *numbers, of_forces, of_term, of_slope, gradient)
    return value, gradient, slope
