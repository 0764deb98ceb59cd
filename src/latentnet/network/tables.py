"""A network as tables and as a networkx graph: its ties, and who was asked and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.network.content import Parts
from latentnet.network.sparse import entries_at, entry_rows

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["coverage_frame", "edge_frame", "edge_graph", "limit_in_words", "respondents"]

Positions = npt.NDArray[np.integer[Any]]


def respondents(parts: Parts) -> npt.NDArray[np.bool_]:
    """Which actors have a row of which something was observed, shape (n_actors,)."""
    return parts.observed.asked & (np.arange(len(parts.actors)) < parts.observed.n_row_actors)


def limit_in_words(cap: int | pd.Series[int]) -> str:
    """How many names a respondent could give."""
    if isinstance(cap, pd.Series):
        return f"{cap.min()} to {cap.max()} names"
    return f"{cap} {'name' if cap == 1 else 'names'}"


def coverage_frame(parts: Parts) -> pd.DataFrame:
    """The table of `Network.coverage`."""
    n, asked, lists, observed = len(parts.actors), respondents(parts), parts.nominations, parts.observed
    given = np.diff(parts.ties.indptr) if lists.n_nominations is None else lists.n_nominations
    n_rows, impossible = observed.n_row_actors, observed.impossible
    possible = np.where(np.arange(n) < n_rows, n - n_rows, n_rows) if observed.two_mode else np.full(n, 2 * (n - 1))
    possible = possible - np.diff(impossible.indptr) - np.bincount(impossible.indices, minlength=n)
    share = np.sum(observed.counts(), axis=0) / np.maximum(possible, 1)
    columns = {
        "asked": asked,
        "names_given": given.astype(np.int64),
        "list_full": np.zeros(n, dtype=bool) if lists.limits is None else asked & (given == lists.limits),
        "times_named": np.bincount(parts.ties.indices, minlength=n),
        "share_observed": share,
    }
    return pd.DataFrame(columns, index=parts.attributes.index.copy())


def edge_frame(parts: Parts, unobserved: bool) -> pd.DataFrame:
    """Sender, receiver and value of every tie; with `unobserved`, also NaN rows for unobserved dyads."""
    sender, receiver = entry_rows(parts.ties), parts.ties.indices
    values = parts.ties.data
    if unobserved:
        ends = [(sender, receiver), *_unobserved(parts)]
        values = np.concatenate([values, np.full(sum(len(end[0]) for end in ends[1:]), np.nan)])
        sender, receiver = (np.concatenate([end[k] for end in ends]) for k in (0, 1))
    if not parts.observed.has_direction:
        once = sender < receiver
        sender, receiver, values = sender[once], receiver[once], values[once]
    if parts.self_ties is not None:
        here = np.flatnonzero(np.isnan(parts.self_ties) if unobserved else np.zeros(len(parts.actors), dtype=bool))
        here = np.union1d(here, np.flatnonzero(np.nan_to_num(parts.self_ties)))
        sender, receiver = np.concatenate([sender, here]), np.concatenate([receiver, here])
        values = np.concatenate([values, parts.self_ties[here]])
    order = np.lexsort((receiver, sender))
    columns = {
        "sender": parts.actors[sender[order]],
        "receiver": parts.actors[receiver[order]],
        "value": np.array(values[order]),
    }
    return pd.DataFrame(columns)


def _unobserved(parts: Parts) -> list[tuple[Positions, Positions]]:
    """Senders and receivers of unobserved dyads that may be tied: the single ones, then those of whole rows."""
    observed = parts.observed
    absent = np.flatnonzero(~observed.asked)
    receivers = np.arange(observed.n_row_actors if observed.two_mode else 0, len(parts.actors))
    sender, receiver = np.repeat(absent, len(receivers)), np.tile(receivers, len(absent))
    others = sender != receiver
    ends = [(entry_rows(observed.missing), observed.missing.indices), (sender[others], receiver[others])]
    possible = [entries_at(observed.impossible, *pair) == 0.0 for pair in ends]
    return [(i[keep], j[keep]) for (i, j), keep in zip(ends, possible, strict=True)]


def edge_graph(parts: Parts, unobserved: bool) -> nx.Graph[Any]:
    """Graph with weights on ties and attributes on nodes; with `unobserved`, also edges of weight None."""
    import networkx as nx

    graph = nx.DiGraph() if parts.observed.directed else nx.Graph()
    attributes = parts.attributes
    if parts.observed.two_mode:
        is_column = np.arange(len(attributes)) >= parts.observed.n_row_actors
        attributes = attributes.assign(bipartite=is_column.astype(np.int64))
    # Column by column: a row of a mixed frame would be coerced to one type.
    columns = {name: attributes[name].tolist() for name in attributes.columns}
    for position, actor in enumerate(parts.actors):
        graph.add_node(actor)
        graph.nodes[actor].update({name: values[position] for name, values in columns.items()})
    frame = edge_frame(parts, unobserved)
    for sender, receiver, value in zip(frame["sender"], frame["receiver"], frame["value"].tolist(), strict=True):
        graph.add_edge(sender, receiver, weight=None if np.isnan(value) else value)
    return graph
