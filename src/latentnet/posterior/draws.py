"""Draws of a fitted model, aligned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from latentnet.posterior.clusters import ClusterDraws

__all__ = ["LISTED", "Draws"]

# Axes of variables that are few numbers, each watched by itself.
LISTED = (("network",), ("layer",), ("spread_layer",), ("layer_pair",))


@dataclass(frozen=True)
class Draws:
    """Posterior draws: the parameter vectors, and where everything is in them.

    Attributes
    ----------
    parameters : ndarray of shape (n_chains, n_draws, n_parameters)
        Positions (aligned) dimension by dimension, then everything else.
    statistics : dict of str to ndarray of shape (n_chains, n_draws)
        What the sampler reports of each draw; empty for engines without a chain.
    kind : {"chains", "mode", "independent", "prior"}
        Draws of Markov chains, one mode, independent draws, or independent draws of the prior.
    n_actors, n_dims : int
    variables : dict of str to ndarray of shape (n_chains, n_draws, ...)
        The intercept, the family's values, random effects, variances: all on the natural scale.
    dims : dict of str to tuple of str
        Names of the axes of every variable after chain and draw; scalars have no entry.
    coords : dict
        Labels of these axes by name, or ``(axis, labels)`` for further labels along one.
    coefficient_names : list of str
    coefficient_indices : list of int
    extra : dict of str to ndarray of shape (n_chains, n_draws, ...)
        What is drawn beside the parameter vector, such as clusters.
    clusters : ClusterDraws or None
        Clusters of the draws that report them.
    """

    parameters: np.ndarray
    statistics: dict[str, np.ndarray]
    kind: Literal["chains", "mode", "independent", "prior"]
    n_actors: int
    n_dims: int
    variables: dict[str, np.ndarray]
    dims: dict[str, tuple[str, ...]]
    coords: dict[str, Any]
    coefficient_names: list[str]
    coefficient_indices: list[int]
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    clusters: ClusterDraws | None = None

    @property
    def n_chains(self) -> int:
        """Number of chains."""
        return self.parameters.shape[0]

    @property
    def n_draws(self) -> int:
        """Draws of each chain."""
        return self.parameters.shape[1]

    @property
    def pooled(self) -> np.ndarray:
        """All chains' parameter vectors, (n_chains·n_draws, n_parameters)."""
        return self.parameters.reshape(-1, self.parameters.shape[-1])

    @property
    def positions(self) -> np.ndarray:
        """Aligned positions, (n_chains, n_draws, n_actors, n_dims), a view."""
        shape = (*self.parameters.shape[:2], self.n_dims, self.n_actors)
        return np.swapaxes(self.parameters[..., : self.n_dims * self.n_actors].reshape(shape), 2, 3)

    @property
    def scalars(self) -> dict[str, np.ndarray]:
        """Scalars by name, each (n_chains, n_draws): the intercept, the family's values, variances."""
        return {name: values for name, values in self.variables.items() if values.ndim == 2}

    @property
    def coefficients(self) -> np.ndarray:
        """Coefficients without the intercept, (n_chains, n_draws, n_coefficients)."""
        return self.parameters[..., self.coefficient_indices]

    @property
    def every_variable(self) -> dict[str, np.ndarray]:
        """Every variable of the posterior by name, each (n_chains, n_draws, ...)."""
        found = {"positions": self.positions} if self.n_dims else {}
        found |= self.variables
        if self.coefficient_names:
            found["coefficients"] = self.coefficients
        return found | self.extra

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """One (n_chains, n_draws) array for each element of a variable, or of the log density, named as ArviZ does."""
        values = self.statistics["lp"] if name == "lp" else self.every_variable[name]
        if values.ndim == 2:
            return {name: values}
        labels = self.labels(name)
        return {
            f"{name}[{', '.join(axis[k] for axis, k in zip(labels, index, strict=True))}]": values[(..., *index)]
            for index in np.ndindex(values.shape[2:])
        }

    def watched(self) -> dict[str, np.ndarray]:
        """Scalars, coefficients and cut-points, one (n_chains, n_draws) each; not what never changes."""
        found: dict[str, np.ndarray] = {}
        for name, values in self.every_variable.items():
            listed = self.dims.get(name) in (("coefficient",), *LISTED) or name.startswith("cutpoints")
            if values.ndim == 2 or listed:
                found.update(self.columns(name))
        if "lp" in self.statistics:
            found.update(self.columns("lp"))
        return {name: values for name, values in found.items() if values.ndim == 2 and not _held(name, values)}

    def labels(self, name: str) -> list[list[str]]:
        """Labels of each axis of a variable after chain and draw: numbers where an axis has none."""
        axes, sizes = self.dims.get(name, ()), self.every_variable[name].shape[2:]
        found = [(self.coords.get(axis), size) for axis, size in zip(axes, sizes, strict=True)]
        # In a joint model "actor" is no axis, but a further label along "presence".
        return [
            [str(k) for k in range(size)] if known is None or isinstance(known, tuple) else list(known)
            for known, size in found
        ]


def _held(name: str, values: np.ndarray) -> bool:
    """Whether it is held, as the first cut-point is."""
    return name.startswith("cutpoints[") and bool(np.all(values == 0.0))
