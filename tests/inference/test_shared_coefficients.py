"""Coefficients that layers share: the likelihood against a naive twin, their prior, views, and calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone

import latentnet
from latentnet import MAP, MCMC, DynamicLatentPositionModel, LatentPositionModel, Layers, Network
from latentnet.datasets import load_sampson_waves
from latentnet.effects import (
    Effect,
    Homophily,
    Mixing,
    NoIntercept,
    Reciprocity,
    SenderCovariate,
    Shared,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Gaussian
from latentnet.inference.prior_draws import draw_prior
from latentnet.network.layers import as_given
from latentnet.priors import Priors
from latentnet.problem.coordinates import Coordinates
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference

FIRST, SECOND, THIRD = load_sampson_waves()
PEOPLE = pd.DataFrame({"group": list("uuvvwwwu"), "age": np.arange(8.0) ** 2}, index=list("abcdefgh"))
BY_LEVEL = Homophily("group", by_level=True)


def _two(rng: np.random.Generator, liking: str = "gaussian") -> Layers:
    """Directed ties of seven people with holes, and liking among six, of whom no two are of group w."""
    asked = (rng.random((7, 7)) < 0.4).astype(float)
    asked[2, 4:] = np.nan
    grades = rng.normal(3.0, 2.0, (6, 6)) if liking == "gaussian" else (rng.random((6, 6)) < 0.4).astype(float)
    for ties in (asked, grades):
        np.fill_diagonal(ties, 0.0)
    few = list("habcde")
    return Layers(
        {
            "asked": Network.from_array(asked, directed=True, actors=list("abcdefg"), attributes=PEOPLE[:7]),
            "liking": Network.from_array(grades, directed=True, actors=few, attributes=PEOPLE.loc[few]),
        },
        families={"liking": liking},
    )


def _bound(layers: Layers, *effects: Effect, priors: Priors | None = None) -> Problem:
    families = [Gaussian() if layers.families.get(name) == "gaussian" else Bernoulli() for name in layers]
    return bind_given(
        as_given(layers), families, similarity="distance", n_dims=2, effects=effects, priors=priors or Priors()
    )


def _value(problem: Problem, theta: np.ndarray, name: str) -> float:
    return float(theta[{row.name: row.start for row in problem.parameters}[name]])


def _naive(layers: Layers, problem: Problem, theta: np.ndarray) -> float:
    """Dyad by dyad: same level, a coefficient that both layers have; age as of senders, one that each has."""
    actors, total, sd = list(layers.actors), 0.0, float(np.exp(theta[problem.family_slice][-1]))

    def liking(y: float, eta: float) -> float:
        return float(stats.norm.logpdf(y, eta, sd))

    z, unit = problem.parameters.positions(theta), problem.layers[1].problem.frame.unit
    weights = [1.0, unit * _value(problem, np.exp(theta), "layer_weight")]
    for k, (name, weight) in enumerate(zip(layers, weights, strict=True)):
        network = layers[name]
        place = [actors.index(actor) for actor in network.actors]
        eta = theta[problem.intercepts][k] + weight * reference.linear_predictor(z[place], 0.0, "distance")
        for i, one in enumerate(network.actors):
            for j, other in enumerate(network.actors):
                eta[i, j] += _value(problem, theta, f"sender(age)[{name}]") * PEOPLE["age"][one]
                if i != j and PEOPLE["group"][one] == PEOPLE["group"][other]:
                    eta[i, j] += _value(problem, theta, f"homophily(group={PEOPLE['group'][one]})")
        total += reference.log_likelihood(network, eta, liking if k else reference.bernoulli_log_likelihood)
    return total


def test_value_and_gradient_are_those_of_the_naive_twin() -> None:
    rng = np.random.default_rng(3)
    layers = _two(rng)
    problem = _bound(layers, SenderCovariate("age"), Shared(BY_LEVEL))
    names = ["homophily(group=u)", "homophily(group=v)", "homophily(group=w)", "sender(age)[asked]"]
    assert problem.coefficient_names == [*names, "sender(age)[liking]"]
    assert problem.layers[1].problem.coefficient_names == ["sender(age)", "homophily(group=u)", "homophily(group=v)"]
    target = BoundTarget(problem.target())
    for _ in range(3):
        theta = 0.1 * rng.standard_normal(problem.n_parameters)
        value, gradient = target.likelihood_value_and_gradient(theta)
        assert value == pytest.approx(_naive(layers, problem, theta), rel=1e-10)
        slope = reference.central_difference(lambda at: _naive(layers, problem, at), theta)
        np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-5)


def test_whitened_coordinates_know_that_a_coefficient_moves_both_intercepts() -> None:
    rng = np.random.default_rng(4)
    problem = _bound(_two(rng), Shared(SenderCovariate("age")), Shared(BY_LEVEL))
    target, coordinates = BoundTarget(problem.target()), Coordinates(problem)
    theta = 0.1 * rng.standard_normal(problem.n_parameters)
    np.testing.assert_allclose(coordinates.parameters(coordinates.of(theta)), theta, atol=1e-12)
    found = coordinates.gradient(target.log_posterior(theta)[1])
    slope = reference.central_difference(
        lambda at: target.log_posterior(coordinates.parameters(at))[0], coordinates.of(theta)
    )
    np.testing.assert_allclose(found, slope, rtol=1e-4, atol=1e-4)


def test_the_prior_counts_once_with_the_mean_of_the_layers_precisions() -> None:
    layers = _two(np.random.default_rng(3))
    shared, own = _bound(layers, Shared(BY_LEVEL)), _bound(layers, BY_LEVEL)
    precision, apart = shared.prior.precision, own.prior.precision
    for level in "uv":
        (at,) = (row.start for row in shared.parameters.coefficients if row.name == f"homophily(group={level})")
        each = [row.start for row in own.parameters.coefficients if row.name.startswith(f"homophily(group={level})[")]
        assert precision[at] == pytest.approx(apart[each].mean())
    (at,) = (row.start for row in shared.parameters.coefficients if row.name == "homophily(group=w)")
    assert precision[at] in apart
    draws = draw_prior(shared, 4000, np.random.default_rng(1))[0]
    assert stats.kstest(draws[:, at] * np.sqrt(precision[at]), "norm").pvalue > 1e-4
    given = Priors(coefficients={"homophily(group=u)": (1.0, 4.0)})
    known = _bound(layers, Shared(BY_LEVEL), priors=given).prior
    assert (known.means[shared.coefficient_indices[0]], known.precision[shared.coefficient_indices[0]]) == (1.0, 0.25)


def test_two_layers_of_the_same_ties_say_twice_what_one_does() -> None:
    """At the mode without a map: twice the ties under one coefficient are as good as twice the precision."""
    effects, layers = [Shared(Homophily("group"))], Layers({"one": SECOND, "other": SECOND})
    engine, priors = MAP(n_starts=1, tolerance=1e-6), Priors.flat()
    one, both = (
        LatentPositionModel(similarity=None, effects=effects, inference=engine, priors=priors, random_state=1).fit(
            given
        )
        for given in (SECOND, layers)
    )
    assert both.coefficients_["homophily(group)"] == pytest.approx(one.coefficients_["homophily(group)"], rel=1e-4)
    sds = [model.summary().loc["coefficients[homophily(group)]", "sd"] for model in (one, both)]
    assert sds[1] == pytest.approx(sds[0] / np.sqrt(2.0), rel=1e-3)


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_views_tables_and_files_have_the_one_coefficient(tmp_path: Path) -> None:
    layers = Layers({"early": FIRST, "late": THIRD})
    effects = [Shared(Reciprocity()), Shared(Homophily("group")), Sociality()]
    model = LatentPositionModel(effects=effects, inference=MCMC(20, 20, 2, progress=False), random_state=1).fit(layers)
    assert list(model.coefficients_.index) == ["homophily(group)", "reciprocity"]
    assert {"coefficients[homophily(group)]", "coefficients[reciprocity]"} <= set(model.summary().index)
    for name in layers:
        pd.testing.assert_series_equal(model.layer(name).coefficients_, model.coefficients_)
    assert list(model.posterior_["posterior"]["coefficients"].coords["coefficient"].values) == list(
        model.coefficients_.index
    )
    model.save(tmp_path / "shared")
    again = latentnet.load(tmp_path / "shared")
    np.testing.assert_array_equal(again.draws_.parameters, model.draws_.parameters)
    assert again.effects == effects
    np.testing.assert_array_equal(again.layer("late").predict_proba(), model.layer("late").predict_proba())
    assert latentnet.loo(model).pointwise["elpd"].notna().all()


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_periods_share_them_too() -> None:
    periods = [Layers({"early": FIRST, "late": SECOND}), Layers({"early": SECOND, "late": THIRD})]
    engine = MCMC(20, 20, 2, progress=False)
    model = DynamicLatentPositionModel(effects=[Shared(Mixing("group"))], inference=engine, random_state=1).fit(periods)
    assert len(model.coefficients_) == 8
    for view in (model.at(1), model.at(1).layer("late"), model.layer("late").at(1)):
        pd.testing.assert_series_equal(view.coefficients_, model.coefficients_)
    np.testing.assert_allclose(model.at(1).layer("late").predict(), model.layer("late").at(1).predict())


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
@pytest.mark.parametrize("network", [SECOND, Layers({"liking": SECOND})])
def test_one_kind_of_ties_has_nothing_to_share(network: Any) -> None:
    engine = MCMC(20, 20, 1, progress=False)
    plain = LatentPositionModel(effects=[Homophily("group"), Reciprocity()], inference=engine, random_state=4)
    shared = clone(plain).set_params(effects=[Shared(Homophily("group")), Shared(Reciprocity())])
    found = shared.fit(network)
    np.testing.assert_array_equal(found.draws_.parameters, plain.fit(SECOND).draws_.parameters)


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ([Shared(NoIntercept())], r"Shared: effect must be an effect with coefficients, .* but is NoIntercept\(\)"),
        ([Shared(Shared(BY_LEVEL))], "Shared: effect must be an effect with coefficients"),
        ([Shared("group")], "Shared: effect must be an effect with coefficients, .* but is 'group'"),
        (
            [Shared(Sociality())],
            r"Shared\(effect=Sociality\(\)\) shares coefficients, but Sociality\(\) has values",
        ),
        ([Shared(BY_LEVEL), BY_LEVEL], "effects must be different ones"),
    ],
)
def test_what_cannot_be_shared_is_said(effects: list[Effect], message: str) -> None:
    for network in (SECOND, Layers({"one": SECOND, "other": THIRD})):
        with pytest.raises(ValueError, match=message):
            LatentPositionModel(effects=effects, inference=MAP(n_starts=1)).fit(network)


@pytest.mark.parametrize("effect", [SenderCovariate("group"), SocialityCovariate("group"), Mixing("group")])
def test_differences_from_other_levels_are_not_shared(effect: Effect) -> None:
    """The names of the first layer's are those of the second, who has nobody of group u."""
    ties = np.random.default_rng(1).integers(2, size=(8, 8)) * (1 - np.eye(8))
    groups = {"one": list("uuuuwwww"), "other": list("vvvvwwww")}
    networks = {
        name: Network.from_array(ties, directed=True, attributes=pd.DataFrame({"group": of}))
        for name, of in groups.items()
    }
    with pytest.raises(ValueError, match=r"differences from one level .* 'u.*' in 'one' and 'v.*' in 'other'"):
        _bound(Layers(networks), Shared(effect))
    assert _bound(Layers(networks), effect).n_parameters > 0


@pytest.mark.slow
def test_shared_coefficients_are_calibrated() -> None:
    """200 replications by the library's own ranks; false alarms 0.001 over all quantities."""
    model = LatentPositionModel(
        effects=[Shared(Homophily("group")), Shared(Reciprocity())],
        inference=MCMC(99, 300, 1, thin=10, n_jobs=1, progress=False),
    )
    found = latentnet.calibrate(model, _two(np.random.default_rng(5), "bernoulli"), 200, n_jobs=1, random_state=1)
    assert {"homophily(group)", "reciprocity"} <= set(found.table.index)
    assert found.table["p_value"].min() > 0.001 / len(found.table)
