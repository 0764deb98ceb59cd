"""Both ties of a pair at once, where every effect gives them the same linear predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from latentnet.compiled import exp, softplus
from latentnet.families.base import Family
from latentnet.likelihood.composed import Composed, compose
from latentnet.likelihood.single import Single, bears_single, in_single
from latentnet.network.changed import folded
from latentnet.network.sparse import entries_at

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = ["Folded"]


class Folded:
    """Half the work of the composed likelihood of a directed network: what it binds is a composed one, of pairs."""

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """Whether both directions of a tie have one logit, and no row is unobserved."""
        family = problem.observed_family
        return (
            family.pair_sum == "softplus"
            and problem.network.directed
            and bool(problem.network.observed.asked.all())
            and all(bound.symmetric for _, bound, _ in problem.effects)
        )

    @staticmethod
    def bind(problem: Problem) -> Composed | Single:
        """Of the undirected network of the numbers of ties of each pair."""
        network, family = problem.network, FoldedBernoulli(problem.network.observed.missing)
        effects, single = problem.effects, bears_single(problem, family)
        target = compose(folded(network), family, np.zeros((1, 1)), effects, problem.family_slice, pulls=not single)
        return in_single(target, family, effects) if single else target


class FoldedBernoulli(Family):
    """Number of ties of a pair whose two ties have the same logit.

    Users never make it; predictions are those of `Bernoulli`.

    Parameters
    ----------
    unobserved : csr_array of bool, shape (n_actors, n_actors)
        Single unobserved dyads.
    """

    name = "folded bernoulli"
    single_precision = True

    def __init__(self, unobserved: sparse.csr_array[Any]) -> None:
        self.unobserved = unobserved

    def dyad_data(self, network: Network, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """How many of the two ties were observed, (1, n_pairs); nothing where all were."""
        if not self.unobserved.nnz:
            return np.zeros((0, len(senders)))
        hidden = entries_at(self.unobserved, senders, receivers) + entries_at(self.unobserved, receivers, senders)
        return 2.0 - hidden[None]

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Y·η − n·log(1 + exp(η)), n the number of observed ties."""
        ties, predictor = y[0], eta[0]
        if dyads.shape[0] == 0:
            for p in range(out.size):
                out[p] = ties[p] * predictor[p] - 2.0 * softplus(predictor[p])
        else:
            counts = dyads[0]
            for p in range(out.size):
                out[p] = ties[p] * predictor[p] - counts[p] * softplus(predictor[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − n·logistic(η)."""
        ties, predictor, out, real = y[0], eta[0], score[0], eta.dtype.type
        if dyads.shape[0] == 0:
            for p in range(out.size):
                out[p] = ties[p] - real(2.0) / (real(1.0) + exp(-predictor[p]))
        else:
            counts = dyads[0]
            for p in range(out.size):
                out[p] = ties[p] - real(counts[p]) / (real(1.0) + exp(-predictor[p]))
