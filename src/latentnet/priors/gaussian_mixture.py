"""The Gaussian mixture prior of positions, labels summed out: Σ_g λ_g N(z; μ_g, σ_g² I).

In the parameter vector clusters are (log σ_g)_g, then the means cluster by cluster, then the unnormalised log weights
l_g, with λ = softmax(l) and exp(l_g) ~ Gamma(ν, 1), so that λ ~ Dirichlet(ν, ..., ν).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet._numba import exp, fast_kernel, inline_kernel, kernel
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density

__all__ = [
    "Mixture",
    "actor_mixture_log_density",
    "add_mixture_gradient",
    "fill_constants",
    "fill_responsibilities",
    "mixture_log_density",
    "natural_change",
]


class Mixture(NamedTuple):
    """Numbers of the prior, and scratch of one chain."""

    n_actors: int
    n_dims: int
    first_scale: int  # index of log σ_0 in the parameter vector; means and log weights follow
    most: int  # clusters that the parameter vector has room for
    active: np.ndarray  # (1,) int64 clusters in the model now, the first ones
    v0: float
    df: float
    mean_variance: float
    concentration: float
    densities: np.ndarray  # (most, n_actors) log λ_g N(z_i; ...), then responsibilities
    totals: np.ndarray  # (n_actors,)
    constants: np.ndarray  # (most, 2): precision, log λ_g − d·(log σ_g + ½ log 2π)


@inline_kernel
def scale_index(mixture, g):  # type: ignore[no-untyped-def]
    """Where log σ_g is."""
    return mixture.first_scale + g


@inline_kernel
def mean_index(mixture, g, k):  # type: ignore[no-untyped-def]
    """Where the k-th coordinate of μ_g is."""
    return mixture.first_scale + mixture.most + g * mixture.n_dims + k


@inline_kernel
def weight_index(mixture, g):  # type: ignore[no-untyped-def]
    """Where l_g is."""
    return mixture.first_scale + mixture.most * (1 + mixture.n_dims) + g


@kernel
def fill_constants(mixture, theta):  # type: ignore[no-untyped-def]
    """Precision and log normaliser of each active cluster."""
    active = mixture.active[0]
    largest = -np.inf
    for g in range(active):
        largest = max(largest, theta[weight_index(mixture, g)])
    total = 0.0
    for g in range(active):
        total += math.exp(theta[weight_index(mixture, g)] - largest)
    log_total = largest + math.log(total)
    for g in range(active):
        log_scale = theta[scale_index(mixture, g)]
        mixture.constants[g, 0] = math.exp(-2.0 * log_scale)
        normaliser = mixture.n_dims * (log_scale + 0.5 * math.log(2.0 * math.pi))
        mixture.constants[g, 1] = theta[weight_index(mixture, g)] - log_total - normaliser


@fast_kernel
def _add_log_density(x, mean, half_precision, density):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        u = x[i] - mean
        density[i] -= half_precision * u * u


@fast_kernel
def _normalise(densities, totals):  # type: ignore[no-untyped-def]
    """Turn log densities (clusters, n) into responsibilities in place.

    Totals become the largest, then Σ exp(· − largest).
    """
    n_clusters = densities.shape[0]
    totals[:] = densities[0]
    for g in range(1, n_clusters):
        row = densities[g]
        for i in range(totals.size):
            totals[i] = max(totals[i], row[i])
    value = totals.sum()
    for g in range(n_clusters):
        row = densities[g]
        for i in range(row.size):
            row[i] = exp(row[i] - totals[i])
    totals[:] = densities[0]
    for g in range(1, n_clusters):
        row = densities[g]
        for i in range(row.size):
            totals[i] += row[i]
    for g in range(n_clusters):
        row = densities[g]
        for i in range(row.size):
            row[i] /= totals[i]
    return value


@kernel
def fill_responsibilities(mixture, theta):  # type: ignore[no-untyped-def]
    """Fill `mixture.densities` by P(cluster g | z_i); returns Σ_i log Σ_g λ_g N(z_i; μ_g, σ_g²)."""
    n = mixture.n_actors
    active = mixture.active[0]
    fill_constants(mixture, theta)
    for g in range(active):
        row = mixture.densities[g]
        row[:] = mixture.constants[g, 1]
        for k in range(mixture.n_dims):
            x = theta[k * n : (k + 1) * n]
            _add_log_density(x, theta[mean_index(mixture, g, k)], 0.5 * mixture.constants[g, 0], row)
    value = _normalise(mixture.densities[:active], mixture.totals)
    return value + np.log(mixture.totals).sum()


@inline_kernel
def _log_prior_of_clusters(mixture, theta):  # type: ignore[no-untyped-def]
    """Log density of the active clusters' means, log σ and l."""
    value = 0.0
    for g in range(mixture.active[0]):
        squares = 0.0
        for k in range(mixture.n_dims):
            squares += theta[mean_index(mixture, g, k)] ** 2
        value += normal_log_density(squares, mixture.n_dims, 0.5 * math.log(mixture.mean_variance))
        value += scale_log_density(theta[scale_index(mixture, g)], mixture.v0, mixture.df)
        log_weight = theta[weight_index(mixture, g)]
        value += mixture.concentration * log_weight - math.exp(log_weight) - math.lgamma(mixture.concentration)
    return value


