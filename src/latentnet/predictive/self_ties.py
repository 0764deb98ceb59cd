"""What parameter vectors say of actors' ties to themselves, where these have a term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.compiled import first_class_functions, kernel
from latentnet.likelihood.composed import Composed, unit_log_likelihoods
from latentnet.likelihood.composed_draws import block_dyads, block_predictors
from latentnet.likelihood.slots import SLOTS
from latentnet.likelihood.verbs import own_scratch

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["block_log_likelihoods", "self_tie_log_likelihoods", "simulated_self_ties"]


def simulated_self_ties(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Self-ties of all actors under one parameter vector, (n_actors,); None where they have no term."""
    if not problem.has_loops:
        return None
    target = own_scratch(problem.self_ties, np.float64)
    eta, own = block_predictors(target, theta[None], 0)[0], slice(*target.slices[SLOTS].tolist())
    family = problem.given_family
    return np.asarray(family.simulate(eta, theta[own], target.family_data, block_dyads(target, 0), rng)[0])


def self_tie_log_likelihoods(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """Log-likelihoods of all actors' self-ties under each draw, (n_draws, n_actors); as 0 where unobserved."""
    return block_log_likelihoods(own_scratch(problem.self_ties, np.float64), draws, 0, problem.n_actors)


def block_log_likelihoods(target: Composed, draws: np.ndarray, block: int, size: int) -> np.ndarray:
    """Log-likelihoods of one block's units under each draw, (n_draws, size)."""
    out = np.empty((len(draws), size))
    with first_class_functions():
        _fill(target, np.ascontiguousarray(draws), block, out)
    return out


@kernel
def _fill(target, draws, block, out):
    for s in range(draws.shape[0]):
        out[s] = unit_log_likelihoods(target, draws[s], target.layout, target.dyads, block)
