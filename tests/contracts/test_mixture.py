"""The mixture prior and its integrals against their definitions: scipy's densities, quadrature, enumeration."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import integrate, stats

from latentnet.priors.mixture import (
    Mixture,
    actor_mixture_log_density,
    add_mixture_gradient,
    fill_constants,
    fill_responsibilities,
    mixture_log_density,
    natural_change,
)
from latentnet.priors.mixture_draws import cluster_moments
from latentnet.priors.split_merge import (
    compact_labels,
    draw_n_components,
    log_marginal,
    log_partition_weights,
)
from tests import reference, reference_clusters

# (actors, dimensions, clusters that there is room for, clusters in the model)
SIZES = [
    (1, 1, 1, 1),
    (7, 2, 3, 3),
    (12, 3, 10, 10),
    (12, 1, 10, 4),
    (30, 2, 10, 1),
    (200, 2, 3, 3),
    (200, 3, 10, 7),
]


def _setting(n: int, d: int, most: int, active: int) -> tuple[Mixture, np.ndarray]:
    mixture = reference_clusters.new_mixture(n, d, most)
    mixture.active[0] = active
    theta = np.random.default_rng([n, d, most]).normal(size=reference_clusters.n_parameters(mixture))
    theta[: n * d] *= 2.0
    # What is not in the model must not be read.
    absent = np.arange(active, most)
    start = mixture.first_scale
    theta[start + absent] = theta[start + most * (1 + d) + absent] = np.nan
    for k in range(d):
        theta[start + most + absent * d + k] = np.nan
    return mixture, theta


def _gradient(mixture: Mixture, theta: np.ndarray) -> np.ndarray:
    """The kernel must add to what is there, so it starts from ones."""
    gradient = np.ones_like(theta)
    add_mixture_gradient(mixture, theta, gradient)
    return gradient - 1.0


def _central_difference(mixture: Mixture, theta: np.ndarray) -> np.ndarray:
    """Of the naive twin, where the model has a value."""
    present = np.flatnonzero(~np.isnan(theta))

    def value(at: np.ndarray) -> float:
        whole = theta.copy()
        whole[present] = at
        return reference_clusters.mixture_log_density(mixture, whole)

    slope = np.zeros_like(theta)
    slope[present] = reference.central_difference(value, theta[present], step=1e-3)
    return slope


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_density(size: tuple[int, int, int, int]) -> None:
    mixture, theta = _setting(*size)
    expected = reference_clusters.mixture_log_density(mixture, theta)
    assert mixture_log_density(mixture, theta) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] < 100], ids=str)
def test_gradient(size: tuple[int, int, int, int]) -> None:
    mixture, theta = _setting(*size)
    slope = _central_difference(mixture, theta)
    np.testing.assert_allclose(_gradient(mixture, theta), slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_gradient_of_the_kernel_itself(size: tuple[int, int, int, int]) -> None:
    """Along random directions, so that every size can be tested."""
    mixture, theta = _setting(*size)
    present = ~np.isnan(theta)
    rng = np.random.default_rng(3)
    for _ in range(5):
        direction = np.where(present, rng.normal(size=theta.size), 0.0)
        slope = reference.central_difference(
            lambda t: mixture_log_density(mixture, theta + t[0] * direction),  # noqa: B023
            np.zeros(1),
            step=1e-4,
        )
        along = _gradient(mixture, theta)[present] @ direction[present]
        assert along == pytest.approx(slope[0], rel=1e-7, abs=1e-6)


def test_responsibilities() -> None:
    mixture, theta = _setting(30, 2, 5, 4)
    fill_responsibilities(mixture, theta)
    found = mixture.densities[:4]
    values = reference_clusters.unpack(mixture, theta)
    for g in range(4):
        alone = reference_clusters.ClusterValues(values.z, *(part[g : g + 1] for part in values[1:]))
        share = np.exp(values.log_weights[g]) / np.exp(values.log_weights).sum()
        log_ratio = reference_clusters.position_log_densities(alone) + np.log(share)
        log_ratio -= reference_clusters.position_log_densities(values)
        np.testing.assert_allclose(found[g], np.exp(log_ratio), rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_one_actor_at_a_time(size: tuple[int, int, int, int]) -> None:
    """Differences are what relocation uses; each is a normalised density besides."""
    mixture, theta = _setting(*size)
    fill_constants(mixture, theta)
    found = [actor_mixture_log_density(mixture, theta, i) for i in range(size[0])]
    expected = reference_clusters.position_log_densities(reference_clusters.unpack(mixture, theta))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)
    moved = theta.copy()
    moved[0] += 1.7
    change = actor_mixture_log_density(mixture, moved, 0) - found[0]
    whole = mixture_log_density(mixture, moved) - mixture_log_density(mixture, theta)
    assert change == pytest.approx(whole, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("distance", [1e2, 1e4, 1e8])
@pytest.mark.parametrize("log_scale", [-8.0, 0.0, 3.0])
def test_far_away_actors(distance: float, log_scale: float) -> None:
    """Where every density underflows, the nearest cluster decides."""
    mixture, theta = _setting(12, 2, 4, 4)
    theta[[0, 5, 13]] = distance, -distance, 0.5 * distance
    theta[mixture.first_scale] = log_scale
    expected = reference_clusters.mixture_log_density(mixture, theta)
    assert np.isfinite(expected)
    assert mixture_log_density(mixture, theta) == pytest.approx(expected, rel=1e-10)
    fill_constants(mixture, theta)
    by_actor = reference_clusters.position_log_densities(reference_clusters.unpack(mixture, theta))
    found = [actor_mixture_log_density(mixture, theta, i) for i in range(12)]
    np.testing.assert_allclose(found, by_actor, rtol=1e-10, atol=1e-10)
    assert np.isfinite(_gradient(mixture, theta)).all()
    fill_responsibilities(mixture, theta)
    np.testing.assert_allclose(mixture.densities.sum(axis=0), 1.0, rtol=1e-12)


def test_extreme_weights() -> None:
    """Weights of e^−800 and e^700 relative to each other neither overflow nor become NaN."""
    mixture, theta = _setting(12, 2, 3, 3)
    theta[-3:] = -800.0, 0.5, -3.0
    values = reference_clusters.unpack(mixture, theta)
    fill_constants(mixture, theta)
    found = [actor_mixture_log_density(mixture, theta, i) for i in range(12)]
    np.testing.assert_allclose(found, reference_clusters.position_log_densities(values), rtol=1e-10)
    assert np.isfinite(mixture_log_density(mixture, theta))
    assert np.isfinite(_gradient(mixture, theta)).all()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_natural_scale(size: tuple[int, int, int, int]) -> None:
    """Subtracting the change gives the density of σ² and of the weights on the simplex."""
    mixture, theta = _setting(*size)
    found = mixture_log_density(mixture, theta) - natural_change(mixture, theta)
    assert found == pytest.approx(reference_clusters.natural_log_density(mixture, theta), rel=1e-10, abs=1e-9)


def _log_marginal(mixture: Mixture, z: np.ndarray) -> float:
    centre = z.mean(axis=0)
    value = log_marginal(mixture, len(z), float(((z - centre) ** 2).sum()), float(centre @ centre))
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize("df", [0.5, 1.0, 6.0**0.5, 4.0, 10.0])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_log_marginal(d: int, df: float) -> None:
    """Clusters of 1 to 100 members, tight and wide, up to 30 prior standard deviations away: relative error 1e-8."""
    rng = np.random.default_rng(4)
    mixture = reference_clusters.new_mixture(5, d, 2, df=df)
    for members in (1, 2, 3, 5, 10, 30, 100):
        for spread in (0.01, 0.8, 3.0):
            for away in (0.0, 1.0, 4.0, 10.0, 30.0):
                z = spread * rng.normal(size=(members, d)) + away * mixture.mean_variance**0.5
                expected = reference_clusters.log_marginal(mixture, z)
                assert _log_marginal(mixture, z) == pytest.approx(expected, rel=0, abs=1e-8), (members, spread, away)


@pytest.mark.parametrize(("members", "away"), [(1, 0.0), (1, 20.0), (4, 3.0), (40, 1.0)])
def test_log_marginal_by_adaptive_quadrature(members: int, away: float) -> None:
    """Adaptive quadrature over log σ² of a product of multivariate normal densities with full covariance matrices."""
    mixture = reference_clusters.new_mixture(5, 2, 2)
    z = np.random.default_rng(members).normal(size=(members, 2)) + away
    half = mixture.df / 2.0
    ones = np.full((members, members), mixture.mean_variance)

    def log_density(x: float) -> float:
        covariance = np.exp(x) * np.eye(members) + ones
        value = stats.multivariate_normal.logpdf(z.T, np.zeros(members), covariance).sum()
        return float(value + stats.invgamma.logpdf(np.exp(x), half, scale=half * mixture.v0) + x)

    peak = max(log_density(x) for x in np.linspace(-4.0, 8.0, 200))
    total, _ = integrate.quad(
        lambda x: math.exp(log_density(x) - peak), -8.0, 25.0, epsabs=0, epsrel=1e-11, limit=500, points=[-2, 0, 2, 6]
    )
    assert _log_marginal(mixture, z) == pytest.approx(peak + math.log(total), rel=0, abs=1e-8)


@pytest.mark.parametrize("members", [1, 2, 3])
def test_log_marginal_over_means_and_variance(members: int) -> None:
    """A direct integral over two means and log σ², by a trapezoidal sum over a box: no algebra but the definition's."""
    mixture = reference_clusters.new_mixture(5, 2, 2, df=12.0, mean_variance=1.5)
    z = np.random.default_rng(7).normal(size=(members, 2))
    half = mixture.df / 2.0
    grid = np.linspace(-9.0, 9.0, 181)
    x = np.linspace(-4.0, 6.0, 201)
    variance = np.exp(x)
    log_sums = np.zeros((2, x.size))
    for k in range(2):  # given σ² the dimensions are independent, means included
        log_mean = stats.norm.logpdf(grid, 0.0, np.sqrt(mixture.mean_variance))[:, None]
        log_positions = sum(stats.norm.logpdf(value, grid[:, None], np.sqrt(variance)) for value in z[:, k])
        log_sums[k] = np.log(np.exp(log_mean + log_positions).sum(axis=0) * (grid[1] - grid[0]))
    log_prior = stats.invgamma.logpdf(variance, half, scale=half * mixture.v0) + x
    total = np.exp(log_sums.sum(axis=0) + log_prior).sum() * (x[1] - x[0])
    assert _log_marginal(mixture, z) == pytest.approx(np.log(total), rel=0, abs=1e-8)


