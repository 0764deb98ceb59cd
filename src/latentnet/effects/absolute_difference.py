"""Absolute difference: ties among actors that are close to each other in an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.attributes import AttributeEffect, numbers
from latentnet.effects.base import BoundEffect
from latentnet.effects.checks import attribute_moments, check_varies
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["AbsoluteDifference"]


class AbsoluteDifference(AttributeEffect):
    """η_ij gets β·|a_i − a_j| of a numeric attribute a.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`; numeric, and missing for nobody. In a two-mode network a row actor is compared
        with a column actor.

    Notes
    -----
    The coefficient is called ``absolute_difference(attribute)``.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from latentnet import Network
    >>> from latentnet.effects import AbsoluteDifference
    >>> path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> network = Network.from_array(path, attributes=pd.DataFrame({"age": [20, 30, 50]}))
    >>> bound = AbsoluteDifference("age").bind(network, n_dims=2)
    >>> bound.names, bound.data
    (('absolute_difference(age)',), array([[20., 30., 50.]]))
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One coefficient; the data (1, n_actors) holds the attribute.

        Raises
        ------
        ValueError
            If the network has no such attribute, it is missing or infinite for an actor or not numeric, or the
            difference is the same in all observed dyads.
        """
        data = numbers(self, network, self.attribute)
        names = (f"absolute_difference({self.attribute})",)
        data = data[np.newaxis]
        moments = attribute_moments(network, data, lambda a, b: np.abs(a[:, :, np.newaxis] - b[:, np.newaxis]))
        check_varies(self, names, moments)
        return BoundEffect(1, data, names, symmetric=True)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += β·|a_i − a_j|."""
        real, coefficient = eta.dtype.type, values[0]
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row, columns = eta[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own = data[0, runs[r, RUN_ACTOR]]
            for p in range(row.size):
                row[p] += coefficient * real(abs(own - columns[p]))

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·|a_i − a_j|."""
        real = score.dtype.type
        total = real(0.0)
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force, columns = score[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own = data[0, runs[r, RUN_ACTOR]]
            for p in range(force.size):
                total += force[p] * real(abs(own - columns[p]))
        gradient[0] += total
