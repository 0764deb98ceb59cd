"""Respondents who name people in order, the first name first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import kernel
from latentnet.families.designs.full_lists import full_list_log_likelihood, full_list_scores
from latentnet.families.designs.lists import NominationLists, end_of_row, gather_row, ordinary_row
from latentnet.families.designs.orders import order_log_likelihood, order_scores
from latentnet.families.designs.tied_orders import tied_order_log_likelihood, tied_order_scores
from latentnet.families.noise import tie_scores
from latentnet.network.sparse import entries_at
from latentnet.signatures import RUN_ACTOR, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["RankedBernoulli"]


@kernel
def _sort_by_rank(ranks, places, gathered, n_named):
    """Put the first `n_named` into the order of their ranks."""
    for k in range(1, n_named):
        place, value, at = places[k], gathered[k], k
        while at > 0 and ranks[places[at - 1]] > ranks[place]:
            places[at], gathered[at] = places[at - 1], gathered[at - 1]
            at -= 1
        places[at], gathered[at] = place, value


@kernel
def _count_ranks(ranks, places, n_named, sorted_ranks):
    """Write the ranks of the named; return how many different ones they are."""
    n_ranks = 0
    for k in range(n_named):
        sorted_ranks[k] = ranks[places[k]]
        if k == 0 or sorted_ranks[k] > sorted_ranks[k - 1]:
            n_ranks += 1
    return n_ranks


class RankedBernoulli(NominationLists):
    """As `CappedBernoulli`, with the named in the order of their utilities: u_(1) > u_(2) > … > 0.

    Of names with the same rank any order is possible. There may be a cap: a full list's un-named are below the smallest
    of the named, other un-named below 0. Nested integrals (`orders`, `tied_orders`). The log-likelihood of a row stands
    at its first dyad.

    Parameters
    ----------
    family : Bernoulli
        The ties without order or cap.
    """

    name = "ranked bernoulli"

    def dyad_data(self, network: Network, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """Rank of each dyad, 0 where nobody was named: (1, n_dyads)."""
        assert network.ranks is not None
        return entries_at(network.ranks, senders, receivers)[None]

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log-probability of each respondent's list and its order."""
        link = int(data[0, 1])
        places, gathered, ranks = np.empty(out.size, np.int64), np.empty(out.size), np.empty(out.size)
        first = 0
        while first < runs.shape[0]:
            last = end_of_row(runs, first)
            n_named, n = gather_row(runs[first:last], y[0], observed[0], eta[0], places, gathered)
            start, full = runs[first, RUN_OFFSET], data[runs[first, RUN_ACTOR], 0] != 0.0
            _sort_by_rank(dyads[0], places, gathered, n_named)
            n_ranks = _count_ranks(dyads[0], places, n_named, ranks)
            if n_ranks < 2 and not full:
                out[start] = ordinary_row(link, gathered[:n], n_named)
            elif n_ranks == 1:
                out[start] = full_list_log_likelihood(link, gathered[:n], n_named)
            elif n_ranks == n_named >= 2:
                out[start] = order_log_likelihood(link, gathered[:n], n_named, full)
            elif n_ranks >= 2:
                out[start] = tied_order_log_likelihood(link, gathered[:n], ranks[:n_named], full)
            first = last

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """Derivatives of each list's log-probability, 0 outside of the choice set."""
        link, size = int(data[0, 1]), score.shape[1]
        places, gathered, scores = np.empty(size, np.int64), np.empty(size), np.empty(size)
        ranks = np.empty(size)
        first = 0
        while first < runs.shape[0]:
            last = end_of_row(runs, first)
            n_named, n = gather_row(runs[first:last], y[0], observed[0], eta[0], places, gathered)
            start, stop = runs[first, RUN_OFFSET], runs[last - 1, RUN_OFFSET] + runs[last - 1, RUN_LENGTH]
            full = data[runs[first, RUN_ACTOR], 0] != 0.0
            _sort_by_rank(dyads[0], places, gathered, n_named)
            n_ranks = _count_ranks(dyads[0], places, n_named, ranks)
            if n_ranks < 2 and not full:
                row = y[0, start:stop], observed[0, start:stop], eta[0, start:stop]
                tie_scores(link, row[0], row[1], row[2], score[0, start:stop])
                first = last
                continue
            scores[:n] = 0.0
            if n_ranks == n_named >= 2:
                order_scores(link, gathered[:n], n_named, full, scores[:n])
            elif n_ranks >= 2:
                tied_order_scores(link, gathered[:n], ranks[:n_named], full, scores[:n])
            elif n_ranks == 1:
                full_list_scores(link, gathered[:n], n_named, scores[:n])
            score[0, start:stop] = 0.0
            for k in range(n):
                score[0, places[k]] = scores[k]
            first = last
