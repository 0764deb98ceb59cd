"""Sociality covariates: ties by an attribute of both of their actors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.attributes import AttributeEffect, expanded
from latentnet.effects.base import BoundEffect
from latentnet.effects.checks import attribute_moments, check_varies, refuse_two_mode
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["SocialityCovariate"]


class SocialityCovariate(AttributeEffect):
    """η_ij gets β·(x_i + x_j) of an attribute x.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`.

    Notes
    -----
    A numeric attribute has one coefficient, ``sociality(attribute)``. Any other (strings, booleans, categories,
    objects) has one for each level that occurs but the first, ``sociality(attribute=level)``: the difference from the
    first, which is the reference, for each of the two actors. Levels are sorted, those of a pandas Categorical are in
    its order.

    Examples
    --------
    >>> import networkx as nx
    >>> from latentnet import Network
    >>> from latentnet.effects import SocialityCovariate
    >>> network = Network.from_networkx(nx.karate_club_graph(), weight=None)
    >>> SocialityCovariate("club").bind(network, n_dims=2).names
    ('sociality(club=Officer)',)
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data (n_coefficients, n_actors) holds actors' values.

        Raises
        ------
        ValueError
            If the network is two-mode or has no such attribute, it is missing or infinite for an actor, or a covariate
            is the same in all observed dyads.
        """
        refuse_two_mode(
            self, network, f"use SenderCovariate({self.attribute!r}) or ReceiverCovariate({self.attribute!r})"
        )
        values, labels, reference = expanded(self, network, self.attribute)
        names = tuple(f"sociality({label})" for label in labels)
        moments = attribute_moments(network, values, lambda a, b: a[:, :, np.newaxis] + b[:, np.newaxis])
        check_varies(self, names, moments, ", or merge the level with another" if reference is not None else "")
        return BoundEffect(len(names), values, names, symmetric=True, reference=reference)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += Σ β·(x_i + x_j)."""
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row, real = eta[start : start + length], eta.dtype.type
            for c in range(data.shape[0]):
                coefficient, columns = values[c], data[c, runs[r, RUN_COLUMN] :]
                own = data[c, runs[r, RUN_ACTOR]]
                for p in range(row.size):
                    row[p] += coefficient * real(own + columns[p])

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·(x_i + x_j)."""
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force, real = score[start : start + length], score.dtype.type
            for c in range(data.shape[0]):
                columns, own, total = data[c, runs[r, RUN_COLUMN] :], data[c, runs[r, RUN_ACTOR]], real(0.0)
                for p in range(force.size):
                    total += force[p] * real(own + columns[p])
                gradient[c] += total
