"""Chains: run in threads or by joblib's workers, and put to rest so that they can go on exactly."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed

from latentnet.checks import shown
from latentnet.inference.moves.adaptation import LOG_STEP
from latentnet.inference.moves.hmc import N_DIVERGENCES
from latentnet.inference.moves.iteration import Iterations, statistics_of
from latentnet.inference.moves.move import Move, Scene, State, new_state
from latentnet.inference.tuning import Tuning, sampler_moves, target_of
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.inference.checkpoints import Checkpoints
    from latentnet.inference.progress import Progress
    from latentnet.priors.clusters import Clusters
    from latentnet.problem.problem import Problem

__all__ = ["Chain", "Kept", "Paused", "Plan", "run_by_joblib", "run_in_threads"]

_SECONDS_PER_CHUNK = 0.1


class Kept(NamedTuple):
    """What is kept of one chain."""

    draws: np.ndarray  # (n_draws, n_parameters)
    statistics: dict[str, np.ndarray]
    labels: np.ndarray  # (n_draws, n_first + 1) labels, then the number of components; (n_draws, 0) without clusters

    @classmethod
    def nothing(cls, n_parameters: int) -> Kept:
        """No draws yet."""
        return cls(np.zeros((0, n_parameters)), {}, np.zeros((0, 0), np.int32))

    def rows(self, which: slice) -> Kept:
        """Some of them, a view."""
        statistics = {name: values[which] for name, values in self.statistics.items()}
        return Kept(self.draws[which], statistics, self.labels[which])

    def followed_by(self, later: Kept) -> Kept:
        """These draws and later ones."""
        if not len(self.draws):
            return later
        statistics = {
            name: np.concatenate([values, later.statistics[name]]) for name, values in self.statistics.items()
        }
        draws, labels = np.concatenate([self.draws, later.draws]), np.concatenate([self.labels, later.labels])
        return Kept(draws, statistics, labels)


class Paused(NamedTuple):
    """A chain at rest: what it has kept, and all that its next iteration depends on."""

    done: int  # iterations, those of warm-up among them
    rng: np.random.Generator
    arrays: dict[str, np.ndarray]  # of its state and its moves' tuning, those that are not a new chain's
    kept: Kept


class Plan(NamedTuple):
    """What the chains of a fit share."""

    n_warmup: int
    n_draws: int  # to be kept of each
    thin: int
    max_thin: int  # what `thin` may grow to while the chains do not agree
    target_acceptance: float
    tuning: Tuning

    @property
    def n_iterations(self) -> int:
        """Iterations of each chain."""
        return self.n_warmup + self.n_draws * self.thin


class Chain:
    """One chain, run chunk by chunk; its draws depend neither on how it was cut nor on whether it paused."""

    def __init__(self, problem: Problem, plan: Plan, paused: Paused) -> None:
        target = target_of(problem, plan.tuning)
        bound = BoundTarget(target)
        n_labels = problem.n_first if problem.clusters is not None else 0
        state = new_state(np.zeros(problem.n_parameters), problem.n_dims, n_labels)
        state.clock[1] = plan.n_warmup
        tuning = plan.tuning
        moves = sampler_moves(problem, target, tuning.mass.copy(), plan.target_acceptance, tuning.swinging)
        self._arrays = dict(_changing(state, moves, target.prior.positions))
        self._new = {name: values.copy() for name, values in self._arrays.items()}
        self._restore(paused.arrays, problem.clusters)
        if "log_likelihood" not in paused.arrays:
            state.log_likelihood[0] = bound.log_likelihood(state.theta)
        self._before, self._rng = paused.kept, copy.deepcopy(paused.rng)
        self.iterations = Iterations(Scene(bound, state, self._rng), moves, plan.n_draws, plan.thin)
        self.n_warmup, self.thin, self.n_iterations = plan.n_warmup, plan.thin, plan.n_iterations
        self.done = paused.done
        self.chunk = 10

    def _restore(self, arrays: dict[str, np.ndarray], clusters: Clusters | None) -> None:
        """Set what is not as in a new chain; compiled code trusts it, so it is looked at first."""
        most, open_number = (clusters.most, clusters.automatic) if clusters is not None else (0, False)
        for name, values in arrays.items():
            own = self._arrays.get(name)
            if own is None or own.shape != values.shape or own.dtype != values.dtype:
                raise ValueError(f"the state of a chain has {shown(name)}, which is not of its model")
            low, high = (0, most - 1) if name == "labels" else (1 if open_number else most, most)
            sound = np.isfinite(values) if values.dtype.kind == "f" else (values >= low) & (values <= high)
            if not sound.all():
                raise ValueError(f"the state of a chain has numbers in {shown(name)} that are out of range")
            own[:] = values

    def advance(self) -> int:
        """Run one chunk of about a tenth of a second; returns its iterations."""
        first, end = self.done, min(self.done + self.chunk, self.n_iterations)
        begun = time.perf_counter()
        self.iterations.run(first, end)
        seconds = max(time.perf_counter() - begun, 1e-6)
        self.chunk = max(1, min(int(_SECONDS_PER_CHUNK / seconds * (end - first)), 4 * self.chunk))
        self.done = end
        return end - first

    @property
    def divergences(self) -> int:
        """Divergences after warm-up."""
        return int(self.iterations.trajectories.info[N_DIVERGENCES])

    @property
    def step_size(self) -> float:
        """Step size of the leapfrog integrator."""
        return math.exp(self.iterations.trajectories.step[LOG_STEP])

    @property
    def finished(self) -> bool:
        """Whether all draws were made."""
        return self.done >= self.n_iterations

    def pause(self) -> Paused:
        """The chain at rest, between two chunks; it may go on itself."""
        changed = {
            name: values.copy()
            for name, values in self._arrays.items()
            if values.tobytes() != self._new[name].tobytes()
        }
        run, new = self.iterations, slice(len(self._before.draws), max(self.done - self.n_warmup, 0) // self.thin)
        kept = Kept(run.draws[new], statistics_of(run.moves, run.statistics[new]), run.labels[new])
        return Paused(self.done, copy.deepcopy(self._rng), changed, self._before.followed_by(kept))


def _changing(state: State, moves: Sequence[Move], positions: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays that iterations may change, but for scratch, each once."""
    yield from (("theta", state.theta), ("log_likelihood", state.log_likelihood), ("labels", state.labels))
    of_positions = dict(_arrays("positions", positions))
    # What has fractions there is scratch; the number of components is not.
    yield from ((name, values) for name, values in of_positions.items() if values.dtype.kind == "i")
    seen = {id(values) for values in of_positions.values()}
    for number, move in enumerate(moves):
        for name, values in _arrays(f"{move.function.__name__}.{number}", move.data):
            if id(values) not in seen and values.dtype.kind == "f":
                seen.add(id(values))
                yield name, values


