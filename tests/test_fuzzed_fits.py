"""Whatever is fitted: a documented error of ours, or finite estimates of every actor, without a gigabyte of memory."""

from __future__ import annotations

import resource
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentnet import MAP, MCMC, DynamicLatentPositionModel, LatentClusterModel, LatentPositionModel, Layers, Network
from latentnet._exceptions import LatentnetWarning
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Homophily,
    Mixing,
    NoIntercept,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Gaussian, NegativeBinomial, Ordinal, Poisson

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies

TIES = {
    "binary": [0.0, 0.0, 1.0, 1.0, np.nan],
    "one": [1.0],
    "counts": [0.0, 0.0, 1.0, 3.0, 1e6, np.nan],
    "reals": [0.0, -1.0, 2.5, 1e-12, np.nan],
    "far": [1e9, 1e9 + 1.0, 1e9 - 3.0],
    "tiny": [1e-200, 3e-200, 0.0],
    "huge": [1e300, -1e308, 1.0],
}
NUMBERS = [
    [0.0, 1.0, 2.0],
    [1987.0, 2001.0, 1940.0],
    [1e-9, 3e-9],
    [1e12, -1e12, 5.0],
    [7.0],
    [1e308, 1.0],
    [np.nan, 1.0],
]
TEXTS = [["a", "b"], ["a"], ["a", "b", "c", "d", "e", "f"], [True, False], ["", "$x$"]]
FEW_FAMILIES = ("bernoulli", "poisson", "gaussian")
FAMILIES = (
    *FEW_FAMILIES,
    Bernoulli("probit"),
    Bernoulli("cloglog"),
    Binomial(3),
    Binomial(1e6),
    NegativeBinomial(),
    Poisson(exposure=1e-6),
    Ordinal(),
    Ordinal(levels=[0, 1, 3]),
    Gaussian(),
)
FEW_EFFECTS = (AbsoluteDifference("x"), Homophily("text"), NoIntercept())
EFFECTS = (
    *FEW_EFFECTS,
    Sociality(),
    Sender(),
    Receiver(),
    SenderReceiver(),
    Reciprocity(),
    Homophily("text", by_level=True),
    Mixing("text"),
    SenderCovariate("x"),
    ReceiverCovariate("x"),
    SocialityCovariate("x"),
    DyadCovariate(np.eye(5, k=1) * 1e5, name="steps"),
    Homophily("missing"),
)
OURS = (" must ", " needs ", " has ", " have ", " is ", " are ", " cannot ", " were ", " was ")


def _network(draw: Any, n_actors: int | None = None) -> Network:
    n = n_actors or draw(st.sampled_from([2, 3, 5, 5, 6]))
    values = st.sampled_from(TIES[draw(st.sampled_from(list(TIES)))])
    ties = np.array([[0.0 if i == j else draw(values) for j in range(n)] for i in range(n)])
    directed = draw(st.booleans())
    if not directed:
        ties = np.triu(ties) + np.triu(ties, 1).T
    for actor in range(n):
        if draw(st.integers(0, 7)) == 0:  # nothing is known of it, or it has no ties
            ties[actor] = ties[:, actor] = draw(st.sampled_from([np.nan, 0.0]))
    np.fill_diagonal(ties, 0.0)
    columns = {"x": draw(st.sampled_from(NUMBERS)), "text": draw(st.sampled_from(TEXTS))}
    attributes = pd.DataFrame({name: [draw(st.sampled_from(some)) for _ in range(n)] for name, some in columns.items()})
    impossible = [(0, 1)] if directed and draw(st.integers(0, 4)) == 0 else None
    return Network.from_array(ties, directed=directed, attributes=attributes, impossible=impossible)


def _fit(draw: Any, families: tuple[Any, ...], effects: tuple[Any, ...], engines: tuple[Any, ...]) -> Any:
    chosen = draw(st.lists(st.sampled_from(effects), max_size=2, unique_by=repr))
    options: dict[str, Any] = {
        "n_dims": draw(st.sampled_from([1, 2, 2, 3])),
        "similarity": draw(st.sampled_from(["distance", "distance", "squared_distance", "bilinear", None])),
        "family": draw(st.sampled_from(families)),
        "effects": chosen,
        "inference": draw(st.sampled_from(engines)),
        "random_state": 1,
    }
    kind = draw(st.integers(0, 5)) if len(families) > len(FEW_FAMILIES) else 2
    if kind == 0:
        return DynamicLatentPositionModel(**options).fit([_network(draw, 5), _network(draw, 5)])
    if kind == 1:
        return LatentPositionModel(**options).fit(Layers({"a": _network(draw, 5), "b": _network(draw, 5)}))
    if kind == 5:
        return LatentClusterModel(draw(st.sampled_from([1, 2, 3, 9])), **options).fit(_network(draw))
    return LatentPositionModel(**options).fit(_network(draw))


def _check(draw: Any, *some: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        try:
            model, said = _fit(draw, *some), ""
        except (TypeError, ValueError) as error:
            model, said = None, str(error)
    if model is None:
        assert any(word in said for word in OURS), f"not our message: {said!r}"
        return
    assert np.isfinite(model.draws_.pooled).all()
    assert np.isfinite(np.asarray(model.intercept_, dtype=float)).all()
    assert np.isfinite(model.coefficients_).all()
    if isinstance(model, LatentPositionModel | LatentClusterModel):
        assert len(model.positions_) == len(model.actors_) == model.network_.n_actors
    assert np.isfinite(model.positions_[~np.isnan(model.positions_).any(axis=-1)]).all()


def _run(n_examples: int, *some: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quiet = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large]

    @hypothesis.settings(
        max_examples=n_examples, deadline=None, derandomize=True, database=None, suppress_health_check=quiet
    )
    @hypothesis.given(st.data())
    def run(data: Any) -> None:
        _check(data.draw, *some)

    run()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**20  # kilobytes


QUICK = MAP(n_starts=1, max_iterations=60)
SHORT = MCMC(n_draws=4, n_warmup=6, n_chains=1, thin=1)


def test_any_network_is_fitted_or_refused_by_us() -> None:
    _run(60, FEW_FAMILIES, FEW_EFFECTS, (QUICK,))


@pytest.mark.slow
@pytest.mark.parametrize("engine", [QUICK, SHORT], ids=["map", "mcmc"])
def test_any_network_is_fitted_or_refused_by_us_many_times(engine: Any) -> None:
    _run(5000 if engine is QUICK else 1500, FAMILIES, EFFECTS, (engine,))
