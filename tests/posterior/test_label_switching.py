"""Relabelling recovers permutations, and never worsens the divergence that it minimises."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from latentnet.posterior import label_switching
from latentnet.posterior.label_switching import relabel


def simulate(rng, n_draws, n_actors, n_clusters, noise, dtype=np.float64):
    """Memberships around one truth, every draw under a random permutation: memberships, permutations."""
    centre = np.eye(n_clusters)[np.arange(n_actors) % n_clusters] * 4
    logits = centre + noise * rng.normal(size=(n_draws, n_actors, n_clusters))
    memberships = np.exp(logits)
    memberships /= memberships.sum(axis=2, keepdims=True)
    order = rng.permuted(np.tile(np.arange(n_clusters), (n_draws, 1)), axis=1)
    return np.take_along_axis(memberships, order[:, None, :], axis=2).astype(dtype), order


def permuted(memberships, permutations):
    return np.take_along_axis(memberships, permutations[:, None, :], axis=2)


@pytest.mark.parametrize("n_clusters", [1, 3, 20, 25])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_random_permutations_are_recovered(n_clusters, dtype):
    memberships, order = simulate(np.random.default_rng(n_clusters), 80, 75, n_clusters, 1.0, dtype)
    permutations = relabel(memberships)
    original = np.take_along_axis(
        order, permutations, axis=1
    )  # relabelled cluster g of a draw is this one of the truth
    np.testing.assert_array_equal(original, np.broadcast_to(original[0], original.shape))
    np.testing.assert_array_equal(np.sort(permutations, axis=1), np.tile(np.arange(n_clusters), (80, 1)))


def test_a_reference_keeps_its_labels():
    rng = np.random.default_rng(4)
    memberships, order = simulate(rng, 60, 30, 5, 1.0)
    reference = np.eye(5)[np.arange(30) % 5]
    np.testing.assert_array_equal(
        np.take_along_axis(order, relabel(memberships, reference), axis=1), np.tile(range(5), (60, 1))
    )


def test_sampled_labels_as_indicators():
    rng = np.random.default_rng(5)
    truth = np.arange(24) % 4
    labels = np.where(rng.random((100, 24)) < 0.1, rng.integers(0, 4, size=(100, 24)), truth)
    order = rng.permuted(np.tile(np.arange(4), (100, 1)), axis=1)
    switched = np.take_along_axis(order, labels, axis=1)
    permutations = relabel(np.eye(4)[switched])
    relabelled = np.take_along_axis(np.argsort(permutations, axis=1), switched, axis=1)
    same = relabelled[:, :, None] == relabelled[:, None]
    np.testing.assert_array_equal(same, labels[:, :, None] == labels[:, None])
    modes = np.array([np.bincount(column).argmax() for column in relabelled.T])
    np.testing.assert_array_equal(modes[:, None] == modes, truth[:, None] == truth)
    np.testing.assert_array_equal(permuted(np.eye(4)[switched], permutations), np.eye(4)[relabelled])


@pytest.mark.parametrize("noise", [2.0, 3.0, 4.0])
def test_every_pass_lowers_the_divergence(noise):
    memberships, _ = simulate(np.random.default_rng(6), 150, 20, 6, noise)
    start = memberships[0] * 0.9 + 0.1 / 6
    divergences = [label_switching._divergence(memberships, p) for p in label_switching._passes(memberships, start)]
    assert len(divergences) >= 2
    assert (np.diff(divergences) <= 1e-9).all()
    switched = label_switching._divergence(memberships, np.tile(np.arange(6), (150, 1)))
    assert label_switching._divergence(memberships, relabel(memberships)) < switched


def test_divergence_is_the_definition():
    memberships, _ = simulate(np.random.default_rng(7), 9, 5, 3, 2.0)
    permutations = relabel(memberships)
    relabelled = permuted(memberships, permutations)
    expected = (relabelled * np.log(relabelled / relabelled.mean(axis=0))).sum()
    assert label_switching._divergence(memberships, permutations) == pytest.approx(expected, rel=1e-12)


def test_each_assignment_is_the_best_of_all_permutations():
    memberships, _ = simulate(np.random.default_rng(8), 40, 12, 4, 3.0)
    permutations = relabel(memberships)
    log_mean = np.log(permuted(memberships, permutations).mean(axis=0))
    for draw, permutation in zip(memberships, permutations, strict=True):
        gains = [np.sum(draw[:, p] * log_mean) for p in itertools.permutations(range(4))]
        assert np.sum(draw[:, permutation] * log_mean) == pytest.approx(max(gains), abs=1e-9)


def test_batches_do_not_matter(monkeypatch):
    memberships, _ = simulate(np.random.default_rng(9), 50, 20, 5, 2.0)
    expected = relabel(memberships)
    monkeypatch.setattr(label_switching, "_BATCH_VALUES", 700)
    np.testing.assert_array_equal(relabel(memberships), expected)


def test_empty_clusters_are_no_obstacle():
    memberships, _ = simulate(np.random.default_rng(10), 30, 12, 3, 0.5)
    memberships = np.concatenate([memberships, np.zeros((30, 12, 2))], axis=2)
    modes = permuted(memberships, relabel(memberships)).argmax(axis=2)
    np.testing.assert_array_equal(modes, np.broadcast_to(modes[0], modes.shape))


def test_errors_name_argument_and_fix():
    with pytest.raises(ValueError, match=r"responsibilities must have the shape .* theirs is \(4, 3\); pool"):
        relabel(np.ones((4, 3)))
    with pytest.raises(ValueError, match="responsibilities must be probabilities that sum to 1"):
        relabel(np.ones((4, 3, 2)))
    with pytest.raises(ValueError, match="responsibilities must be probabilities"):
        relabel(np.full((4, 3, 2), np.nan))
    with pytest.raises(ValueError, match=r"reference must have the shape .*\(3, 2\).* \(2, 3\)"):
        relabel(np.full((4, 3, 2), 0.5), np.ones((2, 3)))
