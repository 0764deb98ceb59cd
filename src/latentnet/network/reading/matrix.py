"""Square matrices: dense (NaN = unobserved), scipy.sparse of any format, pandas frames with equal labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.checks import shown
from latentnet.network.content import Parts, SelfTies, kept_diagonal, parts_from_entries, without_diagonal
from latentnet.network.labels import Labels, attributes_frame, check_n_actors, dyad_place, label_array
from latentnet.network.reading.values import check_finite, float_values
from latentnet.network.sparse import codes, is_sparse, same_entries, summed

__all__ = ["matrix_entries", "read_matrix"]


def matrix_entries(matrix: Any, row_labels: Labels, column_labels: Labels, argument: str) -> sparse.csr_array[Any]:
    """Turn a matrix of any kind into CSR without explicit zeros, NaN kept, all values finite or NaN.

    Repeated entries of a sparse matrix add up; True and True is True.
    """

    def place(position: tuple[int, ...]) -> str:
        return f"from {row_labels[position[0]]!r} to {column_labels[position[1]]!r}"

    if is_sparse(matrix):
        coordinates = matrix.tocoo()
        row, column = coordinates.row, coordinates.col
        values = float_values(coordinates.data, argument, lambda k: place((row[k[0]], column[k[0]])))
        check_finite(values, argument, lambda k: place((row[k], column[k])))  # inf and -inf would add up to NaN
        numbers = sparse.coo_array((values, (row, column)), shape=coordinates.shape)
        entries = summed(numbers, coordinates.data.dtype == np.bool_)
    else:
        entries = sparse.csr_array(float_values(matrix, argument, place))
    entries.eliminate_zeros()

    def entry_place(k: int) -> str:
        return place((int(np.searchsorted(entries.indptr, k, side="right")) - 1, int(entries.indices[k])))

    check_finite(entries.data, argument, entry_place)
    return entries


def read_matrix(
    array: Any,
    actors: Iterable[Any] | None = None,
    directed: bool | None = None,
    attributes: pd.DataFrame | None = None,
    self_ties: SelfTies = "error",
    argument: str = "array",
) -> Parts:
    """Read a square matrix, row = sender, column = receiver; messages call it `argument`."""
    if isinstance(array, pd.DataFrame):
        actors = _frame_labels(array) if actors is None else actors
        array = array.to_numpy()
    if not is_sparse(array) and not isinstance(array, np.ma.MaskedArray):
        array = np.asarray(array)
    _check_square(array.shape, argument)
    n_actors = array.shape[0]
    labels = label_array(range(n_actors) if actors is None else actors, "actors")
    if len(labels) != n_actors:
        raise ValueError(
            f"actors must have one label per row, but there are {len(labels)} labels for an array of "
            f"{n_actors} rows; give {n_actors} labels, or none for 0 to {n_actors - 1}"
        )
    entries = matrix_entries(array, labels, labels, argument)
    loops, entries = kept_diagonal(entries, self_ties), without_diagonal(entries, labels, self_ties)
    directed = _direction(entries, labels, directed)
    frame = attributes_frame(attributes, labels)
    return parts_from_entries(labels, entries, directed=directed, attributes=frame, self_ties=loops)


def _check_square(shape: tuple[int, ...], argument: str) -> None:
    if len(shape) != 2:
        raise ValueError(
            f"{argument} must be a square matrix (actors x actors), got {len(shape)} dimensions, shape {shape}"
        )
    if shape[0] != shape[1]:
        raise ValueError(
            f"{argument} must be square (actors x actors), got shape {shape[0]} x {shape[1]}; for a two-mode "
            "network use Network.from_incidence, for a table with one tie a row use Network.from_edges; to hold out "
            "part of a network use latentnet.model_selection: scikit-learn's cross_val_score and GridSearchCV cannot"
        )
    check_n_actors(shape[0])


def _frame_labels(frame: pd.DataFrame) -> list[Any]:
    """Labels of a square frame, equal and in equal order in its index and its columns."""
    _check_square(frame.shape, "frame")
    rows, columns = list(frame.index), list(frame.columns)
    for position, (row, column) in enumerate(zip(rows, columns, strict=True)):
        if row != column:
            if set(rows) == set(columns):
                fix = "the same labels in another order: reorder with frame[frame.index]"
            elif list(map(str, rows)) == list(map(str, columns)):
                fix = (
                    f"labels of the types {type(row).__name__} and {type(column).__name__}: set "
                    "frame.columns = frame.index"
                )
            else:
                fix = "different labels: make them equal, or pass actors= to say who row and column k is"
            raise ValueError(
                f"frame must have equal labels in its index and its columns, but at position {position} the "
                f"row is {shown(row)} and the column {shown(column)}; they hold {fix}"
            )
    return rows


def _direction(entries: sparse.csr_array[Any], labels: Labels, directed: bool | None) -> bool:
    """Settle `directed`; an asymmetric matrix that is said to be undirected is an error."""
    if directed:
        return True
    transposed = sparse.csr_array(entries.T)
    transposed.sort_indices()
    if same_entries(entries, transposed):
        return False
    if directed is None:
        return True
    i, j, value, back = _first_asymmetry(entries, transposed)
    raise ValueError(
        f"array must be symmetric when directed=False, but the value {dyad_place(labels, i, j)} is {value:g} "
        f"and {dyad_place(labels, j, i)} it is {back:g}; pass directed=True, or symmetrise it, for example "
        "numpy.fmax(array, array.T), which keeps what is known of either direction (array + array.T if only one "
        "triangle is filled)"
    )


def _first_asymmetry(
    entries: sparse.csr_array[Any], transposed: sparse.csr_array[Any]
) -> tuple[int, int, float, float]:
    """First dyad, row by row, whose two values differ."""
    n_actors = entries.shape[0]
    union = np.union1d(codes(entries), codes(transposed))
    values = np.zeros((2, union.size))
    for k, matrix in enumerate((entries, transposed)):
        values[k, np.searchsorted(union, codes(matrix))] = matrix.data
    differs = (values[0] != values[1]) & ~np.isnan(values).all(axis=0)
    first = int(np.argmax(differs))
    i, j = divmod(int(union[first]), n_actors)
    return i, j, float(values[0, first]), float(values[1, first])
