"""The MCMC engine: starts, warm-up, chains in parallel, progress and interruption."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend
from tqdm import tqdm

from latentnet.checks import is_whole, one_of, shown, whole_number
from latentnet.compiled import first_class_functions, offers
from latentnet.component import Component
from latentnet.inference.base import InferenceResult
from latentnet.inference.map import posterior_mode
from latentnet.inference.moves.adaptation import LOG_STEP, new_adaptation
from latentnet.inference.moves.iteration import STATISTICS, Moves, new_state, run_chunk
from latentnet.inference.start import chain_start, start_parameters
from latentnet.likelihood.verbs import actor_log_likelihood, change_of_swap, couples_actors, information
from latentnet.priors.mixture_draws import FIXED
from latentnet.priors.positions import draw_shift, set_own_mass
from latentnet.priors.random_walk import pull_to_steps
from latentnet.problem.target import log_posterior

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MCMC"]

_PATH_LENGTH = 4.0
_RELOCATED_SHARE = 0.1
_SWAPS_PER_ACTOR = 0.25
_MOST_SWINGS = 2
_MOST_WHOLE_RELOCATIONS = 8  # where rows are coupled each costs two whole likelihoods
_SECONDS_PER_CHUNK = 0.1
_STEP = 1e-3
_LEAST_CURVATURE = 0.1


def plain_mass(problem: Problem) -> np.ndarray:
    """Mass of each parameter where the likelihood does not say how much it knows.

    A position's mass follows from what its ties say of it; the intercept and log σ have what all of them say together.
    """
    mass = np.ones(problem.n_parameters)
    of_positions = 0.5 + 0.25 * problem.degrees
    mass[problem.positions] = np.tile(of_positions, problem.n_dims)
    if problem.intercept >= 0:
        mass[problem.intercept] = of_positions.sum() / 4.0
    return _with_scales(problem, mass)


def informed_mass(problem: Problem, mode: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mass of each parameter of any model: what the ties say of it at the mode, and what its prior does."""
    prior, mass = problem.prior, information(problem.likelihood, problem, mode, rng)
    if problem.n_dims:  # the space has no axes of its own: each coordinate has the mean over its actor's
        of_positions = mass[problem.positions].reshape(problem.n_dims, -1)
        mass[problem.positions] = np.tile(of_positions.mean(axis=0), problem.n_dims)
    mass += prior.precision
    for group, start in problem.random_groups:
        mass[start + group.start : start + group.stop] += np.exp(-2.0 * mode[start + group.scale])
    if couples_actors(problem.likelihood):
        for index in range(problem.intercepts.start, problem.intercepts.stop):
            mass[index] = max(_curvature(problem, mode, index), _LEAST_CURVATURE)
    if problem.n_dims:
        # The joint mode may have its positions far too close together: the prior's scale is the safer one.
        variance = np.mean(mode[problem.positions] ** 2)
        # Of first positions and steps; what the walk says of the steps is added at each iteration, given τ.
        pull_to_steps(prior.walk, problem.n_dims, mass)
        first = np.tile(np.arange(problem.n_actors) < problem.n_first, problem.n_dims)
        mass[problem.positions] += first / max(variance, float(problem.priors.position_variance_scale or 0.0))
    return _with_scales(problem, np.maximum(mass, 1e-3))


def _curvature(problem: Problem, mode: np.ndarray, index: int) -> float:
    """Observed information of one parameter at the mode: lists that are full say little of the intercept."""
    target, slopes = problem.target(), []
    for step in (-_STEP, _STEP):
        theta = mode.copy()
        theta[index] += step
        with first_class_functions():
            slopes.append(float(log_posterior(target, theta)[1][index]))
    return (slopes[0] - slopes[1]) / (2.0 * _STEP)


def _with_scales(problem: Problem, mass: np.ndarray) -> np.ndarray:
    """Set the masses of variances and clusters, in place."""
    df = float(problem.priors.random_effect_variance_df)
    for _, bound, part in problem.effects:
        for group in bound.groups:
            mass[part.start + group.scale] = group.stop - group.start + df
        for one in bound.correlations:
            first = bound.groups[one.first]
            mass[part.start + one.place] = first.stop - first.start + 2.0
    for k, _, prior_df in problem.bound.scales:
        mass[problem.family_slice.start + k] += prior_df
    if problem.has_steps:
        mass[problem.log_step] = FIXED  # it is drawn given the steps, whose mass depends on it
    set_own_mass(problem.own_prior().positions, mass)
    return mass


