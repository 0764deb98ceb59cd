"""Binary ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from latentnet._numba import exp, softplus
from latentnet.families.base import Family

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Bernoulli"]


class Bernoulli(Family):
    """Ties are present (1) or absent (0), with logit P(Y_ij = 1) = η_ij.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import Bernoulli
    >>> Bernoulli().mean(np.array([0.0]), np.array([]))
    array([0.5])
    """

    name = "bernoulli"

    def check(self, network: Network) -> None:
        """Ties must be 0 or 1."""
        values = network.ties.data
        if np.any(values != 1.0):
            worst = values[values != 1.0]
            raise ValueError(
                f"family 'bernoulli' needs ties in {{0, 1}}, but the network has values from {worst.min():g} to "
                f"{worst.max():g}; ignore the weights (Network.from_networkx(graph, weight=None)) or binarise "
                "the network"
            )

    def mean(self, eta: np.ndarray, values: np.ndarray) -> np.ndarray:
        """logistic(η)."""
        return expit(eta)

    def tie_probability(self, eta: np.ndarray, values: np.ndarray) -> np.ndarray:
        """logistic(η)."""
        return expit(eta)

    def simulate(self, eta: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """0.0 or 1.0 for each η."""
        return (rng.random(eta.shape) < expit(eta)).astype(np.float64)

    def start_intercept(self, mean: float) -> float:
        """Logit of the density, kept finite."""
        density = min(max(mean, 1e-3), 1.0 - 1e-3)
        return float(np.log(density / (1.0 - density)))

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Y·η − log(1 + exp(η))."""
        ties, predictor = y[0], eta[0]
        for p in range(out.size):
            out[p] = ties[p] * predictor[p] - softplus(predictor[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, rows: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − logistic(η)."""
        ties, predictor, out = y[0], eta[0], score[0]
        for p in range(out.size):
            out[p] = ties[p] - 1.0 / (1.0 + exp(-predictor[p]))
