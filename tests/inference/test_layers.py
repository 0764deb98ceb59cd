"""Several kinds of ties on one map: the likelihood against a naive twin, single layers, views, and calibration."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone

import latentnet
from latentnet import MAP, MCMC, LatentClusterModel, LatentPositionModel, Layers, Network, PriorDraws, roles
from latentnet.datasets import load_sampson_waves
from latentnet.effects import Homophily, Reciprocity, SenderCovariate, SenderReceiver
from latentnet.families import Bernoulli, Gaussian, Poisson
from latentnet.inference.masses import informed_mass
from latentnet.inference.moves.scaling import stretch_layer
from latentnet.inference.moves.swap import swap
from latentnet.inference.prior_draws import draw_prior
from latentnet.inference.tuning import sampler_moves
from latentnet.likelihood.layered import Layered
from latentnet.likelihood.verbs import actor_log_likelihood, change_of_swap, entry_of
from latentnet.network.layers import as_given
from latentnet.priors import Priors
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference
from tests.inference.test_calibration import N_RANKS, check_ranks

FIRST, SECOND, THIRD = load_sampson_waves()
SIMILARITIES = ("distance", "squared_distance", "bilinear")


def _poisson(y: float, eta: float) -> float:
    return float(stats.poisson.logpmf(y, np.exp(eta)))


def _three(rng: np.random.Generator) -> Layers:
    """Directed ties of seven people, counts of six of them and of one more, and ties of five with holes."""
    asked = (rng.random((7, 7)) < 0.4).astype(float)
    counts = np.tril(rng.poisson(1.5, (7, 7)).astype(float), -1)
    few = np.tril((rng.random((5, 5)) < 0.5).astype(float), -1)
    np.fill_diagonal(asked, 0.0)
    asked[2] = np.nan
    few[3, 1] = np.nan
    age = pd.DataFrame({"age": rng.normal(size=7)}, index=list("abcdefg"))
    return Layers(
        {
            "asked": Network.from_array(asked, directed=True, actors=list("abcdefg"), attributes=age),
            "met": Network.from_array(counts + counts.T, actors=list("hbcdefg")),
            "few": Network.from_array(few + few.T, actors=list("gfedc")),
        },
        families={"met": "poisson"},
    )


def _bound(layers: Layers, families: list[Any], similarity: str | None = "distance", **more: Any) -> Problem:
    return bind_given(
        as_given(layers),
        families,
        similarity=similarity,
        n_dims=2 if similarity else 0,
        effects=more.pop("effects", ()),
        priors=Priors(),
        **more,
    )


def _naive(layers: Layers, problem: Problem, theta: np.ndarray, similarity: str | None) -> float:
    """Σ over layers of the log-likelihood of α + w·similarity, dyad by dyad."""
    actors, total = list(layers.actors), 0.0
    of_weights = problem.parameters.part("layer_weight")
    weights = [1.0, *np.exp(theta[of_weights])] if similarity else [0.0] * len(layers)
    z = problem.parameters.positions(theta) if similarity else np.zeros((len(actors), 1))
    for k, (name, weight) in enumerate(zip(layers, weights, strict=True)):
        network = layers[name]
        place = [actors.index(actor) for actor in network.actors]
        eta = theta[problem.intercepts][k] + weight * reference.linear_predictor(z[place], 0.0, similarity)
        family = _poisson if layers.families.get(name) == "poisson" else reference.bernoulli_log_likelihood
        total += reference.log_likelihood(network, eta, family)
    return total


@pytest.mark.parametrize("similarity", [*SIMILARITIES, None])
def test_value_and_gradient_are_those_of_the_naive_twin(similarity: str | None) -> None:
    rng = np.random.default_rng(3)
    layers = _three(rng)
    problem = _bound(layers, [Bernoulli(), Poisson(), Bernoulli()], similarity)
    assert isinstance(problem.likelihood, Layered)
    target = BoundTarget(problem.target())
    for _ in range(3):
        theta = 0.5 * rng.standard_normal(problem.n_parameters)
        value, gradient = target.likelihood_value_and_gradient(theta)
        assert value == pytest.approx(_naive(layers, problem, theta, similarity), rel=1e-10)
        slope = reference.central_difference(lambda at: _naive(layers, problem, at, similarity), theta)
        np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6)


def test_the_prior_is_that_of_positions_intercepts_and_weights() -> None:
    layers = _three(np.random.default_rng(3))
    problem = _bound(layers, [Bernoulli(), Poisson(), Bernoulli()])
    theta = np.random.default_rng(4).standard_normal(problem.n_parameters)
    target = BoundTarget(problem.target())
    found = target.log_posterior(theta)[0] - target.log_likelihood(theta)
    variance = float(np.exp(2.0 * theta[problem.log_scale]))
    z = problem.parameters.positions(theta)
    expected = reference.log_prior(z, None, variance, problem.priors) + np.log(2.0 * variance)
    log_rate = np.log(layers["met"].ties.sum() / 42.0)
    expected += stats.norm.logpdf(theta[problem.intercepts], [0.0, log_rate, 0.0], 3.0).sum()
    expected += stats.norm.logpdf(theta[problem.parameters.part("layer_weight")]).sum()
    assert found == pytest.approx(expected, rel=1e-10)


def _log_prior(problem: Problem, theta: np.ndarray) -> float:
    target = BoundTarget(problem.target())
    return float(target.log_posterior(theta)[0] - target.log_likelihood(theta))


def test_values_of_a_layer_have_the_priors_of_a_model_of_it_alone() -> None:
    """Random effects with their correlation, covariates about their means, a family's variance."""
    rng = np.random.default_rng(3)
    ties = rng.normal(10.0, 2.0, (7, 7))
    np.fill_diagonal(ties, 0.0)
    age = pd.DataFrame({"age": rng.normal(40.0, 5.0, size=7)}, index=list("bcdefga"))
    liking = Network.from_array(ties, directed=True, actors=list("gabcdef"), attributes=age)
    layers = Layers({"asked": _three(rng)["asked"], "liking": liking})
    effects = (SenderReceiver(), SenderCovariate("age"))
    problem = _bound(layers, [Bernoulli(), Gaussian()], effects=effects)
    theta = 0.3 * rng.standard_normal(problem.n_parameters)
    for layer in problem.layers:
        values = slice(layer.n_coordinates, layer.problem.log_scale)
        assert values.stop - values.start > 2 * layer.problem.n_actors
        moved = theta.copy()
        moved[layer.source[values]] += 0.3 * rng.standard_normal(values.stop - values.start)
        change = _log_prior(problem, moved) - _log_prior(problem, theta)
        alone = [_log_prior(layer.problem, layer.parameters(one)) for one in (moved, theta)]
        assert change == pytest.approx(alone[0] - alone[1], rel=1e-9)


