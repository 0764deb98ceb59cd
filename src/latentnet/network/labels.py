"""Labels of actors and their attributes: unique, present, matched by label."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "attributes_frame",
    "check_n_actors",
    "label_array",
    "label_index",
    "label_pairs",
    "listing",
    "object_array",
    "unique_strings",
    "unique_union",
    "unknown_labels",
]

Labels = npt.NDArray[np.object_]


def listing(values: Iterable[Any], limit: int = 5) -> str:
    """Write the first few values for a message."""
    shown = list(values)
    text = ", ".join(repr(value) for value in shown[:limit])
    return text if len(shown) <= limit else f"{text} and {len(shown) - limit} more"


def label_index(labels: Labels) -> pd.Index[Any]:
    """Index over labels; tuples stay labels, they do not become levels."""
    return pd.Index(labels, dtype=object, tupleize_cols=False)


def label_array(labels: Iterable[Any], argument: str) -> Labels:
    """Check labels and put them into an object array of plain Python values, shape (n,).

    Raises
    ------
    TypeError, ValueError
        If `labels` is one string, or a label is missing, unhashable or there twice.
    """
    if isinstance(labels, range):
        # Positions as labels: present and unique by construction, and there may be millions.
        return np.arange(labels.start, labels.stop, labels.step).astype(object)
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        raise TypeError(f"{argument} must be a sequence of labels, got {labels!r}; write [{labels!r}] for one actor")
    array = object_array(labels)
    for position, value in enumerate(array):
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"{argument} must be hashable labels, but label {position} is {value!r}; use strings"
            ) from None
    _check_labels(array, argument)
    return array


def object_array(values: Iterable[Any]) -> Labels:
    """One-dimensional object array, also of tuples; NumPy scalars become Python values."""
    # NumPy scalars equal their Python values but read badly in messages and tables.
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    array = np.empty(len(plain), dtype=object)
    for position, value in enumerate(plain):
        array[position] = value
    return array


def _check_labels(labels: Labels, argument: str) -> None:
    missing = pd.isna(labels)
    if missing.any():
        position = int(np.argmax(missing))
        raise ValueError(
            f"{argument} must not have missing labels, but label {position} is {labels[position]!r}; give "
            "that actor a name"
        )
    index = label_index(labels)
    if not index.is_unique:
        twice = index[index.duplicated()].unique()
        raise ValueError(
            f"{argument} must be unique, but {listing(twice)} {'is' if len(twice) == 1 else 'are'} there "
            "more than once; rename the actors or merge them"
        )


def check_n_actors(n_actors: int) -> None:
    """Refuse a network that has no dyad."""
    if n_actors < 2:
        raise ValueError(
            f"network needs at least 2 actors, got {n_actors}: "
            + ("it is empty" if n_actors == 0 else "one actor has no dyads, so there is nothing to model")
        )


def attributes_frame(attributes: pd.DataFrame | None, labels: Labels) -> pd.DataFrame:
    """Copy `attributes`, put it in the order of `labels` and index it by them.

    Raises
    ------
    TypeError, ValueError
        If it is no DataFrame, or its index does not hold every actor exactly once and nobody else.
    """
    index = label_index(labels).rename("actor")
    if attributes is None:
        return pd.DataFrame(index=index)
    if not isinstance(attributes, pd.DataFrame):
        raise TypeError(
            f"attributes must be a pandas DataFrame indexed by actor label, got {type(attributes).__name__}; "
            "wrap it: pandas.DataFrame(attributes, index=actors)"
        )
    if not attributes.index.is_unique:
        twice = attributes.index[attributes.index.duplicated()].unique()
        raise ValueError(
            f"attributes must have one row per actor, but its index repeats {listing(twice)}; keep one row of each"
        )
    own = pd.Index(attributes.index.to_numpy(dtype=object), dtype=object, tupleize_cols=False)
    absent, extra = index[~index.isin(own)], own[~own.isin(index)]
    for labels_off, says, fix in (
        (
            absent,
            "lacks",
            "add their rows (with missing values if unknown), or set the index to the actors' labels",
        ),
        (extra, "also has", "drop their rows, or name them in actors= if they belong to the network"),
    ):
        if len(labels_off):
            raise ValueError(
                f"attributes must be indexed by exactly the actors' labels, but it {says} {listing(labels_off)}; {fix}"
            )
    result = attributes.iloc[own.get_indexer(index)].copy()
    result.index = index
    return result


def unique_strings(labels: Iterable[Any]) -> np.ndarray:
    """Labels as strings; where two would be equal, with their types, and if need be with a number."""
    labels = list(labels)
    texts = [str(label) for label in labels]
    counts = Counter(texts)
    texts = [
        f"{text} ({type(label).__name__})" if counts[text] > 1 else text
        for text, label in zip(texts, labels, strict=True)
    ]
    counts = Counter(texts)
    taken, found = set(texts), []
    for text in texts:
        unique, k = text, 1
        while counts[text] > 1 and unique in taken:
            unique, k = f"{text} #{k}", k + 1
        taken.add(unique)
        found.append(unique)
    return np.array(found, dtype=np.str_)


def unique_union(keys: Iterable[Sequence[Any]]) -> list[Any]:
    """All keys in order of first appearance."""
    return list(dict.fromkeys(key for group in keys for key in group))


def label_pairs(dyads: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Check that every element is a (sender, receiver) pair."""
    if isinstance(dyads, str | bytes | pd.DataFrame) or not isinstance(dyads, Iterable):
        raise TypeError(
            f"dyads must be a sequence of (sender, receiver) labels, got {type(dyads).__name__}; for a "
            "DataFrame use list(zip(frame['sender'], frame['receiver']))"
        )
    pairs = list(dyads)
    for position, pair in enumerate(pairs):
        if isinstance(pair, str | bytes) or not isinstance(pair, Iterable) or len(tuple(pair)) != 2:
            raise ValueError(f"dyads must be (sender, receiver) pairs of labels, but element {position} is {pair!r}")
    return [(pair[0], pair[1]) for pair in pairs]


def unknown_labels(unknown: Iterable[Any], actors: Labels) -> str:
    """Say which labels name nobody, and whom they may have meant."""
    wanted = list(unknown)
    message = f"{listing(wanted)} {'is' if len(wanted) == 1 else 'are'} not among its {len(actors)} actors"
    first = wanted[0]
    by_text = {str(actor): actor for actor in actors}
    near = difflib.get_close_matches(str(first), by_text, n=3) if len(by_text) <= 10_000 else []
    if str(first) in by_text:
        actor = by_text[str(first)]
        return f"{message}; the label {actor!r} is of type {type(actor).__name__}, not {type(first).__name__}"
    if near:
        return f"{message}; near ones are {listing(by_text[text] for text in near)}"
    return f"{message}, which are {listing(actors)}"
