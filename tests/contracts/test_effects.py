"""Every effect on every kind of network: verbs against the naive twin, names, scales and refusals."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone

from latentnet import Network
from latentnet.compiled import block_function, first_class_functions
from latentnet.contract import EFFECT_ADD, EFFECT_PULL, RUN_SWAPPED
from latentnet.effects import (
    EFFECTS,
    AbsoluteDifference,
    BoundEffect,
    Correlation,
    DyadCovariate,
    Effect,
    Homophily,
    Loops,
    Mixing,
    NoIntercept,
    RandomGroup,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli
from latentnet.likelihood.packed import Packed, actor_layout, network_layout
from latentnet.priors import Priors
from latentnet.problem.bind import make_problem
from latentnet.problem.covariates import Covariates
from tests import reference
from tests.reference_effects import levels, part

N, N_ROWS = 13, 6
MISSING = ["all", "single dyads", "rows", "rows and dyads", "most"]
KINDS = [
    *[("undirected", missing) for missing in MISSING if "rows" not in missing],
    *[("directed", missing) for missing in MISSING],
    *[("two-mode", missing) for missing in MISSING],
]


def _attributes(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"age": rng.normal(size=n).round(2), "count": rng.integers(0, 4, n)})
    frame["group"] = [("b", "a", "c")[k % 3] for k in range(n)]
    frame["vip"] = [k % 2 == 0 for k in range(n)]
    frame["rank"] = pd.Categorical([("low", "high", "mid")[k % 3] for k in range(n)], ["never", "mid", "low", "high"])
    return frame


def _network(kind: str, missing: str = "all", n: int = N, n_rows: int = N_ROWS) -> Network:
    rng = np.random.default_rng([7, n])
    y = (rng.random((n, n)) < 0.4).astype(float)
    y[rng.random((n, n)) < {"single dyads": 0.15, "rows and dyads": 0.15, "most": 0.7}.get(missing, 0.0)] = np.nan
    if missing.startswith("rows"):
        y[[1, 3]] = np.nan
    np.fill_diagonal(y, 0.0)
    if kind == "two-mode":
        return Network.from_incidence(y[:n_rows, n_rows:], attributes=_attributes(n))
    if kind == "undirected":
        y = np.tril(y, -1) + np.tril(y, -1).T
    return Network.from_array(y, directed=kind == "directed", attributes=_attributes(n))


def _effects(kind: str, n: int = N, n_rows: int = N_ROWS) -> list[Effect]:
    x = np.random.default_rng(3).normal(size=(n, n))
    both: list[Effect] = [Homophily("group"), Homophily("count"), Homophily("vip"), Homophily("rank")]
    both += [Homophily("group", by_level=True), Homophily("rank", by_level=True), Mixing("vip")]
    both += [AbsoluteDifference("age"), AbsoluteDifference("count")]
    attributes = ["age", "count", "group", "vip", "rank"]
    if kind == "undirected":
        both += [Sociality(), DyadCovariate(x + x.T, name="miles"), Mixing("rank", reference=("low", "mid"))]
        return both + [SocialityCovariate(name) for name in attributes]
    both += [Sender(), Receiver(), DyadCovariate(x, name="miles")]
    both += [effect(name) for effect in (SenderCovariate, ReceiverCovariate) for name in attributes]
    if kind == "two-mode":
        return [*both, DyadCovariate(x[:n_rows, n_rows:], name="miles")]
    frame = pd.DataFrame(x).iloc[::-1, ::-1]
    both += [Sociality(), SenderReceiver(), Reciprocity(), DyadCovariate(frame, name="miles")]
    both += [Mixing("rank", reference=("low", "mid")), Mixing("group")]
    return both + [SocialityCovariate(name) for name in attributes]


# Undirected, with most dyads missing, some pairs of levels have no observed dyad: refused, as they should be.
NEED_MORE = [*(Homophily(name, by_level=True) for name in ("group", "rank")), Mixing("rank", reference=("low", "mid"))]
CASES = [
    pytest.param(kind, missing, effect, id=f"{kind}, {missing}: {effect!r}")
    for kind, missing in KINDS
    for effect in _effects(kind)
    if (kind, missing) != ("undirected", "most") or effect not in NEED_MORE
]


@numba.njit
def _call_add(verbs, runs, values, data, eta, work):  # type: ignore[no-untyped-def]
    verbs[0](runs, values, data, eta, work)


@numba.njit
def _call_pull(verbs, runs, values, data, score, work, gradient):  # type: ignore[no-untyped-def]
    verbs[0](runs, values, data, score, work, gradient)


def _add(effect: Any, bound: BoundEffect, runs: np.ndarray, values: np.ndarray, size: int) -> tuple[Any, Any]:
    """What the compiled verb adds to η, which is not 0 before, and the work that it leaves."""
    before = np.random.default_rng(1).normal(size=size)
    eta, work = before.copy(), np.zeros(size)
    with first_class_functions():
        verbs = (block_function(type(effect).add, EFFECT_ADD),) * 2
        _call_add(verbs, runs, values, np.ascontiguousarray(bound.data), eta, work)
    return eta - before, work


def _pull(effect: Any, bound: BoundEffect, runs: np.ndarray, values: np.ndarray, score: Any, work: Any) -> np.ndarray:
    gradient = np.ones(bound.size)  # the verb must add
    with first_class_functions():
        verbs = (block_function(type(effect).pull, EFFECT_PULL),) * 2
        _call_pull(verbs, runs, values, np.ascontiguousarray(bound.data), score, work, gradient)
    return gradient - 1.0


def _blocks(layout: Packed) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Runs, senders and receivers of each block, and of its second half."""
    senders, receivers = layout.dyads()
    for block in range(layout.sizes.size):
        runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
        inside = slice(layout.starts[block], layout.starts[block + 1])
        yield runs, senders[inside], receivers[inside]
        if layout.halves == 2:
            runs = runs.copy()
            runs[:, RUN_SWAPPED] = 1 - runs[:, RUN_SWAPPED]
            yield runs, receivers[inside], senders[inside]


