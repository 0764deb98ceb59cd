"""Blocks of random effects: several groups of the same actors, with a correlation matrix between them.

Values are D·L·w, with standard deviations D, the Cholesky factor L of the correlation matrix, and w ~ N(0, I). L is
that of partial correlations tanh x (`latentnet.priors.correlation_matrices`); the prior of the matrix is LKJ(2).
"""

from __future__ import annotations

import math

from latentnet.compiled import inline_kernel
from latentnet.priors.inverse_chi_square import scale_log_density
from latentnet.priors.random_effects import DF, FIRST, LAST, SCALE, SHIFT, START, STOP, V0, shift_level, with_intercepts

__all__ = [
    "ETA",
    "N_WORK",
    "OF",
    "PLACE",
    "SIZE",
    "add_block_gradient",
    "block_log_density",
    "block_natural_change",
    "redraw_block",
    "shift_block",
]

ETA = 2.0
# Columns of the table of blocks (`Prior.blocks`): the first of the groups, how many they are, where x begins.
OF, SIZE, PLACE = range(3)
# Matrices of the scratch: L, its inverse, sums of products of values in standard deviations (or of values), L⁻¹SL⁻ᵀ or
# the inverse of the correlation matrix.
N_WORK = 4
_SWEEPS = 3


@inline_kernel
def _log_cosh(x):
    return abs(x) + math.log1p(math.exp(-2.0 * abs(x))) - math.log(2.0)


@inline_kernel
def _fill_factors(theta, block, work):
    """L and its inverse; returns the sum of the logs of L's diagonal."""
    count, p, total = block[SIZE], block[PLACE], 0.0
    for i in range(count):
        log_rest = 0.0
        for j in range(i):
            work[0, i, j] = math.tanh(theta[p]) * math.exp(log_rest)
            log_rest -= _log_cosh(theta[p])
            p += 1
        work[0, i, i] = math.exp(log_rest)
        total += log_rest
    for j in range(count):
        work[1, j, j] = 1.0 / work[0, j, j]
        for i in range(j + 1, count):
            product = 0.0
            for k in range(j, i):
                product += work[0, i, k] * work[1, k, j]
            work[1, i, j] = -product / work[0, i, i]
    return total


@inline_kernel
def _fill_products(theta, groups, block, work):
    """Σ v·vᵀ over actors."""
    count, first = block[SIZE], block[OF]
    n = int(groups[first, STOP] - groups[first, START])
    for g in range(count):
        a = int(groups[first + g, START])
        for h in range(g + 1):
            b, total = int(groups[first + h, START]), 0.0
            for i in range(n):
                total += theta[a + i] * theta[b + i]
            work[2, g, h] = total
            work[2, h, g] = total


@inline_kernel
def _standardise_products(theta, groups, block, work):
    """Make products of values those of values in standard deviations."""
    for g in range(block[SIZE]):
        for h in range(block[SIZE]):
            of_both = theta[int(groups[block[OF] + g, SCALE])] + theta[int(groups[block[OF] + h, SCALE])]
            work[2, g, h] *= math.exp(-of_both)


@inline_kernel
def _squares_of(theta, groups, block, work, g):
    """Σ w_g² over actors, where the products are of values."""
    total = 0.0
    for h in range(g + 1):
        of_h = work[1, g, h] * math.exp(-theta[int(groups[block[OF] + h, SCALE])])
        for k in range(g + 1):
            total += of_h * work[1, g, k] * math.exp(-theta[int(groups[block[OF] + k, SCALE])]) * work[2, h, k]
    return total


@inline_kernel
def _log_prior_of_correlations(theta, block):
    """LKJ(ETA), as the density of x."""
    count, p, total = block[SIZE], block[PLACE], 0.0
    for i in range(count):
        for j in range(i):
            b = ETA + 0.5 * (count - 2 - j)
            total -= 2.0 * b * _log_cosh(theta[p])
            total -= (2.0 * b - 1.0) * math.log(2.0) + 2.0 * math.lgamma(b) - math.lgamma(2.0 * b)
            p += 1
    return total


@inline_kernel
def block_log_density(groups, block, theta, work):
    """What correlations add to the log density of groups as independent ones, with the prior of x."""
    first, count = block[OF], block[SIZE]
    n = groups[first, STOP] - groups[first, START]
    value = _log_prior_of_correlations(theta, block) - n * _fill_factors(theta, block, work)
    _fill_products(theta, groups, block, work)
    for g in range(count):
        alone = work[2, g, g] * math.exp(-2.0 * theta[int(groups[first + g, SCALE])])
        value -= 0.5 * (_squares_of(theta, groups, block, work, g) - alone)
    return value


@inline_kernel
def block_natural_change(block, theta):
    """Log Jacobian to add for a density of the correlation matrix in place of x."""
    count, p, total = block[SIZE], block[PLACE], 0.0
    for i in range(count):
        for j in range(i):
            total += (count - j) * _log_cosh(theta[p])
            p += 1
    return total