@kernel
def mixture_log_density(mixture, theta):  # type: ignore[no-untyped-def]
    """Normalised log density of positions, means, log σ and l, labels summed out."""
    return fill_responsibilities(mixture, theta) + _log_prior_of_clusters(mixture, theta)


@fast_kernel
def _pull_cluster(x, mean, precision, responsibility, gradient):  # type: ignore[no-untyped-def]
    """One dimension of one cluster: pulls positions towards the mean; returns (Σ r·u, Σ r·u²)."""
    for i in range(x.size):
        gradient[i] -= precision * (responsibility[i] * (x[i] - mean))
    first = 0.0  # apart from the loop that stores: the order of a sum must not hang on where the arrays lie
    second = 0.0
    for i in range(x.size):
        u = x[i] - mean
        t = responsibility[i] * u
        first += t
        second += t * u
    return first, second


@kernel
def add_mixture_gradient(mixture, theta, gradient):  # type: ignore[no-untyped-def]
    """Add the gradient of `mixture_log_density` to `gradient`."""
    n, d = mixture.n_actors, mixture.n_dims
    active = mixture.active[0]
    fill_responsibilities(mixture, theta)
    for g in range(active):
        precision = mixture.constants[g, 0]
        responsibility = mixture.densities[g]
        members = responsibility.sum()
        scale = scale_index(mixture, g)
        gradient[scale] += scale_log_density_slope(theta[scale], mixture.v0, mixture.df) - d * members
        for k in range(d):
            m = mean_index(mixture, g, k)
            x, pulled = theta[k * n : (k + 1) * n], gradient[k * n : (k + 1) * n]
            first, second = _pull_cluster(x, theta[m], precision, responsibility, pulled)
            gradient[m] += precision * first - theta[m] / mixture.mean_variance
            gradient[scale] += precision * second
        weight = weight_index(mixture, g)
        share = math.exp(mixture.constants[g, 1] + d * (theta[scale] + 0.5 * math.log(2.0 * math.pi)))
        gradient[weight] += members - n * share + mixture.concentration - math.exp(theta[weight])


@kernel
def actor_mixture_log_density(mixture, theta, actor):  # type: ignore[no-untyped-def]
    """Log Σ_g λ_g N(z_i; μ_g, σ_g²) of one actor; `fill_constants` must have seen the clusters."""
    n = mixture.n_actors
    largest = -np.inf
    total = 0.0
    for g in range(mixture.active[0]):
        squares = 0.0
        for k in range(mixture.n_dims):
            squares += (theta[k * n + actor] - theta[mean_index(mixture, g, k)]) ** 2
        value = mixture.constants[g, 1] - 0.5 * mixture.constants[g, 0] * squares
        if value > largest:
            total = total * math.exp(largest - value) + 1.0
            largest = value
        else:
            total += math.exp(value - largest)
    return largest + math.log(total)


@kernel
def natural_change(mixture, theta):  # type: ignore[no-untyped-def]
    """Log Jacobian to subtract for a density of σ_g² and of the weights on the simplex, in place of log σ_g and l."""
    active, nu = mixture.active[0], mixture.concentration
    largest, total = -np.inf, 0.0
    for g in range(active):
        largest = max(largest, theta[weight_index(mixture, g)])
    for g in range(active):
        total += math.exp(theta[weight_index(mixture, g)] - largest)
    log_total = largest + math.log(total)
    change = -math.lgamma(nu * active)  # of the Dirichlet: Σ log Γ(ν) is in both
    for g in range(active):
        change += math.log(2.0) + 2.0 * theta[scale_index(mixture, g)]
        log_weight = theta[weight_index(mixture, g)]
        change += nu * log_weight - math.exp(log_weight) - (nu - 1.0) * (log_weight - log_total)
    return change
