"""The likelihood of expected ties, which minimum Kullback–Leibler positions maximise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet._numba import first_class_functions
from latentnet.inference.fused_data import with_expected_ties
from latentnet.inference.over_draws import expected_dyads, expected_pairs
from latentnet.inference.target import likelihood_value_and_gradient
from latentnet.network import fully_observed

if TYPE_CHECKING:
    from latentnet.inference.problem import Problem

__all__ = ["expected_likelihood", "expected_likelihood_parameters"]


def expected_likelihood(problem: Problem, draws: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Log-likelihood, and its gradient, with the ties' posterior means as data.

    It sums over the observed dyads, as R does; over all dyads where whole rows are unobserved, which would otherwise
    leave out the pairs of un-asked actors.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    """
    network = problem.network
    if network.observed.rows is not None:
        network = fully_observed(network)
    likelihood: Any
    if problem.fused:
        likelihood = problem.with_network(network).target(np.float32).likelihood
        data = likelihood.data
        weights = expected_pairs(problem, draws) * data.multiplicity
        for block, first in enumerate(data.blocks[:-1]):
            holes = slice(data.hole_starts[block], data.hole_starts[block + 1])
            weights[data.hole_pairs[holes] + first * (first - 1) // 2] *= data.hole_kept[holes]
        likelihood = with_expected_ties(likelihood, weights)
    else:
        expected, _ = expected_dyads(problem, draws, network, problem.family.mean)
        likelihood = problem.composed(network)._replace(dense_ties=expected)

    def value_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = np.zeros_like(theta)
        with first_class_functions():
            return likelihood_value_and_gradient(likelihood, theta, gradient), gradient

    return value_and_gradient


def expected_likelihood_parameters(problem: Problem) -> np.ndarray:
    """What the minimum Kullback–Leibler estimate moves: all but the family's own values and scales."""
    return np.arange(problem.family_slice.start)
