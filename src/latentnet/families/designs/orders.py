"""The probability of an order: nested integrals over the utilities named, u_1 > u_2 > … > u_r > 0.

With f the noise's density, A_s(t) = P(u_1 > … > u_s > t) and B_s(t) = P(u_s > … > u_r > 0, all below t, and the
un-named below u_r where the list is full),

    A_s(t) = ∫_t^∞ f(v − η_s)·A_{s−1}(v) dv,    B_s(t) = ∫_0^t f(v − η_s)·B_{s+1}(v) dv,

A_1 = 1 − F and B_{r+1} = ∏_un-named F(t − η_k), or 1 where the list is not full. Everything is positive, so panels of
16 Gauss–Legendre nodes with their spectral integration matrix, summed from the integral's own end with a scale for each
panel, keep the relative precision everywhere. f(v − η_s)·A_{s−1}(v)·B_{s+1}(v) is P times the density of u_s given the
list, which is all that the derivatives need; that by η_1 is the expected hazard of u_1 at u_2. A few names under the
logit take a quarter of the time (`short_orders`).
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel
from latentnet.families.designs.full_lists import LOWEST, log_sum_exp
from latentnet.families.designs.short_orders import end_of_short, short_log_likelihood, short_scores
from latentnet.families.designs.unnamed import (
    LARGEST_POWER,
    add_log_below,
    exponentials,
    fill_hazards,
    write_unnamed_scores,
)
from latentnet.families.noise import (
    LOGIT,
    PROBIT,
    add_reversed_hazards,
    log_above,
    log_density,
    log_density_slope,
    sum_log_below,
)

__all__ = [
    "expected_hazard",
    "expected_slope",
    "fill_below",
    "fill_density",
    "integrate",
    "log_likelihood_by_panels",
    "order_log_likelihood",
    "order_scores",
    "panels",
    "scale",
    "scores_by_panels",
]

SIZE = 16
NODES, WEIGHTS = np.polynomial.legendre.leggauss(SIZE)
STRETCH, NORMAL_STRETCH = 6.0, 2.0  # a panel's length times the number of names, up to the largest utility expected
LONGEST = 2.0
GROWTH = 0.5  # from there on, by its distance
TAIL, NORMAL_TAIL = 14.0, 6.0  # beyond it the second utility's density is below exp(−28) of its peak
MOST_PANELS = 10_000
SMALLEST = 1e-100  # values are scaled anew where the largest of a panel is below


def _integration_matrix() -> np.ndarray:
    """Integrals from −1 to each node of the nodes' Lagrange polynomials."""
    legendre = np.polynomial.legendre
    values = legendre.legvander(NODES, SIZE)
    integrals = np.empty((SIZE, SIZE))  # of P_k from −1 to each node: (P_{k+1} − P_{k−1}) / (2k + 1)
    integrals[:, 0] = NODES + 1.0
    for k in range(1, SIZE):
        integrals[:, k] = (values[:, k + 1] - values[:, k - 1]) / (2 * k + 1)
    return (integrals * (np.arange(SIZE) + 0.5)) @ (values[:, :SIZE].T * WEIGHTS)


TO_NODE = np.ascontiguousarray(_integration_matrix().T)  # [j, q], from the left end to node q
FROM_NODE = np.ascontiguousarray((WEIGHTS - TO_NODE.T).T)


@kernel
def panels(link, eta, n_names, full):
    """Half the length of each panel over (0, where nothing is left), and all nodes."""
    largest = max(log_sum_exp(eta if full else eta[:n_names]), 0.0)
    shortest = min((NORMAL_STRETCH if link == PROBIT else STRETCH) / n_names, LONGEST)
    end, halves, n_panels = largest + (NORMAL_TAIL if link == PROBIT else TAIL), np.empty(0), 0
    for filled in range(2):  # count, then fill
        edge, halves, n_panels = 0.0, np.empty(n_panels), 0
        while edge < end and n_panels < MOST_PANELS:  # never endless, whatever a diverged η makes of it
            length = max(shortest, GROWTH * (edge - largest))
            if filled == 1:
                halves[n_panels] = 0.5 * length
            edge += length
            n_panels += 1
    places, edge = np.empty((n_panels, SIZE)), 0.0
    for k in range(n_panels):
        for q in range(SIZE):
            places[k, q] = edge + halves[k] * (1.0 + NODES[q])
        edge += 2.0 * halves[k]
    return halves, places


@fast_kernel
def scale(logs, values, scales):
    """Exponentials of logs (panels, SIZE), 1 at most, with the log of the rest by panel."""
    for k in range(scales.size):
        largest = LOWEST
        for q in range(SIZE):
            largest = max(largest, logs[k, q])
        scales[k] = largest
        for q in range(SIZE):
            values[k, q] = exp(logs[k, q] - largest)


