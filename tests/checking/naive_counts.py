"""Naive twins of the statistics of goodness of fit: loops over pairs and triads of dense matrices."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import networkx as nx
import numpy as np

from latentnet import Network

Counts = dict[object, float]


def present(network: Network) -> np.ndarray:
    """Ties as a boolean matrix, symmetric unless directed."""
    ties = network.ties.toarray() > 0
    return ties | ties.T if network.two_mode else ties


def kind(network: Network) -> str:
    return "two-mode" if network.two_mode else "directed" if network.directed else "undirected"


def _halves(network: Network) -> int:
    return 1 if network.directed else 2


def _tally(numbers: list[object], over: int = 1) -> Counts:
    return {value: count / over for value, count in Counter(numbers).items()}


def _row_asked(network: Network) -> np.ndarray:
    return np.asarray(network.observed.asked)


def _n_rows(network: Network) -> int:
    return int(np.sum(network.mode == 0)) if network.mode is not None else network.n_actors


def out_degree(network: Network) -> Counts:
    return _tally(present(network).sum(axis=1)[_row_asked(network)].tolist())


def in_degree(network: Network) -> Counts:
    return _tally(present(network).sum(axis=0).tolist())


def row_degree(network: Network) -> Counts:
    rows = np.arange(network.n_actors) < _n_rows(network)
    return _tally(present(network).sum(axis=1)[rows & _row_asked(network)].tolist())


def column_degree(network: Network) -> Counts:
    return _tally(present(network).sum(axis=1)[_n_rows(network) :].tolist())


def distance(network: Network) -> Counts:
    graph = nx.from_numpy_array(present(network).astype(int), create_using=nx.DiGraph)
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    pairs = itertools.permutations(range(network.n_actors), 2)
    return {np.inf: 0.0} | _tally([lengths[i].get(j, np.inf) for i, j in pairs], _halves(network))


def _shared(network: Network, actors: range, *, tied: bool) -> Counts:
    ties = present(network)
    numbers = [
        int(sum(ties[i, k] and ties[k, j] for k in range(len(ties)) if k not in (i, j)))
        for i, j in itertools.permutations(actors, 2)
        if ties[i, j] or not tied
    ]
    return _tally(numbers, _halves(network))


def edgewise(network: Network) -> Counts:
    return _shared(network, range(network.n_actors), tied=True)


def dyadwise(network: Network) -> Counts:
    return _shared(network, range(network.n_actors), tied=False)


def row_partners(network: Network) -> Counts:
    return _shared(network, range(_n_rows(network)), tied=False)


def column_partners(network: Network) -> Counts:
    return _shared(network, range(_n_rows(network), network.n_actors), tied=False)


def triads(network: Network) -> Counts:
    ties = present(network)
    if network.directed:
        found = nx.triadic_census(nx.from_numpy_array(ties.astype(int), create_using=nx.DiGraph))
        return {name: float(number) for name, number in found.items()}
    every = itertools.combinations(range(len(ties)), 3)
    return dict.fromkeys(range(4), 0.0) | _tally([int(ties[i, j]) + ties[i, k] + ties[j, k] for i, j, k in every])


def clustering(network: Network) -> Counts:
    ties = present(network)
    n = len(ties)
    if network.two_mode:
        paths = [p for p in itertools.permutations(range(n), 4) if all(ties[a, b] for a, b in itertools.pairwise(p))]
        closed = sum(bool(ties[p[3], p[0]]) for p in paths)
        return {"four-cycles": closed / len(paths) if paths else 0.0}
    two = [(i, k) for i, j, k in itertools.permutations(range(n), 3) if ties[i, j] and ties[j, k]]
    graph = nx.from_numpy_array(ties.astype(int), create_using=nx.DiGraph if network.directed else nx.Graph)
    closed = sum(bool(ties[pair]) for pair in two)
    return {"transitivity": closed / len(two) if two else 0.0, "local, mean": nx.average_clustering(graph)}


def reciprocity(network: Network) -> Counts:
    y, seen = network.ties.toarray(), network.observed.toarray()
    pairs = [(i, j) for i, j in itertools.permutations(range(len(y)), 2) if seen[i, j] and seen[j, i]]
    tied = [bool(y[j, i] > 0) for i, j in pairs if y[i, j] > 0]
    found = {"ties": float(np.mean(tied)) if tied else 0.0}
    if np.any(network.ties.data != 1.0):
        found["correlation"] = float(np.corrcoef([y[p] for p in pairs], [y[p[::-1]] for p in pairs])[0, 1])
    return found


def components(network: Network) -> Counts:
    ties = present(network)
    sizes = [len(part) for part in nx.connected_components(nx.from_numpy_array((ties | ties.T).astype(int)))]
    return {"number": len(sizes), "largest": max(sizes), "isolates": sizes.count(1)}


def density(network: Network) -> Counts:
    return {"density": network.ties.toarray()[network.observed.toarray()].astype(bool).mean()}


def mixing(network: Network) -> Counts:
    ties = network.ties.toarray() > 0
    values = network.attributes["group"].fillna("missing").astype(str).tolist()
    order = [*dict.fromkeys(network.attributes["group"].dropna().astype(str)), "missing"]
    found: Counter[object] = Counter()
    for i, j in zip(*np.nonzero(ties), strict=True):
        a, b = values[i], values[j]
        if kind(network) == "undirected":
            if i > j:
                continue
            a, b = sorted((a, b), key=order.index)
        found[f"{a} {'–' if kind(network) == 'undirected' else '→'} {b}"] += 1
    return dict(found)


def dyad_values(network: Network) -> np.ndarray:
    seen = network.observed.toarray()
    return network.ties.toarray()[np.triu(seen) if kind(network) == "undirected" else seen]


def values(network: Network) -> Counts:
    return _tally(dyad_values(network).astype(int).tolist())


def _quantiles(sums: np.ndarray) -> Counts:
    return {f"{q}%": float(np.percentile(sums, q)) for q in (0, 25, 50, 75, 100)}


def sent(network: Network) -> Counts:
    return _quantiles(network.ties.toarray().sum(axis=1)[_row_asked(network)])


def received(network: Network) -> Counts:
    return _quantiles(network.ties.toarray().sum(axis=0))


def of_rows(network: Network) -> Counts:
    rows = (np.arange(network.n_actors) < _n_rows(network)) & _row_asked(network)
    return _quantiles(network.ties.toarray().sum(axis=1)[rows])


def of_columns(network: Network) -> Counts:
    return _quantiles(network.ties.toarray().sum(axis=0)[_n_rows(network) :])


def dispersion(network: Network) -> Counts:
    y = dyad_values(network)
    mean = y.mean()
    return {
        "mean": mean,
        "variance": y.var(),
        "variance / mean": y.var() / mean if mean else 0.0,
        "share of zeros": (y == 0).mean(),
    }


NAIVE: dict[str, Callable[[Network], Counts]] = {
    "degree": out_degree,
    "out_degree": out_degree,
    "in_degree": in_degree,
    "row_degree": row_degree,
    "column_degree": column_degree,
    "distance": distance,
    "edgewise_shared_partners": edgewise,
    "dyadwise_shared_partners": dyadwise,
    "row_shared_partners": row_partners,
    "column_shared_partners": column_partners,
    "triad_census": triads,
    "clustering": clustering,
    "reciprocity": reciprocity,
    "components": components,
    "density": density,
    "mixing": mixing,
    "values": values,
    "strength": sent,
    "out_strength": sent,
    "in_strength": received,
    "row_strength": of_rows,
    "column_strength": of_columns,
    "dispersion": dispersion,
}
