"""What a `Network` does once it is read: labels, immutability, copies, equality, hold-out, conversion."""

from __future__ import annotations

import copy
import pickle
import time

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from latentnet.network import Network, UnknownActorError, as_network
from latentnet.network.changed import matched
from tests.network_checks import DIRECTED, INCIDENCE, LABELS, NAN, UNDIRECTED, check_content, raises

# ---- labels and attributes


def test_labels_stay_what_they_are():
    assert Network.from_array(np.zeros((2, 2))).actors.tolist() == [0, 1]
    labels = [("a", 1), ("b", 2), 3, "x"]
    network = Network.from_array(DIRECTED, actors=labels)
    assert network.actors.tolist() == labels
    assert network.index([3, ("a", 1)]).tolist() == [2, 0]
    numbers = Network.from_array(np.zeros((2, 2)), actors=np.array([5, 6]))
    assert [type(label) for label in numbers.actors] == [int, int]


@pytest.mark.parametrize(
    ("actors", "error", "fragments"),
    [
        (
            ["a", "b", "a", "b"],
            ValueError,
            ("actors must be unique", "'a', 'b' are there more than once", "rename"),
        ),
        (["a", "b", None, "d"], ValueError, ("must not have missing labels", "label 2 is None")),
        (["a", "b", "c", NAN], ValueError, ("label 3 is nan",)),
        (["a", "b", "c"], ValueError, ("3 labels for an array of 4 rows", "give 4 labels")),
        ([[1], [2], [3], [4]], TypeError, ("hashable", "label 0 is [1]")),
        ("abcd", TypeError, ("sequence of labels or None, but is 'abcd'", "write [label]")),
    ],
)
def test_bad_labels(actors, error, fragments):
    with raises(error, *fragments):
        Network.from_array(DIRECTED, actors=actors)


def test_frame_labels_must_agree():
    with raises(ValueError, "position 1 the row is 'b' and the column 'c'", "another order", "frame[frame.index]"):
        as_network(pd.DataFrame(np.zeros((3, 3)), index=list("abc"), columns=list("acb")))
    with raises(ValueError, "position 0 the row is 'a' and the column 0", "different labels", "actors="):
        as_network(pd.DataFrame(np.zeros((3, 3)), index=list("abc")))


def test_attributes_are_matched_by_label():
    frame = pd.DataFrame({"age": [4, 3, 2, 1], "sex": list("fmfm")}, index=LABELS[::-1])
    network = Network.from_array(DIRECTED, actors=LABELS, attributes=frame)
    assert network.attributes["age"].tolist() == [1, 2, 3, 4]
    assert network.attributes.index.tolist() == LABELS
    assert network.attributes["age"].dtype == np.int64
    given_out = network.attributes
    given_out["age"] = 0
    frame["age"] = 0
    assert network.attributes["age"].tolist() == [1, 2, 3, 4]
    assert Network.from_array(DIRECTED).attributes.shape == (4, 0)


@pytest.mark.parametrize(
    ("attributes", "error", "fragments"),
    [
        (pd.DataFrame({"x": range(4)}), ValueError, ("lacks 'a', 'b', 'c', 'd'", "set the index")),
        (pd.DataFrame({"x": range(3)}, index=list("abc")), ValueError, ("lacks 'd'", "add their rows")),
        (pd.DataFrame({"x": range(5)}, index=list("abcde")), ValueError, ("also has 'e'", "drop their rows")),
        (
            pd.DataFrame({"x": range(5)}, index=list("abcdd")),
            ValueError,
            ("one row per actor", "repeats 'd'", "keep one row"),
        ),
        ({"x": [1, 2, 3, 4]}, TypeError, ("DataFrame", "{'x'", "pandas.DataFrame(attributes, index=actors)")),
    ],
)
def test_bad_attributes(attributes, error, fragments):
    with raises(error, *fragments):
        Network.from_array(DIRECTED, actors=LABELS, attributes=attributes)


# ---- what a network does


def test_as_network_dispatch():
    network = Network.from_array(DIRECTED)
    assert as_network(network) is network
    for wrong in ([[0, 1], [1, 0]], "edges.csv", None):
        with raises(TypeError, "network must be", type(wrong).__name__, "numpy.asarray", "from_edges"):
            as_network(wrong)
    with raises(TypeError, "cannot be made from array(", "from_networkx"):
        Network(DIRECTED)
    with raises(ValueError, "from_edges"):
        as_network(pd.DataFrame({"i": ["a", "b", "c"], "j": ["b", "c", "d"]}))


