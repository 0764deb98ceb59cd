"""Counts without a bound."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from latentnet.compiled import exp
from latentnet.constraints import BY_DYAD, Rule, number, optional
from latentnet.families.base import Family, Frame, mean_tie
from latentnet.families.counts import check_counts, draw_counts, log_factorial
from latentnet.families.links import LARGEST_LOG_MEAN, capped_mean
from latentnet.network.dyads import average_of_dyads, observed_average, read_number_or_dyads, take_dyads
from latentnet.network.labels import dyad_place

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Poisson"]


_LEAST_EXPOSURE, _MOST_EXPOSURE = 1e-100, 1e100  # beyond them rates and sums overflow
_LARGEST_LOG_OF_SINGLE = 60.0  # means of which millions can be added up in float32


class Poisson(Family):
    """A tie is a count: Y_ij ~ Poisson(exposure_ij·exp(η_ij)).

    Parameters
    ----------
    exposure : float, ndarray, scipy.sparse matrix or DataFrame, optional
        For how long (or how closely) each dyad was watched, positive; one number for all dyads or one for each:
        (n_actors, n_actors), row = sender; in a two-mode network (row actors, column actors) will do. A DataFrame is
        aligned by the actors' labels. Default: 1 everywhere.

    Notes
    -----
    Beyond a log mean of 300 (a mean of 1e130) the log-likelihood goes on as a straight line, so nothing overflows.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, chapter 6.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.families import Poisson
    >>> network = Network.from_array(np.array([[0, 3], [3, 0]]))
    >>> family = Poisson(exposure=2.0)
    >>> dyads = family.dyad_data(network, np.array([1]), np.array([0]))
    >>> family.mean(np.zeros(1), np.array([]), np.zeros((1, 1)), dyads)
    array([2.])
    """

    name = "poisson"
    single_precision = True

    rules: ClassVar[Mapping[str, Rule]] = {"exposure": optional(BY_DYAD)}

    def __init__(self, exposure: Any = None) -> None:
        self.exposure = exposure

    @property
    def pair_sum(self) -> Literal["exponential"] | None:
        """That of counts of dyads that were watched equally long."""
        return "exponential" if type(self) is Poisson and self.exposure is None else None

    def check(self, network: Network) -> None:
        """Ties must be counts, and exposures positive."""
        if self.exposure is not None:
            exposure = read_number_or_dyads(self.exposure, network, "exposure")
            if isinstance(exposure, float):
                number(most=_MOST_EXPOSURE, least=_LEAST_EXPOSURE).demand("exposure", exposure)
            else:
                self._check_by_dyad(exposure, network)
        check_counts(network, self.name)

    @staticmethod
    def _check_by_dyad(exposure: np.ndarray, network: Network) -> None:
        wrong = (exposure < _LEAST_EXPOSURE) | (exposure > _MOST_EXPOSURE)
        if network.two_mode:
            wrong[network.n_row_actors :] = wrong[:, : network.n_row_actors] = False
        elif network.self_ties is None:
            np.fill_diagonal(wrong, False)
        if wrong.any():
            i, j = (int(k) for k in np.argwhere(wrong)[0])
            raise ValueError(
                f"exposure must be positive (1e-100 to 1e100) for every dyad, but {dyad_place(network.actors, i, j)} "
                f"it is {exposure[i, j]:g}; mark dyads that were never watched as unobserved (NaN) in the network and "
                "give them any positive exposure"
            )

    def frame(self, network: Network) -> Frame:
        """The log of the mean rate."""
        exposure = 1.0 if self.exposure is None else observed_average(self.exposure, network, "exposure")
        return Frame(math.log(max(mean_tie(network), 1e-3) / exposure))

    def dyad_data(self, network: Network, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """Log exposures: (1, n_dyads), or no row without exposures."""
        if self.exposure is None:
            return np.zeros((0, len(senders)))
        return np.log(take_dyads(self.exposure, network, "exposure", senders, receivers))[None]

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """exposure·exp(η), at most exp(300)."""
        return capped_mean(eta + dyads[0] if len(dyads) else eta)

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """1 − exp(−mean)."""
        return np.asarray(-np.expm1(-self.mean(eta, values, data, dyads)))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A count for each η."""
        return draw_counts(self.mean(eta, values, data, dyads), rng)

    def start_intercept(self, mean: float) -> float:
        """Log of the mean per exposure, kept finite."""
        exposure = 1.0 if self.exposure is None else average_of_dyads(self.exposure)
        return math.log(max(mean, 1e-3) / exposure)

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Y·log(mean) − mean − log Y!."""
        ties, predictor = y[0], eta[0]
        offset = dyads.shape[0] > 0
        for p in range(out.size):
            x = predictor[p] + (dyads[0, p] if offset else 0.0)
            mean = exp(min(x, LARGEST_LOG_MEAN)) * (1.0 + max(x - LARGEST_LOG_MEAN, 0.0))
            out[p] = ties[p] * x - mean
        for p in range(out.size):
            if ties[p] > 0.0:
                out[p] -= log_factorial(ties[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − mean."""
        ties, predictor, out, real = y[0], eta[0], score[0], eta.dtype.type
        offset = dyads.shape[0] > 0
        largest = real(LARGEST_LOG_MEAN if eta.itemsize == 8 else _LARGEST_LOG_OF_SINGLE)
        for p in range(out.size):
            x = predictor[p] + (real(dyads[0, p]) if offset else real(0.0))
            out[p] = ties[p] - exp(min(x, largest))
