"""Layers with positions around the common ones: the likelihood, its moves, views, and calibration."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit
from sklearn.base import clone

import latentnet
from latentnet import (
    MCMC,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    Network,
    PriorDraws,
)
from latentnet.datasets import load_sampson_waves
from latentnet.families import Bernoulli, Poisson
from latentnet.inference.masses import informed_mass, plain_mass
from latentnet.inference.moves.around import around_of, recentre, respread, reweigh, widen
from latentnet.inference.moves.move import Move, new_state
from latentnet.inference.moves.swap import swap
from latentnet.inference.optimise import posterior_mode
from latentnet.inference.prior_draws import draw_prior
from latentnet.inference.tuning import sampler_moves
from latentnet.network.layers import as_given
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.priors.own_maps import own_map_log_density
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference
from tests.inference.scenes import as_seen, move_what_is_common, own_positions, paired_p_values, scene_of, smallest
from tests.inference.test_calibration import N_RANKS, check_ranks

FIRST, SECOND, THIRD = load_sampson_waves()


def _bound(layers: Layers, families: list[Any], similarity: str = "distance", **more: Any) -> Problem:
    return bind_given(
        as_given(layers),
        families,
        similarity=similarity,
        n_dims=2,
        effects=(),
        priors=more.pop("priors", Priors()),
        layers="around",
        **more,
    )


def _two(counts: bool = True) -> Layers:
    """Directed ties of ten people, one of whom was not asked, and counts or ties of nine of them and of one more."""
    rng = np.random.default_rng(3)
    asked = (rng.random((10, 10)) < 0.4).astype(float)
    met = np.tril(rng.poisson(1.5, (10, 10)) if counts else rng.random((10, 10)) < 0.4, -1).astype(float)
    asked[2] = np.nan
    np.fill_diagonal(asked, 0.0)
    return Layers(
        {
            "asked": Network.from_array(asked, directed=True, actors=list("abcdefghij")),
            "met": Network.from_array(met + met.T, actors=list("kbcdefghij")),
        },
        families={"met": "poisson"} if counts else None,
    )


@pytest.mark.parametrize("similarity", ["distance", "bilinear"])
def test_value_and_gradient_are_those_of_the_naive_twin(similarity: str) -> None:
    layers, rng = _two(), np.random.default_rng(3)
    problem = _bound(layers, [Bernoulli(), Poisson()], similarity)
    target = BoundTarget(problem.target())

    def naive(theta: np.ndarray) -> float:
        weights, total = [1.0, np.exp(theta[problem.parameters.part("layer_weight")][0])], 0.0
        for k, (name, weight) in enumerate(zip(layers, weights, strict=True)):
            z, place = own_positions(problem, theta, k), problem.layers[k].actors
            assert [layers.actors[i] for i in place] == list(layers[name].actors)
            eta = theta[problem.intercepts][k] + weight * reference.linear_predictor(z, 0.0, similarity)
            one = (lambda y, e: stats.poisson.logpmf(y, np.exp(e))) if k else reference.bernoulli_log_likelihood
            total += reference.log_likelihood(layers[name], eta, one)
        return total

    theta = 0.5 * rng.standard_normal(problem.n_parameters)
    value, gradient = target.likelihood_value_and_gradient(theta)
    assert value == pytest.approx(naive(theta), rel=1e-10)
    np.testing.assert_allclose(gradient, reference.central_difference(naive, theta), rtol=1e-6, atol=1e-6)
    each = [BoundTarget(layer.problem.target()).log_likelihood(layer.parameters(theta)) for layer in problem.layers]
    assert sum(each) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("similarity", ["distance", "bilinear"])
@pytest.mark.parametrize("clusters", [None, Clusters(2, False)])
def test_the_prior_is_that_of_variances_and_normal_spreads(clusters: Clusters | None, similarity: str) -> None:
    priors = Priors(
        position_variance_scale=1.5,
        position_variance_df=6.0,
        cluster_mean_variance=2.0,
        layer_spread_log_variance=2.0,
    )
    problem = _bound(_two(counts=False), [Bernoulli(), Bernoulli()], similarity, priors=priors, position_prior=clusters)
    rng, variance, degree = np.random.default_rng(4), 1.5 if clusters is None else 3.5, problem.layers[0].degree
    theta, target = rng.standard_normal(problem.n_parameters), BoundTarget(problem.target())
    weight = problem.parameters.part("layer_weight")

    def of_weight(theta: np.ndarray) -> float:
        """Density of log w: that of S², scaled inverse chi-square, by its definition."""
        common = np.exp(2.0 * theta[problem.log_scale]) if clusters is None else variance
        tau = np.exp(theta[problem.parameters.part("layer_spread")][1])
        squares = np.exp(2.0 * theta[weight][0] / degree) * (common + tau**2)
        return float(stats.invgamma(3.0, scale=3.0 * variance).logpdf(squares) + np.log(2.0 * squares / degree))

    moved, expected = theta.copy(), 0.0
    moved[weight] = 0.3
    for name, square in (("layer_spread", 2.0), ("layer_deviations[asked]", 1.0), ("layer_deviations[met]", 1.0)):
        part = problem.parameters.part(name)
        moved[part] = rng.standard_normal(part.stop - part.start)
        law = stats.norm(0.5 * np.log(variance) if name == "layer_spread" else 0.0, np.sqrt(square))
        expected += law.logpdf(moved[part]).sum() - law.logpdf(theta[part]).sum()
    expected += of_weight(moved) - of_weight(theta)
    found = [target.log_posterior(one)[0] - target.log_likelihood(one) for one in (moved, theta)]
    assert found[0] - found[1] == pytest.approx(expected, rel=1e-9)
    _, gradient = target.log_posterior(theta)
    numbers = reference.central_difference(lambda one: target.log_posterior(one)[0], theta)
    np.testing.assert_allclose(gradient, numbers, rtol=1e-6, atol=1e-6)
    own = problem.prior.own_maps
    assert own_map_log_density(own, theta, 0) == 0.0
    assert own_map_log_density(own, theta, 1) == pytest.approx(of_weight(theta), rel=1e-9)


_FEW = Priors(
    position_variance_scale=1.5,
    position_variance_df=6.0,
    cluster_mean_variance=2.0,
    cluster_weight_concentration=2.0,
    layer_spread_log_variance=0.5,
)


@pytest.mark.parametrize("clusters", [None, Clusters(2, False)])
def test_moves_of_what_is_common_leave_the_prior_and_the_layers_alone(clusters: Clusters | None) -> None:
    """2,000 draws of the prior, moved; ten comparisons with others, all at p > 1e-4: false alarms 0.001."""
    problem = _bound(_two(), [Bernoulli(), Poisson()], priors=_FEW, position_prior=clusters)
    rng = np.random.default_rng(7)
    before, after = (draw_prior(problem, 2000, rng)[0] for _ in range(2))
    last = after[-1].copy()
    move_what_is_common(problem, after, rng, problem.n_first if clusters else 0)
    assert (after[-1] != last).any()
    for k in range(2):
        np.testing.assert_allclose(as_seen(problem, after[-1], k), as_seen(problem, last, k))

    def watched(theta: np.ndarray) -> dict[str, np.ndarray]:
        z = problem.parameters.positions(theta)
        found = {f"spread {k}": problem.parameters["layer_spread"].of(theta)[:, k] for k in range(2)}
        found |= {f"position {i}": z[:, i, 0] for i in (0, 4, 10)}
        found["distance"] = np.linalg.norm(z[:, 1] - z[:, 5], axis=1)
        found |= {f"own {k}": as_seen(problem, theta, k)[:, 3, 1] for k in range(2)}
        found["weight"] = problem.parameters["layer_weight"].of(theta)[:, 0]
        found["deviation"] = problem.parameters["layer_deviations[met]"].of(theta)[:, 1, 4]
        return found

    one, other = watched(before), watched(after)
    assert min(stats.ks_2samp(one[name], other[name]).pvalue for name in one) > 1e-4


@pytest.mark.parametrize("similarity", ["distance", "bilinear"])
@pytest.mark.parametrize("clusters", [None, Clusters(2, False)])
def test_a_further_layer_spreads_as_it_does_alone_whatever_its_spread_around_the_common_map(
    clusters: Clusters | None, similarity: str
) -> None:
    """4,000 draws of the prior; both p > 1e-4 in each of four cases: false alarms 0.001."""
    layers = _two(counts=False)
    problem = _bound(layers, [Bernoulli(), Bernoulli()], similarity, priors=_FEW, position_prior=clusters)
    theta = draw_prior(problem, 4000, np.random.default_rng(8))[0]
    tau = np.exp(problem.parameters["layer_spread"].of(theta)[:, 1])
    weight = np.exp(problem.parameters["layer_weight"].of(theta)[:, 0])
    variance = 1.5 if clusters is None else 3.5
    common = np.exp(2.0 * theta[:, problem.log_scale]) if clusters is None else variance
    squares = weight ** (2.0 / problem.layers[1].degree) * (common + tau**2)
    assert stats.kstest(squares, stats.invgamma(3.0, scale=3.0 * variance).cdf).pvalue > 1e-4
    assert stats.spearmanr(squares, tau).pvalue > 1e-4
    assert stats.spearmanr(weight, tau).statistic < -0.3


def test_swaps_are_left_out_as_places_are_not_all() -> None:
    problem = _bound(Layers({"first": FIRST, "third": THIRD}), [Bernoulli(), Bernoulli()])
    moves = {move.function for move in sampler_moves(problem, problem.target(), plain_mass(problem), 0.8)}
    assert {respread, reweigh, widen, recentre} <= moves
    assert swap not in moves


def test_chains_start_at_the_mode_of_a_common_map() -> None:
    """With deviations the joint mode would have each layer's spread grow without end, and deviations shrink."""
    problem, rng = _bound(_two(), [Bernoulli(), Poisson()]), np.random.default_rng(5)
    theta = rng.standard_normal(problem.n_parameters)
    mode, _, converged = posterior_mode(problem, theta, max_iterations=1000, tolerance=1e-3)
    assert converged
    for name in ("layer_spread", "layer_deviations[asked]", "layer_deviations[met]"):
        assert (mode[problem.parameters.part(name)] == 0.0).all()
    assert (informed_mass(problem, mode, rng)[problem.parameters.part("layer_spread")] == 20.0625).all()


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_a_single_layer_is_the_plain_model_to_the_bit() -> None:
    model = LatentPositionModel(inference=MCMC(40, 40, 2, progress=False), random_state=4)
    around = clone(model).set_params(layers="around").fit(Layers({"liking": SECOND}))
    np.testing.assert_array_equal(around.draws_.parameters, model.fit(SECOND).draws_.parameters)


