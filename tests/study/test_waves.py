"""Two waves: alignment on a stable core, calibration where nobody moves, planted movers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from latentnet import LatentPositionModel, Network, compare_waves
from latentnet.datasets import load_sampson
from latentnet.study.stable_core import Wave, stable_core
from latentnet.study.waves import _content
from tests.study.studies import centres, fit, observed


class FakeModel(SimpleNamespace):
    """A fitted position model whose draws scatter about given positions."""

    similarity = "distance"
    n_dims = 2

    def fit(self) -> None:
        """Only so that it counts as an estimator."""

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        return LatentPositionModel().__sklearn_tags__()


def fake(actors: list[Any], positions: np.ndarray, sd: float, seed: int) -> FakeModel:
    draws = positions + sd * np.random.default_rng(seed).standard_normal((2, 500, *positions.shape))
    labels = np.array([*actors, None], dtype=object)[:-1]
    place = {actor: i for i, actor in enumerate(actors)}
    return FakeModel(
        actors_=labels,
        draws_=SimpleNamespace(positions=draws, n_actors=len(actors), n_dims=2),
        network_=SimpleNamespace(index=lambda wanted: np.array([place[actor] for actor in wanted])),
    )


def turned(positions: np.ndarray) -> np.ndarray:
    """Turned, reflected and shifted."""
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    return np.asarray(positions @ turn + [5.0, -3.0])


def test_movers_are_found_in_spite_of_rotation_and_reflection() -> None:
    positions = 3.0 * np.random.default_rng(1).standard_normal((20, 2))
    after = positions.copy()
    after[:6] += [4.0, 0.0]  # a third moves the same way: least squares over all would follow them
    actors = [f"a{i}" for i in range(20)]
    order = np.random.default_rng(2).permutation(20)
    second = fake([actors[i] for i in order], turned(after)[order], 0.3, 2)
    found = compare_waves(fake(actors, positions, 0.3, 1), second)
    assert sorted(found.movers) == actors[:6]
    assert set(found.stable) <= set(actors[6:])
    assert len(found.stable) >= 10
    moved = found.movement.loc[actors[:6]]
    np.testing.assert_allclose(moved["displacement"], 4.0, atol=0.3)
    assert (moved["displacement_low"] < 4.0).all()
    assert (moved["displacement_high"] > 4.0).all()
    assert (moved["distance_change"] > found.movement.loc[actors[6:], "distance_change"].max()).all()
    assert found.flow is None
    assert found.correspondence is None


def test_displacement_is_positive_without_movement_and_p_moved_is_not_fooled() -> None:
    """The mean displacement of two waves of standard deviation .5 is .89 (study.md's figure)."""
    rng = np.random.default_rng(3)
    positions = 6.0 * rng.standard_normal((80, 2))
    first = fake(list(range(80)), positions, 0.5, 4)
    second = fake(list(range(80)), positions, 0.5, 5)
    found = compare_waves(first, second)
    assert found.movement["displacement"].mean() == pytest.approx(0.89, abs=0.03)
    assert found.movement["p_moved"].max() < 0.1
    assert found.movers == []


def test_p_moved_is_the_content_of_the_ellipse_through_zero() -> None:
    rng = np.random.default_rng(6)
    draws = rng.standard_normal((200_000, 2)) @ np.array([[2.0, 0.0], [1.0, 0.5]])
    inverse = np.linalg.inv(np.array([[2.0, 0.0], [1.0, 0.5]]).T @ np.array([[2.0, 0.0], [1.0, 0.5]]))
    for shift in ([0.0, 0.0], [1.0, 0.2], [2.0, -0.5]):
        expected = 1 - np.exp(-0.5 * np.array(shift) @ inverse @ shift)  # chi-square, two degrees of freedom
        assert _content(draws + shift) == pytest.approx(expected, abs=0.005)
    assert _content(np.zeros((1, 2))) == 0.0
    assert _content(np.ones((1, 2))) == 1.0


def test_orthogonal_similarity_feels_a_translation() -> None:
    rng = np.random.default_rng(7)
    positions = 3.0 * rng.standard_normal((15, 2))
    first, second = (
        fake(list(range(15)), positions, 0.2, 8),
        fake(list(range(15)), positions + np.array([3.0, 0.0]), 0.2, 9),
    )
    assert compare_waves(first, second).movers == []
    for model in (first, second):
        model.similarity = "bilinear"
    assert len(compare_waves(first, second).movers) > 5


def test_core_is_at_least_half_of_the_actors() -> None:
    rng = np.random.default_rng(8)
    before, after = (rng.standard_normal((12, 2)) * 5 + 0.01 * rng.standard_normal((100, 12, 2)) for _ in range(2))
    core, weights = stable_core(Wave(before), Wave(after), "isometry")
    assert core.sum() >= 7
    assert weights.max() == 1.0


def waves(n_asked: int, seed: int, *, n_moving: int, n_clusters: int | None) -> tuple[Any, np.ndarray]:
    """Compare two waves of 50 actors, of whom some go to another cluster."""
    rng = np.random.default_rng(seed)
    middle, labels = centres(3, 2.6), np.arange(50) % 3
    positions = middle[labels] + 0.6 * rng.standard_normal((50, 2))
    after = positions.copy()
    movers = rng.choice(50, n_moving, replace=False)
    after[movers] = middle[(labels[movers] + 1) % 3] + 0.6 * rng.standard_normal((n_moving, 2))
    fits = [fit(observed(z, n_asked, rng), seed, n_clusters=n_clusters) for z in (positions, after)]
    return compare_waves(*fits), np.isin(np.arange(50), movers)


@pytest.mark.slow
@pytest.mark.parametrize("n_clusters", [None, 3])
def test_nobody_moved_though_few_were_asked(n_clusters: int | None) -> None:
    """12 of 50 asked, 30 simulations; measured: .8 % of actors (position model) and 1.5 % (clusters)."""
    share = [
        (waves(12, seed, n_moving=0, n_clusters=n_clusters)[0].movement["p_moved"] > 0.95).mean() for seed in range(30)
    ]
    assert np.mean(share) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("n_asked", [12, 30])
def test_planted_movers_are_found(n_asked: int) -> None:
    """5 of 50 move, 30 simulations; measured: AUC .94 with 12 asked, over .99 with 30."""
    found = []
    for seed in range(30):
        compared, truth = waves(n_asked, seed, n_moving=5, n_clusters=3)
        found.append(roc_auc_score(truth, compared.movement["p_moved"]))
    assert np.mean(found) >= 0.8


def test_joiners_leavers_and_flow() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(36) % 3
    positions = centres(3, 3.5)[labels] + 0.4 * rng.standard_normal((36, 2))
    ties = observed(positions, 36, rng, intercept=2.0).ties.toarray()
    kept = [np.arange(0, 32), np.arange(3, 36)]
    fits = [
        fit(Network.from_array(ties[np.ix_(k, k)], actors=[f"a{i}" for i in k], directed=True), seed=1) for k in kept
    ]
    found = compare_waves(*fits)
    assert found.joiners == ["a32", "a33", "a34", "a35"]
    assert found.leavers == ["a0", "a1", "a2"]
    assert found.movement.index.tolist() == [f"a{i}" for i in range(3, 32)]
    flow = found.flow
    assert flow is not None
    assert list(flow.index) == [0, 1, 2, "joined"]
    assert list(flow.columns) == [0, 1, 2, "left"]
    assert flow.to_numpy().sum() == pytest.approx(36.0)
    assert flow.loc["joined"].sum() == pytest.approx(4.0)
    assert flow["left"].sum() == pytest.approx(3.0)
    assert found.correspondence is not None
    for g, origin in found.correspondence.items():
        assert flow.loc[origin, g] > 7  # the same ties: the clusters continue
    assert found.movers == []


def test_modes_without_uncertainty_can_be_compared() -> None:
    model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    found = compare_waves(model, model)
    np.testing.assert_allclose(found.movement["displacement"], 0.0, atol=1e-8)
    assert found.movers == []


def test_models_that_do_not_match_are_refused() -> None:
    positions = np.random.default_rng(1).standard_normal((6, 2))
    first, second = fake(list("abcdef"), positions, 0.1, 1), fake(list("uvwxef"), positions, 0.1, 2)
    with pytest.raises(ValueError, match=r"at least 4 actors in common .* have 2"):
        compare_waves(first, second)
    second = fake(list("abcdef"), positions, 0.1, 2)
    second.similarity = "bilinear"
    with pytest.raises(ValueError, match="same similarity, but have 'distance' and 'bilinear'"):
        compare_waves(first, second)
    second.draws_.n_dims = 0
    with pytest.raises(ValueError, match="second has no positions"):
        compare_waves(first, second)
