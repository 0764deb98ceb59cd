"""The normal prior."""

from __future__ import annotations

import math

from latentnet.compiled import inline_kernel

__all__ = ["normal_log_density"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@inline_kernel
def normal_log_density(squares, count, log_scale):
    """Log density of `count` values N(0, σ²) whose squares sum to `squares`; log_scale = log σ."""
    return -0.5 * squares * math.exp(-2.0 * log_scale) - count * (log_scale + _HALF_LOG_TWO_PI)
