"""From the arguments of a plot (`color`, `shape`, lists of actors) to codes and values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latentnet.checks import check_shown, shown
from latentnet.constraints import Rule, goes_through
from latentnet.network.labels import attribute_column

__all__ = [
    "MOST_INTEGER_CATEGORIES",
    "OF_ACTORS",
    "Encoding",
    "check_revealed_text",
    "encode",
    "encode_mode",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_INTEGER_CATEGORIES = 10


OF_ACTORS = Rule("an attribute's name or a sequence of a value for each actor", goes_through)


@dataclass(frozen=True)
class Encoding:
    """One attribute of the actors, ready to be drawn.

    Attributes
    ----------
    name : str
        Heading of the legend, empty if the values came without a name.
    codes : (n_actors,) int array or None
        Number of each actor's category, -1 where missing; None for numbers.
    categories : tuple of str
        Names of the categories.
    values : (n_actors,) float array or None
        Numbers, NaN where missing; None for categories.
    """

    name: str
    codes: IntArray | None = None
    categories: tuple[str, ...] = ()
    values: FloatArray | None = None


def encode(argument: str, given: Any, network: Any, *, numbers: bool, codes: bool = True) -> Encoding:
    """Read the argument `color`, `shape` or `size`: a column of ``network.attributes``, or one value for each actor.

    Parameters
    ----------
    argument : str
        Name of the argument, for errors.
    given : str, pandas.Series or sequence of shape (n_actors,)
        A Series is matched by actors' labels, anything else by order.
    network : Network
        The network of the model.
    numbers : bool
        Whether numbers stay numbers (a colour scale) or become categories.
    codes : bool
        Whether a few different integers are categories all the same.

    Returns
    -------
    Encoding

    Raises
    ------
    ValueError
        For an unknown column, a wrong length, or a Series whose index is not the actors.
    """
    if isinstance(given, str):
        series = attribute_column(network, given, f"`{argument}`", complete=False)
    elif isinstance(given, pd.Series):
        series = _by_label(argument, given, network)
    else:
        series = pd.Series(_by_order(argument, given, len(network.actors)))
    name = "" if series.name is None else str(series.name)
    numeric = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    if numbers and numeric and not (codes and _is_code(series)):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isinf(values).any():
            raise ValueError(f"`{argument}` must be finite, but {name or 'it'} has infinite values; replace them first")
        return Encoding(name, values=values)
    coded, categories = _categories(series)
    check_shown(f"`{argument}`", (name, *categories))
    return Encoding(name, codes=coded, categories=categories)


def encode_mode(mode: IntArray) -> Encoding:
    """The two modes of a two-mode network as an attribute."""
    return Encoding("mode", codes=np.asarray(mode, dtype=np.int64), categories=("row actors", "column actors"))


def _by_label(argument: str, given: pd.Series[Any], network: Any) -> pd.Series[Any]:
    actors = list(network.actors)
    if len(given) != len(actors) or set(given.index) != set(actors):
        raise ValueError(
            f"`{argument}` is a Series of {len(given)} values, but its index must be the network's "
            f"{len(actors)} actors; reindex it by `model.actors_`, or pass its `.to_numpy()` if already so ordered"
        )
    return given.reindex(actors)


def _by_order(argument: str, given: Any, n_actors: int) -> list[Any]:
    OF_ACTORS.demand(f"`{argument}`", given)
    values = list(given)
    if len(values) != n_actors:
        raise ValueError(
            f"`{argument}` has {len(values)} values, but needs one for each of the {n_actors} actors, "
            "in the order of `model.actors_`"
        )
    return values


def _is_code(series: pd.Series[Any]) -> bool:
    """A few different integers are codes of groups, not a scale."""
    return bool(pd.api.types.is_integer_dtype(series)) and series.nunique() <= MOST_INTEGER_CATEGORIES


def _categories(series: pd.Series[Any]) -> tuple[IntArray, tuple[str, ...]]:
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.remove_unused_categories().cat
        return np.asarray(codes.codes, dtype=np.int64), tuple(str(category) for category in codes.categories)
    present = series.dropna().unique().tolist()
    try:
        present.sort(key=_natural if all(isinstance(value, str) for value in present) else None)
    except TypeError:
        present.sort(key=str)
    index = {value: code for code, value in enumerate(present)}
    missing = series.isna().to_numpy()
    coded = [-1 if gone else index[value] for value, gone in zip(series.tolist(), missing, strict=True)]
    return np.array(coded, dtype=np.int64), tuple(str(value) for value in present)


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Sort "site 2" before "site 10"."""
    parts = re.split(r"([0-9]+)", text)
    return [
        (part.isascii() and part.isdigit(), int(part) if part.isascii() and part.isdigit() else 0, part)
        for part in parts
    ]


def check_revealed_text(texts: Sequence[str], hidden: Sequence[Any]) -> None:
    """Refuse a legend that would give away the name of an actor whom `reveal` leaves out.

    Bare numbers are let pass: they stand in every legend and identify nobody.
    """
    names = [str(label) for label in hidden if re.search(r"[^\W\d_]", str(label))]
    for text in texts:
        for name in names:
            if re.search(_named(name), text, re.IGNORECASE):
                raise ValueError(
                    f"the legend's text {shown(text)} would name an actor whom `reveal` leaves out; "
                    "colour or shape by another attribute, or add that actor to `reveal`"
                )


def _named(name: str) -> str:
    """Pattern of a name that stands alone: in any case, plural or genitive, words joined by anything but letters."""
    words = r"[\W_]*".join(re.escape(word) for word in re.findall(r"[^\W_]+", name))
    return rf"(?<![^\W_]){words}(?:[\u2019']?s|es)?(?![^\W_])"
