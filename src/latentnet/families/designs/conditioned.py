"""Actors who are in the data only because somebody named them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import kernel
from latentnet.families.base import BoundFamily
from latentnet.families.designs.lists import ObservedBernoulli
from latentnet.families.noise import log_below, reversed_hazard, tie_log_likelihoods, tie_scores
from latentnet.signatures import RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["ConditionedBernoulli"]

SMALLEST = 1e-300  # probability that is still told from 0


@kernel
def _log_unnamed(link, runs, observed, eta, data, totals, firsts):
    """Log-probability that nobody names j, for conditioned columns j, and where each column's first dyad is, or −1."""
    totals[:], firsts[:] = 0.0, -1
    for r in range(runs.shape[0]):
        for k in range(runs[r, RUN_LENGTH]):
            p, j = runs[r, RUN_OFFSET] + k, runs[r, RUN_COLUMN] + k
            if observed[p] and data[j, 0] != 0.0:
                totals[j] += log_below(link, -eta[p])
                if firsts[j] < 0:
                    firsts[j] = p


class ConditionedBernoulli(ObservedBernoulli):
    """Bernoulli ties of the respondents, given that they named everybody else who is in the data at least once.

    The likelihood of the ties is divided by ∏_j (1 − ∏_i (1 − p_ij)) over the actors j who are there for having been
    named, i over those who were asked. Dyads that were hidden later, for validation, are left out of the products, and
    so is an actor whose every tie was hidden: nearly right as long as they are few.

    The log-likelihood of a conditioned column stands at its first observed dyad, that of any other dyad at its place.

    Parameters
    ----------
    family : Bernoulli
        The ties, unconditionally.

    References
    ----------
    The argument is that of a truncated sample of people who were seen at least once, e.g. Sanathanan (1972),
    "Estimating the size of a multinomial population", Annals of Mathematical Statistics 43, 142–152.
    """

    name = "conditioned bernoulli"
    unit = "network"

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Data (n_actors, 2): 1.0 for every actor who is there because of having been named, and the link's number."""
        named = np.asarray(network.ties.sum(axis=0)).ravel() > 0.0
        return BoundFamily(data=self._by_actor(network, network.named_only & named))

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log-probability of each tie, or of all in a conditioned column given that there is one."""
        link, n = int(data[0, 1]), data.shape[0]
        tie_log_likelihoods(link, y[0], observed[0], eta[0], out)
        totals, firsts = np.empty(n), np.empty(n, np.int64)
        _log_unnamed(link, runs, observed[0], eta[0], data, totals, firsts)
        for r in range(runs.shape[0]):  # the column is the unit
            for k in range(runs[r, RUN_LENGTH]):
                p, first = runs[r, RUN_OFFSET] + k, firsts[runs[r, RUN_COLUMN] + k]
                if first >= 0 and p != first and observed[0, p]:
                    out[first] += out[p]
                    out[p] = 0.0
        for j in range(n):
            if firsts[j] >= 0:
                out[firsts[j]] -= math.log(max(-math.expm1(totals[j]), SMALLEST))

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Derivatives of the sum, 0 at unobserved dyads."""
        link, n = int(data[0, 1]), data.shape[0]
        tie_scores(link, y[0], observed[0], eta[0], score[0])
        totals, firsts = np.empty(n), np.empty(n, np.int64)
        _log_unnamed(link, runs, observed[0], eta[0], data, totals, firsts)
        for r in range(runs.shape[0]):
            for k in range(runs[r, RUN_LENGTH]):
                p, j = runs[r, RUN_OFFSET] + k, runs[r, RUN_COLUMN] + k
                if observed[0, p] and data[j, 0] != 0.0:
                    slope = math.exp(totals[j]) * reversed_hazard(link, -eta[0, p])
                    score[0, p] -= slope / max(-math.expm1(totals[j]), SMALLEST)
