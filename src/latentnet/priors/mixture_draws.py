"""Exact draws of the clusters: labels, weights, variances and means, given the positions (Gibbs) or from the prior."""

from __future__ import annotations

import itertools
import math

import numpy as np

from latentnet.compiled import clear, kernel, larger
from latentnet.priors.mixture import (
    Mixture,
    clusters_of_site,
    fill_responsibilities,
    log_total_weight,
    mean_index,
    parts_of,
    scale_index,
    site_of_actor,
    weight_index,
)

__all__ = ["FIXED", "draw_clusters", "draw_labels", "draw_mixture", "set_cluster_mass"]

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
    clear(mean)
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
    shape = 0.5 * (mixture.df + larger(members - 1, 0) * d)
    rate = 0.5 * (mixture.df * mixture.v0 + squares)
    if members == 0:
        return rate / rng.standard_gamma(shape)
    radius = 0.0
    for k in range(d):
        radius += mean[k] ** 2
    best = larger(mixture.mean_variance, radius / d)
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
    mean = mixture.work[2, :d]
    for g in range(mixture.active[0]):
        members, squares = cluster_moments(mixture, theta, labels, g, mean)
        variance = _draw_variance(mixture, members, squares, mean, rng)
        theta[scale_index(mixture, g)] = 0.5 * math.log(variance)
        shrink = mixture.mean_variance / (mixture.mean_variance * members + variance)
        for k in range(d):
            centre = shrink * members * mean[k] if members > 0 else 0.0
            theta[mean_index(mixture, g, k)] = centre + math.sqrt(shrink * variance) * rng.standard_normal()
        weight = larger(rng.standard_gamma(mixture.concentration + members), 1e-300)
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


def draw_mixture(mixture: Mixture, theta: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw clusters and positions from the prior, in place, for each row of `theta`.

    Returns
    -------
    labels : int ndarray of shape (n_draws, n_actors)
    n_components : int ndarray of shape (n_draws,)
    """
    count = len(theta)
    most, d, n = mixture.most, mixture.n_dims, mixture.n_actors
    each = most // (len(mixture.site_starts) - 1)
    active = np.full(count, most, np.int64)
    if mixture.log_weights.size:
        active = 1 + rng.choice(most, count, p=_component_probabilities(most, mixture.rate))
    variances = mixture.df * mixture.v0 / rng.chisquare(mixture.df, (count, most))
    means = np.sqrt(mixture.mean_variance) * rng.standard_normal((count, most, d))
    weights = np.maximum(rng.gamma(mixture.concentration, size=(count, most)), 1e-300)
    labels = np.empty((count, n), np.int64)
    for site, (first, last) in enumerate(itertools.pairwise(mixture.site_starts)):
        here = slice(site * each, (site + 1) * each)
        edges = np.cumsum((weights * (np.arange(most) < active[:, None]))[:, here], axis=1)
        uniform = rng.random((count, last - first, 1))
        labels[:, first:last] = site * each + (uniform * edges[:, None, -1:] > edges[:, None]).sum(axis=2)
    rows = np.arange(count)[:, None]
    if mixture.log_weights.size:  # where the number is open, occupied components come first
        occupied = np.zeros((count, most), dtype=bool)
        occupied[rows, labels] = True
        order = np.argsort(~occupied, axis=1, kind="stable")
        variances, weights = variances[rows, order], weights[rows, order]
        labels = np.argsort(order, axis=1)[rows, labels]
    noise = rng.standard_normal((count, n, d))
    z = means[rows, labels] + np.sqrt(variances[rows, labels])[..., None] * noise
    for k in range(d):
        theta[:, k * mixture.n_positions : k * mixture.n_positions + n] = z[:, :, k]
    for part, values in zip(parts_of(mixture), (0.5 * np.log(variances), means, np.log(weights)), strict=True):
        theta[:, part] = values.reshape(count, -1)
    return labels, active


def _component_probabilities(most: int, rate: float) -> np.ndarray:
    """Prior probabilities of 1, ..., most components: ∝ rate^G / G!."""
    numbers = np.arange(1.0, most + 1.0)
    log_weights = numbers * np.log(rate) - np.cumsum(np.log(numbers))
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())
