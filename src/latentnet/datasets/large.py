"""Large networks drawn from a latent position model in time about linear in their ties."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from scipy import sparse

from latentnet._random import RandomState, as_generator
from latentnet.checks import shown
from latentnet.constraints import COUNT, FLAG, SEED, among, checked, number, whole
from latentnet.datasets.simulate import LatentNetwork, check_sizes
from latentnet.nbody.sums import MOST_DIMS, SoftplusSum
from latentnet.nbody.ties import tied_pairs
from latentnet.network import Network

__all__ = ["make_large_network"]

Geometry = Literal["gaussian", "geometric"]

_SPREAD = 2.0  # standard deviation of Gaussian positions
_INTERCEPT = 1.0  # of the geometric
_STEPS = 12
_MOST_SAMPLED = 20_000


@checked(
    n_actors=whole(2),
    n_clusters=COUNT,
    n_dims=whole(1, MOST_DIMS),
    geometry=among(*get_args(Geometry)),
    mean_degree=number(least=1e-6),
    directed=FLAG,
    random_state=SEED,
)
def make_large_network(
    n_actors: int = 10_000,
    n_clusters: int = 1,
    n_dims: int = 2,
    *,
    geometry: Geometry = "gaussian",
    mean_degree: float = 10.0,
    directed: bool = False,
    random_state: RandomState = None,
) -> tuple[LatentNetwork, float]:
    """Draw a large binary network from a latent position model, in time about linear in its actors and ties.

    P(Y_ij = 1) = 1 / (1 + exp(‖z_i − z_j‖ − intercept)), exactly and independently for each dyad. Space is cut into
    cells; of the dyads between two cells, those that the highest probability there would tie are found by geometric
    skips, and kept by their own probability.

    Parameters
    ----------
    n_actors : int
        At least 2.
    n_clusters : int
        Clusters of equal weight and spread, with centres at random.
    n_dims : int
        1 to 3.
    geometry : {"gaussian", "geometric"}
        Which way ties stay few as actors become many. ``"gaussian"``: positions keep their spread (standard deviation
        2), and the intercept falls. ``"geometric"``: the intercept is 1, and space grows with the actors.
    mean_degree : float
        Expected number of ties of an actor (that it sends, if directed).
    directed : bool
    random_state : None, int, SeedSequence, Generator or RandomState

    Returns
    -------
    LatentNetwork
        `network`, `positions` (n_actors, n_dims) and `labels` (n_actors,) of clusters.
    intercept : float

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> from latentnet.datasets import make_large_network
    >>> (network, positions, labels), intercept = make_large_network(5000, mean_degree=8.0, random_state=1)
    >>> bool(7.5 < 2 * network.n_ties / network.n_actors < 8.5)
    True
    """
    check_sizes(n_actors, n_clusters, n_dims)
    if not 0.0 < mean_degree < 0.5 * n_actors:
        raise ValueError(f"mean_degree must be positive and below n_actors / 2, but is {shown(mean_degree)}")
    rng = as_generator(random_state)
    labels = rng.integers(n_clusters, size=n_actors)
    centres = 3.0 * n_clusters ** (1.0 / n_dims) * (rng.random((n_dims, n_clusters)) - 0.5) * (n_clusters > 1)
    points = centres[:, labels] + rng.standard_normal((n_dims, n_actors))
    points, intercept = _sparse_enough(points, geometry, mean_degree)
    ends = tied_pairs(points, intercept, directed, rng)
    ties = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(n_actors, n_actors))
    network = Network.from_array(ties if directed else ties + ties.T, directed=directed)
    return LatentNetwork(network, np.ascontiguousarray(points.T), labels), intercept


def _sparse_enough(points: np.ndarray, geometry: Geometry, mean_degree: float) -> tuple[np.ndarray, float]:
    """Positions and intercept with this expected degree: by steps on the intercept's scale, or the positions'."""
    n, d = points.shape[1], len(points)
    sample = np.random.default_rng(0).permutation(n)[:_MOST_SAMPLED]
    some, scale, intercept = np.ascontiguousarray(points[:, sample]), 1.0, _INTERCEPT
    if geometry == "gaussian":
        points, some, intercept = _SPREAD * points, _SPREAD * some, 0.0
    for _ in range(_STEPS):
        moved = scale * some
        slope = SoftplusSum.around(moved, intercept)(moved, intercept)[2]
        degree = 2.0 * slope / sample.size * (n - 1) / (sample.size - 1)
        if geometry == "gaussian":
            intercept += math.log(mean_degree / degree)
        else:
            scale *= (degree / mean_degree) ** (1.0 / d)
    return scale * points, intercept
