"""Nothing is read as something else in silence, and what messages advise works and loses nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from latentnet import DynamicLatentPositionModel, LatentPositionModel, Layers, goodness_of_fit, load
from latentnet._exceptions import LatentnetWarning
from latentnet.effects import AbsoluteDifference, DyadCovariate, Homophily, SenderCovariate
from latentnet.families import Binomial, Ordinal, Poisson
from latentnet.network import Network, as_network
from latentnet.network.reading.periods import read_networks
from tests.network_checks import NAN, raises

# ---- two-mode graphs


def _two_mode(values: list[Any]) -> nx.Graph:
    graph = nx.Graph()
    for node, value in zip(["Ann", "ball", "Bob"], values, strict=True):
        graph.add_node(node, bipartite=value)
    graph.add_edges_from([("Ann", "ball"), ("ball", "Bob")])
    return graph


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ([0, 1, 0], ["Ann", "Bob"]),
        ([1, 0, 1], ["ball"]),
        ([0.0, 1.0, 0.0], ["Ann", "Bob"]),
        (["0", "1", "0"], ["Ann", "Bob"]),
        (["1", "0", "1"], ["ball"]),
        ([True, False, True], ["ball"]),
        (["people", "events", "people"], ["Ann", "Bob"]),
        ([2, 1, 2], ["Ann", "Bob"]),
    ],
)
def test_networkx_two_modes_in_any_words(values: list[Any], rows: list[str]) -> None:
    network = as_network(_two_mode(values))
    assert network.two_mode
    assert network.actors[: network.n_row_actors].tolist() == rows
    assert network.n_ties == 2


@pytest.mark.parametrize("values", [["a", "b", "c"], [0, 1, 2], [0, 1, None], [0, 1, NAN]])
def test_networkx_two_modes_that_are_none(values: list[Any]) -> None:
    graph = _two_mode(values)
    with raises(ValueError, "'bipartite'", "one of two values", "remove or rename"):
        as_network(graph)
    for node in graph:  # one advice
        graph.nodes[node]["bipartite"] = int(node == "ball")
    assert as_network(graph).two_mode
    nx.set_node_attributes(graph, {node: data.pop("bipartite") for node, data in graph.nodes(data=True)}, "kind")
    assert not as_network(graph).two_mode  # the other


def test_igraph_two_modes() -> None:
    igraph = pytest.importorskip("igraph")
    for kinds in ([False, True, False], [0, 1, 0]):
        graph = igraph.Graph.Bipartite(kinds, [(0, 1), (2, 1)])
        network = as_network(graph)
        assert network.two_mode
        assert network.actors.tolist() == [0, 2, 1]
    graph.add_edge(0, 2)
    with raises(ValueError, "'type'", "two-mode", "from 0 to 2", "remove or rename"):
        as_network(graph)
    graph.vs["kind"] = graph.vs["type"]
    del graph.vs["type"]
    assert not as_network(graph).two_mode
    ring = igraph.Graph.Ring(4)
    ring.vs["type"] = ["boss", "clerk", "boss", "clerk"]  # a word of one's own
    assert not as_network(ring).two_mode


# ---- weights


def test_edges_without_a_weight_beside_weighted_ones_are_unobserved_and_said_so() -> None:
    igraph = pytest.importorskip("igraph")
    graph = nx.path_graph(4)
    graph.edges[0, 1]["weight"] = graph.edges[2, 3]["weight"] = 2
    other = igraph.Graph(n=4, edges=[(0, 1), (1, 2), (2, 3)], edge_attrs={"weight": [2, None, 2]})
    for one in (graph, other):
        with pytest.warns(LatentnetWarning, match=r"unobserved dyads, 1 of them, the first from 1 to 2.*weight=None"):
            network = as_network(one)
        assert (network.n_ties, network.observed.n_dyads) == (2, 5)
    table = pd.DataFrame({"i": [0, 1, 2], "j": [1, 2, 3], "weight": [2, None, 2]})
    assert Network.from_edges(table, "i", "j", "weight") == network
    for value, n_ties, n_dyads in ((1, 3, 6), (NAN, 2, 5)):  # what the warning advises, without another one
        graph.edges[1, 2]["weight"] = other.es[1]["weight"] = value
        for one in (graph, other):
            again = as_network(one)
            assert (again.n_ties, again.observed.n_dyads) == (n_ties, n_dyads)
    assert Network.from_networkx(graph, weight=None).n_ties == Network.from_igraph(other, weight=None).n_ties == 3


def test_weights_of_another_name_are_named() -> None:
    igraph = pytest.importorskip("igraph")
    graph = nx.path_graph(3)
    nx.set_edge_attributes(graph, {(0, 1): 2, (1, 2): 5}, "calls")
    other = igraph.Graph(n=3, edges=[(0, 1), (1, 2)], edge_attrs={"calls": [2, 5]})
    for one, read in ((graph, Network.from_networkx), (other, Network.from_igraph)):
        with pytest.warns(LatentnetWarning, match=r"all ties are 1, but .* 'calls'.*weight='calls'"):
            as_network(one)
        assert read(one, weight="calls").ties[1, 2] == 5
        assert read(one, weight=None).ties[1, 2] == 1
    nx.set_edge_attributes(graph, {(0, 1): "loud", (1, 2): "low"}, "calls")
    assert as_network(graph).n_ties == 2  # words are no weights


# ---- values


@pytest.mark.parametrize("kind", ["coo", "csr", "csc"])
def test_true_twice_is_true_and_infinities_do_not_cancel(kind: str) -> None:
    twice = sparse.coo_matrix(([True, True], ([0, 0], [1, 1])), shape=(2, 2))
    assert Network.from_array(getattr(twice, f"to{kind}")()).ties[0, 1] == 1
    infinite = sparse.csr_matrix(([np.inf, -np.inf], [1, 1], [0, 2, 2]), shape=(2, 2))
    with raises(ValueError, "finite", "from 0 to 1 is inf"):
        Network.from_array(infinite)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**63, 10**400, np.uint64(2**63 + 1)])
def test_whole_numbers_that_floats_do_not_hold(value: Any) -> None:
    array = np.array([[0, value], [0, 0]], dtype=object)
    with raises(ValueError, "whole ones up to 2**53", "from 0 to 1", "array / 1000"):
        Network.from_array(array)
    if isinstance(value, int) and abs(value) < 2**62:
        with raises(ValueError, "up to 2**53"):
            Network.from_array(array.astype(np.int64))
        assert Network.from_array(array.astype(np.int64) / 1000).ties[0, 1] == value / 1000
    assert Network.from_array(np.array([[0, 2**53], [0, 0]])).ties[0, 1] == 2**53


@pytest.mark.parametrize("value", [Decimal("sNaN"), "1", b"1", 1j, [1], object()])
def test_what_is_no_number(value: Any) -> None:
    array = np.zeros((2, 2), dtype=object)
    array[0, 1] = value
    with raises(TypeError, "real numbers", "from 0 to 1", type(value).__name__):
        Network.from_array(array)


def test_decimals_and_fractions_are_numbers() -> None:
    array = np.array([[0, Decimal("0.5")], [Decimal("NaN"), 0]], dtype=object)
    network = Network.from_array(array)
    assert network.ties[0, 1] == 0.5
    assert network.observed.n_dyads == 1


# ---- labels


def test_one_and_true_are_not_one_actor() -> None:
    frame = pd.DataFrame({"i": [1, 2], "j": [2, True]})
    reads: list[Callable[[Any], Any]] = [
        lambda table: Network.from_edges(table, "i", "j"),
        lambda table: Network.from_nominations(table, respondent="i", nominee="j"),
    ]
    for read in reads:
        with raises(ValueError, "1 and True are equal in Python", ".map(str)"):
            read(frame)
        assert read(frame.apply(lambda column: column.map(str))).n_actors == 3
    with raises(ValueError, "1 and True"):
        Network.from_array(np.zeros((2, 2)), actors=[1, True])
    with raises(ValueError, "1 and True"):
        Network.from_edges(pd.DataFrame({"i": [True], "j": [2]}), "i", "j", actors=[1, 2])
    with raises(KeyError, "True is not among"):
        Network.from_array(np.zeros((2, 2)), actors=[1, 2]).index([True])
    assert Network.from_edges(pd.DataFrame({"i": [1.0, NAN], "j": [2, 3]}).dropna(), "i", "j").n_actors == 2


def test_labels_of_another_type_are_said_to_be() -> None:
    frame = pd.DataFrame({"i": ["1", "2"], "j": ["2", "3"]})
    attributes = pd.DataFrame({"age": [30, 40, 50]}, index=[1, 2, 3])
    said = ("of type str", "of type int", ".map(int)")
    with raises(ValueError, "'1', '2', '3'", *said):
        Network.from_edges(frame, "i", "j", attributes=attributes)
    with raises(ValueError, "only actors that are in actors=", *said):
        Network.from_edges(frame, "i", "j", actors=[1, 2, 3])
    with raises(ValueError, "respondents must list everyone", *said):
        Network.from_nominations(frame, respondent="i", nominee="j", respondents=[1, 2])
    with raises(ValueError, "all respondents among them", *said):
        Network.from_nominations(frame, respondent="i", nominee="j", actors=[1, 2, 3])
    whole = frame.apply(lambda column: column.map(int))
    assert Network.from_edges(whole, "i", "j", attributes=attributes).attributes["age"].tolist() == [30, 40, 50]
    square = pd.DataFrame(np.eye(3, k=1), index=[1, 2, 3], columns=["1", "2", "3"])  # as read from a file
    with raises(ValueError, "of the types int and str", "frame.columns = frame.index"):
        as_network(square)
    square.columns = square.index
    assert as_network(square).n_ties == 2


class _Written:
    """A label of a user's own type."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


