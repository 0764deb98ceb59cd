"""Simulation-based calibration (Talts et al. 2018) of the whole engine: start, warm-up, adaptation and moves.

Parameters from the prior, a network from them, a fit: if everything is right, the rank of each true value among
nearly independent posterior draws is uniform. The ranks' empirical distribution must lie inside a simultaneous band
(Säilynoja, Bürkner & Vehtari 2022), whose level is computed exactly, by recursion over the evaluation points, rather
than by simulation. False alarms: α = 0.001 over all quantities and both kinds of networks, by Bonferroni; seeds are
fixed.

T. Säilynoja, P.-C. Bürkner and A. Vehtari, "Graphical test for discrete uniformity and its applications in
goodness-of-fit evaluation and multiple sample comparison", Statistics and Computing 32:32, 2022.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from latentnet import MCMC, Network, Priors
from latentnet.checking.calibration import rank_bands
from latentnet.families import Bernoulli
from latentnet.inference.moves.path_length import LENGTH, SHORTEST
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem

ALPHA = 0.001
N_ACTORS, N_DIMS, N_RANKS = 12, 2, 100
PAIRS = ((0, 1), (4, 7), (2, 11))
QUANTITIES = ("intercept", "log scale", *(f"distance {i}-{j}" for i, j in PAIRS))


def outside(ranks: np.ndarray, n_ranks: int, level: float) -> int:
    """At how many points the ranks' distribution leaves the band."""
    below = np.cumsum(np.bincount(ranks, minlength=n_ranks))[:-1]
    fewest, most = rank_bands(len(ranks), n_ranks, level)
    return int(np.sum((below < fewest) | (below > most)))


def check_ranks(ranks: list[dict[str, int]]) -> None:
    """Check that every quantity's ranks, a dict for each replicate, lie in their band."""
    table = pd.DataFrame(ranks)
    level = 1.0 - ALPHA / len(table.columns)
    left = {name: outside(table[name].to_numpy(), N_RANKS, level) for name in table}
    assert not any(left.values()), f"points outside of the band: {left}"


def test_bands_have_their_level() -> None:
    """Of 20,000 sets of uniform ranks 5 % leave a 95 % band: within 4.5 standard errors (false alarms 7e-6)."""
    n, n_ranks, count = 40, 20, 20_000
    ranks = np.random.default_rng(0).integers(n_ranks, size=(count, n))
    left = np.mean([outside(row, n_ranks, 0.95) > 0 for row in ranks])
    exact = 1.0 - _band_coverage(n, n_ranks, 0.95)
    assert exact <= 0.05
    assert abs(left - exact) < 4.5 * np.sqrt(exact / count)


def _band_coverage(n: int, n_ranks: int, level: float) -> float:
    """Coverage of the band that `rank_bands` gives: a little over the level, since counts are whole."""
    fewest, most = rank_bands(n, n_ranks, level)
    counts, probability = np.array([0]), np.array([1.0])
    for at in range(1, n_ranks):
        after = np.arange(fewest[at - 1], most[at - 1] + 1).astype(int)
        step = stats.binom.pmf(after[:, None] - counts, n - counts, 1.0 / (n_ranks - at + 1))
        counts, probability = after, step @ probability
    return float(probability.sum())


def test_bands_see_what_a_sampler_gets_wrong() -> None:
    """300 ranks from posteriors a third too narrow, or half a standard deviation off, leave the band."""
    rng = np.random.default_rng(1)
    truth, draws = rng.standard_normal(300), rng.standard_normal((300, N_RANKS - 1))
    level = 1.0 - ALPHA / (2 * len(QUANTITIES))
    for wrong in (draws * 2 / 3, draws + 0.5):
        assert outside(np.sum(wrong < truth[:, None], axis=1), N_RANKS, level) > 0
    assert outside(np.sum(draws < truth[:, None], axis=1), N_RANKS, level) == 0


def _quantities(problem: Problem, theta: np.ndarray) -> np.ndarray:
    """(..., n_quantities) of parameter vectors (..., n_parameters)."""
    z = theta[..., problem.positions].reshape(*theta.shape[:-1], N_DIMS, N_ACTORS)
    distances = [np.sqrt(((z[..., i] - z[..., j]) ** 2).sum(axis=-1)) for i, j in PAIRS]
    return np.stack([theta[..., problem.intercept], theta[..., problem.log_scale], *distances], axis=-1)


def _problem(network: Network) -> Problem:
    return make_problem(network, family=Bernoulli(), similarity="distance", n_dims=N_DIMS, effects=(), priors=Priors())


def _truth(directed: bool, rng: np.random.Generator) -> tuple[Problem, np.ndarray]:
    """A network from the model, with its parameters."""
    priors = _problem(Network.from_array(np.zeros((N_ACTORS, N_ACTORS)))).priors
    df, v0 = float(priors.position_variance_df or 0), float(priors.position_variance_scale or 0)
    variance = df * v0 / rng.chisquare(df)
    intercept = np.sqrt(priors.intercept_variance) * rng.standard_normal()
    z = np.sqrt(variance) * rng.standard_normal((N_DIMS, N_ACTORS))
    eta = intercept - np.sqrt(((z[:, :, None] - z[:, None]) ** 2).sum(axis=0))
    y = (rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    np.fill_diagonal(y, 0.0)
    if not directed:
        y = np.tril(y) + np.tril(y).T
    problem = _problem(Network.from_array(y, directed=directed))
    return problem, np.concatenate([z.ravel(), [intercept, 0.5 * np.log(variance)]])


def _ranks(directed: bool, count: int, thin: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, n_quantities) ranks in 0..N_RANKS−1, and the path lengths that warm-up learned."""
    ranks, lengths = np.empty((count, len(QUANTITIES)), np.int64), np.empty(count)
    engine = MCMC(N_RANKS - 1, 400, 1, thin=thin, n_jobs=1, progress=False)
    for r, rng in enumerate(np.random.default_rng([11, directed]).spawn(count)):
        problem, theta = _truth(directed, rng)
        result = engine.infer(problem, rng)
        assert result.standing is not None
        arrays = result.standing.chains[0].arrays
        lengths[r] = next(values for name, values in arrays.items() if name.endswith("path.tuning"))[LENGTH]
        ranks[r] = np.sum(_quantities(problem, result.draws[0]) < _quantities(problem, theta), axis=0)
    return ranks, lengths


@pytest.mark.parametrize("directed", [True, False], ids=["directed", "undirected"])
@pytest.mark.parametrize(("count", "thin"), [(40, 5), pytest.param(300, 20, marks=pytest.mark.slow)])
def test_calibration(directed: bool, count: int, thin: int) -> None:
    """Full run: 300 replications, draws 20 iterations apart. The quick one sees coarse errors alone.

    Some of the networks are sparse enough for longer trajectories than others.
    """
    ranks, lengths = _ranks(directed, count, thin)
    assert lengths.min() == SHORTEST < lengths.max()
    level = 1.0 - ALPHA / (2 * len(QUANTITIES))
    left = {name: outside(column, N_RANKS, level) for name, column in zip(QUANTITIES, ranks.T, strict=True)}
    assert not any(left.values()), f"points outside of the band: {left}"
