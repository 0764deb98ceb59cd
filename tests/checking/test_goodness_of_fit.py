"""Goodness of fit: every statistic equals its naive twin, p-values are calibrated, and misfit is found."""

from __future__ import annotations

import copy
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import shortest_path
from scipy.stats import kstest

import latentnet
from latentnet import DynamicLatentPositionModel, LatentPositionModel, Layers, Network
from latentnet.checking import seen as seen_module
from latentnet.checking.seen import Seen, Setting
from latentnet.checking.statistics import STATISTICS, names_for
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.predictive import simulation
from tests.checking.naive_counts import NAIVE, kind
from tests.contracts.networks import NETWORKS, engine, quick_fit


def _with_group(network: Network, seed: int) -> Network:
    group = np.random.default_rng(seed).choice(np.array(["b", "a", None], dtype=object), network.n_actors)
    parts = network._parts
    return Network(parts._replace(attributes=pd.DataFrame({"group": group}, index=parts.attributes.index)))


def _random(seed: int, how: str) -> Network:
    """Up to 9 actors, values up to 3, some dyads unobserved."""
    rng = np.random.default_rng(seed)
    shape = (4, 5) if how == "two-mode" else (8, 8)
    values = rng.integers(1, 4, shape) * (rng.random(shape) < rng.choice([0.2, 0.4, 0.7])) * 1.0
    values[rng.random(shape) < 0.1] = np.nan
    if how == "two-mode":
        return Network.from_incidence(values)
    if how == "undirected":
        values = np.triu(values, 1) + np.triu(values, 1).T
    else:
        values[rng.integers(8)] = np.nan
    np.fill_diagonal(values, 0.0)
    return Network.from_array(values, directed=how == "directed")


LES_MISERABLES = Network.from_networkx(nx.les_miserables_graph())

CASES = {
    **NETWORKS,
    **{
        f"{how}, random {seed}": _random(seed, how)
        for how in ("directed", "undirected", "two-mode")
        for seed in range(4)
    },
}


@pytest.mark.parametrize("case", CASES)
def test_statistics_are_those_of_the_naive_twins(case: str) -> None:
    network = _with_group(CASES[case], 3)
    seen = Seen(network, Setting(network, "group"))
    for name in names_for(kind(network), by=True):
        found = STATISTICS[name].function(seen)
        expected = NAIVE[name](network)
        same = {value: expected.get(value, 0.0) for value in found}
        assert found == pytest.approx(same, abs=1e-9), name
        assert sum(expected.values()) == pytest.approx(sum(same.values()), abs=1e-9), name


def test_mostly_absent_ties_leave_bins_for_the_others() -> None:
    """Counts of up to 31 of which nine in ten are 0; real values of which half are absent."""
    seen = Seen(LES_MISERABLES, Setting(LES_MISERABLES))
    found = STATISTICS["values"].function(seen)
    y = LES_MISERABLES.ties.toarray()[np.tril_indices(77, -1)]
    assert list(found) == ["0", "1", "2", "3", "4", "5–6", "7 or more"]
    expected = [(y == k).sum() for k in range(5)] + [((y > 4) & (y < 7)).sum(), (y > 6).sum()]
    assert list(found.values()) == expected
    rng = np.random.default_rng(1)
    real = rng.normal(size=(12, 12)) * (rng.random((12, 12)) < 0.5)
    np.fill_diagonal(real, 0.0)
    network = Network.from_array(real, directed=True)
    found = STATISTICS["values"].function(Seen(network, Setting(network)))
    assert len(found) == 11
    assert sum(found.values()) == 132
    at_zero = next(number for name, number in found.items() if name.endswith(", 0]"))
    assert at_zero > 0.4 * 132


def test_distances_of_many_actors_are_those_from_some_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _random(1, "directed")
    every = STATISTICS["distance"].function(Seen(network, Setting(network)))
    monkeypatch.setattr(seen_module, "_MOST_STEPS", 1)
    monkeypatch.setattr(seen_module, "_FEWEST_SOURCES", 3)
    setting = Setting(network)
    assert len(set(setting.sources.tolist())) == 3
    assert np.array_equal(setting.sources, Setting(network).sources)  # the same in all networks
    some = STATISTICS["distance"].function(Seen(network, setting))
    assert sum(some.values()) == pytest.approx(sum(every.values()))
    lengths = shortest_path(network.ties, unweighted=True)[setting.sources]
    lengths = lengths[lengths != 0.0]
    assert some == {np.inf: 0.0} | {d: pytest.approx(np.sum(lengths == d) * 8 / 3) for d in set(lengths)}


