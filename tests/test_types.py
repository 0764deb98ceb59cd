"""What type checkers see of results: `assert_type` is judged by mypy, which checks this file too (pyproject.toml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import pandas as pd
import pytest

from latentnet import (
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    load,
)
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.model_selection import GridSearch


def test_parts_of_models_are_models_of_known_types() -> None:
    first, second, _ = load_sampson_waves()
    periods = DynamicLatentPositionModel(inference="map", random_state=1).fit([first, second])
    one = assert_type(periods.at(period=1), LatentPositionModel)
    assert isinstance(one, LatentPositionModel)
    assert isinstance(assert_type(periods.intercept_, "pd.Series[float]"), pd.Series)
    layers = LatentPositionModel(inference="map", random_state=1).fit(Layers({"a": first, "b": second}))
    assert isinstance(assert_type(layers.layer("b"), LatentPositionModel), LatentPositionModel)
    groups = DynamicLatentClusterModel(2, inference="map", random_state=1).fit([first, second])
    assert isinstance(assert_type(groups.at(period=0), LatentClusterModel), LatentClusterModel)


def test_results_are_of_known_types(tmp_path: Path) -> None:
    model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    assert isinstance(assert_type(model.intercept_, "float | pd.Series[float]"), float)
    assert isinstance(assert_type(model.coefficients_, "pd.Series[float]"), pd.Series)
    assert isinstance(assert_type(model.get_params(), dict[str, Any]), dict)
    with pytest.raises(AttributeError):
        print(model.position_)  # type: ignore[attr-defined]  # mypy would tell an ignore that is for nothing
    model.save(tmp_path / "model.zip")
    assert isinstance(load(tmp_path / "model.zip"), LatentPositionModel)


def test_a_search_keeps_the_type_of_its_model() -> None:
    model = LatentPositionModel(inference="map", random_state=1)
    search = GridSearch(model, {"n_dims": [1]}, cv=2).fit(load_sampson())
    assert isinstance(assert_type(search.best_model_, LatentPositionModel), LatentPositionModel)


def test_names_that_constructors_do_not_take_are_told_before_a_run() -> None:
    for model in (
        LatentPositionModel(family="poison"),  # type: ignore[arg-type]
        LatentPositionModel(inference="mle"),  # type: ignore[arg-type]
        LatentPositionModel(similarity="euclidean"),  # type: ignore[arg-type]
        LatentPositionModel("many"),  # type: ignore[arg-type]
        LatentClusterModel("many", effects=[3]),  # type: ignore[arg-type, list-item]
        LatentClusterModel(layers="separate", priors={}),  # type: ignore[arg-type]
    ):
        with pytest.raises((ValueError, TypeError), match="must"):
            model.fit(load_sampson())
