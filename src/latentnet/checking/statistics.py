"""The statistics of goodness of fit: what R's users know as ``gof``, and those of valued and two-mode networks.

A statistic is a function of one `Seen` network and returns {value: number}; a value that it leaves out has 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from latentnet.checking.counting import distances, local_clustering, shared_partners, triad_types
from latentnet.checking.seen import Seen
from latentnet.network.dyads import were_observed
from latentnet.network.sparse import entry_rows

__all__ = ["STATISTICS", "Statistic", "names_for"]

Counts = dict[Any, float]

_QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


class Statistic(NamedTuple):
    """A function of a `Seen` network, and the networks that it is for."""

    function: Callable[[Seen], Counts]
    kinds: tuple[str, ...]  # of "directed", "undirected", "two-mode"
    of_values: bool = False  # needs other values than 0 and 1 to say something


def _histogram(numbers: np.ndarray) -> Counts:
    """{0: ..., 1: ..., ...}, without the values that do not occur."""
    return {int(value): float(numbers[value]) for value in np.flatnonzero(numbers)}


def _ratio(over: float, under: float) -> float:
    return over / under if under else 0.0


def _out_degree(seen: Seen) -> Counts:
    return _histogram(np.bincount(np.diff(seen.starts)[seen.frame.asked]))


def _in_degree(seen: Seen) -> Counts:
    return _histogram(np.bincount(np.bincount(seen.others, minlength=seen.n)))


def _row_degree(seen: Seen) -> Counts:
    of_rows = np.diff(seen.starts)[: seen.frame.n_rows]
    return _histogram(np.bincount(of_rows[seen.frame.asked[: seen.frame.n_rows]]))


def _column_degree(seen: Seen) -> Counts:
    return _histogram(np.bincount(np.diff(seen.starts)[seen.frame.n_rows :]))


def _distance(seen: Seen) -> Counts:
    sources = seen.frame.sources
    counts = distances(seen.starts, seen.others, sources) * (seen.n / len(sources)) / seen.halves
    found = _histogram(counts[1:])
    return {value + 1: number for value, number in found.items()} | {np.inf: float(counts[0])}


def _edgewise(seen: Seen) -> Counts:
    return _histogram(seen.shared[0] / seen.halves)


def _with_none(every: np.ndarray, n_pairs: float) -> Counts:
    """Pairs by shared partners, with those that share none."""
    return _histogram(np.concatenate([[n_pairs - every.sum()], every[1:]]))


def _dyadwise(seen: Seen) -> Counts:
    return _with_none(seen.shared[1] / seen.halves, seen.n * (seen.n - 1) / seen.halves)


def _among(seen: Seen, first: int, last: int) -> Counts:
    every = shared_partners(seen.starts, seen.others, first, last)[1] / 2
    return _with_none(every, (last - first) * (last - first - 1) / 2)


def _row_partners(seen: Seen) -> Counts:
    return _among(seen, 0, seen.frame.n_rows)


def _column_partners(seen: Seen) -> Counts:
    return _among(seen, seen.frame.n_rows, seen.n)


def _triads_by_ties(seen: Seen) -> Counts:
    """Triads of an undirected network by their number of ties."""
    degree, shared = np.diff(seen.starts).astype(np.float64), seen.shared[0]
    three = float(np.arange(len(shared)) @ shared) / 6.0
    two = float(np.sum(degree * (degree - 1.0))) / 2.0 - 3.0 * three
    one = seen.n_ties * (seen.n - 2) - 2.0 * two - 3.0 * three
    every = seen.n * (seen.n - 1) * (seen.n - 2) / 6
    return {0: every - one - two - three, 1: one, 2: two, 3: three}


def _triad_name(ties: np.ndarray) -> str:
    """Holland and Leinhardt's name of a triad (3, 3): mutual, asymmetric and null dyads, and a letter."""
    mutual, one_way = ties & ties.T, ties & ~ties.T
    m, a = int(mutual.sum()) // 2, int(one_way.sum())
    sent, received = one_way.sum(axis=1), one_way.sum(axis=0)
    letter = ""
    if (m, a) in ((0, 2), (1, 2)):
        letter = "D" if sent.max() == 2 else "U" if received.max() == 2 else "C"
    elif (m, a) == (1, 1):
        letter = "D" if received[mutual.any(axis=1)].any() else "U"
    elif (m, a) == (0, 3):
        letter = "T" if sent.max() == 2 else "C"
    return f"{m}{a}{3 - m - a}{letter}"


def _in_usual_order(name: str) -> tuple[int, int, int]:
    """By ties, mutual ones first, then by letter."""
    return 2 * int(name[0]) + int(name[1]), -int(name[0]), "DUTC".find(name[3:])


