"""The likelihood of expected ties, which minimum Kullback–Leibler positions maximise."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import first_class_functions
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.fused_data import with_expected_ties
from latentnet.network import without_design
from latentnet.predictive.predictive import expected_dyads, expected_pairs
from latentnet.problem.target import likelihood_value_and_gradient

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["expected_likelihood"]


def expected_likelihood(problem: Problem, draws: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Log-likelihood, and its gradient, with the ties' posterior means as data.

    It sums over the observed dyads, as R does; over all dyads where whole rows are unobserved, which would otherwise
    leave out the pairs of un-asked actors, and where the unit is the pair.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    """
    network = problem.network
    # Caps and the choice set are about what was seen of the ties: expected ties are uncapped ones.
    everything = network.observed.rows is not None or problem.family.unit == "pair"
    network = problem.whole if everything else without_design(network)
    likelihood: Any
    observed = problem.with_network(network)
    if observed.fused:
        likelihood = observed.target(np.float32).likelihood
        data = likelihood.data
        weights = expected_pairs(observed, draws) * data.multiplicity
        for block, first in enumerate(data.blocks[:-1]):
            holes = slice(data.hole_starts[block], data.hole_starts[block + 1])
            weights[data.hole_pairs[holes] + first * (first - 1) // 2] *= data.hole_kept[holes]
        likelihood = with_expected_ties(likelihood, weights)
    else:
        likelihood = _with_expected_statistics(problem, draws, problem.composed(network))

    def value_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = np.zeros_like(theta)
        with first_class_functions():
            return likelihood_value_and_gradient(likelihood, theta, gradient), gradient

    return value_and_gradient


def _with_expected_statistics(problem: Problem, draws: np.ndarray, target: Composed) -> Composed:
    """Posterior means of the sufficient statistics in place of the ties."""
    if target.layout.starts[-1] == 0:  # nothing was observed
        return target
    family = problem.family

    def statistics(*of_block: np.ndarray) -> np.ndarray:
        more = family.statistics(*of_block)
        return np.concatenate([family.mean(*of_block), more.reshape(-1, of_block[0].shape[-1])])

    expected = expected_dyads(problem, draws, target, statistics)
    halves, starts = target.layout.halves, target.layout.starts
    n_rows = expected.size // int(starts[-1])
    ties, dyads = [np.zeros(0)], [np.zeros(0)]
    for first, end in itertools.pairwise(starts.tolist()):
        of_block = expected[first * n_rows : end * n_rows].reshape(n_rows, -1)
        known = target.dyads[first * target.n_dyad_rows : end * target.n_dyad_rows]
        ties.append(of_block[:halves].ravel())
        dyads += [known, of_block[halves:].ravel()]
    return target._replace(
        dense_ties=np.concatenate(ties),
        dyads=np.concatenate(dyads),
        n_dyad_rows=target.n_dyad_rows + n_rows - halves,
    )
