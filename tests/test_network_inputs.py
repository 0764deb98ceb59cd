"""Every kind of input gives the same content, and every bad input an error that names the fix."""

from __future__ import annotations

import pickle

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from latentnet.network import Network, as_network
from latentnet.network.changed import matched
from latentnet.network.joined import join_networks
from tests.network_checks import DIRECTED, INCIDENCE, LABELS, NAN, UNDIRECTED, check_content, raises

# ---- matrices


@pytest.mark.parametrize(("array", "directed"), [(DIRECTED, True), (UNDIRECTED, False)])
def test_dense_array(array, directed):
    network = Network.from_array(array, actors=LABELS)
    check_content(network, array, directed)
    assert network.actors.tolist() == LABELS


@pytest.mark.parametrize("kind", ["coo", "csr", "csc", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("container", ["array", "matrix"])
@pytest.mark.parametrize(("array", "directed"), [(DIRECTED, True), (UNDIRECTED, False)])
def test_every_sparse_format(kind, container, array, directed):
    matrix = getattr(sparse, f"{kind}_{container}")(array)
    before = matrix.toarray()
    check_content(as_network(matrix), array, directed)
    np.testing.assert_array_equal(matrix.toarray(), before)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_other_matrices():
    binary = np.array([[0, 1, 1], [0, 0, 1], [1, 0, 0]])
    for same in (np.asmatrix(binary), binary.astype(bool), binary.astype(np.uint8), binary.tolist()):
        check_content(Network.from_array(same), binary, True)
    holes = binary.astype(object)
    holes[0, 1], holes[1, 2], holes[2, 0] = None, pd.NA, True
    check_content(Network.from_array(holes), np.array([[0, NAN, 1], [0, 0, NAN], [1, 0, 0]]), True)
    masked = np.ma.masked_array(binary, mask=binary * 0)
    masked[0, 1] = np.ma.masked
    check_content(Network.from_array(masked), np.array([[0, NAN, 1], [0, 0, 1], [1, 0, 0]]), True)
    frame = pd.DataFrame(holes, index=list("xyz"), columns=list("xyz"))
    assert as_network(frame).actors.tolist() == ["x", "y", "z"]
    assert as_network(frame) == Network.from_array(holes, actors=list("xyz"))
    nullable = pd.DataFrame(binary).astype("Int64")
    nullable.iloc[0, 1] = pd.NA
    check_content(as_network(nullable), np.array([[0, NAN, 1], [0, 0, 1], [1, 0, 0]]), True)


def test_direction_is_asked_or_inferred():
    symmetric = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    assert not Network.from_array(symmetric).directed
    assert Network.from_array(symmetric, directed=True).directed
    assert Network.from_array(symmetric, directed=True).n_ties == 4
    # Unobserved in one direction only: the directions differ.
    assert Network.from_array([[0, NAN, 0], [0, 0, 0], [0, 0, 0]]).directed
    assert not Network.from_array(np.zeros((3, 3))).directed
    with raises(
        ValueError,
        "symmetric when directed=False",
        "from 'b' to 'c' is 2",
        "from 'c' to 'b' it is 0",
        "directed=True",
    ):
        Network.from_array([[0, 1, 0], [1, 0, 2], [0, 0, 0]], actors=list("abc"), directed=False)
    with raises(ValueError, "from 0 to 1 is nan", "from 1 to 0 it is 0"):
        Network.from_array([[0, NAN], [0, 0]], directed=False)
    with raises(ValueError, "directed must be True or False or None", "'yes'"):
        Network.from_array(symmetric, directed="yes")


def test_unobserved_rows_are_kept_by_row():
    rows = Network.from_array(DIRECTED).observed
    np.testing.assert_array_equal(rows.asked, [True, True, True, False])
    assert list(zip(*rows.missing.nonzero(), strict=True)) == [(0, 3)]
    assert rows.n_dyads == 12 - 3 - 1
    assert rows.share == pytest.approx(8 / 12)
    undirected = Network.from_array(UNDIRECTED).observed
    assert undirected.asked.all()
    np.testing.assert_array_equal(undirected.missing.toarray(), np.isnan(UNDIRECTED))
    complete = Network.from_array(np.zeros((3, 3))).observed
    assert complete.asked.all()
    assert complete.missing.nnz == 0
    # A NaN diagonal says nothing about a row.
    filled = np.zeros((3, 3))
    np.fill_diagonal(filled, NAN)
    assert (
        Network.from_array(filled, directed=True).observed
        == Network.from_array(np.zeros((3, 3)), directed=True).observed
    )
    nothing = Network.from_array(np.full((3, 3), NAN), directed=True)
    assert nothing.observed.n_dyads == 0
    assert "density=undefined" in repr(nothing)


def test_repeated_coordinates_of_a_sparse_matrix_add_up():
    matrix = sparse.coo_matrix((np.ones(3, dtype=bool), ([0, 0, 1], [1, 1, 2])), shape=(3, 3))
    assert Network.from_array(matrix).ties[0, 1] == 1  # True and True
    assert Network.from_array(matrix.astype(np.int64)).ties[0, 1] == 2
    halves = sparse.coo_matrix(([1.0, -1.0], ([0, 0], [1, 1])), shape=(3, 3))
    assert Network.from_array(halves).n_ties == 0


@pytest.mark.parametrize(
    ("array", "error", "fragments"),
    [
        (np.zeros((2, 3)), ValueError, ("square", "2 x 3", "from_incidence", "from_edges")),
        (np.zeros(3), ValueError, ("square matrix", "1 dimensions", "(3,)")),
        (np.zeros((0, 0)), ValueError, ("at least 2 actors, got 0", "empty")),
        (np.zeros((1, 1)), ValueError, ("at least 2 actors, got 1", "no dyads")),
        ([[0, np.inf], [0, 0]], ValueError, ("finite", "from 0 to 1 is inf", "use NaN")),
        (sparse.csr_array([[0, 0], [-np.inf, 0]]), ValueError, ("finite", "from 1 to 0 is -inf")),
        ([["0", "1"], ["1", "0"]], TypeError, ("real numbers", "<U1", "astype(float)")),
        (np.array([[0, "1"], [None, 0]], dtype=object), TypeError,
         ("from 0 to 1 is '1'", "str", "None or NaN")),
        (np.array([[0, 1j], [0, 0]]), TypeError, ("real numbers", "complex128")),
        (np.array([[0, 1j], [0, 0]], dtype=object), TypeError, ("from 0 to 1 is 1j", "complex")),
        ([[0, 1], [0, 3]], ValueError,
         ("no self-ties", "1 of its actors has one", "1 (value 3)", "self_ties='drop'")),
    ],
)  # fmt: skip
def test_bad_matrices(array, error, fragments):
    with raises(error, *fragments):
        Network.from_array(array)


def test_self_ties_can_be_dropped():
    array = DIRECTED + np.diag([1, 0, 7, NAN])
    with raises(ValueError, "2 of its actors have one, the first 'a' (value 1)"):
        Network.from_array(array, actors=LABELS)
    check_content(Network.from_array(array, self_ties="drop"), DIRECTED, True)
    with raises(ValueError, "self_ties must be one of 'error', 'drop', 'keep', but is 'own'"):
        Network.from_array(array, self_ties="own")


def test_self_ties_can_be_kept_by_every_reader():
    array, loops = DIRECTED + np.diag([1, 0, 7, NAN]), [1, 0, 7, NAN]
    kept = Network.from_array(array, self_ties="keep")
    dropped = Network.from_array(array, self_ties="drop")
    np.testing.assert_array_equal(kept.self_ties, loops)
    assert dropped.self_ties is None
    assert kept != dropped
    assert (kept.n_ties, kept.observed) == (dropped.n_ties, dropped.observed)
    assert "2 of 3 self-ties" in repr(kept)
    with raises(ValueError, "read-only"):
        kept.self_ties[0] = 2.0
    frame = kept.to_frame(unobserved=True)
    graph = kept.to_networkx(unobserved=True)
    again = [
        Network.from_edges(frame, "sender", "receiver", "value", actors=kept.actors, directed=True, self_ties="keep"),
        Network.from_networkx(graph, self_ties="keep"),
        Network.from_array(sparse.csr_array(array), self_ties="keep"),
        pickle.loads(pickle.dumps(kept)),
    ]
    assert all(one == kept for one in again)
    undirected = nx.Graph([("a", "b"), ("b", "b")])
    for read in (Network.from_networkx(undirected, self_ties="keep"), from_graph(undirected)):
        assert (read.n_ties, read.self_ties.tolist()) == (1, [0.0, 1.0])


def from_graph(graph):
    return Network.from_igraph(igraph.Graph.from_networkx(graph, vertex_attr_hashable="name"), self_ties="keep")


def test_changed_networks_have_their_self_ties():
    kept = Network.from_array(DIRECTED + np.diag([1, 0, 7, NAN]), actors=list("abcd"), self_ties="keep")
    hidden = kept.with_unobserved([("a", "b")])
    np.testing.assert_array_equal(hidden.self_ties, kept.self_ties)
    small = Network.from_array(np.array([[2.0, 1.0], [0.0, 0.0]]), actors=list("ca"), self_ties="keep")
    np.testing.assert_array_equal(matched(small, kept).self_ties, [0.0, NAN, 2.0, NAN])
    joined, presences = join_networks([[kept, Network.from_array(DIRECTED, actors=list("abcd"))]], None)
    np.testing.assert_array_equal(joined.self_ties, [1.0, 0.0, 7.0, NAN, *[NAN] * 4])
    assert len(presences.network) == 8


# ---- networkx and igraph


def test_networkx():
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"age": 3}), ("b", {}), ("c", {"age": 5, "sex": "f"}), "d"])
    graph.add_edge("a", "b", weight=1)
    graph.add_edge("b", "a", weight=2.5)
    graph.add_edge("c", "b", weight=True)
    graph.add_edge("a", "d", weight=None)
    graph.add_weighted_edges_from([("c", "d", 1), ("b", "d", 0), *(("d", other, NAN) for other in "abc")])
    network = as_network(graph)
    check_content(network, DIRECTED, True)
    assert network.actors.tolist() == LABELS
    np.testing.assert_array_equal(network.attributes["age"], [3, NAN, 5, NAN])
    assert network.attributes["sex"].isna().tolist() == [True, True, False, True]
    unweighted = Network.from_networkx(graph, weight=None)
    assert unweighted.n_ties == graph.number_of_edges()
    assert set(unweighted.ties.data) == {1.0}
    assert unweighted.observed.n_dyads == 12


