"""Relocation: an actor jumps around what holds it in place, which gradients cannot."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel, small_kernel
from latentnet.problem.verbs import actor_log_likelihood, actor_log_prior, prepare_actors, redraw_actor

__all__ = ["Relocation", "random_other", "relocate"]

REDRAWN = 0.8  # share of relocations of an actor without ties that draw it anew; 1/(1 + ties) of it otherwise


class Relocation(NamedTuple):
    """Of how many actors an iteration, and who has ties with whom."""

    tries: int
    starts: np.ndarray  # CSR of ties in either direction
    neighbours: np.ndarray


@small_kernel
def random_other(n, actor, rng):
    """One of the other actors."""
    other = int(rng.random() * (n - 1))
    return other + 1 if other >= actor else other


@inline_kernel
def _centre_of_others(target, theta, actor, centre):
    """Fill `centre` by the mean of all in the actor's space but those that move along with it."""
    n, sites, following = target.n_actors, target.sites, target.following
    for k in range(target.n_dims):
        total, count, later = 0.0, 0, actor
        for j in range(n):
            if sites[j] == sites[actor]:
                total += theta[k * n + j]
                count += 1
        while later >= 0:
            total -= theta[k * n + later]
            count -= 1
            later = following[later]
        centre[k] = total / count if count > 0 else 0.0


@inline_kernel
def _choose_centre(target, theta, move, actor, centre, rng):
    """Fill `centre` by a point that does not depend on the actor's own position, nor on what moves along with it.

    So turning about it is symmetric.
    """
    n, d = target.n_actors, target.n_dims
    starts, neighbours = move.starts, move.neighbours
    first, last = starts[actor], starts[actor + 1]
    choice = rng.random()
    if choice < 0.7 and first < last:
        if choice >= 0.4:  # one neighbour
            only = first + int(rng.random() * (last - first))
            first, last = only, only + 1
        for k in range(d):
            total = 0.0
            for t in range(first, last):
                total += theta[k * n + neighbours[t]]
            centre[k] = total / (last - first)
    elif choice < 0.85 or first == last:  # all others; the only choice of an isolate
        _centre_of_others(target, theta, actor, centre)
    else:
        other, later = random_other(n, actor, rng), actor
        while later >= 0 and later != other:
            later = target.following[later]
        for k in range(d):
            centre[k] = theta[k * n + other] if later < 0 else 0.0


@inline_kernel
def _turn(theta, n, actor, centre, saved, rng):
    """Turn the actor about the centre: any angle in 2-D, any direction beyond, the mirror image in 1-D."""
    d = centre.size
    if d == 1:
        theta[actor] = 2.0 * centre[0] - saved[0]
        return
    if d == 2:
        angle = 2.0 * math.pi * rng.random()
        cosine, sine = math.cos(angle), math.sin(angle)
        u, v = saved[0] - centre[0], saved[1] - centre[1]
        theta[actor] = centre[0] + cosine * u - sine * v
        theta[n + actor] = centre[1] + sine * u + cosine * v
        return
    radius = norm = 0.0
    for k in range(d):
        radius += (saved[k] - centre[k]) ** 2
        direction = rng.standard_normal()
        theta[k * n + actor] = direction
        norm += direction**2
    for k in range(d):
        theta[k * n + actor] = centre[k] + theta[k * n + actor] * math.sqrt(radius / norm)


@small_kernel
def _trajectory_log_likelihood(target, theta, actor):
    """Log-likelihood of the dyads of an actor's presence and of its later ones, which have no dyads among them."""
    total = 0.0
    while actor >= 0:
        total += actor_log_likelihood(target, theta, actor)
        actor = -1 if target.couples_actors else target.following[actor]  # then that of one actor is that of all
    return total


@small_kernel
def _shift_later(theta, start, actor, following, shift):
    later = following[actor]
    while later >= 0:
        theta[start + later] += shift
        later = following[later]


def relocate(target, state, move, rng):
    """Turn some random actors about random centres, or draw them anew from the prior.

    Those with few ties are drawn anew more often: the fewer, the less holds them where they are. Where several periods
    are modelled, one presence of an actor turns, and its later ones go along.
    """
    n, d, following = target.n_actors, target.n_dims, target.following
    theta, saved, centre = state.theta, state.saved, state.centre
    moved = 0
    prepare_actors(target, theta)
    for _ in range(move.tries):
        actor = int(rng.random() * n)
        degree = move.starts[actor + 1] - move.starts[actor]
        anew = rng.random() * (1.0 + degree) < REDRAWN
        if not anew:
            _choose_centre(target, theta, move, actor, centre, rng)
        old = _trajectory_log_likelihood(target, theta, actor)
        old_prior = actor_log_prior(target, theta, actor)
        for k in range(d):
            saved[k] = theta[k * n + actor]
        if anew:
            redraw_actor(target, theta, actor, rng)
        else:
            _turn(theta, n, actor, centre, saved, rng)
        for k in range(d):
            _shift_later(theta, k * n, actor, following, theta[k * n + actor] - saved[k])
        change = _trajectory_log_likelihood(target, theta, actor) - old
        of_prior = 0.0 if anew else actor_log_prior(target, theta, actor) - old_prior
        if math.log(rng.random()) < change + of_prior:
            state.log_likelihood[0] += change
            moved += 1
        else:
            for k in range(d):
                _shift_later(theta, k * n, actor, following, saved[k] - theta[k * n + actor])
                theta[k * n + actor] = saved[k]
    return moved / move.tries
