"""Fused and composed kernels against the naive twin, and against each other, over every kind of plain network."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from latentnet import Network
from latentnet.compiled import first_class_functions
from latentnet.effects import NoIntercept
from latentnet.families import Bernoulli
from latentnet.likelihood.composed import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.likelihood.fused import Fused, fused_actor_log_likelihood, fused_gradient, fused_log_likelihood
from latentnet.likelihood.verbs import own_scratch, tie_probabilities
from latentnet.predictive.predictive import Predictive
from latentnet.priors import Priors
from latentnet.priors.joint import actor_log_prior, add_prior_gradient, log_prior, natural_log_prior
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import log_posterior
from tests import reference

SIMILARITIES = ("distance", "squared_distance", "bilinear")
# (share of single dyads unobserved, some rows unobserved)
MISSING = {"none": (0.0, False), "few": (0.1, False), "many": (0.6, False), "rows": (0.0, True), "both": (0.1, True)}
# Undirected networks have no unobserved rows.
KINDS = [(directed, kind) for directed in (False, True) for kind in MISSING if directed or kind not in ("rows", "both")]


def _network(n: int, directed: bool, missing: str, seed: int = 0, density: float = 0.3) -> Network:
    rng = np.random.default_rng([seed, n])
    share, rows = MISSING[missing]
    y = (rng.random((n, n)) < density).astype(float)
    y[rng.random((n, n)) < share] = np.nan
    if not directed:
        y = np.tril(y, -1)
        y = y + y.T
    if rows:
        y[rng.permutation(n)[: n // 3]] = np.nan
    np.fill_diagonal(y, 0.0)
    return Network.from_array(y, directed=directed)


def _two_mode(n_rows: int, n_columns: int, share: float) -> Network:
    rng = np.random.default_rng(5)
    y = (rng.random((n_rows, n_columns)) < 0.4).astype(float)
    y[rng.random(y.shape) < share] = np.nan
    return Network.from_incidence(y)


def _problem(network: Network, similarity: str, n_dims: int, **keywords: object) -> Problem:
    arguments = {"family": Bernoulli(), "effects": (), "priors": Priors()} | keywords
    return make_problem(network, similarity=similarity, n_dims=n_dims, **arguments)  # type: ignore[arg-type]


def _theta(problem: Problem, seed: int = 1, scale: float = 1.3) -> np.ndarray:
    return scale * np.random.default_rng(seed).standard_normal(problem.n_parameters)


def _eta(problem: Problem, theta: np.ndarray) -> np.ndarray:
    z = theta[problem.positions].reshape(problem.n_dims, problem.n_actors).T
    intercept = theta[problem.intercept] if problem.intercept >= 0 else 0.0
    return reference.linear_predictor(z, intercept, reference.name_of(problem.similarity))


def _log_likelihood(problem: Problem, theta: np.ndarray) -> float:
    return reference.log_likelihood(problem.network, _eta(problem, theta))


def _gradient(kernel, likelihood, theta: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """The kernel must add to what is there, so it starts from ones."""
    gradient = np.ones_like(theta)
    with first_class_functions():
        kernel(likelihood, theta, gradient)
    return gradient - 1.0


def _composed_values(problem: Problem, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, that of each actor's dyads, gradient."""
    target = Composed.bind(problem)
    with first_class_functions():
        value = composed_log_likelihood(target, theta)
        actors = np.array([composed_actor_log_likelihood(target, theta, a) for a in range(problem.n_actors)])
        gradient = _gradient(composed_gradient, target, theta)
        # Buffers must be clean for the next call.
        assert composed_log_likelihood(target, theta) == value
        np.testing.assert_array_equal(_gradient(composed_gradient, target, theta), gradient)
    return value, actors, gradient


@cache
def _analytic(n: int, directed: bool, missing: str, similarity: str, n_dims: int) -> tuple[Problem, np.ndarray]:
    problem = _problem(_network(n, directed, missing), similarity, n_dims)
    return problem, _theta(problem)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("n_dims", [1, 2, 3])
