"""The few things that the study reads of a fitted model, draw by draw."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from latentnet._exceptions import refuse_joint
from latentnet.predictive.predictive import Predictive

__all__ = [
    "ClusterDraws",
    "actor_index",
    "cluster_draws",
    "interval",
    "need_clusters",
    "predictive",
    "thinned",
    "tie_probabilities",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

_TAIL = 0.05  # every interval is the equal-tailed one of 90 %


class ClusterDraws(NamedTuple):
    """Clusters of the draws that a cluster model reports, thinned; labels mean the same in all of them."""

    indices: Integers  # (n_kept,) into the pooled draws
    labels: Integers  # (n_kept, n_actors)
    means: Floats  # (n_kept, n_clusters, n_dims)
    variances: Floats  # (n_kept, n_clusters)
    weights: Floats  # (n_kept, n_clusters)


def need_clusters(model: Any, function: str) -> None:
    """Raise the error that fits a model that is not fitted or has no clusters."""
    check_is_fitted(model)
    refuse_joint(model, function)
    if not hasattr(model, "labels_"):
        raise ValueError(
            f"{function} needs a model with clusters, but got a {type(model).__name__}; fit a LatentClusterModel"
        )


def thinned(available: npt.ArrayLike, most: int) -> Integers:
    """At most `most` of the available indices, evenly spaced."""
    indices = np.asarray(available, dtype=np.intp)
    if len(indices) <= most:
        return indices
    return indices[np.linspace(0, len(indices) - 1, most).round().astype(np.intp)]


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
    return np.nan_to_num(found, copy=False)


def cluster_draws(model: Any, most: int) -> ClusterDraws:
    """Clusters of at most `most` draws; of a model with n_clusters="auto", of draws with `n_clusters_` of them."""
    extra, n = model.draws_.extra, model.draws_.n_actors
    labels = extra["cluster_label"].reshape(-1, n)
    available = np.arange(len(labels))
    if "cluster_means" in extra:
        means = extra["cluster_means"].reshape(len(labels), -1, model.draws_.n_dims)
        variances = extra["cluster_variances"].reshape(len(labels), -1)
        weights = extra["cluster_weights"].reshape(len(labels), -1)
    else:
        # The parameters of clusters are kept for the draws with the reported number of them, in the draws' order.
        available = np.flatnonzero(extra["n_clusters"].reshape(-1) == model.n_clusters_)
        means, variances = model._conditional_means, model._conditional_variances
        weights = model._conditional_weights
    chosen = thinned(np.arange(len(available)), most)
    kept = available[chosen]
    return ClusterDraws(kept, labels[kept].astype(np.intp), means[chosen], variances[chosen], weights[chosen])


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


def actor_index(actors: npt.NDArray[Any]) -> pd.Index:
    """Index of a table by actor."""
    return pd.Index(actors, name="actor")
