"""The likelihood of expected ties, which minimum Kullback–Leibler positions maximise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from latentnet.compiled import first_class_functions
from latentnet.likelihood.verbs import likelihood_value_and_gradient, with_expected_ties
from latentnet.network import without_design

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["expected_likelihood"]


def expected_likelihood(problem: Problem, draws: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Log-likelihood, and its gradient, with the ties' posterior means as data.

    It sums over the observed dyads, as R does; over all dyads where whole rows are unobserved, which would otherwise
    leave out the pairs of un-asked actors, and where the unit is the pair.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    """
    network = problem.network
    # Caps and the choice set are about what was seen of the ties: expected ties are uncapped ones.
    everything = not network.observed.asked.all() or problem.family.unit == "pair"
    network = problem.whole if everything else without_design(network)
    observed = problem.with_network(network)
    likelihood = with_expected_ties(observed.offering(with_expected_ties), observed, draws)

    def value_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = np.zeros_like(theta)
        with first_class_functions():
            return likelihood_value_and_gradient(likelihood, theta, gradient), gradient

    return value_and_gradient
