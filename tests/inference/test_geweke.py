"""Every block of the sampler leaves the joint distribution of parameters and data as it is.

Geweke's (2004) joint distribution test, in its stronger form with independent replicates: θ ~ prior, y | θ ~ model,
then the block under test is applied a few times to θ given y. If it leaves the posterior invariant, (θ_after, y) has
the same distribution as (θ_before, y). Alternating data and parameters in one long chain tests the same, but its draws
are autocorrelated; here replicates are independent, so a z test of the paired differences
f(θ_after, y) − f(θ_before, y) is exact up to the central limit theorem, has no burn-in, and sees small errors, since
what θ and y share cancels. On top, the intercept and σ² after the block are compared with their priors
(Kolmogorov–Smirnov).

Tuning is fixed, as after warm-up. False alarms: 1e-4 a test (Bonferroni over its comparisons), under 1 % over the file;
seeds are fixed.

J. Geweke, "Getting it right: joint distribution tests of posterior simulators", JASA 99, 799-804, 2004.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from latentnet import Network
from latentnet.compiled import first_class_functions, kernel
from latentnet.effects import SIMILARITIES
from latentnet.families import Bernoulli
from latentnet.inference.mcmc import plain_mass, sampler_moves
from latentnet.inference.moves.adaptation import LOG_STEP, Adaptation, new_adaptation
from latentnet.inference.moves.hmc import hmc_step
from latentnet.inference.moves.iteration import STATISTICS, Moves, new_state, run_chunk
from latentnet.inference.moves.relocation import relocate, swap
from latentnet.inference.moves.scaling import scale_and_shift
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.fused_data import SIMILARITY_CODES
from latentnet.likelihood.packed import Layout
from latentnet.likelihood.verbs import log_likelihood
from latentnet.priors import Priors
from latentnet.priors.joint import log_prior, shift_positions
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target
from tests import reference

HMC, RELOCATE, SWAP, SCALE, TRANSLATE, ITERATION, NO_JACOBIAN, WIDE_TRANSLATION = range(8)
BLOCKS = {
    "hmc": HMC,
    "relocate": RELOCATE,
    "swap": SWAP,
    "scale_and_shift": SCALE,
    "translate": TRANSLATE,
    "iteration": ITERATION,
}
FALSE_ALARM = 1e-4
REPEATS = 4
PRIORS = Priors(intercept_variance=2.0, position_variance_scale=1.2, position_variance_df=9.0)


class Ties(NamedTuple):
    """Two places where a target keeps its ties, to be overwritten: entry t is y[first[t], second[t]]."""

    weights: np.ndarray
    first: np.ndarray
    second: np.ndarray
    more_weights: np.ndarray
    more_first: np.ndarray
    more_second: np.ndarray
    totals: np.ndarray  # (1,) sum of the weights, which fused models keep; they are small enough to be one block
    folded: bool  # an entry is y_ij + y_ji


@kernel
def _draw_ties(theta, n, d, similarity, intercept, observed, symmetric, y, rng):  # type: ignore[no-untyped-def]
    """Draw y ~ Bernoulli(logistic(η)), straight from the equation; 0 where unobserved."""
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(d):
                if similarity == 2:
                    total += theta[k * n + i] * theta[k * n + j]
                else:
                    total -= (theta[k * n + i] - theta[k * n + j]) ** 2
            eta = theta[intercept] + (-np.sqrt(-total) if similarity == 0 else total)
            y[i, j] = 1.0 if rng.random() < 1.0 / (1.0 + np.exp(-eta)) else 0.0
            if symmetric and j < i:
                y[i, j] = y[j, i]
    for i in range(n):
        for j in range(n):
            y[i, j] *= observed[i, j]


@kernel
def _write_ties(ties, graph, y):  # type: ignore[no-untyped-def]
    """Put y into the target, and the neighbours that relocation turns actors about into the graph."""
    for t in range(ties.weights.size):
        i, j = ties.first[t], ties.second[t]
        ties.weights[t] = y[i, j] + (y[j, i] if ties.folded else 0.0)
    ties.totals[0] = ties.weights.sum()
    for t in range(ties.more_weights.size):
        i, j = ties.more_first[t], ties.more_second[t]
        ties.more_weights[t] = y[i, j] + (y[j, i] if ties.folded else 0.0)
    starts, neighbours = graph
    count = 0
    for i in range(y.shape[0]):
        for j in range(y.shape[0]):
            if y[i, j] + y[j, i] > 0.0:
                neighbours[count] = j
                count += 1
        starts[i + 1] = count


@kernel
def _scale_without_jacobian(target, state, rng):  # type: ignore[no-untyped-def]
    """A broken block: z → c·z and log σ → log σ + log c, judged by the ratio of densities alone."""
    theta, proposal = state.theta, state.proposal
    size = target.prior.n_actors * target.prior.n_dims
    log_c = 0.4 * rng.standard_normal()
    proposal[:] = theta
    proposal[:size] *= np.exp(log_c)
    proposal[target.prior.positions.log_scale] += log_c
    change = log_likelihood(target.likelihood, proposal) - log_likelihood(target.likelihood, theta)
    change += log_prior(target.prior, proposal) - log_prior(target.prior, theta)
    if np.log(rng.random()) < change:
        theta[:] = proposal
        state.log_likelihood[0] = log_likelihood(target.likelihood, theta)


@kernel
def _translate_too_wide(prior, theta, rng):  # type: ignore[no-untyped-def]
    """A broken block: the centre's standard deviation is σ, not σ/√n."""
    n = prior.n_actors
    for k in range(prior.n_dims):
        centre = theta[k * n : (k + 1) * n].mean()
        theta[k * n : (k + 1) * n] += np.exp(theta[prior.positions.log_scale]) * rng.standard_normal() - centre