def test_networkx_undirected_and_isolates():
    karate = nx.karate_club_graph()
    network = Network.from_networkx(karate, weight=None)
    np.testing.assert_array_equal(network.ties.toarray(), nx.to_numpy_array(karate, weight=None))
    np.testing.assert_array_equal(as_network(karate).ties.toarray(), nx.to_numpy_array(karate))
    assert not network.directed
    assert network.n_ties == 78
    assert network.attributes["club"].tolist() == [karate.nodes[k]["club"] for k in karate]
    assert as_network(nx.empty_graph(3)).n_ties == 0
    # Labels that are tuples, and a node order that is not sorted.
    grid = nx.grid_2d_graph(2, 2)
    assert as_network(grid).actors.tolist() == list(grid)


def test_bad_networkx():
    multi = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c")])
    with raises(ValueError, "at most one edge per dyad", "MultiDiGraph", "networkx.DiGraph(graph)", "number_of_edges"):
        as_network(multi)
    counts = nx.DiGraph()  # the route that the message offers
    counts.add_nodes_from(multi.nodes(data=True))
    counts.add_weighted_edges_from((i, j, multi.number_of_edges(i, j)) for i, j in multi.edges())
    assert as_network(counts).ties[0, 1] == 2
    graph = nx.Graph([("a", "b"), ("c", "c")])
    with raises(ValueError, "no self-ties", "'c'", "Network.from_"):
        as_network(graph)
    assert Network.from_networkx(graph, self_ties="drop").n_ties == 1
    with raises(ValueError, "at least 2 actors, got 0"):
        as_network(nx.Graph())
    with raises(ValueError, "at least 2 actors, got 1"):
        as_network(nx.empty_graph(1))
    florence = nx.karate_club_graph()
    with raises(ValueError, "no edge has 'wieght'", "the edges have 'weight'", "weight=None"):
        Network.from_networkx(florence, weight="wieght")
    graph = nx.Graph()
    graph.add_edge("a", "b", weight="strong")
    with raises(TypeError, "edge weights", "from 'a' to 'b' is 'strong'"):
        as_network(graph)
    graph.add_edge("a", "b", weight=np.inf)
    with raises(ValueError, "finite", "from 'a' to 'b' is inf"):
        as_network(graph)
    with raises(TypeError, "networkx.Graph", "ndarray"):
        Network.from_networkx(np.zeros((2, 2)))