@fast_kernel
def fill_density(link, eta, places, a, values, scales):
    """Density of one utility at all nodes, times exp(−scale) by panel."""
    flat, t, b = values.ravel(), places.ravel(), a.ravel()
    if link == LOGIT and abs(eta) <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            grown = b[q] * power
            flat[q] = grown / ((1.0 + grown) * (1.0 + grown))
        scales[:] = 0.0
        return
    for q in range(t.size):
        flat[q] = log_density(link, t[q] - eta)
    scale(values, values, scales)


@fast_kernel
def _fill_above(link, eta, places, a, values, scales):
    """Probability that one utility is above, at all nodes, times exp(−scale) by panel."""
    flat, t, b = values.ravel(), places.ravel(), a.ravel()
    if link == LOGIT and abs(eta) <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            grown = b[q] * power
            flat[q] = grown / (1.0 + grown)
        scales[:] = 0.0
        return
    for q in range(t.size):
        flat[q] = log_above(link, t[q] - eta)
    scale(values, values, scales)


@fast_kernel
def _multiply(matrix, product, factor, rest, out):
    """Write factor · product @ matrix + rest, four columns a pass; return the largest."""
    for q in range(SIZE):
        out[q] = rest
    for j in range(0, SIZE, 4):
        a, b, c, d = product[j], product[j + 1], product[j + 2], product[j + 3]
        first, second, third, fourth = matrix[j], matrix[j + 1], matrix[j + 2], matrix[j + 3]
        for q in range(SIZE):
            out[q] += factor * (first[q] * a + second[q] * b + third[q] * c + fourth[q] * d)
    largest = 1e-300
    for q in range(SIZE):
        out[q] = max(out[q], 1e-300)
        largest = max(largest, out[q])
    return largest


@fast_kernel
def integrate(upwards, halves, density, density_scales, inner, inner_scales, out, out_scales):
    """Integrate density times inner from 0 up to each node, or from each node upwards without end."""
    n_panels = halves.size
    done, done_scale = 0.0, LOWEST  # of the panels so far
    product = np.empty(SIZE)
    for step in range(n_panels):
        k = step if upwards else n_panels - 1 - step
        total, f, g, row = 0.0, density[k], inner[k], out[k]
        for q in range(SIZE):
            product[q] = f[q] * g[q]
        for q in range(SIZE):
            total += WEIGHTS[q] * product[q]
        here = density_scales[k] + inner_scales[k]
        scale = max(done_scale, here)
        factor = halves[k] * (1.0 if here == scale else exp(here - scale))
        rest = done * (1.0 if done_scale == scale else exp(done_scale - scale))
        largest = _multiply(TO_NODE if upwards else FROM_NODE, product, factor, rest, row)
        done, done_scale = factor * total + rest, scale
        if largest < SMALLEST:
            for q in range(SIZE):
                row[q] /= largest
            done, done_scale = max(done, 1e-300) / largest, scale + math.log(largest)
        out_scales[k] = done_scale


@kernel
def fill_below(link, eta, full, direct, sums, places, a, below, scales):
    """Probability that all of the un-named are below, at all nodes, or 1 where the list is not full."""
    below[:], scales[:] = 1.0, 0.0
    if full:
        logs = np.zeros(places.shape)
        add_log_below(link, eta, direct, sums, places.ravel(), a.ravel(), logs.ravel(), below.ravel())
        scale(logs, below, scales)


@kernel
def _chain(link, eta, n_named, full, direct, sums):
    """All that the list's probability needs.

    Half lengths, nodes and exp(−node) of the panels; the densities of each utility; A_1, …, A_{r−1}, with B_{r+1} last.
    """
    halves, places = panels(link, eta, n_named, full)
    a, n_panels = np.empty(places.shape), halves.size
    t, b = places.ravel(), a.ravel()
    for q in range(t.size):
        b[q] = exp(-t[q])
    densities, density_scales = np.empty((n_named, n_panels, SIZE)), np.empty((n_named, n_panels))
    for s in range(1, n_named):
        fill_density(link, eta[s], places, a, densities[s], density_scales[s])
    above, above_scales = np.empty((n_named, n_panels, SIZE)), np.empty((n_named, n_panels))
    _fill_above(link, eta[0], places, a, above[0], above_scales[0])
    for s in range(1, n_named - 1):
        parts = densities[s], density_scales[s], above[s - 1], above_scales[s - 1]
        integrate(False, halves, *parts, above[s], above_scales[s])
    fill_below(link, eta[n_named:], full, direct, sums, places, a, above[n_named - 1], above_scales[n_named - 1])
    return halves, places, a, densities, density_scales, above, above_scales


