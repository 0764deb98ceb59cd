"""Counts out of a known number of trials."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import expit

from latentnet.compiled import exp, softplus
from latentnet.constraints import BY_DYAD, Rule, optional
from latentnet.families.base import Family, Frame, mean_tie
from latentnet.families.counts import check_counts, log_factorial
from latentnet.families.links import logit
from latentnet.network.dyads import average_of_dyads, observed_average, read_number_or_dyads, take_dyads, tie_place
from latentnet.network.labels import dyad_place
from latentnet.network.sparse import entry_rows

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Binomial"]


class Binomial(Family):
    """A tie counts the successes in a known number of trials: Y_ij ~ Binomial(trials_ij, logistic(η_ij)).

    Parameters
    ----------
    trials : int, ndarray, scipy.sparse matrix or DataFrame
        How often each dyad could have had a tie (occasions, raters), one number for all dyads or one for each:
        (n_actors, n_actors), row = sender; in a two-mode network (row actors, column actors) will do. A DataFrame is
        aligned by the actors' labels.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, chapter 4.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.families import Binomial
    >>> network = Network.from_array(np.array([[0, 4], [4, 0]]))
    >>> family = Binomial(trials=8)
    >>> family.check(network)
    >>> dyads = family.dyad_data(network, np.array([1]), np.array([0]))
    >>> family.mean(np.zeros(1), np.array([]), np.zeros((1, 1)), dyads)
    array([4.])
    """

    name = "binomial"
    single_precision = True

    rules: ClassVar[Mapping[str, Rule]] = {"trials": optional(BY_DYAD)}

    def __init__(self, trials: Any = None) -> None:
        self.trials = trials

    def check(self, network: Network) -> None:
        """Ties must be counts up to the trials, which must be given."""
        if self.trials is None:
            raise ValueError(
                "family 'binomial' needs the number of trials: instead of its name give family=Binomial(trials=5), or "
                "Binomial(trials=matrix) with a number for each dyad (from latentnet.families import Binomial)"
            )
        trials = read_number_or_dyads(self.trials, network, "trials")
        _check_trials(trials, network)
        check_counts(network, self.name)
        ties = network.ties
        of_ties = np.broadcast_to(trials, ties.shape)[entry_rows(ties), ties.indices]
        above = np.flatnonzero(ties.data > of_ties)
        if above.size:
            k = int(above[0])
            raise ValueError(
                f"family 'binomial' needs ties of at most the trials, but the value {tie_place(network, k)} is "
                f"{ties.data[k]:g} of {of_ties[k]:g} trials; raise trials there, or use family 'poisson' for counts "
                "without a bound"
            )

    def frame(self, network: Network) -> Frame:
        """The log odds of the mean rate."""
        n_dyads = network.observed.n_dyads
        successes = mean_tie(network) * n_dyads
        failures = observed_average(self.trials, network, "trials") * n_dyads - successes
        return Frame(math.log((successes + 0.5) / (failures + 0.5)))

    def dyad_data(self, network: Network, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """The trials: (1, n_dyads)."""
        return take_dyads(self.trials, network, "trials", senders, receivers)[None]

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """trials·logistic(η)."""
        return np.asarray(dyads[0] * expit(eta))

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """1 − (1 + exp(η))^−trials."""
        return np.asarray(-np.expm1(-dyads[0] * np.logaddexp(0.0, eta)))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A count for each η."""
        return rng.binomial(dyads[0].astype(np.int64), expit(eta)).astype(np.float64)

    def start_intercept(self, mean: float) -> float:
        """Logit of the share of successes, kept finite."""
        return logit(mean / max(average_of_dyads(self.trials), 1e-3))

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Y·η − trials·log(1 + exp(η)) + log of the binomial coefficient."""
        ties, predictor, trials = y[0], eta[0], dyads[0]
        for p in range(out.size):
            out[p] = ties[p] * predictor[p] - trials[p] * softplus(predictor[p])
        for p in range(out.size):
            if 0.0 < ties[p] < trials[p]:
                out[p] += log_factorial(trials[p]) - log_factorial(ties[p]) - log_factorial(trials[p] - ties[p])

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Y − trials·logistic(η)."""
        ties, predictor, trials, out, real = y[0], eta[0], dyads[0], score[0], eta.dtype.type
        for p in range(out.size):
            out[p] = ties[p] - real(trials[p]) / (real(1.0) + exp(-predictor[p]))


_MOST_TRIALS = 2**53  # floats hold no longer all whole numbers beyond


def _check_trials(trials: float | np.ndarray, network: Network) -> None:
    largest = float(np.max(trials))
    if largest > _MOST_TRIALS:
        raise ValueError(
            f"trials must be at most 2**53, but the most are {largest:g}; "
            "use family 'poisson' with an exposure for so many"
        )
    wrong = np.argwhere((np.asarray(trials) < 0.0) | (np.asarray(trials) != np.floor(trials)))
    if isinstance(trials, np.ndarray) and len(wrong):
        i, j = (int(k) for k in wrong[0])
        raise ValueError(
            f"trials must be whole numbers of at least 0, but {dyad_place(network.actors, i, j)} they are "
            f"{trials[i, j]:g}; round them, and give 0 where there were none"
        )
    if not isinstance(trials, np.ndarray) and (len(wrong) or trials < 1.0):
        raise ValueError(f"trials must be a whole number of at least 1, or a matrix by dyad, but are {trials:g}")