def test_bipartite_networkx_is_two_mode():
    graph = nx.davis_southern_women_graph()
    women, events = graph.graph["top"], graph.graph["bottom"]
    network = as_network(graph)
    assert network.two_mode
    assert network.actors.tolist() == women + events
    expected = nx.bipartite.biadjacency_matrix(graph, women, events).toarray()
    np.testing.assert_array_equal(network.ties.toarray()[:18, 18:], expected)
    assert as_network(network.to_networkx()) == network
    # Interleaved modes are put in order, with their attributes and ties given from either end.
    mixed = nx.Graph()
    mixed.add_nodes_from([("e", {"bipartite": 1}), ("p", {"bipartite": 0}), ("f", {"bipartite": 1})])
    mixed.add_edges_from([("e", "p"), ("p", "f")])
    read = as_network(mixed)
    assert read.actors.tolist() == ["p", "e", "f"]
    assert read.attributes["bipartite"].tolist() == [0, 1, 1]
    assert list(zip(*read.ties.nonzero(), strict=True)) == [(0, 1), (0, 2)]
    mixed.add_edge("e", "f")
    with raises(ValueError, "two-mode", "from 'e' to 'f'", "remove or rename the attribute"):
        as_network(mixed)


def test_igraph():
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(n=4, edges=[(0, 1), (1, 0), (2, 1), (2, 3), (0, 3), (3, 0), (3, 1), (3, 2)], directed=True)
    graph.es["weight"] = [1, 2.5, 1, 1, NAN, NAN, NAN, NAN]
    graph.vs["name"] = LABELS
    graph.vs["age"] = [1, 2, 3, 4]
    network = as_network(graph)
    check_content(network, DIRECTED, True)
    assert network.actors.tolist() == LABELS
    assert network.attributes.columns.tolist() == ["age"]
    assert Network.from_igraph(graph, weight=None).n_ties == 8
    with raises(ValueError, "no edge has 'w'", "'weight'"):
        Network.from_igraph(graph, weight="w")
    plain = as_network(igraph.Graph.Ring(5))
    assert (plain.n_ties, plain.directed, plain.actors.tolist()) == (5, False, [0, 1, 2, 3, 4])
    with raises(ValueError, "each dyad at most once", "between 0 and 1", "2 times", "simplify"):
        as_network(igraph.Graph(n=3, edges=[(0, 1), (1, 0)]))
    counted = igraph.Graph(n=3, edges=[(0, 1), (1, 0)], edge_attrs={"weight": [1, 1]})
    assert as_network(counted.simplify(combine_edges="sum")).ties[0, 1] == 2
    with raises(ValueError, "no self-ties", "1"):
        as_network(igraph.Graph(n=3, edges=[(0, 1), (1, 1)]))
    with raises(ValueError, "unique", "'x'"):
        as_network(igraph.Graph(n=2, vertex_attrs={"name": ["x", "x"]}))
    with raises(TypeError, "igraph.Graph", "networkx"):
        Network.from_igraph(nx.path_graph(3))