@pytest.mark.parametrize(("directed", "missing"), KINDS)
def test_plain_models(similarity: str, n_dims: int, directed: bool, missing: str) -> None:
    problem, theta = _analytic(11, directed, missing, similarity, n_dims)
    assert Fused.accepts(problem) is (missing != "many")
    eta = _eta(problem, theta)
    expected = reference.log_likelihood(problem.network, eta)
    by_actor = np.array([reference.log_likelihood(problem.network, eta, actor=a) for a in range(problem.n_actors)])
    slope = reference.central_difference(lambda at: _log_likelihood(problem, at), theta, step=1e-3)
    value, actors, gradient = _composed_values(problem, theta)
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-10)
    np.testing.assert_allclose(actors, by_actor, rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)
    if Fused.accepts(problem):
        likelihood = own_scratch(problem.likelihood, np.float64)
        assert fused_log_likelihood(likelihood, theta) == pytest.approx(expected, rel=1e-12, abs=1e-10)
        found = [fused_actor_log_likelihood(likelihood, theta, a) for a in range(problem.n_actors)]
        np.testing.assert_allclose(found, by_actor, rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(_gradient(fused_gradient, likelihood, theta), gradient, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("n_dims", [1, 2, 3])
@pytest.mark.parametrize(("directed", "missing"), [kind for kind in KINDS if kind[1] != "many"])
def test_float32_forces(similarity: str, n_dims: int, directed: bool, missing: str) -> None:
    """Forces are relative to the largest; the energies of the same target stay float64."""
    problem, theta = _analytic(11, directed, missing, similarity, n_dims)
    double = own_scratch(problem.likelihood, np.float64)
    exact = _gradient(fused_gradient, double, theta)
    single = own_scratch(problem.likelihood, np.float32)
    np.testing.assert_allclose(_gradient(fused_gradient, single, theta), exact, rtol=0, atol=1e-5 * abs(exact).max())
    assert fused_log_likelihood(single, theta) == fused_log_likelihood(
        own_scratch(problem.likelihood, np.float64), theta
    )


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize(("directed", "missing"), KINDS)
def test_several_blocks(similarity: str, directed: bool, missing: str) -> None:
    """120 actors: two packed blocks of pairs, four of ordered dyads; the twin is vectorised by NumPy here."""
    problem, theta = _analytic(120, directed, missing, similarity, 2)
    eta = _dense_eta(problem, theta)
    network = problem.network
    units = network.ties.toarray() * eta - np.logaddexp(0.0, eta)
    units[~network.observed.toarray()] = 0.0
    expected = units.sum() if directed else np.tril(units).sum()
    value, actors, gradient = _composed_values(problem, theta)
    assert Composed.bind(problem.with_network(network)).layout.sizes.size > 1
    assert value == pytest.approx(expected, rel=1e-12)
    by_actor = units.sum(axis=0) + units.sum(axis=1) if directed else units.sum(axis=1)
    np.testing.assert_allclose(actors, by_actor, rtol=1e-11, atol=1e-10)
    direction = np.random.default_rng(7).standard_normal(theta.size)
    along = reference.central_difference(
        lambda t: _vector_log_likelihood(problem, theta + t[0] * direction), np.zeros(1), step=1e-4
    )
    assert gradient @ direction == pytest.approx(along[0], rel=1e-6, abs=1e-5)
    if Fused.accepts(problem):
        likelihood = own_scratch(problem.likelihood, np.float64)
        assert likelihood.data.blocks.size > 2
        assert fused_log_likelihood(likelihood, theta) == pytest.approx(expected, rel=1e-12)
        found = [fused_actor_log_likelihood(likelihood, theta, a) for a in range(problem.n_actors)]
        np.testing.assert_allclose(found, by_actor, rtol=1e-11, atol=1e-10)
        fused = _gradient(fused_gradient, likelihood, theta)
        np.testing.assert_allclose(fused, gradient, rtol=1e-10, atol=1e-11 * abs(gradient).max())


def _dense_eta(problem: Problem, theta: np.ndarray) -> np.ndarray:
    z = theta[problem.positions].reshape(problem.n_dims, problem.n_actors).T
    if reference.name_of(problem.similarity) == "bilinear":
        between = z @ z.T
    else:
        squared = ((z[:, None] - z[None]) ** 2).sum(axis=-1)
        between = -squared if reference.name_of(problem.similarity) == "squared_distance" else -np.sqrt(squared)
    return theta[problem.intercept] + between  # type: ignore[no-any-return]


def _vector_log_likelihood(problem: Problem, theta: np.ndarray) -> float:
    eta = _dense_eta(problem, theta)
    units = problem.network.ties.toarray() * eta - np.logaddexp(0.0, eta)
    kept = problem.network.observed.toarray()
    return float(units[kept].sum() / (1.0 if problem.network.directed else 2.0))


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("n_dims", [1, 2, 3])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_two_modes(similarity: str, n_dims: int, share: float) -> None:
    problem = _problem(_two_mode(5, 8, share), similarity, n_dims)
    assert not Fused.accepts(problem)
    theta = _theta(problem)
    value, actors, gradient = _composed_values(problem, theta)
    eta = _eta(problem, theta)
    by_actor = [reference.log_likelihood(problem.network, eta, actor=a) for a in range(problem.n_actors)]
    slope = reference.central_difference(lambda at: _log_likelihood(problem, at), theta, step=1e-3)
    assert value == pytest.approx(reference.log_likelihood(problem.network, eta), rel=1e-12, abs=1e-10)
    np.testing.assert_allclose(actors, by_actor, rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("directed", [False, True])
def test_no_intercept(similarity: str, directed: bool) -> None:
    problem = _problem(_network(9, directed, "few"), similarity, 2, effects=(NoIntercept(),))
    assert problem.intercept == -1
    theta = _theta(problem)
    expected = _log_likelihood(problem, theta)
    value, _, gradient = _composed_values(problem, theta)
    likelihood = own_scratch(problem.likelihood, np.float64)
    assert value == pytest.approx(expected, abs=1e-10)
    assert fused_log_likelihood(likelihood, theta) == pytest.approx(expected, abs=1e-10)
    np.testing.assert_allclose(_gradient(fused_gradient, likelihood, theta), gradient, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_coincident_actors(similarity: str, dtype: type) -> None:
    """All actors, or two, at one place: values equal the twin's, forces are finite, and cancel between the two."""
    problem = _problem(_network(7, True, "few"), similarity, 2)
    n = problem.n_actors
    some = _theta(problem)
    some[[3, n + 3]] = some[[5, n + 5]]
    for theta in (some, np.zeros(problem.n_parameters)):
        expected = _log_likelihood(problem, theta)
        value, _, gradient = _composed_values(problem, theta)
        likelihood = own_scratch(problem.likelihood, dtype)
        assert value == pytest.approx(expected, abs=1e-10)
        assert fused_log_likelihood(likelihood, theta) == pytest.approx(expected, abs=1e-10)
        fused = _gradient(fused_gradient, likelihood, theta)
        assert np.isfinite(gradient).all()
        assert np.isfinite(fused).all()
        np.testing.assert_allclose(fused, gradient, rtol=0, atol=2e-5 * max(abs(gradient).max(), 1.0))


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("intercept", [-1e4, 1e4])
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_huge_linear_predictors(similarity: str, intercept: float, scale: float) -> None:
    """η of thousands: values equal the twin's, forces are finite in both precisions."""
    problem = _problem(_network(9, True, "both"), similarity, 2)
    theta = _theta(problem, scale=scale)
    theta[problem.intercept] = intercept
    expected = _log_likelihood(problem, theta)
    value, _, gradient = _composed_values(problem, theta)
    assert value == pytest.approx(expected, rel=1e-12)
    for dtype, relative in ((np.float32, 1e-5), (np.float64, 1e-11)):
        likelihood = own_scratch(problem.likelihood, dtype)
        assert fused_log_likelihood(likelihood, theta) == pytest.approx(expected, rel=1e-12)
        fused = _gradient(fused_gradient, likelihood, theta)
        np.testing.assert_allclose(fused, gradient, rtol=0, atol=relative * max(abs(gradient).max(), 1.0))


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_log_posterior(similarity: str) -> None:
    """Prior and posterior are normalised: the twin's densities are scipy's, of σ² on the natural scale."""
    priors = Priors(intercept_variance=4.0, position_variance_scale=1.7, position_variance_df=5.0)
    problem = _problem(_network(6, True, "few"), similarity, 2, priors=priors)
    theta = _theta(problem, scale=0.7)
    z = theta[problem.positions].reshape(2, 6).T
    intercept, variance = theta[problem.intercept], np.exp(2.0 * theta[problem.log_scale])
    natural = reference.log_prior(z, intercept, variance, problem.priors)
    jacobian = np.log(2.0 * variance)  # of σ² with respect to log σ
    assert natural_log_prior(problem.prior, theta) == pytest.approx(natural, abs=1e-10)
    assert log_prior(problem.prior, theta) == pytest.approx(natural + jacobian, abs=1e-10)
    value, gradient = log_posterior(problem.target(np.float64), theta)
    expected = reference.log_posterior(problem.network, z, intercept, variance, similarity, problem.priors)
    assert value == pytest.approx(expected + jacobian, abs=1e-10)
    slope = reference.central_difference(
        lambda at: _log_likelihood(problem, at) + log_prior(problem.prior, at), theta, step=1e-3
    )
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("effects", [(), (NoIntercept(),)])
def test_prior_gradient(effects: tuple[NoIntercept, ...]) -> None:
    problem = _problem(_network(6, True, "none"), "distance", 3, effects=effects)
    theta = _theta(problem)
    gradient = np.ones_like(theta)
    add_prior_gradient(problem.prior, theta, gradient)
    slope = reference.central_difference(lambda at: log_prior(problem.prior, at), theta, step=1e-3)
    np.testing.assert_allclose(gradient - 1.0, slope, rtol=1e-7, atol=1e-8)


def test_prior_of_one_actor() -> None:
    """The difference between two places of one actor is that of the whole prior."""
    problem = _problem(_network(6, True, "none"), "distance", 2)
    before = _theta(problem)
    after = before.copy()
    after[[4, 6 + 4]] += [0.7, -1.1]
    change = actor_log_prior(problem.prior, after, 4) - actor_log_prior(problem.prior, before, 4)
    assert change == pytest.approx(log_prior(problem.prior, after) - log_prior(problem.prior, before), abs=1e-12)


def _draws(problem: Problem, count: int = 5) -> np.ndarray:
    return np.array([_theta(problem, seed) for seed in range(count)])


def _problems(n: int, n_dims: int = 2) -> list[Problem]:
    """Fused and composed problems over every kind of network."""
    plain = [_problem(_network(n, *kind), name, n_dims) for kind in KINDS for name in SIMILARITIES]
    modes = [_problem(_two_mode(4, 5, 0.2), name, n_dims) for name in SIMILARITIES]
    return plain + [reference.as_composed(problem) for problem in plain if Fused.accepts(problem)] + modes


def test_linear_predictors() -> None:
    for problem in _problems(9):
        draws = _draws(problem)
        senders, receivers = np.array([0, 5, 7, 3]), np.array([4, 0, 8, 3])
        expected = np.array([_eta(problem, theta)[senders, receivers] for theta in draws])
        found = Predictive(problem, draws).values("linear_predictor", senders, receivers)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_expected_ties() -> None:
    """Posterior means of tie probabilities of all dyads, also of unobserved ones; the fused ones add up in float32."""
    for problem in _problems(9):
        draws = _draws(problem)
        n = problem.n_actors
        expected = np.mean([expit(_eta(problem, theta)) for theta in draws], axis=0)
        np.fill_diagonal(expected, np.nan)
        if problem.network.two_mode:
            row = problem.network.mode == 0
            expected[~row] = np.nan
            expected[:, row] = np.nan
        fused = isinstance(problem.whole.likelihood, Fused)
        predictive, tolerance = Predictive(problem, draws), 1e-6 if fused else 1e-12
        for quantity in ("mean", "tie_probability"):
            found = predictive.matrix(quantity)
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
            senders, receivers = np.nonzero(~np.isnan(expected))
            found = predictive.mean(quantity, senders, receivers)
            np.testing.assert_allclose(found, expected[senders, receivers], rtol=1e-12, atol=1e-12)
        if isinstance(problem.likelihood, Fused):
            pairs = tie_probabilities(problem.likelihood, draws)
            np.testing.assert_allclose(pairs, expected[np.tril_indices(n, -1)], rtol=tolerance, atol=tolerance)


def test_log_scores() -> None:
    """Log of the mean over draws of each observed dyad's probability; another network's dyads can be asked for."""
    for problem in _problems(9):
        draws = _draws(problem)
        draws[0, problem.intercept] = -800.0  # probabilities that underflow in one draw must not spoil the others
        y = problem.network.ties.toarray()
        logs = [y * eta - np.logaddexp(0.0, eta) for eta in (_eta(problem, theta) for theta in draws)]
        expected = np.logaddexp.reduce(logs, axis=0) - np.log(len(draws))
        found = np.concatenate(list(Predictive(problem, draws).log_scores(problem.network)))
        kept = reference.dyads(problem.network)
        senders, receivers = Composed.bind(problem).layout.dyads()
        by_dyad = dict(zip(zip(senders.tolist(), receivers.tolist(), strict=True), found.tolist(), strict=True))
        np.testing.assert_allclose(
            [by_dyad.pop(dyad) for dyad in kept], [expected[dyad] for dyad in kept], rtol=1e-11, atol=1e-12
        )
        assert not any(by_dyad.values()), "what was not observed has 0"
