"""What users would take to place actors by their ties: UMAP, DrL, ProNE, node2vec.

Run as a program by an interpreter that has them, which need not be ours: a matrix of ties in, coordinates, CPU seconds
and peak memory out. UMAP has the ties in place of its graph of neighbours; else all have their defaults, with 32
dimensions where they are not for pictures.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

# Whether pairs are ranked by inner products, or by how near they are.
BY_PRODUCTS = {"umap": False, "drl": False, "prone": True, "node2vec": True}
_N_DIMS = 32


def _umap(ties: Any) -> Callable[[], Any]:
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    a, b = find_ab_params(1.0, 0.1)  # its defaults
    graph = sparse.coo_matrix(ties)
    usual = {"n_components": 2, "initial_alpha": 1.0, "a": a, "b": b, "gamma": 1.0, "negative_sample_rate": 5}
    usual |= {"n_epochs": None, "init": "pca", "metric": "cosine", "metric_kwds": {}, "densmap": False}
    usual |= {"densmap_kwds": {}, "output_dens": False}
    return lambda: simplicial_set_embedding(
        sparse.csr_matrix(ties), graph, random_state=np.random.RandomState(1), **usual
    )[0]


def _drl(ties: Any) -> Callable[[], Any]:
    import igraph

    both = sparse.triu(ties).tocoo()
    graph = igraph.Graph(n=ties.shape[0], edges=np.stack([both.row, both.col], axis=1).tolist())
    return lambda: np.array(graph.layout_drl().coords)


def _prone(ties: Any) -> Callable[[], Any]:
    from nodevectors import ProNE

    return lambda: ProNE(n_components=_N_DIMS, verbose=False).fit_transform(sparse.csr_matrix(ties))


def _node2vec(ties: Any) -> Callable[[], Any]:
    import networkx as nx
    from node2vec import Node2Vec

    def embed() -> Any:
        walks = Node2Vec(nx.from_scipy_sparse_array(ties), dimensions=_N_DIMS, quiet=True, seed=1, workers=1)
        vectors = walks.fit(seed=1, workers=1).wv
        return np.array([vectors[str(i)] for i in range(ties.shape[0])])

    return embed


_EMBED = {"umap": _umap, "drl": _drl, "prone": _prone, "node2vec": _node2vec}


def _memory() -> float:
    """Peak, in GB, of this program; what `getrusage` says is at least what the process had that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**20


def main() -> None:
    """Embed once on a small network, which compiles, and once on the one that was given."""
    method, source, target = sys.argv[1:]
    ties = sparse.csr_array(sparse.load_npz(source))
    rng = np.random.default_rng(1)
    some = sparse.random_array((500, 500), density=0.02, rng=rng)
    _EMBED[method](sparse.csr_array((some + some.T) > 0.0).astype(float))()
    embed, before = _EMBED[method](ties), _memory()
    began = time.process_time()
    points = np.asarray(embed(), dtype=float)
    spent = time.process_time() - began
    np.save(target, points)
    print(json.dumps({"seconds": spent, "gigabytes": _memory(), "before": before}))


if __name__ == "__main__":
    main()
