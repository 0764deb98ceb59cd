"""`latentnet.plot.pairs`: the maps of several fits side by side, the same side up and to one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from latentnet.checks import shown
from latentnet.constraints import NAMED_MODELS, PICTURED, checked
from latentnet.plot.map.positions import positions

__all__ = ["pairs"]

_MOST_COLUMNS = 3
_INCHES = 3.4


@checked(models=NAMED_MODELS)
def pairs(models: Mapping[str, Any], *, align_to: Any = None, **options: Any) -> NDArray[np.object_]:
    """Draw the maps of several fitted models side by side.

    All are turned to lie as the first does (or as `align_to`), by their common actors, and drawn to one scale, so that
    what differs between two maps is what the models say and not how they happen to be turned or enlarged.

    Parameters
    ----------
    models : mapping of str to fitted estimator
        Titles and models; of one or two latent dimensions, or more than three.
    align_to : fitted estimator, DataFrame by actor or array, optional
        As for `positions`; the first model by default.
    **options
        Further arguments of `positions`, the same for all.

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_models,)

    Raises
    ------
    ValueError
        For no models, three-dimensional ones, and whatever `positions` refuses.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np, pandas as pd, scipy.sparse as sp
    >>> from latentnet import plot
    >>> network = SimpleNamespace(
    ...     actors=np.array(["Ann", "Bob", "Cem"], dtype=object),
    ...     directed=False,
    ...     two_mode=False,
    ...     mode=None,
    ...     ties=sp.csr_array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]),
    ...     attributes=pd.DataFrame(index=["Ann", "Bob", "Cem"]),
    ... )
    >>> first = SimpleNamespace(network_=network, positions_=np.array([[0.0, 1], [0, 0], [1, 0]]))
    >>> second = SimpleNamespace(network_=network, positions_=np.array([[1.0, 0], [0, 0], [0, 1.2]]))
    >>> [ax.get_title() for ax in plot.pairs({"first wave": first, "second wave": second})]
    ['first wave', 'second wave']
    """
    for title, model in models.items():
        PICTURED.demand(f"models[{title!r}]", model)
    flat = [title for title, model in models.items() if np.shape(getattr(model, "positions_", ()))[1:] == (3,)]
    if flat:
        raise ValueError(
            f"`models` has {shown(flat[0])} with three dimensions; draw it with `plot.positions` by itself"
        )
    reference = next(iter(models.values())) if align_to is None else align_to

    def draw(axes: NDArray[np.object_]) -> NDArray[np.object_]:
        for ax, (title, model) in zip(axes, models.items(), strict=True):
            positions(model, ax=ax, title=title, align_to=None if model is reference else reference, **options)
        return np.array([[ax.get_xlim(), ax.get_ylim()] for ax in axes])

    trial, axes = _grid(len(models))  # the limits of each are known once it is drawn
    found = draw(axes)
    plt.close(trial)
    _, axes = _grid(len(models))
    for ax in axes:
        ax.set(xlim=(found[:, 0, 0].min(), found[:, 0, 1].max()), ylim=(found[:, 1, 0].min(), found[:, 1, 1].max()))
    draw(axes)
    return axes


def _grid(n_axes: int) -> tuple[Figure, NDArray[np.object_]]:
    columns = min(n_axes, _MOST_COLUMNS)
    rows = -(-n_axes // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(_INCHES * columns, (_INCHES + 0.3) * rows), layout="constrained", squeeze=False
    )
    for ax in grid.ravel()[n_axes:]:
        figure.delaxes(ax)
    return figure, grid.ravel()[:n_axes]