def _arrays(name: str, value: Any) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, tuple):
        for field, part in zip(getattr(value, "_fields", range(len(value))), value, strict=True):
            yield from _arrays(f"{name}.{field}", part)


def _run_stretch(problem: Problem, plan: Plan, paused: Paused, seconds: float) -> Paused:
    """One chain to its end, or for some seconds, in a worker of joblib's."""
    chain, end = Chain(problem, plan, paused), time.monotonic() + seconds
    while not chain.finished and time.monotonic() < end:
        chain.advance()
    return chain.pause()


def run_by_joblib(
    problem: Problem, plan: Plan, chains: tuple[Paused, ...], checkpoints: Checkpoints
) -> tuple[Paused, ...]:
    """Run all chains to their end by joblib's active backend."""
    found = dict(enumerate(chains))
    while left := [k for k, one in found.items() if one.done < plan.n_iterations]:
        stretches = (delayed(_run_stretch)(problem, plan, found[k], checkpoints.seconds) for k in left)
        found.update(zip(left, Parallel()(stretches), strict=True))
        if checkpoints.due:
            checkpoints.write(plan, tuple(found.values()))
    return tuple(found.values())


def run_in_threads(plan: Plan, chains: list[Chain], n_jobs: int, progress: Progress, checkpoints: Checkpoints) -> bool:
    """Run all chains by turns, a chunk at a time; returns whether Ctrl-C cut them short."""
    interrupted = False
    with ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="latentnet") as pool:
        running: dict[Future[int], int] = {}
        try:
            running = {pool.submit(chain.advance): k for k, chain in enumerate(chains) if not chain.finished}
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    progress.report(chains, index, future.result())
                    checkpoints.look(plan, chains, index)
                    if not chains[index].finished:
                        running[pool.submit(chains[index].advance)] = index
        except KeyboardInterrupt:
            interrupted = True
            pool.shutdown(wait=True, cancel_futures=True)
    return interrupted
