"""Data sets: Sampson's monks as published, simulated networks with the law they claim, and random states."""

from __future__ import annotations

import re
import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import expit

from latentnet._random import as_generator, spawn
from latentnet.datasets import load_sampson, load_sampson_waves, make_latent_network

MONKS = [
    "John Bosco", "Gregory", "Basil", "Peter", "Bonaventure", "Berthold", "Mark", "Victor", "Ambrose",
    "Romauld", "Louis", "Winfrid", "Amand", "Hugh", "Boniface", "Albert", "Elias", "Simplicius",
]  # fmt: skip


def test_sampson():
    network = load_sampson()
    assert network.actors.tolist() == MONKS
    assert network.directed
    assert network.n_ties == 88
    assert set(network.ties.data) == {1.0}
    assert network.observed.n_dyads == 306
    groups = network.attributes["group"]
    assert groups.value_counts().to_dict() == {"Turks": 7, "Loyal": 7, "Outcasts": 4}
    assert set(groups[groups == "Outcasts"].index) == {"Basil", "Amand", "Elias", "Simplicius"}
    assert set(groups[groups == "Loyal"].index) == {
        "Peter", "Bonaventure", "Berthold", "Victor", "Ambrose", "Romauld", "Louis"
    }  # fmt: skip
    # Factions are what the network shows: most choices stay within them.
    frame = network.to_frame()
    within = groups[frame["sender"]].to_numpy() == groups[frame["receiver"]].to_numpy()
    assert within.sum() == 63


def test_sampson_waves_make_up_the_whole():
    waves = load_sampson_waves()
    assert [wave.n_ties for wave in waves] == [55, 57, 56]
    whole = load_sampson()
    total = sum(wave.ties for wave in waves)
    np.testing.assert_array_equal(total.toarray() > 0, whole.ties.toarray() > 0)
    # Each monk was asked for three names a time (a few ties in rank).
    assert all(3 <= count <= 4 for wave in waves for count in wave.ties.sum(axis=1))
    assert all(wave.actors.tolist() == MONKS and wave.directed for wave in waves)
    assert all(wave.attributes.equals(whole.attributes) for wave in waves)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("similarity", ["distance", "squared_distance", "bilinear", None])
def test_simulated_law(similarity, directed):
    """Ties in ten bands of eta are within 4.5 sd of their expectation (80 bands: alarms < 0.1 %)."""
    network, positions, labels = make_latent_network(
        300,
        3,
        2,
        intercept=0.5,
        similarity=similarity,
        cluster_radius=1.0,
        directed=directed,
        random_state=11,
    )
    products = {
        "distance": -cdist(positions, positions),
        "squared_distance": -(cdist(positions, positions) ** 2),
        "bilinear": positions @ positions.T,
        None: np.zeros((300, 300)),
    }
    probability = expit(0.5 + products[similarity])
    dyads = ~np.eye(300, dtype=bool) if directed else np.tri(300, k=-1, dtype=bool)
    p, y = probability[dyads], network.ties.toarray()[dyads]
    assert network.directed is directed
    assert network.n_ties == y.sum()
    for band in np.array_split(np.argsort(p), 10):
        sd = np.sqrt((p[band] * (1 - p[band])).sum())
        assert abs(y[band].sum() - p[band].sum()) < 4.5 * sd
    if directed:
        ties = network.ties.toarray()
        assert (ties != ties.T).any()
    assert network.attributes["cluster"].tolist() == labels.tolist()


@pytest.mark.parametrize(("n_dims", "n_clusters"), [(1, 3), (2, 4), (3, 2), (2, 1)])
def test_simulated_clusters(n_dims, n_clusters):
    _, positions, labels = make_latent_network(
        4 * 50 + 2, n_clusters, n_dims, cluster_radius=3.0, cluster_scale=0.1, random_state=3
    )
    assert positions.shape == (202, n_dims)
    sizes = np.bincount(labels, minlength=n_clusters)
    assert sizes.max() - sizes.min() <= 1
    means = np.array([positions[labels == g].mean(axis=0) for g in range(n_clusters)])
    if n_clusters == 1:
        np.testing.assert_allclose(means, 0, atol=0.05)
    elif n_dims == 1:
        np.testing.assert_allclose(means[:, 0], [-3, 0, 3], atol=0.08)
    else:
        np.testing.assert_allclose(np.linalg.norm(means, axis=1), 3.0, atol=0.08)
    assert positions[labels == 0].std(axis=0) == pytest.approx(np.full(n_dims, 0.1), rel=0.4)


