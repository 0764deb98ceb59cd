"""Sums over ordered pairs whose terms differ by classes and factors, against naive sums."""

from __future__ import annotations

import numpy as np
import pytest

from latentnet.nbody.kinds import KindSum, Pairs, Term
from tests.reference_nbody import kind_sum


def _problem(term: Term, n_dims: int, symmetric: bool) -> tuple[np.ndarray, Pairs]:
    rng = np.random.default_rng(4)
    points = 4.0 * rng.standard_normal((n_dims, 90))
    points[:, 1] = points[:, 0]  # two at one place
    kinds = np.array([[0, 1, 2], [1, 3, 1], [2, 1, 0]]) if symmetric else np.array([[0, 1, 2], [3, 0, 1], [2, 2, 4]])
    first = rng.random(90) if term == "exponential" else np.ones(90)
    second = first if symmetric else rng.random(90)
    return points, Pairs(rng.integers(3, size=90), kinds, np.linspace(-1.0, 0.8, kinds.max() + 1), first, second)


@pytest.mark.parametrize("term", ["softplus", "exponential"])
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_sums_are_near_the_naive_ones(term: Term, symmetric: bool, n_dims: int) -> None:
    points, pairs = _problem(term, n_dims, symmetric)
    total = KindSum.around(term, points, pairs)
    found, exact = total(points, pairs), kind_sum(term, points, pairs)
    assert found.value == pytest.approx(exact[0], rel=1e-3)
    for part, whole in zip(found[1:], exact[1:], strict=True):
        assert np.linalg.norm(part - whole) < 2e-2 * np.linalg.norm(whole)
    of_sums, of_gradient = total.errors(points, pairs)
    assert of_sums < 2e-3
    assert of_gradient == pytest.approx(
        np.linalg.norm(found.gradient - exact[1]) / np.linalg.norm(exact[1]), rel=1e-6
    )  # all 90 are in the sample


@pytest.mark.parametrize("term", ["softplus", "exponential"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_derivatives_are_those_of_the_approximated_sum(term: Term, symmetric: bool) -> None:
    points, pairs = _problem(term, 2, symmetric)
    total, rng, step = KindSum.around(term, points, pairs), np.random.default_rng(3), 1e-5
    found = total(points, pairs)
    direction = rng.standard_normal(points.shape)
    up, down = (total(points + sign * step * direction, pairs).value for sign in (1.0, -1.0))
    assert (up - down) / (2 * step) == pytest.approx(np.sum(direction * found.gradient), rel=1e-6)
    for kind in range(len(pairs.intercepts)):
        moved = step * (np.arange(len(pairs.intercepts)) == kind)
        up, down = (
            total(points, pairs._replace(intercepts=pairs.intercepts + sign * moved)).value for sign in (1.0, -1.0)
        )
        assert (up - down) / (2 * step) == pytest.approx(found.slopes[kind], rel=1e-6)
    assert found.value == pytest.approx(found.of_first.sum()) == pytest.approx(found.of_second.sum())
