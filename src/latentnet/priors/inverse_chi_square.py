"""The scaled inverse chi-square prior of a variance σ²: df·v0/σ² ~ χ²(df), sampled as log σ."""

from __future__ import annotations

import math

from latentnet.compiled import small_kernel

__all__ = ["scale_log_density", "scale_log_density_slope"]


@small_kernel
def scale_log_density(log_scale, v0, df):
    """Normalised log density of log σ."""
    half = 0.5 * df
    constant = half * math.log(half * v0) - math.lgamma(half) + math.log(2.0)
    return constant - df * log_scale - half * v0 * math.exp(-2.0 * log_scale)


@small_kernel
def scale_log_density_slope(log_scale, v0, df):
    """Derivative of `scale_log_density` with respect to log σ."""
    return -df + df * v0 * math.exp(-2.0 * log_scale)
