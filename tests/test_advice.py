"""What messages of reading, families and effects advise in code is run: the table below has each piece of it.

Every text of `network`, `families` and `effects` that names code has a row: what brings the message about, and what it
advises, done as it says. A new message without a row fails, and so does a row whose message is gone.
"""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from latentnet import (
    MAP,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentPositionModel,
    Layers,
    Network,
    Priors,
    study,
)
from latentnet.effects import (
    AbsoluteDifference,
    Correlated,
    DyadCovariate,
    Homophily,
    Loops,
    Receiver,
    ReceiverCovariate,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Shared,
    Sociality,
    SocialityCovariate,
)
from latentnet.effects.loops import check_self_ties
from latentnet.families import Bernoulli, Binomial, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.families.designs import observed_family, warn_of_roster
from latentnet.network import as_network
from latentnet.network.dyads import read_dyads
from latentnet.network.joined import join_networks
from latentnet.network.layers import given_periods
from latentnet.network.reading.periods import read_networks
from tests.environment import package_folder

FOLDERS = ("network", "families", "effects")
NAN = np.nan
CODE = re.compile(
    r"[\w.\]]+\((?!s\))[^ )]|\w\(\)|\b[a-z_]+=(?!=)[^ ,;]|\b[A-Za-z_]\w*\.[a-z_]\w+|\b[A-Z][a-z]+[A-Z]\w+|NaN|"
    r"\b(?:use|take|family) '\w+'"
)
# Texts that name code and advise nothing: rules, the printed form of objects, and parts of messages that have a row.
NO_ADVICE = (
    "the sender's value comes first", "must define bind", "must define joined",
    "Layers({}", "Network(n_actors=", "ObservedDyads(",
    "conditions on {} un-asked", "map(frozenset", "graph must be an igraph.Graph", "needs ties in {0, 1}",
    "must be a networkx.Graph or", "must be a latentnet Network, a networkx",
    "[{}, {}], as_index=False",
    "a random effect of actors, such as", "an effect with coefficients, such as",
)  # fmt: skip


def _array(*ties: tuple[int, int, float], n: int = 4) -> np.ndarray:
    array = np.zeros((n, n))
    for i, j, value in ties:
        array[i, j] = value
    return array


def _net(*ties: tuple[int, int, float], directed: bool = True, **options: Any) -> Network:
    array = _array(*ties)
    return Network.from_array(array if directed else np.maximum(array, array.T), directed=directed, **options)


def _graph(kind: Any = nx.Graph, **weight: Any) -> Any:
    graph = kind()
    graph.add_nodes_from("abcd")
    graph.add_edge("a", "b", **weight)
    graph.add_edge("b", "c", **weight)
    return graph


def _lists(frame: pd.DataFrame | None = None, **options: Any) -> Network:
    table = pd.DataFrame({"i": ["a", "a", "b"], "j": ["b", "c", "a"]}) if frame is None else frame
    return Network.from_nominations(table, respondent="i", nominee="j", **options)


GRADES, COUNTS, ONES = _net((0, 1, -1.0), (1, 2, 1.0)), _net((0, 1, 3.0), (1, 2, 9.0)), _net((0, 1, 1.0), (2, 3, 1.0))
AGE = pd.DataFrame({"age": [1.0, 2.0, 5.0, 7.0], "text": ["1", "2", "2", "1"]})
AGED = _net((0, 1, 1.0), attributes=AGE)
PAIRED = _net((0, 1, 1.0), directed=False, attributes=AGE)
CAPPED, NAMED = _lists(max_nominations=3, respondents=["a", "b"]), _lists(respondents=["a", "b"])
TABLE = pd.DataFrame({"i": ["a", "a", "b"], "j": ["b", "b", "a"]})
WORTH = pd.DataFrame({"i": list("aabb"), "j": list("bbcc"), "v": [3.0, 4.0, NAN, NAN]})
GRAPH, MULTI = _graph(n_calls=3.0), _graph(nx.MultiGraph)
MULTI.add_edge("a", "b")
EDGES = pd.DataFrame({"i": [1, 2], "j": ["2", "x"]})
PEOPLE = pd.DataFrame({"id": ["b", "a"], "age": [3.0, 4.0]})
PAIR = np.array([[0.0, 1.0], [0.0, 0.0]])
LARGE = _net((0, 1, 1e300), (1, 2, 2e300))
CLOSE = Network.from_array(np.where(np.eye(3, dtype=bool), 0.0, 1e16 + np.arange(9.0).reshape(3, 3) * 2), directed=True)
DISTANCES = [[0, 1, 2, 3], [1, 0, 1, 2], [2, 1, 0, 1], [3, 2, 1, 0]]


