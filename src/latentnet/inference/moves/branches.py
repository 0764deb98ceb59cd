"""Branches: parts of the network that hang on one actor, and the move that swings such a part around it.

If all paths from a group to the rest lead through one actor, the ties say how far the group is from that actor, and
hardly in which direction: the posterior has a mode for each. Moves of single actors cannot cross between them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from latentnet.compiled import copy_into, inline_kernel
from latentnet.problem.verbs import log_likelihood, log_prior

__all__ = ["Branches", "Swings", "find_branches", "swing"]

_MOST_HUBS = 200
_MOST_ACTORS = 5000


class Branches(NamedTuple):
    """Groups that hang on one actor each; chosen from the ties alone, so that swinging them is a symmetric move."""

    hubs: np.ndarray  # (n_branches,)
    starts: np.ndarray  # (n_branches + 1,)
    members: np.ndarray


def find_branches(starts: np.ndarray, neighbours: np.ndarray) -> Branches:
    """Groups of 2 to n/2 actors that one actor cuts off from the rest of its component.

    Parameters
    ----------
    starts, neighbours : int ndarray
        CSR of ties in either direction. Beyond 5,000 actors no branches are sought, and of the actors that cut the
        network the 200 with the most ties are taken: the search is a component search for each.
    """
    n = starts.size - 1
    hubs: list[int] = []
    groups: list[np.ndarray] = []
    if n <= _MOST_ACTORS:
        parts = (np.ones(neighbours.size), neighbours.astype(np.int32), starts.astype(np.int32))
        matrix = sparse.csr_array(parts, shape=(n, n))
        graph = nx.from_scipy_sparse_array(matrix)
        cuts = sorted(nx.articulation_points(graph), key=lambda i: (starts[i] - starts[i + 1], i))
        whole = connected_components(matrix, directed=False)[1]
        for hub in cuts[:_MOST_HUBS]:
            kept = np.delete(np.arange(n), hub)
            labels = connected_components(matrix[kept][:, kept], directed=False)[1]
            for label in np.unique(labels[whole[kept] == whole[hub]]):
                members = kept[labels == label]
                if 2 <= members.size <= n // 2:
                    hubs.append(int(hub))
                    groups.append(members)
    ends = np.cumsum([0, *(group.size for group in groups)]).astype(np.int64)
    members = np.concatenate(groups).astype(np.int64) if groups else np.zeros(0, np.int64)
    return Branches(np.array(hubs, np.int64), ends, members)


@inline_kernel
def _reflect(theta, n, d, group, hub, normal):
    """Mirror the group's actors in the hyperplane through the hub with this unit normal."""
    for t in range(group.size):
        i = group[t]
        along = 0.0
        for k in range(d):
            along += normal[k] * (theta[k * n + i] - theta[k * n + hub])
        for k in range(d):
            theta[k * n + i] -= 2.0 * along * normal[k]


class Swings(NamedTuple):
    """How many an iteration, and of what."""

    tries: int
    branches: Branches


def swing(target, state, move, rng):
    """Turn some random branches about their hubs by one or two reflections in random directions.

    A reflection is its own inverse, and two of them make any rotation as likely as its inverse: the move is symmetric.
    """
    branches, tries = move.branches, move.tries
    theta, proposal, centre, n, d = state.theta, state.proposal, state.centre, target.n_actors, target.n_dims
    moved = 0
    for _ in range(tries):
        b = int(rng.random() * branches.hubs.size)
        group = branches.members[branches.starts[b] : branches.starts[b + 1]]
        copy_into(proposal, theta)
        for _ in range(1 + int(2.0 * rng.random())):
            norm = 0.0
            for k in range(d):
                centre[k] = rng.standard_normal()
                norm += centre[k] ** 2
            for k in range(d):
                centre[k] /= math.sqrt(norm)
            _reflect(proposal, n, d, group, branches.hubs[b], centre)
        value = log_likelihood(target, proposal)
        change = value - state.log_likelihood[0] + log_prior(target, proposal) - log_prior(target, theta)
        if math.log(rng.random()) < change:
            copy_into(theta, proposal)
            state.log_likelihood[0] = value
            moved += 1
    return moved / tries
