"""Every block of the sampler leaves the joint distribution as it is with clusters, too, of a known number or not.

The design is that of `test_geweke`: independent replicates of (θ, labels, number of components) ~ prior and y | θ ~
model, the block applied a few times to θ given y, and z tests of paired differences f(after) − f(before). Components
are exchangeable, and blocks rename them, so every f is a symmetric function of them. Besides, a random component's
variance, mean and weight, the intercept and the number of components are compared with their priors. Labels are looked
at after the blocks that draw them.

The split–merge moves are also run alone, on five fixed positions, against the exact probabilities of all 52 partitions.

False alarms: 1e-4 a test (Bonferroni over its comparisons), under 1 % over the file; seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from latentnet.compiled import kernel
from latentnet.effects import SIMILARITIES
from latentnet.families import Bernoulli
from latentnet.inference.masses import plain_mass
from latentnet.inference.moves.hmc import hamiltonian_move
from latentnet.inference.moves.iteration import Iterations
from latentnet.inference.moves.move import Move, Scene, new_state
from latentnet.inference.moves.relocation import relocate
from latentnet.inference.moves.scaling import redraw_location, scale_and_shift
from latentnet.inference.moves.swap import swap
from latentnet.inference.moves.variances import redraw_values
from latentnet.inference.tuning import sampler_moves
from latentnet.likelihood.fused_data import SIMILARITY_CODES
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.priors.mixture_draws import draw_clusters, draw_labels, set_cluster_mass
from latentnet.priors.split_merge import log_partition_weights, split_or_merge
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target
from tests import reference, reference_clusters
from tests.inference import test_geweke as geweke
from tests.inference.scenes import once, scene_of, smallest
from tests.reference_clusters import PriorDraws

FALSE_ALARM = 1e-4
REPEATS = 3
RATE = 1.5
PRIORS = Priors(
    intercept_variance=2.0,
    position_variance_scale=0.8,
    position_variance_df=9.0,
    cluster_mean_variance=2.5,
    cluster_weight_concentration=1.4,
    cluster_count_rate=RATE,
)


class Setting(NamedTuple):
    """A model, with an unknown number of clusters or a known one."""

    automatic: bool
    base: geweke.Setting
    most: int = 3

    def __str__(self) -> str:
        return f"{'auto' if self.automatic else 'fixed'}-{self.base}"

    def problem(self) -> Problem:
        problem = make_problem(
            self.base.network(),
            family=Bernoulli(),
            similarity=self.base.similarity,
            n_dims=self.base.n_dims,
            effects=(),
            priors=PRIORS,
            position_prior=Clusters(self.most, self.automatic),
        )
        return reference.as_composed(problem) if self.base.composed else problem


def _gibbs(scene: Scene, moves: list[Move], rng: np.random.Generator) -> None:
    """Labels and clusters, where their number is known."""
    state, mixture = scene.state.value, scene.bound.target.prior.positions
    draw_labels(mixture, state.theta, state.labels, rng)
    draw_clusters(mixture, state.theta, state.labels, rng)


def _old_labels(scene: Scene, moves: list[Move], rng: np.random.Generator) -> None:
    """A broken block: clusters are drawn by labels of before the positions moved."""
    state = scene.state.value
    scene.make(_of(moves, hamiltonian_move).bind())
    draw_clusters(scene.bound.target.prior.positions, state.theta, state.labels, rng)


BLOCKS = {
    "hmc": hamiltonian_move,
    "relocate": relocate,
    "swap": swap,
    "scale_and_shift": scale_and_shift,
    "translate": redraw_location,
    "iteration": None,
    "labels and clusters": _gibbs,
    "redraw_clusters": redraw_values,
}
DRAW_LABELS = (None, _gibbs, redraw_values)


def _of(moves: list[Move], function: Any) -> Move:
    return next(move for move in moves if move.function is function)


def _block(scene: Scene, moves: list[Move], block: Any, rng: np.random.Generator) -> Callable[[], Any]:
    """What to call for the block to be applied a few times."""
    if block is None:
        iterations = Iterations(scene, moves, REPEATS, 1)
        return lambda: iterations.run(0, REPEATS)
    if block in (_gibbs, _old_labels):
        apply: Any = partial(block, scene, moves, rng)
    else:
        apply = once(scene, _of(moves, block))
    return lambda: [apply() for _ in range(REPEATS)]


class Replicates(NamedTuple):
    before: PriorDraws
    after: PriorDraws
    ys: np.ndarray  # (count, n, n)
    logs: np.ndarray  # (count, 2)


def _mass(problem: Problem) -> np.ndarray:
    mass = plain_mass(problem)
    mass[problem.positions] = 1.5
    mass[problem.intercept] = 4.0
    return mass


def _prior_draws(problem: Problem, automatic: bool, count: int, rng: np.random.Generator) -> PriorDraws:
    mixture = problem.own_prior().positions
    draws = reference_clusters.draw_prior(mixture, RATE if automatic else None, count, rng)
    draws.theta[:, problem.intercept] *= np.sqrt(PRIORS.intercept_variance)
    return draws


def _run(setting: Setting, block: Any, count: int, **mixture_changes: Any) -> Replicates:
    """Replicates; changes make the block's prior another one than the data's."""
    problem = setting.problem()
    n = problem.n_actors
    rng = np.random.default_rng([11, *map(ord, f"{getattr(block, '__name__', '')}{setting}")])
    before = _prior_draws(problem, setting.automatic, count, rng)
    target: Target = problem.target(np.float32)
    mixture = target.prior.positions._replace(**mixture_changes)
    target = target._replace(prior=target.prior._replace(positions=mixture))
    mass = _mass(problem)
    moves = geweke.tuned_moves(problem, target, mass, 0.4)
    after = PriorDraws(*(np.empty_like(part) for part in before))
    found = Replicates(before, after, np.zeros((count, n, n)), np.empty((count, 2)))
    similarity = SIMILARITY_CODES[SIMILARITIES[setting.base.similarity]]
    observed, symmetric = problem.network.observed.toarray(), setting.base.kind == "undirected"
    ties, graph = geweke._ties_of(target, problem.network.directed), geweke.graph_of(moves)
    state = new_state(before.theta[0], problem.n_dims, n)
    scene = scene_of(target, state, rng)
    apply = _block(scene, moves, block, rng)
    for r, y in enumerate(found.ys):
        theta = before.theta[r]
        geweke._draw_ties(theta, n, problem.n_dims, similarity, problem.intercept, observed, symmetric, y, rng)
        geweke._write_ties(ties, graph, y)
        state.theta[:], state.labels[:], mixture.active[0] = theta, before.labels[r], before.active[r]
        set_cluster_mass(mixture, mass)
        state.log_likelihood[0] = scene.bound.log_likelihood(theta)
        apply()
        after.theta[r], after.labels[r], after.active[r] = state.theta, state.labels, mixture.active[0]
        found.logs[r] = state.log_likelihood[0], scene.bound.log_likelihood(state.theta)
    return found


class Parts(NamedTuple):
    """Parameters by name; what is not in the model is NaN."""

    z: np.ndarray  # (count, d, n)
    intercept: np.ndarray
    scales: np.ndarray  # (count, most)
    means: np.ndarray  # (count, most, d)
    log_weights: np.ndarray  # (count, most)


def _parts(problem: Problem, values: PriorDraws) -> Parts:
    assert problem.clusters is not None
    n, d, most = problem.n_actors, problem.n_dims, problem.clusters.most
    absent = np.arange(most) >= values.active[:, None]
    scales, means, log_weights = np.split(values.theta[:, problem.log_scale :].copy(), [most, most * (1 + d)], axis=1)
    means = means.reshape(-1, most, d)
    for part in (scales, means, log_weights):
        part[absent] = np.nan
    z = values.theta[:, problem.positions].reshape(-1, d, n)
    return Parts(z, values.theta[:, problem.intercept], scales, means, log_weights)


def _log_densities(parts: Parts) -> np.ndarray:
    """Log of λ_g N(z_i; μ_g, σ_g²), (count, n, most); −inf for clusters that are not there."""
    d = parts.z.shape[1]
    shares = parts.log_weights - np.log(np.nansum(np.exp(parts.log_weights), axis=1, keepdims=True))
    squared = ((parts.z.transpose(0, 2, 1)[:, :, None] - parts.means[:, None]) ** 2).sum(axis=-1)
    found = shares[:, None] - d * (parts.scales[:, None] + 0.5 * np.log(2 * np.pi))
    found = found - 0.5 * squared * np.exp(-2.0 * parts.scales[:, None])
    return np.where(np.isnan(found), -np.inf, found)


def _functions(problem: Problem, values: PriorDraws, y: np.ndarray, log_likelihoods: np.ndarray) -> dict[str, Any]:
    """Symmetric functions of (θ, y) with light tails."""
    parts = _parts(problem, values)
    z, rows = parts.z, np.arange(len(y))
    log_densities = _log_densities(parts)
    log_density = logsumexp(log_densities, axis=2)
    together = np.exp(log_densities - log_density[..., None])
    shares = np.exp(parts.log_weights - np.log(np.nansum(np.exp(parts.log_weights), axis=1, keepdims=True)))
    heaviest = np.nanargmax(shares, axis=1)
    lightest = np.nanargmin(shares, axis=1)
    radius = np.log1p((z**2).sum(axis=1)).mean(axis=1)
    far = np.log1p((parts.means**2).sum(axis=2))
    distance = np.log1p(np.sqrt(((z[:, :, 0] - z[:, :, -1]) ** 2).sum(axis=1)))
    near = np.exp(-np.sqrt(((z[:, :, 1] - z[:, :, 2]) ** 2).sum(axis=1)))
    spread = np.log(((z - z.mean(axis=2, keepdims=True)) ** 2).mean(axis=(1, 2)))
    shared = (together[:, 0] * together[:, -1]).sum(axis=1)
    centre = z.mean(axis=2)
    mean_of_means = np.nanmean(parts.means, axis=1)
    return {
        "intercept": parts.intercept,
        "intercept²": parts.intercept**2,
        "log σ": np.nanmean(parts.scales, axis=1),
        "(log σ)²": np.nanmean(parts.scales**2, axis=1),
        "log σ of the heaviest": parts.scales[rows, heaviest],
        "log σ of the lightest": parts.scales[rows, lightest],
        "largest log σ": np.nanmax(parts.scales, axis=1),
        "smallest log σ": np.nanmin(parts.scales, axis=1),
        "largest share": np.nanmax(shares, axis=1),
        "smallest share": np.nanmin(shares, axis=1),
        "log of the total weight": np.log(np.nansum(np.exp(parts.log_weights), axis=1)),
        "means' radius": np.nanmean(far, axis=1),
        "radius of the heaviest": far[rows, heaviest],
        "mean of means": mean_of_means[:, 0],
        "mean of means²": (mean_of_means**2).sum(axis=1),
        "squared radius": radius,
        "squared radius²": radius**2,
        "centre": np.tanh(centre[:, 0]),
        "centre²": np.log1p((centre**2).sum(axis=1)),
        "first coordinate": np.tanh(z[:, 0, 0]),
        "spread": spread,
        "spread²": spread**2,
        "distance": distance,
        "nearness": near,
        "log-density": np.maximum(log_density, -30.0).mean(axis=1),
        "log-density²": np.maximum(log_density, -30.0).mean(axis=1) ** 2,
        "shared responsibility": shared,
        "shared responsibility·distance": shared * distance,
        "components": values.active,
        "one component": values.active == 1,
        "components·spread": values.active * spread,
        "log-likelihood": log_likelihoods,
        "log-likelihood²": log_likelihoods**2,
        "tie·distance": y[:, 0, -1] * distance,
        "tie·shared responsibility": y[:, 0, -1] * shared,
        "ties·intercept": y.mean(axis=(1, 2)) * parts.intercept,
        "ties·spread": y.mean(axis=(1, 2)) * spread,
    }


def _label_functions(problem: Problem, values: PriorDraws) -> dict[str, Any]:
    """Symmetric functions that look at the labels."""
    parts, labels = _parts(problem, values), values.labels
    n, d = problem.n_actors, problem.n_dims
    counts = (labels[:, :, None] == np.arange(int(labels.max()) + 1)).sum(axis=1)
    occupied = (counts > 0).sum(axis=1)
    rows = np.arange(len(labels))
    largest = counts.argmax(axis=1)
    together = labels[:, 0] == labels[:, -1]
    distance = np.log1p(np.sqrt(((parts.z[:, :, 0] - parts.z[:, :, -1]) ** 2).sum(axis=1)))
    own_mean = parts.means[rows[:, None], labels]  # (count, n, d)
    own_scale = parts.scales[rows[:, None], labels]
    squared = ((parts.z.transpose(0, 2, 1) - own_mean) ** 2).sum(axis=-1)
    own_weight = (
        parts.log_weights[rows[:, None], labels] - np.log(np.nansum(np.exp(parts.log_weights), axis=1))[:, None]
    )
    return {
        "occupied": occupied,
        "one occupied": occupied == 1,
        "size of the largest": counts.max(axis=1),
        "empty components": values.active - occupied,
        "log σ of the largest": parts.scales[rows, largest],
        "radius of the largest": np.log1p((parts.means[rows, largest] ** 2).sum(axis=1)),
        "co-clustering": together,
        "co-clustering of another pair": labels[:, 1] == labels[:, 2],
        "co-clustering·distance": together * distance,
        "own log σ": own_scale.mean(axis=1),
        "own log weight": own_weight.mean(axis=1),
        "distance to own mean": np.minimum(squared * np.exp(-2.0 * own_scale), 9.0 * d).sum(axis=1) / n,
        "residual·log σ": (np.log(squared) * own_scale).mean(axis=1),
    }


def _log_likelihoods(problem: Problem, setting: Setting, theta: np.ndarray, y: np.ndarray) -> np.ndarray:
    return geweke._log_likelihoods(problem, setting.base, theta, y)


def _laws(problem: Problem, setting: Setting, after: PriorDraws) -> dict[str, float]:
    """Probabilities under the prior's laws of the intercept, of a random component and of the number of components."""
    parts = _parts(problem, after)
    picked = (np.random.default_rng(1).random(len(after.active)) * after.active).astype(np.int64)
    rows = np.arange(len(picked))
    half = float(PRIORS.position_variance_df or 0.0) / 2.0
    of_variance = stats.invgamma(half, scale=half * float(PRIORS.position_variance_scale or 0.0))
    of_means = stats.norm(0.0, np.sqrt(float(PRIORS.cluster_mean_variance or 0.0)))
    found = {
        "law of the intercept": stats.kstest(parts.intercept, stats.norm(0.0, np.sqrt(2.0)).cdf).pvalue,
        "law of σ²": stats.kstest(np.exp(2.0 * parts.scales[rows, picked]), of_variance.cdf).pvalue,
        "law of a mean": stats.kstest(parts.means[rows, picked, 0], of_means.cdf).pvalue,
        "law of a weight": stats.kstest(
            np.exp(parts.log_weights[rows, picked]), stats.gamma(PRIORS.cluster_weight_concentration).cdf
        ).pvalue,
    }
    if setting.automatic:
        expected = len(picked) * reference_clusters.component_probabilities(setting.most, RATE)
        observed = np.bincount(after.active, minlength=setting.most + 1)[1:]
        found["law of the number of components"] = stats.chisquare(observed, expected).pvalue
    return {name: float(p_value) for name, p_value in found.items()}


