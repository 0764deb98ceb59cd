"""The probability of a full list: a one-dimensional integral over the smallest utility named.

A respondent who may name at most m people named m: all of them have u > 0, and nobody else's u exceeds the smallest of
theirs, t. With F the noise's distribution function,

    P = ∫₀^∞ −d/dt ∏_named (1 − F(t − η_j)) · ∏_un-named F(t − η_k) dt,

by Gauss–Legendre quadrature in s = log(1 + t) over the interval where the log integrand is within 34 of its peak, which
is cut where one rule of 48 nodes would be too few; on the log scale throughout. Derivatives are taken with the nodes
held fixed.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel, softplus
from latentnet.families.noise import (
    LOGIT,
    add_reversed_hazards,
    log_above,
    log_hazard,
    log_hazard_slope,
    sum_log_below,
)

__all__ = ["full_list_log_likelihood", "full_list_scores", "log_sum_exp", "reach_of"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
DEPTH = 34.0  # the integrand is left out where it is below exp(−34) times its peak
GRID = 24
LOWEST = -1e308
PANEL = 16.0  # longest panel, in t where the largest utility is expected
MOST_PANELS = 10_000

# 1 / F of the logistic is 1 + exp(η)·exp(−t): with exp(η) at hand a node costs a multiplication a person, and a
# logarithm where the product would overflow. 16 factors do not where η ≤ 40.
LARGEST_POWER = 40.0


@fast_kernel
def reach_of(eta):
    """Logarithm of Σ exp(η): the integrand's last feature is about there."""
    largest = LOWEST
    for k in range(eta.size):
        largest = max(largest, eta[k])
    total = 0.0
    for k in range(eta.size):
        total += exp(eta[k] - largest)
    return largest + math.log(total)


@fast_kernel
def log_sum_exp(logs):
    """Logarithm of Σ exp(logs)."""
    return reach_of(logs)


@kernel
def _powers(link, eta):
    """exp(η), or nothing where it is of no use."""
    largest = LOWEST
    for k in range(eta.size):
        largest = max(largest, eta[k])
    powers = np.empty(eta.size if link == LOGIT and largest <= LARGEST_POWER else 0)
    for k in range(powers.size):
        powers[k] = exp(eta[k])
    return powers


@fast_kernel
def _sum_log1p(powers, factor, largest):
    """Σ log(1 + factor · power), where log(1 + factor · power) is at most `largest`."""
    total, chunk = 0.0, max(1, int(650.0 / (largest + 0.01)))
    for start in range(0, powers.size, chunk):
        product = 1.0
        for k in range(start, min(start + chunk, powers.size)):
            product *= 1.0 + factor * powers[k]
        total += math.log(product)
    return total


@fast_kernel
def _log_integrand(link, eta, n_named, powers, reach, t):
    """Log integrand at t; the first `n_named` of `eta` are the named."""
    if powers.size > 0:
        factor, hazards, named = exp(-t), 0.0, 0.0
        for j in range(n_named):
            named += eta[j] - t
            hazards += 1.0 / (1.0 + factor * powers[j])
        return named + math.log(hazards) - _sum_log1p(powers, factor, softplus(reach - t))
    total, largest, hazards = sum_log_below(link, eta[n_named:], t), LOWEST, 0.0
    for j in range(n_named):
        total += log_above(link, t - eta[j])
        largest = max(largest, log_hazard(link, t - eta[j]))
    for j in range(n_named):
        hazards += exp(log_hazard(link, t - eta[j]) - largest)
    return total + largest + math.log(hazards)


@fast_kernel
def _log_transformed(link, eta, n_named, powers, reach, s):
    return s + _log_integrand(link, eta, n_named, powers, reach, exp(s) - 1.0)


@kernel
def _peak(link, eta, n_named, powers, reach, grid, values):
    """Fill grid and values; return a peak that is within 2 of both neighbours, and its value."""
    end = math.log(max(reach, 0.0) + 46.0)
    best = 0
    for k in range(GRID):
        grid[k] = end * k / (GRID - 1)
        values[k] = _log_transformed(link, eta, n_named, powers, reach, grid[k])
        if values[k] > values[best]:
            best = k
    peak, top = grid[best], values[best]
    before, after = max(best - 1, 0), min(best + 1, GRID - 1)
    left, right, low, high = grid[before], grid[after], values[before], values[after]
    for _ in range(60):  # each step halves one side, or both, of the bracket
        if top - min(low, high) < 2.0:
            break
        if top - low >= 2.0:
            middle = 0.5 * (left + peak)
            value = _log_transformed(link, eta, n_named, powers, reach, middle)
            if value > top:
                right, high, peak, top = peak, top, middle, value
                continue
            left, low = middle, value
        if top - high >= 2.0:
            middle = 0.5 * (peak + right)
            value = _log_transformed(link, eta, n_named, powers, reach, middle)
            if value > top:
                left, low, peak, top = peak, top, middle, value
                continue
            right, high = middle, value
    return peak, top


