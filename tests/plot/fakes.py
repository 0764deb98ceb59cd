"""Stand-ins for fitted models, with just the attributes that the plots read."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

MONKS = [
    "John Bosco",
    "Gregory",
    "Basil",
    "Peter",
    "Bonaventure",
    "Berthold",
    "Mark",
    "Victor",
    "Ambrose",
    "Romuald",
    "Louis",
    "Winfrid",
    "Amand",
    "Hugh",
    "Boniface",
    "Albert",
    "Elias",
    "Simplicius",
]


@dataclass
class FakePositionModel:
    """Like a fitted `LatentPositionModel`."""

    network_: Any
    positions_: np.ndarray
    draws_: Any = None
    similarity: str | None = "distance"
    family: Any = "bernoulli"
    actors_: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.actors_ = self.network_.actors


@dataclass
class FakeClusterModel(FakePositionModel):
    """Like a fitted `LatentClusterModel`."""

    labels_: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    membership_: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    cluster_means_: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    cluster_variances_: np.ndarray = field(default_factory=lambda: np.empty(0))
    cluster_weights_: np.ndarray = field(default_factory=lambda: np.empty(0))
    coclustering_: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    n_clusters_: int = 0
    n_clusters_probabilities_: Any = None


def network(
    positions: np.ndarray,
    intercept: float,
    rng: np.random.Generator,
    *,
    actors: list[Any] | None = None,
    directed: bool = False,
    n_rows: int | None = None,
    attributes: pd.DataFrame | None = None,
) -> SimpleNamespace:
    """Ties drawn by the distance model; two-mode if `n_rows` is given."""
    n = len(positions)
    names = [f"Actor {i}" for i in range(n)] if actors is None else actors
    distance = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    ties = (rng.random((n, n)) < 1 / (1 + np.exp(distance - intercept))).astype(float)
    np.fill_diagonal(ties, 0.0)
    if n_rows is not None:
        ties[n_rows:] = 0.0
        ties[:, :n_rows] = 0.0
    elif not directed:
        ties = np.triu(ties, 1)
        ties = ties + ties.T
    return SimpleNamespace(
        actors=np.array([*names, None], dtype=object)[:-1],
        n_actors=n,
        directed=directed,
        two_mode=n_rows is not None,
        mode=None if n_rows is None else (np.arange(n) >= n_rows).astype(int),
        ties=sp.csr_array(ties),
        n_ties=int(ties.sum()),
        attributes=pd.DataFrame(index=names) if attributes is None else attributes,
    )


def draws(positions: np.ndarray, sd: float, rng: np.random.Generator, *, n_draws: int = 250) -> SimpleNamespace:
    """Posterior draws scattered about the positions, skewed so that clouds are no circles."""
    shape = (2, n_draws, *positions.shape)
    noise = rng.normal(size=shape)
    noise[..., 0] += 0.35 * (noise[..., -1] ** 2 - 1)
    return SimpleNamespace(kind="chains", positions=positions + sd * noise)


def position_model(n: int, d: int, seed: int = 1, *, scale: float = 1.5, **options: Any) -> FakePositionModel:
    """A position model of `n` simulated actors in `d` dimensions."""
    rng = np.random.default_rng(seed)
    positions = scale * rng.normal(size=(n, d)) * np.linspace(1.3, 0.9, d)
    intercept = options.pop("intercept", 1.0)
    return FakePositionModel(network(positions, intercept, rng, **options), positions, draws(positions, 0.3, rng))


def cluster_model(
    n: int, n_clusters: int, d: int = 2, seed: int = 1, *, radius: float = 3.2, sd: float = 0.7, **options: Any
) -> FakeClusterModel:
    """A cluster model with means on a circle; in a random cloud if they are many, or not in two dimensions."""
    rng = np.random.default_rng(seed)
    turn = 2 * np.pi * np.arange(n_clusters) / n_clusters + 0.4
    means = radius * np.column_stack([np.cos(turn), np.sin(turn)])
    if n_clusters > 8 or d != 2:
        means = radius * rng.normal(size=(n_clusters, d))
    truth = np.arange(n) % n_clusters
    positions = means[truth] + sd * rng.normal(size=(n, d))
    variances = (sd * rng.uniform(0.8, 1.25, n_clusters)) ** 2
    squared = ((positions[:, None] - means[None]) ** 2).sum(axis=2) / variances
    membership = np.exp(-squared / 2) / variances ** (d / 2)
    membership /= membership.sum(axis=1, keepdims=True)
    tied = network(positions, options.pop("intercept", 1.2), rng, **options)
    return FakeClusterModel(
        tied,
        positions,
        draws(positions, 0.3, rng),
        labels_=membership.argmax(axis=1),
        membership_=membership,
        cluster_means_=means,
        cluster_variances_=variances,
        cluster_weights_=np.full(n_clusters, 1 / n_clusters),
        coclustering_=membership @ membership.T + np.diag(1 - (membership**2).sum(axis=1)),
        n_clusters_=n_clusters,
        n_clusters_probabilities_=pd.Series({2: 0.02, 3: 0.71, 4: 0.2, 5: 0.06, 6: 0.01}),
    )
