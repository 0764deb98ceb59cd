"""The likelihood of plain models of large sparse networks: ties one by one, the sum over all dyads approximated.

A log-likelihood of binary ties is Σ over ties of η minus Σ over observed dyads of log(1 + exp(η)). The second is a sum
over all pairs (`latentnet.nbody`), less the few dyads that were not observed. Its gradient is the exact derivative of
the approximated value. Engines in Python use it; what it approximates is the fused likelihood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from latentnet.compiled import exp, implements, kernel, softplus
from latentnet.effects import Distance
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.looped import NO_SELF_TIES, Looped
from latentnet.likelihood.verbs import value_and_gradient
from latentnet.nbody.sums import MOST_DIMS, SoftplusSum, relative_errors

if TYPE_CHECKING:
    from latentnet.nbody.mesh import Mesh
    from latentnet.problem.problem import Problem

__all__ = ["MOST_WALKED", "Approximate", "Errors", "with_pairs"]

MOST_WALKED = 5000  # actors, whose dyads are all looked at one by one, for other things than fits


class Errors(NamedTuple):
    """Relative errors of a sample of actors' log-likelihoods (of all dyads untied) and of their gradients."""

    log_likelihood: float
    gradient: float


class Approximate:
    """A plain model with Euclidean distance of a large network; keeps a grid, so one for each optimisation.

    Parameters
    ----------
    problem : Problem
        One that `refusal` has no words for.
    """

    def __init__(self, problem: Problem) -> None:
        network = problem.network
        self.n_actors, self.n_dims, self.intercept = problem.n_actors, problem.n_dims, problem.intercept
        self.directions = 2.0 if network.directed else 1.0
        self.ties = _pairs(network.ties, network.directed)
        self.holes = _pairs(network.observed.missing.astype(np.float64), network.directed)
        self.total: SoftplusSum | None = None

    @staticmethod
    def plain_refusal(problem: Problem) -> str:
        """Why a problem's model is none of those that it is made for; empty where it is."""
        if Looped.accepts(problem):
            return NO_SELF_TIES
        if not Fused.accepts(problem) or type(problem.similarity) is not Distance:
            return (
                "it is there for binary ties (logit) with similarity='distance' and without effects or lists of "
                "limited length, of one network of one mode"
            )
        return ""

    @staticmethod
    def refusal(problem: Problem) -> str:
        """Why it cannot stand for the exact likelihood of a problem; empty where it can."""
        refusal = Approximate.plain_refusal(problem)
        if refusal:
            return refusal
        if problem.n_dims > MOST_DIMS:
            return f"it has at most {MOST_DIMS} dimensions, but n_dims is {problem.n_dims}"
        if not problem.network.observed.asked.all():
            return "whole rows of the network are unobserved"
        return ""

    def at(self, theta: np.ndarray) -> tuple[np.ndarray, float]:
        """Points (n_dims, n_actors), and the intercept."""
        points = theta[: self.n_dims * self.n_actors].reshape(self.n_dims, self.n_actors)
        return points, float(theta[self.intercept]) if self.intercept >= 0 else 0.0

    def refit(self, theta: np.ndarray) -> None:
        """Choose the grid anew, for where the actors are."""
        self.total = SoftplusSum.around(*self.at(theta))

    def take(self, mesh: Mesh) -> None:
        """Take a grid that is known."""
        self.total = SoftplusSum(mesh)

    def errors(self, theta: np.ndarray) -> Errors:
        """Measure what is approximated against exact sums, for a sample of 200 actors."""
        points, b = self.at(theta)
        return Errors(*relative_errors(self.total or SoftplusSum.around(points, b), points, b))


@implements(value_and_gradient, Approximate)
def _value_and_gradient(likelihood: Approximate, theta: np.ndarray) -> tuple[float, np.ndarray]:
    points, b = likelihood.at(theta)
    if likelihood.total is None:
        likelihood.total = SoftplusSum.around(points, b)
    return with_pairs(likelihood, theta, *likelihood.total(points, b))


def with_pairs(
    likelihood: Approximate, theta: np.ndarray, value: float, forces: np.ndarray, slope: float
) -> tuple[float, np.ndarray]:
    """The log-likelihood and its gradient, where the sum over all dyads and its derivatives are known.

    `forces` (n_dims, n_actors) are overwritten.
    """
    points, b = likelihood.at(theta)
    forces *= -likelihood.directions
    sums = np.array([-likelihood.directions * value, -likelihood.directions * slope])
    _add_pairs(points, b, *likelihood.ties, False, forces, sums)
    _add_pairs(points, b, *likelihood.holes, True, forces, sums)
    gradient = np.zeros_like(theta)
    gradient[: forces.size] = forces.ravel()
    if likelihood.intercept >= 0:
        gradient[likelihood.intercept] = sums[1]
    return float(sums[0]), gradient


def _pairs(entries: sparse.csr_array, directed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows j < i of a matrix, both directions added up: (starts of rows, j, values)."""
    both = sparse.csr_array(entries + entries.T) if directed else entries
    lower = sparse.csr_array(sparse.tril(both, -1, format="csr"))
    return lower.indptr.astype(np.int64), lower.indices.astype(np.int64), np.asarray(lower.data, np.float64)


@kernel
def _add_pairs(points, b, starts, others, weights, are_holes, forces, sums):
    """Add Σ w·η of ties, or Σ w·log(1 + exp(η)) of unobserved dyads, its gradient, and its derivative by b."""
    d = points.shape[0]
    for i in range(starts.size - 1):
        for t in range(starts[i], starts[i + 1]):
            j = others[t]
            squared = 0.0
            for k in range(d):
                squared += (points[k, i] - points[k, j]) ** 2
            length = np.sqrt(max(squared, 1e-200))
            eta, weight = b - length, weights[t]
            if are_holes:
                sums[0] += weight * softplus(eta)
                weight *= 1.0 / (1.0 + exp(-eta))
            else:
                sums[0] += weight * eta
            sums[1] += weight
            for k in range(d):
                force = weight * (points[k, i] - points[k, j]) / length
                forces[k, i] -= force
                forces[k, j] += force
