"""Naive twins of the mixture prior, and exact draws from it: straight from the definitions, slow on purpose."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln, logsumexp

from latentnet.priors.mixture import Mixture, new_work


class ClusterValues(NamedTuple):
    """A parameter vector's mixture, by name."""

    z: np.ndarray  # (n, d)
    scales: np.ndarray  # (G,) log σ
    means: np.ndarray  # (G, d)
    log_weights: np.ndarray  # (G,) l


def new_mixture(
    n_actors: int,
    n_dims: int,
    most: int,
    *,
    v0: float = 0.75,
    df: float = 2.5,
    mean_variance: float = 4.5,
    concentration: float = 1.3,
    gap: int = 1,
) -> Mixture:
    """Numbers and scratch of a mixture; `gap` values lie between positions and log σ."""
    return Mixture(
        n_actors=n_actors,
        n_positions=n_actors,
        n_dims=n_dims,
        site_starts=np.array([0, n_actors], np.int64),
        first_scale=n_actors * n_dims + gap,
        most=most,
        active=np.array([most], np.int64),
        v0=v0,
        df=df,
        mean_variance=mean_variance,
        concentration=concentration,
        densities=np.zeros((most, n_actors)),
        totals=np.zeros(n_actors),
        constants=np.zeros((most, 2)),
        work=new_work(n_actors, most, n_dims),
    )


def n_parameters(mixture: Mixture) -> int:
    """Length of the parameter vector."""
    return mixture.first_scale + mixture.most * (2 + mixture.n_dims)


def unpack(mixture: Mixture, theta: np.ndarray) -> ClusterValues:
    """The active clusters of a parameter vector."""
    n, d, most, active = mixture.n_actors, mixture.n_dims, mixture.most, int(mixture.active[0])
    scales, means, log_weights = np.split(theta[mixture.first_scale :], [most, most * (1 + d)])
    z = theta[: n * d].reshape(d, n).T
    return ClusterValues(z, scales[:active], means.reshape(most, d)[:active], log_weights[:active])


def position_log_densities(values: ClusterValues) -> np.ndarray:
    """Log of Σ_g λ_g N(z_i; μ_g, σ_g² I) of each actor, by scipy's multivariate normal."""
    log_shares = values.log_weights - logsumexp(values.log_weights)
    d = values.z.shape[1]
    parts = [
        log_share + stats.multivariate_normal.logpdf(values.z, mean, np.exp(2.0 * scale) * np.eye(d))
        for log_share, mean, scale in zip(log_shares, values.means, values.scales, strict=True)
    ]
    return logsumexp(np.reshape(parts, (len(values.scales), -1)), axis=0)  # type: ignore[no-any-return]


def mixture_log_density(mixture: Mixture, theta: np.ndarray) -> float:
    """Log density of positions, means, log σ and l: σ² is inverse gamma, exp(l) is gamma, both with Jacobian."""
    values = unpack(mixture, theta)
    variances, weights = np.exp(2.0 * values.scales), np.exp(values.log_weights)
    half = mixture.df / 2.0
    value = position_log_densities(values).sum()
    value += stats.norm.logpdf(values.means, 0.0, np.sqrt(mixture.mean_variance)).sum()
    value += (stats.invgamma.logpdf(variances, half, scale=half * mixture.v0) + np.log(2.0 * variances)).sum()
    value += (stats.gamma.logpdf(weights, mixture.concentration) + values.log_weights).sum()
    return float(value)


def natural_log_density(mixture: Mixture, theta: np.ndarray) -> float:
    """Log density of positions, means, σ² and of the weights on the simplex."""
    values = unpack(mixture, theta)
    half = mixture.df / 2.0
    value = position_log_densities(values).sum()
    value += stats.norm.logpdf(values.means, 0.0, np.sqrt(mixture.mean_variance)).sum()
    value += stats.invgamma.logpdf(np.exp(2.0 * values.scales), half, scale=half * mixture.v0).sum()
    if len(values.scales) > 1:
        shares = np.exp(values.log_weights - logsumexp(values.log_weights))
        shares[-1] = 1.0 - shares[:-1].sum()
        value += stats.dirichlet.logpdf(shares, np.full(len(shares), mixture.concentration))
    return float(value)


