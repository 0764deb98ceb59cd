"""Leave-one-out and refits: units, importance weights, sampling, and what held-out actors are integrated over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import log_expit, logsumexp
from scipy.stats import poisson
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
)
from latentnet.checking.comparison import _of_clusters
from latentnet.checking.refits import _Actors, _without_space
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.effects import Receiver, Reciprocity
from latentnet.posterior.arviz import pareto_smoothed
from latentnet.posterior.diagnostics import mean_ess
from latentnet.predictive.units import draws_of_units, observed_units
from tests.contracts.networks import NETWORKS, engine, quick_fit

pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")


def _lists(**design: object) -> Network:
    rng = np.random.default_rng(3)
    rows = [
        (i, j, k + 1)
        for i in range(8)
        for k, j in enumerate(rng.choice([k for k in range(12) if k != i], 1 + i % 3, replace=False))
    ]
    names = pd.DataFrame(rows, columns=["who", "whom", "place"])
    return Network.from_nominations(names, respondent="who", nominee="whom", actors=list(range(12)), **design)


def _counts(n: int = 7) -> Network:
    values = np.random.default_rng(2).poisson(1.0, (n, n)) * (1.0 - np.eye(n))
    values[2, 3] = np.nan
    return Network.from_array(values, directed=True)


CASES = {
    "directed": (NETWORKS["directed"], {}),
    "undirected, unobserved dyads": (NETWORKS["unobserved dyads"], {}),
    "unobserved rows": (NETWORKS["unobserved rows"], {"effects": [Receiver()]}),
    "two-mode": (NETWORKS["two-mode, unobserved row"], {}),
    "reciprocity": (NETWORKS["unobserved rows"], {"effects": [Reciprocity()]}),
    "counts": (_counts(), {"family": "poisson"}),
    "lists without a cap": (_lists(), {}),
    "capped": (_lists(max_nominations=3), {}),
    "ranked": (_lists(max_nominations=3, rank="place"), {}),
}


QUICK = ("unobserved rows", "reciprocity", "capped")  # each of the others compiles a likelihood of its own


@pytest.mark.parametrize("case", [pytest.param(c, marks=[pytest.mark.slow] * (c not in QUICK)) for c in CASES])
def test_units_add_up_to_the_likelihood(case: str) -> None:
    network, parameters = CASES[case]
    model = quick_fit(network, **parameters)
    problem, draws = model._problem, model.draws_.pooled
    units = observed_units(problem)
    every, total, numbers = np.arange(len(units.senders)), 0.0, []
    for some, values in draws_of_units(problem, draws, units, every):
        numbers += some.tolist()
        total = total + values.sum(axis=0)
    assert sorted(numbers) == every.tolist()
    np.testing.assert_allclose(total, model.draws_.statistics["log_likelihood_total"].ravel(), rtol=1e-5, atol=1e-4)
    chosen = every[::2]
    part = np.concatenate([values for _, values in draws_of_units(problem, draws, units, chosen)])
    whole = np.concatenate([values for _, values in draws_of_units(problem, draws, units, every)])
    np.testing.assert_allclose(part, whole[chosen])
    assert units.lists == (case in ("capped", "ranked"))


@pytest.fixture(scope="module")
def monks() -> LatentPositionModel:
    return LatentPositionModel(inference=MCMC(1000, 500, 4, thin=1), random_state=1).fit(load_sampson())


def _log_likelihoods(model: LatentPositionModel, pair: tuple[Any, Any], network: Network) -> np.ndarray:
    """Of a pair, its observed directions in a directed network, draw by draw, under the fitted model: (n_draws,)."""
    seen = network.observed.toarray()
    both = [one for one in ([pair, pair[::-1]] if network.directed else [pair]) if seen[tuple(network.index(one))]]
    eta = model.linear_predictor(both, draws=True).reshape(-1, len(both))
    y = np.array([network.ties[tuple(network.index(one))] for one in both])
    if model.family == "poisson":
        return np.asarray(poisson.logpmf(y, np.exp(eta)).sum(axis=1))
    return np.asarray(np.where(y > 0, log_expit(eta), log_expit(-eta)).sum(axis=1))


def test_numbers_are_those_of_smoothed_weights(monks: LatentPositionModel) -> None:
    found = latentnet.loo(monks)
    table = found.pointwise
    assert found.n_units == len(table) == 153
    assert found.se_sampling == 0.0
    for pair in table.index[[3, 80, 152]]:
        values = _log_likelihoods(monks, pair, load_sampson())
        log_weights, k = pareto_smoothed(-values[None], 0.5)  # the tail that is smoothed depends on it a little
        assert table.loc[pair, "elpd"] == pytest.approx(logsumexp(log_weights + values), abs=0.02)
        assert table.loc[pair, "k"] == pytest.approx(k[0], abs=0.25)
    assert found.elpd == pytest.approx(table["elpd"].sum())
    assert found.se == pytest.approx(np.sqrt(153 * table["elpd"].var(ddof=0)))
    assert 5 < found.n_effective < 60
    assert found.worst_k == table["k"].max()
    assert "of 153" in repr(found)


def test_a_sample_of_units_stands_for_all(monks: LatentPositionModel) -> None:
    """Twelve samples: the mean is within 4 of its standard errors (false alarm .2 %), whose size they foretell."""
    whole = latentnet.loo(monks)
    parts = [latentnet.loo(monks, n_units=60, random_state=seed) for seed in range(12)]
    off, foretold = np.array([(part.elpd - whole.elpd, part.se_sampling) for part in parts]).T
    assert abs(off.mean()) < 4 * off.std(ddof=1) / np.sqrt(12)
    assert 0.5 < off.std(ddof=1) / foretold.mean() < 2.0
    part = parts[4]
    assert (len(part.pointwise), part.n_units) == (60, 153)
    assert abs(part.n_effective / whole.n_effective - 1) < 0.5
    pd.testing.assert_frame_equal(part.pointwise, whole.pointwise.loc[part.pointwise.index], rtol=1e-6)


def _check_against_refits(model: LatentPositionModel, pairs: list[tuple[Any, Any]]) -> None:
    """Within four Monte Carlo errors of the exact numbers wherever k < 0.7."""
    table, network = latentnet.loo(model).pointwise, model.network_
    for pair in pairs:
        refit = clone(model).fit(network.with_unobserved([pair, pair[::-1]] if network.directed else [pair]))
        values = _log_likelihoods(refit, pair, network)
        exact = logsumexp(values) - np.log(len(values))
        p = np.exp(values - exact)
        ess = mean_ess(p.reshape(1, refit.draws_.n_chains, -1))[0]
        error = np.hypot(p.std() / np.sqrt(ess), table.loc[pair, "mcse"])
        assert table.loc[pair, "k"] > 0.7 or abs(table.loc[pair, "elpd"] - exact) < 4 * error, pair


def test_agrees_with_exact_refits(monks: LatentPositionModel) -> None:
    worst = latentnet.loo(monks).pointwise.query("k < 0.7").sort_values("k").index
    _check_against_refits(monks, [worst[-1], worst[-5]])


def _karate() -> Network:
    return Network.from_networkx(nx.karate_club_graph(), weight=None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "parameters"),
    [(load_sampson(), {}), (_karate(), {}), (_counts(14), {"family": "poisson"})],
    ids=["monks", "karate", "counts"],
)
def test_agrees_with_forty_exact_refits(network: Network, parameters: dict[str, Any]) -> None:
    """The 20 with the worst k, and 20 others."""
    model = LatentPositionModel(inference=MCMC(1000, 500, 4, thin=1), random_state=1, **parameters).fit(network)
    order = latentnet.loo(model).pointwise.sort_values("k").index
    others = np.random.default_rng(1).choice(len(order) - 20, 20, replace=False)
    _check_against_refits(model, [*order[-20:], *order[others]])


@pytest.mark.slow
def test_folds_agree_with_leaving_one_out(monks: LatentPositionModel) -> None:
    short = LatentPositionModel(inference=MCMC(250, 300, 2, thin=1), random_state=1)
    models = {"map": monks, "none": clone(short).set_params(similarity=None).fit(load_sampson())}
    by_one = latentnet.compare(models)
    models["map"] = short.fit(load_sampson())
    by_fold = latentnet.compare(models, criterion="kfold", random_state=1)
    assert by_one.index.tolist() == by_fold.index.tolist() == ["map", "none"]
    gap = by_one.loc["none", "difference"] - by_fold.loc["none", "difference"]
    assert abs(gap) < 2 * by_one.loc["none", "se_difference"]
    assert by_fold["worst_k"].isna().all()
    again = latentnet.compare(models, criterion="kfold", random_state=1)
    pd.testing.assert_frame_equal(again, by_fold)


def test_tables_say_how_far_behind_and_what_to_do(monks: LatentPositionModel) -> None:
    none = quick_fit(load_sampson(), similarity=None, inference=MCMC(200, 200, 2, thin=1))
    clusters = LatentClusterModel(2, inference=engine(n_draws=40), random_state=1).fit(load_sampson())
    table = latentnet.compare({"none": none, "map": monks, "two": clusters})
    assert list(table.columns) == ["elpd", "se", "difference", "se_difference", "n_effective", "worst_k", "advice"]
    assert (np.diff(table["elpd"]) <= 0).all()
    assert table["difference"].iloc[0] == table["se_difference"].iloc[0] == 0.0
    first, second = latentnet.loo(monks), latentnet.loo(none)
    gaps = second.pointwise["elpd"] - first.pointwise["elpd"]
    if table.index[0] == "map":
        assert table.loc["none", "difference"] == pytest.approx(gaps.sum())
        assert table.loc["none", "se_difference"] == pytest.approx(np.sqrt(153 * gaps.var(ddof=0)))
    assert table["advice"].str.contains("criterion='actors'").all()
    assert not latentnet.compare({"none": none, "map": monks})["advice"].str.contains("actors").any()
    (said,) = _of_clusters({"map": monks, "two": clusters}, "actors")
    assert "priors of how far clusters spread differ" in said
    assert _of_clusters({"none": none, "two": clusters}, "actors") == []


def test_held_out_actors_are_integrated_over_the_prior() -> None:
    """One actor, one dimension, one draw: the mean over positions is the integral."""
    model = quick_fit(NETWORKS["unobserved dyads"], n_dims=1)
    problem, actor = model._problem, 3
    theta = model.draws_.pooled[:1].copy()
    values = np.empty(40_000)
    _Actors(problem, np.random.default_rng(1)).fill(theta[0].copy(), actor, 0, values)
    z, b, scale = theta[0, :7], theta[0, problem.intercept], np.exp(theta[0, problem.log_scale])
    network = model.network_
    others = [j for j in range(7) if network.observed.toarray()[actor, j]]
    y = np.array([network.ties[actor, j] for j in others])

    def density(x: float) -> float:
        eta = b - np.abs(x - z[others])
        likelihood = np.exp(np.where(y > 0, log_expit(eta), log_expit(-eta)).sum())
        return float(likelihood * np.exp(-0.5 * (x / scale) ** 2) / (scale * np.sqrt(2 * np.pi)))

    exact = quad(density, -12 * scale, 12 * scale, points=z[others].tolist(), limit=200)[0]
    p = np.exp(values)
    assert abs(p.mean() - exact) < 4 * p.std() / np.sqrt(len(p))  # false alarms: 1 in 16,000


def test_held_out_actors_without_a_space_have_their_dyads_alone() -> None:
    model = quick_fit(NETWORKS["unobserved dyads"], similarity=None)
    network, eta = model.network_, model.draws_.scalars["intercept"].ravel()
    seen, ties = network.observed.toarray()[3], network.ties.toarray()[3]
    n_ties, n_seen = ties[seen].sum(), seen.sum()
    exact = logsumexp(n_ties * log_expit(eta) + (n_seen - n_ties) * log_expit(-eta)) - np.log(len(eta))
    found = _without_space(model._problem, model.draws_.pooled, np.array([3]))
    assert found == pytest.approx([exact])


@pytest.mark.slow
def test_actors_can_be_compared(monks: LatentPositionModel) -> None:
    models = {
        "none": quick_fit(load_sampson(), similarity=None),
        "three": LatentClusterModel(3, inference=engine(n_draws=60, n_warmup=200), random_state=1).fit(load_sampson()),
    }
    table = latentnet.compare(models, criterion="actors", random_state=1)
    assert sorted(table.index) == ["none", "three"]
    assert np.isfinite(table["elpd"]).all()
    assert not table["advice"].str.contains("criterion").any()


def _joint(*models: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Names of the networks of joint models, and the models of one network by hand."""
    for model in models:
        layers = [layer.name for layer in model._problem.layers]
        for site in getattr(model, "sites_", None) or [None]:
            for period in range(len(model.networks_ if site is None else model.networks_[site])):
                view = model.at(period, site)
                name = (period,) if site is None else (site, period)
                yield from [((layer, *name), view.layer(layer)) for layer in layers] if layers else [(name, view)]