def sampler_moves(problem: Problem, mass: np.ndarray, target_acceptance: float) -> Moves:
    """The moves that suit a problem."""
    n = problem.n_actors
    spatial, likelihood, observed = problem.n_dims > 0, problem.likelihood, problem.network.observed
    relocations = math.ceil(_RELOCATED_SHARE * n)
    if couples_actors(likelihood):
        relocations = min(relocations, _MOST_WHOLE_RELOCATIONS)
    swapping = offers(likelihood, change_of_swap) and observed.n_dyads == observed.n_dyads_possible
    return Moves(
        mass=mass,
        graph=problem.graph,
        branches=problem.branches,
        path_length=_PATH_LENGTH,
        target_acceptance=target_acceptance,
        relocations=relocations if spatial and offers(likelihood, actor_log_likelihood) else 0,
        swaps=math.ceil(_SWAPS_PER_ACTOR * n) if swapping else 0,
        # Where actors are tied to where they were before, what hangs on a hub in one period cannot swing alone.
        swings=min(_MOST_SWINGS, problem.branches.hubs.size) if spatial and not problem.has_steps else 0,
        scaled=spatial,
        translated=problem.invariance == "isometry" and offers(problem.prior.positions, draw_shift),
        intercept=problem.intercept,
        n_intercepts=problem.intercepts.stop - problem.intercepts.start,
        step_mass=mass[: problem.n_actors][problem.n_first :].copy() if problem.has_steps else np.zeros(0),
    )


