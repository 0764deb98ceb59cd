"""A network as JSON and arrays, and back.

What is read is checked as strictly as any other input, since compiled code reads it without bounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from latentnet.files.archive import ArrayStore
from latentnet.files.values import Source, decode, encode
from latentnet.network import Network
from latentnet.network.content import Parts, exclude, parts_from_entries
from latentnet.network.labels import check_attributes_shown, label_array, label_index
from latentnet.network.nominations import NONE, Nominations
from latentnet.network.sparse import codes, entry_rows, no_dyads, same_entries, without_entries

__all__ = ["decode_network", "encode_network"]


def encode_network(network: Network, store: ArrayStore) -> dict[str, Any]:
    """Turn a network into what `json` can write; an undirected dyad is stored once, an unobserved one as NaN.

    Raises
    ------
    TypeError
        If a label or an attribute is of a type that cannot be stored; the message names it.
    """
    actors = [encode(label, store, f"the actor's label {label!r}") for label in network.actors]
    ties, impossible, asked = network.ties, network.impossible, network.observed.asked
    missing = without_entries(network.observed.missing, impossible)
    i = np.concatenate([entry_rows(ties), entry_rows(missing)])
    j = np.concatenate([ties.indices, missing.indices])
    y = np.concatenate([ties.data, np.full(missing.nnz, np.nan)])
    if not network.has_direction:
        i, j, y = i[i < j], j[i < j], y[i < j]
    attributes = network.attributes.reset_index(drop=True)
    return {
        "actors": actors,
        "directed": network.directed,
        "n_row_actors": network.observed.kind[2],
        "senders": store.add(i.astype(np.int64), "network senders"),
        "receivers": store.add(j.astype(np.int64), "network receivers"),
        "values": store.add(y, "network values"),
        "observed_rows": None if asked.all() else store.add(asked, "network observed rows"),
        "impossible": None if not impossible.nnz else store.add(codes(impossible), "network impossible"),
        "self_ties": None if network.self_ties is None else store.add(network.self_ties, "network self-ties"),
        "attributes": encode(attributes, store, "the network's attributes"),
        "nominations": _encode_nominations(network._parts.nominations, store),
    }


def _encode_nominations(lists: Nominations, store: ArrayStore) -> dict[str, Any] | None:
    if lists.n_nominations is None:
        return None
    limits = lists.limits
    known = np.zeros(0) if limits is None else np.unique(limits[limits > 0])
    uniform = known.size == 1
    return {
        "max": int(known[0]) if uniform else None,
        "limits": None if limits is None or uniform else store.add(limits, "network limits"),
        "counts": store.add(lists.n_nominations, "network nominations"),
        "ranks": None if lists.ranks is None else store.add(lists.ranks.data, "network ranks"),
        "named_only": None if lists.named_only is None else store.add(lists.named_only, "network named only"),
    }


def decode_network(content: dict[str, Any], source: Source) -> Network:
    """The network that `encode_network` was given.

    Raises
    ------
    ValueError
        If the content is that of no network.
    """
    actors = label_array([decode(label, source) for label in content["actors"]], "actors")
    n, n_row_actors, directed = len(actors), content["n_row_actors"], content["directed"]
    if n < 2 or type(directed) is not bool or (n_row_actors is not None and not 0 < n_row_actors < n):
        raise ValueError("its network has too few actors")
    i, j, y = (source.arrays[content[name]] for name in ("senders", "receivers", "values"))
    undirected = not directed and n_row_actors is None
    _check_dyads(i, j, y, n=n, undirected=undirected, n_row_actors=n_row_actors)
    if undirected:
        i, j, y = np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([y, y])
    entries = sparse.csr_array((y, (i, j)), shape=(n, n))
    entries.sum_duplicates()
    attributes = decode(content["attributes"], source)
    if len(attributes) != n:
        raise ValueError("its attributes are not those of its actors")
    check_attributes_shown(attributes)
    attributes.index = label_index(actors).rename("actor")
    parts = parts_from_entries(
        actors,
        entries,
        directed=directed,
        attributes=attributes,
        n_row_actors=n_row_actors,
        asked=_asked(content, source, n, undirected),
    )
    parts = exclude(parts, _impossible(content.get("impossible"), source, parts))
    nominations = _decode_nominations(content.get("nominations"), source, parts)
    return Network(parts._replace(nominations=nominations, self_ties=_self_ties(content, source, parts)))


def _check_dyads(
    i: np.ndarray, j: np.ndarray, y: np.ndarray, *, n: int, undirected: bool, n_row_actors: int | None
) -> None:
    sound = (
        i.dtype == j.dtype == np.int64
        and y.dtype == np.float64
        and i.shape == j.shape == y.shape == (i.size,)
        and bool(np.all((i >= 0) & (i < n) & (j >= 0) & (j < n) & (i != j)))
        and not (np.any(np.isinf(y)) or np.any(y == 0.0))
        and np.unique(i * n + j).size == i.size
    )
    if sound and undirected:
        sound = bool(np.all(i < j))
    if sound and n_row_actors is not None:
        sound = bool(np.all((i < n_row_actors) & (j >= n_row_actors)))
    if not sound:
        raise ValueError("its ties are not those of a network")


def _asked(content: dict[str, Any], source: Source, n: int, undirected: bool) -> np.ndarray | None:
    if content["observed_rows"] is None:
        return None
    rows = source.arrays[content["observed_rows"]]
    if rows.dtype != np.bool_ or rows.shape != (n,) or undirected:
        raise ValueError("its observed rows are not those of its network")
    return rows


def _impossible(name: str | None, source: Source, parts: Parts) -> sparse.csr_array[Any]:
    """Dyads that cannot be tied; files up to version 3 know none."""
    n, observed = len(parts.actors), parts.observed
    if name is None:
        return no_dyads(n)
    places = source.arrays[name]
    sound = places.dtype == np.int64 and places.ndim == 1 and bool(np.all((places >= 0) & (places < n * n)))
    i, j = np.divmod(places, n) if sound else (np.zeros(1, np.int64),) * 2
    first_column = observed.n_row_actors if observed.two_mode else 0
    pattern = sparse.csr_array((np.ones(i.size, dtype=bool), (i, j)), shape=(n, n))
    pattern.sum_duplicates()
    back = sparse.csr_array(pattern.T)
    back.sort_indices()
    if (
        not bool(np.all((i != j) & (i < observed.n_row_actors) & (j >= first_column)))
        or not (observed.has_direction or same_entries(pattern, back))
        or np.isin(codes(parts.ties), codes(pattern)).any()
    ):
        raise ValueError("its impossible dyads are not those of its network")
    return pattern


def _self_ties(content: dict[str, Any], source: Source, parts: Parts) -> np.ndarray | None:
    """Those that were kept; files from before `Loops` say nothing of them."""
    name = content.get("self_ties")
    if name is None:
        return None
    loops = source.arrays[name]
    sound = loops.dtype == np.float64 and loops.shape == (len(parts.actors),) and not np.isinf(loops).any()
    if not sound or parts.observed.two_mode:
        raise ValueError("its self-ties are not those of its network")
    return loops


def _limits(content: dict[str, Any], source: Source, asked: np.ndarray) -> np.ndarray | None:
    """The most names that each actor could give."""
    most, name = content["max"], content.get("limits")
    if name is not None:
        return source.arrays[name]
    if most is None:
        return None
    if type(most) is not int or most < 1:
        raise ValueError("its nominations are not those of its network")
    return np.where(asked, most, 0).astype(np.int64)


def _decode_nominations(content: dict[str, Any] | None, source: Source, parts: Parts) -> Nominations:
    # Files of the first version say nothing of nominations.
    if content is None:
        return NONE
    counts = source.arrays[content["counts"]]
    ranks, named_only = (
        None if content[name] is None else source.arrays[content[name]] for name in ("ranks", "named_only")
    )
    ties, sound = parts.ties, parts.observed.directed
    if sound and ranks is not None:
        sound = ranks.dtype == np.float64 and ranks.shape == (ties.nnz,)
        # Ranks are stored in the order of the ties.
        ranks = sparse.csr_array((ranks, ties.indices, ties.indptr), shape=ties.shape) if sound else None
    lists = Nominations(_limits(content, source, parts.observed.asked), counts, ranks, named_only) if sound else NONE
    if not lists.is_sound(ties, parts.observed):
        raise ValueError("its nominations are not those of its network")
    return lists
