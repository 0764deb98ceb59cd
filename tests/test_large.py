"""Large sparse networks: simulated in linear time, and fitted by approximated sums."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.special import expit

from latentnet import (
    MAP,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    Network,
    Variational,
    checks,
    load,
    plot,
    roles,
)
from latentnet.datasets import load_sampson, make_large_network
from latentnet.datasets.large import Geometry
from latentnet.effects import DyadCovariate, Sociality
from latentnet.inference import auto
from latentnet.inference.auto import choose
from latentnet.inference.gaussians import Gaussians
from latentnet.inference.large_start import _hops
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.verbs import value_and_gradient
from latentnet.network.layers import Given
from latentnet.posterior.procrustes import align, maps_to
from latentnet.predictive import large
from latentnet.problem.verbs import BoundTarget


@pytest.mark.parametrize("geometry", ["gaussian", "geometric"])
@pytest.mark.parametrize("directed", [False, True])
def test_simulated_ties_have_their_probabilities(geometry: Geometry, directed: bool) -> None:
    """Ties by bins of distance against their expected number: six bins, four standard deviations (1 in 2,500)."""
    (network, positions, _), b = make_large_network(
        1500, 3, geometry=geometry, directed=directed, mean_degree=12.0, random_state=5
    )
    length = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    every = ~np.eye(1500, dtype=bool) if directed else np.tri(1500, k=-1, dtype=bool)
    tied, p = network.ties.toarray()[every], expit(b - length[every])
    for part in np.array_split(np.argsort(length[every]), 6):
        spread = np.sqrt(np.sum(p[part] * (1.0 - p[part])))
        assert abs(tied[part].sum() - p[part].sum()) < 4.0 * spread + 1.0
    assert p.sum() / 1500 * (1 if directed else 2) == pytest.approx(12.0, rel=0.02)


def test_simulator_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(ValueError, match="mean_degree"):
        make_large_network(100, mean_degree=80.0)
    with pytest.raises(ValueError, match="geometry"):
        make_large_network(100, geometry="flat")  # type: ignore[arg-type]


def test_hops_are_geodesics() -> None:
    network = make_large_network(300, mean_degree=3.0, random_state=1)[0].network
    found = _hops(network.ties.indptr.astype(np.int64), network.ties.indices.astype(np.int64), np.arange(300))
    exact = shortest_path(network.ties, unweighted=True)
    np.testing.assert_array_equal(found, np.where(np.isfinite(exact), exact, -1))


@pytest.mark.parametrize("directed", [False, True])
def test_approximated_likelihood_is_near_the_exact_one(directed: bool) -> None:
    (network, positions, _), b = make_large_network(600, directed=directed, random_state=2)
    network = network.with_unobserved([(0, 5), (7, 3), (3, 7), (11, 12)])
    problem = LatentPositionModel()._specify(Given(network), np.random.default_rng(1))
    theta = np.zeros(problem.n_parameters)
    problem.parameters.set_positions(theta, positions)
    theta[problem.intercept] = b
    value, gradient = value_and_gradient(Approximate(problem), theta)
    exact, slope = BoundTarget(problem.target()).likelihood_value_and_gradient(theta)
    assert value == pytest.approx(exact, rel=1e-4)
    assert np.linalg.norm(gradient - slope) < 5e-3 * np.linalg.norm(slope)


@pytest.mark.filterwarnings("ignore:MAP stopped")
def test_approximated_mode_is_as_likely_as_the_exact_one(tmp_path: Path) -> None:
    """From the same start both find modes within a half per cent of each other's log-likelihood."""
    network = make_large_network(400, 2, random_state=3)[0].network
    model = LatentPositionModel(inference=MAP(likelihood="approximate"), random_state=1).fit(network)
    exact = LatentPositionModel(inference=MAP(1, max_iterations=200), random_state=1).fit(network)
    assert model.likelihood_["kind"] == "approximate"
    assert 0.0 < model.likelihood_["log_likelihood_error"] < 1e-3
    assert exact.likelihood_["kind"] == "exact"
    scores = [one.score(network) for one in (model, exact)]
    assert scores[0] > scores[1] + 0.005 * scores[1]
    again = LatentPositionModel(inference=MAP(likelihood="approximate"), random_state=1).fit(network)
    np.testing.assert_array_equal(again.positions_, model.positions_)
    model.save(tmp_path / "large.latentnet")
    assert load(tmp_path / "large.latentnet").likelihood_.equals(model.likelihood_)


