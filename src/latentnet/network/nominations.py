"""Lists of names beside a network's ties: the limit, how many each actor named, in which order, who was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import codes, entry_rows, frozen, keep_entries, same_entries

__all__ = ["NONE", "Nominations"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nominations:
    """How lists of names came about; see `Network` for the meaning of the fields.

    Each is None where nothing of the kind is known; `NONE` is what a network has that holds no lists. `limits` are the
    most names that each actor could give, 0 for those who were not asked.
    """

    limits: Ints | None = None
    n_nominations: Ints | None = None
    ranks: sparse.csr_array[Any] | None = None
    named_only: Bools | None = None

    def __post_init__(self) -> None:
        if self.ranks is not None:
            frozen(self.ranks)
        for array in (self.limits, self.n_nominations, self.named_only):
            if array is not None:
                array.flags.writeable = False

    def __reduce__(self) -> tuple[Any, ...]:
        # Through __init__, so that copies and unpickled objects are write-protected too.
        return Nominations, (self.limits, self.n_nominations, self.ranks, self.named_only)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Nominations):
            return NotImplemented
        if (self.ranks is None) != (other.ranks is None):
            return False
        return (
            _same(self.limits, other.limits)
            and _same(self.n_nominations, other.n_nominations)
            and _same(self.named_only, other.named_only)
            and (self.ranks is None or other.ranks is None or same_entries(self.ranks, other.ranks))
        )

    __hash__ = None  # type: ignore[assignment]  # what is equal by its arrays has no hash of its own

    def hidden(self, ties: sparse.csr_array[Any], observed: ObservedDyads) -> Nominations:
        """The lists after dyads were hidden: ranks of the ties that are left, no names from hidden rows.

        The other ranks keep their values, and `named_only` does not change: whoever was asked is in the data for that
        reason, also when the answer is hidden.
        """
        if self.n_nominations is None:
            return self
        ranks = self.ranks
        if ranks is not None:
            ranks = keep_entries(ranks, np.isin(codes(ranks), codes(ties)))
        limits = None if self.limits is None else np.where(observed.asked, self.limits, 0)
        return replace(self, limits=limits, ranks=ranks, n_nominations=np.where(observed.asked, self.n_nominations, 0))

    def replayed(
        self, observed: ObservedDyads, visible: sparse.csr_array[Any], wishes: sparse.csr_array[Any]
    ) -> tuple[sparse.csr_array[Any], Nominations]:
        """Ties and lists that the same interviews would have recorded; see `latentnet.network.replayed`.

        `visible` are the ties that the pattern shows, `wishes` those (1 = first) that would be named without a limit.
        """
        n = wishes.shape[0]
        rows, columns, order = entry_rows(wishes), wishes.indices, wishes.data
        shown = observed.asked[rows] & (rows != columns) & ~np.isin(codes(wishes), codes(observed.missing))
        by_rank = np.lexsort((order, rows))
        by_rank = by_rank[shown[by_rank]]
        rows, columns, order = rows[by_rank].astype(np.int64), columns[by_rank], order[by_rank]
        counts = np.bincount(rows, minlength=n)
        place = _places(counts)
        rank = place[_firsts(rows, order)].astype(np.float64) + 1
        if self.n_nominations is None:
            return _lists(rows, columns, np.ones(len(rows)), n), self
        # Names of people outside the choice set take up places of the list, here as there.
        spent = self.n_nominations - np.diff(visible.indptr)
        if self.limits is not None:
            kept = place < (self.limits - spent)[rows]
            rows, columns, rank = rows[kept], columns[kept], rank[kept]
        named = np.bincount(rows, minlength=n) + spent
        ranks = None if self.ranks is None else _lists(rows, columns, rank, n)
        return _lists(rows, columns, np.ones(len(rows)), n), replace(self, n_nominations=named, ranks=ranks)

    def is_sound(self, ties: sparse.csr_array[Any], observed: ObservedDyads) -> bool:
        """Whether lists read from a file are of these ties; ranks must have their pattern already."""
        n, counts, limits, named = ties.shape[0], np.diff(ties.indptr), self.limits, self.n_nominations
        return (
            named is not None
            and named.dtype == np.int64
            and named.shape == (n,)
            and bool(np.all(ties.data == 1.0) and np.all(counts <= named) and not named[~observed.asked].any())
            and (limits is None or _are_limits(limits, named, observed.asked))
            and (self.ranks is None or _are_places(self.ranks, named))
            and (self.named_only is None or _were_only_named(self.named_only, observed.asked))
        )


MOST_TIED = 8
"""Names that may share a rank, but for the first: each more doubles the time that the likelihood takes."""

NONE = Nominations()
"""No lists of names."""


def _are_limits(limits: Ints, named: Ints, asked: Bools) -> bool:
    """Whether those who were asked could give a name or more, and gave no more than they could; nobody else could."""
    fits = limits.dtype == np.int64 and limits.shape == named.shape
    return fits and bool(np.all(named <= limits) and np.array_equal(limits > 0, asked))


def _firsts(rows: Ints, order: npt.NDArray[np.float64]) -> Ints:
    """Of entries sorted by row and order, the index of the first entry that shares both with each."""
    new = np.r_[True, (np.diff(rows) != 0) | (np.diff(order) != 0)][: len(rows)]
    return np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0)).astype(np.int64)


def _places(counts: Ints) -> Ints:
    """Places 0, 1, ... within rows of so many entries, end to end."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _are_places(ranks: sparse.csr_array[Any], named: Ints) -> bool:
    """Whether ranks are places of lists whose other names were left out, ties having the first place they share."""
    rows, places = entry_rows(ranks), ranks.data
    by_rank = np.lexsort((places, rows))
    rows, places = rows[by_rank], places[by_rank]
    counts = np.bincount(rows, minlength=len(named))
    before = _places(counts)
    starts, tied = np.unique(_firsts(rows, places), return_counts=True)
    before, rows, places = before[starts], rows[starts], places[starts]
    fits = (places == np.floor(places)) & (places > before) & (places - 1 + counts[rows] - before <= named[rows])
    return bool(fits.all() and not ((tied > MOST_TIED) & (before > 0)).any())


def _were_only_named(named_only: Bools, asked: Bools) -> bool:
    """Whether these are some of the actors, none of whom was asked."""
    fits = named_only.dtype == np.bool_ and named_only.shape == asked.shape
    return fits and bool(named_only.any() and not named_only[asked].any())


def _lists(rows: Ints, columns: npt.NDArray[Any], values: npt.NDArray[np.float64], n: int) -> sparse.csr_array[Any]:
    return frozen(sparse.csr_array((values, (rows, columns)), shape=(n, n)))


def _same(first: npt.NDArray[Any] | None, second: npt.NDArray[Any] | None) -> bool:
    return first is second if first is None or second is None else bool(np.array_equal(first, second))
