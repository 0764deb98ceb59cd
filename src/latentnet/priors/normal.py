"""The normal prior."""

from __future__ import annotations

import math

from latentnet.compiled import fast_kernel, small_kernel

__all__ = ["normal_log_density", "pull_to_zero"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@small_kernel
def normal_log_density(squares, count, log_scale):
    """Log density of `count` values N(0, σ²) whose squares sum to `squares`; log_scale = log σ."""
    return -0.5 * squares * math.exp(-2.0 * log_scale) - count * (log_scale + _HALF_LOG_TWO_PI)


@fast_kernel
def pull_to_zero(values, precision, gradient):
    """Add the gradient by values N(0, 1/precision) to `gradient`; returns the sum of their squares."""
    for p in range(values.size):
        gradient[p] -= precision * values[p]
    squares = 0.0  # apart from the loop that stores: the order of a sum must not hang on where the arrays lie
    for p in range(values.size):
        squares += values[p] * values[p]
    return squares
