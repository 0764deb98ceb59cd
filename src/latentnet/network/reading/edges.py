"""Edge tables: one tie a row, by labels; also the last step of reading graphs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.checks import shown
from latentnet.network.content import Parts, SelfTies, kept_diagonal, parts_from_entries, without_diagonal
from latentnet.network.labels import (
    Labels,
    attributes_frame,
    check_bools_apart,
    check_columns,
    check_hashable,
    check_n_actors,
    dyad_place,
    label_array,
    label_index,
    listing,
    object_array,
    of_other_type,
)
from latentnet.network.reading.values import check_finite, float_values

__all__ = ["edge_entries", "read_edges"]

Positions = npt.NDArray[np.int64]


def read_edges(
    frame: pd.DataFrame,
    source: Hashable,
    target: Hashable,
    value: Hashable | None = None,
    actors: Iterable[Any] | None = None,
    directed: bool = False,
    attributes: pd.DataFrame | None = None,
    self_ties: SelfTies = "error",
) -> Parts:
    """Read a table with a row for every tie."""
    _check_columns(frame, source, target, value)
    if directed not in (True, False):
        raise ValueError(f"directed must be True or False, since a table cannot tell, got {shown(directed)}")
    labels, sender, receiver = _positions(frame, source, target, actors)
    check_n_actors(len(labels))
    column = np.ones(len(frame)) if value is None else frame[value].to_numpy()
    values = float_values(
        column, f"column {value!r}", lambda k: dyad_place(labels, int(sender[k[0]]), int(receiver[k[0]]))
    )
    fix = _repeats_fix(source, target, value, directed)
    entries, loops = edge_entries(
        labels, sender, receiver, values, directed=directed, self_ties=self_ties, argument="frame", fix=fix
    )
    about = attributes_frame(attributes, labels)
    return parts_from_entries(labels, entries, directed=directed, attributes=about, self_ties=loops)


def _check_columns(frame: pd.DataFrame, source: Hashable, target: Hashable, value: Hashable | None) -> None:
    check_columns(frame, {"source": source, "target": target} | ({} if value is None else {"value": value}))


def _repeats_fix(source: Hashable, target: Hashable, value: Hashable | None, directed: bool) -> str:
    pairs = f"[{source!r}, {target!r}], as_index=False"
    if directed and value is not None:
        return (
            f"keep one row of each, or add them up: frame.groupby({pairs})[{value!r}].sum(min_count=1), which leaves "
            "unknown what has only missing values"
        )
    if directed:
        return f"count them first: frame.groupby({pairs}).size() and value='size' counts them"
    both = f"map(frozenset, zip(frame[{source!r}], frame[{target!r}]))"
    return (
        "an undirected dyad counts in either order, so pass directed=True if the two orders differ, or keep "
        f"one row of each: frame[~pandas.Series({both}, index=frame.index).duplicated()]"
    )


def _positions(
    frame: pd.DataFrame, source: Hashable, target: Hashable, actors: Iterable[Any] | None
) -> tuple[Labels, Positions, Positions]:
    """Labels in order, and each row's sender and receiver as positions among them."""
    columns = [frame[source], frame[target]]
    whole = all(column.dtype == np.int64 for column in columns)
    ends = np.empty((len(frame), 2), dtype=np.int64 if whole else object)
    for k, column in enumerate(columns):
        ends[:, k] = column.to_numpy(dtype=ends.dtype)
    flat = ends.ravel()
    # Millions of whole numbers or of texts need none of the checks that look at values one by one.
    plain = whole or pd.api.types.infer_dtype(flat, skipna=False) == "string"
    if not plain:
        flat = _checked_ends(flat, frame, (source, target))
    if actors is None:
        # Row by row, source before target: the order in which a reader of the table meets the actors.
        codes, found = pd.factorize(flat)
        labels = label_array(found.tolist(), "frame")
        if not plain:
            check_bools_apart(flat, codes, "frame")
    else:
        labels = label_array(actors, "actors")
        codes = label_index(labels).get_indexer(pd.Index(flat, tupleize_cols=False))
        if (codes < 0).any():
            unknown = object_array(pd.unique(flat[codes < 0]))
            raise ValueError(
                f"frame must name only actors that are in actors=, but it names {listing(unknown)} too"
                f"{of_other_type(unknown, labels)}; add them to actors or drop their rows"
            )
        if not plain or any(isinstance(label, bool) for label in labels):
            every = np.concatenate([labels, flat.astype(object)])
            check_bools_apart(every, np.concatenate([np.arange(len(labels)), codes]), "frame")
    pairs = np.asarray(codes, dtype=np.int64).reshape(-1, 2)
    return labels, pairs[:, 0], pairs[:, 1]


