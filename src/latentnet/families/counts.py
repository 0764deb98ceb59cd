"""What the families of counts share: factorials, ratios of gamma functions, draws and the check of the values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from latentnet.checks import shown
from latentnet.compiled import kernel
from latentnet.network.dyads import tie_place

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["check_counts", "digamma", "draw_counts", "log_factorial", "log_rising", "log_rising_slope"]

_LOG_FACTORIALS = np.array([math.lgamma(k + 1.0) for k in range(256)])
_LARGE = 16.0  # from here on the asymptotic series below are exact to rounding
_LARGEST_DRAWN = 1e12  # beyond it Poisson draws are normal ones, rounded; NumPy's end at 9e18


def check_counts(network: Network, family: str) -> None:
    """Raise a ValueError unless every tie is a count."""
    values = network.ties.data
    wrong = np.flatnonzero((values < 0.0) | (values != np.floor(values)))
    if wrong.size:
        raise ValueError(
            f"family {shown(family)} needs counts (0, 1, 2, ...), but the value {tie_place(network, int(wrong[0]))} is "
            f"{values[wrong[0]]:g}, and values run from {min(values.min(), 0.0):g} to {values.max():g}; round them, or "
            "use family 'gaussian' for real values, 'ordinal' for grades"
        )


def draw_counts(mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poisson draws as float64, of the shape of `mean`, which may be as large as you like."""
    huge = mean > _LARGEST_DRAWN
    drawn = rng.poisson(np.where(huge, 0.0, mean)).astype(np.float64)
    if huge.any():
        drawn = np.where(huge, np.rint(mean + np.sqrt(mean) * rng.standard_normal(mean.shape)), drawn)
    return drawn


@kernel
def log_factorial(y):
    """Log Γ(y + 1), also for fractions."""
    k = int(min(max(y, 0.0), 255.0))
    return _LOG_FACTORIALS[k] if k == y else math.lgamma(y + 1.0)


@kernel
def digamma(x):
    """ψ(x) for x > 0."""
    below = 0.0
    while x < _LARGE:
        below += 1.0 / x
        x += 1.0
    return math.log(x) - 0.5 / x - _digamma_rest(x) - below


@kernel
def _digamma_rest(x):
    """Log x − 1/(2x) − ψ(x) for large x."""
    v = 1.0 / (x * x)
    return v * (1.0 / 12.0 - v * (1.0 / 120.0 - v * (1.0 / 252.0 - v * (1.0 / 240.0 - v * (1.0 / 132.0)))))


@kernel
def _stirling_rest(x):
    """Log Γ(x) − (x − 1/2) log x + x − log √(2π) for large x."""
    v = 1.0 / (x * x)
    return (1.0 / 12.0 - v * (1.0 / 360.0 - v * (1.0 / 1260.0 - v * (1.0 / 1680.0 - v * (1.0 / 1188.0))))) / x


@kernel
def log_rising(y, r):
    """Log of Γ(y + r) / (Γ(r) r^y), which goes to 0 for large r, without cancellation."""
    if r < _LARGE:
        return math.lgamma(y + r) - math.lgamma(r) - y * math.log(r)
    return (r + y - 0.5) * math.log1p(y / r) - y + _stirling_rest(r + y) - _stirling_rest(r)


@kernel
def log_rising_slope(y, r):
    """Derivative of `log_rising` with respect to −log r: y − r·(ψ(y + r) − ψ(r))."""
    if r < _LARGE:
        return y - r * (digamma(y + r) - digamma(r))
    of_halves = 0.5 * y / (r + y)
    return (y - r * math.log1p(y / r)) - of_halves - r * (_digamma_rest(r) - _digamma_rest(r + y))