def test_cluster_moments() -> None:
    mixture, theta = _setting(12, 3, 4, 4)
    labels = np.array([0, 0, 1, 0, 1, 3, 0, 0, 1, 0, 0, 1])
    z = theta[:36].reshape(3, 12).T
    mean = np.empty(3)
    for g, members in enumerate([7, 4, 0, 1]):
        count, squares = cluster_moments(mixture, theta, labels, g, mean)
        own = z[labels == g]
        assert count == members == len(own)
        expected = own.mean(axis=0) if members else np.zeros(3)
        np.testing.assert_allclose(mean, expected, rtol=1e-13)
        assert squares == pytest.approx(((own - expected) ** 2).sum(), rel=1e-12, abs=1e-15)


def _partition_probability(labels: tuple[int, ...], log_weights: np.ndarray, concentration: float) -> float:
    """From the weights by number of occupied clusters, times Γ(members + ν)/Γ(ν) of each, unnormalised."""
    counts = np.bincount(labels)
    value = log_weights[len(counts)] if len(counts) < len(log_weights) else -np.inf
    return math.exp(value + sum(math.lgamma(m + concentration) - math.lgamma(concentration) for m in counts))


@pytest.mark.parametrize("most", [1, 3, 5, 10])
@pytest.mark.parametrize("concentration", [0.4, 1.0, 2.7])
@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0])
def test_partition_weights(most: int, concentration: float, rate: float) -> None:
    """All 52 partitions of five actors: the prior's probabilities by the definition, which sum to one."""
    log_weights = log_partition_weights(5, most, rate, concentration)
    everything = list(reference_clusters.partitions(5))
    assert len(everything) == 52
    found = np.array([_partition_probability(labels, log_weights, concentration) for labels in everything])
    expected = np.array(
        [
            math.exp(reference_clusters.log_prior_of_partition(labels, most, rate, concentration))
            for labels in everything
        ]
    )
    assert expected.sum() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(found / found.sum(), expected, rtol=1e-10, atol=0)
    assert log_weights.shape == (most + 2,)
    assert log_weights[most + 1] == log_weights[0] == -np.inf


