"""Directed ties that answer each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from latentnet.compiled import exp, softplus
from latentnet.families.base import BoundFamily
from latentnet.families.designs.lists import ObservedBernoulli

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["Reciprocal"]


class Reciprocal(ObservedBernoulli):
    """P(y_ij, y_ji) ∝ exp(η_ij·y_ij + η_ji·y_ji + ρ·y_ij·y_ji); where one half was not observed, summed over it.

    ρ is the coefficient ``reciprocity``, N(0, `Priors.coefficient_variance`).

    Parameters
    ----------
    family : Bernoulli
        The ties at ρ = 0, with the logit link.

    References
    ----------
    The pairs of the p1 and p2 models: Holland and Leinhardt (1981), "An exponential family of probability distributions
    for directed graphs", Journal of the American Statistical Association 76, 33–50; van Duijn, Snijders and Zijlstra
    (2004), "p2: a random effects model with covariates for directed graphs", Statistica Neerlandica 58, 234–254.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import Bernoulli
    >>> from latentnet.families.designs.reciprocal import Reciprocal
    >>> nothing = np.zeros((0, 1))
    >>> Reciprocal(Bernoulli()).mean(np.array([[-1.0], [0.5]]), np.array([2.0]), nothing, nothing).round(3)
    array([[0.647],
           [0.818]])
    """

    name = "reciprocal bernoulli"
    unit = "pair"
    coefficient_names = ("reciprocity",)

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """One value, ρ."""
        return BoundFamily(start=np.zeros(1), precision=np.array([1.0 / priors.coefficient_variance]), logs=np.zeros(1))

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(y_ij = 1) and P(y_ji = 1), each whatever the other is."""
        first, joint, alone = self._probabilities(eta, values)
        return np.stack([first, joint + alone])

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """As `mean`."""
        return self.mean(eta, values, data, dyads)

    def statistics(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """E[Y_ij · Y_ji], (1, n_dyads)."""
        return self._probabilities(eta, values)[1][None]

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Both ties of each pair, 0.0 or 1.0: the first one, then the second one given it."""
        first = rng.random(eta.shape[1:]) < self._probabilities(eta, values)[0]
        second = rng.random(eta.shape[1:]) < expit(eta[1] + values[0] * first)
        return np.stack([first, second]).astype(np.float64)

    @staticmethod
    def _probabilities(eta: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """P(y_ij = 1), P(both), and P(y_ji = 1 alone)."""
        answered = eta[1] + values[0]
        of_first = eta[0] + np.logaddexp(0.0, answered) - np.logaddexp(0.0, eta[1])
        first = expit(of_first)
        return first, first * expit(answered), expit(-of_first) * expit(eta[1])

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log-probability of what was observed of each pair."""
        rho = values[0]
        product = dyads[0] if dyads.shape[0] > 0 else y[0] * y[1]
        for p in range(out.size):
            a, b = eta[0, p], eta[1, p]
            free_a, free_b = softplus(a), softplus(b)
            a_marginal = a + softplus(b + rho) - free_b  # log odds of the first tie, whatever the second is
            b_marginal = b + softplus(a + rho) - free_a
            see_a, see_b = float(observed[0, p]), float(observed[1, p])
            both = y[0, p] * a + y[1, p] * b + rho * product[p] - free_b - softplus(a_marginal)
            only_a = y[0, p] * a_marginal - softplus(a_marginal)
            only_b = y[1, p] * b_marginal - softplus(b_marginal)
            out[p] = see_a * see_b * both + see_a * (1.0 - see_b) * only_a + see_b * (1.0 - see_a) * only_b

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Statistics as expected given what was observed, less as expected given nothing."""
        rho, size = values[0], score.shape[1]
        product = dyads[0] if dyads.shape[0] > 0 else y[0] * y[1]
        of_rho = np.empty(size)
        for p in range(size):
            a, b = eta[0, p], eta[1, p]
            b_if, b_else = 1.0 / (1.0 + exp(-b - rho)), 1.0 / (1.0 + exp(-b))  # P(second | first)
            a_if, a_else = 1.0 / (1.0 + exp(-a - rho)), 1.0 / (1.0 + exp(-a))
            first = 1.0 / (1.0 + exp(softplus(b) - softplus(b + rho) - a))
            second = first * b_if + (1.0 - first) * b_else
            see_a, see_b = float(observed[0, p]), float(observed[1, p])
            both, only_a, only_b = see_a * see_b, see_a * (1.0 - see_b), see_b * (1.0 - see_a)
            y_a, y_b = y[0, p], y[1, p]
            score[0, p] = (both + only_a) * (y_a - first) + only_b * (y_b * a_if + (1.0 - y_b) * a_else - first)
            score[1, p] = (both + only_b) * (y_b - second) + only_a * (y_a * b_if + (1.0 - y_a) * b_else - second)
            joint = both * product[p] + only_a * y_a * b_if + only_b * y_b * a_if
            of_rho[p] = joint - (both + only_a + only_b) * first * b_if
        total = 0.0  # apart from the loop that stores
        for p in range(size):
            total += of_rho[p]
        gradient[0] += total
