"""The fused kernels of the plain models: Bernoulli ties (logit), an intercept and one similarity.

They stand behind the same verbs as the composed target (`linear_predictor.py`), whose value and gradient they must
equal. What makes them fast: η is symmetric, so a directed network costs as much as an undirected one, with a
multiplicity (how many of i→j and j→i were observed) on each unordered pair; the sum over all pairs is branch-free, and
ties and unobserved dyads are sparse corrections to it; pairs are packed over rows (row i over j < i), so that short
rows of small networks still fill a vector register; and HMC's forces are float32 (the arrays' dtype decides), while
energies are float64.

Notation: s is the pair's squared distance (or inner product), η the linear predictor, p = logistic(η), c the force per
unit of displacement.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import exp, fast_kernel, inline_kernel, kernel
from latentnet.likelihood.fused_data import BILINEAR, DISTANCE

__all__ = ["fill_pairs", "forces_of_pairs", "fused_actor_log_likelihood", "fused_gradient", "fused_log_likelihood"]

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
def _fill_row(z, i, bilinear, s):
    """Squared distances, or inner products, of one actor with all, itself included."""
    s[:] = 0.0
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
            distance = np.sqrt(max(s[p], tiny))
            force = one / ((one + exp(min(distance - b, large))) * distance)
            s[p] = distance
            c[p] = force
            total += force * distance
    elif similarity == 1:
        for p in range(size):
            probability = one / (one + exp(min(s[p] - b, large)))
            c[p] = probability
            total += probability
    else:
        for p in range(size):
            probability = one / (one + exp(min(-b - s[p], large)))
            c[p] = probability
            total += probability
    return total


@fast_kernel
def _scatter_euclidean(z, c, first, last, factor, forces):
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
def _scatter_bilinear(z, c, first, last, factor, forces):
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
def _weigh_rows(c, observed, first, last):
    """Multiply each packed pair by observed[i] + observed[j]."""
    p = 0
    for i in range(first, last):
        row = c[p : p + i]
        for j in range(row.size):
            row[j] *= c.dtype.type(observed[i] + observed[j])
        p += i


@fast_kernel
def _sum_probabilities(c, distance, size, is_distance):
    """Σ p of packed pairs from their forces. Loops that sum are apart from those that store: see `with_scratch`."""
    total = 0.0
    for p in range(size):
        total += c[p] * (distance[p] if is_distance else 1.0)
    return total


@kernel
def fused_gradient(likelihood, theta, gradient):
    """Add the gradient of the log-likelihood to `gradient`."""
    target = likelihood.data
    n, d = target.n_actors, target.n_dims
    z, forces, s, c = likelihood.positions, likelihood.forces, likelihood.pairs[0], likelihood.pairs[1]
    real = z.dtype.type
    for k in range(d):
        for i in range(n):
            z[k, i] = real(theta[k * n + i])
            forces[k, i] = real(0.0)
    b = real(theta[target.intercept] if target.intercept >= 0 else 0.0)
    bilinear = target.similarity == BILINEAR
    slope = 0.0
    for block in range(target.blocks.size - 1):
        first, last = target.blocks[block], target.blocks[block + 1]
        size = fill_pairs(z, first, last, bilinear, s)
        expected = target.multiplicity * forces_of_pairs(s, c, size, target.similarity, b)
        if target.multiplicity == 0.0:
            _weigh_rows(c, target.observed, first, last)
            expected = _sum_probabilities(c, s, size, target.similarity == DISTANCE)
        expected -= _drop_holes(target, block, s, c)
        slope += _pull_ties(target, block, first, size, s, c) - expected
        factor = real(target.multiplicity if target.multiplicity > 0.0 else 1.0)
        if bilinear:
            _scatter_bilinear(z, c, first, last, factor, forces)
        else:
            _scatter_euclidean(z, c, first, last, factor * real(target.similarity + 1), forces)
    for k in range(d):
        for i in range(n):
            gradient[k * n + i] += forces[k, i]
    if target.intercept >= 0:
        gradient[target.intercept] += slope


@inline_kernel
def _drop_holes(target, block, s, c):
    """Take the unobserved dyads' forces out of c; return their Σ p."""
    total = 0.0
    factor = target.multiplicity if target.multiplicity > 0.0 else 1.0
    for t in range(target.hole_starts[block], target.hole_starts[block + 1]):
        p = target.hole_pairs[t]
        length = s[p] if target.similarity == DISTANCE else 1.0
        total += (1.0 - target.hole_kept[t]) * factor * c[p] * length
        c[p] = c.dtype.type(c[p] * target.hole_kept[t])
    return total


@fast_kernel
def _attract(s, c, pairs, weights, is_distance, factor):
    """Take the ties' attraction, weight / (factor·distance), from c at their pairs."""
    share = c.dtype.type(1.0 / factor)
    for t in range(pairs.size):
        p = pairs[t]
        force = c.dtype.type(weights[t]) * share
        c[p] -= force / s[p] if is_distance else force


@fast_kernel
def _attract_all(s, c, weights, is_distance, factor):
    """The same where every pair has an expected tie."""
    share = c.dtype.type(1.0 / factor)
    for p in range(weights.size):
        force = c.dtype.type(weights[p]) * share
        c[p] -= force / s[p] if is_distance else force


