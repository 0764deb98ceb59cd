"""Path length: how far trajectories go, which warm-up learns by letting some of them go all the way and as far again.

How far these trials get is measured along the way, by squared distances of pairs of actors. They feel neither a turn
nor a shift of the map, and those of far pairs, which are the slowest on sparse networks, count the most.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel, small_kernel

__all__ = ["N_PARTS", "PathLength", "learn_path_length", "new_path_length", "on_trial", "squared_move"]

SHORTEST = 4.0
LONGEST = 32.0
N_TRIALS = 10
N_PARTS = 8  # of a trial; trajectories go up to twice the path length, which are the first half of them
ENOUGH = 0.94  # of what twice the path reaches
_OPEN = 0.025  # so near to that ten trials more decide
_SETTLING = 0.2  # of warm-up, before the first trial
# Entries of the tuning: the length by the masses' units, sums over trials of what trajectories of up to twice and up to
# four times the length reach on average, how many trials these are of, and 1 once the length stays.
LENGTH, REACHED, REACHED_BY_TWICE, COUNT, SETTLED = range(5)


class PathLength(NamedTuple):
    """How far trajectories go, and the pairs of actors that say whether that is far enough."""

    first: np.ndarray  # (n_pairs,) int64
    second: np.ndarray
    tuning: np.ndarray  # (5,)
    enough: float = ENOUGH


def new_path_length(
    first: np.ndarray, second: np.ndarray, shortest: float = SHORTEST, enough: float = ENOUGH
) -> PathLength:
    """The shortest, which stays where there are no pairs, or where it reaches enough of what twice the path does."""
    tuning = np.array([shortest, 0.0, 0.0, 0.0, 0.0 if first.size else 1.0])
    return PathLength(first.astype(np.int64), second.astype(np.int64), tuning, enough)


@inline_kernel
def on_trial(tuning, iteration, n_warmup):
    """Whether this trajectory is to go on as far again."""
    return tuning[SETTLED] == 0.0 and _SETTLING * n_warmup <= iteration < n_warmup


@small_kernel
def squared_move(first, second, n, d, start, end):
    """Sum over pairs of the square of what their squared distance changed by."""
    total = 0.0
    for t in range(first.size):
        i, j, change = first[t], second[t], 0.0
        for k in range(d):
            change += (end[k * n + i] - end[k * n + j]) ** 2 - (start[k * n + i] - start[k * n + j]) ** 2
        total += change**2
    return total


@inline_kernel
def learn_path_length(tuning, once, twice, acceptance, enough=ENOUGH):
    """Count one trial; once they tell, double the length if twice as far reaches much more, else let it stay."""
    tuning[REACHED] += acceptance * once
    tuning[REACHED_BY_TWICE] += acceptance * twice
    tuning[COUNT] += 1.0
    missing = enough * tuning[REACHED_BY_TWICE] - tuning[REACHED]
    told = abs(missing) > _OPEN * tuning[REACHED_BY_TWICE]
    if tuning[COUNT] == 2.0 * N_TRIALS or (tuning[COUNT] == N_TRIALS and told):
        if missing > 0.0:
            tuning[LENGTH] *= 2.0
        if missing <= 0.0 or tuning[LENGTH] >= LONGEST:
            tuning[SETTLED] = 1.0
        tuning[REACHED], tuning[REACHED_BY_TWICE], tuning[COUNT] = 0.0, 0.0, 0.0
