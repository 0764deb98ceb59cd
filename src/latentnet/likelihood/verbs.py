"""The verbs of a likelihood, p(ties | values): what it may offer, and what engines and predictions ask of it.

A likelihood is a NamedTuple in a file of its own that registers what it offers beside itself (`implements`). It has two
static methods: `accepts(problem)`, whether it can stand for the exact one, and `bind(problem)`, which packs the
network. The first of `latentnet.likelihood.LIKELIHOODS` that accepts is taken. It must implement `own_scratch`,
`log_likelihood` and `add_likelihood_gradient`; a move that needs more is left out where it does not offer more, and for
all else the exact likelihood stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numba.types import float64, void

from latentnet.compiled import UNCOUNTED, implements, offers, verb, way_of
from latentnet.native import NUMBER, VECTOR, Entry, Memory, entry

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = [
    "CALLED",
    "actor_log_likelihood",
    "add_likelihood_gradient",
    "address_of",
    "addresses_of",
    "change_of_swap",
    "couples_actors",
    "entry_of",
    "information",
    "is_coupled",
    "linear_predictors",
    "log_likelihood",
    "mean_square_of_scores",
    "own_scratch",
    "simulated_scores",
    "tie_probabilities",
    "trajectory_forces",
    "value_and_gradient",
    "with_expected_ties",
]


@verb
def log_likelihood(likelihood, theta):
    """Log-likelihood of all observed dyads."""


@verb
def add_likelihood_gradient(likelihood, theta, gradient):
    """Add the log-likelihood's gradient to `gradient`."""


@verb
def actor_log_likelihood(likelihood, theta, actor):
    """Log-likelihood of the dyads that one actor is part of."""


@verb
def couples_actors(likelihood):
    """Whether `actor_log_likelihood` is that of all dyads, whichever the actor."""


@verb
def change_of_swap(likelihood, theta, i, j):
    """What the log-likelihood gains if two actors change places, where every dyad was observed."""


@implements(couples_actors, None)
def _couples_no_actors(likelihood):
    return False


# Moves of actors compile for every likelihood, and are not made where it does not offer these.
@implements(actor_log_likelihood, None, UNCOUNTED)
def _no_actor_log_likelihood(likelihood, theta, actor):
    return np.nan


@implements(change_of_swap, None, UNCOUNTED)
def _no_change_of_swap(likelihood, theta, i, j):
    return np.nan


# What is called by address: what each returns and takes beside the likelihood.
CALLED = {
    "log_likelihood": (float64, VECTOR),
    "add_likelihood_gradient": (void, VECTOR, VECTOR),
    "actor_log_likelihood": (float64, VECTOR, NUMBER),
    "change_of_swap": (float64, VECTOR, NUMBER, NUMBER),
}


def entry_of(verb: Any, likelihood: Memory) -> Entry:
    """A likelihood's way of one of these verbs."""
    returned, *kinds = CALLED[verb.__name__]
    return entry(*way_of(verb, likelihood.value), returned, likelihood.type, *kinds)


def address_of(verb: Any, likelihood: Memory) -> int:
    """Where it is; 0 where the likelihood does not offer it."""
    return entry_of(verb, likelihood).address if offers(likelihood.value, verb) else 0


def addresses_of(verb: Any, likelihoods: Sequence[Memory]) -> np.ndarray:
    """The same of several, (n_likelihoods,) int64."""
    return np.array([address_of(verb, one) for one in likelihoods], np.int64)


def is_coupled(likelihood: Any) -> bool:
    """Whether what an actor's move changes can only be told by the log-likelihood of all dyads."""
    return bool(couples_actors(likelihood)) or not offers(likelihood, actor_log_likelihood)


# The rest is for Python alone.


@verb
def value_and_gradient(likelihood: Any, theta: np.ndarray) -> Any:
    """Log-likelihood and its gradient (n_parameters,), of a likelihood that is not compiled: engines in Python."""


@verb
def trajectory_forces(likelihood: Any, theta: np.ndarray) -> Any:
    """About the gradient (n_parameters,), a function of theta alone, where that is cheaper: what moves trajectories.

    Any such function leaves the posterior as it is, as energies at both ends decide.
    """


@verb
def own_scratch(likelihood: Any, dtype: Any) -> Any:
    """The same with scratch of its own, for another thread.

    `dtype` is that of forces, where these may be less precise than energies.
    """


@verb
def linear_predictors(likelihood: Any, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray) -> Any:
    """η of chosen dyads under each draw, (n_draws, n_dyads)."""


@verb
def tie_probabilities(likelihood: Any, draws: np.ndarray) -> Any:
    """Mean over draws of P(tie) of every pair j < i, pairs end to end: of binary ties with a symmetric η."""


@verb
def with_expected_ties(likelihood: Any, problem: Problem, draws: np.ndarray) -> Any:
    """The same with the ties' means over draws as data; only its value and gradient may then be asked for."""


@verb
def simulated_scores(likelihood: Any, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> Any:
    """Gradients (n_parameters,) at `theta` of networks simulated from it, coefficients' about average covariates."""


@verb
def information(likelihood: Any, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> Any:
    """Diagonal of the Fisher information at `theta`, (n_parameters,), estimated."""


def mean_square_of_scores(likelihood: Any, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A way of `information` for what has `simulated_scores`."""
    return np.asarray(np.mean([score**2 for score in simulated_scores(likelihood, problem, theta, rng)], axis=0))
