"""Reciprocity: a tie is likelier where the other half of the pair is one too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects._requirements import refuse_two_mode, refuse_undirected
from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Reciprocity"]


class Reciprocity(Effect):
    """P(Y_ij, Y_ji) ∝ exp(η_ij·Y_ij + η_ji·Y_ji + ρ·Y_ij·Y_ji), for directed networks of binary ties.

    The coefficient ρ is called ``reciprocity``. It couples the two halves of a pair, so it is no part of the linear
    predictor: under this effect the likelihood is of pairs. Where one half of a pair is unobserved, it is summed over.

    References
    ----------
    Holland and Leinhardt (1981), An exponential family of probability distributions for directed graphs, Journal of the
    American Statistical Association 76.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.effects import Reciprocity
    >>> advice = Network.from_array(np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]]))
    >>> Reciprocity().bind(advice, n_dims=2).size  # the pairs' distribution owns the coefficient
    0
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Check the network; no values.

        Raises
        ------
        ValueError
            If the network is not directed, or has ties that are neither 0 nor 1.
        """
        refuse_two_mode(self, network, "leave it out")
        refuse_undirected(self, network, "leave it out")
        ties = network.ties.data
        if np.any(ties != 1.0):
            worst = ties[ties != 1.0]
            raise ValueError(
                f"effects: {self!r} needs ties in {{0, 1}}, but the network has values from {worst.min():g} to "
                f"{worst.max():g}; leave it out, or binarise the network"
            )
        return BoundEffect(0, np.zeros((1, 1)))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """Nothing to add."""

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """Nothing to pull."""
