"""An approximated likelihood on a grid that stays, as the draws of chains need it: one function of the parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.compiled import exp, implements, kernel, verb
from latentnet.likelihood.approximate import Approximate, Errors
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.verbs import trajectory_forces, value_and_gradient
from latentnet.nbody.forces import Forces
from latentnet.nbody.mesh import Mesh

__all__ = ["Meshed", "MeshedPlain", "mesh_at", "meshed"]

_FARTHEST = 3.0  # extents of the grid
_SOFT = 0.3  # times n^(-1/4): about half of what a step of a trajectory moves an actor by


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


@implements(trajectory_forces, MeshedPlain)
def _trajectory_forces(likelihood: MeshedPlain, theta: np.ndarray) -> np.ndarray:
    part, gradient = likelihood.part, np.zeros_like(theta)
    if not _is_held(likelihood, theta):
        return gradient
    points, b = part.at(_centred(part, theta))
    found, slope = likelihood.forces(points, b)
    forces, soft = -part.directions * found, likelihood.forces.soft**2
    slope = _pull_pairs(points, b, *part.ties, False, soft, forces) - part.directions * slope
    slope += _pull_pairs(points, b, *part.holes, True, soft, forces)
    forces -= forces.mean(axis=1, keepdims=True)
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
