"""Sociality: how readily an actor has ties, whoever the other is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.effects.checks import refuse_two_mode
from latentnet.effects.shared import ActorValues
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Sociality"]


class Sociality(ActorValues):
    """Random effect of each actor: η_ij gets s_i + s_j, s_i ~ N(0, σ²) with σ² learned.

    In a directed network too: an actor that sends many ties then also receives many. For two kinds of popularity use
    `Sender` and `Receiver`, or `SenderReceiver`.

    References
    ----------
    Krivitsky, Handcock, Raftery and Hoff (2009), Representing degree distributions, clustering, and homophily in social
    networks with latent cluster random effects models, Social Networks 31.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.effects import Sociality
    >>> star = Network.from_array(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]))
    >>> bound = Sociality().bind(star, n_dims=2)
    >>> bound.size, bound.groups[0].name  # three actors and log σ
    (4, 'sociality')
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """A value for each actor, then log σ; refused in two-mode networks."""
        refuse_two_mode(self, network, "use Sender() and Receiver()")
        n = network.n_actors
        group = RandomGroup("sociality", 0, n, scale=n, shift=2.0)
        return BoundEffect(n + 1, np.zeros((1, 1)), groups=(group,), symmetric=True)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += s_i + s_j."""
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row, columns = eta[start : start + length], values[runs[r, RUN_COLUMN] :]
            own = values[runs[r, RUN_ACTOR]]
            for p in range(row.size):
                row[p] += own + columns[p]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂s_i = Σ of the scores of all dyads that i is part of."""
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force, pulled = score[start : start + length], gradient[runs[r, RUN_COLUMN] :]
            own = score.dtype.type(0.0)
            for p in range(force.size):
                pulled[p] += force[p]
            for p in range(force.size):  # sums apart from stores: their order must not hang on the heap
                own += force[p]
            gradient[runs[r, RUN_ACTOR]] += own
