"""Counts that vary more than Poisson ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import exp, softplus
from latentnet.families.base import BoundFamily, Family, Frame, Variable, mean_tie
from latentnet.families.counts import check_counts, draw_counts, log_factorial, log_rising, log_rising_slope
from latentnet.families.links import capped_mean

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["NegativeBinomial"]

_LARGEST_LOG = 200.0  # of the dispersion and of its inverse


class NegativeBinomial(Family):
    """A tie is a count with E[Y_ij] = μ_ij = exp(η_ij) and Var[Y_ij] = μ_ij + dispersion·μ_ij².

    Counts are Poisson with a mean that varies by dyad, gamma distributed with shape 1/dispersion. Its own value is the
    log of the dispersion, N(0, ``priors.dispersion_log_variance``).

    References
    ----------
    Lawless, J. F. (1987). Negative binomial and mixed Poisson regression. Canadian Journal of Statistics 15, 209–225.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import NegativeBinomial
    >>> family, nothing = NegativeBinomial(), np.zeros((0, 1))
    >>> log_dispersion = np.array([np.log(2.0)])
    >>> float(family.variables(log_dispersion, nothing)["dispersion"].values)
    2.0
    >>> family.tie_probability(np.zeros(1), log_dispersion, nothing, nothing).round(3)
    array([0.423])
    """

    name = "negative_binomial"

    def check(self, network: Network) -> None:
        """Ties must be counts."""
        check_counts(network, self.name)

    def frame(self, network: Network) -> Frame:
        """The log of the mean."""
        return Frame(self.start_intercept(mean_tie(network)))

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Log dispersion, which starts at 0."""
        return BoundFamily(
            start=np.zeros(1), precision=np.array([1.0 / priors.dispersion_log_variance]), logs=np.ones(1)
        )

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """exp(η), at most exp(300)."""
        return capped_mean(eta)

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """1 − (1 + dispersion·exp(η))^(−1/dispersion)."""
        x = _log_dispersion(values)
        return np.asarray(-np.expm1(-np.exp(-x) * np.logaddexp(0.0, eta + x)))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A count for each η."""
        x = _log_dispersion(values)
        rate = rng.gamma(np.exp(-x), 1.0, size=eta.shape) * np.exp(x)  # of mean 1
        return draw_counts(capped_mean(eta) * rate, rng)

    def start_intercept(self, mean: float) -> float:
        """Log of the mean, kept finite."""
        return math.log(max(mean, 1e-3))

    def variables(self, values: np.ndarray, data: np.ndarray) -> dict[str, Variable]:
        """The dispersion."""
        return {"dispersion": Variable(np.exp(values[..., 0]))}

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log of Γ(Y + r)/(Γ(r) Y!)·r^r·μ^Y/(r + μ)^(Y + r), r = 1/dispersion."""
        ties, predictor = y[0], eta[0]
        x = min(max(values[0], -_LARGEST_LOG), _LARGEST_LOG)
        r = exp(-x)
        for p in range(out.size):
            out[p] = ties[p] * predictor[p] - (r + ties[p]) * softplus(predictor[p] + x)
        for p in range(out.size):
            if ties[p] > 0.0:
                out[p] += log_rising(ties[p], r) - log_factorial(ties[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − (Y + r)·μ/(r + μ), and the derivative of log dispersion."""
        ties, predictor, out = y[0], eta[0], score[0]
        x = min(max(values[0], -_LARGEST_LOG), _LARGEST_LOG)
        r = exp(-x)
        for p in range(out.size):
            out[p] = ties[p] - (r + ties[p]) / (1.0 + exp(-predictor[p] - x))
        total = 0.0
        for p in range(out.size):
            if observed[0, p]:
                t = predictor[p] + x
                total += r * softplus(t) - (r + ties[p]) / (1.0 + exp(-t))
                if ties[p] > 0.0:
                    total += log_rising_slope(ties[p], r)
        gradient[0] += total


def _log_dispersion(values: np.ndarray) -> np.ndarray:
    """(1,), or (n_draws, 1) of values (n_draws, 1): to go with η (..., n_dyads)."""
    return np.clip(values[..., 0], -_LARGEST_LOG, _LARGEST_LOG)[..., None]
