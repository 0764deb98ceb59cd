"""Whether the ties can tell the coefficients apart, found before anything is sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["check_identified"]

_SMALLEST = 1e-9  # eigenvalue, relative to the columns' norms, at which one is a combination of the others
_PART = 1e-3
_CONSTANT = 1e-12  # standard deviation, relative to the mean, at which a covariate is as good as constant


def check_identified(problem: Problem) -> None:
    """Raise a ValueError where the intercept and the covariates are collinear over the observed dyads.

    Priors are proper, so such a model could be sampled; but its answer to which of the coefficients matters would be
    the prior's.

    Parameters
    ----------
    problem : Problem
    """
    covariates, first = problem.covariates, problem.n_intercepts
    if len(covariates.indices) == 0 or problem.network.observed.n_dyads == 0:
        return
    seen = np.diag(covariates.products) > 0.0  # of several networks some may have no observed dyad
    seen[first:] = covariates.variances > (_CONSTANT * covariates.means) ** 2
    names = ["intercept"] * first + problem.coefficient_names[: len(covariates.indices)]
    if not seen[first:].all():
        involved = [*names[:first], names[first + int(np.argmin(seen[first:]))]]
    else:
        norms = np.sqrt(np.where(seen, np.diag(covariates.products), 1.0))
        values, vectors = np.linalg.eigh(covariates.products / np.outer(norms, norms) + np.diag(~seen))
        if values[0] > _SMALLEST:
            return
        weights = vectors[:, 0]
        parts = weights[first:] / norms[first:] * covariates.means  # of the combination, which is constant
        is_constant = first > 0 and abs(parts.sum()) > _PART * np.abs(parts).max()
        involved = [name for name, weight in zip(names, weights, strict=True) if abs(weight) > _PART]
        if is_constant:
            involved.insert(0, "intercept")
    involved = list(dict.fromkeys(involved))
    raise ValueError(
        f"effects: {', '.join(map(repr, involved))} are collinear over the {problem.network.observed.n_dyads} observed "
        "dyads, so the ties cannot tell them apart; leave one of them out"
    )
