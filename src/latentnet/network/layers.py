"""Several kinds of ties among the same actors: `Layers`, and what a model makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.checks import check_shown, fits_square, shown
from latentnet.component import Guiding
from latentnet.constraints import checked, instance, optional
from latentnet.network.content import SelfTies
from latentnet.network.joined import Presences, join_networks
from latentnet.network.labels import label_index, listing, object_array, unique_union
from latentnet.network.network import Network, as_network
from latentnet.network.reading.periods import Periods, given_grid, read_networks, with_shared_attributes
from latentnet.network.sparse import entry_rows

__all__ = ["Given", "Layers", "Stack", "as_given", "given_periods"]


class Stack(NamedTuple):
    """Layers as a model takes them; where there are several periods, each layer's are joined to one network."""

    names: tuple[str, ...]
    networks: tuple[Network, ...]
    presences: tuple[Presences | None, ...]
    families: Mapping[str, Any]  # of layers that have one of their own: a name or a Family


class Given(NamedTuple):
    """What a model is fitted to."""

    network: Network  # several periods or sites joined to one, and of layers their union
    presences: Presences | None = None  # where several networks were joined: who is who
    stack: Stack | None = None  # the layers, where there are some


def as_given(network: Any, self_ties: SelfTies = "error") -> Given:
    """What the models of one network are fitted to: a network, or layers; `self_ties` as for `as_network`."""
    if isinstance(network, Layers):
        return Given(network.union(), None, network.stack)
    return Given(as_network(network, self_ties=self_ties))


_NETWORKS = instance("a mapping from the layers' names to networks, such as {'advice': network}", Mapping)
_FAMILIES = optional(instance("a mapping from layers' names to families; the family of all is the model's", Mapping))


