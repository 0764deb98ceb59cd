"""Networks drawn from the model."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from latentnet.compiled import first_class_functions
from latentnet.families.links import LINKS
from latentnet.likelihood.composed import composed_linear_predictor
from latentnet.likelihood.composed_draws import blocks_of
from latentnet.likelihood.verbs import own_scratch

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["ranked_wishes", "simulated_ties"]

_Entries = tuple[np.ndarray, np.ndarray, np.ndarray]


def _predictors(problem: Problem, theta: np.ndarray) -> np.ndarray:
    target = own_scratch(problem.predictive, np.float64)
    eta = np.empty(target.layout.halves * int(target.layout.starts[-1]))
    with first_class_functions():
        composed_linear_predictor(target, theta, eta)
    return eta


def _entries(senders: np.ndarray, receivers: np.ndarray, values: np.ndarray) -> _Entries:
    """Those that are ties; the runs of a layout hold the diagonal too."""
    kept = (values != 0.0) & (senders != receivers)
    return senders[kept], receivers[kept], values[kept]


def _matrix(entries: list[_Entries], n_actors: int) -> sparse.csr_array:
    rows, columns, values = (
        np.concatenate([np.zeros(0, parts[0].dtype), *parts]) for parts in zip(*entries, strict=True)
    )
    matrix = sparse.csr_array((values, (rows, columns)), shape=(n_actors, n_actors))
    matrix.sort_indices()
    return matrix


def simulated_ties(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> sparse.csr_array:
    """Ties of one network, (n_actors, n_actors), both directions of an undirected one.

    Parameters
    ----------
    problem : Problem
    theta : ndarray of shape (n_parameters,)
    rng : numpy.random.Generator
    """
    target, network = problem.predictive, problem.network
    all_senders, all_receivers = target.layout.dyads()
    entries = []
    spans = itertools.pairwise(target.layout.starts.tolist())
    for (eta, dyads), (first, end) in zip(blocks_of(target, _predictors(problem, theta)), spans, strict=True):
        senders, receivers = all_senders[first:end], all_receivers[first:end]
        y = problem.family.simulate(eta, theta[problem.family_slice], problem.bound.data, dyads, rng)
        entries.append(_entries(senders, receivers, y[0]))
        if len(y) == 2:
            entries.append(_entries(receivers, senders, y[1]))
        elif not network.has_direction:
            entries.append(_entries(receivers, senders, y[0]))
    return _matrix(entries, problem.n_actors)


def ranked_wishes(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> sparse.csr_array:
    """Whom each actor would name, without a cap: 1 for the first, 2 for the second, ..., by utility.

    The utilities are η plus noise of the link's distribution, and names those above 0 (`families.capped`).

    Parameters
    ----------
    problem : Problem
        Of a directed binary network.
    theta : ndarray of shape (n_parameters,)
    rng : numpy.random.Generator

    Returns
    -------
    csr_array of shape (n_actors, n_actors)
    """
    senders, receivers = problem.predictive.layout.dyads()
    uniform = rng.random(senders.size)
    link = LINKS[problem.family.link]  # type: ignore[attr-defined]
    utility = _predictors(problem, theta) + link.noise(uniform)
    order = np.lexsort((-utility, senders))
    order = order[(utility[order] > 0.0) & (senders[order] != receivers[order])]
    i = senders[order]
    ranks = np.arange(i.size) - np.searchsorted(i, i) + 1.0
    return _matrix([(i, receivers[order], ranks)], problem.n_actors)
