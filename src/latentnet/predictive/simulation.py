"""Networks drawn from the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from latentnet.checks import fits
from latentnet.families.links import LINKS
from latentnet.likelihood.composed_draws import block_dyads, block_predictors
from latentnet.likelihood.verbs import own_scratch
from latentnet.network import Network
from latentnet.network.sparse import without_entries
from latentnet.predictive.large import is_large, large_ties

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["check_room", "check_walk", "ranked_wishes", "simulated_ties"]

_MOST_DYADS = 1e11  # drawn one by one, in about an hour

_Entries = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    network = problem.network
    if is_large(problem):
        return without_entries(large_ties(problem, theta, rng), network.impossible)
    target, values, entries = own_scratch(problem.whole.exact, np.float64), theta[problem.family_slice], []
    for block in range(target.layout.sizes.size):
        senders, receivers = target.layout.dyads(block)
        eta = block_predictors(target, theta[None], block)[0]
        y = problem.family.simulate(eta, values, problem.bound.data, block_dyads(target, block), rng)
        entries.append(_entries(senders, receivers, y[0]))
        if len(y) == 2:
            entries.append(_entries(receivers, senders, y[1]))
        elif not network.has_direction:
            entries.append(_entries(receivers, senders, y[0]))
    return without_entries(_matrix(entries, problem.n_actors), network.impossible)


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
    target, entries = own_scratch(problem.whole.exact, np.float64), []
    link = LINKS[problem.family.link]  # type: ignore[attr-defined]
    for block in range(target.layout.sizes.size):  # of whole rows
        senders, receivers = target.layout.dyads(block)
        utility = block_predictors(target, theta[None], block)[0, 0] + link.noise(rng.random(senders.size))
        order = np.lexsort((-utility, senders))
        order = order[(utility[order] > 0.0) & (senders[order] != receivers[order])]
        i = senders[order]
        entries.append((i, receivers[order], np.arange(i.size) - np.searchsorted(i, i) + 1.0))
    return _matrix(entries, problem.n_actors)


def check_room(n_networks: int, networks: Sequence[Network]) -> None:
    """Refuse so many networks like these that they would not fit into memory, before the first is drawn."""
    each = sum(5e3 + 16.0 * network.n_actors + 24.0 * network.n_ties for network in networks)
    fits(f"n_networks={n_networks} of {networks[0].n_actors:,} actors", each * n_networks, fix="ask for fewer")


def check_walk(n_networks: int, problem: Problem) -> None:
    """Refuse so many networks that their dyads, drawn one by one, would take hours, before the first is drawn."""
    each = 0 if is_large(problem) else problem.network.observed.n_dyads_possible
    if n_networks * each > _MOST_DYADS:
        most = int(_MOST_DYADS // each)
        fix = f"ask for at most {most}" if most else "fit a part of the network"
        raise ValueError(
            f"n_networks={n_networks} of {problem.n_actors:,} actors would draw {n_networks * each:.1e} dyads one by "
            f"one, which takes hours; {fix}, or a model of which networks are drawn at once: binary ties, "
            "similarity='distance', no effects"
        )