def test_immutable():
    array, actors = DIRECTED.copy(), np.array(LABELS, dtype=object)
    network = Network.from_array(array, actors=actors)
    before = network.ties.toarray()
    for write in ("directed", "actors", "anything"):
        with raises(AttributeError, write, "immutable"):
            setattr(network, write, 1)
    with raises(AttributeError, "immutable"):
        del network.actors
    with raises(AttributeError, "immutable"):
        network.observed.asked = None
    for protected in (network.actors, network.ties.data, network.ties.indices, network.observed.asked):
        with pytest.raises(ValueError, match="read-only"):
            protected[0] = 0
    ties = network.ties
    ties.data = 2 * ties.data  # the wrapper's, not the network's
    array[:], actors[:] = 0, "z"
    assert actors.flags.writeable
    np.testing.assert_array_equal(network.ties.toarray(), before)
    assert network.actors.tolist() == LABELS


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("source", [DIRECTED, UNDIRECTED, INCIDENCE])
def test_copies(copied, source):
    if source is INCIDENCE:
        network = Network.from_incidence(source, attributes=pd.DataFrame({"x": list("abcde")}))
    else:
        network = Network.from_array(source, actors=[("a", 1), "b", 3, 4.5])
    again = copied(network)
    assert type(again) is Network
    assert again == network
    assert hash(again) == hash(network)
    assert repr(again) == repr(network)
    assert not any(array.flags.writeable for array in (again.actors, again.ties.data, again.observed.missing.data))
    assert again.mode is None or not again.mode.flags.writeable


def test_equality():
    network = Network.from_array(DIRECTED, actors=LABELS)
    other_value, other_mask = DIRECTED.copy(), DIRECTED.copy()
    other_value[0, 1], other_mask[0, 2] = 7, NAN
    assert network == Network.from_array(sparse.csc_array(DIRECTED), actors=LABELS)
    for other in (
        Network.from_array(other_value, actors=LABELS),
        Network.from_array(other_mask, actors=LABELS),
        Network.from_array(DIRECTED, actors=LABELS[::-1]),
        Network.from_array(DIRECTED, actors=LABELS, attributes=pd.DataFrame({"x": range(4)}, index=LABELS)),
    ):
        assert network != other
    zeros = np.zeros((4, 4))
    assert Network.from_array(zeros, directed=True) != Network.from_array(zeros, directed=False)
    assert network != "network"


def test_repr_says_what_was_read():
    attributes = pd.DataFrame({"age": range(4)}, index=LABELS)
    assert repr(Network.from_array(DIRECTED, actors=LABELS, attributes=attributes)) == (
        "Network(n_actors=4, n_ties=4, directed, density=0.5, observed=66.7% of 12 dyads, attributes=['age'])"
    )
    assert "observed=all 6 dyads" in repr(Network.from_array(np.zeros((4, 4))))
    almost = sparse.coo_array(([NAN], ([0], [1])), shape=(1000, 1000))
    assert "observed=99.9% of" in repr(Network.from_array(almost, directed=True))
    assert repr(Network.from_array(DIRECTED).observed) == "ObservedDyads(8 of 12 dyads observed)"


def test_index():
    network = Network.from_array(np.zeros((3, 3)), actors=["Anna", "Hanna", 3])
    assert network.index(["Hanna", "Anna", "Hanna"]).tolist() == [1, 0, 1]
    assert network.index(np.array([3])).tolist() == [2]
    assert network.index([]).tolist() == []
    with raises(UnknownActorError, "'Hana' is not among its 3 actors", "near ones are 'Hanna'"):
        network.index(["Anna", "Hana"])
    with raises(KeyError, "'3' is not among", "the label 3 is of type int, not str"):
        network.index(["3"])
    with raises(UnknownActorError, "'x', 'y' are not among", "which are 'Anna', 'Hanna', 3"):
        network.index(["x", "y", "x"])
    with raises(TypeError, "sequence of labels, but is 'Anna'", "write [label]"):
        network.index("Anna")


def test_with_unobserved_directed():
    network = Network.from_array(DIRECTED, actors=LABELS)
    held_out = network.with_unobserved([("c", "b"), ("a", "d"), ("d", "a"), ("c", "b")])
    expected = DIRECTED.copy()
    expected[2, 1] = NAN
    check_content(held_out, expected, True)
    check_content(network, DIRECTED, True)
    row = held_out.with_unobserved([("c", "a"), ("c", "d")])
    assert row.observed.asked.tolist() == [True, True, False, False]
    assert row.observed.n_dyads == 5
    assert network.with_unobserved([]) is network


def test_with_unobserved_undirected_and_two_mode():
    network = Network.from_array(UNDIRECTED, actors=LABELS)
    expected = UNDIRECTED.copy()
    expected[1, 2] = expected[2, 1] = NAN
    check_content(network.with_unobserved([("c", "b")]), expected, False)
    two_mode = Network.from_incidence(INCIDENCE, rows=["x", "y"], columns=["p", "q", "r"])
    held_out = two_mode.with_unobserved(np.array([["x", "r"], ["y", "q"]]))
    assert held_out.n_ties == 1
    assert held_out.observed.n_dyads == 3
    assert held_out.two_mode
    with raises(ValueError, "(row actor, column actor)", "from 'r' to 'x' runs from mode 1 to mode 0", "turn it round"):
        two_mode.with_unobserved([("r", "x")])