def _layouts(network: Network) -> list[Packed]:
    units = ["dyad", "pair"] if network.directed else ["dyad"]
    return [make(network, unit=unit) for unit in units for make in (network_layout, actor_layout)]


def _slopes(effect: Effect, network: Network, size: int) -> np.ndarray:
    """∂η/∂values of every dyad by the twin, which is linear: (size, n, n), 0 where there is no dyad."""
    n = network.n_actors
    slopes = np.zeros((size, n, n))
    for k, unit in enumerate(np.eye(size)):
        for i in range(n):
            for j in range(n):
                is_dyad = (network.mode[i], network.mode[j]) == (0, 1) if network.two_mode else i != j
                slopes[k, i, j] = part(effect, network, unit, i, j) if is_dyad else 0.0
    return slopes


@pytest.mark.parametrize(("kind", "missing", "effect"), CASES)
def test_verbs_against_the_twin(kind: str, missing: str, effect: Effect) -> None:
    network = _network(kind, missing)
    bound = effect.bind(network, 2)
    rng = np.random.default_rng(5)
    values = rng.normal(size=bound.size)
    slopes = _slopes(effect, network, bound.size)
    eta = np.tensordot(values, slopes, 1)
    for layout in _layouts(network):
        for runs, senders, receivers in _blocks(layout):
            dyads = senders != receivers
            added, work = _add(effect, bound, runs, values, senders.size)
            np.testing.assert_allclose(added[dyads], eta[senders, receivers][dyads], rtol=0, atol=1e-12)
            assert np.isfinite(added).all()
            score = rng.normal(size=senders.size) * dyads  # 0 at holes
            pulled = _pull(effect, bound, runs, values, score, work)
            np.testing.assert_allclose(pulled, slopes[:, senders, receivers] @ score, rtol=0, atol=1e-11)


@pytest.mark.parametrize("kind", ["undirected", "directed", "two-mode"])
def test_long_rows_and_several_blocks(kind: str) -> None:
    n, n_rows = (150, 60) if kind == "two-mode" else (97, 0)
    network = _network(kind, "rows and dyads" if kind != "undirected" else "single dyads", n, n_rows)
    layout = network_layout(network)
    assert layout.sizes.size > 1
    for effect in _effects(kind, n, n_rows):
        bound = effect.bind(network, 2)
        rng = np.random.default_rng(6)
        values, direction = rng.normal(size=(2, bound.size))
        runs, senders, receivers = list(_blocks(layout))[1]
        added, work = _add(effect, bound, runs, values, senders.size)
        for p in rng.integers(0, senders.size, 40):
            i, j = int(senders[p]), int(receivers[p])
            assert i == j or added[p] == pytest.approx(part(effect, network, values, i, j), abs=1e-12)
        score = rng.normal(size=senders.size)
        pulled = _pull(effect, bound, runs, values, score, work)
        along, _ = _add(effect, bound, runs, direction, senders.size)
        assert pulled @ direction == pytest.approx(score @ along, rel=1e-10, abs=1e-9)