@inline_kernel
def _fill_whitened(block, work):
    """L⁻¹SL⁻ᵀ, of products of values in standard deviations."""
    count = block[SIZE]
    for g in range(count):
        for h in range(count):
            total = 0.0
            for a in range(g + 1):
                for b in range(h + 1):
                    total += work[1, g, a] * work[2, a, b] * work[1, h, b]
            work[3, g, h] = total


@inline_kernel
def _add_gradient_of_correlations(block, work, n, theta, gradient):
    """∂/∂x, where work[3] is L⁻¹SL⁻ᵀ: through ∂/∂L = L⁻ᵀ(L⁻¹SL⁻ᵀ) − n/diag(L)."""
    count, p = block[SIZE], block[PLACE]
    for i in range(count):
        log_rest = 0.0
        for j in range(i):
            x = theta[p + j]
            total = 0.0
            for to in range(j, i + 1):
                slope = -n / work[0, i, i] if to == i else 0.0
                for k in range(i, count):
                    slope += work[1, k, i] * work[3, k, to]
                if to == j:
                    total += slope * math.exp(log_rest - 2.0 * _log_cosh(x))
                else:  # these have the factor 1/cosh x
                    total -= slope * math.tanh(x) * work[0, i, to]
            gradient[p + j] += total - 2.0 * (ETA + 0.5 * (count - 2 - j)) * math.tanh(x)
            log_rest -= _log_cosh(x)
        p += i


@inline_kernel
def _fill_precision(block, work):
    """The inverse of the correlation matrix."""
    count = block[SIZE]
    for g in range(count):
        for h in range(count):
            total = 0.0
            for k in range(max(g, h), count):
                total += work[1, k, g] * work[1, k, h]
            work[3, g, h] = total


@inline_kernel
def add_block_gradient(groups, block, theta, work, gradient):
    """Add the gradient of `block_log_density` to `gradient`."""
    first, count = block[OF], block[SIZE]
    n = int(groups[first, STOP] - groups[first, START])
    _fill_factors(theta, block, work)
    _fill_products(theta, groups, block, work)
    _standardise_products(theta, groups, block, work)
    _fill_whitened(block, work)
    _add_gradient_of_correlations(block, work, float(n), theta, gradient)
    _fill_precision(block, work)
    for g in range(count):
        a, scale, pulled = int(groups[first + g, START]), int(groups[first + g, SCALE]), -work[2, g, g]
        for h in range(count):
            b = int(groups[first + h, START])
            of_h = work[3, g, h] - (1.0 if h == g else 0.0)
            pulled += work[3, g, h] * work[2, h, g]
            both = of_h * math.exp(-theta[scale] - theta[int(groups[first + h, SCALE])])
            for i in range(n):
                gradient[a + i] -= both * theta[b + i]
        gradient[scale] += pulled


@inline_kernel
def _density_of_covariance(theta, groups, block, work):
    """Log density of log σ and x given the products of values, up to a constant."""
    first, count = block[OF], block[SIZE]
    n = groups[first, STOP] - groups[first, START]
    value = _log_prior_of_correlations(theta, block) - n * _fill_factors(theta, block, work)
    for g in range(count):
        log_scale = theta[int(groups[first + g, SCALE])]
        value += scale_log_density(log_scale, groups[first + g, V0], groups[first + g, DF]) - n * log_scale
        value -= 0.5 * _squares_of(theta, groups, block, work, g)
    return value


@inline_kernel
def redraw_block(groups, block, theta, work, rng):
    """A few Metropolis steps of each log σ and x given the values: they cost a few sums, and no likelihood."""
    first, count = block[OF], block[SIZE]
    size = 1.0 / math.sqrt(groups[first, STOP] - groups[first, START] + 3.0)
    _fill_products(theta, groups, block, work)
    old = _density_of_covariance(theta, groups, block, work)
    for _ in range(_SWEEPS):
        for c in range(count + count * (count - 1) // 2):
            at = int(groups[first + c, SCALE]) if c < count else block[PLACE] + c - count
            before = theta[at]
            theta[at] += (1.7 if c < count else 2.4) * size * rng.standard_normal()
            new = _density_of_covariance(theta, groups, block, work)
            if math.log(rng.random()) < new - old:
                old = new
            else:
                theta[at] = before


@inline_kernel
def shift_block(groups, level, block, theta, work, rng):
    """Draw each group's level exactly given the other groups, against its intercepts: no linear predictor changes."""
    first_group, count = block[OF], block[SIZE]
    _fill_factors(theta, block, work)
    _fill_precision(block, work)
    for g in range(count):
        group = groups[first_group + g]
        if group[SHIFT] == 0.0 or group[FIRST] == group[LAST]:
            continue
        inverse = math.exp(-theta[int(group[SCALE])])
        alone = work[3, g, g] * inverse * inverse * (int(group[STOP]) - int(group[START]))
        total, pull = with_intercepts(alone, group, level, theta)
        for h in range(count):
            other = groups[first_group + h]
            of_h = work[3, g, h] * inverse * math.exp(-theta[int(other[SCALE])])
            for p in range(int(other[START]), int(other[STOP])):
                pull -= of_h * theta[p]
        shift_level(total, pull, group, level, theta, rng)
