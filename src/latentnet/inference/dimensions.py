"""How many dimensions: the evidence for each number, by paths on which the last dimension is narrowed to nothing.

A model of d dimensions whose last one is multiplied by 0 is the model of d - 1, beside a dimension that the ties say
nothing of. Chains go back and forth between the two, each step a little narrower or wider than the one before, and the
log-likelihood that each step gains adds up to a log weight. By Crooks' theorem the weights of both ways together give
the ratio of the two models' evidence (Bennett's acceptance ratio), however fast the chains go, if each way starts from
its model's posterior.

References
----------
Bennett, C. H. (1976). Efficient estimation of free energy differences from Monte Carlo data. Journal of Computational
Physics 22, 245–268.
Crooks, G. E. (2000). Path-ensemble averages in systems driven far from equilibrium. Physical Review E 61, 2361–2366.
Neal, R. M. (2001). Annealed importance sampling. Statistics and Computing 11, 125–139.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from latentnet.inference.moves.iteration import Iterations
from latentnet.inference.moves.move import Scene, new_state
from latentnet.inference.progress import Progress
from latentnet.inference.start import chain_start
from latentnet.inference.tuning import Settings, sampler_moves
from latentnet.likelihood.narrowed import narrowed
from latentnet.likelihood.verbs import own_scratch
from latentnet.problem.evidence import Evidence
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["N_CHAINS", "Effort", "log_ratio", "weigh_dims"]

N_CHAINS = 4  # of each path
_STEPS = 200  # of a way
_REST = 30  # iterations at its end, before the way back
_NEVER = 2**40


class Effort(NamedTuple):
    """How long chains run."""

    n_warmup: int
    n_rounds: int  # ways back and forth

    @classmethod
    def of(cls, n_warmup: int, n_draws: int) -> Effort:
        """Some times as many iterations as a chain of these numbers has."""
        return cls(n_warmup, max(2, round(n_draws / _STEPS)))

    @property
    def n_iterations(self) -> int:
        """Of one chain."""
        return self.n_warmup + 2 * (_STEPS + _REST) * (self.n_rounds + 1)


class Ways(NamedTuple):
    """Log weights of the ways of some chains."""

    wider: np.ndarray  # (n_chains, n_rounds)
    narrower: np.ndarray

    def without(self, chain: int) -> Ways:
        """Those of the other chains."""
        return Ways(*(np.delete(one, chain, axis=0) for one in self))


def weigh_dims(
    problems: Sequence[Problem],
    settings: Sequence[Settings],
    effort: Effort,
    rng: np.random.Generator,
    n_threads: int,
    progress: Progress,
) -> Evidence:
    """Find the evidence for models that are alike but for their number of dimensions.

    Parameters
    ----------
    problems : sequence of Problem
        Of 1, 2, ... dimensions, with the same numbers in their priors.
    settings : sequence of Settings
        Where the chains of each start, and their tuning.
    effort : Effort
    rng : numpy.random.Generator
    n_threads : int
    progress : Progress
    """
    stop, jobs = Event(), {}
    weights = [np.empty((2, N_CHAINS, effort.n_rounds)) for _ in problems[1:]]
    with ThreadPoolExecutor(max_workers=n_threads, thread_name_prefix="latentnet") as pool:
        try:
            for k, seeds in enumerate(rng.spawn(len(problems) - 1)):
                for chain, seed in enumerate(seeds.spawn(N_CHAINS)):
                    job = pool.submit(_go, problems[k + 1], settings[k + 1], effort, seed, stop)
                    jobs[job] = k, chain
            for job in as_completed(jobs):
                k, chain = jobs[job]
                weights[k][:, chain] = job.result()
                progress.crossed(f"{k + 1} or {k + 2} dimensions", effort.n_iterations)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    found = [Ways(*one) for one in weights]
    return Evidence(
        steps=np.array([log_ratio(*one) for one in found]),
        errors=np.array([_standard_error(one) for one in found]),
        ratio=float(problems[0].priors.dimension_ratio),
    )


def log_ratio(wider: np.ndarray, narrower: np.ndarray) -> float:
    """Log of the wider model's evidence over the narrower one's, from the log weights of ways to each.

    Parameters
    ----------
    wider : ndarray
        Of ways from the narrower model to the wider one.
    narrower : ndarray
        Of ways back.
    """
    there, back = wider.ravel(), narrower.ravel()
    offset = np.log(len(there) / len(back))

    def excess(ratio: float) -> float:
        forth = logsumexp(-np.logaddexp(0.0, ratio - there + offset))
        return float(forth - logsumexp(-np.logaddexp(0.0, -ratio - back - offset)))

    ends = np.concatenate([there, -back])
    return float(brentq(excess, ends.min() - 50.0, ends.max() + 50.0))


def _standard_error(ways: Ways) -> float:
    """By the jackknife over chains: it holds also what their starts differ in."""
    count = len(ways.wider)
    left = np.array([log_ratio(*ways.without(chain)) for chain in range(count)])
    return float(np.sqrt((count - 1) / count * np.sum((left - left.mean()) ** 2)))


def _go(problem: Problem, settings: Settings, effort: Effort, rng: np.random.Generator, stop: Event) -> np.ndarray:
    """One chain's log weights, (2, n_rounds): of the ways to the wider model, and of those back."""
    path, found = _Path(problem, settings, effort, rng, stop), np.empty((2, effort.n_rounds))
    path.run(effort.n_warmup)
    path.cross(0.0)
    path.run(_REST)
    for r in range(effort.n_rounds):
        found[0, r] = path.cross(1.0)
        path.run(_REST)
        found[1, r] = path.cross(0.0)
        path.run(_REST)
    return found