def _covariates(network: Network, *effects: Effect) -> Covariates:
    return make_problem(
        network, family=Bernoulli(), similarity=None, n_dims=0, effects=effects, priors=Priors()
    ).covariates


@pytest.mark.parametrize(("kind", "missing", "effect"), CASES)
def test_means_and_variances_of_covariates(kind: str, missing: str, effect: Effect) -> None:
    """Over the observed dyads; without an intercept means are 0, and variances mean squares."""
    network = _network(kind, missing)
    bound = effect.bind(network, 2)
    units = np.eye(bound.size)[: len(bound.names)]
    x = [[part(effect, network, unit, i, j) for i, j in reference.dyads(network)] for unit in units]
    found, about_zero = _covariates(network, effect), _covariates(network, effect, NoIntercept())
    np.testing.assert_allclose(found.means, np.mean(x, axis=1) if x else [], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.variances, np.var(x, axis=1) if x else [], rtol=1e-10)
    assert not about_zero.means.any()
    np.testing.assert_allclose(about_zero.variances, np.mean(np.square(x), axis=1) if x else [], rtol=1e-10)
    assert bound.data.ndim == 2
    assert bound.data.dtype == np.float64
    if isinstance(effect, SenderCovariate | ReceiverCovariate | SocialityCovariate):
        word, kinds = type(effect).__name__.removesuffix("Covariate").lower(), levels(effect, network)
        labels = [effect.attribute] if kinds is None else [f"{effect.attribute}={kind}" for kind in kinds]
        assert bound.names == tuple(f"{word}({label})" for label in labels)


def test_names() -> None:
    network = _network("directed")
    names = {effect: effect.bind(network, 2).names for effect in _effects("directed")}
    assert names[Homophily("vip")] == ("homophily(vip)",)
    assert names[Homophily("rank", by_level=True)] == tuple(f"homophily(rank={one})" for one in ("mid", "low", "high"))
    assert names[Mixing("vip")] == tuple(f"mixing(vip={one})" for one in ("False->True", "True->False", "True->True"))
    assert len(names[Mixing("group")]) == 8
    undirected = Mixing("group", reference=("c", "a")).bind(_network("undirected"), 2).names
    assert undirected == tuple(f"mixing(group={one})" for one in ("a--a", "a--b", "b--b", "b--c", "c--c"))
    assert names[AbsoluteDifference("age")] == ("absolute_difference(age)",)
    assert names[SenderCovariate("age")] == ("sender(age)",)
    assert names[SenderCovariate("group")] == ("sender(group=b)", "sender(group=c)")
    assert names[ReceiverCovariate("vip")] == ("receiver(vip=True)",)
    assert names[SocialityCovariate("rank")] == ("sociality(rank=low)", "sociality(rank=high)")
    assert names[Sociality()] == names[Sender()] == names[Reciprocity()] == ()
    matrix = np.triu(np.ones((N, N)))
    assert DyadCovariate(matrix, name="miles").bind(network, 2).names == ("miles",)


def test_random_groups() -> None:
    one_mode, two_mode = _network("directed"), _network("two-mode")
    assert Sociality().bind(one_mode, 2).groups == (RandomGroup("sociality", 0, N, N, 2.0),)
    assert Sender().bind(one_mode, 0).groups == (RandomGroup("sender", 0, N, N, 1.0),)
    assert Receiver().bind(one_mode, 2).groups == (RandomGroup("receiver", 0, N, N, 1.0),)
    bound = Sender().bind(two_mode, 2)
    assert (bound.size, bound.groups) == (7, (RandomGroup("sender", 0, 6, 6, 1.0, "row_actor"),))
    bound = Receiver().bind(two_mode, 2)
    assert (bound.size, bound.groups) == (8, (RandomGroup("receiver", 0, 7, 7, 1.0, "column_actor"),))
    bound = SenderReceiver().bind(one_mode, 2)
    assert bound.groups == (
        RandomGroup("sender", 0, N, 2 * N, 1.0),
        RandomGroup("receiver", N, 2 * N, 2 * N + 1, 1.0),
    )
    assert bound.correlations == (Correlation("sender_receiver_correlation", 0, 1, 2 * N + 2),)
    assert bound.size == 2 * N + 3