@fast_kernel
def _weigh(halves, density, density_scales, above, above_scales, below, below_scales, weights):
    """Density of a utility given the list, at each node times its weight, summing to one; return the log of the sum."""
    top, total = LOWEST, 0.0
    for k in range(halves.size):
        top = max(top, density_scales[k] + above_scales[k] + below_scales[k])
    for k in range(halves.size):
        factor = halves[k] * exp(density_scales[k] + above_scales[k] + below_scales[k] - top)
        f, g, h, row = density[k], above[k], below[k], weights[k]
        for q in range(SIZE):
            row[q] = factor * WEIGHTS[q] * f[q] * g[q] * h[q]
        for q in range(SIZE):
            total += row[q]
    total = max(total, 1e-300)
    flat = weights.ravel()
    for q in range(flat.size):
        flat[q] /= total
    return top + math.log(total)


@kernel
def log_likelihood_by_panels(link, eta, n_named, full, direct, sums):
    """What `order_log_likelihood` is, for any link and any η."""
    halves, places, _, densities, scales, above, above_scales = _chain(link, eta, n_named, full, direct, sums)
    r = n_named - 1
    parts = densities[r], scales[r], above[r - 1], above_scales[r - 1], above[r], above_scales[r]
    value = _weigh(halves, *parts, np.empty(places.shape))
    return value if full else value + sum_log_below(link, eta[n_named:], 0.0)


@kernel
def order_log_likelihood(link, eta, n_named, full):
    """Log-probability that the first `n_named` of the choice set, in their order, are above 0, and so on.

    At least two names: one name has no order.
    """
    _, direct, sums = exponentials(link, eta[n_named:], full)
    end = end_of_short(link, eta, n_named, full, direct, sums)
    if end > 0.0:
        return short_log_likelihood(eta, n_named, full, direct, sums, end)
    return log_likelihood_by_panels(link, eta, n_named, full, direct, sums)


@fast_kernel
def expected_slope(link, eta, t, a, weights):
    """Σ weight · derivative of log f(t − η) by η; a is exp(−t)."""
    total = 0.0
    if link == LOGIT and abs(eta) <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            grown = a[q] * power
            total += weights[q] * ((1.0 - grown) / (1.0 + grown))
        return total
    for q in range(t.size):
        total -= weights[q] * log_density_slope(link, t[q] - eta)
    return total


@fast_kernel
def expected_hazard(link, eta, t, a, weights, scratch):
    """Σ weight · hazard at t − η; a is exp(−t)."""
    total = 0.0
    if link == LOGIT and abs(eta) <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            total += weights[q] / (1.0 + a[q] * power)
        return total
    fill_hazards(link, eta, t, scratch)
    for q in range(t.size):
        total += weights[q] * scratch[q]
    return total


@kernel
def scores_by_panels(link, eta, n_named, full, powers, direct, sums, out):
    """What `order_scores` writes, for any link and any η."""
    halves, places, a, densities, scales, above, above_scales = _chain(link, eta, n_named, full, direct, sums)
    work, other_scales = np.empty((4, *places.shape)), np.empty(halves.size)
    weights, scratch = work[0].ravel(), work[1].ravel()
    below, below_scales, other = above[n_named - 1], above_scales[n_named - 1], work[2]
    t = places.ravel()
    for s in range(n_named - 1, 0, -1):
        parts = densities[s], scales[s], above[s - 1], above_scales[s - 1]
        _weigh(halves, *parts, below, below_scales, work[0])
        out[s] = expected_slope(link, eta[s], t, a.ravel(), weights)
        if s == n_named - 1 and full:
            write_unnamed_scores(link, eta[n_named:], powers, direct, weights, t, a.ravel(), scratch, out[n_named:])
        if s > 1:
            integrate(True, halves, densities[s], scales[s], below, below_scales, other, other_scales)
            below, other = other, below
            below_scales, other_scales = other_scales, below_scales
    out[0] = expected_hazard(link, eta[0], t, a.ravel(), weights, scratch)
    if not full:
        out[n_named:] = 0.0
        add_reversed_hazards(link, eta[n_named:], 0.0, -1.0, out[n_named:])


@kernel
def order_scores(link, eta, n_named, full, out):
    """Write the derivatives of `order_log_likelihood` by each η."""
    powers, direct, sums = exponentials(link, eta[n_named:], full)
    end = end_of_short(link, eta, n_named, full, direct, sums)
    if end > 0.0:
        short_scores(eta, n_named, full, powers, direct, sums, end, out)
    else:
        scores_by_panels(link, eta, n_named, full, powers, direct, sums, out)
