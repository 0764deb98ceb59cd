"""Loops over packed pairs of actors, row i over j < i: squared distances, forces, sums of log(1 + exp(η)).

Notation: s is the pair's squared distance (or inner product), η the linear predictor, p = logistic(η), c the force per
unit of displacement.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import clear, exp, fast_kernel, larger, smaller

__all__ = [
    "add_probabilities",
    "attract",
    "attract_all",
    "fill_pairs",
    "fill_row",
    "forces_of_pairs",
    "scatter_bilinear",
    "scatter_euclidean",
    "softplus_sum",
    "sum_probabilities",
    "weigh_rows",
    "weighted_softplus_row",
]

# Factors 1 + exp(-|η|) ≤ 2, squared where both directions count, so 256 of them stay below 2^512.
_PRODUCT = 256


@fast_kernel
def fill_pairs(z, first, last, bilinear, s):
    """Squared distances, or inner products, of rows first..last-1 with every earlier actor, packed.

    Here and below, inner loops run from 0 over arrays that were sliced outside of them: an index with an offset hides
    from LLVM that it is not negative, and a slice in the loop costs a reference count (measured: 2 to 10 times the
    time).
    """
    if z.shape[0] == 2:
        _fill_plane(z, first, last, bilinear, s)
    else:
        for k in range(z.shape[0]):
            _fill_dimension(z[k], first, last, bilinear, k == 0, s)
    return (last * (last - 1) - first * (first - 1)) // 2


@fast_kernel
def _fill_plane(z, first, last, bilinear, s):
    """Two dimensions in one pass."""
    p = 0
    for i in range(first, last):
        row = s[p : p + i]
        x, y = z[0, :i], z[1, :i]
        x_i, y_i = z[0, i], z[1, i]
        if bilinear:
            for j in range(i):
                row[j] = x_i * x[j] + y_i * y[j]
        else:
            for j in range(i):
                u = x_i - x[j]
                v = y_i - y[j]
                row[j] = u * u + v * v
        p += i


@fast_kernel
def _fill_dimension(x, first, last, bilinear, overwrite, s):
    """Write one dimension's part, or add it; the branches stay outside of the loops over pairs."""
    p = 0
    for i in range(first, last):
        row = s[p : p + i]
        x_i = x[i]
        if bilinear:
            if overwrite:
                for j in range(row.size):
                    row[j] = x_i * x[j]
            else:
                for j in range(row.size):
                    row[j] += x_i * x[j]
        elif overwrite:
            for j in range(row.size):
                u = x_i - x[j]
                row[j] = u * u
        else:
            for j in range(row.size):
                u = x_i - x[j]
                row[j] += u * u
        p += i


@fast_kernel
def fill_row(z, i, bilinear, s):
    """Squared distances, or inner products, of one actor with all, itself included."""
    clear(s)
    for k in range(z.shape[0]):
        x = z[k]
        x_i = x[i]
        if bilinear:
            for j in range(s.size):
                s[j] += x_i * x[j]
        else:
            for j in range(s.size):
                u = x_i - x[j]
                s[j] += u * u


@fast_kernel
def forces_of_pairs(s, c, size, similarity, b):
    """Replace s by what multiplies ∂η (distance where it is one), fill c = force per displacement; return Σ p."""
    one, tiny, large = s.dtype.type(1.0), s.dtype.type(1e-30), s.dtype.type(80.0)
    total = s.dtype.type(0.0)
    if similarity == 0:
        for p in range(size):
            distance = np.sqrt(larger(s[p], tiny))
            force = one / ((one + exp(smaller(distance - b, large))) * distance)
            s[p] = distance
            c[p] = force
            total += force * distance
    elif similarity == 1:
        for p in range(size):
            probability = one / (one + exp(smaller(s[p] - b, large)))
            c[p] = probability
            total += probability
    else:
        for p in range(size):
            probability = one / (one + exp(smaller(-b - s[p], large)))
            c[p] = probability
            total += probability
    return total


