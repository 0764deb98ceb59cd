"""Swaps: two actors change places, which gradients cannot."""

from __future__ import annotations

import math
from typing import NamedTuple

from latentnet.inference.moves.relocation import random_other
from latentnet.problem.verbs import change_of_swap

__all__ = ["Swaps", "swap"]


class Swaps(NamedTuple):
    """How many an iteration."""

    tries: int


def swap(target, state, move, rng):
    """Let some random pairs of actors change places.

    Only where the likelihood offers it and every dyad was observed: nor does the prior change.
    """
    tries = move.tries
    theta, n, d = state.theta, target.n_actors, target.n_dims
    swapped = 0
    for _ in range(tries):
        i = int(rng.random() * n)
        j = random_other(n, i, rng)
        change = change_of_swap(target, theta, i, j)
        if math.log(rng.random()) < change:
            for k in range(d):
                theta[k * n + i], theta[k * n + j] = theta[k * n + j], theta[k * n + i]
            state.log_likelihood[0] += change
            swapped += 1
    return swapped / tries
