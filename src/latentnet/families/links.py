"""Mathematics of the links that stays right where exp or the normal distribution function underflow.

Compiled under strict rules, whatever those of the caller.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import kernel

__all__ = [
    "LARGEST_LOG_MEAN",
    "capped_mean",
    "cloglog_log_probability",
    "cloglog_slope",
    "logit",
    "normal_log_cdf",
    "normal_log_cdf_slope",
]

# Beyond it exp(η) goes on as a straight line in log-likelihoods and as a constant in scores: finite in sums of squares.
LARGEST_LOG_MEAN = 300.0

_SQRT_HALF = math.sqrt(0.5)
_LOG_SQRT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_TAIL = -30.0  # below it the asymptotic series of the normal's tail is exact to rounding


def capped_mean(log_mean: np.ndarray) -> np.ndarray:
    """exp(log_mean), at most exp(`LARGEST_LOG_MEAN`)."""
    return np.asarray(np.exp(np.minimum(log_mean, LARGEST_LOG_MEAN)))


def logit(probability: float) -> float:
    """Log odds of a probability, kept within 0.001 and 0.999."""
    kept = min(max(probability, 1e-3), 1.0 - 1e-3)
    return math.log(kept / (1.0 - kept))


@kernel
def _tail_ratio(x):
    """−x·Φ(x)/φ(x) for x below `_TAIL`: 1 − 1/x² + 3/x⁴ − 15/x⁶ + ..."""
    v = 1.0 / (x * x)
    return 1.0 - v * (1.0 - 3.0 * v * (1.0 - 5.0 * v * (1.0 - 7.0 * v * (1.0 - 9.0 * v))))


@kernel
def normal_log_cdf(x):
    """Log Φ(x), finite for |x| up to 1e150."""
    if x < _TAIL:
        return -0.5 * x * x - math.log(-x) - _LOG_SQRT_TWO_PI + math.log(_tail_ratio(x))
    if x < 0.0:
        return math.log(0.5 * math.erfc(-x * _SQRT_HALF))
    return math.log1p(-0.5 * math.erfc(x * _SQRT_HALF))


@kernel
def normal_log_cdf_slope(x):
    """φ(x)/Φ(x), the derivative of `normal_log_cdf`."""
    if x < _TAIL:
        return -x / _tail_ratio(x)
    return math.exp(-0.5 * x * x - _LOG_SQRT_TWO_PI) / (0.5 * math.erfc(-x * _SQRT_HALF))


@kernel
def cloglog_log_probability(x):
    """log(1 − exp(−exp(x)))."""
    if x < -30.0:
        return x - 0.5 * math.exp(x)
    if x > 7.0:  # exp(−exp(7)) is 0
        return 0.0
    e = math.exp(x)
    return math.log(-math.expm1(-e)) if e < 0.7 else math.log1p(-math.exp(-e))


@kernel
def cloglog_slope(x):
    """Derivative of `cloglog_log_probability`: e/(exp(e) − 1), e = exp(x)."""
    if x < -700.0:
        return 1.0
    if x > 6.5:  # exp(6.5) is 665: within the range of expm1
        return 0.0
    e = math.exp(x)
    return e / math.expm1(e)
