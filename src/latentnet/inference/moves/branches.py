"""Groups of actors that swing as one: branches that hang on one actor, and crowds with few ties to others.

If all paths from a group to the rest lead through one actor, the ties say how far the group is from that actor, and
hardly in which direction: the posterior has a mode for each. So it is with crowds, which may lie about the others in
several orders, and with components, of which ties say nothing but that they lie apart. Moves of single actors cannot
cross between such modes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from latentnet.compiled import copy_into, inline_kernel, larger, smaller
from latentnet.inference.moves.adaptation import LOG_STEP, new_step
from latentnet.inference.moves.path_length import LENGTH, new_path_length
from latentnet.problem.verbs import log_likelihood, log_prior

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "NOTHING",
    "Groups",
    "SwingingGroups",
    "Swings",
    "accept",
    "axis_to",
    "draw_across",
    "draw_direction",
    "find_groups",
    "mean_of",
    "new_swings",
    "reflect",
    "swing",
]

_MOST_HUBS = 200
_MOST_ACTORS = 5000
_MOST_TO_CROWD, _MOST_TIES = 2000, 20  # actors, and ties of each: of more, crowds are hard to find, and to move
_MOST_SWINGS = 2  # of branches, and of components
_CROWDS_A_STEP = 1.0 / 8.0  # of a trajectory: a swing costs less than two steps
_MOST_CROWDS = 16
_FLIPS = 0.5  # of the swings of branches
_FEWEST_IN_COMPONENT = 5


class Groups(NamedTuple):
    """Groups and the actors that they swing about; chosen from the ties alone, so that swings are symmetric moves."""

    starts: np.ndarray  # (n_groups + 1,)
    members: np.ndarray
    anchor_starts: np.ndarray  # (n_groups + 1,)
    anchors: np.ndarray  # no members, or all: a group swings about the mean of their positions, which stays

    @classmethod
    def of(cls, found: list[tuple[np.ndarray, np.ndarray]]) -> Groups:
        """Groups of pairs of members and anchors."""
        columns = zip(*found, strict=True) if found else ((), ())
        packed = [
            (np.cumsum([0, *map(len, one)]).astype(np.int64), np.concatenate([*one, np.zeros(0)]).astype(np.int64))
            for one in columns
        ]
        return cls(*packed[0], *packed[1])

    def __len__(self) -> int:
        """How many groups."""
        return self.starts.size - 1


class SwingingGroups(NamedTuple):
    """What may swing in a network, and of what components the arrangement is open."""

    branches: Groups
    crowds: Groups
    components: Groups
    arranged: Groups  # components, without anchors; none unless there are two


NOTHING = SwingingGroups(Groups.of([]), Groups.of([]), Groups.of([]), Groups.of([]))


def find_groups(starts: np.ndarray, neighbours: np.ndarray) -> SwingingGroups:
    """What one actor cuts off from the rest, crowds, which Louvain's method finds, of 2 to n/2 actors; and components.

    Parameters
    ----------
    starts, neighbours : int ndarray
        CSR of ties in either direction. Beyond 5,000 actors nothing is sought; of the actors that cut the network the
        200 with the most ties are taken, as each is a search for components; crowds are of networks of at most 2,000
        actors with at most 20 ties each (Blondel, Guillaume, Lambiotte & Lefebvre 2008; of all levels).
    """
    n = starts.size - 1
    if n > _MOST_ACTORS:
        return NOTHING
    import networkx as nx

    parts = (np.ones(neighbours.size), neighbours.astype(np.int32), starts.astype(np.int32))
    matrix = sparse.csr_array(parts, shape=(n, n))
    graph = nx.from_scipy_sparse_array(matrix)
    crowds = _crowds(graph) if n <= _MOST_TO_CROWD and neighbours.size <= _MOST_TIES * n else ()
    components = _components(matrix)
    arranged = [(members, members[:0]) for members in components] if len(components) > 1 else []
    found = _branches(matrix, graph), crowds, _turning(components, n), arranged
    return SwingingGroups(*(Groups.of(list(one)) for one in found))


def _branches(matrix: sparse.csr_array, graph: nx.Graph) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    import networkx as nx

    n, whole = matrix.shape[0], connected_components(matrix, directed=False)[1]
    for hub in sorted(nx.articulation_points(graph), key=lambda i: (-graph.degree[i], i))[:_MOST_HUBS]:
        kept = np.delete(np.arange(n), hub)
        labels = connected_components(matrix[kept][:, kept], directed=False)[1]
        for label in np.unique(labels[whole[kept] == whole[hub]]):
            members = kept[labels == label]
            if 2 <= members.size <= n // 2:
                yield members, np.array([hub])


def _crowds(graph: nx.Graph) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Those that more than one actor ties to the others: each once, fine ones first."""
    import networkx as nx

    levels = nx.community.louvain_partitions(graph, weight=None, seed=1)
    found = dict.fromkeys(tuple(sorted(crowd)) for level in levels for crowd in level)
    for members in found:
        anchors = sorted({j for i in members for j in graph[i]}.difference(members))
        if 2 <= len(members) <= len(graph) // 2 and len(anchors) > 1:
            yield np.array(members), np.array(anchors)


