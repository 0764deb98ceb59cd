"""Small networks, and the checks that the tests of `Network` share."""

from __future__ import annotations

import re

import numpy as np
import pytest

from latentnet.network import Network

NAN = np.nan
LABELS = ["a", "b", "c", "d"]
# Asymmetric, one value above 1, one unobserved dyad, one wholly unobserved row.
DIRECTED = np.array([[0, 1, 0, NAN], [2.5, 0, 0, 0], [0, 1, 0, 1], [NAN, NAN, NAN, 0]])
UNDIRECTED = np.array([[0, 1, 0, NAN], [1, 0, 2, 0], [0, 2, 0, 1], [NAN, 0, 1, 0]])


def check_content(network: Network, array: np.ndarray, directed: bool) -> None:
    """Compare a network with the matrix that it should hold, entry by entry."""
    off_diagonal = ~np.eye(len(array), dtype=bool)
    observed = ~np.isnan(array) & off_diagonal
    values = np.where(observed, array, 0.0)
    assert network.directed is directed
    assert network.two_mode is False
    assert network.mode is None
    assert network.n_actors == len(array)
    np.testing.assert_array_equal(network.ties.toarray(), values)
    np.testing.assert_array_equal(network.observed.toarray(), observed)
    assert network.ties.dtype == np.float64
    assert (network.ties.data != 0).all()
    n_halves = 1 if directed else 2
    assert network.n_ties == np.count_nonzero(values) // n_halves
    assert network.observed.n_dyads == observed.sum() // n_halves


def raises(error: type[Exception], *fragments: str):
    """Expect an error whose message holds all fragments, in this order."""
    return pytest.raises(error, match="(?s)" + ".*".join(map(re.escape, fragments)))


INCIDENCE = np.array([[1, 0, 3], [NAN, 1, 0]])
