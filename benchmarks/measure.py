"""What a timed fit returns, and what is made of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]


class Stopwatch:
    """CPU seconds of this process, all threads, spent inside the `with` block."""

    def __enter__(self) -> Stopwatch:
        self._start = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_seconds = time.process_time() - self._start


@dataclass(frozen=True)
class Fit:
    """One fit: its draws and what they cost.

    Attributes
    ----------
    linear_predictor : ndarray, (n_chains, n_draws, n_dyads)
    intercept : ndarray, (n_chains, n_draws)
    cpu_seconds : dict
        CPU seconds of the process by phase: `whole fit` (start, warm-up and point estimates included),
        `drawing` (only the draws that are kept); a peer gives those that it can measure.
    """

    linear_predictor: Array
    intercept: Array
    cpu_seconds: dict[str, float]

    @classmethod
    def from_positions(
        cls, positions: Array, intercept: Array, dyads: npt.NDArray[np.intp], cpu_seconds: dict[str, float]
    ) -> Fit:
        """Make linear predictors out of positions, (n_chains, n_draws, n_actors, n_dims)."""
        difference = positions[:, :, dyads[:, 0]] - positions[:, :, dyads[:, 1]]
        eta = intercept[:, :, None] - np.linalg.norm(difference, axis=-1)
        return cls(eta, intercept, cpu_seconds)


def figures(fit: Fit, phase: str) -> dict[str, float]:
    """Return CPU seconds, effective draws per CPU second (of dyads, of the intercept) and a check."""
    from latentnet.posterior.diagnostics import summarise

    seconds = fit.cpu_seconds[phase]
    dyads = summarise(fit.linear_predictor)["ess_bulk"] / seconds
    return {
        "CPU s": seconds,
        "min": float(dyads.min()),
        "5 %": float(np.quantile(dyads, 0.05)),
        "median": float(np.median(dyads)),
        "intercept": float(summarise(fit.intercept)["ess_bulk"]) / seconds,
        "mean of intercept": float(fit.intercept.mean()),
    }