@pytest.mark.parametrize("text", ["a\x00", "a\x1b[31m", "\ud800", "\uffff", "\x85"])
def test_texts_that_no_page_can_show(text: str) -> None:
    for actors in ([text, "b"], [("group", text), "b"]):
        with raises(ValueError, "actors must be texts that can be shown", "repr(text)[1:-1]"):
            Network.from_array(np.zeros((2, 2)), actors=actors)
    for attributes in (pd.DataFrame({"x": [text, "b"]}), pd.DataFrame({text: [1, 2]})):
        with raises(ValueError, "attribute", "can be shown", "repr(text)[1:-1]"):
            Network.from_array(np.zeros((2, 2)), attributes=attributes)
    unused = pd.Categorical(["a", "b"], categories=["a", "b", text])
    for given in (unused, [_Written(text), "b"], pd.array([text, None], dtype="string")):
        with raises(ValueError, "attribute 'x'", "can be shown"):
            Network.from_array(np.zeros((2, 2)), attributes=pd.DataFrame({"x": given}))
    for label in (_Written(text), (1, ("a", text)), Path(f"a{text}")):
        with raises(ValueError, "actors must be texts that can be shown"):
            Network.from_array(np.zeros((2, 2)), actors=[label, "b"])
    pair = [Network.from_array(np.eye(3, k=1), directed=True, actors=[f"{k}{i}" for i in range(3)]) for k in "ab"]
    with raises(ValueError, "labels of sites must be texts that can be shown"):
        DynamicLatentPositionModel().fit({text: [pair[0]] * 2, "b": [pair[1]] * 2})
    with raises(ValueError, "names of layers must be texts that can be shown"):
        Layers({text: pair[0], "b": pair[0]})
    with raises(ValueError, "name must be a string that names the coefficient and can be shown"):
        LatentPositionModel(effects=[DyadCovariate(np.eye(3, k=-1), name=text)]).fit(pair[0])
    with raises(ValueError, "statistics: names must be texts that can be shown"):
        model = load(Path(__file__).parent / "saved" / "map.latentnet")
        goodness_of_fit(model, statistics={text: lambda network: network.n_ties})
    assert Network.from_array(np.zeros((2, 2)), actors=[repr(text)[1:-1], "b"]).n_actors == 2
    kept = ["naïve", "two\nlines", "日本", "😀"]
    assert Network.from_array(np.zeros((4, 4)), actors=kept).actors.tolist() == kept


