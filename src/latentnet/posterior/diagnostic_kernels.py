"""Compiled loops of `latentnet.posterior.diagnostics`: ranks with ties, folded ranks, Geyer's sequences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from latentnet.compiled import kernel

__all__ = ["folded_scores", "rank_scores", "sequence_ess"]


@kernel
def _score_row(values: Any, order: Any, table: Any, scores: Any) -> None:
    """Score each draw, where `values` ascend and ``values[p]`` is draw ``order[p]``; ties share a rank."""
    n_values = values.shape[0]
    start = 0
    while start < n_values:
        stop = start + 1
        while stop < n_values and values[stop] == values[start]:
            stop += 1
        score = table[start + stop + 1]  # twice the average of the ranks start + 1, ..., stop
        for p in range(start, stop):
            scores[order[p]] = score
        start = stop


@kernel
def rank_scores(draws: Any, order: Any, table: Any, values: Any, scores: Any) -> None:
    """Normal scores of each row of `draws` (n_quantities, n_pooled); `values` gets the rows in order."""
    for q in range(draws.shape[0]):
        for p in range(draws.shape[1]):
            values[q, p] = draws[q, order[q, p]]
        _score_row(values[q], order[q], table, scores[q])


@kernel
def folded_scores(values: Any, order: Any, table: Any, scores: Any) -> None:
    """Normal scores of the distances from each row's median.

    The distances descend to the median and ascend from it, so that merging the two halves orders them without
    another sort. Rows with an infinite draw get NaN.
    """
    n_values = values.shape[1]
    distances = np.empty(n_values)
    folded_order = np.empty(n_values, dtype=order.dtype)
    padded = np.empty(n_values + 2)  # an infinite value at either end stops the merge there
    padded[0], padded[n_values + 1] = -np.inf, np.inf
    for q in range(values.shape[0]):
        if not (math.isfinite(values[q, 0]) and math.isfinite(values[q, n_values - 1])):
            for p in range(n_values):
                scores[q, p] = np.nan
            continue
        for p in range(n_values):
            padded[p + 1] = values[q, p]
        right = n_values // 2
        left = right - 1
        median = (values[q, left] + values[q, right]) / 2
        for p in range(n_values):
            # Selects, no branches: which half is next is a coin toss that no processor predicts.
            below = median - padded[left + 1]
            above = padded[right + 1] - median
            from_left = int(below <= above)
            distances[p] = below if from_left else above
            folded_order[p] = order[q, right + from_left * (left - right)]
            left -= from_left
            right += 1 - from_left
        _score_row(distances, folded_order, table, scores[q])


@kernel
def sequence_ess(covariances: Any, between: Any, n_chains: int, ess: Any) -> None:
    """Effective sample sizes by Geyer's initial monotone sequence.

    `covariances` (n_quantities, n_draws) are averages over chains; `between` is the variance of their means.
    """
    n_draws = covariances.shape[1]
    total = n_chains * n_draws
    rho = np.empty(n_draws + 1)
    for q in range(covariances.shape[0]):
        within = covariances[q, 0] * n_draws / (n_draws - 1.0)
        variance = covariances[q, 0] + between[q]
        if not variance > 0.0:
            ess[q] = np.nan
            continue
        even, odd = 1.0, 1.0 - (within - covariances[q, 1]) / variance
        rho[0], rho[1] = even, odd
        t = 1
        while t < n_draws - 3 and even + odd > 0.0:
            even = 1.0 - (within - covariances[q, t + 1]) / variance
            odd = 1.0 - (within - covariances[q, t + 2]) / variance
            rho[t + 1], rho[t + 2] = (even, odd) if even + odd >= 0.0 else (0.0, 0.0)
            t += 2
        last = t - 2
        rho[last + 1] = even if even > 0.0 else rho[last + 1]
        for t in range(1, last - 1, 2):
            if rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t]:
                rho[t + 1] = (rho[t - 1] + rho[t]) / 2.0
                rho[t + 2] = rho[t + 1]
        tau = -1.0 + rho[last + 1]
        for t in range(last + 1):
            tau += 2.0 * rho[t]
        ess[q] = total / max(tau, 1.0 / math.log10(total))
