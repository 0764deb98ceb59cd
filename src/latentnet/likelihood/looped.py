"""Two sums in one: the likelihood of the pairs of actors, whatever it is, and that of their ties to themselves.

Self-ties are further observations, independent of the pairs given the parameters. So the layout of the pairs knows
nothing of them: they are a composed likelihood of their own, over the dyads (i, i), of the same parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements
from latentnet.likelihood.composed import Composed, compose, dyad_blocks
from latentnet.likelihood.composed_draws import expecting, scores_of
from latentnet.likelihood.folded import Folded
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.packed import dyad_layout, dyads_by_actor
from latentnet.likelihood.single import Single
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    addresses_of,
    couples_actors,
    information,
    is_coupled,
    log_likelihood,
    mean_square_of_scores,
    own_scratch,
    simulated_scores,
    with_expected_ties,
)
from latentnet.native import Memory, call, do

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["NO_SELF_TIES", "Looped", "self_ties_of"]

NO_SELF_TIES = "it has no self-ties, but effects has Loops()"  # where the likelihood of pairs is another

_OF_PAIRS = (Fused, Folded, Single, Composed)


class _LoopedFields(NamedTuple):
    """What compiled code reads: addresses, of the pairs first."""

    likelihoods: np.ndarray  # (2,) int64
    values: np.ndarray  # (2,) int64
    gradients: np.ndarray  # (2,) int64
    of_actors: np.ndarray  # (2,) int64
    coupled: bool


class Looped(_LoopedFields):
    """A likelihood of pairs and one of self-ties; `parts` keeps them alive."""

    parts: tuple[Memory, ...]

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """Whether self-ties have a term."""
        return any(effect.of_self_ties for effect, _, _ in problem.effects)

    @staticmethod
    def bind(problem: Problem) -> Looped:
        """The pairs as if there were no self-ties, and these."""
        pairs = next(kind for kind in _OF_PAIRS if kind.accepts(problem)).bind(problem)
        ties, nobody = problem.network.self_ties, np.zeros(problem.n_actors, dtype=bool)
        return _bound(pairs, self_ties_of(problem, nobody if ties is None else ~np.isnan(ties)))


def self_ties_of(problem: Problem, seen: np.ndarray) -> Composed:
    """The composed likelihood of some actors' self-ties.

    Parameters
    ----------
    problem : Problem
        Whose network has kept its self-ties.
    seen : bool ndarray of shape (n_actors,)
        Whose they are. An unobserved one counts as 0.
    """
    family, own = problem.given_family, problem.family_slice
    data = problem.bound.data
    if family is not problem.family:
        own = slice(own.start + len(problem.family.coefficient_names), own.stop)
        data = family.bind(problem.network, problem.priors).data
    here = np.flatnonzero(seen)
    target = compose(problem.network, family, data, problem.effects, own, dyad_layout(here, here))
    by_actor, ties = dyads_by_actor(here, here, problem.n_actors), problem.network.self_ties
    return target._replace(
        by_actor=by_actor,
        actor_dyads=dyad_blocks(family, problem.network, by_actor)[0],
        dense_ties=np.zeros(len(here)) if ties is None else np.nan_to_num(ties[here]),
    )


def _bound(*likelihoods: Any) -> Looped:
    """The sum of a likelihood of pairs and one of self-ties, which both have scratch of their own."""
    parts = tuple(Memory(one) for one in likelihoods)
    bound = Looped(
        likelihoods=np.array([one.address for one in parts], np.int64),
        values=addresses_of(log_likelihood, parts),
        gradients=addresses_of(add_likelihood_gradient, parts),
        of_actors=addresses_of(actor_log_likelihood, parts),
        coupled=is_coupled(likelihoods[0]),
    )
    bound.parts = parts
    return bound


@implements(own_scratch, Looped)
def _own_scratch(likelihood: Looped, dtype: Any) -> Looped:
    return _bound(*(own_scratch(part.value, dtype) for part in likelihood.parts))


@implements(couples_actors, Looped)
def _couples_actors(likelihood: Looped) -> bool:
    return likelihood.coupled


@implements(log_likelihood, Looped, UNCOUNTED)
def _log_likelihood(likelihood, theta):
    total = 0.0
    for k in range(likelihood.values.size):
        total += call(likelihood.values[k], (likelihood.likelihoods[k], theta))
    return total


@implements(actor_log_likelihood, Looped, UNCOUNTED)
def _actor_log_likelihood(likelihood, theta, actor):
    total = 0.0
    for k in range(likelihood.values.size):
        if likelihood.coupled:
            total += call(likelihood.values[k], (likelihood.likelihoods[k], theta))
        else:
            total += call(likelihood.of_actors[k], (likelihood.likelihoods[k], theta, actor))
    return total


@implements(add_likelihood_gradient, Looped, UNCOUNTED)
def _add_gradient(likelihood, theta, gradient):
    for k in range(likelihood.gradients.size):
        do(likelihood.gradients[k], (likelihood.likelihoods[k], theta, gradient))


@implements(with_expected_ties, Looped)
def _with_expected_ties(likelihood: Looped, problem: Problem, draws: np.ndarray) -> Looped:
    pairs, loops = (own_scratch(part.value, np.float64) for part in likelihood.parts)
    return _bound(with_expected_ties(pairs, problem, draws), expecting(loops, problem.given_family, problem, draws))


@implements(simulated_scores, Looped)
def _simulated_scores(
    likelihood: Looped, problem: Problem, theta: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Pairs and self-ties are independent given the parameters: the sum of a score of each."""
    of_pairs = simulated_scores(problem.exact, problem, theta, rng)
    loops = own_scratch(likelihood.parts[1].value, np.float64)
    of_loops = scores_of(loops, problem.given_family, problem, theta, rng)
    for first, second in zip(of_pairs, of_loops, strict=True):
        yield first + second


implements(information, Looped)(mean_square_of_scores)
