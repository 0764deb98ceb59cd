"""Several networks as one: of periods, of sites, or both.

An actor's *presence* is the actor in one network. The joined network has the presences as actors, and no dyad between
two networks counts as observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.network.content import Parts, wholly_observed
from latentnet.network.labels import label_index, object_array
from latentnet.network.network import Network
from latentnet.network.nominations import NONE, Nominations
from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import entry_rows, frozen

__all__ = ["Presences", "join_networks", "whole_networks"]

Ints = npt.NDArray[np.int64]


class Presences(NamedTuple):
    """Who is present when and where, in the order of the joined network.

    The first presence of every actor comes first, site by site; behind them come the later ones.
    """

    site: Ints  # (n_presences,)
    period: Ints  # (n_presences,)
    network: Ints  # (n_presences,) number of the network, by site and then by period
    place: Ints  # (n_presences,) index of the actor there
    n_first: int
    previous: Ints  # (n_presences - n_first,) the presence before each later one
    gaps: Ints  # (n_presences - n_first,) periods in between
    n_sites: int
    n_periods: int  # of the site with most

    @property
    def actors(self) -> Ints:
        """Number of the actor that each presence is of: that of its first presence."""
        found = np.arange(len(self.network))
        for p, before in enumerate(self.previous, start=self.n_first):
            found[p] = found[before]
        return found

    @property
    def site_starts(self) -> Ints:
        """The first presence of each site among those that come first, and their number."""
        return np.searchsorted(self.site[: self.n_first], np.arange(self.n_sites + 1)).astype(np.int64)

    def of_network(self, network: int) -> Ints:
        """Presences in a network, in the order of its actors."""
        found = np.flatnonzero(self.network == network)
        return found[np.argsort(self.place[found])]


def find_presences(networks: Sequence[Sequence[Network]]) -> Presences:
    """Order the actors of networks[site][period]; labels are of a site."""
    first: list[tuple[int, ...]] = []
    later: list[tuple[int, ...]] = []
    number = 0
    for site, periods in enumerate(networks):
        last: dict[Any, tuple[int, int, int]] = {}  # label -> its last period, network and place there
        for period, network in enumerate(periods):
            for place, actor in enumerate(network.actors):
                row = (site, period, number, place)
                (later if actor in last else first).append((*row, *last.get(actor, (-1, -1, -1))))
                last[actor] = (period, number, place)
            number += 1
    rows = np.array(first + later, np.int64).reshape(-1, 7)
    where = {(network, place): p for p, (network, place) in enumerate(rows[:, 2:4].tolist())}
    behind = rows[len(first) :]
    return Presences(
        site=rows[:, 0].copy(),
        period=rows[:, 1].copy(),
        network=rows[:, 2].copy(),
        place=rows[:, 3].copy(),
        n_first=len(first),
        previous=np.array([where[network, place] for network, place in behind[:, 5:7].tolist()], np.int64),
        gaps=behind[:, 1] - behind[:, 4],
        n_sites=len(networks),
        n_periods=max(len(periods) for periods in networks),
    )


def join_networks(networks: Sequence[Sequence[Network]], sites: Sequence[Any] | None) -> tuple[Network, Presences]:
    """Join networks[site][period] into one.

    Parameters
    ----------
    networks : sequence of sequences of Network
        All directed, or all undirected.
    sites : sequence of labels or None
        None: there is one site, and presences are labelled (period, actor) in place of (site, period, actor).
    """
    presences = find_presences(networks)
    flat = [network for periods in networks for network in periods]
    places = [presences.of_network(k) for k in range(len(flat))]
    n = len(presences.network)
    actors = object_array(
        (period, flat[k].actors[place]) if sites is None else (sites[site], period, flat[k].actors[place])
        for site, period, k, place in zip(*(one.tolist() for one in presences[:4]), strict=True)
    )
    index = label_index(actors).rename("actor")
    frames = [network.attributes.set_axis(index[where]) for network, where in zip(flat, places, strict=True)]
    attributes = pd.concat(frames).reindex(index)
    parts = Parts(
        actors=actors,
        ties=_block_matrix([network.ties for network in flat], places, n),
        observed=_observed([network.observed for network in flat], presences, places, flat[0].directed),
        attributes=attributes,
        nominations=_nominations(flat, places, n),
        self_ties=_self_ties(flat, places, n),
    )
    return Network(parts), presences


def whole_networks(network: Network, presences: Presences) -> Network:
    """The joined network with every dyad within the networks observed and no design."""
    return Network(wholly_observed(network._parts, _between(presences, np.ones(len(presences.network), dtype=bool))))


def _block_matrix(matrices: list[Any], places: list[Ints], n: int) -> sparse.csr_array[Any]:
    rows = np.concatenate([where[entry_rows(matrix)] for matrix, where in zip(matrices, places, strict=True)])
    columns = np.concatenate([where[matrix.indices] for matrix, where in zip(matrices, places, strict=True)])
    values = np.concatenate([matrix.data for matrix in matrices])
    return frozen(sparse.csr_array((values, (rows, columns)), shape=(n, n)))


def _between(presences: Presences, rows: npt.NDArray[np.bool_]) -> sparse.csr_array[Any]:
    """Dyads between two networks, in the given rows."""
    n = len(presences.network)
    others = [np.flatnonzero(presences.network != k).astype(np.int32) for k in range(presences.network.max() + 1)]
    counts = np.array([len(one) for one in others])[presences.network] * rows
    columns = np.concatenate([np.zeros(0, np.int32), *(others[k] for k in presences.network[rows])])
    return sparse.csr_array(
        (np.ones(len(columns), dtype=bool), columns, np.concatenate([[0], np.cumsum(counts)])), (n, n)
    )


def _observed(observed: list[ObservedDyads], presences: Presences, places: list[Ints], directed: bool) -> ObservedDyads:
    n = len(presences.network)
    asked = np.ones(n, dtype=bool)
    for one, where in zip(observed, places, strict=True):
        asked[where] = one.asked
    within = _block_matrix([one.missing for one in observed], places, n)
    missing = sparse.csr_array(within + _between(presences, asked))
    impossible = _block_matrix([one.impossible for one in observed], places, n)
    return ObservedDyads(n, directed, asked=asked, missing=missing, impossible=impossible)


def _self_ties(networks: list[Network], places: list[Ints], n: int) -> np.ndarray | None:
    """Those of all networks; of a network that has not kept them they are unobserved."""
    if all(network.self_ties is None for network in networks):
        return None
    found = np.full(n, np.nan)
    for network, where in zip(networks, places, strict=True):
        if network.self_ties is not None:
            found[where] = network.self_ties
    return found


def _nominations(networks: list[Network], places: list[Ints], n: int) -> Nominations:
    if networks[0].n_nominations is None:
        return NONE
    limits, named, only = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, dtype=bool)
    for network, where in zip(networks, places, strict=True):
        assert network.n_nominations is not None  # checked when the networks were read: all were observed alike
        named[where], only[where] = network.n_nominations, network.named_only
        limits[where] = 0 if network._parts.nominations.limits is None else network._parts.nominations.limits
    ranks = [network.ranks for network in networks if network.ranks is not None]
    return Nominations(
        limits=None if networks[0].max_nominations is None else limits,
        n_nominations=named,
        ranks=_block_matrix(ranks, places, n) if ranks else None,
        named_only=only if only.any() else None,
    )