def test_partition_weights_by_simulation() -> None:
    """100,000 partitions simulated from the prior; χ² at a false-alarm rate of 1e-4."""
    most, rate, n_draws = 6, 1.5, 100_000
    mixture = reference_clusters.new_mixture(5, 1, most, concentration=0.8)
    log_weights = log_partition_weights(5, most, rate, 0.8)
    everything = list(reference_clusters.partitions(5))
    expected = np.array([_partition_probability(labels, log_weights, 0.8) for labels in everything])
    rng = np.random.default_rng(8)
    active = 1 + rng.choice(most, n_draws, p=reference_clusters.component_probabilities(most, rate))
    weights = rng.gamma(mixture.concentration, size=(n_draws, most)) * (np.arange(most) < active[:, None])
    edges = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    labels = (rng.random((n_draws, 5, 1)) > edges[:, None]).sum(axis=2)
    counts = Counter(map(reference_clusters.first_appearance, labels))
    observed = np.array([counts[labels] for labels in everything])
    assert observed.sum() == n_draws
    assert stats.chisquare(observed, n_draws * expected / expected.sum()).pvalue > 1e-4


@pytest.mark.parametrize("occupied", [1, 3, 6])
def test_number_of_components_given_the_partition(occupied: int) -> None:
    """P(G | partition) ∝ p(G)·P(partition | G); χ² of 20,000 draws at a false-alarm rate of 1e-4 each."""
    most, rate, n = 6, 2.0, 9
    mixture = reference_clusters.new_mixture(n, 2, most, concentration=0.6)
    labels = tuple(range(occupied)) + (0,) * (n - occupied)
    expected = np.zeros(most + 1)
    prior = reference_clusters.component_probabilities(most, rate)
    counts = np.bincount(labels)
    for g in range(occupied, most + 1):
        chance = math.lgamma(0.6 * g) - math.lgamma(0.6 * g + n)
        chance += sum(math.lgamma(0.6 + m) - math.lgamma(0.6) for m in counts)
        expected[g] = prior[g - 1] * math.perm(g, occupied) * math.exp(chance)
    rng = np.random.default_rng(occupied)
    draws = np.array([draw_n_components(mixture, occupied, rate, rng) for _ in range(20_000)])
    observed = np.bincount(draws, minlength=most + 1)
    assert observed[:occupied].sum() == 0
    if occupied < most:
        p_value = stats.chisquare(observed[occupied:], 20_000 * expected[occupied:] / expected.sum()).pvalue
        assert p_value > 1e-4


def test_compact_labels() -> None:
    labels = np.array([4, 4, 0, 7, 0, 4, 2])
    assert compact_labels(labels, np.empty(8)) == 4
    np.testing.assert_array_equal(labels, [0, 0, 1, 2, 1, 0, 3])
