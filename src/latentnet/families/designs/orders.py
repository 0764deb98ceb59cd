"""The probability of an order: nested integrals over the utilities named, u_1 > u_2 > … > u_r > 0.

With f the noise's density, A_s(t) = P(u_1 > … > u_s > t) and B_s(t) = P(u_s > … > u_r > 0, all below t, and the
un-named below u_r where the list is full),

    A_s(t) = ∫_t^∞ f(v − η_s)·A_{s−1}(v) dv,    B_s(t) = ∫_0^t f(v − η_s)·B_{s+1}(v) dv,

A_0 = 1 and B_{r+1} = ∏_un-named F(t − η_k), or 1 where the list is not full. Everything is positive, so panels of 16
Gauss–Legendre nodes with their spectral integration matrix, summed from the integral's own end with a scale for each
panel, keep the relative precision everywhere. f(v − η_s)·A_{s−1}(v)·B_{s+1}(v) is P times the density of u_s given the
list, which is all that the derivatives need.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel
from latentnet.families.designs.full_lists import LOWEST, log_sum_exp, reach_of
from latentnet.families.noise import (
    PROBIT,
    add_reversed_hazards,
    log_density,
    log_density_slope,
    sum_log_below,
)

__all__ = ["order_log_likelihood", "order_scores"]

SIZE = 16
NODES, WEIGHTS = np.polynomial.legendre.leggauss(SIZE)
STRETCH = 3.0  # a panel's length times the number of names, up to the largest utility expected
NORMAL_STRETCH = 2.0  # the same for normal noise, whose tails are steeper
GROWTH = 0.3  # from there on, by its distance
MOST_PANELS = 10_000


def _integration_matrix() -> np.ndarray:
    """Integrals from −1 to each node of the nodes' Lagrange polynomials."""
    legendre = np.polynomial.legendre
    values = legendre.legvander(NODES, SIZE)
    integrals = np.empty((SIZE, SIZE))  # of P_k from −1 to each node: (P_{k+1} − P_{k−1}) / (2k + 1)
    integrals[:, 0] = NODES + 1.0
    for k in range(1, SIZE):
        integrals[:, k] = (values[:, k + 1] - values[:, k - 1]) / (2 * k + 1)
    return (integrals * (np.arange(SIZE) + 0.5)) @ (values[:, :SIZE].T * WEIGHTS)


TO_NODE = _integration_matrix()  # [q, j], from the left end to node q
FROM_NODE = WEIGHTS - TO_NODE


@kernel
def _edges(link, reach, n_names):
    """Ends of the panels over (0, where nothing is left)."""
    largest, shortest = max(reach, 0.0), (NORMAL_STRETCH if link == PROBIT else STRETCH) / n_names
    edges, n_panels = np.zeros(1), 0
    for filled in range(2):  # count, then fill
        edge, n_panels = 0.0, 0
        while edge < largest + 45.0 and n_panels < MOST_PANELS:  # never endless, whatever a diverged η makes of it
            edge += max(shortest, GROWTH * (edge - largest))
            n_panels += 1
            if filled == 1:
                edges[n_panels] = edge
        if filled == 0:
            edges = np.zeros(n_panels + 1)
    return edges


@kernel
def _scaled_densities(link, named, places, densities, scales):
    """Densities (names, panels, SIZE) of each utility, 1 at most with the log of the rest by panel."""
    logs = np.empty(SIZE)
    for s in range(named.size):
        for k in range(places.shape[0]):
            for q in range(SIZE):
                logs[q] = log_density(link, places[k, q] - named[s])
            scales[s, k] = logs.max()
            for q in range(SIZE):
                densities[s, k, q] = exp(logs[q] - scales[s, k])


@kernel
def _scaled_choice(link, unnamed, full, places, values, scales):
    """Probabilities that all of the un-named are below each node; 1 where the list is not full."""
    values[:], scales[:] = 1.0, 0.0
    if not full:
        return
    logs = np.empty(SIZE)
    for k in range(places.shape[0]):
        for q in range(SIZE):
            logs[q] = sum_log_below(link, unnamed, places[k, q])
        scales[k] = logs.max()
        for q in range(SIZE):
            values[k, q] = exp(logs[q] - scales[k])


