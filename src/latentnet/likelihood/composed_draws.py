"""The composed likelihood under many parameter vectors: linear predictors, means, the information."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import first_class_functions, implements, kernel
from latentnet.likelihood.composed import (
    Composed,
    composed_gradient,
    composed_linear_predictor,
    fill_eta,
    with_layout,
)
from latentnet.likelihood.packed import dyad_layout
from latentnet.likelihood.verbs import information, linear_predictors, with_expected_ties
from latentnet.network import without_design

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["blocks_of", "composed_block_predictors", "expected_dyads"]

_MOST_AT_ONCE = 1_000_000  # linear predictors
_NETWORKS = 32


@kernel
def composed_block_predictors(target, thetas, block, out):
    """η of one block's dyads under several parameter vectors: (n_thetas, halves·size)."""
    for k in range(thetas.shape[0]):
        fill_eta(target, thetas[k], target.layout, block)
        out[k] = target.buffers.eta[: out.shape[1]]


@kernel
def composed_predictors(target, draws, out):
    """η of every packed dyad under each draw: (n_draws, n_dyads)."""
    for s in range(draws.shape[0]):
        composed_linear_predictor(target, draws[s], out[s])


@implements(linear_predictors, Composed)
def _linear_predictors(
    likelihood: Composed, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray
) -> np.ndarray:
    out = np.empty((len(draws), len(senders)))
    with first_class_functions():
        composed_predictors(with_layout(likelihood, dyad_layout(senders, receivers)), draws, out)
    return out


def blocks_of(target: Composed, eta: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """η (halves, size) and the family's dyads (·, size) of each block."""
    halves, n_rows = target.layout.halves, target.n_dyad_rows
    for first, end in itertools.pairwise(target.layout.starts.tolist()):
        of_block = eta[first * halves : end * halves].reshape(halves, end - first)
        yield of_block, target.dyads[first * n_rows : end * n_rows].reshape(n_rows, end - first)


def expected_dyads(target: Composed, problem: Problem, draws: np.ndarray, function: Any) -> np.ndarray:
    """Mean over draws of a function of every packed dyad.

    Parameters
    ----------
    target : Composed
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    function : callable
        Of (η, family values, data, dyads) of one block, as the methods of `Family` are; returns (·, size).

    Returns
    -------
    ndarray of shape (n_dyads·rows,)
        (rows, size) of each block, blocks end to end.
    """
    size = target.layout.halves * int(target.layout.starts[-1])
    at_once = max(1, min(len(draws), _MOST_AT_ONCE // max(size, 1)))  # calls of compiled code from Python are dear
    eta = np.empty((at_once, size))
    total: Any = 0.0
    with first_class_functions():
        for first in range(0, len(draws), at_once):
            some = draws[first : first + at_once]
            composed_predictors(target, some, eta)
            for theta, of_draw in zip(some, eta, strict=False):
                blocks = [
                    np.ravel(function(of_block, theta[problem.family_slice], problem.bound.data, dyads))
                    for of_block, dyads in blocks_of(target, of_draw)
                ]
                total = total + np.concatenate([np.zeros(0), *blocks])
    return np.asarray(total / len(draws), dtype=np.float64)


@implements(with_expected_ties, Composed)
def _with_expected_ties(likelihood: Composed, problem: Problem, draws: np.ndarray) -> Composed:
    """Posterior means of the sufficient statistics, dyad by dyad also where pairs were folded."""
    target = Composed.bind(problem)
    if target.layout.starts[-1] == 0:  # nothing was observed
        return target
    family = problem.family

    def statistics(*of_block: np.ndarray) -> np.ndarray:
        more = family.statistics(*of_block)
        return np.concatenate([family.mean(*of_block), more.reshape(-1, of_block[0].shape[-1])])

    expected = expected_dyads(target, problem, draws, statistics)
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


@implements(information, Composed)
def _information(likelihood: Composed, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mean square of the score of networks simulated from the model.

    It asks nothing of family and effects but what they have anyway. Caps and the choice set are left out.
    """
    family, target = problem.family, Composed.bind(problem.with_network(without_design(problem.network)))
    eta = np.empty(target.layout.halves * int(target.layout.starts[-1]))
    total = np.zeros_like(theta)
    with first_class_functions():
        composed_linear_predictor(target, theta, eta)
        values = theta[problem.family_slice]
        for _ in range(_NETWORKS):
            ties = [
                family.simulate(of_block, values, problem.bound.data, dyads, rng).ravel()
                for of_block, dyads in blocks_of(target, eta)
            ]
            gradient = np.zeros_like(theta)
            composed_gradient(target._replace(dense_ties=np.concatenate([np.zeros(0), *ties])), theta, gradient)
            total += gradient**2 / _NETWORKS
    return total