def test_columns_of_one_name() -> None:
    frame = pd.DataFrame([["a", "b", 1]], columns=["i", "j", "j"])
    with raises(ValueError, "target must name a column", "'j' is there twice"):
        Network.from_edges(frame, "i", "j")
    with raises(ValueError, "nominee must name a column", "'j' is there twice"):
        Network.from_nominations(frame, respondent="i", nominee="j")
    with raises(TypeError, "hashable labels", "[1]"):
        Network.from_edges(pd.DataFrame({"i": [[1]], "j": ["b"]}), "i", "j")


# ---- advice that keeps what is known


def test_one_sided_gaps_of_an_undirected_matrix() -> None:
    array = np.array([[0, 1, NAN, 0], [1, 0, 1, NAN], [1, NAN, 0, NAN], [NAN, NAN, NAN, 0]])
    with raises(ValueError, "symmetric when directed=False", "from 0 to 2 is nan", "numpy.fmax(array, array.T)"):
        Network.from_array(array, directed=False)
    known = Network.from_array(np.fmax(array, array.T), directed=False)
    assert (known.n_ties, known.observed.n_dyads) == (3, 4)  # 0-1, 0-2, 1-2 are ties, 0-3 is none
    with raises(ValueError, "numpy.fmax(array, array.T)", "array + array.T if only one triangle is filled"):
        Network.from_array(np.triu(np.ones((3, 3)), 1), directed=False)
    upper = np.triu(np.ones((3, 3)), 1)
    assert Network.from_array(upper + upper.T, directed=False).n_ties == 3


