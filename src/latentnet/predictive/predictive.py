"""Quantities of many draws at once.

Linear predictors of chosen dyads, expected ties, probabilities of another network.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import block_function, fast_kernel, first_class_functions, kernel
from latentnet.likelihood.composed import (
    Composed,
    composed_linear_predictor,
    composed_unit_log_likelihoods,
    own_buffers,
    with_layout,
)
from latentnet.likelihood.fused import fill_pairs, forces_of_pairs
from latentnet.likelihood.fused_data import BILINEAR, DISTANCE
from latentnet.likelihood.packed import dyad_layout
from latentnet.signatures import FAMILY_LOG_LIKELIHOOD

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = [
    "blocks_of",
    "dyad_log_likelihoods",
    "dyad_predictors",
    "dyad_values",
    "expected_dyads",
    "expected_matrix",
    "expected_pairs",
    "expected_ties_matrix",
    "log_mean_probabilities",
]


_MOST_AT_ONCE = 1_000_000


@fast_kernel
def _fused_predictors(draws, n, d, similarity, intercept, senders, receivers, out):
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
def _composed_predictors(target, draws, out):
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
    target = with_layout(problem.likelihood, dyad_layout(senders, receivers))
    with first_class_functions():
        _composed_predictors(target, draws, out)
    return out


@kernel
def _fused_expected(likelihood, draws, out):
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
def _add_probabilities(s, c, size, is_distance, total):
    for p in range(size):
        total[p] += c[p] * s[p] if is_distance else c[p]


def expected_pairs(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """Posterior mean of P(tie) of every pair j < i of a fused model, pairs end to end: (n·(n−1)/2,)."""
    n = problem.n_actors
    out = np.zeros(n * (n - 1) // 2)
    _fused_expected(problem.target(np.float32).likelihood, draws, out)
    return out / len(draws)


def expected_dyads(problem: Problem, draws: np.ndarray, target: Composed, function: Any) -> np.ndarray:
    """Mean over draws of a function of every packed dyad of a target.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    target : Composed
    function : callable
        Of (η, family values, data, dyads) of one block, as the methods of `Family` are; returns (·, size).

    Returns
    -------
    ndarray of shape (n_dyads·rows,)
        (rows, size) of each block, blocks end to end.
    """
    size = target.layout.halves * int(target.layout.starts[-1])
    at_once = max(1, min(len(draws), _MOST_AT_ONCE // max(size, 1)))  # calls of compiled code from Python are dear
    eta = np.empty((at_once, size))
    total: Any = 0.0
    with first_class_functions():
        for first in range(0, len(draws), at_once):
            some = draws[first : first + at_once]
            _composed_predictors(target, some, eta)
            for theta, of_draw in zip(some, eta, strict=False):
                blocks = [
                    np.ravel(function(of_block, theta[problem.family_slice], problem.bound.data, dyads))
                    for of_block, dyads in blocks_of(target, of_draw)
                ]
                total = total + np.concatenate([np.zeros(0), *blocks])
    return np.asarray(total / len(draws), dtype=np.float64)


def blocks_of(target: Composed, eta: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """η (halves, size) and the family's dyads (·, size) of each block."""
    halves, n_rows = target.layout.halves, target.n_dyad_rows
    for first, end in itertools.pairwise(target.layout.starts.tolist()):
        of_block = eta[first * halves : end * halves].reshape(halves, end - first)
        yield of_block, target.dyads[first * n_rows : end * n_rows].reshape(n_rows, end - first)


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
    target = own_buffers(problem.predictive)
    values, start = expected_dyads(problem, draws, target, function), 0
    all_senders, all_receivers = target.layout.dyads()
    for first, end in itertools.pairwise(target.layout.starts.tolist()):
        senders, receivers = all_senders[first:end], all_receivers[first:end]
        matrix[senders, receivers] = values[start : start + end - first]
        start += end - first
        if target.layout.halves == 2:
            matrix[receivers, senders] = values[start : start + end - first]
            start += end - first
        elif not network.directed and not network.two_mode:
            matrix[receivers, senders] = matrix[senders, receivers]
    np.fill_diagonal(matrix, np.nan)
    return matrix


def expected_ties_matrix(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """Posterior mean of P(tie) of a model whose fully observed network is fused: (n_actors, n_actors)."""
    n = problem.n_actors
    matrix = np.full((n, n), np.nan)
    lower = np.tril_indices(n, -1)
    matrix[lower] = expected_pairs(problem, draws)
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
    target = problem.composed(network)
    size = int(target.layout.starts[-1])
    largest, total, values = np.full(size, -np.inf), np.zeros(size), np.empty(size)
    with first_class_functions():
        _accumulate_probabilities(target, draws, largest, total, values)
    return largest + np.log(total / len(draws))