@kernel
def _apply(target, state, adaptation, moves, block, repeats, rng):  # type: ignore[no-untyped-def]
    state.log_likelihood[0] = log_likelihood(target.likelihood, state.theta)
    if block == ITERATION:
        out, statistics = np.empty((repeats, state.theta.size)), np.empty((repeats, 6))
        labels = np.empty((repeats, 0), np.int32)
        run_chunk(target, state, adaptation, moves, (0, repeats, 0, 1), out, statistics, labels, rng)
        return
    for _ in range(repeats):
        if block == HMC:
            step = np.exp(adaptation.step[LOG_STEP])
            hmc_step(target, state, moves.mass, step, moves.path_length, rng)
        elif block == RELOCATE:
            relocate(target, state, moves.graph, moves.relocations, rng)
        elif block == SWAP:
            swap(target, state, 3, rng)
        elif block == SCALE:
            scale_and_shift(target, state, adaptation, (moves.intercept, moves.n_intercepts), rng)
        elif block == TRANSLATE:
            shift_positions(target.prior, state.theta, rng)
        elif block == NO_JACOBIAN:
            _scale_without_jacobian(target, state, rng)
        elif block == WIDE_TRANSLATION:
            _translate_too_wide(target.prior, state.theta, rng)


@kernel
def _replicate(target, state, adaptation, moves, ties, model, observed, block, repeats, before, after, ys, logs, rng):  # type: ignore[no-untyped-def]
    """One replicate a row of `before`; logs gets the log-likelihood as the block kept it, and as it is."""
    n, d = target.prior.n_actors, target.prior.n_dims
    similarity, symmetric = model
    for r in range(before.shape[0]):
        _draw_ties(before[r], n, d, similarity, moves.intercept, observed, symmetric, ys[r], rng)
        _write_ties(ties, moves.graph, ys[r])
        state.theta[:] = before[r]
        _apply(target, state, adaptation, moves, block, repeats, rng)
        after[r] = state.theta
        logs[r, 0] = state.log_likelihood[0]
        logs[r, 1] = log_likelihood(target.likelihood, state.theta)