# ---- edge tables


def test_edge_table():
    frame = pd.DataFrame(
        [("a", "b", 1), ("b", "a", 2.5), ("c", "b", 1), ("c", "d", 1), ("a", "d", None), ("b", "d", 0)]
        + [("d", other, NAN) for other in "abc"],
        columns=["who", "whom", "often"],
        index=range(10, 19),
    )
    network = Network.from_edges(frame, "who", "whom", "often", directed=True)
    check_content(network, DIRECTED, True)
    assert network.actors.tolist() == LABELS
    assert set(Network.from_edges(frame, "who", "whom", directed=True).ties.data) == {1.0}
    half = pd.DataFrame([("b", "a", 1), ("b", "c", 2), ("d", "c", 1), ("d", "a", NAN)], columns=["i", "j", "value"])
    undirected = Network.from_edges(half, "i", "j", "value", actors=LABELS)
    check_content(undirected, UNDIRECTED, False)
    assert Network.from_edges(half, "i", "j").actors.tolist() == ["b", "a", "c", "d"]
    isolates = Network.from_edges(half, "i", "j", actors=[*LABELS, "z"])
    assert isolates.n_actors == 5
    assert Network.from_edges(half.iloc[:0], "i", "j", actors=LABELS).n_ties == 0


@pytest.mark.parametrize(
    ("rows", "options", "error", "fragments"),
    [
        ([("a", "b"), ("c", "a"), ("a", "b")], {"directed": True}, ValueError,
         ("each dyad at most once", "from 'a' to 'b' is there 2 times", "repeated dyads: 1",
          "groupby(['i', 'j']", "value='size'")),
        ([("a", "b"), ("b", "a")], {}, ValueError,
         ("between 'a' and 'b' is there 2 times", "directed=True", "frozenset")),
        ([("a", "b"), ("b", "b")], {}, ValueError, ("no self-ties", "'b'", "self_ties='drop'")),
        ([("a", "b"), ("b", None)], {}, ValueError,
         ("both actors", "column 'j' is ", "in row 1; name the actor")),
        ([("a", "b"), ("b", "z")], {"actors": ["a", "b"]}, ValueError,
         ("only actors that are in actors=", "'z'", "add them")),
        ([], {}, ValueError, ("at least 2 actors, got 0",)),
        ([("a", "b")], {"source": "from"}, ValueError, ("source must name a column", "'from'", "'i', 'j'")),
        ([("a", "b")], {"value": "w"}, ValueError, ("value must name a column", "'w'")),
        ([("a", "b")], {"source": "i", "target": "i"}, ValueError, ("different columns", "got 'i', 'i'")),
        ([("a", "b")], {"value": "i"}, ValueError, ("different columns", "got 'i', 'j', 'i'")),
        ([("a", "b")], {"directed": None}, ValueError, ("directed must be True or False", "None")),
        ([("a", "b")], {"actors": ["a", "b", "b"]}, ValueError, ("unique", "'b'")),
    ],
)  # fmt: skip
def test_bad_edge_tables(rows, options, error, fragments):
    frame = pd.DataFrame(rows, columns=["i", "j"])
    with raises(error, *fragments):
        Network.from_edges(frame, **{"source": "i", "target": "j", **options})


