"""How far trajectories go: the rule, a trial's trajectory, and what whole warm-ups learn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from latentnet import MCMC
from latentnet.datasets import load_sampson
from latentnet.inference.chains import Chain
from latentnet.inference.moves.adaptation import LOG_STEP, new_step
from latentnet.inference.moves.hmc import N_INFO, N_STEPS, Trajectories, hamiltonian_move
from latentnet.inference.moves.move import Move, new_state
from latentnet.inference.moves.path_length import (
    COUNT,
    LENGTH,
    LONGEST,
    N_PARTS,
    N_TRIALS,
    REACHED,
    REACHED_BY_TWICE,
    SETTLED,
    SHORTEST,
    learn_path_length,
    new_path_length,
    squared_move,
)
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests.contracts.networks import engine, quick_fit, undirected
from tests.inference.scenes import once, scene_of

SAMPSON = load_sampson()
PATH = undirected(150, [(i, i + 1) for i in range(149)])
PAIRS = np.array([0, 3, 2]), np.array([4, 1, 3])


# the rule


def learned(reached) -> np.ndarray:
    """The tuning after trials that reach `reached(length)` on average, until it settles or for 1,000 of them."""
    tuning = new_path_length(*PAIRS).tuning
    for _ in range(1000):
        if not tuning[SETTLED]:
            learn_path_length(tuning, *reached(tuning[LENGTH]), 0.9)
    return tuning


@pytest.mark.parametrize(
    ("frequency", "length"), [(10.0, 4.0), (1.0, 4.0), (0.25, 8.0), (0.1, 16.0), (0.06, 32.0), (1e-3, 32.0)]
)
def test_oscillators_get_the_length_that_takes_them_about(frequency, length):
    """Trajectories of a time t change x of an oscillator by 2 |sin(ωt/2)| in root mean square."""

    def on_average(path: float) -> tuple[float, float]:
        by_parts = np.abs(np.sin(2.0 * frequency * path * np.arange(1, N_PARTS + 1) / N_PARTS))
        return by_parts[: N_PARTS // 2].mean(), by_parts.mean()

    tuning = learned(on_average)
    assert tuning[SETTLED] == 1.0
    assert tuning[LENGTH] == length


@pytest.mark.parametrize(("share", "length"), [(0.93, LONGEST), (0.95, SHORTEST)])
def test_a_length_that_reaches_most_of_what_twice_of_it_does_stays(share, length):
    assert learned(lambda path: (share, 1.0))[LENGTH] == length


def test_what_is_rejected_does_not_count():
    """Trials that reach much and are all rejected do not hide what the others say."""
    tuning = new_path_length(*PAIRS).tuning
    for _ in range(N_TRIALS // 2):
        learn_path_length(tuning, 100.0, 100.0, 0.0)
        learn_path_length(tuning, 1.0, 2.0, 1.0)
    assert tuning[LENGTH] == 2.0 * SHORTEST


def test_nothing_is_decided_before_all_trials_are_in():
    tuning = new_path_length(*PAIRS).tuning
    for _ in range(N_TRIALS - 1):
        learn_path_length(tuning, 1.0, 2.0, 1.0)
    assert tuning[LENGTH] == SHORTEST
    assert not tuning[SETTLED]


@pytest.mark.parametrize(("later", "length"), [(0.9, 2.0 * SHORTEST), (1.0, SHORTEST)])
def test_where_the_first_trials_leave_it_open_as_many_more_decide(later, length):
    tuning = new_path_length(*PAIRS).tuning
    for _ in range(N_TRIALS):
        learn_path_length(tuning, 0.95, 1.0, 1.0)
    assert (tuning[LENGTH], tuning[SETTLED], tuning[COUNT]) == (SHORTEST, 0.0, N_TRIALS)
    for _ in range(N_TRIALS):
        learn_path_length(tuning, later, 1.0, 1.0)
    assert (tuning[LENGTH], tuning[COUNT]) == (length, 0.0)


def test_without_pairs_the_shortest_stays():
    tuning = new_path_length(np.zeros(0, np.int64), np.zeros(0, np.int64)).tuning
    assert (tuning[LENGTH], tuning[SETTLED]) == (SHORTEST, 1.0)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_squared_moves_are_those_of_the_definition(d):
    n, rng = 5, np.random.default_rng(d)
    start, end = rng.standard_normal((2, d * n + 3))
    expected = 0.0
    for i, j in zip(*PAIRS, strict=True):
        before, after = (z[: d * n].reshape(d, n).T for z in (start, end))
        expected += (np.sum((after[i] - after[j]) ** 2) - np.sum((before[i] - before[j]) ** 2)) ** 2
    assert squared_move(*PAIRS, n, d, start, end) == pytest.approx(expected, rel=1e-12)


# trials


class Moved(NamedTuple):
    """Where one trajectory went."""

    problem: Problem
    start: np.ndarray
    theta: np.ndarray
    n_steps: int
    tuning: np.ndarray  # of the path length, after it

    @property
    def accepted(self) -> bool:
        """Whether it went anywhere."""
        return not np.array_equal(self.start, self.theta)


def moved(problem: Problem, length: float, seed: int, n_warmup: int) -> Moved:
    """One trajectory at iteration 40."""
    path, info = new_path_length(*PAIRS), np.zeros(N_INFO)
    path.tuning[LENGTH] = length
    start = np.random.default_rng(1).standard_normal(problem.n_parameters)
    state = new_state(start, problem.n_dims)
    state.clock[:] = 40, n_warmup
    scene = scene_of(problem.target(np.float64), state, np.random.default_rng(seed))
    state.log_likelihood[0] = scene.bound.log_likelihood(state.theta)
    trajectories = Trajectories(np.full(problem.n_parameters, 4.0), new_step(), path, 0.8, info)
    once(scene, Move(hamiltonian_move, trajectories))()
    return Moved(problem, start, state.theta, int(info[N_STEPS]), path.tuning)


def test_a_trial_goes_all_the_way_and_as_far_again_and_remembers_how_far_it_got_by_parts():
    problem = quick_fit(SAMPSON, engine(n_draws=1))._problem
    trial = moved(problem, 1.0, 3, n_warmup=100)
    assert trial.n_steps == N_PARTS * round(4.0 / N_PARTS / np.exp(new_step()[LOG_STEP]))
    assert trial.tuning[COUNT] == 1.0
    assert trial.accepted
    reached = []
    for part in range(1, N_PARTS + 1):
        on_the_way = along(problem, 3, part * trial.n_steps // N_PARTS)
        reached.append(np.sqrt(squared_move(*PAIRS, problem.n_actors, problem.n_dims, trial.start, on_the_way)))
    np.testing.assert_allclose(on_the_way, trial.theta, rtol=1e-9)
    share = trial.tuning[REACHED] / trial.tuning[REACHED_BY_TWICE]
    assert share == pytest.approx(np.mean(reached[: N_PARTS // 2]) / np.mean(reached), rel=1e-6)
    assert moved(problem, 1.0, 3, n_warmup=40).tuning[COUNT] == 0.0


def along(problem: Problem, seed: int, n_steps: int) -> np.ndarray:
    """Where plain NumPy's leapfrog steps are after some of them, from where `moved` starts."""
    theta = np.random.default_rng(1).standard_normal(problem.n_parameters)
    rng = np.random.default_rng(seed)
    momentum = 2.0 * np.array([polar(rng) for _ in theta])
    target, step = BoundTarget(problem.target(np.float64)), float(np.exp(new_step()[LOG_STEP]))
    for _ in range(n_steps):
        momentum += 0.5 * step * target.log_posterior(theta)[1]
        theta += step * momentum / 4.0
        momentum += 0.5 * step * target.log_posterior(theta)[1]
    return theta


