"""The engine that suits a network's size and the model: chosen by rule, and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.map import MAP
from latentnet.inference.mcmc import MCMC
from latentnet.inference.standing import Standing
from latentnet.inference.variational import Variational
from latentnet.keeping import say

if TYPE_CHECKING:
    from latentnet.inference.checkpoints import Write
    from latentnet.problem.evidence import Evidence
    from latentnet.problem.problem import Problem

__all__ = ["Auto", "Choice", "choose"]

_MOST_DRAWN = 1000  # actors: chains take minutes


class Choice(NamedTuple):
    """What "auto" chooses: the engine's name, and why."""

    name: str
    engine: Engine
    why: str


def choose(problem: Problem) -> Choice:
    """Chains where they take minutes, else the variational approximation, else the mode: by size and model alone."""
    n = problem.n_actors
    size = f"{n:,} actors are {'at most' if n <= _MOST_DRAWN else 'over'} {_MOST_DRAWN:,}"
    if n <= _MOST_DRAWN:
        return Choice("mcmc", MCMC(), f"{size}, so that chains draw from the exact posterior within minutes")
    if problem.counts_clusters:
        why = f"{size}, but of all engines only chains count clusters; n_clusters= allows faster ones"
        return Choice("mcmc", MCMC(), why)
    if problem.around:
        return Choice("mcmc", MCMC(), f"{size}, but of all engines only chains fit layers='around'")
    refusal = Variational.refusal(problem)
    if not refusal:
        why = f"{size}, where chains would take long; intervals are approximate, and chains are to be had by 'mcmc'"
        return Choice("variational", Variational(), why)
    why = (
        f"{size}, where chains would take long, and 'variational' cannot fit this model, as {refusal}; 'map' has no "
        "intervals of positions, and 'mcmc' has, if you can wait"
    )
    return Choice("map", MAP(), why)


class Auto(Engine):
    """The engine of ``inference="auto"``: one of the others, chosen by the number of actors and the model."""

    counts_clusters = True
    counts_dims = True

    def chosen(self, problem: Problem) -> tuple[Engine, str]:
        """The one that suits the problem."""
        choice = choose(problem)
        return choice.engine, choice.why

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Choose, say so, and let the chosen engine infer."""
        choice = choose(problem)
        say(f"inference='auto' takes '{choice.name}': {choice.why}")
        return choice.engine.infer(problem, rng)

    def weigh_dims(self, problems: Sequence[Problem], rng: np.random.Generator) -> Evidence:
        """Find the evidence for each number of dimensions by chains, which alone find it."""
        return MCMC().weigh_dims(problems, rng)

    def go_on(self, problem: Problem, standing: Standing, write: Write | None = None) -> InferenceResult:
        """Go on from where chains stand."""
        return choose(problem).engine.go_on(problem, standing, write)
