"""Moves: the one form that all have, the state that they change, and how often each was accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import types

from latentnet.compiled import COUNTED, UNCOUNTED
from latentnet.native import Entry, Memory, entry
from latentnet.problem.verbs import VERBS, BoundTarget
from latentnet.stream import STREAM, stream

__all__ = ["STATE", "BoundMove", "Move", "Scene", "State", "new_state"]


class State(NamedTuple):
    """Where a chain is, with its scratch."""

    theta: np.ndarray
    log_likelihood: np.ndarray  # (1,)
    proposal: np.ndarray
    momentum: np.ndarray
    gradient: np.ndarray
    saved: np.ndarray  # (n_dims,)
    centre: np.ndarray  # (n_dims,)
    labels: np.ndarray  # (n_first,) clusters; empty without
    clock: np.ndarray  # (2,) int64: iteration, iterations of warm-up


def new_state(theta: np.ndarray, n_dims: int, n_labels: int = 0) -> State:
    """A state at these parameters; labels are drawn before they are used."""
    return State(
        theta=theta.copy(),
        log_likelihood=np.full(1, np.nan),
        proposal=np.zeros(theta.size),
        momentum=np.zeros(theta.size),
        gradient=np.zeros(theta.size),
        saved=np.zeros(n_dims),
        centre=np.zeros(n_dims),
        labels=np.zeros(n_labels, np.int64),
        clock=np.zeros(2, np.int64),
    )


STATE = Memory(new_state(np.zeros(0), 0)).type


@dataclass(frozen=True)
class Move:
    """A transition that leaves the posterior as it is.

    Parameters
    ----------
    function : callable
        ``move(target, state, move, rng) -> accepted`` in Numba's language, of references to a `Verbs`, a `State`,
        the data and a `Stream`. It changes ``theta`` and keeps ``log_likelihood`` with it, and returns the share of
        its proposals that was accepted, as a float.
    data : NamedTuple
        What it knows of the model, its tuning among it.
    name : str
        Of its acceptance rate in ``sample_stats``; empty for exact draws.
    allocates : bool
        Whether the function makes arrays.
    """

    function: Callable[..., Any]
    data: Any
    name: str = ""
    allocates: bool = False

    def bind(self) -> BoundMove:
        """The move compiled, and its data in memory."""
        memory = Memory(self.data)
        options = COUNTED if self.allocates else UNCOUNTED
        return BoundMove(entry(self.function, options, types.float64, VERBS, STATE, memory.type, STREAM), memory)


class BoundMove(NamedTuple):
    """A compiled move and its data."""

    entry: Entry
    data: Memory


class Scene:
    """A target, a state and random numbers in memory: what moves of one chain share."""

    def __init__(self, target: BoundTarget, state: State, rng: np.random.Generator) -> None:
        self.bound, self._rng = target, rng  # their memory is used
        self.target, self.state, self.rng = Memory(target.verbs()), Memory(state), Memory(stream(rng))

    def make(self, move: BoundMove) -> float:
        """Make a move once; returns the share that was accepted."""
        return float(move.entry(self.target, self.state, move.data, self.rng))
