"""What a network of nominations holds beside its ties: the cap, how many each named, in which order, who was asked."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import entry_rows, frozen, keep_entries

__all__ = ["Design", "is_sound", "kept_under", "replayed_lists", "rows_observed", "same_design"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Design(NamedTuple):
    """How lists of names came about; see `Network` for the meaning of the fields.

    `named_only` is None where nobody is in the data only because of having been named.
    """

    max_nominations: int | None
    n_nominations: Ints
    ranks: sparse.csr_array[Any] | None
    named_only: Bools | None


def rows_observed(observed: ObservedDyads, n_actors: int) -> Bools:
    """Which rows are not wholly unobserved, shape (n_actors,)."""
    return np.ones(n_actors, dtype=bool) if observed.rows is None else observed.rows


def kept_under(design: Design, ties: sparse.csr_array[Any], observed: ObservedDyads) -> Design:
    """The design after dyads were hidden: ranks of the ties that are left, no names from hidden rows.

    The other ranks keep their values, and `named_only` does not change: whoever was asked is in the data for that
    reason, also when the answer is hidden.
    """
    ranks = design.ranks
    if ranks is not None:
        ranks = frozen(keep_entries(ranks, np.isin(_codes(ranks), _codes(ties))))
    n_nominations = np.where(rows_observed(observed, ties.shape[0]), design.n_nominations, 0)
    return design._replace(ranks=ranks, n_nominations=n_nominations)


def replayed_lists(
    observed: ObservedDyads, visible: sparse.csr_array[Any], design: Design | None, ranks: sparse.csr_array[Any]
) -> tuple[sparse.csr_array[Any], Design | None]:
    """Ties and design that the same interviews would have recorded; see `latentnet.network.replayed`.

    `visible` are the ties that the pattern shows, `ranks` those (1 = first) that would be named without a cap.
    """
    n = ranks.shape[0]
    rows, columns, order = entry_rows(ranks), ranks.indices, ranks.data
    shown = rows_observed(observed, n)[rows] & (rows != columns)
    if observed.missing is not None:
        shown &= ~np.isin(_codes(ranks), _codes(observed.missing))
    by_rank = np.lexsort((order, rows))
    by_rank = by_rank[shown[by_rank]]
    rows, columns = rows[by_rank].astype(np.int64), columns[by_rank]
    counts = np.bincount(rows, minlength=n)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    if design is None:
        return _lists(rows, columns, np.ones(len(rows)), n), None
    # Names of people outside the choice set took up places of the list, and would do so again.
    spent = design.n_nominations - np.diff(visible.indptr)
    if design.max_nominations is not None:
        kept = place < (design.max_nominations - spent)[rows]
        rows, columns, place = rows[kept], columns[kept], place[kept]
    named = np.bincount(rows, minlength=n) + spent
    ranked = None if design.ranks is None else _lists(rows, columns, (place + 1).astype(np.float64), n)
    design = design._replace(n_nominations=named, ranks=ranked)
    return _lists(rows, columns, np.ones(len(rows)), n), design


def same_design(first: Design | None, second: Design | None) -> bool:
    """Whether two networks were observed under the same design, with the same outcome."""
    if first is None or second is None:
        return first is second
    return (
        first.max_nominations == second.max_nominations
        and np.array_equal(first.n_nominations, second.n_nominations)
        and _same_arrays(first.named_only, second.named_only)
        and (first.ranks is None) == (second.ranks is None)
        and (
            first.ranks is None
            or second.ranks is None
            or (
                np.array_equal(first.ranks.indptr, second.ranks.indptr)
                and np.array_equal(first.ranks.indices, second.ranks.indices)
                and np.array_equal(first.ranks.data, second.ranks.data)
            )
        )
    )


def is_sound(design: Design, ties: sparse.csr_array[Any], observed: ObservedDyads) -> bool:
    """Whether a design read from a file is one of these ties; ranks must have their pattern already."""
    n, counts, named, ranks = ties.shape[0], np.diff(ties.indptr), design.n_nominations, design.ranks
    rows, cap = rows_observed(observed, n), design.max_nominations
    sound = (
        (cap is None or (type(cap) is int and cap >= 1))
        and named.dtype == np.int64
        and named.shape == (n,)
        and bool(np.all(ties.data == 1.0) and np.all(counts <= named) and not named[~rows].any())
        and (cap is None or bool(np.all(named <= cap)))
    )
    if sound and ranks is not None:
        places = entry_rows(ranks)
        sound = bool(
            np.all((ranks.data >= 1) & (ranks.data <= named[places]) & (ranks.data == np.floor(ranks.data)))
            and len(set(zip(places.tolist(), ranks.data.tolist(), strict=True))) == ranks.nnz
        )
    if sound and design.named_only is not None:
        asked = design.named_only
        sound = asked.dtype == np.bool_ and asked.shape == (n,) and bool(asked.any() and not asked[rows].any())
    return sound


def _lists(rows: Ints, columns: npt.NDArray[Any], values: npt.NDArray[np.float64], n: int) -> sparse.csr_array[Any]:
    return frozen(sparse.csr_array((values, (rows, columns)), shape=(n, n)))


def _codes(matrix: sparse.csr_array[Any]) -> Ints:
    """One number for every stored entry, equal for equal places."""
    return entry_rows(matrix).astype(np.int64) * matrix.shape[1] + matrix.indices


def _same_arrays(first: npt.NDArray[Any] | None, second: npt.NDArray[Any] | None) -> bool:
    if first is None or second is None:
        return first is second
    return bool(np.array_equal(first, second))
