"""Maximum a posteriori estimation by L-BFGS: an engine, and the start of every other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from latentnet._exceptions import ConvergenceWarning, warn
from latentnet.constraints import COUNT, Rule, among, number, optional, whole
from latentnet.inference.approximation import LIKELIHOOD, approximation, measured_errors, mode_start, nearest_mode
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.start import disperse

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MAP"]

_TO_COMPARE = 500  # iterations, after which starts are compared


class MAP(Engine):
    """Maximum a posteriori engine: the mode of the density of positions, coefficients and log σ.

    With ``SenderReceiver()`` it is that of the senders and of the receivers given them, standardised.

    Fast, and no uncertainty: the positions' scale is shrunk, and intervals are not to be had. The start is pivot MDS on
    geodesic distances; further starts are spread around it, and the best mode wins.

    In large sparse networks the sum over all dyads may be approximated (P3M), in time about linear in actors and ties
    and in memory of their order; `model.likelihood_` has its measured errors. The start is then landmark MDS of the
    largest component, and L-BFGS stops where ten iterations gain less than 1e-4 of the log density.

    Parameters
    ----------
    n_starts : int or None
        Optimisations to choose from; None: four, or one where the likelihood is approximated.
    max_iterations : int
        Of L-BFGS. Of several starts each has 500 at most, and the best of them the rest. It warns if the last ten of
        them still gained 0.001 of the log density.
    tolerance : float
        Largest absolute entry of the gradient at which it stops; earlier where floats no longer tell the densities of
        two steps apart.
    likelihood : {"auto", "exact", "approximate"}
        "auto" approximates beyond 1,000 actors where it can: ``similarity="distance"`` in up to three dimensions, of
        binary ties (logit) or counts (Poisson without exposure), with effects of attributes that make at most 32
        classes of actors (`Homophily`, `Mixing`, `AbsoluteDifference`, covariates of senders, receivers and both), and
        for counts also with random effects, which factor the sum; those of binary ties do not.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MAP
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=MAP(n_starts=2), random_state=1).fit(load_sampson())
    >>> model.positions_.shape
    (18, 2)
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "n_starts": optional(whole(1, 10_000)),
        "max_iterations": COUNT,
        "tolerance": number(0.0),
        "likelihood": among(*LIKELIHOOD),
    }

    def __init__(
        self,
        n_starts: int | None = None,
        *,
        max_iterations: int = 10_000,
        tolerance: float = 1e-4,
        likelihood: str = "auto",
    ) -> None:
        self.n_starts = n_starts
        self.max_iterations = max_iterations
        self.tolerance = tolerance
        self.likelihood = likelihood

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Find the mode; the result holds one chain of one draw."""
        if problem.around:
            raise ValueError(
                "inference='map' cannot fit layers='around', as the joint mode gives every layer a map of its own; "
                "take inference='mcmc', or layers='shared'"
            )
        approximate = approximation(problem, self.likelihood, "MAP")
        first = mode_start(problem, approximate, rng)
        n_more = (4 if approximate is None else 1) if self.n_starts is None else self.n_starts
        starts = [first, *(disperse(problem, first, rng) for _ in range(n_more - 1))]

        def climbed(start: np.ndarray, most: int) -> tuple[np.ndarray, float, bool]:
            return nearest_mode(problem, approximate, start, rng, max_iterations=most, tolerance=self.tolerance)

        first_run = self.max_iterations if len(starts) == 1 else min(_TO_COMPARE, self.max_iterations)
        found = [climbed(start, first_run) for start in starts]
        theta, _, converged = max(found, key=lambda result: result[1])
        if not converged and first_run < self.max_iterations:
            theta, _, converged = climbed(theta, self.max_iterations - first_run)
        statistics = {} if approximate is None else measured_errors(approximate, theta[np.newaxis])
        if not converged:
            warn(
                f"MAP stopped after {self.max_iterations} iterations before the gradient fell to "
                f"{float(self.tolerance):g}: raise max_iterations",
                ConvergenceWarning,
            )
        return InferenceResult(theta[None, None, :], "mode", statistics, point=theta)
