"""Parameter vectors as what is reported, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.posterior.draws import Draws

if TYPE_CHECKING:
    from latentnet.inference.base import InferenceResult
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
    theta = result.draws
    variables: dict[str, np.ndarray] = {}
    dims: dict[str, tuple[str, ...]] = {}
    coords: dict[str, Any] = {}
    if problem.presences is not None and problem.intercept >= 0:
        variables["intercept"], dims["intercept"] = theta[..., problem.intercepts], ("network",)
    elif problem.intercept >= 0:
        variables["intercept"] = theta[..., problem.intercept]
    for name, one in problem.family.variables(theta[..., problem.family_slice], problem.bound.data).items():
        variables[name] = one.values
        if one.dims:
            dims[name] = one.dims
        coords.update(one.coords)
    if problem.n_dims and problem.clusters is None:
        variables["position_variance"] = np.exp(2.0 * theta[..., problem.log_scale])
    if problem.has_steps:
        variables["step_variance"] = np.exp(2.0 * theta[..., problem.log_step])
    for group, start in problem.random_groups:
        values = theta[..., start + group.start : start + group.stop]
        variables[group.name] = values if problem.presences is None else values[..., problem.presences.actors]
        variables[f"{group.name}_variance"] = np.exp(2.0 * theta[..., start + group.scale])
        dims[group.name] = (group.dim,)
    for _, bound, part in problem.effects:
        for correlation in bound.correlations:
            variables[correlation.name] = np.tanh(theta[..., part.start + correlation.place])
    return Draws(
        parameters=theta,
        statistics=result.statistics or {},
        n_actors=problem.n_actors,
        n_dims=problem.n_dims,
        variables=variables,
        dims=dims,
        coords=coords,
        coefficient_names=problem.coefficient_names,
        coefficient_indices=problem.coefficient_indices,
        extra=extra,
    )
