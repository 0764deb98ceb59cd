"""The sum over all ordered pairs of points whose terms differ by the two points' classes, and by factors of each.

A term is m_i·q_j·f(b_k − d_ij): f is log(1 + exp(η)) or exp(η), k the kind of pair that the two classes make, and m and
q factors of a point as the first and as the second of a pair. As in `latentnet.nbody.sums` it is a smooth part, summed
by a mesh for each class, and near pairs, one by one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy import fft

from latentnet.compiled import exp, kernel, softplus
from latentnet.nbody.mesh import Mesh, gathered, half_grid, mesh_around, mesh_for, over_frequencies, spectra, spread
from latentnet.nbody.near import ranges, sorted_by_cell
from latentnet.nbody.smooth import DEGREE, exponential_slopes, softplus_slopes, taylor
from latentnet.nbody.sums import cheapest_cutoff, spacing_of

__all__ = ["KindSum", "Pairs", "Sums", "Term", "terms_of"]

Term = Literal["softplus", "exponential"]

_PAIR, _GRID = 60.0, 40.0  # ns of a near pair, and of a grid point for each class
_SAMPLE = 200


class Pairs(NamedTuple):
    """What tells one pair from another, beside where they are."""

    classes: np.ndarray  # (n,) int64
    kinds: np.ndarray  # (n_classes, n_classes) int64, first × second
    intercepts: np.ndarray  # (n_kinds,)
    first: np.ndarray  # (n,) factors
    second: np.ndarray  # (n,)

    def classes_are_one(self) -> bool:
        """Whether no pair of classes is different from the same the other way round."""
        return bool(np.array_equal(self.kinds, self.kinds.T) and self.first is self.second)


class Sums(NamedTuple):
    """The sum over ordered pairs, and its derivatives."""

    value: float
    gradient: np.ndarray  # (d, n) by points
    slopes: np.ndarray  # (n_kinds,) by intercepts
    of_first: np.ndarray  # (n,) sum of the terms in which a point is the first
    of_second: np.ndarray  # (n,)


class KindSum:
    """The sum for points that move a little at a time; its grid is that of `SoftplusSum`.

    Parameters
    ----------
    term : {"softplus", "exponential"}
    mesh : Mesh
        `around` chooses one.
    """

    def __init__(self, term: Term, mesh: Mesh) -> None:
        self.term, self.mesh = term, mesh

    @classmethod
    def around(cls, term: Term, points: np.ndarray, pairs: Pairs) -> KindSum:
        """With cut-off and grid for where the points (n_dims, n_points) are."""
        b = _highest(term, pairs)
        cutoff = cheapest_cutoff(points, b, _PAIR, _GRID * (1.0 + len(pairs.kinds)))
        return cls(term, mesh_around(points, spacing_of(cutoff), cutoff, b))

    def __call__(self, points: np.ndarray, pairs: Pairs) -> Sums:
        """The sum, and its exact derivatives."""
        mesh = mesh_for(self.mesh, points, _highest(self.term, pairs))
        slopes_of = softplus_slopes if self.term == "softplus" else exponential_slopes
        series = np.stack([taylor(b, mesh.cutoff, slopes_of) for b in pairs.intercepts])
        sums = _mesh_sums(mesh, self.term, points, pairs, series)
        cells = sorted_by_cell(points, mesh.cutoff)
        value, order = np.zeros(1), cells.order
        near = np.zeros_like(points), np.zeros_like(sums.slopes), np.zeros(len(order)), np.zeros(len(order))
        data = pairs.classes[order], pairs.kinds, pairs.intercepts, pairs.first[order], pairs.second[order]
        _near_sums(cells, data, self.term == "softplus", mesh.cutoff**2, series, value, near)
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return Sums(
            sums.value + float(value[0]),
            sums.gradient + near[0][:, back],
            sums.slopes + near[1],
            sums.of_first + near[2][back],
            sums.of_second + near[3][back],
        )

    def errors(self, points: np.ndarray, pairs: Pairs) -> tuple[float, float]:
        """Root mean square errors of a sample of points' sums and gradients, relative to exact ones."""
        found, n = self(points, pairs), points.shape[1]
        chosen = np.random.default_rng(0).permutation(n)[:_SAMPLE]
        exact = np.stack([_exact(self.term, points, pairs, i) for i in chosen], axis=1)
        of_sums = np.linalg.norm(found.of_first[chosen] - exact[0]) / np.linalg.norm(exact[0])
        of_slopes = np.linalg.norm(found.gradient[:, chosen] - exact[1:]) / np.linalg.norm(exact[1:])
        return float(of_sums), float(of_slopes)


def _highest(term: Term, pairs: Pairs) -> float:
    """An intercept beyond whose reach terms are nothing: exponentials fall alike, whatever theirs is."""
    return float(pairs.intercepts.max()) if term == "softplus" else 0.0