def _worst(setting: Setting, block: Any, found: Replicates) -> tuple[float, str]:
    """Smallest p value after Bonferroni's correction, and of what."""
    problem = setting.problem()
    values = []
    for of_chain in (found.before, found.after):
        log_likelihoods = _log_likelihoods(problem, setting, of_chain.theta, found.ys)
        functions = _functions(problem, of_chain, found.ys, log_likelihoods)
        if block in (*DRAW_LABELS, _old_labels):
            functions |= _label_functions(problem, of_chain)
        values.append(functions)
    p_values = _laws(problem, setting, found.after)
    for name, before in values[0].items():
        difference = np.asarray(values[1][name], float) - np.asarray(before, float)
        error = difference.std() / np.sqrt(difference.size)
        if error > 1e-9:
            p_values[name] = float(2.0 * stats.norm.sf(abs(difference.mean()) / error))
    assert not np.isnan(list(p_values.values())).any()
    return smallest(p_values)


PLAIN = geweke.Setting("distance")
SETTINGS = [
    Setting(False, PLAIN),
    Setting(True, PLAIN),
    Setting(True, geweke.Setting("distance", n_dims=1, kind="undirected"), most=5),
    Setting(False, geweke.Setting("bilinear", n_dims=3, kind="undirected")),
]
COMPOSED = Setting(True, geweke.Setting("squared_distance", kind="masked", composed=True))


