"""Covariates of dyads: a number for each pair of actors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.observed_dyads import check_varies, dyad_moments
from latentnet.network.dyads import read_dyads
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["DyadCovariate"]


class DyadCovariate(Effect):
    """η_ij gets β·x_ij.

    Parameters
    ----------
    matrix : ndarray, scipy.sparse matrix or DataFrame
        x of shape (n_actors, n_actors), row = sender, symmetric if the network is undirected; in a two-mode network
        (row actors, column actors) will do. A DataFrame is aligned by the actors' labels. What a sparse matrix does not
        store is 0. Finite for every dyad, observed or not; the diagonal is not read.
    name : str
        What the coefficient is called.

    Notes
    -----
    Effects are equal if their names and the contents of their matrices are.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.effects import DyadCovariate
    >>> network = Network.from_array(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
    >>> miles = np.array([[0.0, 1.0, 4.0], [1.0, 0.0, 2.0], [4.0, 2.0, 0.0]])
    >>> effect = DyadCovariate(miles, name="miles")
    >>> effect
    DyadCovariate(matrix=<ndarray of shape (3, 3)>, name='miles')
    >>> effect.bind(network, n_dims=2).mean_square
    array([7.])
    """

    def __init__(self, matrix: Any, *, name: str) -> None:
        self.matrix = matrix
        self.name = name

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One coefficient; the data is x so that the run's actor is always its row.

        That is x (n_actors, n_actors) if undirected; x and its transpose, one below the other, if directed; and in a
        two-mode network x with its transpose in the other corner.

        Raises
        ------
        TypeError, ValueError
            If `name` is no string, `matrix` cannot be read as a number for each dyad, or is the same in all observed
            ones.
        """
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(
                f"effects: name of {type(self).__name__} must be a string that names the coefficient, got {self.name!r}"
            )
        x = read_dyads(self.matrix, network, f"matrix of the effect {self.name!r}")
        moments = dyad_moments(network, 1, lambda rows: [x[rows]])
        check_varies(self, (self.name,), moments)
        symmetric = bool(np.array_equal(x, x.T))
        if network.directed:
            x = np.concatenate([x, x.T])
        elif network.two_mode:
            x += x.T.copy()
        return BoundEffect(1, x, (self.name,), moments.mean_square, symmetric=symmetric)

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += β·x_ij."""
        coefficient = values[0]
        transposed = data.shape[0] - data.shape[1]  # its first row, or 0 if x is as good for both directions
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row = eta[start : start + length]
            x = data[runs[r, RUN_ACTOR] + runs[r, RUN_SWAPPED] * transposed, runs[r, RUN_COLUMN] :]
            for p in range(row.size):
                row[p] += coefficient * x[p]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·x_ij."""
        transposed = data.shape[0] - data.shape[1]
        total = 0.0
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force = score[start : start + length]
            x = data[runs[r, RUN_ACTOR] + runs[r, RUN_SWAPPED] * transposed, runs[r, RUN_COLUMN] :]
            for p in range(force.size):
                total += force[p] * x[p]
        gradient[0] += total