@pytest.fixture(scope="module")
def clustered() -> LatentClusterModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LatentClusterModel(2, layers="around", inference=MCMC(80, 80, 2, progress=False), random_state=1)
        return model.fit(_two())


def test_a_layer_has_its_own_map(clustered: LatentClusterModel) -> None:
    draws, problem = clustered.draws_, clustered._problem
    for k, name in enumerate(("asked", "met")):
        view = clustered.layer(name)
        weight = np.ones((2, 80)) if k == 0 else draws.variables["layer_weight"][..., 0]
        z = weight[..., None, None] * own_positions(problem, draws.parameters, k)
        distance = np.linalg.norm(z[:, :, 0] - z[:, :, 3], axis=-1)
        own = view.draws_.positions
        np.testing.assert_allclose(np.linalg.norm(own[:, :, 0] - own[:, :, 3], axis=-1), distance)
        pair = [(view.actors_[0], view.actors_[3])]
        eta = draws.variables["intercept"][..., k] - distance
        np.testing.assert_allclose(view.linear_predictor(pair, draws=True)[..., 0], eta)
        tau = draws.variables["layer_spread"][..., k]
        variances = weight[..., None] ** 2 * (draws.extra["cluster_variances"] + tau[..., None] ** 2)
        np.testing.assert_allclose(view.draws_.extra["cluster_variances"], variances)
        between = np.linalg.norm(np.diff(view.draws_.extra["cluster_means"], axis=2), axis=-1)
        common = np.linalg.norm(np.diff(draws.extra["cluster_means"], axis=2), axis=-1)
        np.testing.assert_allclose(between, weight[..., None] * common)
        assert view.positions_.shape == (10, 2)
        assert len(view.simulate(2, random_state=1)) == 2


