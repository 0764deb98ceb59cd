"""Sums over all pairs of points by mesh and cells, against naive twins and exact sums."""

from __future__ import annotations

import numpy as np
import pytest

from latentnet.nbody.forces import Forces, fast_near_sums
from latentnet.nbody.mesh import Mesh, mesh_around, mesh_sums
from latentnet.nbody.near import near_sums, sorted_by_cell
from latentnet.nbody.smooth import taylor
from latentnet.nbody.sums import SoftplusSum, relative_errors
from tests.reference_nbody import mesh_sum, near_sum, softplus_sum


def _points(n_dims: int, n: int, scale: float, seed: int = 1) -> np.ndarray:
    return scale * np.random.default_rng(seed).standard_normal((n_dims, n))


@pytest.mark.parametrize(("n_dims", "shape"), [(1, (24,)), (2, (16, 12)), (3, (8, 8, 10))])
def test_mesh_equals_its_twin(n_dims: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    origin, spacing, cutoff = np.full(n_dims, -0.7), 0.8, 1.9
    points = np.stack([-0.7 + 0.8 * (1.2 + (side - 4) * rng.random(9)) for side in shape])
    mesh = Mesh(origin, spacing, np.array(shape, float), shape, cutoff)
    values, _, _ = mesh_sums(mesh, points, 0.6)
    assert 0.5 * values.sum() == pytest.approx(mesh_sum(points, 0.6, origin, spacing, shape, cutoff), rel=1e-9)


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_near_pairs_equal_their_twin(n_dims: int) -> None:
    points = _points(n_dims, 60, 2.0)
    points[:, 1] = points[:, 0]  # two at one place
    value, gradient, _ = near_sums(points, 1.3, 0.4)
    assert value == pytest.approx(near_sum(points, 0.4, 1.3), rel=1e-10)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_derivatives_are_those_of_the_approximated_sum(n_dims: int) -> None:
    points, b = _points(n_dims, 80, 3.0), 0.3
    total = SoftplusSum.around(points, b)
    _, gradient, slope = total(points, b)
    rng, step = np.random.default_rng(3), 1e-5
    direction = rng.standard_normal(points.shape)
    up, down = total(points + step * direction, b)[0], total(points - step * direction, b)[0]
    assert (up - down) / (2 * step) == pytest.approx(np.sum(direction * gradient), rel=1e-6)
    up, down = total(points, b + step)[0], total(points, b - step)[0]
    assert (up - down) / (2 * step) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(
    ("n_dims", "n", "scale", "b"), [(1, 500, 50.0, 1.0), (2, 800, 15.0, 1.0), (2, 800, 2.0, -3.0), (3, 600, 3.0, 0.0)]
)
def test_sum_and_derivatives_are_near_the_exact_ones(n_dims: int, n: int, scale: float, b: float) -> None:
    points = _points(n_dims, n, scale)
    total = SoftplusSum.around(points, b)
    value, gradient, slope = total(points, b)
    exact = softplus_sum(points, b)
    assert value == pytest.approx(exact[0], rel=3e-4)
    assert slope == pytest.approx(exact[2], rel=3e-4)
    off = np.linalg.norm(gradient - exact[1]) / np.linalg.norm(exact[1])
    assert off < 5e-3
    of_sums, of_gradient = relative_errors(total, points, b)
    assert of_sums < 1e-3
    assert of_gradient == pytest.approx(off, rel=0.5)  # of a sample of 200


def test_grid_grows_around_points_that_leave_it_without_a_jump() -> None:
    points, b = _points(2, 300, 6.0), 0.5
    total = SoftplusSum.around(points, b)
    before = total.mesh
    value = total(points, b)[0]
    total.mesh = mesh_around(1.5 * points, before.spacing, before.cutoff, b)
    assert total.mesh.shape != before.shape
    assert total(points, b)[0] == pytest.approx(value, rel=1e-9)
    total.mesh = before
    far = points.copy()
    far[:, 0] = 40.0
    assert total(far, b)[0] == pytest.approx(softplus_sum(far, b)[0], rel=3e-4)
    assert total.mesh is before


def test_same_points_give_the_same_bits() -> None:
    points = _points(2, 2000, 4.0)
    first, second = (SoftplusSum.around(points.copy(), -1.0)(points.copy(), -1.0) for _ in range(2))
    assert first[0] == second[0]
    np.testing.assert_array_equal(first[1], second[1])


@pytest.mark.parametrize(("n_dims", "scale", "b"), [(1, 30.0, 1.0), (2, 15.0, 0.93), (2, 2.0, -3.1), (3, 3.0, 0.0)])
def test_forces_of_trajectories_are_the_gradient_but_for_what_is_softened(n_dims: int, scale: float, b: float) -> None:
    points = _points(n_dims, 700, scale)
    points[:, 1] = points[:, 0]  # two at one place
    total = SoftplusSum.around(points, b)
    forces = Forces(total.mesh, 0.0)
    _, gradient, slope = total(points, b)
    for _ in range(2):  # once with new nodes, once with kept ones
        found, of_intercept = forces(points, b)
        assert np.linalg.norm(found - gradient) < 1e-4 * np.linalg.norm(gradient)
        assert of_intercept == pytest.approx(slope, rel=1e-4)
        assert forces.total(points, b)[0] == pytest.approx(total(points, b)[0], rel=1e-6)
    forces(points, b + 2.0)  # what was asked before does not matter
    np.testing.assert_array_equal(forces(points, b)[0], found)


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_near_forces_equal_their_twin(n_dims: int) -> None:
    points, cutoff, b, soft = _points(n_dims, 60, 2.0), 1.3, 0.4, 0.2
    cells, found = sorted_by_cell(points, cutoff), np.empty_like(points)
    _, found[:, cells.order], _ = fast_near_sums(cells, cutoff, b, soft, of_forces=True)
    gap = points[:, :, np.newaxis] - points[:, np.newaxis, :]
    squared = (gap**2).sum(axis=0)
    powers = (squared - cutoff**2)[..., np.newaxis] ** np.arange(5)
    inner = powers @ (np.arange(1, 6) * taylor(b, cutoff)[0][1:])
    pull = -1.0 / (1.0 + np.exp(np.sqrt(squared) - b)) / np.sqrt(squared + soft**2) - 2.0 * inner
    twin = (gap * np.where(squared < cutoff**2, pull, 0.0)).sum(axis=2)
    np.testing.assert_allclose(found, twin, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_fast_sum_equals_its_twin(n_dims: int) -> None:
    points, b = _points(n_dims, 300, 2.0), 0.4
    points[:, 1] = points[:, 0]  # two at one place
    fast = Forces(mesh_around(points, 0.5, 2.0, b), 0.0, np.float32)
    value, gradient, slope = fast.total(points, b)
    squared = ((points[:, :, np.newaxis] - points[:, np.newaxis, :]) ** 2).sum(axis=0)
    twin = np.logaddexp(0.0, b - np.sqrt(squared))[np.triu_indices(300, 1)].sum()
    assert value == pytest.approx(twin, rel=3e-4)  # the mesh's error
    assert value == pytest.approx(SoftplusSum(fast.mesh)(points, b)[0], rel=1e-6)  # that of single precision
    # By differences, over steps that rounding allows.
    towards = gradient / np.linalg.norm(gradient)
    ends = [fast.total(points + step * towards, b)[0] for step in (0.01, -0.01)]
    assert (ends[0] - ends[1]) / 0.02 == pytest.approx(np.linalg.norm(gradient), rel=1e-3)
    assert (fast.total(points, b + 0.01)[0] - fast.total(points, b - 0.01)[0]) / 0.02 == pytest.approx(slope, rel=1e-4)