@inline_kernel
def _pull_ties(target, block, first, size, s, c):
    """Put the ties' attraction into c; return their total weight."""
    factor = target.multiplicity if target.multiplicity > 0.0 else 1.0
    if target.expected_ties.size > 0:
        start = first * (first - 1) // 2
        expected = target.expected_ties[start : start + size]
        _attract_all(s, c, expected, target.similarity == DISTANCE, factor)
        return expected.sum()
    start, end = target.tie_starts[block], target.tie_starts[block + 1]
    pairs, weights = target.tie_pairs[start:end], target.tie_weights[start:end]
    _attract(s, c, pairs, weights, target.similarity == DISTANCE, factor)
    return target.tie_totals[block]


@fast_kernel
def _softplus_sum(s, size, similarity, b):
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
        for p in range(start, min(start + _PRODUCT, size)):
            product *= 1.0 + exp(-abs(s[p]))
            total += max(s[p], 0.0)
        total += math.log(product)
    return total


@fast_kernel
def _weighted_softplus_row(eta, weight_i, weights):
    """Σ over a row of (weight_i + weights_j)·log(1 + exp(η)), weights 0 or 1."""
    total = 0.0
    for start in range(0, eta.size, _PRODUCT):
        product = 1.0
        for j in range(start, min(start + _PRODUCT, eta.size)):
            weight = weight_i + weights[j]
            factor = 1.0 + exp(-abs(eta[j]))
            product *= (1.0 if weight == 0.0 else factor) * (factor if weight == 2.0 else 1.0)
            total += weight * max(eta[j], 0.0)
        total += math.log(product)
    return total


@inline_kernel
def _softplus(eta):
    return max(eta, 0.0) + math.log1p(math.exp(-abs(eta)))


@kernel
def fused_log_likelihood(likelihood, theta):
    """Log-likelihood of all observed dyads, float64 throughout."""
    target = likelihood.data
    n = target.n_actors
    z = theta[: target.n_dims * n].reshape(target.n_dims, n)
    b = theta[target.intercept] if target.intercept >= 0 else 0.0
    s = target.energies
    value = 0.0
    for block in range(target.blocks.size - 1):
        first, last = target.blocks[block], target.blocks[block + 1]
        size = fill_pairs(z, first, last, target.similarity == BILINEAR, s)
        softplus = target.multiplicity * _softplus_sum(s, size, target.similarity, b)
        if target.multiplicity == 0.0:
            p = 0
            for i in range(first, last):
                softplus += _weighted_softplus_row(s[p : p + i], target.observed[i], target.observed)
                p += i
        value -= softplus
        if target.expected_ties.size > 0:
            weights = target.expected_ties[first * (first - 1) // 2 :]
            for p in range(size):
                value += weights[p] * s[p]
        else:
            for t in range(target.tie_starts[block], target.tie_starts[block + 1]):
                value += target.tie_weights[t] * s[target.tie_pairs[t]]
        if target.hole_starts[block] < target.hole_starts[block + 1]:
            value += _holes_softplus(target, block, first, last, s)
    return value


@inline_kernel
def _holes_softplus(target, block, first, last, s):
    """Σ over unobserved dyads of the block of the softplus that the sum over all pairs took too much."""
    total = 0.0
    i, start = first, 0
    for t in range(target.hole_starts[block], target.hole_starts[block + 1]):
        p = target.hole_pairs[t]
        while p >= start + i:  # holes are sorted, so the row is found by walking on
            start += i
            i += 1
        multiplicity = target.multiplicity
        if multiplicity == 0.0:
            multiplicity = target.observed[i] + target.observed[p - start]
        total += (1.0 - target.hole_kept[t]) * multiplicity * _softplus(s[p])
    return total


@kernel
def fused_actor_log_likelihood(likelihood, theta, actor):
    """Log-likelihood of the dyads that the actor is part of."""
    target = likelihood.data
    n = target.n_actors
    z = theta[: target.n_dims * n].reshape(target.n_dims, n)
    b = theta[target.intercept] if target.intercept >= 0 else 0.0
    s = target.energies
    _fill_row(z, actor, target.similarity == BILINEAR, s[:n])
    softplus = target.multiplicity * _softplus_sum(s, n, target.similarity, b)
    self_multiplicity = target.multiplicity
    if target.multiplicity == 0.0:
        softplus = _weighted_softplus_row(s[:n], target.observed[actor], target.observed)
        self_multiplicity = 2.0 * target.observed[actor]
    value = self_multiplicity * _softplus(s[actor]) - softplus
    for t in range(target.neighbour_starts[actor], target.neighbour_starts[actor + 1]):
        value += target.neighbour_weights[t] * s[target.neighbours[t]]
    for t in range(target.gap_starts[actor], target.gap_starts[actor + 1]):
        j = target.gaps[t]
        multiplicity = target.multiplicity
        if multiplicity == 0.0:
            multiplicity = target.observed[actor] + target.observed[j]
        value += (1.0 - target.gap_kept[t]) * multiplicity * _softplus(s[j])
    return value
