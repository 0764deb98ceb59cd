"""Positions of layers around the common ones: how much each kind of ties has a map of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects.base import BoundEffect, Effect
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["LayerPositions"]


class LayerPositions(Effect):
    """Layer l sees an actor at z + τ_l·u^l, with the common position z and a deviation u^l ~ N(0, I).

    It has no verbs: the likelihood of each layer is one of such positions (`latentnet.likelihood.layered`).

    Parameters
    ----------
    names : tuple of str
        Of the layers.
    sizes : tuple of int
        How many actors each has.
    """

    implied = True

    def __init__(self, names: tuple[str, ...], sizes: tuple[int, ...]) -> None:
        self.names, self.sizes = names, sizes

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Log τ of each layer, in units of the positions, and the deviations."""
        return BoundEffect(len(self.names) + n_dims * sum(self.sizes), np.zeros((1, 1)))

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """Log τ, reported as τ, and the deviations of every layer, dimension by dimension."""
        rows = [Values("layer_spread", (len(self.names),), ("network",), transform="log", role="term")]
        start = len(self.names)
        for name, size in zip(self.names, self.sizes, strict=True):
            rows.append(
                Values(
                    f"layer_deviations[{name}]",
                    (n_dims, size),
                    ("latent_dim", f"actor[{name}]"),
                    space="directions",
                    role="term",
                    sites=np.zeros(size, np.int64),
                    reported=False,
                    start=start,
                )
            )
            start += n_dims * size
        return tuple(rows)
