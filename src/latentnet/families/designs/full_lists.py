"""The probability of a full list: a one-dimensional integral over the smallest utility named.

A respondent who may name at most m people named m: all of them have u > 0, and nobody else's u exceeds the smallest of
theirs, t. With F the noise's distribution function, S = 1 − F and h = F' / S its hazard,

    P = ∫₀^∞ ∏_named S(t − η_j) · Σ_named h(t − η_j) · ∏_un-named F(t − η_k) dt,

by Gauss–Legendre quadrature in s = log(1 + t) over the interval where the log integrand is within 25 of its peak, cut
into panels where one rule of 32 nodes would be too few. Of the logit the integrand by a = exp(−t) is a rational
function: where its poles, −exp(−η), are far from the interval of a that matters, one rule over that is enough, and the
peak need not be sought. Derivatives are taken with the nodes held fixed.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel, log
from latentnet.families.designs.unnamed import (
    DEGREE,
    FACTORS,
    LARGEST_POWER,
    add_log_below,
    exponentials,
    fill_hazards,
    fold,
    grown,
    write_unnamed_scores,
)
from latentnet.families.noise import CLOGLOG, LOGIT, PROBIT, ROOT_2PI, log_above, scaled_tail

__all__ = [
    "LOG_SQUARES",
    "LOWEST",
    "NODES",
    "PLACES",
    "SIZE",
    "SQUARES",
    "WEIGHTS",
    "end_of_powers",
    "full_list_log_likelihood",
    "full_list_scores",
    "log_sum_exp",
]

SIZE = 32
NODES, WEIGHTS = np.polynomial.legendre.leggauss(SIZE)
LOG_WEIGHTS, PLACES = np.log(WEIGHTS), 0.5 * (1.0 + NODES)
SQUARES, LOG_SQUARES = PLACES**2, 2.0 * np.log(PLACES)
LOG_SQUARE_WEIGHTS = LOG_WEIGHTS + np.log(PLACES)  # of a in shares of an interval from 0, by its root
SHARES = np.arange(SIZE) / (SIZE - 1.0)
DEPTH = 25.0  # the integrand is left out where it is below exp(−25) times its peak
LEAST = 12  # places of a grid that must be within DEPTH
PANEL = 10.0  # longest panel, in t where the largest utility is expected
MOST_PANELS = 10_000
MOST = math.exp(LARGEST_POWER)  # of exp(η) for a rule by a
NEAREST_POLE = 1.0 / 20.0  # of one rule by a, in lengths of the interval
LOWEST = -1e308
TINY = 1e-300


@fast_kernel
def log_sum_exp(logs):
    """Logarithm of Σ exp(logs); of η, the integrand's last feature is about there."""
    largest = LOWEST
    for k in range(logs.size):
        largest = max(largest, logs[k])
    total = 0.0
    for k in range(logs.size):
        total += exp(logs[k] - largest)
    return largest + math.log(total)


@fast_kernel
def _multiply_named(link, eta, t, a, out, products, hazards, scratch):
    """Let one of the named into the log integrand: log S, mostly as a divisor, and the hazard."""
    power = exp(eta)
    if link == PROBIT:
        for q in range(SIZE):
            x = t[q] - eta
            tail, density = scaled_tail(x), exp(-0.5 * x * x)
            share = tail if x > 0.0 else 1.0 - tail * density
            products[q] /= share
            hazards[q] += (1.0 if x > 0.0 else density) / (ROOT_2PI * share)
            out[q] -= 0.5 * max(x, 0.0) ** 2
    elif eta > LARGEST_POWER:
        fill_hazards(link, eta, t, scratch)
        for q in range(SIZE):
            out[q] += log_above(link, t[q] - eta)
            hazards[q] += scratch[q]
    elif link == LOGIT:
        for q in range(SIZE):
            factor = 1.0 + a[q] * power
            products[q] *= factor
            hazards[q] += 1.0 / factor
            out[q] += eta - t[q]
    else:
        for q in range(SIZE):
            y = a[q] * power
            factor = grown(y)
            products[q] *= factor
            hazards[q] += factor * exp(-y)
            out[q] += eta - t[q]


