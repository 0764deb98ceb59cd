"""A made-up interview study of several sites in two periods, with the truth behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist

from latentnet._exceptions import ArgumentError
from latentnet._random import RandomState, as_generator
from latentnet.checks import is_whole, one_of
from latentnet.constraints import LABELS, SEED, Rule, checked, whole
from latentnet.network.labels import listing

__all__ = ["InterviewStudy", "make_interview_study"]

Floats = npt.NDArray[np.float64]

PLACES = ("Alderbeck", "Brackmere", "Carrowdale", "Dunholme", "Eskerby", "Fallowmoor")
GIVEN = [
    "Ada", "Amir", "Ben", "Cara", "Dev", "Ella", "Finn", "Gita", "Hana", "Igor", "Jack", "Kate",
    "Leo", "Mina", "Nils", "Olga", "Paul", "Rosa", "Sami", "Tess", "Uma", "Vera", "Will", "Zoe",
]  # fmt: skip
SURNAME_STARTS = [
    "Al", "Ber", "Car", "Dor", "El", "Fen", "Gar", "Hol", "Ing", "Jar",
    "Kel", "Lor", "Mar", "Nor", "Os", "Pel", "Ros", "Sel", "Tor", "Wen",
]  # fmt: skip
SURNAME_ENDS = ["bury", "den", "ford", "ham", "ley", "mond", "sett", "ton", "wick"]
ORGANISATIONS = {
    "Borough Council": "council",
    "County Council": "council",
    "Hospital Trust": "health",
    "Community Trust": "health",
    "Care Forum": "voluntary",
    "Age Network": "voluntary",
}
SENIORITY = {"director": 0.15, "manager": 0.5, "officer": 0.35}
SOUGHT = {"director": 2.4, "manager": 1.2, "officer": 0.0}  # log odds: the senior are gone to more often
SPREAD = {"director": 0.5, "manager": 0.75, "officer": 1.0}  # about the cluster's centre: the senior are nearer to it
CLUSTERS = (0.4, 0.35, 0.25)  # shares of the people
RADIUS = 3.8  # of the circle on which the clusters' centres lie
SIZE = 58  # of a site that intercepts are of; in a larger one people do not go to more of them
AT_HOME = 0.6  # in an organisation of the cluster's own sector for certain; others in any
BRIDGERS, MOVERS, LEAVERS, JOINERS = 0.08, 0.12, 0.1, 0.1  # of the people of a site
DRIFT = 0.15  # of those who stay where they are
MOST_NAMES = 5
FEWEST_PEOPLE, MOST_PEOPLE = 24, 150


class SimulatedKind(NamedTuple):
    """A kind of ties: how its log odds come from seniority and distance."""

    intercept: float
    sought: float  # times `SOUGHT`
    weight: float  # of a distance


KINDS = {"advice": SimulatedKind(-0.8, 1.0, 1.0), "information": SimulatedKind(-1.6, 0.5, 0.6)}


class _Period(NamedTuple):
    """A site at one time."""

    people: pd.DataFrame
    truth: pd.DataFrame
    wishes: dict[str, Floats]  # by kind, (n_people, n_people): a tie is a wish above 0


_PERIOD = whole(0, 1)


@dataclass(frozen=True)
class InterviewStudy:
    """Sites of which people can be asked whom they go to; what `make_interview_study` returns.

    Periods are numbered 0 and 1. Asking somebody again in the same period gets the same answer.

    Attributes
    ----------
    sites : tuple of str
        Names of the sites.
    max_nominations : int
        How many names a respondent may give: 5.
    kinds : tuple of str
        The questions that can be asked: "advice" and "information".
    """

    sites: tuple[str, ...]
    max_nominations: int
    kinds: tuple[str, ...]
    _periods: Mapping[str, tuple[_Period, _Period]] = field(repr=False)

    @checked(period=_PERIOD)
    def people(self, site: str, period: int = 0) -> pd.DataFrame:
        """Everybody who works at a site: the list that a study starts from.

        Parameters
        ----------
        site : str
        period : {0, 1}

        Returns
        -------
        DataFrame by actor
            `organisation`, `sector` and `seniority`.
        """
        return self._at(site, period).people.copy()

    @checked()
    def experts(self, site: str) -> list[str]:
        """The four people whom experts would send the interviewer to first.

        They are the director of each sector to whom most people go, and one more such director.

        Parameters
        ----------
        site : str

        Returns
        -------
        list of four actors
        """
        people, _, wishes = self._at(site, 0)
        known = people.assign(
            rank=people["seniority"].map(list(SENIORITY).index), sought=-(wishes["advice"] > 0).sum(axis=0)
        ).sort_values(["rank", "sought"], kind="stable")
        first = known.groupby("sector", sort=False).head(1).index[:3]
        return [*first, *known.index.difference(first, sort=False)[:1]]

    @checked(respondents=LABELS.or_("one name", lambda value: isinstance(value, str)), period=_PERIOD)
    def ask(self, site: str, respondents: Iterable[str], period: int = 0, *, kind: str = "advice") -> pd.DataFrame:
        """Interview people: whom do you go to? Each gives at most five names.

        Parameters
        ----------
        site : str
        respondents : sequence of actors
            Whom to ask.
        period : {0, 1}
        kind : {"advice", "information"}
            The question: whom do you go to in order to get things done, or from whom do you learn what is going on?

        Returns
        -------
        DataFrame
            `respondent` and `nominee`, a row for every name, the most important first. Who goes to nobody has no row;
            who goes to more than five people names the five that matter most.

        Raises
        ------
        ValueError
            If somebody is not at the site in that period, or is asked twice, or there is no such question.
        """
        people, _, every = self._at(site, period)
        wishes = every[one_of("kind", kind, self.kinds)]
        asked = [respondents] if isinstance(respondents, str) else list(respondents)
        known = set(people.index)
        strangers = [one for one in asked if not (isinstance(one, str) and one in known)]
        if strangers:
            raise ArgumentError(
                f"respondents must be people of {site} in period {period}, but {listing(strangers)} are not; see "
                f"people({site!r}, {period!r})"
            )
        if len(set(asked)) < len(asked):
            raise ValueError(f"respondents must be asked once each, got {asked}")
        actors, rows = people.index.to_numpy(dtype=object), []
        for i in people.index.get_indexer(pd.Index(asked, dtype=object)):
            best = np.argsort(-wishes[i], kind="stable")[: self.max_nominations]
            rows += [(actors[i], actors[j]) for j in best if wishes[i, j] > 0]
        return pd.DataFrame(rows, columns=["respondent", "nominee"])

    @checked(period=_PERIOD)
    def truth(self, site: str, period: int = 0) -> pd.DataFrame:
        """What no interviewer sees.

        Parameters
        ----------
        site : str
        period : {0, 1}

        Returns
        -------
        DataFrame by actor
            Position (`x`, `y`), `cluster`, whether the actor stands between two of them (`bridger`), how many people
            the actor goes to for advice (`n_ties`), and whether the actor moved from the first period to the second
            (`moved`).
        """
        return self._at(site, period).truth.copy()

    def _at(self, site: str, period: int) -> _Period:
        one_of("site", site, self.sites)
        return self._periods[site][period]


def _are_sizes(value: Any) -> bool:
    sizes = list(value)
    return 1 <= len(sizes) <= len(PLACES) and all(is_whole(n) and FEWEST_PEOPLE <= n <= MOST_PEOPLE for n in sizes)


_SIZES = Rule(
    f"numbers of people, integers from {FEWEST_PEOPLE} to {MOST_PEOPLE}, of one to {len(PLACES)} sites", _are_sizes
)


@checked(random_state=SEED, n_people=_SIZES)
def make_interview_study(
    random_state: RandomState = None, *, n_people: Sequence[int] = (58, 84, 123)
) -> InterviewStudy:
    """Draw a study to practise on: people who may name only five, at several sites, in two periods.

    Each site has three clusters of people from six organisations of three sectors. Six in ten of a cluster work in
    its own sector, the others anywhere; directors stand nearer to the centre of their cluster than others, and one in
    twelve people, a director, stands between two clusters. Who goes to whom follows a latent cluster model, P(i goes to
    j) = 1 / (1 + exp(d_ij − b − s_j)) with d_ij the distance of their positions, s_j = 2.4 for directors, 1.2 for
    managers and 0 for others, and b = −0.8 − log(n / 58) at a site of n people. Whoever goes to more than five people
    names the five for whom the utility b + s_j − d_ij plus logistic noise is greatest. From whom people learn what is
    going on (``kind="information"``) follows the same map, but less closely, and seniority counts for half: its log
    odds are −1.6 − log(n / 58) + s_j / 2 − 0.6·d_ij. Before the second period one in
    ten left and as many came, one in eight moved to another cluster, and the others stayed where they were.

    Parameters
    ----------
    random_state : None, int, SeedSequence, Generator or RandomState
    n_people : sequence of int
        People at each of one to six sites, 24 to 150 a site.

    Returns
    -------
    InterviewStudy
        With `people`, `experts`, `ask` and `truth`.

    Raises
    ------
    ValueError
        If `n_people` is out of its range.

    References
    ----------
    West, M. et al. (2014). Health Services and Delivery Research 2 (12): such a study of health and social care.

    Examples
    --------
    >>> study = make_interview_study(random_state=1)
    >>> study.sites
    ('Alderbeck', 'Brackmere', 'Carrowdale')
    >>> people, experts = study.people("Alderbeck"), study.experts("Alderbeck")
    >>> len(people), people.columns.tolist(), len(experts)
    (58, ['organisation', 'sector', 'seniority'], 4)
    >>> bool(study.ask("Alderbeck", experts).groupby("respondent").size().max() <= study.max_nominations)
    True
    """
    rng = as_generator(random_state)
    sites = PLACES[: len(n_people)]
    periods = {site: _site(int(n), rng) for site, n in zip(sites, n_people, strict=True)}
    # the other kinds come last: what a seed gives of advice is older than they are
    for several in periods.values():
        for one in several:
            for kind in list(KINDS)[1:]:
                one.wishes[kind] = _wishes(one.people, one.truth, KINDS[kind], rng)
    return InterviewStudy(sites, MOST_NAMES, tuple(KINDS), periods)


def _site(n: int, rng: np.random.Generator) -> tuple[_Period, _Period]:
    n_joiners = round(JOINERS * n)
    names = _names(n + n_joiners, rng)
    first = _newcomers(names[:n], rng)
    second = _later(first, _newcomers(names[n:], rng), rng)
    first["moved"] = second["moved"].reindex(first.index, fill_value=False)
    return _period(first, rng), _period(second, rng)


def _names(n: int, rng: np.random.Generator) -> list[str]:
    """Names of people, each with a surname that nobody else at the site has."""
    surnames = [start + end for start in SURNAME_STARTS for end in SURNAME_ENDS]
    chosen = rng.choice(len(surnames), n, replace=False)
    return [f"{GIVEN[k]} {surnames[c]}" for k, c in zip(rng.integers(len(GIVEN), size=n), chosen, strict=True)]


def _newcomers(names: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """People with their jobs and places."""
    n = len(names)
    # as many of each kind as its share says: chance would make small sites odd
    cluster = rng.permutation(np.searchsorted(np.cumsum(CLUSTERS), (np.arange(n) + 0.5) / n))
    organisations = list(ORGANISATIONS)
    anywhere = rng.integers(len(organisations), size=n)
    at_home = 2 * cluster + rng.integers(2, size=n)  # two organisations of each sector
    organisation = np.where(rng.random(n) < AT_HOME, at_home, anywhere)
    table = pd.DataFrame({"organisation": [organisations[k] for k in organisation]}, pd.Index(names, name="actor"))
    table["sector"] = table["organisation"].map(ORGANISATIONS)
    table["seniority"] = rng.choice(list(SENIORITY), n, p=list(SENIORITY.values()))
    table["cluster"], table["bridger"], table["moved"] = cluster, False, False
    _settle(table, table.index, rng)
    _set_between(table, table.index[rng.permutation(n)[: round(BRIDGERS * n)]], rng)
    return table


def _settle(table: pd.DataFrame, who: pd.Index, rng: np.random.Generator) -> None:
    """Give these people a place in their cluster."""
    spread = table.loc[who, "seniority"].map(SPREAD).to_numpy()[:, None]
    centres = _centres()[table.loc[who, "cluster"].to_numpy()]
    table.loc[who, ["x", "y"]] = centres + spread * rng.standard_normal((len(who), 2))
    table.loc[who, "bridger"] = False


def _set_between(table: pd.DataFrame, who: pd.Index, rng: np.random.Generator) -> None:
    """Make these people directors half way between their cluster and another."""
    centres, own = _centres(), table.loc[who, "cluster"].to_numpy()
    other = (own + rng.integers(1, len(centres), size=len(who))) % len(centres)
    middle = (centres[own] + centres[other]) / 2
    table.loc[who, ["x", "y"]] = middle + 0.3 * rng.standard_normal((len(who), 2))
    table.loc[who, "bridger"], table.loc[who, "seniority"] = True, "director"


def _centres() -> Floats:
    angles = 2 * np.pi * np.arange(len(CLUSTERS)) / len(CLUSTERS)
    return RADIUS * np.column_stack([np.cos(angles), np.sin(angles)])


def _later(first: pd.DataFrame, joiners: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The second period: some left, some came, some moved."""
    order = rng.permutation(first.index.to_numpy(dtype=object))
    n_leavers, n_movers = round(LEAVERS * len(first)), round(MOVERS * len(first))
    stayed = first.loc[first.index.isin(order[n_leavers:])].copy()
    stayed[["x", "y"]] += DRIFT * rng.standard_normal((len(stayed), 2))
    movers = pd.Index(order[n_leavers : n_leavers + n_movers])
    stayed.loc[movers, "moved"] = True
    step = rng.integers(1, len(CLUSTERS), size=n_movers)
    stayed.loc[movers, "cluster"] = (stayed.loc[movers, "cluster"] + step) % len(CLUSTERS)
    _settle(stayed, movers, rng)
    return pd.concat([stayed, joiners])


def _period(table: pd.DataFrame, rng: np.random.Generator) -> _Period:
    people = table[["organisation", "sector", "seniority"]].copy()
    truth = table[["x", "y", "cluster", "bridger"]].copy()
    wishes = _wishes(people, truth, KINDS["advice"], rng)
    truth["n_ties"] = (wishes > 0).sum(axis=1)
    truth["moved"] = table["moved"]
    return _Period(people, truth, {"advice": wishes})


def _wishes(people: pd.DataFrame, truth: pd.DataFrame, kind: SimulatedKind, rng: np.random.Generator) -> Floats:
    """Log odds of everybody's ties of a kind, and logistic noise."""
    positions, n = truth[["x", "y"]].to_numpy(), len(people)
    sought = kind.sought * people["seniority"].map(SOUGHT).to_numpy()
    log_odds = kind.intercept - np.log(n / SIZE) + sought - kind.weight * cdist(positions, positions)
    wishes = np.asarray(log_odds + rng.logistic(size=(n, n)))
    np.fill_diagonal(wishes, -np.inf)
    return wishes
