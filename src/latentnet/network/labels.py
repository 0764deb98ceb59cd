"""Labels of actors: unique, present, and what is found by them (actors, dyads, attributes)."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet._exceptions import ArgumentError
from latentnet.checks import check_shown, is_whole, shown
from latentnet.constraints import LABELS, PAIRS

if TYPE_CHECKING:
    from latentnet.network.network import Network

__all__ = [
    "Labels",
    "UnknownActorError",
    "actor_places",
    "attribute_column",
    "attributes_frame",
    "check_attributes_shown",
    "check_bools_apart",
    "check_columns",
    "check_hashable",
    "check_n_actors",
    "dyad_place",
    "dyad_places",
    "label_array",
    "label_index",
    "listing",
    "object_array",
    "of_other_type",
    "unique_strings",
    "unique_union",
]

Labels = npt.NDArray[np.object_]
Positions = npt.NDArray[np.intp]


class UnknownActorError(KeyError, ValueError):
    """A label names no actor of the network."""

    def __str__(self) -> str:
        # KeyError shows its argument by repr, which is meant for bare keys and mangles a sentence.
        return str(self.args[0])


def listing(values: Iterable[Any], limit: int = 5) -> str:
    """Write the first few values for a message."""
    every = list(values)
    text = ", ".join(map(shown, every[:limit]))
    return text if len(every) <= limit else f"{text} and {len(every) - limit} more"


def label_index(labels: Labels | list[Any]) -> pd.Index[Any]:
    """Index over labels; tuples stay labels, they do not become levels."""
    return pd.Index(labels, dtype=object, tupleize_cols=False)


def label_array(labels: Iterable[Any], argument: str) -> Labels:
    """Check labels and put them into an object array of plain Python values, shape (n,).

    Parameters
    ----------
    labels : sequence of labels
    argument : str
        What messages call them.

    Raises
    ------
    TypeError, ValueError
        If `labels` is one string, or a label is missing, unhashable, there twice or cannot be shown.
    """
    if isinstance(labels, range):
        # Positions as labels: present and unique by construction, and there may be millions.
        return np.arange(labels.start, labels.stop, labels.step).astype(object)
    LABELS.demand(argument, labels)
    if isinstance(labels, set | frozenset):
        raise TypeError(
            f"{argument} must be in an order, but is {shown(labels)}, a set, which has none; give a list (of a "
            "matrix, in the order of its rows)"
        )
    array = object_array(labels)
    check_hashable(array, argument)
    _check_labels(array, argument)
    check_shown(argument, array)
    return array


def check_hashable(labels: Iterable[Any], argument: str) -> None:
    """Refuse labels that cannot be looked up."""
    for position, value in enumerate(labels):
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"{argument} must be hashable labels, but label {position} is {shown(value)}; use strings"
            ) from None


def check_columns(frame: pd.DataFrame, columns: dict[str, Any]) -> None:
    """Refuse arguments that do not each name a column of their own."""
    known = list(frame.columns)
    for argument, name in columns.items():
        if known.count(name) != 1:
            found = f"got {shown(name)}; its columns are" if name not in known else f"but {name!r} is there twice:"
            raise ValueError(
                f"{argument} must name a column of frame, {found} {listing(known, 12)}{_meant(frame, name)}"
            )
    if len(set(columns.values())) < len(columns):
        raise ValueError(f"{', '.join(columns)} must name different columns of frame, got {listing(columns.values())}")


def _meant(frame: pd.DataFrame, name: Any) -> str:
    """What may help where a frame has no such column."""
    if name in frame.index.names:
        return f"; {shown(name)} is its index: give frame.reset_index()"
    texts = [column for column in frame.columns if isinstance(column, str)]
    separators = [mark for mark in ";\t|" if len(frame.columns) == len(texts) == 1 and mark in texts[0]]
    if separators:
        return f"; the file has {separators[0]!r} between its columns: read it with sep={separators[0]!r}"
    same = [column for column in texts if isinstance(name, str) and _letters(column) == _letters(name)]
    return f"; did you mean {same[0]!r}?" if len(same) == 1 and same[0] != name else ""


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
            f"{argument} must not have missing labels, but label {position} is {shown(labels[position])}; give "
            "that actor a name"
        )
    index = label_index(labels)
    if not index.is_unique:
        twice = index[index.duplicated()].unique()
        check_bools_apart(labels, pd.factorize(index)[0], argument)
        raise ValueError(
            f"{argument} must be unique, but {listing(twice)} {'is' if len(twice) == 1 else 'are'} there "
            "more than once; rename the actors, merge them, or choose the rows of one period"
        )


def check_bools_apart(labels: Labels, codes: npt.NDArray[Any], argument: str) -> None:
    """Refuse labels that Python holds for equal although one is a truth value and the other a number.

    Parameters
    ----------
    labels : object array (n,)
    codes : int array (n,)
        The same number for labels that are equal.
    argument : str
    """
    is_bool = np.fromiter((isinstance(label, bool) for label in labels), bool, len(labels))
    mixed = np.intersect1d(codes[is_bool], codes[~is_bool])
    mixed = mixed[mixed >= 0]  # -1 is whoever was not found
    if mixed.size:
        one, other = (labels[(codes == mixed[0]) & kind][0] for kind in (~is_bool, is_bool))
        raise ValueError(
            f"{argument} must tell actors apart, but {shown(one)} and {shown(other)} are equal in Python, though of "
            f"the types {type(one).__name__} and bool; make the labels strings, for example with .map(str)"
        )


def check_attributes_shown(attributes: pd.DataFrame) -> None:
    """Refuse attributes whose names or values no picture or page can hold."""
    check_shown("attributes' names", attributes.columns)
    for k, dtype in enumerate(attributes.dtypes):
        values = attributes.iloc[:, k]
        if isinstance(dtype, pd.CategoricalDtype):
            check_shown(f"attribute {attributes.columns[k]!r}", dtype.categories)
        elif isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype):
            check_shown(f"attribute {attributes.columns[k]!r}", values)


def check_n_actors(n_actors: int) -> None:
    """Refuse a network that has no dyad."""
    if n_actors < 2:
        raise ValueError(
            f"network needs at least 2 actors, got {n_actors}: "
            + (f"it is empty{NONE_MET}" if n_actors == 0 else "one actor has no dyads, so there is nothing to model")
        )


def _index_of_labels(attributes: pd.DataFrame, labels: Labels) -> str:
    """How to get rows for all labels."""
    for name, column in attributes.items():
        if set(labels) <= {value for value in column if isinstance(value, str | int)}:
            return f"they are in a column: give attributes.set_index({shown(name)})"
    return "add their rows (with missing values if unknown), or set the index to the actors' labels"


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
    if not attributes.index.is_unique:
        twice = attributes.index[attributes.index.duplicated()].unique()
        raise ValueError(
            f"attributes must have one row per actor, but its index repeats {listing(twice)}; keep one row of each"
        )
    own = label_index(attributes.index.to_numpy(dtype=object))
    absent, extra = index[~index.isin(own)], own[~own.isin(index)]
    for labels_off, says in ((absent, "lacks"), (extra, "also has")):
        if len(labels_off):
            drop = "drop their rows, or name them in actors= if they belong to the network"
            fix = _index_of_labels(attributes, labels) if labels_off is absent else drop
            raise ValueError(
                f"attributes must be indexed by exactly the actors' labels, but it {says} {listing(labels_off)}"
                f"{of_other_type(labels_off, own if labels_off is absent else index)}; {fix}"
            )
    check_attributes_shown(attributes)
    result = attributes.iloc[own.get_indexer(index)].copy()
    result.index = index
    return result


# Of what came out empty, for a message: the likeliest reason.
NONE_MET = "; if rows were chosen by a condition, such as of a period, none met it: 2020, '2020' and '2020 ' are three"


def of_other_type(labels: Iterable[Any], others: Iterable[Any]) -> str:
    """Say, for a message, that a label is among others as another type, such as '1' and 1, or spelt; else nothing."""
    labels, others = list(labels), list(others)
    if not others:
        return f" (there is nobody{NONE_MET})"
    by_text = {str(other): other for other in others}
    for label in labels:
        other = by_text.get(str(label), label)
        if type(other) is not type(label):
            return (
                f" (but {other!r} is there: the one is of type {type(label).__name__}, the other of type "
                f"{type(other).__name__}; convert one, for example with .map({type(other).__name__}))"
            )
    by_letters = {_letters(other): other for other in others if isinstance(other, str)}
    texts = [label for label in labels if isinstance(label, str)]
    same = {label: by_letters[_letters(label)] for label in texts if _letters(label) in by_letters}
    if same:
        are, have = ("is", "has") if len(same) == 1 else ("are", "have")
        return (
            f" (but {listing(same.values())} {are} there: {listing(same)} {have} other blanks or capitals; "
            f"make them the same by .replace({dict(list(same.items())[:5])}))"
        )
    if texts and others and all(is_whole(other) for other in others):
        return f" (those there are numbers, {listing(others, 3)}: give the column of labels, or make it the index)"
    return ""


def _letters(text: str) -> str:
    return " ".join(text.split()).casefold()


def unique_union(keys: Iterable[Sequence[Any]]) -> list[Any]:
    """All keys in order of first appearance."""
    return list(dict.fromkeys(key for group in keys for key in group))


def unique_strings(labels: Iterable[Any]) -> npt.NDArray[np.str_]:
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


def dyad_place(actors: Labels, sender: int, receiver: int) -> str:
    """Name a dyad in a message."""
    return f"from {actors[sender]!r} to {actors[receiver]!r}"


def attribute_column(
    network: Network,
    name: Any,
    argument: str,
    *,
    among: npt.NDArray[Any] | None = None,
    complete: bool = True,
    fix: str = "",
) -> pd.Series[Any]:
    """An attribute by its name.

    Parameters
    ----------
    network : Network
    name : column name
    argument : str
        What messages call that which needs it.
    among : bool or int array, optional
        The actors whose values are wanted; default: all.
    complete : bool
        Whether every one of them must have a value.
    fix : str
        What else to do where one has none, for the end of the message.

    Raises
    ------
    ValueError
        If there is no such attribute, there are several, or one of these actors has none.
    """
    frame = network.attributes
    if name not in list(frame.columns):
        near = difflib.get_close_matches(str(name), [str(column) for column in frame.columns], n=1)
        there = f"which has {listing(frame.columns, 20)}" if len(frame.columns) else "which has none"
        raise ValueError(
            f"{argument} needs the attribute {shown(name)} of the network, {there}; "
            + (f"did you mean {shown(near[0])}? " if near else "")
            + "name one of these, or read the network with attributes="
        )
    column = frame[name]
    if isinstance(column, pd.DataFrame):
        raise ValueError(f"{argument}: the network has several attributes {shown(name)}; rename all but one")
    column = column if among is None else column.iloc[among]
    missing = column.index[column.isna()]
    if complete and len(missing):
        raise ValueError(
            f"{argument} needs the attribute {shown(name)} of every actor that it is about, but it is missing for "
            f"{listing(missing, 10)}; fill it in, or leave these actors out of the network{fix}"
        )
    return column


def actor_places(given: Iterable[Any], actors: pd.Index[Any], argument: str = "labels") -> Positions:
    """Places of actors, given by label, in an index of labels: (len(given),).

    Raises
    ------
    TypeError
        If it is one string, or no sequence.
    UnknownActorError
        If a label names no actor.
    """
    LABELS.demand(argument, given)
    wanted = label_index(object_array(given))
    check_hashable(wanted, argument)
    places = actors.get_indexer(wanted)
    for k, label in enumerate(wanted):
        if isinstance(label, bool) and places[k] >= 0 and not isinstance(actors[places[k]], bool):
            places[k] = -1  # 1 and True are equal in Python, but not the same label
    if (places < 0).any():
        unknown = wanted[places < 0].unique()
        raise UnknownActorError(
            f"{argument} must name actors of the network, but {_unknown_labels(unknown, actors.to_numpy())}"
        )
    return places


def dyad_places(
    network: Network, dyads: Iterable[Any], argument: str = "dyads", *, loops: bool = False
) -> tuple[Positions, Positions]:
    """Places of senders and receivers of dyads, given as pairs of labels; with `loops`, also of self-ties.

    Raises
    ------
    TypeError, ValueError
        If it is no sequence of pairs, a pair names an actor twice, or runs against the modes of a two-mode network.
    UnknownActorError
        If a label names no actor.
    """
    pairs = _label_pairs(dyads, argument)
    senders, receivers = (network.index([pair[k] for pair in pairs]) for k in (0, 1))
    if (senders == receivers).any() and not loops:
        actor = network.actors[senders[np.argmax(senders == receivers)]]
        raise ValueError(
            f"{argument} must join two actors, but ({shown(actor)}, {shown(actor)}) names one twice; leave it out"
        )
    mode = network.mode
    if mode is not None:
        against = (mode[senders] != 0) | (mode[receivers] != 1)
        if against.any():
            k = int(np.argmax(against))
            raise ValueError(
                f"{argument} of a two-mode network must be (row actor, column actor), but the dyad "
                f"{dyad_place(network.actors, int(senders[k]), int(receivers[k]))} runs from mode {mode[senders[k]]} "
                f"to mode {mode[receivers[k]]}; turn it round or leave it out"
            )
    return senders, receivers


def _label_pairs(dyads: Iterable[Any], argument: str) -> list[tuple[Any, Any]]:
    """Check that every element is a (sender, receiver) pair."""
    PAIRS.demand(argument, dyads)
    pairs = list(dyads)
    for position, pair in enumerate(pairs):
        try:
            is_pair = not isinstance(pair, str | bytes) and len(tuple(pair)) == 2
        except Exception:  # what has no length, or whatever its own length raises
            is_pair = False
        if not is_pair:
            alone = len(pairs) == 2 and isinstance(dyads, tuple)
            fix = f"; of one pair write [({shown(pairs[0])}, {shown(pairs[1])})]" if alone else ""
            raise ArgumentError(
                f"{argument} must be (sender, receiver) pairs of labels, but element {position} is {shown(pair)}{fix}"
            )
    return [(pair[0], pair[1]) for pair in pairs]


def _unknown_labels(unknown: Iterable[Any], actors: Labels) -> str:
    """Say which labels name nobody, and whom they may have meant."""
    wanted = list(unknown)
    message = f"{listing(wanted)} {'is' if len(wanted) == 1 else 'are'} not among its {len(actors)} actors"
    first = wanted[0]
    by_text = {str(actor): actor for actor in actors}
    if str(first) in by_text:
        actor = by_text[str(first)]
        return f"{message}; the label {actor!r} is of type {type(actor).__name__}, not {type(first).__name__}"
    near = difflib.get_close_matches(str(first), by_text, n=3) if len(by_text) <= 10_000 else []
    if near:
        return f"{message}; near ones are {listing(by_text[text] for text in near)}"
    return f"{message}, which are {listing(actors)}"
