"""Names as respondents give them: which of them may be two spellings of one person."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from latentnet.constraints import Rule, checked, goes_through, number
from latentnet.network import Network
from latentnet.network.labels import check_hashable

__all__ = ["near_duplicates"]


_NAMES = Rule(
    "a Network or a sequence of names",
    lambda value: isinstance(value, Network) or (goes_through(value) and not isinstance(value, pd.DataFrame)),
    "; of a table take one column, such as frame['nominee']",
)


@checked(names=_NAMES, threshold=number(0.0, 1.0))
def near_duplicates(names: Network | Iterable[Any], threshold: float = 0.85) -> pd.DataFrame:
    """Pairs of names that look like two spellings of one; a report, nothing is merged.

    Case, accents, punctuation and the order of the parts of a name do not count. Names whose digits differ are
    different people ("Nurse 1", "Nurse 2").

    Parameters
    ----------
    names : Network or sequence of labels
        A column of names as they were given, repetitions and all, or the network that was read from it. Missing names
        are passed over; labels that are no strings are compared as they print.
    threshold : float
        Least similarity that is reported, above 0 and at most 1, where 1 is equal but for what does not count.

    Returns
    -------
    DataFrame
        Columns `first` and `second` (the two labels; the one given more often first, as the other is more likely
        the slip), `similarity`, `times_first` and `times_second` (how often each is in `names`; in a network, how
        often each was named). Most similar pairs first.

    Raises
    ------
    TypeError, ValueError
        If `names` is one string or a table, or `threshold` is out of range.

    Notes
    -----
    Similarity is twice the number of letters in matching runs, divided by the number of all letters
    (`difflib.SequenceMatcher`; Ratcliff and Metzener, 1988, Pattern matching: the gestalt approach, Dr. Dobb's Journal
    13 (7): 46), the better of two orders: the parts of both names as given, and sorted. Every pair is compared: 1,000
    names take seconds.

    Examples
    --------
    >>> near_duplicates(["Jane O'Neill", "ONeill, Jane", "Jane O'Niell", "Jane O'Neill", "John Field"])
              first        second  similarity  times_first  times_second
    0  Jane O'Neill  ONeill, Jane    1.000000            2             1
    1  Jane O'Neill  Jane O'Niell    0.909091            2             1
    2  ONeill, Jane  Jane O'Niell    0.909091            1             1
    """
    times = _times(names)
    labels = list(times)
    forms = [_forms(str(label)) for label in labels]
    found = []
    for earlier, later in _candidates([plain for plain, _ in forms], threshold):
        similarity = _similarity(forms[earlier], forms[later])
        if similarity >= threshold:
            found.append((earlier, later, similarity))
    pairs = []
    for earlier, later, similarity in sorted(found, key=lambda one: (-one[2], one[0], one[1])):
        first, second = labels[earlier], labels[later]
        if times[second] > times[first]:
            first, second = second, first
        pairs.append((first, second, similarity, times[first], times[second]))
    return pd.DataFrame(pairs, columns=["first", "second", "similarity", "times_first", "times_second"])


def _times(names: Network | Iterable[Any]) -> dict[Any, int]:
    """How often each name is there, in order of appearance."""
    if isinstance(names, Network):
        return {label: int(times) for label, times in names.coverage()["times_named"].items()}
    times: dict[Any, int] = {}
    for name in names:
        if not pd.api.types.is_scalar(name) or not pd.isna(name):
            check_hashable([name], "names")
            times[name] = times.get(name, 0) + 1
    return times


def _forms(name: str) -> tuple[str, str]:
    """What of a name counts: its letters and digits in lower case without accents, as given and with sorted parts."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    # An apostrophe joins (O'Neill), other punctuation separates.
    joined = letters.replace("'", "").replace("’", "")
    parts = "".join(one if one.isalnum() else " " for one in joined).split()
    return " ".join(parts) or letters, " ".join(sorted(parts)) or letters


def _candidates(plain: list[str], threshold: float) -> Iterator[tuple[int, int]]:
    """Pairs with the same digits and enough letters in common, wherever these stand."""
    digits = ["".join(filter(str.isdigit, name)) for name in plain]
    alphabet = {letter: k for k, letter in enumerate(sorted(set("".join(plain))))}
    counts = np.zeros((len(plain), len(alphabet)), dtype=np.int64)
    for row, name in enumerate(plain):
        np.add.at(counts[row], [alphabet[letter] for letter in name], 1)
    lengths = counts.sum(axis=1)
    for later in range(1, len(plain)):
        common = np.minimum(counts[:later], counts[later]).sum(axis=1)
        near = np.flatnonzero(2 * common >= (threshold - 1e-9) * (lengths[:later] + lengths[later]))
        yield from ((int(earlier), later) for earlier in near if digits[earlier] == digits[later])


def _similarity(first: tuple[str, str], second: tuple[str, str]) -> float:
    # The ratio depends on the order of its arguments: a fixed one makes the report independent of the order.
    ordered = [sorted(pair) for pair in zip(first, second, strict=True)]
    return max(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in ordered)