def test_shift_is_what_a_common_rise_of_the_values_adds() -> None:
    for kind in ("undirected", "directed", "two-mode"):
        network = _network(kind)
        for effect in _effects(kind):
            bound = effect.bind(network, 2)
            for group in bound.groups:
                values = np.zeros(bound.size)
                values[group.start : group.stop] = 1.0
                for runs, senders, _ in _blocks(network_layout(network)):
                    added, _ = _add(effect, bound, runs, values, senders.size)
                    np.testing.assert_allclose(added, group.shift)


def test_every_effect_is_registered_and_tested() -> None:
    documented = "Sociality Sender Receiver DyadCovariate Homophily Mixing AbsoluteDifference SenderCovariate "
    documented += "ReceiverCovariate SocialityCovariate SenderReceiver Reciprocity NoIntercept Loops"
    assert set(EFFECTS) == set(documented.split())
    tested = {type(effect) for kind in ("undirected", "directed", "two-mode") for effect in _effects(kind)}
    assert tested | {NoIntercept, Loops} == set(EFFECTS.values())


def test_scales_without_any_observed_dyad_are_over_all() -> None:
    array = np.full((4, 4), np.nan)
    frame = pd.DataFrame({"age": [0.0, 1.0, 2.0, 3.0], "group": list("aabb")})
    network = Network.from_array(array, directed=True, attributes=frame)
    of_zero = NoIntercept()
    assert _covariates(network, SenderCovariate("age"), of_zero).variances == pytest.approx([14 / 4])
    assert _covariates(network, Homophily("group"), of_zero).variances == pytest.approx([4 / 12])
    assert _covariates(network, Mixing("group"), of_zero).variances == pytest.approx([4 / 12, 4 / 12, 2 / 12])
    assert Sender().bind(network, 2).size == 5


def test_two_mode_covariates_read_their_own_mode_alone() -> None:
    frame = pd.DataFrame({"age": [1.0, 2, np.nan, np.nan, np.nan], "kind": [None, None, "x", "y", "y"]})
    network = Network.from_incidence([[1, 0, 1], [0, 1, 1]], attributes=frame)
    bound = SenderCovariate("age").bind(network, 2)
    assert _covariates(network, SenderCovariate("age")).means == pytest.approx([1.5])
    assert np.isfinite(bound.data).all()
    assert ReceiverCovariate("kind").bind(network, 2).names == ("receiver(kind=y)",)
    with pytest.raises(ValueError, match=r"ReceiverCovariate\(attribute='age'\) needs .* missing for 2, 3, 4; fill"):
        ReceiverCovariate("age").bind(network, 2)
    with pytest.raises(ValueError, match="missing for 2, 3, 4"):
        AbsoluteDifference("age").bind(network, 2)


@pytest.mark.parametrize(
    ("kind", "effect", "fix"),
    [
        ("two-mode", Sociality(), r"two-mode.*use Sender\(\) and Receiver\(\)"),
        ("undirected", Sender(), r"undirected; use Sociality\(\), or read the network with directed=True"),
        ("undirected", Receiver(), r"undirected; use Sociality\(\)"),
        ("undirected", SenderReceiver(), r"undirected; use Sociality\(\)"),
        ("two-mode", SenderReceiver(), r"use Sender\(\) and Receiver\(\)"),
        ("undirected", SenderCovariate("age"), r"undirected; use SocialityCovariate\('age'\)"),
        ("undirected", ReceiverCovariate("age"), r"undirected; use SocialityCovariate\('age'\)"),
        ("two-mode", SocialityCovariate("age"), r"use SenderCovariate\('age'\) or ReceiverCovariate\('age'\)"),
        ("undirected", Reciprocity(), "undirected; leave it out"),
        ("two-mode", Reciprocity(), "two-mode.*leave it out"),
    ],
    ids=lambda value: str(value),
)
def test_refused_kinds_of_networks(kind: str, effect: Effect, fix: str) -> None:
    with pytest.raises(ValueError, match=fix) as caught:
        effect.bind(_network(kind), 2)
    assert repr(effect) in str(caught.value)


