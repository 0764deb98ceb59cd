"""One network as the statistics of goodness of fit read it, with what several of them need counted once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.checking.counting import shared_partners
from latentnet.network import Network
from latentnet.network.sparse import entry_rows, keep_entries

__all__ = ["Seen", "Setting"]

_MOST_VALUES = 20  # of counts; more of them, and values that are not whole numbers, are binned
_N_BINS = 10
_MOST_STEPS, _FEWEST_SOURCES = 200_000_000, 100  # of searches for shortest paths, in one network
_MISSING = "missing"

Ints = np.ndarray[Any, np.dtype[np.int64]]


class Setting:
    """What observed and simulated networks have in common: which dyads were seen, bins of values, categories of actors.

    Parameters
    ----------
    network : Network
        The observed one.
    by : str or None
        An attribute of its actors.
    """

    def __init__(self, network: Network, by: str | None = None) -> None:
        self.network, self.observed, n = network, network.observed, network.n_actors
        self.directed, self.two_mode = network.directed, network.two_mode
        self.n_rows = network.n_row_actors
        self.asked = self.observed.asked
        self.by, self.categories, self.codes = by, [""], np.zeros(n, np.int64)
        if by is not None:
            values = network.attributes[by]
            self.codes, found = pd.factorize(values, sort=False)
            self.categories = [str(value) for value in found]
            if (self.codes < 0).any():
                self.codes = np.where(self.codes < 0, len(found), self.codes)
                self.categories.append(_MISSING)
        values = network.ties.data
        self.whole = bool(np.all(values == np.floor(values)) and np.all(values >= 0.0))
        self.bins = None if self.whole and values.max(initial=0.0) <= _MOST_VALUES else _bins(self)
        self.sources = _sources(n, network.ties.nnz)

    @cached_property
    def n_answered(self) -> int:
        """How many ordered dyads were seen in both directions."""
        n_asked = int(self.asked.sum())
        missing = self.observed.missing
        among = keep_entries(missing, self.asked[entry_rows(missing)] & self.asked[missing.indices], bool)
        return n_asked * (n_asked - 1) - int((among + among.T).nnz)


def _bins(frame: Setting) -> np.ndarray:
    """Edges at quantiles of the observed dyads' values, open at both ends.

    Where 0 would fill more than a bin the others' quantiles are taken, and one bin ends at 0.
    """
    seen, shares = Seen(frame.network, frame), np.linspace(0.0, 1.0, _N_BINS + 1)[1:-1]
    values, apart = seen.tie_values, seen.n_zeros * _N_BINS > frame.observed.n_dyads
    if not apart:
        values = np.concatenate([np.zeros(seen.n_zeros), values])
    inner = np.quantile(values, shares) if len(values) else np.zeros(1)
    if frame.whole:
        inner = np.floor(inner)
    if apart:
        inner = np.append(inner, 0.0)
    return np.concatenate([[-np.inf], np.unique(inner), [np.inf]])


def _sources(n_actors: int, n_entries: int) -> Ints:
    """Actors from whom distances are counted: all, or of many as many as there is time for."""
    most = max(_FEWEST_SOURCES, _MOST_STEPS // (n_actors + n_entries))
    if n_actors <= most:
        return np.arange(n_actors)
    return np.sort(np.random.default_rng(0).choice(n_actors, most, replace=False))


class Seen:
    """The observed dyads of one network. A tie is a value above 0.

    Attributes
    ----------
    pattern : csr_array
        Of ties; symmetric unless the network is directed.
    """

    def __init__(self, network: Network, frame: Setting) -> None:
        self.network, self.frame, self.values = network, frame, network.ties
        self.n = network.n_actors
        pattern = self.values
        if (pattern.data <= 0.0).any():
            pattern = keep_entries(pattern, pattern.data > 0.0)
        if frame.two_mode:
            pattern = sparse.csr_array(pattern + pattern.T)
            pattern.sort_indices()
        self.pattern = pattern
        self.starts, self.others = pattern.indptr.astype(np.int64), pattern.indices.astype(np.int64)

    @property
    def n_ties(self) -> float:
        """Number of ties, each undirected one once."""
        return len(self.others) / self.halves

    @property
    def halves(self) -> int:
        """How often `pattern` has each tie."""
        return 1 if self.frame.directed else 2

    @cached_property
    def shared(self) -> tuple[Ints, Ints]:
        """Ordered pairs by shared partners: those that are tied, and all that share one."""
        return shared_partners(self.starts, self.others, 0, self.n)

    @cached_property
    def either(self) -> sparse.csr_array[Any]:
        """1 where there is a tie in one direction, 2 where there is one in both; symmetric."""
        ones = sparse.csr_array((np.ones(len(self.others)), self.others, self.starts), shape=(self.n, self.n))
        either = sparse.csr_array(ones + ones.T)
        either.sort_indices()
        return either

    @cached_property
    def tie_values(self) -> np.ndarray:
        """Values of the observed dyads that are not 0, each undirected one once."""
        values = self.values.data
        return values if self.frame.network.has_direction else values[entry_rows(self.values) < self.values.indices]

    @property
    def n_zeros(self) -> int:
        """Observed dyads whose value is 0."""
        return self.frame.observed.n_dyads - len(self.tie_values)
