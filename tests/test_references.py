"""Maps that lie as a reference does, and fits that start where the user says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import LatentClusterModel, LatentPositionModel
from latentnet.datasets import load_sampson
from latentnet.inference.start import start_parameters
from latentnet.posterior.procrustes import align
from tests.contracts.networks import NETWORKS, engine, quick_fit, refit

MONKS = load_sampson()


@pytest.fixture(scope="module")
def model() -> LatentClusterModel:
    return refit(LatentClusterModel(2, inference=engine(), random_state=1), MONKS)


def _turned(points: np.ndarray) -> np.ndarray:
    c, s = np.cos(0.7), np.sin(0.7)
    return points @ np.array([[c, s], [s, -c]]) + np.array([3.0, -2.0])


def test_everything_is_turned_to_the_reference(model: LatentClusterModel) -> None:
    found = latentnet.align_to(model, pd.DataFrame(_turned(model.positions_), index=MONKS.actors)[::-1])
    np.testing.assert_allclose(found.positions_, _turned(model.positions_))
    np.testing.assert_allclose(found.draws_.positions, _turned(model.draws_.positions))
    np.testing.assert_allclose(found.cluster_means_, _turned(model.cluster_means_))
    np.testing.assert_allclose(found.draws_.clusters.means, _turned(model.draws_.clusters.means))
    np.testing.assert_allclose(found.predict(), model.predict(), rtol=1e-5)
    assert (found.labels_ == model.labels_).all()
    assert (found.draws_.extra["cluster_label"] == model.draws_.extra["cluster_label"]).all()
    np.testing.assert_allclose(found.draws_.statistics["lp"], model.draws_.statistics["lp"])
    assert not np.allclose(found.positions_, model.positions_)  # the model is as it was


def test_a_reference_has_any_scale_and_some_actors(model: LatentClusterModel) -> None:
    """The map's own scale stays, and common actors lie as near as they can."""
    target = 1000.0 * _turned(model.positions_)
    target[5:] = np.nan
    found = latentnet.align_to(model, target)
    best = align(model.positions_[:5], target[:5], "isometry")
    np.testing.assert_allclose(found.positions_, model.positions_ @ best.rotations + best.translations)
    by_label = dict(zip(MONKS.actors[:5], target[:5], strict=True))
    np.testing.assert_array_equal(latentnet.align_to(model, by_label).positions_, found.positions_)
    other = quick_fit(MONKS.with_unobserved([("Mark", "Victor")]), random_state=3)
    np.testing.assert_allclose(
        latentnet.align_to(other, model).positions_,
        align(other.positions_, model.positions_, "isometry").positions,
    )


def test_fit_takes_a_reference_and_starts(model: LatentClusterModel) -> None:
    plain = quick_fit(MONKS)
    turned = LatentPositionModel(inference=engine(), random_state=1)
    with pytest.warns(latentnet.ConvergenceWarning):
        turned.fit(MONKS, align_to=model)
    np.testing.assert_array_equal(turned.positions_, latentnet.align_to(plain, model).positions_)
    start = np.random.default_rng(1).normal(size=(18, 2))
    by_label = dict(zip(MONKS.actors, start, strict=True))
    mode = LatentPositionModel(inference="map", random_state=1).fit(MONKS, start=by_label)
    np.testing.assert_array_equal(mode._problem.start, start)
    theta = start_parameters(mode._problem, np.random.default_rng(1))
    np.testing.assert_array_equal(mode._problem.parameters.positions(theta), start)
    assert start_parameters(plain._problem, np.random.default_rng(1)).shape == theta.shape


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (np.zeros((18, 3)), "`reference` has 3 dimensions, but the model has 2"),
        (np.zeros((4, 2)), "array of 18 rows, but has shape"),
        ({"nobody": (0, 0)}, "fewer than two of the model's actors"),
        (pd.DataFrame(np.zeros((2, 2)), index=["Mark", "Mark"]), "two rows of 'Mark'"),
        ("north", "`reference` must be a fitted model"),
        ({"Mark": 3.0}, "`reference` must be a fitted model"),
    ],
)
def test_what_is_no_reference_is_named(model: LatentClusterModel, reference: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        latentnet.align_to(model, reference)


def test_models_that_cannot_be_turned_are_named() -> None:
    with pytest.raises(ValueError, match="no latent space"):
        latentnet.align_to(quick_fit(MONKS, similarity=None), np.zeros((18, 2)))
    with pytest.raises(ValueError, match="`start` must have finite positions of all 18 actors, but has none of"):
        LatentPositionModel().fit(MONKS, start={"Mark": (0, 1), "Victor": (1, 0)})
    with pytest.raises(ValueError, match="`start` needs a latent space"):
        LatentPositionModel(similarity=None).fit(MONKS, start=np.zeros((18, 2)))
    with pytest.raises(ValueError, match="align_to needs positions that ties leave free"):
        LatentPositionModel(similarity=None).fit(MONKS, align_to=np.zeros((18, 2)))
    with pytest.raises(latentnet._exceptions.NotFittedError):
        latentnet.align_to(LatentPositionModel(), NETWORKS["complete"])
