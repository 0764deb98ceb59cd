"""Moves of random effects that leave η alone: redrawn variances, and levels drawn against the intercept.

No likelihood can tell such a move, so it must leave the prior as it is: replicates θ ~ prior are moved, and compared
before and after by z tests of paired differences and with the laws of the prior by Kolmogorov–Smirnov tests. False
alarms: 1e-4 a test by Bonferroni over its comparisons, under 1 % over the file; seeds are fixed.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from latentnet import Network
from latentnet.compiled import kernel
from latentnet.effects import Effect, NoIntercept, Receiver, Sender, SenderReceiver, Sociality
from latentnet.families import Bernoulli
from latentnet.inference.prior_draws import draw_prior
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.composed_draws import block_predictors
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.priors.random_effects import DF, SCALE, SHIFT, START, STOP, V0, redraw_variances, shift_effects
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests.inference.scenes import paired_p_values, smallest

FALSE_ALARM = 1e-4
REPEATS = 3
COUNT = 20_000
PRIORS = Priors(intercept_variance=2.0, random_effect_variance_scale=0.7, random_effect_variance_df=5.0)

MODELS: dict[str, tuple[str, tuple[Effect, ...]]] = {
    "sociality, undirected": ("undirected", (Sociality(),)),
    "sociality": ("directed", (Sociality(),)),
    "sender": ("directed", (Sender(),)),
    "receiver": ("directed", (Receiver(),)),
    "sender and receiver": ("directed", (Sender(), Receiver())),
    "correlated": ("directed", (SenderReceiver(),)),
    "two-mode": ("two-mode", (Sender(), Receiver())),
}
SPACES = {"no space": (None, None), "space": ("distance", None), "clusters": ("bilinear", 2)}


def _network(kind: str) -> Network:
    y = (np.random.default_rng(3).random((6, 6)) < 0.4).astype(float)
    np.fill_diagonal(y, 0.0)
    if kind == "two-mode":
        return Network.from_incidence(y[:4, 1:6])
    return Network.from_array(np.maximum(y, y.T) if kind == "undirected" else y, directed=kind == "directed")


def _problem(model: str, space: str = "space", extra: tuple[Effect, ...] = ()) -> Problem:
    kind, effects = MODELS[model]
    similarity, clusters = SPACES[space]
    return make_problem(
        _network(kind),
        family=Bernoulli(),
        similarity=similarity,
        n_dims=2 if similarity else 0,
        effects=(*effects, *extra),
        priors=PRIORS,
        position_prior=None if clusters is None else Clusters(clusters, False),
    )


# What is right, and slips that the tests must see.


@kernel
def _wrong_df(prior, theta, rng):  # type: ignore[no-untyped-def]
    """A variance drawn with one value too many."""
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        values = theta[int(group[START]) : int(group[STOP])]
        total = group[DF] * group[V0] + (values * values).sum()
        chi_square = 2.0 * rng.standard_gamma(0.5 * (group[DF] + values.size + 1.0))
        theta[int(group[SCALE])] = 0.5 * math.log(total / chi_square)


@kernel
def _apart(prior, theta, rng):  # type: ignore[no-untyped-def]
    """Variances drawn as if nothing were correlated."""
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        values = theta[int(group[START]) : int(group[STOP])]
        total = group[DF] * group[V0] + (values * values).sum()
        theta[int(group[SCALE])] = 0.5 * math.log(total / (2.0 * rng.standard_gamma(0.5 * (group[DF] + values.size))))


@kernel
def _shift_with(prior, theta, intercept, rng, knows_intercept, compensates):  # type: ignore[no-untyped-def]
    for g in range(prior.groups.shape[0]):
        group = prior.groups[g]
        if group[SHIFT] == 0.0:
            continue
        values = theta[int(group[START]) : int(group[STOP])]
        precision = math.exp(-2.0 * theta[int(group[SCALE])])
        of_intercept = prior.level.precision[0] * group[SHIFT] * knows_intercept
        total = precision * values.size + of_intercept * group[SHIFT]
        pull = of_intercept * theta[intercept] - precision * values.sum()
        shift = pull / total + rng.standard_normal() / math.sqrt(total)
        values += shift
        theta[intercept] -= (group[SHIFT] if compensates else 1.0) * shift


@kernel
def _move(prior, kind, theta, intercept, rng):  # type: ignore[no-untyped-def]
    if kind == 0:
        redraw_variances(prior, theta, rng)
    elif kind == 1:
        shift_effects(prior, theta, rng)
    elif kind == 2:
        redraw_variances(prior, theta, rng)
        shift_effects(prior, theta, rng)
    elif kind == 3:
        _wrong_df(prior, theta, rng)
    elif kind == 4:
        _apart(prior, theta, rng)
    elif kind == 5:
        _shift_with(prior, theta, intercept, rng, 0.0, True)
    elif kind == 6:
        _shift_with(prior, theta, intercept, rng, 1.0, False)
    elif kind == 7:
        _shift_with(prior, theta, intercept, rng, 1.0, True)


@kernel
def _apply(prior, kind, draws, intercept, repeats, rng):  # type: ignore[no-untyped-def]
    for r in range(draws.shape[0]):
        for _ in range(repeats):
            _move(prior, kind, draws[r], intercept, rng)


MOVES = {"variances": 0, "shift": 1, "both": 2}


def _replicates(problem: Problem, move: int, count: int = COUNT) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([11, move, problem.n_parameters])
    before, _, _ = draw_prior(problem, count, rng)
    after = before.copy()
    _apply(problem.prior, move, after, problem.intercept, REPEATS, rng)
    return before, after


def _functions(problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    """Functions with light tails: of each group values, sums, squares against σ², products with the intercept."""
    beta = theta[:, problem.intercept] if problem.intercept >= 0 else np.zeros(len(theta))
    found = {"β": beta, "β²": beta**2}
    groups = []
    for group, start in problem.random_groups:
        values = theta[:, start + group.start : start + group.stop]
        log_sd = theta[:, start + group.scale]
        scaled = values / np.exp(log_sd)[:, None]
        level = np.sqrt(values.shape[1]) * scaled.mean(axis=1)
        groups.append(scaled)
        found |= {
            f"{group.name}: log σ": log_sd,
            f"{group.name}: (log σ)²": log_sd**2,
            f"{group.name}: value": np.tanh(values[:, 1]),
            f"{group.name}: level": level,
            f"{group.name}: level²": level**2,
            f"{group.name}: squares": (scaled**2).mean(axis=1),
            f"{group.name}: spread": np.log(values.var(axis=1)),
            f"{group.name}: log σ · squares": log_sd * (scaled**2).mean(axis=1),
            f"{group.name}: β · level": beta * level,
            f"{group.name}: β² · log σ": beta**2 * log_sd,
        }
    for _, bound, part in problem.effects:
        for one in bound.correlations:
            x = theta[:, part.start + one.place]
            product = (groups[0] * groups[1]).mean(axis=1)
            found |= {"ρ": np.tanh(x), "ρ²": np.tanh(x) ** 2, "product": product, "ρ · product": np.tanh(x) * product}
            found |= {"ρ · log σ": np.tanh(x) * theta[:, part.start + bound.groups[0].scale]}
    return found


def _laws(problem: Problem, theta: np.ndarray) -> dict[str, float]:
    """Kolmogorov–Smirnov p values of marginals against the prior's laws."""
    scale, df = PRIORS.random_effect_variance_scale, PRIORS.random_effect_variance_df
    found = {}
    if problem.intercept >= 0:
        of_intercept = stats.norm(0, np.sqrt(PRIORS.intercept_variance))
        found["law of β"] = stats.kstest(theta[:, problem.intercept], of_intercept.cdf).pvalue
    for group, start in problem.random_groups:
        variance = np.exp(2.0 * theta[:, start + group.scale])
        law = stats.invgamma(df / 2, scale=df * scale / 2)
        found[f"law of {group.name}'s σ²"] = stats.kstest(variance, law.cdf).pvalue
        value = theta[:, start + group.stop - 1] / np.sqrt(scale)
        found[f"law of {group.name}'s values"] = stats.kstest(value, stats.t(df).cdf).pvalue
        level = (theta[:, start + group.start : start + group.stop]).mean(axis=1) * np.sqrt(
            (group.stop - group.start) / scale
        )
        found[f"law of {group.name}'s level"] = stats.kstest(level, stats.t(df).cdf).pvalue
    for _, bound, part in problem.effects:
        for one in bound.correlations:
            rho = np.tanh(theta[:, part.start + one.place])
            found["law of ρ"] = stats.kstest((rho + 1) / 2, stats.beta(2, 2).cdf).pvalue
    return found