def test_networks_that_would_take_hours_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = quick_fit(load_sampson())
    monkeypatch.setattr(simulation, "_MOST_DYADS", 306 * 5)
    with pytest.raises(ValueError, match=r"n_networks=6 of 18 actors would draw 1.8e\+03 .*; ask for at most 5, or a"):
        latentnet.goodness_of_fit(model, "density", n_networks=6)
    assert len(latentnet.goodness_of_fit(model, "density", n_networks=5, random_state=1).simulated) == 5
    monkeypatch.setattr(simulation, "_MOST_DYADS", 305)
    with pytest.raises(ValueError, match="; fit a part of the network, or"):
        latentnet.goodness_of_fit(model, "density", n_networks=1)


def test_every_statistic_has_a_twin() -> None:
    assert set(NAIVE) == set(STATISTICS)


def test_triads_are_in_the_usual_order() -> None:
    network = NETWORKS["directed"]
    names = " ".join(STATISTICS["triad_census"].function(Seen(network, Setting(network))))
    assert names == "003 012 102 021D 021U 021C 111D 111U 030T 030C 201 120D 120U 120C 210 300"


@pytest.fixture(scope="module")
def monks() -> LatentPositionModel:
    return quick_fit(load_sampson())


def test_table_says_where_the_observed_network_lies(monks: LatentPositionModel) -> None:
    found = latentnet.goodness_of_fit(monks, n_networks=30, by="group", random_state=1)
    table, simulated = found.table, found.simulated
    assert simulated.columns.equals(table.index)
    for key in [("density", "density"), ("distance", np.inf), ("mixing", "Turks → Loyal"), ("triad_census", "300")]:
        of_key, observed = simulated[key], table.loc[key, "observed"]
        assert table.loc[key, "mean"] == pytest.approx(of_key.mean())
        assert table.loc[key, "low"] == pytest.approx(np.quantile(of_key, 0.05))
        below = (np.sum(of_key < observed) + 0.5 * (np.sum(of_key == observed) + 1)) / 31
        assert table.loc[key, "p_value"] == pytest.approx(2 * min(below, 1 - below))
    assert table.loc[("density", "density"), "observed"] == pytest.approx(88 / 306)
    again = latentnet.goodness_of_fit(monks, n_networks=30, by="group", random_state=1)
    pd.testing.assert_frame_equal(again.table, table)


