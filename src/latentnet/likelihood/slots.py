"""Functions and data of effects as compiled code reads them, and what stands where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from latentnet.compiled import block_function
from latentnet.signatures import EFFECT_ADD

__all__ = ["SLOTS", "no_gradient", "no_score", "padded", "stacked"]

# First-class functions come in tuples of one length, padded with no-ops: kernels then compile once for every
# combination.
SLOTS = 12


def _no_add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
    pass


def _no_pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
    pass


def no_gradient(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
    """In place of what was not asked for."""
    for p in range(gradient.size):
        gradient[p] = np.nan


def no_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    """Beside it."""


def padded(functions: Sequence[Any], signature: Any) -> tuple[Any, ...]:
    """Effects' verbs of one signature, compiled, and what does nothing in the other slots."""
    nothing = _no_add if len(signature.args) == len(EFFECT_ADD.args) else _no_pull
    return tuple(block_function(one, signature) for one in (*functions, *[nothing] * (SLOTS - len(functions))))


def stacked(matrices: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Matrices end to end, and where each starts, its rows and columns."""
    shapes = np.zeros((SLOTS, 3), np.int64)
    starts = np.cumsum([0, *(matrix.size for matrix in matrices)])
    for k, matrix in enumerate(matrices):
        shapes[k] = starts[k], *matrix.shape
    return np.concatenate([np.zeros(0), *(matrix.ravel() for matrix in matrices)]), shapes
