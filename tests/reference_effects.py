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


def _homophily(effect: Any, network: Any, values: np.ndarray, i: int, j: int) -> float:
    return values[0] if _attribute(effect, network, i) == _attribute(effect, network, j) else 0.0


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
    AbsoluteDifference: _absolute_difference,
    SenderCovariate: _sender_covariate,
    ReceiverCovariate: _receiver_covariate,
    SocialityCovariate: _sociality_covariate,
}


def part(effect: Effect, network: Any, values: np.ndarray, i: int, j: int) -> float:
    """What an effect adds to η of the dyad from actor i to actor j; values are the effect's slice."""
    return float(PARTS[type(effect)](effect, network, values, i, j))
