"""Calibration as a product: ranks of every quantity, for any family and design, and its p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import latentnet
from latentnet import MCMC, DynamicLatentPositionModel, LatentClusterModel, LatentPositionModel, Layers, Network
from latentnet.checking.calibration import N_RANKS, _p_value, rank_bands
from latentnet.datasets import load_sampson
from latentnet.effects import Receiver
from tests.checking.calibration_cases import CASES

ENGINE = MCMC(99, 200, 1, progress=False, n_jobs=1)
ALPHA = 0.001


def _network(n: int = 12, **attributes: object) -> Network:
    return Network.from_array(np.zeros((n, n)), directed=True, **attributes)


@pytest.mark.slow
def test_p_values_are_uniform_and_belong_to_the_band() -> None:
    rng = np.random.default_rng(1)
    found = np.array([_p_value(rng.integers(N_RANKS, size=50)) for _ in range(300)])
    assert stats.kstest(found, "uniform", alternative="greater").pvalue > 0.001  # ranks are whole: a little too large
    for _ in range(40):
        ranks = rng.integers(N_RANKS, size=50)
        low, high = rank_bands(50, N_RANKS, 0.8)
        below = np.cumsum(np.bincount(ranks, minlength=N_RANKS))[:-1]
        leaves = bool(((below < low) | (below > high)).any())
        p = _p_value(ranks)
        assert leaves == (p < 0.2) or abs(p - 0.2) < 0.02  # the band's level is a little over 0.8


def test_a_correct_model_is_calibrated_and_others_are_found_out() -> None:
    """60 networks; false alarms 0.001 over all quantities. Ranks from another prior than the truth's leave the band."""
    model = LatentPositionModel(1, effects=[Receiver()], inference=ENGINE)
    found = latentnet.calibrate(model, _network(8), 30, random_state=1)
    assert found.ranks.shape == (30, len(found.table))
    assert {"intercept", "position_variance", "receiver_variance", "log_likelihood"} <= set(found.table.index)
    assert (found.table["p_value"] > ALPHA / len(found.table)).all()
    assert "30 networks" in repr(found)
    again = latentnet.calibrate(model, _network(8), 4, random_state=1, n_jobs=1)
    pd.testing.assert_frame_equal(again.ranks, latentnet.calibrate(model, _network(8), 4, random_state=1).ranks)


@pytest.mark.slow
def test_layers_are_calibrated_each_under_its_own_design() -> None:
    layers = Layers({"all": _network(8), "asked": _capped()}, families={"all": "poisson"})
    found = latentnet.calibrate(LatentPositionModel(1, inference=ENGINE), layers, 4, random_state=1)
    assert {"intercept[0]", "intercept[1]", "log_likelihood"} <= set(found.ranks)
    assert sum(name.startswith("linear_predictor[asked: ") for name in found.ranks) == 3


@pytest.mark.slow
def test_joint_models_are_calibrated_too() -> None:
    model = DynamicLatentPositionModel(1, inference=ENGINE)
    found = latentnet.calibrate(model, [_network(5), _network(6)], 5, random_state=1)
    assert {"step_variance", "log_likelihood", "intercept[0]", "intercept[1]"} <= set(found.ranks)


def test_draws_that_are_wrong_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    infer = MCMC.infer

    def too_narrow(self: MCMC, problem: object, rng: object) -> object:
        found = infer(self, problem, rng)  # type: ignore[arg-type]
        mean = found.draws.mean(axis=1, keepdims=True)
        return found._replace(draws=mean + 0.3 * (found.draws - mean))

    monkeypatch.setattr(MCMC, "infer", too_narrow)
    model = LatentPositionModel(similarity=None, inference=ENGINE)
    found = latentnet.calibrate(model, _network(6), 60, random_state=1)
    assert found.table.loc["intercept", "p_value"] < 1e-6
    assert found.table.loc["intercept", "spread"] > 1.2


def test_what_cannot_be_calibrated_is_named() -> None:
    network = load_sampson()
    with pytest.raises(ValueError, match="n_replications must be"):
        latentnet.calibrate(LatentPositionModel(), network, 1)
    with pytest.raises(ValueError, match="engine that draws from the posterior"):
        latentnet.calibrate(LatentPositionModel(inference="map"), network, 2)
    with pytest.raises(ValueError, match="at least 99 draws"):
        latentnet.calibrate(LatentPositionModel(inference=MCMC(10, 10, 1)), network, 2, random_state=1)
    names = pd.DataFrame({"who": [0, 0, 1], "whom": [1, 2, 2]})
    named = Network.from_nominations(names, respondent="who", nominee="whom")
    with pytest.raises(ValueError, match="choice_set='named'"):
        latentnet.calibrate(LatentPositionModel(), named, 2)


def _capped() -> Network:
    names = pd.DataFrame([(i, (i + k) % 12) for i in range(9) for k in (1, 2)], columns=["who", "whom"])
    return Network.from_nominations(names, respondent="who", nominee="whom", max_nominations=2, actors=list(range(12)))


# Whose number is open, over an observed network; all others are of `calibration_cases`.
OPEN = LatentClusterModel("auto", inference=MCMC(N_RANKS - 1, 400, 1, thin=8, progress=False, n_jobs=1)), load_sampson()
MODELS = CASES | {"clusters, their number open": OPEN}


@pytest.mark.slow
@pytest.mark.parametrize("case", MODELS)
def test_families_estimators_and_designs(case: str) -> None:
    """100 networks; false alarms: 0.001 over all quantities and cases."""
    model, network = MODELS[case]
    found = latentnet.calibrate(model, network, 100, random_state=7)
    assert (found.table["p_value"] > ALPHA / (len(found.table) * len(MODELS))).all(), found.table
