"""The block contract, proven by components that the package does not have.

A Gaussian family that owns a value, a family whose unit is the row, one whose unit is the pair, and two effects, all
written against `latentnet.contract` alone, must give the naive twin's values and gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from latentnet import Network
from latentnet.compiled import exp, first_class_functions
from latentnet.contract import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED
from latentnet.effects import BoundEffect, Effect
from latentnet.families import Bernoulli, BoundFamily, Family
from latentnet.inference.masses import plain_mass
from latentnet.inference.moves.iteration import Iterations
from latentnet.inference.moves.move import Scene, new_state
from latentnet.inference.tuning import sampler_moves
from latentnet.likelihood.composed import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
    unit_log_likelihoods,
)
from latentnet.priors import Priors
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference

ONE_VALUE = BoundFamily(start=np.zeros(1), precision=np.full(1, 0.25), logs=np.zeros(1))


class Popularity(Effect):
    """η_ij gets a value of its sender and half of its receiver's: not symmetric, so swapped runs must be read right."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        return BoundEffect(network.n_actors, np.zeros((1, 1)))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        for r in range(runs.shape[0]):
            start, first = runs[r, RUN_OFFSET], runs[r, RUN_COLUMN]
            swapped = runs[r, RUN_SWAPPED] == 1
            of_actor, of_column = (0.5, 1.0) if swapped else (1.0, 0.5)
            for p in range(runs[r, RUN_LENGTH]):
                eta[start + p] += of_actor * values[runs[r, RUN_ACTOR]] + of_column * values[first + p]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        for r in range(runs.shape[0]):
            start, first = runs[r, RUN_OFFSET], runs[r, RUN_COLUMN]
            swapped = runs[r, RUN_SWAPPED] == 1
            of_actor, of_column = (0.5, 1.0) if swapped else (1.0, 0.5)
            for p in range(runs[r, RUN_LENGTH]):
                gradient[runs[r, RUN_ACTOR]] += of_actor * score[start + p]
                gradient[first + p] += of_column * score[start + p]