def test_large_simulation_needs_no_square():
    tracemalloc.start()
    network = make_latent_network(6_000, intercept=-4.0, random_state=0).network
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert network.n_actors == 6_000
    assert peak < 6_000**2 * 8 / 3  # bytes; one n x n array of floats is three times that


def test_simulation_arguments():
    for arguments, error, message in [
        ({"n_actors": 1}, ValueError, "n_actors must be an integer of at least 2, but is 1"),
        ({"n_actors": 3.0}, ValueError, "n_actors must be an integer of at least 2, but is 3.0"),
        ({"n_clusters": 0}, ValueError, "n_clusters must be an integer of at least 1, but is 0"),
        ({"n_actors": 2, "n_clusters": 3}, ValueError, "n_clusters must be at most n_actors, but is 3 for 2 actors"),
        ({"n_dims": True}, ValueError, "n_dims must be an integer of at least 1, but is True"),
        (
            {"similarity": "cosine"},
            ValueError,
            "'distance', 'squared_distance', 'bilinear', a Similarity or None, but is 'cosine'",
        ),
        ({"intercept": np.nan}, ValueError, "intercept must be a finite number, but is nan"),
        (
            {"cluster_scale": -1},
            ValueError,
            "cluster_scale must be a finite number of at least 0 and up to 1e+100, but is -1",
        ),
        (
            {"cluster_radius": np.inf},
            ValueError,
            "cluster_radius must be a finite number of at least 0 and up to 1e+100, but is inf",
        ),
        ({"random_state": "7"}, TypeError, "random_state must be None, an integer"),
        ({"random_state": 1.5}, TypeError, "but is 1.5"),
        ({"random_state": True}, TypeError, "but is True"),
        (
            {"random_state": -1},
            ValueError,
            "an integer of at least 0, or a SeedSequence, Generator or RandomState of numpy, but is -1",
        ),
    ]:
        with pytest.raises(error, match=re.escape(message)):
            make_latent_network(**arguments)


def test_same_seed_same_network():
    first = make_latent_network(20, random_state=5)
    for again in (5, np.int64(5), np.random.SeedSequence(5)):
        repeat = make_latent_network(20, random_state=again)
        assert repeat.network == first.network
        np.testing.assert_array_equal(repeat.positions, first.positions)
    assert make_latent_network(20, random_state=6).network != first.network
    assert make_latent_network(20).network.n_actors == 20


def test_fixed_random_states_repeat_and_moving_ones_move():
    sequence = np.random.SeedSequence(4)
    assert as_generator(sequence).random() == as_generator(sequence).random() == as_generator(4).random()
    assert [g.random() for g in spawn(sequence, 3)] == [g.random() for g in spawn(4, 3)]
    assert sequence.n_children_spawned == 0
    child = np.random.SeedSequence(4).spawn(2)[1]
    assert as_generator(child).random() != as_generator(4).random()
    for make in (np.random.default_rng, np.random.RandomState):
        moving, twin = make(4), make(4)
        draws = [as_generator(moving).random() for _ in range(3)]
        assert len(set(draws)) == 3
        assert draws == [as_generator(twin).random() for _ in range(3)]
    assert as_generator(None).random() != as_generator(None).random()


def test_spawned_streams_are_distinct_and_stable():
    streams = [g.random() for g in spawn(9, 4)]
    assert len({*streams, as_generator(9).random()}) == 5
    assert [g.random() for g in spawn(9, 2)] == streams[:2]
