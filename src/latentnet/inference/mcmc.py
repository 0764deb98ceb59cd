"""The MCMC engine: starts, warm-up, chains in parallel, progress and interruption."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from joblib.parallel import get_active_backend

from latentnet._exceptions import ArgumentError
from latentnet.ahead import compiling_ahead, n_cores
from latentnet.checks import fits
from latentnet.constraints import COUNT, FLAG, FRACTION, JOBS, PATH, Rule, among, optional, whole
from latentnet.inference.approximation import (
    ERRORS,
    LIKELIHOOD,
    MOST_EXACT_CHAINS,
    Approximation,
    approximation,
    measured_errors,
)
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.chains import Chain, Kept, Paused, Plan, run_by_joblib, run_in_threads
from latentnet.inference.checkpoints import Checkpoints, Write
from latentnet.inference.convergence import first_look
from latentnet.inference.dimensions import N_CHAINS, Effort, weigh_dims
from latentnet.inference.laid_out import lay_out
from latentnet.inference.progress import Progress, is_shown
from latentnet.inference.standing import Standing
from latentnet.inference.start import chain_start
from latentnet.inference.tuning import settings_of, target_of

if TYPE_CHECKING:
    from latentnet.problem.evidence import Evidence
    from latentnet.problem.problem import Problem

__all__ = ["FEWEST_DRAWS", "MCMC"]

_MOST_ITERATIONS = 10**9  # of a chain: a week or more
FEWEST_DRAWS = 400  # of all chains, to judge them by


class MCMC(Engine):
    """Markov chain Monte Carlo engine.

    Each iteration makes a Hamiltonian move of all positions and coefficients at once, relocates some actors, lets pairs
    of actors change places, and scales and shifts the whole configuration. Warm-up tunes the step size, the scaling and
    how far Hamiltonian trajectories go, which on sparse networks is several times as far as on dense ones; nothing
    needs setting by hand.

    Parameters
    ----------
    n_draws : int
        Draws kept of each chain, after thinning.
    n_warmup : int
        Iterations of each chain that tune the sampler and are thrown away.
    n_chains : int
        Chains, from starts that are spread around the posterior mode. Four or more let R-hat judge convergence.
    thin : int or "auto"
        Keep every `thin`-th draw. "auto": every draw, and while the chains do not agree by the rule of
        `ConvergenceWarning` they run on, keeping every second, fourth, ... draw, so that `n_draws` stays what was
        asked; so they do while the number of clusters, where it is learned, has fewer than 400 effective draws. The
        draws alone decide: a seed gives the same ones on any machine, which are those of that number as
        `thin`. Runs of one chain, and of fewer than 400 kept draws in all, are too short to judge and end as asked.
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
    max_thin : int
        The most that "auto" may thin.
    likelihood : {"auto", "exact", "approximate"}
        "approximate": the sum over all dyads is approximated as under `MAP`, for the models named there, and
        `model.likelihood_` has its measured errors. The draws are those of the approximated density, as forces are its
        exact derivatives; single actors do not jump then, which the exact one lets them do. "auto" approximates beyond
        10,000 actors where it can.
    checkpoint : str, path or None
        File to write the chains' states and draws to, twice a minute at most and at the end: `latentnet.resume` goes on
        from there, also after the process was killed, with the draws of an uninterrupted run. The file is replaced
        whole or not at all. A path that cannot be written is an error before anything is drawn; where the disk fills
        up later, a warning says so, and the run goes on with its draws in memory.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> engine = MCMC(n_draws=200, n_warmup=200, n_chains=2)
    >>> model = LatentPositionModel(inference=engine, random_state=1)
    >>> model.get_params()["inference__n_draws"]
    200
    """

    counts_clusters = True
    counts_dims = True
    rules: ClassVar[Mapping[str, Rule]] = {
        "n_draws": COUNT,
        "n_warmup": whole(0),
        "n_chains": COUNT,
        "thin": COUNT.or_("'auto'", lambda value: isinstance(value, str) and value == "auto"),
        "n_jobs": JOBS,
        "target_acceptance": FRACTION,
        "progress": optional(FLAG),
        "on_interrupt": among("raise", "return"),
        "max_thin": COUNT,
        "likelihood": among(*LIKELIHOOD),
        "checkpoint": optional(PATH),
    }

    def __init__(
        self,
        n_draws: int = 1000,
        n_warmup: int = 500,
        n_chains: int = 4,
        *,
        thin: int | str = "auto",
        n_jobs: int | None = None,
        target_acceptance: float = 0.8,
        progress: bool | None = None,
        on_interrupt: str = "raise",
        max_thin: int = 32,
        likelihood: str = "auto",
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> None:
        self.n_draws = n_draws
        self.n_warmup = n_warmup
        self.n_chains = n_chains
        self.thin = thin
        self.n_jobs = n_jobs
        self.target_acceptance = target_acceptance
        self.progress = progress
        self.on_interrupt = on_interrupt
        self.max_thin = max_thin
        self.likelihood = likelihood
        self.checkpoint = checkpoint

    def check(self) -> None:
        """Raise a ValueError for runs that nobody could wait for."""
        thin = self._first_thin
        iterations = int(self.n_warmup) + int(self.n_draws) * thin
        if iterations > _MOST_ITERATIONS:
            raise ArgumentError(
                f"MCMC: n_warmup + n_draws·thin must be at most {_MOST_ITERATIONS:,} iterations a chain, but is "
                f"{self.n_warmup} + {self.n_draws}·{thin}; ask for fewer"
            )

    @property
    def _first_thin(self) -> int:
        return 1 if isinstance(self.thin, str) else int(self.thin)

    def infer(self, problem: Problem, rng: np.random.Generator, write: Write | None = None) -> InferenceResult:
        """Draw from the posterior; an interrupted run holds the draws that every chain has.

        Parameters
        ----------
        problem : Problem
        rng : numpy.random.Generator
        write : callable, optional
            ``write(plan, chains)`` writes a checkpoint.
        """
        approximate = approximation(problem, self.likelihood, "MCMC", MOST_EXACT_CHAINS)
        _check_memory(problem, self.n_draws, self.n_chains)
        with compiling_ahead(lambda: lay_out(problem) if approximate is None else None):
            return self.go_on(problem, self._begin(problem, rng, approximate), write)

    def _begin(self, problem: Problem, rng: np.random.Generator, approximate: Approximation | None) -> Standing:
        """Chains at their starts."""
        first, *of_chains = rng.spawn(self.n_chains + 1)
        settings = settings_of(problem, float(self.target_acceptance), first, approximate)
        thin = self._first_thin
        judged = self.thin == "auto" and self.n_chains > 1 and self.n_chains * self.n_draws >= FEWEST_DRAWS
        max_thin = int(self.max_thin) if judged else thin
        acceptance, tuning = settings.target_acceptance, settings.tuning
        plan = Plan(int(self.n_warmup), int(self.n_draws), thin, max_thin, acceptance, tuning)
        starts = [chain_start(problem, settings.mode, settings.most, chain_rng) for chain_rng in of_chains]
        nothing = Kept.nothing(problem.n_parameters)
        chains = [Paused(0, one, {"theta": start}, nothing) for start, one in zip(starts, of_chains, strict=True)]
        return Standing(plan, tuple(chains))

    def weigh_dims(self, problems: Sequence[Problem], rng: np.random.Generator) -> Evidence:
        """Find the evidence for each number of dimensions; each costs two to three times what its draws would.

        Parameters
        ----------
        problems : sequence of Problem
            Of 1, 2, ... dimensions, with the same numbers in their priors.
        rng : numpy.random.Generator
        """
        if self.likelihood == "approximate":
            raise ValueError(
                "MCMC: likelihood='approximate' cannot be had, as n_dims='auto' weighs numbers of dimensions by the "
                "exact one; take likelihood='exact', or give n_dims"
            )
        effort, acceptance = Effort.of(int(self.n_warmup), int(self.n_draws)), float(self.target_acceptance)
        first, *of_problems = rng.spawn(len(problems) + 1)
        settings = [settings_of(one, acceptance, own) for one, own in zip(problems, of_problems, strict=True)]
        with Progress(is_shown(self.progress), (len(problems) - 1) * N_CHAINS * effort.n_iterations) as progress:
            return weigh_dims(problems, settings, effort, first, self._n_threads(N_CHAINS * len(problems)), progress)

    def go_on(self, problem: Problem, standing: Standing, write: Write | None = None) -> InferenceResult:
        """Run from where chains stand until they have the draws of their plan, and agree if it lets them run on.

        Parameters
        ----------
        problem : Problem
        standing : Standing
        write : callable, optional
            As for `infer`.
        """
        _check_memory(problem, standing.plan.n_draws, len(standing.chains))
        checkpoints = Checkpoints(write)
        checkpoints.begin(*standing[:2])
        with Progress(is_shown(self.progress), standing.n_left) as progress:
            while True:
                begun, left = time.perf_counter(), standing.n_left
                standing, interrupted = self._run(problem, standing, progress, checkpoints)
                took = (time.perf_counter() - begun) / max(left, 1)
                if standing.n_kept == 0:
                    checkpoints.write(*standing[:2])
                    raise KeyboardInterrupt
                result = standing.result(interrupted)
                if interrupted or standing.plan.thin == standing.plan.max_thin == 1:
                    break
                last = 2 * standing.plan.thin > standing.plan.max_thin
                found = first_look(problem, result, last)
                if last or found.settled:
                    result = result._replace(agreement=found)
                    break
                standing = standing.thinned()
                progress.run_on(found, standing.n_left, took * standing.n_left)
        standing = standing._replace(seconds_per_iteration=took)
        checkpoints.write(*standing[:2])
        return _with_errors(problem, result._replace(standing=standing))

    def _run(
        self, problem: Problem, standing: Standing, progress: Progress, checkpoints: Checkpoints
    ) -> tuple[Standing, bool]:
        """All chains to the end of the plan; and whether Ctrl-C came before."""
        plan = standing.plan
        backend, workers = get_active_backend()
        # What joblib says where nobody chose anything: processes, of no number.
        if self.n_jobs is None and (workers is not None or type(backend).__name__ != "LokyBackend"):
            return standing._replace(chains=run_by_joblib(problem, plan, standing.chains, checkpoints)), False
        chains = [Chain(problem, plan, one) for one in standing.chains]
        interrupted = run_in_threads(plan, chains, self._n_threads(), progress, checkpoints)
        return standing._replace(chains=tuple(chain.pause() for chain in chains)), interrupted

    def _n_threads(self, n_chains: int | None = None) -> int:
        cores = n_cores()
        asked = cores if self.n_jobs is None else int(self.n_jobs)
        return min(asked if asked > 0 else max(cores + 1 + asked, 1), n_chains or self.n_chains)


def _with_errors(problem: Problem, result: InferenceResult) -> InferenceResult:
    """Add how far an approximated likelihood is off at the last draw of each chain."""
    assert result.standing is not None
    tuning = result.standing.plan.tuning
    if tuning.mesh is None:
        return result
    likelihood = target_of(problem, tuning).likelihood
    errors = [measured_errors(likelihood, chain[::-1]) for chain in result.draws]
    found = {name: np.concatenate([one[name] for one in errors]) for name in ERRORS}
    return result._replace(statistics=result.statistics | found)


def _check_memory(problem: Problem, n_draws: int, n_chains: int) -> None:
    """Refuse draws that would not fit into memory."""
    n_bytes = 8.0 * int(n_draws) * int(n_chains) * problem.n_parameters
    fits(f"MCMC: n_draws={n_draws} of n_chains={n_chains}", n_bytes, fix="draw fewer, or thin them more")
