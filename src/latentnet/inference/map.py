"""Maximum a posteriori estimation by L-BFGS: an engine, and the start of every other."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from latentnet._exceptions import ConvergenceWarning
from latentnet.checks import whole_number
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.optimise import posterior_mode
from latentnet.inference.start import disperse, start_parameters

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MAP"]


class MAP(Engine):
    """Maximum a posteriori engine: the mode of the density of positions, coefficients and log σ.

    With ``SenderReceiver()`` it is that of the senders and of the receivers given them, standardised.

    Fast, and no uncertainty: the positions' scale is shrunk, and intervals are not to be had. The start is pivot MDS on
    geodesic distances; further starts are spread around it, and the best mode wins.

    Parameters
    ----------
    n_starts : int
        Optimisations to choose from.
    max_iterations : int
        Of L-BFGS, for each start.
    tolerance : float
        Largest absolute entry of the gradient at which it stops.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MAP
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=MAP(n_starts=2), random_state=1).fit(load_sampson())
    >>> model.positions_.shape
    (18, 2)
    """

    def __init__(self, n_starts: int = 4, *, max_iterations: int = 1000, tolerance: float = 1e-4) -> None:
        self.n_starts = n_starts
        self.max_iterations = max_iterations
        self.tolerance = tolerance

    def check(self) -> None:
        """Raise a ValueError for parameters out of range."""
        for name in ("n_starts", "max_iterations"):
            whole_number(f"MAP: {name}", getattr(self, name), 1)
        if not self.tolerance > 0:
            raise ValueError(f"MAP: tolerance must be positive, but is {self.tolerance!r}")

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Find the mode; the result holds one chain of one draw."""
        first = start_parameters(problem, rng)
        starts = [first, *(disperse(problem, first, rng) for _ in range(self.n_starts - 1))]
        found = [
            posterior_mode(problem, start, max_iterations=self.max_iterations, tolerance=self.tolerance)
            for start in starts
        ]
        theta, _, converged = max(found, key=lambda result: result[1])
        if not converged:
            warnings.warn(
                f"MAP stopped after {self.max_iterations} iterations before the gradient fell to {self.tolerance:g}: "
                "raise max_iterations",
                ConvergenceWarning,
                stacklevel=4,
            )
        return InferenceResult(theta[None, None, :], "mode", point=theta)
