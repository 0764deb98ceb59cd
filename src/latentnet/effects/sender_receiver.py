"""Sender and receiver effects of the same actors, correlated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from latentnet.effects.actor_values import add_values, pull_values
from latentnet.effects.base import BoundEffect, Correlation, Effect, RandomGroup
from latentnet.effects.checks import check_receivers, check_senders, refuse_two_mode, refuse_undirected
from latentnet.effects.receiver import Receiver
from latentnet.effects.sender import Sender
from latentnet.effects.shared import ActorValues
from latentnet.effects.sociality import Sociality

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["SenderReceiver"]


class SenderReceiver(ActorValues):
    """Random effects of sender and receiver: η_ij gets s_i + r_j, with (s_i, r_i) ~ N₂(0, Σ).

    The two variances in Σ and the correlation ρ, whose prior is ¾(1 − ρ²), are learned. `Sender` and `Receiver`
    together are the same with correlation 0.

    References
    ----------
    Hoff (2005), Bilinear mixed-effects models for dyadic data, Journal of the American Statistical Association 100.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.effects import SenderReceiver
    >>> advice = Network.from_array(np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]]))
    >>> bound = SenderReceiver().bind(advice, n_dims=2)
    >>> bound.size, [group.name for group in bound.groups], bound.correlations[0].name
    (9, ['sender', 'receiver'], 'sender_receiver_correlation')
    """

    excludes: ClassVar[Mapping[type[Effect], str]] = {
        Sender: "which it holds; leave that one out",
        Receiver: "which it holds; leave that one out",
        Sociality: "which says the same as the correlation of the two; leave one of them out",
    }

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Senders' values, receivers' values, log σ of both, artanh of the correlation; for directed networks."""
        refuse_two_mode(self, network, "use Sender() and Receiver()")
        refuse_undirected(self, network, "use Sociality()")
        check_senders(self, network)
        check_receivers(self, network)
        n = network.n_actors
        groups = (
            RandomGroup("sender", 0, n, scale=2 * n, shift=1.0),
            RandomGroup("receiver", n, 2 * n, scale=2 * n + 1, shift=1.0),
        )
        correlation = Correlation("sender_receiver_correlation", 0, 1, 2 * n + 2)
        return BoundEffect(2 * n + 3, np.zeros((1, 1)), groups=groups, correlations=(correlation,))

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += s_i + r_j."""
        n = (values.size - 3) // 2
        add_values(runs, values[:n], 0, 0, eta)
        add_values(runs, values[n : 2 * n], 0, 1, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂s_i = Σ_j score_ij, ∂ℓ/∂r_j = Σ_i score_ij."""
        n = (values.size - 3) // 2
        pull_values(runs, score, 0, 0, gradient[:n])
        pull_values(runs, score, 0, 1, gradient[n : 2 * n])
