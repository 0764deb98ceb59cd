"""Maximum a posteriori estimation by L-BFGS: an engine, and the start of every other."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from latentnet._exceptions import ConvergenceWarning
from latentnet.checks import whole_number
from latentnet.compiled import first_class_functions
from latentnet.component import Component
from latentnet.inference.base import InferenceResult
from latentnet.inference.start import disperse, start_parameters
from latentnet.priors.random_walk import from_steps, pull_to_steps, to_steps
from latentnet.problem.target import log_posterior

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MAP", "maximise", "position_spread", "posterior_mode"]


def maximise(
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    *,
    max_iterations: int,
    tolerance: float,
) -> tuple[np.ndarray, float, bool]:
    """Maximise by L-BFGS; returns (argument, value, whether it converged).

    BLAS is held to one thread: the vectors are short, and threads cost more than they give (measured: 20 times the CPU
    time).
    """

    def negative(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = value_and_gradient(theta)
        return -value, -gradient

    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(
            negative,
            start,
            jac=True,
            method="L-BFGS-B",
            options={
                "maxiter": max_iterations,
                "maxfun": 2 * max_iterations,
                "gtol": tolerance,
                "ftol": 1e-12,
                "maxcor": 20,
            },
        )
    return found.x, -float(found.fun), bool(found.success)


def posterior_mode(
    problem: Problem, start: np.ndarray, *, max_iterations: int, tolerance: float, dtype: Any = np.float64
) -> tuple[np.ndarray, float, bool]:
    """Mode of the density of positions, coefficients and log σ near `start`.

    Correlated effects are taken with the second given the first, standardised: in themselves they have no mode, since
    their density grows without bound as ρ → ±1 and one becomes a multiple of the other.

    Returns (parameters, log density, converged). `dtype` is that of the fused kernels' forces: float32 is what the
    sampler has compiled anyway, and enough for a start.
    """
    target = problem.target(dtype)
    correlated = [
        (part.start + one.place, bound.groups[one.first].stop - bound.groups[one.first].start)
        for _, bound, part in problem.effects
        for one in bound.correlations
    ]

    walk, n_dims = target.prior.walk, problem.n_dims

    def density(theta: np.ndarray) -> tuple[float, np.ndarray]:
        if problem.has_steps:
            theta = theta.copy()
            from_steps(walk, n_dims, theta)
        value, gradient = log_posterior(target, theta)
        if problem.has_steps:
            pull_to_steps(walk, n_dims, gradient)
        for place, count in correlated:
            value -= count * float(np.log(np.cosh(theta[place])))  # ½·count·log(1 − ρ²)
            gradient[place] -= count * np.tanh(theta[place])
        return value, gradient

    if problem.has_steps:  # small steps tie positions to each other, but not steps to the first positions
        start = start.copy()
        to_steps(walk, n_dims, start)
    with first_class_functions():
        mode, value, converged = maximise(density, start, max_iterations=max_iterations, tolerance=tolerance)
    if problem.has_steps:
        from_steps(walk, n_dims, mode)
    return mode, value, converged


def position_spread(problem: Problem, start: np.ndarray) -> float:
    """Variance of a coordinate of the positions at the mode of a position model with σ² held at its prior's scale v0.

    With σ free the joint mode shrinks together: on the karate club it has a variance of 0.26, where the posterior's is
    4.4.
    """
    target = problem.target(np.float32)
    theta = start.copy()
    theta[problem.log_scale] = 0.5 * np.log(float(problem.priors.position_variance_scale or 1.0))
    free = np.arange(problem.log_scale)

    def of_free(values: np.ndarray) -> tuple[float, np.ndarray]:
        theta[free] = values
        value, gradient = log_posterior(target, theta)
        return value, gradient[free]

    with first_class_functions():
        mode, _, _ = maximise(of_free, theta[free], max_iterations=500, tolerance=1e-3)
    return float(problem.parameters.positions(mode).var(axis=0).mean())


class MAP(Component):
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
        return InferenceResult(theta[None, None, :], None)
