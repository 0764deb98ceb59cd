"""The table of parameters: what every entry of the parameter vector is.

Effects, the family and the priors declare rows (`latentnet.priors.values.Values`) when they are bound to a network. The
vector holds the effects' values (positions first, dimension by dimension), the family's, those of the positions' prior,
then the scale of steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network.joined import Presences

__all__ = ["Parameters"]

_BATCH_VALUES = 1 << 20  # of draws that are turned at once


@dataclass(frozen=True)
class Parameters:
    """Rows by owner, in the order of the parameter vector.

    `parameters["positions"]` is the row of this name; coefficients, whose names are the user's, are `coefficients`.
    """

    rows: tuple[Values, ...]

    @classmethod
    def of(cls, rows: Iterable[Values], n_actors: int, presences: Presences | None) -> Parameters:
        """These rows, of which the positions lie each in the space of a site."""
        sites = np.zeros(n_actors, np.int64) if presences is None else presences.site
        return cls(tuple(row._replace(sites=sites) if row.name == "positions" else row for row in rows))

    def __iter__(self) -> Iterator[Values]:
        return iter(self.rows)

    @cached_property
    def _by_name(self) -> dict[str, Values]:
        return {row.name: row for row in self.rows if row.role != "coefficient"}

    def __getitem__(self, name: str) -> Values:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @cached_property
    def size(self) -> int:
        """Length of the parameter vector."""
        return max((row.part.stop for row in self.rows), default=0)

    @cached_property
    def intercepts(self) -> slice:
        """Where the intercept is, or those of several networks; nowhere without."""
        return next((row.part for row in self.rows if row.role == "intercept"), slice(0, 0))

    def part(self, name: str) -> slice:
        """Where a row is; nowhere, if there is none of this name."""
        return self._by_name[name].part if name in self._by_name else slice(0, 0)

    @cached_property
    def coefficients(self) -> tuple[Values, ...]:
        """Rows of the coefficients, without the intercept; a family's own come last."""
        return tuple(row for row in self.rows if row.role == "coefficient")

    @cached_property
    def of_predictor(self) -> np.ndarray:
        """Indices of what the linear predictor is a function of, with a family's coefficients, in order."""
        moved = [np.arange(row.part.start, row.part.stop) for row in self.rows if row.role not in ("family", "prior")]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *moved]))

    def positions(self, theta: np.ndarray) -> np.ndarray:
        """Positions in parameter vectors (..., n_parameters), as a view where possible: (..., n_actors, n_dims)."""
        return self["positions"].points_of(theta)

    def set_positions(self, theta: np.ndarray, positions: np.ndarray) -> None:
        """Undo `positions` in place."""
        self["positions"].set_points(theta, positions)

    def turn(self, theta: np.ndarray, rotations: np.ndarray, translations: np.ndarray, site: int = 0) -> None:
        """Turn and shift, in place, everything that lies in a site's space.

        Parameters
        ----------
        theta : ndarray of shape (..., n_parameters)
        rotations : ndarray of shape (..., n_dims, n_dims)
            Points are rows, and are multiplied from the right.
        translations : ndarray of shape (..., n_dims)
        site : int
        """
        many, (n_dims, _) = theta.shape[:-1], rotations.shape[-2:]
        rotations = np.broadcast_to(rotations, (*many, n_dims, n_dims)).reshape(-1, n_dims, n_dims)
        translations = np.broadcast_to(translations, (*many, n_dims)).reshape(-1, n_dims)
        flat, batch = theta.reshape(-1, theta.shape[-1]), max(1, _BATCH_VALUES // theta.shape[-1])
        for first in range(0, len(flat), batch):  # copies of all draws of a large network are long
            part = slice(first, first + batch)
            for row in self.rows:
                if row.space in ("points", "directions"):
                    points, here = row.points_of(flat[part]).copy(), np.flatnonzero(row.sites == site)
                    shift = translations[part, None, :] if row.space == "points" else 0.0
                    points[:, here, :] = points[:, here, :] @ rotations[part] + shift
                    row.set_points(flat[part], points)
        if not np.may_share_memory(flat, theta):
            theta[...] = flat.reshape(theta.shape)
