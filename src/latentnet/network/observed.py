"""The dyads of a network that were observed, held by rows and by single dyads, never as an n x n mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from latentnet.checks import fits_square, shown
from latentnet.network.sparse import entry_rows, frozen, handed_out, no_dyads, same_entries

__all__ = ["ObservedDyads"]


class ObservedDyads:
    """The dyads of a network, and which of them were observed (immutable; made by `Network`).

    Parameters
    ----------
    n_actors : int
    directed : bool
    n_row_actors : int or None
        In a two-mode network the number of row actors, who come first; None otherwise.
    asked : bool array (n_actors,) or None
        False where nothing is known of an actor's whole row. None: no row is wholly unobserved.
    missing : csr_array of bool (n_actors, n_actors) or None
        Single unobserved dyads within the observed rows (symmetric in an undirected network). None: there are
        none.
    impossible : csr_array of bool (n_actors, n_actors) or None
        Dyads that cannot be tied (symmetric in an undirected network); those within observed rows are among `missing`.
        None: there are none.
    """

    __slots__ = ("_asked", "_directed", "_impossible", "_missing", "_n_actors", "_n_row_actors")

    _n_actors: int
    _directed: bool
    _n_row_actors: int | None
    _asked: npt.NDArray[np.bool_]
    _missing: sparse.csr_array[Any]
    _impossible: sparse.csr_array[Any]

    def __init__(
        self,
        n_actors: int,
        directed: bool,
        n_row_actors: int | None = None,
        asked: npt.NDArray[np.bool_] | None = None,
        missing: sparse.csr_array[Any] | None = None,
        impossible: sparse.csr_array[Any] | None = None,
    ) -> None:
        asked = np.ones(n_actors, dtype=bool) if asked is None else asked
        asked.flags.writeable = False
        missing, impossible = (frozen(no_dyads(n_actors) if one is None else one) for one in (missing, impossible))
        values = {"n_actors": n_actors, "directed": directed, "n_row_actors": n_row_actors}
        for name, value in (values | {"asked": asked, "missing": missing, "impossible": impossible}).items():
            object.__setattr__(self, f"_{name}", value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {shown(name)}: the observed dyads of a network are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {shown(name)}: the observed dyads of a network are immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        # Through __init__, so that copies and unpickled objects are write-protected too.
        return ObservedDyads, (*self.kind, self._asked, self._missing, self._impossible)

    @property
    def kind(self) -> tuple[int, bool, int | None]:
        """Its first arguments: how many actors, whether directed, how many row actors in a two-mode network."""
        return self._n_actors, self._directed, self._n_row_actors

    @property
    def directed(self) -> bool:
        """Whether the two directions of a dyad are told apart; False in two-mode networks."""
        return self._directed

    @property
    def two_mode(self) -> bool:
        """Whether dyads run only from row actors to column actors."""
        return self._n_row_actors is not None

    @property
    def in_words(self) -> str:
        """What kind of network they are of: "directed", "undirected" or "two-mode"."""
        return "two-mode" if self.two_mode else "directed" if self.directed else "undirected"

    @property
    def has_direction(self) -> bool:
        """Whether every dyad has a sender and a receiver: not in undirected networks, where it is a pair."""
        return self._directed or self.two_mode

    @property
    def n_row_actors(self) -> int:
        """Number of actors who have a row, and come first: all but the column actors of a two-mode network."""
        return self._n_actors if self._n_row_actors is None else self._n_row_actors

    @property
    def asked(self) -> npt.NDArray[np.bool_]:
        """Whether something is known of each actor's row, shape (n_actors,).

        All True in an undirected network; True for the column actors of a two-mode network, who have no row.
        """
        return self._asked

    @property
    def missing(self) -> sparse.csr_array[Any]:
        """Single dyads, in the rows of actors who were asked, that say nothing: bool csr_array (n_actors, n_actors).

        They were not observed or are impossible. Both directions in an undirected network.
        """
        return handed_out(self._missing)

    @property
    def impossible(self) -> sparse.csr_array[Any]:
        """Dyads that cannot be tied, in any row: bool csr_array (n_actors, n_actors), both directions if undirected."""
        return handed_out(self._impossible)

    @property
    def n_dyads_possible(self) -> int:
        """Number of dyads that can be tied, observed or not: unordered pairs in an undirected network."""
        ordered = self.n_row_actors * self.dyads_per_row - int(self._impossible.nnz)
        return ordered if self.has_direction else ordered // 2

    @property
    def n_dyads(self) -> int:
        """Number of observed dyads: unordered pairs in an undirected network."""
        n_asked = int(self._asked[: self.n_row_actors].sum())
        ordered = n_asked * self.dyads_per_row - int(self._missing.nnz)
        return ordered if self.has_direction else ordered // 2

    @property
    def dyads_per_row(self) -> int:
        """Number of dyads in a sender's row: the other actors, or those of the other mode."""
        return self._n_actors - (self.n_row_actors if self.two_mode else 1)

    def counts(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Observed dyads that each actor sends, and receives, (n_actors,) both; in an undirected network the same."""
        n, n_rows = self._n_actors, self.n_row_actors
        sent = np.where(self._asked, self.dyads_per_row, 0)
        if self.two_mode:
            sent[n_rows:] = 0
            received = np.where(np.arange(n) < n_rows, 0, self._asked[:n_rows].sum())
        else:
            received = self._asked.sum() - self._asked
        sent = sent - np.diff(self._missing.indptr)
        received = received - np.bincount(self._missing.indices, minlength=n)
        return sent.astype(np.int64), received.astype(np.int64)

    @property
    def share(self) -> float:
        """Observed dyads divided by all dyads."""
        return self.n_dyads / max(self.n_dyads_possible, 1)

    def toarray(self) -> npt.NDArray[np.bool_]:
        """Full mask, shape (n_actors, n_actors): True where observed, False on the diagonal.

        In a two-mode network only entries (row actor, column actor) can be True.

        Raises
        ------
        MemoryError
            If it does not fit into memory.
        """
        fix = "asked and missing say the same, row by row and dyad by dyad"
        fits_square("the mask of all dyads", self._n_actors, 1.0, fix=fix)
        mask = np.repeat(self._asked[:, np.newaxis], self._n_actors, axis=1)
        np.fill_diagonal(mask, False)
        if self.two_mode:
            mask[self.n_row_actors :] = False
            mask[:, : self.n_row_actors] = False
        mask[entry_rows(self._missing), self._missing.indices] = False
        return mask

    def dyads(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Senders and receivers of the observed dyads, (n_dyads,) both; each undirected one once, the lower first.

        Raises
        ------
        MemoryError
            If they do not fit into memory.
        """
        fits_square("a list of all observed dyads", self._n_actors, 20.0, fix="asked and missing say the same")
        mask = self.toarray()
        senders, receivers = np.nonzero(mask if self.has_direction else np.triu(mask))
        return senders, receivers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ObservedDyads):
            return NotImplemented
        return (
            self.kind == other.kind
            and np.array_equal(self._asked, other._asked)
            and same_entries(self._missing, other._missing)
            and same_entries(self._impossible, other._impossible)
        )

    def __hash__(self) -> int:
        return hash((*self.kind, self.n_dyads))

    def __repr__(self) -> str:
        return f"ObservedDyads({self.n_dyads} of {self.n_dyads_possible} dyads observed)"