def _worst(problem: Problem, before: np.ndarray, after: np.ndarray) -> tuple[float, str]:
    """Smallest p value after Bonferroni's correction, and of what."""
    return smallest(_laws(problem, after) | paired_p_values(_functions(problem, before), _functions(problem, after)))


# Variances of these are redrawn by kernels of their own, which take long to compile.
LONG = {("correlated", "clusters", "variances"), ("sociality, undirected", "clusters", "variances")}


@pytest.mark.parametrize(
    ("model", "space", "move"),
    [
        pytest.param(*case, marks=[pytest.mark.slow] * (case in LONG))
        for case in itertools.product(MODELS, SPACES, MOVES)
    ],
)
def test_moves_leave_the_prior(model: str, space: str, move: str) -> None:
    problem = _problem(model, space)
    before, after = _replicates(problem, MOVES[move])
    moved = np.any(before != after, axis=0)
    scales = np.array([start + group.scale for group, start in problem.random_groups])
    if move != "shift":
        assert moved[scales].all()
    if move != "variances":
        assert moved[problem.intercept]
        assert all(moved[start + group.start] for group, start in problem.random_groups)
    if problem.n_dims:
        np.testing.assert_array_equal(before[:, problem.positions], after[:, problem.positions])
    probability, name = _worst(problem, before, after)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("model", MODELS)