def test_reciprocity_needs_whole_pairs() -> None:
    array = np.array([[0.0, 1.0, np.nan], [np.nan, 0.0, 0.0], [1.0, np.nan, 0.0]])
    with pytest.raises(ValueError, match="observed in both directions, but there are none; leave it out"):
        Reciprocity().bind(Network.from_array(array, directed=True), 2)
    array[1, 0] = 0.0
    Reciprocity().bind(Network.from_array(array, directed=True), 2)
    array[:2] = np.nan  # one respondent
    with pytest.raises(ValueError, match="observed in both directions"):
        Reciprocity().bind(Network.from_array(array, directed=True), 2)
    Reciprocity().bind(Network.from_array(np.full((3, 3), np.nan), directed=True), 2)  # nothing is known of any pair


def test_sender_effects_need_observed_rows() -> None:
    array = np.full((4, 4), np.nan)
    array[2] = [1, 0, 0, 1]
    one_row = Network.from_array(array, directed=True)
    for effect in (Sender(), SenderReceiver()):
        with pytest.raises(ValueError, match="at least 2 senders, but the network has 1; sender effects are not ident"):
            effect.bind(one_row, 2)
    assert Receiver().bind(one_row, 2).size == 5
    one_column = Network.from_array(array.T, directed=True)
    for effect in (Receiver(), SenderReceiver()):
        with pytest.raises(ValueError, match="at least 2 receivers, but the network has 1; receiver effects"):
            effect.bind(one_column, 2)


ABOUT_ATTRIBUTES = [Homophily, AbsoluteDifference, SenderCovariate, ReceiverCovariate, SocialityCovariate]


def _with(**columns: Any) -> Network:
    array = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0.0]])
    frame = pd.DataFrame(columns, index=["Ann", "Bob", "Cy", "Dee"])
    return Network.from_array(array, actors=frame.index, attributes=frame)


@pytest.mark.parametrize("effect", ABOUT_ATTRIBUTES)
def test_attributes_that_cannot_be_used(effect: type[Effect]) -> None:
    some = _with(
        age=[1.0, np.nan, 3.0, np.nan],
        same=["x"] * 4,
        one=[2.0] * 4,
        group=["a", None, "b", "a"],
        count=pd.array([1, 2, None, 4], dtype="Int64"),
    )
    with pytest.raises(ValueError, match=r"'agee' of the network, which has 'age', 'same', 'one', 'group'"):
        effect("agee").bind(some, 2)
    with pytest.raises(ValueError, match="of the network, which has none"):
        effect("age").bind(_with(), 2)
    for name, actors in (("age", "'Bob', 'Dee'"), ("group", "'Bob'"), ("count", "'Cy'")):
        with pytest.raises(ValueError, match=f"'{name}' of every actor .* missing for {actors}; fill it in"):
            effect(name).bind(some, 2)
    for name in ("one",) if effect is AbsoluteDifference else ("same", "one"):
        with pytest.raises(ValueError, match=r"cannot be told from the intercept; leave"):
            effect(name).bind(some, 2)
    twice = _with(age=[1.0, 2, 3, 4], other=[1.0, 2, 3, 4])
    twice = Network.from_array(
        twice.ties.toarray(), actors=twice.actors, attributes=twice.attributes.set_axis(["age", "age"], axis=1)
    )
    with pytest.raises(ValueError, match="several attributes 'age'; rename"):
        effect("age").bind(twice, 2)


@pytest.mark.parametrize("effect", [AbsoluteDifference, SenderCovariate, ReceiverCovariate, SocialityCovariate])
def test_numbers_that_cannot_be_used(effect: type[Effect]) -> None:
    network = _with(age=[1.0, np.inf, 3.0, 4.0], born=pd.date_range("2000-01-01", periods=4), tiny=[1e-200, 0, 0, 0])
    with pytest.raises(ValueError, match="'age' is infinite for 'Bob'; give"):
        effect("age").bind(network, 2)
    with pytest.raises(ValueError, match=r"'born', whose dtype is datetime64.*convert it"):
        effect("born").bind(network, 2)
    with pytest.raises(ValueError, match=r"\(tiny\)' has values from 0 to 1e-200, .* rescale it"):
        effect("tiny").bind(network, 2)


