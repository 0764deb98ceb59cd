"""Exact Gibbs draws of the clusters: labels, weights, variances and means."""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import kernel
from latentnet.priors.mixture import (
    clusters_of_site,
    fill_responsibilities,
    log_total_weight,
    mean_index,
    scale_index,
    site_of_actor,
    weight_index,
)

__all__ = ["FIXED", "draw_clusters", "draw_labels", "set_cluster_mass"]

# A mass that keeps a parameter where it is, such as those of a cluster that is not in the model.
FIXED = 1e30
MOST_TRIES = 10_000


@kernel
def draw_labels(mixture, theta, labels, rng):
    """Draw each actor's label given positions and clusters."""
    fill_responsibilities(mixture, theta)
    for i in range(labels.size):
        g, end = clusters_of_site(mixture, site_of_actor(mixture, i))
        left = rng.random()
        while g < end - 1 and left >= mixture.densities[g, i]:
            left -= mixture.densities[g, i]
            g += 1
        labels[i] = g


@kernel
def cluster_moments(mixture, theta, labels, g, mean):
    """Fill `mean` by the centre of a cluster's members; returns (members, Σ squared distances to it)."""
    n, d = mixture.n_positions, mixture.n_dims
    members = 0
    mean[:] = 0.0
    for i in range(labels.size):
        if labels[i] == g:
            members += 1
            for k in range(d):
                mean[k] += theta[k * n + i]
    if members == 0:
        return 0, 0.0
    squares = 0.0
    for k in range(d):
        mean[k] /= members
    for i in range(labels.size):
        if labels[i] == g:
            for k in range(d):
                squares += (theta[k * n + i] - mean[k]) ** 2
    return members, squares


@kernel
def _draw_variance(mixture, members, squares, mean, rng):
    """Draw σ_g² given its members, the mean integrated out.

    Its density is an inverse gamma's times that of the members' centre, N(centre; 0, ω² + σ²/members), which is
    bounded: propose from the former, accept by the latter over its largest value.
    """
    d = mixture.n_dims
    shape = 0.5 * (mixture.df + max(members - 1, 0) * d)
    rate = 0.5 * (mixture.df * mixture.v0 + squares)
    if members == 0:
        return rate / rng.standard_gamma(shape)
    radius = 0.0
    for k in range(d):
        radius += mean[k] ** 2
    best = max(mixture.mean_variance, radius / d)
    bound = -0.5 * d * math.log(best) - 0.5 * radius / best
    variance = 0.0
    for _ in range(MOST_TRIES):
        variance = rate / rng.standard_gamma(shape)
        spread = mixture.mean_variance + variance / members
        value = -0.5 * d * math.log(spread) - 0.5 * radius / spread
        if math.log(rng.random()) <= value - bound:
            break
    return variance


@kernel
def draw_clusters(mixture, theta, labels, rng):
    """Draw weights, variances and means given the labels and positions; clusters without members from the prior."""
    d = mixture.n_dims
    mean = np.empty(d)
    for g in range(mixture.active[0]):
        members, squares = cluster_moments(mixture, theta, labels, g, mean)
        variance = _draw_variance(mixture, members, squares, mean, rng)
        theta[scale_index(mixture, g)] = 0.5 * math.log(variance)
        shrink = mixture.mean_variance / (mixture.mean_variance * members + variance)
        for k in range(d):
            centre = shrink * members * mean[k] if members > 0 else 0.0
            theta[mean_index(mixture, g, k)] = centre + math.sqrt(shrink * variance) * rng.standard_normal()
        weight = max(rng.standard_gamma(mixture.concentration + members), 1e-300)
        theta[weight_index(mixture, g)] = math.log(weight)
    # The total of a site's weights is independent of them: redraw it from its prior, Gamma(G·ν).
    for site in range(mixture.site_starts.size - 1):
        first, last = clusters_of_site(mixture, site)
        change = math.log(rng.standard_gamma(mixture.concentration * (last - first)))
        change -= log_total_weight(mixture, theta, first, last)
        for g in range(first, last):
            theta[weight_index(mixture, g)] += change


@kernel
def set_cluster_mass(mixture, mass):
    """Masses of the clusters' parameters: what n/G members say of each, and the prior."""
    d, active = mixture.n_dims, mixture.active[0]
    members = mixture.n_actors / active
    for g in range(mixture.most):
        here = g < active
        mass[scale_index(mixture, g)] = members * d + mixture.df if here else FIXED
        mass[weight_index(mixture, g)] = mixture.concentration + 0.5 * members if here else FIXED
        for k in range(d):
            mass[mean_index(mixture, g, k)] = members / mixture.v0 + 1.0 / mixture.mean_variance if here else FIXED
