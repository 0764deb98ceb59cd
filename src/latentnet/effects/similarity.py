"""The base of similarities: effects of the two actors' positions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from scipy import sparse

from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.starting_positions import geodesics, pivot_mds
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Similarity"]


class Similarity(Effect):
    """A function of the positions z_i and z_j, (n_dims, n_actors) in the parameter vector, dimension by dimension.

    Subclasses define `add`, `pull`, `between` and `invariance`. `start` and `reading` are, as they stand here, those of
    a similarity that falls with the distance.

    Attributes
    ----------
    invariance : {"isometry", "orthogonal", "none"}
        The maps of the whole space that leave η as it is: moves, turns and reflections; turns and reflections about the
        origin; none. Draws are aligned by them, and under "isometry" their location is drawn anew.
    degree : float or None
        To which power of c the similarity is scaled where positions are scaled by c; None: to none. So the positions
        of real-valued ties have a unit.
    """

    implied = True
    invariance: ClassVar[Literal["none", "orthogonal", "isometry"]]
    degree: ClassVar[float | None] = None

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """All positions; the data holds the number of dimensions."""
        return BoundEffect(n_dims * network.n_actors, np.full((1, 1), float(n_dims)), symmetric=True)

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """Positions, dimension by dimension."""
        shape, axes = (n_dims, bound.size // n_dims), ("latent_dim", "actor")
        return (Values("positions", shape, axes, space="points", role="term", reported=False),)

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """The positions of its actors."""
        return self, self.bind(network, n_dims)

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Similarity of positions (..., n_dims), by NumPy, broadcast over the leading axes."""
        raise NotImplementedError

    def start(self, graph: sparse.csr_array, n_dims: int, rng: np.random.Generator) -> np.ndarray:
        """Positions for optimisers and chains to start from.

        Parameters
        ----------
        graph : csr_array of shape (n_actors, n_actors)
            1.0 where there is a tie in either direction.
        n_dims : int
        rng : numpy.random.Generator
            Also to break the symmetry of actors whose ties are alike.

        Returns
        -------
        ndarray of shape (n_actors, n_dims)
            Such that distances follow the geodesic distances.
        """
        return pivot_mds(geodesics(graph, rng), n_dims, rng)

    def reading(self, length: float, predictor: str) -> str:
        """One line under a picture that says what a bar of some length tells the reader.

        Parameters
        ----------
        length : float
            In units of the space.
        predictor : str
            What the linear predictor is, such as "log odds of a tie"; empty where it has no name
            (`Family.predictor_name`).
        """
        if not predictor:
            return f"distance {length:g}; only distances matter, orientation is arbitrary"
        lower = float(self.between(np.zeros(1), np.zeros(1)) - self.between(np.zeros(1), np.full(1, length)))
        return f"distance {length:g}, {predictor} {lower:.3g} lower; orientation is arbitrary"
