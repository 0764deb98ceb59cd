"""The groups that ArviZ's functions ask for: right numbers, and ArviZ takes them, under 0.x and 1.x."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import MCMC, DynamicLatentPositionModel, LatentPositionModel, Layers, Network
from latentnet.datasets import load_sampson

ENGINE = MCMC(n_draws=150, n_warmup=150, n_chains=2, thin=1)


def _fit(network: Any, **params: Any) -> Any:
    model = LatentPositionModel(**({"inference": ENGINE, "random_state": 1} | params))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
        return model.fit(network)


@pytest.fixture(scope="module")
def model() -> Any:
    return _fit(load_sampson())


@pytest.fixture(scope="module")
def whole(model: Any) -> Any:
    return model.to_arviz(n_networks=50, random_state=1)


def test_log_likelihoods_are_those_of_pairs_under_each_draw(model: Any, whole: Any) -> None:
    found = whole["log_likelihood"]["unit"]
    assert found.dims == ("chain", "draw", "observed_unit")
    network, at = model.network_, (1, 37)
    names = list(network.actors)
    for unit in (0, 60, 152):
        ends = (str(found[f"unit_{end}"].values[unit]) for end in ("sender", "receiver"))
        i, j = (names.index(name) for name in ends)
        z, level = model.draws_.positions[at], model.draws_.scalars["intercept"][at]
        eta = level - np.linalg.norm(z[i] - z[j])
        expected = sum(network.ties[a, b] * eta - np.logaddexp(0.0, eta) for a, b in ((i, j), (j, i)))
        assert float(found.values[at][unit]) == pytest.approx(expected, abs=1e-9)


def test_arviz_leaves_out_as_we_do(model: Any, whole: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz

        theirs, ours = arviz.loo(whole), latentnet.loo(model)
    # They take as efficiency that of coordinates, we that of the log density: tails of other lengths are smoothed.
    assert abs(float(getattr(theirs, "elpd", np.nan) if hasattr(theirs, "elpd") else theirs.elpd_loo) - ours.elpd) < 1.0


def test_replicated_ties_lie_beside_the_observed_ones(model: Any, whole: Any) -> None:
    observed, replicated = whole["observed_data"]["ties"], whole["posterior_predictive"]["ties"]
    assert replicated.shape == whole["prior_predictive"]["ties"].shape == (1, 50, 306)
    assert observed.dtype == replicated.dtype == np.int64
    frame = pd.DataFrame({"sender": observed["sender"].values, "receiver": observed["receiver"].values})
    network, place = model.network_, {name: k for k, name in enumerate(model.network_.actors)}
    ties = [network.ties[place[row.sender], place[row.receiver]] for row in frame.itertuples()]
    np.testing.assert_array_equal(observed.values, ties)
    probability = model.predict_proba(list(frame.itertuples(index=False, name=None)))
    share = replicated.values[0].mean(axis=0)
    # 50 networks: standard errors of .07 a dyad; the correlation over 306 dyads was .95
    assert np.corrcoef(share, probability)[0, 1] > 0.9
    wide = whole["prior_predictive"]["ties"].values[0].mean(axis=1).std()
    assert wide > 3.0 * replicated.values[0].mean(axis=1).std()


def test_the_prior_is_a_group_of_its_own(model: Any, whole: Any) -> None:
    assert set(whole["prior"].data_vars) == set(whole["posterior"].data_vars)
    assert whole["prior"]["intercept"].shape == (1, 50)
    of_prior = _fit(load_sampson(), inference="prior")
    groups = of_prior.posterior_.groups() if callable(of_prior.posterior_.groups) else of_prior.posterior_.groups
    names = {name.strip("/") for name in groups}
    assert "prior" in names
    assert "posterior" not in names


def test_only_the_groups_asked_for_are_made(model: Any) -> None:
    found = model.to_arviz(["log_likelihood"])
    names = {name.strip("/") for name in (found.groups() if callable(found.groups) else found.groups)} - {""}
    assert names == {"posterior", "sample_stats", "observed_data", "constant_data", "log_likelihood"}
    assert found["observed_data"]["ties"].shape == (88,)
    assert model.posterior_["observed_data"]["ties"].shape == (88,)


def test_a_seed_gives_the_same_groups(model: Any) -> None:
    first, second = (model.to_arviz(n_networks=5, random_state=3) for _ in range(2))
    for group in ("posterior_predictive", "prior", "prior_predictive"):
        for name in first[group].data_vars:
            np.testing.assert_array_equal(first[group][name], second[group][name])


def test_lists_are_units_and_values_stay_numbers() -> None:
    named = pd.DataFrame({"who": list("aabbccdde"), "whom": list("bcacabaed"), "rank": [1, 2, 1, 2, 1, 2, 1, 2, 1]})
    network = Network.from_nominations(
        named, respondent="who", nominee="whom", max_nominations=2, actors=list("abcdef")
    )
    found = _fit(network).to_arviz(["log_likelihood", "posterior_predictive"], n_networks=10, random_state=1)
    unit = found["log_likelihood"]["unit"]
    assert sorted(unit["unit_sender"].values) == list("abcde")
    assert "unit_receiver" not in unit.coords
    named_by = found["posterior_predictive"]["ties"].groupby("sender").sum()
    assert int(named_by.max()) <= 2
    ties = np.random.default_rng(1).normal(size=(6, 6))
    np.fill_diagonal(ties, 0.0)
    values = _fit(Network.from_array(ties, directed=True), family="gaussian").to_arviz(["posterior_predictive"])
    assert values["observed_data"]["ties"].dtype == np.float64


def test_what_cannot_be_made_is_refused_by_name(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="groups must be a list of names"):
        model.to_arviz("log_likelihood")
    with pytest.raises(ValueError, match=r"groups must be one of 'log_likelihood'.*but is 'loglik'"):
        model.to_arviz(["loglik"])
    with pytest.raises(ValueError, match="n_networks must be an integer of at least 1, but is 0"):
        model.to_arviz(n_networks=0)
    with pytest.raises(ValueError, match="needs draws from the posterior"):
        _fit(load_sampson(), inference="map").to_arviz()
    with pytest.raises(ValueError, match=r"model\.layer\(name\)"):
        _fit(Layers({"like": load_sampson(), "esteem": load_sampson()}), inference="map").to_arviz(["prior"])
    monkeypatch.setattr("latentnet.checks.free_memory", lambda: 1e5)
    with pytest.raises(MemoryError, match="log-likelihoods of 153 units under 300 draws"):
        model.to_arviz()


def test_a_period_has_its_likelihoods_and_no_prior() -> None:
    joint = DynamicLatentPositionModel(inference=ENGINE, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
        joint.fit([load_sampson(), load_sampson()])
    period = joint.at(period=1)
    assert period.to_arviz(["log_likelihood"])["log_likelihood"]["unit"].shape == (2, 150, 153)
    with pytest.raises(ValueError, match="has no prior of its own"):
        period.to_arviz()