def test_more_bad_edge_tables():
    with raises(TypeError, "DataFrame", "[('a', 'b')]", "pandas.DataFrame(rows"):
        Network.from_edges([("a", "b")], 0, 1)
    frame = pd.DataFrame({"i": ["a", "b"], "j": ["b", "c"], "v": [1, np.inf]})
    with raises(ValueError, "finite", "from 'b' to 'c' is inf"):
        Network.from_edges(frame, "i", "j", "v")
    # The count that the message of repeated dyads offers.
    counted = pd.DataFrame({"i": list("aab"), "j": list("bbc")}).groupby(["i", "j"], as_index=False).size()
    assert Network.from_edges(counted, "i", "j", value="size", directed=True).ties[0, 1] == 2
    # The other one, for undirected ties that are listed both ways.
    frame = pd.DataFrame({"i": list("abc"), "j": list("bab")}, index=[4, 4, 5])
    once = frame[~pd.Series(map(frozenset, zip(frame["i"], frame["j"], strict=True)), index=frame.index).duplicated()]
    assert Network.from_edges(once, "i", "j").n_ties == 2
    loops = pd.DataFrame({"i": list("aab"), "j": list("aab")})
    assert Network.from_edges(loops, "i", "j", self_ties="drop").n_ties == 0


# ---- two modes


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("make", [np.array, sparse.csr_array, sparse.coo_matrix, np.asmatrix, pd.DataFrame])
def test_incidence(make):
    network = Network.from_incidence(make(INCIDENCE), rows=["x", "y"], columns=["p", "q", "r"])
    assert (network.two_mode, network.directed, network.n_actors, network.n_ties) == (True, False, 5, 3)
    assert network.actors.tolist() == ["x", "y", "p", "q", "r"]
    assert network.mode.tolist() == [0, 0, 1, 1, 1]
    expected, observed = np.zeros((5, 5)), np.zeros((5, 5), dtype=bool)
    expected[:2, 2:] = np.nan_to_num(INCIDENCE)
    observed[:2, 2:] = ~np.isnan(INCIDENCE)
    np.testing.assert_array_equal(network.ties.toarray(), expected)
    np.testing.assert_array_equal(network.observed.toarray(), observed)
    assert network.observed.n_dyads == 5
    assert "n_actors=5 (2 rows + 3 columns), n_ties=3, two-mode" in repr(network)


def test_incidence_labels_rows_and_attributes():
    assert Network.from_incidence(INCIDENCE).actors.tolist() == [0, 1, 2, 3, 4]
    frame = pd.DataFrame(INCIDENCE, index=["a", "b"], columns=["b", "c", "d"])
    with raises(ValueError, "unique across rows and columns", "'b'", "prefix=('row ', 'column ')"):
        Network.from_incidence(frame)
    attributes = pd.DataFrame({"kind": range(5)}, index=["p b", "p a", "e b", "e c", "e d"])
    network = Network.from_incidence(frame, prefix=("p ", "e "), attributes=attributes)
    assert network.actors.tolist() == ["p a", "p b", "e b", "e c", "e d"]
    assert network.attributes["kind"].tolist() == [1, 0, 2, 3, 4]
    unasked = Network.from_incidence([[NAN, NAN], [1, 0]])
    assert unasked.observed.asked.tolist() == [False, True, True, True]
    assert unasked.observed.missing.nnz == 0
    assert unasked.observed.n_dyads == 2
    assert unasked.observed.toarray().sum() == 2


