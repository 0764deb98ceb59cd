"""Whatever is given to the readers: a documented error, or a network that keeps every actor and only finite values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from latentnet import Network
from latentnet._exceptions import LatentnetWarning

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies

NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 9, 0.5, -0.0, 1e308, -1e308, 5e-324, np.nan, np.inf, -np.inf, 2**53 + 1, 10**400, True, False, None]
)
OTHERS = st.sampled_from(["1", "", "x", b"1", 1j, [1], {}, pd.NA, pd.NaT, np.float32(2), np.int8(1), object()])
VALUES = st.one_of(NUMBERS, NUMBERS, NUMBERS, OTHERS)
LABELS = st.sampled_from(
    [0, 1, 1.0, True, 2, "0", "1", "a", "A", "", " ", "ä", ("a", 1), None, np.nan, "a\x00", "\ud800"]
)


def _matrix(draw: Any) -> Any:
    n_rows, n_columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    n_columns = n_columns if draw(st.integers(0, 9)) == 0 else n_rows
    kind = draw(st.sampled_from(["object", "float", "sparse", "bool", "int", "frame", "masked"]))
    if kind == "object":
        array = np.empty((n_rows, n_columns), dtype=object)
        for place in np.ndindex(array.shape):
            array[place] = draw(VALUES)
        return array
    floats = st.sampled_from([0.0, 1.0, 1.0, 3.5, -1.0, np.nan, np.inf, -np.inf])
    array = np.array([[draw(floats) for _ in range(n_columns)] for _ in range(n_rows)]).reshape(n_rows, n_columns)
    if kind == "float":
        return array
    if kind == "sparse":
        size = draw(st.integers(0, 5)) if n_rows and n_columns else 0
        places = [[draw(st.integers(0, end - 1)) for _ in range(size)] for end in (n_rows, n_columns)]
        return sparse.coo_matrix(([draw(floats) for _ in range(size)], places), shape=(n_rows, n_columns))
    if kind == "masked":
        return np.ma.masked_array(array, mask=np.isnan(array))
    if kind == "frame":
        return pd.DataFrame(array, index=[draw(LABELS) for _ in range(n_rows)])
    return np.nan_to_num(array, posinf=2.0, neginf=0.0).astype(kind)


def _from_matrix(draw: Any) -> Callable[[], Network]:
    matrix = _matrix(draw)
    n = np.shape(matrix)[0]
    options: dict[str, Any] = {"directed": draw(st.sampled_from([None, None, True, False, "x"]))}
    if draw(st.booleans()):
        options["actors"] = [draw(LABELS) for _ in range(n)]
    if draw(st.booleans()):
        options["self_ties"] = "drop"
    if draw(st.integers(0, 3)) == 0:
        options["impossible"] = [(draw(LABELS), draw(LABELS))]
    return lambda: Network.from_array(matrix, **options)


def _from_incidence(draw: Any) -> Callable[[], Network]:
    matrix, prefix = _matrix(draw), draw(st.sampled_from([None, ("r", "c"), 5]))
    return lambda: Network.from_incidence(matrix, prefix=prefix)


def _table(draw: Any, names: list[str]) -> pd.DataFrame:
    size = draw(st.integers(0, 5))
    columns = [LABELS, LABELS, VALUES]
    return pd.DataFrame({name: [draw(columns[k]) for _ in range(size)] for k, name in enumerate(names)}, dtype=object)


def _from_edges(draw: Any) -> Callable[[], Network]:
    frame, options = _table(draw, ["i", "j", "v"]), {"directed": draw(st.booleans())}
    value = draw(st.sampled_from([None, "v"]))
    actors = [draw(LABELS) for _ in range(draw(st.integers(0, 4)))] if draw(st.booleans()) else None
    return lambda: Network.from_edges(frame, "i", "j", value, actors=actors, self_ties="drop", **options)


def _from_nominations(draw: Any) -> Callable[[], Network]:
    frame = _table(draw, ["i", "j", "v"])
    options = {"max_nominations": draw(st.sampled_from([None, 1, 3, 0, "x", {"a": 2}]))}
    rank = draw(st.sampled_from([None, "v"]))
    return lambda: Network.from_nominations(frame, respondent="i", nominee="j", rank=rank, **options)


def _from_networkx(draw: Any) -> Callable[[], Network]:
    graph = draw(st.sampled_from([nx.Graph, nx.DiGraph]))()
    nodes = [node for node in (draw(LABELS) for _ in range(draw(st.integers(0, 4)))) if node is not None]
    for node in nodes:
        graph.add_node(node, **({"bipartite": draw(VALUES)} if draw(st.booleans()) else {}))
    for _ in range(draw(st.integers(0, 5)) if nodes else 0):
        weight = {"weight": draw(VALUES)} if draw(st.booleans()) else {}
        graph.add_edge(draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes)), **weight)
    return lambda: Network.from_networkx(graph, self_ties="drop")


def _from_igraph(draw: Any) -> Callable[[], Network]:
    igraph = pytest.importorskip("igraph")
    n = draw(st.integers(0, 4))
    ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    edges = [draw(ends) for _ in range(draw(st.integers(0, 5)) if n else 0)]
    graph = igraph.Graph(n, edges, directed=draw(st.booleans()))
    if draw(st.booleans()):
        graph.vs["name"] = [draw(LABELS) for _ in range(n)]
    if draw(st.booleans()):
        graph.es["weight"] = [draw(VALUES) for _ in edges]
    if draw(st.integers(0, 3)) == 0:
        graph.vs["type"] = [draw(VALUES) for _ in range(n)]
    return lambda: Network.from_igraph(graph, self_ties="drop")


READERS = (_from_matrix, _from_incidence, _from_edges, _from_nominations, _from_networkx, _from_igraph)


def _check(read: Callable[[], Network]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        try:
            network = read()
        except (TypeError, ValueError, KeyError) as error:
            text = str(error)
            ours = (" must ", " needs ", " has ", " were ", " is a ", "no edge")
            assert any(word in text for word in ours), f"not our message: {text!r}"
            return
    assert network.n_actors >= 2
    assert len(set(map(repr, network.actors))) == network.n_actors
    assert network.attributes.index.tolist() == network.actors.tolist()
    assert np.isfinite(network.ties.data).all()
    observed = network.observed.toarray()
    assert observed.sum() // (1 if network.has_direction else 2) == network.observed.n_dyads
    assert not (network.ties.toarray() != 0)[~observed].any()
    assert network == network.with_unobserved([])


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_any_input_is_read_or_refused_by_us(reader: Any) -> None:
    _run(reader, 100)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_any_input_is_read_or_refused_by_us_many_times(reader: Any) -> None:
    _run(reader, 2000)


def _run(reader: Any, n_examples: int) -> None:
    quiet = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large]

    @hypothesis.settings(
        max_examples=n_examples, deadline=2000, derandomize=True, database=None, suppress_health_check=quiet
    )
    @hypothesis.given(st.data())
    def run(data: Any) -> None:
        _check(reader(data.draw))

    run()