@fast_kernel
def _log_integrand(link, eta, n_named, direct, sums, left, right, shares, work):
    """Log integrand at shares of an interval of s, in work[0]; then t, exp(−t) and Σ hazards."""
    out, t, a = work[0], work[1], work[2]
    for q in range(SIZE):
        s = left + (right - left) * shares[q]
        t[q] = exp(s) - 1.0
        a[q] = exp(-t[q])
        out[q] = s
    _add_people(link, eta, n_named, direct, sums, work)


@fast_kernel
def _add_people(link, eta, n_named, direct, sums, work):
    """Add the log integrand by t to what is in work[0], at places whose t and exp(−t) are there."""
    out, t, a, hazards, products, scratch = work[0], work[1], work[2], work[3], work[4], work[5]
    for q in range(SIZE):
        hazards[q] = TINY
    add_log_below(link, eta[n_named:], direct, sums, t, a, out, products)
    products[:] = 1.0
    for j in range(n_named):
        _multiply_named(link, eta[j], t, a, out, products, hazards, scratch)
        if j % FACTORS == FACTORS - 1 or j == n_named - 1:
            fold(products, out)
    for q in range(SIZE):
        out[q] += log(hazards[q])


@kernel
def _interval(link, eta, n_named, direct, sums, reach, work):
    """Where, in s, the log integrand is within DEPTH of its peak: grids, each within the last, until one sees it."""
    left, right, values = 0.0, math.log(max(reach, 0.0) + 46.0), work[0]
    for _ in range(60):
        _log_integrand(link, eta, n_named, direct, sums, left, right, SHARES, work)
        floor = values.max() - DEPTH
        first, last = 0, SIZE - 1
        while values[first] < floor:
            first += 1
        while values[last] < floor:
            last -= 1
        enough = last - first >= LEAST
        first, last, width = max(first - 1, 0), min(last + 1, SIZE - 1), (right - left) / (SIZE - 1)
        left, right = left + first * width, left + last * width
        if enough:
            break
    return left, right


@kernel
def _panels(left, right, reach):
    """Ends of panels over an interval of s."""
    edges, n_panels = np.empty(1), 0
    for filled in range(2):  # count, then fill
        edge, edges, n_panels = left, np.empty(n_panels + 1), 0
        edges[0] = left
        while edge < right and n_panels < MOST_PANELS:  # never endless, whatever a diverged η makes of the ends
            longest = PANEL / (1.0 + max(min(reach, math.exp(edge) - 1.0 + PANEL), 0.0))
            edge = right if right - edge < 1.25 * longest else edge + longest
            n_panels += 1
            if filled == 1:
                edges[n_panels] = edge
    return edges


@kernel
def _log_by_power(a, n_named, large, sums):
    """Log integrand of the logit by a, but for a constant; `large` has exp(η) of the named and of those direct."""
    value, product, hazards = (n_named - 1.0) * math.log(a), 1.0, 0.0
    for k in range(large.size):
        factor = 1.0 + a * large[k]
        product *= factor
        if k < n_named:
            hazards += 1.0 / factor
        if k % FACTORS == FACTORS - 1 or k == large.size - 1:
            value -= math.log(product)
            product = 1.0
    below = 0.0
    for m in range(DEGREE - 1, -1, -1):
        below = (below + sums[m]) * a
    return value + math.log(hazards) - below


@kernel
def end_of_powers(eta, n_named, direct, sums, depth, nearest):
    """Of the logit, how far from 0 the integrand by a is within `depth` of its peak; 0 where a pole is too near.

    `nearest` is how near a pole may be, in lengths of the interval.
    """
    large = np.empty(n_named + direct.size)
    for k in range(large.size):
        large[k] = exp(eta[k] if k < n_named else eta[n_named + direct[k - n_named]])
    total, largest = sums[0], 1.0
    for k in range(large.size):
        total += large[k]
        largest = max(largest, large[k])
    if largest > MOST:
        return 0.0
    place = min((n_named - 0.5) / total, 1.0)  # about the peak's
    end = min(place * (1.0 + 30.0 / n_named), 1.0)
    floor = _log_by_power(place, n_named, large, sums) - depth
    while end < 1.0 and nearest * end * largest < 1.0 and _log_by_power(end, n_named, large, sums) > floor:
        end = min(1.5 * end, 1.0)
    return end if nearest * end * largest < 1.0 else 0.0


