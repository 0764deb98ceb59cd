"""ergmx: R latentnet's algorithm (Metropolis within Gibbs, actor by actor) in Rust, chains in threads.

Its default priors are R's, which are ours too. Burn-in and interval are its defaults; its sample size is
that of all chains together. The point estimates that it makes by default are part of the fit, as ours are.
"""

from __future__ import annotations

import ergmx
import numpy as np
import numpy.typing as npt

from benchmarks.measure import Fit, Stopwatch
from benchmarks.problems import Problem

NAME = "ergmx"
PHASE = "whole fit"


def fit_position(
    problem: Problem, dyads: npt.NDArray[np.intp], seed: int, *, n_draws: int = 4000, n_chains: int = 4
) -> Fit:
    return _fit("euclidean(d=2)", problem, dyads, seed, n_draws, n_chains)


def fit_cluster(
    problem: Problem,
    dyads: npt.NDArray[np.intp],
    seed: int,
    *,
    n_clusters: int = 3,
    n_draws: int = 4000,
    n_chains: int = 4,
) -> Fit:
    return _fit(f"euclidean(d=2, G={n_clusters})", problem, dyads, seed, n_draws, n_chains)


def _fit(formula: str, problem: Problem, dyads: npt.NDArray[np.intp], seed: int, n_draws: int, n_chains: int) -> Fit:
    graph = problem.graph()
    with Stopwatch() as watch:
        fit = ergmx.ergmm(graph, formula, seed=seed, sample_size=n_draws, n_chains=n_chains)
    positions, intercept = np.asarray(fit.sample["Z"]), np.asarray(fit.sample["beta"])
    shape = (n_chains, len(intercept) // n_chains)
    return Fit.from_positions(
        positions.reshape(*shape, problem.n_actors, 2),
        intercept.reshape(shape),
        dyads,
        {PHASE: watch.cpu_seconds},
    )
