"""The number of dimensions: narrowed likelihoods, evidence against exact sums, calibration, and fitted models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import latentnet
from latentnet import (
    MCMC,
    ConvergenceWarning,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentnetWarning,
    LatentPositionModel,
    Layers,
    Network,
    PriorDraws,
)
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.effects import Reciprocity, Sociality
from latentnet.families import Bernoulli
from latentnet.inference.dimensions import log_ratio
from latentnet.inference.prior_draws import draw_prior
from latentnet.likelihood.narrowed import narrowed
from latentnet.likelihood.verbs import actor_log_likelihood, change_of_swap, entry_of, own_scratch
from latentnet.network import with_ties
from latentnet.network.layers import as_given
from latentnet.predictive.simulation import simulated_ties
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.problem.bind import make_problem
from latentnet.problem.evidence import Evidence
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target
from latentnet.problem.verbs import BoundTarget
from tests import reference

QUICK = MCMC(60, 60, 2, thin=1, progress=False)
UNCONVERGED = "ignore::latentnet.ConvergenceWarning"
AT_MOST = "ignore:the most probable number of dimensions is ., the largest"
FIRST, SECOND, THIRD = load_sampson_waves()


def _of_sampson(*effects: Any) -> Problem:
    return make_problem(SECOND, family=Bernoulli(), similarity="distance", n_dims=3, effects=effects, priors=Priors())


def _of_layers() -> Problem:
    return bind_given(
        as_given(Layers({"second": SECOND, "third": THIRD})),
        [Bernoulli(), Bernoulli()],
        similarity="bilinear",
        n_dims=3,
        effects=(),
        priors=Priors(),
    )


@pytest.mark.parametrize(
    "problem",
    [_of_sampson(), _of_sampson(Sociality()), _of_sampson(Reciprocity()), _of_layers()],
    ids=["fused", "composed", "pairs", "layered"],
)
def test_a_narrowed_likelihood_is_that_of_narrowed_positions(problem: Problem) -> None:
    rng = np.random.default_rng(2)
    theta = rng.standard_normal(problem.n_parameters)
    narrow, plain = narrowed(own_scratch(problem.likelihood, np.float64), theta.size), BoundTarget(problem.target())
    problem.parameters["positions"].of(narrow.factors)[-1] = 0.3
    bound = BoundTarget(Target(narrow, problem.own_prior()))
    seen = theta.copy()
    problem.parameters["positions"].of(seen)[-1] *= 0.3
    assert (seen != theta).sum() == problem.n_actors
    value, gradient = bound.likelihood_value_and_gradient(theta)
    assert value == pytest.approx(plain.log_likelihood(seen), rel=1e-12)
    slope = reference.central_difference(bound.log_likelihood, theta)
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-5)
    moved = theta.copy()
    problem.parameters.positions(moved)[5] += 1.0
    of_actor = entry_of(actor_log_likelihood, bound.likelihood)
    change = of_actor(bound.likelihood, moved, 5) - of_actor(bound.likelihood, theta, 5)
    assert change == pytest.approx(bound.log_likelihood(moved) - value, rel=1e-8)


def test_a_swap_under_a_narrowed_likelihood() -> None:
    problem, rng = _of_sampson(), np.random.default_rng(2)
    theta = rng.standard_normal(problem.n_parameters)
    narrow = narrowed(own_scratch(problem.likelihood, np.float64), theta.size)
    problem.parameters["positions"].of(narrow.factors)[-1] = 0.5
    bound = BoundTarget(Target(narrow, problem.own_prior()))
    swapped = theta.copy()
    z = problem.parameters.positions(swapped)
    z[[2, 9]] = z[[9, 2]]
    of_swap = entry_of(change_of_swap, bound.likelihood)
    change = bound.log_likelihood(swapped) - bound.log_likelihood(theta)
    assert of_swap(bound.likelihood, theta, 2, 9) == pytest.approx(change, rel=1e-9)


@pytest.mark.parametrize("ratio", [-3.0, 0.0, 12.0])
def test_log_ratio_of_weights_that_obey_crooks(ratio: float) -> None:
    """Normal log weights of variance s² have means ±ratio − s²/2; 5 standard errors of the estimate."""
    rng, s = np.random.default_rng(5), 2.0
    wider = ratio - 0.5 * s**2 + s * rng.standard_normal(20_000)
    narrower = -ratio - 0.5 * s**2 + s * rng.standard_normal(10_000)
    assert log_ratio(wider, narrower) == pytest.approx(ratio, abs=5.0 * 0.02)
    assert log_ratio(narrower, wider) == pytest.approx(-ratio, abs=5.0 * 0.02)


def test_evidence() -> None:
    found = Evidence(np.array([3.0, -1.0]), np.array([0.4, 0.3]), 0.5)
    weights = np.exp([0.0, 3.0, 2.0]) * [1.0, 0.5, 0.25]
    np.testing.assert_allclose(found.probabilities, weights / weights.sum())
    assert found.n_dims == 2
    np.testing.assert_allclose(found.log_evidence, [-3.0, 0.0, -1.0])
    np.testing.assert_allclose(found.standard_errors, [0.4, 0.0, 0.3])
    assert found.rivals == []
    assert Evidence(np.array([3.0, 1.0]), np.array([0.4, 0.3]), 0.5).rivals == [2]


_FIXED = Priors(position_variance_scale=2.0, position_variance_df=4.0, cluster_mean_variance=3.0)


def _problems(network: Network, most: int, clusters: Clusters | None = None) -> list[Problem]:
    return [
        make_problem(
            network,
            family=Bernoulli(),
            similarity="distance",
            n_dims=d,
            effects=(),
            priors=_FIXED,
            position_prior=clusters,
        )
        for d in range(1, most + 1)
    ]


@pytest.mark.parametrize("clusters", [None, pytest.param(Clusters(2, False), marks=pytest.mark.slow)])
def test_evidence_is_that_of_draws_from_the_prior(clusters: Clusters | None) -> None:
    """Five people, 200,000 draws of the prior; 5 standard errors of both estimates."""
    ties = np.zeros((5, 5))
    for i, j in ((0, 1), (1, 2), (0, 2), (3, 4)):
        ties[i, j] = ties[j, i] = 1.0
    problems, rng = _problems(Network.from_array(ties), 3, clusters), np.random.default_rng(8)
    found = MCMC(4000, 300, progress=False).weigh_dims(problems, rng)
    lower = np.tril_indices(5, -1)
    logs, errors = [], []
    for problem in problems:
        theta = draw_prior(problem, 200_000, rng)[0]
        z = problem.parameters.positions(theta)
        eta = theta[:, problem.intercepts] - np.linalg.norm(z[:, lower[0]] - z[:, lower[1]], axis=-1)
        chances = np.exp((ties[lower] * eta - np.logaddexp(0.0, eta)).sum(axis=1))
        logs.append(np.log(chances.mean()))
        errors.append(chances.std() / chances.mean() / np.sqrt(len(chances)))
    exact = np.diff(logs)
    bound = 5.0 * np.hypot(np.maximum(found.errors, 0.01), np.hypot(errors[1:], errors[:-1]))
    assert (bound < 0.3).all()
    assert (np.abs(found.steps - exact) < bound).all()


@pytest.mark.slow
def test_calibration_of_the_number() -> None:
    """200 networks of 10 people, d from its prior: each number as often as is said. Fails 1 in 1,000 times if so."""
    n, most, rng = 10, 3, np.random.default_rng(4)
    empty = _problems(Network.from_array(np.zeros((n, n))), most)
    prior = 0.5 ** np.arange(most)
    engine, difference, variance = MCMC(500, 200, progress=False), np.zeros(most), np.zeros(most)
    for _ in range(200):
        d = int(rng.choice(most, p=prior / prior.sum()))
        ties = simulated_ties(empty[d], draw_prior(empty[d], 1, rng)[0][0], rng)
        share = engine.weigh_dims(_problems(with_ties(empty[d].network, ties), most), rng).probabilities
        difference += (np.arange(most) == d) - share
        variance += share * (1.0 - share)
    assert (np.abs(difference) / np.sqrt(variance) < stats.norm.isf(0.0005 / most)).all()


def _simulated(d: int) -> Network:
    rng = np.random.default_rng(d)
    z = 2.0 * rng.standard_normal((60, d))
    eta = 1.5 - np.linalg.norm(z[:, None] - z[None], axis=2)
    ties = np.tril(rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta)), -1)
    return Network.from_array((ties | ties.T).astype(float))


@pytest.mark.filterwarnings(UNCONVERGED)
@pytest.mark.parametrize("d", [1, 2])
def test_the_number_is_found(d: int) -> None:
    engine = MCMC(600, 200, 2, thin=1, progress=False)
    model = LatentPositionModel("auto", most_dims=3, inference=engine, random_state=1).fit(_simulated(d))
    assert model.n_dims_ == d
    assert model.n_dims_probabilities_[d] > 0.8
    assert model.positions_.shape == (60, d)
    assert model.draws_.positions.shape[-1] == d
    assert (np.diff(model.positions_.var(axis=0)) <= 0.0).all()


@pytest.mark.filterwarnings(UNCONVERGED)
def test_the_result_does_not_hang_on_threads_and_goes_into_files(tmp_path: Path) -> None:
    one, other = (
        LatentPositionModel("auto", inference=MCMC(60, 60, 2, thin=1, n_jobs=jobs, progress=False), random_state=3)
        for jobs in (1, 2)
    )
    one.fit(load_sampson())
    other.fit(load_sampson())
    np.testing.assert_array_equal(one.draws_.parameters, other.draws_.parameters)
    pd.testing.assert_frame_equal(one.n_dims_evidence_, other.n_dims_evidence_)
    assert one.n_dims == "auto"
    assert list(one.n_dims_probabilities_.index) == [1, 2, 3, 4, 5]
    assert one.n_dims_probabilities_.sum() == pytest.approx(1.0)
    assert one.n_dims_probabilities_.idxmax() == one.n_dims_ == one.positions_.shape[1]
    one.save(tmp_path / "dims")
    again = latentnet.load(tmp_path / "dims")
    pd.testing.assert_frame_equal(again.n_dims_evidence_, one.n_dims_evidence_)
    np.testing.assert_array_equal(again.positions_, one.positions_)
    before = one.n_dims_evidence_
    pd.testing.assert_frame_equal(one.extend(20).n_dims_evidence_, before)


@pytest.mark.filterwarnings(UNCONVERGED, AT_MOST)
def test_a_run_is_resumed_with_its_number(tmp_path: Path) -> None:
    engine = MCMC(60, 60, 2, thin=1, progress=False, checkpoint=tmp_path / "run")
    model = LatentPositionModel("auto", most_dims=3, inference=engine, random_state=3).fit(load_sampson())
    again = latentnet.resume(tmp_path / "run")
    np.testing.assert_array_equal(again.draws_.parameters, model.draws_.parameters)
    pd.testing.assert_frame_equal(again.n_dims_evidence_, model.n_dims_evidence_)


@pytest.mark.filterwarnings(UNCONVERGED, AT_MOST, "ignore:only")
@pytest.mark.parametrize(
    ("model", "data"),
    [
        (LatentClusterModel(3, "auto", most_dims=3, inference=QUICK, random_state=1), SECOND),
        pytest.param(
            LatentClusterModel("auto", "auto", most_dims=2, effects=[Sociality()], inference=QUICK, random_state=1),
            SECOND,
            marks=pytest.mark.slow,
        ),
        (LatentPositionModel("auto", most_dims=2, similarity="bilinear", inference=QUICK, random_state=1), SECOND),
        (LatentPositionModel("auto", most_dims=2, inference=QUICK, random_state=1), Layers({"a": FIRST, "b": THIRD})),
        pytest.param(
            DynamicLatentPositionModel("auto", most_dims=2, inference=QUICK, random_state=1),
            [FIRST, SECOND],
            marks=pytest.mark.slow,
        ),
    ],
    ids=["clusters", "clusters and effects", "bilinear", "layers", "periods"],
)
def test_all_models_infer_it(model: Any, data: Any) -> None:
    model.fit(data)
    assert model.n_dims_probabilities_.idxmax() == model.n_dims_ == model.positions_.shape[-1]
    assert len(model.n_dims_probabilities_) == model.most_dims
    view = model.layer("b") if isinstance(data, Layers) else model.at(period=1) if isinstance(data, list) else model
    assert view.n_dims_ == model.n_dims_
    pd.testing.assert_frame_equal(view.n_dims_evidence_, model.n_dims_evidence_)


def test_priors_are_the_same_for_each_number() -> None:
    given = LatentPositionModel(3, inference=PriorDraws(5), random_state=1).fit(SECOND)
    assert given.n_dims_ == 3
    assert given.n_dims_probabilities_.to_dict() == {3: 1.0}
    found = Priors().for_any_dims(2.0, clusters=False)
    assert (found.position_variance_scale, found.position_variance_df) == (2.0, 4.0)
    own = Priors(position_variance_scale=7.0, cluster_mean_variance=3.0).for_any_dims(2.0, clusters=True)
    assert (own.position_variance_scale, own.cluster_mean_variance) == (7.0, 3.0)


@pytest.mark.filterwarnings(UNCONVERGED)
def test_it_says_where_it_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    close = Evidence(np.array([0.9, -0.1]), np.array([0.05, 0.5]), 0.5)
    monkeypatch.setattr(MCMC, "weigh_dims", lambda *_: close)
    with pytest.warns(ConvergenceWarning, match=r"dimensions is 2, but the chains do not tell it from 3: .*draw more"):
        model = LatentPositionModel("auto", most_dims=3, inference=QUICK, random_state=1).fit(SECOND)
    np.testing.assert_allclose(model.n_dims_evidence_["log_evidence"], [-0.9, 0.0, -0.1])
    wide = Evidence(np.array([9.0, 9.0]), np.array([0.1, 0.1]), 0.5)
    monkeypatch.setattr(MCMC, "weigh_dims", lambda *_: wide)
    with pytest.warns(LatentnetWarning, match="dimensions is 3, the largest that was tried.*a larger most_dims"):
        LatentPositionModel("auto", most_dims=3, inference=QUICK, random_state=1).fit(SECOND)


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match=r"n_dims must be an integer of at least 1 or 'auto', but is 'automatic'"):
        LatentPositionModel("automatic").fit(SECOND)
    with pytest.raises(ValueError, match=r"n_dims='auto' needs inference='mcmc', but inference is 'map'"):
        LatentPositionModel("auto", inference="map").fit(SECOND)
    with pytest.raises(ValueError, match=r"most_dims must be an integer from 2 to 20, but is 1"):
        LatentPositionModel("auto", most_dims=1).fit(SECOND)
    with pytest.raises(ValueError, match=r"start and align_to are of a number of dimensions"):
        LatentPositionModel("auto").fit(SECOND, start=np.zeros((18, 2)))
    assert LatentPositionModel("auto", similarity=None, inference="map").fit(SECOND).n_dims_ == 0
