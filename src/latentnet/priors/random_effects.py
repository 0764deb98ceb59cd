"""Random effects: the density of correlated ones, and exact draws of variances and levels given everything else."""

from __future__ import annotations

import math

from latentnet.compiled import inline_kernel
from latentnet.priors.intercept import deviation
from latentnet.priors.inverse_chi_square import scale_log_density

__all__ = [
    "DF",
    "FIRST",
    "LAST",
    "SCALE",
    "SHIFT",
    "START",
    "STOP",
    "V0",
    "add_correlation_gradient",
    "correlation_log_density",
    "redraw_variances",
    "shift_effects",
    "shift_level",
    "with_intercepts",
]

# Columns of the table of groups (`Prior.groups`).
START, STOP, SCALE, V0, DF, SHIFT, FIRST, LAST = range(8)
_STEPS = 10


@inline_kernel
def _squares(theta, group):
    total = 0.0
    for p in range(int(group[START]), int(group[STOP])):
        total += theta[p] * theta[p]
    return total


@inline_kernel
def _products(theta, first, second):
    a, b = int(first[START]), int(second[START])
    total = 0.0
    for i in range(int(first[STOP]) - a):
        total += theta[a + i] * theta[b + i]
    return total


@inline_kernel
def _of_correlation(count, squares, product, x):
    """Log density of `count` standardised pairs over that of independent ones, and of x = atanh ρ.

    ρ has density ¾(1 − ρ²), the LKJ prior with shape 2 (Lewandowski, Kurowicka & Joe 2009). `squares` is the sum of
    both squares, `product` that of products.
    """
    rho, spread = math.tanh(x), math.cosh(x) ** -2.0  # 1 − ρ²
    apart = (rho * rho * squares - 2.0 * rho * product) / (2.0 * spread)
    return (2.0 - 0.5 * count) * math.log(spread) + math.log(0.75) - apart


@inline_kernel
def correlation_log_density(groups, correlation, theta):
    """What correlation adds to the log density of two groups as independent ones, with the prior of atanh ρ."""
    first, second = groups[correlation[0]], groups[correlation[1]]
    log_a, log_b = theta[int(first[SCALE])], theta[int(second[SCALE])]
    squares = _squares(theta, first) * math.exp(-2.0 * log_a) + _squares(theta, second) * math.exp(-2.0 * log_b)
    product = _products(theta, first, second) * math.exp(-log_a - log_b)
    return _of_correlation(first[STOP] - first[START], squares, product, theta[correlation[2]])


@inline_kernel
def add_correlation_gradient(groups, correlation, theta, gradient):
    """Add the gradient of `correlation_log_density` to `gradient`."""
    first, second = groups[correlation[0]], groups[correlation[1]]
    a, b, count = int(first[START]), int(second[START]), int(first[STOP] - first[START])
    scale_a, scale_b, index = int(first[SCALE]), int(second[SCALE]), correlation[2]
    inverse_a, inverse_b = math.exp(-theta[scale_a]), math.exp(-theta[scale_b])
    rho, spread = math.tanh(theta[index]), math.cosh(theta[index]) ** -2.0
    of_a = of_b = product = 0.0
    for i in range(count):
        u, v = theta[a + i] * inverse_a, theta[b + i] * inverse_b
        of_a += u * u
        of_b += v * v
        product += u * v
    for i in range(count):
        u, v = theta[a + i] * inverse_a, theta[b + i] * inverse_b
        gradient[a + i] -= inverse_a * (rho * rho * u - rho * v) / spread
        gradient[b + i] -= inverse_b * (rho * rho * v - rho * u) / spread
    gradient[scale_a] += (rho * rho * of_a - rho * product) / spread
    gradient[scale_b] += (rho * rho * of_b - rho * product) / spread
    apart = rho * rho * (of_a + of_b) - 2.0 * rho * product
    gradient[index] += count * rho - (rho * (of_a + of_b) - product) - rho * apart / spread - 4.0 * rho


@inline_kernel
def _partner(correlations, g):
    """The correlation that a group is part of, -1 without one, and the other group."""
    for c in range(correlations.shape[0]):
        for side in range(2):
            if correlations[c, side] == g:
                return c, correlations[c, 1 - side]
    return -1, -1


