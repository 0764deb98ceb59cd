"""The sum of log(1 + exp(b − d)) over all pairs of points, approximated: mesh and near pairs together (P3M).

Hockney & Eastwood's particle-particle particle-mesh method, for a term of short range (Computer Simulation Using
Particles, 1988).
"""

from __future__ import annotations

import numpy as np

from latentnet.compiled import fast_kernel, softplus
from latentnet.nbody.mesh import Mesh, mesh_around, mesh_for, mesh_size, mesh_sums
from latentnet.nbody.near import candidates, near_sums, sorted_by_cell
from latentnet.nbody.smooth import fill_smooth, taylor

__all__ = ["MOST_DIMS", "SoftplusSum", "cheapest_cutoff", "relative_errors", "spacing_of"]

MOST_DIMS = 3
_LARGEST = 4.0  # cut-off: beyond, the term is smooth enough
_SAMPLE = 200


class SoftplusSum:
    """Σ over pairs of log(1 + exp(b − d)), with its exact derivatives, for points that move a little at a time.

    The grid stays as it is. For points outside of it there is a larger one around the same grid points (`mesh_for`), so
    that the sum hardly jumps, and is a function of the points alone.

    Parameters
    ----------
    mesh : Mesh
        Of up to `MOST_DIMS` dimensions; `around` chooses one.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh

    @classmethod
    def around(cls, points: np.ndarray, intercept: float) -> SoftplusSum:
        """With cut-off and grid for where the points (n_dims, n_points) are, and about this b."""
        cutoff = cheapest_cutoff(points, intercept)
        return cls(mesh_around(points, spacing_of(cutoff), cutoff, intercept))

    def __call__(self, points: np.ndarray, intercept: float) -> tuple[float, np.ndarray, float]:
        """The sum, its gradient by points (n_dims, n_points), and its derivative by b."""
        mesh = mesh_for(self.mesh, points, intercept)
        smooth, near = mesh_sums(mesh, points, intercept), near_sums(points, mesh.cutoff, intercept)
        return 0.5 * float(smooth[0].sum()) + near[0], smooth[1] + near[1], smooth[2] + near[2]


def spacing_of(cutoff: float) -> float:
    """Of the grid: fine against the cut-off, and against 1, the scale on which terms fall (errors 1e-4 to 3e-3)."""
    return cutoff / (2.0 + cutoff)


def cheapest_cutoff(points: np.ndarray, intercept: float, of_pair: float = 5.0, of_grid: float = 70.0) -> float:
    """The cut-off at which near pairs and grid together cost least; by nanoseconds, whose ratio decides."""
    best, least, cutoff = _LARGEST, np.inf, _LARGEST
    while True:
        n_grid = mesh_size(points, spacing_of(cutoff), intercept)
        if of_grid * n_grid > least:
            return best  # it only grows
        pairs = candidates(sorted_by_cell(points, cutoff))
        cost = of_grid * n_grid + of_pair * pairs
        if cost < least:
            best, least = cutoff, cost
        cutoff /= np.sqrt(2.0)


@fast_kernel
def _exact_rows(points, intercept, chosen, out):
    """Of each chosen point: the sum over all others, (n_chosen,), and its gradient below."""
    d, n = points.shape
    for a in range(chosen.size):
        i = chosen[a]
        for j in range(n):
            if j == i:
                continue
            u = 0.0
            for k in range(d):
                u += (points[k, i] - points[k, j]) ** 2
            length = np.sqrt(max(u, 1e-200))
            out[0, a] += softplus(intercept - length)
            force = -1.0 / (1.0 + np.exp(length - intercept)) / length
            for k in range(d):
                out[1 + k, a] += force * (points[k, i] - points[k, j])


def relative_errors(total: SoftplusSum, points: np.ndarray, intercept: float) -> tuple[float, float]:
    """Errors of the sum and of its gradient against exact ones for a sample of points, relative to these.

    Parameters
    ----------
    total : SoftplusSum
    points : ndarray of shape (n_dims, n_points)
    intercept : float

    Returns
    -------
    of_sums, of_gradient : float
        Root mean square errors of each point's sum over all others and of its gradient, divided by those of the exact
        ones.
    """
    n = points.shape[1]
    chosen = np.random.default_rng(0).permutation(n)[:_SAMPLE]
    exact, smooth = np.zeros((1 + len(points), chosen.size)), np.zeros(chosen.size)
    _exact_rows(points, intercept, chosen, exact)
    mesh, terms = mesh_for(total.mesh, points, intercept), np.empty((2, n))
    series = tuple(tuple(row) for row in taylor(intercept, mesh.cutoff).tolist())
    for a, i in enumerate(chosen):  # near pairs are exact, so the error is that of the mesh
        squared = ((points - points[:, [i]]) ** 2).sum(axis=0)
        fill_smooth(squared, intercept, mesh.cutoff, series, terms)
        smooth[a] = terms[0].sum() - terms[0, i]
    values, gradient, _ = mesh_sums(mesh, points, intercept)
    gradient = gradient + near_sums(points, mesh.cutoff, intercept)[1]
    of_sums = np.linalg.norm(values[chosen] - smooth) / np.linalg.norm(exact[0])
    return float(of_sums), float(np.linalg.norm(gradient[:, chosen] - exact[1:]) / np.linalg.norm(exact[1:]))
