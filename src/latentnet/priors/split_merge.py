"""An unknown number of clusters: split–merge moves of the partition, and the number of components given it.

Clusters' parameters are integrated out here, so `draw_clusters` must follow before anything conditions on them. The
number of components G has prior ∝ rate^G/G! on 1..most, the weights given G are Dirichlet(ν, ..., ν) (Miller & Harrison
2018; the telescoping sampler of Frühwirth-Schnatter, Malsiner-Walli & Grün 2021; sequentially allocated proposals, Dahl
2005).
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import kernel, larger, smaller

__all__ = ["compact_labels", "draw_n_components", "log_marginal", "log_partition_weights", "split_or_merge"]


@kernel
def log_marginal(mixture, members, squares, radius):
    """Log density of a cluster's positions with its mean and variance integrated out.

    Parameters
    ----------
    mixture : Mixture
    members : int
    squares : float
        Sum of squared distances to the members' centre.
    radius : float
        Squared norm of the centre.

    Notes
    -----
    One integral is left, over x = log σ², of an inverse gamma's density times N(centre; 0, ω² + σ²/members). The
    trapezoidal rule on an interval that leaves out e^−35 or so converges exponentially; these steps give 1e-8 (tested
    against adaptive quadrature).
    """
    d = mixture.n_dims
    shape = 0.5 * (mixture.df + (members - 1) * d)
    rate = 0.5 * (mixture.df * mixture.v0 + squares)
    centre = math.log(rate / shape)
    low = centre - math.log1p(35.0 / shape) - 8.4 / math.sqrt(shape) * (shape > 8.0)
    high = centre
    if radius > 2.0 * shape * mixture.mean_variance:  # so far out that it speaks for a variance as large as that
        high = larger(centre, math.log(members * radius / d))
    high += 35.0 / shape + 8.4 / math.sqrt(shape)
    step = smaller(0.35, 0.7 / math.sqrt(shape + d))
    largest, total = -np.inf, 0.0
    for node in range(int((high - low) / step) + 2):
        x = low + step * node
        spread = mixture.mean_variance + math.exp(x) / members
        value = -shape * x - rate * math.exp(-x) - 0.5 * d * math.log(spread) - 0.5 * radius / spread
        if value > largest:
            total = total * math.exp(largest - value) + 1.0
            largest = value
        else:
            total += math.exp(value - largest)
    half = 0.5 * mixture.df
    prior = half * math.log(half * mixture.v0) - math.lgamma(half)
    norm = -0.5 * members * d * math.log(2.0 * math.pi) - 0.5 * d * math.log(members)
    return prior + norm + largest + math.log(total * step)


def log_partition_weights(n_actors: int, most: int, rate: float, concentration: float) -> np.ndarray:
    """Log Σ_G p(G)·G!/(G−K)!·Γ(νG)/Γ(νG+n), for K = 1..most occupied clusters (index K; −inf beyond).

    Returns
    -------
    ndarray of shape (most + 2,)
    """
    weights = np.full(most + 2, -np.inf)
    for occupied in range(1, most + 1):
        terms = [_log_component_weight(g, occupied, n_actors, rate, concentration) for g in range(occupied, most + 1)]
        weights[occupied] = np.logaddexp.reduce(terms)
    return weights


def _log_component_weight(g: int, occupied: int, n_actors: int, rate: float, concentration: float) -> float:
    log_prior = g * math.log(rate) - math.lgamma(g + 1)
    choices = math.lgamma(g + 1) - math.lgamma(g - occupied + 1)
    return log_prior + choices + math.lgamma(concentration * g) - math.lgamma(concentration * g + n_actors)


@kernel
def compact_labels(labels, names):
    """Rename labels so that occupied clusters come first, in order of first appearance; returns their number.

    `names` is scratch, with room for every label.
    """
    names[:] = -1.0
    occupied = 0
    for i in range(labels.size):
        if names[labels[i]] < 0.0:
            names[labels[i]] = occupied
            occupied += 1
        labels[i] = int(names[labels[i]])
    return occupied


@kernel
def draw_n_components(mixture, occupied, rate, rng):
    """Draw the number of components given the partition."""
    n, nu = mixture.n_actors, mixture.concentration
    weights = mixture.work[2]
    largest = -np.inf
    for g in range(occupied, mixture.most + 1):
        value = g * math.log(rate) - math.lgamma(g - occupied + 1.0)
        weights[g] = value + math.lgamma(nu * g) - math.lgamma(nu * g + n)
        largest = larger(largest, weights[g])
    total = 0.0
    for g in range(occupied, mixture.most + 1):
        weights[g] = math.exp(weights[g] - largest)
        total += weights[g]
    left = rng.random() * total
    g = occupied
    while g < mixture.most and left >= weights[g]:
        left -= weights[g]
        g += 1
    return g


@kernel
def _marginal_of(mixture, sums, g):
    """Log Γ(members + ν)/Γ(ν) + log marginal of group g from its sums (members, Σ z, Σ |z|²)."""
    members = sums[g, 0]
    radius = 0.0
    for k in range(mixture.n_dims):
        radius += (sums[g, 1 + k] / members) ** 2
    squares = larger(sums[g, 1 + mixture.n_dims] - members * radius, 0.0)
    counts = math.lgamma(members + mixture.concentration) - math.lgamma(mixture.concentration)
    return counts + log_marginal(mixture, members, squares, radius)


@kernel
def _log_predictive(mixture, sums, g, theta, i):
    """Log of members × predictive density at z_i under a conjugate stand-in.

    It only proposes, so it need not be the model's.
    """
    n, d = mixture.n_positions, mixture.n_dims
    members = sums[g, 0]
    prior_size = mixture.v0 / mixture.mean_variance
    size = prior_size + members
    radius = gap = 0.0
    for k in range(d):
        mean = sums[g, 1 + k] / members
        radius += mean**2
        gap += (theta[k * n + i] - members / size * mean) ** 2
    squares = larger(sums[g, 1 + d] - members * radius, 0.0) + prior_size * members / size * radius
    df = mixture.df + members * d
    scale = (mixture.df * mixture.v0 + squares) * (1.0 + 1.0 / size)  # df × scale²
    value = math.lgamma(0.5 * (df + d)) - math.lgamma(0.5 * df) - 0.5 * d * math.log(math.pi * scale)
    return math.log(members + mixture.concentration) + value - 0.5 * (df + d) * math.log1p(gap / scale)


@kernel
def _add_actor(mixture, sums, g, theta, i):
    n = mixture.n_positions
    sums[g, 0] += 1.0
    for k in range(mixture.n_dims):
        z = theta[k * n + i]
        sums[g, 1 + k] += z
        sums[g, 1 + mixture.n_dims] += z * z


@kernel
def _allocate(mixture, theta, labels, seeds, split, sums, rng):
    """Allocate the two seeds' clusters' other members one by one, in random order, to either seed.

    With `split` it draws the allocation into the first row of scratch (0 or 1 by actor, −1 elsewhere); else it follows
    the labels as they are. Returns the log probability of the allocation; sums[0], sums[1] become the groups', sums[2]
    that of both together.
    """
    (i, j), groups, members = seeds, mixture.work[0], mixture.work[1]
    sums[:] = 0.0
    groups[:] = -1.0
    count = 0
    for a in range(labels.size):
        if labels[a] == labels[i] or labels[a] == labels[j]:
            _add_actor(mixture, sums, 2, theta, a)
            if a != i and a != j:
                members[count] = a
                count += 1
    groups[i], groups[j] = 0.0, 1.0
    _add_actor(mixture, sums, 0, theta, i)
    _add_actor(mixture, sums, 1, theta, j)
    log_probability = 0.0
    for t in range(count):
        pick = t + int(rng.random() * (count - t))
        a = int(members[pick])
        members[pick] = members[t]
        odds = 0.0
        for g in range(2):
            odds = _log_predictive(mixture, sums, g, theta, a) - odds
        group = 0 if labels[a] == labels[i] else 1
        if split:
            group = 1 if rng.random() * (1.0 + math.exp(-odds)) < 1.0 else 0
        chosen = odds if group == 1 else -odds
        log_probability -= larger(-chosen, 0.0) + math.log1p(math.exp(-abs(chosen)))
        groups[a] = group
        _add_actor(mixture, sums, group, theta, a)
    return log_probability


@kernel
def split_or_merge(mixture, theta, labels, occupied, log_weights, rng):
    """Propose to split the cluster of two random actors, or to merge their two.

    Returns the number of occupied clusters. Labels must be compact, and stay so.
    """
    n = labels.size
    i = int(rng.random() * n)
    j = int(rng.random() * (n - 1))
    j += 1 if j >= i else 0
    split = labels[i] == labels[j]
    groups, width = mixture.work[0], mixture.n_dims + 2
    sums = mixture.work[2, : 3 * width].reshape(3, width)
    log_probability = _allocate(mixture, theta, labels, (i, j), split, sums, rng)
    change = -log_probability
    for g in range(3):  # apart, over together
        change += _marginal_of(mixture, sums, g) * (1.0 if g < 2 else -1.0)
    if split:
        change += log_weights[occupied + 1] - log_weights[occupied]
    else:
        change = log_weights[occupied - 1] - log_weights[occupied] - change
    if not math.log(rng.random()) < change:
        return occupied
    if split:
        for a in range(n):
            if groups[a] == 1.0:
                labels[a] = occupied
        return occupied + 1
    kept, gone = smaller(labels[i], labels[j]), larger(labels[i], labels[j])
    for a in range(n):
        if labels[a] == gone:
            labels[a] = kept
        elif labels[a] == occupied - 1:  # the last name fills the gap
            labels[a] = gone
    return occupied - 1
