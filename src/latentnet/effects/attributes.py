"""Attributes of actors: effects of one, and how it becomes covariates.

Numbers are taken as they are, categories as an indicator for each level but the first.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from latentnet.checks import shown
from latentnet.constraints import COLUMN, Rule, is_number
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.checks import check_varies, refuse_undirected, role_moments
from latentnet.network.labels import attribute_column, listing

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["AttributeEffect", "Expanded", "RoleCovariate", "codes", "expanded", "level_codes", "numbers"]


_LARGEST = 1e150


class Expanded(NamedTuple):
    """An attribute as covariates."""

    values: np.ndarray  # (n_coefficients, n_actors); 0 for actors that were not asked for
    names: tuple[str, ...]  # "attribute", or "attribute=level" for each level but the first
    reference: str | None  # the first level; None of numbers


def _column(effect: Effect, network: Network, attribute: Any, wanted: np.ndarray | None = None) -> pd.Series[Any]:
    """The attribute of the wanted actors (a mask; default: all), none missing."""
    column = attribute_column(network, attribute, f"effects: {effect!r}", among=wanted)
    if pd.api.types.is_object_dtype(column.dtype):
        for actor, value in column.items():
            if getattr(type(value), "__hash__", None) is None:
                raise TypeError(
                    f"effects: {effect!r} needs values that are equal or not, but the attribute {shown(attribute)} of "
                    f"{shown(actor)} is {shown(value)}; make it a number or a string"
                )
    return column


def _is_categorical(column: pd.Series[Any]) -> bool:
    types = pd.api.types
    return (
        isinstance(column.dtype, pd.CategoricalDtype)
        or types.is_bool_dtype(column.dtype)
        or types.is_object_dtype(column.dtype)
        or types.is_string_dtype(column.dtype)
    )


def _finite(effect: Effect, network: Network, column: pd.Series[Any]) -> np.ndarray:
    """The column's numbers as float64."""
    types = pd.api.types
    if not types.is_numeric_dtype(column.dtype) or types.is_complex_dtype(column.dtype):
        raise ValueError(
            f"effects: {shown(effect)} cannot use the attribute {shown(column.name)}, whose dtype is {column.dtype}; "
            "convert it to numbers, strings or categories"
        )
    values = column.to_numpy(np.float64, copy=True)
    if not np.isfinite(values).all():
        actors = network.actors[network.index(column.index[~np.isfinite(values)])]
        raise ValueError(
            f"effects: {shown(effect)} needs finite numbers, but the attribute {shown(column.name)} is infinite for "
            f"{listing(actors)}; give them numbers"
        )
    if np.abs(values).max(initial=0.0) > _LARGEST:
        raise ValueError(
            f"effects: {shown(effect)} needs numbers whose squares a float holds, but the attribute "
            f"{shown(column.name)} has {np.abs(values).max():g}; divide it by a power of ten"
        )
    return values


def numbers(effect: Effect, network: Network, attribute: Any) -> np.ndarray:
    """A numeric attribute of all actors, (n_actors,).

    Raises
    ------
    ValueError
        If there is no such attribute, it is missing or infinite for an actor, or it is not numeric.
    """
    column = _column(effect, network, attribute)
    if _is_categorical(column):
        raise ValueError(
            f"effects: {shown(effect)} needs numbers, but the attribute {shown(attribute)} has dtype {column.dtype}, "
            "which is read as categories; use Homophily, or convert it with .astype(float)"
        )
    return _finite(effect, network, column)


def codes(effect: Effect, network: Network, attribute: Any) -> np.ndarray:
    """A number for each value of an attribute, the same for equal values, (n_actors,).

    Raises
    ------
    ValueError
        If there is no such attribute, or it is missing for an actor.
    """
    return pd.factorize(_column(effect, network, attribute))[0].astype(np.float64)


def level_codes(
    effect: Effect, network: Network, attribute: Any, wanted: np.ndarray | None = None
) -> tuple[np.ndarray, list[Any]]:
    """Levels of an attribute, and which of them each actor has: (n_actors,), 0 for actors that were not asked for.

    Parameters
    ----------
    effect : Effect
        For messages.
    network : Network
    attribute : column name
        Of any type.
    wanted : bool array (n_actors,), optional
        Actors whose values are read; default: all.

    Raises
    ------
    ValueError
        If there is no such attribute, it is missing for an actor, or it has one level.
    """
    column = _column(effect, network, attribute, wanted)
    levels = _levels(effect, column)
    found = np.zeros(network.n_actors)
    found[slice(None) if wanted is None else wanted] = [levels.index(value) for value in column.tolist()]
    return found, levels


