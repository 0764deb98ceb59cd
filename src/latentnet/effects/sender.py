"""Sender effects: how readily an actor sends ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.actor_values import add_values, pull_values
from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.effects.checks import check_senders, refuse_undirected
from latentnet.effects.shared import ActorValues

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Sender"]


class Sender(ActorValues):
    """Random effect of the sender: η_ij gets s_i, s_i ~ N(0, σ²) with σ² learned.

    In a two-mode network row actors are the senders, and they alone have an effect.

    References
    ----------
    Krivitsky, Handcock, Raftery and Hoff (2009), Representing degree distributions, clustering, and homophily in social
    networks with latent cluster random effects models, Social Networks 31.

    Examples
    --------
    >>> from latentnet import Network
    >>> from latentnet.effects import Sender
    >>> went = Network.from_incidence([[1, 0, 1], [0, 1, 1]], rows=["Ann", "Bob"], columns=["tea", "ball", "fair"])
    >>> bound = Sender().bind(went, n_dims=2)
    >>> bound.size, bound.groups[0].dim  # two row actors and log σ
    (3, 'row_actor')
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """A value for each sender, then log σ; refused in undirected networks, and with less than two observed rows."""
        refuse_undirected(self, network, "use Sociality()")
        check_senders(self, network)
        n, dim = network.n_row_actors, "row_actor" if network.two_mode else "actor"
        return BoundEffect(n + 1, np.zeros((1, 1)), groups=(RandomGroup("sender", 0, n, n, 1.0, dim),))

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += s_i."""
        add_values(runs, values, 0, 0, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂s_i = Σ_j score_ij."""
        pull_values(runs, score, 0, 0, gradient)
