"""Compile beforehand what models need: ``python -m latentnet.compile``, for images of containers and for CI.

It fits small made-up networks with every kind of model, in as many processes as there are cores, and asks each model
what models are asked. The compiled code is kept where Numba keeps it: beside the library, or in NUMBA_CACHE_DIR.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from latentnet import (
    MAP,
    MCMC,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Network,
)
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Mixing,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.keeping import count_compiled

__all__ = ["MODELS", "compile_models", "main"]

_N = 8
_ENGINE = MCMC(n_draws=100, n_warmup=20, n_chains=2, n_jobs=1, progress=False)
_ATTRIBUTES = pd.DataFrame({"age": np.arange(20.0, 20.0 + _N) ** 1.1, "group": list("abbaabab")})


def _network(most: int = 1, directed: bool = True) -> Network:
    ties = np.random.default_rng(1).binomial(most, 0.4, size=(_N, _N)).astype(float)
    ties = ties if directed else np.tril(ties) + np.tril(ties).T
    np.fill_diagonal(ties, 0.0)
    return Network.from_array(ties, directed=directed, attributes=_ATTRIBUTES)


def _interviews(**design: Any) -> Network:
    rng = np.random.default_rng(2)
    names = [(i, j, k + 1) for i in range(_N - 2) for k, j in enumerate(rng.choice(np.delete(range(_N), i), 3, False))]
    frame = pd.DataFrame(names, columns=["who", "whom", "place"])
    return Network.from_nominations(frame, respondent="who", nominee="whom", **design)


def _position(network: Network, family: Family | None = None, effects: tuple[Effect, ...] = ()) -> None:
    model = LatentPositionModel(
        family=Bernoulli() if family is None else family, effects=list(effects), inference=_ENGINE, random_state=1
    )
    model.fit(network).predict_proba()
    model.simulate(2, random_state=1)
    model.summary()
    model.score(network)


def _clusters(n_clusters: int | Literal["auto"], *effects: Effect) -> None:
    LatentClusterModel(n_clusters, effects=list(effects), inference=_ENGINE, random_state=1).fit(_network()).summary()


def _plain() -> None:
    _position(_network())
    LatentPositionModel(inference=MAP(1), random_state=1).fit(_network(directed=False))


def _undirected_effects() -> None:
    effects = Sociality(), Homophily("group"), AbsoluteDifference("age"), SocialityCovariate("age")
    _position(_network(3, directed=False), Poisson(), effects)


def _directed_effects() -> None:
    matrix = np.arange(float(_N * _N)).reshape(_N, _N) % 5.0
    covariates = DyadCovariate(matrix, name="x"), SenderCovariate("age"), ReceiverCovariate("age"), Mixing("group")
    _position(_network(3), NegativeBinomial(), (Sender(), Receiver(), *covariates))


def _pairs() -> None:
    _position(_network(), Bernoulli(), (SenderReceiver(), Reciprocity()))


def _other_families() -> None:
    _position(_network(3), Binomial(3))
    _position(_network(3), Gaussian())
    _position(_network(2), Ordinal())
    for link in ("probit", "cloglog"):
        _position(_network(), Bernoulli(link))


def _lists() -> None:
    _position(_interviews(max_nominations=3))
    _position(_interviews(max_nominations=3, rank="place", actors=range(_N)))


def _periods(*effects: Effect) -> None:
    networks = [_network(), _network()]
    options: dict[str, Any] = {"effects": list(effects), "inference": _ENGINE, "random_state": 1}
    DynamicLatentPositionModel(**options).fit(networks).summary()
    DynamicLatentClusterModel(2, **options).fit(networks).summary()


MODELS: dict[str, Callable[[], None]] = {
    "position": _plain,
    "clusters": partial(_clusters, 2),
    "unknown number of clusters": partial(_clusters, "auto"),
    "undirected effects": _undirected_effects,
    "directed effects": _directed_effects,
    "pairs": _pairs,
    "families": _other_families,
    "lists": _lists,
    "periods": _periods,
    "clusters and pairs": partial(_clusters, 2, SenderReceiver()),
    "unknown number of clusters and pairs": partial(_clusters, "auto", SenderReceiver()),
    "periods and pairs": partial(_periods, SenderReceiver()),
}


def _warm(name: str) -> int:
    """Fit one kind of model; returns how many functions were compiled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", message="compiled code cannot be kept")
        MODELS[name]()
    return count_compiled()


def compile_models(n_processes: int | None = None) -> int:
    """Compile for every kind of model; returns how many functions that were.

    Parameters
    ----------
    n_processes : int or None
        None: one a core.
    """
    workers = n_processes or os.cpu_count() or 1
    total = 0
    # Two processes that keep variants of one function at once may lose one of them: look again until nothing is left.
    for _ in range(3):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
            found = sum(pool.map(_warm, MODELS))
        total += found
        if found == 0:
            break
    return total


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m latentnet.compile", description=__doc__)
    parser.add_argument("--processes", type=int, default=None, help="how many at once (default: one a core)")
    begun = time.perf_counter()
    count = compile_models(parser.parse_args().processes)
    print(f"compiled {count} functions in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
