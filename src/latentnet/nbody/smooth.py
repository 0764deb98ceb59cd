"""The smooth part of a pair's term: the term itself beyond a cut-off, and within it a polynomial that joins smoothly.

The term is log(1 + exp(b − d)) of two points at distance d. Within the cut-off the smooth part is the Taylor series of
degree 5 in d² about the cut-off's square, so that it has five continuous derivatives everywhere, and none of the
term's kink at d = 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from latentnet.compiled import exp, fast_kernel, softplus

__all__ = ["DEGREE", "exponential_slopes", "fill_smooth", "softplus_slopes", "taylor"]

DEGREE = 5


def softplus_slopes(eta: float) -> list[float]:
    """log(1 + exp(η)) and its derivatives."""
    p = float(expit(eta))
    q = p * (1.0 - p)
    return [
        float(np.logaddexp(0.0, eta)),
        p,
        q,
        q * (1.0 - 2.0 * p),
        q * (1.0 - 6.0 * q),
        q * (1.0 - 2.0 * p) * (1.0 - 12.0 * q),
        q * (1.0 - 30.0 * q + 120.0 * q * q),
    ]


def exponential_slopes(eta: float) -> list[float]:
    """exp(η) and its derivatives."""
    return [float(np.exp(eta))] * (DEGREE + 2)


def taylor(intercept: float, cutoff: float, slopes: Callable[[float], list[float]] = softplus_slopes) -> np.ndarray:
    """Coefficients of the polynomials in t = d² − cutoff², lowest first.

    Parameters
    ----------
    intercept : float
        b of the term.
    cutoff : float
    slopes : callable
        The term, a function of η = b − d, and its first DEGREE + 1 derivatives.

    Returns
    -------
    ndarray of shape (2, DEGREE + 1)
        Of the term, and of its derivative by b.
    """
    derivatives = slopes(intercept - cutoff)
    # η − η(cutoff) = cutoff − √(cutoff² + t), by the binomial series.
    step, root = np.zeros(DEGREE + 1), cutoff
    for m in range(1, DEGREE + 1):
        root *= (1.5 - m) / m / cutoff**2
        step[m] = -root
    out, power = np.zeros((2, DEGREE + 1)), np.zeros(DEGREE + 1)
    power[0] = 1.0
    for m in range(DEGREE + 1):
        out += np.outer(derivatives[m : m + 2], power)
        power = np.convolve(power, step)[: DEGREE + 1] / (m + 1)
    return out


@fast_kernel
def fill_smooth(squared, intercept, cutoff, series, out):
    """Smooth parts of terms at squared distances (size,), and their derivatives by the intercept: out (2, size).

    `series` has the rows of `taylor` as tuples: loops over what might change do not vectorise.
    """
    (c0, c1, c2, c3, c4, c5), (b0, b1, b2, b3, b4, b5) = series
    square, terms, slopes = cutoff * cutoff, out[0], out[1]
    for p in range(squared.size):
        eta = intercept - np.sqrt(squared[p])
        e = exp(-abs(eta))
        r = 1.0 / (1.0 + e)
        probability = r if eta > 0.0 else e * r
        t = min(squared[p], square) - square
        inner = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
        slope = b0 + t * (b1 + t * (b2 + t * (b3 + t * (b4 + t * b5))))
        far = softplus(eta)
        terms[p] = inner if t < 0.0 else far
        slopes[p] = slope if t < 0.0 else probability