def test_no_linear_predictor_changes(model: str, space: str) -> None:
    problem = _problem(model, space)
    before, after = _replicates(problem, MOVES["both"], 20)
    target = Composed.bind(problem)
    assert target.layout.sizes.size == 1
    etas = [block_predictors(target, theta, 0) for theta in (before, after)]
    np.testing.assert_allclose(etas[0], etas[1], rtol=0, atol=1e-11)


def test_the_shift_needs_no_earlier_level() -> None:
    """It is an exact draw: levels after it do not depend on those before, given the sum with the intercept."""
    problem = _problem("sociality", "no space")
    before, after = _replicates(problem, MOVES["shift"])
    start = problem.random_groups[0][1]
    total = before[:, problem.intercept] + 2.0 * before[:, start : start + 6].mean(axis=1)
    np.testing.assert_allclose(after[:, problem.intercept] + 2.0 * after[:, start : start + 6].mean(axis=1), total)
    variance = np.exp(2.0 * before[:, start + 6])
    law = 2.0 / (2.0 + 4.0 * variance / 6.0)  # share of the intercept in the total, and its spread around that
    z = (after[:, problem.intercept] - law * total) / np.sqrt(2.0 * (1.0 - law))
    assert stats.kstest(z, stats.norm.cdf).pvalue > FALSE_ALARM / 2
    correlation = stats.pearsonr(z, before[:, problem.intercept] - law * total).pvalue
    assert correlation > FALSE_ALARM / 2


def test_nothing_shifts_without_an_intercept() -> None:
    problem = _problem("sociality", extra=(NoIntercept(),))
    before, after = _replicates(problem, MOVES["shift"], 10)
    np.testing.assert_array_equal(before, after)