class Layers(Guiding):
    """Several kinds of ties among the same actors, for one map of all of them.

    Every estimator takes it in place of a network: friendship and advice, trade and alliances, calls and meetings.
    Actors are matched by label, and may be missing from some of the layers; these may differ in family, in direction
    and in who was asked. An attribute that one layer lacks is taken from the others.

    Parameters
    ----------
    networks : mapping from names to networks
        Each as for `LatentPositionModel.fit`. Distances of the map are in units of the first one.
    families : mapping from names to families, or None
        Families of layers that have another one than the model, such as ``{"information": "poisson"}``.

    Raises
    ------
    TypeError
        If `networks` is no mapping, or a name is no string.
    ValueError
        If there are no networks, one has two modes, some share no actor with the others, or `families` names a layer
        that there is not.

    References
    ----------
    Gollini, I. & Murphy, T. B. (2016). Joint modeling of multiple network views. Journal of Computational and Graphical
    Statistics 25, 246–265.
    Salter-Townshend, M. & McCormick, T. H. (2017). Latent space models for multiview network data. Annals of Applied
    Statistics 11, 1217–1244.

    Examples
    --------
    >>> import networkx as nx
    >>> from latentnet import Layers
    >>> advice, information = nx.path_graph(["Ann", "Bob", "Cy"]), nx.path_graph(["Bob", "Cy", "Dan"])
    >>> Layers({"advice": advice, "information": information})
    Layers(2 layers, 4 actors: advice (3 actors, undirected), information (3 actors, undirected))
    """

    __slots__ = ("_families", "_networks")

    _families: dict[str, Any]
    _networks: dict[str, Network]

    @checked(networks=_NETWORKS, families=_FAMILIES)
    def __init__(self, networks: Mapping[str, Any], families: Mapping[str, Any] | None = None) -> None:
        names = tuple(networks)
        for name in names:
            if not (isinstance(name, str) and name):
                raise TypeError(f"networks: names of layers must be strings, but one is {shown(name)}")
        check_shown("networks: names of layers", names)
        if not names:
            raise ValueError("networks must hold at least one layer, but is empty")
        read = [as_network(network, f"networks[{name!r}]") for name, network in networks.items()]
        _check(names, read)
        given = {} if families is None else families
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"families names {shown(unknown[0])}, which is no layer; there are {listing(names)}")
        self._networks = dict(zip(names, with_shared_attributes(read), strict=True))
        self._families = dict(given)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers, in the order given."""
        return tuple(self._networks)

    @property
    def families(self) -> dict[str, Any]:
        """Families of layers that have one of their own, as they were given."""
        return dict(self._families)

    @property
    def actors(self) -> npt.NDArray[np.object_]:
        """Labels of all who are in some layer, those of the first one first."""
        return object_array(unique_union(list(network.actors) for network in self._networks.values()))

    @property
    def stack(self) -> Stack:
        """What a model takes."""
        networks = tuple(self._networks.values())
        return Stack(self.names, networks, (None,) * len(networks), self._families)

    @checked()
    def union(self) -> Network:
        """The network of who has any kind of tie with whom; a dyad is unobserved where it is in every layer."""
        return _united(tuple(self._networks.values()))

    def __getitem__(self, name: str) -> Network:
        if name not in self._networks:
            raise KeyError(f"there is no layer {shown(name)}; there are {listing(self.names)}")
        return self._networks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._networks)

    def __len__(self) -> int:
        return len(self._networks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Layers):
            return NotImplemented
        mine, theirs = (list(one._networks.items()) for one in (self, other))
        return mine == theirs and self._families == other._families

    def __hash__(self) -> int:
        return hash(tuple(self._networks.items()))

    def __repr__(self) -> str:
        about = (f"{name} ({one.n_actors} actors, {one.observed.in_words})" for name, one in self._networks.items())
        return f"Layers({len(self)} layers, {len(self.actors)} actors: {', '.join(about)})"


def given_periods(networks: Any, self_ties: SelfTies = "error") -> tuple[Given, Periods, dict[str, Periods]]:
    """What the models of several networks are fitted to: networks by site and period, or `Layers` of these.

    `self_ties` is as for `as_network`.

    Returns
    -------
    given : Given
    several : Periods
        The networks; of layers, their unions.
    of_layers : dict of str to Periods
        The networks of each layer; empty without.

    Raises
    ------
    TypeError, ValueError
        As for `read_networks`; and if some are `Layers` and others not, or they have different layers or families.
    """
    sites, grid = given_grid(networks)
    flat = [one for periods in grid for one in periods]
    if not any(isinstance(one, Layers) for one in flat):
        several = read_networks(networks, self_ties)
        return Given(*join_networks(several.networks, several.sites)), several, {}
    first = next(one for one in flat if isinstance(one, Layers))
    for one in flat:
        if not isinstance(one, Layers):
            raise TypeError(f"networks must all be Layers, or none of them, but one is a {type(one).__name__}")
        if set(one.names) != set(first.names) or one.families != first.families:
            raise ValueError(
                f"networks must all have the same layers and families, but one has {listing(first.names)} and another "
                f"{listing(one.names)}; give a layer that was not recorded as a network of NaN"
            )

    def read(chosen: Any) -> Periods:
        each = [[chosen(one) for one in periods] for periods in grid]
        return read_networks(each[0] if sites is None else dict(zip(sites, each, strict=True)))

    of_layers = {name: read(lambda one, name=name: one[name]) for name in first.names}
    several = read(lambda one: one.union())
    joined = [join_networks(one.networks, one.sites) for one in of_layers.values()]
    networks_of, presences_of = zip(*joined, strict=True)
    stack = Stack(first.names, networks_of, presences_of, first.families)
    return Given(*join_networks(several.networks, several.sites), stack), several, of_layers


def _check(names: Sequence[str], networks: Sequence[Network]) -> None:
    for name, network in zip(names, networks, strict=True):
        if network.two_mode:
            raise ValueError(f"networks: layers must have one mode, but {shown(name)} has two; fit it by itself")
    apart = _apart(dict(zip(names, [set(network.actors) for network in networks], strict=True)))
    if apart:
        others = [name for name in names if name not in apart]
        raise ValueError(
            f"networks: no actor of {listing(others)} is in {listing(apart)}, so nothing connects their maps; "
            "actors are matched by label: check the spelling (study.near_duplicates)"
        )


def _apart(actors: Mapping[str, set[Any]]) -> list[str]:
    """Layers that no chain of layers with actors in common leads to from the first one."""
    left = dict(actors)
    reached = left.pop(next(iter(left)))
    while near := [name for name, who in left.items() if not reached.isdisjoint(who)]:
        reached = reached.union(*(left.pop(name) for name in near))
    return list(left)


def _united(networks: Sequence[Network]) -> Network:
    """One network of all layers' ties; that of a single layer is its own."""
    if len(networks) == 1:
        return networks[0]
    actors = object_array(unique_union(list(network.actors) for network in networks))
    n, directed = len(actors), any(network.directed for network in networks)
    index = label_index(actors)
    rows, columns = [], []
    fits_square("what some layer has observed", n, 30.0, fix="fit the layers one by one")
    seen = np.zeros((n, n), dtype=bool)
    for network in networks:
        place = index.get_indexer(label_index(network.actors))
        rows.append(place[entry_rows(network.ties)])
        columns.append(place[network.ties.indices])
        seen[np.ix_(place, place)] |= network.observed.toarray()
    np.fill_diagonal(seen, True)
    ties = sparse.coo_array((np.ones(sum(map(len, rows))), (np.concatenate(rows), np.concatenate(columns))), (n, n))
    found = (ties.tocsr() > 0).astype(np.float64)
    i, j = np.nonzero(~seen)
    hidden = sparse.coo_array((np.full(len(i), np.nan), (i, j)), (n, n))
    attributes = pd.concat([network.attributes for network in networks])
    attributes = attributes[~attributes.index.duplicated()].reindex(index.rename(attributes.index.name))
    return Network.from_array(
        sparse.csr_array(found + hidden.tocsr()), directed=directed, actors=actors, attributes=attributes
    )
