"""Naive twins of the families: densities as they stand in textbooks, in decimals of hundreds of digits.

With so many digits nothing has to be rearranged against cancellation or overflow, and a difference quotient is exact.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from math import comb, factorial, pi

import numpy as np
from scipy import special, stats

__all__ = ["LOG_DENSITIES", "log_density", "slopes"]

_STEP = Decimal(10) ** -25


def _context(eta: float, values: np.ndarray) -> decimal.Context:
    """80 digits beyond those that exp(|η|) and the exponentials of the values take."""
    digits = 80 + int((abs(eta) + float(np.abs(values).sum())) / np.log(10.0))
    return decimal.Context(prec=digits, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])


def _logistic(x: Decimal) -> Decimal:
    return _cached_logistic(x, decimal.getcontext().prec)


@lru_cache(maxsize=10_000)
def _cached_logistic(x: Decimal, digits: int) -> Decimal:
    return 1 / (1 + (-x).exp())


def _logit(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    p = _logistic(eta)
    return (p if y == 1 else 1 - p).ln()


def _cloglog(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    none = (-eta.exp()).exp()
    return (1 - none).ln() if y == 1 else -eta.exp()


def _binomial(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    n, p = int(extra), _logistic(eta)
    return (comb(n, y) * p**y * (1 - p) ** (n - y)).ln()


def _poisson(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    mean = Decimal(extra) * eta.exp()
    return y * mean.ln() - mean - Decimal(factorial(y)).ln()


def _negative_binomial(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    mean, r = eta.exp(), (-values[0]).exp()
    rising = Decimal(1)
    for k in range(y):
        rising *= r + k
    return (rising / factorial(y)).ln() + r * (r / (r + mean)).ln() + y * (mean / (r + mean)).ln()


def _gaussian(y: float, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    deviation = (Decimal(y) - eta) / values[0].exp()
    return -deviation * deviation / 2 - values[0] - (2 * Decimal(pi)).ln() / 2


def _ordinal(y: int, eta: Decimal, values: list[Decimal], extra: float) -> Decimal:
    """`y` is the place of the level."""
    cutpoints = [Decimal(0)]
    for value in values:
        cutpoints.append(cutpoints[-1] + value.exp())
    at_most = [Decimal(0), *(_logistic(c - eta) for c in cutpoints), Decimal(1)]
    return (at_most[y + 1] - at_most[y]).ln()


LOG_DENSITIES: dict[str, Callable[..., Decimal]] = {
    "logit": _logit,
    "cloglog": _cloglog,
    "binomial": _binomial,
    "poisson": _poisson,
    "negative_binomial": _negative_binomial,
    "gaussian": _gaussian,
    "ordinal": _ordinal,
}


def log_density(name: str, y: float, eta: float, values: np.ndarray, extra: float) -> float:
    """Log density of one tie; `extra` is the dyad's trials or exposure."""
    if name == "probit":
        return float(stats.norm.logcdf(eta if y == 1 else -eta))
    with decimal.localcontext(_context(eta, values)):
        return float(LOG_DENSITIES[name](y, Decimal(float(eta)), [Decimal(float(v)) for v in values], extra))


def slopes(name: str, y: float, eta: float, values: np.ndarray, extra: float) -> tuple[float, np.ndarray]:
    """Derivatives of `log_density` with respect to the linear predictor and to the family's own values."""
    if name == "probit":
        sign = 1.0 if y == 1 else -1.0
        return sign * float(np.sqrt(2.0 / pi) / special.erfcx(-sign * eta / np.sqrt(2.0))), np.zeros(0)
    with decimal.localcontext(_context(eta, values)):
        at = [Decimal(float(eta)), *(Decimal(float(v)) for v in values)]
        found = []
        for k in range(len(at)):
            above, below = list(at), list(at)
            above[k] += _STEP
            below[k] -= _STEP
            rise = LOG_DENSITIES[name](y, above[0], above[1:], extra) - LOG_DENSITIES[name](
                y, below[0], below[1:], extra
            )
            found.append(float(rise / (2 * _STEP)))
    return found[0], np.array(found[1:])
