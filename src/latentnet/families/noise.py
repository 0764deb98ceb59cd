"""Noise of a respondent's utilities: its distribution under each link, as compiled scalar functions and sums.

A utility is u = η + noise and a tie stands for u > 0, so with F the noise's distribution function F(−η) = 1 − p: the
logistic, the standard normal, or Gumbel's exp(−exp(−x)) where log(1 − p) = −exp(η).
"""

from __future__ import annotations

import math

from latentnet.compiled import exp, fast_kernel, softplus

__all__ = [
    "CLOGLOG",
    "LOGIT",
    "PROBIT",
    "ROOT_2PI",
    "add_reversed_hazards",
    "log_above",
    "log_below",
    "log_density",
    "log_density_slope",
    "log_hazard",
    "reversed_hazard",
    "scaled_tail",
    "sum_log_below",
    "tie_log_likelihoods",
    "tie_scores",
]

LOGIT, PROBIT, CLOGLOG = 0, 1, 2

ROOT_2PI = math.sqrt(2.0 * math.pi)
_LOG_ROOT_2PI = math.log(ROOT_2PI)
_LOG_LARGEST = 690.0  # exp of this can still be added up over any number of actors

# (1 + 2x)·exp(x²)·erfc(x) for x ≥ 0 as a polynomial in (x − 3.75) / (x + 3.75), interpolated at the Chebyshev points:
# relative error 4e-15. One branch-free polynomial, so loops over it vectorise.
_ERFCX = (
    1.2375126308378264,
    -0.14024059858550575,
    0.0035854154857627857,
    0.08227673848704045,
    -0.10880393015433062,
    0.09230432122771155,
    -0.05869339838397541,
    0.02836227674782648,
    -0.009746581262494456,
    0.0017556295487634313,
    0.0002937218341919264,
    -0.00029016639136143893,
    5.162479200942778e-05,
    2.241015775977701e-05,
    -1.1397625287921655e-05,
    -1.0084713725546233e-06,
    1.6939254478276176e-06,
    -2.7685663849700945e-08,
    -2.1321360409864602e-07,
    8.512559451761331e-09,
    1.7312209083118933e-08,
)
(_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13, _C14, _C15, _C16, _C17, _C18, _C19, _C20) = (
    _ERFCX
)


@fast_kernel
def scaled_tail(x):
    """Φ(−|x|)·exp(x²/2)."""
    x = abs(x) * math.sqrt(0.5)
    t = (x - 3.75) / (x + 3.75)
    p = _C14 + t * (_C15 + t * (_C16 + t * (_C17 + t * (_C18 + t * (_C19 + t * _C20)))))
    p = _C7 + t * (_C8 + t * (_C9 + t * (_C10 + t * (_C11 + t * (_C12 + t * (_C13 + t * p))))))
    p = _C0 + t * (_C1 + t * (_C2 + t * (_C3 + t * (_C4 + t * (_C5 + t * (_C6 + t * p))))))
    return 0.5 * p / (1.0 + 2.0 * x)


@fast_kernel
def log_below(link, x):
    """Logarithm of F(x)."""
    if link == LOGIT:
        return -softplus(-x)
    if link == CLOGLOG:
        return -exp(min(-x, _LOG_LARGEST))
    tail = scaled_tail(x)
    if x < 0.0:
        return math.log(tail) - 0.5 * x * x
    return math.log1p(-tail * exp(-0.5 * x * x))


@fast_kernel
def log_above(link, x):
    """log(1 − F(x))."""
    if link == LOGIT:
        return -softplus(x)
    if link == PROBIT:
        return log_below(link, -x)
    return -x if x > 40.0 else math.log(-math.expm1(-exp(min(-x, _LOG_LARGEST))))


@fast_kernel
def log_hazard(link, x):
    """log(f / (1 − F)) at x, f the density."""
    if link == LOGIT:
        return -softplus(-x)
    if link == CLOGLOG:
        return -x - exp(min(-x, _LOG_LARGEST)) - log_above(link, x)
    if x < 0.0:
        return -0.5 * x * x - _LOG_ROOT_2PI - log_above(link, x)
    return -_LOG_ROOT_2PI - math.log(scaled_tail(x))