@inline_kernel
def _walk_covariance(groups, correlation, theta, rng):
    """A few Metropolis steps of both log σ and atanh ρ given the values: they cost three sums, and no likelihood."""
    first, second, index = groups[correlation[0]], groups[correlation[1]], correlation[2]
    scale_a, scale_b, count = int(first[SCALE]), int(second[SCALE]), first[STOP] - first[START]
    of_a, of_b, product = _squares(theta, first), _squares(theta, second), _products(theta, first, second)
    spread = 1.4 / math.sqrt(2.0 * count + 3.0)
    old_a, old_b, old_x = theta[scale_a], theta[scale_b], theta[index]
    old = 0.0
    for step in range(_STEPS + 1):  # the first pass finds the density of where it is
        moved = spread if step > 0 else 0.0
        log_a, log_b = old_a + moved * rng.standard_normal(), old_b + moved * rng.standard_normal()
        x = old_x + 1.4 * moved * rng.standard_normal()
        by_a, by_b = math.exp(-2.0 * log_a), math.exp(-2.0 * log_b)
        new = scale_log_density(log_a, first[V0], first[DF]) + scale_log_density(log_b, second[V0], second[DF])
        new -= 0.5 * (of_a * by_a + of_b * by_b) + count * (log_a + log_b)
        new += _of_correlation(count, of_a * by_a + of_b * by_b, product * math.exp(-log_a - log_b), x)
        if step == 0 or math.log(rng.random()) < new - old:
            old_a, old_b, old_x, old = log_a, log_b, x, new
    theta[scale_a], theta[scale_b], theta[index] = old_a, old_b, old_x


@inline_kernel
def redraw_variances(prior, theta, rng):
    """Gibbs draw of each random effect's variance given its values."""
    groups = prior.groups
    for g in range(groups.shape[0]):
        group = groups[g]
        count = group[STOP] - group[START]
        if count > 0.0 and _partner(prior.correlations, g)[0] < 0:
            total = group[DF] * group[V0] + _squares(theta, group)
            chi_square = 2.0 * rng.standard_gamma(0.5 * (group[DF] + count))
            theta[int(group[SCALE])] = 0.5 * math.log(total / chi_square)
    for c in range(prior.correlations.shape[0]):
        _walk_covariance(groups, prior.correlations[c], theta, rng)


@inline_kernel
def with_intercepts(precision, group, level, theta):
    """Precision of a shift of a group's level, with what its intercepts add that move against it; and their pull."""
    pull = 0.0
    for p in range(int(group[FIRST]), int(group[LAST])):
        of_intercept = level.precision[p] * group[SHIFT]
        precision += of_intercept * group[SHIFT]
        pull += of_intercept * deviation(level, theta, p)
    return precision, pull


@inline_kernel
def shift_level(precision, pull, group, level, theta, rng):
    """Draw the shift, and make it."""
    shift = pull / precision + rng.standard_normal() / math.sqrt(precision)
    for p in range(int(group[START]), int(group[STOP])):
        theta[p] += shift
    for p in range(int(group[FIRST]), int(group[LAST])):
        theta[level.intercept + p] -= group[SHIFT] * shift


@inline_kernel
def shift_effects(prior, theta, rng):
    """Draw the level of each random effect exactly, against the intercepts: no linear predictor changes."""
    groups, level = prior.groups, prior.level
    for g in range(groups.shape[0]):
        group = groups[g]
        if group[SHIFT] == 0.0 or group[FIRST] == group[LAST]:
            continue
        start, stop = int(group[START]), int(group[STOP])
        precision = math.exp(-2.0 * theta[int(group[SCALE])])
        slope, other = 0.0, start
        c, partner = _partner(prior.correlations, g)
        if c >= 0:  # given the other effect, values are N(slope·other, (1 − ρ²)·σ²)
            x = theta[prior.correlations[c, 2]]
            slope = math.tanh(x) * math.exp(theta[int(group[SCALE])] - theta[int(groups[partner, SCALE])])
            other = int(groups[partner, START])
            precision *= math.cosh(x) ** 2
        total, pull = with_intercepts(precision * (stop - start), group, level, theta)
        for i in range(stop - start):
            pull -= precision * (theta[start + i] - slope * theta[other + i])
        shift_level(total, pull, group, level, theta, rng)
