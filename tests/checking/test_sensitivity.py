"""Power scaling: distances, what of the prior is scaled, and what the table says."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone

import latentnet
from latentnet import (
    MCMC,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    Network,
    Priors,
)
from latentnet.checking.sensitivity import _distance, _log_priors, sensitivity
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.effects import Homophily, SenderReceiver
from latentnet.posterior.draws import Draws
from tests.contracts.networks import engine, quick_fit, refit

MONKS = load_sampson()


def _naive_distance(values: np.ndarray, weights: np.ndarray) -> float:
    """By its definition (Nguyen & Vreeken 2015), step by step."""
    p = q = total = size = 0.0
    for k in range(len(values) - 1):
        p, q, width = p + 1.0 / len(values), q + weights[k], values[k + 1] - values[k]
        middle = 0.5 * (p + q)
        total += width * (p * np.log2(p / middle) + (q * np.log2(q / middle) if q > 0 else 0.0))
        size += width * (p + q)
    return float(np.sqrt(total / size))


def test_distances_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    values, weights = np.sort(rng.normal(size=200)), rng.dirichlet(np.full(200, 0.5))
    weights[:3] = 0.0
    weights /= weights.sum()
    assert _distance(values, weights) == pytest.approx(_naive_distance(values, weights))
    assert _distance(values, np.full(200, 1 / 200)) == pytest.approx(0.0, abs=1e-6)
    assert _distance(np.zeros(200), weights) == 0.0


def test_a_prior_that_pulls_is_seen() -> None:
    """Of a normal mean known exactly: N(0, 1) prior, one tie that says 6 ± 1, or 0 ± 0.1."""
    rng = np.random.default_rng(1)
    far = rng.normal(3.0, np.sqrt(0.5), 20_000)
    assert sensitivity(far, stats.norm.logpdf(far)) > 0.2
    known = rng.normal(0.0, 0.1, 20_000)
    assert sensitivity(known, stats.norm.logpdf(known)) < 0.01


def _of(draws: Draws, theta: np.ndarray) -> Draws:
    return Draws(**{**vars(draws), "parameters": theta[None]})


def test_what_is_scaled_is_the_prior_of_scalars() -> None:
    """Of an intercept and σ² by SciPy; actors' values given their scales make no difference, correlated or not."""
    model = quick_fit(MONKS, effects=[SenderReceiver(), Homophily("group")])
    problem, draws = model._problem, model.draws_
    rest = _log_priors(problem, draws)
    changed = draws.pooled.copy()
    for group, start in problem.random_groups:
        changed[:, start + group.start : start + group.stop] *= -0.5
    changed[:, problem.positions] *= 0.3
    np.testing.assert_allclose(_log_priors(problem, _of(draws, changed)), rest, rtol=1e-6, atol=1e-6)
    plain = quick_fit(MONKS)
    priors, scalars = plain.priors_, plain.draws_.scalars
    shape = 0.5 * priors.position_variance_df
    exact = stats.norm.logpdf(scalars["intercept"], 0.0, np.sqrt(priors.intercept_variance))
    exact += stats.invgamma.logpdf(scalars["position_variance"], shape, scale=shape * priors.position_variance_scale)
    np.testing.assert_allclose(_log_priors(plain._problem, plain.draws_), exact.ravel(), rtol=1e-6)


@pytest.mark.parametrize("n_clusters", [2, "auto"])
def test_clusters_are_scaled_and_positions_given_them_are_not(n_clusters: int | str) -> None:
    model = refit(LatentClusterModel(n_clusters, inference=engine(n_draws=100), random_state=1), MONKS)
    problem, draws = model._problem, model.draws_
    changed = draws.pooled.copy()
    changed[:, problem.positions] = np.random.default_rng(1).normal(size=36)
    np.testing.assert_allclose(
        _log_priors(problem, _of(draws, changed)), _log_priors(problem, draws), rtol=1e-6, atol=1e-5
    )


WAVES = load_sampson_waves()
ELSEWHERE = Network.from_array(WAVES[2].ties, actors=[f"brother {actor}" for actor in MONKS.actors], directed=True)


SITES = {"here": list(WAVES[:2]), "there": [ELSEWHERE]}
AROUND = Layers({"a": WAVES[0], "b": WAVES[2]})


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (DynamicLatentPositionModel(), list(WAVES[:2])),
        pytest.param(LatentPositionModel(layers="around"), AROUND, marks=pytest.mark.slow),
        pytest.param(DynamicLatentClusterModel(2), SITES, marks=pytest.mark.slow),
        pytest.param(DynamicLatentClusterModel("auto"), list(WAVES[:2]), marks=pytest.mark.slow),
    ],
    ids=["periods", "layers around", "sites and clusters", "periods and a number of clusters"],
)
def test_positions_of_joint_models_are_not_scaled(model: Any, data: Any) -> None:
    """Neither steps nor layers' own positions: whatever they are, the prior of all else is the same."""
    model = clone(model).set_params(inference=engine(n_draws=60), random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(data)
    problem, draws, rng = model._problem, model.draws_, np.random.default_rng(1)
    changed = draws.pooled.copy()
    changed[:, problem.positions] = rng.normal(size=changed[:, problem.positions].shape)
    for layer in problem.layers:
        if layer.spread >= 0:
            own = slice(layer.deviations, layer.deviations + layer.n_coordinates)
            changed[:, own] = rng.normal(size=changed[:, own].shape)
    rest = _log_priors(problem, draws)
    np.testing.assert_allclose(_log_priors(problem, _of(draws, changed)), rest, rtol=1e-6, atol=1e-5)
    assert np.ptp(rest) > 0.1
    assert {"prior", "likelihood"} <= set(latentnet.prior_sensitivity(model))


def test_the_table_says_where_prior_and_ties_disagree() -> None:
    run = MCMC(500, 300, 2, thin=1, progress=False)
    effects = [Homophily("group")]
    narrow = quick_fit(MONKS, effects=effects, similarity=None, inference=run, priors=Priors(coefficient_variance=0.02))
    table = latentnet.prior_sensitivity(narrow)
    name = next(name for name in table.index if "group" in name)
    assert table.loc[name, "diagnosis"] == "prior and ties disagree: is the prior meant so?"
    assert "prior against ties" in set(latentnet.diagnose(narrow).table["topic"])
    wide = quick_fit(MONKS, effects=effects, similarity=None, inference=run)
    assert (latentnet.prior_sensitivity(wide)["diagnosis"] == "").all()
    assert "prior against ties" not in set(latentnet.diagnose(wide).table["topic"])
    with pytest.raises(ValueError, match="prior_sensitivity needs chains"):
        latentnet.prior_sensitivity(quick_fit(MONKS, similarity=None, inference="map"))


def test_a_default_fit_is_not_told_that_its_priors_are_odd() -> None:
    plain = quick_fit(MONKS, inference=MCMC(500, 300, 2, thin=1, progress=False))
    # That of the variance pulls, and moves the intercept with it; the intercept's own prior hardly does.
    assert latentnet.prior_sensitivity(plain).loc["position_variance", "prior"] > 0.05
    assert "prior against ties" not in set(latentnet.diagnose(plain).table["topic"])
