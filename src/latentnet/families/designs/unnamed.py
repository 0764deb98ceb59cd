"""The people of a list one by one, at many places t at once: how likely the un-named are all below t.

All loops over places are branch-free. With a = exp(−t) and p = exp(η), F is 1 / (1 + a·p) for the logit and exp(−a·p)
for the complementary log-log, so that of the un-named only sums of powers of p are needed at any number of places:
log(1 + x) on 0 ≤ x ≤ 1 is a polynomial. Whoever is outside of that is taken directly.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from latentnet.compiled import exp, fast_kernel, kernel, log
from latentnet.families.noise import CLOGLOG, LOGIT, PROBIT, ROOT_2PI, log_below, reversed_hazard, scaled_tail

__all__ = [
    "DEGREE",
    "FACTORS",
    "LARGEST_POWER",
    "add_log_below",
    "exponentials",
    "fill_hazards",
    "fold",
    "grown",
    "write_unnamed_scores",
]

LARGEST_POWER = 40.0  # η above which powers are not used: 16 factors exp(40) can be multiplied
FACTORS = 16
DEGREE = 14


def _polynomial(function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Coefficients of x, x², … in x·function(x), 0 ≤ x ≤ 1; the relative error is below 1e-11 where −1 is singular."""
    found = np.polynomial.Chebyshev.interpolate(function, DEGREE - 1, domain=[0.0, 1.0])
    return np.asarray(found.convert(kind=np.polynomial.Polynomial, domain=[-1.0, 1.0], window=[-1.0, 1.0]).coef)


LOG1P = _polynomial(lambda x: np.log1p(x) / x)
ODDS = _polynomial(lambda x: 1.0 / (1.0 + x))


@kernel
def _powers_of(link, eta, powers, direct):
    """Write exp(η) to `powers`, 0 for those to be taken directly, whose numbers go to `direct`; return how many."""
    limit = 0.0 if link == LOGIT else LARGEST_POWER if link == CLOGLOG else -np.inf
    n_direct = 0
    for k in range(eta.size):
        direct[n_direct] = k
        n_direct += eta[k] > limit
    for k in range(eta.size):
        powers[k] = exp(eta[k]) if eta[k] <= limit else 0.0
    return n_direct


@fast_kernel
def _sum_powers(link, powers, sums):
    """Coefficients of −Σ log F(t − η) as a polynomial in exp(−t), from exp(η)."""
    sums[:] = 0.0
    scratch = powers.copy()
    for m in range(DEGREE if link == LOGIT else 1):
        total = 0.0
        for k in range(scratch.size):
            total += scratch[k]
        for k in range(scratch.size):
            scratch[k] *= powers[k]
        sums[m] = LOG1P[m] * total if link == LOGIT else total


@kernel
def exponentials(link, eta, full):
    """Of the un-named of a full list exp(η), who is taken directly, and sums of powers."""
    powers, numbers, sums = np.empty(eta.size), np.empty(eta.size, np.int64), np.empty(DEGREE)
    n_direct = 0
    if full:
        n_direct = _powers_of(link, eta, powers, numbers)
        _sum_powers(link, powers, sums)
    return powers, numbers[:n_direct], sums


@fast_kernel
def grown(y):
    """Return y / (1 − exp(−y)) for y > 0, its series where that cancels."""
    x = min(y * y, 0.25)
    series = 1.0 / 12.0 + x * (-1.0 / 720.0 + x * (1.0 / 30240.0 + x * (-1.0 / 1209600.0 + x / 47900160.0)))
    return 1.0 + 0.5 * y + x * series if y < 0.5 else y / (1.0 - exp(-y))


@fast_kernel
def fill_hazards(link, eta, t, out):
    """Hazard of one person's utility at each t."""
    if link == LOGIT:
        for q in range(t.size):
            out[q] = 1.0 / (1.0 + exp(eta - t[q]))
    elif link == CLOGLOG:
        for q in range(t.size):
            y = exp(eta - t[q])
            out[q] = grown(y) * exp(-y)
    else:
        for q in range(t.size):
            x = t[q] - eta
            tail, density = scaled_tail(x), exp(-0.5 * x * x)
            out[q] = (1.0 if x > 0.0 else density) / (ROOT_2PI * (tail if x > 0.0 else 1.0 - tail * density))


@fast_kernel
def _multiply_unnamed(link, eta, t, a, out, products):
    """Let one of the un-named into the log integrand: log F, mostly as a divisor."""
    if link == PROBIT:
        for q in range(t.size):
            x = t[q] - eta
            tail = scaled_tail(x)
            products[q] /= tail if x < 0.0 else 1.0 - tail * exp(-0.5 * x * x)
            out[q] -= 0.5 * min(x, 0.0) ** 2
    elif link == LOGIT and eta <= LARGEST_POWER:
        power = exp(eta)
        for q in range(t.size):
            products[q] *= 1.0 + a[q] * power
    else:
        for q in range(t.size):
            out[q] += log_below(link, t[q] - eta)


@fast_kernel
def fold(products, out):
    """Put the divisors into the logarithms."""
    for q in range(out.size):
        out[q] -= log(products[q])
        products[q] = 1.0


@fast_kernel
def add_log_below(link, eta, direct, sums, t, a, out, products):
    """Add Σ log F(t − η) of the un-named; `products` is scratch."""
    products[:] = 0.0
    for m in range(DEGREE - 1 if link == LOGIT else 0, -1, -1):
        for q in range(t.size):
            products[q] = (products[q] + sums[m]) * a[q]
    for q in range(t.size):
        out[q] -= products[q]
        products[q] = 1.0
    for k in range(direct.size):
        _multiply_unnamed(link, eta[direct[k]], t, a, out, products)
        if k % FACTORS == FACTORS - 1 or k == direct.size - 1:
            fold(products, out)


@fast_kernel
def write_unnamed_scores(link, eta, powers, direct, weights, t, a, scratch, out):
    """Write the expected derivatives of Σ log F(t − η) by each η; `scratch` is as long as `weights`."""
    degree, moments = DEGREE if link == LOGIT else 1, np.empty(DEGREE)
    scratch[:] = weights
    for m in range(degree):
        moment = 0.0
        for q in range(t.size):
            scratch[q] *= a[q]
        for q in range(t.size):
            moment += scratch[q]
        moments[m] = ODDS[m] * moment if link == LOGIT else moment
    out[:] = 0.0
    for m in range(degree - 1, -1, -1):
        for k in range(powers.size):
            out[k] = (out[k] - moments[m]) * powers[k]
    for k in range(direct.size):
        total = 0.0
        for q in range(t.size):
            total += weights[q] * reversed_hazard(link, t[q] - eta[direct[k]])
        out[direct[k]] = -total