class Covariate(Effect):
    """η_ij gets a coefficient times x_ij; keeps x in `work` from `add` to `pull`."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        x = _covariate(network.n_actors)
        return BoundEffect(1, x, ("covariate",))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        for r in range(runs.shape[0]):
            actor, start, first = runs[r, RUN_ACTOR], runs[r, RUN_OFFSET], runs[r, RUN_COLUMN]
            for p in range(runs[r, RUN_LENGTH]):
                x = data[first + p, actor] if runs[r, RUN_SWAPPED] == 1 else data[actor, first + p]
                work[start + p] = x
                eta[start + p] += values[0] * x

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        for p in range(score.size):
            gradient[0] += score[p] * work[p]


def _covariate(n: int) -> np.ndarray:
    return np.random.default_rng(42).standard_normal((n, n))


class Gaussian(Family):
    """Y ~ N(η, exp(log_variance))."""

    name = "toy gaussian"

    def check(self, network: Network) -> None:
        pass

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        return ONE_VALUE

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        precision = exp(-values[0])
        for p in range(out.size):
            out[p] = -0.5 * (precision * (y[0, p] - eta[0, p]) ** 2 + values[0] + math.log(2.0 * math.pi))

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        precision = exp(-values[0])
        for p in range(score.shape[1]):
            residual = y[0, p] - eta[0, p]
            score[0, p] = precision * residual
            if observed[0, p]:
                gradient[0] += 0.5 * (precision * residual**2 - 1.0)


class RowSum(Family):
    """ℓ of a row is −exp(−w)·log(1 + S²), S = Σ of y − η over its observed dyads: each dyad feels the others."""

    name = "toy row"
    unit = "row"

    def check(self, network: Network) -> None:
        pass

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        return ONE_VALUE

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        r = 0
        while r < runs.shape[0]:
            first, total = r, 0.0
            while r < runs.shape[0] and runs[r, RUN_ACTOR] == runs[first, RUN_ACTOR]:
                for p in range(runs[r, RUN_OFFSET], runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]):
                    total += observed[0, p] * (y[0, p] - eta[0, p])
                r += 1
            out[runs[first, RUN_OFFSET]] = -exp(-values[0]) * math.log(1.0 + total**2)

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        r = 0
        while r < runs.shape[0]:
            first, total = r, 0.0
            while r < runs.shape[0] and runs[r, RUN_ACTOR] == runs[first, RUN_ACTOR]:
                for p in range(runs[r, RUN_OFFSET], runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]):
                    total += observed[0, p] * (y[0, p] - eta[0, p])
                r += 1
            gradient[0] += exp(-values[0]) * math.log(1.0 + total**2)
            for q in range(first, r):
                for p in range(runs[q, RUN_OFFSET], runs[q, RUN_OFFSET] + runs[q, RUN_LENGTH]):
                    score[0, p] = exp(-values[0]) * 2.0 * total / (1.0 + total**2)


class Reciprocal(Family):
    """P(y_ij, y_ji) ∝ exp(η_ij·y_ij + η_ji·y_ji + ρ·y_ij·y_ji), summed over a half that was not observed."""

    name = "toy pair"
    unit = "pair"

    def check(self, network: Network) -> None:
        pass

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        return ONE_VALUE

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        for p in range(out.size):
            above = below = 0.0
            for a in range(2):
                for b in range(2):
                    weight = math.exp(a * eta[0, p] + b * eta[1, p] + a * b * values[0])
                    below += weight
                    if (observed[0, p] == 0 or a == y[0, p]) and (observed[1, p] == 0 or b == y[1, p]):
                        above += weight
            out[p] = math.log(above / below)

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        for p in range(score.shape[1]):
            above = below = 0.0
            score[0, p] = score[1, p] = 0.0
            of_value = 0.0
            for kept in range(2):  # first the sums, then each outcome's share of them
                for a in range(2):
                    for b in range(2):
                        weight = math.exp(a * eta[0, p] + b * eta[1, p] + a * b * values[0])
                        fits = (observed[0, p] == 0 or a == y[0, p]) and (observed[1, p] == 0 or b == y[1, p])
                        if kept == 0:
                            below += weight
                            above += weight if fits else 0.0
                        else:
                            share = (weight / above if fits else 0.0) - weight / below
                            score[0, p] += a * share
                            score[1, p] += b * share
                            of_value += a * b * share
            gradient[0] += of_value


def _gaussian_twin(network: Network, eta: np.ndarray, value: float, actor: int | None = None) -> float:
    def density(y: float, eta: float) -> float:
        return -0.5 * ((y - eta) ** 2 / np.exp(value) + value + np.log(2 * np.pi))

    return reference.log_likelihood(network, eta, density, actor)


def _row_twin(network: Network, eta: np.ndarray, value: float, actor: int | None = None) -> float:
    y, observed = network.ties.toarray(), network.observed.toarray()
    total = 0.0
    for i in range(len(y)):
        residual = sum(y[i, j] - eta[i, j] for j in range(len(y)) if observed[i, j])
        total -= np.exp(-value) * np.log(1.0 + residual**2)
    return float(total)


def _pair_twin(network: Network, eta: np.ndarray, value: float, actor: int | None = None) -> float:
    """Probability of what was seen of each pair, by listing the four outcomes."""
    y, observed = network.ties.toarray(), network.observed.toarray()
    total = 0.0
    for i in range(len(y)):
        for j in range(i):
            if actor is not None and actor not in (i, j):
                continue
            weights = {(a, b): np.exp(a * eta[i, j] + b * eta[j, i] + a * b * value) for a in (0, 1) for b in (0, 1)}
            fitting = [
                weight
                for (a, b), weight in weights.items()
                if (not observed[i, j] or a == y[i, j]) and (not observed[j, i] or b == y[j, i])
            ]
            total += np.log(sum(fitting) / sum(weights.values()))
    return float(total)


TWINS: dict[type[Family], Callable[..., float]] = {Gaussian: _gaussian_twin, RowSum: _row_twin, Reciprocal: _pair_twin}
KINDS = ["all", "single dyads", "half of the pairs", "rows", "rows and dyads", "most"]


def _network(kind: str, n: int, binary: bool, directed: bool = True) -> Network:
    rng = np.random.default_rng([3, n])
    y = (rng.random((n, n)) < 0.4).astype(float) if binary else rng.normal(size=(n, n))
    share = {"single dyads": 0.15, "rows and dyads": 0.15, "most": 0.7}.get(kind, 0.0)
    y[rng.random((n, n)) < share] = np.nan
    if kind == "half of the pairs":
        y[np.tril_indices(n)] = np.nan
    if kind.startswith("rows"):
        y[rng.permutation(n)[: n // 3]] = np.nan
    np.fill_diagonal(y, 0.0)
    if not directed:
        y = np.tril(y, -1)
        y = y + y.T
    return Network.from_array(y, directed=directed)


def _problem(network: Network, family: Family, similarity: str = "distance", n_dims: int = 2) -> Problem:
    effects = (Popularity(), Covariate())
    return make_problem(network, family=family, similarity=similarity, n_dims=n_dims, effects=effects, priors=Priors())


def _eta(problem: Problem, theta: np.ndarray) -> np.ndarray:
    n = problem.n_actors
    z = theta[problem.positions].reshape(problem.n_dims, n).T
    parts = {type(effect): theta[part] for effect, _, part in problem.effects}
    popularity, slope = parts[Popularity], parts[Covariate][0]
    x = _covariate(n)
    return reference.linear_predictor(
        z,
        theta[problem.intercept],
        reference.name_of(problem.similarity),
        lambda i, j: popularity[i] + 0.5 * popularity[j] + slope * x[i, j],
    )


def _twin(problem: Problem, theta: np.ndarray, actor: int | None = None) -> float:
    twin = TWINS[type(problem.family)]
    return twin(problem.network, _eta(problem, theta), theta[problem.family_slice.start], actor)


def _theta(problem: Problem, seed: int = 2) -> np.ndarray:
    return 0.7 * np.random.default_rng(seed).standard_normal(problem.n_parameters)


def _gradient(problem: Problem, theta: np.ndarray) -> np.ndarray:
    gradient = np.ones_like(theta)  # the kernel must add
    with first_class_functions():
        composed_gradient(Composed.bind(problem), theta, gradient)
    return gradient - 1.0


@pytest.mark.parametrize("family", [Gaussian(), RowSum(), Reciprocal()], ids=lambda family: family.unit)
@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients(family: Family, kind: str) -> None:
    problem = _problem(_network(kind, 12, family.unit != "dyad"), family)
    theta = _theta(problem)
    with first_class_functions():
        value = composed_log_likelihood(Composed.bind(problem), theta)
    assert value == pytest.approx(_twin(problem, theta), abs=1e-10)
    slope = reference.central_difference(lambda at: _twin(problem, at), theta, step=1e-3)
    np.testing.assert_allclose(_gradient(problem, theta), slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("family", [Gaussian(), Reciprocal()], ids=lambda family: family.unit)
@pytest.mark.parametrize("kind", KINDS)
def test_dyads_of_one_actor(family: Family, kind: str) -> None:
    """An actor's column is read through swapped runs."""
    problem = _problem(_network(kind, 12, family.unit != "dyad"), family)
    theta = _theta(problem)
    target = Composed.bind(problem)
    with first_class_functions():
        found = [composed_actor_log_likelihood(target, theta, a) for a in range(problem.n_actors)]
    np.testing.assert_allclose(found, [_twin(problem, theta, a) for a in range(problem.n_actors)], atol=1e-10)