def test_an_actors_likelihood_and_a_swap_follow_from_the_whole() -> None:
    rng = np.random.default_rng(6)
    problem = _bound(Layers({"first": FIRST, "third": THIRD}), [Bernoulli(), Bernoulli()])
    target = BoundTarget(problem.target())
    mass = informed_mass(problem, rng.standard_normal(problem.n_parameters), rng)
    moves = {move.function for move in sampler_moves(problem, target.target, mass, 0.8)}
    assert {swap, stretch_layer} <= moves
    theta, z = rng.standard_normal(problem.n_parameters), np.zeros(0)

    def changed(places: list[int], positions: np.ndarray) -> np.ndarray:
        found = theta.copy()
        z = problem.parameters.positions(found).copy()
        z[places] = positions
        problem.parameters.set_positions(found, z)
        return found

    z = problem.parameters.positions(theta)
    of_swap = entry_of(change_of_swap, target.likelihood)
    change = target.log_likelihood(changed([2, 9], z[[9, 2]])) - target.log_likelihood(theta)
    assert of_swap(target.likelihood, theta, 2, 9) == pytest.approx(change, rel=1e-9)
    moved, of_actor = changed([4], z[[4]] + 1.0), entry_of(actor_log_likelihood, target.likelihood)
    change = target.log_likelihood(moved) - target.log_likelihood(theta)
    before, after = (of_actor(target.likelihood, one, 4) for one in (theta, moved))
    assert after - before == pytest.approx(change, rel=1e-9)


