"""Compressed rows that cannot be written to: what `Network` keeps, and how it hands it out."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

__all__ = [
    "both_ways",
    "codes",
    "entries_at",
    "entry_rows",
    "frozen",
    "handed_out",
    "is_sparse",
    "keep_entries",
    "no_dyads",
    "same_entries",
    "summed",
    "without_entries",
]


def frozen(matrix: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """Sort `matrix` in place, write-protect its arrays and return it."""
    matrix.sum_duplicates()
    for array in (matrix.data, matrix.indices, matrix.indptr):
        array.flags.writeable = False
    return matrix


def handed_out(matrix: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """Wrap the arrays of a frozen matrix anew: item assignment replaces the wrapper's arrays, never ours."""
    wrapper = sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape, copy=False)
    # True by construction, and otherwise found out by a pass over all entries at every access.
    wrapper.has_sorted_indices = True
    wrapper.has_canonical_format = True
    return wrapper


def both_ways(senders: np.ndarray, receivers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Senders and receivers of dyads, and of the same ones the other way round."""
    return np.concatenate([senders, receivers]), np.concatenate([receivers, senders])


def summed(matrix: Any, is_bool: bool) -> sparse.csr_array[Any]:
    """A sparse matrix of any format as float64, in which repeated entries are added up; True and True is True."""
    # Before they are added: small integers would overflow.
    entries = sparse.csr_array(matrix.tocoo().astype(np.float64))
    entries.sum_duplicates()
    if is_bool:
        entries.data = np.minimum(entries.data, 1.0)
    return entries


def no_dyads(n_actors: int) -> sparse.csr_array[Any]:
    """A pattern without entries, (n_actors, n_actors) of bool."""
    return sparse.csr_array((n_actors, n_actors), dtype=bool)


def same_entries(first: sparse.csr_array[Any], second: sparse.csr_array[Any]) -> bool:
    """Whether two canonical matrices store the same values at the same places; NaN is equal to NaN."""
    return (
        np.array_equal(first.indptr, second.indptr)
        and np.array_equal(first.indices, second.indices)
        and np.array_equal(first.data, second.data, equal_nan=first.data.dtype.kind == "f")
    )


def codes(matrix: sparse.csr_array[Any]) -> np.ndarray[Any, Any]:
    """One number for every stored entry, equal for equal places."""
    return entry_rows(matrix).astype(np.int64) * matrix.shape[1] + matrix.indices


def without_entries(matrix: sparse.csr_array[Any], others: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """The matrix without what it stores at the places of another one."""
    return keep_entries(matrix, ~np.isin(codes(matrix), codes(others)))


def is_sparse(matrix: Any) -> bool:
    """Whether `matrix` is a scipy.sparse matrix or array (without the type narrowing of `issparse`)."""
    return bool(sparse.issparse(matrix))


def entry_rows(matrix: sparse.csr_array[Any]) -> np.ndarray[Any, Any]:
    """Row number of every stored entry, in storage order."""
    return np.repeat(np.arange(matrix.shape[0], dtype=matrix.indices.dtype), np.diff(matrix.indptr))


def entries_at(
    matrix: sparse.csr_array[Any], rows: np.ndarray[Any, Any], columns: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Entries at pairs of places as float64; without places scipy would give back something sparse."""
    return np.asarray(matrix[rows, columns], dtype=np.float64).ravel() if len(rows) else np.zeros(0)


def keep_entries(
    matrix: sparse.csr_array[Any], keep: np.ndarray[Any, Any], dtype: type | None = None
) -> sparse.csr_array[Any]:
    """Keep the stored entries where `keep` is true; with `dtype` bool, as a pattern of True."""
    data = np.ones(int(keep.sum()), dtype=bool) if dtype is bool else matrix.data[keep]
    kept = np.concatenate(([0], np.cumsum(keep)))
    indptr = kept[matrix.indptr].astype(matrix.indptr.dtype)
    return sparse.csr_array((data, matrix.indices[keep], indptr), shape=matrix.shape)
