"""Composition of clusters: against counts made by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from latentnet import composition
from latentnet.datasets import load_sampson
from tests.study.studies import fit, study


def test_table_holds_expected_counts() -> None:
    model = study()
    found = composition(model, "organisation")
    labels = model.draws_.extra["cluster_label"].reshape(-1, 40)
    values = model.network_.attributes["organisation"].to_numpy()
    assert list(found.table.columns) == ["charity", "council", "trust"]
    for g in range(3):
        for value in found.table.columns:
            by_draw = [(draw[values == value] == g).sum() for draw in labels]
            assert found.table.loc[g, value] == pytest.approx(np.mean(by_draw))
    assert found.table.to_numpy().sum() == pytest.approx(40.0)


def test_heterogeneity_is_that_of_each_draw() -> None:
    model = study()
    found = composition(model, "organisation").heterogeneity
    labels = model.draws_.extra["cluster_label"].reshape(-1, 40)
    values = model.network_.attributes["organisation"].to_numpy()
    blau, entropy = [], []
    for draw in labels:
        members = values[draw == 1]
        shares = [np.mean(members == value) for value in set(members)]
        blau.append(1 - sum(share**2 for share in shares))
        entropy.append(-sum(share * math.log(share) for share in shares))
    for name, draws in (("blau", blau), ("entropy", entropy)):
        expected = [np.mean(draws), *np.quantile(draws, [0.05, 0.95])]
        np.testing.assert_allclose(found.loc[1, [name, f"{name}_low", f"{name}_high"]], expected)


def test_agreement_with_the_groups_that_made_the_ties() -> None:
    found = composition(fit(load_sampson()), "group").agreement
    assert list(found.index) == [
        "adjusted_rand",
        "adjusted_rand_low",
        "adjusted_rand_high",
        "nmi",
        "nmi_low",
        "nmi_high",
    ]
    assert found["adjusted_rand"] > 0.7
    assert found["adjusted_rand_low"] <= found["adjusted_rand"] <= found["adjusted_rand_high"] <= 1.0


def test_values_may_be_given_by_actor() -> None:
    model = study()
    values = model.network_.attributes["organisation"]
    shuffled = values.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(composition(model, shuffled).table, composition(model, "organisation").table)
    gaps = values.copy()
    gaps.iloc[3] = None
    with pytest.raises(ValueError, match=r"has none for .*; fill it in, for example with .*fillna\('unknown'\)$"):
        composition(model, gaps)
    assert "unknown" in composition(model, gaps.reindex(model.actors_).fillna("unknown")).table
    with pytest.raises(TypeError, match=r"attribute must .*hashable"):
        composition(model, pd.Series([["council"]] * len(values), index=values.index))
    with pytest.raises(ValueError, match="labels more than once"):
        composition(model, pd.concat([values, values]))


def test_composition_works_under_auto() -> None:
    model = study(n_asked=40, n_clusters="auto")
    found = composition(model, "organisation")
    assert len(found.table) == model.n_clusters_
    assert found.table.to_numpy().sum() == pytest.approx(40.0)


def test_actors_without_a_value_are_named() -> None:
    with pytest.raises(ValueError, match=r"'grade' of every actor .* missing for 'person 5'"):
        composition(study(), "grade")


def test_unknown_attribute_and_model_without_clusters_are_refused() -> None:
    with pytest.raises(ValueError, match=r"composition needs the attribute 'sector' .*'organisation'"):
        composition(study(), "sector")
    with pytest.raises(ValueError, match="LatentClusterModel"):
        composition(study(n_clusters=None), "organisation")