@pytest.mark.parametrize(
    "model",
    [
        LatentPositionModel(inference=MCMC(40, 40, 2, progress=False), random_state=4),
        LatentPositionModel(
            effects=[SenderReceiver(), Reciprocity(), Homophily("group")],
            inference=MCMC(15, 15, 1, progress=False),
            random_state=4,
        ),
        pytest.param(
            LatentClusterModel(3, inference=MCMC(40, 40, 2, progress=False), random_state=4), marks=pytest.mark.slow
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_a_single_layer_is_the_plain_model_to_the_bit(model: Any) -> None:
    plain, layered = clone(model).fit(SECOND), clone(model).fit(Layers({"liking": SECOND}))
    np.testing.assert_array_equal(layered.draws_.parameters, plain.draws_.parameters)
    np.testing.assert_array_equal(layered.positions_, plain.positions_)
    np.testing.assert_array_equal(layered.layer("liking").positions_, plain.positions_)
    np.testing.assert_array_equal(layered.layer("liking").predict_proba(), plain.predict_proba())
    assert list(layered.intercept_.index) == ["liking"]


@pytest.fixture(scope="module")
def clustered() -> LatentClusterModel:
    """Three layers, one of them without Basil, one of counts."""
    rng = np.random.default_rng(1)
    known = [actor for actor in FIRST.actors if actor != "Basil"]
    ties = FIRST.to_frame()
    ties = ties[ties["sender"].isin(known) & ties["receiver"].isin(known)]
    few = Network.from_edges(ties, "sender", "receiver", directed=True, actors=known)
    counts = THIRD.ties.toarray() * (1.0 + rng.poisson(1.0, THIRD.ties.shape))
    layers = Layers(
        {"liking": SECOND, "few": few, "visits": Network.from_array(counts, directed=True, actors=THIRD.actors)},
        families={"visits": "poisson"},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LatentClusterModel(3, inference=MCMC(100, 100, 2, progress=False), random_state=1).fit(layers)


def test_a_layer_is_an_ordinary_model(clustered: LatentClusterModel) -> None:
    draws = clustered.draws_
    for k, name in enumerate(("liking", "few", "visits")):
        view = clustered.layer(name)
        assert isinstance(view, LatentClusterModel)
        assert list(view.actors_) == list(view.network_.actors)
        where = [list(clustered.actors_).index(actor) for actor in view.actors_]
        weight = np.ones((2, 100)) if k == 0 else draws.variables["layer_weight"][..., k - 1]
        z = weight[..., None, None] * draws.positions[:, :, where]
        np.testing.assert_allclose(view.draws_.positions, z)
        eta = draws.variables["intercept"][..., k] - np.linalg.norm(z[:, :, 0] - z[:, :, 3], axis=-1)
        pair = [(view.actors_[0], view.actors_[3])]
        np.testing.assert_allclose(view.linear_predictor(pair, draws=True)[..., 0], eta)
        np.testing.assert_array_equal(view.labels_, clustered.labels_[where])
        np.testing.assert_allclose(
            view.draws_.extra["cluster_means"], weight[..., None, None] * draws.extra["cluster_means"]
        )
        own = view._problem.own_prior().positions
        variances = np.exp(2.0 * view.draws_.parameters[..., own.first_scale : own.first_scale + 3])
        np.testing.assert_allclose(
            np.sort(variances), np.sort(weight[..., None] ** 2 * draws.extra["cluster_variances"])
        )
        assert len(view.simulate(2, random_state=1)) == 2
    assert clustered.layer("visits").get_params()["family"] == Poisson()
    assert clustered.layer("visits").predict()[0, 1:].max() > 0.0
    assert clustered._problem.layers[1].problem.n_actors == 17
    assert len(roles(clustered.layer("few"), random_state=1)) == 17


def test_a_table_of_what_layers_share(clustered: LatentClusterModel) -> None:
    table = clustered.layer_table(probability=0.8)
    assert list(table.index) == ["liking", "few", "visits"]
    weight = clustered.draws_.variables["layer_weight"][..., 0].ravel()
    found = table.loc["few", ["weight", "weight_low", "weight_high"]].tolist()
    assert found == pytest.approx([weight.mean(), *np.quantile(weight, [0.1, 0.9])])
    assert table.loc["liking", "weight_high"] == 1.0
    np.testing.assert_allclose(table.filter(regex="^correlation"), 1.0)  # shared: they differ in scale and level alone
    with pytest.raises(ValueError, match="probability must be between 0 and 1"):
        clustered.layer_table(probability=80)


def test_the_posterior_is_named_by_layer(clustered: LatentClusterModel) -> None:
    posterior = clustered.posterior_["posterior"]
    assert list(posterior["intercept"].coords["network"].values) == ["liking", "few", "visits"]
    assert list(posterior["layer_weight"].coords["layer"].values) == ["few", "visits"]
    assert {"layer_weight[few]", "intercept[visits]"} <= set(clustered.summary().index)
    assert clustered.diagnose().table.loc["layer_weight[few]", "r_hat"] > 0.9


def test_it_is_saved_and_loaded(clustered: LatentClusterModel, tmp_path: Path) -> None:
    clustered.save(tmp_path / "layers")
    again = latentnet.load(tmp_path / "layers")
    np.testing.assert_array_equal(again.draws_.parameters, clustered.draws_.parameters)
    pd.testing.assert_frame_equal(again.layer_table(), clustered.layer_table())
    one, other = again.layer("visits"), clustered.layer("visits")
    np.testing.assert_array_equal(one.predict(), other.predict())
    assert one.priors_.get_params() == other.priors_.get_params()
    with pytest.raises(ValueError, match="or layer of a joint model cannot be saved by itself"):
        other.save(tmp_path / "one")


def test_effects_of_layers_have_names_of_their_own(tmp_path: Path) -> None:
    layers = Layers({"liking": SECOND, "visits": THIRD}, families={"visits": "gaussian"})
    effects = [SenderReceiver(), Homophily("group")]
    model = LatentPositionModel(effects=effects, inference=MAP(n_starts=1), random_state=1).fit(layers)
    assert list(model.coefficients_.index) == ["homophily(group)[liking]", "homophily(group)[visits]"]
    names = {"sender[liking]", "receiver[visits]", "sender_receiver_correlation[visits]", "tie_variance[visits]"}
    assert names <= set(model.draws_.variables)
    assert model.posterior_["posterior"]["sender[visits]"].dims[2:] == ("actor[visits]",)
    view = model.layer("visits")
    assert view.coefficients_["homophily(group)"] == model.coefficients_["homophily(group)[visits]"]
    np.testing.assert_array_equal(view.draws_.variables["sender"], model.draws_.variables["sender[visits]"])
    model.save(tmp_path / "effects")
    pd.testing.assert_series_equal(latentnet.load(tmp_path / "effects").coefficients_, model.coefficients_)


def test_weights_do_not_hang_on_units() -> None:
    """Gaussian ties in pence: positions of the layer are in pence, its weight is not."""
    pounds = np.random.default_rng(2).normal(2.0, 1.0, (18, 18)) + 2.0 * SECOND.ties.toarray()
    np.fill_diagonal(pounds, 0.0)
    found = []
    for unit in (1.0, 100.0):
        lent = Network.from_array(unit * pounds, directed=True, actors=SECOND.actors)
        layers = Layers({"liking": SECOND, "lending": lent}, families={"lending": "gaussian"})
        found.append(LatentPositionModel(inference=MAP(n_starts=1, tolerance=1e-6), random_state=1).fit(layers))
    one, other = (model.layer_table().loc["lending", "weight"] for model in found)
    assert one == pytest.approx(other, rel=1e-3)
    one, other = (model.layer("lending").predict() for model in found)
    np.testing.assert_allclose(100.0 * one, other, rtol=1e-2)


def test_draws_of_the_prior_are_those_of_weights() -> None:
    layers = Layers({"liking": SECOND, "late": THIRD})
    model = LatentPositionModel(inference=PriorDraws(4000), random_state=1).fit(layers)
    weight = model.draws_.variables["layer_weight"].ravel()
    assert stats.kstest(np.log(weight), "norm").pvalue > 1e-4
    assert len(model.layer("late").simulate(3, random_state=1)) == 3


GRAPH = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
OTHERS = Network.from_array(GRAPH, actors=list("xyz"))


@pytest.mark.parametrize(
    ("networks", "families", "error", "message"),
    [
        ([GRAPH], None, TypeError, "networks must be a mapping from the layers' names to networks"),
        ({1: GRAPH}, None, TypeError, "names of layers must be strings, but one is 1"),
        ({}, None, ValueError, "must hold at least one layer"),
        ({"a": GRAPH, "b": OTHERS}, None, ValueError, "no actor of 'a' is in 'b', so nothing"),
        ({"a": GRAPH, "b": OTHERS, "c": GRAPH, "d": OTHERS}, None, ValueError, "no actor of 'a', 'c' is in 'b', 'd'"),
        ({"a": Layers({"b": GRAPH})}, None, TypeError, r"model.layer\(name\) the fitted model of it"),
        ({"a": [Network.from_array(GRAPH)]}, None, TypeError, "of several periods or sites fit Dynamic"),
        ({"a": GRAPH}, {"b": "poisson"}, ValueError, "families names 'b', which is no layer; there are 'a'"),
        ({"a": GRAPH}, "poisson", TypeError, "families must be a mapping"),
        ({"a": Network.from_incidence(np.ones((2, 3)))}, None, ValueError, "'a' has two; fit it by itself"),
    ],
)
def test_what_is_wrong_with_layers_is_said(networks: Any, families: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Layers(networks, families)


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_what_is_wrong_with_a_model_of_layers_is_said(clustered: LatentClusterModel) -> None:
    counts = Network.from_array(3 * THIRD.ties.toarray(), directed=True, actors=THIRD.actors)
    layers, engine = Layers({"liking": SECOND, "counts": counts}), MAP(n_starts=1)
    with pytest.raises(ValueError, match=r"layer 'counts': family 'bernoulli' needs ties in {0, 1}"):
        LatentPositionModel(inference=engine).fit(layers)
    with pytest.raises(ValueError, match=r"families\['b'\] must be .* but is 'poison'; did you mean .*'poisson'"):
        LatentPositionModel(inference=engine).fit(Layers({"a": SECOND, "b": counts}, {"b": "poison"}))
    with pytest.raises(ValueError, match=r"name must be .* but is 'dislike'"):
        clustered.layer("dislike")
    for method in (clustered.predict_proba, clustered.simulate, lambda: clustered.score(SECOND)):
        with pytest.raises(ValueError, match=r"model has 'liking', 'few', 'visits': use model.layer\(name\)"):
            method()
    plain = LatentPositionModel(inference=engine, random_state=1).fit(SECOND)
    with pytest.raises(ValueError, match="layer is for models of several kinds of ties"):
        plain.layer("liking")


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
@pytest.mark.parametrize(("family", "layers"), [("bernoulli", "shared"), ("negative_binomial", "around")])
def test_a_layer_that_nobody_recorded_says_nothing(family: str, layers: str) -> None:
    nothing = Network.from_array(np.full((18, 18), np.nan), directed=True, actors=FIRST.actors)
    engine = MCMC(n_draws=50, n_warmup=50, n_chains=2, thin=1, progress=False)
    model = LatentPositionModel(layers=layers, inference=engine, random_state=1)
    model.fit(Layers({"liking": FIRST, "unknown": nothing}, {"unknown": family}))
    assert model.positions_.shape == (18, 2)
    assert np.isfinite(model.layer("unknown").predict_proba()).sum() == 18 * 17
    assert latentnet.loo(model).pointwise.index.get_level_values("layer").unique().tolist() == ["liking"]


def test_layers_are_one_set_of_actors() -> None:
    layers = _three(np.random.default_rng(3))
    assert list(layers.actors) == list("abcdefgh")
    union = layers.union()
    assert union.directed
    assert list(union.attributes["age"].isna()) == [False] * 7 + [True]
    seen, place = union.observed.toarray(), {actor: k for k, actor in enumerate(union.actors)}
    assert not seen[place["a"], place["h"]]
    assert seen[place["c"], place["d"]]
    assert not seen[place["c"], place["a"]]
    assert union.ties.toarray()[place["h"], place["b"]] == (layers["met"].ties[0, 1] > 0)
    assert layers == _three(np.random.default_rng(3))
    assert layers != Layers({name: layers[name] for name in layers})
    assert len({layers, _three(np.random.default_rng(3))}) == 1


# Calibration.


def _quantities(problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    z = problem.parameters.positions(theta)
    found = {f"distance {i}-{j}": np.linalg.norm(z[..., i, :] - z[..., j, :], axis=-1) for i, j in ((0, 1), (3, 7))}
    found["log scale"] = theta[..., problem.log_scale]
    for name in ("intercept", "layer_weight"):
        part = problem.parameters.part(name)
        found |= {f"{name} {k}": theta[..., k] for k in range(part.start, part.stop)}
    return found


def _simulated(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> Layers:
    """Ties by plain NumPy."""
    networks, z = {}, problem.parameters.positions(theta)
    weights = [1.0, *np.exp(theta[problem.parameters.part("layer_weight")])]
    for k, (layer, weight) in enumerate(zip(problem.layers, weights, strict=True)):
        network = layer.problem.network
        own = z[layer.actors]
        eta = theta[problem.intercepts][k] - weight * np.linalg.norm(own[:, None] - own[None], axis=-1)
        y = (rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
        y = y if network.directed else np.tril(y, -1) + np.tril(y, -1).T
        y[~network.observed.toarray()] = np.nan
        np.fill_diagonal(y, 0.0)
        networks[layer.name] = Network.from_array(y, directed=network.directed, actors=network.actors)
    return Layers(networks)


def _empty() -> Layers:
    asked = np.zeros((10, 10))
    asked[2] = np.nan
    np.fill_diagonal(asked, 0.0)
    return Layers(
        {
            "asked": Network.from_array(asked, directed=True, actors=list("abcdefghij")),
            "met": Network.from_array(np.zeros((9, 9)), actors=list("kbcdefghi")),
        }
    )


@pytest.mark.slow
def test_two_layers_are_calibrated() -> None:
    """300 replications, as in `test_calibration`; false alarms 0.001."""
    empty, count = _bound(_empty(), [Bernoulli(), Bernoulli()]), 300
    engine, ranks = MCMC(N_RANKS - 1, 400, 1, thin=20, n_jobs=1, progress=False), []
    for rng in np.random.default_rng(21).spawn(count):
        truth = draw_prior(empty, 1, rng)[0][0]
        problem = _bound(_simulated(empty, truth, rng), [Bernoulli(), Bernoulli()])
        found = _quantities(problem, engine.infer(problem, rng).draws[0])
        known = _quantities(problem, truth)
        ranks.append({name: int(np.sum(values < known[name])) for name, values in found.items()})
    check_ranks(ranks)


def test_engines_of_plain_models_refuse_layers() -> None:
    """What looks at the whole model's network alone would fit the union of the layers."""
    layers = Layers({"liking": SECOND, "late": THIRD})
    with pytest.raises(ValueError, match="cannot fit this model"):
        LatentPositionModel(inference="variational", random_state=1).fit(layers)