def log_marginal(mixture: Mixture, z: np.ndarray, n_nodes: int = 40_001) -> float:
    """Log density of the positions (members, d) of one cluster, mean and variance integrated out.

    Given σ² each dimension is N(0, σ² I + ω² 11ᵀ); the integral over log σ² is a fine trapezoidal sum over all values
    that matter.
    """
    members, d = z.shape
    x = np.linspace(-25.0, 60.0, n_nodes)
    variance = np.exp(x)[:, None]
    # Eigenvalues of the covariance: σ² + members·ω² once, along the vector of ones, and σ² otherwise.
    along = z.sum(axis=0) ** 2 / members
    across = ((z - z.mean(axis=0)) ** 2).sum(axis=0)
    spread = variance + members * mixture.mean_variance
    log_density = -0.5 * (members * np.log(2.0 * np.pi) + np.log(spread) + (members - 1) * np.log(variance))
    log_density = (log_density - 0.5 * along / spread - 0.5 * across / variance).sum(axis=1)
    half = mixture.df / 2.0
    log_prior = half * np.log(half * mixture.v0) - math.lgamma(half) - half * x - half * mixture.v0 * np.exp(-x)
    assert log_density.shape == x.shape
    assert d == len(along)
    return float(logsumexp(log_density + log_prior) + np.log(x[1] - x[0]))


def partitions(n: int) -> Iterator[tuple[int, ...]]:
    """Every partition of n actors, as labels in order of first appearance."""

    def grow(labels: tuple[int, ...], used: int) -> Iterator[tuple[int, ...]]:
        if len(labels) == n:
            yield labels
            return
        for g in range(used + 1):
            yield from grow((*labels, g), max(used, g + 1))

    return grow((0,), 1)


def log_prior_of_partition(labels: tuple[int, ...], most: int, rate: float, concentration: float) -> float:
    """Log probability by summing over the number of components and every way to name the blocks."""
    n, counts = len(labels), np.bincount(labels)
    by_components = np.array([g * np.log(rate) - gammaln(g + 1) for g in range(1, most + 1)])
    by_components -= logsumexp(by_components)
    terms = []
    for g in range(len(counts), most + 1):
        names = math.perm(g, len(counts))
        # Dirichlet-multinomial probability of one assignment
        chance = gammaln(g * concentration) - gammaln(g * concentration + n)
        chance += np.sum(gammaln(counts + concentration) - gammaln(concentration))
        terms.append(by_components[g - 1] + np.log(names) + chance)
    return float(logsumexp(terms)) if terms else -np.inf


def component_probabilities(most: int, rate: float) -> np.ndarray:
    """Prior probabilities of 1, ..., most components."""
    log_weights = np.array([g * np.log(rate) - gammaln(g + 1) for g in range(1, most + 1)])
    return np.exp(log_weights - logsumexp(log_weights))  # type: ignore[no-any-return]


class PriorDraws(NamedTuple):
    """Replicates of what a chain holds."""

    theta: np.ndarray  # (count, n_parameters)
    labels: np.ndarray  # (count, n_actors)
    active: np.ndarray  # (count,) components in the model


def draw_prior(mixture: Mixture, rate: float | None, count: int, rng: np.random.Generator) -> PriorDraws:
    """Parameters, labels and numbers of components from the prior; `rate` None: all components are there.

    Values between positions and log σ (an intercept) are N(0, 1); so are parameters of components that are not there.
    """
    d, n, most = mixture.n_dims, mixture.n_actors, mixture.most
    active = np.full(count, most, np.int64)
    if rate is not None:
        active = 1 + rng.choice(most, count, p=component_probabilities(most, rate))
    there = np.arange(most) < active[:, None]
    variances = mixture.df * mixture.v0 / rng.chisquare(mixture.df, (count, most))
    means = np.sqrt(mixture.mean_variance) * rng.standard_normal((count, most, d))
    weights = rng.gamma(mixture.concentration, size=(count, most))
    edges = np.cumsum(weights * there, axis=1)
    labels = (rng.random((count, n, 1)) * edges[:, None, -1:] > edges[:, None]).sum(axis=2)
    rows = np.arange(count)[:, None]
    z = means[rows, labels] + np.sqrt(variances[rows, labels])[..., None] * rng.standard_normal((count, n, d))
    theta = rng.standard_normal((count, n_parameters(mixture)))
    theta[:, : n * d] = z.transpose(0, 2, 1).reshape(count, -1)
    start = mixture.first_scale
    theta[:, start : start + most][there] = 0.5 * np.log(variances[there])
    theta[:, start + most : start + most * (1 + d)].reshape(count, most, d)[there] = means[there]
    theta[:, start + most * (1 + d) :][there] = np.log(weights[there])
    return PriorDraws(theta, labels, active)


def first_appearance(labels: np.ndarray) -> tuple[int, ...]:
    """Labels renamed in order of first appearance."""
    names: dict[int, int] = {}
    return tuple(names.setdefault(int(g), len(names)) for g in labels)
