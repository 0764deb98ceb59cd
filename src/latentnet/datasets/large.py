"""Large networks drawn from a latent position model in time about linear in their ties."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
from scipy import sparse

from latentnet._random import RandomState, as_generator
from latentnet.checks import one_of, whole_number
from latentnet.compiled import kernel
from latentnet.datasets.simulate import LatentNetwork
from latentnet.nbody.near import sorted_by_cell
from latentnet.nbody.sums import MOST_DIMS, SoftplusSum
from latentnet.network import Network

__all__ = ["make_large_network"]

Geometry = Literal["gaussian", "geometric"]

_SPREAD = 2.0  # standard deviation of Gaussian positions
_INTERCEPT = 1.0  # of the geometric
_MOST_CELLS = 3000  # where every cell meets every other
_STEPS = 12
_MOST_SAMPLED = 20_000


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
    for name, value, most in (("n_actors", n_actors, 2**31 - 1), ("n_dims", n_dims, MOST_DIMS)):
        whole_number(name, value, 2 if name == "n_actors" else 1, most)
    whole_number("n_clusters", n_clusters, 1, n_actors)
    one_of("geometry", geometry, get_args(Geometry))
    if not 0.0 < mean_degree < 0.5 * n_actors:
        raise ValueError(f"mean_degree must be positive and below n_actors / 2, but is {mean_degree!r}")
    rng = as_generator(random_state)
    labels = rng.integers(n_clusters, size=n_actors)
    centres = 3.0 * n_clusters ** (1.0 / n_dims) * (rng.random((n_dims, n_clusters)) - 0.5) * (n_clusters > 1)
    points = centres[:, labels] + rng.standard_normal((n_dims, n_actors))
    points, intercept = _sparse_enough(points, geometry, mean_degree)
    ends = _tied(points, intercept, directed, rng)
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
        degree = 2.0 * SoftplusSum(moved, intercept)(moved, intercept)[2] / sample.size * (n - 1) / (sample.size - 1)
        if geometry == "gaussian":
            intercept += math.log(mean_degree / degree)
        else:
            scale *= (degree / mean_degree) ** (1.0 / d)
    return scale * points, intercept


def _tied(points: np.ndarray, intercept: float, directed: bool, rng: np.random.Generator) -> tuple[Any, ...]:
    """Senders and receivers; each undirected tie once."""
    n = points.shape[1]
    extent = points.max(axis=1) - points.min(axis=1)
    whole = float(np.prod(extent / _MOST_CELLS)) ** (1.0 / len(points))  # so many cells as may all meet each other
    cells = sorted_by_cell(points, max(min(1.0, whole), *(extent / 250.0)))
    reach = intercept + 2.0 * math.log(n) + 5.0
    ways = 2 if directed else 1
    senders, receivers = _draw_ties(cells.points, cells.starts, cells.sides, cells.width, intercept, reach, ways, rng)
    ends = cells.order[senders], cells.order[receivers]
    # Farther apart, less than a hundredth of a tie is expected in all: these are found among all dyads.
    bound = 1.0 / (1.0 + math.exp(reach - intercept))
    pairs = rng.integers(n, size=(2, rng.binomial(ways * n * (n - 1) // 2, bound)))
    length = np.linalg.norm(points[:, pairs[0]] - points[:, pairs[1]], axis=0)
    kept = (length > reach) & (rng.random(length.size) * bound * (1.0 + np.exp(length - intercept)) < 1.0)
    return tuple(np.concatenate([end, far]) for end, far in zip(ends, pairs[:, kept], strict=True))


@kernel
def _distance(points, i, j):
    total = 0.0
    for k in range(points.shape[0]):
        total += (points[k, i] - points[k, j]) ** 2
    return math.sqrt(total)


@kernel
def _draw_ties(points, starts, sides, width, intercept, reach, ways, rng):
    """Ties as places (senders, receivers), in each of `ways` directions."""
    found, count = np.empty((2, 1024), np.int64), 0
    steps = math.ceil(reach / width) + 1
    for cell in range(starts.size - 1):
        n_here = starts[cell + 1] - starts[cell]
        if n_here == 0:
            continue
        x, rest = cell % sides[0], cell // sides[0]
        y, z = rest % sides[1], rest // sides[1]
        for c in range(z, min(z + steps, sides[2] - 1) + 1):
            for b in range(y if c == z else max(y - steps, 0), min(y + steps, sides[1] - 1) + 1):
                for a in range(x if c == z and b == y else max(x - steps, 0), min(x + steps, sides[0] - 1) + 1):
                    other = (c * sides[1] + b) * sides[0] + a
                    n_there = starts[other + 1] - starts[other]
                    if n_there == 0:
                        continue
                    gap = max(abs(a - x) - 1, 0) ** 2 + max(abs(b - y) - 1, 0) ** 2 + max(abs(c - z) - 1, 0) ** 2
                    nearest = width * math.sqrt(gap)
                    if nearest > reach:
                        continue
                    bound = 1.0 / (1.0 + math.exp(nearest - intercept))
                    skip = math.log1p(-bound)
                    for way in range(ways):
                        place = int(math.log1p(-rng.random()) / skip)
                        while place < n_here * n_there:
                            i, j = starts[cell] + place // n_there, starts[other] + place % n_there
                            place += 1 + int(math.log1p(-rng.random()) / skip)
                            length = _distance(points, i, j)
                            if (cell == other and j <= i) or length > reach:
                                continue
                            if rng.random() * bound * (1.0 + math.exp(length - intercept)) < 1.0:
                                if count == found.shape[1]:
                                    more = np.empty((2, 2 * count), np.int64)
                                    more[:, :count] = found
                                    found = more
                                found[way, count], found[1 - way, count] = i, j
                                count += 1
    return found[0, :count], found[1, :count]