def test_codes_are_not_binarised() -> None:
    signed = np.array([[0, 1, -1], [1, 0, 0], [-1, 0, 0]])
    with raises(ValueError, "values from -1 to -1", "family='ordinal'"):
        LatentPositionModel(inference="map").fit(signed)
    LatentPositionModel(inference="map", family="ordinal", random_state=1).fit(signed)
    coded = np.array([[0, 1, 9], [1, 0, 0], [10, 0, 0]])
    with raises(ValueError, "values from 9 to 10", "NaN in place of codes such as 9"):
        LatentPositionModel(inference="map").fit(coded)
    known = np.where(np.isin(coded, [9, 10]), NAN, coded)
    assert LatentPositionModel(inference="map", random_state=1).fit(known).network_.observed.n_dyads == 2


# ---- waves


def _wave(values: list[int] | None = None, actors: str = "abc") -> Network:
    attributes = None if values is None else pd.DataFrame({"age": values}, index=list(actors))
    return Network.from_array(np.eye(3, k=1) + np.eye(3, k=-1), actors=list(actors), attributes=attributes)


def test_waves_in_a_mapping_are_said_to_be_sites() -> None:
    with pytest.warns(LatentnetWarning, match=r"'first', 'second' are sites.*fit\(\[first, second, ...\]\).*\(site,"):
        read_networks({"first": _wave(), "second": _wave()})
    named = {site: Network.from_array(np.eye(3, k=1), actors=[(site, k) for k in range(3)]) for site in ("x", "y")}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_networks([_wave(), _wave()]).sites is None
        assert read_networks(named).sites == ("x", "y")
        assert read_networks({"x": [_wave(), _wave()]}).sites == ("x",)


