"""Graph objects of networkx and igraph, which are imported where they are made only."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet._exceptions import warn
from latentnet.checks import shown
from latentnet.network.content import Parts, SelfTies, parts_from_entries
from latentnet.network.labels import (
    Labels,
    attributes_frame,
    check_hashable,
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

__all__ = ["is_igraph", "is_networkx", "read_igraph", "read_networkx"]


class _Modes(NamedTuple):
    """Which node attribute says it, and 0 for each row actor, 1 for each column actor."""

    name: str
    mode: npt.NDArray[np.int64]


def is_igraph(graph: object) -> bool:
    """Whether `graph` is an `igraph.Graph`."""
    return _is_graph_of("igraph", graph)


def is_networkx(graph: object) -> bool:
    """Whether `graph` is a `networkx.Graph`, of whatever kind."""
    return _is_graph_of("networkx", graph)


def got_instead(network: object) -> str:
    """What was given in place of a network, and what to do, for the end of a message."""
    parts = (
        list(network.values()) if isinstance(network, dict) else network if isinstance(network, list | tuple) else ()
    )
    fix = "numpy.asarray(...) makes an array of nested lists, and Network.from_edges reads a table with one tie a row"
    if any(is_networkx(one) or is_igraph(one) or type(one).__name__ in ("Network", "ndarray") for one in parts):
        fix = (
            "of several periods or sites fit DynamicLatentPositionModel or DynamicLatentClusterModel, of several kinds "
            "of ties Layers({name: network, ...})"
        )
    elif type(network).__name__ == "Layers":
        fix = "layers[name] is the network of one kind of ties, and model.layer(name) the fitted model of it"
    return f"got {shown(network)} of type {type(network).__name__}; {fix}"


def _is_graph_of(package: str, graph: object) -> bool:
    """Without importing the package: it is in `sys.modules` if there is a graph of it."""
    module = sys.modules.get(package)
    return module is not None and isinstance(graph, module.Graph)


def read_networkx(graph: Any, weight: str | None = "weight", self_ties: SelfTies = "error") -> Parts:
    """Read a networkx graph: nodes are actors, edge attribute `weight` is the value."""
    if not is_networkx(graph):
        raise TypeError(
            f"graph must be a networkx.Graph or networkx.DiGraph, got {shown(graph)} of type "
            f"{type(graph).__module__}.{type(graph).__name__}"
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
    ends = np.array([index.get_indexer(label_index(object_array(edge[k] for edge in edges))) for k in (0, 1)])
    known = unique_union(tuple(data) for _, _, data in edges)
    given = {name: [data[name] for _, _, data in edges if name in data] for name in known}
    _check_weight(weight, given, len(edges))
    weights = [data.get(weight) if weight in given else 1.0 for _, _, data in edges]
    lacking = [weight in given and weight not in data for _, _, data in edges]
    _warn_of_gaps(weight, labels, ends, np.array(lacking, dtype=bool))
    modes = _modes(columns, "bipartite")
    return _graph_parts(labels, columns, ends, weights, graph.is_directed(), self_ties, modes)


def _check_weight(weight: str | None, given: Mapping[Any, Sequence[Any]], n_edges: int) -> None:
    """Refuse a name that no edge has; without the default one a graph is unweighted, unless it looks otherwise."""
    if weight is None or weight in given or n_edges == 0:
        return
    if weight != "weight":
        raise ValueError(
            f"weight must name an edge attribute, but no edge has {shown(weight)}; "
            + (f"the edges have {listing(given)}" if given else "the edges have no attributes")
            + "; pass weight=None for ties of value 1"
        )
    numeric = [name for name, values in given.items() if all(map(_is_number, values))]
    if numeric:
        warn(
            f"no edge of the graph has 'weight', so all ties are 1, but the edges have numbers called "
            f"{listing(numeric)}; to read them build the network with Network.from_...(graph, weight={numeric[0]!r}), "
            "and with weight=None if ties have no values"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _warn_of_gaps(weight: str | None, labels: Labels, ends: npt.NDArray[Any], lacking: npt.NDArray[np.bool_]) -> None:
    """Say aloud that an edge without a value among edges that have one is an unobserved dyad, in every reader."""
    if lacking.any():
        k = int(np.argmax(lacking))
        place = dyad_place(labels, int(ends[0][k]), int(ends[1][k]))
        warn(
            f"edges without {weight!r} beside edges that have it count as unobserved dyads, {int(lacking.sum())} of "
            f"them, the first {place}; give them a value, 1 for a plain tie, "
            "NaN if the dyad was indeed not observed, or pass weight=None if ties have no values"
        )


def _modes(columns: Mapping[Any, Sequence[Any]], name: str) -> _Modes | None:
    """The node attribute that makes a graph two-mode: 0 for rows, 1 for columns."""
    if name not in columns:
        return None
    values = [str(int(value)) if isinstance(value, bool | np.bool_) else value for value in columns[name]]
    values = [str(int(value)) if _is_number(value) and value in (0, 1) else value for value in values]
    check_hashable(values, f"values of the node attribute {name!r}")
    found = unique_union([values])
    if len(found) > 2 or any(pd.isna(value) for value in found if np.ndim(value) == 0):
        raise ValueError(
            f"graph has a node attribute {shown(name)}, which makes it a two-mode network, but its values are "
            f"{listing(unique_union([columns[name]]))}; give every node one of two values (0 for rows, 1 for columns), "
            "or remove or rename the attribute to read the graph as a one-mode network"
        )
    rows = "0" if set(found) <= {"0", "1"} else found[0]
    return _Modes(name, np.array([value != rows for value in values], dtype=np.int64))


def read_igraph(graph: Any, weight: str | None = "weight", self_ties: SelfTies = "error") -> Parts:
    """Read an igraph graph: vertex attribute `name` labels the actors, 0 to n - 1 if there is none."""
    if not is_igraph(graph):
        kind = f"{type(graph).__module__}.{type(graph).__name__}"
        raise TypeError(f"graph must be an igraph.Graph, got {shown(graph)} of type {kind}")
    check_n_actors(graph.vcount())
    columns = {key: graph.vs[key] for key in graph.vs.attributes()}
    labels = label_array(columns.pop("name", range(graph.vcount())), "graph.vs['name']")
    given = {name: graph.es[name] for name in graph.es.attributes()}
    _check_weight(weight, given, graph.ecount())
    weights = given.get(weight, [1.0] * graph.ecount())
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2).T
    _warn_of_gaps(weight, labels, ends, np.array([value is None for value in weights], dtype=bool))
    # Words called "type" are an attribute like others; truth values are igraph's way to tell modes apart.
    kinds = [kind for kind in columns.get("type", ()) if kind is not None]
    telling = len(set(map(str, kinds))) == 2 and all(_is_number(kind) or isinstance(kind, bool) for kind in kinds)
    telling = telling and all(kind in (0, 1) for kind in kinds)
    modes = _modes(columns, "type" if telling else "bipartite")
    return _graph_parts(labels, columns, ends, weights, graph.is_directed(), self_ties, modes)


def _graph_parts(
    labels: Labels,
    columns: Mapping[Any, Sequence[Any]],
    ends: npt.NDArray[Any],
    weights: Sequence[Any],
    directed: bool,
    self_ties: SelfTies,
    modes: _Modes | None,
) -> Parts:
    sender, receiver = (np.asarray(end, dtype=np.int64) for end in ends)
    attributes = attributes_frame(pd.DataFrame(dict(columns), index=label_index(labels)), labels)
    values = float_values(
        object_array(weights),
        "edge weights",
        lambda k: dyad_place(labels, int(sender[k[0]]), int(receiver[k[0]])),
    )
    if modes is not None:
        _check_modes(labels, modes, sender, receiver, directed)
    entries, loops = edge_entries(
        labels,
        sender,
        receiver,
        values,
        directed=directed,
        self_ties=self_ties,
        argument="graph",
        fix="graph.simplify(combine_edges='sum') with weights of 1 counts parallel edges",
    )
    if modes is None:
        return parts_from_entries(labels, entries, directed=directed, attributes=attributes, self_ties=loops)
    order, n_row_actors = np.argsort(modes.mode, kind="stable"), int((modes.mode == 0).sum())
    block = entries[order[:n_row_actors]][:, order[n_row_actors:]]
    return two_mode_parts(labels[order], n_row_actors, block, attributes.iloc[order])


def _check_modes(
    labels: Labels, modes: _Modes, sender: npt.NDArray[np.int64], receiver: npt.NDArray[np.int64], directed: bool
) -> None:
    """Refuse ties within a mode, or from columns to rows."""
    mode = modes.mode
    wrong = (mode[sender] != 0) | (mode[receiver] != 1) if directed else mode[sender] == mode[receiver]
    if not wrong.any() and mode.min() < mode.max():
        return
    k = int(np.argmax(wrong)) if wrong.any() else -1
    found = f"there is a tie {dyad_place(labels, int(sender[k]), int(receiver[k]))}" if k >= 0 else "one mode is empty"
    raise ValueError(
        f"graph has a node attribute {shown(modes.name)} of two values, which makes it a two-mode network whose ties "
        f"run from rows (0, or the first value) to columns, but {found}; remove or rename the attribute to read it as "
        "a one-mode network"
    )
