"""Iterations with effects that are correlated across layers leave the joint distribution of parameters and data.

Geweke's joint distribution test with independent replicates, as in `test_joint`: θ ~ prior, ties of every layer given
θ, drawn by plain NumPy from η of the naive twin, then a few iterations of the sampler, or of the block alone, given
these. What θ and ties share cancels in f(θ_after, y) − f(θ_before, y), which must have mean 0.

False alarms: 1e-4 a test (Bonferroni over its comparisons); seeds are fixed.

J. Geweke, "Getting it right: joint distribution tests of posterior simulators", JASA 99, 799-804, 2004.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import expit

from latentnet import Layers, Network
from latentnet.effects import Correlated, Effect, Receiver, SenderReceiver, Sociality
from latentnet.families import Bernoulli, Poisson
from latentnet.inference.moves.iteration import Iterations
from latentnet.inference.moves.move import new_state
from latentnet.inference.moves.variances import redraw_blocks
from latentnet.inference.prior_draws import draw_prior
from latentnet.inference.tuning import sampler_moves
from latentnet.network.layers import as_given
from latentnet.priors import Priors
from latentnet.priors.random_effects import DF, SCALE, START, STOP, V0
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests.inference.scenes import paired_p_values, scene_of, settled, smallest
from tests.inference.test_correlated_layers import _block

FALSE_ALARM = 1e-4
QUICK, SLOW, REPEATS = 300, 2000, 3
PRIORS = Priors(
    standardised=False, intercept_variance=0.5, random_effect_variance_scale=0.4, random_effect_variance_df=6.0
)
ACTORS = {"asked": "abcdef", "met": "gecbad"}  # f is missing from the second layer, g from the first


class Case(NamedTuple):
    """An effect, and whether the second layer's ties are counts."""

    effect: Effect
    counts: bool = False


def _problem(case: Case, ties: dict[str, np.ndarray]) -> Problem:
    """Bind ties of both layers; two dyads and a row of the first are unobserved."""
    networks = {}
    for name, actors in ACTORS.items():
        y = ties[name].astype(float)
        np.fill_diagonal(y, 0.0)
        if name == "asked":
            y[0, 1] = y[4, 3] = y[2, [0, 1, 3, 4, 5]] = np.nan
        networks[name] = Network.from_array(y, directed=True, actors=list(actors))
    layers = Layers(networks, families={"met": "poisson"} if case.counts else None)
    families = [Bernoulli(), Poisson() if case.counts else Bernoulli()]
    effects = (Correlated(case.effect),)
    return bind_given(as_given(layers), families, similarity=None, n_dims=0, effects=effects, priors=PRIORS)


