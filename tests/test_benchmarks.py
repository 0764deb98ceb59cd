"""The benchmarks' own arithmetic, and that every peer samples the posterior that it is compared on."""

from __future__ import annotations

import importlib
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from benchmarks import compare, dimensions, kernels, layers, problems, startup
from benchmarks.measure import Fit, figures
from latentnet.effects import SIMILARITIES


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
    with pytest.raises(KeyError, match=r"sampson, karate, .*sim_n50"):
        problems.load("monks")


def test_simulated_network_is_reproducible_and_as_dense_as_the_shared_ones() -> None:
    seed, intercept = problems._RECIPES[200]
    ties = problems.simulate(200, intercept, seed)
    np.testing.assert_array_equal(ties, problems.simulate(200, intercept, seed))
    assert 0.08 < ties.sum() / (200 * 199) < 0.12


@pytest.mark.parametrize("kind", layers.KINDS)
def test_hidden_dyads_are_those_that_the_last_layer_lacks(kind: str) -> None:
    drawn = layers.simulate(kind, 40, 3, np.random.default_rng(1))
    first, _, last = drawn.layers.names
    seen, hidden = (one.observed.toarray() for one in (drawn.layers[last], drawn.hidden))
    pairs = ~np.eye(40, dtype=bool)
    assert (seen ^ hidden)[pairs].all()
    assert hidden[pairs].mean() == pytest.approx(layers.HIDDEN[kind], abs=0.06)  # over 3 standard errors
    assert drawn.layers[first].observed.n_dyads == 780
    ties = drawn.layers[last].ties.toarray()[seen & pairs].mean()
    assert (ties < 0.08) == (kind == "sparse")


@pytest.mark.parametrize("similarity", dimensions.TRUTHS)
def test_networks_of_dimensions_are_as_dense_as_it_says(similarity: str) -> None:
    drawn = [dimensions.simulate(similarity, d, 7) for d in dimensions.TRUTHS[similarity]]
    assert {one.n_actors for one in drawn} == {dimensions.N_ACTORS}
    shares = [one.n_ties / one.observed.n_dyads for one in drawn]
    assert len(set(shares)) == len(shares)
    np.testing.assert_allclose(shares, dimensions.DENSITY, atol=0.03)  # over 4 standard errors


def test_dimensions_go_on_where_the_rows_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def found(network: object, similarity: str, seed: int) -> dict[str, float]:
        asked.append((similarity, seed))
        return {"auto": 2, "auto CPU s": 1.0}

    monkeypatch.setattr(dimensions, "by_auto", found)
    monkeypatch.setattr(dimensions, "by_loo", lambda *_: {**dimensions.NOT_COMPARED, "loo best": 1, "loo CPU s": 2.0})
    dimensions.study(tmp_path / "rows", 1, 0)
    rows = dimensions.study(tmp_path / "rows", 2, 2)
    assert len(asked) == len(rows) == 14
    table = dimensions.summary(rows)
    assert table.loc[("distance", 2), "auto right"] == 1.0
    assert table.loc[("distance", 3), "auto right"] == 0.0
    assert table.loc[("bilinear", 1), "loo best right"] == 1.0
    assert (table["networks"] == 2).all()
    assert (table["compared"] == 1).all()


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


@pytest.mark.parametrize(("n_actors", "least"), [(18, 6), (34, 6), (50, 12), (200, 12)])
def test_target_stands_beside_the_ratios(n_actors: int, least: int) -> None:
    ratio = pd.DataFrame({"min": [1.0, 1.0], "5 %": [least, least - 0.1], "median": [20.0, 20.0]})
    shown = compare.beside_target(ratio, n_actors)
    assert shown["5 %, median at least"].tolist() == [least, least]
    assert shown["reached"].tolist() == ["yes", "no"]


@pytest.mark.parametrize("directed", [False, True], ids=["undirected", "directed"])
@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_fused_gradient_and_its_loop_agree(similarity: str, directed: bool) -> None:
    pair = kernels.fused(18, directed, similarity)
    pair.ours(1)
    pair.loop(1)
    np.testing.assert_allclose(*pair.gradients, rtol=1e-4, atol=1e-4)  # float32
    assert np.abs(pair.gradients[0]).min() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("directed", [False, True], ids=["undirected", "directed"])
def test_composed_gradient_and_its_loop_agree(directed: bool) -> None:
    pair = kernels.composed(18, directed)
    pair.ours(2)
    pair.loop(2)
    np.testing.assert_allclose(*pair.gradients, rtol=1e-10)
    assert np.abs(pair.gradients[0]).min() > 1e-3


def test_table_of_kernels_has_a_target_in_each_row() -> None:
    pairs = [kernels.fused(n, directed=False, similarity="distance") for n in (18, 34)]
    table = kernels.table(pairs, 1, kernels.composed_target)
    assert table["at most"].tolist() == [1.3, 2.0]
    np.testing.assert_allclose(table["ratio"], table["ours, ns"] / table["loop, ns"])


def test_import_is_timed_in_a_process_of_its_own(tmp_path: Path) -> None:
    assert 0.0 < startup.measure_import(tmp_path) < 60.0
