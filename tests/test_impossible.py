"""Dyads that cannot be tied, and limits on names that differ between respondents."""

from __future__ import annotations

import pickle
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import latentnet
from latentnet import LatentPositionModel, Network
from latentnet.effects import Reciprocity, Sociality
from latentnet.network import fully_observed, replayed
from latentnet.network.joined import join_networks
from tests.network_checks import NAN, raises

ACTORS = list("abcdefgh")


def _array(seed: int = 1, *, symmetric: bool = False) -> np.ndarray:
    array = (np.random.default_rng(seed).random((8, 8)) < 0.4).astype(float)
    array = np.maximum(array, array.T) if symmetric else array
    np.fill_diagonal(array, 0.0)
    return array


def _never(*, symmetric: bool = False) -> np.ndarray:
    """A group of three whose members cannot be tied to each other, and a dyad beside."""
    never = np.zeros((8, 8), dtype=bool)
    never[:3, :3] = True
    never[5, 6] = True
    never[6, 5] = symmetric
    np.fill_diagonal(never, False)
    return never


def _network(*, symmetric: bool = False, **options: Any) -> Network:
    never = _never(symmetric=symmetric)
    array = np.where(never, 0.0, _array(symmetric=symmetric))
    return Network.from_array(array, ACTORS, not symmetric, impossible=never, **options)


@pytest.mark.parametrize("symmetric", [False, True])
def test_impossible_dyads_are_neither_observed_nor_missing_data(symmetric: bool) -> None:
    never, network = _never(symmetric=symmetric), _network(symmetric=symmetric)
    halves = 2 if symmetric else 1
    np.testing.assert_array_equal(network.impossible.toarray(), never)
    assert network.observed.n_dyads == network.observed.n_dyads_possible == (56 - never.sum()) // halves
    np.testing.assert_array_equal(network.observed.toarray(), ~never & ~np.eye(8, dtype=bool))
    assert (network.coverage()["share_observed"] == 1.0).all()
    assert f"observed=all {(56 - never.sum()) // halves} dyads, {never.sum() // halves} impossible" in repr(network)
    assert pickle.loads(pickle.dumps(network)) == network
    plain = Network.from_array(np.where(never, NAN, network.ties.toarray()), ACTORS, not symmetric)
    assert plain != network
    assert plain.observed.n_dyads == network.observed.n_dyads
    held_out = network.with_unobserved([("a", "e"), ("a", "b")])
    np.testing.assert_array_equal(held_out.impossible.toarray(), never)
    assert held_out.observed.n_dyads == network.observed.n_dyads - 1
    assert fully_observed(held_out).observed == network.observed


def test_every_constructor_takes_them_in_every_form() -> None:
    never, network = _never(), _network()
    array = network.ties.toarray()
    pairs = [(ACTORS[i], ACTORS[j]) for i, j in np.argwhere(never)]
    frame = pd.DataFrame(never, index=ACTORS, columns=ACTORS).iloc[::-1, ::-1]
    for form in (never, sparse.csr_array(never), sparse.coo_matrix(never.astype(int)), frame, pairs, np.array(pairs)):
        assert Network.from_array(array, ACTORS, True, impossible=form) == network
    graph = nx.DiGraph()
    graph.add_nodes_from(ACTORS)
    graph.add_edges_from((ACTORS[i], ACTORS[j]) for i, j in np.argwhere(array))
    assert Network.from_networkx(graph, impossible=pairs) == network
    table = pd.DataFrame([(ACTORS[i], ACTORS[j]) for i, j in np.argwhere(array)], columns=["i", "j"])
    assert Network.from_edges(table, "i", "j", actors=ACTORS, directed=True, impossible=pairs) == network
    lists = Network.from_nominations(
        table, respondent="i", nominee="j", respondents=ACTORS, actors=ACTORS, impossible=pairs
    )
    assert lists.observed == network.observed
    two_mode = [
        Network.from_incidence([[1, 0], [0, 1]], rows=["r", "s"], columns=["x", "y"], impossible=form)
        for form in (np.array([[False, True], [False, False]]), [("r", "y")])
    ]
    assert two_mode[0] == two_mode[1]
    assert two_mode[0].observed.n_dyads == 3
    undirected = _network(symmetric=True)
    one_way = [(ACTORS[i], ACTORS[j]) for i, j in np.argwhere(np.triu(_never(symmetric=True)))]
    assert Network.from_array(undirected.ties, ACTORS, False, impossible=one_way) == undirected
    igraph = pytest.importorskip("igraph")
    drawn = igraph.Graph(n=8, edges=np.argwhere(array).tolist(), directed=True, vertex_attrs={"name": ACTORS})
    assert Network.from_igraph(drawn, impossible=never) == network


