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
    sites : tuple of int64 ndarray of shape (n_actors,)
        In whose space each of a layer's actors (or presences) is.
    """

    implied = True

    def __init__(self, names: tuple[str, ...], sites: tuple[np.ndarray, ...]) -> None:
        self.names, self.sites = names, sites

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Log τ of each layer, in units of the positions, and the deviations."""
        return BoundEffect(len(self.names) + n_dims * sum(map(len, self.sites)), np.zeros((1, 1)))

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """Log τ, reported as τ, and the deviations of every layer, dimension by dimension."""
        rows = [Values("layer_spread", (len(self.names),), ("spread_layer",), transform="log", role="term")]
        start = len(self.names)
        for name, sites in zip(self.names, self.sites, strict=True):
            rows.append(
                Values(
                    f"layer_deviations[{name}]",
                    (n_dims, len(sites)),
                    ("latent_dim", f"actor[{name}]"),
                    space="directions",
                    role="term",
                    sites=sites,
                    reported=False,
                    start=start,
                )
            )
            start += n_dims * len(sites)
        return tuple(rows)
