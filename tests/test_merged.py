"""Fits with different seeds, pooled: as one fit with all of their chains."""

from __future__ import annotations

import numpy as np
import pytest

import latentnet
from latentnet import DynamicLatentClusterModel, LatentClusterModel, LatentPositionModel
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.models.merged import _as_drawn
from tests.contracts.networks import NETWORKS, engine, refit

MONKS = load_sampson()


def _merged(models: list[LatentPositionModel]) -> LatentPositionModel:
    with pytest.warns(latentnet.ConvergenceWarning):
        return latentnet.merge(models)


def test_chains_are_those_of_all_runs() -> None:
    runs = [refit(LatentPositionModel(inference=engine(), random_state=seed), MONKS) for seed in (1, 2, 3)]
    merged = _merged(runs)
    assert merged.draws_.n_chains == 6
    for name, values in merged.draws_.statistics.items():
        np.testing.assert_array_equal(values, np.concatenate([run.draws_.statistics[name] for run in runs]))
    intercepts = np.concatenate([run.draws_.scalars["intercept"] for run in runs])
    np.testing.assert_array_equal(merged.draws_.scalars["intercept"], intercepts)
    gaps = [np.linalg.norm(m.draws_.positions[:, :, 3] - m.draws_.positions[:, :, 7], axis=-1) for m in (*runs, merged)]
    np.testing.assert_allclose(gaps[3], np.concatenate(gaps[:3]))
    np.testing.assert_allclose(merged.predict(), np.mean([run.predict() for run in runs], axis=0), rtol=1e-5)
    assert merged.draws_.positions.mean(axis=(0, 1)) == pytest.approx(merged.positions_, abs=2.0)


def test_clusters_are_put_into_one_order() -> None:
    runs = [refit(LatentClusterModel(3, inference=engine(n_draws=60), random_state=seed), MONKS) for seed in (1, 2)]
    merged = _merged(runs)
    labels = merged.draws_.extra["cluster_label"].reshape(-1, 18)
    every = np.concatenate([run.draws_.extra["cluster_label"] for run in runs]).reshape(-1, 18)
    together = labels[:, :, None] == labels[:, None]
    assert (together == (every[:, :, None] == every[:, None])).all()  # the same partitions
    assert merged.draws_.clusters.indices.size == 240
    for draw in (0, 100, 200):  # clusters have the means and weights that they had
        own = runs[draw // 120].draws_.clusters
        mine = {frozenset(np.flatnonzero(labels[draw] == g)): merged.draws_.clusters.weights[draw, g] for g in range(3)}
        theirs = {frozenset(np.flatnonzero(every[draw] == g)): own.weights[draw % 120, g] for g in range(3)}
        assert {key: mine[key] for key in mine if key} == pytest.approx({key: theirs[key] for key in theirs if key})
    np.testing.assert_allclose(merged.membership_.sum(axis=1), 1.0)


def test_names_of_clusters_are_found_again_where_their_number_is_open() -> None:
    model = refit(LatentClusterModel("auto", inference=engine(n_draws=100, n_warmup=200), random_state=1), MONKS)
    draws = model.draws_
    labels = draws.extra["cluster_label"]
    found = _as_drawn(model._problem, draws, labels).reshape(-1, 18)
    rows = draws.clusters.indices
    named = np.take_along_axis(draws.clusters.order, draws.clusters.labels, axis=1)
    assert (found[rows] == named).mean() > 0.98


@pytest.mark.slow
def test_joint_models_are_pooled() -> None:
    runs = [
        refit(DynamicLatentClusterModel(2, inference=engine(), random_state=seed), load_sampson_waves())
        for seed in (1, 2)
    ]
    merged = _merged(runs)
    assert merged.draws_.n_chains == 4
    assert merged.positions_.shape == (3, 18, 2)
    assert merged.at(period=1).labels_.shape == (18,)


def test_what_is_not_one_model_is_named() -> None:
    first = refit(LatentPositionModel(inference=engine(), random_state=1), NETWORKS["complete"])

    def other(network: str = "complete", **params: object) -> LatentPositionModel:
        return refit(LatentPositionModel(**{"inference": engine(), "random_state": 2, **params}), NETWORKS[network])

    off = other()
    statistics = off.draws_.statistics | {"log_likelihood_error": np.full((2, off.draws_.n_draws), 1e-4)}
    object.__setattr__(off.draws_, "statistics", statistics)
    with pytest.raises(ValueError, match=r"models\[1\] has the likelihood approximate, but models\[0\] has exact"):
        latentnet.merge([first, off])
    with pytest.raises(TypeError, match="models must be a sequence"):
        latentnet.merge(first)
    with pytest.raises(ValueError, match="at least two fitted models"):
        latentnet.merge([first])
    with pytest.raises(ValueError, match=r"models\[1\] was fitted to another network"):
        latentnet.merge([first, other("empty")])
    with pytest.raises(ValueError, match=r"models\[1\] has similarity None, but models\[0\]"):
        latentnet.merge([first, other(similarity=None)])
    with pytest.raises(ValueError, match=r"models\[1\] has the priors"):
        latentnet.merge([first, other(priors=latentnet.Priors(intercept_variance=2.0))])
    with pytest.raises(ValueError, match="no chains"):
        latentnet.merge([first, other(inference="map")])
    with pytest.raises(ValueError, match="the seed was the same"):
        latentnet.merge([first, other(random_state=1)])


def test_a_shorter_run_is_drawn_on_as_the_message_says() -> None:
    first, longer = (
        refit(LatentPositionModel(inference=engine(n_draws=n), random_state=n), NETWORKS["complete"]) for n in (8, 11)
    )
    with pytest.raises(ValueError, match=r"draws a chain 11, but models\[0\] has 8; .*by models\[0\].extend\(3\)"):
        latentnet.merge([first, longer])
    with pytest.raises(ValueError, match=r"by models\[1\].extend\(3\)"):
        latentnet.merge([longer, first])
    with pytest.warns(latentnet.ConvergenceWarning):
        first.extend(3)
    merged = _merged([first, longer])
    assert (merged.draws_.n_chains, merged.draws_.n_draws) == (4, 11)
    shorter = refit(LatentPositionModel(inference=engine(), random_state=3), NETWORKS["complete"])
    with pytest.raises(ValueError, match=r"models\[0\] has 11; draw more .*models\[1\]"):
        latentnet.merge([merged, shorter])
    with pytest.warns(latentnet.ConvergenceWarning):
        shorter.extend(5)
    with pytest.raises(ValueError, match="fit all with the same n_draws"):  # what was pooled cannot go on
        latentnet.merge([shorter, merged])
