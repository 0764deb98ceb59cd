"""The probability of an order of a few names under the logit, all by powers of a = exp(−t).

With p = exp(η) and h = 1 / (1 + a·p), the density of a utility by a is p·h². So the nested integrals of `orders` are

    A_s(a) = a^s·C_s(a)·∏_{i ≤ s} p_i,    C_1 = h_1,    C_s(a) = ∫_0^1 h_s²(a·v)·C_{s−1}(a·v)·v^{s−1} dv,

and P = ∏ p_i·∫_0^end a^{r−1}·h_r²·C_{r−1}·∏_un-named h_k da. By the root of a all of C_s are smooth, unless a pole,
−1 / p, is near. One rule of 32 nodes then does, and each integral is one matrix times a vector, whose relative errors
stay small however near 0 its a. The derivatives are those of the rule, by the transposed matrices, from the last to the
first. This takes a quarter of the time that the panels of `orders` take, which do for any link and any η.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel
from latentnet.families.designs.full_lists import (
    LOG_SQUARES,
    LOWEST,
    NODES,
    PLACES,
    SIZE,
    SQUARES,
    WEIGHTS,
    end_of_powers,
)
from latentnet.families.designs.unnamed import add_log_below, write_unnamed_scores
from latentnet.families.noise import LOGIT, add_reversed_hazards, sum_log_below

__all__ = ["end_of_short", "short_log_likelihood", "short_scores"]

MOST_NAMES = 8
NEAREST_POLE = 1.0 / 40.0  # in lengths of the interval
DEPTH = 25.0 + math.log(math.factorial(MOST_NAMES))  # as an order's share of its list's integrand may grow with t


def _inner_integrals(power: int) -> np.ndarray:
    """∫_0^1 f(x·y)·2·y^(2·power − 1) dy at nodes x, from f at the nodes."""
    legendre = np.polynomial.legendre
    nodes, weights = legendre.leggauss(SIZE + power)
    y = 0.5 * (1.0 + nodes)
    coefficients = (legendre.legvander(NODES, SIZE - 1) * WEIGHTS[:, None]).T * (np.arange(SIZE) + 0.5)[:, None]
    values = legendre.legvander(2.0 * PLACES[:, None] * y - 1.0, SIZE - 1)  # (x, y, degree)
    return np.asarray(np.einsum("y,xyd->xd", weights * y ** (2 * power - 1), values) @ coefficients)


TO_NEXT = np.stack([_inner_integrals(power) for power in range(2, MOST_NAMES)])  # [s − 2, node, from node]
TO_LAST = np.ascontiguousarray(TO_NEXT.swapaxes(1, 2))
LAST = np.stack([WEIGHTS * PLACES ** (2 * n - 1) for n in range(MOST_NAMES + 1)])  # of the integral for n names


@kernel
def end_of_short(link, eta, n_named, full, direct, sums):
    """How far from 0 the integral by a goes; 0 where it cannot be used."""
    if link != LOGIT or n_named > MOST_NAMES:
        return 0.0
    if full:
        return end_of_powers(eta, n_named, direct, sums, DEPTH, NEAREST_POLE)
    largest = eta[0]
    for s in range(1, n_named):
        largest = max(largest, eta[s])
    return 1.0 if NEAREST_POLE * exp(largest) < 1.0 else 0.0


@fast_kernel
def _multiply(matrix, f, g, product, out):
    """Write matrix' @ (f²·g), four rows of the matrix a pass."""
    for q in range(SIZE):
        product[q] = f[q] * f[q] * g[q]
        out[q] = 0.0
    for j in range(0, SIZE, 4):
        a, b, c, d = product[j], product[j + 1], product[j + 2], product[j + 3]
        first, second, third, fourth = matrix[j], matrix[j + 1], matrix[j + 2], matrix[j + 3]
        for q in range(SIZE):
            out[q] += first[q] * a + second[q] * b + third[q] * c + fourth[q] * d


@fast_kernel
def _fill(eta, n_named, end, work, shares, inner):
    """All a, t and weights without those un-named, the shares h of all named and C_1, …, C_{r−1}."""
    a, t, last = work[0], work[1], work[2]
    log_end = math.log(end)
    for q in range(SIZE):
        a[q] = end * SQUARES[q]
        t[q] = -log_end - LOG_SQUARES[q]
        last[q] = LAST[n_named, q]
    for s in range(n_named):
        power, share = exp(eta[s]), shares[s]
        for q in range(SIZE):
            share[q] = 1.0 / (1.0 + a[q] * power)
    inner[0] = shares[0]
    for s in range(1, n_named - 1):
        _multiply(TO_LAST[s - 1], shares[s], inner[s - 1], work[3], inner[s])


@fast_kernel
def _add_unnamed(eta, direct, sums, work):
    """Multiply the weights by the probability that all un-named are below, over its largest; return the log of that."""
    logs, largest = work[4], LOWEST
    logs[:] = 0.0
    add_log_below(LOGIT, eta, direct, sums, work[1], work[0], logs, work[3])
    for q in range(SIZE):
        largest = max(largest, logs[q])
    for q in range(SIZE):
        work[2, q] *= exp(logs[q] - largest)
    return largest


@fast_kernel
def _sum_of(f, g, h):
    total = 0.0
    for q in range(SIZE):
        total += f[q] * g[q] * g[q] * h[q]
    return total


@fast_kernel
def _weigh(outer, share, inner, total, weights):
    for q in range(SIZE):
        weights[q] = outer[q] * share[q] * share[q] * inner[q] / total


@fast_kernel
def _expected(weights, share):
    total = 0.0
    for q in range(SIZE):
        total += weights[q] * share[q]
    return total


@kernel
def short_log_likelihood(eta, n_named, full, direct, sums, end):
    """What `order_log_likelihood` is, where `end_of_short` is not 0."""
    work, shares, inner = np.empty((5, SIZE)), np.empty((n_named, SIZE)), np.empty((n_named, SIZE))
    _fill(eta, n_named, end, work, shares, inner)
    value = n_named * math.log(end)
    for s in range(n_named):
        value += eta[s]
    value += _add_unnamed(eta[n_named:], direct, sums, work) if full else sum_log_below(LOGIT, eta[n_named:], 0.0)
    return value + math.log(_sum_of(work[2], shares[n_named - 1], inner[n_named - 2]))


@kernel
def short_scores(eta, n_named, full, powers, direct, sums, end, out):
    """What `order_scores` writes, where `end_of_short` is not 0."""
    work, shares, inner = np.empty((6, SIZE)), np.empty((n_named, SIZE)), np.empty((n_named, SIZE))
    _fill(eta, n_named, end, work, shares, inner)
    if full:
        _add_unnamed(eta[n_named:], direct, sums, work)
    a, t, outer, other, weights = work[0], work[1], work[2], work[4], work[5]
    total = _sum_of(outer, shares[n_named - 1], inner[n_named - 2])
    for s in range(n_named - 1, 0, -1):
        _weigh(outer, shares[s], inner[s - 1], total, weights)
        out[s] = 2.0 * _expected(weights, shares[s]) - 1.0
        if s == n_named - 1 and full:
            write_unnamed_scores(LOGIT, eta[n_named:], powers, direct, weights, t, a, work[3], out[n_named:])
        if s > 1:
            _multiply(TO_NEXT[s - 2], shares[s], outer, work[3], other)
            outer, other = other, outer
    out[0] = _expected(weights, shares[0])
    if not full:
        out[n_named:] = 0.0
        add_reversed_hazards(LOGIT, eta[n_named:], 0.0, -1.0, out[n_named:])