def _has_block(setting: Setting, block: str) -> bool:
    problem, function = setting.problem(), BLOCKS[block]
    if function is _gibbs:
        return not setting.automatic
    moves = sampler_moves(problem, problem.target(np.float32), plain_mass(problem), 0.8)
    return function is None or function in {move.function for move in moves}


CASES = [(setting, block) for setting in SETTINGS for block in BLOCKS if _has_block(setting, block)]
SLOW_CASES = CASES + [(COMPOSED, block) for block in BLOCKS if _has_block(COMPOSED, block)]


def _check(setting: Setting, block: str, count: int) -> None:
    found = _run(setting, BLOCKS[block], count)
    moved = np.any(found.after.theta != found.before.theta, axis=1).mean()
    assert moved > 0.3, f"only {moved:.2f} of the replicates moved: the test would see nothing"
    np.testing.assert_allclose(found.logs[:, 0], found.logs[:, 1], rtol=0, atol=1e-9)
    if BLOCKS[block] in DRAW_LABELS and setting.automatic:
        changed = (found.after.active != found.before.active).mean()
        assert changed > 0.2, f"the number of components changed in only {changed:.2f} of the replicates"
    probability, name = _worst(setting, BLOCKS[block], found)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


@pytest.mark.parametrize(("setting", "block"), CASES, ids=str)
def test_block_leaves_the_joint_distribution(setting: Setting, block: str) -> None:
    _check(setting, block, 5_000)


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "block"), SLOW_CASES, ids=str)
def test_block_leaves_the_joint_distribution_closely(setting: Setting, block: str) -> None:
    _check(setting, block, 100_000)