def _checked(family: Any, network: Network) -> bool:
    family.check(network)
    return True


def _counted() -> bool:
    """What the message on parallel edges says, letter by letter."""
    graph = MULTI
    counts = nx.Graph()
    counts.add_nodes_from(graph.nodes(data=True))
    counts.add_weighted_edges_from((i, j, graph.number_of_edges(i, j)) for i, j in graph.edges())
    return Network.from_networkx(counts).ties.sum() == 6.0 and Network.from_networkx(nx.Graph(graph)).n_ties == 2


def _one_row_each(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas

    return frame[~pandas.Series(map(frozenset, zip(frame["i"], frame["j"])), index=frame.index).duplicated()]  # noqa: B905


def _simplified() -> bool:
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(3, [(0, 1), (0, 1), (1, 2)])
    graph.es["weight"] = 1
    graph.simplify(combine_edges="sum")
    return Network.from_igraph(graph).ties.sum() == 6.0


def _parallel() -> Network:
    igraph = pytest.importorskip("igraph")
    return Network.from_igraph(igraph.Graph(3, [(0, 1), (0, 1), (1, 2)]))


def _gappy() -> nx.Graph:
    graph = _graph(weight=2.0)
    graph.add_edge("c", "d")
    return graph


def _filled(value: float) -> nx.Graph:
    graph = _gappy()
    graph.edges["c", "d"]["weight"] = value
    return graph


_WIDE = pd.DataFrame({"who": ["a", "b"], "first": ["b", "c"], "second": ["c", None]})


def _long() -> pd.DataFrame:
    return _WIDE.melt(id_vars="who").dropna()


def _pairs(*rows: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["i", "j"])


def _holes(network: Network) -> int:
    return network.observed.n_dyads_possible - network.observed.n_dyads


SQUARE = pd.DataFrame(np.eye(3, k=1), index=[1, 2, 3], columns=["1", "2", "3"])
TURNED = pd.DataFrame(np.eye(3, k=1), index=list("abc"), columns=list("cba"))
LAYERS = Layers({"x": ONES, "y": AGED}), Layers({"x": ONES})
WITH_NONE = Layers({"x": ONES, "y": Network.from_array(np.where(np.eye(4, dtype=bool), 0.0, NAN), directed=True)})
FAR = Network.from_array(_array((0, 1, 1.0)), actors=["Ann ", "Bo ", "Cy ", "Di "], directed=True)
NEAR = Network.from_array(_array((0, 1, 1.0)), actors=["Ann", "Bo", "Cy", "Di"], directed=True)
ONE_SIDED = _array((0, 1, 1.0), (1, 0, NAN), (2, 3, 1.0), (3, 2, 1.0))
BIPARTITE = {"x": list("ab"), "y": list("ac")}


def _spelt(first: Network, second: Network) -> bool:
    return len(study.near_duplicates([*first.actors, *second.actors])) > 0


ADVICE: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
    (
        "they are in a column: give attributes.set_index(",
        lambda: Network.from_edges(WORTH.iloc[:1], "i", "j", actors=list("ab"), attributes=PEOPLE),
        lambda: Network.from_edges(WORTH.iloc[:1], "i", "j", actors=list("ab"), attributes=PEOPLE.set_index("id")),
    ),
    # reading
    (
        "pass self_ties='drop'",
        lambda: _net((0, 0, 1.0)),
        lambda: _net((0, 0, 1.0), (0, 1, 1.0), self_ties="drop").n_ties == 1,
    ),
    (
        "'keep' for models with effects=[Loops()]",
        lambda: _net((0, 0, 1.0)),
        lambda: Loops().bind(_net((0, 0, 1.0), (0, 1, 1.0), self_ties="keep"), 2).size == 1,
    ),
    (
        "give effects=[Loops()], or read the network with self_ties='drop'",
        lambda: check_self_ties((), _net((0, 0, 1.0), self_ties="keep")),
        lambda: [
            check_self_ties((Loops(),), _net((0, 0, 1.0), self_ties="keep")),
            check_self_ties((), _net((0, 0, 1.0), self_ties="drop")),
        ],
    ),
    (
        "read it with self_ties='keep' (the diagonal is then observed, but for NaN)",
        lambda: Loops().bind(_net((0, 1, 1.0)), 2),
        lambda: Loops().bind(_net((0, 1, 1.0), self_ties="keep"), 2).size == 1,
    ),
    (
        "leave it out, and read the network with self_ties='drop'",
        lambda: Loops().bind(_net((0, 0, NAN), (1, 1, NAN), (2, 2, NAN), (3, 3, NAN), self_ties="keep"), 2),
        lambda: check_self_ties((), _net((0, 0, NAN), (1, 1, NAN), self_ties="drop")) is None,
    ),
    (
        "numpy.asarray(...) makes an array of nested lists",
        lambda: DyadCovariate(DISTANCES, name="x").bind(ONES, 2),
        lambda: DyadCovariate(np.asarray(DISTANCES), name="x").bind(ONES, 2).names == ("x",),
    ),
    (
        "a DataFrame is aligned by labels",
        lambda: read_dyads(np.zeros((5, 5)), ONES, "x"),
        lambda: read_dyads(pd.DataFrame(np.eye(5, k=1)), ONES, "x").shape == (4, 4),
    ),
    (
        "must hold real numbers, but its dtype is",
        lambda: read_dyads(np.full((4, 4), "1"), ONES, "x"),
        lambda: (read_dyads(np.full((4, 4), "1").astype(float), ONES, "x") == 1.0).all(),
    ),
    (
        "is of dtype",
        lambda: read_dyads(pd.DataFrame(np.full((4, 4), "1")), ONES, "x"),
        lambda: (read_dyads(pd.DataFrame(np.full((4, 4), "1")).astype(float), ONES, "x") == 1.0).all(),
    ),
    (
        "make the labels strings, for example with .map(str)",
        lambda: Network.from_array(np.zeros((2, 2)), [1, True]),
        lambda: Network.from_array(np.zeros((2, 2)), pd.Series([1, True], dtype=object).map(str)).n_actors == 2,
    ),
    (
        "convert one, for example with .map(",
        lambda: Network.from_edges(EDGES.map(str), "i", "j", actors=[1, 2, "x"]),
        lambda: Network.from_edges(EDGES.map(str), "i", "j", actors=pd.Series([1, 2, "x"]).map(str)).n_ties == 2,
    ),
    (
        "give a layer that was not recorded as a network of NaN",
        lambda: given_periods(list(LAYERS)),
        lambda: _holes(given_periods([LAYERS[0], WITH_NONE])[2]["y"].networks[0][1]) == 12,
    ),
    (
        "nothing connects their maps; actors are matched by label",
        lambda: Layers({"x": FAR, "y": NEAR}),
        lambda: _spelt(FAR, NEAR),
    ),
    ("nothing connects the periods; actors are matched", lambda: read_networks([FAR, NEAR]), lambda: _spelt(FAR, NEAR)),
    (
        "; the file has {} between its columns: read it with sep={}",
        lambda: Network.from_edges(pd.read_csv(io.StringIO("i;j\na;b\n")), "i", "j"),
        lambda: Network.from_edges(pd.read_csv(io.StringIO("i;j\na;b\n"), sep=";"), "i", "j").n_ties == 1,
    ),
    (
        "make them the same by .replace({})",
        lambda: Network.from_edges(_pairs(["Ann", "bob "]), "i", "j", actors=["Ann", "Bob"]),
        lambda: (
            Network.from_edges(_pairs(["Ann", "bob "]).replace({"bob ": "Bob"}), "i", "j", actors=["Ann", "Bob"]).n_ties
            == 1
        ),
    ),
    (
        "; of a file give pandas.read_csv(path, index_col=0)",
        lambda: Network.from_array("ties.csv"),
        lambda: Network.from_array(pd.read_csv(io.StringIO(",a,b\na,0,1\nb,0,0\n"), index_col=0)).n_ties == 1,
    ),
    (
        "; of a column for each name make a row of each name: frame.melt(id_vars=...).dropna()",
        lambda: Network.from_nominations(_WIDE, respondent="who", nominee=["first", "second"]),
        lambda: Network.from_nominations(_long(), respondent="who", nominee="value").n_ties == 3,
    ),
    (
        "keep one row of each, as .drop_duplicates() does",
        lambda: Network.from_nominations(_pairs(["a", "b"], ["a", "b"]), respondent="i", nominee="j"),
        lambda: (
            Network.from_nominations(
                _pairs(["a", "b"], ["a", "b"]).drop_duplicates(), respondent="i", nominee="j"
            ).n_ties
            == 1
        ),
    ),
    (
        "; pandas.read_csv(path) reads a file, pandas.DataFrame(rows, columns=[...]) makes one",
        lambda: Network.from_edges([("a", "b")], "i", "j"),
        lambda: Network.from_edges(pd.DataFrame([("a", "b")], columns=["i", "j"]), "i", "j").n_ties == 1,
    ),
    (
        "make one with pandas.DataFrame(attributes, index=actors)",
        lambda: Network.from_array(np.eye(2, k=1), attributes={"x": [1, 2]}),
        lambda: (
            Network.from_array(
                np.eye(2, k=1), list("ab"), attributes=pd.DataFrame({"x": [1, 2]}, index=list("ab"))
            ).n_ties
            == 1
        ),
    ),
    (
        "Network.from_edges reads a table",
        lambda: as_network([[0, 1], [1, 0]]),
        lambda: (
            as_network(np.asarray([[0, 1], [1, 0]])) is not None
            and Network.from_edges(TABLE[1:], "i", "j", directed=True).n_ties == 2
        ),
    ),
    (
        "of several periods or sites fit DynamicLatentPositionModel",
        lambda: as_network([ONES, ONES]),
        lambda: (
            len(DynamicLatentPositionModel(inference=MAP(1), random_state=1).fit([ONES, ONES]).networks_) == 2
            and len(DynamicLatentClusterModel(1, inference=MAP(1), random_state=1).fit([ONES, ONES]).networks_) == 2
            and Layers({"a": ONES, "b": ONES}).names == ("a", "b")
        ),
    ),
    (
        "layers[name] is the network of one kind of ties",
        lambda: as_network(LAYERS[0]),
        lambda: (
            LatentPositionModel(inference=MAP(1), random_state=1).fit(LAYERS[0]).layer("x").network_ == LAYERS[0]["x"]
        ),
    ),
    ("cannot set", lambda: setattr(ONES, "directed", False), lambda: not _net((0, 1, 1.0), directed=False).directed),
    ("cannot delete", lambda: delattr(ONES, "directed"), lambda: Network.from_array(np.eye(2, k=1)).n_ties == 1),
    (
        "use Network.from_networkx, from_igraph",
        lambda: Network(np.eye(2, k=1)),
        lambda: Network.from_array(np.eye(2, k=1)).n_ties == 1,
    ),
    (
        "and value='size' counts them",
        lambda: Network.from_edges(TABLE, "i", "j", directed=True),
        lambda: (
            Network.from_edges(
                TABLE.groupby(["i", "j"], as_index=False).size(), "i", "j", "size", directed=True
            ).ties.sum()
            == 3.0
        ),
    ),
    (
        "unknown what has only missing values",
        lambda: Network.from_edges(WORTH, "i", "j", "v", directed=True),
        lambda: (
            (
                network := Network.from_edges(
                    WORTH.groupby(["i", "j"], as_index=False)["v"].sum(min_count=1), "i", "j", "v", directed=True
                )
            ).ties.sum()
            == 7.0
            and network.observed.n_dyads == 5
        ),
    ),
    (
        "so pass directed=True if the two orders differ",
        lambda: Network.from_edges(TABLE, "i", "j", directed=False),
        lambda: (
            Network.from_edges(_one_row_each(TABLE), "i", "j", directed=False).n_ties == 1
            and Network.from_edges(TABLE[1:], "i", "j", directed=True).n_ties == 2
        ),
    ),
    (
        "is its index: give frame.reset_index()",
        lambda: Network.from_edges(TABLE.assign(v=1.0).groupby(["i", "j"]).sum(), "i", "j", "v"),
        lambda: (
            Network.from_edges(
                TABLE.assign(v=1.0).groupby(["i", "j"]).sum().reset_index(), "i", "j", "v", directed=True
            ).ties.sum()
            == 3.0
        ),
    ),
    (
        "frame must name only actors that are in actors=",
        lambda: Network.from_edges(TABLE, "i", "j", actors=["a", "c"]),
        lambda: Network.from_edges(TABLE[1:], "i", "j", actors=["a", "c", "b"], directed=True).n_actors == 3,
    ),
    ("merges parallel edges, and to count them", lambda: Network.from_networkx(MULTI), _counted),
    (
        "pass weight=None for ties of value 1",
        lambda: Network.from_networkx(GRAPH, weight="x"),
        lambda: Network.from_networkx(GRAPH, weight=None).ties.sum() == 4.0,
    ),
    (
        "to read them build the network with",
        lambda: Network.from_networkx(GRAPH),
        lambda: Network.from_networkx(GRAPH, weight="n_calls").ties.sum() == 12.0,
    ),
    (
        "count as unobserved dyads",
        lambda: Network.from_networkx(_gappy()),
        lambda: (
            Network.from_networkx(_filled(1.0)).ties.sum() == 10.0
            and _holes(Network.from_networkx(_filled(NAN))) == 1
            and Network.from_networkx(_gappy(), weight=None).ties.sum() == 6.0
        ),
    ),
    ("graph.simplify(combine_edges='sum')", _parallel, _simplified),
    (
        "tell them apart with prefix=",
        lambda: Network.from_incidence(np.eye(2), rows=list("ab"), columns=list("ac")),
        lambda: (
            Network.from_incidence(np.eye(2), rows=list("ab"), columns=list("ac"), prefix=("row ", "column ")).n_actors
            == 4
        ),
    ),
    (
        "for example numpy.fmax(array, array.T)",
        lambda: Network.from_array(ONE_SIDED, directed=False),
        lambda: (
            Network.from_array(np.fmax(ONE_SIDED, ONE_SIDED.T), directed=False).n_ties == 2
            and Network.from_array(ONE_SIDED, directed=True).n_ties == 3
        ),
    ),
    (
        "for a two-mode network use Network.from_incidence",
        lambda: Network.from_array(np.ones((2, 3))),
        lambda: Network.from_incidence(np.ones((2, 3))).n_ties == 6,
    ),
    (
        "reorder with frame[frame.index]",
        lambda: as_network(TURNED),
        lambda: as_network(TURNED[TURNED.index]).n_ties == 1,
    ),
    (
        "set frame.columns = frame.index",
        lambda: as_network(SQUARE),
        lambda: as_network(SQUARE.set_axis(SQUARE.index, axis=1)).n_ties == 2,
    ),
    (
        "add them to actors= if they belong to it",
        lambda: _lists(respondents=["a", "b"], actors=["a", "b"]),
        lambda: _lists(respondents=["a", "b"], actors=["a", "b", "c"]).n_ties == 3,
    ),
    ("for one network use LatentPositionModel", lambda: read_networks([ONES]), lambda: as_network(ONES) == ONES),
    (
        "a sequence of networks, a period each, or a mapping",
        lambda: read_networks(ONES),
        lambda: as_network(ONES) == ONES,
    ),
    (
        "use fit([first, second, ...])",
        lambda: read_networks({"first": ONES, "second": AGED}),
        lambda: read_networks([ONES, AGED]).sites is None,
    ),
    (
        "use NaN if that dyad was not observed",
        lambda: Network.from_array(_array((0, 1, np.inf))),
        lambda: _holes(_net((0, 1, NAN))) == 1,
    ),
    (
        "first value",
        lambda: Network.from_array(np.full((2, 2), "1")),
        lambda: Network.from_array(np.array([["0", "1"], ["0", "0"]]).astype(float)).n_ties == 1,
    ),
    (
        "convert it, for example with .astype(float)",
        lambda: Network.from_array(np.array([["0", "1"], ["0", "0"]])),
        lambda: Network.from_array(np.array([["0", "1"], ["0", "0"]]).astype(float)).n_ties == 1,
    ),
    (
        "take one number of each, for example their size, abs(values)",
        lambda: Network.from_array(PAIR * (3.0 + 4.0j)),
        lambda: Network.from_array(abs(PAIR * (3.0 + 4.0j))).ties.sum() == 5.0,
    ),
    (
        "(values - date) / numpy.timedelta64(1, 'D')",
        lambda: Network.from_array(np.datetime64("2020-01-01") + PAIR.astype("m8[D]")),
        lambda: (
            Network.from_array(_days(np.datetime64("2020-01-01") + PAIR.astype("m8[D]"))).ties.sum() == 1.0
            and (read_dyads(_days(_dates("UTC")), _net((0, 1, 1.0)), "x") == np.arange(16.0).reshape(4, 4)).sum() > 11
        ),
    ),
    (
        "for example values / numpy.timedelta64(1, 'D')",
        lambda: Network.from_array(PAIR.astype("m8[D]")),
        lambda: Network.from_array(PAIR.astype("m8[D]") / np.timedelta64(1, "D")).ties.sum() == 1.0,
    ),
    (
        "for example values['tie']",
        lambda: Network.from_array(np.ones((2, 2), dtype=[("tie", float), ("day", int)])),
        lambda: (
            Network.from_array(np.ones((2, 2), dtype=[("tie", float), ("day", int)])["tie"], self_ties="drop").n_ties
            == 1
        ),
    ),
    (
        "use numbers, and None or NaN for an unobserved dyad",
        lambda: Network.from_array(np.array([[0, "x"], [1, 0]], dtype=object)),
        lambda: _holes(Network.from_array(np.array([[0, None], [1, 0]], dtype=object), directed=True)) == 1,
    ),
    # families
    (
        "use family='ordinal' for grades such as -1, 0 and 1",
        lambda: Bernoulli().check(GRADES),
        lambda: _checked(Ordinal(), GRADES) and _checked(Gaussian(), GRADES),
    ),
    (
        "put NaN in place of codes such as 9",
        lambda: Bernoulli().check(COUNTS),
        lambda: (
            _checked(Poisson(), COUNTS)
            and _checked(Bernoulli(), _net((0, 1, 1.0), (1, 2, NAN)))
            and _checked(Bernoulli(), Network.from_networkx(_graph(weight=9.0), weight=None))
            and _checked(Bernoulli(), Network.from_edges(pd.DataFrame({"a": [1], "b": [2], "w": [9]}), "a", "b"))
        ),
    ),
    (
        "instead of its name give family=Binomial(trials=5)",
        lambda: Binomial().check(COUNTS),
        lambda: _checked(Binomial(trials=9), COUNTS) and _checked(Binomial(trials=np.full((4, 4), 9)), COUNTS),
    ),
    (
        "use family 'poisson' with an exposure for so many",
        lambda: Binomial(trials=1e300).check(ONES),
        lambda: _checked(Poisson(exposure=1e100), ONES),
    ),
    (
        "raise trials there, or use family 'poisson'",
        lambda: Binomial(trials=5).check(COUNTS),
        lambda: _checked(Binomial(trials=9), COUNTS) and _checked(Poisson(), COUNTS),
    ),
    (
        "use family 'gaussian' for real values, 'ordinal' for grades",
        lambda: NegativeBinomial().check(GRADES),
        lambda: _checked(Gaussian(), GRADES) and _checked(Ordinal(), GRADES),
    ),
    (
        "build the network without max_nominations=",
        lambda: observed_family(Poisson(), CAPPED, reciprocal=False),
        lambda: (
            observed_family(Bernoulli(), CAPPED, reciprocal=False)
            and observed_family(Poisson(), _lists(respondents=list("abc")), reciprocal=False)
        ),
    ),
    (
        "use Bernoulli(), or",
        lambda: observed_family(Bernoulli("probit"), ONES, reciprocal=True),
        lambda: (
            observed_family(Bernoulli(), ONES, reciprocal=True)
            and observed_family(Bernoulli("probit"), ONES, reciprocal=False)
        ),
    ),
    (
        "cannot be combined with Reciprocity()",
        lambda: observed_family(Bernoulli(), CAPPED, reciprocal=True),
        lambda: observed_family(Bernoulli(), CAPPED, reciprocal=False),
    ),
    (
        "leave out Reciprocity()",
        lambda: observed_family(Bernoulli(), CAPPED, reciprocal=True),
        lambda: observed_family(Bernoulli(), CAPPED, reciprocal=False),
    ),
    (
        "use family='bernoulli', or",
        lambda: observed_family(Poisson(), ONES, reciprocal=True),
        lambda: (
            observed_family(Bernoulli(), ONES, reciprocal=True) and observed_family(Poisson(), ONES, reciprocal=False)
        ),
    ),
    (
        "the list of everybody who could have been named",
        lambda: observed_family(Poisson(), NAMED, reciprocal=False),
        lambda: observed_family(Poisson(), _lists(respondents=["a", "b"], actors=list("abc")), reciprocal=False),
    ),
    (
        "the roster is taken as given",
        lambda: warn_of_roster(CAPPED),
        lambda: warn_of_roster(_lists(respondents=["a", "b"], actors=list("abc"), max_nominations=3)) is None,
    ),
    (
        "give the ties with their directions",
        lambda: observed_family(Bernoulli(), PAIRED, reciprocal=True),
        lambda: (
            observed_family(Bernoulli(), AGED, reciprocal=True)
            and observed_family(Bernoulli(), PAIRED, reciprocal=False)
        ),
    ),
    (
        "or give Priors(gaussian_variance_scale=...)",
        lambda: Gaussian().prior_defaults(Network.from_array(1.0 - np.eye(3)), Priors()),
        lambda: (
            Gaussian().prior_defaults(Network.from_array(1.0 - np.eye(3)), Priors(gaussian_variance_scale=1.0)) == {}
        ),
    ),
    (
        "give them, for example Ordinal(levels=[-1, 0, 1])",
        lambda: Ordinal().check(Network.from_array(np.zeros((3, 3)))),
        lambda: _checked(Ordinal(levels=[-1, 0, 1]), Network.from_array(np.zeros((3, 3)))),
    ),
    (
        "fit with Ordinal(levels=...) that has it",
        lambda: Ordinal().check_again(COUNTS, Ordinal().bind(GRADES, Priors()).data),
        lambda: (
            Ordinal(levels=[-1, 0, 1, 3, 9]).check_again(
                COUNTS, Ordinal(levels=[-1, 0, 1, 3, 9]).bind(GRADES, Priors()).data
            )
            is None
        ),
    ),
    (
        "or say that it is so by Ordinal(levels=...)",
        lambda: Ordinal().check(_many()),
        lambda: _checked(Ordinal(levels=range(200)), _many()),
    ),
    (
        "mark dyads that were never watched as unobserved (NaN)",
        lambda: Poisson(exposure=1.0 - _array((0, 1, 1.0))).check(ONES),
        lambda: _checked(Poisson(exposure=np.ones((4, 4))), _net((0, 1, NAN))),
    ),
    (
        "divide the values by a power of ten",
        lambda: Gaussian().check(LARGE),
        lambda: _checked(Gaussian(), _scaled(1e-299)),
    ),
    (
        "subtract their mean and divide them by their standard deviation",
        lambda: Gaussian().check(CLOSE),
        lambda: _checked(Gaussian(), _standard()),
    ),
    (
        "number the levels, for example -1, 0, 1",
        lambda: Ordinal().check(LARGE),
        lambda: _checked(Ordinal(), _scaled(1e-300)),
    ),
    (
        "add the level, or recode the tie",
        lambda: Ordinal(levels=[-1, 0]).check(GRADES),
        lambda: _checked(Ordinal(levels=[-1, 0, 1]), GRADES) and _checked(Ordinal(levels=[0, 1]), ONES),
    ),
    # effects
    (
        "say which by .astype(float) or .astype('category')",
        lambda: SenderCovariate("age").bind(_aged(object), 2),
        lambda: (
            SenderCovariate("age").bind(_aged(float), 2).names == ("sender(age)",)
            and len(SenderCovariate("age").bind(_aged("category"), 2).names) == 3
        ),
    ),
    (
        "use Homophily, or convert it with .astype(float)",
        lambda: AbsoluteDifference("text").bind(AGED, 2),
        lambda: (
            Homophily("text").bind(AGED, 2)
            and AbsoluteDifference("text").bind(
                _net((0, 1, 1.0), attributes=AGE.assign(text=AGE["text"].astype(float))), 2
            )
        ),
    ),
    (
        "use SocialityCovariate(",
        lambda: SenderCovariate("age").bind(PAIRED, 2),
        lambda: SocialityCovariate("age").bind(PAIRED, 2) and SenderCovariate("age").bind(AGED, 2),
    ),
    ("or read the network with directed=True", lambda: Sender().bind(PAIRED, 2), lambda: Sender().bind(AGED, 2)),
    (
        "has values of actors, which may be correlated: take Correlated({})",
        lambda: Shared(Sender()).check_bound(Sender().bind(AGED, 2)),
        lambda: Correlated(Sender()).check_bound(Sender().bind(AGED, 2)) is None,
    ),
    ("use Sociality()", lambda: Receiver().bind(PAIRED, 2), lambda: Sociality().bind(PAIRED, 2)),
    (
        "use Sender() and Receiver()",
        lambda: SenderReceiver().bind(Network.from_incidence(np.eye(3)), 2),
        lambda: (
            Sender().bind(Network.from_incidence(np.eye(3)), 2)
            and Receiver().bind(Network.from_incidence(np.eye(3)), 2)
        ),
    ),
    (
        "or a DataFrame with the labels of all actors",
        lambda: _joint(np.eye(4, k=1)),
        lambda: _joint([np.eye(4, k=1)] * 2) and _joint(pd.DataFrame(np.eye(4, k=1))),
    ),
    (
        "use SenderCovariate(",
        lambda: SocialityCovariate("x").bind(_events(), 2),
        lambda: SenderCovariate("x").bind(_events(), 2) and ReceiverCovariate("x").bind(_events(), 2),
    ),
]


