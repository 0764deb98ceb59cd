"""The composed likelihood under many parameter vectors: linear predictors, means, the information."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import first_class_functions, implements, kernel
from latentnet.likelihood.composed import (
    Composed,
    fill_eta,
    with_layout,
)
from latentnet.likelihood.packed import dyad_layout
from latentnet.likelihood.verbs import (
    add_likelihood_gradient,
    entry_of,
    information,
    linear_predictors,
    simulated_scores,
    with_expected_ties,
)
from latentnet.native import Memory
from latentnet.network import without_design

if TYPE_CHECKING:
    from latentnet.families.base import Family
    from latentnet.problem.problem import Problem

__all__ = ["block_dyads", "block_predictors", "composed_block_predictors", "expected_blocks", "expecting", "scores_of"]

_MOST_AT_ONCE = 1_000_000  # linear predictors
_NETWORKS = 32


@kernel
def composed_block_predictors(target: Any, thetas: Any, block: int, out: Any) -> None:
    """η of one block's dyads under several parameter vectors: (n_thetas, halves·size)."""
    for k in range(thetas.shape[0]):
        fill_eta(target, thetas[k], target.layout, block)
        out[k] = target.buffers.eta[: out.shape[1]]


@implements(linear_predictors, Composed)
def _linear_predictors(
    likelihood: Composed, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray
) -> np.ndarray:
    out = np.empty((len(draws), len(senders)))
    with first_class_functions():
        composed_block_predictors(with_layout(likelihood, dyad_layout(senders, receivers)), draws, 0, out)
    return out


def block_predictors(target: Composed, draws: np.ndarray, block: int) -> np.ndarray:
    """η of one block's dyads under each draw: (n_draws, halves, size)."""
    halves, size = target.layout.halves, int(target.layout.sizes[block])
    eta = np.empty((len(draws), halves * size))
    with first_class_functions():
        composed_block_predictors(target, draws, block, eta)
    return eta.reshape(len(eta), halves, size)


def block_dyads(target: Composed, block: int) -> np.ndarray:
    """What the family knows of one block's dyads: (·, size)."""
    first, end = target.n_dyad_rows * target.layout.starts[block : block + 2]
    return target.dyads[first:end].reshape(target.n_dyad_rows, int(target.layout.sizes[block]))


def expected_blocks(target: Composed, problem: Problem, draws: np.ndarray, function: Any) -> Iterator[np.ndarray]:
    """Mean over draws of a function of every packed dyad, a block at a time.

    Parameters
    ----------
    target : Composed
        With scratch of its own.
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    function : callable
        Of (η, family values, data, dyads) of one block, as the methods of `Family` are; returns (·, size).

    Yields
    ------
    ndarray of shape (·, size)
    """
    values, data = draws[:, problem.family_slice], problem.bound.data
    for block, size in enumerate(target.layout.sizes.tolist()):
        dyads, total = block_dyads(target, block), 0.0
        at_once = max(1, _MOST_AT_ONCE // max(target.layout.halves * size, 1))  # calls from Python are dear
        for first in range(0, len(draws), at_once):
            eta = block_predictors(target, draws[first : first + at_once], block)
            for of_draw, own in zip(eta, values[first:], strict=False):
                total = total + function(of_draw, own, data, dyads)
        yield np.asarray(total) / len(draws)


@implements(with_expected_ties, Composed)
def _with_expected_ties(likelihood: Composed, problem: Problem, draws: np.ndarray) -> Composed:
    """Dyad by dyad also where pairs were folded."""
    return expecting(Composed.bind(problem), problem.family, problem, draws)


def expecting(target: Composed, family: Family, problem: Problem, draws: np.ndarray) -> Composed:
    """The same of the posterior means of the family's sufficient statistics as data."""
    halves, more = target.layout.halves, 0

    def statistics(*of_block: np.ndarray) -> np.ndarray:
        further, size = family.statistics(*of_block), of_block[0].shape[-1]
        return np.concatenate([family.mean(*of_block), further.reshape(further.size // max(size, 1), size)])

    ties, dyads = [np.zeros(0)], [np.zeros(0)]
    for block, expected in enumerate(expected_blocks(target, problem, draws, statistics)):
        ties.append(expected[:halves].ravel())
        dyads += [block_dyads(target, block).ravel(), expected[halves:].ravel()]
        more = len(expected) - halves
    return target._replace(
        dense_ties=np.concatenate(ties), dyads=np.concatenate(dyads), n_dyad_rows=target.n_dyad_rows + more
    )


@implements(simulated_scores, Composed)
def _simulated_scores(
    likelihood: Composed, problem: Problem, theta: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Caps and the choice set are left out."""
    target = Composed.bind(problem.with_network(without_design(problem.network)))
    return scores_of(target, problem.family, problem, theta, rng)


def scores_of(
    target: Composed,
    family: Family,
    problem: Problem,
    theta: np.ndarray,
    rng: np.random.Generator,
    likelihood_of: Callable[[np.ndarray], Any] | None = None,
) -> Iterator[np.ndarray]:
    """Gradients at `theta` of ties of a target that are simulated from it, as `simulated_scores`.

    They are those of the target, or of the likelihood that `likelihood_of` makes of ties, by the code that chains run.
    """
    covariates = problem.covariates
    values, data = theta[problem.family_slice], problem.bound.data
    blocks = range(target.layout.sizes.size)
    known = [(block_predictors(target, theta[None], block)[0], block_dyads(target, block)) for block in blocks]
    for _ in range(_NETWORKS):
        ties = [family.simulate(eta, values, data, dyads, rng).ravel() for eta, dyads in known]
        gradient, dense = np.zeros_like(theta), np.concatenate([np.zeros(0), *ties])
        memory = Memory(likelihood_of(dense) if likelihood_of else target._replace(dense_ties=dense))
        entry_of(add_likelihood_gradient, memory)(memory, theta, gradient)
        gradient[covariates.indices] -= covariates.means * gradient[problem.intercepts].sum()
        yield gradient


@implements(information, Composed)
def _information(likelihood: Composed, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mean square of the score of simulated networks: it asks nothing of family and effects but what they have."""
    total = np.zeros_like(theta)
    for score in simulated_scores(likelihood, problem, theta, rng):
        total += score**2 / _NETWORKS
    return total