@fast_kernel
def log_density(link, x):
    """Logarithm of the density f(x)."""
    if link == LOGIT:
        return -abs(x) - 2.0 * softplus(-abs(x))
    if link == PROBIT:
        return -0.5 * x * x - _LOG_ROOT_2PI
    return -x - exp(min(-x, _LOG_LARGEST))


@fast_kernel
def log_density_slope(link, x):
    """Derivative of `log_density`."""
    if link == LOGIT:
        return 2.0 / (1.0 + exp(x)) - 1.0
    return -x if link == PROBIT else exp(min(-x, _LOG_LARGEST)) - 1.0


@fast_kernel
def reversed_hazard(link, x):
    """Derivative of `log_below`, f / F at x."""
    if link == LOGIT:
        return 1.0 / (1.0 + exp(x))
    if link == CLOGLOG:
        return exp(min(-x, _LOG_LARGEST))
    tail = scaled_tail(x)
    if x < 0.0:
        return exp(-_LOG_ROOT_2PI) / tail
    density = exp(-0.5 * x * x)
    return exp(-_LOG_ROOT_2PI) * density / (1.0 - tail * density)


@fast_kernel
def sum_log_below(link, eta, t):
    """Σ log F(t − η)."""
    total = 0.0
    if link == LOGIT:
        for k in range(eta.size):
            total -= softplus(eta[k] - t)
    elif link == CLOGLOG:
        for k in range(eta.size):
            total -= exp(min(eta[k] - t, _LOG_LARGEST))
    else:  # one logarithm for the product of 32 factors, which are above 1e-9 for |x| < 1e8
        for start in range(0, eta.size, 32):
            product, squares = 1.0, 0.0
            for k in range(start, min(start + 32, eta.size)):
                x = t - eta[k]
                tail = scaled_tail(x)
                product *= tail if x < 0.0 else 1.0 - tail * exp(-0.5 * x * x)
                squares += min(x, 0.0) ** 2
            total += math.log(product) - 0.5 * squares
    return total


@fast_kernel
def add_reversed_hazards(link, eta, t, weight, out):
    """Add weight · f/F at t − η to `out`, each η at its own place."""
    if link == LOGIT:
        for k in range(eta.size):
            out[k] += weight / (1.0 + exp(t - eta[k]))
    elif link == CLOGLOG:
        for k in range(eta.size):
            out[k] += weight * exp(min(eta[k] - t, _LOG_LARGEST))
    else:
        for k in range(eta.size):
            x = t - eta[k]
            tail, density = scaled_tail(x), exp(-0.5 * x * x)
            ratio = exp(-_LOG_ROOT_2PI) / (tail if x < 0.0 else 1.0 - tail * density)
            out[k] += weight * ratio * (1.0 if x < 0.0 else density)


@fast_kernel
def tie_log_likelihoods(link, y, observed, eta, out):
    """Log-probability of each binary tie; 0 where it was not observed."""
    if link == LOGIT:
        for p in range(eta.size):
            out[p] = observed[p] * (y[p] * eta[p] - softplus(eta[p]))
        return
    for p in range(eta.size):
        out[p] = 0.0
        if observed[p]:
            out[p] = log_above(link, -eta[p]) if y[p] > 0.0 else log_below(link, -eta[p])


@fast_kernel
def tie_scores(link, y, observed, eta, out):
    """Derivative of each `tie_log_likelihoods` by its η."""
    if link == LOGIT:
        for p in range(eta.size):
            out[p] = observed[p] * (y[p] - 1.0 / (1.0 + exp(-eta[p])))
        return
    for p in range(eta.size):
        out[p] = 0.0
        if observed[p]:
            out[p] = exp(log_hazard(link, -eta[p])) if y[p] > 0.0 else -reversed_hazard(link, -eta[p])
