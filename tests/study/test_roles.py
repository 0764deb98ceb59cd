"""Roles: against the definitions, dyad by dyad, and on planted bridgers."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.metrics import roc_auc_score

import latentnet
from latentnet import Network, roles
from latentnet.study.centrality import betweenness, eigenvector
from latentnet.study.reading import predictive
from latentnet.study.roles import _centralities
from tests.contracts.networks import NETWORKS, quick_fit
from tests.study.studies import centres, fit, observed, study

INTERVALS = (
    "ring",
    "ties_within",
    "ties_between",
    "bridging",
    "participation",
    "eigenvector",
    "betweenness",
)


def test_columns_are_those_of_the_interface() -> None:
    table = roles(study(), random_state=1)
    numbers = [column for name in INTERVALS for column in (name, f"{name}_low", f"{name}_high")]
    at = numbers.index("participation")
    assert list(table) == ["cluster", "membership", *numbers[:at], "p_bridger", *numbers[at:], "role", "p_role"]
    assert table.index.tolist() == list(study().actors_)
    assert table.attrs["top"] == 4
    assert set(table["role"]) <= {"core", "bridger", "peripheral", "isolated"}
    for name in INTERVALS:
        assert (table[f"{name}_low"] <= table[f"{name}_high"]).all()
    assert table["p_role"].between(0.25, 1.0).all()
    assert table["p_bridger"].sum() == pytest.approx(4.0)


def test_numbers_are_those_of_the_definitions() -> None:
    model = study()
    table = roles(model, random_state=1)
    positions = model.draws_.positions.reshape(-1, 40, 2)
    intercepts = model.draws_.scalars["intercept"].reshape(-1)
    labels = model.draws_.extra["cluster_label"].reshape(-1, 40)
    means = model.draws_.extra["cluster_means"].reshape(-1, 3, 2)
    variances = model.draws_.extra["cluster_variances"].reshape(-1, 3)
    for i in (0, 17):
        found = []
        for z, b, label, mean, variance in zip(positions, intercepts, labels, means, variances, strict=True):
            to = [0.0, 0.0, 0.0]
            for j in range(40):
                if j != i:
                    to[label[j]] += expit(b - np.sqrt(((z[i] - z[j]) ** 2).sum()))
            g, inside, total = model.labels_[i], to[label[i]], sum(to)
            ring = np.sqrt(((z[i] - mean[g]) ** 2).sum() / variance[g])
            share = 1 - sum((k / total) ** 2 for k in to)
            found.append([ring, inside, total - inside, np.sqrt(inside * (total - inside)), share])
        for name, draws in zip(INTERVALS, np.array(found).T, strict=False):
            expected = [draws.mean(), *np.quantile(draws, [0.05, 0.95])]
            row = table.loc[f"person {i}", [name, f"{name}_low", f"{name}_high"]]
            np.testing.assert_allclose(row.astype(float), expected, rtol=2e-3, err_msg=name)


def test_observed_dyads_keep_their_values_in_the_centralities() -> None:
    graph = nx.karate_club_graph()
    table = roles(fit(Network.from_networkx(graph, weight=None), n_clusters=2), n_networks=5, random_state=1)
    np.testing.assert_allclose(table["betweenness"], list(nx.betweenness_centrality(graph).values()), atol=1e-10)
    np.testing.assert_array_equal(table["betweenness_low"], table["betweenness_high"])
    found = nx.eigenvector_centrality(graph, weight=None)
    np.testing.assert_allclose(table["eigenvector"], list(found.values()), atol=1e-5)


def test_seed_and_number_of_networks_decide_the_centralities() -> None:
    once, again = (roles(study(), n_networks=10, random_state=4) for _ in range(2))
    assert once.equals(again)
    assert not once["betweenness"].equals(roles(study(), n_networks=10, random_state=5)["betweenness"])


def test_people_without_ties_are_isolated_and_far_from_any_core() -> None:
    ties = np.zeros((14, 14))
    ties[:5, :5] = ties[5:10, 5:10] = 1.0
    ties[0, 5] = ties[5, 0] = 1.0
    np.fill_diagonal(ties, 0.0)
    table = roles(fit(ties, n_clusters=2), top=2, n_networks=1, random_state=1)
    assert (table["role"][10:] == "isolated").all()
    assert not (table["role"][:10] == "isolated").any()
    assert sorted(table["p_bridger"].nlargest(2).index) == [0, 5]


def test_reported_number_of_clusters_is_used_under_auto() -> None:
    model = study(n_asked=40, n_clusters="auto")
    table = roles(model, n_networks=5, random_state=1)
    np.testing.assert_array_equal(table["cluster"], model.labels_)
    assert np.isfinite(table["ring"]).all()
    # a ring by the right cluster's centre: members are near it
    assert table["ring"].median() < 2.0


def test_two_mode_networks_have_roles_too() -> None:
    rng = np.random.default_rng(1)
    went = (rng.random((10, 8)) < np.where(np.arange(10)[:, None] % 2 == np.arange(8) % 2, 0.8, 0.1)).astype(float)
    went[3] = np.nan
    model = fit(Network.from_incidence(went), n_clusters=2)
    table = roles(model, n_networks=20, random_state=1)
    assert len(table) == 18
    total = table["ties_within"] + table["ties_between"]
    np.testing.assert_allclose(total[:10], model.predict_proba().sum(axis=1), rtol=1e-4)
    np.testing.assert_allclose(total[10:], model.predict_proba().sum(axis=0), rtol=1e-4)
    assert (table["betweenness"] > 0).any()


@pytest.mark.parametrize(
    ("options", "named"), [({"top": 0}, "top"), ({"top": 40}, "top"), ({"n_networks": 2.5}, "n_networks")]
)
def test_numbers_out_of_range_are_refused(options: dict[str, float], named: str) -> None:
    with pytest.raises(ValueError, match=f"{named} must be an integer"):
        roles(study(), **options)  # type: ignore[arg-type]


def test_model_without_clusters_is_told_what_to_fit() -> None:
    with pytest.raises(ValueError, match="LatentClusterModel"):
        roles(study(n_clusters=None))
    with pytest.raises(latentnet._exceptions.NotFittedError):
        roles(latentnet.LatentClusterModel())


@pytest.mark.slow
def test_planted_bridgers_are_found_and_better_than_by_betweenness() -> None:
    """30 networks of 42 actors, of whom 4 are halfway between two clusters.

    Measured: AUC .93 of `bridging` and .95 of `p_bridger`, .79 of betweenness (standard errors .01 to .02).
    """
    found = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        middle, labels = centres(3, 3.5), np.arange(42) % 3
        positions = middle[labels] + 0.4 * rng.standard_normal((42, 2))
        planted = rng.choice(42, 4, replace=False)
        for i in planted:
            positions[i] = middle[rng.choice(3, 2, replace=False)].mean(axis=0) + 0.25 * rng.standard_normal(2)
        truth = np.isin(np.arange(42), planted)
        directed = observed(positions, 42, rng, intercept=2.0).ties.toarray()
        ties = np.triu(directed) + np.triu(directed).T
        table = roles(fit(ties, seed), n_networks=1)
        raw = nx.betweenness_centrality(nx.from_numpy_array(ties))
        scores = table["bridging"], table["p_bridger"], list(raw.values())
        found.append([roc_auc_score(truth, score) for score in scores])
    bridging, probability, betweenness = np.mean(found, axis=0)
    assert min(bridging, probability) >= 0.9
    gain = np.array(found)[:, 0] - np.array(found)[:, 2]
    assert bridging - betweenness > 2 * gain.std(ddof=1) / np.sqrt(30)


@pytest.mark.parametrize("name", ["unobserved dyads", "unobserved dyads, directed", "unobserved rows", "complete"])
def test_centralities_are_of_observed_ties_and_drawn_ones(name: str) -> None:
    network, indices = NETWORKS[name], np.arange(5)
    model = quick_fit(network)
    found = _centralities(model, indices, np.random.default_rng(1))
    rng, draws, seen = np.random.default_rng(1), predictive(model, indices), network.observed.toarray()
    for s in range(len(indices)):
        ties = np.where(seen, network.ties.toarray(), draws.simulate(s, rng).ties.toarray())
        matrix = sparse.csr_array(ties)
        assert found[0][s] == pytest.approx(eigenvector(matrix))
        assert found[1][s] == pytest.approx(betweenness(matrix))
