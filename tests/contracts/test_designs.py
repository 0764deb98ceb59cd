"""Likelihoods of observation designs against naive twins: quadrature, simulation, enumeration, differences."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from scipy import sparse

from latentnet import Network
from latentnet._exceptions import LatentnetWarning
from latentnet.compiled import block_function, first_class_functions
from latentnet.contract import FAMILY_LOG_LIKELIHOOD, FAMILY_SCORE, RUN_ACTOR, RUN_OFFSET
from latentnet.families import Bernoulli, Family
from latentnet.families.designs import DESIGNS, observed_family, warn_of_roster
from latentnet.families.designs.capped import CappedBernoulli
from latentnet.families.designs.conditioned import ConditionedBernoulli
from latentnet.families.designs.full_lists import full_list_log_likelihood
from latentnet.families.designs.orders import log_likelihood_by_panels, scores_by_panels
from latentnet.families.designs.ranked import RankedBernoulli
from latentnet.families.designs.reciprocal import Reciprocal
from latentnet.families.designs.short_orders import end_of_short, short_log_likelihood, short_scores
from latentnet.families.designs.unnamed import exponentials
from latentnet.likelihood.packed import network_layout
from latentnet.priors import Priors
from tests import reference, reference_designs

LINKS = ["logit", "probit", "cloglog"]
NO_DYADS = np.zeros((0, 0))


class Tie(Bernoulli):
    """Bernoulli with a link, whether or not the package's has one yet."""

    def __init__(self, link: str = "logit") -> None:
        self.link = link


@numba.njit
def _call(functions, runs, y, observed, eta, data, dyads, values, out, score, gradient):  # type: ignore[no-untyped-def]
    functions[0](runs, y, observed, eta, data, dyads, values, out)
    return 0


@numba.njit
def _call_score(functions, runs, y, observed, eta, data, dyads, values, score, gradient):  # type: ignore[no-untyped-def]
    functions[0](runs, y, observed, eta, data, dyads, values, score, gradient)
    return 0


def evaluate(family: Family, runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any) -> Any:
    """Log-likelihoods, scores and gradient by the compiled verbs."""
    value, score = family.kernels()
    arguments = (
        np.ascontiguousarray(runs, dtype=np.int64),
        *(
            np.atleast_2d(np.array(y, dtype=np.float64, order="C")),
            np.atleast_2d(np.array(observed, dtype=np.uint8, order="C")),
        ),
        *(np.atleast_2d(np.array(eta, dtype=np.float64, order="C")), np.array(data, dtype=np.float64)),
        *(np.ascontiguousarray(dyads, dtype=np.float64), np.array(values, dtype=np.float64)),
    )
    size = arguments[1].shape[1]
    out, scores, gradient = np.zeros(size), np.full((len(arguments[1]), size), np.nan), np.zeros(len(arguments[-1]))
    compiled = block_function(value, FAMILY_LOG_LIKELIHOOD), block_function(score, FAMILY_SCORE)
    with first_class_functions():
        _call((compiled[0], compiled[0]), *arguments, out, scores, gradient)
        _call_score((compiled[1], compiled[1]), *arguments, scores, gradient)
    return out, scores, gradient


def _runs(lengths: list[list[tuple[int, int]]]) -> np.ndarray:
    """Runs of rows, each a list of (column, length)."""
    runs, offset = [], 0
    for actor, row in enumerate(lengths):
        for column, length in row:
            runs.append([actor, column, offset, length, 0])
            offset += length
    return np.array(runs)


def _one_row(
    family: Family, named: Any, unnamed: Any, full: bool, ranks: Any = None
) -> tuple[float, np.ndarray, np.ndarray]:
    """One list: its value, scores, and scores by central differences of fourth order."""
    eta = np.concatenate([named, unnamed])
    n, m = len(eta), len(named)
    y = np.r_[np.ones(m), np.zeros(n - m)]
    dyads = NO_DYADS if ranks is None else np.r_[ranks, np.zeros(n - m)][None]
    data = [[float(full), LINKS.index(family.family.link)]]  # type: ignore[attr-defined]
    seen = np.ones(n)

    def value(at: np.ndarray) -> float:
        return float(evaluate(family, _runs([[(0, n)]]), y, seen, at, data, dyads, [])[0].sum())

    out, score, _ = evaluate(family, _runs([[(0, n)]]), y, seen, eta, data, dyads, [])
    assert np.all(out[1:] == 0.0)
    return float(out[0]), score[0], reference.central_difference(value, eta, step=1e-3)


