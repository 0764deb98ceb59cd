"""Covariates of dyads: a number for each pair of actors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from latentnet.checks import shown
from latentnet.constraints import SHOWN, Rule
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.checks import check_varies, dyad_moments
from latentnet.network import Network
from latentnet.network.dyads import read_dyads
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

if TYPE_CHECKING:
    from latentnet.network.joined import Presences

__all__ = ["DyadCovariate", "SharedDyadCovariate"]


class DyadCovariate(Effect):
    """η_ij gets β·x_ij.

    Parameters
    ----------
    matrix : ndarray, scipy.sparse matrix or DataFrame
        x of shape (n_actors, n_actors), row = sender, symmetric if the network is undirected; in a two-mode network
        (row actors, column actors) will do. A DataFrame is aligned by the actors' labels. What a sparse matrix does not
        store is 0. Finite for every dyad, observed or not; the diagonal is read only if the
        network has kept its self-ties.
        In a joint model of several networks: a DataFrame that has the labels of all actors, whose values are then the
        same in every period; or a sequence of matrices, one for each period; or a mapping from sites to matrices or
        to sequences of them.
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
    >>> effect.bind(network, n_dims=2).names
    ('miles',)
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "name": Rule(
            "a string that names the coefficient and can be shown", lambda value: SHOWN.allows(value) and value
        )
    }

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
        return self.bind_numbers(read_dyads(self.matrix, network, self.argument), network)

    @property
    def argument(self) -> str:
        """What messages call the matrix."""
        return f"matrix of the effect {self.name!r}"

    def bind_numbers(self, x: np.ndarray, network: Network) -> BoundEffect:
        """One coefficient of x (n_actors, n_actors), which is changed."""
        moments = dyad_moments(network, 1, lambda rows: [x[rows]])
        check_varies(self, (self.name,), moments)
        symmetric = bool(np.array_equal(x, x.T))
        if network.directed:
            x = np.concatenate([x, x.T])
        elif network.two_mode:
            x += x.T.copy()
        return BoundEffect(1, x, (self.name,), symmetric=symmetric)

    def shared(self, presences: Presences) -> Effect:
        """Numbers for the dyads of each network."""
        return SharedDyadCovariate(self, presences)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += β·x_ij."""
        real, coefficient = eta.dtype.type, values[0]
        transposed = data.shape[0] - data.shape[1]  # its first row, or 0 if x is as good for both directions
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            row = eta[start : start + length]
            x = data[runs[r, RUN_ACTOR] + runs[r, RUN_SWAPPED] * transposed, runs[r, RUN_COLUMN] :]
            for p in range(row.size):
                row[p] += coefficient * real(x[p])

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·x_ij."""
        transposed = data.shape[0] - data.shape[1]
        real = score.dtype.type
        total = real(0.0)
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force = score[start : start + length]
            x = data[runs[r, RUN_ACTOR] + runs[r, RUN_SWAPPED] * transposed, runs[r, RUN_COLUMN] :]
            for p in range(force.size):
                total += force[p] * real(x[p])
        gradient[0] += total


class SharedDyadCovariate(DyadCovariate):
    """A covariate of the dyads of several networks that are modelled as one.

    Parameters
    ----------
    effect : DyadCovariate
        With numbers for each of the networks.
    presences : Presences
    """

    def __init__(self, effect: DyadCovariate, presences: Presences) -> None:
        super().__init__(effect.matrix, name=effect.name)
        self.effect = effect
        self.presences = presences

    @property
    def given(self) -> Effect:
        """The effect as the user gave it."""
        return self.effect

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One coefficient; x is 0 between two networks.

        Raises
        ------
        TypeError, ValueError
            If there is not a matrix for each of the networks, or one cannot be read.
        """
        x = np.zeros((network.n_actors, network.n_actors))
        for number in range(int(self.presences.network.max()) + 1):
            here = self.presences.of_network(number)
            labels = network.actors[here]
            one = Network.from_array(
                np.zeros((len(here), len(here))),
                [label[-1] for label in labels],
                directed=network.directed,
                self_ties="drop" if network.self_ties is None else "keep",
            )
            x[np.ix_(here, here)] = read_dyads(self._matrix_of(here[0], labels[0]), one, self.effect.argument)
        return self.effect.bind_numbers(x, network)

    def _matrix_of(self, presence: int, label: tuple[Any, ...]) -> Any:
        """The matrix of the network of a presence, whose label is (period, actor) or (site, period, actor)."""
        given, argument = self.effect.matrix, self.effect.argument
        if isinstance(given, pd.DataFrame):
            return given
        if len(label) == 3 and isinstance(given, Mapping):
            if label[0] not in given:
                raise ValueError(f"{argument} must have an entry for every site, but lacks {shown(label[0])}; add it")
            given = given[label[0]]
            given = given if isinstance(given, list | tuple) else [given]
        elif len(label) == 3 or not isinstance(given, list | tuple):
            wanted = "a mapping from sites to matrices" if len(label) == 3 else "a sequence of matrices, one a period"
            raise TypeError(
                f"{argument} must be {wanted}, or a DataFrame with the labels of all actors, as there are several "
                f"networks, but is a {type(given).__name__}"
            )
        same_site = self.presences.site == self.presences.site[presence]
        n_periods = int(self.presences.period[same_site].max()) + 1
        if len(given) != n_periods:
            raise ValueError(
                f"{argument} must hold a matrix for each of the {n_periods} periods, but holds {len(given)}; give one "
                "for each network of fit"
            )
        return given[int(self.presences.period[presence])]

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """Its dyads' rows and columns."""
        halves = bound.data.reshape(-1, bound.data.shape[1], bound.data.shape[1])
        return self, bound._replace(data=np.concatenate([half[np.ix_(presences, presences)] for half in halves]))