def _levels(effect: Effect, column: pd.Series[Any]) -> list[Any]:
    """Values that occur: categories in their order, others sorted."""
    values = column.unique().tolist()
    if isinstance(column.dtype, pd.CategoricalDtype):
        found = set(values)
        levels = [level for level in column.cat.categories.tolist() if level in found]
    else:
        try:
            levels = sorted(values)
        except TypeError:  # of several types
            levels = sorted(values, key=lambda value: (type(value).__name__, str(value)))
    names = [str(level) for level in levels]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(
            f"effects: {shown(effect)}: different values of the attribute {shown(column.name)} are all written "
            f"{listing(sorted(twice))}; convert it to strings"
        )
    if len(levels) < 2:
        raise ValueError(
            f"effects: {shown(effect)} needs an attribute that varies, but {shown(column.name)} is {listing(levels)} "
            "for every actor, which cannot be told from the intercept; leave the effect out"
        )
    return levels


def expanded(effect: Effect, network: Network, attribute: Any, wanted: np.ndarray | None = None) -> Expanded:
    """An attribute as covariates.

    Parameters
    ----------
    effect : Effect
        For messages.
    network : Network
    attribute : column name
    wanted : bool array (n_actors,), optional
        Actors whose values are read; default: all.

    Raises
    ------
    ValueError
        If there is no such attribute, it is missing or infinite for an actor, or it has one level.
    """
    column = _column(effect, network, attribute, wanted)
    if pd.api.types.is_object_dtype(column.dtype) and all(
        is_number(value) or isinstance(value, Decimal) for value in column
    ):
        raise ValueError(
            f"effects: {shown(effect)} cannot tell whether the attribute {shown(attribute)} is meant as numbers or as "
            "categories, as all its values are numbers, but its dtype is object; say which by .astype(float) or "
            ".astype('category')"
        )
    if not _is_categorical(column):
        values = _finite(effect, network, column)[np.newaxis]
        names: tuple[str, ...] = (f"{attribute}",)
        reference: str | None = None
    else:
        first, *levels = _levels(effect, column)
        reference = str(first)
        values = np.array([[value == level for value in column.tolist()] for level in levels], dtype=np.float64)
        names = tuple(f"{attribute}={level}" for level in levels)
    full = np.zeros((len(names), network.n_actors))
    full[:, slice(None) if wanted is None else wanted] = values
    return Expanded(full, names, reference)


class AttributeEffect(Effect):
    """An effect of one of the network's attributes."""

    networks: np.ndarray | None = None  # (n_presences,) in a joint model, which network each is in

    rules: ClassVar[Mapping[str, Rule]] = {"attribute": COLUMN}

    def __init__(self, attribute: Hashable) -> None:
        self.attribute = attribute

    def shared(self, presences: Presences) -> Effect:
        """The same effect, which knows whose dyads are possible."""
        same = copy.copy(self)
        same.networks = presences.network
        return same

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """With what was learned of all of the networks, such as levels; the data is by column."""
        return self, bound._replace(data=np.ascontiguousarray(bound.data[:, presences]))


class RoleCovariate(AttributeEffect):
    """An attribute of the dyad's sender, or of its receiver."""

    role: ClassVar[int]  # 0 is the sender, 1 the receiver; in two-mode networks these are rows and columns
    word: ClassVar[str]

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data (n_coefficients, n_actors) holds their covariates.

        Raises
        ------
        ValueError
            If the network is undirected or has no such attribute, it is missing or infinite for an actor of this role,
            or a covariate is the same in all observed dyads.
        """
        refuse_undirected(self, network, f"use SocialityCovariate({self.attribute!r})")
        wanted = (np.arange(network.n_actors) >= network.n_row_actors) == bool(self.role) if network.two_mode else None
        values, labels, reference = expanded(self, network, self.attribute, wanted)
        names = tuple(f"{self.word}({label})" for label in labels)
        moments = role_moments(network, values, self.role)
        check_varies(self, names, moments, ", or merge the level with another" if reference is not None else "")
        return BoundEffect(len(names), values, names, reference=reference)
