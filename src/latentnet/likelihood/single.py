"""The composed likelihood with forces in single precision, of models all of whose parts declare that they bear it.

Trajectories move by a gradient of float32 blocks, summed in float64; what they are accepted by, and all else, is the
composed likelihood itself, which is called by address: it compiles once for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, block_function, implements
from latentnet.likelihood.composed import Composed, composed_gradient, own_buffers
from latentnet.likelihood.composed_draws import expecting, scores_of
from latentnet.likelihood.slots import padded
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    address_of,
    couples_actors,
    information,
    linear_predictors,
    log_likelihood,
    mean_square_of_scores,
    own_scratch,
    simulated_scores,
    with_expected_ties,
)
from latentnet.native import Memory, call
from latentnet.network import without_design
from latentnet.signatures import (
    EFFECT_PULL,
    FAMILY_SCORE,
    SINGLE_EFFECT_ADD,
    SINGLE_EFFECT_PULL,
    SINGLE_FAMILY_SCORE,
)

if TYPE_CHECKING:
    from latentnet.effects.base import BoundEffect, Effect
    from latentnet.families.base import Family
    from latentnet.problem.problem import Problem

__all__ = ["Single", "bears_single", "in_single"]

_FARTHEST = 1e3  # standard deviations between a covariate's mean and 0
_LARGEST = 1e6  # count


class _SingleFields(NamedTuple):
    """What compiled code reads."""

    energies: int  # addresses of the composed likelihood, and of what evaluates it; 0 without scratch of its own
    value: int
    of_actor: int
    forces: Composed  # whose functions and scratch are of float32
    values: np.ndarray  # (·,) float32, scratch


class Single(_SingleFields):
    """A composed likelihood and its forces; `exact` keeps the former alive, which has no gradient."""

    exact: Memory

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """Whether family and effects all declare it."""
        return bears_single(problem, problem.observed_family)

    @staticmethod
    def bind(problem: Problem) -> Single:
        """As the composed one."""
        return in_single(Composed.of_energies(problem), problem.observed_family, problem.effects)


def bears_single(problem: Problem, family: Family) -> bool:
    """Whether a model's parts declare that their verbs hold in single precision, and numbers are not too large.

    Of a covariate times its coefficient, and of the intercept that makes up for it, float32 knows seven digits; of a
    count and its mean too, where the difference is of the order of the root.
    """
    covariates, parts = problem.covariates, [effect for effect, _, _ in problem.effects]
    largest = float(np.abs(problem.network.ties.data).max(initial=0.0))
    return (
        _declares(family, "kernels", "score")
        and all(_declares(effect, "add", "pull") for effect in parts)
        and largest <= _LARGEST
        and bool(np.all(np.abs(covariates.means) <= _FARTHEST * np.sqrt(covariates.variances)))
    )


def _declares(part: Family | Effect, *verbs: str) -> bool:
    """Whether a part declares it of the verbs that it has: a subclass that has its own must say it anew."""
    first = {name: k for k, kind in reversed(list(enumerate(type(part).__mro__))) for name in vars(kind)}
    return part.single_precision and all(first["single_precision"] <= first[one] for one in verbs if one in first)


def in_single(exact: Composed, family: Family, effects: Sequence[tuple[Effect, BoundEffect, slice]]) -> Single:
    """Forces in single precision for a composed likelihood.

    Parameters
    ----------
    exact : Composed
        Of energies.
    family : Family
    effects : sequence of (Effect, BoundEffect, slice)
    """
    kinds: list[Any] = [type(effect) for effect, _, _ in effects]
    score = block_function(family.kernels()[1], SINGLE_FAMILY_SCORE)
    forces = exact._replace(
        adds=padded([kind.add for kind in kinds], SINGLE_EFFECT_ADD),
        pulls=padded([kind.pull for kind in kinds], SINGLE_EFFECT_PULL),
        score=(score, score),
    )
    return _bound(Memory(exact), forces)


def _bound(exact: Memory, forces: Composed, value: int = 0, of_actor: int = 0) -> Single:
    """Both, with scratch for the forces."""
    values = np.zeros(forces.slices.max(initial=0), np.float32)
    bound = Single(exact.address, value, of_actor, own_buffers(forces, np.float32), values)
    bound.exact = exact
    return bound


@implements(own_scratch, Single)
def _own_scratch(likelihood: Single, dtype: Any) -> Any:
    """In double precision the composed likelihood."""
    exact, forces = own_buffers(likelihood.exact.value), likelihood.forces
    if dtype == np.float32:
        memory = Memory(exact)
        return _bound(memory, forces, address_of(log_likelihood, memory), address_of(actor_log_likelihood, memory))
    score = block_function(forces.score[0].__wrapped__, FAMILY_SCORE)
    return exact._replace(pulls=padded([one.__wrapped__ for one in forces.pulls], EFFECT_PULL), score=(score, score))


@implements(couples_actors, Single)
def _couples_actors(likelihood):
    return likelihood.forces.coupled


@implements(log_likelihood, Single, UNCOUNTED)
def _log_likelihood(likelihood, theta):
    return call(likelihood.value, (likelihood.energies, theta))


@implements(actor_log_likelihood, Single, UNCOUNTED)
def _actor_log_likelihood(likelihood, theta, actor):
    return call(likelihood.of_actor, (likelihood.energies, theta, actor))


@implements(add_likelihood_gradient, Single, UNCOUNTED)
def _add_gradient(likelihood, theta, gradient):
    values = likelihood.values
    for p in range(values.size):
        values[p] = np.float32(theta[p])
    composed_gradient(likelihood.forces, values, gradient)


@implements(linear_predictors, Single)
def _linear_predictors(likelihood: Single, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray) -> Any:
    return linear_predictors(likelihood.exact.value, draws, senders, receivers)


@implements(with_expected_ties, Single)
def _with_expected_ties(likelihood: Single, problem: Problem, draws: np.ndarray) -> Any:
    """Dyad by dyad also where pairs were folded."""
    target = Single.bind(problem)
    exact = expecting(target.exact.value, problem.family, problem, draws)
    forces = target.forces._replace(dense_ties=exact.dense_ties, dyads=exact.dyads, n_dyad_rows=exact.n_dyad_rows)
    return _own_scratch(_bound(Memory(exact), forces), np.float32)


@implements(simulated_scores, Single)
def _simulated_scores(
    likelihood: Single, problem: Problem, theta: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Dyad by dyad also where pairs were folded; the choice set is left out."""
    target = Single.bind(problem.with_network(without_design(problem.network)))

    def likelihood_of(ties: np.ndarray) -> Single:
        return _bound(target.exact, target.forces._replace(dense_ties=ties))

    return scores_of(target.exact.value, problem.family, problem, theta, rng, likelihood_of)


implements(information, Single)(mean_square_of_scores)
