"""Our centralities are those of networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from latentnet.study.centrality import betweenness, eigenvector


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize(("n", "density"), [(3, 0.5), (12, 0.15), (30, 0.1), (30, 0.4)])
def test_centralities_are_those_of_networkx(n: int, density: float, directed: bool) -> None:
    graph = nx.gnp_random_graph(n, density, seed=4, directed=directed)
    ties = sparse.csr_array(nx.to_numpy_array(graph))
    expected = nx.betweenness_centrality(graph)
    np.testing.assert_allclose(betweenness(ties), list(expected.values()), atol=1e-12)
    connected = nx.is_strongly_connected(graph) if directed else nx.is_connected(graph)
    if connected:
        found = nx.eigenvector_centrality(graph, max_iter=5000, tol=1e-10)
        np.testing.assert_allclose(eigenvector(ties), list(found.values()), atol=1e-6)


def test_no_ties_and_two_actors_have_no_centrality() -> None:
    empty = sparse.csr_array((4, 4))
    assert betweenness(empty).tolist() == [0.0] * 4
    assert eigenvector(empty).tolist() == [0.0] * 4
    assert betweenness(sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))).tolist() == [0.0, 0.0]


def test_eigenvector_converges_on_a_two_mode_network() -> None:
    graph = nx.complete_bipartite_graph(2, 3)
    found = eigenvector(sparse.csr_array(nx.to_numpy_array(graph)))
    np.testing.assert_allclose(found**2, [0.25, 0.25, 1 / 6, 1 / 6, 1 / 6], atol=1e-6)