def _joint(matrix: Any) -> Any:
    joined, presences = join_networks([[ONES, AGED]], None)
    return DyadCovariate(matrix, name="x").shared(presences).bind(joined, 2)


def _scaled(scale: float) -> Network:
    return Network.from_array(LARGE.ties.toarray() * scale, directed=True)


def _standard() -> Network:
    ties, off = CLOSE.ties.toarray(), ~np.eye(3, dtype=bool)
    return Network.from_array(np.where(off, (ties - ties[off].mean()) / ties[off].std(), 0.0), directed=True)


def _many() -> Network:
    return Network.from_array(np.triu(np.arange(196.0).reshape(14, 14), 1), directed=True)


def _days(values: Any) -> Any:
    date = values.min().min() if isinstance(values, pd.DataFrame) else values.min()
    return (values - date) / np.timedelta64(1, "D")


def _dates(zone: str) -> pd.DataFrame:
    days = pd.date_range("2020-01-01", periods=16, tz=zone)
    return pd.DataFrame({k: days[k::4] for k in range(4)})


def _aged(dtype: Any) -> Network:
    return _net((0, 1, 1.0), attributes=AGE.astype(object).astype({"age": dtype}))


def _events() -> Network:
    return Network.from_incidence(np.eye(3), attributes=pd.DataFrame({"x": np.arange(6.0)}))


