"""Weights of layers: how much the one map of several layers says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects.base import BoundEffect, Effect
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["LayerWeights"]


class LayerWeights(Effect):
    """η of a layer gets w times the similarity; w is 1 in the first layer.

    It has no verbs: the likelihood of each layer is one of scaled positions (`latentnet.likelihood.layered`).

    Parameters
    ----------
    names : tuple of str
        Of the layers whose weight is learned.
    """

    implied = True

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Log w of each layer."""
        return BoundEffect(len(self.names), np.zeros((1, 1)))

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """Log w, reported as w."""
        return (Values("layer_weight", (bound.size,), ("layer",), transform="log", role="term"),)
