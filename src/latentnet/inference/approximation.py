"""When engines approximate the likelihood of a large network, how they search its mode then, and what they report."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from latentnet.inference.large_start import large_start
from latentnet.inference.masses import mass_at
from latentnet.inference.optimise import maximise, mode_density, posterior_mode
from latentnet.inference.start import start_parameters
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.meshed import Meshed, MeshedPlain, climbing
from latentnet.nbody.mesh import mesh_size

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
Density: TypeAlias = Callable[[np.ndarray], tuple[float, np.ndarray]]

LIKELIHOOD = ("auto", "exact", "approximate")
ERRORS = ("log_likelihood_error", "gradient_error")  # statistics of draws
MOST_EXACT = 1000  # actors
MOST_EXACT_CHAINS = 10_000
_GAIN = 1e-4  # of ten iterations, relative to the log density
_MEMORY = 8
_LEAST_MASS = 0.25  # of a coordinate: actors without ties would go too far in one step
_MOST_GROWN, _SMALL_GRID = 40.0, 2.0**20  # grid points
_SETTLED = 20  # iterations after which the grid, and what is known of each parameter, are chosen anew


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
    problem: Problem,
    likelihood: Approximation | None,
    start: np.ndarray,
    rng: np.random.Generator,
    *,
    max_iterations: int,
    tolerance: float,
) -> tuple[np.ndarray, float, bool]:
    """Mode of the posterior density near `start`, exact or approximated: (parameters, log density, converged).

    The grid is chosen anew once, when actors have spread: it stays otherwise, as L-BFGS needs one function. Each
    parameter moves in units of about its standard deviation given the others (measured: a third of the iterations, and
    better modes, as actors have from no ties to many).
    """
    if likelihood is None:
        return posterior_mode(problem, start, max_iterations=max_iterations, tolerance=tolerance)
    theta, left = start, max_iterations
    limits: dict[str, Any] = {"tolerance": tolerance, "memory": _MEMORY}
    for most in (_SETTLED, max_iterations):
        likelihood.refit(theta)
        density = mode_density(problem, likelihood=climbing(likelihood))
        bounded, value = _on_grid(problem, likelihood, density, theta)
        mass = mass_at(problem, theta, rng, likelihood)
        mass[problem.positions] = np.maximum(mass[problem.positions], _LEAST_MASS)
        limits |= {"gain": _GAIN * abs(value), "sizes": 1.0 / np.sqrt(mass)}
        theta, value, converged = maximise(problem, bounded, theta, max_iterations=min(most, left), **limits)
        left -= most
        if left <= 0 or converged:
            break
    return theta, value, converged


def _on_grid(problem: Problem, likelihood: Approximation, density: Density, theta: np.ndarray) -> tuple[Density, float]:
    """The log density, low and rising towards `theta` where a step throws actors so far that no grid holds them.

    And its value at `theta`.
    """
    assert likelihood.total is not None
    mesh, value = likelihood.total.mesh, density(theta)[0]
    most = max(_MOST_GROWN * float(np.prod(mesh.shape)), _SMALL_GRID)

    def bounded(values: np.ndarray) -> tuple[float, np.ndarray]:
        if mesh_size(problem.parameters.positions(values).T, mesh.spacing, 0.0) <= most:
            return density(values)
        gap = theta - values
        steepness = abs(value) / float(gap @ gap)
        return value - abs(value), steepness * gap

    return bounded, value


def measured_errors(likelihood: Approximation | Meshed | MeshedPlain, draws: np.ndarray) -> dict[str, np.ndarray]:
    """Errors of the approximated sum against the exact one, at the first of the draws: statistics of each draw."""
    errors = zip(ERRORS, likelihood.errors(draws[0]), strict=True)
    return {name: np.full((1, len(draws)), error) for name, error in errors}
