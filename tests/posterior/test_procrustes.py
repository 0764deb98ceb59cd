"""Alignment recovers exactly what the invariance allows, and touches nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from latentnet.posterior.procrustes import align, mean_shape, principal_axes

DIMS = [1, 2, 3, 5]
INVARIANCES = ["none", "orthogonal", "isometry"]


def random_rotations(rng, n, n_dims):
    """Uniform orthogonal matrices, reflections among them."""
    if n_dims == 1:
        return rng.choice([-1.0, 1.0], size=(n, 1, 1))
    return ortho_group.rvs(n_dims, size=n, random_state=rng).reshape(n, n_dims, n_dims)


def loss(positions, target):
    return ((positions - target) ** 2).sum(axis=(-1, -2))


@pytest.mark.parametrize("n_dims", DIMS)
def test_random_isometries_are_undone(n_dims):
    rng = np.random.default_rng(n_dims)
    target = rng.normal(size=(12, n_dims)) + 5
    rotations = random_rotations(rng, 40, n_dims)
    draws = (target @ rotations + rng.normal(scale=100, size=(40, 1, n_dims))).reshape(4, 10, 12, n_dims)
    aligned = align(draws, target, "isometry")
    np.testing.assert_allclose(aligned.positions, np.broadcast_to(target, draws.shape), atol=1e-11)
    np.testing.assert_allclose(aligned.rotations.reshape(40, n_dims, n_dims), np.swapaxes(rotations, 1, 2), atol=1e-11)
    assert aligned.translations.shape == (4, 10, n_dims)


@pytest.mark.parametrize("n_dims", DIMS)
def test_orthogonal_maps_are_undone_without_translation(n_dims):
    rng = np.random.default_rng(10 + n_dims)
    target = rng.normal(size=(12, n_dims)) + 2
    aligned = align(target @ random_rotations(rng, 30, n_dims), target, "orthogonal")
    np.testing.assert_allclose(aligned.positions, np.broadcast_to(target, (30, 12, n_dims)), atol=1e-12)
    np.testing.assert_array_equal(aligned.translations, 0)


@pytest.mark.parametrize("n_dims", DIMS)
@pytest.mark.parametrize("invariance", ["orthogonal", "isometry"])
def test_inner_products_or_distances_survive(n_dims, invariance):
    rng = np.random.default_rng(20 + n_dims)
    draws, target = rng.normal(size=(25, 9, n_dims)) + 1, rng.normal(size=(9, n_dims))
    aligned = align(draws, target, invariance).positions
    if invariance == "orthogonal":
        np.testing.assert_allclose(aligned @ aligned.swapaxes(1, 2), draws @ draws.swapaxes(1, 2), atol=1e-12)
    else:
        apart = [np.linalg.norm(z[:, :, None] - z[:, None], axis=-1) for z in (aligned, draws)]
        np.testing.assert_allclose(*apart, atol=1e-12)
        np.testing.assert_allclose(aligned.mean(axis=1), np.tile(target.mean(axis=0), (25, 1)), atol=1e-12)


@pytest.mark.parametrize("n_dims", [2, 3, 5])
def test_as_close_as_scipy_gets(n_dims):
    rng = np.random.default_rng(30 + n_dims)
    draws, target = rng.normal(size=(50, 7, n_dims)), rng.normal(size=(7, n_dims))
    best = [loss(z @ orthogonal_procrustes(z, target)[0], target) for z in draws]
    np.testing.assert_allclose(loss(align(draws, target, "orthogonal").positions, target), best, rtol=1e-10)
    centred, centred_target = draws - draws.mean(axis=1, keepdims=True), target - target.mean(axis=0)
    best = [loss(z @ orthogonal_procrustes(z, centred_target)[0], centred_target) for z in centred]
    np.testing.assert_allclose(loss(align(draws, target, "isometry").positions, target), best, rtol=1e-10)


@pytest.mark.parametrize("invariance", INVARIANCES)
@pytest.mark.parametrize("n_dims", DIMS)
def test_maps_carry_other_points_along(invariance, n_dims):
    rng = np.random.default_rng(40 + n_dims)
    draws, target = rng.normal(size=(6, 8, n_dims)), rng.normal(size=(8, n_dims))
    for moved in (align(draws, target, invariance), principal_axes(draws, invariance)):
        means = draws[:, :3].mean(axis=1, keepdims=True)  # a point of the same space, such as a cluster's mean
        carried = means @ moved.rotations + moved.translations[:, None]
        np.testing.assert_allclose(carried, moved.positions[:, :3].mean(axis=1, keepdims=True), atol=1e-12)
        identity = moved.rotations @ moved.rotations.swapaxes(1, 2)
        np.testing.assert_allclose(identity, np.tile(np.eye(n_dims), (6, 1, 1)), atol=1e-12)


@pytest.mark.parametrize("function", [lambda z: align(z, np.ones((5, 2)), "none"), lambda z: principal_axes(z, "none")])
def test_none_changes_nothing_and_copies(function):
    draws = np.random.default_rng(1).normal(size=(3, 5, 2))
    moved = function(draws)
    np.testing.assert_array_equal(moved.positions, draws)
    assert not np.shares_memory(moved.positions, draws)


@pytest.mark.parametrize("n_dims", DIMS)
def test_principal_axes_of_any_isometric_copy_are_the_same(n_dims):
    rng = np.random.default_rng(50 + n_dims)
    shape = rng.normal(size=(15, n_dims)) * np.arange(n_dims, 0, -1)
    copies = shape @ random_rotations(rng, 20, n_dims) + rng.normal(scale=9, size=(20, 1, n_dims))
    turned = principal_axes(copies, "isometry").positions
    np.testing.assert_allclose(turned, np.broadcast_to(turned[0], turned.shape), atol=1e-10)
    np.testing.assert_allclose(turned.mean(axis=1), 0, atol=1e-12)
    products = turned[0].T @ turned[0]
    np.testing.assert_allclose(products, np.diag(np.diag(products)), atol=1e-10)
    assert (np.diff(np.diag(products)) <= 0).all()
    farthest = np.abs(turned[0]).argmax(axis=0)
    assert (turned[0][farthest, np.arange(n_dims)] > 0).all()


def test_principal_axes_of_bilinear_positions_stay_off_centre():
    draws = np.random.default_rng(6).normal(size=(4, 9, 2)) + np.array([6, 0])
    moved = principal_axes(draws, "orthogonal")
    np.testing.assert_array_equal(moved.translations, 0)
    assert (moved.positions[..., 0].mean(axis=1) > 5).all()  # the first axis points to the cloud, seen from the origin
    products = moved.positions.swapaxes(1, 2) @ moved.positions
    np.testing.assert_allclose(products[:, 0, 1], 0, atol=1e-10)


@pytest.mark.parametrize("n_dims", [1, 2, 3])
@pytest.mark.parametrize("invariance", ["orthogonal", "isometry"])
def test_mean_shape_is_a_minimum_and_finds_the_shape(n_dims, invariance):
    """A coordinate of the mean has error 0.01/√300; seven of these are exceeded by chance under 1e-9."""
    rng = np.random.default_rng(60 + n_dims)
    shape = rng.normal(size=(10, n_dims)) * np.arange(n_dims, 0, -1) + 1
    translations = rng.normal(size=(300, 1, n_dims)) if invariance == "isometry" else 0.0
    noisy = shape + rng.normal(scale=0.01, size=(300, 10, n_dims))
    mean = mean_shape(noisy @ random_rotations(rng, 300, n_dims) + translations, invariance)
    found = align(mean, shape, invariance).positions
    assert np.abs(found - shape).max() < 7 * 0.01 / np.sqrt(300)
    np.testing.assert_allclose(principal_axes(mean, invariance).positions, mean, atol=1e-12)


@pytest.mark.parametrize("invariance", ["orthogonal", "isometry"])
def test_mean_shape_lowers_the_loss_and_is_stationary(invariance):
    draws = np.random.default_rng(7).normal(size=(60, 8, 2)) + np.arange(16).reshape(8, 2) / 3
    mean = mean_shape(draws, invariance)
    aligned = align(draws, mean, invariance).positions
    np.testing.assert_allclose(aligned.mean(axis=0), mean, atol=1e-4)
    start = align(draws, draws[0], invariance).positions
    assert loss(aligned, mean).sum() < loss(start, start.mean(axis=0)).sum() + 1e-9


def test_mean_shape_by_batches(monkeypatch):
    draws = np.random.default_rng(8).normal(size=(31, 6, 3))
    expected = mean_shape(draws, "isometry")
    monkeypatch.setattr("latentnet.posterior.procrustes._BATCH_VALUES", 100)
    np.testing.assert_allclose(mean_shape(draws, "isometry"), expected, atol=1e-12)
    np.testing.assert_allclose(mean_shape(draws, "none"), draws.mean(axis=0), atol=1e-15)


@pytest.mark.parametrize("n_dims", DIMS)
@pytest.mark.parametrize("invariance", INVARIANCES)
@pytest.mark.parametrize("kind", ["point", "origin", "line", "few", "one", "empty"])
def test_degenerate_configurations_stay_finite(n_dims, invariance, kind):
    rng = np.random.default_rng(9)
    draws = {
        "point": np.full((3, 6, n_dims), 2.5),
        "origin": np.zeros((3, 6, n_dims)),
        "line": rng.normal(size=(3, 6, 1)) * np.ones(n_dims),
        "few": rng.normal(size=(3, max(1, n_dims - 1), n_dims)),
        "one": rng.normal(size=(3, 1, n_dims)),
        "empty": np.zeros((3, 0, n_dims)),
    }[kind]
    target = rng.normal(size=draws.shape[1:])
    for moved in (
        align(draws, target, invariance),
        align(draws, draws[0], invariance),
        principal_axes(draws, invariance),
    ):
        for values in moved:
            assert np.isfinite(values).all()
        identity = moved.rotations @ moved.rotations.swapaxes(1, 2)
        np.testing.assert_allclose(identity, np.tile(np.eye(n_dims), (3, 1, 1)), atol=1e-12)
    assert np.isfinite(mean_shape(draws, invariance)).all()


def test_errors_name_argument_and_fix():
    draws = np.zeros((3, 5, 2))
    with pytest.raises(
        ValueError, match=r"invariance must be one of 'none', 'orthogonal', 'isometry', but is 'affine'"
    ):
        align(draws, draws[0], "affine")
    with pytest.raises(ValueError, match=r"target must have .*\(5, 2\), but its shape is \(4, 2\)"):
        align(draws, np.zeros((4, 2)), "isometry")
    with pytest.raises(ValueError, match=r"positions must be finite, but 1 values are not"):
        principal_axes(np.array([[0.0, np.nan]]), "isometry")
    with pytest.raises(ValueError, match=r"positions must hold at least one .*\(0, 5, 2\)"):
        mean_shape(np.zeros((0, 5, 2)), "isometry")
