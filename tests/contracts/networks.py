"""Small networks of every kind, and fits that take no time."""

from __future__ import annotations

import warnings

import numpy as np

from latentnet import MCMC, ConvergenceWarning, LatentPositionModel, Network

NAN = np.nan


def undirected(n: int, pairs: list[tuple[int, int]]) -> Network:
    array = np.zeros((n, n))
    for i, j in pairs:
        array[i, j] = array[j, i] = 1.0
    return Network.from_array(array, directed=False)


def _directed() -> np.ndarray:
    return (np.random.default_rng(5).random((7, 7)) < 0.4) * (1.0 - np.eye(7))


def _holes(directed: bool) -> Network:
    array = _directed()
    if not directed:
        array = np.triu(array) + np.triu(array).T
    array[1, 2] = array[4, 0] = NAN
    if not directed:
        array[2, 1] = array[0, 4] = NAN
    return Network.from_array(array, directed=directed)


def _rows(two_mode: bool) -> Network:
    if two_mode:
        return Network.from_incidence([[1, 0, 1, 0], [NAN, NAN, NAN, NAN], [0, 1, NAN, 1]])
    array = _directed()
    array[[2, 5]] = NAN
    array[0, 3] = NAN
    return Network.from_array(array, directed=True)


NETWORKS = {
    "two actors, tied": undirected(2, [(0, 1)]),
    "two actors, not tied": undirected(2, []),
    "three actors": undirected(3, [(0, 1), (1, 2)]),
    "isolates": undirected(6, [(0, 1), (1, 2), (0, 2)]),
    "components": undirected(7, [(0, 1), (1, 2), (3, 4), (5, 6)]),
    "complete": undirected(6, [(i, j) for i in range(6) for j in range(i)]),
    "empty": undirected(6, []),
    "directed": Network.from_array(_directed(), directed=True),
    "directed, two actors": Network.from_array(np.array([[0.0, 1], [0, 0]]), directed=True),
    "directed, empty": Network.from_array(np.zeros((4, 4)), directed=True),
    "directed, complete": Network.from_array(1.0 - np.eye(4), directed=True),
    "unobserved dyads": _holes(False),
    "unobserved dyads, directed": _holes(True),
    "unobserved rows": _rows(False),
    "two-mode": Network.from_incidence([[1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]),
    "two-mode, one by one": Network.from_incidence([[1]]),
    "two-mode, unobserved row": _rows(True),
}


def engine(**params: object) -> MCMC:
    """Return an engine of two chains and a few draws."""
    return MCMC(**{"n_draws": 8, "n_warmup": 12, "n_chains": 2, "progress": False, **params})


def refit(model: LatentPositionModel, network: object) -> LatentPositionModel:
    """Fit without a word on convergence, which no run this short can have; any other warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(network)


def quick_fit(network: object, inference: object = None, **params: object) -> LatentPositionModel:
    """Return a new fitted model."""
    params = {"inference": engine() if inference is None else inference, "random_state": 1, **params}
    return refit(LatentPositionModel(**params), network)
