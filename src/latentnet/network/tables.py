"""A network's ties as an edge table and as a networkx graph."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.network.reading import Parts
from latentnet.network.sparse import entry_rows

__all__ = ["edge_frame", "edge_graph"]

Positions = npt.NDArray[np.integer[Any]]


def edge_frame(parts: Parts, unobserved: bool) -> pd.DataFrame:
    """Sender, receiver and value of every tie; with `unobserved`, also NaN rows for unobserved dyads."""
    sender, receiver = entry_rows(parts.ties), parts.ties.indices
    values = parts.ties.data
    if unobserved:
        ends = [(sender, receiver), *_unobserved(parts)]
        values = np.concatenate([values, np.full(sum(len(end[0]) for end in ends[1:]), np.nan)])
        sender, receiver = (np.concatenate([end[k] for end in ends]) for k in (0, 1))
    if not parts.directed and parts.mode is None:
        once = sender < receiver
        sender, receiver, values = sender[once], receiver[once], values[once]
    order = np.lexsort((receiver, sender))
    columns = {
        "sender": parts.actors[sender[order]],
        "receiver": parts.actors[receiver[order]],
        "value": np.array(values[order]),
    }
    return pd.DataFrame(columns)


def _unobserved(parts: Parts) -> list[tuple[Positions, Positions]]:
    """Senders and receivers of unobserved dyads: the single ones, then those of whole rows."""
    found: list[tuple[Positions, Positions]] = []
    if (missing := parts.observed.missing) is not None:
        found.append((entry_rows(missing), missing.indices))
    if (rows := parts.observed.rows) is not None:
        absent = np.flatnonzero(~rows)
        receivers = np.arange(len(parts.actors)) if parts.mode is None else np.flatnonzero(parts.mode == 1)
        sender, receiver = np.repeat(absent, len(receivers)), np.tile(receivers, len(absent))
        found.append((sender[sender != receiver], receiver[sender != receiver]))
    return found


def edge_graph(parts: Parts, unobserved: bool) -> nx.Graph[Any]:
    """Graph with weights on ties and attributes on nodes; with `unobserved`, also edges of weight None."""
    graph = nx.DiGraph() if parts.directed else nx.Graph()
    attributes = parts.attributes
    if parts.mode is not None:
        attributes = attributes.assign(bipartite=parts.mode)
    # Column by column: a row of a mixed frame would be coerced to one type.
    columns = {name: attributes[name].tolist() for name in attributes.columns}
    for position, actor in enumerate(parts.actors):
        graph.add_node(actor)
        graph.nodes[actor].update({name: values[position] for name, values in columns.items()})
    frame = edge_frame(parts, unobserved)
    for sender, receiver, value in zip(frame["sender"], frame["receiver"], frame["value"].tolist(), strict=True):
        graph.add_edge(sender, receiver, weight=None if np.isnan(value) else value)
    return graph
