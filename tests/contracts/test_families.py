"""Every family and link: compiled verbs against naive twins, moments against exact sums, checks and priors."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from latentnet import Network, Priors
from latentnet.compiled import block_function, first_class_functions, kernel
from latentnet.contract import FAMILY_LOG_LIKELIHOOD, FAMILY_SCORE
from latentnet.families import (
    FAMILIES,
    Bernoulli,
    Binomial,
    Family,
    Gaussian,
    NegativeBinomial,
    Ordinal,
    Poisson,
)
from latentnet.families.counts import digamma, log_rising, log_rising_slope
from tests import reference_families

PRIORS: Any = SimpleNamespace(
    dispersion_log_variance=4.0,
    cutpoint_log_gap_variance=2.0,
    gaussian_variance_scale=3.0,
    gaussian_variance_df=5.0,
)
ETA = [-1e3, -700.0, -50.0, -7.3, -1.0, 0.0, 0.4, 3.0, 12.0, 50.0, 700.0, 1e3]
LEVELS = np.array([-2.0, 0.0, 1.0, 5.0])


@dataclass
class Case:
    """A family, the ties and own values to try it at, and what its verbs read."""

    family: Family
    twin: str
    ties: list[float]  # what the twin is given
    values: list[np.ndarray] = field(default_factory=lambda: [np.zeros(0)])
    extra: float = 1.0
    data: np.ndarray = field(default_factory=lambda: np.zeros((1, 1)))
    row: float | None = None  # what `dyads` holds
    largest: float = np.inf  # log mean from which the family goes on as a straight line

    def y(self, tie: float) -> float:
        return float(self.data[0, int(tie)]) if self.twin == "ordinal" else tie

    def dyads(self, size: int) -> np.ndarray:
        return np.zeros((0, size)) if self.row is None else np.full((1, size), self.row)


def _one(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


CASES = {
    "logit": Case(Bernoulli(), "logit", [0, 1]),
    "probit": Case(Bernoulli(link="probit"), "probit", [0, 1]),
    "cloglog": Case(Bernoulli(link="cloglog"), "cloglog", [0, 1], largest=300.0),
    "binomial": Case(Binomial(7), "binomial", [0, 1, 4, 7], extra=7.0, row=7.0),
    "binomial of many": Case(Binomial(900), "binomial", [0, 1, 400, 900], extra=900.0, row=900.0),
    "poisson": Case(Poisson(), "poisson", [0, 1, 3, 300], largest=300.0),
    "poisson with exposure": Case(
        Poisson(2.5), "poisson", [0, 1, 3, 40], extra=2.5, row=float(np.log(2.5)), largest=300.0
    ),
    "negative binomial": Case(NegativeBinomial(), "negative_binomial", [0, 1, 3, 300], _one(-25.0, -3.0, 0.5, 30.0)),
    "gaussian": Case(Gaussian(), "gaussian", [-3.5, 0, 0.25, 40], _one(-8.0, -1.0, 2.0)),
    "ordinal": Case(
        Ordinal(LEVELS),
        "ordinal",
        [0, 1, 2, 3],
        [np.array(v) for v in ([0.0, 0.0], [-2.0, 1.5], [4.0, -12.0], [-600.0, 3.0])],
        data=LEVELS[None],
    ),
    "ordinal of two": Case(Ordinal([0, 3]), "ordinal", [0, 1], data=np.array([[0.0, 3.0]])),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@kernel
def _log_likelihood(functions, y, observed, eta, data, dyads, values, out):  # type: ignore[no-untyped-def]
    functions[0](np.zeros((0, 5), np.int64), y, observed, eta, data, dyads, values, out)


@kernel
def _score(functions, y, observed, eta, data, dyads, values, score, gradient):  # type: ignore[no-untyped-def]
    functions[0](np.zeros((0, 5), np.int64), y, observed, eta, data, dyads, values, score, gradient)


def log_likelihood(case: Case, y: Any, eta: Any, values: np.ndarray, dyads: np.ndarray | None = None) -> np.ndarray:
    y, eta = np.array(y, float)[None], np.array(eta, float)[None]
    function = block_function(case.family.kernels()[0], FAMILY_LOG_LIKELIHOOD)
    out = np.zeros(y.size)
    dyads = case.dyads(y.size) if dyads is None else dyads
    with first_class_functions():
        _log_likelihood((function,), y, np.ones(y.shape, np.uint8), eta, case.data, dyads, values, out)
    return out


def score(
    case: Case, y: Any, eta: Any, values: np.ndarray, dyads: np.ndarray | None = None, observed: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    y, eta = np.array(y, float)[None], np.array(eta, float)[None]
    observed = np.ones(y.shape, np.uint8) if observed is None else np.array(observed, np.uint8)[None]
    function = block_function(case.family.kernels()[1], FAMILY_SCORE)
    out, gradient = np.full(y.shape, np.nan), np.zeros(values.size)
    dyads = case.dyads(y.size) if dyads is None else dyads
    with first_class_functions():
        _score((function,), y, observed, eta, case.data, dyads, values, out, gradient)
    return out[0], gradient


def _points(case: Case) -> list[tuple[float, float]]:
    """(tie, η) where the family is not continued as a straight line."""
    return [(tie, eta) for tie in case.ties for eta in ETA if eta + np.log(case.extra) < case.largest]


@each_case
def test_log_likelihood_and_slopes_equal_the_twin(case: Case) -> None:
    points = _points(case)
    y, eta = [case.y(tie) for tie, _ in points], [eta for _, eta in points]
    for values in case.values:
        wanted = [reference_families.log_density(case.twin, *point, values, case.extra) for point in points]
        wanted_slopes = [reference_families.slopes(case.twin, *point, values, case.extra) for point in points]
        np.testing.assert_allclose(log_likelihood(case, y, eta, values), wanted, rtol=1e-11, atol=1e-9)
        found, _ = score(case, y, eta, values)
        np.testing.assert_allclose(found, [slope for slope, _ in wanted_slopes], rtol=1e-11, atol=1e-11)
        for p, (_, own) in enumerate(wanted_slopes):
            _, gradient = score(case, y[p : p + 1], eta[p : p + 1], values)
            np.testing.assert_allclose(gradient, own, rtol=1e-9, atol=1e-10, err_msg=f"{points[p]}, {values}")


@pytest.mark.parametrize("name", ["binomial", "poisson with exposure", "negative binomial", "gaussian", "cloglog"])
def test_the_twin_equals_scipy(name: str) -> None:
    case = CASES[name]
    values = case.values[-2] if case.values[0].size else np.zeros(0)
    for tie in case.ties[:3]:
        for eta in (-1.0, 0.4, 3.0):
            r = np.exp(-values[0]) if values.size else 0.0
            wanted = {
                "binomial": lambda y, e: stats.binom.logpmf(y, 7, special.expit(e)),
                "poisson": lambda y, e: stats.poisson.logpmf(y, 2.5 * np.exp(e)),
                "negative_binomial": lambda y, e, r=r: stats.nbinom.logpmf(y, r, r / (r + np.exp(e))),
                "gaussian": lambda y, e, s=values: stats.norm.logpdf(y, e, np.exp(s[0])),
                "cloglog": lambda y, e: stats.gumbel_l.logcdf(e) if y else stats.gumbel_l.logsf(e),
            }[case.twin](tie, eta)
            found = reference_families.log_density(case.twin, tie, eta, values, case.extra)
            assert found == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("name", ["cloglog", "poisson", "poisson with exposure"])
def test_means_beyond_all_bounds_stay_finite(name: str) -> None:
    """The log-likelihood goes on as a line of its last slope, so that a search still finds its way back."""
    case, eta = CASES[name], np.array([299.0, 300.0, 301.0, 700.0, 1e3, 1e6])
    values = log_likelihood(case, np.zeros(6), eta, np.zeros(0))
    slopes, _ = score(case, np.zeros(6), eta, np.zeros(0))
    assert np.isfinite(values).all()
    assert (np.diff(values) < 0).all()
    assert values[-1] < -1e130
    assert (slopes < -1e129).all()
    assert np.isfinite(np.sum(slopes**2))
    assert values[4] - values[3] == pytest.approx(300.0 * slopes[3], rel=1e-12)


@each_case
def test_slopes_are_those_of_the_log_likelihood(case: Case) -> None:
    """By central differences, at moderate η; several dyads at once, some of them holes."""
    rng = np.random.default_rng(1)
    y = np.array([case.y(tie) for tie in rng.choice(case.ties, 40)])
    eta, observed = rng.normal(size=40), (rng.random(40) < 0.7).astype(int)
    y[observed == 0] = 0.0
    step = 1e-5
    for values in case.values:
        values = np.clip(values, -3.0, 3.0)
        found, gradient = score(case, y, eta, values, observed=observed)
        rise = log_likelihood(case, y, eta + step, values) - log_likelihood(case, y, eta - step, values)
        seen = observed == 1
        np.testing.assert_allclose(found[seen], rise[seen] / (2 * step), rtol=1e-6, atol=1e-6)
        for m in range(values.size):
            shift = step * np.eye(values.size)[m]
            rise = log_likelihood(case, y, eta, values + shift) - log_likelihood(case, y, eta, values - shift)
            assert gradient[m] == pytest.approx(rise[seen].sum() / (2 * step), rel=1e-6, abs=1e-5)


@each_case
def test_gradient_adds_up_over_observed_dyads(case: Case) -> None:
    """What stands at holes is not read, and what is in the gradient stays."""
    values = case.values[0]
    y, eta = np.array([case.y(case.ties[-1]), 77.0, case.y(case.ties[0])]), np.array([0.3, -2.0, 1.0])
    _, both = score(case, y, eta, values, observed=[1, 0, 1])
    apart = [score(case, y[p : p + 1], eta[p : p + 1], values)[1] for p in (0, 2)]
    np.testing.assert_allclose(both, apart[0] + apart[1], rtol=1e-12, atol=1e-14)


@each_case
def test_expected_ties_give_the_expected_log_likelihood(case: Case) -> None:
    """Up to a constant: minimum Kullback–Leibler estimates put E[Y], or the levels' probabilities, in place of ties."""
    eta, values, weight = np.array([-4.0, -0.5, 0.0, 2.0, 5.0]), case.values[0], 0.3
    low, high = case.y(case.ties[0]), case.y(case.ties[-1])
    ends = [log_likelihood(case, np.full(5, y), eta, values) for y in (low, high)]
    slopes = [score(case, np.full(5, y), eta, values) for y in (low, high)]
    y, dyads = np.full(5, (1 - weight) * low + weight * high), None
    if case.twin == "ordinal":
        dyads = np.zeros((case.data.size, 5))
        dyads[0], dyads[-1] = 1 - weight, weight
    found = log_likelihood(case, y, eta, values, dyads)
    found_slope, found_gradient = score(case, y, eta, values, dyads)
    wanted = (1 - weight) * ends[0] + weight * ends[1]
    np.testing.assert_allclose(found - found[0], wanted - wanted[0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(found_slope, (1 - weight) * slopes[0][0] + weight * slopes[1][0], rtol=1e-10)
    if case.twin == "ordinal":
        np.testing.assert_allclose(found, wanted, rtol=1e-10)
        np.testing.assert_allclose(found_gradient, (1 - weight) * slopes[0][1] + weight * slopes[1][1], rtol=1e-10)


def test_ordinal_statistics_below_y_count_observed_dyads_alone() -> None:
    case = CASES["ordinal"]
    weights = np.random.default_rng(2).dirichlet(np.ones(4), 3).T.copy()
    eta, values = np.array([0.3, -2.0, 1.0]), np.array([0.4, -0.2])
    _, seen = score(case, np.zeros(3), eta, values, weights, [1, 0, 1])
    apart = [score(case, [0.0], eta[[p]], values, weights[:, [p]].copy())[1] for p in (0, 2)]
    np.testing.assert_allclose(seen, apart[0] + apart[1], rtol=1e-12)


def _support(case: Case) -> np.ndarray:
    if case.twin == "ordinal":
        return case.data[0]
    if case.twin == "gaussian":
        return np.linspace(-60.0, 60.0, 6001)  # 0 is a point
    return (
        np.arange({"logit": 2, "probit": 2, "cloglog": 2, "binomial": int(case.extra) + 1}.get(case.twin, 4000)) * 1.0
    )


MODERATE = {"negative_binomial": np.array([0.4]), "gaussian": np.array([0.7])}


def _moderate(case: Case) -> np.ndarray:
    """Own values at which the sums below converge."""
    return MODERATE.get(case.twin, np.full(case.values[0].size, 0.3))


@each_case
@pytest.mark.parametrize("eta", [-2.0, 0.0, 1.3])
def test_moments_are_those_of_the_likelihood(case: Case, eta: float) -> None:
    values, support = _moderate(case), _support(case)
    probability = np.exp(log_likelihood(case, support, np.full(support.size, eta), values))
    if case.twin == "gaussian":
        probability *= support[1] - support[0]
    at, dyads = np.array([eta]), case.dyads(1)
    assert probability.sum() == pytest.approx(1.0, rel=1e-9)
    assert case.family.mean(at, values, case.data, dyads)[0] == pytest.approx((support * probability).sum(), abs=1e-8)
    positive = probability[support > 0].sum()
    if case.twin == "gaussian":
        positive += probability[support == 0][0] / 2
    assert case.family.tie_probability(at, values, case.data, dyads)[0] == pytest.approx(positive, abs=1e-5)
    found = case.family.statistics(at, values, case.data, dyads)
    wanted = probability[:, None] if case.twin == "ordinal" else np.zeros((0, 1))
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


@each_case
def test_simulated_ties_have_the_likelihoods_distribution(case: Case) -> None:
    """Tests of fit of 20,000 draws at level 1e-5: false alarms 1e-4 over all families."""
    size, eta, values = 20_000, 0.4, _moderate(case)
    rng = np.random.default_rng(3)
    draws = case.family.simulate(np.full((2, size // 2), eta), values, case.data, case.dyads(size // 2), rng)
    assert draws.shape == (2, size // 2)
    assert draws.dtype == np.float64
    if case.twin == "gaussian":
        assert stats.kstest(draws.ravel(), stats.norm(eta, np.exp(values[0])).cdf).pvalue > 1e-5
        return
    support = _support(case)
    wanted = size * np.exp(log_likelihood(case, support, np.full(support.size, eta), values))
    assert np.isin(draws, support).all()
    common = wanted >= 5.0
    counts = np.array([np.sum(draws == y) for y in support[common]])
    counts, wanted = np.append(counts, size - counts.sum()), np.append(wanted[common], size - wanted[common].sum())
    kept = wanted > 1e-6
    assert counts[~kept].sum() == 0
    assert stats.chisquare(counts[kept], wanted[kept] * counts.sum() / wanted[kept].sum()).pvalue > 1e-5


@each_case
def test_many_draws_at_once(case: Case) -> None:
    """Own values by draw, (n_draws, n_values), go with η (n_draws, n_dyads)."""
    rng = np.random.default_rng(4)
    eta, values = rng.normal(size=(3, 5)), rng.normal(size=(3, case.values[0].size))
    dyads = case.dyads(5)
    for quantity in (case.family.mean, case.family.tie_probability):
        wanted = [quantity(eta[s], values[s], case.data, dyads) for s in range(3)]
        np.testing.assert_allclose(quantity(eta, values, case.data, dyads), wanted, rtol=1e-13)
    reported = case.family.variables(values, case.data)
    for name, variable in reported.items():
        assert variable.values.shape == (3, *(len(variable.coords[dim]) for dim in variable.dims))
        single = case.family.variables(values[0], case.data)[name]
        np.testing.assert_allclose(variable.values[0], single.values)


@each_case
def test_everything_stays_finite_at_huge_predictors(case: Case) -> None:
    eta, rng = np.array([-1e6, -1e3, 1e3, 1e6]), np.random.default_rng(5)
    for values in case.values:
        args = (eta, values, case.data, case.dyads(4))
        assert np.isfinite(case.family.mean(*args)).all()
        chance = case.family.tie_probability(*args)
        assert ((chance >= 0.0) & (chance <= 1.0)).all()
        assert np.isfinite(case.family.simulate(*args, rng)).all()
        y = np.full(4, case.y(case.ties[-1]))
        assert np.isfinite(log_likelihood(case, y, eta, values)).all()
        assert np.isfinite(score(case, y, eta, values)[0]).all()


def test_ratios_of_gamma_functions() -> None:
    for x in (1e-80, 1e-3, 0.5, 1.46, 7.0, 15.9, 16.0, 1e3, 1e12):
        assert digamma(x) == pytest.approx(special.psi(x), rel=1e-13, abs=1e-14)
    for y in (0.3, 1.0, 2.0, 35.0):
        for r in (0.1, 3.0, 15.9, 16.1, 200.0):
            assert log_rising(y, r) == pytest.approx(np.log(special.poch(r, y)) - y * np.log(r), rel=1e-10, abs=1e-12)
            slope = y - r * (special.psi(y + r) - special.psi(r))
            assert log_rising_slope(y, r) == pytest.approx(slope, rel=1e-9, abs=1e-12)
        assert log_rising(y, 1e30) == pytest.approx(0.0, abs=1e-13)


def test_negative_binomial_without_dispersion_is_poisson() -> None:
    case, y, eta = CASES["negative binomial"], np.array([0.0, 3.0, 40.0]), np.array([-2.0, 1.0, 3.5])
    for x in (-40.0, -150.0, -1e4):
        found = log_likelihood(case, y, eta, np.array([x]))
        np.testing.assert_allclose(found, log_likelihood(CASES["poisson"], y, eta, np.zeros(0)), rtol=1e-12)
        np.testing.assert_allclose(score(case, y, eta, np.array([x]))[1], 0.0, atol=1e-12)


# What a family takes from a network.


def _network(values: Any, **options: Any) -> Network:
    return Network.from_array(np.array(values, float), **options)


COUNTS = _network([[0, 2, 0], [1, 0, 5], [0, 0, 0]], actors=["a", "b", "c"])
HALVES = _network([[0, 0.5, 0], [1, 0, -2], [0, 0, 0]], actors=["a", "b", "c"])
TRIALS = pd.DataFrame([[0, 4, 4], [3, 0, 4], [1, 2, 0]], index=["b", "a", "c"], columns=["a", "b", "c"])


def _check(family: Family, network: Network) -> None:
    """Check it as a model's `fit` does."""
    family.check_parameters()
    family.check(network)


@pytest.mark.parametrize(
    ("family", "network", "words"),
    [
        (Bernoulli(), COUNTS, ["family 'bernoulli'", "from 2 to 5", "use family='poisson' for counts"]),
        (Bernoulli(link="log"), COUNTS, ["link", "'logit', 'probit', 'cloglog'", "'log'"]),
        (Binomial(), COUNTS, ["family 'binomial'", "Binomial(trials=5)"]),
        (Binomial(0), COUNTS, ["trials", "at least 1", "0"]),
        (Binomial(2.5), COUNTS, ["trials", "whole number", "2.5"]),
        (Binomial(float("nan")), COUNTS, ["trials must be a finite number"]),
        (Binomial(4), COUNTS, ["from 'b' to 'c'", "5 of 4 trials", "poisson"]),
        (Binomial(4), HALVES, ["family 'binomial'", "from 'a' to 'b' is 0.5", "round"]),
        (Binomial(np.full((3, 3), -1)), COUNTS, ["trials", "from 'a' to 'b' they are -1"]),
        (Binomial(np.ones((2, 2))), COUNTS, ["trials must have shape (3, 3)", "(2, 2)"]),
        (Poisson(), HALVES, ["family 'poisson'", "from 'a' to 'b' is 0.5", "'gaussian'"]),
        (Poisson(0.0), COUNTS, ["exposure must be a finite number of at least 1e-100", "0"]),
        (Poisson(1.0 - np.eye(3)[[1, 0, 2]]), COUNTS, ["exposure", "from 'a' to 'b' it is 0", "unobserved"]),
        (NegativeBinomial(), _network([[0, -1], [0, 0]]), ["family 'negative_binomial'", "from 0 to 1 is -1"]),
        (Ordinal([0, 1, 2]), COUNTS, ["levels [0.0, 1.0, 2.0]", "from 'b' to 'c' is 5", "recode"]),
        (Ordinal([1, 2]), COUNTS, ["levels must have 0", "[1.0, 2.0]"]),
        (Ordinal([0, 2, 1]), COUNTS, ["ascending", "[0.0, 2.0, 1.0]"]),
        (Ordinal(["no", "yes"]), COUNTS, ["levels must be a sequence of finite numbers", "'no'"]),
        (Ordinal([0]), COUNTS, ["at least two levels", "[0.0]"]),
        (Ordinal(), _network(np.zeros((3, 3))), ["at least two levels"]),
        (Ordinal(), _network(np.triu(np.random.default_rng(0).random((12, 12)), 1)), ["67", "gaussian"]),
    ],
)
def test_ties_outside_of_the_support_are_refused(family: Family, network: Network, words: list[str]) -> None:
    with pytest.raises(ValueError, match=r"needs|must|takes") as raised:
        _check(family, network)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    "family",
    [
        Binomial(5),
        Binomial(np.int64(9)),
        Binomial(np.full((3, 3), 5)),
        Poisson(),
        Poisson(0.5),
        NegativeBinomial(),
        Gaussian(),
        Ordinal(),
        Ordinal([-1, 0, 1, 2, 5]),
    ],
    ids=lambda family: family.name,
)
def test_ties_of_the_support_are_taken(family: Family) -> None:
    family.check(COUNTS)


def test_names() -> None:
    assert list(FAMILIES) == ["bernoulli", "binomial", "poisson", "negative_binomial", "gaussian", "ordinal"]
    for name, family in FAMILIES.items():
        assert family().name == name
        assert family().get_params() == family(*family().get_params().values()).get_params()


def test_numbers_by_dyad_reach_the_verbs() -> None:
    senders, receivers = np.array([0, 1, 2]), np.array([1, 2, 1])
    np.testing.assert_array_equal(Binomial(TRIALS).dyad_data(COUNTS, senders, receivers), [[0, 4, 2]])
    np.testing.assert_array_equal(Binomial(6).dyad_data(COUNTS, senders, receivers), [[6, 6, 6]])
    np.testing.assert_allclose(Poisson(TRIALS + 1.0).dyad_data(COUNTS, senders, receivers), np.log([[1, 5, 3]]))
    assert Poisson().dyad_data(COUNTS, senders, receivers).shape == (0, 3)
    with pytest.raises(ValueError, match="from 'a' to 'b' is 2 of 0 trials"):
        Binomial(TRIALS).check(COUNTS)


def test_exposure_of_a_two_mode_network() -> None:
    went = Network.from_incidence([[1, 0, 2], [0, 1, 1]], rows=["Ann", "Bob"], columns=["tea", "ball", "fair"])
    exposure = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    family = Poisson(exposure)
    family.check(went)
    np.testing.assert_allclose(family.dyad_data(went, np.array([1, 0]), np.array([3, 4])), np.log([[5.0, 3.0]]))
    exposure[1, 0] = 0.0
    with pytest.raises(ValueError, match="from 'Bob' to 'tea' it is 0"):
        family.check(went)


def test_negative_binomial_and_ordinal_priors() -> None:
    bound = NegativeBinomial().bind(COUNTS, PRIORS)
    assert (bound.start, bound.precision, bound.logs, bound.scales) == ([0.0], [0.25], [1.0], ())
    bound = Ordinal().bind(COUNTS, PRIORS)
    np.testing.assert_array_equal(bound.data, [[0.0, 1.0, 2.0, 5.0]])
    np.testing.assert_array_equal([bound.start, bound.precision, bound.logs], [[0, 0], [0.5, 0.5], [1, 1]])
    reported = Ordinal().variables(np.log([2.0, 0.5]), bound.data)["cutpoints"]
    np.testing.assert_allclose(reported.values, [0.0, 2.0, 2.5])
    assert (reported.dims, reported.coords) == (("cutpoint",), {"cutpoint": ["0|1", "1|2", "2|5"]})
    assert Ordinal([0, 1]).bind(_network([[0, 1], [0, 0]]), PRIORS).start.size == 0
    assert Ordinal([0, 1]).variables(np.zeros(0), np.array([[0.0, 1.0]])) == {}


@pytest.mark.parametrize("directed", [True, False])
def test_gaussian_variance(directed: bool) -> None:
    rng = np.random.default_rng(6)
    y = np.where(rng.random((9, 9)) < 0.5, 100.0 + rng.normal(size=(9, 9)), 0.0)
    y[rng.random((9, 9)) < 0.2] = np.nan
    y = y if directed else np.tril(y, -1) + np.tril(y, -1).T
    np.fill_diagonal(y, 0.0)
    network = Network.from_array(y, directed=directed)
    values = y[~np.eye(9, dtype=bool) & ~np.isnan(y)]
    assert Gaussian().prior_defaults(network, Priors()) == {
        "gaussian_variance_scale": pytest.approx(np.var(values), rel=1e-12)
    }
    bound = Gaussian().bind(network, PRIORS)
    assert bound.start == pytest.approx(np.log(np.std(values)))
    assert (bound.scales, bound.precision, bound.logs) == (((0, 3.0, 5.0),), [0.0], [0.0])
    assert Gaussian().variables(np.array([np.log(2.0)]), bound.data)["tie_variance"].values == pytest.approx(4.0)


def test_gaussian_needs_values_that_differ() -> None:
    same = _network(np.ones((3, 3)) - np.eye(3))
    with pytest.raises(ValueError, match=r"family 'gaussian'.*all of them are equal.*bernoulli"):
        Gaussian().prior_defaults(same, Priors())
    assert Gaussian().bind(same, PRIORS).start == pytest.approx(0.5 * np.log(3.0))


@each_case
def test_start_of_the_intercept(case: Case) -> None:
    """E[Y] at the start is the mean that was given; the extremes stay finite."""
    support = _support(case)
    low, high = max(support.min(), -3.0), min(support.max(), 100.0)
    mean = 0.7 * low + 0.3 * high
    start = case.family.start_intercept(mean)
    found = case.family.mean(np.array([start]), 0.0 * case.values[0], case.data, case.dyads(1))[0]
    assert found == pytest.approx(mean, rel=1e-6)
    for extreme in (low, high):
        assert abs(case.family.start_intercept(extreme)) < 150.0


def test_start_of_an_ordinal_intercept_without_levels() -> None:
    assert Ordinal().start_intercept(0.5) == pytest.approx(0.0)
    assert abs(Ordinal().start_intercept(-40.0)) < 5.0