def _positions_of_ties(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    senders, receivers = layout.dyads()
    at = np.repeat(layout.starts[:-1], np.diff(layout.tie_starts)) + layout.tie_positions
    return senders[at], receivers[at]


def _ties_of(target: Target, directed: bool) -> Ties:
    likelihood = target.likelihood
    if isinstance(likelihood, Fused):
        data = likelihood.data
        i, j = (index[data.tie_pairs] for index in np.tril_indices(data.n_actors, -1))
        actors = np.repeat(np.arange(data.n_actors), np.diff(data.neighbour_starts))
        return Ties(data.tie_weights, i, j, data.neighbour_weights, actors, data.neighbours, data.tie_totals, directed)
    layouts = likelihood.layout, likelihood.by_actor
    first, second = ((layout.tie_values, *_positions_of_ties(layout)) for layout in layouts)
    return Ties(*first, *second, np.zeros(1), False)


class Setting(NamedTuple):
    """A model on a tiny network whose every observed dyad has a tie, so that a target has room for any data."""

    similarity: str
    n_dims: int = 2
    kind: str = "directed"  # or "undirected", "masked" (directed), "two-mode"
    composed: bool = False

    def __str__(self) -> str:
        parts = (self.similarity, f"{self.n_dims}d", self.kind, "composed" if self.composed else "fused")
        return "-".join(parts)

    def network(self) -> Network:
        if self.kind == "two-mode":
            return Network.from_incidence(np.array([[1.0, 1.0, 1.0], [1.0, np.nan, 1.0], [1.0, 1.0, 1.0]]))
        n = 6
        y = np.ones((n, n))
        if self.kind == "masked":
            y[2] = np.nan
            y[0, 1] = y[4, 5] = y[5, 4] = y[3, 2] = np.nan
        np.fill_diagonal(y, 0.0)
        return Network.from_array(y, directed=self.kind != "undirected")

    def problem(self, priors: Priors = PRIORS) -> Problem:
        problem = make_problem(
            self.network(),
            family=Bernoulli(),
            similarity=self.similarity,
            n_dims=self.n_dims,
            effects=(),
            priors=priors,
        )
        return reference.as_composed(problem) if self.composed else problem


def _moves(problem: Problem) -> Moves:
    n = problem.n_actors
    mass = np.full(problem.n_parameters, 1.5)
    mass[problem.intercept] = 4.0
    mass[problem.log_scale] = 2.0 * n * problem.n_dims
    graph = (np.zeros(n + 1, np.int64), np.zeros(n * n, np.int64))
    return sampler_moves(problem, plain_mass(problem), 0.8)._replace(
        mass=mass, graph=graph, path_length=1.5, relocations=2
    )


def _adaptation() -> Adaptation:
    """As warm-up may have left it: a step that is accepted often but not always, a correlated proposal."""
    adaptation = new_adaptation()
    adaptation.step[:2] = np.log(0.35)
    return adaptation._replace(block_factor=np.array([0.4, -0.2, 0.7]))


def _prior_draws(problem: Problem, count: int, rng: np.random.Generator) -> np.ndarray:
    theta = np.zeros((count, problem.n_parameters))
    priors = problem.priors
    variance = priors.position_variance_df * priors.position_variance_scale / rng.chisquare(9.0, count)
    size = problem.positions.stop
    theta[:, :size] = np.sqrt(variance)[:, None] * rng.standard_normal((count, size))
    theta[:, problem.intercept] = np.sqrt(priors.intercept_variance) * rng.standard_normal(count)
    theta[:, problem.log_scale] = 0.5 * np.log(variance)
    return theta


class Replicates(NamedTuple):
    before: np.ndarray  # (count, n_parameters)
    after: np.ndarray
    ys: np.ndarray  # (count, n, n)
    logs: np.ndarray  # (count, 2)


def _run(
    setting: Setting, block: int, count: int, *, data_similarity: str | None = None, priors: Priors | None = None
) -> Replicates:
    """Replicates; `data_similarity` and `priors` make the data's model, or the block's prior, another one."""
    problem = setting.problem()
    n = problem.n_actors
    rng = np.random.default_rng([7, block, *map(ord, str(setting))])
    before = _prior_draws(problem, count, rng)
    target = problem.target(np.float32)
    if priors is not None:
        target = target._replace(prior=setting.problem(priors).prior)
    moves = _moves(problem)
    model = (SIMILARITY_CODES[SIMILARITIES[data_similarity or setting.similarity]], setting.kind == "undirected")
    found = Replicates(before, np.empty_like(before), np.zeros((count, n, n)), np.empty((count, 2)))
    with first_class_functions():
        _replicate(
            target,
            new_state(before[0], problem.n_dims),
            _adaptation(),
            moves,
            _ties_of(target, problem.network.directed),
            model,
            problem.network.observed.toarray(),
            block,
            REPEATS,
            *found,
            rng,
        )
    return found


def _functions(problem: Problem, theta: np.ndarray, y: np.ndarray, log_likelihoods: np.ndarray) -> dict[str, Any]:
    """Functions of (θ, y) with light tails."""
    n, d = problem.n_actors, problem.n_dims
    z = theta[:, problem.positions].reshape(-1, d, n)
    intercept, log_scale = theta[:, problem.intercept], theta[:, problem.log_scale]
    scaled = z / np.exp(log_scale)[:, None, None]
    centre = np.sqrt(n) * scaled.mean(axis=2)
    spread = np.log((z**2).mean(axis=(1, 2)))
    first, last = 0, n - 1  # of different modes, if there are two
    distance = np.sqrt(((z[:, :, first] - z[:, :, last]) ** 2).sum(axis=1))
    near = np.exp(-np.sqrt(((z[:, :, 1] - z[:, :, 2]) ** 2).sum(axis=1)))
    share = (z[:, :, 0] ** 2).sum(axis=1) / (z**2).sum(axis=(1, 2))
    ties = y.mean(axis=(1, 2))
    return {
        "intercept": intercept,
        "intercept²": intercept**2,
        "log σ": log_scale,
        "(log σ)²": log_scale**2,
        "intercept·log σ": intercept * log_scale,
        "spread": spread,
        "spread²": spread**2,
        "spread - log σ": (spread - 2 * log_scale) ** 2,
        "centre": centre.sum(axis=1),
        "centre²": (centre**2).sum(axis=1),
        "first coordinate": scaled[:, 0, 0],
        "fourth power": np.minimum(scaled[:, -1, 1] ** 4, 200.0),
        "distance": np.log1p(distance),
        "nearness": near,
        "share": share,
        "direction": scaled[:, 0, 0] * scaled[:, -1, 0],
        "log-likelihood": log_likelihoods,
        "log-likelihood²": log_likelihoods**2,
        "tie·distance": y[:, first, last] * np.log1p(distance),
        "tie·nearness": (y[:, 1, 2] + y[:, 2, 1]) * near,
        "ties·intercept": ties * intercept,
        "ties·spread": ties * spread,
    }


def _log_likelihoods(problem: Problem, setting: Setting, theta: np.ndarray, y: np.ndarray) -> np.ndarray:
    n, d = problem.n_actors, problem.n_dims
    z = theta[:, problem.positions].reshape(-1, d, n)
    if setting.similarity == "bilinear":
        between = np.einsum("rki,rkj->rij", z, z)
    else:
        squared = ((z[:, :, :, None] - z[:, :, None, :]) ** 2).sum(axis=1)
        between = -squared if setting.similarity == "squared_distance" else -np.sqrt(squared)
    eta = theta[:, problem.intercept, None, None] + between
    units = (y * eta - np.logaddexp(0.0, eta)) * problem.network.observed.toarray()
    return units.sum(axis=(1, 2)) / (2.0 if setting.kind == "undirected" else 1.0)  # type: ignore[no-any-return]


def _p_values(setting: Setting, found: Replicates) -> dict[str, float]:
    """Give the p value of each comparison that the block can change at all."""
    problem = setting.problem()
    values = [
        _functions(problem, theta, found.ys, _log_likelihoods(problem, setting, theta, found.ys))
        for theta in (found.before, found.after)
    ]
    p_values = {}
    for name, before in values[0].items():
        difference = values[1][name] - before
        error = difference.std() / np.sqrt(difference.size)
        if error > 1e-9:
            p_values[name] = float(2.0 * stats.norm.sf(abs(difference.mean()) / error))
    df, v0 = float(PRIORS.position_variance_df or 0), float(PRIORS.position_variance_scale or 0)
    intercept, variance = found.after[:, problem.intercept], np.exp(2.0 * found.after[:, problem.log_scale])
    p_values["law of the intercept"] = stats.kstest(intercept, stats.norm(0, np.sqrt(2.0)).cdf).pvalue
    p_values["law of σ²"] = stats.kstest(variance, stats.invgamma(df / 2, scale=df * v0 / 2).cdf).pvalue
    return p_values


def _worst(setting: Setting, found: Replicates) -> tuple[float, str]:
    """Smallest p value after Bonferroni's correction, and of what."""
    p_values = _p_values(setting, found)
    name = min(p_values, key=p_values.__getitem__)
    return p_values[name] * len(p_values), name


SETTINGS = [
    *(Setting(name, kind=kind) for name in SIMILARITIES for kind in ("directed", "undirected")),
    *(Setting(name, n_dims=d, kind="undirected") for name in ("distance", "bilinear") for d in (1, 3)),
    *(Setting(name, kind="masked") for name in ("distance", "bilinear")),
    Setting("distance", composed=True),
    Setting("squared_distance", kind="masked", composed=True),
    Setting("distance", n_dims=1, kind="two-mode", composed=True),
    Setting("bilinear", kind="two-mode", composed=True),
]


def _has_block(setting: Setting, block: str) -> bool:
    problem = setting.problem()
    moves = sampler_moves(problem, plain_mass(problem), 0.8)
    return {"swap": moves.swaps > 0, "translate": moves.translated}.get(block, True)


CASES = [(setting, block) for setting in SETTINGS for block in BLOCKS if _has_block(setting, block)]


def _check(setting: Setting, block: str, count: int) -> None:
    found = _run(setting, BLOCKS[block], count)
    moved = np.any(found.after != found.before, axis=1).mean()
    assert moved > 0.3, f"only {moved:.2f} of the replicates moved: the test would see nothing"
    # The log-likelihood that a chain carries along is that of its parameters.
    np.testing.assert_allclose(found.logs[:, 0], found.logs[:, 1], rtol=0, atol=1e-9)
    probability, name = _worst(setting, found)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


@pytest.mark.parametrize(("setting", "block"), CASES, ids=str)
def test_block_leaves_the_joint_distribution(setting: Setting, block: str) -> None:
    _check(setting, block, 6_000)


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "block"), CASES, ids=str)
def test_block_leaves_the_joint_distribution_closely(setting: Setting, block: str) -> None:
    _check(setting, block, 100_000)


