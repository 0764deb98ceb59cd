"""Networks of nominations: reading lists of names, what is known of them, hiding, replaying, misspelt names."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import random
import warnings
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from latentnet._exceptions import LatentnetWarning
from latentnet.files.archive import Allowance, ArrayStore, read_archive, write_archive
from latentnet.files.networks import decode_network, encode_network
from latentnet.files.values import Classes, Source
from latentnet.network import Network, as_network, fully_observed, replayed, with_ties
from latentnet.study import near_duplicates
from tests.network_checks import DIRECTED, INCIDENCE, NAN, UNDIRECTED, raises

ROWS = [("Ann", "Bob", 2), ("Ann", "Cy", 1), ("Bob", "Cy", 1), ("Eve", "Ann", 1)]
FRAME = pd.DataFrame(ROWS, columns=["who", "whom", "place"], index=list("pqrs"))
ALL = ["Ann", "Bob", "Cy", "Di", "Eve", "Flo"]


def read(rows: Any = FRAME, **changes: Any) -> Network:
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=["who", "whom", "place"])
    return Network.from_nominations(frame, **{"respondent": "who", "nominee": "whom", **changes})


def ranked(**changes: Any) -> Network:
    """Ann's list is full, Di was asked and named nobody, Cy and Flo were not asked."""
    asked = {"respondents": ["Ann", "Bob", "Eve", "Di"], "max_nominations": 2, "rank": "place", "actors": ALL}
    return read(**(asked | changes))


# ---- reading