def terms_of(term: Term, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The term and its derivative."""
    if term == "exponential":
        value = np.exp(eta)
        return value, value
    return np.logaddexp(0.0, eta), 1.0 / (1.0 + np.exp(-eta))


def _exact(term: Term, points: np.ndarray, pairs: Pairs, i: int) -> np.ndarray:
    """Sum of the terms in which a point is the first, and the gradient by it: (1 + d,)."""
    gap = points[:, [i]] - points
    length = np.sqrt(np.maximum((gap**2).sum(axis=0), 1e-200))
    c, others = pairs.classes[i], pairs.classes
    value, there = terms_of(term, pairs.intercepts[pairs.kinds[c, others]] - length)
    _, back = terms_of(term, pairs.intercepts[pairs.kinds[others, c]] - length)
    weights = pairs.first[i] * pairs.second
    pull = (weights * there + pairs.second[i] * pairs.first * back) / length
    pull[i] = weights[i] = 0.0
    return np.concatenate([[weights @ value], -gap @ pull])


def _spectra_of_kinds(mesh: Mesh, term: Term, pairs: Pairs, series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each kind's smooth part and of its derivative by the intercept."""
    squared = half_grid(mesh)
    t, length = np.minimum(squared - mesh.cutoff**2, 0.0), np.sqrt(squared)
    powers = t[np.newaxis] ** np.arange(DEGREE + 1).reshape(-1, *[1] * t.ndim)
    found = np.empty((2, len(series), *squared.shape))
    for kind, (b, rows) in enumerate(zip(pairs.intercepts, series, strict=True)):
        far = terms_of(term, b - length)
        for which in range(2):
            found[which, kind] = np.where(t < 0.0, np.tensordot(rows[which], powers, 1), far[which])
    return spectra(mesh, found[0]), spectra(mesh, found[1])


def _by_kind(kinds: np.ndarray, waves: np.ndarray) -> dict[int, np.ndarray]:
    """Sums of the waves of those classes that make each kind; the commonest kind is all less the others."""
    found, counts = np.unique(kinds, return_counts=True)
    commonest = found[np.argmax(counts)]
    parts = {int(kind): waves[kinds == kind].sum(axis=0) for kind in found if kind != commonest}
    rest = waves.sum(axis=0)
    for part in parts.values():
        rest -= part
    return parts | {int(commonest): rest}


def _mesh_sums(mesh: Mesh, term: Term, points: np.ndarray, pairs: Pairs, series: np.ndarray) -> Sums:
    """The smooth parts' share, by one transform for each class and role."""
    members = [np.flatnonzero(pairs.classes == c) for c in range(len(pairs.kinds))]
    one = pairs.classes_are_one()
    first = np.stack([fft.rfftn(spread(mesh, points[:, some], pairs.first[some])) for some in members])
    second = first
    if not one:
        second = np.stack([fft.rfftn(spread(mesh, points[:, some], pairs.second[some])) for some in members])
    terms, steps = _spectra_of_kinds(mesh, term, pairs, series)
    own = series @ (-(mesh.cutoff**2.0)) ** np.arange(DEGREE + 1)  # (n_kinds, 2), of a point with itself
    gradient, slopes = np.zeros_like(points), np.zeros(len(series))
    sums = np.zeros((2, points.shape[1]))
    shape = mesh.shape[::-1]
    for c, some in enumerate(members):
        here, factors = points[:, some], (pairs.first[some], pairs.second[some])
        itself = factors[0] * factors[1]
        parts = _by_kind(pairs.kinds[c], second)
        for kind, part in parts.items():
            power = (first[c].real * part.real + first[c].imag * part.imag) * steps[kind]
            slopes[kind] += over_frequencies(power) / np.prod(shape)
        slopes[pairs.kinds[c, c]] -= own[pairs.kinds[c, c], 1] * itself.sum()
        for role in range(1 if one else 2):
            if role == 1:
                parts = _by_kind(pairs.kinds[:, c], first)
            wave = sum(terms[kind] * part for kind, part in parts.items())
            values, turned = gathered(mesh, here, fft.irfftn(wave, s=shape))
            sums[role, some] = factors[role] * values - own[pairs.kinds[c, c], 0] * itself
            gradient[:, some] += (2.0 if one else 1.0) * factors[role] * turned
    return Sums(float(sums[0].sum()), gradient, slopes, sums[0], sums[0] if one else sums[1])


@kernel
def _near_sums(cells, data, is_softplus, square, series, value, out):
    """Add what the smooth part leaves of near pairs' terms, in the order of cells."""
    classes, kinds, intercepts, first, second = data
    gradient, slopes, of_first, of_second = out
    firsts, lasts = np.empty(5, np.int64), np.empty(5, np.int64)
    points, d = cells.points, cells.points.shape[0]
    for i in range(cells.cell.size):
        for r in range(ranges(i, cells.cell[i], cells.starts, cells.sides, firsts, lasts)):
            for j in range(firsts[r], lasts[r]):
                u = 0.0
                for k in range(d):
                    u += (points[k, i] - points[k, j]) ** 2
                if u >= square:
                    continue
                u = max(u, 1e-200)
                length, t, pull = np.sqrt(u), u - square, 0.0
                for way in range(2):
                    a, b = (i, j) if way == 0 else (j, i)
                    kind = kinds[classes[a], classes[b]]
                    c, s = series[kind, 0], series[kind, 1]
                    eta = intercepts[kind] - length
                    if is_softplus:
                        term, slope = softplus(eta), 1.0 / (1.0 + exp(-eta))
                    else:
                        term = slope = exp(eta)
                    weight = first[a] * second[b]
                    inner = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))))
                    turn = c[1] + t * (2.0 * c[2] + t * (3.0 * c[3] + t * (4.0 * c[4] + t * (5.0 * c[5]))))
                    moved = s[0] + t * (s[1] + t * (s[2] + t * (s[3] + t * (s[4] + t * s[5]))))
                    left = weight * (term - inner)
                    value[0] += left
                    of_first[a] += left
                    of_second[b] += left
                    slopes[kind] += weight * (slope - moved)
                    pull -= weight * (slope / length + 2.0 * turn)
                for k in range(d):
                    step = pull * (points[k, i] - points[k, j])
                    gradient[k, i] += step
                    gradient[k, j] -= step
