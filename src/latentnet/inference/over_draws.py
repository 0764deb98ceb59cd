"""Quantities of many draws at once.

Linear predictors of chosen dyads, expected ties, probabilities of another network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet._contract import FAMILY_LOG_LIKELIHOOD
from latentnet._numba import block_function, fast_kernel, first_class_functions, kernel
from latentnet.inference.fused import fill_pairs, forces_of_pairs
from latentnet.inference.fused_data import BILINEAR, DISTANCE
from latentnet.inference.layout import dyad_layout
from latentnet.inference.linear_predictor import (
    composed_linear_predictor,
    composed_unit_log_likelihoods,
    with_layout,
)

if TYPE_CHECKING:
    from latentnet.inference.problem import Problem
    from latentnet.network import Network

__all__ = ["dyad_log_likelihoods", "dyad_predictors", "expected_matrix", "expected_pairs", "log_mean_probabilities"]


@fast_kernel
def _fused_predictors(draws, n, d, similarity, intercept, senders, receivers, out):  # type: ignore[no-untyped-def]
    for s in range(draws.shape[0]):
        theta, eta = draws[s], out[s]
        b = theta[intercept] if intercept >= 0 else 0.0
        eta[:] = 0.0
        for k in range(d):
            x = theta[k * n : (k + 1) * n]
            for p in range(senders.size):
                if similarity == BILINEAR:
                    eta[p] += x[senders[p]] * x[receivers[p]]
                else:
                    u = x[senders[p]] - x[receivers[p]]
                    eta[p] -= u * u
        for p in range(senders.size):
            if similarity == DISTANCE:
                eta[p] = -np.sqrt(-eta[p])
            eta[p] += b


@kernel
def _composed_predictors(target, draws, out):  # type: ignore[no-untyped-def]
    for s in range(draws.shape[0]):
        composed_linear_predictor(target, draws[s], out[s])


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
    out = np.empty((len(draws), len(senders)))
    senders, receivers = senders.astype(np.int64), receivers.astype(np.int64)
    if problem.fused:
        likelihood = problem.target(np.float32).likelihood.data
        _fused_predictors(
            draws, problem.n_actors, problem.n_dims, likelihood.similarity, problem.intercept, senders, receivers, out
        )
        return out
    target = with_layout(problem.composed(problem.network), dyad_layout(senders, receivers))
    with first_class_functions():
        _composed_predictors(target, draws, out)
    return out


@kernel
def _fused_expected(likelihood, draws, out):  # type: ignore[no-untyped-def]
    """Add each pair's tie probability under each draw to `out`, pairs end to end."""
    data = likelihood.data
    n, d = data.n_actors, data.n_dims
    z, s, c = likelihood.positions, likelihood.pairs[0], likelihood.pairs[1]
    real = z.dtype.type
    for block in range(data.blocks.size - 1):
        first, last = data.blocks[block], data.blocks[block + 1]
        total = out[first * (first - 1) // 2 :]
        for draw in range(draws.shape[0]):
            theta = draws[draw]
            for k in range(d):
                for i in range(last):
                    z[k, i] = real(theta[k * n + i])
            b = real(theta[data.intercept] if data.intercept >= 0 else 0.0)
            size = fill_pairs(z, first, last, data.similarity == BILINEAR, s)
            forces_of_pairs(s, c, size, data.similarity, b)
            _add_probabilities(s, c, size, data.similarity == DISTANCE, total)


@fast_kernel
def _add_probabilities(s, c, size, is_distance, total):  # type: ignore[no-untyped-def]
    for p in range(size):
        total[p] += c[p] * s[p] if is_distance else c[p]


def expected_pairs(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """Posterior mean of P(tie) of every pair j < i of a fused model, pairs end to end: (n·(n−1)/2,)."""
    n = problem.n_actors
    out = np.zeros(n * (n - 1) // 2)
    _fused_expected(problem.target(np.float32).likelihood, draws, out)
    return out / len(draws)


def expected_dyads(problem: Problem, draws: np.ndarray, network: Network, function: Any) -> tuple[np.ndarray, Any]:
    """Mean over draws of function(η, family values) for every packed dyad of `network`, with the layout."""
    target = problem.composed(network)
    layout = target.layout
    out = np.empty((1, layout.halves * int(layout.starts[-1])))
    total = np.zeros_like(out[0])
    with first_class_functions():
        for theta in draws:
            _composed_predictors(target, theta[None], out)
            total += function(out[0], theta[problem.family_slice])
    return total / len(draws), layout


def expected_matrix(problem: Problem, draws: np.ndarray, network: Network, function: Any) -> np.ndarray:
    """Mean over draws of function(η, family values) as a matrix, NaN on the diagonal.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    network : Network
        With every dyad observed that is asked for.
    function : callable
        Of (η, family values), element by element.

    Returns
    -------
    ndarray of shape (n_actors, n_actors)
    """
    n = problem.n_actors
    matrix = np.full((n, n), np.nan)
    if problem.fused:
        lower = np.tril_indices(n, -1)
        matrix[lower] = expected_pairs(problem, draws)
        matrix.T[lower] = matrix[lower]
        return matrix
    values, layout = expected_dyads(problem, draws, network, function)
    senders, receivers = layout.dyads()
    matrix[senders, receivers] = values
    if not network.directed and not network.two_mode:
        matrix[receivers, senders] = values
    np.fill_diagonal(matrix, np.nan)
    return matrix


@kernel
def _dyad_values(functions, y, eta, values, totals):  # type: ignore[no-untyped-def]
    runs, rows, dyads = np.zeros((0, 6), np.int64), np.zeros((0, 0)), np.zeros((0, 0))
    observed = np.ones((1, y.size), np.uint8)
    out = np.empty(y.size)
    for s in range(totals.size):
        of_draw = eta[s].reshape(1, y.size)
        functions[0](runs, y.reshape(1, y.size), observed, of_draw, rows, dyads, values[s], out)
        totals[s] = out.sum()


def dyad_log_likelihoods(problem: Problem, draws: np.ndarray, eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log-likelihood of dyads under each draw, summed over the dyads.

    Parameters
    ----------
    problem : Problem
        Whose family's unit is the dyad.
    draws : ndarray of shape (n_draws, n_parameters)
    eta : ndarray of shape (n_draws, n_dyads)
    y : ndarray of shape (n_dyads,)

    Returns
    -------
    ndarray of shape (n_draws,)
    """
    function = block_function(type(problem.family).log_likelihood, FAMILY_LOG_LIKELIHOOD)  # type: ignore[attr-defined]
    totals = np.empty(len(draws))
    values = np.ascontiguousarray(draws[:, problem.family_slice])
    with first_class_functions():
        _dyad_values((function, function), y, np.ascontiguousarray(eta), values, totals)
    return totals


@kernel
def _accumulate_probabilities(target, draws, largest, total, values):  # type: ignore[no-untyped-def]
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
    target = problem.composed(network)
    size = int(target.layout.starts[-1])
    largest, total, values = np.full(size, -np.inf), np.zeros(size), np.empty(size)
    with first_class_functions():
        _accumulate_probabilities(target, draws, largest, total, values)
    return largest + np.log(total / len(draws))
