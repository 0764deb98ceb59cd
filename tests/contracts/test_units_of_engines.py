"""Every engine and estimator follows the units: with one seed, a change of them changes draws only as arithmetic says.

Chains of a few iterations are compared draw by draw. Rounding is all that may differ, but it grows along a chain, so
scales are powers of two, and the similarity has no kink, at which rounding would decide at once where a start is found.
Priors, starts or steps in other units would change draws by a tenth and more.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentnet import (
    MCMC,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentnetWarning,
    LatentPositionModel,
    Layers,
    Network,
    PriorDraws,
    bic,
)
from latentnet.effects import DyadCovariate, Homophily, SenderReceiver
from tests.contracts.test_units import DIRECTED, FAMILIES, TIES, Change, Data, N, _data, _slopes

pytestmark = pytest.mark.usefixtures("in_double_precision")
CHAINS = MCMC(n_draws=3, n_warmup=3, n_chains=2, thin=1, progress=False)
CLOSE = 1e-2
CHANGES = {"scale": Change(age=(0.0, 2.0**10), miles=(0.0, 2.0**-10)), "origin": Change(age=(1970.0, 1.0))}
OF_TIES = {"scale": (0.0, 4.0**5), "origin": (32.0, 1.0)}


def _network(data: Data) -> Network:
    group = ["a", "b", "c"] * 4 + ["a", "b"]
    attributes = pd.DataFrame({"age": data.age, "group": group})
    return Network.from_array(data.ties, directed=True, attributes=attributes)


def _fit(data: Data, estimator: Any, effects: tuple[Any, ...] = DIRECTED, form: str = "one", **params: Any) -> Any:
    given = [DyadCovariate(data.miles, name="miles") if one is DyadCovariate else one for one in effects]
    network: Any = _network(data)
    if form == "periods":
        given = [one for one in given if not isinstance(one, DyadCovariate)]
        network = [network, _network(data._replace(ties=data.ties.T, age=data.age[::-1]))]
    elif form == "layers":
        given = [one for one in given if not isinstance(one, DyadCovariate)]
        network = Layers({"one": network, "other": _network(data._replace(ties=data.ties.T))})
    model = estimator(
        effects=given, random_state=3, **{"inference": CHAINS, "similarity": "squared_distance", **params}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        return model.fit(network)


def _gaps(model: Any) -> np.ndarray:
    """Distances of all draws."""
    positions = np.asarray(model.draws_.positions)
    return np.linalg.norm(positions[..., :, None, :] - positions[..., None, :, :], axis=-1)


def _same(before: Any, after: Any, change: Change) -> None:
    gaps = _gaps(before)
    assert np.abs(_gaps(after) / np.sqrt(change.ties[1]) - gaps).max() < CLOSE * gaps.max()
    own = before.coefficients_.index.str.startswith("homophily")  # which has no unit
    slopes = np.where(own, before.coefficients_, _slopes(before, Change()))
    found = np.where(own, after.coefficients_ / change.ties[1], _slopes(after, change))
    np.testing.assert_allclose(found, slopes, atol=CLOSE * max(np.abs(slopes).max(initial=0.0), 1.0))


def _both(family: str, name: str, estimator: Any, **params: Any) -> tuple[Any, Any, Change]:
    """The models before and after a change, and the change."""
    data, change = _data(FAMILIES[family](), True), CHANGES[name]
    change = change._replace(ties=OF_TIES[name]) if family == "gaussian" else change
    before, after = (_fit(one, estimator, family=FAMILIES[family](), **params) for one in (data, change.of(data)))
    return before, after, change


ESTIMATORS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "clusters": (LatentClusterModel, {"n_clusters": 2}),
    "any clusters": (LatentClusterModel, {"n_clusters": "auto"}),
    "periods": (DynamicLatentPositionModel, {"form": "periods"}),
    "layers": (LatentPositionModel, {"form": "layers"}),
    "random effects": (LatentPositionModel, {"effects": (*DIRECTED, SenderReceiver(), Homophily("group"))}),
    "prior": (LatentPositionModel, {"inference": PriorDraws(20)}),
    "mode of clusters": (LatentClusterModel, {"n_clusters": 2, "inference": "map"}),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("family", FAMILIES)
def test_chains_of_every_family(family: str, name: str) -> None:
    before, after, change = _both(family, name, LatentPositionModel)
    _same(before, after, change)
    eta = before.linear_predictor()
    off = ~np.eye(N, dtype=bool)
    expected = change.ties[0] + change.ties[1] * eta
    np.testing.assert_allclose(after.linear_predictor()[off], expected[off], atol=CLOSE * np.ptp(expected[off]))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("family", ["gaussian", "bernoulli"])
def test_draws_of_every_estimator(family: str, kind: str, name: str) -> None:
    estimator, params = ESTIMATORS[kind]
    before, after, change = _both(family, name, estimator, **params)
    _same(before, after, change)
    if hasattr(before, "membership_"):
        np.testing.assert_allclose(after.membership_, before.membership_, atol=CLOSE)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
def test_bic_follows_the_units(family: str, name: str) -> None:
    """It changes by the log of the unit: of the ties for each dyad, of the positions for each coordinate."""
    before, after, change = _both(family, name, LatentClusterModel, n_clusters=2)
    expected = 2.0 * np.log(change.ties[1]) * np.array([N * (N - 1), 0.5 * 2 * N])
    found = np.subtract((bic(after).ties, bic(after).positions), (bic(before).ties, bic(before).positions))
    np.testing.assert_allclose(found, expected, atol=0.05)


@pytest.mark.parametrize("name", TIES)
def test_predictions_follow_the_units_of_ties(name: str) -> None:
    change, data = TIES[name], _data(FAMILIES["gaussian"](), True)
    before, after = (_fit(one, LatentPositionModel, family="gaussian") for one in (data, change.of(data)))
    shift, scale = change.ties
    off = ~np.eye(N, dtype=bool)
    expected = shift + scale * before.predict()[off]
    np.testing.assert_allclose(after.predict()[off], expected, atol=CLOSE * scale)
    score = before.score(before.network_)
    assert after.score(after.network_) == pytest.approx(score - np.log(scale), abs=CLOSE)
    drawn = [np.std(model.simulate(4, 1)[0].ties.toarray()[off]) for model in (before, after)]
    assert drawn[1] == pytest.approx(scale * drawn[0], rel=CLOSE)
