"""The probability of an order that leaves some names tied: groups of names, each above all of the next.

Of the first group, whose members need only be above the largest of the second, A(t) = ∏ (1 − F(t − η_i)). Within every
other group all orders are possible, and they are summed by which members are above t: with S a set of the group's
members, A_∅ the A of the whole group before and B of the whole group the B_∅ of the next,

    A_S(t) = Σ_{i ∈ S} ∫_t^∞ f(v − η_i)·A_{S∖i}(v) dv,    B_S(t) = Σ_{i ∉ S} ∫_0^t f(v − η_i)·B_{S ∪ i}(v) dv,

so a group of k costs 2^k integrals in place of k!. Panels, scales and the last B are those of `orders`; Σ_{S ∌ i}
f(v − η_i)·A_S(v)·B_{S ∪ i}(v) is P times the density of u_i given the list.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel
from latentnet.families.designs.full_lists import LOWEST
from latentnet.families.designs.orders import (
    SIZE,
    WEIGHTS,
    expected_hazard,
    expected_slope,
    fill_below,
    fill_density,
    integrate,
    panels,
    scale,
)
from latentnet.families.designs.unnamed import exponentials, write_unnamed_scores
from latentnet.families.noise import add_reversed_hazards, log_above, sum_log_below

__all__ = ["tied_order_log_likelihood", "tied_order_scores"]


@kernel
def _fill_groups(ranks, starts, bases):
    """Where each group of equal ranks begins among the names, and its sets among all; return how many groups."""
    n_groups, n_sets = 0, 0
    for k in range(ranks.size):
        if k > 0 and ranks[k] == ranks[k - 1]:
            continue
        if n_groups > 1:
            n_sets += (1 << (k - starts[n_groups - 1])) - 1
        starts[n_groups], bases[n_groups] = k, n_sets
        n_groups += 1
    starts[n_groups] = ranks.size
    bases[n_groups] = n_sets + (1 << (ranks.size - starts[n_groups - 1])) - 1
    return n_groups


@fast_kernel
def _largest(f, g, h):
    """Largest sum of three scales over panels."""
    top = LOWEST
    for k in range(f.size):
        top = max(top, f[k] + g[k] + h[k])
    return top


@fast_kernel
def _add(halves, f, f_scales, g, g_scales, h, h_scales, top, weights):
    """Add f·g·h at each node times its weight and exp(−top)."""
    for k in range(halves.size):
        factor = halves[k] * exp(f_scales[k] + g_scales[k] + h_scales[k] - top)
        a, b, c, row = f[k], g[k], h[k], weights[k]
        for q in range(SIZE):
            row[q] += factor * WEIGHTS[q] * a[q] * b[q] * c[q]


@fast_kernel
def _normalise(weights):
    """Let weights sum to one; return the log of their sum."""
    total, flat = 0.0, weights.ravel()
    for q in range(flat.size):
        total += flat[q]
    total = max(total, 1e-300)
    for q in range(flat.size):
        flat[q] /= total
    return math.log(total)


@kernel
def _sum_products(first, size, members, upwards, base, densities, density_scales, sets, set_scales, out, scales):
    """Σ f_i·(set without i, or with i where `upwards`) over the members that the set has, or lacks; scales by panel."""
    scales[:], out[:] = LOWEST, 0.0
    for filled in range(2):  # the scales, then the sums
        for i in range(size):
            if ((members >> i) & 1) == (1 if upwards else 0):
                continue
            other, at = base + (members ^ (1 << i)), first + i
            for k in range(scales.size):
                here = density_scales[at, k] + set_scales[other, k]
                if filled == 0:
                    scales[k] = max(scales[k], here)
                    continue
                factor = exp(here - scales[k])
                for q in range(SIZE):
                    out[k, q] += factor * densities[at, k, q] * sets[other, k, q]


@kernel
def _chain(link, eta, ranks, full, direct, sums):
    """All that the list's probability needs.

    Half lengths, nodes and exp(−node) of the panels; each utility's density; A of every set, the last B in place of the
    last; where groups and their sets begin.
    """
    n_named = ranks.size
    halves, places = panels(link, eta, n_named, full)
    a, n_panels = np.exp(-places), halves.size
    starts, bases = np.empty(n_named + 1, np.int64), np.empty(n_named + 1, np.int64)
    n_groups = _fill_groups(ranks, starts, bases)
    starts, bases = starts[: n_groups + 1], bases[: n_groups + 1]
    densities, density_scales = np.empty((n_named, n_panels, SIZE)), np.empty((n_named, n_panels))
    for s in range(starts[1], n_named):
        fill_density(link, eta[s], places, a, densities[s], density_scales[s])
    n_sets = bases[n_groups] + 1
    above, above_scales = np.empty((n_sets, n_panels, SIZE)), np.empty((n_sets, n_panels))
    logs = np.zeros(places.shape)
    for i in range(starts[1]):
        for k in range(n_panels):
            for q in range(SIZE):
                logs[k, q] += log_above(link, places[k, q] - eta[i])
    scale(logs, above[0], above_scales[0])
    products, scales = np.empty(places.shape), np.empty(n_panels)
    ones, zeros = np.ones(places.shape), np.zeros(n_panels)
    for g in range(1, n_groups):
        size, base = starts[g + 1] - starts[g], bases[g]
        for members in range(1, 1 << size):
            if g == n_groups - 1 and members == (1 << size) - 1:
                continue
            parts = densities, density_scales, above, above_scales, products, scales
            _sum_products(starts[g], size, members, False, base, *parts)
            to = base + members
            integrate(False, halves, products, scales, ones, zeros, above[to], above_scales[to])
    fill_below(link, eta[n_named:], full, direct, sums, places, a, above[n_sets - 1], above_scales[n_sets - 1])
    return halves, places, a, densities, density_scales, above, above_scales, starts, bases


@kernel
def _weigh_edge(halves, densities, density_scales, sets, set_scales, first, size, base, last, weights):
    """Density of the smallest (`last`) or the largest of a group given the list, at each node times its weight.

    Sets are A's before the smallest and B's after the largest; the other factor is their last or their first.
    """
    whole, top = (1 << size) - 1, LOWEST
    other = base + whole if last else base
    weights[:] = 0.0
    for filled in range(2):
        for i in range(size):
            to = base + (whole ^ (1 << i) if last else 1 << i)
            if filled == 0:
                top = max(top, _largest(density_scales[first + i], set_scales[to], set_scales[other]))
            else:
                parts = sets[to], set_scales[to], sets[other], set_scales[other]
                _add(halves, densities[first + i], density_scales[first + i], *parts, top, weights)
    return top + _normalise(weights)


@kernel
def tied_order_log_likelihood(link, eta, ranks, full):
    """Log-probability that those named, the first of the choice set, are above 0 and in the order of `ranks`.

    `ranks` are sorted, and of two values at least.
    """
    n_named = ranks.size
    _, direct, sums = exponentials(link, eta[n_named:], full)
    halves, places, _, densities, scales, above, above_scales, starts, bases = _chain(
        link, eta, ranks, full, direct, sums
    )
    g = starts.size - 2
    parts = halves, densities, scales, above, above_scales, starts[g], n_named - starts[g], bases[g]
    value = _weigh_edge(*parts, True, np.empty(places.shape))
    return value if full else value + sum_log_below(link, eta[n_named:], 0.0)


@kernel
def _below_sets(halves, densities, density_scales, starts, bases, last, last_scales):
    """B of every set, but for A_∅'s own of the first group."""
    n_sets = bases[bases.size - 1] + 1
    below, below_scales = np.empty((n_sets, *last.shape)), np.empty((n_sets, halves.size))
    below[n_sets - 1], below_scales[n_sets - 1] = last, last_scales
    products, scales = np.empty(last.shape), np.empty(halves.size)
    ones, zeros = np.ones(last.shape), np.zeros(halves.size)
    for g in range(starts.size - 2, 0, -1):
        size, base = starts[g + 1] - starts[g], bases[g]
        for members in range((1 << size) - 2, 0 if g == 1 else -1, -1):
            parts = densities, density_scales, below, below_scales, products, scales
            _sum_products(starts[g], size, members, True, base, *parts)
            to = base + members
            integrate(True, halves, products, scales, ones, zeros, below[to], below_scales[to])
    return below, below_scales


