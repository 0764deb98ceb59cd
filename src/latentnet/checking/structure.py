"""What the networks alone say of a model of them: parts that nothing ties together, lists that are full, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from latentnet.checking.observed import Observed, kinds_of
from latentnet.network.labels import Labels, listing

__all__ = ["MOST_NAMED", "Finding", "of_design", "of_one_network", "of_structure"]

MOST_NAMED = 5
_MANY_FULL = 0.5  # share of lists that are full
_FEW_ASKED = 0.5  # share of dyads observed


class Finding(NamedTuple):
    """A sentence on something that may be wrong, and one on what to do about it."""

    topic: str
    says: str
    do: str  # empty: nothing

    def of(self, where: str) -> Finding:
        """The same, of one network of several."""
        return self._replace(says=f"{where[:1].upper()}{where[1:]}: {self.says}") if where else self


def of_structure(model: Any) -> Iterator[Finding]:
    """What all networks of a model say together of where actors can be."""
    problem = model._problem
    if not problem.n_dims:
        return
    presences, n = problem.presences, problem.n_actors
    seen, links = np.zeros(n, np.int64), sparse.csr_array((n, n))
    for kind in kinds_of(problem):
        actors, network = kind.actors(), kind.problem.network
        seen[actors] += np.sum(network.observed.counts(), axis=0)
        i, j = network.ties.nonzero()
        links = links + sparse.csr_array((np.ones(len(i)), (actors[i], actors[j])), shape=(n, n))
    site, first = np.zeros(n, np.int64), np.arange(n)
    if presences is not None:  # an actor's positions hang on each other over the periods
        steps = np.arange(presences.n_first, n), presences.previous
        links = links + sparse.csr_array((np.ones(len(steps[1])), steps), shape=(n, n))
        site, first = presences.site, presences.actors
    _, labels = connected_components(links, directed=True, connection="weak")
    unknown = np.bincount(first, weights=seen) == 0
    here = np.arange(problem.n_first)
    sites = getattr(model, "sites_", None) or [None]
    for number, name in enumerate(sites):
        some = here[site[here] == number]
        where = "" if name is None else f"site {name!r}"
        for one in _of_parts(model.actors_[some], labels[some], unknown[some]):
            yield one.of(where)


def _of_parts(actors: Labels, labels: np.ndarray, unknown: np.ndarray) -> Iterator[Finding]:
    """Of actors of one space, who are connected where they have the same label."""
    if unknown.any():
        yield Finding(
            "unobserved actors",
            f"Of {listing(actors[unknown])} no dyad was observed: their positions are the prior's.",
            "Read nothing into them, and leave them out of pictures.",
        )
    sizes = np.bincount(labels)
    alone = (sizes[labels] == 1) & ~unknown
    if alone.any():
        yield Finding(
            "isolates",
            f"Without any tie: {listing(actors[alone])}. They are far from everybody, but who knows where.",
            "Read nothing into their direction from the others.",
        )
    several = np.sort(sizes[sizes > 1])[::-1]
    if len(several) > 1:
        yield Finding(
            "components",
            f"No tie joins {len(several)} parts of the network (of {_sizes(several)} actors): they drift, and how far "
            "apart they are, and in which direction, is set by the prior.",
            "Do not read distances between them; or fit the parts one by one.",
        )


def _sizes(several: np.ndarray) -> str:
    return ", ".join(map(str, several[:MOST_NAMED])) + (", ..." if len(several) > MOST_NAMED else "")


def of_one_network(one: Observed) -> Iterator[Finding]:
    """Where the map of one network of several leans on the others."""
    network = one.network
    sent, received = network.observed.counts()
    unknown = sent + received == 0
    if unknown.any():
        yield Finding(
            "unobserved actors",
            f"no dyad of {listing(network.actors[unknown])} was observed here: what is said of them comes from the "
            "other networks.",
            "Read no change into it.",
        )
    _, labels = connected_components(network.ties, directed=True, connection="weak")
    sizes = np.bincount(labels)
    alone = (sizes[labels] == 1) & ~unknown
    if alone.any():
        yield Finding(
            "isolates",
            f"without any tie here: {listing(network.actors[alone])}. In which direction they are from the others is "
            "said by the other networks and by the prior.",
            "Look at the clouds of their positions before you read a move or a difference.",
        )
    several = np.sort(sizes[sizes > 1])[::-1]
    if len(several) > 1:
        yield Finding(
            "components",
            f"no tie joins {len(several)} parts (of {_sizes(several)} actors): how they lie to each other here is said "
            "by the other networks and by the prior.",
            "Look at intervals of the distances between them.",
        )


def _whom_to_ask(one: Observed, n_networks: int) -> str:
    """What says whom to interview next, where somebody can be."""
    network = one.network
    asked = network.observed.asked.all() if network.has_direction else not network.observed.missing.nnz
    if asked or not one.kind.problem.given_family.binary:
        return ""
    if n_networks == 1:
        return "; next_interviews(model, n) says whom to ask next"
    return "; next_interviews says whom to ask next, of model.at(period, site) or of model.layer(name)"


def of_design(one: Observed, n_networks: int) -> Iterator[Finding]:
    """Where who was asked, and how, leaves the question open in one of so many networks."""
    network, observed = one.network, one.network.observed
    if observed.share < _FEW_ASKED:
        yield Finding(
            "coverage",
            f"Only {100 * observed.share:.0f} % of the dyads were observed; what is said of the others is the model's.",
            f"Look at intervals, not at means{_whom_to_ask(one, n_networks)}.",
        )
    if network.max_nominations is not None:
        coverage = network.coverage()
        full = coverage.loc[coverage["asked"], "list_full"]
        if full.mean() > _MANY_FULL:
            yield Finding(
                "full lists",
                f"{int(full.sum())} of {len(full)} lists are full: how many more would have been named is open, and "
                "the intercept with it.",
                "Do not compare the number of ties with that of other studies; allow for more names next time.",
            )
    if network.choice_set == "named":
        yield Finding(
            "choice set",
            "Some actors are in the data only because somebody named them; whom else one could name is not known.",
            "Give from_nominations actors=, the list of everybody who could have been named.",
        )