def test_attributes_given_once_hold_for_all_waves() -> None:
    found = read_networks([_wave(), _wave([20, 30, 40]), _wave(actors="bcd"), _wave([21, 31, 41])]).networks[0]
    assert [network.attributes["age"].tolist()[:3] for network in (found[0], found[1], found[3])] == [
        [20, 30, 40],
        [20, 30, 40],
        [21, 31, 41],
    ]
    third = found[2].attributes["age"]
    assert third.loc[["b", "c"]].tolist() == [30, 40]  # of the period before
    assert np.isnan(third["d"])  # nobody said
    sites = read_networks({"x": [_wave([1, 2, 3]), _wave()], "y": [_wave(actors="def"), _wave(actors="def")]})
    assert "age" not in sites.networks[1][0].attributes


def test_fit_takes_attributes_given_once() -> None:
    from latentnet.effects import AbsoluteDifference

    model = DynamicLatentPositionModel(effects=[AbsoluteDifference("age")], inference="prior", random_state=1)
    model.fit([_wave([20, 30, 45]), _wave()])
    assert model.networks_[1].attributes["age"].tolist() == [20, 30, 45]
    assert model.at(period=1).network_.attributes["age"].tolist() == [20, 30, 45]


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint64, object, str])
def test_edge_tables_give_the_same_network_whatever_the_columns_hold(dtype: Any) -> None:
    rows = [(3, 5), (5, 9), (9, 4)]
    frame = pd.DataFrame({"a": np.array([i for i, _ in rows], dtype), "b": np.array([j for _, j in rows], dtype)})
    network = Network.from_edges(frame, "a", "b")
    labels = [3, 5, 9, 4] if dtype is not str else ["3", "5", "9", "4"]
    assert network.actors.tolist() == labels
    assert [type(label) for label in network.actors] == [type(label) for label in labels]
    assert network == Network.from_edges(frame, "a", "b", actors=labels)
    with pytest.raises(ValueError, match="names 4" if dtype is not str else "names '4'"):
        Network.from_edges(frame, "a", "b", actors=labels[:3])


# ---- values that nobody expects


@pytest.mark.parametrize("values", [[True, False, True], ["1", "2", "4"], [Decimal(1), Decimal(2), Decimal(4)]])
def test_categories_become_numbers_as_the_message_says(values: list[Any]) -> None:
    """`pandas.to_numeric`, which it named before, leaves truth values what they are."""
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object).infer_objects()})
    with raises(ValueError, "needs numbers", "convert it with .astype(float)"):
        AbsoluteDifference("x").bind(Network.from_array(np.eye(3, k=1), directed=True, attributes=frame), 2)
    numbers = frame.assign(x=frame["x"].astype(float))
    AbsoluteDifference("x").bind(Network.from_array(np.eye(3, k=1), directed=True, attributes=numbers), 2)


@pytest.mark.parametrize("effect", [Homophily, SenderCovariate])
def test_attributes_that_hold_lists(effect: Callable[[str], Any]) -> None:
    network = Network.from_array(np.eye(3, k=1), directed=True, attributes=pd.DataFrame({"x": [["a"], ["b"], ["a"]]}))
    with raises(TypeError, "needs values that are equal or not", "['a']", "make it a number or a string"):
        effect("x").bind(network, 2)


def test_numbers_whose_squares_overflow() -> None:
    frame = pd.DataFrame({"x": [1e308, -1e308, 0.0]})
    with raises(ValueError, "whose squares a float holds", "1e+308", "divide it by a power of ten"):
        AbsoluteDifference("x").bind(Network.from_array(np.eye(3, k=1), directed=True, attributes=frame), 2)


@pytest.mark.parametrize("value", [1e308, 1e-308, -1.0])
def test_exposures_that_overflow(value: float) -> None:
    network = Network.from_array(np.eye(3, k=1), directed=True)
    with raises(ValueError, "exposure must be positive (1e-100 to 1e100)", "from 0 to 1"):
        Poisson(exposure=np.full((3, 3), value)).check(network)
    with raises(ValueError, "exposure must be a finite number of at least 1e-100 and up to 1e+100"):
        Poisson(exposure=value).check(network)


