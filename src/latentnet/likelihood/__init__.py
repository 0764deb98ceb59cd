"""The probability of what was observed, given all values: families and effects composed over the observed dyads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latentnet.likelihood import composed_draws  # noqa: F401  (more verbs of the composed one)
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.folded import Folded
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.layered import Layered
from latentnet.likelihood.looped import Looped
from latentnet.likelihood.single import Single

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["LIKELIHOODS", "accepting"]

# The first that accepts is taken; the last is exact and accepts all (`latentnet.likelihood.verbs`).
LIKELIHOODS: list[Any] = [Layered, Looped, Fused, Folded, Single, Composed]


def accepting(problem: Problem) -> Any:
    """The first kind of likelihood that accepts a problem."""
    return next(kind for kind in LIKELIHOODS if kind.accepts(problem))
