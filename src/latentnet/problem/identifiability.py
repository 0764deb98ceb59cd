"""Whether the ties can tell the coefficients apart, found before anything is sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.compiled import first_class_functions
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.composed_draws import composed_block_predictors

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["check_identified"]

_SMALLEST = 1e-9  # eigenvalue, relative to the columns' norms, at which one is a combination of the others
_PART = 1e-3


def check_identified(problem: Problem) -> None:
    """Raise a ValueError where the intercept and the covariates are collinear over the observed dyads.

    Priors are proper, so such a model could be sampled; but its answer to which of the coefficients matters would be
    the prior's.

    Parameters
    ----------
    problem : Problem
    """
    names, indices = list(problem.coefficient_names), list(problem.coefficient_indices)
    own = len(problem.family.coefficient_names)
    if own:
        names, indices = names[:-own], indices[:-own]
    intercepts = np.arange(problem.n_parameters)[problem.intercepts].tolist()
    names, indices = ["intercept"] * len(intercepts) + names, intercepts + indices
    if len(names) < 2:
        return
    gram = _gram(problem, np.array(indices))
    norms = np.sqrt(np.diag(gram))
    if not np.all(norms > 0):
        return  # nothing was observed
    values, vectors = np.linalg.eigh(gram / np.outer(norms, norms))
    if values[0] > _SMALLEST:
        return
    involved = list(
        dict.fromkeys(name for name, weight in zip(names, np.abs(vectors[:, 0]), strict=True) if weight > _PART)
    )
    raise ValueError(
        f"effects: {', '.join(map(repr, involved))} are collinear over the {problem.network.observed.n_dyads} observed "
        "dyads, so the ties cannot tell them apart; leave one of them out"
    )


def _gram(problem: Problem, indices: np.ndarray) -> np.ndarray:
    """Sums of products of the columns of the design, over observed dyads."""
    target = Composed.bind(problem)
    layout = target.layout
    thetas = np.zeros((len(indices), problem.n_parameters))
    thetas[np.arange(len(indices)), indices] = 1.0
    gram = np.zeros((len(indices), len(indices)))
    with first_class_functions():
        for block, size in enumerate(layout.sizes.tolist()):
            columns = np.empty((len(indices), layout.halves * size))
            composed_block_predictors(target, thetas, block, columns)
            columns[:, layout.hole_positions[layout.hole_starts[block] : layout.hole_starts[block + 1]]] = 0.0
            gram += columns @ columns.T
    return gram
