"""Simulated studies that the tests of the study share."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from scipy.special import expit

from latentnet import MCMC, LatentClusterModel, LatentnetWarning, LatentPositionModel, Network


def centres(n_clusters: int, radius: float) -> np.ndarray:
    angles = 2 * np.pi * np.arange(n_clusters) / n_clusters
    return radius * np.column_stack([np.cos(angles), np.sin(angles)])


def observed(
    positions: np.ndarray, n_asked: int, rng: np.random.Generator, *, intercept: float = 1.0, **options: Any
) -> Network:
    """Directed ties by the distance model; the rows of all but `n_asked` actors are unobserved."""
    n = len(positions)
    ties = (rng.random((n, n)) < expit(intercept - cdist(positions, positions))).astype(float)
    ties[rng.permutation(n)[n_asked:]] = np.nan
    np.fill_diagonal(ties, 0.0)
    return Network.from_array(ties, directed=True, **options)


def fit(network: Any, seed: int = 1, *, n_clusters: int | str | None = 3, n_draws: int = 300, **options: Any) -> Any:
    """A short fit; whether it converged is not the tests' business."""
    engine = MCMC(n_draws=n_draws, n_warmup=300, n_chains=2, thin=1, n_jobs=1)
    kind: Any = LatentPositionModel() if n_clusters is None else LatentClusterModel(n_clusters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        return kind.set_params(inference=engine, random_state=seed, **options).fit(network)


@cache
def study(n_asked: int = 12, n_clusters: int | str | None = 3) -> Any:
    """A fit to 40 people of three organisations."""
    rng = np.random.default_rng(3)
    labels = np.arange(40) % 3
    positions = centres(3, 2.6)[labels] + 0.6 * rng.standard_normal((40, 2))
    actors = [f"person {i}" for i in range(40)]
    attributes = pd.DataFrame({"organisation": np.array(["trust", "council", "charity"])[labels]}, index=actors)
    attributes["grade"] = ["junior", "senior"] * 20
    attributes.loc["person 5", "grade"] = None
    return fit(observed(positions, n_asked, rng, actors=actors, attributes=attributes), n_clusters=n_clusters)
