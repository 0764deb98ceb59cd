"""Engines: the base class, and what each returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from latentnet.component import Component

if TYPE_CHECKING:
    from latentnet.inference.checkpoints import Write
    from latentnet.inference.convergence import Agreement
    from latentnet.inference.standing import Standing
    from latentnet.problem.problem import Problem

__all__ = ["ASKED_FOR", "Engine", "InferenceResult", "Kind"]

ASKED_FOR = "it was asked for"

Kind = Literal["chains", "mode", "independent", "prior"]


class InferenceResult(NamedTuple):
    """What an engine found.

    Parameters
    ----------
    draws : ndarray of shape (n_chains, n_draws, n_parameters)
    kind : {"chains", "mode", "independent", "prior"}
        Draws of Markov chains, whose convergence will be judged; one parameter vector without uncertainty; draws that
        are independent of each other; or those of the prior, which are, too.
    statistics : dict of str to ndarray of shape (n_chains, n_draws)
        What is reported of each draw (``sample_stats``). Chains have ``lp``, the log density, and ``diverging``.
    interrupted : bool
        Whether Ctrl-C ended it before it had all draws.
    labels : ndarray of shape (n_chains, n_draws, n_actors) or None
        Clusters, where the model has them.
    n_components : ndarray of shape (n_chains, n_draws) or None
        Their number, where the model has them.
    point : ndarray of shape (n_parameters,) or None
        The engine's own point estimate; None is the minimum Kullback–Leibler one.
    thin : int
        One of how many draws was kept.
    standing : Standing or None
        Where the chains stand, for engines that can go on from there.
    agreement : Agreement or None
        How far the chains agree, where the engine has looked.
    """

    draws: np.ndarray
    kind: Kind
    statistics: dict[str, np.ndarray] = {}  # noqa: RUF012  (never changed)
    interrupted: bool = False
    labels: np.ndarray | None = None
    n_components: np.ndarray | None = None
    point: np.ndarray | None = None
    thin: int = 1
    standing: Standing | None = None
    agreement: Agreement | None = None


class Engine(Component):
    """How the posterior is found: a subclass is taken as an instance, ``inference=MyEngine()``.

    It keeps its constructor's parameters under their names, as `Component` says, and defines `infer`.
    """

    given_as = "inference"
    on_interrupt = "raise"
    reads_ties = True  # False where it has an answer though nothing was observed
    counts_clusters = False  # True where it can find how many clusters there are
    counts_dims = False  # True where it can find how many dimensions there are, by `weigh_dims(problems, rng)`

    def check(self) -> None:
        """Raise a ValueError for parameters out of range."""

    def chosen(self, problem: Problem) -> tuple[Engine, str]:
        """The engine that infers, and why it is that one."""
        return self, ASKED_FOR

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Find the posterior of a model that is bound to a network.

        Parameters
        ----------
        problem : Problem
            ``problem.target()`` is what `log_posterior` takes; `start_parameters` is where to begin.
        rng : numpy.random.Generator
        """
        raise NotImplementedError(f"{type(self).__name__} must define infer(problem, rng)")

    def go_on(self, problem: Problem, standing: Standing, write: Write | None = None) -> InferenceResult:
        """Go on from where chains stand; only engines that return a `standing` have that."""
        raise ValueError(
            f"extend needs inference=MCMC(...), but {type(self).__name__} cannot go on with chains that it did not draw"
        )