@pytest.mark.parametrize(
    "values", [list("abca"), [True, False, True, True], pd.Categorical([1, 2, 1, 2]), [1, "a", 2, 3]]
)
def test_differences_of_categories_are_refused(values: Any) -> None:
    with pytest.raises(ValueError, match=r"needs numbers, but the attribute 'kind' .* use Homophily, or convert"):
        AbsoluteDifference("kind").bind(_with(kind=values), 2)


def test_levels() -> None:
    network = _with(
        text=pd.array(["b", "a", "b", "a"], dtype="string"),
        flag=pd.array([True, False, True, False], dtype="boolean"),
        mixed=[2, "x", 1, "x"],
        alike=[1, "1", 2, 2],
    )
    assert SenderCovariate("text").bind(network, 2).names == ("sender(text=b)",)
    assert SenderCovariate("flag").bind(network, 2).names == ("sender(flag=True)",)
    assert SenderCovariate("mixed").bind(network, 2).names == ("sender(mixed=2)", "sender(mixed=x)")
    with pytest.raises(ValueError, match="different values of the attribute 'alike' are all written '1'"):
        SenderCovariate("alike").bind(network, 2)


def test_covariates_must_vary_over_the_observed_dyads() -> None:
    array = np.array([[0, 1, 0, 1], [1, 0, 0, 0], [0, 1, 0, 1], [np.nan] * 4])
    frame = pd.DataFrame({"x": [1.0, 1, 1, 5], "level": list("aabc"), "group": ["a", "b", "c", "d"]})
    network = Network.from_array(array, directed=True, attributes=frame)
    with pytest.raises(ValueError, match=r"'sender\(x\)' must vary, but it is 1 in every observed dyad"):
        SenderCovariate("x").bind(network, 2)
    with pytest.raises(ValueError, match=r"'sender\(level=c\)' must vary, but it is 0 .*, or merge the level"):
        SenderCovariate("level").bind(network, 2)
    with pytest.raises(ValueError, match=r"'homophily\(group\)' must vary, but it is 0 .* leave Homophily\(attr.*out"):
        Homophily("group").bind(network, 2)
    assert ReceiverCovariate("x").bind(network, 2).names == ("receiver(x)",)
    constant = DyadCovariate(np.array([[2.0] * 4] * 3 + [[7.0] * 4]), name="miles")
    with pytest.raises(ValueError, match=r"'miles' must vary, but it is 2 in every observed dyad, .*intercept; leave"):
        constant.bind(network, 2)


def test_pairs_of_levels_without_a_possible_tie_have_no_coefficient() -> None:
    ties = np.ones((4, 4)) - np.eye(4)
    frame = pd.DataFrame({"group": list("aabc")})
    network = Network.from_array(ties, directed=True, attributes=frame)
    cells = Mixing("group").bind(network, 2).names
    assert cells == tuple(f"mixing(group={one})" for one in ("a->b", "a->c", "b->a", "b->c", "c->a", "c->b"))
    assert Homophily("group", by_level=True).bind(network, 2).names == ("homophily(group=a)",)
    first = Mixing("group", reference=("b", "c")).bind(network, 2)
    assert "mixing(group=b->c)" not in first.names
    assert "mixing(group=a->a)" in first.names


def test_levels_that_no_two_actors_share_have_no_homophily() -> None:
    """The effect had no coefficient then, and said nothing."""
    network = Network.from_array(np.eye(3, k=1), directed=True, attributes=pd.DataFrame({"x": [1, 2, 3]}))
    with pytest.raises(ValueError, match=r"needs a value of 'x' that two actors share.*leave the effect out"):
        Homophily("x", by_level=True).bind(network, 2)


def test_pairs_of_levels_that_nobody_was_asked_about_are_refused() -> None:
    ties = np.ones((5, 5)) - np.eye(5)
    ties[3:] = np.nan
    frame = pd.DataFrame({"group": list("aabbb")})
    frame.loc[2, "group"] = "a"
    network = Network.from_array(ties, directed=True, attributes=frame)
    with pytest.raises(ValueError, match=r"'mixing\(group=b->a\)' must vary, but it is 0 .*, or merge the level"):
        Mixing("group").bind(network, 2)
    with pytest.raises(ValueError, match=r"'homophily\(group=b\)' must vary, but it is 0 .*, or merge the level"):
        Homophily("group", by_level=True).bind(network, 2)


