"""Dyads that cannot be tied, as a matrix or as pairs of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.network.dyads import matrix_and_places
from latentnet.network.labels import dyad_places
from latentnet.network.sparse import both_ways, entry_rows, is_sparse, keep_entries, same_entries

if TYPE_CHECKING:
    from latentnet.network.network import Network

__all__ = ["read_impossible"]


def read_impossible(value: Any, network: Network) -> sparse.csr_array[Any]:
    """Read which dyads of a network cannot be tied: bool csr_array (n_actors, n_actors).

    Parameters
    ----------
    value : bool ndarray, scipy.sparse matrix or DataFrame, or sequence of (sender, receiver) labels
        A matrix as `read_dyads` takes them; the diagonal is not read.
    network : Network

    Raises
    ------
    TypeError, ValueError
        If it is neither, a matrix holds anything but true and false, or is not symmetric though the network is
        undirected.
    UnknownActorError
        If a label names no actor.
    """
    n = network.n_actors
    if is_sparse(value) or (isinstance(value, np.ndarray | pd.DataFrame) and np.ndim(value) == 2 and _is_matrix(value)):
        senders, receivers = _marked(value, network)
    else:
        senders, receivers = dyad_places(network, value, "impossible")
        if not network.has_direction:
            senders, receivers = both_ways(senders, receivers)
    pattern = sparse.csr_array((np.ones(len(senders), dtype=bool), (senders, receivers)), shape=(n, n))
    pattern.sum_duplicates()
    pattern = keep_entries(pattern, entry_rows(pattern) != pattern.indices)
    if not network.has_direction:
        back = sparse.csr_array(pattern.T)
        back.sort_indices()
        if not same_entries(pattern, back):
            raise ValueError(
                "impossible must be symmetric, since the network is undirected; use impossible | impossible.T"
            )
    return pattern


def _is_matrix(value: Any) -> bool:
    """Whether an array is one of dyads and not a list of pairs of labels."""
    kinds = set(value.dtypes.map(lambda dtype: dtype.kind)) if isinstance(value, pd.DataFrame) else {value.dtype.kind}
    return kinds <= set("biuf") and (value.shape[1] != 2 or kinds == {"b"} or value.shape[0] == 2)


def _marked(value: Any, network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Senders and receivers of the dyads that a matrix marks."""
    matrix, rows, columns = matrix_and_places(value, network, "impossible")
    numbers = matrix.data if is_sparse(matrix) else matrix
    if not np.isin(numbers, (0.0, 1.0)).all():
        wrong = numbers[~np.isin(numbers, (0.0, 1.0))].ravel()[0]
        raise ValueError(
            f"impossible must be true where a dyad cannot be tied and false elsewhere, but has the value {wrong:g}; "
            "use a boolean matrix, for example array > 0"
        )
    places = []
    for size, of_actor in zip(matrix.shape, (rows, columns), strict=True):
        actor = np.full(size, -1)
        actor[of_actor[of_actor >= 0]] = np.flatnonzero(of_actor >= 0)
        places.append(actor)
    i, j = matrix.nonzero()
    senders, receivers = places[0][i], places[1][j]
    known = (senders >= 0) & (receivers >= 0)
    return senders[known], receivers[known]
