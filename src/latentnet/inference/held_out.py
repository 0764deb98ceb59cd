"""Dyads held out of a fit, whose log score says when it has converged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gammaln

from latentnet.inference.gaussians import Gaussians
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.verbs import linear_predictors
from latentnet.network.sparse import entries_at

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["HeldOut", "held_out", "log_score"]

_MOST = 2000  # ties, and as many other dyads
_DRAWS = 10  # that probabilities are averaged over


class HeldOut(NamedTuple):
    """Some dyads, and their ties."""

    senders: np.ndarray
    receivers: np.ndarray
    values: np.ndarray


def held_out(problem: Problem, rng: np.random.Generator) -> HeldOut:
    """Some ties and as many other observed dyads: at most a twentieth of the ties."""
    network, ties = problem.network, problem.network.ties.tocoo()
    some = rng.permutation(ties.nnz)[: min(_MOST, ties.nnz // 20)]
    if not network.directed:
        some = some[ties.row[some] < ties.col[some]]
    others = rng.integers(network.n_actors, size=(2, some.size))
    i, j = np.concatenate([ties.row[some], others[0]]), np.concatenate([ties.col[some], others[1]])
    low, high = (i, j) if network.directed else (np.minimum(i, j), np.maximum(i, j))
    _, first = np.unique(low.astype(np.int64) * network.n_actors + high, return_index=True)
    first = first[i[first] != j[first]]
    i, j = i[first], j[first]
    seen = (entries_at(network.observed.missing, i, j) == 0.0) & network.observed.asked[i]
    return HeldOut(i[seen], j[seen], entries_at(network.ties, i, j)[seen])


def log_score(law: Gaussians, problem: Problem, dyads: HeldOut) -> float:
    """Mean log probability of dyads, with probabilities averaged over a few draws, the same numbers every time."""
    if not dyads.senders.size:
        return 0.0
    if Fused.accepts(problem):
        return law.log_score(dyads.senders, dyads.receivers, dyads.values > 0.0, _DRAWS)
    draws = np.stack([law.draw(np.random.default_rng(seed))[0] for seed in range(_DRAWS)])
    eta = linear_predictors(problem.predictor, draws, dyads.senders, dyads.receivers)
    if problem.family.pair_sum == "exponential":
        logs = dyads.values * eta - np.exp(eta) - gammaln(dyads.values + 1.0)
    else:
        logs = -np.logaddexp(0.0, np.where(dyads.values > 0.0, -eta, eta))
    return float((np.logaddexp.reduce(logs, axis=0) - np.log(_DRAWS)).mean())
