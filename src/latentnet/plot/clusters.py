"""Pictures of clusters other than the map: memberships, co-clustering, and how many clusters there are."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from latentnet._exceptions import NotFittedError, refuse_joint
from latentnet.constraints import PICTURED, checked
from latentnet.plot.arguments import AXES
from latentnet.plot.look.colors import GREY, categorical
from latentnet.plot.look.legend import Section, add_legend, mark_handle

__all__ = ["coclustering", "membership", "n_clusters"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MOST_NAMED = 60  # rows beyond this are too thin for bars and names
_SMALL = 6.5


@checked(model=PICTURED, ax=AXES)
def membership(model: Any, *, ax: Axes | None = None) -> Axes:
    """Draw every actor's probabilities of belonging to each cluster.

    Actors are sorted by cluster, and within a cluster the surest first. Up to 60 actors are stacked bars with
    names; more are a heat map without names, a column for each cluster.

    Parameters
    ----------
    model : fitted cluster model
        With `membership_` (n_actors, n_clusters) and `labels_` (n_actors,).
    ax : matplotlib Axes, optional
        None makes a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        If it has no clusters.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from latentnet import plot
    >>> model = SimpleNamespace(
    ...     labels_=np.array([0, 1]),
    ...     membership_=np.array([[0.9, 0.1], [0.2, 0.8]]),
    ...     actors_=np.array(["Ann", "Bob"], dtype=object),
    ... )
    >>> ax = plot.membership(model)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Ann', 'Bob']
    """
    probabilities = np.asarray(_need(model, "membership_"), dtype=np.float64)
    order = _order(model)
    n, n_groups = probabilities.shape
    named = n <= _MOST_NAMED
    if ax is None:
        height = max(1.6, 0.5 + 0.15 * n) if named else 4.6
        _, ax = plt.subplots(figsize=(4.6, height), layout="constrained")
    if not named:
        _heat(ax, probabilities[order], label="membership probability")
        ax.set_xticks(range(n_groups) if n_groups <= 30 else [])
        ax.set_yticks([])
        ax.set_xlabel("cluster", size=8)
        ax.set_ylabel(f"{n} actors, by cluster", size=8)
        _boundaries(ax, np.asarray(model.labels_)[order], columns=False)
        return ax
    palette = categorical(n_groups)
    left = np.zeros(n)
    for g in range(n_groups):
        share = probabilities[order, g]
        ax.barh(np.arange(n), share, left=left, height=0.82, color=palette[g], edgecolor="white", linewidth=0.4)
        left += share
    ax.set_yticks(np.arange(n), [str(model.actors_[i]) for i in order], size=_SMALL, parse_math=False)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("membership probability", size=8)
    _light(ax)
    add_legend(ax, [Section("cluster", [(mark_handle(code, 1), str(g)) for g, code in enumerate(palette)])])
    return ax


@checked(model=PICTURED, ax=AXES)
def coclustering(model: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the posterior probability that two actors are in the same cluster, for every two actors.

    Rows and columns are sorted by cluster, and within a cluster the surest first, so that clusters are dark
    blocks on the diagonal. Up to 60 actors are named.

    Parameters
    ----------
    model : fitted cluster model
        With `coclustering_` (n_actors, n_actors), `labels_` and `membership_`.
    ax : matplotlib Axes, optional
        None makes a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        If it has no clusters.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from latentnet import plot
    >>> model = SimpleNamespace(
    ...     coclustering_=np.array([[1.0, 0.3], [0.3, 1.0]]),
    ...     labels_=np.array([0, 1]),
    ...     membership_=np.array([[0.9, 0.1], [0.2, 0.8]]),
    ...     actors_=np.array(["Ann", "Bob"], dtype=object),
    ... )
    >>> plot.coclustering(model).images[0].get_array().shape
    (2, 2)
    """
    together = np.asarray(_need(model, "coclustering_"), dtype=np.float64)
    order = _order(model)
    n = len(order)
    if ax is None:
        side = float(np.clip(1.4 + 0.13 * n, 3.6, 6.5)) if n <= _MOST_NAMED else 4.6
        _, ax = plt.subplots(figsize=(side + 0.7, side), layout="compressed")
    _heat(ax, together[np.ix_(order, order)], label="probability of the same cluster", square=True)
    if n <= _MOST_NAMED:
        names = [str(model.actors_[i]) for i in order]
        ax.set_xticks(range(n), names, rotation=90, size=_SMALL, parse_math=False)
        ax.set_yticks(range(n), names, size=_SMALL, parse_math=False)
    else:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_xlabel(f"{n} actors, by cluster", size=8)
    _boundaries(ax, np.asarray(model.labels_)[order], columns=True)
    return ax


