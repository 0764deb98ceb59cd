"""Real-valued ties."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from latentnet.checks import fits_square
from latentnet.compiled import exp
from latentnet.families.base import BoundFamily, Family, Frame, Variable, mean_tie

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["Gaussian"]

_LOG_SQRT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_LARGEST = 1e150
_SMALLEST_SHARE = 1e-12  # of the spread in the largest value


class Gaussian(Family):
    """A tie is a real number: Y_ij ~ N(η_ij, tie_variance). An absent tie is an observed 0.

    The variance has a scaled inverse chi-square prior of scale ``priors.gaussian_variance_scale`` and
    ``priors.gaussian_variance_df`` degrees of freedom. By default the scale is the variance of the observed values: the
    prior looks at the data once.

    References
    ----------
    Krivitsky, P. N. and Handcock, M. S. (2008). Fitting position latent cluster models for social networks with
    latentnet. Journal of Statistical Software 24(5).

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network, Priors
    >>> from latentnet.families import Gaussian
    >>> Gaussian().prior_defaults(Network.from_array(np.array([[0.0, 3.0], [1.0, 0.0]])), Priors())
    {'gaussian_variance_scale': 1.0}
    """

    name = "gaussian"

    def check(self, network: Network) -> None:
        """Every real number will do whose square a float can hold, and that can be told from its neighbours."""
        values = network.ties.data
        largest = float(np.abs(values).max(initial=0.0))
        if largest > _LARGEST:
            raise ValueError(
                f"family 'gaussian' cannot have values as large as {largest:g}, whose squares no float holds; divide "
                "the values by a power of ten"
            )
        spread = math.sqrt(_observed_variance(network))
        if 0.0 < spread < max(_SMALLEST_SHARE * largest, 1.0 / _LARGEST):
            raise ValueError(
                f"family 'gaussian' has values of about {largest:g} that differ by about {spread:g}, which floats "
                "hardly tell apart; subtract their mean and divide them by their standard deviation"
            )

    def frame(self, network: Network) -> Frame:
        """Mean and standard deviation of the observed values."""
        return Frame(mean_tie(network), math.sqrt(_observed_variance(network)) or 1.0)

    def present(self, network: Network) -> sparse.csr_array:
        """Values above the mean."""
        mean = mean_tie(network)
        if mean >= 0.0:
            return sparse.csr_array(network.ties > mean)
        fits_square("a value for each dyad", network.n_actors, 10.0, fix="subtract the least value from all of them")
        return sparse.csr_array((network.ties.toarray() > mean) & network.observed.toarray())

    def prior_defaults(self, network: Network, priors: Priors) -> dict[str, float]:
        """The scale of the variance: the variance of the observed values."""
        if priors.gaussian_variance_scale is not None:
            return {}
        variance = _observed_variance(network)
        if not variance > 0.0:
            raise ValueError(
                "family 'gaussian' takes the scale of its prior from the variance of the observed values, but "
                f"{'all of them are equal' if network.observed.n_dyads else 'there are none'}; check the values (has "
                "the network lost its weights?), use family 'bernoulli' for ties that are present or absent, or "
                "give Priors(gaussian_variance_scale=...)"
            )
        return {"gaussian_variance_scale": variance}

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Log standard deviation, which starts at that of the observed values."""
        scale, df = priors.gaussian_variance_scale, priors.gaussian_variance_df
        assert scale is not None  # resolved priors have it
        variance = _observed_variance(network)
        start = 0.5 * math.log(variance if variance > 0.0 else scale)
        return BoundFamily(start=np.array([start]), precision=np.zeros(1), scales=((0, scale, df),), logs=np.zeros(1))

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """η itself."""
        return eta

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """Φ(η/σ)."""
        return np.asarray(ndtr(eta * np.exp(-values[..., :1])))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A real number for each η."""
        return np.asarray(eta + np.exp(values[..., :1]) * rng.standard_normal(eta.shape))

    def start_intercept(self, mean: float) -> float:
        """The mean."""
        return float(mean)

    def variables(self, values: np.ndarray, data: np.ndarray) -> dict[str, Variable]:
        """The variance of ties."""
        return {"tie_variance": Variable(np.exp(2.0 * values[..., 0]))}

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """−(Y − η)²/(2σ²) − log σ − log √(2π)."""
        ties, predictor = y[0], eta[0]
        inverse, constant = exp(-values[0]), values[0] + _LOG_SQRT_TWO_PI
        for p in range(out.size):
            residual = inverse * (ties[p] - predictor[p])
            out[p] = -0.5 * residual * residual - constant

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """(Y − η)/σ², and the derivative of log σ."""
        ties, predictor, out = y[0], eta[0], score[0]
        inverse = exp(-values[0])
        for p in range(out.size):
            out[p] = inverse * (inverse * (ties[p] - predictor[p]))
        total = 0.0
        for p in range(out.size):
            if observed[0, p]:
                residual = inverse * (ties[p] - predictor[p])
                total += residual * residual - 1.0
        gradient[0] += total


def _observed_variance(network: Network) -> float:
    """Variance over observed dyads, absent ties being 0."""
    n_dyads = network.observed.n_dyads
    if n_dyads == 0:
        return 0.0
    values, mean = network.ties.data, mean_tie(network)  # undirected ties are there twice
    share = network.n_ties / n_dyads
    of_ties = float(np.mean((values - mean) ** 2)) if values.size else 0.0
    return share * of_ties + (1.0 - share) * mean**2
