"""Posteriors of cluster models of Sampson's monks: three clusters as R's latentnet has them, and an unknown number.

The JSON file beside this one holds the numbers of a long run of R under the same priors. Standardised differences of
posterior means stay under 4: over 153 distances and 8 scalars the chance that a correct sampler exceeds it is below
6e-5·161 = 0.01 (Bonferroni); the seed is fixed. Co-clustering probabilities and those of the number of clusters have
absolute bounds, about four Monte Carlo standard errors of the quick runs or more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentnet import MCMC, Priors
from latentnet.datasets import load_sampson
from latentnet.families import Bernoulli
from latentnet.inference.base import InferenceResult
from latentnet.posterior.diagnostics import r_hat, summarise
from latentnet.priors.clusters import Clusters
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem

MOST_STANDARD_ERRORS = 4.0
MOST_R_HAT = 1.02
MOST_COCLUSTERING_DIFFERENCE = 0.02
MOST_NUMBER_DIFFERENCE = 0.05
FIRST, SECOND = np.tril_indices(18, -1)

# Probabilities of 1, 2, ... occupied clusters that five other samplers agreed on, and the priors under which they did.
OCCUPIED = {
    "fixed numbers": (
        Priors(
            position_variance_scale=0.75,
            position_variance_df=6.0**0.5,
            cluster_mean_variance=4.5,
            cluster_weight_concentration=1.0,
        ),
        (0.30, 0.18, 0.41, 0.09, 0.01),
    ),
    "scaled by the data": (Priors().scaled_by(1.61), (0.02, 0.03, 0.74, 0.18, 0.03)),
}


def _reference() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "samplike_d2_G3.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _infer(clusters: Clusters, priors: Priors, n_draws: int, thin: int = 1) -> tuple[Problem, InferenceResult]:
    problem = make_problem(
        load_sampson(),
        family=Bernoulli(),
        similarity="distance",
        n_dims=2,
        effects=(),
        priors=priors,
        position_prior=clusters,
    )
    engine = MCMC(n_draws=n_draws, thin=thin, progress=False)
    return problem, engine.infer(problem, np.random.default_rng(1))


def _check(draws: np.ndarray, mean: Any, mcse: Any) -> None:
    standardised = np.abs(draws.mean(axis=(0, 1)) - np.asarray(mean)) / np.hypot(
        summarise(draws)["mcse_mean"], np.asarray(mcse)
    )
    assert standardised.max() < MOST_STANDARD_ERRORS, f"largest z {standardised.max():.2f}"


def _distances(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """(n_chains, n_draws, n_pairs)."""
    z = draws[..., problem.positions].reshape(*draws.shape[:2], 2, -1)
    return np.sqrt(((z[..., FIRST] - z[..., SECOND]) ** 2).sum(axis=2))  # type: ignore[no-any-return]


def _coclustering(result: InferenceResult) -> np.ndarray:
    assert result.labels is not None
    return (result.labels[..., FIRST] == result.labels[..., SECOND]).astype(np.float64)


@pytest.mark.parametrize(("n_draws", "thin"), [(4_000, 1), pytest.param(10_000, 4, marks=pytest.mark.slow)])
def test_three_clusters_as_r(n_draws: int, thin: int) -> None:
    """Distances, co-clustering, intercept, log-likelihood, and the clusters' variances and weights in order of size."""
    reference = _reference()
    problem, result = _infer(Clusters(3, False), Priors.as_in_r(), n_draws, thin)
    assert problem.network.actors.tolist() == reference["actors"]
    distances, together = _distances(problem, result.draws), _coclustering(result)
    assert r_hat(distances).max() < MOST_R_HAT
    assert r_hat(together).max() < MOST_R_HAT
    _check(distances, reference["dist_mean"], reference["dist_mcse"])
    difference = np.abs(together.mean(axis=(0, 1)) - reference["cocluster"])
    assert difference.max() < MOST_COCLUSTERING_DIFFERENCE, f"largest difference {difference.max():.4f}"
    assert result.kind == "chains"
    scalars = {
        "intercept": result.draws[..., problem.intercept],
        "log_likelihood": result.statistics["log_likelihood_total"],
    }
    for name, (mean, mcse) in reference["scalars"].items():
        _check(scalars[name][..., None], [mean], [mcse])
    start = problem.log_scale
    variances = np.sort(np.exp(2.0 * result.draws[..., start : start + 3]), axis=-1)
    # A median is compared by the share of draws below it: the largest variance has heavy tails.
    below = (variances < reference["variance_median"]).astype(np.float64)
    _check(below, [0.5] * 3, 0.5 / np.sqrt(reference["variance_ess"]))
    weights = np.exp(result.draws[..., -3:])
    weights = np.sort(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
    _check(weights, reference["weight_mean"], reference["weight_mcse"])


@pytest.mark.parametrize("prior", OCCUPIED)
@pytest.mark.parametrize(("n_draws", "thin"), [(5_000, 1), pytest.param(10_000, 4, marks=pytest.mark.slow)])
def test_unknown_number(prior: str, n_draws: int, thin: int) -> None:
    """Chains agree on the number of occupied clusters and on who shares one; the number's posterior is as expected."""
    priors, expected = OCCUPIED[prior]
    _, result = _infer(Clusters(10, True), priors, n_draws, thin)
    assert result.labels is not None
    occupied = 1 + np.count_nonzero(np.diff(np.sort(result.labels, axis=-1), axis=-1), axis=-1)
    found = np.bincount(occupied.ravel(), minlength=6)[1:6] / occupied.size
    np.testing.assert_allclose(found, expected, rtol=0, atol=MOST_NUMBER_DIFFERENCE)
    assert r_hat(_coclustering(result)).max() < MOST_R_HAT
    assert r_hat(occupied.astype(np.float64)) < MOST_R_HAT


def test_components_and_occupied_clusters() -> None:
    """Labels name components in the model, and where their number is fixed it stays."""
    for clusters in (Clusters(4, False), Clusters(6, True)):
        _, result = _infer(clusters, OCCUPIED["scaled by the data"][0], 200)
        assert result.labels is not None
        assert result.n_components is not None
        assert result.labels.min() >= 0
        assert np.all(result.labels.max(axis=-1) < result.n_components)
        assert result.n_components.max() <= clusters.most
        assert clusters.automatic or np.all(result.n_components == 4)
