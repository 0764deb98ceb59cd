"""Network: what was observed, by whom, over which dyads.

Row = sender, column = receiver. Ties are compressed rows, unobserved dyads a mask by rows and by single
dyads: memory is O(actors + ties + unobserved dyads), never actors squared.

What the readers decide, and where it shows:

* An absent tie is an observed 0; NaN or None is an unobserved dyad. Masked entries of a masked array are
  unobserved.
* Labels and their order are kept; NumPy scalars become Python values. Without labels, actors are 0 to n - 1.
* `from_array(directed=None)` reads a symmetric matrix as undirected and any other as directed; the repr says
  which.
* The diagonal must be 0 or NaN; other self-ties are an error, left out with ``self_ties="drop"``, or kept with
  ``self_ties="keep"``: then the whole diagonal was observed, but for NaN, and `effects.Loops` is its term.
* Each dyad comes once in graphs and tables, or it is an error; repeated coordinates of a sparse matrix add
  up, as they do everywhere in scipy, and True and True is True.
* An edge or row without a value among others that have one is an unobserved dyad; graphs, where that may be an
  oversight, warn of it.
* A graph whose nodes have `bipartite` of two values (in igraph also `type` of True and False) is a two-mode network;
  rows are 0, or the value that comes first.
* `impossible` dyads are known not to be: no part of the likelihood, predicted as 0, never simulated.
* In a two-mode network `directed` is False, and all ties run from a row actor to a column actor.
* Names that respondents gave are a directed network in which the rows of all others are unobserved.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet.checks import shown
from latentnet.component import Guiding
from latentnet.constraints import COLUMN, FLAG, FRAME, LABELS, MATRIX, Rule, among, checked, optional
from latentnet.network.content import Parts, SelfTies, exclude, same_parts, unobserve
from latentnet.network.labels import actor_places, dyad_places
from latentnet.network.observed import ObservedDyads
from latentnet.network.reading import (
    got_instead,
    is_igraph,
    is_networkx,
    read_edges,
    read_igraph,
    read_impossible,
    read_incidence,
    read_matrix,
    read_networkx,
    read_nominations,
)
from latentnet.network.sparse import frozen, handed_out
from latentnet.network.tables import coverage_frame, edge_frame, edge_graph, limit_in_words, respondents

__all__ = ["Network", "as_network"]

_SELF_TIES = among(*get_args(SelfTies))
_WEIGHT = optional(Rule("the name of an edge attribute", COLUMN.holds))
_ARRAY = replace(MATRIX, fix="; of a file give pandas.read_csv(path, index_col=0)")
_TABLE = replace(FRAME, fix="; pandas.read_csv(path) reads a file, pandas.DataFrame(rows, columns=[...]) makes one")
_ATTRIBUTES = optional(replace(FRAME, fix="; make one with pandas.DataFrame(attributes, index=actors)"))
_PREFIX = optional(
    Rule(
        "a pair of strings, for rows and for columns, such as ('person ', 'event ')",
        lambda value: isinstance(value, list | tuple) and [type(part) for part in value] == [str, str],
    )
)


class Network(Guiding):
    """An observed network: actors, ties, which dyads were observed, and attributes of actors. Immutable.

    Make one with `from_networkx`, `from_igraph`, `from_array`, `from_edges`, `from_nominations` or
    `from_incidence`; `fit` does so by itself for graphs and square matrices.

    Attributes
    ----------
    actors : object ndarray (n_actors,)
        Labels in input order; in a two-mode network row actors, then column actors.
    n_actors, n_ties : int
        `n_ties` counts observed non-zero dyads, each undirected tie once.
    directed, two_mode, has_direction : bool
    n_row_actors : int
    ties : csr_array (n_actors, n_actors) of float64
        Observed non-zero values, row = sender; undirected ties are stored in both directions.
    observed : ObservedDyads
        Which dyads were observed; `.toarray()` is the full mask.
    impossible : csr_array (n_actors, n_actors) of bool
        Dyads that are known not to be (no officer reports to a subordinate): they are no part of the
        likelihood, are predicted as 0 and never simulated.
    self_ties : ndarray (n_actors,) of float64, or None
        Each actor's tie to itself, NaN where it was not observed, if they were kept (``self_ties="keep"``). They are
        no dyads: they count neither among `ties` nor as `observed`.
    attributes : DataFrame
        By actor; may have no columns. Each access gives a copy.
    mode : int ndarray (n_actors,) or None
        Two-mode networks: 0 for row actors, 1 for column actors.
    respondents : object ndarray (n_respondents,)
        Labels of those whose row was observed.
    max_nominations, n_nominations, list_full, ranks, choice_set, named_only
        How lists of names came about; see `from_nominations` and each of them.

    Notes
    -----
    The arrays are write-protected. Networks are equal if actors, ties, observation (with limits and ranks),
    attributes and kind are.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.from_array(np.array([[0, 1, 0], [1, 0, np.nan], [0, np.nan, 0]]), actors=["a", "b", "c"])
    >>> network
    Network(n_actors=3, n_ties=1, undirected, density=0.5, observed=66.7% of 3 dyads, attributes=[])
    >>> network.observed.n_dyads
    2
    """

    __slots__ = ("__weakref__", "_parts")

    _parts: Parts

    @checked()
    def __init__(self, parts: Parts) -> None:
        if not isinstance(parts, Parts):
            raise TypeError(
                f"Network cannot be made from {shown(parts)} directly: its parts must be what a reader makes; use "
                "Network.from_networkx, from_igraph, from_array (also scipy.sparse and square DataFrames), "
                "from_edges, from_nominations or from_incidence"
            )
        frozen(parts.ties)  # unpickled arrays are writable again
        for array in (parts.actors, parts.self_ties):
            if array is not None:
                array.flags.writeable = False
        object.__setattr__(self, "_parts", parts)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {shown(name)}: a Network is immutable; build a new one with Network.from_...")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(
            f"cannot delete {shown(name)}: a Network is immutable; build a new one with Network.from_..."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Through __init__, since pickle and deepcopy forget that an array was write-protected.
        return type(self), (self._parts,)

    @classmethod
    @checked(weight=_WEIGHT, self_ties=_SELF_TIES)
    def from_networkx(
        cls, graph: Any, weight: str | None = "weight", *, self_ties: SelfTies = "error", impossible: Any = None
    ) -> Network:
        """Read a networkx graph.

        Parameters
        ----------
        graph : networkx.Graph or networkx.DiGraph
            Nodes are actors, in the graph's order; node attributes become `attributes` (NaN where a node has
            none).
        weight : str or None
            Edge attribute that holds the value. None or NaN marks an unobserved dyad, and so does an edge that lacks
            the attribute where others have it, with a warning; where none has it, all ties are 1. ``weight=None``
            ignores weights: every edge has value 1 and is observed.
        self_ties : {"error", "drop", "keep"}
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network
            Two-mode if the nodes have an attribute `bipartite` of two values: 0 (row) and 1 (column), or others, of
            which the one that comes first is the rows'.

        Warns
        -----
        LatentnetWarning
            If edges without a value count as unobserved, or edges have numbers that are not read.

        Raises
        ------
        TypeError, ValueError
            For multigraphs, self-ties, fewer than two actors, values that are not finite real numbers, a
            `weight` that no edge has, or a tie within a mode.

        Examples
        --------
        >>> import networkx as nx
        >>> network = Network.from_networkx(nx.karate_club_graph(), weight=None)
        >>> network.n_actors, network.n_ties, list(network.attributes)
        (34, 78, ['club'])
        """
        return cls(read_networkx(graph, weight, self_ties))._excluding(impossible)

    @classmethod
    @checked(weight=_WEIGHT, self_ties=_SELF_TIES)
    def from_igraph(
        cls, graph: Any, weight: str | None = "weight", *, self_ties: SelfTies = "error", impossible: Any = None
    ) -> Network:
        """Read an igraph graph, as `from_networkx` reads a networkx graph.

        Parameters
        ----------
        graph : igraph.Graph
            Vertex attribute `name` labels the actors (0 to n - 1 if there is none); the others become
            `attributes`.
        weight : str or None
            Edge attribute that holds the value, NaN for an unobserved dyad; None too, with a warning, since igraph
            stores None for edges that were never given a value. Without such an attribute, or with ``weight=None``,
            every edge has value 1.
        self_ties : {"error", "drop", "keep"}
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network
            Two-mode if the vertices have an attribute `type` of True (column) and False, or `bipartite`.

        Warns
        -----
        LatentnetWarning
            As `from_networkx`.

        Raises
        ------
        TypeError, ValueError
            As `from_networkx`.
        """
        return cls(read_igraph(graph, weight, self_ties))._excluding(impossible)

    @classmethod
    @checked(
        array=_ARRAY, actors=optional(LABELS), directed=optional(FLAG), attributes=_ATTRIBUTES, self_ties=_SELF_TIES
    )
    def from_array(
        cls,
        array: Any,
        actors: Iterable[Any] | None = None,
        directed: bool | None = None,
        attributes: pd.DataFrame | None = None,
        *,
        self_ties: SelfTies = "error",
        impossible: Any = None,
    ) -> Network:
        """Read a square matrix: rows send, columns receive.

        Parameters
        ----------
        array : array-like (n_actors, n_actors), scipy.sparse matrix or array, or DataFrame
            NaN, None, or masked: unobserved dyad. In a sparse matrix an explicit NaN is unobserved, a
            repeated coordinate adds up. A DataFrame has equal labels in its index and its columns.
        actors : sequence of labels, optional
            Default: a DataFrame's labels, else 0 to n_actors - 1.
        directed : bool, optional
            None: undirected if the matrix (with its NaNs) is symmetric, else directed.
        attributes : DataFrame, optional
            Indexed by actor label, every actor once, in any order.
        self_ties : {"error", "drop", "keep"}
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network

        Raises
        ------
        TypeError, ValueError
            If the matrix is not square, is asymmetric though ``directed=False``, has self-ties, infinite
            values or values that are no real numbers; if there are fewer than two actors; if labels are
            missing or repeat.
        """
        return cls(read_matrix(array, actors, directed, attributes, self_ties))._excluding(impossible)

    @classmethod
    @checked(
        frame=_TABLE,
        source=COLUMN,
        target=COLUMN,
        value=optional(COLUMN),
        actors=optional(LABELS),
        directed=FLAG,
        attributes=_ATTRIBUTES,
        self_ties=_SELF_TIES,
    )
    def from_edges(
        cls,
        frame: pd.DataFrame,
        source: Hashable,
        target: Hashable,
        value: Hashable | None = None,
        *,
        actors: Iterable[Any] | None = None,
        directed: bool = False,
        attributes: pd.DataFrame | None = None,
        self_ties: SelfTies = "error",
        impossible: Any = None,
    ) -> Network:
        """Read a table with a row for every tie.

        Parameters
        ----------
        frame : DataFrame
        source, target : column names
            The two actors' labels.
        value : column name, optional
            NaN or None: unobserved dyad. Default: every tie has value 1.
        actors : sequence of labels, optional
            All actors in order, also those without ties. Default: in order of appearance, row by row.
        directed : bool
            Undirected by default: a dyad is one row, in either order.
        attributes : DataFrame, optional
            Indexed by actor label, every actor once, in any order.
        self_ties : {"error", "drop", "keep"}
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network

        Raises
        ------
        TypeError, ValueError
            If a column is not there, a dyad comes twice, an actor is not in `actors`, and as `from_array`.

        Examples
        --------
        >>> import pandas as pd
        >>> advice = pd.DataFrame({"who": ["Ann", "Bob"], "whom": ["Bob", "Cy"]})
        >>> Network.from_edges(advice, "who", "whom", directed=True).actors.tolist()
        ['Ann', 'Bob', 'Cy']
        """
        parts = read_edges(frame, source, target, value, actors, directed, attributes, self_ties)
        return cls(parts)._excluding(impossible)

    @classmethod
    @checked(
        frame=_TABLE,
        respondent=COLUMN,
        nominee=replace(
            COLUMN, fix="; of a column for each name make a row of each name: frame.melt(id_vars=...).dropna()"
        ),
        respondents=optional(LABELS),
        rank=optional(COLUMN),
        actors=optional(LABELS),
        attributes=_ATTRIBUTES,
    )
    def from_nominations(
        cls,
        frame: pd.DataFrame,
        *,
        respondent: Hashable,
        nominee: Hashable,
        respondents: Iterable[Any] | None = None,
        max_nominations: int | Mapping[Any, int] | pd.Series[int] | None = None,
        rank: Hashable | None = None,
        actors: Iterable[Any] | None = None,
        attributes: pd.DataFrame | None = None,
        impossible: Any = None,
    ) -> Network:
        """Read a table with a row for every name that a respondent gave.

        The network is directed, its ties are 1, and the row of everyone who was not asked is unobserved.

        Parameters
        ----------
        frame : DataFrame
        respondent, nominee : column names
            Who was asked, and whom he or she named.
        respondents : sequence of labels, optional
            Everyone who was asked, also those who named nobody. Default: whoever is in column `respondent`. Leave
            out anyone whose list was partly lost, with its rows: nothing is known of a list with gaps.
        max_nominations : int, or mapping or Series of int by respondent, optional
            The most names that a respondent was allowed; a list of that length may lack some. Default: no limit.
        rank : column name, optional
            Order in which a respondent gave the names: 1, 2, ... Names of equal importance are tied: 1, 2, 2, 4 or 1,
            2, 2, 3 (up to 8 names a rank, but for the first). Default: the order means nothing.
        actors : sequence of labels, optional
            Everyone whom a respondent could have named, in order, also those whom nobody named. Names of others
            count towards `max_nominations` and are left out with a warning. Default: all people in the table, in
            order of appearance, then the other respondents; as those who were not asked are there only because
            someone named them (`choice_set` is "named"), the likelihood conditions on that.
        attributes : DataFrame, optional
            Indexed by actor label, every actor once, in any order.
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network

        Warns
        -----
        LatentnetWarning
            If names are not in `actors`.

        Raises
        ------
        TypeError, ValueError
            If a name is missing, someone names himself or herself or the same person twice, gives more than
            `max_nominations` names or is not in `respondents` or `actors`; if ranks are not 1 to the number of names,
            with or without ties.

        Examples
        --------
        >>> import pandas as pd
        >>> names = pd.DataFrame({"who": ["Ann", "Ann", "Bob"], "whom": ["Bob", "Cy", "Cy"]})
        >>> Network.from_nominations(
        ...     names, respondent="who", nominee="whom", max_nominations=2, actors="Ann Bob Cy".split()
        ... )
        Network(n_actors=3, n_ties=3, directed, density=0.75, observed=66.7% of 6 dyads, 2 of 3 asked, at most 2 names
        each, choice_set='given', attributes=[])
        """
        parts = read_nominations(frame, respondent, nominee, respondents, max_nominations, rank, actors, attributes)
        return cls(parts)._excluding(impossible)

    @classmethod
    @checked(matrix=MATRIX, rows=optional(LABELS), columns=optional(LABELS), attributes=_ATTRIBUTES, prefix=_PREFIX)
    def from_incidence(
        cls,
        matrix: Any,
        *,
        rows: Iterable[Any] | None = None,
        columns: Iterable[Any] | None = None,
        attributes: pd.DataFrame | None = None,
        prefix: tuple[str, str] | None = None,
        impossible: Any = None,
    ) -> Network:
        """Read a two-mode network: rows are actors of one kind, columns of another.

        Ties run only between the kinds.

        Parameters
        ----------
        matrix : array-like (n_rows, n_columns), scipy.sparse matrix or array, or DataFrame
            NaN, None, or masked: unobserved dyad.
        rows, columns : sequences of labels, optional
            Default: a DataFrame's labels, else 0 to n_rows - 1 for rows and n_rows to n_actors - 1 for
            columns.
        attributes : DataFrame, optional
            Indexed by actor label (rows and columns, with their prefix), every actor once, in any order.
        prefix : pair of str, optional
            Put before the labels of rows and of columns, to tell equal labels apart.
        impossible : bool matrix, or sequence of (sender, receiver) labels, optional
            Dyads that cannot be tied; see `impossible` among the attributes.

        Returns
        -------
        Network
            `actors` are the rows, then the columns.

        Raises
        ------
        TypeError, ValueError
            If a label is in both modes, a mode is empty, or a value is not a finite real number.

        Examples
        --------
        >>> went = Network.from_incidence([[1, 0, 1], [0, 1, 1]], rows=["Ann", "Bob"], columns=["tea", "ball", "fair"])
        >>> went.n_actors, went.n_ties, went.observed.n_dyads
        (5, 4, 6)
        """
        return cls(read_incidence(matrix, rows, columns, attributes, prefix))._excluding(impossible)

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
        return self._parts.observed.directed

    @property
    def two_mode(self) -> bool:
        """Whether ties run only from row actors to column actors."""
        return self._parts.observed.two_mode

    @property
    def has_direction(self) -> bool:
        """Whether every dyad has a sender and a receiver: in directed and in two-mode networks."""
        return self._parts.observed.has_direction

    @property
    def n_row_actors(self) -> int:
        """Number of actors who can send ties, and come first: all, or the row actors of a two-mode network."""
        return self._parts.observed.n_row_actors

    @property
    def mode(self) -> npt.NDArray[np.int64] | None:
        """0 for row actors, 1 for column actors, shape (n_actors,), write-protected; None unless two-mode."""
        if not self.two_mode:
            return None
        mode = (np.arange(self.n_actors) >= self.n_row_actors).astype(np.int64)
        mode.flags.writeable = False
        return mode

    @property
    def ties(self) -> sparse.csr_array[Any]:
        """Observed non-zero values, csr_array (n_actors, n_actors) of float64 on write-protected arrays."""
        return handed_out(self._parts.ties)

    @property
    def n_ties(self) -> int:
        """Number of observed non-zero dyads, each undirected one once."""
        stored = int(self._parts.ties.nnz)
        return stored if self.has_direction else stored // 2

    @property
    def observed(self) -> ObservedDyads:
        """Which dyads were observed."""
        return self._parts.observed

    @property
    def impossible(self) -> sparse.csr_array[Any]:
        """Dyads that cannot be tied, bool csr_array (n_actors, n_actors) on write-protected arrays."""
        return self._parts.observed.impossible

    @property
    def self_ties(self) -> npt.NDArray[np.float64] | None:
        """Each actor's tie to itself, shape (n_actors,), write-protected, NaN where unobserved; None if not kept."""
        return self._parts.self_ties

    def _excluding(self, impossible: Any) -> Network:
        """The network as read, without the dyads that cannot be tied."""
        return self if impossible is None else Network(exclude(self._parts, read_impossible(impossible, self)))

    @property
    def attributes(self) -> pd.DataFrame:
        """Attributes by actor (a copy)."""
        return self._parts.attributes.copy()

    @property
    def respondents(self) -> npt.NDArray[np.object_]:
        """Labels of the actors whose row was observed, at least in part: those who were asked.

        All actors of an undirected network; never the column actors of a two-mode one, who have no row.
        """
        return self._parts.actors[respondents(self._parts)]

    @property
    def max_nominations(self) -> int | pd.Series[int] | None:
        """The most names that a respondent was allowed; a Series by respondent if they differ, None without a limit."""
        limits = self._parts.nominations.limits
        if limits is None:
            return None
        known = pd.Series(limits, self._parts.attributes.index, name="max_nominations")[limits > 0]
        return int(known.iloc[0]) if known.nunique() == 1 else known

    @property
    def list_full(self) -> npt.NDArray[np.bool_]:
        """Who gave as many names as allowed, so may have left some out, shape (n_actors,)."""
        limits, given = self._parts.nominations.limits, self._parts.nominations.n_nominations
        if limits is None or given is None:
            return np.zeros(self.n_actors, dtype=bool)
        return (given >= limits) & (limits > 0)

    @property
    def n_nominations(self) -> npt.NDArray[np.int64] | None:
        """How many names each actor gave, shape (n_actors,): 0 if not asked; None unless from nominations.

        Names of people who are no actors count, and names in dyads that `with_unobserved` hid: a list of
        `max_nominations` was full.
        """
        return self._parts.nominations.n_nominations

    @property
    def ranks(self) -> sparse.csr_array[Any] | None:
        """Place of every name in its respondent's list, csr_array of float64 with the pattern of `ties`, or None.

        1 for the name given first; tied names have the first of the places that they share. Places of names that are
        hidden, or are no actors, are skipped.
        """
        ranks = self._parts.nominations.ranks
        return None if ranks is None else handed_out(ranks)

    @property
    def named_only(self) -> npt.NDArray[np.bool_]:
        """Who is an actor only because someone named him or her, shape (n_actors,).

        All False unless `choice_set` is "named".
        """
        named_only = self._parts.nominations.named_only
        return np.zeros(self.n_actors, dtype=bool) if named_only is None else named_only

    @property
    def choice_set(self) -> Literal["given", "named"]:
        """Whether all actors were there to be named whatever happened, "given", or some are `named_only`, "named".

        In the second case the likelihood conditions on those having been named.
        """
        return "given" if self._parts.nominations.named_only is None else "named"

    @checked()
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

    @checked()
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
        return actor_places(labels, self._parts.attributes.index)

    @checked()
    def with_unobserved(self, dyads: Iterable[tuple[Any, Any]]) -> Network:
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
        senders, receivers = dyad_places(self, dyads)
        return Network(unobserve(self._parts, senders, receivers)) if len(senders) else self

    @checked(unobserved=FLAG)
    def to_frame(self, *, unobserved: bool = False) -> pd.DataFrame:
        """Table with a row for every tie, which `from_edges` reads; without limits and ranks of lists.

        Parameters
        ----------
        unobserved : bool
            Add a row with value NaN for every unobserved dyad that may be tied. Impossible ones have no row.

        Returns
        -------
        DataFrame
            Columns `sender`, `receiver` (labels), `value`; by sender, then receiver; undirected dyads once,
            the actor who comes first as sender.
        """
        return edge_frame(self._parts, unobserved)

    @checked(unobserved=FLAG)
    def to_networkx(self, *, unobserved: bool = False) -> Any:
        """Convert to a `networkx.DiGraph` or `networkx.Graph`, which `from_networkx` reads.

        Parameters
        ----------
        unobserved : bool
            Add an edge of weight None for every unobserved dyad. Not the default: algorithms would take them
            for ties. Impossible dyads have no edge.

        Returns
        -------
        networkx.Graph or networkx.DiGraph
            Ties have `weight`, nodes the attributes of the actors, and `bipartite` (0 or 1) in a two-mode
            network.
        """
        return edge_graph(self._parts, unobserved)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        return self is other or same_parts(self._parts, other._parts)

    def __hash__(self) -> int:
        return hash((self.n_actors, self.directed, self.two_mode, self.n_ties))

    def __repr__(self) -> str:
        actors, observed = str(self.n_actors), self.observed
        if self.two_mode:
            actors = f"{actors} ({self.n_row_actors} rows + {self.n_actors - self.n_row_actors} columns)"
        density = f"{self.n_ties / observed.n_dyads:.3g}" if observed.n_dyads else "undefined"
        complete = observed.n_dyads == observed.n_dyads_possible
        # Capped, so that "100.0%" never hides an unobserved dyad.
        share = "all" if complete else f"{min(100 * observed.share, 99.9):.1f}% of"
        design = "" if self.n_nominations is None else f"{self._described_design()}, "
        never = f"{self.impossible.nnz // (1 if self.has_direction else 2)} impossible, " if self.impossible.nnz else ""
        return (
            f"Network(n_actors={actors}, n_ties={self.n_ties}, {observed.in_words}, density={density}, "
            f"observed={share} {observed.n_dyads_possible} dyads, {self._described_self_ties()}{never}{design}"
            f"attributes={list(self._parts.attributes.columns)})"
        )

    def _described_self_ties(self) -> str:
        loops = self.self_ties
        if loops is None:
            return ""
        return f"{np.count_nonzero(np.nan_to_num(loops))} of {np.count_nonzero(~np.isnan(loops))} self-ties, "

    def _described_design(self) -> str:
        cap, n_only = self.max_nominations, int(self.named_only.sum())
        said = [
            f"{len(self.respondents)} of {self.n_actors} asked",
            "any number of names" if cap is None else f"at most {limit_in_words(cap)} each",
            "ranked" if self.ranks is not None else "",
            f"choice_set='named': conditions on {n_only} un-asked having been named"
            if n_only
            else "choice_set='given'",
        ]
        return ", ".join(filter(None, said))


def as_network(network: Any, argument: str = "network", self_ties: SelfTies = "error") -> Network:
    """Read whatever `fit` takes as a `Network`; a `Network` is returned as it is.

    Parameters
    ----------
    network : Network, networkx.Graph, networkx.DiGraph, igraph.Graph, square ndarray, scipy.sparse matrix or
    DataFrame
        Read by the constructor for its type, with that one's defaults.
    argument : str
        What messages call it.
    self_ties : {"error", "drop", "keep"}
        What is done with them, in what is not a `Network` yet.

    Returns
    -------
    Network

    Raises
    ------
    TypeError, ValueError
        If it is of another type, or cannot be read (see the constructors).
    """
    if isinstance(network, Network):
        return network
    if is_networkx(network):
        return Network.from_networkx(network, self_ties=self_ties)
    if is_igraph(network):
        return Network.from_igraph(network, self_ties=self_ties)
    if isinstance(network, np.ndarray | pd.DataFrame) or sparse.issparse(network):
        return Network(read_matrix(network, self_ties=self_ties, argument=argument))
    raise TypeError(
        f"{argument} must be a latentnet Network, a networkx or igraph graph, a square numpy array, a scipy.sparse "
        f"matrix or a square DataFrame, {got_instead(network)}"
    )
