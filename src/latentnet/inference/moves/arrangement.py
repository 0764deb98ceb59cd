"""Arrangement: how components lie about each other, of which ties say nothing but that they lie apart.

They may face each other by any side, and three and more of them may lie in many orders; to come from one of these to
another by small steps, all would have to make way.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import copy_into, inline_kernel, larger, smaller
from latentnet.inference.moves.adaptation import LOG_STEP
from latentnet.inference.moves.branches import accept, axis_to, draw_across, draw_direction, mean_of, reflect
from latentnet.inference.moves.path_length import LENGTH

__all__ = ["Arrangement", "rearrange"]

_FEWEST, _MOST = 4.0, 32.0
_TRIES_A_STEP = 1.0 / 16.0  # of a trajectory: a try costs less than two steps
_MIRRORED, _EXCHANGED = 0.4, 0.4  # of the tries


class Arrangement(NamedTuple):
    """Groups without ties between them, and the tuning of the trajectories: the longer these, the more tries."""

    starts: np.ndarray  # (n_groups + 1,)
    members: np.ndarray
    path: np.ndarray
    step: np.ndarray


@inline_kernel
def _radius(theta, n, d, group, centre):
    """Of a ball about the centre that is evenly filled and has the group's mean square."""
    total = 0.0
    for k in range(d):
        for t in range(group.size):
            total += (theta[k * n + group[t]] - centre[k]) ** 2
    return math.sqrt(total / group.size * (d + 2.0) / d)


@inline_kernel
def _mirror(rng, theta, n, d, group, centre, axis, direction):
    """Mirror a group about its centre: its far side comes to be the near one by this axis, or left right, or both."""
    which = 3.0 * rng.random()
    if which < 2.0 or d == 1:
        reflect(theta, n, d, group, centre, axis)
    if which >= 1.0 and d > 1:
        draw_across(rng, axis, direction)
        reflect(theta, n, d, group, centre, direction)


def rearrange(target, state, move, rng):
    """Reflect one or both groups of random pairs, by what such reflections keep of the pair: symmetric moves.

    One is mirrored along or across the line between their means; or they change places, in a hyperplane between them
    that is nearer to the smaller one, so that the outer ends of both stay about where they were; or they turn as one
    about the mean of all their positions. How far that hyperplane is from halfway hangs on their radii, which stay:
    done twice it is undone, and volumes stay as they are. Of two groups alone only the first changes distances.
    """
    theta, proposal, n, d = state.theta, state.proposal, target.n_actors, target.n_dims
    centre, axis, direction = state.saved, state.centre, state.momentum[: target.n_dims]
    of_steps = _TRIES_A_STEP * move.path[LENGTH] / math.exp(move.step[LOG_STEP])
    tries, groups, moved = int(larger(smaller(of_steps, _MOST), _FEWEST)), move.starts.size - 1, 0
    for _ in range(tries):
        a = int(rng.random() * groups)
        b = (a + 1 + int(rng.random() * (groups - 1))) % groups
        first = move.members[move.starts[a] : move.starts[a + 1]]
        second = move.members[move.starts[b] : move.starts[b + 1]]
        copy_into(proposal, theta)
        mean_of(theta, n, d, first, centre)
        mean_of(theta, n, d, second, axis)
        wider = _radius(theta, n, d, second, axis) - _radius(theta, n, d, first, centre)
        apart = axis_to(centre, axis)
        kind = rng.random() if groups > 2 else 0.0
        if kind < _MIRRORED:
            _mirror(rng, proposal, n, d, first, centre, axis, direction)
        else:
            exchanged = kind < _MIRRORED + _EXCHANGED
            away = apart * second.size / (first.size + second.size)
            if exchanged:
                away = 0.5 * (apart + (1.0 + rng.random()) * wider)
            for k in range(d):
                centre[k] += away * axis[k]
            if not exchanged:
                draw_direction(rng, axis)
            reflect(proposal, n, d, first, centre, axis)
            reflect(proposal, n, d, second, centre, axis)
        moved += accept(target, state, rng)
    return moved / tries
