"""What covariates are over the observed dyads: their means and variances, and their products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.likelihood.composed import Composed
from latentnet.likelihood.composed_draws import block_predictors

if TYPE_CHECKING:
    from latentnet.problem.parameters import Parameters
    from latentnet.problem.problem import Problem

__all__ = ["NO_COVARIATES", "Covariates", "read_covariates"]


class Covariates(NamedTuple):
    """Covariates of the linear predictor over the observed dyads; over all of them, if none was observed."""

    indices: np.ndarray  # (n,) of their coefficients
    means: np.ndarray  # (n,) 0 without an intercept
    variances: np.ndarray  # (n,) mean squares about these
    products: np.ndarray  # (n_intercepts + n,) squared: sums of products of the intercepts' columns and of x − mean

    def of(self, parameters: Parameters) -> Covariates:
        """The same, where coefficients lie elsewhere."""
        starts = [row.start for row in parameters.coefficients[: len(self.indices)]]
        return self._replace(indices=np.array(starts, np.int64))


NO_COVARIATES = Covariates(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros((0, 0)))


def read_covariates(problem: Problem) -> Covariates:
    """Find these in one walk over the dyads; nothing is walked without covariates.

    Parameters
    ----------
    problem : Problem
        Its prior is not looked at.
    """
    family = problem.family_slice.start
    indices = np.array([row.start for row in problem.parameters.coefficients if row.start < family], np.int64)
    intercepts = np.arange(problem.n_parameters)[problem.intercepts]
    first, size = len(intercepts), len(intercepts) + len(indices)
    shift, products, count = np.zeros(size), np.zeros((size, size)), 0
    for columns in _columns(problem, np.concatenate([intercepts, indices])) if len(indices) else ():
        if first and count == 0:  # squares of what is far from 0 lose their digits; those of x − shift do not
            shift[first:] = columns[first:].mean(axis=1)
        centred = columns - shift[:, np.newaxis]
        products += centred @ centred.T
        count += centred.shape[1]
    moved = products[:first, first:].sum(axis=0) / max(count, 1)  # to the mean
    products[first:, first:] -= count * np.outer(moved, moved)
    products[:first, first:] -= np.outer(products[:first, :first].diagonal(), moved)
    products[first:, :first] = products[:first, first:].T
    variances = np.maximum(products[first:, first:].diagonal(), 0.0) / max(count, 1)
    return Covariates(indices, shift[first:] + moved, variances, products)


def _columns(problem: Problem, indices: np.ndarray) -> Iterator[np.ndarray]:
    """What each of these parameters is multiplied by at the observed dyads, (n_indices, n_dyads), block by block."""
    target = Composed.bind(problem if problem.network.observed.n_dyads else problem.whole)
    layout = target.layout
    thetas = np.zeros((1 + len(indices), problem.n_parameters))
    thetas[1 + np.arange(len(indices)), indices] = 1.0
    for block in range(layout.sizes.size):
        columns = block_predictors(target, thetas, block).reshape(len(thetas), -1)
        holes = layout.hole_positions[layout.hole_starts[block] : layout.hole_starts[block + 1]]
        columns = np.delete(columns[1:] - columns[0], holes, axis=1)
        if columns.size:
            yield columns