def check_advice(key: str, provoke: Callable[[], Any], follow: Callable[[], Any]) -> None:
    """Check that a message with this text comes about, and that its advice works."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            provoke()
        except Exception as error:
            said = str(error)
        else:
            said = "\n".join(str(one.message) for one in caught)
    assert all(part in said for part in key.split("{}")), said
    found = follow()  # a warning is an error here
    assert found is True or found is np.True_ or (found is not False and bool(found is not None))


def _texts(tree: ast.Module) -> Iterator[str]:
    """Texts of a module that are no docstrings, with {} for what is filled in."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(one) for one in node.values if isinstance(one, ast.Constant))
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def check_rows(folders: Sequence[str], keys: Sequence[str], no_advice: Sequence[str]) -> None:
    """Check that every text of these folders of the package that names code has a row, and every row a text."""
    root = package_folder()
    patterns = ["*.py" if folder == "." else f"{folder}/**/*.py" for folder in folders]
    paths = sorted(path for pattern in patterns for path in root.glob(pattern))
    texts = [(path, text) for path in paths for text in _texts(ast.parse(path.read_text(encoding="utf-8")))]
    coded = [(path, text) for path, text in texts if " " in text.strip() and CODE.search(text)]
    advice = [f"{path.parent.name}/{path.name}: {text}" for path, text in coded]
    assert not [one for one in advice if not any(part in one for part in (*keys, *no_advice))]
    assert not [key for key in keys if not any(key in text for _, text in texts)]


@pytest.mark.parametrize(("key", "provoke", "follow"), ADVICE, ids=[key for key, _, _ in ADVICE])
def test_advice_is_given_and_works(key: str, provoke: Callable[[], Any], follow: Callable[[], Any]) -> None:
    check_advice(key, provoke, follow)


def test_every_advice_has_a_row_and_every_row_a_message() -> None:
    keys = [key for key, _, _ in ADVICE]
    check_rows(FOLDERS, keys, NO_ADVICE)
