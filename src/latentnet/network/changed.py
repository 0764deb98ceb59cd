"""The same actors under another observation: everything seen, other ties, or the same interviews again."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from latentnet.network.content import exclude, unobserve, wholly_observed
from latentnet.network.network import Network
from latentnet.network.nominations import NONE
from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import codes, entry_rows, frozen, keep_entries

__all__ = [
    "folded",
    "fully_observed",
    "hidden_as",
    "matched",
    "of_self_ties",
    "replayed",
    "with_impossible",
    "with_ties",
    "without_design",
    "without_self_ties",
    "without_self_ties_of_unknown",
]


def fully_observed(network: Network) -> Network:
    """The same actors and ties with every possible dyad observed and no design; what predictions are made for."""
    return Network(wholly_observed(network._parts))


def with_impossible(network: Network, pattern: Network) -> Network:
    """The network in which those dyads, too, cannot be tied that cannot in `pattern`, of the same actors.

    Raises
    ------
    ValueError
        If one of them is tied.
    """
    impossible = pattern.observed.impossible
    return Network(exclude(network._parts, impossible)) if impossible.nnz else network


def without_self_ties(network: Network) -> Network:
    """The same pairs of actors, if nobody had kept the self-ties."""
    return network if network.self_ties is None else Network(network._parts._replace(self_ties=None))


def without_self_ties_of_unknown(network: Network) -> Network:
    """The network without the self-ties of actors of whom no dyad was observed."""
    if network.self_ties is None:
        return network
    loops = np.where(np.sum(network.observed.counts(), axis=0) == 0, np.nan, network.self_ties)
    return Network(network._parts._replace(self_ties=loops))


def without_design(network: Network) -> Network:
    """The same ties and the same observed dyads as if nobody had counted, capped or ranked them."""
    return network if network.n_nominations is None else Network(network._parts._replace(nominations=NONE))


def hidden_as(network: Network, pattern: Network) -> Network:
    """The network without the dyads that are unobserved in `pattern`, of the same actors; it has no lists of names."""
    observed, ties = pattern.observed, network.ties
    keep = observed.asked[entry_rows(ties)] & ~np.isin(codes(ties), codes(observed.missing))
    loops = network.self_ties
    if loops is not None and pattern.self_ties is not None:
        loops = np.where(np.isnan(pattern.self_ties), np.nan, loops)
    parts = network._parts._replace(ties=frozen(keep_entries(ties, keep)), observed=observed, self_ties=loops)
    return Network(parts)


def folded(network: Network) -> Network:
    """The undirected network of the sums of both directions of a directed one; no row of it may be unobserved.

    A dyad is unobserved where both directions were.
    """
    missing = network.observed.missing
    both = sparse.csr_array(missing * missing.T)
    ties = sparse.csr_array(network.ties + network.ties.T)
    observed = ObservedDyads(network.n_actors, False, missing=both)
    return Network(network._parts._replace(ties=frozen(ties), observed=observed, nominations=NONE))


def with_ties(network: Network, ties: sparse.csr_array[Any], self_ties: np.ndarray | None = None) -> Network:
    """The same actors with other ties, every dyad observed and no design.

    The ties must be canonical: sorted, with both directions of an undirected tie.
    """
    return Network(fully_observed(network)._parts._replace(ties=frozen(ties), self_ties=self_ties))


def of_self_ties(network: Network) -> Network:
    """A network whose ties are the self-ties of this one, for what reads ties one by one."""
    loops = np.zeros(network.n_actors) if network.self_ties is None else np.nan_to_num(network.self_ties)
    here = np.flatnonzero(loops)
    ties = sparse.csr_array((loops[here], (here, here)), shape=(network.n_actors, network.n_actors))
    return Network(network._parts._replace(ties=frozen(ties)))


def matched(network: Network, pattern: Network) -> Network:
    """The network among the actors of another one of its kind, in their order; dyads of actors it lacks are unobserved.

    It has no lists of names. An actor that `pattern` lacks raises an UnknownActorError.
    """
    n, seen, place = pattern.n_actors, network.observed, pattern.index(network.actors)

    def moved(matrix: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
        found = sparse.csr_array((matrix.data, (place[entry_rows(matrix)], place[matrix.indices])), shape=(n, n))
        found.sort_indices()
        return found

    lacking, asked = np.ones(n, dtype=bool), np.ones(n, dtype=bool)
    lacking[place], asked[place] = False, seen.asked
    senders, receivers = np.arange(pattern.n_row_actors), np.flatnonzero(lacking)
    if pattern.has_direction:
        asked[senders[lacking[senders]]] = False
        senders = senders[asked[senders]]
    if pattern.two_mode:
        receivers = receivers[receivers >= pattern.n_row_actors]
    observed = ObservedDyads(*pattern.observed.kind, asked, moved(seen.missing))
    loops = network.self_ties
    if loops is not None:
        loops = np.full(n, np.nan)
        loops[place] = network.self_ties
    parts = pattern._parts._replace(
        ties=frozen(moved(network.ties)), observed=observed, nominations=NONE, self_ties=loops
    )
    i, j = np.repeat(senders, len(receivers)), np.tile(receivers, len(senders))
    return Network(unobserve(parts, i[i != j], j[i != j]) if len(receivers) else parts)


def replayed(pattern: Network, ranks: sparse.csr_array[Any]) -> Network:
    """The network that the interviews of `pattern` would have recorded if people had felt as `ranks` says.

    Parameters
    ----------
    pattern : Network
        Directed; says who was asked, how many names each could give, whether their order was kept, and which
        dyads stay unobserved.
    ranks : csr_array (n_actors, n_actors)
        Row by row, everyone whom that actor would name if asked without a limit (utility above 0), 1 for the greatest
        utility, then 2 and so on. Rows of people who were not asked are ignored.

    Returns
    -------
    Network
        Ties of value 1. Unobserved dyads of `pattern` are no part of the choice. Places of a list that `pattern`
        gave to hidden names, or to people who are no actors, stay taken, as in the likelihood: with `s` of them,
        the best `max_nominations - s` are kept, and `n_nominations` counts the `s` too. Actors, attributes and
        `choice_set` are those of `pattern`: people who were not asked and whom a replay leaves unnamed simply stay.

    Raises
    ------
    ValueError
        If `pattern` is undirected or two-mode, or `ranks` has another shape.

    Examples
    --------
    >>> import pandas as pd
    >>> from scipy import sparse
    >>> from latentnet.network import Network, replayed
    >>> names = pd.DataFrame({"who": ["Ann", "Bob"], "whom": ["Bob", "Cy"]})
    >>> asked = Network.from_nominations(names, respondent="who", nominee="whom", max_nominations=1)
    >>> again = replayed(asked, sparse.csr_array([[0, 2, 1], [0, 0, 0], [1, 0, 0]]))
    >>> again.to_frame()
      sender receiver  value
    0    Ann       Cy    1.0
    >>> again.n_nominations.tolist()
    [1, 0, 0]
    """
    parts = pattern._parts
    if not pattern.directed:
        raise ValueError(
            f"pattern must be a directed network of one mode, since its actors name each other, but is {pattern}"
        )
    if ranks.shape != parts.ties.shape:
        raise ValueError(f"ranks must have shape {parts.ties.shape}, a row and a column per actor, got {ranks.shape}")
    ties, nominations = parts.nominations.replayed(parts.observed, parts.ties, ranks)
    return Network(parts._replace(ties=ties, nominations=nominations))
