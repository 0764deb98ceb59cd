"""Receiver effects: how readily an actor receives ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.actor_values import add_values, pull_values
from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.effects.checks import check_receivers, refuse_undirected
from latentnet.effects.shared import ActorValues

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Receiver"]


class Receiver(ActorValues):
    """Random effect of the receiver: η_ij gets r_j, r_j ~ N(0, σ²) with σ² learned.

    In a two-mode network column actors are the receivers, and they alone have an effect.

    References
    ----------
    Krivitsky, Handcock, Raftery and Hoff (2009), Representing degree distributions, clustering, and homophily in social
    networks with latent cluster random effects models, Social Networks 31.

    Examples
    --------
    >>> from latentnet import Network
    >>> from latentnet.effects import Receiver
    >>> went = Network.from_incidence([[1, 0, 1], [0, 1, 1]], rows=["Ann", "Bob"], columns=["tea", "ball", "fair"])
    >>> bound = Receiver().bind(went, n_dims=2)
    >>> bound.size, bound.groups[0].dim  # three column actors and log σ
    (4, 'column_actor')
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """A value for each receiver, then log σ; refused in undirected networks, and with less than two receivers.

        The data holds the first receiver's number.
        """
        refuse_undirected(self, network, "use Sociality()")
        check_receivers(self, network)
        first, dim = (network.n_row_actors, "column_actor") if network.two_mode else (0, "actor")
        n = network.n_actors - first
        return BoundEffect(n + 1, np.full((1, 1), float(first)), groups=(RandomGroup("receiver", 0, n, n, 1.0, dim),))

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += r_j."""
        add_values(runs, values, int(data[0, 0]), 1, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂r_j = Σ_i score_ij."""
        pull_values(runs, score, int(data[0, 0]), 1, gradient)
