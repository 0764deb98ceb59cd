"""What observation designs of rows share: the tie family that they wrap, and a row's choice set, gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.compiled import fast_kernel, kernel
from latentnet.families.base import BoundFamily, Family
from latentnet.families.links import LINKS
from latentnet.families.noise import log_above, sum_log_below
from latentnet.signatures import RUN_ACTOR, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = [
    "NominationLists",
    "ObservedBernoulli",
    "end_of_row",
    "gather_row",
    "link_code",
    "ordinary_row",
]


def link_code(family: Family) -> int:
    """By which number compiled code knows a Bernoulli family's link."""
    return LINKS[family.link].code  # type: ignore[attr-defined]


def _full_lists(network: Network) -> np.ndarray:
    """Whose list is as long as the cap allows: (n_actors,) of 0.0 and 1.0."""
    return network.list_full.astype(np.float64)


class ObservedBernoulli(Family):
    """A tie family as a design of observation shows it: another likelihood of the same ties.

    What is predicted is always the tie family's, so a design says nothing of that.
    """

    def __init__(self, family: Family) -> None:
        self.family = family

    @property
    def given(self) -> Family:
        """The tie family."""
        return self.family

    def check(self, network: Network) -> None:
        """Check the ties by the tie family."""
        self.family.check(network)

    def start_intercept(self, mean: float) -> float:
        """Start of the tie family."""
        return self.family.start_intercept(mean)

    def _by_actor(self, network: Network, flags: Any) -> np.ndarray:
        """Data of the verbs, (n_actors, 2): a flag of each actor, and the link's number throughout."""
        data = np.full((network.n_actors, 2), float(link_code(self.family)))
        data[:, 0] = flags
        return data


class NominationLists(ObservedBernoulli):
    """Lists of names, some of them full: each is one unit."""

    unit = "row"

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Data (n_actors, 2): 1.0 where the actor's list is full, and the link's number."""
        return BoundFamily(data=self._by_actor(network, _full_lists(network)))


@kernel
def end_of_row(runs, first):
    """The run after the last one of the actor whose runs start with `first`."""
    last = first
    while last < runs.shape[0] and runs[last, RUN_ACTOR] == runs[first, RUN_ACTOR]:
        last += 1
    return last


@kernel
def gather_row(runs, y, observed, eta, places, gathered):
    """Collect the choice set of one row's runs, the named first: where each is, and its η; return (named, all)."""
    n_named = n = 0
    for named in range(1, -1, -1):
        for r in range(runs.shape[0]):
            for p in range(runs[r, RUN_OFFSET], runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]):
                if observed[p] and (y[p] > 0.0) == (named == 1):
                    places[n], gathered[n] = p, eta[p]
                    n += 1
        if named == 1:
            n_named = n
    return n_named, n


@fast_kernel
def ordinary_row(link, eta, n_named):
    """Log-probability of a row of ties of which the first `n_named` are present."""
    total = sum_log_below(link, eta[n_named:], 0.0)
    for j in range(n_named):
        total += log_above(link, -eta[j])
    return total
