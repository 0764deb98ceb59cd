"""Moves that gradients cannot make: an actor jumps around what holds it in place, or two actors change places."""

from __future__ import annotations

import math

from latentnet.compiled import inline_kernel
from latentnet.likelihood.verbs import actor_log_likelihood, change_of_swap, couples_actors
from latentnet.priors.joint import actor_log_prior, redraw_actor
from latentnet.priors.positions import prepare_actors

__all__ = ["relocate", "swap"]

REDRAWN = 0.8  # share of relocations of an actor without ties that draw it anew; 1/(1 + ties) of it otherwise


@inline_kernel
def _random_other(n, actor, rng):
    other = int(rng.random() * (n - 1))
    return other + 1 if other >= actor else other


@inline_kernel
def _centre_of_others(target, theta, actor, centre):
    """Fill `centre` by the mean of all in the actor's space but those that move along with it."""
    n, walk = target.prior.n_actors, target.prior.walk
    for k in range(target.prior.n_dims):
        total, count, later = 0.0, 0, actor
        for j in range(n):
            if walk.sites[j] == walk.sites[actor]:
                total += theta[k * n + j]
                count += 1
        while later >= 0:
            total -= theta[k * n + later]
            count -= 1
            later = walk.following[later]
        centre[k] = total / count if count > 0 else 0.0


@inline_kernel
def _choose_centre(target, theta, graph, actor, centre, rng):
    """Fill `centre` by a point that does not depend on the actor's own position, nor on what moves along with it.

    So turning about it is symmetric.
    """
    n, d = target.prior.n_actors, target.prior.n_dims
    starts, neighbours = graph
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
        other, later = _random_other(n, actor, rng), actor
        while later >= 0 and later != other:
            later = target.prior.walk.following[later]
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


@inline_kernel
def _trajectory_log_likelihood(target, theta, actor):
    """Log-likelihood of the dyads of an actor's presence and of its later ones, which have no dyads among them."""
    total, following = 0.0, target.prior.walk.following
    whole = couples_actors(target.likelihood)  # then that of one actor is that of all
    while actor >= 0:
        total += actor_log_likelihood(target.likelihood, theta, actor)
        actor = -1 if whole else following[actor]
    return total


@inline_kernel
def _shift_later(theta, start, actor, following, shift):
    later = following[actor]
    while later >= 0:
        theta[start + later] += shift
        later = following[later]


@inline_kernel
def relocate(target, state, graph, count, rng):
    """Turn `count` random actors about random centres, or draw them anew from the prior; returns how many moved.

    Those with few ties are drawn anew more often: the fewer, the less holds them where they are. Where several periods
    are modelled, one presence of an actor turns, and its later ones go along.
    """
    n, d, following = target.prior.n_actors, target.prior.n_dims, target.prior.walk.following
    theta, saved, centre = state.theta, state.saved, state.centre
    moved = 0
    prepare_actors(target.prior.positions, theta)
    for _ in range(count):
        actor = int(rng.random() * n)
        degree = graph[0][actor + 1] - graph[0][actor]
        anew = rng.random() * (1.0 + degree) < REDRAWN
        if not anew:
            _choose_centre(target, theta, graph, actor, centre, rng)
        old = _trajectory_log_likelihood(target, theta, actor)
        old_prior = actor_log_prior(target.prior, theta, actor)
        for k in range(d):
            saved[k] = theta[k * n + actor]
        if anew:
            redraw_actor(target.prior, theta, actor, rng)
        else:
            _turn(theta, n, actor, centre, saved, rng)
        for k in range(d):
            _shift_later(theta, k * n, actor, following, theta[k * n + actor] - saved[k])
        change = _trajectory_log_likelihood(target, theta, actor) - old
        of_prior = 0.0 if anew else actor_log_prior(target.prior, theta, actor) - old_prior
        if math.log(rng.random()) < change + of_prior:
            state.log_likelihood[0] += change
            moved += 1
        else:
            for k in range(d):
                _shift_later(theta, k * n, actor, following, saved[k] - theta[k * n + actor])
                theta[k * n + actor] = saved[k]
    return moved


@inline_kernel
def swap(target, state, count, rng):
    """Let `count` random pairs of actors change places; returns how many did.

    Only where the likelihood offers it and every dyad was observed: nor does the prior change.
    """
    likelihood, theta = target.likelihood, state.theta
    n, d = target.prior.n_actors, target.prior.n_dims
    swapped = 0
    for _ in range(count):
        i = int(rng.random() * n)
        j = _random_other(n, i, rng)
        change = change_of_swap(likelihood, theta, i, j)
        if math.log(rng.random()) < change:
            for k in range(d):
                theta[k * n + i], theta[k * n + j] = theta[k * n + j], theta[k * n + i]
            state.log_likelihood[0] += change
            swapped += 1
    return swapped
