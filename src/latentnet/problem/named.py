"""Parameter vectors as what is reported, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.posterior.draws import Draws

if TYPE_CHECKING:
    from latentnet.inference.base import InferenceResult
    from latentnet.priors.values import Values
    from latentnet.problem.problem import Problem

__all__ = ["as_draws"]


def as_draws(problem: Problem, result: InferenceResult, extra: dict[str, np.ndarray]) -> Draws:
    """Draws with everything on its natural scale.

    Parameters
    ----------
    problem : Problem
    result : InferenceResult
        Positions aligned.
    extra : dict of str to ndarray of shape (n_chains, n_draws, ...)
        Further variables.
    """
    theta, presences = result.draws, problem.presences
    variables: dict[str, np.ndarray] = {}
    dims: dict[str, tuple[str, ...]] = {}
    coords: dict[str, Any] = {}

    def report(rows: list[Values]) -> None:
        for row in rows:
            values = row.reported_of(theta)
            variables[row.name] = (
                values if presences is None or "presence" not in row.axes else values[..., presences.actors]
            )
            if row.axes:
                dims[row.name] = row.axes

    rows = [row for row in problem.parameters if row.reported and row.role != "coefficient"]
    family = problem.family_slice
    report([row for row in rows if row.role == "intercept"])
    for name, one in problem.family.variables(theta[..., family], problem.bound.data).items():
        variables[name] = one.values
        if one.dims:
            dims[name] = one.dims
        coords.update(one.coords)
    report([row for row in rows if row.start >= family.stop])
    report([row for row in rows if row.start < family.start and row.role != "intercept"])
    return Draws(
        parameters=theta,
        statistics=dict(result.statistics),
        kind=result.kind,
        n_actors=problem.n_actors,
        n_dims=problem.n_dims,
        variables=variables,
        dims=dims,
        coords=coords,
        coefficient_names=problem.coefficient_names,
        coefficient_indices=problem.coefficient_indices,
        extra=extra,
    )
