"""References: maps from elsewhere, such as a published figure, another fit or geography, read by actor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.checks import shown
from latentnet.network.labels import label_index, listing, object_array

__all__ = ["common_positions", "every_position"]


def common_positions(
    reference: Any, actors: npt.NDArray[np.object_], n_dims: int, argument: str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Positions of those actors that a reference has.

    Parameters
    ----------
    reference : fitted estimator, DataFrame by actor, mapping from actors to coordinates, or array (n_actors, n_dims)
        Actors whose coordinates are NaN are left out.
    actors : ndarray of shape (n_actors,)
        Labels.
    n_dims : int
    argument : str
        Its name, for messages.

    Returns
    -------
    here : int ndarray of shape (n_common,)
        Places of the common actors in `actors`.
    there : ndarray of shape (n_common, n_dims)

    Raises
    ------
    ValueError
        For anything else, other dimensions, or fewer than two common actors.
    """
    if not n_dims:
        raise ValueError(f"`{argument}` needs a latent space, but similarity is None; leave it out")
    frame = _frame(reference, actors, argument)
    if frame.shape[1] != n_dims:
        raise ValueError(
            f"`{argument}` has {frame.shape[1]} dimensions, but the model has {n_dims}; give one of as many"
        )
    places = label_index(object_array(frame.index)).get_indexer(label_index(actors))
    there = np.where((places >= 0)[:, None], frame.to_numpy()[places], np.nan)
    here = np.flatnonzero(np.isfinite(there).all(axis=1))
    if len(here) < 2:
        raise ValueError(f"`{argument}` has fewer than two of the model's actors; give a map with common actors")
    return here, there[here]


def every_position(
    reference: Any, actors: npt.NDArray[np.object_], n_dims: int, argument: str
) -> npt.NDArray[np.float64]:
    """Positions of all actors in a reference, (n_actors, n_dims), as `common_positions` reads it.

    Raises
    ------
    ValueError
        Also if an actor has none.
    """
    here, there = common_positions(reference, actors, n_dims, argument)
    if len(here) < len(actors):
        without = np.delete(actors, here)
        raise ValueError(
            f"`{argument}` must have finite positions of all {len(actors)} actors, but has none of {listing(without)}; "
            "give them, or leave it out"
        )
    return there


def _frame(reference: Any, actors: npt.NDArray[np.object_], argument: str) -> pd.DataFrame:
    kinds = f"a fitted model, a frame or mapping by actor, or an array of {len(actors)} rows"
    try:
        if hasattr(reference, "positions_"):
            return pd.DataFrame(
                np.asarray(reference.positions_, np.float64), index=object_array(reference.network_.actors)
            )
        if isinstance(reference, Mapping):
            rows = np.array([list(row) for row in reference.values()], np.float64)
            return pd.DataFrame(rows, index=object_array(reference))
        if isinstance(reference, pd.DataFrame):
            frame = reference.astype(np.float64)
            if frame.index.has_duplicates:
                twice = frame.index[frame.index.duplicated()][0]
                raise ValueError(f"`{argument}` has two rows of {shown(twice)}; leave one")
            return frame
        array = np.asarray(reference, dtype=np.float64)
    except Exception as error:  # whatever numpy and pandas make of it
        if str(error).startswith("`"):
            raise
        raise ValueError(f"`{argument}` must be {kinds}, but is {shown(reference)}") from error
    if array.ndim != 2 or len(array) != len(actors):
        found = f"has shape {array.shape}" if array.ndim else f"is {shown(reference)}"
        raise ValueError(f"`{argument}` must be {kinds}, but {found}")
    return pd.DataFrame(array, index=object_array(actors))
