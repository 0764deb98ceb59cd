"""How much the ties say of each parameter: the scaling of Hamiltonian moves for any family and any effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.compiled import first_class_functions
from latentnet.likelihood.composed import composed_gradient, composed_linear_predictor
from latentnet.network import without_design
from latentnet.predictive.predictive import blocks_of

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["fisher_information"]

_NETWORKS = 32


def fisher_information(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Diagonal of the likelihood's Fisher information at `theta`, estimated.

    It is the mean square of the score of networks simulated from the model, which asks nothing of family and effects
    but what they have anyway. Caps and the choice set are left out.

    Parameters
    ----------
    problem : Problem
    theta : ndarray of shape (n_parameters,)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n_parameters,)
        Each coordinate of a position has the mean over its actor's coordinates: the space has no axes of its own.
    """
    family, target = problem.family, problem.composed(without_design(problem.network))
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
    if problem.n_dims:
        of_positions = total[problem.positions].reshape(problem.n_dims, -1)
        total[problem.positions] = np.tile(of_positions.mean(axis=0), problem.n_dims)
    return total