@checked(model=PICTURED, ax=AXES)
def n_clusters(model: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the posterior of the number of clusters, the most probable number marked.

    Parameters
    ----------
    model : fitted cluster model
        With `n_clusters_probabilities_`, a Series of probabilities indexed by the number of occupied
        clusters.
    ax : matplotlib Axes, optional
        None makes a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        If it has no posterior of the number of clusters.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> from latentnet import plot
    >>> model = SimpleNamespace(labels_=None, n_clusters_probabilities_=pd.Series({2: 0.1, 3: 0.7, 4: 0.2}))
    >>> [text.get_text() for text in plot.n_clusters(model).texts]
    ['0.70']
    """
    probabilities = _need(model, "n_clusters_probabilities_").sort_index()
    numbers = probabilities.index.to_numpy(dtype=np.int64)
    heights = probabilities.to_numpy(dtype=np.float64)
    if ax is None:
        _, ax = plt.subplots(figsize=(3.4, 2.4), layout="constrained")
    best = int(np.argmax(heights))
    dark, light = categorical(1)[0], "#b9c9d6"
    ax.bar(numbers, heights, width=0.75, color=[dark if k == best else light for k in range(len(numbers))])
    ax.text(
        numbers[best],
        heights[best],
        f"{heights[best]:.2f}",
        ha="center",
        va="bottom",
        size=8,
        color=dark,
        weight="bold",
    )
    ax.set_ylim(0.0, 1.12 * heights[best])
    ax.set_xlim(numbers.min() - 0.7, numbers.max() + 0.7)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("number of clusters", size=8)
    ax.set_ylabel("posterior probability", size=8)
    _light(ax)
    return ax


def _need(model: Any, name: str) -> Any:
    """An attribute of a fitted cluster model, or the error that fits the reason why it is missing."""
    refuse_joint(model, "the picture")
    if hasattr(model, name):
        return getattr(model, name)
    if hasattr(model, "labels_"):
        raise ValueError(
            f"this {type(model).__name__} has no `{name}`; the posterior over clusters needs inference='mcmc'"
        )
    if hasattr(model, "positions_"):
        raise ValueError(f"a {type(model).__name__} has no clusters; fit a LatentClusterModel")
    raise NotFittedError(f"this {type(model).__name__} is not fitted yet; call `fit` before plotting it")


def _order(model: Any) -> IntArray:
    """Actors by cluster, the surest first."""
    labels = np.asarray(model.labels_)
    own = np.asarray(model.membership_)[np.arange(len(labels)), labels]
    return np.lexsort((-own, labels))


def _heat(ax: Any, values: FloatArray, *, label: str, square: bool = False) -> None:
    image = ax.imshow(
        values,
        cmap="Blues",
        vmin=0.0,
        vmax=1.0,
        aspect="equal" if square else "auto",
        interpolation="nearest",
    )
    bar = ax.get_figure(root=True).colorbar(image, ax=ax, shrink=0.6, aspect=22, pad=0.02)
    bar.set_label(label, size=8)
    bar.ax.tick_params(labelsize=_SMALL)
    bar.outline.set_visible(False)
    _light(ax)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(True)


def _boundaries(ax: Any, labels: IntArray, *, columns: bool) -> None:
    """Lines between clusters."""
    for k in np.flatnonzero(np.diff(labels)):
        ax.axhline(k + 0.5, color=GREY, linewidth=0.6)
        if columns:
            ax.axvline(k + 0.5, color=GREY, linewidth=0.6)


def _light(ax: Any) -> None:
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color("#c8c8c8")
    ax.tick_params(labelsize=_SMALL, color="#c8c8c8")