def test_memory_of_a_large_fit_is_of_the_order_of_its_ties() -> None:
    """Ten thousand actors: a matrix of bytes would take 100 MB."""
    network = make_large_network(10_000, random_state=4)[0].network
    tracemalloc.start()
    model = LatentPositionModel(inference=MAP(max_iterations=2), random_state=1)
    with pytest.warns(match="MAP stopped after 2 iterations"):
        model.fit(network)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert model.likelihood_["kind"] == "approximate"
    assert peak < 60e6
    assert model.predict_proba([(0, 1), (5, 9000)]).shape == (2,)


def test_aligning_draws_of_a_large_network_copies_few_of_them() -> None:
    """Bits are those of all at once; 96 MB of draws."""
    network = Network.from_array(sparse.csr_array((20_000, 20_000)), directed=False)
    problem = LatentPositionModel()._specify(Given(network), np.random.default_rng(1))
    draws = np.random.default_rng(1).standard_normal((1, 300, problem.n_parameters))
    target = problem.parameters.positions(draws[0, 0]).copy()
    whole = align(problem.parameters.positions(draws[:, -3:]), target, "isometry").positions
    tracemalloc.start()
    problem.parameters.turn(draws, *maps_to(problem.parameters.positions(draws), target, "isometry"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * draws.nbytes
    np.testing.assert_array_equal(problem.parameters.positions(draws)[:, -3:], whole)


@pytest.mark.parametrize("directed", [False, True])
def test_score_and_simulation_of_large_networks_are_those_of_a_walk_over_all_dyads(
    directed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The score within 2 in 1,000 (approximated sums, and a sample); ties within 4.5 standard deviations."""
    network = make_large_network(500, directed=directed, random_state=2)[0].network
    model = LatentPositionModel(inference=Variational(n_draws=20), random_state=1).fit(network)
    other = make_large_network(500, directed=directed, random_state=2)[0].network.with_unobserved([(0, 5), (7, 3)])
    exact = model.score(other)
    monkeypatch.setattr(large, "MOST_WALKED", 100)
    assert model.score(other) == pytest.approx(exact, rel=2e-3)
    assert model.score(other) == model.score(other)
    drawn = model.simulate(30, random_state=3)
    assert all(one.directed == directed and set(one.ties.data) == {1.0} for one in drawn)
    expected = np.nansum(model.predict_proba()) / (1 if directed else 2)
    counts = np.array([one.n_ties for one in drawn])
    assert abs(counts.mean() - expected) < 4.5 * counts.std() / np.sqrt(30)


def test_what_takes_memory_of_all_dyads_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_large_network(300, mean_degree=5.0, random_state=4)[0].network
    model = LatentClusterModel(2, inference=MAP(1, max_iterations=20), random_state=1)
    with pytest.warns(match="MAP stopped"):
        model.fit(network)
    monkeypatch.setattr(checks, "free_memory", lambda: 80_000.0)
    calls: list[Callable[[], Any]] = [
        model.predict_proba,
        model.ties_to_frame,
        lambda: model.coclustering_,
        lambda: roles(model),
        lambda: plot.roc(model),
        lambda: plot.calibration(model),
        network.observed.toarray,
        network.observed.dyads,
        lambda: LatentPositionModel().fit(Layers({"a": network, "b": network})),
        lambda: LatentPositionModel(effects=[DyadCovariate(np.zeros((300, 300)), name="x")]).fit(network),
    ]
    for call in calls:
        with pytest.raises(MemoryError, match=r"of 300 actors would take .* GiB of memory, but .* are free; "):
            call()
    assert model.predict_proba([(0, 1)]).shape == (1,)
    i, j = network.ties.nonzero()
    assert plot.roc(model, dyads=[(0, 1), (0, 2), (int(i[0]), int(j[0]))]) is not None
    assert len(model.to_frame()) == 300


def test_small_networks_keep_the_exact_likelihood_and_refusals_name_the_fix() -> None:
    network = make_large_network(60, random_state=1)[0].network
    assert LatentPositionModel(inference="map", random_state=1).fit(network).likelihood_["kind"] == "exact"
    with pytest.raises(ValueError, match="likelihood='exact'"):
        LatentPositionModel(effects=[Sociality()], inference=MAP(likelihood="approximate")).fit(network)
    with pytest.raises(ValueError, match="3 dimensions"):
        LatentPositionModel(4, inference=MAP(likelihood="approximate")).fit(network)
    with pytest.raises(ValueError, match="MAP: likelihood"):
        LatentPositionModel(inference=MAP(likelihood="rough")).fit(network)


def test_variational_intervals_hold_about_what_is_said_of_them() -> None:
    """One network: of four seen, coverage was 0.83 to 0.86, so 0.75 to 0.95 leaves room."""
    (network, positions, _), b = make_large_network(500, mean_degree=15.0, random_state=7)
    model = LatentPositionModel(inference="variational", random_state=1).fit(network)
    i, j = np.tril_indices(500, -1)
    some = np.random.default_rng(0).permutation(i.size)[:3000]
    draws = model.draws_.positions[0]
    lengths = np.linalg.norm(draws[:, i[some]] - draws[:, j[some]], axis=-1)
    low, high = np.quantile(lengths, [0.05, 0.95], axis=0)
    truth = np.linalg.norm(positions[i[some]] - positions[j[some]], axis=-1)
    assert 0.75 < np.mean((low < truth) & (truth < high)) < 0.95
    assert abs(model.intercept_ - b) < 0.25
    assert model.draws_.kind == "independent"
    assert "approximate" in model.diagnose().notes[0]
    again = LatentPositionModel(inference="variational", random_state=1).fit(network)
    np.testing.assert_array_equal(again.draws_.parameters, model.draws_.parameters)


def test_variational_draws_have_the_covariances_of_the_approximation() -> None:
    """The sample covariance of one actor's 4,000 draws against L·L': entries within five standard errors."""
    problem = LatentPositionModel()._specify(
        Given(make_large_network(50, mean_degree=5.0, random_state=1)[0].network), np.random.default_rng(1)
    )
    law, rng = Gaussians(problem, np.zeros(problem.n_parameters)), np.random.default_rng(2)
    law.factor[:] = rng.normal(0.0, 0.5, law.factor.shape)
    draws = np.stack([law.draw(rng)[0] for _ in range(4000)])
    factor = law.unit[3] * np.array([[np.exp(law.factor[0, 3]), 0.0], [law.factor[1, 3], np.exp(law.factor[2, 3])]])
    found, exact = np.cov(draws[:, [3, 53]].T), factor @ factor.T
    error = np.sqrt((exact**2 + np.outer(exact.diagonal(), exact.diagonal())) / 4000)
    assert np.all(np.abs(found - exact) < 5.0 * error)


def test_variational_refuses_models_that_it_is_not_for() -> None:
    network = make_large_network(60, random_state=1)[0].network
    with pytest.raises(ValueError, match="take inference='mcmc'"):
        LatentPositionModel(effects=[Sociality()], inference="variational").fit(network)


def test_auto_chooses_by_size_and_model_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monks = load_sampson()
    given = Given(monks)
    assert choose(LatentPositionModel()._specify(given, np.random.default_rng(1))).name == "mcmc"
    big = Given(make_large_network(1001, mean_degree=3.0, random_state=1)[0].network)
    rng = np.random.default_rng(1)
    assert choose(LatentPositionModel()._specify(big, rng)).name == "variational"
    mode = choose(LatentPositionModel(effects=[Sociality()])._specify(big, rng))
    assert mode.name == "map"
    assert "1,001 actors are over 1,000" in mode.why
    unknown = LatentClusterModel("auto", inference="auto")._specify(given, rng)
    with monkeypatch.context() as patched:
        patched.setattr(auto, "_MOST_DRAWN", 10)
        assert choose(unknown).name == "mcmc"
    with caplog.at_level("INFO", logger="latentnet"):
        model = LatentPositionModel(inference="auto", random_state=1).fit(monks)
    assert any("'auto' takes 'mcmc': 18 actors" in message for message in caplog.messages)
    assert model.inference_["kind"] == model.summary().attrs["inference"] == "mcmc"
    assert any("'auto' took 'mcmc'" in note for note in model.diagnose().notes)
    chains = LatentPositionModel(inference="mcmc", random_state=1).fit(monks)
    np.testing.assert_array_equal(chains.draws_.parameters, model.draws_.parameters)
    assert chains.inference_["why"] == "it was asked for"
    model.save(tmp_path / "auto.latentnet")
    assert load(tmp_path / "auto.latentnet").inference_.equals(model.inference_)
    assert model.extend(10).draws_.n_draws == 1010
