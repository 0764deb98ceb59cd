"""What a network holds and says about itself; `latentnet.network` adds the ways to make one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.network.coverage import coverage_frame, senders
from latentnet.network.observed import ObservedDyads
from latentnet.network.reading import (
    Parts,
    label_index,
    label_pairs,
    object_array,
    same_parts,
    unknown_labels,
    unobserve,
)
from latentnet.network.sparse import frozen, handed_out
from latentnet.network.tables import edge_frame, edge_graph

__all__ = ["NetworkContent", "UnknownActorError"]


class UnknownActorError(KeyError):
    """A label names no actor of the network."""

    def __str__(self) -> str:
        # KeyError shows its argument by repr, which is meant for bare keys and mangles a sentence.
        return str(self.args[0])


class NetworkContent:
    """Immutable content of a `Network`; see there."""

    __slots__ = ("__weakref__", "_parts")

    _parts: Parts

    def __init__(self, parts: Parts) -> None:
        if not isinstance(parts, Parts):
            raise TypeError(
                f"Network cannot be made from an object of type {type(parts).__name__} directly; use "
                "Network.from_networkx, from_igraph, from_array (also scipy.sparse and square DataFrames), "
                "from_edges, from_nominations or from_incidence"
            )
        frozen(parts.ties)  # unpickled arrays are writable again
        design = parts.design
        if design is not None and design.ranks is not None:
            frozen(design.ranks)
        for array in (parts.actors, parts.mode, *((design.n_nominations, design.named_only) if design else ())):
            if array is not None:
                array.flags.writeable = False
        object.__setattr__(self, "_parts", parts)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {name!r}: a Network is immutable; build a new one with Network.from_...")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name!r}: a Network is immutable; build a new one with Network.from_...")

    def __reduce__(self) -> tuple[Any, ...]:
        # Through __init__, since pickle and deepcopy forget that an array was write-protected.
        return type(self), (self._parts,)

    @property
    def actors(self) -> npt.NDArray[np.object_]:
        """Labels in input order, shape (n_actors,), write-protected."""
        return self._parts.actors

    @property
    def n_actors(self) -> int:
        """Number of actors, of both modes together."""
        return len(self._parts.actors)

    @property
    def directed(self) -> bool:
        """Whether the two directions of a dyad are told apart; False in two-mode networks."""
        return self._parts.directed

    @property
    def two_mode(self) -> bool:
        """Whether ties run only from row actors to column actors."""
        return self._parts.mode is not None

    @property
    def mode(self) -> npt.NDArray[np.int64] | None:
        """0 for row actors, 1 for column actors, shape (n_actors,); None unless two-mode."""
        return self._parts.mode

    @property
    def ties(self) -> sparse.csr_array[Any]:
        """Observed non-zero values, csr_array (n_actors, n_actors) of float64 on write-protected arrays."""
        return handed_out(self._parts.ties)

    @property
    def n_ties(self) -> int:
        """Number of observed non-zero dyads, each undirected one once."""
        stored = int(self._parts.ties.nnz)
        return stored if self.directed or self.two_mode else stored // 2

    @property
    def observed(self) -> ObservedDyads:
        """Which dyads were observed."""
        return self._parts.observed

    @property
    def attributes(self) -> pd.DataFrame:
        """Attributes by actor (a copy)."""
        return self._parts.attributes.copy()

    @property
    def respondents(self) -> npt.NDArray[np.object_]:
        """Labels of the actors whose row was observed, at least in part: those who were asked.

        All actors of an undirected network; never the column actors of a two-mode one, who have no row.
        """
        return self._parts.actors[senders(self._parts)]

    @property
    def max_nominations(self) -> int | None:
        """The most names that a respondent was allowed; None where there was no limit."""
        return None if self._parts.design is None else self._parts.design.max_nominations

    @property
    def n_nominations(self) -> npt.NDArray[np.int64] | None:
        """How many names each actor gave, shape (n_actors,): 0 if not asked; None unless from nominations.

        Names of people who are no actors count, and names in dyads that `with_unobserved` hid: a list of
        `max_nominations` was full.
        """
        return None if self._parts.design is None else self._parts.design.n_nominations

    @property
    def ranks(self) -> sparse.csr_array[Any] | None:
        """Place of every name in its respondent's list, csr_array of float64 with the pattern of `ties`, or None.

        1 for the name given first. Places of names that are hidden, or are no actors, are skipped.
        """
        ranks = None if self._parts.design is None else self._parts.design.ranks
        return None if ranks is None else handed_out(ranks)

    @property
    def named_only(self) -> npt.NDArray[np.bool_]:
        """Who is an actor only because someone named him or her, shape (n_actors,).

        All False unless `choice_set` is "named".
        """
        design = self._parts.design
        if design is None or design.named_only is None:
            return np.zeros(self.n_actors, dtype=bool)
        return design.named_only

    @property
    def choice_set(self) -> Literal["given", "named"]:
        """Whether all actors were there to be named whatever happened, "given", or some are `named_only`, "named".

        In the second case the likelihood conditions on those having been named.
        """
        design = self._parts.design
        return "given" if design is None or design.named_only is None else "named"

    def coverage(self) -> pd.DataFrame:
        """Who was asked, how many names each gave, and how often each was named.

        Returns
        -------
        DataFrame
            By actor: `asked` (is among `respondents`); `names_given` (0 for people who were asked and named
            nobody, and for those who were not asked); `list_full` (gave `max_nominations` names, so may have left
            some out); `times_named`; `share_observed`, of the dyads from and to this actor.

        Examples
        --------
        >>> import pandas as pd
        >>> from latentnet.network import Network
        >>> names = pd.DataFrame({"who": ["Ann", "Ann", "Bob"], "whom": ["Bob", "Cy", "Cy"]})
        >>> asked = Network.from_nominations(
        ...     names, respondent="who", nominee="whom", respondents=["Ann", "Bob", "Di"], max_nominations=2
        ... )
        >>> asked.coverage()
               asked  names_given  list_full  times_named  share_observed
        actor
        Ann     True            2       True            0        0.833333
        Bob     True            1      False            1        0.833333
        Cy     False            0      False            2        0.500000
        Di      True            0      False            0        0.833333
        >>> asked.respondents.tolist()
        ['Ann', 'Bob', 'Di']
        """
        return coverage_frame(self._parts)

    def index(self, labels: Iterable[Any]) -> npt.NDArray[np.intp]:
        """Positions in `actors` of the actors with these labels.

        Parameters
        ----------
        labels : sequence of labels

        Returns
        -------
        int ndarray (len(labels),)

        Raises
        ------
        TypeError
            If `labels` is one string.
        UnknownActorError
            If a label names no actor; it is a KeyError.

        Examples
        --------
        >>> from latentnet.network import Network
        >>> Network.from_array([[0, 1], [0, 0]], actors=["a", "b"]).index(["b", "a"]).tolist()
        [1, 0]
        """
        if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
            raise TypeError(f"labels must be a sequence of labels, got {labels!r}; write [{labels!r}] for one actor")
        wanted = label_index(object_array(labels))
        positions = self._parts.attributes.index.get_indexer(wanted)
        if (positions < 0).any():
            unknown = wanted[positions < 0].unique()
            raise UnknownActorError(
                f"labels must name actors of the network, but {unknown_labels(unknown, self.actors)}"
            )
        return positions

    def with_unobserved(self, dyads: Iterable[tuple[Any, Any]]) -> Self:
        """Copy of the network in which some dyads count as unobserved, for instance to hold them out.

        Parameters
        ----------
        dyads : sequence of (sender, receiver) labels
            In an undirected network the order does not matter. Dyads that are unobserved already stay so.

        Returns
        -------
        Network
            Without the ties of these dyads, and their `ranks`; the rest is unchanged.

        Raises
        ------
        TypeError, ValueError
            If an element is no pair, names an actor twice, or runs against the modes of a two-mode network.
        UnknownActorError
            If a label names no actor.

        Examples
        --------
        >>> from latentnet.network import Network
        >>> network = Network.from_array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], actors=["a", "b", "c"])
        >>> held_out = network.with_unobserved([("a", "b"), ("c", "a")])
        >>> held_out.n_ties, held_out.observed.n_dyads
        (2, 4)
        """
        pairs = label_pairs(dyads)
        if not pairs:
            return self
        sender, receiver = (self.index([pair[k] for pair in pairs]) for k in (0, 1))
        return type(self)(unobserve(self._parts, sender, receiver))

    def to_frame(self, *, unobserved: bool = False) -> pd.DataFrame:
        """Table with a row for every tie, which `from_edges` reads; without limits and ranks of lists.

        Parameters
        ----------
        unobserved : bool
            Add a row with value NaN for every unobserved dyad.

        Returns
        -------
        DataFrame
            Columns `sender`, `receiver` (labels), `value`; by sender, then receiver; undirected dyads once,
            the actor who comes first as sender.
        """
        return edge_frame(self._parts, unobserved)

    def to_networkx(self, *, unobserved: bool = False) -> Any:
        """Convert to a `networkx.DiGraph` or `networkx.Graph`, which `from_networkx` reads.

        Parameters
        ----------
        unobserved : bool
            Add an edge of weight None for every unobserved dyad. Not the default: algorithms would take them
            for ties.

        Returns
        -------
        networkx.Graph or networkx.DiGraph
            Ties have `weight`, nodes the attributes of the actors, and `bipartite` (0 or 1) in a two-mode
            network.
        """
        return edge_graph(self._parts, unobserved)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NetworkContent):
            return NotImplemented
        return self is other or same_parts(self._parts, other._parts)

    def __hash__(self) -> int:
        return hash((self.n_actors, self.directed, self.two_mode, self.n_ties))

    def __repr__(self) -> str:
        actors, kind = str(self.n_actors), "directed" if self.directed else "undirected"
        if self.mode is not None:
            n_columns = int(self.mode.sum())
            actors, kind = f"{actors} ({self.n_actors - n_columns} rows + {n_columns} columns)", "two-mode"
        observed = self.observed
        density = f"{self.n_ties / observed.n_dyads:.3g}" if observed.n_dyads else "undefined"
        complete = observed.n_dyads == observed.n_dyads_possible
        # Capped, so that "100.0%" never hides an unobserved dyad.
        share = "all" if complete else f"{min(100 * observed.share, 99.9):.1f}% of"
        design = "" if self._parts.design is None else f"{self._described_design()}, "
        return (
            f"Network(n_actors={actors}, n_ties={self.n_ties}, {kind}, density={density}, observed={share} "
            f"{observed.n_dyads_possible} dyads, {design}attributes={list(self._parts.attributes.columns)})"
        )

    def _described_design(self) -> str:
        cap, n_only = self.max_nominations, int(self.named_only.sum())
        said = [
            f"{len(self.respondents)} of {self.n_actors} asked",
            "any number of names" if cap is None else f"at most {cap} {'name' if cap == 1 else 'names'} each",
            "ranked" if self.ranks is not None else "",
            f"choice_set='named': conditions on {n_only} un-asked having been named"
            if n_only
            else "choice_set='given'",
        ]
        return ", ".join(filter(None, said))
