"""Moves of common positions and of layers' spreads around them.

Where the ties say much of a layer's positions z + τ·u, trajectories by z and u move slowly along what these share:
all moves but `widen` leave these in place, and cost no likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.compiled import copy_into, inline_kernel
from latentnet.priors.own_maps import OwnMaps, own_map_log_density
from latentnet.problem.verbs import actor_log_prior, log_likelihood, prepare_actors

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer

__all__ = ["Around", "around_of", "recentre", "respread", "reweigh", "widen"]

_TRIES = 3


class Around(NamedTuple):
    """Where deviations are, and what is known of spreads and weights."""

    deviations: np.ndarray  # (n_layers,) int64 where u starts, dimension by dimension
    sizes: np.ndarray  # (n_layers,) int64 actors of each
    actors: np.ndarray  # int64: those of each layer among all, layer by layer
    places: np.ndarray  # (n_layers, n_actors) int64 of all actors in each layer, -1 without
    precision: float  # of log τ
    centre: float  # its prior mean
    own_maps: OwnMaps  # where weights and spreads are, and the prior of the weights, which depends on τ


def around_of(layers: Sequence[Layer], n_actors: int, log_variance: float, own_maps: OwnMaps) -> Around:
    """Where they are in a model of layers."""
    return Around(
        deviations=np.array([layer.deviations for layer in layers], np.int64),
        sizes=np.array([len(layer.actors) for layer in layers], np.int64),
        actors=np.concatenate([layer.actors for layer in layers]).astype(np.int64),
        places=np.stack([layer.places(n_actors) for layer in layers]),
        precision=1.0 / log_variance,
        centre=own_maps.centre,
        own_maps=own_maps,
    )


def respread(target, state, move, rng):
    """Random walk of every log τ, given the layer's own positions: u is divided by what τ is multiplied by."""
    theta, accepted = state.theta, 0.0
    for layer in range(move.own_maps.spreads.size):
        at, start = move.own_maps.spreads[layer], move.deviations[layer]
        end = start + target.n_dims * move.sizes[layer]
        for _ in range(_TRIES):
            squares = 0.0
            for p in range(start, end):
                squares += theta[p] * theta[p]
            log_c = 3.0 ** -int(3.0 * rng.random()) * rng.standard_normal()
            change = 0.5 * squares * (1.0 - math.exp(-2.0 * log_c)) - (end - start) * log_c
            change -= own_map_log_density(move.own_maps, theta, layer)
            theta[at] += log_c
            change -= move.precision * log_c * (theta[at] - move.centre - 0.5 * log_c)
            change += own_map_log_density(move.own_maps, theta, layer)
            if math.log(rng.random()) < change:
                for p in range(start, end):
                    theta[p] *= math.exp(-log_c)
                accepted += 1.0
            else:
                theta[at] -= log_c
    return accepted / (_TRIES * move.own_maps.spreads.size)


@inline_kernel
def _lean(target, theta, move, layer, first, by):
    """Add the common positions times `by` to a layer's deviations; returns by how much ½·Σu² grows.

    Its actors begin at `first` among those of all layers.
    """
    grown, size, n = 0.0, move.sizes[layer], target.n_actors
    for k in range(target.n_dims):
        for place in range(size):
            p = move.deviations[layer] + k * size + place
            step = by * theta[k * n + move.actors[first + place]]
            grown += step * (theta[p] + 0.5 * step)
            theta[p] += step
    return grown


