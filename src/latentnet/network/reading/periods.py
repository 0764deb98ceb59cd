"""Reading the networks of a joint model: a sequence of periods, or a mapping from sites to these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from latentnet._exceptions import warn
from latentnet.checks import check_shown, shown
from latentnet.constraints import Rule, goes_through
from latentnet.network.content import SelfTies
from latentnet.network.labels import listing, unique_union
from latentnet.network.network import Network, as_network
from latentnet.network.reading.graphs import is_networkx

__all__ = ["Periods", "given_grid", "read_networks", "with_shared_attributes"]


class Periods(NamedTuple):
    """Networks by site and period; `sites` are labels, None where there is one site without a name."""

    sites: tuple[Any, ...] | None
    networks: tuple[tuple[Network, ...], ...]

    def names(self) -> list[Any]:
        """A label for each network, site by site: its period, or (site, period)."""
        return [
            period if self.sites is None else (self.sites[site], period)
            for site, periods in enumerate(self.networks)
            for period in range(len(periods))
        ]


def read_networks(networks: Any, self_ties: SelfTies = "error") -> Periods:
    """Read and check what the joint models' `fit` takes; `self_ties` as for `as_network`.

    Raises
    ------
    TypeError, ValueError
        If it is no sequence of networks nor a mapping to these, or they cannot be modelled together.
    """
    sites, given = given_grid(networks)
    read = tuple(
        with_shared_attributes([as_network(network, "networks: each one", self_ties) for network in one])
        for one in given
    )
    periods = Periods(sites, read)
    _check(periods)
    _warn_of_waves(periods)
    return periods


def _read(networks: list[Any]) -> list[Network]:
    return [as_network(network, "networks: each") for network in networks]


def _are_several(networks: Any) -> bool:
    one = isinstance(networks, Network | np.ndarray) or is_networkx(networks) or hasattr(networks, "families")
    return not one and goes_through(networks)


_NETWORKS = Rule(
    "a sequence of networks, a period each, or a mapping from sites to these",
    _are_several,
    "; for one network use LatentPositionModel or LatentClusterModel",
)


def given_grid(networks: Any) -> tuple[tuple[Any, ...] | None, list[list[Any]]]:
    """Labels of the sites, and what was given by site and period, unread."""
    _NETWORKS.demand("networks", networks)
    if isinstance(networks, Mapping):
        check_shown("networks: labels of sites", networks)
        return tuple(networks), [list(one) if isinstance(one, list | tuple) else [one] for one in networks.values()]
    return None, [list(networks)]


def with_shared_attributes(periods: list[Network]) -> tuple[Network, ...]:
    """The networks of a site, each with all attributes: what one lacks is taken from the actors' other periods.

    The period before goes first, then the one after; actors who are in none that has the attribute have no value.
    """
    names = unique_union(list(network.attributes.columns) for network in periods)
    found = []
    for period, network in enumerate(periods):
        lacking = [name for name in names if name not in network.attributes.columns]
        others = [*periods[:period][::-1], *periods[period + 1 :]]
        attributes = network.attributes
        for name in lacking:
            columns = [other.attributes[name] for other in others if name in other.attributes.columns]
            known = pd.concat(columns)
            attributes[name] = known[~known.index.duplicated()].reindex(attributes.index)
        found.append(Network(network._parts._replace(attributes=attributes)) if lacking else network)
    return tuple(found)


def _warn_of_waves(given: Periods) -> None:
    """Say that a mapping is of sites, where it looks as if its networks were periods."""
    firsts = [set(periods[0].actors) for periods in given.networks]
    if given.sites is not None and len(firsts) > 1 and all(actors == firsts[0] for actors in firsts):
        warn(
            f"networks is a mapping, so {listing(given.sites)} are sites, whose actors are different people, but all "
            "have the same labels; if they are periods of the same people, use fit([first, second, ...]), and if they "
            "are different people, name them by site, for example (site, number)"
        )


def _check(given: Periods) -> None:
    flat = [network for periods in given.networks for network in periods]
    names = given.names()
    if len(flat) < 2 or not all(given.networks):
        raise ValueError(
            f"networks must hold at least two networks, and one for every site, but has {len(flat)}; for one network "
            "use LatentPositionModel or LatentClusterModel"
        )
    for name, network in zip(names, flat, strict=True):
        if network.two_mode:
            raise ValueError(f"networks must have one mode, but that of {shown(name)} has two; fit it by itself")
        if network.directed != flat[0].directed:
            raise ValueError(
                f"networks must all be directed or all undirected, but that of {shown(names[0])} is "
                f"{flat[0].observed.in_words} and that of {shown(name)} {network.observed.in_words}; build them "
                "with the same directed="
            )
        _check_design(names[0], flat[0], name, network)
    for site, periods in enumerate(given.networks):
        seen = set(periods[0].actors)
        for period, network in enumerate(periods[1:], start=1):
            if seen.isdisjoint(network.actors):
                where = "" if given.sites is None else f" of site {given.sites[site]!r}"
                raise ValueError(
                    f"networks: no actor of period {period}{where} was there before, so nothing connects the periods; "
                    "actors are matched by label: check the spelling (study.near_duplicates)"
                )
            seen.update(network.actors)


def _check_design(first_name: Any, first: Network, name: Any, network: Network) -> None:
    for what, one, other in (
        ("max_nominations given", first.max_nominations is not None, network.max_nominations is not None),
        ("lists of names (from_nominations)", first.n_nominations is not None, network.n_nominations is not None),
        ("ranks", first.ranks is not None, network.ranks is not None),
        ("choice_set", first.choice_set, network.choice_set),
    ):
        if one != other:
            raise ValueError(
                f"networks must have been observed alike, but {what} is {shown(one)} for {shown(first_name)} and "
                f"{shown(other)} for {shown(name)}; build all of them the same way"
            )
