"""The base of similarities: effects of the two actors' positions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Similarity"]


class Similarity(Effect):
    """A function of the positions z_i and z_j, (n_dims, n_actors) in the parameter vector, dimension by dimension."""

    invariance: ClassVar[Literal["isometry", "orthogonal"]]  # the maps of the space that leave η as it is

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """All positions; the data holds the number of dimensions."""
        return BoundEffect(n_dims * network.n_actors, np.full((1, 1), float(n_dims)), symmetric=True)

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Similarity of positions (..., n_dims), by NumPy, broadcast over the leading axes."""
        raise NotImplementedError
