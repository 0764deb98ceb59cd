"""An approximated likelihood on a grid that stays, as the draws of chains need it: one function of the parameters.

One for searches of its mode, and one on a grid that grows, for the slopes at independent draws, of which each has other
actors farthest out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.compiled import exp, implements, kernel, verb
from latentnet.likelihood.approximate import Approximate, Errors, with_pairs
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.verbs import trajectory_forces, value_and_gradient
from latentnet.nbody.forces import Forces
from latentnet.nbody.mesh import Mesh
from latentnet.nbody.sums import SoftplusSum

__all__ = ["Climbing", "Meshed", "MeshedPlain", "Roaming", "climbing", "mesh_at", "meshed", "roaming"]

_FARTHEST = 3.0  # extents of the grid
_SOFT = 0.3  # times n^(-1/4): about half of what a step of a trajectory moves an actor by
_HARDLY_SOFT = 1e-3  # where no step crosses the kink
_FAR_OUT = 2e-4  # of actors, on either side of either axis
_NO_MORE = 7.0


class Meshed(NamedTuple):
    """The likelihood of centred positions, and how far apart actors may be along an axis: what is wider has none.

    Moves that shift all positions take it that the likelihood does not change; the grid would feel a shift. A
    trajectory that diverges would ask for a grid of any size.
    """

    part: Approximate | ApproximateEffects
    widest: float

    def errors(self, theta: np.ndarray) -> Errors:
        """Measure what is approximated against exact sums, for a sample of 200 actors."""
        return self.part.errors(_centred(self.part, theta))


class MeshedPlain(NamedTuple):
    """The same of a plain model, whose trajectories have forces of their own: faster, softer where tied actors meet."""

    part: Approximate
    widest: float
    forces: Forces

    def errors(self, theta: np.ndarray) -> Errors:
        """Measure what is approximated against exact sums, for a sample of 200 actors."""
        return self.part.errors(_centred(self.part, theta))


class Climbing(NamedTuple):
    """A plain model's likelihood for a search: the same sum in single precision, on the grid that the part has."""

    part: Approximate
    forces: Forces


class Roaming:
    """A plain model's likelihood for slopes at draws that do not hang on each other.

    Actors without ties lie anywhere in these, so that hardly two draws fit on one grid, most of which is empty, and to
    find its spectrum takes as long as all else. Here the grid keeps its spectrum, and grows where the crowd does. Who
    lies so far out that the others' terms with it add up to e^-7 at most is not on it, and feels its ties alone.
    """

    def __init__(self, part: Approximate) -> None:
        self.part = part
        self._forces: Forces | None = None
        self._box = np.zeros((part.n_dims, 0))

    def crowd(self, points: np.ndarray, intercept: float) -> tuple[np.ndarray, Forces]:
        """Which points (n_dims, n_points) are on the grid, and the forces of it."""
        n = points.shape[1]
        left_out = min(int(_FAR_OUT * n), n - 1)
        rank = np.partition(points, (left_out, n - 1 - left_out), axis=1)
        reach = max(intercept + np.log(n) + _NO_MORE, 0.0)
        low, high = rank[:, left_out] - reach, rank[:, n - 1 - left_out] + reach
        low, high = np.maximum(low, points.min(axis=1)), np.minimum(high, points.max(axis=1))
        inside = np.all((points >= low[:, np.newaxis]) & (points <= high[:, np.newaxis]), axis=0)
        ends = np.column_stack([self._box, low, high])
        self._box = np.stack([ends.min(axis=1), ends.max(axis=1)], axis=1)
        if self._forces is None or not self._forces.mesh.holds(self._box):
            held = np.concatenate([points[:, inside], self._box], axis=1)
            self._forces = Forces(SoftplusSum.around(held, intercept).mesh, _HARDLY_SOFT, np.float32)
        return inside, self._forces


def mesh_at(part: Approximate | ApproximateEffects, theta: np.ndarray) -> Mesh:
    """The grid that suits where actors are."""
    part.refit(_centred(part, theta))
    assert part.total is not None
    return part.total.mesh


@verb
def meshed(part: Approximate | ApproximateEffects, mesh: Mesh) -> Any:
    """An approximated likelihood of one chain's own on this grid."""


@implements(meshed, Approximate)
def _(part, mesh):
    part.take(mesh)
    return MeshedPlain(part, _widest(mesh), Forces(mesh, _SOFT * part.n_actors**-0.25))


@implements(meshed, ApproximateEffects)
def _(part, mesh):
    part.take(mesh)
    return Meshed(part, _widest(mesh))


@verb
def climbing(part: Approximate | ApproximateEffects) -> Any:
    """An approximated likelihood on the grid that it has, for a search of the mode."""


@implements(climbing, Approximate)
def _(part):
    return Climbing(part, Forces(part.total.mesh, 0.0, np.float32))


