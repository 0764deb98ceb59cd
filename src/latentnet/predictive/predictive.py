"""Quantities of many draws at once.

Linear predictors of chosen dyads, expected ties, probabilities of another network.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import block_function, first_class_functions, kernel
from latentnet.likelihood.composed import Composed, composed_unit_log_likelihoods
from latentnet.likelihood.composed_draws import expected_dyads
from latentnet.likelihood.verbs import linear_predictors, own_scratch, tie_probabilities
from latentnet.signatures import FAMILY_LOG_LIKELIHOOD

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = [
    "dyad_log_likelihoods",
    "dyad_predictors",
    "dyad_values",
    "expected_matrix",
    "expected_ties_matrix",
    "log_mean_probabilities",
]


def dyad_predictors(problem: Problem, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
    """Linear predictors of chosen dyads.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    senders, receivers : int ndarray of shape (n_dyads,)

    Returns
    -------
    ndarray of shape (n_draws, n_dyads)
    """
    likelihood = problem.offering(linear_predictors)
    return np.asarray(linear_predictors(likelihood, draws, senders.astype(np.int64), receivers.astype(np.int64)))


def expected_matrix(problem: Problem, draws: np.ndarray, function: Any) -> np.ndarray:
    """Mean over draws of a function of every dyad's linear predictor as a matrix, NaN on the diagonal.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    function : callable
        As for `expected_dyads`, of the shape of η.

    Returns
    -------
    ndarray of shape (n_actors, n_actors)
    """
    n, network = problem.n_actors, problem.network
    matrix = np.full((n, n), np.nan)
    target = own_scratch(problem.predictive, np.float64)
    values, start = expected_dyads(target, problem, draws, function), 0
    all_senders, all_receivers = target.layout.dyads()
    for first, end in itertools.pairwise(target.layout.starts.tolist()):
        senders, receivers = all_senders[first:end], all_receivers[first:end]
        matrix[senders, receivers] = values[start : start + end - first]
        start += end - first
        if target.layout.halves == 2:
            matrix[receivers, senders] = values[start : start + end - first]
            start += end - first
        elif not network.has_direction:
            matrix[receivers, senders] = matrix[senders, receivers]
    np.fill_diagonal(matrix, np.nan)
    return matrix


def expected_ties_matrix(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """Posterior mean of P(tie) of a likelihood that offers it by pair: (n_actors, n_actors)."""
    n = problem.n_actors
    matrix = np.full((n, n), np.nan)
    lower = np.tril_indices(n, -1)
    matrix[lower] = tie_probabilities(problem.likelihood, draws)
    matrix.T[lower] = matrix[lower]
    return matrix


def dyad_values(
    problem: Problem, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray, function: Any
) -> np.ndarray:
    """A function of chosen dyads' linear predictors under each draw.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    senders, receivers : int ndarray of shape (n_dyads,)
    function : callable
        Of (η, family values, data, dyads), as the methods of `Family` are.

    Returns
    -------
    ndarray of shape (n_draws, n_dyads)
    """
    eta = [dyad_predictors(problem, draws, senders, receivers)]
    if problem.family.unit == "pair":
        eta.append(dyad_predictors(problem, draws, receivers, senders))
    halves, values = np.stack(eta), draws[:, problem.family_slice]
    dyads = problem.family.dyad_data(problem.network, senders, receivers)
    # draws with the same values of the family are one call: all of them where it has none of its own
    changes = np.flatnonzero(np.any(values[1:] != values[:-1], axis=1)) + 1
    of_runs = [
        function(halves[:, first:end], values[first], problem.bound.data, dyads)[0]
        for first, end in itertools.pairwise([0, *changes.tolist(), len(draws)])
    ]
    return np.concatenate(of_runs)


@kernel
def _dyad_values(functions, y, eta, values, data, totals):
    runs, dyads = np.zeros((0, 6), np.int64), np.zeros((0, y.size))
    observed = np.ones((1, y.size), np.uint8)
    out = np.empty(y.size)
    for s in range(totals.size):
        of_draw = eta[s].reshape(1, y.size)
        functions[0](runs, y.reshape(1, y.size), observed, of_draw, data, dyads, values[s], out)
        totals[s] = out.sum()


def dyad_log_likelihoods(problem: Problem, draws: np.ndarray, eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log-likelihood of dyads under each draw, summed over the dyads.

    Parameters
    ----------
    problem : Problem
        Whose family's unit is the dyad, and which knows nothing of single dyads.
    draws : ndarray of shape (n_draws, n_parameters)
    eta : ndarray of shape (n_draws, n_dyads)
    y : ndarray of shape (n_dyads,)

    Returns
    -------
    ndarray of shape (n_draws,)
    """
    function = block_function(problem.family.kernels()[0], FAMILY_LOG_LIKELIHOOD)
    totals = np.empty(len(draws))
    values = np.ascontiguousarray(draws[:, problem.family_slice])
    with first_class_functions():
        _dyad_values((function, function), y, np.ascontiguousarray(eta), values, problem.bound.data, totals)
    return totals


@kernel
def _accumulate_probabilities(target, draws, largest, total, values):
    """Streamed log-sum-exp over draws of each unit's log-likelihood."""
    for s in range(draws.shape[0]):
        composed_unit_log_likelihoods(target, draws[s], values)
        for p in range(values.size):
            if values[p] > largest[p]:
                total[p] = total[p] * np.exp(largest[p] - values[p]) + 1.0
                largest[p] = values[p]
            else:
                total[p] += np.exp(values[p] - largest[p])


def log_mean_probabilities(problem: Problem, draws: np.ndarray, network: Network) -> np.ndarray:
    """Log of the posterior mean of the probability of each unit (dyad, row, pair) of `network`.

    It is 0 where the unit was not observed.
    """
    target = Composed.bind(problem.with_network(network))
    size = int(target.layout.starts[-1])
    largest, total, values = np.full(size, -np.inf), np.zeros(size), np.empty(size)
    with first_class_functions():
        _accumulate_probabilities(target, draws, largest, total, values)
    return largest + np.log(total / len(draws))
