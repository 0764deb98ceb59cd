"""The benchmarks' own arithmetic, and that every peer samples the posterior that it is compared on."""

from __future__ import annotations

import importlib

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from benchmarks import compare, problems
from benchmarks.measure import Fit, figures


@pytest.mark.parametrize("name", ["karate", "sim_n50"])
def test_problem_is_a_binary_network_without_self_ties(name: str) -> None:
    problem = problems.load(name)
    assert problem.name == name
    assert set(np.unique(problem.ties)) == {0, 1}
    assert not problem.ties.diagonal().any()
    assert (problem.ties == problem.ties.T).all()
    graph = problem.graph()
    assert list(graph) == list(range(problem.n_actors))
    np.testing.assert_array_equal(nx.to_numpy_array(graph), problem.ties)


def test_unknown_problem_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="sampson, karate, sim_n50"):
        problems.load("monks")


def test_simulated_network_is_reproducible_and_as_dense_as_the_shared_ones() -> None:
    seed, intercept = problems._RECIPES[200]
    ties = problems.simulate(200, intercept, seed)
    np.testing.assert_array_equal(ties, problems.simulate(200, intercept, seed))
    assert 0.08 < ties.sum() / (200 * 199) < 0.12


def test_dyads_are_distinct_pairs_and_the_same_in_every_call() -> None:
    problem = problems.load("sim_n50")
    dyads = problem.dyads()
    assert dyads.shape == (300, 2)
    assert len({tuple(dyad) for dyad in dyads}) == 300
    assert (dyads[:, 0] < dyads[:, 1]).all()
    np.testing.assert_array_equal(dyads, problem.dyads())


def test_linear_predictor_is_intercept_minus_distance() -> None:
    positions = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])[None, None]
    fit = Fit.from_positions(positions, np.array([[2.0]]), np.array([[0, 1], [0, 2]]), {})
    np.testing.assert_allclose(fit.linear_predictor, [[[-3.0, 1.0]]])


def test_figures_of_independent_draws() -> None:
    # ESS of 4 x 1,000 independent draws is within 15 % of 4,000 (its error is near 3 %)
    rng = np.random.default_rng(1)
    fit = Fit(rng.normal(size=(4, 1000, 5)), rng.normal(size=(4, 1000)), {"drawing": 2.0})
    row = figures(fit, "drawing")
    assert row["median"] == pytest.approx(2000, rel=0.15)
    assert row["intercept"] == pytest.approx(2000, rel=0.15)
    assert row["min"] <= row["5 %"] <= row["median"]


def test_ratios_compare_medians_within_a_phase() -> None:
    rates = {"ours": (10.0, 30.0, 20.0), "peer": (1.0, 2.0, 30.0)}
    runs = pd.DataFrame(
        [
            {"program": program, "phase": "drawing", **dict.fromkeys(["CPU s", *compare.RATES], rate)}
            for program, values in rates.items()
            for rate in values
        ]
    )
    runs = pd.concat([runs, runs[runs["program"] == "ours"].assign(phase="whole fit")])
    ratio = compare.ratios(compare.medians(runs), "ours")
    assert ratio.index.tolist() == [("drawing", "peer")]
    assert (ratio == 10.0).all(axis=None)


@pytest.mark.slow
@pytest.mark.peers
@pytest.mark.parametrize("peer", compare.PEERS)
def test_peer_samples_our_posterior(peer: str) -> None:
    """The long runs' intercept is 2.195; 0.1 is five standard errors of the slowest peer's mean."""
    pytest.importorskip(peer)
    module = importlib.import_module(f"benchmarks.peers.{peer}")
    problem = problems.load("sampson")
    fit = module.fit_position(problem, problem.dyads(), seed=1)
    assert figures(fit, module.PHASE)["mean of intercept"] == pytest.approx(2.195, abs=0.1)