def _checked_ends(flat: Labels, frame: pd.DataFrame, names: tuple[Hashable, Hashable]) -> Labels:
    """Ends of ties, row by row, as plain Python values that are present and can be looked up."""
    flat = object_array(flat)
    check_hashable(flat, "frame")
    absent = pd.isna(flat)
    if absent.any():
        row, k = divmod(int(np.argmax(absent)), 2)
        raise ValueError(
            f"frame must name both actors of every tie, but column {shown(names[k])} is "
            f"{shown(flat[2 * row + k])} in row {shown(frame.index[row])}; name the actor or drop the row"
        )
    return flat


def edge_entries(
    labels: Labels,
    sender: Positions,
    receiver: Positions,
    values: npt.NDArray[np.float64],
    *,
    directed: bool,
    self_ties: SelfTies,
    argument: str,
    fix: str,
) -> tuple[sparse.csr_array[Any], npt.NDArray[np.float64] | None]:
    """Build canonical entries from ties given once each; the mirror images of undirected ties are added here.

    Returns
    -------
    entries : csr_array of shape (n_actors, n_actors)
    self_ties : ndarray of shape (n_actors,), or None
        Where they are kept.

    Raises
    ------
    ValueError
        If a value is infinite, a dyad comes twice, or an actor has a tie to itself (see `without_diagonal`).
    """
    check_finite(values, argument, lambda k: dyad_place(labels, int(sender[k]), int(receiver[k])))
    n_actors = len(labels)
    if not directed:
        sender, receiver = np.minimum(sender, receiver), np.maximum(sender, receiver)
    if self_ties == "drop":
        # Before duplicates are looked for: dropped self-ties may repeat.
        others = sender != receiver
        sender, receiver, values = sender[others], receiver[others], values[others]
    entries = sparse.csr_array((values, (sender, receiver)), shape=(n_actors, n_actors))
    entries.sum_duplicates()
    if entries.nnz < len(values):
        _raise_multiple(labels, sender, receiver, directed=directed, argument=argument, fix=fix)
    entries.eliminate_zeros()
    loops, entries = kept_diagonal(entries, self_ties), without_diagonal(entries, labels, self_ties)
    if not directed:
        # The two halves never overlap, so a sum is a union.
        entries = sparse.csr_array(entries + entries.T)
        entries.sort_indices()
    return entries, loops


def _raise_multiple(
    labels: Labels, sender: Positions, receiver: Positions, *, directed: bool, argument: str, fix: str
) -> None:
    codes = sender * len(labels) + receiver
    found, first, counts = np.unique(codes, return_index=True, return_counts=True)
    several = counts > 1
    worst = int(first[several].min())
    count = int(counts[found == codes[worst]][0])
    i, j = int(sender[worst]), int(receiver[worst])
    between = dyad_place(labels, i, j) if directed else f"between {labels[i]!r} and {labels[j]!r}"
    raise ValueError(
        f"{argument} must have each dyad at most once, but the dyad {between} is there {count} times; "
        f"repeated dyads: {int(several.sum())}; {fix}"
    )
