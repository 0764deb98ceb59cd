"""Iterations: all moves of a model in turn, and the compiled loop over a chunk of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import types

from latentnet.compiled import UNCOUNTED, copy_into, way_of
from latentnet.inference.moves.hmc import ACCEPTANCE, DIVERGING, N_STEPS, STEP_SIZE, Trajectories
from latentnet.inference.moves.move import STATE, Move, Scene
from latentnet.native import Entry, Memory, call, do, entry
from latentnet.priors.positions import write_labels
from latentnet.problem.verbs import VERBS, natural_log_prior
from latentnet.stream import STREAM

__all__ = ["Iterations", "statistics_of"]

STATISTICS = ("lp", "log_likelihood_total", "acceptance_rate", "step_size", "n_steps", "diverging")
_LABELS, _KEPT = types.Array(types.int64, 1, "C"), types.Array(types.int32, 1, "C")


class Chunk(NamedTuple):
    """The moves of an iteration by address, and where draws are kept."""

    functions: np.ndarray  # (n_moves,) int64
    data: np.ndarray  # (n_moves,) int64
    accepted: np.ndarray  # (n_moves,) of the last iteration
    info: np.ndarray  # of the last trajectory
    span: np.ndarray  # (3,) int64: first iteration, end, thin
    positions: int  # addresses of the positions' prior, and of the entry that keeps labels, 0 without
    keep_labels: int
    draws: np.ndarray  # (n_draws, n_parameters)
    statistics: np.ndarray  # (n_draws, 6 + n_moves)
    labels: np.ndarray  # (n_draws, n_first + 1) int32 labels, then the number of components; (n_draws, 0) without


def _run_chunk(target: Any, state: Any, chunk: Any, rng: Any) -> None:
    """Run the iterations of a span, keeping every thin-th after warm-up."""
    functions, data, accepted, info = chunk.functions, chunk.data, chunk.accepted, chunk.info
    draws, statistics, labels, clock = chunk.draws, chunk.statistics, chunk.labels, state.clock
    theta, log_likelihood, thin = state.theta, state.log_likelihood, chunk.span[2]
    for iteration in range(chunk.span[0], chunk.span[1]):
        clock[0] = iteration
        for m in range(functions.size):
            accepted[m] = call(functions[m], (target, state, data[m], rng))
        kept = iteration - clock[1] + 1
        if kept > 0 and kept % thin == 0:
            row = kept // thin - 1
            copy_into(draws[row], theta)
            if chunk.keep_labels != 0:
                do(chunk.keep_labels, (chunk.positions, state.labels, labels[row]))
            statistics[row, 0] = log_likelihood[0] + natural_log_prior(target, theta)
            statistics[row, 1] = log_likelihood[0]
            statistics[row, 2], statistics[row, 3] = info[ACCEPTANCE], info[STEP_SIZE]
            statistics[row, 4], statistics[row, 5] = info[N_STEPS], info[DIVERGING]
            copy_into(statistics[row, 6:], accepted)


class Iterations:
    """The moves of one chain, and its draws."""

    def __init__(self, scene: Scene, moves: Sequence[Move], n_draws: int, thin: int) -> None:
        self.scene, self.moves = scene, moves
        # Trajectories are what warm-up tunes and what divergences are counted of; every chain has that move.
        self.trajectories = next(move.data for move in moves if isinstance(move.data, Trajectories))
        self._bound = [move.bind() for move in moves]
        state = scene.state.value
        n_labels = state.labels.size
        prior = scene.bound.target.prior
        self._positions = Memory(prior.positions)
        kinds = self._positions.type, _LABELS, _KEPT
        keep = entry(*way_of(write_labels, prior.positions), types.void, *kinds).address if n_labels else 0
        self.draws = np.empty((n_draws, state.theta.size))
        self.statistics = np.empty((n_draws, len(STATISTICS) + len(moves)))
        self.labels = np.empty((n_draws, n_labels + 1 if n_labels else 0), np.int32)
        self._chunk = Memory(
            Chunk(
                functions=np.array([one.entry.address for one in self._bound], np.int64),
                data=np.array([one.data.address for one in self._bound], np.int64),
                accepted=np.zeros(len(moves)),
                info=self.trajectories.info,
                span=np.array([0, 0, thin], np.int64),
                positions=self._positions.address,
                keep_labels=keep,
                draws=self.draws,
                statistics=self.statistics,
                labels=self.labels,
            )
        )
        self._run: Entry = entry(_run_chunk, UNCOUNTED, types.void, VERBS, STATE, self._chunk.type, STREAM)

    def run(self, first: int, end: int) -> None:
        """Run iterations `first` to `end` - 1; the state's clock knows how many are warm-up."""
        self._chunk.value.span[:2] = first, end
        self._run(self.scene.target, self.scene.state, self._chunk, self.scene.rng)
        self.scene.bound.reraise()


def statistics_of(moves: Sequence[Move], values: np.ndarray) -> dict[str, np.ndarray]:
    """Statistics of draws by name.

    Parameters
    ----------
    moves : sequence of Move
    values : ndarray of shape (..., 6 + n_moves)
    """
    found = {name: values[..., k] for k, name in enumerate(STATISTICS)}
    found["diverging"] = found["diverging"] > 0
    found["n_steps"] = found["n_steps"].astype(np.int64)
    names = [move.name for move in moves]
    return found | {name: values[..., len(STATISTICS) + k] for k, name in enumerate(names) if name}