@pytest.mark.parametrize("trials", [1e300, np.full((3, 3), 1e300)])
def test_trials_that_no_count_can_reach(trials: Any) -> None:
    network = Network.from_array(np.eye(3, k=1), directed=True)
    with raises(ValueError, "trials must be at most 2**53", "1e+300", "use family 'poisson'"):
        Binomial(trials=trials).check(network)
    Binomial(trials=2**53).check(network)
    Poisson(exposure=1e100).check(network)


def test_an_igraph_vertex_without_a_type_beside_others() -> None:
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(3, [(0, 1), (1, 2)])
    graph.vs["type"] = [False, True, None]
    with raises(ValueError, "node attribute 'type'", "False, True, None", "remove or rename the attribute"):
        Network.from_igraph(graph)


@pytest.mark.parametrize("labels", [set("abc"), frozenset("abc")])
def test_sets_have_no_order_to_go_by(labels: Any) -> None:
    """They named rows at random, otherwise in every process."""
    frame = pd.DataFrame({"i": ["a"], "j": ["b"]})
    for read in (
        lambda: Network.from_array(np.eye(3, k=1), labels),
        lambda: Network.from_incidence(np.eye(3), rows=labels),
        lambda: Network.from_edges(frame, "i", "j", actors=labels),
        lambda: Network.from_nominations(frame, respondent="i", nominee="j", respondents=labels),
    ):
        with raises(TypeError, "must be in an order, but is ", "a set, which has none; give a list"):
            read()
    in_order = Network.from_array(np.eye(3, k=1), dict.fromkeys("cab").keys(), directed=True)
    assert in_order.actors.tolist() == list("cab")


def test_a_column_that_is_the_index_is_said_to_be() -> None:
    """As `groupby` leaves it."""
    frame = pd.DataFrame({"i": ["a", "a", "b"], "j": ["b", "b", "c"], "v": [1.0, 2.0, 4.0]})
    sums = frame.groupby(["i", "j"]).sum()
    with raises(
        ValueError, "source must name a column of frame, got 'i'", "'i' is its index: give frame.reset_index()"
    ):
        Network.from_edges(sums, "i", "j", "v", directed=True)
    assert Network.from_edges(sums.reset_index(), "i", "j", "v", directed=True).ties.sum() == 7.0


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="long doubles are doubles here")
def test_long_doubles_that_no_float_holds() -> None:
    with raises(ValueError, "must hold numbers that a float64 holds", "1e+400"):
        Network.from_array(np.eye(3, k=1) * np.longdouble("1e400"))
    assert Network.from_array(np.eye(3, k=1) * np.longdouble(3)).ties.sum() == 6.0


@pytest.mark.parametrize("values", [[Decimal(1), Decimal(2), Decimal(4)], [1, 2.5, Fraction(1, 3)]])
def test_numbers_among_objects_are_asked_about(values: list[Any]) -> None:
    """They were categories without a word: an income from a database had a coefficient for each value."""
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    network = Network.from_array(np.eye(3, k=1), directed=True, attributes=frame)
    with raises(ValueError, "meant as numbers or as categories", ".astype(float) or .astype('category')"):
        SenderCovariate("x").bind(network, 2)
    frame.loc[2, "x"] = values[1]
    equal = Network.from_array(np.eye(3, k=1), directed=True, attributes=frame)
    assert Homophily("x").bind(equal, 2).names == ("homophily(x)",)


def test_an_ordinal_family_without_levels() -> None:
    with raises(ValueError, "levels must have 0, the value of an absent tie, got []"):
        LatentPositionModel(family=Ordinal(levels=[])).fit(Network.from_array(np.eye(3, k=1), directed=True))