SHORT = MCMC(100, 100, 2, thin=1, progress=False)


def _check_views(model: Any, views: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Everything by unit is that of the views, which have the same draws."""
    found = latentnet.loo(model)
    parts = [(name, latentnet.loo(view)) for name, view in views]
    assert found.n_units == sum(part.n_units for _, part in parts)
    assert found.elpd == pytest.approx(sum(part.elpd for _, part in parts))
    assert found.n_effective == pytest.approx(sum(part.n_effective for _, part in parts))
    assert found.worst_k == max(part.worst_k for _, part in parts)
    for name, part in parts:
        assert part.pointwise.index.names == found.pointwise.index.names[len(name) :]
        for unit in part.pointwise.index[::20]:
            of_pair = unit if isinstance(unit, tuple) else (unit,)
            np.testing.assert_allclose(found.pointwise.loc[(*name, *of_pair)], part.pointwise.loc[unit], rtol=1e-6)


def test_joint_models_have_the_units_of_all_their_networks() -> None:
    first, second, third = load_sampson_waves()
    model = DynamicLatentPositionModel(inference=SHORT, random_state=1).fit([first, second, third])
    views = list(_joint(model))
    assert [name for name, _ in views] == [(0,), (1,), (2,)]
    _check_views(model, views)
    part = latentnet.loo(model, n_units=150, random_state=1)
    assert (len(part.pointwise), part.n_units) == (150, 459)
    whole = latentnet.loo(model)
    assert abs(part.elpd - whole.elpd) < 4 * part.se_sampling  # false alarm: 1 in 16,000
    pd.testing.assert_frame_equal(part.pointwise, whole.pointwise.loc[part.pointwise.index], rtol=1e-6)


@pytest.mark.slow
def test_layers_sites_and_lists_have_their_units_too() -> None:
    first, second, third = load_sampson_waves()
    layers = LatentPositionModel(inference=SHORT, random_state=1).fit(Layers({"early": first, "late": third}))
    _check_views(layers, [((name,), layers.layer(name)) for name in ("early", "late")])
    model = DynamicLatentClusterModel(2, inference=SHORT, random_state=1)
    labels = {actor: f"brother {actor}" for actor in third.actors}
    other = Network.from_array(third.ties, actors=[labels[actor] for actor in third.actors], directed=True)
    _check_views(model.fit({"here": [first, second], "there": [other]}), list(_joint(model)))
    both = [Layers({"a": first, "b": second}), Layers({"a": second, "b": third})]
    assert len(list(_joint(model.fit(both)))) == 4
    _check_views(model, list(_joint(model)))
    capped = _lists(max_nominations=3)
    mixed = LatentPositionModel(inference=SHORT, random_state=1).fit(
        Layers({"asked": capped, "seen": Network.from_array(np.eye(12)[::-1] - np.eye(12)[::-1] * np.eye(12))})
    )
    pointwise = latentnet.loo(mixed).pointwise
    assert pointwise.index.names == ["layer", "sender", "receiver"]
    lists = pointwise.loc["asked"]
    assert lists.index.get_level_values("receiver").isna().all()
    own = latentnet.loo(mixed.layer("asked")).pointwise
    np.testing.assert_allclose(lists["elpd"], own["elpd"], rtol=1e-6)
    assert lists.index.get_level_values("sender").tolist() == own.index.tolist()


def test_joint_models_are_compared_on_the_same_data() -> None:
    first, second, third = load_sampson_waves()
    static = LatentPositionModel(inference=SHORT, random_state=1)
    both = clone(static).fit(Layers({"first": first, "second": second}))
    none = clone(static).set_params(similarity=None).fit(Layers({"first": first, "second": second}))
    table = latentnet.compare({"map": both, "none": none})
    gaps = latentnet.loo(none).pointwise["elpd"] - latentnet.loo(both).pointwise["elpd"]
    assert table.index[0] == "map"
    assert table.loc["none", "difference"] == pytest.approx(gaps.sum())
    assert table.loc["none", "se_difference"] == pytest.approx(np.sqrt(306 * gaps.var(ddof=0)))
    union = clone(static).fit(both.network_)
    other = clone(static).fit(Layers({"first": first, "second": third}))
    for stranger in (union, other):
        with pytest.raises(ValueError, match="'stranger' was fitted to others"):
            latentnet.compare({"both": both, "stranger": stranger})
    with pytest.raises(ValueError, match="criterion='actors' is for models of one network"):
        latentnet.compare({"both": both}, criterion="actors")
    part = clone(static).fit(both.layer("first").network_)
    both_ways = {"joint": both.layer("first"), "alone": part}
    assert latentnet.compare(both_ways)["elpd"].notna().all()
    for criterion in ("kfold", "actors", "bic"):  # a refit of a layer would be one of it alone
        with pytest.raises(ValueError, match="'joint' is one network of a joint model"):
            latentnet.compare(both_ways, criterion=criterion)


@pytest.mark.slow
def test_folds_of_joint_models_agree_with_leaving_one_out() -> None:
    waves = load_sampson_waves()
    engine = MCMC(250, 300, 2, thin=1)
    for kind, data in (
        (DynamicLatentPositionModel, waves[:2]),
        (LatentPositionModel, Layers({"first": waves[0], "second": waves[1]})),
    ):
        models = {"map": kind(inference=engine, random_state=1).fit(data)}
        models["none"] = kind(similarity=None, inference=engine, random_state=1).fit(data)
        by_one = latentnet.compare(models)
        by_fold = latentnet.compare(models, criterion="kfold", random_state=1)
        assert by_one.index.tolist() == by_fold.index.tolist() == ["map", "none"]
        gap = by_one.loc["none", "difference"] - by_fold.loc["none", "difference"]
        assert abs(gap) < 2 * by_one.loc["none", "se_difference"]


def test_weights_of_a_pareto_tail() -> None:
    u = np.random.default_rng(1).random((2, 200_000))
    log_weights, k = pareto_smoothed(-np.array([[0.3], [0.6]]) * np.log(u), 1.0)
    np.testing.assert_allclose(k, [0.3, 0.6], atol=0.15)  # 4 standard errors
    np.testing.assert_allclose(np.exp(log_weights).sum(axis=1), 1.0)


def test_what_cannot_be_compared_is_named(monks: LatentPositionModel) -> None:
    with pytest.raises(ValueError, match="criterion must be one of 'loo'"):
        latentnet.compare({"a": monks}, criterion="aic")
    for models in ([monks], {}, monks):
        with pytest.raises(ValueError, match="a mapping from names to fitted models"):
            latentnet.compare(models)  # type: ignore[arg-type]
    mode = quick_fit(load_sampson(), inference="map")
    with pytest.raises(ValueError, match="loo needs chains"):
        latentnet.loo(mode)
    with pytest.raises(ValueError, match="compare needs chains"):
        latentnet.compare({"a": monks, "b": mode})
    with pytest.raises(ValueError, match="loo needs chains"):
        latentnet.loo(quick_fit(load_sampson(), inference="prior"))
    real = quick_fit(load_sampson(), family="gaussian")
    with pytest.raises(ValueError, match="cannot be compared"):
        latentnet.compare({"a": monks, "b": real})
    capped = quick_fit(_lists(max_nominations=3))
    with pytest.raises(ValueError, match="use criterion='kfold'"):
        latentnet.compare({"a": capped}, criterion="actors")
    names = pd.DataFrame({"who": [0, 0, 1], "whom": [1, 2, 2]})
    named = quick_fit(Network.from_nominations(names, respondent="who", nominee="whom"))
    with pytest.raises(ValueError, match="choice_set='named'"):
        latentnet.loo(named)
