"""The checked content of a network, and the last steps that all readers share."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.checks import shown
from latentnet.network.labels import Labels, dyad_place
from latentnet.network.nominations import NONE, Nominations
from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import both_ways, codes, entry_rows, frozen, keep_entries, same_entries, without_entries

__all__ = [
    "Parts",
    "SelfTies",
    "exclude",
    "kept_diagonal",
    "parts_from_entries",
    "same_parts",
    "unobserve",
    "wholly_observed",
    "without_diagonal",
]

SelfTies: TypeAlias = Literal["error", "drop", "keep"]


class Parts(NamedTuple):
    """What a `Network` holds; see there for the meaning of the fields."""

    actors: Labels
    ties: sparse.csr_array[Any]
    observed: ObservedDyads
    attributes: pd.DataFrame
    nominations: Nominations = NONE
    self_ties: npt.NDArray[np.float64] | None = None  # (n,) NaN where unobserved; None where the diagonal means nothing


def kept_diagonal(entries: sparse.csr_array[Any], self_ties: SelfTies) -> npt.NDArray[np.float64] | None:
    """The self-ties of canonical entries, (n,), where these are kept."""
    return np.asarray(entries.diagonal(), dtype=np.float64) if self_ties == "keep" else None


def without_diagonal(entries: sparse.csr_array[Any], actors: Labels, self_ties: SelfTies) -> sparse.csr_array[Any]:
    """Take the diagonal out of canonical entries (`kept_diagonal` has it).

    A NaN there is no unobserved dyad (the diagonal has none) and goes in any case.

    Raises
    ------
    ValueError
        If an actor has a tie to itself and `self_ties` is "error".
    """
    rows = entry_rows(entries)
    diagonal = rows == entries.indices
    if not diagonal.any():
        return entries
    loops = np.flatnonzero(diagonal & ~np.isnan(entries.data))
    if loops.size and self_ties == "error":
        actor = actors[rows[loops[0]]]
        raise ValueError(
            f"network must have no self-ties, but {loops.size} of its actors "
            f"{'has' if loops.size == 1 else 'have'} one, the first {shown(actor)} (value "
            f"{entries.data[loops[0]]:g}); pass self_ties='drop' to leave them out, or 'keep' for models "
            "with effects=[Loops()] (for fit: build the network with Network.from_... and pass that)"
        )
    return keep_entries(entries, ~diagonal)


def parts_from_entries(
    actors: Labels,
    entries: sparse.csr_array[Any],
    *,
    directed: bool,
    attributes: pd.DataFrame,
    n_row_actors: int | None = None,
    asked: npt.NDArray[np.bool_] | None = None,
    self_ties: npt.NDArray[np.float64] | None = None,
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
    asked : bool array (n,), optional
        Rows known to be unobserved already are False.
    self_ties : ndarray of shape (n,), optional
    """
    unobserved = np.isnan(entries.data)
    missing = keep_entries(entries, unobserved, bool)
    kind = ObservedDyads(len(actors), directed, n_row_actors)
    known = np.ones(len(actors), dtype=bool)
    if kind.has_direction:
        known = np.diff(missing.indptr) < kind.dyads_per_row
        known[kind.n_row_actors :] = True
        if asked is not None:
            known &= asked
        missing = keep_entries(missing, known[entry_rows(missing)])
    actors.flags.writeable = False
    observed = ObservedDyads(*kind.kind, known, missing)
    return Parts(actors, frozen(keep_entries(entries, ~unobserved)), observed, attributes, self_ties=self_ties)


def unobserve(parts: Parts, senders: npt.NDArray[np.intp], receivers: npt.NDArray[np.intp]) -> Parts:
    """Mark dyads, given by position, as unobserved."""
    observed, shape = parts.observed, parts.ties.shape
    impossible = observed.impossible
    if not observed.has_direction:
        senders, receivers = both_ways(senders, receivers)
    missing = without_entries(observed.missing, impossible)
    holes = (np.full(missing.nnz, np.nan), missing.indices, missing.indptr)
    # NaN survives addition, so the sum of ties and NaNs is the canonical form again.
    entries = (
        parts.ties
        + sparse.csr_array((np.full(len(senders), np.nan), (senders, receivers)), shape=shape)
        + sparse.csr_array(holes, shape=shape)
    )
    hidden = parts_from_entries(
        parts.actors,
        sparse.csr_array(entries),
        directed=observed.directed,
        attributes=parts.attributes,
        n_row_actors=observed.kind[2],
        asked=observed.asked,
        self_ties=parts.self_ties,
    )
    hidden = exclude(hidden, impossible)
    nominations = parts.nominations.hidden(hidden.ties, hidden.observed)
    return hidden._replace(nominations=nominations)


def exclude(parts: Parts, impossible: sparse.csr_array[Any]) -> Parts:
    """Mark dyads as impossible.

    Parameters
    ----------
    parts : Parts
    impossible : csr_array of bool (n, n)
        Canonical, without a diagonal; symmetric if the network is undirected.

    Raises
    ------
    ValueError
        If one of them is tied.
    """
    if not impossible.nnz:
        return parts
    seen, ties = parts.observed, parts.ties
    tied = np.flatnonzero(np.isin(codes(ties), codes(impossible)))
    if tied.size:
        place = dyad_place(parts.actors, int(entry_rows(ties)[tied[0]]), int(ties.indices[tied[0]]))
        raise ValueError(
            f"impossible must be dyads without a tie, but {tied.size} of the network's ties are among them, the first "
            f"{place} (value {ties.data[tied[0]]:g}); leave these dyads out of impossible, or these ties out of the "
            "network"
        )
    within = keep_entries(impossible, seen.asked[entry_rows(impossible)])
    missing, never = sparse.csr_array(seen.missing + within), sparse.csr_array(seen.impossible + impossible)
    return parts._replace(observed=ObservedDyads(*seen.kind, seen.asked, missing, never))


def wholly_observed(parts: Parts, missing: sparse.csr_array[Any] | None = None) -> Parts:
    """The same ties with every possible dyad observed, but for those that are missing, and no design."""
    observed = ObservedDyads(*parts.observed.kind, missing=missing)
    return exclude(parts._replace(observed=observed, nominations=NONE), parts.observed.impossible)


def same_parts(first: Parts, second: Parts) -> bool:
    """Whether two networks have the same content, labels in the same order."""
    return (
        first.observed == second.observed
        and first.attributes.equals(second.attributes)
        and first.attributes.index.equals(second.attributes.index)
        and first.nominations == second.nominations
        and same_entries(first.ties, second.ties)
        and _same_self_ties(first.self_ties, second.self_ties)
    )


def _same_self_ties(first: npt.NDArray[np.float64] | None, second: npt.NDArray[np.float64] | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second, equal_nan=True)