def _triad_table() -> tuple[list[str], np.ndarray]:
    """Names of the 16 types, and the type of each of the 64 codes of `triad_types`."""
    names = []
    for code in range(64):
        ties = np.zeros((3, 3), dtype=bool)
        for place, (i, j) in enumerate(((0, 1), (0, 2), (1, 2))):
            part = (code >> 2 * place) & 3
            ties[i, j], ties[j, i] = bool(part & 1), bool(part & 2)
        names.append(_triad_name(ties))
    order = sorted(set(names), key=_in_usual_order)
    return order, np.array([order.index(name) for name in names], np.int64)


_TRIADS, _TABLE = _triad_table()


def _triad_census(seen: Seen) -> Counts:
    either = seen.either
    rows, columns = entry_rows(either).astype(np.int64), either.indices.astype(np.int64)
    codes = np.full(len(columns), 3, np.int64)
    one_way = np.flatnonzero(either.data == 1.0)
    # Of the ties that are not returned, which are the row's own?
    own = np.isin(rows[one_way] * seen.n + columns[one_way], entry_rows(seen.pattern) * np.int64(seen.n) + seen.others)
    codes[one_way] = np.where(own, 1, 2)
    found = triad_types(either.indptr.astype(np.int64), columns, codes, _TABLE).astype(np.float64)
    found[0] = seen.n * (seen.n - 1) * (seen.n - 2) / 6 - found[1:].sum()
    return dict(zip(_TRIADS, found.tolist(), strict=True))


def _clustering(seen: Seen) -> Counts:
    edgewise, every = seen.shared
    either = seen.either
    local = local_clustering(either.indptr.astype(np.int64), either.indices.astype(np.int64), either.data)
    return {
        "transitivity": _ratio(float(np.arange(len(edgewise)) @ edgewise), float(np.arange(len(every)) @ every)),
        "local, mean": local / seen.n,
    }


def _cycles(seen: Seen) -> Counts:
    """Robins and Alexander's (2004): the share of paths of three ties between rows and columns that a fourth closes."""
    every = shared_partners(seen.starts, seen.others, 0, seen.frame.n_rows)[1]
    sizes = np.arange(len(every))
    cycles = float(every @ (sizes * (sizes - 1) / 2)) / 2
    degree = np.diff(seen.starts) - 1.0
    paths = float(np.sum(degree[entry_rows(seen.pattern)] * degree[seen.others])) / 2
    return {"four-cycles": _ratio(4.0 * cycles, paths)}


def _reciprocity(seen: Seen) -> Counts:
    pattern, frame = seen.pattern, seen.frame
    answered = were_observed(frame.network, seen.others, entry_rows(pattern))
    # A returned tie is there twice, once from each end, as among the answered ones.
    found = {"ties": _ratio(float(np.count_nonzero(seen.either.data == 2.0)), float(answered.sum()))}
    if np.any(seen.frame.network.ties.data != 1.0):
        values = seen.values
        kept = values.data[were_observed(frame.network, values.indices, entry_rows(values))]
        n = frame.n_answered
        mean = _ratio(float(kept.sum()), n)
        product = float((values * values.T).sum())
        found["correlation"] = _ratio(product - n * mean**2, float(kept @ kept) - n * mean**2)
    return found


def _components(seen: Seen) -> Counts:
    number, labels = connected_components(seen.pattern, directed=True, connection="weak")
    sizes = np.bincount(labels)
    return {"number": float(number), "largest": float(sizes.max()), "isolates": float(np.count_nonzero(sizes == 1))}


def _density(seen: Seen) -> Counts:
    return {"density": _ratio(seen.n_ties, seen.frame.observed.n_dyads)}


def _mixing(seen: Seen) -> Counts:
    frame, n = seen.frame, len(seen.frame.categories)
    rows = entry_rows(seen.pattern)
    one_way = np.full(len(rows), True) if frame.directed else rows < seen.others
    pairs = np.stack([frame.codes[rows[one_way]], frame.codes[seen.others[one_way]]])
    if not frame.network.has_direction:
        pairs.sort(axis=0)
    counts = np.bincount(pairs[0] * n + pairs[1], minlength=n * n)
    arrow = " – " if not frame.network.has_direction else " → "
    return {
        f"{frame.categories[a]}{arrow}{frame.categories[b]}": float(counts[a * n + b])
        for a, b in itertools.product(range(n), range(n))
        if counts[a * n + b]
    }


