"""What cluster models promise.

Labels that mean the same in every draw, one story told by all attributes, new actors placed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import MCMC, LatentClusterModel, LatentPositionModel, Network, Priors
from latentnet.datasets import load_sampson, make_latent_network
from latentnet.posterior.clusters import match_labels, occupied_counts, reported_partition

# These tests are not of convergence, and a fixture's warning would be an error.
pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")

ENGINE = MCMC(n_draws=1000, n_warmup=500)


@pytest.fixture(scope="module")
def three() -> LatentClusterModel:
    return LatentClusterModel(3, inference=ENGINE, random_state=1).fit(load_sampson())


@pytest.fixture(scope="module")
def automatic() -> LatentClusterModel:
    return LatentClusterModel("auto", inference=MCMC(n_draws=1000, thin=2), random_state=1).fit(load_sampson())


def same_partition(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.array_equal(first[:, None] == first, second[:, None] == second))


@pytest.mark.parametrize("name", ["three", "automatic"])
def test_the_monks_three_factions_are_found_exactly(name: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(name)
    factions = pd.factorize(load_sampson().attributes["group"])[0]
    assert model.n_clusters_ == 3
    assert same_partition(model.labels_, factions)


@pytest.mark.parametrize("name", ["three", "automatic"])
def test_attributes_tell_one_story(name: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(name)
    n, g, d = model.n_actors_, model.n_clusters_, 2
    assert model.labels_.shape == (n,)
    assert model.membership_.shape == (n, g)
    np.testing.assert_allclose(model.membership_.sum(axis=1), 1.0, atol=1e-6)
    assert np.array_equal(model.membership_.argmax(axis=1), model.labels_)
    assert model.cluster_means_.shape == (g, d)
    assert model.cluster_variances_.shape == model.cluster_weights_.shape == (g,)
    assert model.cluster_weights_.sum() == pytest.approx(1.0)
    assert model.n_clusters_probabilities_.sum() == pytest.approx(1.0)
    sizes = np.bincount(model.labels_)
    assert np.all(np.diff(sizes) <= 0)  # the largest cluster is 0
    # Means lie where their members are drawn.
    centres = np.stack([model.draws_.positions.mean(axis=(0, 1))[model.labels_ == k].mean(axis=0) for k in range(g)])
    assert np.abs(centres - model.cluster_means_).max() < 0.5
    shared = model.coclustering_
    np.testing.assert_allclose(shared, shared.T)
    np.testing.assert_allclose(np.diag(shared), 1.0)
    same = model.labels_[:, None] == model.labels_
    assert shared[same].min() > shared[~same].max()


def test_draws_are_relabelled(three: LatentClusterModel) -> None:
    labels = three.draws_.extra["cluster_label"].reshape(-1, 18)
    shares = np.stack([(labels == g).mean(axis=0) for g in range(3)], axis=1)
    # Labels are drawn, memberships averaged: both estimate the same probabilities. 6 Monte Carlo errors at 1,000
    # effective draws.
    assert np.abs(shares - three.membership_).max() < 6 * 0.5 / np.sqrt(1000)
    means = three.draws_.extra["cluster_means"].reshape(-1, 3, 2)
    apart = np.linalg.norm(three.cluster_means_[0] - three.cluster_means_[1])
    assert np.linalg.norm(means.std(axis=0), axis=1).max() < apart


def test_automatic_posterior_holds_what_the_interface_names(automatic: LatentClusterModel) -> None:
    posterior = automatic.posterior_["posterior"]
    assert {"n_clusters", "n_components", "cluster_label"} <= set(posterior.data_vars)
    counts = np.asarray(posterior["n_clusters"])
    assert np.all(np.asarray(posterior["n_components"]) >= counts)
    labels = np.asarray(posterior["cluster_label"]).reshape(-1, 18)
    assert np.array_equal(occupied_counts(labels), counts.ravel())
    shares = pd.Series(counts.ravel()).value_counts(normalize=True)
    for number, share in automatic.n_clusters_probabilities_.items():
        assert share == pytest.approx(shares.get(number, 0.0))
    conditional = automatic.posterior_["posterior_clusters"]
    assert conditional["cluster_means"].shape == (1, int((counts == 3).sum()), 3, 2)
    np.testing.assert_allclose(np.asarray(conditional["cluster_means"])[0].mean(axis=0), automatic.cluster_means_)


def test_automatic_priors_are_scaled_by_the_data(automatic: LatentClusterModel) -> None:
    priors = automatic.priors_
    assert priors.position_variance_df == 4.0
    assert priors.cluster_mean_variance == pytest.approx(10.0 * priors.position_variance_scale)
    given = Priors(position_variance_scale=0.5)
    fitted = LatentClusterModel("auto", priors=given, inference=MCMC(100, 50, 1), random_state=1)
    with pytest.warns(latentnet.LatentnetWarning):
        fitted.fit(load_sampson())
    assert fitted.priors_.position_variance_scale == 0.5
    assert given.cluster_mean_variance is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1 or 'auto', but is 0"),
        ({"n_clusters": "many"}, "but is 'many'"),
        ({"n_clusters": 19}, "must not exceed the number of actors, 18, but is 19"),
        ({"similarity": None}, "LatentPositionModel"),
        ({"n_clusters": "auto", "inference": "map"}, "needs inference='mcmc'"),
    ],
)
def test_parameters_out_of_range_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LatentClusterModel(**options).fit(load_sampson())


def test_mode_has_labels_too() -> None:
    model = LatentClusterModel(3, inference="map", random_state=1)
    labels = model.fit_predict(load_sampson())
    assert len(np.unique(labels)) == 3


def test_no_reported_number_is_lost_when_the_best_partition_has_another() -> None:
    rng = np.random.default_rng(1)
    labels = np.where(rng.random((300, 12)) < 0.6, np.repeat([0, 1, 2], 4), rng.integers(0, 3, (300, 12)))
    labels = labels[occupied_counts(labels) == 3]
    found = reported_partition(labels, 3)
    assert sorted(np.unique(found)) == [0, 1, 2]
    noise = rng.integers(0, 4, (200, 6))
    noise = noise[occupied_counts(noise) == 4]
    assert len(np.unique(reported_partition(noise, 4))) == 4


def test_labels_are_matched_to_a_reference() -> None:
    reference = np.array([0, 0, 0, 1, 1, 2])
    draws = np.array([[2, 2, 2, 0, 0, 1], [1, 1, 1, 1, 1, 0], [3, 3, 0, 1, 1, 2]])
    matched = match_labels(draws, reference)
    assert matched[0].tolist() == reference.tolist()
    assert matched[1, 0] == matched[1, 3] == 0
    assert matched[1, 5] == 2
    assert matched[2].tolist() == [0, 0, 3, 1, 1, 2]


# ---- actors that were not in the fit ----


def copies_of(names: list[str]) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    network = load_sampson()
    ties, labels = network.ties.toarray(), list(network.actors)
    sent = {f"new {name}": dict(zip(labels, ties[labels.index(name)], strict=True)) for name in names}
    received = {f"new {name}": dict(zip(labels, ties[:, labels.index(name)], strict=True)) for name in names}
    for name in names:
        del sent[f"new {name}"][name], received[f"new {name}"][name]
    return sent, received


@pytest.mark.parametrize("name", ["three", "automatic"])
def test_a_copy_of_an_actor_is_placed_where_the_actor_is(name: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(name)
    names = ["Mark", "Elias", "Peter"]
    sent, received = copies_of(names)
    placed = model.place(sent, received, random_state=3)
    index = model.network_.index(names)
    expected = model.draws_.positions[:, :, index].mean(axis=(0, 1))
    spread = model.draws_.positions[:, :, index].std(axis=(0, 1))
    assert np.all(np.abs(placed.positions - expected) < 0.5 * spread)
    assert np.array_equal(placed.membership.argmax(axis=1), model.labels_[index])
    assert np.abs(placed.membership - model.membership_[index]).max() < 0.15
    table = placed.summary()
    assert table.index.names == ["actor", "latent_dim"]
    assert np.all(table["lower"] < table["mean"])
    assert np.all(table["mean"] < table["upper"])


def test_without_ties_a_new_actor_has_the_prior() -> None:
    model = LatentPositionModel(random_state=1).fit(load_sampson())
    unknown = {"stranger": dict.fromkeys(model.actors_, np.nan)}
    placed = model.place(unknown, random_state=1)
    scale = np.sqrt(model.draws_.scalars["position_variance"].mean())
    # A normal distribution's sd is known to 1/√(2·2000·2) = 1 %, its mean to 2 %; the scale itself is averaged as a
    # variance.
    assert placed.draws.std() == pytest.approx(scale, rel=0.06)
    assert np.abs(placed.positions).max() < 5 * scale / np.sqrt(2000)


def test_placing_says_what_it_cannot_do(three: LatentClusterModel) -> None:
    with pytest.raises(latentnet.network.UnknownActorError, match="Nobody"):
        three.place({"new": {"Nobody": 1}})
    with pytest.raises(ValueError, match="'Mark' was in the fit"):
        three.place({"Mark": {"Victor": 1}})
    with pytest.raises(TypeError, match="mapping"):
        three.place(["Victor"])
    undirected, _, _ = make_latent_network(12, 2, random_state=1)
    model = LatentPositionModel(inference="map", random_state=1).fit(undirected)
    with pytest.raises(ValueError, match="received is for directed networks"):
        model.place({"new": {0: 1}}, {"new": {0: 1}})
    two_mode = Network.from_incidence(np.array([[1, 0, 1], [0, 1, 1]]))
    fitted = LatentPositionModel(inference="map", random_state=1).fit(two_mode)
    with pytest.raises(ValueError, match="one-mode"):
        fitted.place({"new": {0: 1}})