@pytest.mark.parametrize(
    ("matrix", "options", "error", "fragments"),
    [
        (np.zeros((0, 3)), {}, ValueError, ("at least 1 row actor and 1 column actor", "0 x 3")),
        (np.zeros(3), {}, ValueError, ("two dimensions", "(3,)")),
        (INCIDENCE, {"rows": ["a"]}, ValueError, ("rows must have one label each", "got 1 for 2 rows")),
        (INCIDENCE, {"columns": ["a", "b", "a"]}, ValueError, ("columns must be unique", "'a'")),
        (INCIDENCE, {"prefix": "x"}, ValueError, ("prefix must be a pair of strings", "'x'")),
        (
            [[1, np.inf]],
            {"rows": ["a"], "columns": ["b", "c"]},
            ValueError,
            ("finite", "from 'a' to 'c' is inf"),
        ),
    ],
)
def test_bad_incidence(matrix, options, error, fragments):
    with raises(error, *fragments):
        Network.from_incidence(matrix, **options)


@pytest.mark.parametrize(
    ("actors", "message"),
    [
        (["Ann", "Bob"], r"\(but 'Bob' is there: 'bob ' has other blanks .* by .replace\(\{'bob ': 'Bob'\}\)\)"),
        (["ann", "Bob"], r"'Ann', 'bob ' have other blanks .* by .replace\(\{'Ann': 'ann', 'bob ': 'Bob'\}\)\)"),
        (
            [],
            r"'Ann', 'bob ' too \(there is nobody; if rows were chosen by a condition",
        ),
        ([0, 1], r"\(those there are numbers, 0, 1: give the column of labels, or make it the index\)"),
        (pd.DataFrame({"id": ["Ann", "Bob"]}), "of a frame take its index or one of its columns"),
    ],
)
def test_actors_that_are_nearly_those_of_the_table_are_told(actors, message):
    with pytest.raises(ValueError, match=message):
        Network.from_edges(pd.DataFrame({"i": ["Ann"], "j": ["bob "]}), "i", "j", actors=actors)


def test_tables_without_rows_say_what_may_have_emptied_them():
    table = pd.DataFrame({"i": ["Ann"], "j": ["Bob"], "period": ["2020 "]})
    chosen = table[table["period"] == "2020"]
    with pytest.raises(ValueError, match=r"it is empty; if rows were chosen by a condition, .* '2020 ' are three$"):
        Network.from_edges(chosen, "i", "j")
    with pytest.raises(ValueError, match=r"'Ann' is not \(there is nobody; if rows were chosen by a condition"):
        Network.from_nominations(table, respondent="i", nominee="j", actors=chosen["i"])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"i;j": ["Ann;Bob"]}), r"the file has ';' between its columns: read it with sep=';'$"),
        (pd.DataFrame({"i\tj": ["Ann\tBob"]}), r"read it with sep='\\t'$"),
        (pd.DataFrame({"I ": ["Ann"], "j": ["Bob"]}), r"its columns are 'I ', 'j'; did you mean 'I '\?$"),
        (pd.DataFrame({"j": ["Ann"]}, index=pd.Index(["Bob"], name="i")), r"its index: give frame.reset_index\(\)$"),
        (pd.DataFrame({"x": ["Ann"], "j": ["Bob"]}), r"its columns are 'x', 'j'$"),
        ("edges.csv", r"pandas.read_csv\(path\) reads a file"),
    ],
)
def test_tables_as_they_come_from_files_say_how_to_read_them(frame, message):
    with pytest.raises(ValueError, match=message):
        Network.from_edges(frame, "i", "j")


def test_answers_with_a_column_for_each_name_are_told_how_to_be_stacked():
    frame = pd.DataFrame({"who": ["a", "b"], "first": ["b", "a"], "second": ["c", None]})
    with pytest.raises(ValueError, match=r"nominee must be the name of a column, .*frame.melt\(id_vars=...\).dropna"):
        Network.from_nominations(frame, respondent="who", nominee=["first", "second"])
    rows = frame.melt(id_vars="who", value_name="whom").dropna()
    assert Network.from_nominations(rows, respondent="who", nominee="whom").n_ties == 3
