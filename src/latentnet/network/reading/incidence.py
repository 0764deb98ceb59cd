"""Two-mode networks: a matrix of row actors by column actors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.network.content import Parts, parts_from_entries
from latentnet.network.labels import Labels, attributes_frame, label_array, label_index, listing
from latentnet.network.reading.matrix import matrix_entries
from latentnet.network.sparse import entry_rows, is_sparse

__all__ = ["read_incidence", "two_mode_parts"]


def read_incidence(
    matrix: Any,
    rows: Iterable[Any] | None = None,
    columns: Iterable[Any] | None = None,
    attributes: pd.DataFrame | None = None,
    prefix: tuple[str, str] | None = None,
) -> Parts:
    """Read an incidence matrix of any kind; actors are its rows, then its columns."""
    if isinstance(matrix, pd.DataFrame):
        rows = list(matrix.index) if rows is None else rows
        columns = list(matrix.columns) if columns is None else columns
        matrix = matrix.to_numpy()
    if not is_sparse(matrix) and not isinstance(matrix, np.ma.MaskedArray):
        matrix = np.asarray(matrix)
    _check_shape(matrix.shape)
    n_rows, n_columns = matrix.shape
    # Unlabelled columns go on counting where the rows stop, so that labels are positions in `actors`.
    first_column = n_rows if prefix is None else 0
    row_labels = _mode_labels(rows, range(n_rows), "rows")
    column_labels = _mode_labels(columns, range(first_column, first_column + n_columns), "columns")
    entries = matrix_entries(matrix, row_labels, column_labels, "matrix")
    labels = _joined(row_labels, column_labels, prefix)
    return two_mode_parts(labels, n_rows, entries, attributes_frame(attributes, labels))


def two_mode_parts(labels: Labels, n_rows: int, entries: sparse.csr_array[Any], attributes: pd.DataFrame) -> Parts:
    """Put entries (rows x columns) into the square of all actors."""
    n_actors = len(labels)
    shape = (n_actors, n_actors)
    square = sparse.csr_array((entries.data, (entry_rows(entries), entries.indices + n_rows)), shape=shape)
    return parts_from_entries(labels, square, directed=False, attributes=attributes, n_row_actors=n_rows)


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise ValueError(f"matrix must have two dimensions (rows x columns), got {len(shape)}, shape {shape}")
    if 0 in shape:
        raise ValueError(
            f"a two-mode network needs at least 1 row actor and 1 column actor, got shape {shape[0]} x "
            f"{shape[1]}: it has no dyads, so there is nothing to model"
        )


def _mode_labels(given: Iterable[Any] | None, default: range, argument: str) -> Labels:
    labels = label_array(default if given is None else given, argument)
    if len(labels) != len(default):
        raise ValueError(f"{argument} must have one label each, got {len(labels)} for {len(default)} {argument}")
    return labels


def _joined(row_labels: Labels, column_labels: Labels, prefix: tuple[str, str] | None) -> Labels:
    """Labels of both modes in one array, unique across modes."""
    if prefix is not None:
        row_labels = label_array([f"{prefix[0]}{label}" for label in row_labels], "rows with their prefix")
        column_labels = label_array([f"{prefix[1]}{label}" for label in column_labels], "columns with their prefix")
    shared = row_labels[label_index(row_labels).isin(label_index(column_labels))]
    if len(shared):
        raise ValueError(
            f"labels must be unique across rows and columns, but both have {listing(shared)}; tell them "
            "apart with prefix=, for example prefix=('row ', 'column ')"
        )
    return np.concatenate([row_labels, column_labels])