def test_rows_of_those_who_were_asked_are_observed():
    network = read(max_nominations=2)
    assert network.actors.tolist() == ["Ann", "Bob", "Cy", "Eve"]
    assert network.directed
    assert not network.two_mode
    np.testing.assert_array_equal(network.ties.toarray(), [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    observed = ~np.eye(4, dtype=bool)
    observed[2] = False
    np.testing.assert_array_equal(network.observed.toarray(), observed)
    assert network.respondents.tolist() == ["Ann", "Bob", "Eve"]
    assert network.max_nominations == 2
    assert network.n_nominations.tolist() == [2, 1, 0, 1]
    assert network.ranks is None
    assert network.choice_set == "named"
    assert network.named_only.tolist() == [False, False, True, False]


def test_everyone_who_was_asked_is_an_actor():
    network = read(respondents=["Di", "Ann", "Bob", "Eve"])
    assert network.actors.tolist() == ["Ann", "Bob", "Cy", "Eve", "Di"]
    assert network.respondents.tolist() == ["Ann", "Bob", "Eve", "Di"]
    assert network.max_nominations is None
    assert network.n_nominations.tolist() == [2, 1, 0, 1, 0]
    # asked, so in the data whether named or not
    assert network.named_only.tolist() == [False, False, True, False, False]


def test_a_given_choice_set_keeps_its_order_and_those_whom_nobody_named():
    network = ranked()
    assert network.actors.tolist() == ALL
    assert network.choice_set == "given"
    assert not network.named_only.any()
    assert network.n_nominations.tolist() == [2, 1, 0, 0, 1, 0]
    expected = np.zeros((6, 6))
    expected[0, 1], expected[0, 2], expected[1, 2], expected[4, 0] = 2, 1, 1, 1
    np.testing.assert_array_equal(network.ranks.toarray(), expected)
    assert network.ranks.dtype == np.float64
    np.testing.assert_array_equal(network.ranks.indices, network.ties.indices)


def test_nobody_is_there_for_having_been_named_where_all_were_asked():
    network = read([("a", "b", 1), ("b", "a", 1)])
    assert network.choice_set == "given"
    assert network.observed.asked.all()
    assert network.respondents.tolist() == ["a", "b"]


def test_nobody_need_have_named_anybody():
    network = read([], respondents=["a", "b"], max_nominations=3, rank="place")
    assert network.n_ties == 0
    assert network.n_nominations.tolist() == [0, 0]
    assert network.ranks.nnz == 0
    assert network.choice_set == "given"


def test_attributes_and_labels_of_other_types():
    frame = pd.DataFrame({"who": [1, 1, 2], "whom": [2, 3, 3]})
    attributes = pd.DataFrame({"age": [30, 20, 10]}, index=[3, 2, 1])
    network = read(frame, attributes=attributes, max_nominations=np.int64(2))
    assert [type(label) for label in network.actors] == [int, int, int]
    assert network.attributes["age"].tolist() == [10, 20, 30]
    assert type(network.max_nominations) is int
    tuples = read([(("a", 1), ("b", 2), 1)])
    assert tuples.respondents.tolist() == [("a", 1)]
    categories = pd.DataFrame(ROWS, columns=["who", "whom", "place"]).astype({"who": "category", "whom": "string"})
    assert read(categories) == read()


def test_the_order_of_rows_does_not_count():
    shuffled = FRAME.sample(frac=1, random_state=1)
    assert ranked() == Network.from_nominations(
        shuffled,
        respondent="who",
        nominee="whom",
        rank="place",
        respondents=["Di", "Eve", "Bob", "Ann"],
        max_nominations=2,
        actors=ALL,
    )


def test_names_of_others_count_towards_the_limit_and_are_left_out_with_a_warning():
    with pytest.warns(LatentnetWarning, match=r"(?s)names 1 person who is not in actors=: 'Cy'.*actors=") as caught:
        network = ranked(actors=["Ann", "Bob", "Di", "Eve"])
    assert caught[0].filename == __file__
    assert network.actors.tolist() == ["Ann", "Bob", "Di", "Eve"]
    assert network.n_ties == 2
    assert network.n_nominations.tolist() == [2, 1, 0, 1]
    assert network.coverage()["list_full"].tolist() == [True, False, False, False]
    # the second name stays the second
    assert network.ranks.toarray()[0].tolist() == [0, 2, 0, 0]
    many = [("a", f"x{k}", k) for k in range(9)]
    with pytest.warns(LatentnetWarning, match=r"9 people who are not in actors=: 'x0', .*, 'x8'; these"):
        read(many, actors=["a", "b"])


@pytest.mark.parametrize(
    ("rows", "changes", "fragments"),
    [
        (FRAME, {"nominee": "x"}, ("nominee must name a column of frame, got 'x'", "'who', 'whom', 'place'")),
        (FRAME, {"nominee": "who"}, ("respondent, nominee must name different columns",)),
        (FRAME, {"rank": "whom"}, ("different columns",)),
        (FRAME, {"rank": "x"}, ("rank must name a column",)),
        (FRAME, {"max_nominations": 0}, ("max_nominations", "at least 1", "is 0")),
        (FRAME, {"max_nominations": True}, ("max_nominations", "is True")),
        (FRAME, {"max_nominations": 2.0}, ("max_nominations", "is 2.0")),
        (FRAME, {"max_nominations": 1}, ("'Ann' gave 2", "too many: 1", "drop the names")),
        (
            FRAME,
            {"respondents": ["Ann", "Eve"]},
            ("respondents", "'Bob' named people and is not in it", "row 'r'", "add"),
        ),
        (FRAME, {"respondents": ["Ann", "Ann"]}, ("respondents must be unique", "'Ann'")),
        (FRAME, {"actors": ["Ann", "Bob", "Cy"]}, ("actors must have all respondents", "'Eve' is not", "add them")),
        (FRAME, {"actors": ALL, "respondents": ["Ann", "Bob", "Eve", "Gus"]}, ("'Gus' is not",)),
        (FRAME, {"attributes": pd.DataFrame(index=["Ann"])}, ("attributes", "lacks 'Bob', 'Cy', 'Eve'")),
        ([("a", "b", 1), ("c", "c", 1)], {}, ("'c' does in row 1", "kind: 1", "drop it")),
        ([("a", "b", 1), ("a", "c", 2), ("a", "b", 3)], {}, ("'a' names 'b' in row 0 and again in row 2", "keep one")),
        ([("a", None, 1)], {}, ("column 'whom'", "None in row 0", "drop the row", "respondents=")),
        ([("a", "b", 1), ("c", NAN, 1)], {}, ("nan in row 1", "respondents=")),
        ([("a", "b", 1), ("c", " ", 1)], {}, ("' ' in row 1",)),
        ([("", "b", 1)], {}, ("column 'who'", "'' in row 0", "say who gave that name")),
        ([], {}, ("nobody was asked", "respondents=")),
        ([], {"respondents": ["a"]}, ("at least 2 actors",)),
        ([("a", "b", 1), ("a", "c", 3)], {"rank": "place"}, ("'place'", "gaps", "of 'a' are 1, 3; number them 1 to 2")),
        ([("a", "b", 1), ("c", "d", 2), ("c", "a", 2)], {"rank": "place"}, ("of 'c' are 2, 2",)),
        ([("a", "b", 1), ("a", "c", 1), ("a", "d", 4)], {"rank": "place"}, ("of 'a' are 1, 1, 4",)),
        ([("a", "b", NAN)], {"rank": "place"}, ("of 'a' are nan",)),
        ([("a", "b", "first")], {"rank": "place"}, ("of 'a' are 'first'",)),
        ([("a", "b", 0), ("a", "c", 1)], {"rank": "place"}, ("of 'a' are 0, 1",)),
        ([("a", "b", 1.5)], {"rank": "place"}, ("of 'a' are 1.5",)),
    ],
)
def test_bad_lists_are_refused_by_name(rows, changes, fragments):
    with raises(ValueError, *fragments):
        read(rows, **changes)


def test_bad_types():
    with raises(TypeError, "frame must be a pandas DataFrame", "but is ["):
        Network.from_nominations(ROWS, respondent="who", nominee="whom")
    with raises(TypeError, "respondents must be a sequence", "'Ann'"):
        read(respondents="Ann")


# ---- other networks


def test_networks_of_other_kinds_have_no_design():
    for network in (Network.from_array(DIRECTED), Network.from_array(UNDIRECTED), Network.from_incidence(INCIDENCE)):
        assert network.max_nominations is None
        assert network.n_nominations is None
        assert network.ranks is None
        assert network.choice_set == "given"
        assert network.named_only.tolist() == [False] * network.n_actors
        assert "asked" not in repr(network)
    assert Network.from_array(DIRECTED).respondents.tolist() == [0, 1, 2]
    assert Network.from_array(UNDIRECTED).respondents.tolist() == [0, 1, 2, 3]
    assert Network.from_incidence(INCIDENCE).respondents.tolist() == [0, 1]


def test_the_southern_women_are_a_two_mode_network():
    network = as_network(nx.davis_southern_women_graph())
    assert network.two_mode
    assert (network.n_actors, network.n_ties, network.observed.n_dyads) == (32, 89, 18 * 14)
    assert network.respondents.tolist() == network.actors[:18].tolist()
    assert network.coverage().loc["E8", "times_named"] == 14


# ---- what is known


def test_repr_says_who_was_asked_and_how():
    assert repr(ranked()) == (
        "Network(n_actors=6, n_ties=4, directed, density=0.2, observed=66.7% of 30 dyads, 4 of 6 asked, "
        "at most 2 names each, ranked, choice_set='given', attributes=[])"
    )
    assert "3 of 4 asked, any number of names, choice_set='named': conditions on 1 un-asked having been named" in repr(
        read()
    )
    assert "at most 1 name each" in repr(read([("a", "b", 1)], max_nominations=1))


def test_coverage_by_actor():
    table = ranked().coverage()
    assert table.index.tolist() == ALL
    assert table.index.name == "actor"
    assert list(table) == ["asked", "names_given", "list_full", "times_named", "share_observed"]
    assert table["asked"].tolist() == [True, True, False, True, True, False]
    assert table["names_given"].tolist() == [2, 1, 0, 0, 1, 0]
    assert table["list_full"].tolist() == [True, False, False, False, False, False]
    assert table["times_named"].tolist() == [1, 1, 2, 0, 0, 0]
    assert not read().coverage()["list_full"].any()


@pytest.mark.parametrize(
    "network",
    [
        ranked(),
        ranked().with_unobserved([("Ann", "Cy"), ("Bob", "Flo"), ("Cy", "Ann")]),
        Network.from_array(DIRECTED),
        Network.from_array(UNDIRECTED),
        Network.from_incidence(INCIDENCE),
        Network.from_incidence([[1, NAN, 0], [NAN, NAN, NAN]]),
    ],
    ids=["nominations", "hidden", "directed", "undirected", "two-mode", "two-mode, row unobserved"],
)
def test_share_observed_counts_dyads_one_by_one(network):
    mask, possible = network.observed.toarray(), fully_observed(network).observed.toarray()
    shares = []
    for i in range(network.n_actors):
        dyads = {(i, j) for j in range(network.n_actors)} | {(j, i) for j in range(network.n_actors)}
        dyads = {dyad for dyad in dyads if possible[dyad]}
        shares.append(np.mean([mask[dyad] for dyad in dyads]))
    np.testing.assert_allclose(network.coverage()["share_observed"], shares)


# ---- copies, equality, hiding


def test_copies_keep_the_design_and_are_write_protected():
    network = ranked()
    for again in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network), copy.copy(network)):
        assert again == network
        assert hash(again) == hash(network)
        assert repr(again) == repr(network)
        with pytest.raises(ValueError, match="read-only"):
            again.n_nominations[0] = 5
        with pytest.raises(ValueError, match="read-only"):
            again.ranks.data[0] = 5
    named = pickle.loads(pickle.dumps(read()))
    with pytest.raises(ValueError, match="read-only"):
        named.named_only[0] = True