def _components(matrix: sparse.csr_array) -> list[np.ndarray]:
    """Members of each that is not moved well enough actor by actor."""
    labels = connected_components(matrix, directed=False)[1]
    sizes = np.bincount(labels)
    large = np.flatnonzero((sizes >= _FEWEST_IN_COMPONENT) & (sizes < labels.size))
    return [np.flatnonzero(labels == label) for label in large]


def _turning(components: list[np.ndarray], n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each about itself, and but for the largest one also about all others."""
    largest = max(components, key=len, default=None)
    for members in components:
        yield members, members
        if members is not largest:
            yield members, np.delete(np.arange(n), members)


@inline_kernel
def mean_of(theta, n, d, group, centre):
    """Set the centre to the mean of the group's positions."""
    for k in range(d):
        centre[k] = 0.0
        for t in range(group.size):
            centre[k] += theta[k * n + group[t]]
        centre[k] /= group.size


@inline_kernel
def draw_direction(rng, normal):
    """A random unit vector."""
    norm = 0.0
    for k in range(normal.size):
        normal[k] = rng.standard_normal()
        norm += normal[k] ** 2
    for k in range(normal.size):
        normal[k] /= math.sqrt(norm)


@inline_kernel
def axis_to(centre, mean):
    """Set the second mean to the unit vector to it from the first, if they are apart; returns how far they are."""
    apart = 0.0
    for k in range(centre.size):
        mean[k] -= centre[k]
        apart += mean[k] ** 2
    apart = math.sqrt(apart)
    for k in range(centre.size):
        mean[k] /= larger(apart, 1e-300)
    return apart


@inline_kernel
def draw_across(rng, axis, direction):
    """A random unit vector at right angles to this one."""
    draw_direction(rng, direction)
    along = 0.0
    for k in range(axis.size):
        along += axis[k] * direction[k]
    norm = math.sqrt(1.0 - along**2)
    for k in range(axis.size):
        direction[k] = (direction[k] - along * axis[k]) / norm


@inline_kernel
def reflect(theta, n, d, group, centre, normal):
    """Mirror the group's actors in the hyperplane through the centre with this unit normal."""
    for t in range(group.size):
        i = group[t]
        along = 0.0
        for k in range(d):
            along += normal[k] * (theta[k * n + i] - centre[k])
        for k in range(d):
            theta[k * n + i] -= 2.0 * along * normal[k]


@inline_kernel
def accept(target, state, rng):
    """Whether the proposal of a symmetric move is accepted, which the state then is."""
    value = log_likelihood(target, state.proposal)
    change = value - state.log_likelihood[0] + log_prior(target, state.proposal) - log_prior(target, state.theta)
    accepted = math.log(rng.random()) < change
    if accepted:
        copy_into(state.theta, state.proposal)
        state.log_likelihood[0] = value
    return accepted


class Swings(NamedTuple):
    """How many an iteration, and of what."""

    tries: int
    tries_a_step: float  # of a trajectory of the path's length
    path: np.ndarray  # tuning of the trajectories
    step: np.ndarray
    groups: Groups


def new_swings(groups: Groups, path: np.ndarray | None = None, step: np.ndarray | None = None) -> Swings:
    """Swings: a few; of crowds, with the tuning of the trajectories: the more, the longer these are."""
    if path is None or step is None:
        nobody = np.zeros(0, np.int64)
        return Swings(min(_MOST_SWINGS, len(groups)), 0.0, new_path_length(nobody, nobody).tuning, new_step(), groups)
    return Swings(0, _CROWDS_A_STEP, path, step, groups)


def swing(target, state, move, rng):
    """Swing some random groups about their anchors by one or two reflections in random directions.

    A reflection is its own inverse, and two of them make any rotation as likely as its inverse: the move is symmetric.
    Half of the times a branch is mirrored in the line from its anchor to its mean, which stays, so that it fits in.
    """
    groups = move.groups
    theta, proposal, n, d = state.theta, state.proposal, target.n_actors, target.n_dims
    centre, axis, direction = state.saved, state.centre, state.momentum[: target.n_dims]
    of_steps = move.tries_a_step * move.path[LENGTH] / math.exp(move.step[LOG_STEP])
    tries = move.tries + int(smaller(of_steps, _MOST_CROWDS))
    moved = 0
    for _ in range(tries):
        b = int(rng.random() * (groups.starts.size - 1))
        group = groups.members[groups.starts[b] : groups.starts[b + 1]]
        anchors = groups.anchors[groups.anchor_starts[b] : groups.anchor_starts[b + 1]]
        mean_of(theta, n, d, anchors, centre)
        copy_into(proposal, theta)
        if anchors.size == 1 and d > 1 and rng.random() < _FLIPS:
            mean_of(theta, n, d, group, axis)
            axis_to(centre, axis)
            draw_across(rng, axis, direction)
            reflect(proposal, n, d, group, centre, direction)
        else:
            for _ in range(1 + int(2.0 * rng.random())):
                draw_direction(rng, direction)
                reflect(proposal, n, d, group, centre, direction)
        moved += accept(target, state, rng)
    return moved / larger(tries, 1)
