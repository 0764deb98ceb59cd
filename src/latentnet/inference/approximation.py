"""When engines approximate the likelihood of a large network, how they search its mode then, and what they report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from latentnet.inference.large_start import large_start
from latentnet.inference.optimise import maximise, mode_density, posterior_mode
from latentnet.inference.start import start_parameters
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.meshed import Meshed

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = [
    "ERRORS",
    "LIKELIHOOD",
    "MOST_EXACT",
    "MOST_EXACT_CHAINS",
    "Approximation",
    "approximation",
    "measured_errors",
    "mode_start",
    "nearest_mode",
]

Approximation: TypeAlias = Approximate | ApproximateEffects

LIKELIHOOD = ("auto", "exact", "approximate")
ERRORS = ("log_likelihood_error", "gradient_error")  # statistics of draws
MOST_EXACT = 1000  # actors
MOST_EXACT_CHAINS = 10_000
_GAIN = 3e-5  # of ten iterations, relative to the log density
_MEMORY = 8
_PHASES = (40, 40)  # iterations after which the grid is chosen anew


def approximation(problem: Problem, wanted: str, engine: str, most_exact: int = MOST_EXACT) -> Approximation | None:
    """The approximated likelihood, if that is wanted, or "auto" with more actors than so many; None is the exact one.

    Raises
    ------
    ValueError
        If it was asked for by name, and is not there for the model.
    """
    if wanted == "exact" or (wanted == "auto" and problem.n_actors <= most_exact):
        return None
    refusal = "there are several kinds of ties" if len(problem.layers) > 1 else ""
    for kind in () if refusal else (Approximate, ApproximateEffects):
        refusal = kind.refusal(problem)
        if not refusal:
            return kind(problem)
    if wanted == "approximate":
        raise ValueError(f"{engine}: likelihood='approximate' cannot be had, as {refusal}; take likelihood='exact'")
    return None


def mode_start(problem: Problem, likelihood: Approximation | None, rng: np.random.Generator) -> np.ndarray:
    """Where the search for the mode starts, unless the user said where: what suits the problem's size."""
    if likelihood is None or problem.start is not None:
        return start_parameters(problem, rng)
    return large_start(problem, rng)


def nearest_mode(
    problem: Problem, likelihood: Approximation | None, start: np.ndarray, *, max_iterations: int, tolerance: float
) -> tuple[np.ndarray, float, bool]:
    """Mode of the posterior density near `start`, exact or approximated: (parameters, log density, converged).

    The grid is chosen anew a few times, as actors spread: in between it stays, as L-BFGS needs one function.
    """
    if likelihood is None:
        return posterior_mode(problem, start, max_iterations=max_iterations, tolerance=tolerance)
    theta, left, value = start, max_iterations, 0.0
    density = mode_density(problem, likelihood=likelihood)
    limits: dict[str, Any] = {"tolerance": tolerance, "memory": _MEMORY}
    for most in (*_PHASES, max_iterations):
        likelihood.refit(theta)
        gain = _GAIN * abs(density(theta)[0])
        theta, value, converged = maximise(problem, density, theta, max_iterations=min(most, left), gain=gain, **limits)
        left -= most
        if left <= 0 or converged:
            break
    return theta, value, converged


def measured_errors(likelihood: Approximation | Meshed, draws: np.ndarray) -> dict[str, np.ndarray]:
    """Errors of the approximated sum against the exact one, at the first of the draws: statistics of each draw."""
    errors = zip(ERRORS, likelihood.errors(draws[0]), strict=True)
    return {name: np.full((1, len(draws)), error) for name, error in errors}