FIXED, AUTO = SETTINGS[0], SETTINGS[1]
BROKEN: dict[str, tuple[Setting, Any, dict[str, Any]]] = {
    "clusters with another df": (FIXED, _gibbs, {"df": 11.0}),
    "clusters with another scale": (FIXED, _gibbs, {"v0": 0.9}),
    "clusters with other means": (FIXED, _gibbs, {"mean_variance": 3.0}),
    "clusters with other weights": (FIXED, _gibbs, {"concentration": 1.7}),
    "labels of before a move": (FIXED, _old_labels, {}),
    "another prior of components": (AUTO, redraw_values, {"rate": 2.0}),
    "another prior of partitions": (
        AUTO,
        redraw_values,
        {"log_weights": log_partition_weights(6, 3, RATE, 1.4) + np.array([0.0, 0.0, 0.3, 0.0, 0.0])},
    ),
    "unknown number with another df": (AUTO, redraw_values, {"df": 12.0}),
    "HMC with another scale": (FIXED, hamiltonian_move, {"v0": 0.95}),
    "HMC with other weights": (AUTO, hamiltonian_move, {"concentration": 1.8}),
    "scaling with other means": (FIXED, scale_and_shift, {"mean_variance": 3.5}),
    "translation with other means": (AUTO, redraw_location, {"mean_variance": 2.8}),
    "iteration with other means": (AUTO, None, {"mean_variance": 3.2}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_blocks_are_found_out(name: str) -> None:
    """Replicates and thresholds as above see errors of the size that a slip makes."""
    setting, block, changes = BROKEN[name]
    probability, _ = _worst(setting, block, _run(setting, block, 5_000, **changes))
    assert probability < FALSE_ALARM


@kernel
def _split_and_merge(mixture, theta, labels, log_weights, every, codes, rng):  # type: ignore[no-untyped-def]
    """A long chain of split–merge moves alone; codes gets the partition after every so many, to the base of n."""
    n = labels.size
    occupied = 1
    labels[:] = 0
    names = np.empty(n, np.int64)
    for t in range(codes.size):
        for _ in range(every):
            occupied = split_or_merge(mixture, theta, labels, occupied, log_weights, rng)
        names[:] = -1
        used = 0
        code = 0
        for i in range(n):
            if names[labels[i]] < 0:
                names[labels[i]] = used
                used += 1
            code = code * n + names[labels[i]]
        codes[t] = code


def _partition_test(d: int, most: int, wrong: float = 0.0) -> float:
    """The p value of 10,000 partitions, 25 moves apart, against all 52 with their exact probabilities."""
    n, rate, n_draws = 5, 2.0, 10_000
    mixture = reference_clusters.new_mixture(n, d, most, df=4.0, v0=0.3, concentration=1.3)
    z = np.random.default_rng(2).normal(size=(n, d)) + np.array([-1.0, -0.9, 0.8, 1.0, 2.2])[:, None]
    log_weights = log_partition_weights(n, most, rate, mixture.concentration)
    log_weights[2] += wrong
    everything = list(reference_clusters.partitions(n))
    log_probability = np.array(
        [
            reference_clusters.log_prior_of_partition(labels, most, rate, mixture.concentration)
            + sum(reference_clusters.log_marginal(mixture, z[np.array(labels) == g]) for g in set(labels))
            for labels in everything
        ]
    )
    expected = n_draws * np.exp(log_probability - logsumexp(log_probability))
    codes = np.empty(n_draws, np.int64)
    theta = np.zeros(reference_clusters.n_parameters(mixture))
    theta[: n * d] = z.T.ravel()
    _split_and_merge(mixture, theta, np.zeros(n, np.int64), log_weights, 25, codes, np.random.default_rng([d, most]))
    of_partitions = [int("".join(map(str, labels)), n) for labels in everything]
    observed = np.array([(codes == code).sum() for code in of_partitions])
    assert observed.sum() == n_draws
    assert observed[expected == 0.0].sum() == 0
    rare = expected < 10.0
    observed, expected = (np.append(counts[~rare], counts[rare].sum()) for counts in (observed, expected))
    kept = expected > 0.0
    return float(stats.chisquare(observed[kept], expected[kept]).pvalue)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("most", [3, 10])
def test_split_and_merge_alone(d: int, most: int) -> None:
    """Its moves alone reach every partition of five fixed positions in proportion to its exact probability."""
    assert _partition_test(d, most) > FALSE_ALARM


def test_split_and_merge_with_wrong_weights() -> None:
    assert _partition_test(2, 10, wrong=0.1) < FALSE_ALARM
