"""One network as the statistics of goodness of fit read it, with what several of them need counted once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.checking.counting import shared_partners
from latentnet.network import Network
from latentnet.network.sparse import entries_at, entry_rows, keep_entries

__all__ = ["Seen", "Setting"]

_MOST_VALUES = 20  # of counts; more of them, and values that are not whole numbers, are binned
_N_BINS = 10
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

    def answered(self, rows: Ints, columns: Ints) -> np.ndarray:
        """Whether the opposite directions of dyads were seen too."""
        return self.asked[columns] & (entries_at(self.observed.missing, columns, rows) == 0.0)

    @cached_property
    def n_answered(self) -> int:
        """How many ordered dyads were seen in both directions."""
        n_asked = int(self.asked.sum())
        missing = self.observed.missing
        among = keep_entries(missing, self.asked[entry_rows(missing)] & self.asked[missing.indices], bool)
        return n_asked * (n_asked - 1) - int((among + among.T).nnz)


def _bins(frame: Setting) -> np.ndarray:
    """Edges at quantiles of the observed dyads' values, open at both ends."""
    values = Seen(frame.network, frame).dyad_values
    inner = np.unique(np.quantile(values, np.linspace(0.0, 1.0, _N_BINS + 1)[1:-1])) if len(values) else np.zeros(1)
    return np.concatenate([[-np.inf], inner, [np.inf]])


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
    def dyad_values(self) -> np.ndarray:
        """Values of all observed dyads, each undirected one once, those of 0 first."""
        values = self.values.data
        if not self.frame.network.has_direction:
            values = values[entry_rows(self.values) < self.values.indices]
        return np.concatenate([np.zeros(self.frame.observed.n_dyads - len(values)), values])
