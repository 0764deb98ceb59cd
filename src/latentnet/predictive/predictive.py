"""What parameter vectors say of ties: of chosen dyads, of all of them, of another network, and networks drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import logsumexp

from latentnet.checks import fits_square
from latentnet.compiled import first_class_functions, kernel, offers
from latentnet.families.designs import designs_of_lists
from latentnet.likelihood.composed import unit_log_likelihoods
from latentnet.likelihood.composed_draws import expected_blocks
from latentnet.likelihood.verbs import linear_predictors, own_scratch, tie_probabilities
from latentnet.network import replayed, with_ties
from latentnet.network.changed import hidden_as
from latentnet.network.sparse import entries_at
from latentnet.predictive.large import is_large, large_score
from latentnet.predictive.self_ties import self_tie_log_likelihoods, simulated_self_ties
from latentnet.predictive.simulation import ranked_wishes, simulated_ties

if TYPE_CHECKING:
    from latentnet.families.base import Family
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = ["Predictive", "Quantity"]

Quantity = Literal["linear_predictor", "mean", "tie_probability"]

_NEVER = {"linear_predictor": np.nan, "mean": 0.0, "tie_probability": 0.0}  # where a tie is impossible
_MOST_AT_ONCE = 1_000_000  # linear predictors
_MOST_DYADS = 50_000


class Predictive:
    """What some parameter vectors of a problem say of its ties, observed or not, without a cap.

    Making one costs nothing: what is packed of the network is kept by the problem.

    Parameters
    ----------
    problem : Problem
    parameters : ndarray of shape (n_draws, n_parameters)
        Draws, or any other vectors.
    """

    def __init__(self, problem: Problem, parameters: np.ndarray) -> None:
        if problem.layers:
            names = ", ".join(repr(layer.name) for layer in problem.layers)
            raise ValueError(f"this needs one kind of ties, but the model has {names}: use model.layer(name)")
        self.problem = problem
        self.parameters = parameters

    def values(self, quantity: Quantity, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """η, E[Y] or P(Y > 0) of chosen dyads under each draw.

        Parameters
        ----------
        quantity : {"linear_predictor", "mean", "tie_probability"}
        senders, receivers : int ndarray of shape (n_dyads,)

        Returns
        -------
        ndarray of shape (n_draws, n_dyads)
        """
        out = np.empty((len(self.parameters), len(senders)))
        for draws, dyads, found in self._parts(quantity, senders, receivers):
            out[draws, dyads] = found
        return out

    def mean(self, quantity: Quantity, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """Mean of `values` over the draws, (n_dyads,), which keeps no value of each draw."""
        out = np.zeros(len(senders))
        for _, dyads, found in self._parts(quantity, senders, receivers):
            out[dyads] += found.sum(axis=0)
        return out / len(self.parameters)

    def _parts(
        self, quantity: Quantity, senders: np.ndarray, receivers: np.ndarray
    ) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Values of some draws and dyads at a time."""
        problem, function = self.problem, self._function(quantity)
        senders, receivers = np.asarray(senders, np.int64), np.asarray(receivers, np.int64)
        likelihood = problem.predictor
        pairs = problem.family.unit == "pair"
        for first in range(0, len(senders), _MOST_DYADS):
            some = slice(first, min(first + _MOST_DYADS, len(senders)))
            i, j = senders[some], receivers[some]
            dyads = problem.family.dyad_data(problem.network, i, j)
            at_once = max(1, _MOST_AT_ONCE // len(i))
            for begin in range(0, len(self.parameters), at_once):
                draws = slice(begin, min(begin + at_once, len(self.parameters)))
                theta = self.parameters[draws]
                there = linear_predictors(likelihood, theta, i, j)
                if quantity == "linear_predictor":
                    values = there
                else:
                    eta = np.stack([there, linear_predictors(likelihood, theta, j, i)] if pairs else [there], axis=1)
                    own, data = theta[:, problem.family_slice], problem.bound.data
                    values = np.stack([function(*of, data, dyads)[0] for of in zip(eta, own, strict=True)])
                    if pairs and (i == j).any():  # nobody answers himself
                        alone = self._function(quantity, problem.given_family)
                        values[:, i == j] = alone(there[:, i == j], own, data, dyads[:, i == j])
                values[:, entries_at(problem.network.impossible, i, j) > 0.0] = _NEVER[quantity]
                yield draws, some, values

    def _function(self, quantity: Quantity, family: Family | None = None) -> Any:
        family = family or self.problem.family
        known = {"linear_predictor": _of_itself, "mean": family.mean, "tie_probability": family.tie_probability}
        return known[quantity]

    def matrix(self, quantity: Quantity) -> np.ndarray:
        """Mean over the draws of η, E[Y] or P(Y > 0) of all dyads.

        Parameters
        ----------
        quantity : {"linear_predictor", "mean", "tie_probability"}

        Returns
        -------
        ndarray of shape (n_actors, n_actors)
            Row = sender; NaN where there is no dyad, and on the diagonal unless self-ties have a term.

        Raises
        ------
        MemoryError
            If it does not fit, before anything is computed.
        """
        n = self.problem.n_actors
        fix = "ask for some of them: dyads=[(sender, receiver), ...]"
        fits_square("a number for each dyad", n, 12.0, fix=fix)  # a matrix, and all pairs beside it
        whole, matrix = self.problem.whole, np.full((n, n), np.nan)
        if quantity != "linear_predictor" and offers(whole.likelihood, tie_probabilities):  # it is E[Y], too
            by_pair, start = tie_probabilities(whole.likelihood, self.parameters), 0
            for i in range(1, n):
                matrix[i, :i] = matrix[:i, i] = by_pair[start : start + i]
                start += i
            return self._completed(matrix, quantity)
        network, target = whole.network, own_scratch(whole.exact, np.float64)
        found = expected_blocks(target, self.problem, self.parameters, self._function(quantity))
        for block, values in enumerate(found):
            senders, receivers = target.layout.dyads(block)
            matrix[senders, receivers] = values[0]
            if len(values) == 2:
                matrix[receivers, senders] = values[1]
            elif not network.has_direction:
                matrix[receivers, senders] = values[0]
        return self._completed(matrix, quantity)

    def _completed(self, matrix: np.ndarray, quantity: Quantity) -> np.ndarray:
        """Set, in place, what pairs that can be tied do not say."""
        everybody = np.arange(len(matrix))
        np.fill_diagonal(matrix, self.mean(quantity, everybody, everybody) if self.problem.has_loops else np.nan)
        matrix[self.problem.network.impossible.nonzero()] = _NEVER[quantity]
        return matrix

    def log_score(self, network: Network) -> float:
        """Sum of `log_scores`; that of a large network is approximated where the model allows it."""
        problem = self.problem.with_network(network)
        if is_large(problem) and network.observed.asked.all():
            return large_score(problem, self.parameters)
        return float(sum(block.sum() for block in self.log_scores(network)))

    def log_scores(self, network: Network) -> Iterator[np.ndarray]:
        """Log of the mean over draws of the probability of each unit (dyad, row, pair) of another observation.

        Parameters
        ----------
        network : Network
            Of the same actors.

        Yields
        ------
        ndarray
            Units of one packed block, in the order of its dyads (a row's at its first dyad); 0 where it was not
            observed. Self-ties that have a term come last.
        """
        target = own_scratch(self.problem.with_network(network).exact, np.float64)
        for block, size in enumerate(target.layout.sizes.tolist()):
            largest, total = np.full(size, -np.inf), np.zeros(size)
            with first_class_functions():
                _add_probabilities(target, self.parameters, block, largest, total)
            yield largest + np.log(total / len(self.parameters))
        if self.problem.has_loops and network.self_ties is not None:
            values = self_tie_log_likelihoods(self.problem.with_network(network), self.parameters)
            each = logsumexp(values, axis=0) - np.log(len(values))
            yield np.where(np.isnan(network.self_ties), 0.0, each)

    def simulate(self, draw: int, rng: np.random.Generator, *, observed: bool = False) -> Network:
        """A network drawn from one of the parameter vectors.

        Parameters
        ----------
        draw : int
        rng : numpy.random.Generator
        observed : bool
            Whether to replay the design of the problem's network.
        """
        problem, theta, network = self.problem, self.parameters[draw], self.problem.network
        if observed and designs_of_lists(network):
            return replayed(network, ranked_wishes(problem, theta, rng))
        ties = simulated_ties(problem, theta, rng)
        if observed and network.n_nominations is not None:
            return replayed(network, ties)  # without a cap the order does not matter
        simulated = with_ties(network, ties, simulated_self_ties(problem, theta, rng))
        return hidden_as(simulated, network) if observed else simulated


def _of_itself(eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
    return eta


@kernel
def _add_probabilities(target, draws, block, largest, total):
    """Streamed log-sum-exp over draws of each unit's log-likelihood."""
    for s in range(draws.shape[0]):
        values = unit_log_likelihoods(target, draws[s], target.layout, target.dyads, block)
        for p in range(values.size):
            if values[p] > largest[p]:
                total[p] = total[p] * np.exp(largest[p] - values[p]) + 1.0
                largest[p] = values[p]
            else:
                total[p] += np.exp(values[p] - largest[p])
