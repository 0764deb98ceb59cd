"""Units: the smallest parts of what was observed that can be left out, and their log-likelihoods draw by draw.

A unit is a pair of actors, in a directed network with both of its directions, or a respondent's whole list where lists
have a cap or an order. Where self-ties have a term, each of them is one too, of an actor and the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.checks import fits_square
from latentnet.likelihood.composed import with_layout
from latentnet.likelihood.packed import dyad_layout
from latentnet.likelihood.verbs import own_scratch
from latentnet.network.dyads import were_observed
from latentnet.network.sparse import entries_at
from latentnet.predictive.self_ties import block_log_likelihoods, self_tie_log_likelihoods

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Units", "draws_of_units", "observed_units"]

_MOST_NUMBERS = 8_000_000  # log-likelihoods of dyads at once


class Units(NamedTuple):
    """Actors by number; a list has no receiver, −1."""

    senders: np.ndarray  # (n_units,)
    receivers: np.ndarray  # (n_units,)

    @property
    def lists(self) -> bool:
        """Whether they are respondents' lists."""
        return bool(np.any(self.receivers < 0))


def observed_units(problem: Problem) -> Units:
    """All units of which something was observed.

    Raises
    ------
    ValueError
        If all that was observed is one unit, as the likelihood conditions on who was named.
    """
    network, unit = problem.network, problem.observed_family.unit
    if unit == "network":
        raise ValueError(
            "nothing can be left out of a network whose likelihood conditions on who was named (choice_set='named'); "
            "give from_nominations actors=, the list of everybody who could have been named"
        )
    if unit == "row":
        asked = np.flatnonzero(network.observed.counts()[0])
        return Units(asked, np.full(len(asked), -1))
    fix = "score is of all of them, and model_selection of a part that is held out"
    fits_square("a list of all that can be left out", network.n_actors, 30.0, fix=fix)
    if network.two_mode:
        return Units(*network.observed.dyads())
    seen = network.observed.toarray()
    if problem.has_loops and network.self_ties is not None:
        np.fill_diagonal(seen, ~np.isnan(network.self_ties))
    high, low = np.nonzero(np.tril(seen | seen.T))
    return Units(high, low)


def draws_of_units(
    problem: Problem, draws: np.ndarray, units: Units, chosen: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Log-likelihoods of some units under each draw, some units at a time.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    units : Units
        All of the problem.
    chosen : int ndarray
        Which of them, ascending.

    Yields
    ------
    numbers : int ndarray of shape (n_some,)
        Which units.
    values : ndarray of shape (n_some, n_draws)
    """
    of_one = units.senders[chosen] == units.receivers[chosen]
    if of_one.any():
        actors = units.senders[chosen[of_one]]
        yield chosen[of_one], self_tie_log_likelihoods(problem, draws)[:, actors].T
        chosen = chosen[~of_one]
    if problem.observed_family.unit == "dyad":
        yield from _of_pairs(problem, draws, units, chosen)
        return
    target = own_scratch(problem.exact, np.float64)
    n = np.int64(problem.n_actors)
    codes = units.senders * n + np.maximum(units.receivers, 0)
    senders, receivers = target.layout.dyads()
    of_dyads = senders * n + (0 if units.lists else receivers)
    for block, (first, end) in enumerate(zip(target.layout.starts[:-1], target.layout.starts[1:], strict=True)):
        place = np.searchsorted(codes, of_dyads[first:end])
        place = np.where(np.take(codes, place, mode="clip") == of_dyads[first:end], place, -1)
        numbers = np.intersect1d(place, chosen)
        if len(numbers) == 0:
            continue
        values = block_log_likelihoods(target, draws, block, int(end - first))
        found = np.zeros((len(numbers), len(draws)))
        kept = np.flatnonzero(np.isin(place, numbers))
        np.add.at(found, np.searchsorted(numbers, place[kept]), values[:, kept].T)
        yield numbers, found


def _of_pairs(
    problem: Problem, draws: np.ndarray, units: Units, chosen: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs whose dyads are independent given the parameters: both directions, where these were observed."""
    network = problem.network
    target = own_scratch(problem.exact, np.float64)
    ways = 2 if network.directed else 1
    at_once = max(1, _MOST_NUMBERS // (ways * len(draws)))
    for first in range(0, len(chosen), at_once):
        numbers = chosen[first : first + at_once]
        i, j = units.senders[numbers], units.receivers[numbers]
        found = np.zeros((len(numbers), len(draws)))
        for senders, receivers in ((i, j), (j, i))[:ways]:
            seen = were_observed(network, senders, receivers)
            dyads = problem.observed_family.dyad_data(network, senders, receivers)
            here = with_layout(target, dyad_layout(senders, receivers))._replace(
                dense_ties=entries_at(network.ties, senders, receivers),
                dyads=np.ascontiguousarray(dyads, dtype=np.float64).ravel(),
            )
            found += np.where(seen[:, None], block_log_likelihoods(here, draws, 0, len(numbers)).T, 0.0)
        yield numbers, found
