"""The named networks that benchmarks run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# Seeds and intercepts of the simulated networks: a density near 0.1 at every size.
_RECIPES = {
    50: (20260050, 0.06228759554743315),
    100: (20260100, -0.06106435693208878),
    200: (20260200, -0.07839919269385416),
    400: (20260400, -0.05393245179828379),
    800: (20260800, -0.02533321317394993),
}
_SCHOOL = _SHARED / "faux_mesa_high.csv"  # not simulated: only where the file is
_RADIUS = 2.0
_SPREAD = 0.75


@dataclass(frozen=True)
class Problem:
    """A binary network with all dyads observed.

    Attributes
    ----------
    name : str
    ties : ndarray of int8, (n_actors, n_actors)
        Row is sender, column receiver; symmetric if not `directed`.
    directed : bool
    origin : str
        Where the network is from: simulated ones are a different draw where the shared files are not there.
    """

    name: str
    ties: npt.NDArray[np.int8]
    directed: bool
    origin: str

    @property
    def n_actors(self) -> int:
        return len(self.ties)

    def graph(self) -> nx.Graph:
        """Return the network as networkx has it, actors in the order of `ties`."""
        return nx.from_numpy_array(self.ties, create_using=nx.DiGraph if self.directed else nx.Graph, edge_attr=None)

    def dyads(self, n_dyads: int = 300, seed: int = 1) -> npt.NDArray[np.intp]:
        """Choose pairs i < j at random, the same in every call: (n_dyads, 2), or all if there are fewer."""
        pairs = np.column_stack(np.triu_indices(self.n_actors, 1))
        if len(pairs) <= n_dyads:
            return pairs
        return pairs[np.sort(np.random.default_rng(seed).choice(len(pairs), n_dyads, replace=False))]


def _sampson() -> Problem:
    from latentnet.datasets import load_sampson

    ties = load_sampson().ties.toarray().astype(np.int8)
    return Problem("sampson", ties, directed=True, origin="latentnet.datasets")


def _karate() -> Problem:
    ties = nx.to_numpy_array(nx.karate_club_graph(), weight=None, dtype=np.int8)
    return Problem("karate", ties, directed=False, origin="networkx")


def _simulated(n_actors: int) -> Problem:
    name = f"sim_n{n_actors}"
    path = _SHARED / f"{name}.csv"
    if path.exists():
        edges = pd.read_csv(path)[["i", "j"]].to_numpy()
        ties = np.zeros((n_actors, n_actors), dtype=np.int8)
        ties[edges[:, 0], edges[:, 1]] = 1
        return Problem(name, ties | ties.T, directed=False, origin="shared file")
    seed, intercept = _RECIPES[n_actors]
    return Problem(name, simulate(n_actors, intercept, seed), directed=False, origin="simulated here")


def _school() -> Problem:
    edges = pd.read_csv(_SCHOOL)[["i", "j"]].to_numpy()
    ties = np.zeros((205, 205), dtype=np.int8)
    ties[edges[:, 0], edges[:, 1]] = 1
    return Problem(_SCHOOL.stem, ties | ties.T, directed=False, origin="shared file")


def simulate(n_actors: int, intercept: float, seed: int) -> npt.NDArray[np.int8]:
    """Simulate an undirected network of three equal clusters on a circle: symmetric (n_actors, n_actors)."""
    rng = np.random.default_rng(seed)
    angle = rng.permutation(np.arange(n_actors) % 3) * (2 * np.pi / 3)
    centre = _RADIUS * np.column_stack([np.cos(angle), np.sin(angle)])
    position = centre + rng.normal(scale=_SPREAD, size=(n_actors, 2))
    eta = intercept - np.linalg.norm(position[:, None] - position, axis=2)
    upper = np.triu(rng.random((n_actors, n_actors)) < 1 / (1 + np.exp(-eta)), 1)
    return (upper | upper.T).astype(np.int8)


PROBLEMS: dict[str, Callable[[], Problem]] = {
    "sampson": _sampson,
    "karate": _karate,
    **({_SCHOOL.stem: _school} if _SCHOOL.exists() else {}),
    **{f"sim_n{n_actors}": lambda n_actors=n_actors: _simulated(n_actors) for n_actors in _RECIPES},
}


def load(name: str) -> Problem:
    """Return a problem by name; KeyError names the known ones."""
    if name not in PROBLEMS:
        raise KeyError(f"no problem is called {name!r}: choose from {', '.join(PROBLEMS)}")
    return PROBLEMS[name]()
