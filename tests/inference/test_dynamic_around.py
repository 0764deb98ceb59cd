"""Layers around the common positions of several periods and sites: likelihood, moves, views, files and calibration."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

import latentnet
from latentnet import MCMC, DynamicLatentClusterModel, DynamicLatentPositionModel, Layers, Network
from latentnet.families import Bernoulli
from latentnet.inference.prior_draws import draw_prior
from latentnet.network.layers import given_periods
from latentnet.priors import Priors
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference
from tests.inference.scenes import as_seen, move_what_is_common, own_positions
from tests.inference.test_calibration import N_RANKS, check_ranks

_NAMES = ("liking", "meeting")
_PRIORS = Priors(
    position_variance_scale=1.5,
    position_variance_df=6.0,
    step_variance_scale=0.3,
    step_variance_df=6.0,
    layer_spread_log_variance=0.5,
)


def _ties(n: int, directed: bool, rng: np.random.Generator) -> np.ndarray:
    ties = (rng.random((n, n)) < 0.4).astype(float)
    ties = ties if directed else np.triu(ties, 1) + np.triu(ties, 1).T
    np.fill_diagonal(ties, 0.0)
    return ties


def _periods(seed: int = 5, people: str = "abcdefgh") -> list[Layers]:
    """Two periods; liking is directed, meeting is not and lacks one person at first, and another one later."""
    rng, found = np.random.default_rng(seed), []
    for k in range(2):
        liking = Network.from_array(_ties(8, True, rng), directed=True, actors=list(people))
        meeting = Network.from_array(_ties(7, False, rng), actors=list(np.delete(list(people), 3 + k)))
        found.append(Layers({"liking": liking, "meeting": meeting}))
    return found


def _south() -> list[Layers]:
    return _periods(6, "pqrstuvw")


def _bound(networks: object, priors: Priors = _PRIORS) -> Problem:
    return bind_given(
        given_periods(networks)[0],
        [Bernoulli(), Bernoulli()],
        similarity="distance",
        n_dims=2,
        effects=(),
        priors=priors,
        layers="around",
    )


@pytest.mark.parametrize("sites", [False, True])
def test_value_and_gradient_are_those_of_the_naive_twin(sites: bool) -> None:
    grid = {"north": _periods(), "south": _south()} if sites else {None: _periods()}
    problem = _bound(grid if sites else grid[None])

    def naive(theta: np.ndarray) -> float:
        weights, total = [1.0, np.exp(theta[problem.parameters.part("layer_weight")][0])], 0.0
        for k, (name, weight) in enumerate(zip(_NAMES, weights, strict=True)):
            layer, z = problem.layers[k].problem, own_positions(problem, theta, k)
            place = {label: p for p, label in enumerate(layer.network.actors)}
            intercepts = iter(theta[problem.intercepts].reshape(2, -1)[k])
            for site, periods in grid.items():
                for period, layers in enumerate(periods):
                    where = (period,) if site is None else (site, period)
                    own = z[[place[(*where, actor)] for actor in layers[name].actors]]
                    eta = next(intercepts) + weight * reference.linear_predictor(own, 0.0, "distance")
                    total += reference.log_likelihood(layers[name], eta)
        return total

    theta = 0.5 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    value, gradient = BoundTarget(problem.target()).likelihood_value_and_gradient(theta)
    assert value == pytest.approx(naive(theta), rel=1e-10)
    np.testing.assert_allclose(gradient, reference.central_difference(naive, theta), rtol=1e-6, atol=1e-6)


def test_moves_of_what_is_common_leave_the_prior_and_the_layers_alone() -> None:
    """2,000 draws of the prior, moved; ten comparisons with others, all at p > 1e-4: false alarms 0.001."""
    problem, rng = _bound({"north": _periods(), "south": _south()}), np.random.default_rng(7)
    before, after = (draw_prior(problem, 2000, rng)[0] for _ in range(2))
    last = after[-1].copy()
    move_what_is_common(problem, after, rng)
    for k in range(2):
        np.testing.assert_allclose(as_seen(problem, after[-1], k), as_seen(problem, last, k))

    def watched(theta: np.ndarray) -> dict[str, np.ndarray]:
        z = problem.parameters.positions(theta)
        found = {f"spread {k}": problem.parameters["layer_spread"].of(theta)[:, k] for k in range(2)}
        found |= {f"position {i}": z[:, i, 0] for i in (0, 9, 17, 30)}
        assert problem.presences is not None
        found["step"] = z[:, -1, 1] - z[:, problem.presences.previous[-1], 1]
        found |= {f"own {k}": as_seen(problem, theta, k)[:, 12, 1] for k in range(2)}
        return found | {"deviation": problem.parameters["layer_deviations[meeting]"].of(theta)[:, 1, 11]}

    one, other = watched(before), watched(after)
    assert min(stats.ks_2samp(one[name], other[name]).pvalue for name in one) > 1e-4


@pytest.fixture(scope="module")
def clustered() -> DynamicLatentClusterModel:
    engine = MCMC(30, 30, 2, progress=False)
    model = DynamicLatentClusterModel(2, layers="around", inference=engine, priors=_PRIORS, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit({"north": _periods(), "south": _south()})


def _between(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[..., :, None, :] - points[..., None, :, :], axis=-1)


@pytest.mark.parametrize("site", ["north", "south"])
def test_a_layer_of_a_network_is_an_ordinary_model(clustered: DynamicLatentClusterModel, site: str) -> None:
    problem, theta = clustered._problem, clustered.draws_.parameters
    for k, name in enumerate(_NAMES):
        weight = np.ones((2, 30)) if k == 0 else clustered.draws_.variables["layer_weight"][..., 0]
        labels = list(problem.layers[k].problem.network.actors)
        whole = clustered.layer(name)
        for period in range(2):
            view = clustered.at(period, site).layer(name)
            own = own_positions(problem, theta, k)[:, :, [labels.index((site, period, a)) for a in view.actors_]]
            expected = weight[..., None, None] * _between(own)
            np.testing.assert_allclose(_between(view.draws_.positions), expected)
            np.testing.assert_allclose(_between(whole.at(period, site).draws_.positions), expected)
            assert view.membership_.shape == (view.n_actors_, 2)
        here = ["north", "south"].index(site)
        turned, common = (_between(one.draws_.extra["cluster_means"][:, :, here]) for one in (whole, clustered))
        np.testing.assert_allclose(turned, weight[..., None, None] * common)
    table = clustered.layer_table()
    tau = clustered.draws_.variables["layer_spread"][..., 1]
    assert table.loc["meeting", "spread"] == pytest.approx(np.median(tau))
    assert "layer_spread[meeting]" in clustered.summary().index
    pd.testing.assert_series_equal(clustered.at(1, site).layer_table()["spread"], table["spread"])


def test_a_forecast_has_deviations_of_its_own(clustered: DynamicLatentClusterModel) -> None:
    ahead = clustered.forecast("south", random_state=3)
    drawn = ahead._problem.parameters["layer_deviations[meeting]"].of(ahead.draws_.parameters)
    now = clustered.at(1, "south")
    kept = now._problem.parameters["layer_deviations[meeting]"].of(now.draws_.parameters)
    assert drawn.shape == kept.shape
    assert abs(np.corrcoef(drawn.ravel(), kept.ravel())[0, 1]) < 0.2  # 840 values: 5.8 standard errors
    of_layer = clustered.layer("meeting").forecast("south", random_state=3)
    np.testing.assert_array_equal(of_layer.draws_.positions, ahead.layer("meeting").draws_.positions)


def test_it_is_saved_and_loaded(clustered: DynamicLatentClusterModel, tmp_path: Path) -> None:
    clustered.save(tmp_path / "model")
    again = latentnet.load(tmp_path / "model")
    assert again.layers == "around"
    np.testing.assert_array_equal(again.draws_.parameters, clustered.draws_.parameters)
    pd.testing.assert_frame_equal(again.layer_table(), clustered.layer_table())
    one, other = (each.at(1, "south").layer("meeting").predict_proba() for each in (again, clustered))
    np.testing.assert_array_equal(one, other)


def test_correlations_are_of_dyads_within_a_network() -> None:
    """Without effects and with one map, linear predictors of both layers go together exactly in one network alone."""
    engine = MCMC(10, 10, 1, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = DynamicLatentPositionModel(inference=engine, random_state=1).fit(_periods())
    draws, problem = model.draws_.parameters[0], model._problem
    assert problem.presences is not None
    first, second = problem.layers
    common = np.intersect1d(first.actors, second.actors)
    network = problem.presences.network[common]
    i, j = np.nonzero((network[:, None] == network) & ~np.eye(len(common), dtype=bool))
    z = problem.parameters.positions(draws)[:, common]
    distance = np.linalg.norm(z[:, i] - z[:, j], axis=-1)
    level = draws[:, problem.intercepts].reshape(-1, 2, 2)[:, :, network[i]]
    weight = np.exp(draws[:, problem.parameters.part("layer_weight")])
    one, other = level[:, 0] - distance, level[:, 1] - weight * distance
    expected = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(one, other, strict=True)])
    assert model.layer_table().loc["meeting", "correlation[liking]"] == pytest.approx(expected)


# Calibration.


def _quantities(problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    found = {"log scale": theta[..., problem.log_scale], "log step": theta[..., problem.log_step]}
    for k in range(2):
        z = own_positions(problem, theta, k)
        found[f"distance {k}"] = np.linalg.norm(z[..., 1, :] - z[..., 5, :], axis=-1)
    for name in ("intercept", "layer_weight", "layer_spread"):
        part = problem.parameters.part(name)
        found |= {f"{name} {k}": theta[..., k] for k in range(part.start, part.stop)}
    return found


def _simulated(problem: Problem, periods: list[Layers], theta: np.ndarray, rng: np.random.Generator) -> list[Layers]:
    """Ties by plain NumPy."""
    weights = [1.0, *np.exp(theta[problem.parameters.part("layer_weight")])]
    intercepts = theta[problem.intercepts].reshape(2, 2)
    drawn: list[dict[str, Network]] = [{}, {}]
    for k, (layer, weight) in enumerate(zip(problem.layers, weights, strict=True)):
        z, labels = own_positions(problem, theta, k), list(layer.problem.network.actors)
        for period, layers in enumerate(periods):
            network = layers[layer.name]
            own = z[[labels.index((period, actor)) for actor in network.actors]]
            eta = intercepts[k, period] - weight * _between(own)
            y = (rng.random(eta.shape) < expit(eta)).astype(float)
            y = y if network.directed else np.tril(y, -1) + np.tril(y, -1).T
            np.fill_diagonal(y, 0.0)
            drawn[period][layer.name] = Network.from_array(y, directed=network.directed, actors=network.actors)
    return [Layers(one) for one in drawn]


@pytest.mark.slow
def test_two_layers_in_two_periods_are_calibrated() -> None:
    """100 replications, else as in `test_calibration`; false alarms 0.001."""
    periods, count = _periods(), 100
    empty = _bound(periods)
    engine, ranks = MCMC(N_RANKS - 1, 500, 1, thin=30, n_jobs=1, progress=False), []
    for rng in np.random.default_rng(22).spawn(count):
        truth = draw_prior(empty, 1, rng)[0][0]
        problem = _bound(_simulated(empty, periods, truth, rng))
        found = _quantities(problem, engine.infer(problem, rng).draws[0])
        known = _quantities(problem, truth)
        ranks.append({name: int(np.sum(values < known[name])) for name, values in found.items()})
    check_ranks(ranks)