def test_functions_of_the_user_take_networks(monks: LatentPositionModel) -> None:
    networks: list[Network] = []

    def count(network: Network) -> float:
        networks.append(network)
        return network.n_ties

    found = latentnet.goodness_of_fit(
        monks, {"ties": count, "pair": lambda _: [1.0, 2.0], "some": lambda net: {"x": net.n_ties}}, n_networks=5
    )
    assert networks[0] is monks.network_
    assert len(networks) == 6
    assert found.table.index.tolist() == [("ties", "ties"), ("pair", 0), ("pair", 1), ("some", "x")]
    assert found.table.loc[("pair", 1), "p_value"] == 1.0
    assert found.simulated["ties"].to_numpy().ravel().tolist() == [net.n_ties for net in networks[1:]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_networks": 0}, "n_networks must be an integer"),
        ({"by": "age"}, "by must be an attribute.*'age'"),
        ({"statistics": ["degree"]}, "network that is directed.*'degree'"),
        ({"statistics": "mixing"}, "by='...'"),
        ({"statistics": []}, "a sequence of names"),
        ({"statistics": {"x": 3}}, "functions of a Network"),
        ({"statistics": {"x": lambda _: np.nan}}, "finite numbers"),
    ],
)
def test_what_cannot_be_counted_is_named(monks: LatentPositionModel, arguments: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        latentnet.goodness_of_fit(monks, **arguments)


def _networks_of(model: Any) -> list[Network]:
    networks: list[Network] = []

    def keep(network: Network) -> float:
        networks.append(network)
        return 0.0

    latentnet.goodness_of_fit(model, {"keep": keep}, n_networks=10, random_state=1)
    return networks


def test_replays_the_design() -> None:
    names = pd.DataFrame([(0, 1), (0, 2), (1, 2), (3, 0), (3, 1)], columns=["who", "whom"])
    asked = {"respondent": "who", "nominee": "whom", "respondents": [0, 1, 3], "actors": list(range(6))}
    model = quick_fit(Network.from_nominations(names, **asked, max_nominations=2))
    for network in _networks_of(model):
        assert network.observed == model.network_.observed
        assert np.diff(network.ties.indptr).max() <= 2
    holes = quick_fit(NETWORKS["unobserved dyads"])
    assert all(network.observed == holes.network_.observed for network in _networks_of(holes))


def test_default_follows_the_values() -> None:
    rng = np.random.default_rng(2)
    counts = rng.poisson(0.7, (9, 9)) * (1.0 - np.eye(9))
    poisson = quick_fit(Network.from_array(counts, directed=True), family="poisson", inference="map")
    found = latentnet.goodness_of_fit(poisson, n_networks=5)
    assert {"out_degree", "values", "in_strength", "dispersion"} <= set(found.p_values.index)
    real = np.triu(rng.normal(size=(9, 9)), 1)
    gaussian = quick_fit(Network.from_array(real + real.T, directed=False), family="gaussian", inference="map")
    found = latentnet.goodness_of_fit(gaussian, n_networks=5)
    assert list(found.p_values.index) == ["values", "strength", "dispersion"]
    assert found.simulated["values"].sum(axis=1).tolist() == [36.0] * 5


def test_joint_models_come_from_one_draw_and_count_changes() -> None:
    waves = load_sampson_waves()
    model = DynamicLatentPositionModel(inference=engine(), random_state=1)
    with pytest.warns(latentnet.ConvergenceWarning):
        model.fit(waves)
    found = latentnet.goodness_of_fit(model, n_networks=20, random_state=1)
    before, after = (waves[k].ties.toarray() > 0 for k in (0, 1))
    expected = {"formed": after & ~before, "dissolved": before & ~after, "kept": after & before}
    for value, pattern in expected.items():
        assert found.table.loc[(1, "changes", value), "observed"] == pattern.sum()
    simulated = found.simulated
    ties = [simulated[(k, "out_degree")] @ simulated[(k, "out_degree")].columns.to_numpy(float) for k in range(2)]
    formed, dissolved = (simulated[(1, "changes", value)] for value in ("formed", "dissolved"))
    np.testing.assert_allclose(formed - dissolved, ties[1] - ties[0])
    assert (0, "changes") not in found.p_values.index


def test_layers_have_the_statistics_of_their_own_ties_under_their_own_design() -> None:
    names = pd.DataFrame([(0, 1), (0, 2), (1, 2), (3, 0), (3, 1)], columns=["who", "whom"])
    asked = {"respondent": "who", "nominee": "whom", "respondents": [0, 1, 3], "actors": list(range(6))}
    capped = Network.from_nominations(names, **asked, max_nominations=2)
    counts = np.random.default_rng(2).poisson(0.7, (6, 6)) * np.tri(6, k=-1)
    calls = Network.from_array(counts + counts.T, directed=False)
    model = quick_fit(Layers({"asked": capped, "calls": calls}, families={"calls": "poisson"}), inference="map")
    found = latentnet.goodness_of_fit(model, n_networks=10, random_state=1)
    assert found.table.index.names == ["network", "statistic", "value"]
    assert {("asked", "out_degree"), ("calls", "degree"), ("calls", "values")} <= set(found.p_values.index)
    assert not {("calls", "out_degree"), ("asked", "values"), ("asked", "degree")} & set(found.p_values.index)
    assert found.table.loc[("asked", "density", "density"), "observed"] == pytest.approx(5 / 15)
    # By hand: of a mode, each layer's networks are those of its own model, whatever the others are.
    networks = _networks_of(model)
    assert [network.directed for network in networks] == [True, False] * 11
    for network in networks[::2]:
        assert network.observed == capped.observed
        assert np.diff(network.ties.indptr).max() <= 2
    one = latentnet.goodness_of_fit(model, ["degree", "out_degree"], n_networks=3, random_state=1)
    assert set(one.p_values.index) == {("asked", "out_degree"), ("calls", "degree")}
    with pytest.raises(ValueError, match="directed and undirected, or a dict"):
        latentnet.goodness_of_fit(model, ["row_degree"])


def test_means_of_joint_models_are_those_of_their_views() -> None:
    """Densities of 200 networks of each: within 4 standard errors (false alarms 1 in 16,000 each)."""
    first, second, _ = load_sampson_waves()
    both = [Layers({"a": first, "b": second}), Layers({"a": second, "b": first})]
    model = DynamicLatentPositionModel(inference="map", random_state=1).fit(both)
    found = latentnet.goodness_of_fit(model, ["density"], n_networks=200, random_state=1).simulated
    assert [name for name, *_ in found] == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    for (layer, period), column in found.droplevel(["statistic", "value"], axis=1).items():
        view = model.at(period).layer(layer)
        own = latentnet.goodness_of_fit(view, ["density"], n_networks=200, random_state=2).simulated.iloc[:, 0]
        assert abs(column.mean() - own.mean()) < 4 * np.hypot(column.std(), own.std()) / np.sqrt(200)
    changes = latentnet.goodness_of_fit(model, n_networks=2, random_state=1).p_values
    assert [name for name, statistic in changes.index if statistic == "changes"] == [("a", 1), ("b", 1)]


def test_changes_are_over_dyads_seen_twice() -> None:
    first = Network.from_array(np.array([[0, 1, np.nan], [0, 0, 1], [1, 0, 0.0]]), actors=list("abc"), directed=True)
    second = Network.from_array(
        np.array([[0, 1, 1, 1], [1, 0, np.nan, 0], [0, 1, 0, 0], [0, 0, 0, 0.0]]), actors=list("cbad"), directed=True
    )
    model = DynamicLatentPositionModel(inference="map", random_state=1).fit([first, second])
    table = latentnet.goodness_of_fit(model, n_networks=2).table
    # seen twice: ab, ba is not (second), bc, ca, cb; in the first ab, bc, ca of these, in the second ab, bc, ca, cb
    assert table.loc[(1, "changes"), "observed"].to_dict() == {"formed": 1.0, "dissolved": 0.0, "kept": 3.0}


def _p_values(n_data: int, n_networks: int) -> pd.DataFrame:
    """p-values of data that come from the model itself, by statistic."""
    rng = np.random.default_rng(8)
    ties = (rng.random((20, 20)) < 0.25) * (1.0 - np.eye(20))
    model = quick_fit(Network.from_array(ties, directed=True), inference="map")
    rows = []
    for network in model.simulate(n_data, random_state=3):
        view = copy.copy(model)
        view.network_ = network
        rows.append(latentnet.goodness_of_fit(view, n_networks=n_networks, random_state=rng).p_values)
    return pd.DataFrame(rows)


def _check_calibrated(p_values: pd.DataFrame) -> None:
    for name, column in p_values.items():
        # Never too small, at 0.001 for each; where many networks tie with the observed one, they may be too large.
        assert kstest(column, "uniform", alternative="greater").pvalue > 0.001, name
    for name in ("triad_census", "out_degree", "in_degree", "dyadwise_shared_partners"):
        assert kstest(p_values[name], "uniform").pvalue > 0.001, name


def test_p_values_are_calibrated() -> None:
    _check_calibrated(_p_values(40, 39))


@pytest.mark.slow
def test_p_values_are_calibrated_at_length() -> None:
    _check_calibrated(_p_values(200, 199))


def test_misfit_is_found() -> None:
    rng = np.random.default_rng(4)
    one_way = np.triu(rng.random((24, 24)) < 0.2, 1)
    mutual = quick_fit(Network.from_array((one_way | one_way.T) * 1.0, directed=True), inference="map")
    found = latentnet.goodness_of_fit(mutual, ["reciprocity", "density"], n_networks=99, random_state=1)
    assert found.p_values["reciprocity"] == 0.01
    assert found.p_values["density"] > 0.1
    ties = np.zeros((60, 60))
    for _ in range(40):
        i, j, k = rng.choice(60, 3, replace=False)
        for a, b in ((i, j), (j, k), (i, k)):
            ties[a, b] = ties[b, a] = 1.0
    triangles = quick_fit(Network.from_array(ties, directed=False), n_dims=1, inference="map")
    found = latentnet.goodness_of_fit(triangles, ["triad_census", "clustering"], n_networks=99, random_state=1)
    assert found.p_values["clustering"] == 0.01
    assert found.table.loc[("triad_census", 3), "p_value"] <= 0.05
    assert found.table.loc[("triad_census", 0), "p_value"] > 0.1
