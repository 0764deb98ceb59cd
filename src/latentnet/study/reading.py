"""The few things that the study reads of a fitted model, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet._exceptions import refuse_joint, refuse_layers
from latentnet.posterior.clusters import evenly_spaced
from latentnet.predictive.predictive import Predictive

__all__ = [
    "actor_index",
    "add_intervals",
    "interval",
    "need_clusters",
    "predictive",
    "thinned",
    "tie_probabilities",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

_TAIL = 0.05  # every interval is the equal-tailed one of 90 %


def need_clusters(model: Any, function: str) -> None:
    """Raise the error that fits a model without clusters."""
    refuse_joint(model, function)
    refuse_layers(model, function)
    if not hasattr(model, "labels_"):
        raise ValueError(
            f"{function} needs a model with clusters, but got a {type(model).__name__}; fit a LatentClusterModel"
        )


def thinned(available: npt.ArrayLike, most: int) -> Integers:
    """At most `most` of the available indices, evenly spaced."""
    indices = np.asarray(available, dtype=np.intp)
    return indices[evenly_spaced(len(indices), most)]


def predictive(model: Any, indices: npt.ArrayLike) -> Predictive:
    """What some of a model's pooled draws say of ties."""
    return Predictive(model._problem, model.draws_.pooled[np.asarray(indices, dtype=np.intp)])


def tie_probabilities(draws: Predictive) -> Floats:
    """P(Y_ij > 0) as a matrix of all actors, row = sender, 0 on the diagonal.

    A two-mode network's rows × columns are in both corners of it: its ties have no direction.
    """
    found = draws.matrix("tie_probability")
    if draws.problem.network.two_mode:
        found = np.where(np.isnan(found), found.T, found)
    np.fill_diagonal(found, 0.0)  # self-ties are nobody's ties to others
    return np.nan_to_num(found, copy=False)


def interval(draws: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean and equal-tailed 90 % interval over the first axis; draws that are NaN do not count."""
    present = ~np.isnan(draws)
    # numpy warns of columns without any number, whose mean is rightly NaN
    filled = np.where(present.any(axis=0), draws, 0.0)
    low, high = np.nanquantile(filled, [_TAIL, 1.0 - _TAIL], axis=0)
    gone = ~present.any(axis=0)
    found = [np.nanmean(filled, axis=0), low, high]
    mean, low, high = (np.where(gone, np.nan, value) for value in found)
    return mean, low, high


def add_intervals(table: pd.DataFrame, **columns: Floats) -> None:
    """Add means and intervals of draws, over their first axis, as columns."""
    for name, draws in columns.items():
        # 0.0 is added since minus zero looks odd in a table
        table[name], table[f"{name}_low"], table[f"{name}_high"] = (part + 0.0 for part in interval(draws))


def actor_index(actors: npt.NDArray[Any]) -> pd.Index:
    """Index of a table by actor."""
    return pd.Index(actors, name="actor")