BROKEN = {
    "scale without Jacobian": (Setting("distance"), NO_JACOBIAN, {}),
    "translation too wide": (Setting("distance"), WIDE_TRANSLATION, {}),
    "swaps where dyads are unobserved": (Setting("distance", kind="masked"), SWAP, {}),
    "HMC with another prior": (
        Setting("distance"),
        HMC,
        {"priors": replace(PRIORS, intercept_variance=2.6)},
    ),
    "iteration with another prior": (
        Setting("bilinear"),
        ITERATION,
        {"priors": replace(PRIORS, position_variance_scale=1.4)},
    ),
    "scaling with another prior": (Setting("distance"), SCALE, {"priors": replace(PRIORS, position_variance_df=11.0)}),
    "relocation with another likelihood": (Setting("distance"), RELOCATE, {"data_similarity": "squared_distance"}),
    "swaps with another likelihood": (Setting("distance"), SWAP, {"data_similarity": "squared_distance"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_blocks_are_found_out(name: str) -> None:
    """The same replicates and thresholds see errors of the size that a slip makes."""
    setting, block, changes = BROKEN[name]
    probability, _ = _worst(setting, _run(setting, block, 10_000, **changes))  # type: ignore[arg-type]
    assert probability < FALSE_ALARM


def test_statistics_of_an_iteration() -> None:
    """The number of statistics that `_apply` makes room for."""
    assert len(STATISTICS) == 6
