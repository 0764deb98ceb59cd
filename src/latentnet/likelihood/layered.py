"""The likelihood of several layers: the sum of each one's own, whose positions are the common ones times a factor.

−w·d(z_i, z_j) is −d(c·z_i, c·z_j) with c = w^(1/degree), so a layer has an ordinary likelihood of an ordinary parameter
vector, whichever kind accepts its problem. It is called by address: this compiles once for all of them. A layer with
positions of its own around the common ones is one of c·(z + τ·u).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, inline_kernel
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    addresses_of,
    change_of_swap,
    couples_actors,
    information,
    is_coupled,
    log_likelihood,
    mean_square_of_scores,
    own_scratch,
    simulated_scores,
)
from latentnet.native import Memory, call, do

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer
    from latentnet.problem.problem import Problem

__all__ = ["Layered", "layered"]


class _LayeredFields(NamedTuple):
    """What compiled code reads; layers' parameters lie end to end."""

    likelihoods: np.ndarray  # (n_layers,) int64 addresses of the layers' likelihoods
    values: np.ndarray  # (n_layers,) int64 addresses of what evaluates them
    gradients: np.ndarray  # (n_layers,) int64
    of_actors: np.ndarray  # (n_layers,) int64
    swaps: np.ndarray  # (n_layers,) int64; 0 where the likelihood offers none
    coupled: bool
    starts: np.ndarray  # (n_layers + 1,) int64 where the parameters of each layer start
    n_coordinates: np.ndarray  # (n_layers,) int64 of positions, which come first
    source: np.ndarray  # int64: which of the whole model's parameters each is
    weights: np.ndarray  # (n_layers,) int64 index of log w; -1 where w is 1
    power: float  # 1/degree of the similarity
    spreads: np.ndarray  # (n_layers,) int64 index of log τ; -1 where τ is 0
    deviations: np.ndarray  # (n_layers,) int64 where u starts
    spread_unit: float  # of τ
    units: np.ndarray  # (n_layers,) unit of the layer's positions, in units of the first one's
    places: np.ndarray  # (n_layers, n_actors) int64 of the whole model's actors in each layer, -1 without
    theta: np.ndarray  # scratch
    gradient: np.ndarray  # scratch


class Layered(_LayeredFields):
    """Likelihoods of several layers; `parts` keeps them alive."""

    parts: tuple[Memory, ...]

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """Whether there are layers."""
        return len(problem.layers) > 0

    @staticmethod
    def bind(problem: Problem) -> Any:
        """Each layer's own likelihood, packed once."""
        return layered(problem.layers, problem.n_actors, [layer.problem.likelihood for layer in problem.layers])


def layered(layers: Sequence[Layer], n_actors: int, likelihoods: Sequence[Any]) -> Any:
    """Put the likelihoods of layers together; that of a single layer is its own.

    Parameters
    ----------
    layers : sequence of Layer
    n_actors : int
        Of the whole model.
    likelihoods : sequence
        A likelihood for each layer.
    """
    if len(layers) == 1:
        return likelihoods[0]
    degree = layers[0].degree
    return _bound(
        Layered(
            likelihoods=np.zeros(0, np.int64),
            values=np.zeros(0, np.int64),
            gradients=np.zeros(0, np.int64),
            of_actors=np.zeros(0, np.int64),
            swaps=np.zeros(0, np.int64),
            coupled=False,
            starts=np.cumsum([0, *(layer.source.size for layer in layers)]).astype(np.int64),
            n_coordinates=np.array([layer.n_coordinates for layer in layers], np.int64),
            source=np.concatenate([layer.source for layer in layers]).astype(np.int64),
            weights=np.array([layer.weight for layer in layers], np.int64),
            power=1.0 / degree,
            spreads=np.array([layer.spread for layer in layers], np.int64),
            deviations=np.array([layer.deviations for layer in layers], np.int64),
            spread_unit=layers[0].spread_unit,
            units=np.array([layer.unit for layer in layers], np.float64),
            places=np.stack([layer.places(n_actors) for layer in layers]),
            theta=np.zeros(0),
            gradient=np.zeros(0),
        ),
        likelihoods,
    )


def _bound(pattern: Layered, likelihoods: Sequence[Any]) -> Layered:
    """The same of other likelihoods, with scratch of its own."""
    parts = tuple(Memory(one) for one in likelihoods)
    size = pattern.source.size
    bound = pattern._replace(
        likelihoods=np.array([one.address for one in parts], np.int64),
        values=addresses_of(log_likelihood, parts),
        gradients=addresses_of(add_likelihood_gradient, parts),
        of_actors=addresses_of(actor_log_likelihood, parts),
        swaps=addresses_of(change_of_swap, parts),
        coupled=any(is_coupled(one) for one in likelihoods),
        theta=np.zeros(size),
        gradient=np.zeros(size),
    )
    bound.parts = parts
    return bound


@implements(own_scratch, Layered)
def _own_scratch(likelihood: Layered, dtype: Any) -> Layered:
    return _bound(likelihood, [own_scratch(part.value, dtype) for part in likelihood.parts])


@implements(couples_actors, Layered)
def _couples_actors(likelihood: Layered) -> bool:
    return likelihood.coupled


@inline_kernel
def _factor(likelihood, theta, layer):
    """What the positions are multiplied by."""
    weight = likelihood.weights[layer]
    return likelihood.units[layer] * (math.exp(theta[weight] * likelihood.power) if weight >= 0 else 1.0)


