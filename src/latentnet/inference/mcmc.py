"""The MCMC engine: starts, warm-up, chains in parallel, progress and interruption."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from latentnet.checks import is_whole, one_of, shown, whole_number
from latentnet.compiled import offers
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.chains import Chain, Kept, is_shown, run_in_threads, run_whole
from latentnet.inference.moves.branches import find_branches
from latentnet.inference.optimise import posterior_mode
from latentnet.inference.start import chain_start, start_parameters
from latentnet.inference.tuning import Tuning, informed_mass, plain_mass
from latentnet.likelihood.verbs import information

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["MCMC"]


class MCMC(Engine):
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

    counts_clusters = True

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
        tuning = Tuning(mass, find_branches(*problem.graph))
        backend, workers = get_active_backend()
        # What joblib says where nobody chose anything: processes, of no number.
        if self.n_jobs is None and (workers is not None or type(backend).__name__ != "LokyBackend"):
            found = Parallel()(
                delayed(run_whole)(problem, self, tuning, start, chain_rng)
                for start, chain_rng in zip(starts, of_chains, strict=True)
            )
            return _result(found, interrupted=False)
        chains = [Chain(problem, self, tuning, start, one) for start, one in zip(starts, of_chains, strict=True)]
        interrupted = run_in_threads(chains, self._n_threads(), is_shown(self.progress))
        n_kept = min((chain.n_kept for chain in chains), default=0)
        if n_kept == 0:
            raise KeyboardInterrupt
        return _result([chain.kept(n_kept) for chain in chains], interrupted=interrupted)

    def _n_threads(self) -> int:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        asked = cores if self.n_jobs is None else int(self.n_jobs)
        return min(asked if asked > 0 else max(cores + 1 + asked, 1), self.n_chains)


def _result(kept: list[Kept], *, interrupted: bool) -> InferenceResult:
    draws, labels = np.stack([one.draws for one in kept]), np.stack([one.labels for one in kept])
    statistics = {name: np.stack([one.statistics[name] for one in kept]) for name in kept[0].statistics}
    if labels.shape[-1] == 0:
        return InferenceResult(draws, "chains", statistics, interrupted)
    return InferenceResult(draws, "chains", statistics, interrupted, labels[..., :-1], labels[..., -1])