@kernel
def _by_powers(eta, n_named, direct, sums, end, work):
    """What `_quadrature` finds of the logit, by one rule from 0 to `end`, by the root of a."""
    out, t, a = work[0], work[1], work[2]
    log_end = math.log(end)
    for q in range(SIZE):
        a[q] = end * SQUARES[q]
        t[q] = -log_end - LOG_SQUARES[q]
        out[q] = t[q]  # dt = exp(t) da
    _add_people(LOGIT, eta, n_named, direct, sums, work)
    for q in range(SIZE):
        out[q] += LOG_SQUARE_WEIGHTS[q] + log_end
    return work[:4]


@kernel
def _quadrature(link, eta, n_named, direct, sums):
    """Of each node, the log of weight times integrand, t, exp(−t) and Σ hazards of the named: (4, n_nodes)."""
    work = np.empty((6, SIZE))
    end = end_of_powers(eta, n_named, direct, sums, DEPTH, NEAREST_POLE) if link == LOGIT else 0.0
    if end > 0.0:
        return _by_powers(eta, n_named, direct, sums, end, work)
    reach = log_sum_exp(eta)
    left, right = _interval(link, eta, n_named, direct, sums, reach, work)
    edges = _panels(left, right, reach)
    found = np.empty((4, (edges.size - 1) * SIZE))
    for k in range(edges.size - 1):
        _log_integrand(link, eta, n_named, direct, sums, edges[k], edges[k + 1], PLACES, work)
        part, log_half = found[:, k * SIZE : (k + 1) * SIZE], math.log(0.5 * (edges[k + 1] - edges[k]))
        for q in range(SIZE):
            part[0, q] = work[0, q] + (LOG_WEIGHTS[q] + log_half)
            part[1, q], part[2, q], part[3, q] = work[1, q], work[2, q], work[3, q]
    return found


@kernel
def full_list_log_likelihood(link, eta, n_named):
    """Log-probability that the first `n_named` of the choice set are a full list."""
    _, direct, sums = exponentials(link, eta[n_named:], True)
    return log_sum_exp(_quadrature(link, eta, n_named, direct, sums)[0])


@fast_kernel
def _named_score(link, eta, weights, t, a, totals, hazards):
    """Expected derivative of the log integrand by the η of one of the named; `hazards` is scratch."""
    if link == LOGIT and eta <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            hazards[q] = 1.0 / (1.0 + a[q] * power)
    else:
        fill_hazards(link, eta, t, hazards)
    total = 0.0
    for q in range(t.size):
        slope = 1.0 - hazards[q]  # of the log hazard
        if link == CLOGLOG:
            slope = exp(eta - t[q]) - slope
        elif link == PROBIT:
            slope = hazards[q] - (t[q] - eta)
        total += weights[q] * hazards[q] * (1.0 - slope / totals[q])
    return total


@kernel
def full_list_scores(link, eta, n_named, out):
    """Write the derivatives of `full_list_log_likelihood` by each η."""
    powers, direct, sums = exponentials(link, eta[n_named:], True)
    found = _quadrature(link, eta, n_named, direct, sums)
    weights, t, a, totals = found[0], found[1], found[2], found[3]
    total = log_sum_exp(weights)
    for q in range(t.size):
        weights[q] = exp(weights[q] - total)
    scratch = np.empty(t.size)
    for j in range(n_named):
        out[j] = _named_score(link, eta[j], weights, t, a, totals, scratch)
    write_unnamed_scores(link, eta[n_named:], powers, direct, weights, t, a, scratch, out[n_named:])
