"""Homophily: ties among actors that share a value of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.attribute_effect import AttributeEffect
from latentnet.effects.attributes import codes
from latentnet.effects.base import BoundEffect
from latentnet.effects.observed_dyads import check_varies, dyad_moments
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Homophily"]


class Homophily(AttributeEffect):
    """η_ij gets β where both actors have the same value of an attribute.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`; of any type, and missing for nobody. In a two-mode network a row actor is
        compared with a column actor.

    Notes
    -----
    The coefficient is called ``homophily(attribute)``.

    Examples
    --------
    >>> import networkx as nx
    >>> from latentnet import Network
    >>> from latentnet.effects import Homophily
    >>> network = Network.from_networkx(nx.karate_club_graph(), weight=None)
    >>> bound = Homophily("club").bind(network, n_dims=2)
    >>> bound.names, float(bound.mean_square[0].round(3))  # half of the pairs are of one club
    (('homophily(club)',), 0.485)
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One coefficient; the data (1, n_actors) holds a number for each value.

        Raises
        ------
        ValueError
            If the network has no such attribute, it is missing for an actor, or all (or no) observed dyads share it.
        """
        data = codes(self, network, self.attribute)
        names = (f"homophily({self.attribute})",)
        moments = dyad_moments(network, 1, lambda rows: [(data[rows, np.newaxis] == data).astype(np.float64)])
        check_varies(self, names, moments)
        return BoundEffect(1, data[np.newaxis], names, moments.mean_square, symmetric=True)

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += β where the values are the same."""
        coefficient = values[0]
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row, columns = eta[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own = data[0, runs[r, RUN_ACTOR]]
            for p in range(row.size):
                row[p] += coefficient if columns[p] == own else 0.0

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ of the scores where the values are the same."""
        total = 0.0
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force, columns = score[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own = data[0, runs[r, RUN_ACTOR]]
            for p in range(force.size):
                total += force[p] if columns[p] == own else 0.0
        gradient[0] += total
