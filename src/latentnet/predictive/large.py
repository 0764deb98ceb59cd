"""What draws of plain models of large networks say of all dyads at once, in time and memory of the ties' order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from latentnet.likelihood.approximate import MOST_WALKED, Approximate
from latentnet.likelihood.verbs import linear_predictors, value_and_gradient
from latentnet.nbody.sums import MOST_DIMS
from latentnet.nbody.ties import tied_pairs
from latentnet.network.sparse import both_ways, entries_at

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["is_large", "large_score", "large_ties"]

_MORE = 1.5  # by which the intercept is raised for the sample of dyads: about four times as many as ties
_MOST_AT_ONCE = 2_000_000  # linear predictors


def is_large(problem: Problem) -> bool:
    """Whether all dyads are too many to be walked over, and the model is one that does not need it."""
    return problem.n_actors > MOST_WALKED and not Approximate.plain_refusal(problem) and 0 < problem.n_dims <= MOST_DIMS


def large_ties(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> sparse.csr_array:
    """Ties of one network, (n_actors, n_actors), both directions of an undirected one; impossible ones among them."""
    n, directed = problem.n_actors, problem.network.directed
    senders, receivers = tied_pairs(*_map(problem, theta), directed, rng)
    if not directed:
        senders, receivers = both_ways(senders, receivers)
    ties = sparse.csr_array((np.ones(senders.size), (senders, receivers)), shape=(n, n))
    ties.sum_duplicates()
    ties.data[:] = 1.0
    return ties


def large_score(problem: Problem, draws: np.ndarray) -> float:
    """Sum over observed dyads of the log of the mean over draws of their probability.

    The mean of the draws' log-likelihoods (approximated sums), and what the logs of means are above the means of logs:
    exactly for ties, and for other dyads from a sample, in which near ones are, that has a fixed seed.

    Parameters
    ----------
    problem : Problem
        Of the network that is scored; `is_large` and without wholly unobserved rows.
    draws : ndarray of shape (n_draws, n_parameters)
    """
    network, likelihood = problem.network, Approximate(problem)
    total = 0.0
    for theta in draws:
        likelihood.refit(theta)
        total += value_and_gradient(likelihood, theta)[0] / len(draws)
    if len(draws) == 1:
        return total
    ties = network.ties.tocoo()
    once = slice(None) if network.directed else ties.row < ties.col
    total += float(_gains(problem, draws, ties.row[once], ties.col[once], True).sum())
    points, b = _map(problem, draws.mean(axis=0))
    i, j = tied_pairs(points, b + _MORE, network.directed, np.random.default_rng(0))
    kept = (entries_at(network.ties, i, j) == 0.0) & (entries_at(network.observed.missing, i, j) == 0.0)
    i, j = i[kept], j[kept]
    chance = 1.0 / (1.0 + np.exp(np.linalg.norm(points[:, i] - points[:, j], axis=0) - b - _MORE))
    return total + float(np.sum(_gains(problem, draws, i, j, False) / chance))


def _map(problem: Problem, theta: np.ndarray) -> tuple[np.ndarray, float]:
    """Points (n_dims, n_actors) and the intercept."""
    points = theta[problem.positions].reshape(problem.n_dims, problem.n_actors)
    return points, float(theta[problem.intercept]) if problem.intercept >= 0 else 0.0


def _gains(problem: Problem, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray, tied: bool) -> np.ndarray:
    """Log of the mean probability of each dyad, less the mean of the logs: (n_dyads,)."""
    out, at_once = np.empty(len(senders)), max(1, _MOST_AT_ONCE // len(draws))
    for first in range(0, len(senders), at_once):
        some = slice(first, first + at_once)
        eta = linear_predictors(problem.likelihood, draws, senders[some], receivers[some])
        logs = -np.logaddexp(0.0, -eta if tied else eta)
        out[some] = np.log(np.exp(logs).mean(axis=0)) - logs.mean(axis=0)
    return out
