"""Moves of common positions and of layers' spreads around them, which leave each layer's own positions in place.

Where the ties say much of a layer's positions z + τ·u, trajectories by z and u move slowly along what these share.
These moves cost no likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel
from latentnet.problem.verbs import actor_log_prior, prepare_actors

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer

__all__ = ["Around", "around_of", "recentre", "respread"]

_TRIES = 3


class Around(NamedTuple):
    """Where spreads and deviations are."""

    spreads: np.ndarray  # (n_layers,) int64 indices of log τ
    deviations: np.ndarray  # (n_layers,) int64 where u starts, dimension by dimension
    sizes: np.ndarray  # (n_layers,) int64 actors of each
    places: np.ndarray  # (n_layers, n_actors) int64 of all actors in each layer, -1 without
    precision: float  # of log τ
    unit: float  # of τ


def around_of(layers: Sequence[Layer], n_actors: int, log_variance: float) -> Around:
    """Where they are in a model of layers."""
    return Around(
        spreads=np.array([layer.spread for layer in layers], np.int64),
        deviations=np.array([layer.deviations for layer in layers], np.int64),
        sizes=np.array([len(layer.actors) for layer in layers], np.int64),
        places=np.stack([layer.places(n_actors) for layer in layers]),
        precision=1.0 / log_variance,
        unit=layers[0].spread_unit,
    )


def respread(target, state, move, rng):
    """Random walk of every log τ, given the layer's own positions: u is divided by what τ is multiplied by."""
    theta, accepted = state.theta, 0.0
    for layer in range(move.spreads.size):
        at, start = move.spreads[layer], move.deviations[layer]
        end = start + target.n_dims * move.sizes[layer]
        for _ in range(_TRIES):
            squares = 0.0
            for p in range(start, end):
                squares += theta[p] * theta[p]
            log_c = 3.0 ** -int(3.0 * rng.random()) * rng.standard_normal()
            change = 0.5 * squares * (1.0 - math.exp(-2.0 * log_c)) - (end - start) * log_c
            change -= 0.5 * move.precision * ((theta[at] + log_c) ** 2 - theta[at] ** 2)
            if math.log(rng.random()) < change:
                theta[at] += log_c
                for p in range(start, end):
                    theta[p] *= math.exp(-log_c)
                accepted += 1.0
    return accepted / (_TRIES * move.spreads.size)


@inline_kernel
def _shift(move, theta, n, d, actor, by, sign):
    """Move a common position by `by`, and the deviations so that the layers' positions stay."""
    for k in range(d):
        theta[k * n + actor] += sign * by[k]
        for layer in range(move.spreads.size):
            place = move.places[layer, actor]
            if place >= 0:
                tau = move.unit * math.exp(theta[move.spreads[layer]])
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
        for layer in range(move.spreads.size):
            if move.places[layer, actor] >= 0:
                total += math.exp(-2.0 * theta[move.spreads[layer]]) / move.unit**2
        for k in range(d):
            pull = 0.0
            for layer in range(move.spreads.size):
                place = move.places[layer, actor]
                if place >= 0:
                    tau = move.unit * math.exp(theta[move.spreads[layer]])
                    pull += theta[move.deviations[layer] + k * move.sizes[layer] + place] / tau
            by[k] = pull / total + rng.standard_normal() / math.sqrt(total)
        before = _log_prior_of(target, theta, actor)
        _shift(move, theta, n, d, actor, by, 1.0)
        if math.log(rng.random()) < _log_prior_of(target, theta, actor) - before:
            accepted += 1.0
        else:
            _shift(move, theta, n, d, actor, by, -1.0)
    return accepted / n
