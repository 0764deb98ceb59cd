"""Respondents who may name at most so many people."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.families.designs.full_lists import full_list_log_likelihood, full_list_scores
from latentnet.families.designs.lists import NominationLists, end_of_row, gather_row, ordinary_row
from latentnet.families.noise import tie_scores
from latentnet.signatures import RUN_ACTOR, RUN_LENGTH, RUN_OFFSET

__all__ = ["CappedBernoulli"]


class CappedBernoulli(NominationLists):
    """Each respondent names the people of positive utility, and of these at most m of the greatest.

    Utilities are u_ij = η_ij + noise, whose distribution makes P(u_ij > 0) the tie family's probability: logistic,
    normal or Gumbel. A list of fewer than m names is a row of Bernoulli ties. A full one says that the named have
    positive utilities and that nobody else's is greater than the smallest of theirs: an integral (`_quadrature`). Dyads
    that were not observed are outside the choice set; a full list whose named are all outside of it says nothing.

    The log-likelihood of a row stands at its first dyad.

    Parameters
    ----------
    family : Bernoulli
        The ties without a cap.
    """

    name = "capped bernoulli"

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log-probability of each respondent's list."""
        link = int(data[0, 1])
        places, gathered = np.empty(out.size, np.int64), np.empty(out.size)
        first = 0
        while first < runs.shape[0]:
            last = end_of_row(runs, first)
            n_named, n = gather_row(runs[first:last], y[0], observed[0], eta[0], places, gathered)
            start = runs[first, RUN_OFFSET]
            if data[runs[first, RUN_ACTOR], 0] == 0.0:
                out[start] = ordinary_row(link, gathered[:n], n_named)
            elif n_named > 0:
                out[start] = full_list_log_likelihood(link, gathered[:n], n_named)
            first = last

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Derivatives of each list's log-probability, 0 outside of the choice set."""
        link, size = int(data[0, 1]), score.shape[1]
        places, gathered, scores = np.empty(size, np.int64), np.empty(size), np.empty(size)
        first = 0
        while first < runs.shape[0]:
            last = end_of_row(runs, first)
            start, stop = runs[first, RUN_OFFSET], runs[last - 1, RUN_OFFSET] + runs[last - 1, RUN_LENGTH]
            if data[runs[first, RUN_ACTOR], 0] == 0.0:
                row = y[0, start:stop], observed[0, start:stop], eta[0, start:stop]
                tie_scores(link, row[0], row[1], row[2], score[0, start:stop])
            else:
                n_named, n = gather_row(runs[first:last], y[0], observed[0], eta[0], places, gathered)
                score[0, start:stop] = 0.0
                if n_named > 0:
                    full_list_scores(link, gathered[:n], n_named, scores[:n])
                    for k in range(n):
                        score[0, places[k]] = scores[k]
            first = last
