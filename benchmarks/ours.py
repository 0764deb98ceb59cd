"""Fits of latentnet, timed as its peers are: the whole fit, or only the draws that are kept."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

import latentnet
from benchmarks.measure import Fit, Stopwatch
from benchmarks.problems import Problem

NAME = "latentnet"
PHASES = ("whole fit", "drawing")

_FEW_DRAWS = 10


def fit_position(
    problem: Problem, dyads: npt.NDArray[np.intp], seed: int, *, n_draws: int = 1000, n_warmup: int = 500
) -> Fit:
    return _fit(latentnet.LatentPositionModel(n_dims=2), problem, dyads, seed, n_draws, n_warmup)


def fit_cluster(
    problem: Problem,
    dyads: npt.NDArray[np.intp],
    seed: int,
    *,
    n_clusters: int = 3,
    n_draws: int = 1000,
    n_warmup: int = 500,
) -> Fit:
    model = latentnet.LatentClusterModel(n_clusters=n_clusters, n_dims=2)
    return _fit(model, problem, dyads, seed, n_draws, n_warmup)


def _fit(model: Any, problem: Problem, dyads: npt.NDArray[np.intp], seed: int, n_draws: int, n_warmup: int) -> Fit:
    """Fit 4 chains; what drawing costs is the difference of the engine alone to a run that keeps hardly any draws."""
    engine = latentnet.MCMC(n_draws=n_draws, n_warmup=n_warmup, n_chains=4, thin=1)
    model.set_params(random_state=seed, inference=engine)
    graph = problem.graph()
    with warnings.catch_warnings(), Stopwatch() as whole:
        warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
        model.fit(graph)
    seconds = []
    for kept in (_FEW_DRAWS, n_draws):
        with Stopwatch() as watch:
            engine.set_params(n_draws=kept).infer(model._problem, np.random.default_rng(seed))
        seconds.append(watch.cpu_seconds)
    draws = model.draws_
    return Fit.from_positions(
        draws.positions,
        draws.scalars["intercept"],
        dyads,
        {"whole fit": whole.cpu_seconds, "drawing": (seconds[1] - seconds[0]) * n_draws / (n_draws - _FEW_DRAWS)},
    )
