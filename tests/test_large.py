"""Large sparse networks: simulated in linear time, and fitted by approximated sums."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path
from scipy.special import expit

from latentnet import MAP, LatentPositionModel, load
from latentnet.datasets import make_large_network
from latentnet.datasets.large import Geometry
from latentnet.effects import Sociality
from latentnet.inference.large_start import _hops
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.verbs import value_and_gradient
from latentnet.network.layers import Given
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


def test_small_networks_keep_the_exact_likelihood_and_refusals_name_the_fix() -> None:
    network = make_large_network(60, random_state=1)[0].network
    assert LatentPositionModel(inference="map", random_state=1).fit(network).likelihood_["kind"] == "exact"
    with pytest.raises(ValueError, match="likelihood='exact'"):
        LatentPositionModel(effects=[Sociality()], inference=MAP(likelihood="approximate")).fit(network)
    with pytest.raises(ValueError, match="3 dimensions"):
        LatentPositionModel(4, inference=MAP(likelihood="approximate")).fit(network)
    with pytest.raises(ValueError, match="MAP: likelihood"):
        LatentPositionModel(inference=MAP(likelihood="rough")).fit(network)