class _Path:
    """A chain of the wider model, whose last dimension is seen narrowed."""

    def __init__(
        self, problem: Problem, settings: Settings, effort: Effort, rng: np.random.Generator, stop: Event
    ) -> None:
        self._likelihood = narrowed(own_scratch(problem.likelihood, np.float32), problem.n_parameters)
        target = problem.target(likelihood=self._likelihood)
        self._bound, self._stop = BoundTarget(target), stop
        start = chain_start(problem, settings.mode, settings.most, rng)
        self._state = new_state(start, problem.n_dims, problem.n_first if problem.clusters is not None else 0)
        self._state.clock[1] = effort.n_warmup + _STEPS + _REST  # tuned for both models, and between them
        tuning = settings.tuning
        moves = sampler_moves(problem, target, tuning.mass.copy(), settings.target_acceptance, tuning.swinging)
        self._iterations = Iterations(Scene(self._bound, self._state, rng), moves, 1, _NEVER)
        # Of the positions, and of layers' deviations from these.
        spatial = [row for row in problem.parameters if row.role == "term" and row.axes[:1] == ("latent_dim",)]
        self._last = [row.of(self._likelihood.factors)[-1] for row in spatial]
        self._factor, self._done = 1.0, 0
        self._renew()

    def _renew(self) -> float:
        """Set the log-likelihood anew; returns what it has gained."""
        state = self._state
        before, state.log_likelihood[0] = state.log_likelihood[0], self._bound.log_likelihood(state.theta)
        return float(state.log_likelihood[0] - before)

    def run(self, count: int) -> None:
        """Make some iterations."""
        for _ in range(count):
            if self._stop.is_set():
                return
            self._iterations.run(self._done, self._done + 1)
            self._done += 1

    def cross(self, factor: float) -> float:
        """Go to another factor, step by step; returns the log weight of the way."""
        gained = 0.0
        for one in np.linspace(self._factor, factor, _STEPS + 1)[1:]:
            for last in self._last:
                last[:] = one
            gained += self._renew()
            self.run(1)
        self._factor = factor
        return gained
