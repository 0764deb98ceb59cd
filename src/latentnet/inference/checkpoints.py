"""Checkpoints: when to write where the chains stand, and what to do where that fails."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from latentnet._exceptions import warn

if TYPE_CHECKING:
    from latentnet.inference.chains import Chain, Paused, Plan

__all__ = ["Checkpoints", "Write"]

Write = Callable[["Plan", "tuple[Paused, ...]"], None]

_SECONDS_BETWEEN = 30.0
_TIMES_ITS_OWN = 20.0  # so that writing takes at most a twentieth of the time


class Checkpoints:
    """Writes the chains' states now and then.

    Parameters
    ----------
    write : callable or None
        ``write(plan, chains)``; None writes nothing.
    """

    def __init__(self, write: Write | None) -> None:
        self._write = write
        self._resting: dict[int, Paused] = {}
        self._last, self._took, self._failed = time.monotonic(), 0.0, False

    @property
    def seconds(self) -> float:
        """Between two of them."""
        return math.inf if self._write is None else max(_SECONDS_BETWEEN, _TIMES_ITS_OWN * self._took)

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() - self._last > self.seconds

    def look(self, plan: Plan, chains: list[Chain], index: int) -> None:
        """Once it is time put each chain to rest as it ends a chunk, as chain `index` has now, and write them all."""
        if not self.due:
            return
        for k, chain in enumerate(chains):
            if k not in self._resting and (k == index or chain.finished):
                self._resting[k] = chain.pause()
        if len(self._resting) == len(chains):
            self.write(plan, tuple(self._resting[k] for k in range(len(chains))))

    def begin(self, plan: Plan, chains: tuple[Paused, ...]) -> None:
        """Write the first one, so that a path that cannot be written is an OSError before anything is drawn."""
        if self._write is not None:
            self._write(plan, chains)

    def write(self, plan: Plan, chains: tuple[Paused, ...]) -> None:
        """Write; what was drawn must not be lost where that fails, so that only warns, once."""
        if self._write is None:
            return
        begun = time.monotonic()
        try:
            self._write(plan, chains)
        except OSError as error:
            if not self._failed:
                warn(
                    f"checkpoint: {error}. The run goes on and keeps all draws in memory; the last checkpoint that "
                    "could be written stays as it is"
                )
            self._failed = True
        self._resting = {}
        self._last = time.monotonic()
        self._took = self._last - begun