@pytest.mark.parametrize("family", [Gaussian(), RowSum(), Reciprocal()], ids=lambda family: family.unit)
@pytest.mark.parametrize("kind", ["all", "rows and dyads", "most"])
def test_several_blocks(family: Family, kind: str) -> None:
    """95 actors; slopes along directions that move the positions, the family's value, and all else."""
    problem = _problem(_network(kind, 95, family.unit != "dyad"), family)
    theta = 0.3 * _theta(problem)
    target = Composed.bind(problem)
    assert target.layout.sizes.size > 1
    with first_class_functions():
        value = composed_log_likelihood(target, theta)
        blocks = range(target.layout.sizes.size)
        units = [unit_log_likelihoods(target, theta, target.layout, target.dyads, block).sum() for block in blocks]
    assert value == pytest.approx(_twin(problem, theta), rel=1e-11)
    assert sum(units) == pytest.approx(value, rel=1e-11)
    gradient = _gradient(problem, theta)
    for part in (problem.positions, problem.family_slice, slice(problem.positions.stop, problem.family_slice.start)):
        direction = np.zeros_like(theta)
        direction[part] = np.random.default_rng(8).standard_normal(part.stop - part.start)
        step = 1e-6  # so short because some actors are close to each other
        slope = (_twin(problem, theta + step * direction) - _twin(problem, theta - step * direction)) / (2 * step)
        assert gradient @ direction == pytest.approx(slope, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("similarity", ["squared_distance", "bilinear"])
def test_undirected_gaussian(similarity: str) -> None:
    problem = _problem(_network("single dyads", 12, False, directed=False), Gaussian(), similarity, 3)
    theta = _theta(problem)
    target = Composed.bind(problem)
    with first_class_functions():
        assert composed_log_likelihood(target, theta) == pytest.approx(_twin(problem, theta), abs=1e-10)
    slope = reference.central_difference(lambda at: _twin(problem, at), theta, step=1e-3)
    np.testing.assert_allclose(_gradient(problem, theta), slope, rtol=1e-6, atol=1e-7)


def test_unobserved_half_of_a_pair_is_summed_over() -> None:
    """η = (−1, .5), ρ = 2: the first tie has probability .65, not the logistic of −1, .27."""
    network = Network.from_array(np.array([[0.0, 1.0], [np.nan, 0.0]]), directed=True)
    problem = make_problem(
        network, family=Reciprocal(), similarity="distance", n_dims=1, effects=(Covariate(),), priors=Priors()
    )
    x = _covariate(2)
    slope = 1.5 / (x[1, 0] - x[0, 1])  # which makes η_01 = −1 and η_10 = 0.5 with this intercept
    theta = np.zeros(problem.n_parameters)
    theta[problem.intercept], theta[problem.intercept + 1] = -1.0 - slope * x[0, 1], slope
    theta[problem.family_slice] = 2.0
    with first_class_functions():
        value = composed_log_likelihood(Composed.bind(problem.with_network(network)), theta)
    weights = np.exp([0.0, 0.5, -1.0, -1.0 + 0.5 + 2.0])
    assert value == pytest.approx(np.log(weights[2:].sum() / weights.sum()))
    assert np.exp(value) == pytest.approx(0.65, abs=0.005)


def test_a_new_combination_compiles_nothing() -> None:
    """Kernels see the same types whatever is composed: that keeps a new combination under a second."""
    network = _network("single dyads", 12, True)
    families = [Bernoulli(), Gaussian(), RowSum(), Reciprocal()]
    counts = []
    for family in families:
        problem = _problem(network, family)
        with first_class_functions():
            composed_log_likelihood(Composed.bind(problem.with_network(network)), _theta(problem))
        _gradient(problem, _theta(problem))
        counts.append((len(composed_log_likelihood.signatures), len(composed_gradient.signatures)))
    assert counts == [counts[0]] * len(families)


def test_the_sampler_takes_toy_components() -> None:
    """The whole iteration runs on components that the package does not know, and keeps their log-likelihood right."""
    problem = _problem(_network("single dyads", 8, False), Gaussian())
    theta, target, n_draws = _theta(problem), problem.target(), 40
    state, bound = new_state(theta, problem.n_dims), BoundTarget(target)
    state.log_likelihood[0] = bound.log_likelihood(theta)
    moves = sampler_moves(problem, target, plain_mass(problem), 0.8)
    iterations = Iterations(Scene(bound, state, np.random.default_rng(0)), moves, n_draws, 1)
    iterations.run(0, n_draws)
    out, statistics = iterations.draws, iterations.statistics
    assert np.ptp(out, axis=0).min() > 0
    np.testing.assert_allclose(statistics[:, 1], [_twin(problem, draw) for draw in out], rtol=1e-10)