def polar(rng: np.random.Generator) -> float:
    """A normal number as kernels draw it (Marsaglia & Bray 1964)."""
    while True:
        u, v = 2.0 * rng.random() - 1.0, 2.0 * rng.random() - 1.0
        square = u * u + v * v
        if 0.0 < square < 1.0:
            return float(u * np.sqrt(-2.0 * np.log(square) / square))


# whole warm-ups


def chains_of(network: object, n_warmup: int = 300) -> list[Chain]:
    """Chains at their starts, of a model of positions."""
    problem = quick_fit(network, engine(n_draws=1))._problem
    standing = MCMC(10, n_warmup, 4)._begin(problem, np.random.default_rng(3), None)
    return [Chain(problem, standing.plan, one) for one in standing.chains]


def run(chain: Chain, end: int) -> float:
    """Run to an iteration; returns the path length."""
    chain.iterations.run(chain.done, end)
    chain.done = end
    return float(chain.iterations.trajectories.path.tuning[LENGTH])


def test_a_long_path_takes_long_trajectories_and_a_dense_network_short_ones():
    """The path's chains all go further; of Sampson's one in ten or so doubles once by chance, none goes beyond."""
    assert min(run(chain, 300) for chain in chains_of(PATH)) >= 2.0 * SHORTEST
    of_dense = [run(chain, 300) for chain in chains_of(SAMPSON)]
    assert max(of_dense) <= 2.0 * SHORTEST
    assert of_dense.count(SHORTEST) >= 3


@pytest.mark.parametrize("n_warmup", [0, 30, 130])
def test_the_length_is_frozen_after_warm_up(n_warmup):
    """Also where warm-up ends in the middle of trials."""
    for chain in chains_of(PATH, n_warmup):
        run(chain, n_warmup)
        learned = chain.iterations.trajectories.path.tuning.copy()
        run(chain, n_warmup + 10)
        np.testing.assert_array_equal(chain.iterations.trajectories.path.tuning, learned)


def test_a_chain_that_pauses_among_its_trials_learns_and_draws_the_same():
    whole, cut = chains_of(PATH, 150)[0], chains_of(PATH, 150)[0]
    run(whole, 160)
    problem = quick_fit(PATH, engine(n_draws=1))._problem
    for stop in (34, 47, 52, 152, 160):  # of trials from iteration 30 on
        run(cut, stop)
        cut = Chain(problem, MCMC(10, 150, 4)._begin(problem, np.random.default_rng(3), None).plan, cut.pause())
    assert cut.iterations.trajectories.path.tuning[LENGTH] > SHORTEST
    np.testing.assert_array_equal(cut.pause().kept.draws, whole.pause().kept.draws)
