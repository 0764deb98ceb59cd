"""Reciprocity: a tie is likelier where the other half of the pair is one too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.checks import shown
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.checks import refuse_two_mode, refuse_undirected

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

    couples_pairs = True

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Check the network; no values.

        Raises
        ------
        ValueError
            If the network is not directed, no pair of actors was observed in both directions, or one direction of a
            pair is impossible.
        """
        refuse_two_mode(self, network, "leave it out")
        refuse_undirected(self, network, "leave it out")
        impossible = network.impossible
        if (impossible != impossible.T).nnz:
            raise ValueError(
                f"effects: {shown(self)} needs pairs whose two ties are both possible or both impossible, but of some "
                "only one direction is impossible; leave it out, or make both so"
            )
        if network.observed.n_dyads > 0 and _whole_pairs(network) == 0:
            raise ValueError(
                f"effects: {shown(self)} needs pairs of actors that were observed in both directions, but there are "
                "none; leave it out"
            )
        return BoundEffect(0, np.zeros((1, 1)))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """Nothing to add."""

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """Nothing to pull."""


def _whole_pairs(network: Network) -> int:
    """Number of pairs whose two dyads were both observed."""
    asked, missing = network.observed.asked, network.observed.missing
    n_pairs = int(asked.sum()) * (int(asked.sum()) - 1) // 2
    either = (missing + missing.T).tocoo()
    return n_pairs - int(np.sum(asked[either.row] & asked[either.col] & (either.row < either.col)))