@kernel
def _integrate(upwards, edges, density, density_scales, inner, inner_scales, out, out_scales):
    """Integrate density times inner from 0 up to each node, or from each node upwards without end."""
    n_panels = edges.size - 1
    matrix = TO_NODE if upwards else FROM_NODE
    done = LOWEST  # log of what the panels so far contain
    product = np.empty(SIZE)
    for step in range(n_panels):
        k = step if upwards else n_panels - 1 - step
        largest = 0.0
        for q in range(SIZE):
            product[q] = density[k, q] * inner[k, q]
            largest = max(largest, product[q])
        half = 0.5 * (edges[k + 1] - edges[k])
        here = density_scales[k] + inner_scales[k]
        scale = max(done, here + math.log(half * max(largest, 1e-300)))
        factor, rest, total = half * exp(here - scale), exp(done - scale), 0.0
        for q in range(SIZE):
            part = 0.0
            for j in range(SIZE):
                part += matrix[q, j] * product[j]
            out[k, q] = max(factor * part + rest, 1e-300)
            total += WEIGHTS[q] * product[q]
        out_scales[k] = scale
        done = scale + math.log(factor * total + rest)
    return done


@kernel
def _places(edges):
    places = np.empty((edges.size - 1, SIZE))
    for k in range(edges.size - 1):
        for q in range(SIZE):
            places[k, q] = edges[k] + 0.5 * (edges[k + 1] - edges[k]) * (1.0 + NODES[q])
    return places


@kernel
def _above(link, eta, n_named, full):
    """Panels, densities, and all that A_s need: values and scales of A_0 … A_{r−1}, with B_{r+1} last."""
    edges = _edges(link, reach_of(eta if full else eta[:n_named]), n_named)
    places = _places(edges)
    n_panels = places.shape[0]
    densities, density_scales = np.empty((n_named, n_panels, SIZE)), np.empty((n_named, n_panels))
    _scaled_densities(link, eta[:n_named], places, densities, density_scales)
    above, above_scales = np.empty((n_named + 1, n_panels, SIZE)), np.empty((n_named + 1, n_panels))
    above[0], above_scales[0] = 1.0, 0.0
    for s in range(n_named - 1):
        parts = densities[s], density_scales[s], above[s], above_scales[s]
        _integrate(False, edges, *parts, above[s + 1], above_scales[s + 1])
    _scaled_choice(link, eta[n_named:], full, places, above[n_named], above_scales[n_named])
    return edges, places, densities, density_scales, above, above_scales


@kernel
def _log_weights(s, edges, density, density_scales, above, above_scales, below, below_scales, out):
    """Log of weight times integrand at each node, for the utility in place s."""
    for k in range(edges.size - 1):
        scale = density_scales[s, k] + above_scales[s, k] + below_scales[k]
        half = 0.5 * (edges[k + 1] - edges[k])
        for q in range(SIZE):
            share = half * WEIGHTS[q] * density[s, k, q] * above[s, k, q] * below[k, q]
            out[k * SIZE + q] = scale + math.log(max(share, 1e-300))


@kernel
def order_log_likelihood(link, eta, n_named, full):
    """Log-probability that the first `n_named` of the choice set, in their order, are above 0, and so on.

    At least two names: one name has no order.
    """
    edges, places, densities, density_scales, above, above_scales = _above(link, eta, n_named, full)
    logs = np.empty(places.size)
    last = above[n_named], above_scales[n_named]
    _log_weights(n_named - 1, edges, densities, density_scales, above, above_scales, *last, logs)
    value = log_sum_exp(logs)
    return value if full else value + sum_log_below(link, eta[n_named:], 0.0)


@fast_kernel
def _expected_slope(link, eta, places, weights):
    """Σ weight · derivative of log f(t − η) by η."""
    total = 0.0
    for q in range(places.size):
        if weights[q] > 1e-18:
            total -= weights[q] * log_density_slope(link, places[q] - eta)
    return total


@kernel
def order_scores(link, eta, n_named, full, out):
    """Write the derivatives of `order_log_likelihood` by each η."""
    edges, places, densities, density_scales, above, above_scales = _above(link, eta, n_named, full)
    logs, flat = np.empty(places.size), places.ravel()
    below, below_scales = above[n_named].copy(), above_scales[n_named].copy()
    out[:] = 0.0
    for s in range(n_named - 1, -1, -1):
        _log_weights(s, edges, densities, density_scales, above, above_scales, below, below_scales, logs)
        total = log_sum_exp(logs)
        for q in range(logs.size):
            logs[q] = exp(logs[q] - total)
        out[s] = _expected_slope(link, eta[s], flat, logs)
        if s == n_named - 1 and full:
            for q in range(logs.size):
                if logs[q] > 1e-18:
                    add_reversed_hazards(link, eta[n_named:], flat[q], -logs[q], out[n_named:])
        if s > 0:
            parts = densities[s], density_scales[s], below.copy(), below_scales.copy()
            _integrate(True, edges, *parts, below, below_scales)
    if not full:
        add_reversed_hazards(link, eta[n_named:], 0.0, -1.0, out[n_named:])
