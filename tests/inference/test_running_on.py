"""Chains that run on until they agree, and models that are extended: the draws are those of one run."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pytest

import latentnet
from latentnet import (
    MAP,
    MCMC,
    ConvergenceWarning,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Network,
)
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.inference import PriorDraws, chains
from latentnet.inference.base import InferenceResult
from latentnet.inference.convergence import Agreement, first_look
from latentnet.inference.progress import duration
from latentnet.posterior.diagnostics import mean_ess
from tests.contracts.networks import NETWORKS, engine, quick_fit, undirected
from tests.contracts.test_saved_before import FOLDER

DIRECTED = NETWORKS["directed"]
# Two groups with nothing between them: they drift about each other for long.
SPARSE = undirected(12, [(i, i + 1) for i in range(11) if i != 5])


def sparse_fit(**params: object) -> LatentPositionModel:
    settings = {"n_draws": 100, "n_warmup": 50, "n_chains": 4, "progress": False, "max_thin": 4, **params}
    return quick_fit(SPARSE, MCMC(**settings))


def assert_same(found: LatentPositionModel, expected: LatentPositionModel) -> None:
    np.testing.assert_array_equal(found.draws_.parameters, expected.draws_.parameters)
    np.testing.assert_array_equal(found.positions_, expected.positions_)
    assert found.draws_.statistics.keys() == expected.draws_.statistics.keys()
    for name, values in expected.draws_.statistics.items():
        np.testing.assert_array_equal(found.draws_.statistics[name], values, err_msg=name)
    for name, values in expected.draws_.extra.items():
        np.testing.assert_array_equal(found.draws_.extra[name], values, err_msg=name)


# running on


@pytest.mark.parametrize("n_draws", [100, 101])
def test_chains_run_on_with_the_draws_of_that_thinning(n_draws):
    model = sparse_fit(n_draws=n_draws)
    assert model.thin_ > 1
    assert model.draws_.n_draws == n_draws
    assert_same(model, sparse_fit(n_draws=n_draws, thin=model.thin_))


def test_draws_do_not_depend_on_who_runs_the_chains(monkeypatch):
    expected = sparse_fit(n_jobs=1)
    assert_same(sparse_fit(n_jobs=3), expected)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert_same(sparse_fit(), expected)
    monkeypatch.setattr(chains, "_SECONDS_PER_CHUNK", 1e-9)
    assert_same(sparse_fit(n_jobs=2), expected)


@pytest.mark.slow
def test_nor_on_processes():
    with joblib.parallel_config(backend="loky", n_jobs=2):
        found = sparse_fit()
    assert_same(found, sparse_fit())


@pytest.mark.parametrize("params", [{"n_draws": 99}, {"n_chains": 1, "n_draws": 500}, {"max_thin": 1}])
def test_runs_that_are_too_short_to_judge_end_as_asked(params):
    model = sparse_fit(**params)
    assert model.thin_ == 1
    assert not model.converged_


def test_sampson_does_not_run_on():
    model = LatentPositionModel(random_state=1).fit(load_sampson())
    assert (model.thin_, model.converged_) == (1, True)
    assert isinstance(model.inference, str)


def test_the_limit_says_what_to_do_and_for_how_long():
    settings = {"n_draws": 100, "n_warmup": 0, "progress": False, "max_thin": 2}
    with pytest.warns(ConvergenceWarning, match="R-hat") as caught:
        model = LatentPositionModel(inference=MCMC(**settings), random_state=1).fit(SPARSE)
    message = str(caught[0].message)
    assert model.thin_ == 2
    assert "the chains ran on to thin=2" in message
    assert "model.extend(" in message or "too far apart" in message
    if "model.extend(" in message:
        assert "which takes about" in message
        assert "MCMC(max_thin=" in message


def test_the_bar_says_what_is_not_settled(capsys):
    sparse_fit(progress=True)
    shown = capsys.readouterr().err
    assert "not settled: R-hat 1." in shown
    assert "more" in shown


def test_dyads_that_cannot_be_tied_do_not_keep_chains_running():
    array = np.array(load_sampson().ties.toarray())
    apart = np.argwhere((array == 0.0) & (array.T == 0.0) & (np.arange(18)[:, None] > np.arange(18)))[:3]
    network = Network.from_array(array, directed=True, impossible=[(i, j) for i, j in apart])
    model = LatentPositionModel(random_state=1).fit(network)
    assert model.thin_ <= 2
    assert model.converged_


def test_a_first_look_says_what_a_look_at_all_dyads_says():
    """Of draws that agree, being independent, and of the same with one chain moved."""
    network = undirected(60, [(i, i + 1) for i in range(59)])
    model = LatentPositionModel(inference=PriorDraws(2000), random_state=1).fit(network)
    problem, pooled = model._problem, model.draws_.parameters.reshape(4, 500, -1)
    for moved in (0.0, 10.0):
        draws = pooled.copy()
        draws[0, :, problem.intercept] += moved
        found = [first_look(problem, InferenceResult(draws, "chains"), last) for last in (False, True)]
        assert found[0].holds == found[1].holds == (moved == 0.0)
        assert len(found[1].dyads) == 60 * 59 / 2
        assert len(found[0].dyads) == len(found[1].dyads) if found[0].holds else len(found[0].dyads) < 300
        assert (found[1].length_needed > 1.0) == (moved > 0.0)


def test_how_long_it_takes_goes_by_what_is_worst():
    def needed(scalar: float, *of_dyads: float) -> float:
        where = np.arange(len(of_dyads))
        return Agreement({"intercept": scalar}, where, where, np.array(of_dyads)).length_needed

    assert needed(1.02, 1.0) == pytest.approx(1.0)
    assert needed(1.0, *[1.01] * 100) == pytest.approx(1.0)
    assert needed(1.1, 1.0) == pytest.approx(0.21 / 0.0404)
    assert needed(np.nan, 1.0) == np.inf
    assert needed(1e200, 1.0) == needed(1.0, 1e300) == np.inf  # chains that stand still


def test_chains_run_on_for_the_number_of_clusters():
    """Also where everything agrees: until a tenth of the draws, 400 of the default ones, are effective ones of it."""
    found = Agreement({"intercept": 1.0}, np.zeros(1), np.zeros(1), np.ones(1))
    assert found.settled
    assert found._replace(of_number=0.9).holds
    assert not found._replace(of_number=0.9).settled
    engine = MCMC(n_draws=400, n_warmup=300, progress=False)
    model = LatentClusterModel("auto", inference=engine, random_state=4).fit(load_sampson())
    found = first_look(model._problem, model._standing.result(interrupted=False), False)
    effective = float(mean_ess(model.draws_.extra["n_clusters"][None])[0])
    assert found.of_number == pytest.approx(effective / 160)
    assert found.settled


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (42.4, "42 seconds"), (60, "1 minute"), (95, "1.6 minutes"), (3600 * 11, "11 hours")],
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words


# more draws

KINDS = {
    "positions": (LatentPositionModel(), DIRECTED),
    "no space": (LatentPositionModel(similarity=None), DIRECTED),
    "clusters": (LatentClusterModel(2), DIRECTED),
    "open number": (LatentClusterModel("auto"), DIRECTED),
    "periods": (DynamicLatentPositionModel(), load_sampson_waves()),
    "clusters of periods": (DynamicLatentClusterModel(2), load_sampson_waves()),
}
SLOW_KINDS = {"no space", "clusters of periods"}
EVERY_KIND = [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW_KINDS else []) for name in KINDS]


def fitted(kind: str, n_draws: int, **params: object) -> LatentPositionModel:
    model, network = KINDS[kind]
    new = type(model)(**model.get_params(deep=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few draws
        return new.set_params(inference=engine(n_draws=n_draws, **params), random_state=3).fit(network)


def extended(model: LatentPositionModel, n_draws: int) -> LatentPositionModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.extend(n_draws)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_more_draws_are_those_of_one_run(kind):
    model = fitted(kind, 9, n_warmup=15)
    assert extended(model, 11) is model
    extended(model, 5)
    assert_same(model, fitted(kind, 25, n_warmup=15))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_loaded_model_goes_on(kind, tmp_path):
    model = fitted(kind, 9, thin=2)
    model.save(tmp_path / "model.latentnet")
    extended(model, 6)
    again = extended(latentnet.load(tmp_path / "model.latentnet"), 6)
    assert again.thin_ == 2
    for name in ("lp", "log_likelihood_total"):
        np.testing.assert_array_equal(again.draws_.statistics[name], model.draws_.statistics[name])
    for name in {"n_clusters", "n_components"} & set(model.draws_.extra):
        np.testing.assert_array_equal(again.draws_.extra[name], model.draws_.extra[name])
    n = model.draws_.n_actors
    gaps = [
        np.linalg.norm(one.draws_.positions[:, :, 0] - one.draws_.positions[:, :, n - 1], axis=-1)
        for one in (again, model)
    ]
    np.testing.assert_allclose(*gaps, rtol=1e-9)
    if isinstance(model, LatentClusterModel):
        np.testing.assert_allclose(again.coclustering_, model.coclustering_, atol=1e-6)


def test_a_model_that_was_interrupted_goes_on(monkeypatch):
    advance, calls = chains.Chain.advance, []

    def stop(chain: chains.Chain) -> int:
        chain.chunk = 7
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return advance(chain)

    monkeypatch.setattr(chains.Chain, "advance", stop)
    model = LatentPositionModel(inference=engine(n_draws=60, on_interrupt="return", n_jobs=1), random_state=3)
    refit_quietly = warnings.catch_warnings()
    with refit_quietly:
        warnings.simplefilter("ignore")
        model.fit(DIRECTED)
    had = model.draws_.n_draws
    assert 0 < had < 60
    assert_same(extended(model, 60 - had), fitted("positions", 60))


def test_extending_leaves_a_model_alone_that_it_was_copied_from():
    model = fitted("positions", 9)
    before = model.draws_.parameters.copy()
    copy = type(model)(**model.get_params(deep=False))
    copy.__dict__.update(model.__dict__)
    extended(copy, 5)
    np.testing.assert_array_equal(model.draws_.parameters, before)
    extended(model, 5)
    assert_same(model, copy)


def test_a_map_that_was_turned_stays_so():
    reference = {actor: (float(actor), float(actor**2)) for actor in range(7)}
    few, many = (quick_fit(DIRECTED, engine(n_draws=n_draws)) for n_draws in (8, 12))
    found = extended(latentnet.align_to(few, reference), 4)
    np.testing.assert_array_equal(found.positions_, latentnet.align_to(many, reference).positions_)


@pytest.mark.parametrize("n_draws", [0, 1.5, "3", None])
def test_more_draws_are_a_positive_number(n_draws):
    with pytest.raises(ValueError, match="n_draws must be an integer of at least 1"):
        fitted("positions", 5).extend(n_draws)


def test_models_without_chains_say_so():
    with pytest.raises(latentnet._exceptions.NotFittedError):
        LatentPositionModel().extend(5)
    with pytest.raises(ValueError, match="extend needs chains to go on with"):
        quick_fit(DIRECTED, MAP(1)).extend(5)
    with pytest.raises(ValueError, match="older version"):
        latentnet.load(FOLDER / "auto.latentnet").extend(5)
    with pytest.raises(ValueError, match="joint model"):
        fitted("periods", 5).at(period=0).extend(5)
    model = fitted("positions", 5).set_params(inference="map")
    with pytest.raises(ValueError, match="MAP cannot go on"):
        model.extend(5)