@fast_kernel
def scatter_euclidean(z, c, first, last, factor, forces):
    """Give both actors of each packed pair the force c·factor along z_i - z_j."""
    for k in range(z.shape[0]):
        x, f = z[k], forces[k]
        p = 0
        for i in range(first, last):
            row = c[p : p + i]
            x_i = x[i]
            own = c.dtype.type(0.0)
            for j in range(row.size):
                t = row[j] * (factor * (x_i - x[j]))
                own += t
                f[j] -= t
            f[i] += own
            p += i


@fast_kernel
def scatter_bilinear(z, c, first, last, factor, forces):
    """Give both actors of each packed pair the force -c·factor along the other's position."""
    for k in range(z.shape[0]):
        x, f = z[k], forces[k]
        p = 0
        for i in range(first, last):
            row = c[p : p + i]
            x_i = factor * x[i]
            own = c.dtype.type(0.0)
            for j in range(row.size):
                own -= row[j] * x[j]
                f[j] -= row[j] * x_i
            f[i] += factor * own
            p += i


@fast_kernel
def weigh_rows(c, observed, first, last):
    """Multiply each packed pair by observed[i] + observed[j]."""
    p = 0
    for i in range(first, last):
        row = c[p : p + i]
        for j in range(row.size):
            row[j] *= c.dtype.type(observed[i] + observed[j])
        p += i


@fast_kernel
def sum_probabilities(c, distance, size, is_distance):
    """Σ p of packed pairs from their forces. Loops that sum are apart from those that store: see `own_scratch`."""
    total = 0.0
    for p in range(size):
        total += c[p] * (distance[p] if is_distance else 1.0)
    return total


@fast_kernel
def attract(s, c, pairs, weights, is_distance, factor):
    """Take the ties' attraction, weight / (factor·distance), from c at their pairs."""
    share = c.dtype.type(1.0 / factor)
    for t in range(pairs.size):
        p = pairs[t]
        force = c.dtype.type(weights[t]) * share
        c[p] -= force / s[p] if is_distance else force


@fast_kernel
def attract_all(s, c, weights, is_distance, factor):
    """The same where every pair has an expected tie."""
    share = c.dtype.type(1.0 / factor)
    for p in range(weights.size):
        force = c.dtype.type(weights[p]) * share
        c[p] -= force / s[p] if is_distance else force


@fast_kernel
def softplus_sum(s, size, similarity, b):
    """Turn s into η in place and return Σ log(1 + exp(η))."""
    if similarity == 0:
        for p in range(size):
            s[p] = b - np.sqrt(s[p])
    elif similarity == 1:
        for p in range(size):
            s[p] = b - s[p]
    else:
        for p in range(size):
            s[p] += b
    total = 0.0
    for start in range(0, size, _PRODUCT):
        product = 1.0
        for p in range(start, smaller(start + _PRODUCT, size)):
            product *= 1.0 + exp(-abs(s[p]))
            total += larger(s[p], 0.0)
        total += math.log(product)
    return total


@fast_kernel
def weighted_softplus_row(eta, weight_i, weights):
    """Σ over a row of (weight_i + weights_j)·log(1 + exp(η)), weights 0 or 1."""
    total = 0.0
    for start in range(0, eta.size, _PRODUCT):
        product = 1.0
        for j in range(start, smaller(start + _PRODUCT, eta.size)):
            weight = weight_i + weights[j]
            factor = 1.0 + exp(-abs(eta[j]))
            product *= (1.0 if weight == 0.0 else factor) * (factor if weight == 2.0 else 1.0)
            total += weight * larger(eta[j], 0.0)
        total += math.log(product)
    return total


@fast_kernel
def add_probabilities(s, c, size, is_distance, total):
    """Add p of packed pairs, from their forces, to `total`."""
    for p in range(size):
        total[p] += c[p] * s[p] if is_distance else c[p]
