"""Pairs of actors by what covariates say of them, where these are functions of a few values of actors' attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.effects import (
    AbsoluteDifference,
    Effect,
    Homophily,
    Mixing,
    ReceiverCovariate,
    SenderCovariate,
    SocialityCovariate,
)
from latentnet.effects.checks import actor_classes
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.verbs import linear_predictors

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MOST_CLASSES", "PairKinds", "of_attributes", "one_by_one", "pair_kinds"]

MOST_CLASSES = 32
# By class: whose data are a column for each actor, and how many rows of them (the rest of `Mixing`'s is a table).
_ROWS: dict[type[Effect], int | None] = {
    AbsoluteDifference: None,
    Homophily: None,
    Mixing: 2,
    ReceiverCovariate: None,
    SenderCovariate: None,
    SocialityCovariate: None,
}


class PairKinds(NamedTuple):
    """Classes of actors that covariates do not tell apart, and the kinds of pairs that these make."""

    classes: np.ndarray  # (n_actors,) int64
    kinds: np.ndarray  # (n_classes, n_classes) int64, sender × receiver
    covariates: np.ndarray  # (n_kinds, n_coefficients)


def of_attributes(effect: Effect) -> bool:
    """Whether an effect's covariates are functions of actors' attributes."""
    return type(effect) in _ROWS


def one_by_one(n_parameters: int, indices: Sequence[int] | np.ndarray) -> np.ndarray:
    """Parameter vectors (1 + n_indices, n_parameters): all 0, then 1 at each index."""
    thetas = np.zeros((1 + len(indices), n_parameters))
    thetas[1 + np.arange(len(indices)), indices] = 1.0
    return thetas


def pair_kinds(problem: Problem) -> PairKinds | int:
    """Classes and kinds; the number of classes where there are too many.

    Parameters
    ----------
    problem : Problem
        Whose coefficients are all of effects `of_attributes`; only its effects, network and parameters are looked at.
    """
    n = problem.n_actors
    data = [bound.data[: _ROWS[type(effect)], :n] for effect, bound, _ in problem.effects if of_attributes(effect)]
    if not data:
        return PairKinds(np.zeros(n, np.int64), np.zeros((1, 1), np.int64), np.zeros((1, 0)))
    classes, members = actor_classes(np.concatenate(data))
    size = members.shape[1]
    if size > MOST_CLASSES:
        return size
    first = np.repeat(members[0], size)
    second = np.where(np.eye(size, dtype=bool), members[1], members[0]).ravel()
    names = [row.start for row in problem.parameters.coefficients if row.start < problem.family_slice.start]
    eta = linear_predictors(Composed.of_no_dyads(problem), one_by_one(problem.n_parameters, names), first, second)
    x = (eta[1:] - eta[0]).T
    x[first == second] = x[0] if first[0] != second[0] else 0.0  # classes of one actor have no pair
    covariates, kinds = np.unique(x, axis=0, return_inverse=True)
    return PairKinds(classes.astype(np.int64), kinds.reshape(size, size).astype(np.int64), covariates)
