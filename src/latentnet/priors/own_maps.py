"""The prior of layers' weights where each layer has positions of its own: how far these spread.

A further layer's positions are w^(1/degree)·(z + τ·u), with variance S² = w^(2/degree)·(σ² + τ²) in each coordinate. S²
has the prior that the variance of positions has where the layer is fitted by itself, whatever τ is: so a layer whose
map has nothing of the common one (σ/τ → 0) has the prior of a model of its own, and the weight follows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, inline_kernel, verb
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope

__all__ = [
    "NO_OWN_MAPS",
    "OwnMaps",
    "add_own_maps_gradient",
    "draw_weights",
    "own_map_log_density",
    "own_maps_log_density",
]


class NoOwnMaps(NamedTuple):
    """Of models whose layers, if any, share one map."""

    n_layers: int


NO_OWN_MAPS = NoOwnMaps(0)


class OwnMaps(NamedTuple):
    """Where weights and spreads are, and the prior of S²: scaled inverse chi-square."""

    weights: np.ndarray  # (n_layers,) int64 indices of log w; -1 in the first layer, where w is 1
    spreads: np.ndarray  # (n_layers,) int64 indices of log τ
    unit: float  # of τ
    degree: float  # of the similarity
    log_scale: int  # index of log σ; -1 where common positions have no single variance: `variance` stands for it
    variance: float  # the scale of the prior
    df: float

    @property
    def centre(self) -> float:
        """The prior mean of log τ: that of deviations which spread as far as the common positions do."""
        return 0.5 * math.log(self.variance) - math.log(self.unit)


@verb
def own_maps_log_density(own_maps, theta):
    """Normalised log density of all log weights, given all else."""


@verb
def add_own_maps_gradient(own_maps, theta, gradient):
    """Add the gradient of `own_maps_log_density` to `gradient`."""


@implements(own_maps_log_density, NoOwnMaps, UNCOUNTED)
def _(own_maps, theta):
    return 0.0


@implements(add_own_maps_gradient, NoOwnMaps, UNCOUNTED)
def _(own_maps, theta, gradient):
    return None


@inline_kernel
def _variances(own_maps, theta, layer):
    """σ² of the common positions, and τ² of the layer's around them."""
    scale, spread = own_maps.log_scale, own_maps.unit * math.exp(theta[own_maps.spreads[layer]])
    return math.exp(2.0 * theta[scale]) if scale >= 0 else own_maps.variance, spread**2


@inline_kernel
def _log_size(own_maps, theta, layer, variance):
    """Log S, where common positions and deviations have this variance together."""
    return theta[own_maps.weights[layer]] / own_maps.degree + 0.5 * math.log(variance)


@inline_kernel
def own_map_log_density(own_maps, theta, layer):
    """Normalised log density of the log weight of one layer."""
    density = 0.0
    if own_maps.weights[layer] >= 0:
        common, squares = _variances(own_maps, theta, layer)
        log_size = _log_size(own_maps, theta, layer, common + squares)
        density = scale_log_density(log_size, own_maps.variance, own_maps.df) - math.log(own_maps.degree)
    return density


@implements(own_maps_log_density, OwnMaps, UNCOUNTED)
def _(own_maps, theta):
    total = 0.0
    for layer in range(own_maps.weights.size):
        total += own_map_log_density(own_maps, theta, layer)
    return total


@implements(add_own_maps_gradient, OwnMaps, UNCOUNTED)
def _(own_maps, theta, gradient):
    for layer in range(own_maps.weights.size):
        weight, at, scale = own_maps.weights[layer], own_maps.spreads[layer], own_maps.log_scale
        if weight >= 0:
            common, squares = _variances(own_maps, theta, layer)
            log_size = _log_size(own_maps, theta, layer, common + squares)
            slope = scale_log_density_slope(log_size, own_maps.variance, own_maps.df)
            gradient[weight] += slope / own_maps.degree
            gradient[at] += slope * squares / (common + squares)
            if scale >= 0:
                gradient[scale] += slope * common / (common + squares)


# Of Python.


@verb
def draw_weights(own_maps, theta, rng):
    """Draw log weights from the prior, given all else, in place, for each row of `theta`."""


@implements(draw_weights, NoOwnMaps)
def _(own_maps, theta, rng):
    return None


@implements(draw_weights, OwnMaps)
def _(own_maps, theta, rng):
    scale, variance, df = own_maps.log_scale, own_maps.variance, own_maps.df
    common = np.exp(2.0 * theta[:, scale]) if scale >= 0 else variance
    for weight, at in zip(own_maps.weights, own_maps.spreads, strict=True):
        if weight >= 0:
            squares = (own_maps.unit * np.exp(theta[:, at])) ** 2
            drawn = df * variance / rng.chisquare(df, len(theta))
            theta[:, weight] = 0.5 * own_maps.degree * np.log(drawn / (common + squares))
