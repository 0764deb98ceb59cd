"""Observed information at a mode: how far each direction of the parameters can go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.inference.optimise import mode_density
from latentnet.problem.coordinates import Coordinates

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MOST_PARAMETERS", "STEP", "beside_mode"]

STEP = 1e-3  # standard deviations
_DIFFERENCE = 1e-4  # of coordinates, whose unit is that of the data
MOST_PARAMETERS = 2000  # two gradients for each, and a square matrix


def beside_mode(problem: Problem, mode: np.ndarray) -> np.ndarray | None:
    """Parameters a thousandth of a standard deviation from a mode, in independent directions and either way.

    The root of the sum of squares of half of what a function of the parameters differs between the two ways, in
    thousandths, is its standard error by the delta method. The covariance is the inverse of the observed information:
    of the negative second derivatives of the log posterior density. How the map lies, of which ties say nothing, is
    held.

    Parameters
    ----------
    problem : Problem
    mode : ndarray of shape (n_parameters,)

    Returns
    -------
    ndarray of shape (2, n_parameters, n_parameters), or None
        One way and the other; None with over 2,000 parameters, and where the density does not fall in all directions.
    """
    size = problem.n_parameters
    if size > MOST_PARAMETERS:
        return None
    density, coordinates = mode_density(problem, np.float64), Coordinates(problem)
    centre, information = coordinates.of(mode), np.empty((size, size))
    for p in range(size):
        ways = []
        for sign in (1.0, -1.0):
            moved = centre.copy()
            moved[p] += sign * _DIFFERENCE
            ways.append(coordinates.gradient(density(coordinates.parameters(moved))[1]))
        information[p] = (ways[1] - ways[0]) / (2.0 * _DIFFERENCE)
    information = 0.5 * (information + information.T)
    stiff = float(np.abs(np.diag(information)).max())
    for turn in _turns(problem, mode):
        along = coordinates.of(mode + turn) - centre
        information += stiff * np.outer(along, along) / (along @ along)
    values, vectors = np.linalg.eigh(information)
    if not values[0] > 1e-12 * values[-1]:
        return None
    steps = STEP * (vectors / np.sqrt(values)).T
    return np.array([[coordinates.parameters(centre + sign * step) for step in steps] for sign in (1.0, -1.0)])


def _turns(problem: Problem, mode: np.ndarray) -> list[np.ndarray]:
    """Directions in which the whole map turns, and nothing changes: one for each plane of a space, and each site."""
    found = []
    if problem.invariance == "none":
        return []
    for site in range(problem.n_sites):
        for k in range(problem.n_dims):
            for m in range(k):
                turn = np.zeros_like(mode)
                for row in problem.parameters:
                    if row.space == "points":
                        points, moved = row.points_of(mode), np.zeros((row.size // problem.n_dims, problem.n_dims))
                        here = row.sites == site
                        moved[here, k], moved[here, m] = points[here, m], -points[here, k]
                        row.set_points(turn, moved)
                if turn.any():
                    found.append(turn)
    return found