@pytest.mark.parametrize(
    ("impossible", "error", "fragments"),
    [
        ([("a", "d")], ValueError, ("dyads without a tie", "from 'a' to 'd' (value 1)", "leave these dyads out")),
        ([("a", "z")], KeyError, ("'z' is not among",)),
        ([("a", "a")], ValueError, ("impossible must join two actors",)),
        (["ab"], ValueError, ("impossible must be (sender, receiver) pairs",)),
        (5, TypeError, ("impossible must be a sequence",)),
        (np.zeros((3, 3), dtype=bool), ValueError, ("impossible must have shape (8, 8)",)),
        (np.full((8, 8), 2), ValueError, ("true where a dyad cannot be tied", "value 2", "array > 0")),
        (np.full((8, 8), NAN), ValueError, ("value nan",)),
    ],
)
def test_what_cannot_be_impossible(impossible: Any, error: type[Exception], fragments: tuple[str, ...]) -> None:
    array = _array()
    array[0, 3] = 1.0
    with raises(error, *fragments):
        Network.from_array(array, ACTORS, True, impossible=impossible)


def test_impossible_is_symmetric_where_the_network_is() -> None:
    array = np.zeros((8, 8))
    with raises(ValueError, "impossible must be symmetric", "impossible | impossible.T"):
        Network.from_array(array, impossible=_never())
    assert Network.from_array(array, impossible=_never() | _never().T).impossible.nnz == 8


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("effects", [(), (Sociality(),)])
def test_they_are_predicted_as_0_and_never_simulated(symmetric: bool, effects: tuple[Any, ...], tmp_path: Any) -> None:
    never, network = _never(symmetric=symmetric), _network(symmetric=symmetric)
    model = LatentPositionModel(effects=effects, inference="map", random_state=1).fit(network)
    for found in (model.predict(), model.predict_proba()):
        assert (found[never] == 0.0).all()
        assert (found[~never & ~np.eye(8, dtype=bool)] > 0.0).all()
    eta = model.linear_predictor()
    np.testing.assert_array_equal(np.isnan(eta), never | np.eye(8, dtype=bool))
    assert model.predict([("a", "b"), ("a", "e")])[0] == 0.0
    assert model.predict([("a", "b"), ("a", "e")])[1] > 0.0
    assert np.isnan(model.linear_predictor([("a", "b")])[0])
    for observed in (False, True):
        for drawn in model.simulate(20, random_state=2, observed=observed):
            assert not (drawn.ties.toarray() != 0)[never].any()
            assert drawn.observed == network.observed
    model.save(tmp_path / "model")
    again = latentnet.load(tmp_path / "model")
    assert again.network_ == network
    np.testing.assert_array_equal(again.predict(), model.predict())
    assert model.score(network) == model.score(Network.from_array(network.ties, ACTORS, not symmetric))
    tied = network.ties.toarray()
    tied[0, 1] = tied[1, 0] = 1.0
    with raises(ValueError, "impossible must be dyads without a tie", "from 'a' to 'b'"):
        model.score(Network.from_array(tied, ACTORS, not symmetric))


