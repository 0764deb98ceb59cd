"""Collinear designs are found before anything is sampled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from latentnet import LatentClusterModel, LatentPositionModel, Network
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    NoIntercept,
    ReceiverCovariate,
    Sender,
    SenderCovariate,
    SocialityCovariate,
)
from tests.contracts.networks import engine, quick_fit

N = 9


def _network(unobserved_rows: tuple[int, ...] = ()) -> Network:
    rng = np.random.default_rng(2)
    y = (rng.random((N, N)) < 0.4) * 1.0
    np.fill_diagonal(y, 0.0)
    y[list(unobserved_rows)] = np.nan
    attributes = pd.DataFrame(
        {"age": rng.normal(40.0, 9.0, N), "site": list("aabbbcaca"), "chief": [1.0, 0, 0, 1, 0, 0, 1, 0, 0]},
        index=range(N),
    )
    return Network.from_array(y, directed=True, attributes=attributes)


def _matrix() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(N, N))


COLLINEAR: dict[str, tuple[list[Effect], set[str]]] = {
    "twice the same": (
        [DyadCovariate(_matrix(), name="miles"), DyadCovariate(1.609 * _matrix(), name="kilometres")],
        {"miles", "kilometres"},
    ),
    "sum of two": (
        [SenderCovariate("age"), ReceiverCovariate("age"), SocialityCovariate("age")],
        {"sender(age)", "receiver(age)", "sociality(age)"},
    ),
    "with the intercept": (
        [Homophily("chief"), AbsoluteDifference("chief")],
        {"intercept", "homophily(chief)", "absolute_difference(chief)"},
    ),
}


@pytest.mark.parametrize("case", COLLINEAR)
@pytest.mark.parametrize("model", [LatentPositionModel, LatentClusterModel])
def test_collinear_effects_are_named(case: str, model: type) -> None:
    effects, names = COLLINEAR[case]
    with pytest.raises(ValueError, match="collinear over the 72 observed dyads") as error:
        model(effects=effects, inference=engine()).fit(_network())
    assert all(repr(name) in str(error.value) for name in names)


def test_without_the_intercept_it_may_be_identified() -> None:
    model = quick_fit(_network(), effects=[Homophily("chief"), AbsoluteDifference("chief"), NoIntercept()])
    assert list(model.coefficients_.index) == ["homophily(chief)", "absolute_difference(chief)"]


def test_only_observed_dyads_count() -> None:
    """A matrix that differs from another one only in rows that nobody saw."""
    other = _matrix()
    other[[0, 4]] += 1.0
    effects = [DyadCovariate(_matrix(), name="one"), DyadCovariate(other, name="other")]
    quick_fit(_network(), effects=effects)
    with pytest.raises(ValueError, match="'one', 'other' are collinear"):
        LatentPositionModel(effects=effects).fit(_network((0, 4)))


def test_random_effects_are_not_collinear() -> None:
    """Their prior is what tells them from a covariate of the same actors."""
    quick_fit(_network(), effects=[Sender(), SenderCovariate("site"), SenderCovariate("age")])