def test_networks_of_other_designs_differ():
    swapped = FRAME.assign(place=[1, 2, 1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        extra = pd.concat([FRAME, pd.DataFrame([("Bob", "Zoe", 2)], columns=list(FRAME))])
        others = [
            ranked(),
            ranked(max_nominations=3),
            ranked(max_nominations=None),
            ranked(rank=None),
            ranked(rows=swapped),
            ranked(rows=extra),
            ranked(respondents=["Ann", "Bob", "Eve"]),
        ]
    for first, second in itertools.combinations(others, 2):
        assert first != second
    order = ["Ann", "Bob", "Cy", "Eve"]
    assert read() != read(actors=order)
    assert read() == read()
    edges = Network.from_array(np.where([[1], [1], [0], [1]], read().ties.toarray(), NAN), actors=order)
    assert edges.observed == read().observed
    assert edges != read()


@pytest.mark.parametrize("places", [[1, 2, 2, 4], [1, 2, 2, 3], [1, 2.5, 2.5, 4], ["1", "2", "2", "4"]])
def test_tied_names_share_the_first_of_their_places(places, tmp_path):
    rows = [("a", name, place) for name, place in zip("bcde", places, strict=True)]
    network = read(rows, respondents=["a", "b"], max_nominations=4, rank="place", actors=list("abcde"))
    assert network.ranks.toarray()[0].tolist() == [0, 1, 2, 2, 4]
    assert replayed(network, network.ranks) == network
    hidden = network.with_unobserved([("a", "c")])
    assert hidden.ranks.toarray()[0].tolist() == [0, 1, 0, 2, 4]


def test_as_many_names_as_you_like_share_the_first_rank_but_eight_any_other():
    tied = [("a", f"b{k}", 1) for k in range(9)] + [("a", "z", 10)]
    assert read(tied, rank="place").ranks.toarray().max() == 10
    with raises(ValueError, "'place'", "at most 8 names", "'a' gave 9 names rank 2", "tell some of them apart"):
        read([("a", "z", 1), *(("a", f"b{k}", 2) for k in range(9))], rank="place")


def test_hidden_dyads_take_their_ranks_along():
    network = ranked().with_unobserved([("Ann", "Cy"), ("Bob", "Flo")])
    assert network.n_ties == 3
    assert network.ranks.nnz == 3
    assert network.ranks[0, 1] == 2  # still the second name
    np.testing.assert_array_equal(network.ranks.indices, network.ties.indices)
    assert network.n_nominations.tolist() == [2, 1, 0, 0, 1, 0]  # the name was given, if hidden
    assert network.max_nominations == 2
    assert network.coverage()["list_full"].tolist() == [True, False, False, False, False, False]


def test_a_row_that_is_all_hidden_was_still_asked_for():
    network = read(max_nominations=2).with_unobserved([("Ann", other) for other in ("Bob", "Cy", "Eve")])
    assert network.respondents.tolist() == ["Bob", "Eve"]
    assert network.n_nominations.tolist() == [0, 1, 0, 1]
    # Ann is in the data for having been asked
    assert network.named_only.tolist() == [False, False, True, False]
    assert network.choice_set == "named"


def test_predictions_are_of_ties_without_limit():
    for network in (fully_observed(ranked()), with_ties(ranked(), ranked().ties), fully_observed(read())):
        assert network.observed.share == 1.0
        assert network.max_nominations is None
        assert network.n_nominations is None
        assert network.ranks is None
        assert network.choice_set == "given"
    np.testing.assert_array_equal(fully_observed(ranked()).ties.toarray(), ranked().ties.toarray())


# ---- replays


def _replayed_one_by_one(pattern: Network, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ties, ranks and numbers of names, one respondent after the other, from the definition."""
    n, mask, seen = pattern.n_actors, pattern.observed.toarray(), pattern.ties.toarray()
    ties, places, counts = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n)
    asked = set(pattern.respondents)
    for i in range(n):
        if pattern.actors[i] not in asked:
            continue
        taken = int(pattern.n_nominations[i] - seen[i].sum())
        liked = sorted((ranks[i, j], j) for j in range(n) if mask[i, j] and ranks[i, j] > 0)
        if pattern.max_nominations is not None:
            liked = liked[: pattern.max_nominations - taken]
        for place, (_, j) in enumerate(liked, start=1):
            ties[i, j], places[i, j] = 1, place
        counts[i] = taken + len(liked)
    return ties, places, counts


def _utility_ranks(rng: np.random.Generator, n: int) -> np.ndarray:
    """Ranks of random utilities among those above 0, row by row."""
    utilities = rng.normal(0.3, 1.0, (n, n))
    np.fill_diagonal(utilities, -1.0)
    order = (-utilities).argsort(axis=1).argsort(axis=1) + 1
    return np.where(utilities > 0, order, 0)


@pytest.mark.parametrize("cap", [None, 2, 3])
@pytest.mark.parametrize("order", [None, "place"])
def test_a_replay_is_what_the_interviews_would_have_recorded(cap, order):
    rng = np.random.default_rng(1)
    n = 9
    rows = [(i, int(j), k) for i in range(5) for k, j in enumerate(rng.permutation(np.delete(np.arange(n), i))[:2], 1)]
    rows.append((5, 77, 1))
    with pytest.warns(LatentnetWarning, match="77"):
        pattern = read(rows, respondents=range(7), actors=range(n), max_nominations=cap, rank=order)
    pattern = pattern.with_unobserved([(rows[0][0], rows[0][1]), (2, 8), (8, 2), (3, 7)])
    for _ in range(20):
        ranks = _utility_ranks(rng, n)
        again = replayed(pattern, sparse.csr_array(ranks))
        ties, places, counts = _replayed_one_by_one(pattern, ranks)
        np.testing.assert_array_equal(again.ties.toarray(), ties)
        np.testing.assert_array_equal(again.n_nominations, counts)
        assert again.observed == pattern.observed
        assert again.max_nominations == cap
        assert again.choice_set == pattern.choice_set
        if order is None:
            assert again.ranks is None
        else:
            np.testing.assert_array_equal(again.ranks.toarray(), places)
        assert cap is None or again.n_nominations.max() <= cap
        # what a replay recorded, it records again
        assert replayed(again, again.ranks if order else again.ties) == again


def test_a_full_list_with_a_hidden_name_stays_as_short():
    pattern = ranked().with_unobserved([("Ann", "Cy")])  # one of Ann's two names is hidden
    everyone = np.tile(np.arange(1, 7), (6, 1))
    np.fill_diagonal(everyone, 0)
    again = replayed(pattern, sparse.csr_array(everyone))
    assert again.ties.toarray()[0].tolist() == [0, 1, 0, 0, 0, 0]
    assert again.n_nominations.tolist() == [2, 2, 0, 2, 2, 0]
    assert again.ties.toarray()[5].sum() == 0


def test_a_replay_keeps_those_whom_it_leaves_unnamed():
    again = replayed(read(), sparse.csr_array((4, 4)))
    assert again.actors.tolist() == read().actors.tolist()
    assert again.choice_set == "named"
    assert again.n_ties == 0


def test_networks_without_lists_are_replayed_too():
    pattern = Network.from_array(DIRECTED)
    again = replayed(pattern, sparse.csr_array(np.tile([1, 2, 3, 4], (4, 1))))
    np.testing.assert_array_equal(again.ties.toarray(), pattern.observed.toarray())
    assert again.n_nominations is None
    with raises(ValueError, "pattern must be a directed network", "undirected"):
        replayed(Network.from_array(UNDIRECTED), sparse.csr_array((4, 4)))
    with raises(ValueError, "ranks must have shape (4, 4)", "got (3, 3)"):
        replayed(pattern, sparse.csr_array((3, 3)))


# ---- files


def _stored(network: Network, path: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    store = ArrayStore()
    content = encode_network(network, store)
    write_archive(path, {"network": content}, store.arrays)
    read_content, arrays, _ = read_archive(path)
    return read_content["network"], arrays


def _restored(content: dict[str, Any], arrays: dict[str, np.ndarray]) -> Network:
    return decode_network(json.loads(json.dumps(content)), Source(arrays, Classes({}, {}), Allowance(0)))


@pytest.mark.parametrize(
    "network",
    [
        read(),
        ranked(),
        ranked(rank=None, max_nominations=None),
        ranked().with_unobserved([("Ann", "Cy"), ("Bob", "Flo")]),
        read(rank="place", max_nominations=7),
        read(max_nominations=2, rank="place").with_unobserved([("Ann", other) for other in ("Bob", "Cy", "Eve")]),
        read([], respondents=["a", "b"], max_nominations=3, rank="place"),
        read([("a", "b", 1), ("a", "c", 2), ("a", "d", 2)], rank="place").with_unobserved([("a", "c")]),
        Network.from_array(DIRECTED),
    ],
    ids=["named", "ranked", "no limit", "hidden", "named, ranked", "hidden row", "empty", "tied", "no lists"],
)
def test_files_hold_the_design(network, tmp_path):
    again = _restored(*_stored(network, tmp_path / "file"))
    assert again == network
    assert repr(again) == repr(network)
    if network.ranks is not None:
        np.testing.assert_array_equal(again.ranks.toarray(), network.ranks.toarray())


def test_files_of_the_first_version_say_nothing_of_lists(tmp_path):
    network = Network.from_array(DIRECTED)
    content, arrays = _stored(network, tmp_path / "file")
    del content["nominations"]
    assert _restored(content, arrays) == network


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max", 0),
        ("max", 1),
        ("max", "2"),
        ("max", True),
        ("max", 2.0),
        ("counts", np.array([1, 1, 0, 0, 1, 0])),  # fewer than ties
        ("counts", np.array([2, 1, 1, 0, 1, 0])),  # of someone who was not asked
        ("counts", np.array([2, 1, 0, 0, 1])),
        ("counts", np.array([2.0, 1, 0, 0, 1, 0])),
        ("ranks", np.array([2.0, 1, 1])),
        ("ranks", np.array([2.5, 1, 1, 1])),
        ("ranks", np.array([3.0, 1, 1, 1])),
        ("ranks", np.array([0.0, 1, 1, 1])),
        ("ranks", np.array([NAN, 1, 1, 1])),
        ("ranks", np.array([2, 1, 1, 1])),
        ("named_only", np.zeros(6, dtype=bool)),
        ("named_only", np.array([True, False, True, False, False, False])),  # Ann was asked
        ("named_only", np.array([False, False, True])),
        ("named_only", np.array([0, 0, 1, 0, 0, 0])),
    ],
)
def test_forged_designs_are_refused(field, value, tmp_path):
    content, arrays = _stored(ranked(), tmp_path / "file")
    if field == "max":
        content["nominations"]["max"] = value
    else:
        content["nominations"][field] = "forged"
        arrays["forged"] = value
    with raises(ValueError, "its nominations are not those of its network"):
        _restored(content, arrays)


def test_lists_belong_to_directed_networks_of_ones(tmp_path):
    nominations, lists = _stored(read([("a", "b", 1), ("b", "a", 1)], actors=list("abcd")), tmp_path / "lists")
    for network in (Network.from_array(UNDIRECTED), Network.from_array(DIRECTED)):
        content, arrays = _stored(network, tmp_path / "file")
        content["nominations"] = nominations["nominations"]
        arrays["network_nominations"] = np.where(network.observed.asked, 5, 0)
        with raises(ValueError, "its nominations are not those"):
            _restored(content, arrays | {k: v for k, v in lists.items() if k not in arrays})


# ---- misspelt names


def test_spellings_of_one_name_are_found():
    names = ["José Núñez", "Jose Nunez", "NUNEZ, José", "Anna Karlsson", "Ana Karlson", "Wei Li", "Priya O’Brien"]
    report = near_duplicates([*names, "Priya OBrien", "Jose Nunez"])
    found = {frozenset(pair): similarity for *pair, similarity in report.iloc[:, :3].itertuples(index=False)}
    assert found.pop(frozenset(["Anna Karlsson", "Ana Karlson"])) == pytest.approx(2 * 11 / 24)
    exact = [*itertools.combinations(names[:3], 2), ("Priya O’Brien", "Priya OBrien")]
    assert found == {frozenset(pair): 1.0 for pair in exact}
    assert report["similarity"].is_monotonic_decreasing
    # given twice, so first, though it came later
    row = report[(report["first"] == "Jose Nunez") & (report["second"] == "José Núñez")].iloc[0]
    assert (row["times_first"], row["times_second"]) == (2, 1)


def test_numbers_tell_people_apart():
    assert near_duplicates([f"Manager {k}" for k in range(1, 20)]).empty
    assert len(near_duplicates(["Manager 11", "manager-11", "Manager 12"])) == 1
    assert near_duplicates([1, 2, 11]).empty


def test_the_threshold_bounds_what_is_reported():
    names = ["Karen Smith", "Karin Smith", "Karl Schmidt", "Zoe Blake", "Carl Schmid"]
    everything = near_duplicates(names, threshold=0.01)
    assert len(everything) == 10
    for threshold in (0.3, 0.6, 0.8, 10 / 11, 1.0):
        report = near_duplicates(names, threshold=threshold)
        expected = everything[everything["similarity"] >= threshold].reset_index(drop=True)
        pd.testing.assert_frame_equal(report, expected, check_dtype=False)
    for wrong in (0, 1.01, "high", True, None, NAN):
        with raises(ValueError, "threshold must be a finite number above 0 and up to 1"):
            near_duplicates(names, threshold=wrong)


def test_the_report_does_not_depend_on_the_order_of_names():
    rng = random.Random(1)
    names = ["".join(rng.choices("abcd ", k=8)) for _ in range(30)]
    names = [name for name in dict.fromkeys(names) if name.strip()]

    def pairs(report: pd.DataFrame) -> set[Any]:
        return {(frozenset([a, b]), round(s, 12)) for a, b, s in report.iloc[:, :3].itertuples(index=False)}

    expected = pairs(near_duplicates(names, threshold=0.6))
    assert len(expected) > 10
    assert pairs(near_duplicates(names[::-1], threshold=0.6)) == expected


def test_networks_and_columns_are_read():
    frame = pd.DataFrame(
        {"who": ["Ann Smith", "Bo Hall", "Cy Hunt"], "whom": ["Dan Brown", "Dan Browne", "Dan Browne"]}
    )
    network = read(frame)
    report = near_duplicates(network)
    assert report.iloc[0].tolist() == ["Dan Browne", "Dan Brown", pytest.approx(18 / 19), 2, 1]
    assert len(report) == 1
    assert near_duplicates(frame["whom"]).equals(report)
    assert near_duplicates([]).empty
    assert near_duplicates(["Ann", None, NAN, "Bob"]).empty
    assert list(near_duplicates([])) == ["first", "second", "similarity", "times_first", "times_second"]
    for wrong in (frame, "Ann", 3):
        with raises(TypeError, "names must be a Network or a sequence of names", "frame['nominee']"):
            near_duplicates(wrong)
    assert network == read(frame)  # nothing was merged


def test_names_of_punctuation_only():
    assert len(near_duplicates(["??", "!!", "Ann"])) == 0
