"""Values: a run of the parameter vector that belongs together, as whoever owns it declares it."""

from __future__ import annotations

import itertools
import math
from typing import Literal, NamedTuple

import numpy as np

from latentnet.priors.correlation_matrices import lower_correlations

__all__ = ["Values", "stacked"]

_NO_SITES = np.zeros(0, np.int64)


class Values(NamedTuple):
    """A row of the table of parameters (`latentnet.problem.parameters`)."""

    name: str  # the variable that it is reported as
    shape: tuple[int, ...] = ()
    axes: tuple[str, ...] = ()  # a name for each axis; "latent_dim" is that of the space
    # What is reported of a value x: x, eˣ, e²ˣ (x is the log of a standard deviation), tanh x, or of several the
    # correlations below the diagonal of the matrix that they make (`latentnet.priors.correlation_matrices`).
    transform: Literal["none", "log", "variance", "correlation", "correlations"] = "none"
    # What it is to the space: nothing, points that every map of the space moves, directions that turn with it, or
    # scales of it.
    space: Literal["none", "points", "directions", "scale"] = "none"
    # The linear predictor is a function of intercepts, coefficients and terms alone.
    role: Literal["intercept", "coefficient", "term", "family", "prior"] = "prior"
    sites: np.ndarray = _NO_SITES  # (n_points,) the site in whose space each point lies
    reported: bool = True
    start: int = 0  # where it begins: in its owner's slice, and once bound in the parameter vector

    @property
    def size(self) -> int:
        """How many values they are."""
        return math.prod(self.shape)

    @property
    def part(self) -> slice:
        """Where they are in the parameter vector."""
        return slice(self.start, self.start + self.size)

    def of(self, theta: np.ndarray) -> np.ndarray:
        """These values in parameter vectors (..., n_parameters): ``(..., *shape)``, a view where that is possible."""
        return theta[..., self.part].reshape(*theta.shape[:-1], *self.shape)

    def reported_of(self, theta: np.ndarray) -> np.ndarray:
        """These values as they are reported, ``(..., *shape)``."""
        values = self.of(theta)
        if self.transform == "log":
            return np.asarray(np.exp(values))
        if self.transform == "variance":
            return np.asarray(np.exp(2.0 * values))
        if self.transform == "correlations":
            return lower_correlations(values)
        return np.asarray(np.tanh(values)) if self.transform == "correlation" else values

    def points_of(self, theta: np.ndarray) -> np.ndarray:
        """Points in parameter vectors, (..., n_points, n_dims): a view where that is possible."""
        values = self.of(theta)
        return np.swapaxes(values, -1, -2) if self.axes[0] == "latent_dim" else values

    def set_points(self, theta: np.ndarray, points: np.ndarray) -> None:
        """Undo `points_of` in place."""
        values = np.swapaxes(points, -1, -2) if self.axes[0] == "latent_dim" else points
        theta[..., self.part] = values.reshape(*values.shape[:-2], self.size)


def stacked(*rows: Values) -> tuple[Values, ...]:
    """Rows one behind the other."""
    starts = itertools.accumulate((row.size for row in rows), initial=0)
    return tuple(row._replace(start=start) for row, start in zip(rows, starts, strict=False))
