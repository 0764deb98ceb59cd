"""What is calibrated: families and designs, with both kinds of estimators; tests, and the page of the docs, take it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from latentnet import (
    MCMC,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    Network,
)
from latentnet.effects import Receiver, Reciprocity, Sender, Sociality
from latentnet.families import Binomial, Ordinal

__all__ = ["CASES", "N_ACTORS"]

N_ACTORS = 12
# 99 draws, as many as a rank is among, eight iterations apart.
ENGINE = MCMC(99, 400, 1, thin=8, progress=False, n_jobs=1)


def _network(values: object = 0.0, n: int = N_ACTORS, *, directed: bool = True) -> Network:
    ties = np.zeros((n, n)) + np.asarray(values)
    np.fill_diagonal(ties, 0.0)
    return Network.from_array(ties, directed=directed)


def _numbers() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(N_ACTORS, N_ACTORS))


def _holes() -> np.ndarray:
    """A fifth of the dyads, and two rows."""
    hidden = np.random.default_rng(1).random((N_ACTORS, N_ACTORS)) < 0.2
    hidden[[3, 7]] = True
    return np.where(hidden, np.nan, 0.0)


def _lists(**design: Any) -> Network:
    """Nine of twelve were asked for at most two names."""
    rows = [(i, (i + place) % N_ACTORS, place) for i in range(9) for place in (1, 2)]
    names = pd.DataFrame(rows, columns=["who", "whom", "place"])
    return Network.from_nominations(names, respondent="who", nominee="whom", actors=list(range(N_ACTORS)), **design)


# name: parameters of the estimator, and what gives actors and design
SPECIFICATIONS: dict[str, tuple[dict[str, Any], Any]] = {
    "bernoulli": ({}, _network()),
    "binomial": ({"family": Binomial(trials=4)}, _network()),
    "poisson": ({"family": "poisson"}, _network()),
    "negative binomial": ({"family": "negative_binomial"}, _network()),
    "gaussian": ({"family": "gaussian"}, _network(_numbers())),
    "ordinal": ({"family": Ordinal(levels=[0, 1, 2])}, _network()),
    "sociality": ({"effects": [Sociality()]}, _network(directed=False)),
    "sender and receiver": ({"effects": [Sender(), Receiver()]}, _network()),
    "reciprocity": ({"effects": [Reciprocity()]}, _network()),
    "unobserved dyads": ({}, _network(_holes())),
    "asked rows": ({}, _lists()),
    "capped lists": ({}, _lists(max_nominations=2)),
    "ranked lists": ({}, _lists(max_nominations=2, rank="place")),
    "two periods": ({}, [_network(n=7), _network(n=8)]),
    "two layers": ({}, Layers({"all": _network(n=8), "asked": _network(n=8)})),
}


def _cases() -> dict[str, tuple[Any, Any]]:
    """(estimator, network) by "position, ..." and "clusters, ..."."""
    found = {}
    for name, (parameters, network) in SPECIFICATIONS.items():
        joint = isinstance(network, list)
        position = DynamicLatentPositionModel if joint else LatentPositionModel
        clusters = DynamicLatentClusterModel if joint else LatentClusterModel
        found[f"position, {name}"] = position(inference=ENGINE, **parameters), network
        found[f"clusters, {name}"] = clusters(2, inference=ENGINE, **parameters), network
    return found


CASES = _cases()