def test_a_table_and_a_file(clustered: LatentClusterModel, tmp_path: Path) -> None:
    table = clustered.layer_table()
    tau = clustered.draws_.variables["layer_spread"][..., 1].ravel()
    found = table.loc["met", ["spread", "spread_low", "spread_high"]].tolist()
    assert found == pytest.approx([np.median(tau), *np.quantile(tau, [0.05, 0.95])])
    assert ((table["own_map"] > 0.0) & (table["own_map"] < 1.0)).all()
    assert clustered.summary().loc["layer_spread[met]", "median"] == pytest.approx(np.median(tau))
    clustered.save(tmp_path / "around")
    again = latentnet.load(tmp_path / "around")
    pd.testing.assert_frame_equal(again.layer_table(), table)
    np.testing.assert_array_equal(again.layer("met").positions_, clustered.layer("met").positions_)
    shared = LatentPositionModel(inference=PriorDraws(10), random_state=1).fit(_two())
    assert "spread" not in shared.layer_table()


@pytest.mark.filterwarnings("ignore::latentnet.LatentnetWarning")
def test_the_number_of_dimensions_is_inferred_with_it() -> None:
    engine = MCMC(40, 40, 2, thin=1, progress=False)
    model = LatentPositionModel("auto", most_dims=2, layers="around", inference=engine, random_state=1).fit(_two())
    assert model.layer("met").n_dims_ == model.n_dims_


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match="layers must be 'shared' or 'around', but is 'about'"):
        LatentPositionModel(layers="about").fit(_two())
    with pytest.raises(ValueError, match="inference='map' cannot fit layers='around', as the joint mode"):
        LatentPositionModel(layers="around", inference="map").fit(_two())


