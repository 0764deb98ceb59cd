"""Chains: run in threads or by joblib's workers, a chunk at a time, with progress and interruption."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from tqdm import tqdm

from latentnet.inference.moves.adaptation import LOG_STEP
from latentnet.inference.moves.hmc import N_DIVERGENCES
from latentnet.inference.moves.iteration import Iterations, statistics_of
from latentnet.inference.moves.move import Scene, new_state
from latentnet.inference.tuning import Tuning, sampler_moves
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.inference.mcmc import MCMC
    from latentnet.problem.problem import Problem

__all__ = ["Chain", "Kept", "is_shown", "run_in_threads", "run_whole"]

_SECONDS_PER_CHUNK = 0.1


class Kept(NamedTuple):
    """What is kept of one chain."""

    draws: np.ndarray  # (n_draws, n_parameters)
    statistics: dict[str, np.ndarray]
    labels: np.ndarray  # (n_draws, n_first + 1) labels, then the number of components; (n_draws, 0) without clusters


class Chain:
    """One chain, run chunk by chunk; its draws do not depend on how it was cut."""

    def __init__(
        self, problem: Problem, engine: MCMC, tuning: Tuning, start: np.ndarray, rng: np.random.Generator
    ) -> None:
        target = problem.target(np.float32)
        bound = BoundTarget(target)
        state = new_state(start, problem.n_dims, problem.n_first if problem.clusters is not None else 0)
        state.log_likelihood[0] = bound.log_likelihood(state.theta)
        state.clock[1] = engine.n_warmup
        moves = sampler_moves(problem, target, tuning.mass.copy(), engine.target_acceptance, tuning.branches)
        self.iterations = Iterations(Scene(bound, state, rng), moves, engine.n_draws, engine.thin)
        self.n_warmup, self.thin = engine.n_warmup, engine.thin
        self.n_iterations = engine.n_warmup + engine.n_draws * engine.thin
        self.done = 0
        self.chunk = 10

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
        return self.done == self.n_iterations

    @property
    def n_kept(self) -> int:
        """Draws made."""
        return max(self.done - self.n_warmup, 0) // self.thin

    def kept(self, n_draws: int) -> Kept:
        """The first draws, their statistics and labels."""
        run = self.iterations
        statistics = statistics_of(run.moves, run.statistics[:n_draws])
        return Kept(run.draws[:n_draws], statistics, run.labels[:n_draws])


def run_whole(problem: Problem, engine: MCMC, tuning: Tuning, start: np.ndarray, rng: np.random.Generator) -> Kept:
    """One chain from start to end, for joblib's workers."""
    chain = Chain(problem, engine, tuning, start, rng)
    while not chain.finished:
        chain.advance()
    return chain.kept(engine.n_draws)


def is_shown(progress: bool | None) -> bool:
    """Whether to show a progress bar."""
    if progress is not None:
        return progress
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def _progress_bar(total: int, shown: bool) -> Iterator[Any]:
    with tqdm(total=total, disable=not shown, unit="it", leave=False, dynamic_ncols=True) as bar:
        yield bar


def _report(bar: Any, chains: list[Chain], index: int, iterations: int) -> None:
    chain = chains[index]
    phase = "warm-up" if chain.done < chain.n_warmup else "drawing"
    divergences = sum(one.divergences for one in chains)
    bar.set_postfix_str(
        f"chain {index + 1} {phase}, step {chain.step_size:.3f}, {divergences} divergences", refresh=False
    )
    bar.update(iterations)


def run_in_threads(chains: list[Chain], n_jobs: int, shown: bool) -> bool:
    """Run all chains by turns, a chunk at a time; returns whether Ctrl-C cut them short."""
    total = sum(chain.n_iterations for chain in chains)
    interrupted = False
    with (
        _progress_bar(total, shown) as bar,
        ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="latentnet") as pool,
    ):
        running: dict[Future[int], int] = {}
        try:
            running = {pool.submit(chain.advance): index for index, chain in enumerate(chains)}
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    _report(bar, chains, index, future.result())
                    if not chains[index].finished:
                        running[pool.submit(chains[index].advance)] = index
        except KeyboardInterrupt:
            interrupted = True
            pool.shutdown(wait=True, cancel_futures=True)
    return interrupted