def test_variances_are_exact_draws() -> None:
    """Given the values, σ² is scaled inverse chi-square whatever it was."""
    problem = _problem("sender", "no space")
    rng = np.random.default_rng(5)
    theta, _, _ = draw_prior(problem, 1, rng)
    start = problem.random_groups[0][1]
    draws = np.repeat(theta, COUNT, axis=0)
    draws[:, start + 6] = rng.normal(size=COUNT)
    _apply(problem.prior, MOVES["variances"], draws, problem.intercept, 1, rng)
    values, df = theta[0, start : start + 6], PRIORS.random_effect_variance_df
    law = stats.invgamma((df + 6) / 2, scale=(df * PRIORS.random_effect_variance_scale + values @ values) / 2)
    assert stats.kstest(np.exp(2.0 * draws[:, start + 6]), law.cdf).pvalue > FALSE_ALARM


def _log_densities_of_covariance(problem: Problem, theta: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Log density of (log σ_a, log σ_b, x) in the columns of `at`, given the values, up to a constant."""
    n, values = problem.n_actors, theta[problem.effects[-1][2]]
    pairs = np.stack([values[:n], values[n : 2 * n]])
    df, scale = PRIORS.random_effect_variance_df, PRIORS.random_effect_variance_scale
    a, b, rho = np.exp(at[0]), np.exp(at[1]), np.tanh(at[2])
    covariance = np.array([[a * a, rho * a * b], [rho * a * b, b * b]]).transpose(2, 0, 1)
    squares = np.einsum("ki,gkl,li->g", pairs, np.linalg.inv(covariance), pairs)
    value = -0.5 * squares - 0.5 * n * np.linalg.slogdet(covariance)[1]
    for sd in (a, b):
        value += stats.invgamma.logpdf(sd * sd, df / 2, scale=df * scale / 2) + 2 * np.log(sd)
    return value + stats.beta.logpdf((rho + 1) / 2, 2, 2) + np.log(1 - rho * rho)


def test_the_walk_over_covariances_finds_their_law() -> None:
    """From one start, many times, until it is forgotten: means and spreads against sums over a grid."""
    problem = _problem("correlated", "no space")
    rng = np.random.default_rng(6)
    theta = draw_prior(problem, 1, rng)[0]
    places = problem.effects[-1][2].stop - np.array([3, 2, 1])
    draws = np.repeat(theta, 4000, axis=0)
    _apply(problem.prior, MOVES["variances"], draws, problem.intercept, 12, rng)
    log_sds, x = np.linspace(-2.2, 2.2, 41), np.linspace(-3.0, 3.0, 41)
    grid = np.stack(np.meshgrid(log_sds, log_sds, x), axis=-1).reshape(-1, 3)
    weights = _log_densities_of_covariance(problem, theta[0], grid.T)
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    for k in range(3):
        for power in (1, 2):
            found, wanted = draws[:, places[k]] ** power, weights @ grid[:, k] ** power
            error = found.std() / np.sqrt(found.size)
            assert abs(found.mean() - wanted) < 4.2 * error + 2e-3  # the grid's own error


BROKEN: dict[str, tuple[str, int]] = {
    "variance with a wrong df": ("sender", 3),
    "variances drawn without their correlation": ("correlated", 4),
    "shift that forgets the intercept's prior": ("sender", 5),
    "shift that η feels twice": ("sociality", 6),
    "shift that forgets the correlation": ("correlated", 7),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_moves_are_found_out(name: str) -> None:
    """The same replicates and thresholds see slips."""
    model, move = BROKEN[name]
    problem = _problem(model, "no space")
    before, after = _replicates(problem, move)
    if move == 6:  # its fault is not in the prior alone: the linear predictor changes
        start: Any = problem.random_groups[0][1]
        total = [d[:, problem.intercept] + 2.0 * d[:, start : start + 6].mean(axis=1) for d in (before, after)]
        assert abs(total[0] - total[1]).max() > 0.1
    probability, _ = _worst(problem, before, after)
    assert probability < FALSE_ALARM
