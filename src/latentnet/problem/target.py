"""What the engines see: a likelihood and a prior, by the same few verbs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.problem.verbs import BoundTarget

__all__ = ["Target", "log_posterior"]


class Target(NamedTuple):
    """Likelihood and prior of one model; the likelihood's scratch belongs to one chain."""

    likelihood: Any
    prior: Any


def log_posterior(target: Target, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Log posterior density (of log σ) and its gradient; who asks often keeps a `BoundTarget`."""
    return BoundTarget(target).log_posterior(theta)