LISTS = [
    ([0.3], [-1.0, 0.2, -2.0, 0.5, -3.0]),
    ([1.0, -0.5, 2.0], list(np.linspace(-4.0, 2.0, 40))),
    ([3.0, 2.0, 1.0, 0.0, -1.0, -2.0, -3.0, 0.5], list(np.linspace(-6.0, 1.0, 60))),
    ([-6.0, 5.0], [4.0, -8.0, 2.0, 3.0, 0.0]),
    ([8.0, 6.0, 7.0], [-8.0] * 5),
    ([1.0, 2.0], []),
]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("names", LISTS, ids=lambda names: f"{len(names[0])} of {len(names[0]) + len(names[1])}")
def test_full_list_against_adaptive_quadrature(link: str, names: Any) -> None:
    value, score, slope = _one_row(CappedBernoulli(Tie(link)), *names, full=True)
    assert value == pytest.approx(np.log(reference_designs.full_list(link, *names)), abs=1e-8)
    np.testing.assert_allclose(score, slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("link", LINKS)
def test_full_list_of_many(link: str) -> None:
    """8 names of 208 people."""
    rng = np.random.default_rng(4)
    named, unnamed = rng.normal(0.0, 1.0, 8), rng.normal(-2.0, 1.5, 200)
    value, score, slope = _one_row(CappedBernoulli(Tie(link)), named, unnamed, full=True)
    assert value == pytest.approx(np.log(reference_designs.full_list(link, named, unnamed, end=30.0)), abs=1e-8)
    np.testing.assert_allclose(score, slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("link", LINKS)
def test_lists_against_simulation(link: str) -> None:
    """400,000 lists: the standard error of a probability is at most 8e-4; bounds are 5 of them (all: 1e-5)."""
    eta, rng, n = np.array([0.8, -0.4, 0.1, -1.0, 0.5]), np.random.default_rng(7), 400_000
    lists = reference_designs.simulated_lists(link, eta, 2, n, rng)
    capped, ranked = CappedBernoulli(Tie(link)), RankedBernoulli(Tie(link))
    for first, second in itertools.combinations(range(5), 2):
        rest = [k for k in range(5) if k not in (first, second)]
        ordered = []
        for names in ([first, second], [second, first]):
            value = math.exp(_one_row(ranked, eta[names], eta[rest], True, [1, 2])[0])
            share = np.mean(np.all(lists == names, axis=1))
            assert share == pytest.approx(value, abs=5.0 * math.sqrt(value / n))
            ordered.append(value)
        both = math.exp(_one_row(capped, eta[[first, second]], eta[rest], True)[0])
        assert sum(ordered) == pytest.approx(both, abs=1e-11)


def test_the_example_of_the_design_to_1e_3() -> None:
    """One full list, 4,000,000 simulations: the standard error is below 2.5e-4, and 1e-3 is 4 of them (6e-5)."""
    eta, rng = np.array([1.0, 0.0, -0.5, 0.5, -1.0, -2.0, 0.2]), np.random.default_rng(11)
    hits = sum(
        int(np.all(np.sort(reference_designs.simulated_lists("logit", eta, 2, 400_000, rng)) == [0, 3], axis=1).sum())
        for _ in range(10)
    )
    value = math.exp(_one_row(CappedBernoulli(Tie()), eta[[0, 3]], eta[[1, 2, 4, 5, 6]], True)[0])
    assert hits / 4e6 == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize("link", LINKS)
def test_lists_sum_to_one(link: str) -> None:
    """All lists of at most 2 of 5 people, with and without their order."""
    eta = np.array([1.5, -0.7, 0.2, -2.0, 0.9])
    for family, choose in ((CappedBernoulli, itertools.combinations), (RankedBernoulli, itertools.permutations)):
        total = 0.0
        for size in range(3):
            for names in choose(range(5), size):
                rest = [k for k in range(5) if k not in names]
                ranks = np.arange(1.0, size + 1)
                total += math.exp(_one_row(family(Tie(link)), eta[list(names)], eta[rest], size == 2, ranks)[0])
        assert total == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("full", [True, False])
def test_orders_against_nested_quadrature(link: str, full: bool) -> None:
    for named, unnamed in (([0.5, 1.5], [-1.0, 0.3]), ([1.0, -0.5, 0.4], [0.2]), ([-2.0, 3.0], [2.0, -1.0, 1.0])):
        ranks = np.arange(1.0, len(named) + 1)
        value, score, slope = _one_row(RankedBernoulli(Tie(link)), named, unnamed, full, ranks)
        assert value == pytest.approx(np.log(reference_designs.ordered_list(link, named, unnamed, full)), abs=1e-8)
        np.testing.assert_allclose(score, slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("full", [True, False])
def test_short_orders_against_panels(full: bool) -> None:
    """300 lists of 2 to 8 names among up to 60 people, near and far: both quadratures where both can be used."""
    rng, n_short = np.random.default_rng(1), 0
    for _ in range(300):
        n_named = int(rng.integers(2, 9))
        eta = rng.normal(rng.uniform(-4.0, 1.0), rng.uniform(0.3, 2.0), n_named + int(rng.integers(1, 52)))
        powers, direct, sums = exponentials(0, eta[n_named:], True)
        end = end_of_short(0, eta, n_named, full, direct, sums)
        if end == 0.0:
            continue
        n_short += 1
        value = short_log_likelihood(eta, n_named, full, direct, sums, end)
        assert value == pytest.approx(log_likelihood_by_panels(0, eta, n_named, full, direct, sums), abs=1e-8)
        score, by_panels = np.empty_like(eta), np.empty_like(eta)
        short_scores(eta, n_named, full, powers, direct, sums, end, score)
        scores_by_panels(0, eta, n_named, full, powers, direct, sums, by_panels)
        np.testing.assert_allclose(score, by_panels, atol=1e-8)
    assert n_short > 200


@pytest.mark.parametrize("link", LINKS)
def test_orders_of_gumbel_utilities_in_closed_form(link: str) -> None:
    """Sum over the orders of 5 names; for Gumbel noise any order is Plackett–Luce's, given who is on the list."""
    rng = np.random.default_rng(5)
    named, unnamed = rng.normal(0.5, 1.5, 5), rng.normal(-2.0, 1.0, 60)
    family, together = RankedBernoulli(Tie(link)), CappedBernoulli(Tie(link))
    ranks = np.arange(1.0, 6.0)
    for full in (True, False):
        values = [
            _value(family, named[list(order)], unnamed, full, ranks) for order in itertools.permutations(range(5))
        ]
        assert np.logaddexp.reduce(values) == pytest.approx(_value(together, named, unnamed, full), abs=1e-9)
    if link == "cloglog":  # only the greatest two are asked: P(1 before 2 | no bound at 0) as η rises by 30
        first, second = 30.3, 31.1
        odds = _value(family, [first, second], [], False, [1, 2]) - _value(family, [second, first], [], False, [1, 2])
        assert odds == pytest.approx(first - second, abs=1e-9)


def _value(family: Family, named: Any, unnamed: Any, full: bool, ranks: Any = None) -> float:
    eta = np.concatenate([named, unnamed])
    n, m = len(eta), len(named)
    dyads = NO_DYADS if ranks is None else np.r_[ranks, np.zeros(n - m)][None]
    data = [[float(full), LINKS.index(family.family.link)]]  # type: ignore[attr-defined]
    return float(evaluate(family, _runs([[(0, n)]]), np.arange(n) < m, np.ones(n), eta, data, dyads, [])[0].sum())


TIED = [[1, 1, 3], [1, 2, 2], [1, 2, 2, 4, 4], [1, 1, 3, 3], [1, 2, 2, 2, 5]]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("link", LINKS)
def test_tied_ranks_are_the_sum_over_all_orders(link: str, full: bool) -> None:
    """Also in any order of the columns, and of utilities far apart."""
    family, unnamed = RankedBernoulli(Tie(link)), np.array([-1.0, 0.5, -2.5])
    for seed, ranks in enumerate(TIED):
        named = np.random.default_rng(seed).normal(0.0, 1.0 if seed else 3.0, len(ranks))
        orders = [
            order
            for order in itertools.permutations(range(len(ranks)))
            if all(ranks[a] <= ranks[b] for a, b in itertools.pairwise(order))
        ]
        logs = [_value(family, named[list(order)], unnamed, full, range(1, len(ranks) + 1)) for order in orders]
        shuffled = np.random.default_rng(seed).permutation(len(ranks))
        value, score, slope = _one_row(family, named[shuffled], unnamed, full, np.array(ranks)[shuffled])
        assert value == pytest.approx(np.logaddexp.reduce(logs), abs=1e-10)
        np.testing.assert_allclose(score, slope, rtol=1e-7, atol=1e-8)


def test_one_rank_for_all_is_no_order() -> None:
    names = np.array([0.5, -1.0, 0.2]), np.array([-1.0, 0.3])
    for full in (False, True):
        tied = _one_row(RankedBernoulli(Tie("logit")), *names, full, [1, 1, 1])
        for one, other in zip(tied, _one_row(CappedBernoulli(Tie("logit")), *names, full), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("link", LINKS)
def test_ten_names_in_order(link: str) -> None:
    rng = np.random.default_rng(6)
    named, unnamed = np.sort(rng.normal(1.0, 1.0, 10))[::-1], rng.normal(-2.0, 1.0, 30)
    _, score, slope = _one_row(RankedBernoulli(Tie(link)), named, unnamed, True, np.arange(1.0, 11.0))
    np.testing.assert_allclose(score, slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("design", [CappedBernoulli, RankedBernoulli])
def test_extreme_predictors_stay_finite(link: str, design: Any) -> None:
    family = design(Tie(link))
    size = 1e3 if link == "logit" else 30.0 if link == "probit" else 300.0
    for named, unnamed in itertools.product(([size, 0.0], [-size, -size], [-size, size]), ([size, 1.0], [-size] * 3)):
        for full in (True, False):
            value, score, _ = _one_row(family, named, unnamed, full, None if design is CappedBernoulli else [1, 2])
            assert np.isfinite(value)
            assert value <= 1e-9
            assert np.all(np.isfinite(score))


@pytest.mark.parametrize("level", [-3.0, 0.0, 1.0, 2.0, 2.6, 2.9, 3.1, 4.0])
def test_full_lists_of_people_that_are_alike(level: float) -> None:
    """Poles of the integrand by exp(−t) that lie close together, far from 0 and near: one rule, and panels."""
    eta = level + 0.1 * np.random.default_rng(6).normal(size=12)
    expected = np.log(reference_designs.full_list("logit", eta[:3], eta[3:]))
    assert full_list_log_likelihood(0, eta, 3) == pytest.approx(expected, abs=1e-8)


def test_extreme_full_lists_of_the_logit_in_closed_form() -> None:
    """One name and one other, both far above 0: P(difference of two logistics > −a) = e^a(e^a − 1 − a)/(e^a − 1)²."""
    for a in (-700.0, -30.0, -3.0, 2.0, 40.0):
        named, unnamed = 1_000.0 + a, 1_000.0
        grown = math.exp(-abs(a))
        ratio = (abs(a) - 1.0 + grown) / (1.0 - grown) ** 2  # the less likely order has grown · ratio
        expected = math.log1p(-grown * ratio) if a > 0 else -abs(a) + math.log(ratio)
        assert full_list_log_likelihood(0, np.array([named, unnamed]), 1) == pytest.approx(expected, abs=1e-8)


def _nominations(n: int, cap: int | None, link: str, missing: float, seed: int) -> tuple[Any, np.ndarray, np.ndarray]:
    """A network of lists with holes, as its adjacency, η and ranks; a third of the actors was not asked."""
    rng = np.random.default_rng(seed)
    eta = rng.normal(-0.7, 1.0, (n, n))
    ranks = np.zeros((n, n))
    for i in range(n):
        utilities = eta[i] + reference_designs.NOISE[link].rvs(size=n, random_state=rng)
        utilities[i] = -np.inf
        order = [j for j in np.argsort(-utilities) if utilities[j] > 0.0][:cap]
        ranks[i, order] = np.arange(1.0, len(order) + 1)
    y = (ranks > 0).astype(float)
    counts = y.sum(axis=1).astype(int)
    y[rng.random((n, n)) < missing] = np.nan
    y[: n // 2, 5:17] = np.nan  # so that their rows are cut into two runs
    y[rng.permutation(n)[: n // 3]] = np.nan
    np.fill_diagonal(y, 0.0)
    network = Network.from_array(y, directed=True)
    ranks = np.where(network.ties.toarray() > 0, ranks, 0.0)
    stand_in = SimpleNamespace(
        n_actors=n, ties=network.ties, observed=network.observed, directed=True, two_mode=False,
        has_direction=True, n_row_actors=n, mode=None,
        max_nominations=cap, n_nominations=counts, list_full=counts >= (cap or np.inf), ranks=sparse.csr_array(ranks),
        choice_set="given",
    )  # fmt: skip
    return stand_in, eta, ranks


def _packed(network: Any, family: Family, eta: np.ndarray) -> tuple[Any, ...]:
    """Arguments of the verbs for a network's single block."""
    layout = network_layout(network, unit=family.unit)
    senders, receivers = layout.dyads()
    observed = np.ones((1, len(senders)), np.uint8)
    observed[0, layout.hole_positions] = 0
    y = network.ties.toarray()[senders, receivers][None]
    bound = family.bind(network, Priors())
    return (
        layout.runs,
        y,
        observed,
        eta[senders, receivers][None],
        bound.data,
        family.dyad_data(network, senders, receivers),
    )


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("design", [CappedBernoulli, RankedBernoulli])
def test_rows_of_a_network(design: Any, link: str) -> None:
    """Holes, several runs a row, full lists and others: the sum over respondents, and the scores by differences."""
    network, eta, ranks = _nominations(24, 2, link, 0.3, seed=3)
    family = design(Tie(link))
    runs, y, observed, packed, data, dyads = _packed(network, family, eta)
    assert len(np.unique(runs[:, RUN_ACTOR])) < len(runs)  # some rows have several runs
    out, score, _ = evaluate(family, runs, y, observed, packed, data, dyads, [])
    seen, ties = network.observed.toarray(), network.ties.toarray()
    np.fill_diagonal(seen, False)
    expected = np.zeros(out.size)
    n_full = 0
    for i in np.unique(runs[:, RUN_ACTOR]):
        named = sorted((j for j in range(24) if seen[i, j] and ties[i, j]), key=lambda j, i=i: ranks[i, j])
        unnamed = [eta[i, j] for j in range(24) if seen[i, j] and not ties[i, j]]
        of_named, full = [eta[i, j] for j in named], network.n_nominations[i] >= 2
        n_full += full and len(named) == 2
        if full and not named:
            value = 1.0
        elif design is RankedBernoulli and len(named) == 2:
            value = reference_designs.ordered_list(link, of_named, unnamed, full)
        elif full:
            value = reference_designs.full_list(link, of_named, unnamed)
        else:
            value = reference_designs.row(link, of_named, unnamed)
        expected[runs[runs[:, RUN_ACTOR] == i, RUN_OFFSET][0]] = np.log(value)
    assert n_full >= 3
    np.testing.assert_allclose(out, expected, atol=1e-8)
    assert np.all(score[observed == 0] == 0.0)
    direction = np.random.default_rng(9).standard_normal(packed.shape)

    def along(step: float) -> float:
        return float(evaluate(family, runs, y, observed, packed + step * direction, data, dyads, [])[0].sum())

    slope = (8 * (along(1e-3) - along(-1e-3)) - along(2e-3) + along(-2e-3)) / 12e-3
    assert np.sum(score * direction) == pytest.approx(slope, rel=1e-8)


def test_a_cap_that_nobody_reaches_changes_nothing() -> None:
    network, eta, _ = _nominations(12, None, "logit", 0.1, seed=1)
    network.max_nominations = 12
    family = CappedBernoulli(Tie())
    runs, y, observed, packed, data, dyads = _packed(network, family, eta)
    out, score, _ = evaluate(family, runs, y, observed, packed, data, dyads, [])
    plain, plain_score, _ = evaluate(Bernoulli(), runs, y, observed, packed, data, dyads, [])
    assert out.sum() == pytest.approx(plain[observed[0] == 1].sum(), abs=1e-12)
    np.testing.assert_allclose(score[observed == 1], plain_score[observed == 1], atol=1e-13)


@pytest.mark.parametrize("n_actors", [2, 3])
def test_pairs(n_actors: int) -> None:
    """Every state of a pair, both halves or one or none observed."""
    states = list(itertools.product((0.0, 1.0, None), repeat=2))
    rng = np.random.default_rng(1)
    eta, rho = rng.normal(0.0, 2.0, (2, len(states))), 0.7 * n_actors - 2.0
    y = np.array([[state[half] or 0.0 for state in states] for half in range(2)])
    observed = np.array([[state[half] is not None for state in states] for half in range(2)])
    family = Reciprocal(Bernoulli())
    runs = _runs([[(0, len(states))]])
    data = family.bind(_stand_in(), Priors()).data

    def value(theta: np.ndarray) -> float:
        return float(
            evaluate(family, runs, y, observed, theta[:-1].reshape(2, -1), data, NO_DYADS, theta[-1:])[0].sum()
        )

    out, score, gradient = evaluate(family, runs, y, observed, eta, data, NO_DYADS, [rho])
    expected = [np.log(reference_designs.pair(state, eta[:, p], rho)) for p, state in enumerate(states)]
    np.testing.assert_allclose(out, expected, atol=1e-12)
    slope = reference.central_difference(value, np.r_[eta.ravel(), rho], step=1e-3)
    np.testing.assert_allclose(np.r_[score.ravel(), gradient], slope, rtol=1e-8, atol=1e-9)
    assert out[-1] == 0.0
    assert np.all(score[:, -1] == 0.0)


def test_unobserved_half_is_summed_over() -> None:
    out, _, _ = evaluate(
        Reciprocal(Bernoulli()), _runs([[(0, 1)]]), [[1], [0]], [[1], [0]], [[-1.0], [0.5]], [[0.0]], NO_DYADS, [2.0]
    )
    assert math.exp(out[0]) == pytest.approx(0.65, abs=5e-3)


def test_pairs_at_extremes() -> None:
    """|η| and |ρ| of 1,000: values and scores stay finite, and right where they are known."""
    family = Reciprocal(Bernoulli())
    sizes = np.array(list(itertools.product((-1e3, 0.0, 1e3), repeat=2))).T
    for rho, a, b in itertools.product((-1e3, 0.0, 1e3), (0.0, 1.0), (0.0, 1.0)):
        y, seen = np.broadcast_to([[a], [b]], sizes.shape), np.ones(sizes.shape)
        out, score, gradient = evaluate(family, _runs([[(0, 9)]]), y, seen, sizes, [[0.0]], NO_DYADS, [rho])
        terms = np.array([np.zeros(9), sizes[0], sizes[1], sizes.sum(axis=0) + rho])
        expected = a * sizes[0] + b * sizes[1] + rho * a * b - np.logaddexp.reduce(terms)
        np.testing.assert_allclose(out, expected, atol=1e-9)
        assert np.all(np.isfinite(score))
        assert np.all(np.abs(score) <= 1.0)
        assert np.isfinite(gradient[0])
    assert np.all(np.isfinite(family.mean(sizes, np.array([1e3]), NO_DYADS, NO_DYADS)))


def test_expected_pairs() -> None:
    """Moments by enumeration; the likelihood of expected ties is linear in them; simulated moments within 4.5 se."""
    family, rng = Reciprocal(Bernoulli()), np.random.default_rng(3)
    eta, rho = rng.normal(0.0, 1.5, (2, 6)), np.array([1.2])
    weights = [np.exp(a * eta[0] + b * eta[1] + a * b * rho[0]) for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]
    p = np.array(weights) / np.sum(weights, axis=0)
    mean = family.mean(eta, rho, NO_DYADS, NO_DYADS)
    joint = family.statistics(eta, rho, NO_DYADS, NO_DYADS)
    np.testing.assert_allclose(mean, [p[1] + p[3], p[2] + p[3]], atol=1e-13)
    np.testing.assert_allclose(joint, p[3][None], atol=1e-13)
    np.testing.assert_array_equal(family.tie_probability(eta, rho, NO_DYADS, NO_DYADS), mean)
    runs, seen = _runs([[(0, 6)]]), np.ones((2, 6))
    out, score, gradient = evaluate(family, runs, mean, seen, eta, [[0.0]], joint, rho)
    np.testing.assert_allclose(out, np.sum(p * np.log(p), axis=0), atol=1e-12)  # the mean log-probability
    np.testing.assert_allclose(score, 0.0, atol=1e-13)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-13)
    draws = family.simulate(np.repeat(eta, 20_000, axis=1), rho, NO_DYADS, NO_DYADS, rng).reshape(2, 6, 20_000)
    found = np.concatenate([draws.mean(axis=2), [np.mean(draws[0] * draws[1], axis=1)]])
    np.testing.assert_allclose(found, np.concatenate([mean, joint]), atol=4.5 * 0.5 / math.sqrt(20_000))


def test_reciprocity_is_a_coefficient() -> None:
    family = Reciprocal(Bernoulli())
    bound = family.bind(_stand_in(), Priors(coefficient_variance=4.0))
    assert family.coefficient_names == ("reciprocity",)
    np.testing.assert_array_equal(bound.precision, [0.25])
    assert bound.start.shape == bound.logs.shape == (1,)


@pytest.mark.parametrize("link", LINKS)
def test_conditioned_on_being_named(link: str) -> None:
    """Conditional probabilities of all outcomes sum to one; values and scores on a network with holes."""
    family = ConditionedBernoulli(Tie(link))
    eta = np.array([0.3, -1.0, 0.7, -0.2, 0.1, -2.0])  # two respondents, who were asked of columns 2, 3, 4
    runs = _runs([[(2, 3)], [(2, 3)]])
    data = np.array([[0, 0], [0, 0], [1, 0], [0, 0], [1, 0]], dtype=float)
    data[:, 1] = LINKS.index(link)
    total = 0.0
    for outcome in itertools.product((0.0, 1.0), repeat=6):
        if (outcome[0] or outcome[3]) and (outcome[2] or outcome[5]):
            total += math.exp(evaluate(family, runs, outcome, np.ones(6), eta, data, NO_DYADS, [])[0].sum())
    assert total == pytest.approx(1.0, abs=1e-12)

    network, eta, _ = _nominations(24, None, link, 0.4, seed=8)
    network.choice_set, network.named_only = "named", ~network.observed.asked
    runs, y, observed, packed, data, dyads = _packed(network, family, eta)
    out, score, _ = evaluate(family, runs, y, observed, packed, data, dyads, [])
    seen = network.observed.toarray()
    np.fill_diagonal(seen, False)
    # those whom no visible tie names are left out
    columns = np.flatnonzero(~network.observed.asked & (network.ties.sum(axis=0) > 0))
    assert 0 < len(columns) <= 8
    expected = reference_designs.conditioned(link, network.ties.toarray(), eta, seen, columns)
    assert out.sum() == pytest.approx(expected, abs=1e-10)
    assert np.all(score[observed == 0] == 0.0)
    direction = np.random.default_rng(9).standard_normal(packed.shape)

    def along(step: float) -> float:
        return float(evaluate(family, runs, y, observed, packed + step * direction, data, dyads, [])[0].sum())

    slope = (8 * (along(1e-3) - along(-1e-3)) - along(2e-3) + along(-2e-3)) / 12e-3
    assert np.sum(score * direction) == pytest.approx(slope, rel=1e-8)


def test_a_column_that_nobody_was_asked_about_is_left_out() -> None:
    data = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    out, _, _ = evaluate(ConditionedBernoulli(Tie()), _runs([[(1, 2)]]), [0, 1], [0, 1], [5.0, 0.4], data, NO_DYADS, [])
    np.testing.assert_allclose(out, 0.0, atol=1e-15)  # the one observed tie had to be there


@pytest.mark.parametrize("eta", [-650.0, -60.0, 60.0, 650.0])
def test_conditioned_at_extremes(eta: float) -> None:
    data = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    runs = np.array([[0, 1, 0, 1, 0], [2, 1, 1, 1, 0]])
    out, score, _ = evaluate(ConditionedBernoulli(Tie()), runs, [1, 0], [1, 1], [eta, eta], data, NO_DYADS, [])
    expected = -math.log(2.0) if eta < 0 else -eta  # one of two equally unlikely ties; or one of two sure ties missing
    assert out.sum() == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(score[0], [0.5, -0.5] if eta < 0 else [0.0, -1.0], atol=1e-10)


def _stand_in(**changes: Any) -> Any:
    asked = SimpleNamespace(asked=np.array([True, True, False]))
    defaults = {"n_actors": 3, "directed": True, "two_mode": False, "has_direction": True, "observed": asked}
    defaults |= {"max_nominations": None, "n_nominations": None, "ranks": None, "choice_set": "given"}
    return SimpleNamespace(**(defaults | changes))


CAP = {"max_nominations": 5, "n_nominations": np.array([5, 2, 0])}
RANKS = {"ranks": sparse.csr_array(np.eye(3))}
NAMED = {"choice_set": "named"}
UNDIRECTED = {"directed": False, "has_direction": False}


class Counts(Bernoulli.__base__):  # type: ignore[misc, name-defined]
    """Some family that is not Bernoulli."""

    name = "counts"


def test_which_family_a_design_asks_for() -> None:
    tie = Tie("probit")
    assert observed_family(tie, _stand_in(), reciprocal=False) is tie
    assert observed_family(Counts(), _stand_in(), reciprocal=False) == Counts()
    assert observed_family(tie, _stand_in(**CAP), reciprocal=False) == CappedBernoulli(tie)
    assert observed_family(tie, _stand_in(**RANKS), reciprocal=False) == RankedBernoulli(tie)
    assert observed_family(tie, _stand_in(**CAP, **RANKS), reciprocal=False) == RankedBernoulli(tie)
    assert observed_family(tie, _stand_in(**NAMED), reciprocal=False) == ConditionedBernoulli(tie)
    assert observed_family(Bernoulli(), _stand_in(), reciprocal=True) == Reciprocal(Bernoulli())


@pytest.mark.parametrize("design", [CAP, RANKS, CAP | RANKS])
def test_caps_without_a_roster_warn(design: dict[str, Any]) -> None:
    network = _stand_in(**design, **NAMED)
    with pytest.warns(LatentnetWarning, match=r"biased upwards; give the network actors="):
        warn_of_roster(network)
    assert observed_family(Tie(), network, reciprocal=False) == observed_family(
        Tie(), _stand_in(**design), reciprocal=False
    )
    warn_of_roster(_stand_in(**design))
    warn_of_roster(_stand_in(**NAMED))


@pytest.mark.parametrize(
    ("family", "changes", "reciprocal", "message"),
    [
        (Counts(), CAP, False, r"max_nominations is defined for .* but the family is 'counts'; use family='bernoulli'"),
        (Counts(), RANKS, False, "ranks is defined for .* 'counts'"),
        (Counts(), NAMED, False, "choice_set='named' is defined for .* actors="),
        (Counts(), {}, True, r"reciprocity is defined for .* leave out Reciprocity\(\)"),
        (Tie("probit"), {}, True, r"link in \{'logit'\}, but link is 'probit'"),
        (Tie(), CAP, True, r"max_nominations ties .* cannot be combined with Reciprocity\(\)"),
        (Tie(), RANKS, True, r"ranks ties .* cannot be combined with Reciprocity\(\)"),
        (Tie(), NAMED, True, r"choice_set='named' ties .* cannot be combined with Reciprocity\(\)"),
        (Tie(), {"two_mode": True}, True, "reciprocity is not defined for two-mode networks"),
        (
            Tie(),
            {"directed": False, "has_direction": False},
            True,
            "reciprocity is defined for directed networks, .* directed=False",
        ),
        (
            Tie(),
            CAP | UNDIRECTED,
            False,
            "max_nominations is defined for directed networks",
        ),
        (Tie(), NAMED | {"two_mode": True}, False, "choice_set='named' is not defined for two-mode networks"),
    ],
)
def test_refused_combinations(family: Family, changes: dict[str, Any], reciprocal: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        observed_family(family, _stand_in(**changes), reciprocal=reciprocal)


def test_the_table_is_of_the_wrappers() -> None:
    for entry in DESIGNS.values():
        assert entry.unit == (entry.wrapper.unit if entry.wrapper else "dyad")


def test_designs_delegate_to_the_tie_family() -> None:
    tie = Bernoulli()
    for design in (CappedBernoulli, RankedBernoulli, ConditionedBernoulli):
        family = design(tie)
        assert family.start_intercept(0.2) == tie.start_intercept(0.2)
        with pytest.raises(ValueError, match="use family='poisson' for counts"):
            family.check(Network.from_array(np.array([[0.0, 3.0], [0.0, 0.0]]), directed=True))