@pytest.mark.parametrize(
    ("dyads", "error", "fragments"),
    [
        ([("a", "z")], UnknownActorError, ("'z' is not among its 4 actors",)),
        ([("a", "a")], ValueError, ("join two actors", "('a', 'a')")),
        (["ab"], ValueError, ("pairs of labels", "element 0 is 'ab'")),
        ([("a", "b"), ("a", "b", "c")], ValueError, ("element 1 is ('a', 'b', 'c')",)),
        (pd.DataFrame({"sender": ["a"], "receiver": ["b"]}), TypeError, ("of a frame", "zip(")),
        ("ab", TypeError, ("sequence of (sender, receiver)", "'ab'")),
    ],
)
def test_bad_dyads(dyads, error, fragments):
    with raises(error, *fragments):
        Network.from_array(DIRECTED, actors=LABELS).with_unobserved(dyads)


@pytest.mark.parametrize(("array", "directed"), [(DIRECTED, True), (UNDIRECTED, False)])
def test_round_trips(array, directed):
    attributes = pd.DataFrame({"age": [1, 2, 3, 4], "sex": list("fmfm")}, index=LABELS)
    network = Network.from_array(array, actors=LABELS, attributes=attributes)
    assert Network.from_networkx(network.to_networkx(unobserved=True)) == network
    frame = network.to_frame(unobserved=True)
    again = Network.from_edges(
        frame, "sender", "receiver", "value", actors=network.actors, directed=directed, attributes=attributes
    )
    assert again == network
    graph = network.to_networkx()
    assert graph.is_directed() is directed
    assert graph.number_of_edges() == network.n_ties == len(network.to_frame())
    assert graph.nodes["b"] == {"age": 2, "sex": "m"}
    assert graph["b"]["a"]["weight"] == array[1, 0]


def test_edge_table_rows():
    network = Network.from_array(UNDIRECTED, actors=LABELS)
    assert network.to_frame().to_numpy().tolist() == [["a", "b", 1.0], ["b", "c", 2.0], ["c", "d", 1.0]]
    two_mode = Network.from_incidence(INCIDENCE, rows=["x", "y"], columns=["p", "q", "r"])
    assert len(two_mode.to_frame(unobserved=True)) == 4
    graph = two_mode.to_networkx(unobserved=True)
    assert nx.get_node_attributes(graph, "bipartite") == {"x": 0, "y": 0, "p": 1, "q": 1, "r": 1}
    assert graph["y"]["p"]["weight"] is None


def test_scipy_works_on_write_protected_ties():
    ties = Network.from_networkx(nx.karate_club_graph()).ties
    assert csgraph.connected_components(ties)[0] == 1
    assert csgraph.shortest_path(ties, unweighted=True).max() == 5
    assert (ties @ np.ones(34) == ties.T.tocsr().sum(axis=0)).all()
    assert (ties + ties.T).nnz == ties[::-1].nnz == 156


def test_a_million_actors_need_no_square():
    rng = np.random.default_rng(20)
    n_actors, n_ties = 1_000_000, 2_000_000
    sender = rng.integers(0, n_actors, n_ties)
    receiver = (sender + rng.integers(1, n_actors, n_ties)) % n_actors
    matrix = sparse.coo_array((np.ones(n_ties), (sender, receiver)), shape=(n_actors, n_actors))
    start = time.process_time()
    network = as_network(matrix)
    held_out = network.with_unobserved([(int(sender[0]), int(receiver[0]))])
    assert time.process_time() - start < 20  # seconds; takes about 1, an n x n mask would not fit at all
    assert network.observed.n_dyads == n_actors * (n_actors - 1)
    assert held_out.observed.n_dyads == network.observed.n_dyads - 1
    assert held_out.n_ties == network.n_ties - 1


@pytest.mark.parametrize("kind", ["undirected", "directed", "two-mode"])
def test_matched_is_the_network_by_labels(kind: str) -> None:
    """Value and observation of every dyad, label by label; what the other network has not is unobserved."""
    rng = np.random.default_rng(4)
    for _ in range(30):
        rows, columns = (rng.permutation(6)[:size] for size in rng.integers(2, 7, size=2))
        columns = columns + 10 if kind == "two-mode" else rows
        given = (rng.random((len(rows), len(columns))) < 0.5).astype(float)
        given[rng.random(given.shape) < 0.3] = np.nan
        if kind != "two-mode":
            np.fill_diagonal(given, 0.0)
        if kind == "undirected":
            given = np.tril(given) + np.tril(given).T
        if kind == "two-mode":
            pattern = Network.from_incidence(pd.DataFrame(np.zeros((6, 6)), range(6), range(10, 16)))
            network = Network.from_incidence(pd.DataFrame(given, rows, columns))
        else:
            pattern = Network.from_array(np.zeros((6, 6)), range(6), directed=kind == "directed")
            network = Network.from_array(given, rows, directed=kind == "directed")
        found = matched(network, pattern)
        values = np.where(found.observed.toarray(), found.ties.toarray(), np.nan)
        expected = pd.DataFrame(np.nan, pattern.actors, pattern.actors)
        expected.loc[rows, columns] = given
        naive = expected.to_numpy(copy=True)
        np.fill_diagonal(naive, np.nan)
        np.testing.assert_array_equal(values, naive)
        np.testing.assert_array_equal(found.actors, pattern.actors)
