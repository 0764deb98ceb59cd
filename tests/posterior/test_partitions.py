"""Co-clustering by definition; variation of information by entropies; its minimum by trying all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from latentnet.posterior import partitions
from latentnet.posterior.partitions import coclustering, minimum_vi_partition


def entropy(*labels):
    _, counts = np.unique(np.stack(labels), axis=1, return_counts=True)
    shares = counts / counts.sum()
    return -np.sum(shares * np.log(shares))


def variation(first, second):
    return 2 * entropy(first, second) - entropy(first) - entropy(second)


def expected_variation(candidates, labels):
    """As the search computes it."""
    return partitions._expected(partitions._canonical(candidates), *partitions._distinct(labels))


def noisy_draws(rng, truth, n_draws, error):
    """Draws of labels around a truth, every draw numbered at random."""
    n_clusters = truth.max() + 1
    wrong = rng.random((n_draws, len(truth))) < error
    draws = np.where(wrong, rng.integers(0, n_clusters, size=wrong.shape), truth)
    return np.take_along_axis(rng.permuted(np.tile(np.arange(n_clusters), (n_draws, 1)), axis=1), draws, axis=1)


def all_partitions(n_actors):
    """Restricted growth strings: each partition once."""
    found = [(0,)]
    for _ in range(n_actors - 1):
        found = [(*head, g) for head in found for g in range(max(head) + 2)]
    return np.array(found)


def same(labels):
    return labels[:, None] == labels


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_coclustering_is_the_share_of_draws(dtype):
    draws = np.random.default_rng(1).integers(0, 5, size=(300, 17)).astype(dtype)
    expected = (draws[:, :, None] == draws[:, None]).mean(axis=0)
    np.testing.assert_allclose(coclustering(draws), expected, atol=1e-15)


def test_expected_variation_by_entropies():
    rng = np.random.default_rng(2)
    candidates, draws = rng.integers(0, 6, size=(8, 15)), rng.integers(0, 4, size=(25, 15))
    draws[5:9] = draws[4]  # repeated draws count as often as they occur
    expected = [np.mean([variation(c, s) for s in draws]) for c in candidates]
    np.testing.assert_allclose(expected_variation(candidates, draws), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_minimum_over_all_partitions_of_seven_actors(seed):
    rng = np.random.default_rng(seed)
    draws = noisy_draws(rng, np.array([0, 0, 0, 1, 1, 2, 2]), 60, 0.3)
    everything = all_partitions(7)
    assert len(everything) == 877
    values = expected_variation(everything, draws)
    found = minimum_vi_partition(draws)
    np.testing.assert_array_equal(found, everything[values.argmin()])


@pytest.mark.parametrize("n_clusters", [1, 3, 12])
def test_the_truth_behind_noisy_draws(n_clusters):
    rng = np.random.default_rng(10 + n_clusters)
    truth = rng.permutation(np.arange(96) % n_clusters)
    draws = noisy_draws(rng, truth, 500, 0.15)
    found = minimum_vi_partition(draws)
    np.testing.assert_array_equal(same(found), same(truth))
    assert expected_variation(found[None], draws)[0] <= expected_variation(draws, draws).min() + 1e-12
    first_seen = list(dict.fromkeys(found.tolist()))
    assert first_seen == list(range(len(first_seen)))


def test_local_moves_alone_descend():
    rng = np.random.default_rng(20)
    draws, weights = partitions._distinct(noisy_draws(rng, np.arange(40) % 4, 200, 0.2))
    labels = rng.integers(0, 6, size=40)
    before = partitions._expected(partitions._canonical(labels[None]), draws, weights)[0]
    partitions.descend(labels, draws, weights, partitions._x_log_x(40), 8)
    after = partitions._expected(partitions._canonical(labels[None]), draws, weights)[0]
    assert after < before
    for i, k in itertools.product(range(40), range(8)):
        moved = labels.copy()
        moved[i] = k
        assert partitions._expected(partitions._canonical(moved[None]), draws, weights)[0] >= after - 1e-9


def test_bound_is_below_the_expectation():
    rng = np.random.default_rng(21)
    labels = noisy_draws(rng, np.arange(30) % 3, 150, 0.3)
    draws, weights = partitions._distinct(labels)
    theirs = sum(w * partitions._x_log_x(30)[np.bincount(s)].sum() for s, w in zip(draws, weights, strict=True))
    bound = (partitions._bound(draws, coclustering(labels)) + theirs) / 30
    assert (bound <= partitions._expected(draws, draws, weights) + 1e-12).all()


def test_identical_draws_and_single_actors():
    found = minimum_vi_partition(np.tile([3, 3, 1, 0], (5, 1)))
    np.testing.assert_array_equal(found, [0, 0, 1, 2])
    alone = minimum_vi_partition(np.zeros((4, 1), dtype=int))
    np.testing.assert_array_equal(alone, [0])


def test_errors_name_argument_and_fix():
    with pytest.raises(ValueError, match=r"labels must have the shape \(n_draws, n_actors\).* theirs is \(4,\); pool"):
        coclustering(np.zeros(4, dtype=int))
    with pytest.raises(ValueError, match=r"labels must be integers from 0 .*dtype is float64"):
        coclustering(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"labels must be integers .* go from -1 to 0"):
        minimum_vi_partition([[0, -1]])
