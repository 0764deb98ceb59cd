"""What the engines see: a likelihood and a prior, by the same few verbs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.likelihood.verbs import likelihood_value_and_gradient
from latentnet.priors.joint import add_prior_gradient, log_prior

__all__ = ["Target", "log_posterior"]


class Target(NamedTuple):
    """Likelihood and prior of one model; the likelihood's scratch belongs to one chain."""

    likelihood: Any
    prior: Any  # Prior or ClusterPrior


def log_posterior(target: Target, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Log posterior density (of log σ) and its gradient, for optimisers."""
    gradient = np.zeros_like(theta)
    value = likelihood_value_and_gradient(target.likelihood, theta, gradient)
    add_prior_gradient(target.prior, theta, gradient)
    return value + log_prior(target.prior, theta), gradient
