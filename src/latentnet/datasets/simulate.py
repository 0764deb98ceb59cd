"""Networks drawn from a latent cluster model, with their true positions and clusters."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.special import expit

from latentnet._exceptions import ArgumentError
from latentnet._random import RandomState, as_generator
from latentnet.checks import fits
from latentnet.constraints import COUNT, FLAG, SEED, checked, number, whole
from latentnet.effects import Similarity, read_similarity
from latentnet.network import Network

__all__ = ["LatentNetwork", "make_latent_network"]

Floats = npt.NDArray[np.float64]

# Dyads drawn at a time: bounds the memory at a few tens of megabytes whatever the number of actors.
DYADS_PER_BLOCK = 1_000_000


class LatentNetwork(NamedTuple):
    """A simulated network and the truth behind it."""

    network: Network
    positions: Floats
    labels: npt.NDArray[np.int64]


@checked(
    n_actors=whole(2),
    n_clusters=COUNT,
    n_dims=COUNT,
    intercept=number(),
    cluster_radius=number(least=0.0, most=1e100),
    cluster_scale=number(least=0.0, most=1e100),
    directed=FLAG,
    random_state=SEED,
)
def make_latent_network(
    n_actors: int = 100,
    n_clusters: int = 3,
    n_dims: int = 2,
    *,
    intercept: float = 1.2,
    similarity: str | Similarity | None = "distance",
    cluster_radius: float = 3.2,
    cluster_scale: float = 0.6,
    directed: bool = False,
    random_state: RandomState = None,
) -> LatentNetwork:
    """Draw a binary network from a latent cluster model.

    Cluster centres lie evenly on a circle about the origin in the first two dimensions (evenly on a line if
    `n_dims` is 1; at the origin if there is one cluster). Actors are normal about their centre, and P(Y_ij =
    1) = 1 / (1 + exp(-intercept - similarity(z_i, z_j))), independently for each dyad [1]_.

    Parameters
    ----------
    n_actors : int
        At least 2.
    n_clusters : int
        At most `n_actors`. Cluster sizes differ by at most one; cluster 0 comes first, then cluster 1, and so
        on.
    n_dims : int
    intercept : float
    similarity : {"distance", "squared_distance", "bilinear"}, Similarity or None
        What is added to the intercept: -|z_i - z_j|, -|z_i - z_j|^2, z_i . z_j, or nothing.
    cluster_radius : float
        Distance of the cluster centres from the origin.
    cluster_scale : float
        Standard deviation of each coordinate about the centre.
    directed : bool
    random_state : None, int, SeedSequence, Generator or RandomState

    Returns
    -------
    LatentNetwork
        `network` (with attribute `cluster`), `positions` (n_actors, n_dims), `labels` (n_actors,).

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range.

    Notes
    -----
    Time is quadratic in `n_actors`; memory is that of the ties and a block of dyads.

    References
    ----------
    .. [1] M. S. Handcock, A. E. Raftery and J. M. Tantrum, "Model-based clustering for social networks",
       Journal of the Royal Statistical Society A 170, 301-354, 2007.

    Examples
    --------
    >>> network, positions, labels = make_latent_network(30, 2, random_state=1)
    >>> network.n_actors, positions.shape, labels.tolist() == network.attributes["cluster"].tolist()
    (30, (30, 2), True)
    """
    check_sizes(n_actors, n_clusters, n_dims)
    space = read_similarity(similarity)
    generator = as_generator(random_state)
    labels = np.arange(n_actors, dtype=np.int64) * n_clusters // n_actors
    centres = _centres(n_clusters, n_dims, float(cluster_radius))
    positions = centres[labels] + float(cluster_scale) * generator.standard_normal((n_actors, n_dims))
    ties = _draw_ties(positions, intercept, space, directed, generator)
    attributes = pd.DataFrame({"cluster": labels}, index=range(n_actors))
    network = Network.from_array(ties, directed=directed, attributes=attributes)
    return LatentNetwork(network, positions, labels)


def check_sizes(n_actors: int, n_clusters: int, n_dims: int) -> None:
    """Refuse more clusters than actors, and what would not fit into memory."""
    if n_clusters > n_actors:
        raise ArgumentError(f"n_clusters must be at most n_actors, but is {n_clusters} for {n_actors} actors")
    n_bytes = 32.0 * n_dims * (n_actors + n_clusters)
    fits(f"positions of n_actors={n_actors} in n_dims={n_dims}", n_bytes, fix="ask for fewer")


def _centres(n_clusters: int, n_dims: int, radius: float) -> Floats:
    centres = np.zeros((n_clusters, n_dims))
    if n_clusters > 1 and n_dims == 1:
        centres[:, 0] = np.linspace(-radius, radius, n_clusters)
    elif n_clusters > 1:
        angles = 2 * np.pi * np.arange(n_clusters) / n_clusters
        centres[:, 0], centres[:, 1] = radius * np.cos(angles), radius * np.sin(angles)
    return centres


def _draw_ties(
    positions: Floats,
    intercept: float,
    similarity: Similarity | None,
    directed: bool,
    generator: np.random.Generator,
) -> sparse.csr_array[Any]:
    """Draw the ties block of rows by block of rows; symmetric unless directed."""
    n_actors = len(positions)
    n_rows = max(1, DYADS_PER_BLOCK // n_actors)
    senders, receivers = [], []
    for start in range(0, n_actors, n_rows):
        stop = min(start + n_rows, n_actors)
        columns = positions if directed else positions[:stop]
        eta = np.full((stop - start, len(columns)), float(intercept))
        if similarity is not None:
            eta += similarity.between(positions[start:stop, np.newaxis], columns)
        sender, receiver = np.nonzero(generator.random(eta.shape) < expit(eta))
        sender += start
        keep = sender != receiver if directed else sender > receiver
        senders.append(sender[keep])
        receivers.append(receiver[keep])
    ends = np.concatenate(senders), np.concatenate(receivers)
    ties = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(n_actors, n_actors))
    return ties if directed else sparse.csr_array(ties + ties.T)
