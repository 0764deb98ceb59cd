"""Which dyads were observed, held by rows and by single dyads, never as an n x n mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from latentnet.network.sparse import entry_rows, frozen, handed_out

__all__ = ["ObservedDyads"]


class ObservedDyads:
    """The dyads of a network that were observed (immutable; made by `Network`).

    Parameters
    ----------
    n_actors : int
    directed : bool
    n_row_actors : int or None
        In a two-mode network the number of row actors, who come first; None otherwise.
    rows : bool array (n_actors,) or None
        False where nothing is known of an actor's whole row. None: no row is wholly unobserved. Always None
        in an undirected network; True for the column actors of a two-mode network, who have no row.
    missing : csr_array of bool (n_actors, n_actors) or None
        Single unobserved dyads within the observed rows (symmetric in an undirected network). None: there are
        none.
    """

    __slots__ = ("_directed", "_missing", "_n_actors", "_n_row_actors", "_rows")

    _n_actors: int
    _directed: bool
    _n_row_actors: int | None
    _rows: npt.NDArray[np.bool_] | None
    _missing: sparse.csr_array[Any] | None

    def __init__(
        self,
        n_actors: int,
        directed: bool,
        n_row_actors: int | None = None,
        rows: npt.NDArray[np.bool_] | None = None,
        missing: sparse.csr_array[Any] | None = None,
    ) -> None:
        if rows is not None:
            rows.flags.writeable = False
        values = (n_actors, directed, n_row_actors, rows, None if missing is None else frozen(missing))
        for name, value in zip(("n_actors", "directed", "n_row_actors", "rows", "missing"), values, strict=True):
            object.__setattr__(self, f"_{name}", value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {name!r}: the observed dyads of a network are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name!r}: the observed dyads of a network are immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        # Through __init__, so that copies and unpickled objects are write-protected too.
        return ObservedDyads, (self._n_actors, self._directed, self._n_row_actors, self._rows, self._missing)

    @property
    def rows(self) -> npt.NDArray[np.bool_] | None:
        """False where an actor's whole row is unobserved, shape (n_actors,); None if no row is."""
        return self._rows

    @property
    def missing(self) -> sparse.csr_array[Any] | None:
        """Single unobserved dyads in observed rows, bool csr_array (n_actors, n_actors); None if none."""
        return None if self._missing is None else handed_out(self._missing)

    @property
    def n_dyads_possible(self) -> int:
        """Number of dyads, observed or not: unordered pairs in an undirected network."""
        if self._n_row_actors is not None:
            return self._n_row_actors * (self._n_actors - self._n_row_actors)
        ordered = self._n_actors * (self._n_actors - 1)
        return ordered if self._directed else ordered // 2

    @property
    def n_dyads(self) -> int:
        """Number of observed dyads: unordered pairs in an undirected network."""
        n_single = 0 if self._missing is None else int(self._missing.nnz)
        if self._n_row_actors is None and not self._directed:
            n_single //= 2
        n_in_rows = 0 if self._rows is None else int((~self._rows).sum()) * self.dyads_per_row
        return self.n_dyads_possible - n_in_rows - n_single

    @property
    def dyads_per_row(self) -> int:
        """Number of dyads in a sender's row: the other actors, or those of the other mode."""
        return self._n_actors - (1 if self._n_row_actors is None else self._n_row_actors)

    def counts(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Observed dyads that each actor sends, and receives, (n_actors,) both; in an undirected network the same."""
        n, n_rows, missing = self._n_actors, self._n_row_actors, self._missing
        sent, received = np.full(n, self.dyads_per_row), np.full(n, n - 1)
        if self._rows is not None:
            sent[~self._rows] = 0
            received = self._rows.sum() - self._rows
        if n_rows is not None:
            sent[n_rows:] = 0
            received = np.where(np.arange(n) < n_rows, 0, n_rows if self._rows is None else self._rows[:n_rows].sum())
        if missing is not None:
            sent = sent - np.diff(missing.indptr)
            received = received - np.bincount(missing.indices, minlength=n)
        return sent.astype(np.int64), received.astype(np.int64)

    @property
    def share(self) -> float:
        """Observed dyads divided by all dyads."""
        return self.n_dyads / self.n_dyads_possible

    def toarray(self) -> npt.NDArray[np.bool_]:
        """Full mask, shape (n_actors, n_actors): True where observed, False on the diagonal.

        In a two-mode network only entries (row actor, column actor) can be True.
        """
        mask = np.ones((self._n_actors, self._n_actors), dtype=bool)
        np.fill_diagonal(mask, False)
        if self._n_row_actors is not None:
            mask[self._n_row_actors :] = False
            mask[:, : self._n_row_actors] = False
        if self._rows is not None:
            mask[~self._rows] = False
        if self._missing is not None:
            mask[entry_rows(self._missing), self._missing.indices] = False
        return mask

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ObservedDyads):
            return NotImplemented
        return (
            (self._n_actors, self._directed, self._n_row_actors)
            == (other._n_actors, other._directed, other._n_row_actors)
            and _same(self._rows, other._rows)
            and _same_pattern(self._missing, other._missing)
        )

    def __hash__(self) -> int:
        return hash((self._n_actors, self._directed, self._n_row_actors, self.n_dyads))

    def __repr__(self) -> str:
        return f"ObservedDyads({self.n_dyads} of {self.n_dyads_possible} dyads observed)"


def _same(first: npt.NDArray[Any] | None, second: npt.NDArray[Any] | None) -> bool:
    if first is None or second is None:
        return first is second
    return bool(np.array_equal(first, second))


def _same_pattern(first: sparse.csr_array[Any] | None, second: sparse.csr_array[Any] | None) -> bool:
    if first is None or second is None:
        return first is second
    return _same(first.indptr, second.indptr) and _same(first.indices, second.indices)