def _value_counts(seen: Seen) -> Counts:
    bins, values = seen.frame.bins, seen.tie_values
    if bins is None:
        counts = np.bincount(values.astype(np.int64), minlength=1)
        counts[0] = seen.n_zeros
        return _histogram(counts)
    places = np.maximum(np.searchsorted(bins, np.append(values, 0.0), side="left") - 1, 0)
    counts = np.bincount(places[:-1], minlength=len(bins) - 1)
    counts[places[-1]] += seen.n_zeros
    labels = [_of_bin(low, high, seen.frame.whole) for low, high in itertools.pairwise(bins.tolist())]
    return dict(zip(labels, counts.astype(np.float64).tolist(), strict=True))


def _of_bin(low: float, high: float, whole: bool) -> str:
    """What the values above `low`, up to `high`, are called; those that are whole are no less than 0."""
    if not whole:
        return f"({low:.4g}, {high:.4g}]"
    first = max(low, -1.0) + 1.0
    if high == np.inf:
        return f"{first:.0f} or more"
    return f"{high:.0f}" if first == high else f"{first:.0f}–{high:.0f}"


def _quantiles(sums: np.ndarray) -> Counts:
    found = np.quantile(sums, _QUANTILES) if len(sums) else np.zeros(len(_QUANTILES))
    return {f"{100 * q:g}%": float(value) for q, value in zip(_QUANTILES, found, strict=True)}


def _sent(seen: Seen) -> np.ndarray:
    return np.asarray(seen.values.sum(axis=1)).ravel()


def _received(seen: Seen) -> np.ndarray:
    return np.asarray(seen.values.sum(axis=0)).ravel()


def _out_strength(seen: Seen) -> Counts:
    return _quantiles(_sent(seen)[seen.frame.asked])


def _in_strength(seen: Seen) -> Counts:
    return _quantiles(_received(seen))


def _row_strength(seen: Seen) -> Counts:
    return _quantiles(_sent(seen)[: seen.frame.n_rows][seen.frame.asked[: seen.frame.n_rows]])


def _column_strength(seen: Seen) -> Counts:
    return _quantiles(_received(seen)[seen.frame.n_rows :])


def _dispersion(seen: Seen) -> Counts:
    values, n_zeros, n = seen.tie_values, seen.n_zeros, seen.frame.observed.n_dyads
    mean = _ratio(float(values.sum()), n)
    variance = _ratio(float(np.sum((values - mean) ** 2)) + n_zeros * mean**2, n)
    found = {"mean": mean, "variance": variance}
    if seen.frame.whole:
        found |= {"variance / mean": _ratio(variance, mean), "share of zeros": _ratio(n_zeros, n)}
    return found


_ONE_MODE = ("directed", "undirected")
_ALL = (*_ONE_MODE, "two-mode")

STATISTICS: dict[str, Statistic] = {
    "degree": Statistic(_out_degree, ("undirected",)),
    "out_degree": Statistic(_out_degree, ("directed",)),
    "in_degree": Statistic(_in_degree, ("directed",)),
    "row_degree": Statistic(_row_degree, ("two-mode",)),
    "column_degree": Statistic(_column_degree, ("two-mode",)),
    "distance": Statistic(_distance, _ALL),
    "edgewise_shared_partners": Statistic(_edgewise, _ONE_MODE),
    "dyadwise_shared_partners": Statistic(_dyadwise, _ONE_MODE),
    "row_shared_partners": Statistic(_row_partners, ("two-mode",)),
    "column_shared_partners": Statistic(_column_partners, ("two-mode",)),
    "triad_census": Statistic(
        lambda seen: (_triad_census if seen.frame.directed else _triads_by_ties)(seen), _ONE_MODE
    ),
    "clustering": Statistic(lambda seen: (_cycles if seen.frame.two_mode else _clustering)(seen), _ALL),
    "reciprocity": Statistic(_reciprocity, ("directed",)),
    "components": Statistic(_components, _ALL),
    "density": Statistic(_density, _ALL),
    "mixing": Statistic(_mixing, _ALL),
    "values": Statistic(_value_counts, _ALL, True),
    "strength": Statistic(_out_strength, ("undirected",), True),
    "out_strength": Statistic(_out_strength, ("directed",), True),
    "in_strength": Statistic(_in_strength, ("directed",), True),
    "row_strength": Statistic(_row_strength, ("two-mode",), True),
    "column_strength": Statistic(_column_strength, ("two-mode",), True),
    "dispersion": Statistic(_dispersion, _ALL, True),
}


def names_for(kind: str, *, by: bool) -> list[str]:
    """Names of the statistics that a kind of network has."""
    return [name for name, one in STATISTICS.items() if kind in one.kinds and (by or name != "mixing")]
