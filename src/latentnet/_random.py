"""One reading of `random_state` for the whole library, so that a seed means the same thing everywhere."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from latentnet.constraints import SEED

__all__ = ["RandomState", "as_generator", "as_seed_sequence", "spawn"]

RandomState: TypeAlias = int | np.integer | np.random.SeedSequence | np.random.Generator | np.random.RandomState | None


def as_seed_sequence(random_state: RandomState) -> np.random.SeedSequence:
    """Turn any accepted `random_state` into a fresh `SeedSequence`.

    Parameters
    ----------
    random_state : None, int, SeedSequence, Generator or RandomState
        None takes entropy from the system. An int or a SeedSequence gives the same result at every call, and
        a SeedSequence is not changed. A Generator gives a new child at every call. A RandomState gives a seed
        that is drawn from it, so it moves on.

    Returns
    -------
    SeedSequence

    Raises
    ------
    ArgumentError
        If `random_state` is of another type, or a negative integer.
    """
    match random_state:
        case np.random.SeedSequence():
            # A copy: spawning from the caller's own would make the second call differ from the first.
            return np.random.SeedSequence(
                random_state.entropy, spawn_key=random_state.spawn_key, pool_size=random_state.pool_size
            )
        case np.random.Generator():
            return _child(random_state)
        case np.random.RandomState():
            return np.random.SeedSequence(random_state.randint(0, 2**32, size=4, dtype=np.uint32).tolist())
    SEED.demand("random_state", random_state)
    return np.random.SeedSequence(random_state if random_state is None else int(random_state))


def _child(generator: np.random.Generator) -> np.random.SeedSequence:
    parent = generator.bit_generator.seed_seq
    if isinstance(parent, np.random.SeedSequence):
        return parent.spawn(1)[0]
    # A bit generator that was seeded in another way has no children: draw a seed from it.
    return np.random.SeedSequence(generator.integers(0, 2**32, size=4, dtype=np.uint32).tolist())


def as_generator(random_state: RandomState) -> np.random.Generator:
    """Make a `Generator` from any accepted `random_state` (see `as_seed_sequence`).

    Examples
    --------
    >>> bool(as_generator(7).random() == as_generator(7).random())
    True
    """
    return np.random.default_rng(as_seed_sequence(random_state))


def spawn(random_state: RandomState, n: int) -> list[np.random.Generator]:
    """Make `n` independent generators; stream k is the same whatever `n` is, given an int or a SeedSequence.

    Examples
    --------
    >>> first, second = spawn(7, 2)
    >>> bool(first.random() == second.random())
    False
    """
    return [np.random.default_rng(child) for child in as_seed_sequence(random_state).spawn(n)]
