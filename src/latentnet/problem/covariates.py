"""What covariates are over the observed dyads: their means and variances, and their products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.effects.checks import class_counts
from latentnet.likelihood.approximate import MOST_WALKED
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.composed_draws import block_predictors
from latentnet.likelihood.pair_kinds import PairKinds, of_attributes, one_by_one, pair_kinds

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
    loops = {part.start for effect, _, part in problem.effects if effect.of_self_ties}  # the last of the effects
    rows = [row.start for row in problem.parameters.coefficients if row.start < family]
    indices = np.array([start for start in rows if start not in loops], np.int64)
    intercepts = np.arange(problem.n_parameters)[problem.intercepts]
    first, size = len(intercepts), len(intercepts) + len(indices)
    shift, products, count = np.zeros(size), np.zeros((size, size)), 0
    for columns, times in _columns(problem, np.concatenate([intercepts, indices])) if len(indices) else ():
        if first and count == 0:  # squares of what is far from 0 lose their digits; those of x − shift do not
            shift[first:] = columns[first:].mean(axis=1)
        centred = columns - shift[:, np.newaxis]
        products += centred @ (centred if times is None else centred * times).T
        count += centred.shape[1] if times is None else times.sum()
    moved = products[:first, first:].sum(axis=0) / max(count, 1)  # to the mean
    products[first:, first:] -= count * np.outer(moved, moved)
    products[:first, first:] -= np.outer(products[:first, :first].diagonal(), moved)
    products[first:, :first] = products[:first, first:].T
    variances = np.maximum(products[first:, first:].diagonal(), 0.0) / max(count, 1)
    return Covariates(indices, shift[first:] + moved, variances, products)


def _columns(problem: Problem, indices: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """What each of these parameters is multiplied by at the observed dyads, (n_indices, n_dyads), block by block.

    In large networks dyads that are alike are one, with how many there are of it.
    """
    kinds = _kinds_of_large(problem)
    if kinds is not None:
        times = np.bincount(kinds.kinds.ravel(), class_counts(problem.network, kinds.classes).ravel())
        intercepts = np.ones((len(indices) - kinds.covariates.shape[1], len(times)))
        yield (
            np.concatenate([intercepts, kinds.covariates.T])[:, times > 0.0],
            times[times > 0.0] / (1.0 if problem.network.has_direction else 2.0),
        )
        return
    target = Composed.of_energies(problem if problem.network.observed.n_dyads else problem.whole)
    layout, thetas = target.layout, one_by_one(problem.n_parameters, indices)
    for block in range(layout.sizes.size):
        columns = block_predictors(target, thetas, block).reshape(len(thetas), -1)
        holes = layout.hole_positions[layout.hole_starts[block] : layout.hole_starts[block + 1]]
        columns = np.delete(columns[1:] - columns[0], holes, axis=1)
        if columns.size:
            yield columns, None


def _kinds_of_large(problem: Problem) -> PairKinds | None:
    """Kinds of pairs, where dyads are too many to be walked over and covariates know no more of them."""
    large = problem.n_actors > MOST_WALKED and problem.presences is None and not problem.network.two_mode
    known = (effect.implied or of_attributes(effect) or not bound.names for effect, bound, _ in problem.effects)
    if not large or not all(known):
        return None
    kinds = pair_kinds(problem)
    return None if isinstance(kinds, int) else kinds
