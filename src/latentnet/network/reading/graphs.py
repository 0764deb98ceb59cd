"""Graph objects: networkx, and igraph without importing it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.network.content import Parts, SelfTies, parts_from_entries
from latentnet.network.labels import (
    Labels,
    attributes_frame,
    check_n_actors,
    dyad_place,
    label_array,
    label_index,
    listing,
    object_array,
    unique_union,
)
from latentnet.network.reading.edges import edge_entries
from latentnet.network.reading.incidence import two_mode_parts
from latentnet.network.reading.values import float_values

__all__ = ["is_igraph", "read_igraph", "read_networkx"]


def is_igraph(graph: object) -> bool:
    """Whether `graph` is an `igraph.Graph`; igraph is in `sys.modules` if one exists."""
    igraph = sys.modules.get("igraph")
    return igraph is not None and isinstance(graph, igraph.Graph)


def read_networkx(graph: Any, weight: str | None = "weight", self_ties: SelfTies = "error") -> Parts:
    """Read a networkx graph: nodes are actors, edge attribute `weight` is the value."""
    if not isinstance(graph, nx.Graph):
        raise TypeError(
            f"graph must be a networkx.Graph or networkx.DiGraph, got {type(graph).__module__}.{type(graph).__name__}"
        )
    if graph.is_multigraph():
        kind = "DiGraph" if graph.is_directed() else "Graph"
        raise ValueError(
            f"graph must have at most one edge per dyad, got a networkx.{type(graph).__name__}; "
            f"networkx.{kind}(graph) merges parallel edges, and to count them: counts = networkx.{kind}(); "
            "counts.add_nodes_from(graph.nodes(data=True)); counts.add_weighted_edges_from((i, j, "
            "graph.number_of_edges(i, j)) for i, j in graph.edges())"
        )
    check_n_actors(graph.number_of_nodes())
    nodes = dict(graph.nodes(data=True))
    labels = label_array(nodes, "graph")
    keys = unique_union(map(tuple, nodes.values()))
    columns = {key: [record.get(key, np.nan) for record in nodes.values()] for key in keys}
    edges = list(graph.edges(data=True))
    index = label_index(labels)
    ends = [index.get_indexer(label_index(object_array(edge[k] for edge in edges))) for k in (0, 1)]
    _check_weight(weight, unique_union(tuple(data) for _, _, data in edges), len(edges))
    weights = [1.0 if weight is None else data.get(weight, 1.0) for _, _, data in edges]
    return _graph_parts(labels, columns, ends, weights, graph.is_directed(), self_ties, modes=columns.get("bipartite"))


def _check_weight(weight: str | None, known: Sequence[Any], n_edges: int) -> None:
    # The default that no edge has is an unweighted graph; a name that someone typed is a slip.
    if weight in (None, "weight") or weight in known or n_edges == 0:
        return
    raise ValueError(
        f"weight must name an edge attribute, but no edge has {weight!r}; "
        + (f"the edges have {listing(known)}" if known else "the edges have no attributes")
        + "; pass weight=None for ties of value 1"
    )


def read_igraph(graph: Any, weight: str | None = "weight", self_ties: SelfTies = "error") -> Parts:
    """Read an igraph graph: vertex attribute `name` labels the actors, 0 to n - 1 if there is none."""
    if not is_igraph(graph):
        raise TypeError(f"graph must be an igraph.Graph, got {type(graph).__module__}.{type(graph).__name__}")
    check_n_actors(graph.vcount())
    columns = {key: graph.vs[key] for key in graph.vs.attributes()}
    labels = label_array(columns.pop("name", range(graph.vcount())), "graph.vs['name']")
    known = graph.es.attributes()
    _check_weight(weight, known, graph.ecount())
    weights = graph.es[weight] if weight in known else [1.0] * graph.ecount()
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    return _graph_parts(labels, columns, [ends[:, 0], ends[:, 1]], weights, graph.is_directed(), self_ties)


def _graph_parts(
    labels: Labels,
    columns: Mapping[Any, Sequence[Any]],
    ends: Sequence[npt.NDArray[Any]],
    weights: Sequence[Any],
    directed: bool,
    self_ties: SelfTies,
    modes: Sequence[Any] | None = None,
) -> Parts:
    sender, receiver = (np.asarray(end, dtype=np.int64) for end in ends)
    attributes = attributes_frame(pd.DataFrame(dict(columns), index=label_index(labels)), labels)
    values = float_values(
        object_array(weights),
        "edge weights",
        lambda k: dyad_place(labels, int(sender[k[0]]), int(receiver[k[0]])),
    )
    n_row_actors = None
    if modes is not None and all(mode in (0, 1) for mode in modes):
        order, n_row_actors = _mode_order(labels, modes, sender, receiver, directed)
    entries = edge_entries(
        labels,
        sender,
        receiver,
        values,
        directed=directed,
        self_ties=self_ties,
        argument="graph",
        fix="graph.simplify(combine_edges='sum') with weights of 1 counts parallel edges",
    )
    if n_row_actors is None:
        return parts_from_entries(labels, entries, directed=directed, attributes=attributes)
    block = entries[order[:n_row_actors]][:, order[n_row_actors:]]
    return two_mode_parts(labels[order], n_row_actors, block, attributes.iloc[order])


def _mode_order(
    labels: Labels,
    modes: Sequence[Any],
    sender: npt.NDArray[np.int64],
    receiver: npt.NDArray[np.int64],
    directed: bool,
) -> tuple[npt.NDArray[np.int64], int]:
    """Order of actors that puts the rows (`bipartite` = 0) first, and their number."""
    mode = np.array(modes, dtype=np.int64)
    wrong = (mode[sender] != 0) | (mode[receiver] != 1) if directed else mode[sender] == mode[receiver]
    if wrong.any() or mode.min() == mode.max():
        k = int(np.argmax(wrong)) if wrong.any() else -1
        found = (
            f"there is a tie {dyad_place(labels, int(sender[k]), int(receiver[k]))}" if k >= 0 else "one mode is empty"
        )
        raise ValueError(
            "graph has a node attribute 'bipartite' of 0 and 1 for every node, which makes it a two-mode "
            f"network whose ties run from 0 to 1, but {found}; remove or rename the attribute to read it as "
            "a one-mode network"
        )
    return np.argsort(mode, kind="stable"), int((mode == 0).sum())
