"""Priors with means and by term: the density, prior draws, every message, and the printed table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

import latentnet
from latentnet import MAP, LatentClusterModel, LatentPositionModel, Layers, Network, Priors
from latentnet.datasets import load_sampson
from latentnet.effects import Homophily, Receiver, Reciprocity
from latentnet.inference.prior_draws import draw_prior
from latentnet.priors.joint import add_prior_gradient, log_prior
from latentnet.problem.problem import Problem

NAME = "homophily(group)"
GIVEN = Priors(intercept_mean=-2.0, coefficients={NAME: (3.0, 0.25), "reciprocity": (1.0, 4.0)})


def _fitted(priors: Priors | None = GIVEN, effects: tuple[Any, ...] = (Homophily("group"), Reciprocity())) -> Any:
    model = LatentPositionModel(
        similarity="squared_distance", effects=effects, priors=priors, inference=MAP(n_starts=1), random_state=1
    )
    return model.fit(load_sampson())


def _places(problem: Problem) -> list[int]:
    return [row.start for row in problem.parameters.coefficients]


def test_the_density_is_that_of_the_laws_given() -> None:
    given, default = (_fitted(priors)._problem for priors in (GIVEN, None))
    theta = np.random.default_rng(1).normal(size=given.n_parameters)
    slope, mutual = theta[_places(given)]
    level = theta[given.intercept] + slope * given.covariates.means[0]
    spread = 9.0 / default.covariates.variances[0]
    changed = (
        stats.norm(3.0, 0.5).logpdf(slope)
        + stats.norm(1.0, 2.0).logpdf(mutual)
        + stats.norm(-2.0, 3.0).logpdf(level)
        - stats.norm(0.0, np.sqrt(spread)).logpdf(slope)
        - stats.norm(0.0, 3.0).logpdf(mutual)
        - stats.norm(0.0, 3.0).logpdf(level)
    )
    difference = log_prior.py_func(given.prior, theta) - log_prior.py_func(default.prior, theta)
    assert difference == pytest.approx(changed, abs=1e-10)
    gradient = np.zeros_like(theta)
    add_prior_gradient.py_func(given.prior, theta, gradient)
    slopes = optimize.approx_fprime(theta, lambda x: log_prior.py_func(given.prior, x), 1e-6)
    np.testing.assert_allclose(gradient, slopes, atol=1e-4)


def test_prior_draws_have_these_means_and_variances() -> None:
    priors = Priors(coefficients={NAME: (3.0, 0.25)}, random_effects={"receiver": (0.5, 30.0)})
    problem = _fitted(priors, (Homophily("group"), Receiver()))._problem
    theta, _, _ = draw_prior(problem, 4000, np.random.default_rng(2))
    # false alarms: 1 % each
    assert stats.kstest(theta[:, _places(problem)[0]], stats.norm(3.0, 0.5).cdf).pvalue > 0.01
    variance = np.exp(2.0 * theta[:, problem.parameters["receiver_variance"].start])
    assert stats.kstest(30.0 * 0.5 / variance, stats.chi2(30.0).cdf).pvalue > 0.01


def test_a_narrow_prior_holds_the_coefficient() -> None:
    priors = Priors(coefficients={NAME: (3.0, 1e-6), "reciprocity": (-1.0, 1e-6)})
    assert list(_fitted(priors).coefficients_) == pytest.approx([3.0, -1.0], abs=0.01)
    assert abs(_fitted(None).coefficients_[NAME] - 3.0) > 0.1


def test_every_layer_takes_the_prior_of_its_coefficient() -> None:
    network = load_sampson()
    layers = Layers({"like": network, "again": network})
    model = LatentPositionModel(
        effects=[Homophily("group")],
        priors=Priors(intercept_mean=1.5, coefficients={NAME: (3.0, 0.25)}),
        inference=MAP(n_starts=1),
        random_state=1,
    ).fit(layers)
    prior, places = model._problem.prior, _places(model._problem)
    assert list(prior.means[places]) == [3.0, 3.0]
    assert list(prior.precision[places]) == [4.0, 4.0]
    assert list(prior.level.mean) == [1.5, 1.5]


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ({"intercept_mean": "x"}, "intercept_mean must be a finite number or None, but is 'x'"),
        ({"intercept_mean": np.nan}, "intercept_mean must be a finite number or None, but is nan"),
        ({"coefficients": {"group": (0, 1)}}, "names 'group', but the model has 'homophily"),
        ({"coefficients": {"intercept": (0, 1)}}, "names 'intercept', but the model has 'homophily"),
        ({"coefficients": 3}, "must be a mapping of names to .mean, variance., but is 3"),
        ({"coefficients": {NAME: 3}}, "must be a mapping .* but has 3 for 'homophily"),
        ({"coefficients": {NAME: (0.0, -1.0)}}, "the second positive, but has .0.0, -1.0. for 'homophily"),
        ({"coefficients": {NAME: (10**400, 1.0)}}, "two finite numbers"),
        ({"random_effects": {"receiver": (1.0, 3.0)}}, "names 'receiver', but the model has none"),
        ({"random_effects": {NAME: (0.0, 3.0)}}, "both positive, but has .0.0, 3.0."),
    ],
)
def test_priors_that_cannot_be_used_are_refused_by_name(priors: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _fitted(Priors(**priors))


def test_print_shows_every_number_and_where_it_is_from(tmp_path: Path) -> None:
    model = _fitted()
    rows = {line.split()[0]: line for line in str(model.priors_).splitlines()}
    assert rows["intercept_mean"].split()[1:] == ["-2", "given"]
    assert rows["intercept_variance"].split()[1:] == ["9", "default"]
    assert "mean 3, variance 0.25" in rows[f"coefficients[{NAME}]"]
    assert rows["position_variance_scale"].split()[1:3] == ["2.25", "(n/G)^(2/d)"]
    assert rows["cluster_mean_variance"].endswith("not in this model")
    model.save(tmp_path / "m.latentnet")
    again = latentnet.load(tmp_path / "m.latentnet")
    assert str(again.priors_) == str(model.priors_)
    assert again.priors_ == model.priors_
    assert "√(n/G)" in str(Priors())


def test_print_tells_numbers_that_the_mode_gave() -> None:
    automatic = LatentClusterModel("auto", inference="prior", random_state=1).fit(load_sampson())
    assert "V/5" in str(automatic.priors_)


def test_fits_with_other_priors_by_term_are_not_merged() -> None:
    one, other = (
        LatentPositionModel(
            effects=[Homophily("group")],
            priors=Priors(coefficients={NAME: (0.0, variance)}),
            inference=latentnet.MCMC(n_draws=20, n_warmup=20, n_chains=1),
            random_state=1,
        )
        for variance in (1.0, 2.0)
    )
    ties = np.random.default_rng(1).integers(0, 2, (8, 8)) * ~np.eye(8, dtype=bool)
    network = Network.from_array(ties, directed=True, attributes=pd.DataFrame({"group": list("aabbaabb")}))
    with pytest.warns(latentnet.ConvergenceWarning):
        models = [one.fit(network), other.fit(network)]
    with pytest.raises(ValueError, match="has the priors"):
        latentnet.merge(models)
