"""Which likelihood a network's design of observation asks for: who was asked, caps, ranks, the choice set."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from latentnet._exceptions import warn
from latentnet.checks import shown
from latentnet.families.designs.capped import CappedBernoulli
from latentnet.families.designs.conditioned import ConditionedBernoulli
from latentnet.families.designs.lists import ObservedBernoulli
from latentnet.families.designs.ranked import RankedBernoulli
from latentnet.families.designs.reciprocal import Reciprocal
from latentnet.families.links import LINKS

if TYPE_CHECKING:
    from latentnet.families.base import Family
    from latentnet.network import Network

__all__ = ["DESIGNS", "DesignEntry", "designs_of_lists", "observed_family", "warn_of_roster"]


class DesignEntry(NamedTuple):
    """A row of the table of designs, from which the documentation's page is generated."""

    summary: str
    wrapper: type[ObservedBernoulli] | None  # None: the tie family itself
    unit: str  # what the likelihood factorises over
    families: tuple[str, ...]  # empty: any
    links: tuple[str, ...]  # of the Bernoulli family; empty: any
    reciprocity: bool  # whether it combines with Reciprocity(); every other effect combines with every design
    directed_only: bool
    two_mode: bool


DESIGNS: dict[str, DesignEntry] = {
    "unobserved dyads": DesignEntry(
        "dyads or whole rows that were not observed are left out (of a pair with reciprocity: summed over)",
        None, "dyad", (), (), True, False, True,
    ),
    "reciprocity": DesignEntry(
        "the two ties of a pair depend on each other", Reciprocal, "pair", ("bernoulli",), ("logit",), True, True, False
    ),
    "max_nominations": DesignEntry(
        "each respondent names at most so many people",
        CappedBernoulli, "row", ("bernoulli",), tuple(LINKS), False, True, False,
    ),
    "ranks": DesignEntry(
        "each respondent names people in order, with or without max_nominations",
        RankedBernoulli, "row", ("bernoulli",), tuple(LINKS), False, True, False,
    ),
    "choice_set='named'": DesignEntry(
        "actors who were not asked are in the data because somebody named them; without max_nominations and ranks",
        ConditionedBernoulli, "network", ("bernoulli",), tuple(LINKS), False, True, False,
    ),
}  # fmt: skip
"""Designs of observation by name."""

_FIXES = {
    "reciprocity": "leave out Reciprocity()",
    "max_nominations": "build the network without max_nominations=",
    "ranks": "build the network without rank=",
    "choice_set='named'": "give the network actors=, the list of everybody who could have been named",
}


def _check(design: str, family: Family, network: Network, reciprocal: bool) -> None:
    """Raise a ValueError where the table refuses the combination."""
    entry, fix = DESIGNS[design], _FIXES[design]
    if family.name not in entry.families:
        raise ValueError(
            f"{design} is defined for ties that are present or absent, family 'bernoulli', but the family is "
            f"{shown(family.name)}; use family='bernoulli', or {fix}"
        )
    link = getattr(family, "link", "logit")
    if link not in entry.links:
        raise ValueError(
            f"{design} is defined for link in {{{', '.join(map(repr, entry.links))}}}, but link is {shown(link)}; use "
            f"Bernoulli(), or {fix}"
        )
    if reciprocal and not entry.reciprocity:
        raise ValueError(
            f"{design} ties a respondent's answers together in the likelihood, so it cannot be combined with "
            f"Reciprocity(), which ties the two answers of a pair together; leave out Reciprocity(), or {fix}"
        )
    if network.two_mode and not entry.two_mode:
        raise ValueError(f"{design} is not defined for two-mode networks, and this one has two modes; {fix}")
    if not network.has_direction and entry.directed_only:
        raise ValueError(
            f"{design} is defined for directed networks, but this one has directed=False; give the ties with their "
            f"directions, or {fix}"
        )


def observed_family(family: Family, network: Network, *, reciprocal: bool) -> Family:
    """The family of a network's likelihood: the tie family, wrapped as the design of observation requires.

    Parameters
    ----------
    family : Family
        The distribution of a tie.
    network : Network
    reciprocal : bool
        Whether the model has the effect `Reciprocity`.

    Returns
    -------
    Family
        `family` itself where the design hides nothing but dyads and rows.

    Raises
    ------
    ValueError
        If the design cannot be combined with the family, with reciprocity or with the kind of network.
    """
    designs = designs_of_lists(network)
    if network.choice_set == "named":
        designs.append("choice_set='named'")
    if reciprocal:
        designs.append("reciprocity")
    for design in designs:
        _check(design, family, network, reciprocal)
    if len(designs) > 1 and designs[-1] == "choice_set='named'":
        designs.pop()  # there is no normaliser for such lists yet: `warn_of_roster`
    wrapper = DESIGNS[designs[-1]].wrapper if designs else None
    return family if wrapper is None else wrapper(family)


def designs_of_lists(network: Network) -> list[str]:
    """Names of what makes lists of names more than rows of ties: a cap, an order."""
    given = {"max_nominations": network.max_nominations, "ranks": network.ranks}
    return [name for name, value in given.items() if value is not None]


def warn_of_roster(network: Network) -> None:
    """Warn where actors are there for having been named, and the likelihood cannot be conditioned on that.

    Parameters
    ----------
    network : Network
    """
    given = designs_of_lists(network)
    if network.choice_set == "named" and given:
        warn(
            "actors who were not asked are in the data only because somebody named them, and there is no normaliser "
            f"yet for lists with {' and '.join(given)}: the roster is "
            "taken as given, so the intercept may be biased upwards; give the network actors=, the list of everybody "
            "who could have been named"
        )