@kernel
def tied_order_scores(link, eta, ranks, full, out):
    """Write the derivatives of `tied_order_log_likelihood` by each η."""
    n_named = ranks.size
    powers, direct, sums = exponentials(link, eta[n_named:], full)
    halves, places, a, densities, scales, above, above_scales, starts, bases = _chain(
        link, eta, ranks, full, direct, sums
    )
    last = bases[bases.size - 1]
    below, below_scales = _below_sets(halves, densities, scales, starts, bases, above[last], above_scales[last])
    weights, scratch, t, b = np.empty(places.shape), np.empty(places.size), places.ravel(), a.ravel()
    for g in range(1, starts.size - 1):
        size, base = starts[g + 1] - starts[g], bases[g]
        for i in range(size):
            s, bit, top = starts[g] + i, 1 << i, LOWEST
            weights[:] = 0.0
            for filled in range(2):
                for members in range(1 << size):
                    if members & bit:
                        continue
                    to, up = base + members, base + (members | bit)
                    if filled == 0:
                        top = max(top, _largest(scales[s], above_scales[to], below_scales[up]))
                    else:
                        parts = above[to], above_scales[to], below[up], below_scales[up]
                        _add(halves, densities[s], scales[s], *parts, top, weights)
            _normalise(weights)
            out[s] = expected_slope(link, eta[s], t, b, weights.ravel())
    below[0], below_scales[0] = above[0], above_scales[0]
    second = starts[1], starts[2] - starts[1]
    _weigh_edge(halves, densities, scales, below, below_scales, *second, 0, False, weights)
    for s in range(starts[1]):
        out[s] = expected_hazard(link, eta[s], t, b, weights.ravel(), scratch)
    if full:
        g = starts.size - 2
        edge = starts[g], n_named - starts[g], bases[g]
        _weigh_edge(halves, densities, scales, above, above_scales, *edge, True, weights)
        write_unnamed_scores(link, eta[n_named:], powers, direct, weights.ravel(), t, b, scratch, out[n_named:])
    else:
        out[n_named:] = 0.0
        add_reversed_hazards(link, eta[n_named:], 0.0, -1.0, out[n_named:])