class _Chain:
    """One chain, run chunk by chunk; its draws do not depend on how it was cut."""

    def __init__(
        self, problem: Problem, engine: MCMC, mass: np.ndarray, start: np.ndarray, rng: np.random.Generator
    ) -> None:
        self.target = problem.target(np.float32)
        # a copy: the masses of clusters follow their number
        self.moves = sampler_moves(problem, mass.copy(), engine.target_acceptance)
        n_labels = problem.n_first if problem.clusters is not None else 0
        self.state = new_state(start, problem.n_dims, n_labels)
        self.labels = np.empty((engine.n_draws, n_labels + 1 if n_labels else 0), np.int32)
        self.adaptation = new_adaptation()
        self.rng = rng
        self.n_warmup, self.thin = engine.n_warmup, engine.thin
        self.n_iterations = engine.n_warmup + engine.n_draws * engine.thin
        self.draws = np.empty((engine.n_draws, start.size))
        self.statistics = np.empty((engine.n_draws, len(STATISTICS)))
        self.done = 0
        self.divergences = 0
        self.chunk = 10

    def advance(self) -> int:
        """Run one chunk of about a tenth of a second; returns its iterations."""
        first, end = self.done, min(self.done + self.chunk, self.n_iterations)
        begun = time.perf_counter()
        self.divergences += run_chunk(
            self.target,
            self.state,
            self.adaptation,
            self.moves,
            (first, end, self.n_warmup, self.thin),
            self.draws,
            self.statistics,
            self.labels,
            self.rng,
        )
        seconds = max(time.perf_counter() - begun, 1e-6)
        self.chunk = max(1, min(int(_SECONDS_PER_CHUNK / seconds * (end - first)), 4 * self.chunk))
        self.done = end
        return end - first

    @property
    def finished(self) -> bool:
        return self.done == self.n_iterations

    @property
    def n_kept(self) -> int:
        return max(self.done - self.n_warmup, 0) // self.thin

    def kept(self, n_draws: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The first draws, their statistics and labels."""
        return self.draws[:n_draws], self.statistics[:n_draws], self.labels[:n_draws]


def _run_whole(
    problem: Problem, engine: MCMC, mass: np.ndarray, start: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One chain from start to end, for joblib's workers."""
    chain = _Chain(problem, engine, mass, start, rng)
    with first_class_functions():
        while not chain.finished:
            chain.advance()
    return chain.kept(engine.n_draws)


def _shown(progress: bool | None) -> bool:
    if progress is not None:
        return progress
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def _progress_bar(total: int, shown: bool) -> Iterator[Any]:
    with tqdm(total=total, disable=not shown, unit="it", leave=False, dynamic_ncols=True) as bar:
        yield bar


def _report(bar: Any, chains: list[_Chain], index: int, iterations: int) -> None:
    chain = chains[index]
    phase = "warm-up" if chain.done < chain.n_warmup else "drawing"
    step = math.exp(chain.adaptation.step[LOG_STEP])
    divergences = sum(one.divergences for one in chains)
    bar.set_postfix_str(f"chain {index + 1} {phase}, step {step:.3f}, {divergences} divergences", refresh=False)
    bar.update(iterations)


def _run_in_threads(chains: list[_Chain], n_jobs: int, shown: bool) -> bool:
    """Run all chains by turns, a chunk at a time; returns whether Ctrl-C cut them short."""
    total = sum(chain.n_iterations for chain in chains)
    interrupted = False
    with (
        first_class_functions(),
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


class MCMC(Component):
    """Markov chain Monte Carlo engine.

    Each iteration makes a Hamiltonian move of all positions and coefficients at once, relocates some actors, lets pairs
    of actors change places, and scales and shifts the whole configuration. Warm-up tunes the step size and the scaling;
    nothing needs setting by hand.

    Parameters
    ----------
    n_draws : int
        Draws kept of each chain, after thinning.
    n_warmup : int
        Iterations of each chain that tune the sampler and are thrown away.
    n_chains : int
        Chains, from starts that are spread around the posterior mode. Four or more let R-hat judge convergence.
    thin : int
        Keep every `thin`-th draw.
    n_jobs : int or None
        Chains at once. None: joblib's active backend if one was chosen, else threads, at most one a core; -1: one a
        core. The draws do not depend on it.
    target_acceptance : float
        Acceptance rate that warm-up tunes the step size for.
    progress : bool or None
        Show a progress bar; None: where stderr is a terminal or a notebook.
    on_interrupt : {"raise", "return"}
        What Ctrl-C does once chains are cut to equal length and stored: let the KeyboardInterrupt go on, or return from
        `fit` with a warning.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> engine = MCMC(n_draws=200, n_warmup=200, n_chains=2)
    >>> model = LatentPositionModel(inference=engine, random_state=1)
    >>> model.get_params()["inference__n_draws"]
    200
    """

    def __init__(
        self,
        n_draws: int = 1000,
        n_warmup: int = 500,
        n_chains: int = 4,
        *,
        thin: int = 1,
        n_jobs: int | None = None,
        target_acceptance: float = 0.8,
        progress: bool | None = None,
        on_interrupt: str = "raise",
    ) -> None:
        self.n_draws = n_draws
        self.n_warmup = n_warmup
        self.n_chains = n_chains
        self.thin = thin
        self.n_jobs = n_jobs
        self.target_acceptance = target_acceptance
        self.progress = progress
        self.on_interrupt = on_interrupt

    def check(self) -> None:
        """Raise a ValueError for parameters out of range."""
        for name, least in (("n_draws", 1), ("n_warmup", 0), ("n_chains", 1), ("thin", 1)):
            whole_number(f"MCMC: {name}", getattr(self, name), least)
        if self.n_jobs is not None and not (is_whole(self.n_jobs) and self.n_jobs != 0):
            raise ValueError(f"MCMC: n_jobs must be None, -1 or a positive integer, but is {shown(self.n_jobs)}")
        if not 0.0 < self.target_acceptance < 1.0:
            raise ValueError(f"MCMC: target_acceptance must be between 0 and 1, but is {self.target_acceptance!r}")
        one_of("MCMC: on_interrupt", self.on_interrupt, ("raise", "return"))

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Draw from the posterior; an interrupted run holds the draws that every chain has."""
        first, *of_chains = rng.spawn(self.n_chains + 1)
        mode, _, _ = posterior_mode(
            problem, start_parameters(problem, first), max_iterations=200, tolerance=1e-2, dtype=np.float32
        )
        mass, most = plain_mass(problem), np.inf
        if offers(problem.likelihood, information):
            mass = informed_mass(problem, mode, first)
            # Half a unit of a coefficient would be absurd where its covariate has values in the thousands.
            most = 3.0 / np.sqrt(mass)
        starts = [chain_start(problem, mode, most, chain_rng) for chain_rng in of_chains]
        backend, workers = get_active_backend()
        # What joblib says where nobody chose anything: processes, of no number.
        if self.n_jobs is None and (workers is not None or type(backend).__name__ != "LokyBackend"):
            found = Parallel()(
                delayed(_run_whole)(problem, self, mass, start, chain_rng)
                for start, chain_rng in zip(starts, of_chains, strict=True)
            )
            return _result(found, interrupted=False)
        chains = [_Chain(problem, self, mass, start, one) for start, one in zip(starts, of_chains, strict=True)]
        interrupted = _run_in_threads(chains, self._n_threads(), _shown(self.progress))
        n_kept = min((chain.n_kept for chain in chains), default=0)
        if n_kept == 0:
            raise KeyboardInterrupt
        return _result([chain.kept(n_kept) for chain in chains], interrupted=interrupted)

    def _n_threads(self) -> int:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        asked = cores if self.n_jobs is None else int(self.n_jobs)
        return min(asked if asked > 0 else max(cores + 1 + asked, 1), self.n_chains)


def _result(kept: list[tuple[np.ndarray, np.ndarray, np.ndarray]], *, interrupted: bool) -> InferenceResult:
    draws, statistics, labels = (np.stack(parts) for parts in zip(*kept, strict=True))
    by_name = {name: statistics[:, :, k] for k, name in enumerate(STATISTICS)}
    by_name["diverging"] = by_name["diverging"] > 0
    by_name["n_steps"] = by_name["n_steps"].astype(np.int64)
    if labels.shape[-1] == 0:
        return InferenceResult(draws, by_name, interrupted)
    return InferenceResult(draws, by_name, interrupted, labels[..., :-1], labels[..., -1])
