"""The same actors under another observation: everything seen, other ties, or the same interviews again."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from latentnet.network._content import NetworkContent
from latentnet.network.nominations import replayed_lists
from latentnet.network.observed import ObservedDyads
from latentnet.network.sparse import entries_at, entry_rows, frozen, keep_entries

__all__ = ["folded", "fully_observed", "hidden_as", "replayed", "with_ties", "without_design"]

AnyNetwork = TypeVar("AnyNetwork", bound=NetworkContent)


def fully_observed(network: AnyNetwork) -> AnyNetwork:
    """The same actors and ties with every dyad observed and no design; what predictions are made for."""
    parts = network._parts
    n_row_actors = int(np.count_nonzero(parts.mode == 0)) if parts.mode is not None else None
    observed = ObservedDyads(len(parts.actors), parts.directed, n_row_actors)
    return type(network)(parts._replace(observed=observed, design=None))


def without_design(network: AnyNetwork) -> AnyNetwork:
    """The same ties and the same observed dyads as if nobody had counted, capped or ranked them."""
    return network if network._parts.design is None else type(network)(network._parts._replace(design=None))


def hidden_as(network: AnyNetwork, pattern: AnyNetwork) -> AnyNetwork:
    """The network with the unobserved dyads of another one of the same actors, which has no design."""
    observed, ties = pattern._parts.observed, network._parts.ties
    rows = entry_rows(ties)
    keep = np.ones(ties.nnz, dtype=bool) if observed.rows is None else observed.rows[rows]
    if observed.missing is not None:
        keep &= entries_at(observed.missing, rows, ties.indices) == 0.0
    return type(network)(network._parts._replace(ties=frozen(keep_entries(ties, keep)), observed=observed))


def folded(network: AnyNetwork) -> AnyNetwork:
    """The undirected network of the sums of both directions of a directed one; no row of it may be unobserved.

    A dyad is unobserved where both directions were.
    """
    parts = network._parts
    missing = parts.observed.missing
    if missing is not None:
        missing = frozen(sparse.csr_array(missing * missing.T))
        missing = missing if missing.nnz else None
    observed = ObservedDyads(len(parts.actors), False, None, None, missing)
    ties = sparse.csr_array(parts.ties + parts.ties.T)
    ties.sort_indices()
    return type(network)(parts._replace(ties=frozen(ties), observed=observed, directed=False, design=None))


def with_ties(network: AnyNetwork, ties: sparse.csr_array[Any]) -> AnyNetwork:
    """The same actors with other ties, every dyad observed and no design.

    The ties must be canonical: sorted, with both directions of an undirected tie.
    """
    return type(network)(fully_observed(network)._parts._replace(ties=frozen(ties)))


def replayed(pattern: AnyNetwork, ranks: sparse.csr_array[Any]) -> AnyNetwork:
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
    if not parts.directed:
        raise ValueError(
            f"pattern must be a directed network of one mode, since its actors name each other, but is {pattern}"
        )
    if ranks.shape != parts.ties.shape:
        raise ValueError(f"ranks must have shape {parts.ties.shape}, a row and a column per actor, got {ranks.shape}")
    ties, design = replayed_lists(parts.observed, parts.ties, parts.design, ranks)
    return type(pattern)(parts._replace(ties=ties, design=design))
