"""Naive twins of the effects: what one adds to the linear predictor of one dyad, straight from the equations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Intercept,
    Mixing,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.effects.intercept import NetworkIntercepts
from latentnet.effects.shared import SharedValues


@functools.cache
def _n_rows(network: Any) -> int:
    """Row actors of a two-mode network, else 0."""
    return sum(1 for mode in network.mode if mode == 0) if network.two_mode else 0


def _sociality(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[i] + values[j]


def _sender(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[i]


def _receiver(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[j - _n_rows(network)]


def _sender_receiver(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[i] + values[network.n_actors + j]


def _dyad_covariate(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    matrix = effect.matrix
    if isinstance(matrix, pd.DataFrame):
        return values[0] * matrix.loc[network.actors[i], network.actors[j]]
    if matrix.shape[0] < network.n_actors:
        return values[0] * matrix[i, j - _n_rows(network)]
    return values[0] * matrix[i, j]


@functools.cache
def _column(name: str, network: Any) -> list[Any]:
    return list(network.attributes[name])


def _attribute(effect: Any, network: Any, i: int) -> Any:
    return _column(effect.attribute, network)[i]


@functools.cache
def _sorted(name: str, network: Any, mode: int | None = None) -> list[Any]:
    """Levels that occur, among the actors of a mode: categories in their order."""
    column = network.attributes[name]
    if mode is not None and network.two_mode:
        column = column[network.mode == mode]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.cat.categories if (column == level).any()]
    return sorted(set(column))


@functools.cache
def _possible(network: Any) -> list[tuple[int, int]]:
    """Every dyad in which there can be a tie, observed or not, in both directions."""
    n, mode = network.n_actors, network.mode
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    return pairs if mode is None else [(i, j) for i, j in pairs if (mode[i], mode[j]) == (0, 1)]


@functools.cache
def shared_levels(effect: Any, network: Any) -> list[Any]:
    """Levels that two actors have who could be tied."""
    pairs = [(_attribute(effect, network, i), _attribute(effect, network, j)) for i, j in _possible(network)]
    return [level for level in _sorted(effect.attribute, network) if (level, level) in pairs]


def _homophily(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    mine, other = _attribute(effect, network, i), _attribute(effect, network, j)
    if mine != other:
        return 0.0
    return values[shared_levels(effect, network).index(mine)] if effect.by_level else values[0]


@functools.cache
def mixing_cells(effect: Any, network: Any) -> list[tuple[Any, Any]]:
    """Pairs of levels that have a coefficient, each undirected one once."""
    pairs = {(_attribute(effect, network, i), _attribute(effect, network, j)) for i, j in _possible(network)}
    first, second = (_sorted(effect.attribute, network, mode) for mode in (0, 1))
    cells = [(a, b) for a in first for b in second if (a, b) in pairs]
    if not network.directed and not network.two_mode:
        cells = [(a, b) for a, b in cells if first.index(a) <= first.index(b)]
    reference = effect.reference or cells[0]
    return [cell for cell in cells if cell not in (reference, reference[::-1] if not network.directed else None)]


def _mixing(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    cells, cell = mixing_cells(effect, network), (_attribute(effect, network, i), _attribute(effect, network, j))
    if not network.directed and not network.two_mode and cell not in cells:
        cell = cell[::-1]
    return values[cells.index(cell)] if cell in cells else 0.0


def _absolute_difference(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[0] * abs(_attribute(effect, network, i) - _attribute(effect, network, j))


@functools.cache
def levels(effect: Any, network: Any) -> list[Any] | None:
    """Levels but the first, of the actors that the effect reads; None of a numeric attribute."""
    column = network.attributes[effect.attribute]
    if column.dtype.kind in "iuf":
        return None
    if network.two_mode:
        column = column[network.mode == (0 if isinstance(effect, SenderCovariate) else 1)]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.cat.categories if (column == level).any()][1:]
    return sorted(set(column))[1:]


def _of_actor(effect: Any, network: Any, values: np.ndarray, i: int) -> float:
    value, kinds = _attribute(effect, network, i), levels(effect, network)
    if kinds is None:
        return values[0] * value
    return sum(coefficient for coefficient, kind in zip(values, kinds, strict=True) if value == kind)


def _sender_covariate(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return _of_actor(effect, network, values, i)


def _receiver_covariate(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return _of_actor(effect, network, values, j)


def _sociality_covariate(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return _of_actor(effect, network, values, i) + _of_actor(effect, network, values, j)


def _shared(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    a, b = effect.actors[i], effect.actors[j]
    if isinstance(effect.effect, SenderReceiver):
        return values[a] + values[effect.actors.max() + 1 + b]
    as_sender = values[a] if isinstance(effect.effect, Sender | Sociality) else 0.0
    return as_sender + (values[b] if isinstance(effect.effect, Receiver | Sociality) else 0.0)


PARTS: dict[type[Effect], Callable[[Any, Any, np.ndarray, int, int], float]] = {
    Intercept: lambda effect, network, values, i, j: values[0],
    SharedValues: _shared,
    NetworkIntercepts: lambda effect, network, values, i, j: values[effect.networks[i]],
    Reciprocity: lambda effect, network, values, i, j: 0.0,
    Sociality: _sociality,
    Sender: _sender,
    Receiver: _receiver,
    SenderReceiver: _sender_receiver,
    DyadCovariate: _dyad_covariate,
    Homophily: _homophily,
    Mixing: _mixing,
    AbsoluteDifference: _absolute_difference,
    SenderCovariate: _sender_covariate,
    ReceiverCovariate: _receiver_covariate,
    SocialityCovariate: _sociality_covariate,
}


def part(effect: Effect, network: Any, values: np.ndarray, i: int, j: int) -> float:
    """What an effect adds to η of the dyad from actor i to actor j; values are the effect's slice."""
    return float(PARTS[type(effect)](effect, network, values, i, j))