def _etas(case: Case, problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    """Linear predictors of every layer (..., n, n), by the equation."""
    values, found = _block(problem, theta)[0], {}
    everyone = list(dict.fromkeys("".join(ACTORS.values())))
    for k, (name, actors) in enumerate(ACTORS.items()):
        own = values[..., [everyone.index(actor) for actor in actors]]
        if isinstance(case.effect, SenderReceiver):
            of_pairs = own[..., 2 * k, :, None] + own[..., 2 * k + 1, None, :]
        else:
            sent = own[..., k, :, None] * (0.0 if isinstance(case.effect, Receiver) else 1.0)
            of_pairs = sent + own[..., k, None, :]
        found[name] = theta[..., problem.intercepts][..., k, None, None] + of_pairs
    return found


def _drawn(case: Case, problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    etas = _etas(case, problem, theta)
    ties = {name: (rng.random(eta.shape) < expit(eta)).astype(float) for name, eta in etas.items()}
    if case.counts:
        ties["met"] = rng.poisson(np.exp(etas["met"])).astype(float)
    return ties


def _mass(problem: Problem) -> np.ndarray:
    """About the posterior's precisions, so that one step size suits all."""
    mass = np.full(problem.n_parameters, 6.0)
    for group in problem.prior.groups:
        mass[int(group[START]) : int(group[STOP])] = 4.0
        mass[int(group[SCALE])] = 2.0 * (group[STOP] - group[START]) + group[DF]
    return mass


class Replicates(NamedTuple):
    before: np.ndarray  # (count, n_parameters)
    after: np.ndarray
    ties: dict[str, np.ndarray]  # each (count, n, n)


def _run(case: Case, block: bool, count: int, broken: int | None = None) -> Replicates:
    """Replicates; a `broken` column of the groups' table makes the sampler's prior another one."""
    rng = np.random.default_rng([case.counts, block, len(str(case.effect))])
    first = _problem(case, {name: np.ones((6, 6)) for name in ACTORS})
    before, _, _ = draw_prior(first, count, rng)
    ties, after, mass = _drawn(case, first, before, rng), before.copy(), _mass(first)
    state = new_state(before[0], 2, 0)
    for r, theta in enumerate(after):
        problem = _problem(case, {name: y[r] for name, y in ties.items()})
        target = problem.target()
        if broken is not None:
            target.prior.groups[:, broken] *= 2.0
        moves = settled(sampler_moves(problem, target, mass, 0.8), 0.35, (0.4, -0.2, 0.7))
        alone = next(move for move in moves if move.function is redraw_blocks).bind()
        scene = scene_of(target, state, rng)
        state.theta[:] = theta
        state.log_likelihood[0] = scene.bound.log_likelihood(theta)
        if block:
            for _ in range(REPEATS):
                scene.make(alone)
        else:
            Iterations(scene, moves, REPEATS, 1).run(0, REPEATS)
        assert state.log_likelihood[0] == pytest.approx(BoundTarget(target).log_likelihood(state.theta), abs=1e-9)
        theta[:] = state.theta
    return Replicates(before, after, ties)


def _functions(case: Case, problem: Problem, theta: np.ndarray, ties: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Functions with light tails of parameters and ties."""
    values, sds, matrix = _block(problem, theta)
    scaled, logs, betas = values / sds[..., None], np.log(sds), theta[:, problem.intercepts]
    products = np.einsum("sgi,shi->sgh", scaled, scaled) / values.shape[-1]
    found = {}
    for k, (name, eta) in enumerate(_etas(case, problem, theta).items()):
        mean, y = ties[name].mean(axis=(1, 2)), ties[name]
        found |= {f"β {k}": betas[:, k], f"β² {k}": betas[:, k] ** 2, f"ties · β {k}": mean * betas[:, k]}
        found[f"tie · η {k}"] = np.minimum(y[:, 3, 4], 5.0) * np.tanh(eta[:, 3, 4])
        for g in range(logs.shape[1]):
            found[f"ties {k} · log σ {g}"] = mean * logs[:, g]
            found[f"ties {k} · level {g}"] = np.minimum(mean, 5.0) * scaled[:, g].mean(axis=-1)
    for g in range(logs.shape[1]):
        found |= {f"log σ {g}": logs[:, g], f"(log σ)² {g}": logs[:, g] ** 2, f"squares {g}": products[:, g, g]}
        found[f"log σ · squares {g}"] = logs[:, g] * products[:, g, g]
        for h in range(g):
            rho, both = matrix[:, g, h], products[:, g, h]
            found |= {f"ρ {g} {h}": rho, f"ρ² {g} {h}": rho**2, f"ρ · product {g} {h}": rho * both}
    indegrees = [ties["asked"][:, :, 1] - ties["asked"][:, :, 3], ties["met"][:, :, 3] - ties["met"][:, :, 5]]
    alike = np.tanh(indegrees[0].mean(axis=1)) * np.tanh(indegrees[1].mean(axis=1))
    found |= {f"degrees in both · ρ {g}": alike * matrix[:, g, 0] for g in range(1, logs.shape[1])}
    return found


def _worst(case: Case, found: Replicates) -> tuple[float, str]:
    problem = _problem(case, {name: y[0] for name, y in found.ties.items()})
    values = [_functions(case, problem, theta, found.ties) for theta in (found.before, found.after)]
    return smallest(paired_p_values(*values))


CASES = {
    "sociality": Case(Sociality()),
    "receiver, counts": Case(Receiver(), counts=True),
    "sender and receiver": Case(SenderReceiver()),
}


def _check(case: Case, block: bool, count: int) -> None:
    found = _run(case, block, count)
    assert (found.before != found.after).any(axis=1).mean() > 0.9
    probability, name = _worst(case, found)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


BOTH = pytest.mark.parametrize("block", [True, False], ids=["block", "iteration"])


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_the_joint_distribution_stays(name: str, block: bool) -> None:
    _check(CASES[name], block, QUICK)


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("name", CASES)
def test_the_joint_distribution_stays_closely(name: str, block: bool) -> None:
    _check(CASES[name], block, SLOW)


@BOTH
def test_another_prior_is_found_out(block: bool) -> None:
    """The same replicates see a prior of variances that is twice as wide."""
    assert _worst(CASES["sociality"], _run(CASES["sociality"], block, QUICK, V0))[0] < FALSE_ALARM
