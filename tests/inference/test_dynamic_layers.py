"""Several kinds of ties in several periods and sites: one likelihood, and the views of a period, a site and a layer."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import MCMC, DynamicLatentClusterModel, DynamicLatentPositionModel, Layers, Network
from latentnet.datasets import load_sampson_waves
from latentnet.effects import SenderReceiver
from latentnet.problem.verbs import BoundTarget
from tests import reference

WAVES = load_sampson_waves()


def _periods() -> list[Layers]:
    """Two periods; liking is directed, meeting is not and lacks one person at first, and another one later."""
    rng, found = np.random.default_rng(5), []
    for k, wave in enumerate(WAVES[:2]):
        met = np.triu((wave.ties.toarray() + rng.random(wave.ties.shape) > 0.8).astype(float), 1)
        keep = np.delete(np.arange(wave.n_actors), 3 + k)
        few = Network.from_array((met + met.T)[np.ix_(keep, keep)], actors=wave.actors[keep])
        found.append(Layers({"liking": wave, "meeting": few}))
    return found


@pytest.fixture(scope="module")
def model() -> DynamicLatentClusterModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return DynamicLatentClusterModel(2, effects=[], inference=MCMC(40, 40, 2, progress=False), random_state=1).fit(
            _periods()
        )


def test_the_likelihood_is_the_sum_over_periods_and_layers(model: DynamicLatentClusterModel) -> None:
    problem, periods = model._problem, _periods()
    theta = model.draws_.parameters[0, 3].copy()
    theta += 0.1 * np.random.default_rng(2).standard_normal(theta.size)
    value, gradient = BoundTarget(problem.target()).likelihood_value_and_gradient(theta)
    place = {label: k for k, label in enumerate(problem.network.actors)}

    def naive(at: np.ndarray) -> float:
        total, z = 0.0, problem.parameters.positions(at)
        weights = [1.0, float(np.exp(at[problem.parameters.part("layer_weight")][0]))]
        intercepts = at[problem.intercepts].reshape(2, 2)  # layer by period
        for k, name in enumerate(("liking", "meeting")):
            for period, layers in enumerate(periods):
                own = z[[place[period, actor] for actor in layers[name].actors]]
                eta = intercepts[k, period] + weights[k] * reference.linear_predictor(own, 0.0, "distance")
                total += reference.log_likelihood(layers[name], eta)
        return total

    assert value == pytest.approx(naive(theta), rel=1e-10)
    some = np.r_[0:4, problem.intercepts, problem.parameters.part("layer_weight")]
    for p in some.tolist():
        step = np.zeros_like(theta)
        step[p] = 1e-5
        assert gradient[p] == pytest.approx((naive(theta + step) - naive(theta - step)) / 2e-5, rel=1e-5, abs=1e-5)


def test_a_layer_of_a_period_is_an_ordinary_model(model: DynamicLatentClusterModel) -> None:
    assert list(model.intercept_.index) == [("liking", 0), ("liking", 1), ("meeting", 0), ("meeting", 1)]
    for period, layers in enumerate(_periods()):
        weight = np.ones((2, 40))
        for k, name in enumerate(("liking", "meeting")):
            view = model.at(period=period).layer(name)
            assert list(view.actors_) == list(layers[name].actors)
            joined = list(model.network_.actors)
            i, j = (joined.index((period, view.actors_[place])) for place in (2, 9))
            z = model.draws_.positions
            weight = np.ones((2, 40)) if k == 0 else model.draws_.variables["layer_weight"][..., 0]
            eta = model.draws_.variables["intercept"][..., 2 * k + period]
            eta = eta - weight * np.linalg.norm(z[:, :, i] - z[:, :, j], axis=-1)
            found = view.linear_predictor([(view.actors_[2], view.actors_[9])], draws=True)[..., 0]
            np.testing.assert_allclose(found, eta)
            np.testing.assert_allclose(model.layer(name).at(period=period).draws_.positions, view.draws_.positions)
            assert view.membership_.shape == (view.n_actors_, 2)
    assert model.at(period=1).layer_table().shape == model.layer_table().shape
    assert model.layer("meeting").n_periods_ == 2


def test_it_is_saved_and_loaded(model: DynamicLatentClusterModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    again = latentnet.load(tmp_path / "model")
    np.testing.assert_array_equal(again.draws_.parameters, model.draws_.parameters)
    pd.testing.assert_series_equal(again.intercept_, model.intercept_)
    one, other = (each.at(period=1).layer("meeting").predict_proba() for each in (again, model))
    np.testing.assert_array_equal(one, other)


@pytest.mark.filterwarnings("ignore::latentnet.LatentnetWarning")
def test_sites_with_random_effects_of_each_layer() -> None:
    first, second = _periods()
    model = DynamicLatentPositionModel(effects=[SenderReceiver()], inference="map", random_state=1)
    liking = [Layers({"liking": one["liking"], "disliking": WAVES[2]}) for one in (first, second)]
    model.fit({"north": liking, "south": liking})
    draws = model.draws_.variables
    assert draws["sender[disliking]"].shape[2:] == (36,)
    view = model.at(period=1, site="south").layer("disliking")
    np.testing.assert_array_equal(view.draws_.variables["sender"][0, 0], draws["sender[disliking]"][0, 0, 18:])
    assert model.forecast("north", random_state=1).layer("liking").predict_proba().shape == (18, 18)


@pytest.mark.parametrize(
    ("networks", "error", "message"),
    [
        ([_periods()[0], WAVES[1]], TypeError, "must all be Layers, or none of them, but one is a Network"),
        ([_periods()[0], Layers({"liking": WAVES[1]})], ValueError, "the same layers and families"),
        (_periods()[0], TypeError, "a sequence of networks, a period each, .* but is Layers"),
    ],
)
def test_what_is_wrong_is_said(networks: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DynamicLatentPositionModel(inference="map").fit(networks)
