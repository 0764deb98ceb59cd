"""The checked content of a network, and the last steps that all readers share."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.network.nominations import Design, kept_under, same_design
from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import entry_rows, frozen, keep_entries

__all__ = [
    "Parts",
    "SelfTies",
    "check_self_ties",
    "dyad_place",
    "parts_from_entries",
    "same_parts",
    "unobserve",
    "without_diagonal",
]

SelfTies: TypeAlias = Literal["error", "drop"]
Labels = npt.NDArray[np.object_]


class Parts(NamedTuple):
    """What a `Network` holds; see there for the meaning of the fields."""

    actors: Labels
    ties: sparse.csr_array[Any]
    observed: ObservedDyads
    attributes: pd.DataFrame
    directed: bool
    mode: npt.NDArray[np.int64] | None
    design: Design | None = None


def dyad_place(actors: Labels, sender: int, receiver: int) -> str:
    """Name a dyad in a message."""
    return f"from {actors[sender]!r} to {actors[receiver]!r}"


def check_self_ties(self_ties: str) -> None:
    """Refuse anything but "error" and "drop"."""
    if self_ties not in ("error", "drop"):
        raise ValueError(f"self_ties must be 'error' or 'drop', got {self_ties!r}")


def without_diagonal(entries: sparse.csr_array[Any], actors: Labels, self_ties: SelfTies) -> sparse.csr_array[Any]:
    """Take the diagonal out of canonical entries.

    A NaN there is no unobserved dyad (the diagonal has none) and goes in either case.

    Raises
    ------
    ValueError
        If an actor has a tie to itself and `self_ties` is "error".
    """
    check_self_ties(self_ties)
    rows = entry_rows(entries)
    diagonal = rows == entries.indices
    if not diagonal.any():
        return entries
    loops = np.flatnonzero(diagonal & ~np.isnan(entries.data))
    if loops.size and self_ties == "error":
        actor = actors[rows[loops[0]]]
        raise ValueError(
            f"network must have no self-ties, but {loops.size} of its actors "
            f"{'has' if loops.size == 1 else 'have'} one, the first {actor!r} (value "
            f"{entries.data[loops[0]]:g}); pass self_ties='drop' to leave them out (for fit: build the "
            "network with Network.from_... and pass that)"
        )
    return keep_entries(entries, ~diagonal)


def parts_from_entries(
    actors: Labels,
    entries: sparse.csr_array[Any],
    *,
    directed: bool,
    attributes: pd.DataFrame,
    n_row_actors: int | None = None,
    rows: npt.NDArray[np.bool_] | None = None,
) -> Parts:
    """Split canonical entries into ties and unobserved dyads.

    Parameters
    ----------
    actors : object array (n,)
    entries : csr_array (n, n)
        Sorted, no zeros, no diagonal, NaN where unobserved; symmetric if undirected.
    directed : bool
    attributes : DataFrame indexed by actor
    n_row_actors : int, optional
        Makes a two-mode network, whose first `n_row_actors` actors are the rows.
    rows : bool array (n,), optional
        Rows known to be unobserved already are False.
    """
    n_actors = len(actors)
    unobserved = np.isnan(entries.data)
    missing = keep_entries(entries, unobserved, bool)
    if directed or n_row_actors is not None:
        per_row = n_actors - (1 if n_row_actors is None else n_row_actors)
        observed_rows = np.diff(missing.indptr) < per_row
        if n_row_actors is not None:
            observed_rows[n_row_actors:] = True
        if rows is not None:
            observed_rows &= rows
        if not observed_rows.all():
            missing = keep_entries(missing, observed_rows[entry_rows(missing)])
        rows = None if observed_rows.all() else observed_rows
    observed = ObservedDyads(n_actors, directed, n_row_actors, rows, missing if missing.nnz else None)
    mode = None
    if n_row_actors is not None:
        mode = (np.arange(n_actors) >= n_row_actors).astype(np.int64)
        mode.flags.writeable = False
    actors.flags.writeable = False
    return Parts(actors, frozen(keep_entries(entries, ~unobserved)), observed, attributes, directed, mode)


def unobserve(parts: Parts, sender: npt.NDArray[np.intp], receiver: npt.NDArray[np.intp]) -> Parts:
    """Mark dyads, given by position, as unobserved.

    Raises
    ------
    ValueError
        If a dyad joins an actor to itself or runs against the modes.
    """
    if (sender == receiver).any():
        actor = parts.actors[sender[np.argmax(sender == receiver)]]
        raise ValueError(f"dyads must join two actors, but ({actor!r}, {actor!r}) names one twice; leave it out")
    n_row_actors = None if parts.mode is None else int((parts.mode == 0).sum())
    if parts.mode is not None:
        against = (parts.mode[sender] != 0) | (parts.mode[receiver] != 1)
        if against.any():
            k = int(np.argmax(against))
            raise ValueError(
                "dyads of a two-mode network must be (row actor, column actor), but the dyad "
                f"{dyad_place(parts.actors, int(sender[k]), int(receiver[k]))} runs from mode "
                f"{parts.mode[sender[k]]} to mode {parts.mode[receiver[k]]}; turn it round or leave it out"
            )
    elif not parts.directed:
        sender, receiver = np.concatenate([sender, receiver]), np.concatenate([receiver, sender])
    shape = parts.ties.shape
    # NaN survives addition, so the sum of ties and NaNs is the canonical form again.
    entries = parts.ties + sparse.csr_array((np.full(len(sender), np.nan), (sender, receiver)), shape=shape)
    missing = parts.observed.missing
    if missing is not None:
        entries = entries + sparse.csr_array(
            (np.full(missing.nnz, np.nan), missing.indices, missing.indptr), shape=shape
        )
    hidden = parts_from_entries(
        parts.actors,
        sparse.csr_array(entries),
        directed=parts.directed,
        attributes=parts.attributes,
        n_row_actors=n_row_actors,
        rows=parts.observed.rows,
    )
    if parts.design is None:
        return hidden
    return hidden._replace(design=kept_under(parts.design, hidden.ties, hidden.observed))


def same_parts(first: Parts, second: Parts) -> bool:
    """Whether two networks have the same content, labels in the same order."""
    return (
        first.directed == second.directed
        and (first.mode is None) == (second.mode is None)
        and first.attributes.equals(second.attributes)
        and first.attributes.index.equals(second.attributes.index)
        and first.observed == second.observed
        and same_design(first.design, second.design)
        and np.array_equal(first.ties.indptr, second.ties.indptr)
        and np.array_equal(first.ties.indices, second.ties.indices)
        and np.array_equal(first.ties.data, second.ties.data)
    )