@kernel
def _end(link, eta, n_named, powers, reach, inside, outside, floor):
    """Where, between these, the integrand falls below `floor`, and not by much."""
    for _ in range(60):
        if _log_transformed(link, eta, n_named, powers, reach, outside) > floor - 8.0:
            break
        middle = 0.5 * (inside + outside)
        if _log_transformed(link, eta, n_named, powers, reach, middle) > floor:
            inside = middle
        else:
            outside = middle
    return outside


@kernel
def _interval(link, eta, n_named, powers, reach):
    """Where, in s, the log integrand is within DEPTH of its peak."""
    grid, values = np.empty(GRID), np.empty(GRID)
    peak, top = _peak(link, eta, n_named, powers, reach, grid, values)
    floor = top - DEPTH
    first, last = 0, GRID - 1
    while first + 1 < GRID and grid[first + 1] <= peak and values[first + 1] < floor:
        first += 1
    while last > 0 and grid[last - 1] >= peak and values[last - 1] < floor:
        last -= 1
    left, right = grid[first], grid[last]
    if values[first] < floor:
        left = _end(link, eta, n_named, powers, reach, min(grid[first + 1], peak), left, floor)
    if values[last] < floor:
        right = _end(link, eta, n_named, powers, reach, max(grid[last - 1], peak), right, floor)
    return left, right


@kernel
def _quadrature(link, eta, n_named, powers, reach):
    """Nodes t, and the log of weight times integrand at each."""
    left, right = _interval(link, eta, n_named, powers, reach)
    n_panels = 0
    edges = np.empty(1)
    for filled in range(2):  # count, then fill
        edges = np.empty(n_panels + 1)
        edge, n_panels = left, 0
        edges[0] = left
        while edge < right and n_panels < MOST_PANELS:  # never endless, whatever a diverged η makes of the ends
            edge = min(edge + PANEL / (1.0 + max(min(reach, math.exp(edge) - 1.0 + PANEL), 0.0)), right)
            n_panels += 1
            if filled == 1:
                edges[n_panels] = edge
    places, logs = np.empty(48 * n_panels), np.empty(48 * n_panels)
    for k in range(n_panels):
        half = 0.5 * (edges[k + 1] - edges[k])
        for q in range(48):
            s = edges[k] + half * (1.0 + NODES[q])
            places[48 * k + q] = exp(s) - 1.0
            logs[48 * k + q] = math.log(half * WEIGHTS[q]) + _log_transformed(link, eta, n_named, powers, reach, s)
    return places, logs


@kernel
def full_list_log_likelihood(link, eta, n_named):
    """Log-probability that the first `n_named` of the choice set are a full list."""
    powers, reach = _powers(link, eta), reach_of(eta)
    return log_sum_exp(_quadrature(link, eta, n_named, powers, reach)[1])


@fast_kernel
def _add_named_scores(link, eta, t, weight, logs, out):
    """Add weight times the log integrand's derivatives by the η of the named; `logs` is scratch."""
    for j in range(eta.size):
        logs[j] = log_hazard(link, t - eta[j])
    total = log_sum_exp(logs)
    for j in range(eta.size):
        out[j] += weight * (exp(logs[j]) - exp(logs[j] - total) * log_hazard_slope(link, t - eta[j]))


@fast_kernel
def _add_power_scores(powers, factor, weight, out):
    for k in range(powers.size):
        out[k] -= weight * (factor * powers[k] / (1.0 + factor * powers[k]))


@kernel
def full_list_scores(link, eta, n_named, out):
    """Write the derivatives of `full_list_log_likelihood` by each η."""
    powers, reach = _powers(link, eta), reach_of(eta)
    places, logs = _quadrature(link, eta, n_named, powers, reach)
    total = log_sum_exp(logs)
    scratch = np.empty(n_named)
    out[:] = 0.0
    for q in range(places.size):
        t, weight = places[q], exp(logs[q] - total)
        if weight < 1e-18:
            continue
        _add_named_scores(link, eta[:n_named], t, weight, scratch, out[:n_named])
        if powers.size > 0:
            _add_power_scores(powers[n_named:], exp(-t), weight, out[n_named:])
        else:
            add_reversed_hazards(link, eta[n_named:], t, -weight, out[n_named:])
