"""A number for each dyad: trials, exposures, covariates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.checks import fits_square, shown
from latentnet.constraints import number
from latentnet.network.labels import Labels, dyad_place, label_index, listing
from latentnet.network.reading.values import ways_to_numbers
from latentnet.network.sparse import entries_at, entry_rows, is_sparse, summed

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = [
    "average_of_dyads",
    "matrix_and_places",
    "observed_average",
    "read_dyads",
    "read_number_or_dyads",
    "take_dyads",
    "tie_place",
    "were_observed",
]

Floats = npt.NDArray[np.float64]


def read_dyads(value: Any, network: Network, name: str) -> Floats:
    """Read a number for every dyad of a network, and check it.

    Parameters
    ----------
    value : ndarray, scipy.sparse matrix or DataFrame
        (n_actors, n_actors), row = sender; in a two-mode network (row actors, column actors) will do. A DataFrame is
        aligned by the actors' labels, in any order, and may have more. What a sparse matrix does not store is 0. The
        diagonal is read only if the network has kept its self-ties.
    network : Network
    name : str
        What messages call it.

    Returns
    -------
    ndarray of shape (n_actors, n_actors)
        C-contiguous and new; 0 on a diagonal that is not read, and in a two-mode network everywhere but from row to
        column actors.

    Raises
    ------
    TypeError, ValueError
        If it is of another type or shape, lacks an actor, has a value that is no finite real number, or is not
        symmetric though the network is undirected; the message names the actors.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from latentnet import Network
    >>> network = Network.from_array(np.array([[0, 1], [0, 0]]), actors=["a", "b"])
    >>> miles = pd.DataFrame([[0, 5], [3, 0]], index=["b", "a"], columns=["b", "a"])
    >>> read_dyads(miles, network, "matrix")
    array([[0., 3.],
           [5., 0.]])
    """
    fix = "effects of attributes, such as Homophily, need no matrix"
    fits_square(f"{name}, a number for each dyad", network.n_actors, 24.0, fix=fix)
    matrix, rows, columns = matrix_and_places(value, network, name)
    dense = matrix.toarray() if is_sparse(matrix) else matrix
    senders, receivers = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    full = np.zeros((network.n_actors, network.n_actors))
    full[np.ix_(senders, receivers)] = dense[np.ix_(rows[senders], columns[receivers])]
    if network.self_ties is None:
        np.fill_diagonal(full, 0.0)
    wrong = np.argwhere(~np.isfinite(full))
    if len(wrong):
        i, j = (int(k) for k in wrong[0])
        raise ValueError(
            f"{name} must be finite for every dyad, observed or not, but {dyad_place(network.actors, i, j)} it is "
            f"{full[i, j]}; fill it in, for example with the mean of the others, or leave the actor out"
        )
    if not network.has_direction:
        _check_symmetric(full, network.actors, name)
    return full


def read_number_or_dyads(value: Any, network: Network, name: str) -> float | Floats:
    """Read one finite number for all dyads, or as `read_dyads` one for each."""
    if not _is_number(value):
        return read_dyads(value, network, name)
    number().demand(name, value.item() if isinstance(value, np.ndarray) else value)
    return float(value)


def take_dyads(value: Any, network: Network, name: str, senders: np.ndarray, receivers: np.ndarray) -> Floats:
    """What `read_number_or_dyads` has been seen to accept, at chosen dyads only: (n_dyads,)."""
    if _is_number(value):
        return np.full(len(senders), float(value))
    matrix, rows, columns = matrix_and_places(value, network, name)
    taken = matrix[rows[senders], columns[receivers]]
    found = np.asarray(taken.toarray() if is_sparse(taken) else taken, dtype=np.float64).reshape(len(senders))
    if network.self_ties is not None:
        return found
    return np.where(senders == receivers, 1.0, found)  # layouts hold the diagonal, which nobody has checked


def average_of_dyads(value: Any) -> float:
    """Rough average of what `read_number_or_dyads` accepts, whoever the actors are: for a start."""
    numbers = np.asarray(value.data if is_sparse(value) else value, dtype=np.float64)
    numbers = numbers[np.isfinite(numbers) & (numbers > 0.0)]  # the diagonal may hold anything
    return float(numbers.mean()) if numbers.size else 1.0


def observed_average(value: Any, network: Network, name: str) -> float:
    """Average of what `read_number_or_dyads` has been seen to accept, over the observed dyads; 1 without any."""
    if _is_number(value):
        return float(value)
    senders, receivers = network.observed.dyads()
    return float(take_dyads(value, network, name, senders, receivers).mean()) if len(senders) else 1.0


def were_observed(network: Network, senders: np.ndarray, receivers: np.ndarray) -> npt.NDArray[np.bool_]:
    """Whether chosen dyads, given by place, were observed, without a mask of all: (n_dyads,)."""
    seen = network.observed.asked[senders] & (entries_at(network.observed.missing, senders, receivers) == 0.0)
    if network.two_mode:
        seen &= (senders < network.n_row_actors) & (receivers >= network.n_row_actors)
    return np.asarray(seen & (senders != receivers))


def tie_place(network: Network, entry: int) -> str:
    """Name the dyad of the tie that is stored at place `entry` of ``network.ties.data``."""
    ties = network.ties
    return dyad_place(network.actors, int(entry_rows(ties)[entry]), int(ties.indices[entry]))


def _is_number(value: Any) -> bool:
    is_plain = isinstance(value, int | float | np.number | np.ndarray) and not is_sparse(value)
    return is_plain and np.ndim(value) == 0


def matrix_and_places(value: Any, network: Network, name: str) -> tuple[Any, np.ndarray, np.ndarray]:
    """A float64 array or CSR matrix, and the row and the column in it of each actor (−1: has none)."""
    n, n_rows = network.n_actors, network.n_row_actors
    places = np.arange(n)
    is_sender, is_receiver = places < n_rows, places >= (n_rows if network.two_mode else 0)
    if isinstance(value, pd.DataFrame):
        rows = _labelled(value.index, network.actors, is_sender, f"{name}'s index")
        columns = _labelled(value.columns, network.actors, is_receiver, f"{name}'s columns")
        return _frame_numbers(value, name), rows, columns
    matrix = _numbers(value, name)
    if network.two_mode and matrix.shape == (n_rows, n - n_rows):
        return matrix, np.where(is_sender, places, -1), np.where(is_receiver, places - n_rows, -1)
    if matrix.shape != (n, n):
        also = f", or ({n_rows}, {n - n_rows}), row actors by column actors" if network.two_mode else ""
        raise ValueError(
            f"{name} must have shape ({n}, {n}), senders by receivers in the order of the network's actors{also}, "
            f"but has shape {matrix.shape}; a DataFrame is aligned by labels"
        )
    return matrix, np.where(is_sender, places, -1), np.where(is_receiver, places, -1)


def _numbers(value: Any, name: str) -> Any:
    if not (is_sparse(value) or isinstance(value, np.ndarray)):
        raise TypeError(
            f"{name} must be a number for each dyad: a numpy array, a scipy.sparse matrix or a DataFrame, got "
            f"{shown(value)} of type {type(value).__name__}; numpy.asarray(...) makes an array of nested lists"
        )
    if value.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must hold real numbers, but its dtype is {value.dtype}; {ways_to_numbers(value.dtype)}"
        )
    if is_sparse(value):
        return summed(value, value.dtype == np.bool_)
    if isinstance(value, np.ma.MaskedArray):
        return np.ma.filled(value.astype(np.float64), np.nan)
    return np.asarray(value, dtype=np.float64)


def _frame_numbers(frame: pd.DataFrame, name: str) -> Floats:
    for label, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
            raise TypeError(
                f"{name} must hold real numbers, but its column {shown(label)} is of dtype {dtype}; "
                f"{ways_to_numbers(dtype)}"
            )
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def _labelled(index: pd.Index[Any], actors: Labels, wanted: np.ndarray, what: str) -> np.ndarray:
    """Where each wanted actor's label is in `index`; −1 for the others."""
    own = label_index(index.to_numpy(dtype=object))
    if not own.is_unique:
        raise ValueError(
            f"{what} must have every actor once, but {listing(own[own.duplicated()].unique())} is there more than "
            "once; keep one of each"
        )
    places = own.get_indexer(label_index(actors[wanted]))
    if (places < 0).any():
        raise ValueError(
            f"{what} must have the label of every actor, but lacks {listing(actors[wanted][places < 0])}; add them "
            "(labels must be equal in type too: 1 is not '1')"
        )
    found = np.full(len(actors), -1)
    found[wanted] = places
    return found


def _check_symmetric(full: Floats, actors: Labels, name: str) -> None:
    differs = np.argwhere(full != full.T)
    if len(differs):
        i, j = (int(k) for k in differs[0])
        raise ValueError(
            f"{name} must be symmetric, since the network is undirected, but {dyad_place(actors, i, j)} it is "
            f"{full[i, j]:g} and {dyad_place(actors, j, i)} {full[j, i]:g}; symmetrise it, for example "
            "(matrix + matrix.T) / 2"
        )
