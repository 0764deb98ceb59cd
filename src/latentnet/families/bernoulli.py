"""Binary ties."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, ndtr, ndtri

from latentnet.checks import one_of
from latentnet.compiled import exp, softplus
from latentnet.families.base import Family
from latentnet.families.links import (
    LARGEST_LOG_MEAN,
    capped_mean,
    cloglog_log_probability,
    cloglog_slope,
    logit,
    normal_log_cdf,
    normal_log_cdf_slope,
)

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Bernoulli"]


class Bernoulli(Family):
    """Ties are present (1) or absent (0), with link(P(Y_ij = 1)) = η_ij.

    Parameters
    ----------
    link : {"logit", "probit", "cloglog"}
        P(Y_ij = 1) is logistic(η), the normal distribution function Φ(η), or 1 − exp(−exp(η)). With the last, ties are
        those pairs that met at least once, where encounters are Poisson with log mean η.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, section 4.3.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import Bernoulli
    >>> nothing = np.zeros((0, 1))
    >>> Bernoulli().mean(np.array([0.0]), np.array([]), nothing, nothing)
    array([0.5])
    >>> Bernoulli(link="cloglog").mean(np.array([0.0]), np.array([]), nothing, nothing).round(3)
    array([0.632])
    """

    name = "bernoulli"

    def __init__(self, link: str = "logit") -> None:
        self.link = link

    def check(self, network: Network) -> None:
        """Ties must be 0 or 1."""
        one_of("link of family 'bernoulli'", self.link, _LINKS)
        values = network.ties.data
        if np.any(values != 1.0):
            worst = values[values != 1.0]
            raise ValueError(
                f"family 'bernoulli' needs ties in {{0, 1}}, but the network has values from {worst.min():g} to "
                f"{worst.max():g}; use family='poisson' for counts, ignore the weights "
                "(Network.from_networkx(graph, weight=None)), or binarise the network"
            )

    def kernels(self) -> tuple[Any, Any]:
        """The verbs of the link."""
        return _LINKS[self.link]

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y = 1)."""
        if self.link == "probit":
            return np.asarray(ndtr(eta))
        if self.link == "cloglog":
            return np.asarray(-np.expm1(-capped_mean(eta)))
        return expit(eta)

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y = 1)."""
        return self.mean(eta, values, data, dyads)

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """0.0 or 1.0 for each η."""
        return (rng.random(eta.shape) < self.mean(eta, values, data, dyads)).astype(np.float64)

    def predictor_name(self) -> str:
        """Log odds, under the logit link."""
        return "log odds of a tie" if self.link == "logit" else ""

    def start_intercept(self, mean: float) -> float:
        """Link of the density, kept finite."""
        if self.link == "logit":
            return logit(mean)
        density = min(max(mean, 1e-3), 1.0 - 1e-3)
        return float(ndtri(density)) if self.link == "probit" else math.log(-math.log1p(-density))

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Y·η − log(1 + exp(η)): of the logit link."""
        ties, predictor = y[0], eta[0]
        for p in range(out.size):
            out[p] = ties[p] * predictor[p] - softplus(predictor[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − logistic(η): of the logit link."""
        ties, predictor, out = y[0], eta[0], score[0]
        for p in range(out.size):
            out[p] = ties[p] - 1.0 / (1.0 + exp(-predictor[p]))


def _probit_log_likelihood(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
) -> None:
    """Y·log Φ(η) + (1 − Y)·log Φ(−η)."""
    for p in range(out.size):
        tie, x = y[0, p], eta[0, p]
        out[p] = tie * normal_log_cdf(x) + (1.0 - tie) * normal_log_cdf(-x)


def _probit_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    for p in range(score.shape[1]):
        tie, x = y[0, p], eta[0, p]
        score[0, p] = tie * normal_log_cdf_slope(x) - (1.0 - tie) * normal_log_cdf_slope(-x)


def _cloglog_log_likelihood(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
) -> None:
    """Y·log(1 − exp(−exp(η))) − (1 − Y)·exp(η)."""
    for p in range(out.size):
        tie, x = y[0, p], eta[0, p]
        mean = exp(min(x, LARGEST_LOG_MEAN)) * (1.0 + max(x - LARGEST_LOG_MEAN, 0.0))
        out[p] = tie * cloglog_log_probability(x) - (1.0 - tie) * mean


def _cloglog_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    for p in range(score.shape[1]):
        tie, x = y[0, p], eta[0, p]
        score[0, p] = tie * cloglog_slope(x) - (1.0 - tie) * exp(min(x, LARGEST_LOG_MEAN))


_LINKS: dict[str, tuple[Any, Any]] = {
    "logit": (Bernoulli.log_likelihood, Bernoulli.score),
    "probit": (_probit_log_likelihood, _probit_score),
    "cloglog": (_cloglog_log_likelihood, _cloglog_score),
}