@inline_kernel
def _spread(likelihood, theta, layer):
    """τ of a layer that has one."""
    return likelihood.spread_unit * math.exp(theta[likelihood.spreads[layer]])


@inline_kernel
def _fill(likelihood, theta, layer):
    """Write the layer's own parameters to the scratch; returns where they start and end."""
    start, end = likelihood.starts[layer], likelihood.starts[layer + 1]
    of_layer, source = likelihood.theta, likelihood.source
    factor, last = _factor(likelihood, theta, layer), start + likelihood.n_coordinates[layer]
    for p in range(start, last):
        of_layer[p] = factor * theta[source[p]]
    if likelihood.spreads[layer] >= 0:
        spread, behind = factor * _spread(likelihood, theta, layer), likelihood.deviations[layer] - start
        for p in range(start, last):
            of_layer[p] += spread * theta[behind + p]
    for p in range(last, end):
        of_layer[p] = theta[source[p]]
    return start, end


@implements(log_likelihood, Layered, UNCOUNTED)
def _log_likelihood(likelihood, theta):
    total = 0.0
    for layer in range(likelihood.values.size):
        start, end = _fill(likelihood, theta, layer)
        total += call(likelihood.values[layer], (likelihood.likelihoods[layer], likelihood.theta[start:end]))
    return total


@implements(actor_log_likelihood, Layered, UNCOUNTED)
def _actor_log_likelihood(likelihood, theta, actor):
    total = 0.0
    for layer in range(likelihood.values.size):
        place = likelihood.places[layer, actor]
        if likelihood.coupled:
            start, end = _fill(likelihood, theta, layer)
            total += call(likelihood.values[layer], (likelihood.likelihoods[layer], likelihood.theta[start:end]))
        elif place >= 0:
            start, end = _fill(likelihood, theta, layer)
            arguments = likelihood.likelihoods[layer], likelihood.theta[start:end], place
            total += call(likelihood.of_actors[layer], arguments)
    return total


@implements(change_of_swap, Layered, UNCOUNTED)
def _change_of_swap(likelihood, theta, i, j):
    """Of actors who are in every layer, where each offers it (`inference.tuning` asks)."""
    total = 0.0
    for layer in range(likelihood.values.size):
        start, end = _fill(likelihood, theta, layer)
        places = likelihood.places[layer]
        arguments = likelihood.likelihoods[layer], likelihood.theta[start:end], places[i], places[j]
        total += call(likelihood.swaps[layer], arguments)
    return total


@inline_kernel
def _add_around(likelihood, theta, layer, spread, gradient):
    """Add the gradient of a layer's deviations and of its log τ, where that of its own positions is known."""
    start, pulled = likelihood.starts[layer], likelihood.gradient
    behind, moved = likelihood.deviations[layer] - start, 0.0
    for p in range(start, start + likelihood.n_coordinates[layer]):
        gradient[behind + p] += spread * pulled[p]
        moved += spread * pulled[p] * theta[behind + p]
    gradient[likelihood.spreads[layer]] += moved


@implements(add_likelihood_gradient, Layered, UNCOUNTED)
def _add_gradient(likelihood, theta, gradient):
    source, of_layer, pulled = likelihood.source, likelihood.theta, likelihood.gradient
    for layer in range(likelihood.values.size):
        start, end = _fill(likelihood, theta, layer)
        for p in range(start, end):
            pulled[p] = 0.0
        do(likelihood.gradients[layer], (likelihood.likelihoods[layer], of_layer[start:end], pulled[start:end]))
        factor, weight = _factor(likelihood, theta, layer), likelihood.weights[layer]
        last, stretched = start + likelihood.n_coordinates[layer], 0.0
        for p in range(start, last):
            stretched += pulled[p] * of_layer[p]
        for p in range(start, last):
            gradient[source[p]] += factor * pulled[p]
        for p in range(last, end):
            gradient[source[p]] += pulled[p]
        if weight >= 0:
            gradient[weight] += likelihood.power * stretched
        if likelihood.spreads[layer] >= 0:
            _add_around(likelihood, theta, layer, factor * _spread(likelihood, theta, layer), gradient)


@implements(simulated_scores, Layered)
def _simulated_scores(
    likelihood: Layered, problem: Problem, theta: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Layers are independent given the parameters: the sum of a score of each."""
    own = [layer.parameters(theta) for layer in problem.layers]
    each = [
        simulated_scores(layer.problem.offering(simulated_scores), layer.problem, of_layer, rng)
        for layer, of_layer in zip(problem.layers, own, strict=True)
    ]
    for scores in zip(*each, strict=True):
        total = np.zeros_like(theta)
        for layer, of_layer, score in zip(problem.layers, own, scores, strict=True):
            count, moved = layer.n_coordinates, score.copy()
            moved[:count] *= layer.factor(theta)
            np.add.at(total, layer.source, moved)
            if layer.weight >= 0:
                total[layer.weight] += (score[:count] @ of_layer[:count]) / layer.degree
            if layer.spread >= 0:
                own_part = slice(layer.deviations, layer.deviations + count)
                total[own_part] += layer.around(theta) * moved[:count]
                total[layer.spread] += layer.around(theta) * (moved[:count] @ theta[own_part])
        yield total


implements(information, Layered)(mean_square_of_scores)
