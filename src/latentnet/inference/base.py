"""What an engine returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["InferenceResult"]


class InferenceResult(NamedTuple):
    """Draws of the parameter vector, and what the sampler reports of each."""

    draws: np.ndarray  # (n_chains, n_draws, n_parameters)
    statistics: dict[str, np.ndarray] | None  # name -> (n_chains, n_draws); None for engines without a chain
    interrupted: bool = False
    labels: np.ndarray | None = None  # (n_chains, n_draws, n_actors) clusters
    n_components: np.ndarray | None = None  # (n_chains, n_draws)
