"""An approximated likelihood on a grid that stays, as the draws of chains need it: one function of the parameters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.compiled import implements
from latentnet.likelihood.approximate import Approximate, Errors
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.verbs import value_and_gradient
from latentnet.nbody.mesh import Mesh

__all__ = ["Meshed", "mesh_at", "meshed"]

_FARTHEST = 3.0  # extents of the grid


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


def mesh_at(part: Approximate | ApproximateEffects, theta: np.ndarray) -> Mesh:
    """The grid that suits where actors are."""
    part.refit(_centred(part, theta))
    assert part.total is not None
    return part.total.mesh


def meshed(part: Approximate | ApproximateEffects, mesh: Mesh) -> Meshed:
    """An approximated likelihood of one chain's own on this grid."""
    part.take(mesh)
    return Meshed(part, _FARTHEST * mesh.spacing * float(mesh.inside.max()))


def _points(part: Approximate | ApproximateEffects, theta: np.ndarray) -> np.ndarray:
    """Positions, or forces on them, (n_dims, n_actors): a view."""
    return theta[: part.n_dims * part.n_actors].reshape(part.n_dims, part.n_actors)


def _centred(part: Approximate | ApproximateEffects, theta: np.ndarray) -> np.ndarray:
    found = theta.copy()
    points = _points(part, found)
    points -= points.mean(axis=1, keepdims=True)
    return found


@implements(value_and_gradient, Meshed)
def _value_and_gradient(likelihood: Meshed, theta: np.ndarray) -> tuple[float, np.ndarray]:
    part = likelihood.part
    if not np.ptp(_points(part, theta), axis=1).max() < likelihood.widest:  # NaN too
        return -np.inf, np.zeros_like(theta)
    value, gradient = value_and_gradient(part, _centred(part, theta))
    forces = _points(part, gradient)
    forces -= forces.mean(axis=1, keepdims=True)
    return value, gradient