# Calibration.


def _quantities(problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    found = {"log scale": theta[..., problem.log_scale]}
    for k in range(2):
        z = own_positions(problem, theta, k)
        found[f"distance {k}"] = np.linalg.norm(z[..., 1, :] - z[..., 5, :], axis=-1)
    for name in ("intercept", "layer_weight", "layer_spread"):
        part = problem.parameters.part(name)
        found |= {f"{name} {k}": theta[..., k] for k in range(part.start, part.stop)}
    return found


def _simulated(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> Layers:
    """Ties by plain NumPy."""
    networks = {}
    weights = [1.0, *np.exp(theta[problem.parameters.part("layer_weight")])]
    for k, (layer, weight) in enumerate(zip(problem.layers, weights, strict=True)):
        network, z = layer.problem.network, own_positions(problem, theta, k)
        eta = theta[problem.intercepts][k] - weight * np.linalg.norm(z[:, None] - z[None], axis=-1)
        y = (rng.random(eta.shape) < expit(eta)).astype(float)
        y = y if network.directed else np.tril(y, -1) + np.tril(y, -1).T
        y[~network.observed.toarray()] = np.nan
        np.fill_diagonal(y, 0.0)
        networks[layer.name] = Network.from_array(y, directed=network.directed, actors=network.actors)
    return Layers(networks)


def test_widening_leaves_the_joint_distribution_as_it_is() -> None:
    """200 draws of prior and ties, moved ten times given the ties: paired tests, all at p > 1e-4 after Bonferroni."""
    empty, rng = _bound(_two(counts=False), [Bernoulli(), Bernoulli()], priors=_FEW), np.random.default_rng(9)
    before, after, accepted = [], [], 0.0
    for theta in draw_prior(empty, 200, rng)[0]:
        problem = _bound(_simulated(empty, theta, rng), [Bernoulli(), Bernoulli()], priors=_FEW)
        target, state = problem.target(), new_state(theta, 2, 0)
        state.log_likelihood[0] = BoundTarget(target).log_likelihood(theta)
        around = around_of(problem.layers, problem.n_actors, 0.5, problem.prior.own_maps)
        scene, move = scene_of(target, state, rng), Move(widen, around).bind()
        accepted += sum(scene.make(move) for _ in range(10))
        assert state.log_likelihood[0] == pytest.approx(BoundTarget(target).log_likelihood(state.theta), rel=1e-9)
        before.append(theta)
        after.append(state.theta.copy())
    assert accepted > 200.0

    def watched(theta: np.ndarray) -> dict[str, np.ndarray]:
        logs = {f"log spread {k}": problem.parameters["layer_spread"].of(theta)[:, k] for k in range(2)}
        found = logs | {f"{name} squared": values**2 for name, values in logs.items()}
        return found | {f"distance {k}": _quantities(problem, theta)[f"distance {k}"] for k in range(2)}

    p_values = paired_p_values(watched(np.array(before)), watched(np.array(after)))
    assert len(p_values) == 6
    assert smallest(p_values)[0] > 1e-4


@pytest.mark.slow
def test_two_layers_are_calibrated() -> None:
    """200 replications, as in `test_calibration`; false alarms 0.001."""
    priors = Priors(layer_spread_log_variance=1.0)  # few networks of nothing but absent ties
    empty, count = _bound(_two(counts=False), [Bernoulli(), Bernoulli()], priors=priors), 200
    engine, ranks = MCMC(N_RANKS - 1, 500, 1, thin=30, n_jobs=1, progress=False), []
    for rng in np.random.default_rng(22).spawn(count):
        truth = draw_prior(empty, 1, rng)[0][0]
        problem = _bound(_simulated(empty, truth, rng), [Bernoulli(), Bernoulli()], priors=priors)
        found = _quantities(problem, engine.infer(problem, rng).draws[0])
        known = _quantities(problem, truth)
        ranks.append({name: int(np.sum(values < known[name])) for name, values in found.items()})
    check_ranks(ranks)