@pytest.mark.parametrize("reference", ["a", ("a", "z"), ("c", "c"), ("a",), 3])
def test_reference_must_be_a_pair_of_levels(reference: Any) -> None:
    frame = pd.DataFrame({"group": list("aabc")})
    network = Network.from_array(np.ones((4, 4)) - np.eye(4), directed=True, attributes=frame)
    with pytest.raises(ValueError, match=r"reference of Mixing\(.* must be a pair of values .* one of \('a', 'a'\)"):
        Mixing("group", reference=reference).bind(network, 2)


@pytest.mark.parametrize("name", ["", 3, None])
def test_dyad_covariate_needs_a_name(name: Any) -> None:
    with pytest.raises(ValueError, match="name must be a string that names the coefficient and can be shown, but is"):
        DyadCovariate(np.eye(N), name=name).check_parameters()
    with pytest.raises(TypeError, match="name"):
        DyadCovariate(np.eye(N))  # type: ignore[call-arg]


def test_dyad_covariate_says_whose_matrix_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"matrix of the effect 'miles' must have shape \(13, 13\)"):
        DyadCovariate(np.eye(3), name="miles").bind(_network("directed"), 2)
    with pytest.raises(ValueError, match="matrix of the effect 'miles' must be symmetric"):
        DyadCovariate(np.triu(np.ones((N, N))), name="miles").bind(_network("undirected"), 2)


def test_dyad_covariate_leaves_its_matrix_alone() -> None:
    for kind in ("undirected", "directed", "two-mode"):
        matrix = np.add.outer(np.arange(float(N)), np.arange(float(N)))
        DyadCovariate(matrix, name="miles").bind(_network(kind), 2)
        np.testing.assert_array_equal(matrix, np.add.outer(np.arange(N), np.arange(N)))


@pytest.mark.parametrize(
    "effect",
    [*_effects("directed"), DyadCovariate(sparse.csr_array(np.eye(4)), name="near"), NoIntercept()],
    ids=lambda effect: repr(effect),
)
def test_parameters_copies_and_equality(effect: Effect) -> None:
    for other in (clone(effect), pickle.loads(pickle.dumps(effect)), type(effect)(**effect.get_params())):
        assert other is not effect
        assert other == effect
        assert hash(other) == hash(effect)
        assert repr(other) == repr(effect)
    for name in effect.get_params():
        other = clone(effect).set_params(**{name: "another"})
        assert getattr(other, name) == "another"
        assert other != effect
    with pytest.raises(ValueError, match="has no parameter 'wrong'"):
        effect.set_params(wrong=1)


def test_equal_matrices_make_equal_effects() -> None:
    x = np.array([[np.nan, 1.0], [2.0, np.nan]])
    big = np.arange(1e6).reshape(1000, 1000)
    other = big.copy()
    other[500, 500] = -1.0  # which NumPy's repr does not show
    assert DyadCovariate(big, name="a") == DyadCovariate(big.copy(), name="a")
    assert DyadCovariate(big, name="a") != DyadCovariate(other, name="a")
    assert len(repr(DyadCovariate(big, name="a"))) < 80
    assert DyadCovariate(x, name="a") == DyadCovariate(x.copy(), name="a")
    assert DyadCovariate(x, name="a") != DyadCovariate(x, name="b")
    assert DyadCovariate(x, name="a") != DyadCovariate(x.T.copy(), name="a")
    frames = [pd.DataFrame(x, index=labels, columns=labels) for labels in (["p", "q"], ["p", "q"], ["q", "p"])]
    assert DyadCovariate(frames[0], name="a") == DyadCovariate(frames[1], name="a")
    assert DyadCovariate(frames[0], name="a") != DyadCovariate(frames[2], name="a")
    assert DyadCovariate(frames[0], name="a") != DyadCovariate(x, name="a")
    assert DyadCovariate(sparse.csr_array(np.eye(3)), name="a") == DyadCovariate(np.eye(3), name="a")
    assert DyadCovariate(x, name="a") != Homophily("a")
