"""Coordinates that optimisers move: whitened, so that results hang neither on units nor on where a covariate is 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.priors.random_walk import from_steps, pull_to_steps, to_steps

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Centred", "Coordinates"]


class Centred:
    """Parameters with intercepts of average covariates, of which coefficients say little. All is done in place."""

    def __init__(self, problem: Problem) -> None:
        self._intercepts, self._level = problem.intercepts, problem.prior.level

    def of(self, theta: np.ndarray) -> np.ndarray:
        """Replace intercepts of covariates at 0."""
        theta[self._intercepts] += self._level.means @ theta[self._level.coefficients]
        return theta

    def parameters(self, values: np.ndarray) -> np.ndarray:
        """Undo `of`."""
        values[self._intercepts] -= self._level.means @ values[self._level.coefficients]
        return values

    def gradient(self, of_parameters: np.ndarray) -> np.ndarray:
        """Make the gradient by these of that by parameters."""
        of_parameters[self._level.coefficients] -= of_parameters[self._intercepts] @ self._level.means
        return of_parameters


class Coordinates:
    """Parameters in the units of the data, with intercepts of average covariates, and steps for later positions.

    Small steps tie positions to each other, but not steps to the first positions. The map is linear.
    """

    def __init__(self, problem: Problem) -> None:
        self._centred, self._units = Centred(problem), problem.units
        self._walk, self._n_dims, self._moving = problem.prior.walk, problem.n_dims, problem.has_steps

    def of(self, theta: np.ndarray) -> np.ndarray:
        """Coordinates of a parameter vector."""
        found = self._centred.of(theta.copy())
        if self._moving:
            to_steps(self._walk, self._n_dims, found)
        return found / self._units

    def parameters(self, coordinates: np.ndarray) -> np.ndarray:
        """Undo `of`."""
        theta = coordinates * self._units
        if self._moving:
            from_steps(self._walk, self._n_dims, theta)
        return self._centred.parameters(theta)

    def gradient(self, of_parameters: np.ndarray) -> np.ndarray:
        """The gradient by coordinates, from that by parameters."""
        found = self._centred.gradient(of_parameters.copy())
        if self._moving:
            pull_to_steps(self._walk, self._n_dims, found)
        return found * self._units