def test_the_likelihood_is_that_of_unobserved_dyads() -> None:
    network, never = _network(), _never()
    plain = Network.from_array(np.where(never, NAN, network.ties.toarray()), ACTORS, True)
    fits = [LatentPositionModel(inference="map", random_state=1).fit(one) for one in (network, plain)]
    np.testing.assert_array_equal(fits[0].positions_, fits[1].positions_)
    assert fits[0].score(network) == fits[1].score(network)


def test_a_pair_of_which_half_is_impossible_has_no_reciprocity() -> None:
    with raises(ValueError, "Reciprocity()", "only one direction is impossible", "leave it out"):
        Reciprocity().bind(_network(), 2)
    both = np.where(_never(symmetric=True), 0.0, _array())
    whole = Network.from_array(both, ACTORS, True, impossible=_never(symmetric=True))
    assert Reciprocity().bind(whole, 2).size == 0


def test_joined_networks_and_replays_keep_them() -> None:
    network = _network()
    joined, presences = join_networks([[network, network]], None)
    first = presences.of_network(0)
    np.testing.assert_array_equal(joined.impossible.toarray()[np.ix_(first, first)], _never())
    assert joined.observed.n_dyads == 2 * network.observed.n_dyads
    again = replayed(network, sparse.csr_array(np.ones((8, 8))))
    assert not again.ties.toarray()[_never()].any()


# ---- limits by respondent

NAMES = pd.DataFrame({"who": list("aabbbc"), "whom": list("bcacdd")})


def _lists(limits: Any) -> Network:
    return Network.from_nominations(
        NAMES, respondent="who", nominee="whom", max_nominations=limits, actors=list("abcde"), respondents=list("abcd")
    )


def test_limits_by_respondent(tmp_path: Any) -> None:
    limits = {"a": 2, "b": 4, "c": 1, "d": 2}
    network = _lists(limits)
    assert network == _lists(pd.Series(limits)[::-1])
    assert network.max_nominations.to_dict() == limits
    assert network.list_full.tolist() == [True, False, True, False, False]
    assert network.coverage()["list_full"].tolist() == network.list_full.tolist()
    assert "at most 1 to 4 names each" in repr(network)
    assert pickle.loads(pickle.dumps(network)) == network
    assert network != _lists(4)
    assert _lists(dict.fromkeys("abcd", 3)) == _lists(3)
    assert _lists(3).max_nominations == 3
    everything = sparse.csr_array(np.where(np.eye(5), 0.0, np.tile(np.arange(1.0, 6.0), (5, 1))))
    assert replayed(network, everything).n_nominations.tolist() == [2, 4, 1, 2, 0]
    hidden = network.with_unobserved([("b", other) for other in "acde"])
    assert hidden.max_nominations.to_dict() == {"a": 2, "c": 1, "d": 2}
    model = LatentPositionModel(inference="prior", random_state=1).fit(hidden)
    model.save(tmp_path / "model")
    assert latentnet.load(tmp_path / "model").network_ == hidden


@pytest.mark.parametrize(
    ("limits", "fragments"),
    [
        ({"a": 2, "b": 4, "c": 1}, ("a limit for every respondent", "'d'", "the number of actors")),
        ({"a": 2, "b": 4, "c": 1, "d": 0}, ("max_nominations of 'd'", "at least 1")),
        ({"a": 2, "b": 4, "c": 1, "d": 1.5}, ("max_nominations of 'd'", "1.5")),
        ({"a": 2, "b": 2, "c": 1, "d": 2}, ("allowed, 2, but 'b' gave 3",)),
        (pd.Series({1: 2}), ("lacks 'a', 'b', 'c', 'd'",)),
    ],
)
def test_bad_limits(limits: Any, fragments: tuple[str, ...]) -> None:
    with raises(ValueError, *fragments):
        _lists(limits)


def test_waves_with_different_limits_are_joined() -> None:
    joined, presences = join_networks([[_lists(3), _lists({"a": 2, "b": 4, "c": 1, "d": 2})]], None)
    found = joined._parts.nominations.limits
    assert found[presences.of_network(0)].tolist() == [3, 3, 3, 3, 0]
    assert found[presences.of_network(1)].tolist() == [2, 4, 1, 2, 0]
