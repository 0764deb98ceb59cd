"""The Gaussian mixture prior of positions, labels summed out: Σ_g λ_g N(z; μ_g, σ_g² I).

In the parameter vector clusters are (log σ_g)_g, then the means cluster by cluster, then the unnormalised log weights
l_g, with λ = softmax(l) and exp(l_g) ~ Gamma(ν, 1), so that λ ~ Dirichlet(ν, ..., ν).

Several sites have a space each: their actors come one site after the other, and so do their clusters, of which each
site has the same number; weights are of a site's own clusters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import copy_into, exp, fast_kernel, inline_kernel, kernel, larger, small_kernel
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density

__all__ = [
    "Mixture",
    "OpenMixture",
    "actor_mixture_log_density",
    "actors_of_cluster",
    "add_mixture_gradient",
    "clusters_of_site",
    "fill_constants",
    "fill_responsibilities",
    "log_total_weight",
    "mixture_log_density",
    "natural_change",
    "new_work",
    "parts_of",
    "site_of_actor",
]


# Log density of a cluster where an actor of another site is; no infinity, so that differences stay numbers.
NOT_HERE = -1e300


class Mixture(NamedTuple):
    """Numbers of the prior, and scratch of one chain."""

    n_actors: int  # whose positions come from the mixture: the first ones of each dimension
    n_positions: int  # of each dimension; more than actors where several periods are modelled
    n_dims: int
    site_starts: np.ndarray  # (n_sites + 1,) int64 the first actor of each site, and n_actors
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
    work: np.ndarray  # see `new_work`
    rate: float = 1.0  # of the prior number of components, where that is unknown
    log_weights: np.ndarray = np.zeros(0)  # of the number of occupied clusters; empty where the number is fixed


def new_work(n_actors: int, most: int, n_dims: int) -> np.ndarray:
    """Scratch of the Gibbs draws: two rows for numbers by actor, one for some by cluster or by dimension."""
    return np.zeros((3, max(n_actors, most + 1, 3 * (n_dims + 2))))


class OpenMixture(Mixture):
    """A mixture of an unknown number of clusters; only these compile moves between numbers."""


@small_kernel
def scale_index(mixture, g):
    """Where log σ_g is."""
    return mixture.first_scale + g


@small_kernel
def mean_index(mixture, g, k):
    """Where the k-th coordinate of μ_g is."""
    return mixture.first_scale + mixture.most + g * mixture.n_dims + k


@small_kernel
def weight_index(mixture, g):
    """Where l_g is."""
    return mixture.first_scale + mixture.most * (1 + mixture.n_dims) + g


@small_kernel
def clusters_of_site(mixture, site):
    """First active cluster of a site, and the one after its last."""
    each = mixture.active[0] // (mixture.site_starts.size - 1)
    return site * each, (site + 1) * each


@small_kernel
def actors_of_cluster(mixture, g):
    """First actor of the site that a cluster is of, and the one after its last."""
    site = g // (mixture.active[0] // (mixture.site_starts.size - 1))
    return mixture.site_starts[site], mixture.site_starts[site + 1]


@small_kernel
def site_of_actor(mixture, actor):
    """Number of the site that an actor is of."""
    site = 0
    while actor >= mixture.site_starts[site + 1]:
        site += 1
    return site


@small_kernel
def log_total_weight(mixture, theta, first, last):
    """Log Σ exp(l_g) over clusters `first` to `last` - 1."""
    largest, total = -np.inf, 0.0
    for g in range(first, last):
        largest = larger(largest, theta[weight_index(mixture, g)])
    for g in range(first, last):
        total += math.exp(theta[weight_index(mixture, g)] - largest)
    return largest + math.log(total)


@kernel
def fill_constants(mixture, theta):
    """Precision and log normaliser of each active cluster."""
    for site in range(mixture.site_starts.size - 1):
        first, last = clusters_of_site(mixture, site)
        log_total = log_total_weight(mixture, theta, first, last)
        for g in range(first, last):
            log_scale = theta[scale_index(mixture, g)]
            mixture.constants[g, 0] = math.exp(-2.0 * log_scale)
            normaliser = mixture.n_dims * (log_scale + 0.5 * math.log(2.0 * math.pi))
            mixture.constants[g, 1] = theta[weight_index(mixture, g)] - log_total - normaliser


@fast_kernel
def _add_log_density(x, mean, half_precision, density):
    for i in range(x.size):
        u = x[i] - mean
        density[i] -= half_precision * u * u


@fast_kernel
def _normalise(densities, totals):
    """Turn log densities (clusters, n) into responsibilities in place.

    Totals become the largest, then Σ exp(· − largest).
    """
    n_clusters = densities.shape[0]
    copy_into(totals, densities[0])
    for g in range(1, n_clusters):
        row = densities[g]
        for i in range(totals.size):
            totals[i] = larger(totals[i], row[i])
    value = totals.sum()
    for g in range(n_clusters):
        row = densities[g]
        for i in range(row.size):
            row[i] = exp(row[i] - totals[i])
    copy_into(totals, densities[0])
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
def fill_responsibilities(mixture, theta):
    """Fill `mixture.densities` by P(cluster g | z_i); returns Σ_i log Σ_g λ_g N(z_i; μ_g, σ_g²)."""
    n = mixture.n_positions
    active = mixture.active[0]
    fill_constants(mixture, theta)
    for g in range(active):
        first, last = actors_of_cluster(mixture, g)
        row = mixture.densities[g]
        row[:first] = row[last:] = NOT_HERE
        row[first:last] = mixture.constants[g, 1]
        for k in range(mixture.n_dims):
            x = theta[k * n + first : k * n + last]
            _add_log_density(x, theta[mean_index(mixture, g, k)], 0.5 * mixture.constants[g, 0], row[first:last])
    value = _normalise(mixture.densities[:active], mixture.totals)
    for g in range(active):
        first, last = actors_of_cluster(mixture, g)
        mixture.densities[g, :first] = mixture.densities[g, last:] = 0.0
    for i in range(mixture.totals.size):
        value += math.log(mixture.totals[i])
    return value


@inline_kernel
def _log_prior_of_clusters(mixture, theta):
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
def mixture_log_density(mixture, theta):
    """Normalised log density of positions, means, log σ and l, labels summed out."""
    return fill_responsibilities(mixture, theta) + _log_prior_of_clusters(mixture, theta)


@fast_kernel
def _pull_cluster(x, mean, precision, responsibility, gradient):
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
def add_mixture_gradient(mixture, theta, gradient):
    """Add the gradient of `mixture_log_density` to `gradient`."""
    n, d = mixture.n_positions, mixture.n_dims
    fill_responsibilities(mixture, theta)
    for g in range(mixture.active[0]):
        start, stop = actors_of_cluster(mixture, g)
        precision = mixture.constants[g, 0]
        responsibility = mixture.densities[g, start:stop]
        members = responsibility.sum()
        scale = scale_index(mixture, g)
        gradient[scale] += scale_log_density_slope(theta[scale], mixture.v0, mixture.df) - d * members
        for k in range(d):
            m = mean_index(mixture, g, k)
            x, pulled = theta[k * n + start : k * n + stop], gradient[k * n + start : k * n + stop]
            first, second = _pull_cluster(x, theta[m], precision, responsibility, pulled)
            gradient[m] += precision * first - theta[m] / mixture.mean_variance
            gradient[scale] += precision * second
        weight = weight_index(mixture, g)
        share = math.exp(mixture.constants[g, 1] + d * (theta[scale] + 0.5 * math.log(2.0 * math.pi)))
        gradient[weight] += members - (stop - start) * share + mixture.concentration - math.exp(theta[weight])


@kernel
def actor_mixture_log_density(mixture, theta, actor):
    """Log Σ_g λ_g N(z_i; μ_g, σ_g²) of one actor; `fill_constants` must have seen the clusters."""
    n = mixture.n_positions
    largest = -np.inf
    total = 0.0
    first, last = clusters_of_site(mixture, site_of_actor(mixture, actor))
    for g in range(first, last):
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
def natural_change(mixture, theta):
    """Log Jacobian to subtract for a density of σ_g² and of the weights on the simplex, in place of log σ_g and l."""
    nu, change = mixture.concentration, 0.0
    for site in range(mixture.site_starts.size - 1):
        first, last = clusters_of_site(mixture, site)
        log_total = log_total_weight(mixture, theta, first, last)
        change -= math.lgamma(nu * (last - first))  # of the Dirichlet: Σ log Γ(ν) is in both
        for g in range(first, last):
            change += math.log(2.0) + 2.0 * theta[scale_index(mixture, g)]
            log_weight = theta[weight_index(mixture, g)]
            change += nu * log_weight - math.exp(log_weight) - (nu - 1.0) * (log_weight - log_total)
    return change


def parts_of(mixture: Mixture) -> tuple[slice, slice, slice]:
    """Where log scales, means and log weights are in the parameter vector."""
    ends = mixture.first_scale + np.cumsum([mixture.most, mixture.most * mixture.n_dims, mixture.most])
    return slice(mixture.first_scale, ends[0]), slice(ends[0], ends[1]), slice(ends[1], ends[2])