@implements(climbing, ApproximateEffects)
def _(part):
    return part


@verb
def roaming(part: Approximate | ApproximateEffects) -> Any:
    """An approximated likelihood for slopes at draws that do not hang on each other."""


@implements(roaming, Approximate)
def _(part):
    return Roaming(part)


@implements(roaming, ApproximateEffects)
def _(part):
    return part


def _widest(mesh: Mesh) -> float:
    return _FARTHEST * mesh.spacing * float(mesh.inside.max())


def _points(part: Approximate | ApproximateEffects, theta: np.ndarray) -> np.ndarray:
    """Positions, or forces on them, (n_dims, n_actors): a view."""
    return theta[: part.n_dims * part.n_actors].reshape(part.n_dims, part.n_actors)


def _centred(part: Approximate | ApproximateEffects, theta: np.ndarray) -> np.ndarray:
    found = theta.copy()
    points = _points(part, found)
    points -= points.mean(axis=1, keepdims=True)
    return found


def _is_held(likelihood: Meshed | MeshedPlain, theta: np.ndarray) -> bool:
    """Whether actors are no farther apart than they may be; not where they are nowhere (NaN) either."""
    return bool(np.ptp(_points(likelihood.part, theta), axis=1).max() < likelihood.widest)


@implements(value_and_gradient, MeshedPlain)
@implements(value_and_gradient, Meshed)
def _value_and_gradient(likelihood: Meshed | MeshedPlain, theta: np.ndarray) -> tuple[float, np.ndarray]:
    part = likelihood.part
    if not _is_held(likelihood, theta):
        return -np.inf, np.zeros_like(theta)
    value, gradient = value_and_gradient(part, _centred(part, theta))
    forces = _points(part, gradient)
    forces -= forces.mean(axis=1, keepdims=True)
    return value, gradient


@implements(value_and_gradient, Climbing)
def _value_and_gradient_of_search(likelihood: Climbing, theta: np.ndarray) -> tuple[float, np.ndarray]:
    return with_pairs(likelihood.part, theta, *likelihood.forces.total(*likelihood.part.at(theta)))


@implements(value_and_gradient, Roaming)
def _value_and_gradient_of_draw(likelihood: Roaming, theta: np.ndarray) -> tuple[float, np.ndarray]:
    return value_and_gradient(likelihood.part, theta)


@implements(trajectory_forces, MeshedPlain)
def _trajectory_forces(likelihood: MeshedPlain, theta: np.ndarray) -> np.ndarray:
    if not _is_held(likelihood, theta):
        return np.zeros_like(theta)
    part, of_all = likelihood.part, likelihood.forces
    centred = _centred(part, theta)
    gradient = _with_pairs(part, centred, *of_all(*part.at(centred)), of_all.soft)
    forces = _points(part, gradient)
    forces -= forces.mean(axis=1, keepdims=True)
    return gradient


@implements(trajectory_forces, Roaming)
def _forces_of_draw(likelihood: Roaming, theta: np.ndarray) -> np.ndarray:
    points, b = likelihood.part.at(theta)
    inside, forces = likelihood.crowd(points, b)
    found = np.zeros_like(points)
    found[:, inside], slope = forces(points[:, inside], b)
    return _with_pairs(likelihood.part, theta, found, slope, forces.soft)


def _with_pairs(part: Approximate, theta: np.ndarray, found: np.ndarray, slope: float, soft: float) -> np.ndarray:
    """The gradient, where that of the sum over all dyads is known, by points and by the intercept."""
    points, b = part.at(theta)
    forces, soft = -part.directions * found, soft**2
    slope = _pull_pairs(points, b, *part.ties, False, soft, forces) - part.directions * slope
    slope += _pull_pairs(points, b, *part.holes, True, soft, forces)
    gradient = np.zeros_like(theta)
    _points(part, gradient)[:] = forces
    if part.intercept >= 0:
        gradient[part.intercept] = slope
    return gradient


@kernel
def _pull_pairs(points, b, starts, others, weights, are_holes, soft, forces):
    """Add what tied pairs, or unobserved ones, add to the gradient, by softened distances; returns that by b."""
    d, slope = points.shape[0], 0.0
    for i in range(starts.size - 1):
        for t in range(starts[i], starts[i + 1]):
            j, squared, weight = others[t], 0.0, weights[t]
            for k in range(d):
                squared += (points[k, i] - points[k, j]) ** 2
            if are_holes:
                weight /= 1.0 + exp(np.sqrt(squared) - b)
            slope += weight
            pull = weight / np.sqrt(squared + soft)
            for k in range(d):
                force = pull * (points[k, i] - points[k, j])
                forces[k, i] -= force
                forces[k, j] += force
    return slope