def reweigh(target, state, move, rng):
    """Random walk of log τ against log w, given w^(1/degree)·(z + τ·u): what of it is z goes to u, or comes from it.

    Where a layer has a map of its own, τ and 1/w may be anything together. The change of variables has determinant 1.
    """
    theta, accepted, tried, first = state.theta, 0.0, 0, 0
    for layer in range(move.own_maps.spreads.size):
        weight, at = move.own_maps.weights[layer], move.own_maps.spreads[layer]
        for _ in range(_TRIES if weight >= 0 else 0):
            log_c = 3.0 ** (1 - int(3.0 * rng.random())) * rng.standard_normal()
            change = -own_map_log_density(move.own_maps, theta, layer)
            by = (1.0 - math.exp(-log_c)) * math.exp(-theta[at]) / move.own_maps.unit
            change -= _lean(target, theta, move, layer, first, by)
            theta[at] += log_c
            theta[weight] -= move.own_maps.degree * log_c
            change -= move.precision * log_c * (theta[at] - move.centre - 0.5 * log_c)
            change += own_map_log_density(move.own_maps, theta, layer)
            tried += 1
            if math.log(rng.random()) < change:
                accepted += 1.0
            else:
                theta[at] -= log_c
                theta[weight] += move.own_maps.degree * log_c
                _lean(target, theta, move, layer, first, -by)
        first += move.sizes[layer]
    return accepted / tried


def widen(target, state, move, rng):
    """Random walk of every log τ, given u: goes far where τ is so small that the ties say nothing of u."""
    theta, proposal, accepted = state.theta, state.proposal, 0.0
    copy_into(proposal, theta)
    for layer in range(move.own_maps.spreads.size):
        at, log_c = move.own_maps.spreads[layer], 3.0 ** (1 - int(3.0 * rng.random())) * rng.standard_normal()
        proposal[at] += log_c
        change = own_map_log_density(move.own_maps, proposal, layer) - own_map_log_density(move.own_maps, theta, layer)
        change -= move.precision * log_c * (proposal[at] - move.centre - 0.5 * log_c)
        new_log_likelihood = log_likelihood(target, proposal)
        if math.log(rng.random()) < change + new_log_likelihood - state.log_likelihood[0]:
            theta[at], state.log_likelihood[0] = proposal[at], new_log_likelihood
            accepted += 1.0
        else:
            proposal[at] = theta[at]
    return accepted / move.own_maps.spreads.size


@inline_kernel
def _shift(move, theta, n, d, actor, by, sign):
    """Move a common position by `by`, and the deviations so that the layers' positions stay."""
    for k in range(d):
        theta[k * n + actor] += sign * by[k]
        for layer in range(move.own_maps.spreads.size):
            place = move.places[layer, actor]
            if place >= 0:
                tau = move.own_maps.unit * math.exp(theta[move.own_maps.spreads[layer]])
                theta[move.deviations[layer] + k * move.sizes[layer] + place] -= sign * by[k] / tau


@inline_kernel
def _log_prior_of(target, theta, actor):
    """Log prior density of a position, given the one before, and of the one that follows, given this."""
    value, later = actor_log_prior(target, theta, actor), target.following[actor]
    return value + actor_log_prior(target, theta, later) if later >= 0 else value


def recentre(target, state, move, rng):
    """Propose every common position given the layers' own ones alone, and accept by its prior."""
    theta, n, d, by, accepted = state.theta, target.n_actors, target.n_dims, state.centre, 0.0
    prepare_actors(target, theta)
    for actor in range(n):
        total = 0.0
        for layer in range(move.own_maps.spreads.size):
            if move.places[layer, actor] >= 0:
                total += math.exp(-2.0 * theta[move.own_maps.spreads[layer]]) / move.own_maps.unit**2
        for k in range(d):
            pull = 0.0
            for layer in range(move.own_maps.spreads.size):
                place = move.places[layer, actor]
                if place >= 0:
                    tau = move.own_maps.unit * math.exp(theta[move.own_maps.spreads[layer]])
                    pull += theta[move.deviations[layer] + k * move.sizes[layer] + place] / tau
            by[k] = pull / total + rng.standard_normal() / math.sqrt(total)
        before = _log_prior_of(target, theta, actor)
        _shift(move, theta, n, d, actor, by, 1.0)
        if math.log(rng.random()) < _log_prior_of(target, theta, actor) - before:
            accepted += 1.0
        else:
            _shift(move, theta, n, d, actor, by, -1.0)
    return accepted / n
